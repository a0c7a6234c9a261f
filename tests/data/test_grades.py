"""Grades of sources and records: from the card, unless the file states its own."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from data import contracts, intake
from data.errors import SourceError
from data.intake import Request, Sieve
from data.places import gazetteer
from data.raw import Raw
from data.sources import register
from tests.data.files import TODAY, none

GRADED = ("atf-international", "atf-traces", "ucdp-ged", "unodc-glotip", "unodc-ids")


def grades_of(card: dict[str, str], **stated: list[str | None]) -> list[tuple[object, object]]:
    """Return (reliability, credibility) of two made-up records of a source with this card."""
    raw = Raw("made-up.csv", pd.DataFrame({"a": ["1", "2"]}), pd.Series([2, 3]))
    sieve = Sieve(raw, Request(Path("made-up.csv"), {"id": "made-up", **card}, gazetteer(), today=TODAY))
    columns = {name: pd.Series(words, dtype="str") for name, words in stated.items()}
    records = pd.DataFrame({"obs_id": ["one", "two"]}).assign(**columns)
    points = pd.DataFrame({"obs_id": ["one"], "seq": [0], "role": ["seizure"], "place_id": ["DEU"], "place_raw": ["x"]})
    found, _ = intake.finished(records, points, sieve)
    return [(none(one), none(other)) for one, other in zip(found["reliability"], found["credibility"], strict=True)]


def test_a_file_without_grades_takes_those_of_its_card() -> None:
    assert grades_of({"reliability": "B", "credibility": "3"}) == [("B", "3"), ("B", "3")]


def test_a_grade_the_file_states_stands() -> None:
    card = {"reliability": "B", "credibility": "3"}
    assert grades_of(card, credibility=["5", None]) == [("B", "5"), ("B", "3")]
    assert grades_of({}, reliability=["A", None]) == [("A", None), (None, None)]


def test_without_any_grade_it_stays_unknown() -> None:
    assert grades_of({}) == [(None, None), (None, None)]


@pytest.mark.parametrize("source_id", GRADED)
def test_the_card_of_a_source_grades_it(source_id: str) -> None:
    card = register.profile(source_id)
    assert card["reliability"] in contracts.RELIABILITIES
    assert card["credibility"] in contracts.CREDIBILITIES


@pytest.mark.parametrize(("name", "value"), [("reliability", "b"), ("reliability", "G"), ("credibility", 2)])
def test_a_card_with_a_grade_off_the_scale_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    monkeypatch.setattr(tomllib, "loads", lambda _: {"id": "unodc-ids", name: value})
    with pytest.raises(SourceError, match=f"'unodc-ids': {name} is {value!r}; choose from "):
        register.profile("unodc-ids")
