"""Rules with ids: which rows break them (checks 5 and 6), in files of one's own and in those of a source."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data import mapping, rules
from data.errors import SourceError
from data.intake import Request
from data.parsed import Parsed
from data.places import gazetteer
from data.sources import register
from tests.data import files
from tests.data.files import TODAY

CARD: dict[str, Any] = {
    **dict.fromkeys(("title", "publisher", "licence", "attribution"), "made up"),
    "id": "own-made-up",
    "redistributable": False,
    "marking": "TLP:GREEN",
    "layer": "wildlife",
    "record_kind": "seizure",
    "columns": {
        **{"id": "Case", "date": "Day", "date_end": "Until", "origin": "From", "seen": "Seized in", "items": "Pieces"},
        **{"seen_lon": "Lon", "seen_lat": "Lat", "seen_place": "Town"},
    },
}
GOOD: dict[str, object] = {
    **{"Case": "1", "Day": "2020-02-03", "Until": "", "From": "Uganda", "Seized in": "Kenya", "Pieces": "3"},
    **{"Lon": "39.67", "Lat": "-4.05", "Town": "Mombasa"},
}


def own(folder: Path, *changes: Mapping[str, object], is_lenient: bool = True) -> Parsed:
    """Return what the map makes of good rows with these changes, ids counted from 1, and a good row before them."""
    rows = [GOOD, *({**GOOD, "Case": str(number), **change} for number, change in enumerate(changes, start=2))]
    path = files.table(folder / "own.csv", rows)
    return next(mapping.read(Request(path, mapping.checked(CARD, "MAP"), gazetteer(), is_lenient, today=TODAY)).parts)


@pytest.mark.parametrize(
    ("change", "rule_id", "column"),
    [
        ({"Lon": "181"}, "R-LON", "Lon"),
        ({"Lat": "181"}, "R-LAT", "Lat"),
        ({"Lat": "-91", "Lon": "-95"}, "R-LAT", "Lat"),
        ({"Lon": "0", "Lat": "0"}, "R-NULL-ISLAND", "Lon"),
        ({"Lon": "-4.05", "Lat": "39.67"}, "R-SWAPPED", "Lon"),
        ({"Seized in": "Mongolia", "Lon": "47.9", "Lat": "106.9"}, "R-SWAPPED", "Lon"),
        ({"Lon": "NaN", "Lat": "NaN"}, "R-NUMBER", "Lon"),
        ({"Lon": "inf"}, "R-NUMBER", "Lon"),
        ({"Lon": ""}, "R-POINT", "Lon"),
    ],
)
def test_check_5_an_impossible_point_sets_its_row_aside(
    tmp_path: Path, change: dict[str, object], rule_id: str, column: str
) -> None:
    parsed = own(tmp_path, change, {})
    assert parsed.quarantine[["source_row", "column", "rule_id"]].to_numpy().tolist() == [[3, column, rule_id]]
    assert parsed.observations["source_row"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("change", "rule_id", "column"),
    [
        ({"Day": "2099-01-01"}, "R-DATE-FUTURE", "Day"),
        ({"Day": "0001-01-01"}, "R-DATE-EARLY", "Day"),
        ({"Day": "2020-02-30"}, "R-DATE", "Day"),
        ({"Day": ""}, "R-DATE", "Day"),
        ({"Until": "2020-02-02"}, "R-END-BEFORE-START", "Until"),
        ({"Pieces": "-1"}, "R-COUNT-NEGATIVE", "Pieces"),
        ({"Pieces": str(2**31)}, "R-COUNT-OVERFLOW", "Pieces"),
        ({"Pieces": "1.5"}, "R-COUNT", "Pieces"),
        ({"Pieces": "many"}, "R-NUMBER", "Pieces"),
        ({"Case": "1"}, "R-DUPLICATE-ID", "Case"),
        ({"Seized in": "XQZ"}, "R-COUNTRY-UNKNOWN", "Seized in"),
        ({"Seized in": ""}, "R-COUNTRY-MISSING", "Seized in"),
    ],
)
def test_check_6_an_impossible_date_count_id_or_country_sets_its_row_aside(
    tmp_path: Path, change: dict[str, object], rule_id: str, column: str
) -> None:
    parsed = own(tmp_path, change, {})
    assert parsed.quarantine[["source_row", "column", "rule_id"]].to_numpy().tolist() == [[3, column, rule_id]]
    assert parsed.observations["source_row"].tolist() == [2, 4]


def test_checks_5_and_6_as_many_rows_are_set_aside_as_are_wrong(tmp_path: Path) -> None:
    wrong = [{"Lon": "181"}, {"Lon": "0", "Lat": "0"}, {"Day": "2099-01-01"}, {"Pieces": "-1"}, {"Case": "1"}]
    parsed = own(tmp_path, *wrong, {}, {})
    assert len(parsed.quarantine) == len(wrong)
    assert parsed.row_count_read == 8
    assert len(parsed.observations) == 3


def test_the_edges_are_possible(tmp_path: Path) -> None:
    edges = [{"Pieces": str(2**31 - 1)}, {"Pieces": "0"}, {"Day": "1900-01-01"}, {"Day": str(TODAY)}]
    parsed = own(tmp_path, *edges, {"Until": "2020-02-03"}, {"Lon": "", "Lat": ""})
    assert parsed.quarantine.empty
    assert len(parsed.observations) == 7


def test_check_6_an_unknown_country_of_origin_keeps_the_record_and_is_counted(tmp_path: Path) -> None:
    parsed = own(tmp_path, {"From": "Atlantys"}, {"From": "Atlantys"})
    assert len(parsed.observations) == 3
    assert parsed.unresolved[["column", "name", "row_count"]].to_numpy().tolist() == [["From", "Atlantys", 2]]


@pytest.mark.parametrize(
    ("lon", "lat", "country", "is_swapped"),
    [
        (-155.5, 19.9, "USA", False),  # Hawaii
        (55.5, -21.1, "FRA", False),  # Réunion, under its country's name
        (131.9, 43.1, "RUS", False),  # Vladivostok
        (-9.1, 38.7, "PRT", False),
        (38.7, -9.1, "PRT", True),
        (38.7, -9.1, "TZA", False),  # where that point is
        (10.0, 10.0, "NGA", False),  # its own mirror
        (48.9, 2.4, None, False),  # nothing tells
        (48.9, 102.4, None, True),  # no such latitude
    ],
)
def test_exchanged_coordinates_are_told_by_the_country(
    lon: float, lat: float, country: str | None, is_swapped: bool
) -> None:
    places = gazetteer().places.set_index("place_id")[["lon", "lat"]]
    centre = places.loc[[country]] if country else pd.DataFrame({"lon": [np.nan], "lat": [np.nan]})
    found = rules.is_swapped(pd.Series([lon]), pd.Series([lat]), centre.reset_index(drop=True))
    assert found.tolist() == [is_swapped]


@pytest.mark.parametrize(
    ("sentence", "rule_id"),
    [
        ("is outside -180..180 degrees", "R-LON"),
        ("is outside -90..90 degrees", "R-LAT"),
        ("TEXAS: is no count", "R-COUNT"),  # a cell of a matrix
        ("is no year from 1990 to today", "R-DATE"),
        ("is no such day of the week, month first", "R-DATE"),
        ("is no state or country we know", "R-COUNTRY-UNKNOWN"),
        ("the publisher doubts that this is terrorism proper", "R-SOURCE"),
        ("stands below the table: a footnote, not a record", "R-FOOTNOTE"),
    ],
)
def test_a_sentence_has_the_id_of_its_rule(sentence: str, rule_id: str) -> None:
    assert rules.id_of(sentence) == rule_id


def test_every_rule_is_documented() -> None:
    page = (Path(__file__).parents[2] / "data" / "README.md").read_text(encoding="utf-8")
    assert [rule_id for rule_id in (*rules.RULES, rules.OF_THE_SOURCE) if f"`{rule_id}`" not in page] == []


def test_check_5_a_point_at_0_0_of_a_published_source_is_set_aside_and_the_rest_kept(tmp_path: Path) -> None:
    path = files.ged(tmp_path / "ged.csv", {}, {"id": 8, "latitude": 0, "longitude": 0})
    request = Request(path, register.profile("ucdp-ged"), gazetteer(), today=TODAY)
    parsed = next(register.reader("ucdp-ged")(request).parts)
    assert parsed.quarantine[["source_row", "rule_id"]].to_numpy().tolist() == [[3, "R-NULL-ISLAND"]]
    assert len(parsed.incidents) == 1


@pytest.mark.parametrize("count", [2**31, 10**18, 10**30])
@pytest.mark.parametrize(
    ("source_id", "name", "make", "column"),
    [
        ("ucdp-ged", "a.csv", files.ged, "best"),
        ("atf-international", "a.csv", files.abroad, "firearms_traced"),
        ("unodc-glotip", "a.xlsx", files.glotip, "txtVALUE"),
    ],
)
def test_no_source_takes_a_count_that_is_too_large(
    tmp_path: Path, source_id: str, name: str, make: Callable[..., Path], column: str, count: int
) -> None:
    path = make(tmp_path / name, {}, {column: str(count)})
    with pytest.raises(SourceError, match=r"is 2,147,483,648 or more, which is no count\. Correct the count\."):
        files.read(source_id, path)
    aside = files.read(source_id, path, is_lenient=True).quarantine
    assert aside[["rule_id", "column", "value"]].to_numpy().tolist() == [["R-COUNT-OVERFLOW", column, str(count)]]
