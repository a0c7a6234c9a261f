"""What every importer does: words, numbers, days, identities, and the sieve of rows."""

import json
from pathlib import Path

import pandas as pd
import pytest

from data import identity, intake
from data.errors import SourceError
from data.intake import Request, Sieve
from data.places import gazetteer
from data.raw import Raw
from tests.data.files import TODAY, none


def sieve(is_lenient: bool = False, **columns: list[object]) -> Sieve:
    """Return a sieve over made-up rows that stand in rows 5, 6, 7 ... of their file."""
    frame = pd.DataFrame(columns)
    request = Request(Path("made-up.csv"), {"id": "made-up"}, gazetteer(), is_lenient, today=TODAY)
    return Sieve(Raw("made-up.csv", frame, pd.Series(range(5, 5 + len(frame)))), request)


def test_text_is_trimmed_and_nothing_is_null() -> None:
    assert [none(word) for word in intake.text(pd.Series([" a ", "", "  ", None, "NA"]))] == [
        "a",
        None,
        None,
        None,
        "NA",
    ]


def test_a_whole_number_reads_the_same_from_text_and_from_a_workbook() -> None:
    assert intake.text(pd.Series([7.0, 1.5])).tolist() == ["7", "1.5"]
    assert intake.text(pd.Series([7.0, "7", 7], dtype="object")).tolist() == ["7", "7", "7"]


def test_what_is_no_number_is_null() -> None:
    numbers = intake.number(pd.Series(["1", "1.5", "x", "", None, "inf", "-inf", "nan"]))
    assert [none(value) for value in numbers] == [1.0, 1.5, None, None, None, None, None, None]


def test_a_count_is_whole_or_null() -> None:
    assert [none(value) for value in intake.count(pd.Series(["1", "1.5", "x", "-2", None]))] == [
        1,
        None,
        None,
        -2,
        None,
    ]


def test_equal_content_gets_the_same_identity_and_a_running_number() -> None:
    one, two = pd.Series(["a", "b", "a", "a"]), pd.Series(["x", None, "x", "y"])
    found = identity.identities("s", [one, two])
    first, other, second, third = found["obs_id"]
    assert first.removesuffix(":1") == second.removesuffix(":2")
    assert len({first, other, second, third}) == 4
    assert found["repeat_count"].tolist() == [2, 1, 2, 1]
    # the same rows in another order, or in another file, have the same ids
    assert set(identity.identities("s", [one[::-1], two[::-1]])["obs_id"]) == set(found["obs_id"])


def test_the_cut_between_two_columns_is_part_of_an_identity() -> None:
    found = identity.identities("s", [pd.Series(["ab", "a"]), pd.Series(["c", "bc"])])
    assert found["repeat_count"].tolist() == [1, 1]


def test_a_year_runs_from_its_first_to_its_last_day() -> None:
    start, end = intake.year_span(pd.Series([2016, 2017]))
    assert start.tolist() == [pd.Timestamp("2016-01-01"), pd.Timestamp("2017-01-01")]
    assert end.tolist() == [pd.Timestamp("2016-12-31"), pd.Timestamp("2017-12-31")]


def test_the_first_impossible_row_is_named_with_how_many_there_are() -> None:
    made = sieve(n=["1", "-2", "-3"])
    with pytest.raises(SourceError) as refused:
        made.refuse(intake.number(made.raw.frame["n"]) < 0, "n", "is negative", "Correct it.")
    assert str(refused.value) == (
        "made-up.csv, row 6, column n: '-2' is negative (2 such rows). Correct it."
        " Or import with --quarantine to set such rows aside."
    )


def test_a_value_of_many_lines_is_quoted_short_and_on_one() -> None:
    made = sieve(n=["line\n" * 100])
    with pytest.raises(SourceError) as refused:
        made.numbers("n")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_a_row_set_aside_is_kept_whole_as_json() -> None:
    made = sieve(is_lenient=True, n=["1", "x"], word=["a", None], day=[None, pd.Timestamp("2020-01-31")])
    made.numbers("n")
    aside = made.quarantine()
    assert aside[["source_file", "source_row", "column", "value", "rule"]].to_numpy().tolist() == [
        ["made-up.csv", 6, "n", "x", "is no number"]
    ]

    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is no JSON")

    row = json.loads(aside["row_json"].iloc[0], parse_constant=refuse)
    assert row == {"n": "x", "word": None, "day": "2020-01-31 00:00:00"}
    assert made.is_kept.tolist() == [True, False]


def test_a_row_is_set_aside_for_its_first_reason_only() -> None:
    made = sieve(is_lenient=True, n=["x", "1"], m=["x", "x"])
    made.numbers("n")
    made.numbers("m")
    assert made.quarantine()[["source_row", "column"]].to_numpy().tolist() == [[5, "n"], [6, "m"]]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2025-07-01", "lies in the future"),
        ("1899-12-31", "lies before 1900"),
        ("31.01.2020", "is no day"),
        ("2021-02-29", "is no day"),
        (None, "empty is no day"),
    ],
)
def test_an_impossible_day_is_refused(day: str | None, says: str) -> None:
    with pytest.raises(SourceError, match=rf"^made-up.csv, row 6, column day: .*{says}"):
        sieve(day=["2020-02-29", day]).days("day")


def test_the_first_and_the_last_possible_day_are_taken() -> None:
    days = sieve(day=["1900-01-01", "2025-06-30", "2020-02-29T13:00:00"]).days("day")
    assert days.dt.strftime("%Y-%m-%d").tolist() == ["1900-01-01", "2025-06-30", "2020-02-29"]


def test_the_edges_of_the_globe_are_on_it() -> None:
    lon, lat = sieve(x=["-180", "180"], y=["-90", "90"]).coordinates("x", "y")
    assert (lon.tolist(), lat.tolist()) == ([-180.0, 180.0], [-90.0, 90.0])


def test_a_name_close_to_a_known_one_is_suggested_never_taken() -> None:
    with pytest.raises(SourceError, match=r"'Germny' is no country we know. Did you mean Germany\? Correct it"):
        sieve(country=["France", "Germny"]).places("country", is_required=True)


@pytest.mark.parametrize(
    "names", [["France"], [None], ["Unknown"], ["Atlantis"], ["France", None, "Unknown", "Atlantis"]]
)
def test_only_names_nobody_knows_are_listed(names: list[object]) -> None:
    made = sieve(country=names)
    found = [none(place) for place in made.places("country")]
    assert found == ["FRA" if name == "France" else None for name in names]
    assert made.unresolved()["name"].tolist() == [name for name in names if name == "Atlantis"]
