"""Words of a file are made harmless once (check 7)."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import normalise

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANY = st.text(st.characters(codec=None) | st.sampled_from(BIDI + "@\x00\x1b\x85\u2028\ud800\udfff\u0301e "))


@given(ANY)
def test_check_7_normalising_twice_is_normalising_once(words: str) -> None:
    once = normalise.text(words)
    assert normalise.text(once) == once


@given(ANY)
def test_check_7_no_control_direction_mark_or_half_letter_is_left(words: str) -> None:
    clean = normalise.text(words)
    assert not {unicodedata.category(letter) for letter in clean} & {"Cc", "Cs"}
    assert not set(clean) & set(BIDI)
    assert unicodedata.is_normalized("NFC", clean)
    assert not clean.startswith("@@")
    assert clean == clean.strip()
    clean.encode("utf-8")


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        ("Cafe\u0301", "Café"),  # NFD to NFC
        ("safe\u202egpj.exe", "safegpj.exe"),
        ("\ufeffa\u200bb\u00ad", "ab"),
        ("two\r\nlines\tand more", "two  lines and more"),
        ("x\x00y\x1b[31m", "xy[31m"),
        ("\ud83d", "\ufffd"),
        ("@@=alert(1)", "@ @=alert(1)"),
        ("  @@#x", "@ @#x"),
        ("\u202e@@=x", "@ @=x"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner that Persian spelling needs
        ("![x](http://host/b) <img onerror=1>", "![x](http://host/b) <img onerror=1>"),  # escaped where it is shown
        ("", ""),
    ],
)
def test_check_7_what_becomes_of_words(words: str, clean: str) -> None:
    assert normalise.text(words) == clean


def test_check_7_a_megabyte_in_one_cell_is_cut_at_the_limit() -> None:
    limit = normalise.LENGTH_LIMIT
    assert normalise.text("a" * limit) == "a" * limit
    cut = normalise.text("a" * 1_000_000)
    assert cut == "a" * (limit - 1) + "…"
    assert normalise.text(cut) == cut


def test_check_7_every_control_and_format_of_unicode_is_known() -> None:
    seen = "\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
    hidden = {chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in ("Cc", "Cf", "Cs")} - set(seen)
    assert {letter for letter in hidden if normalise.text(f"a{letter}b") not in ("ab", "a b", "a\ufffdb")} == set()
    assert all(normalise.text(f"a{letter}b") == f"a{letter}b" for letter in seen)


def test_numbers_days_and_nulls_of_a_column_stay() -> None:
    mixed = pd.Series([1.5, None, "a\x00", True, pd.Timestamp("2020-01-01")], dtype="object")
    assert normalise.column(mixed).tolist() == [1.5, None, "a", True, pd.Timestamp("2020-01-01")]
    numbers = pd.Series([1, 2])
    assert normalise.column(numbers) is numbers
    words = normalise.column(pd.Series(["b\u202e", None, "b"], dtype="str"))
    assert words.isna().tolist() == [False, True, False]
    assert words.dropna().tolist() == ["b", "b"]


def test_headings_are_words_too() -> None:
    found = normalise.frame(pd.DataFrame({"@@type": ["x "], " a\u202e": [1]}))
    assert found.columns.tolist() == ["@ @type", "a"]
    assert found.to_numpy().tolist() == [["x", 1]]
