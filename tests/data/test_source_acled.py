"""ACLED's events, in their documented columns; every row here is made up."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from data import contracts
from data.errors import SourceError
from data.sources import register
from tests.data import files

ACLED = "acled"
ROW: dict[str, object] = {
    "event_id_cnty": "TCD7",
    "event_date": "2019-02-03",
    "time_precision": 1,
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "actor1": "Side A",
    "actor2": "Side B",
    "country": "Chad",
    "location": "Testville",
    "latitude": 10.5,
    "longitude": 20.25,
    "geo_precision": 1,
    "fatalities": 5,
}


def table(tmp_path: Path, *changes: Mapping[str, object]) -> Path:
    """Write events in the published columns."""
    return files.table(tmp_path / "a.csv", [ROW | dict(change) for change in changes])


def first(tmp_path: Path, **change: object) -> pd.Series:
    """Return the incident that one event becomes."""
    return files.read(ACLED, table(tmp_path, change)).incidents.iloc[0]


def test_an_event_is_an_incident_of_a_layer_of_its_own(tmp_path: Path) -> None:
    row = first(tmp_path)
    assert (row["incident_id"], row["layer"], row["incident_kind"]) == ("acled:TCD7", "political_violence", "battle")
    assert (row["incident_kind_raw"], row["actor_a"], row["actor_b"]) == ("Armed clash", "Side A", "Side B")
    assert (row["lon"], row["lat"], row["country_id"], row["place_raw"]) == (20.25, 10.5, "TCD", "Testville")
    assert (row["killed_count_low"], row["killed_count"], row["killed_count_high"]) == (5, 5, 5)


@pytest.mark.parametrize("written", ["2019-02-03", "03 February 2019", "03-February-2019", "03-02-2019", "03/02/2019"])
def test_a_day_is_read_in_every_published_form(tmp_path: Path, written: str) -> None:
    assert first(tmp_path, event_date=written)["date_start"] == pd.Timestamp("2019-02-03")


@pytest.mark.parametrize(
    ("code", "start", "end", "precision"),
    [
        (1, "2019-02-06", "2019-02-06", "day"),
        (2, "2019-02-03", "2019-02-09", "period"),
        (3, "2019-02-01", "2019-02-28", "month"),
    ],
)
def test_time_precision_is_the_span_of_the_date(
    tmp_path: Path, code: int, start: str, end: str, precision: str
) -> None:
    row = first(tmp_path, event_date="2019-02-06", time_precision=code)
    assert (row["date_start"], row["date_end"], row["date_precision"]) == (
        pd.Timestamp(start),
        pd.Timestamp(end),
        precision,
    )


def test_a_week_that_is_not_over_ends_today(tmp_path: Path) -> None:
    row = first(tmp_path, event_date="2025-06-29", time_precision=2)
    assert row["date_end"] == pd.Timestamp(files.TODAY)


@pytest.mark.parametrize(("code", "precision"), [(1, "place"), (2, "admin2"), (3, "admin1")])
def test_geo_precision_is_the_precision_of_the_point(tmp_path: Path, code: int, precision: str) -> None:
    assert first(tmp_path, geo_precision=code)["precision"] == precision


@pytest.mark.parametrize("kind", ["Protests", "Strategic developments"])
def test_what_is_no_violence_is_set_aside(tmp_path: Path, kind: str) -> None:
    parsed = files.read(ACLED, table(tmp_path, {}, {"event_id_cnty": "TCD8", "event_type": kind}))
    assert parsed.incidents["incident_id"].tolist() == ["acled:TCD7"]
    assert parsed.quarantine[["source_row", "value", "rule"]].to_numpy().tolist() == [[3, kind, "is no violent event"]]


def test_a_repeated_id_is_set_aside(tmp_path: Path) -> None:
    parsed = files.read(ACLED, table(tmp_path, {}, {"fatalities": 9}))
    assert parsed.incidents["killed_count"].tolist() == [5]
    assert parsed.quarantine["rule"].tolist() == ["repeats an event id"]


def test_headings_in_capitals_and_with_blanks_are_known(tmp_path: Path) -> None:
    path = files.table(tmp_path / "a.csv", [{name.upper().replace("_", " "): value for name, value in ROW.items()}])
    row = files.read(ACLED, path).incidents.iloc[0]
    assert (row["incident_id"], row["killed_count"]) == ("acled:TCD7", 5)


def test_an_event_without_a_toll_keeps_it_unknown(tmp_path: Path) -> None:
    assert files.none(first(tmp_path, fatalities="")["killed_count"]) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"event_id_cnty": ""}, "row 3, column event_id_cnty: empty is no event id"),
        ({"event_date": "soon"}, "row 3, column event_date: 'soon' is no day"),
        ({"event_date": "2025-07-01"}, "row 3, column event_date: '2025-07-01' lies in the future"),
        ({"event_type": "Parades"}, "row 3, column event_type: 'Parades' is no code we know"),
        ({"event_type": ""}, "row 3, column event_type: empty names no type of event"),
        ({"time_precision": 4}, "row 3, column time_precision: '4' is no code we know"),
        ({"geo_precision": 4}, "row 3, column geo_precision: '4' is no code we know"),
        ({"country": "Atlantis"}, "row 3, column country: 'Atlantis' is no country we know"),
        ({"latitude": -91}, "row 3, column latitude: '-91.0' is outside -90..90 degrees"),
        ({"longitude": ""}, "row 3, column longitude: empty is no number"),
        ({"fatalities": "many"}, "row 3, column fatalities: 'many' is no count"),
    ],
)
def test_an_impossible_event_is_refused_by_row_and_column(
    tmp_path: Path, change: Mapping[str, object], says: str
) -> None:
    path = table(tmp_path, {}, {"event_id_cnty": "TCD8"} | dict(change))
    with pytest.raises(SourceError) as refused:
        files.read(ACLED, path)
    assert str(refused.value).startswith(f"a.csv, {says}")
    lenient = files.read(ACLED, path, is_lenient=True)
    assert (len(lenient.incidents), lenient.quarantine["source_row"].tolist()) == (1, [3])


def test_its_licence_forbids_passing_rows_on() -> None:
    card = register.profile(ACLED)
    assert (card["redistributable"], card["marking"]) == (False, "TLP:AMBER+STRICT")


def test_what_is_read_keeps_the_contract(tmp_path: Path) -> None:
    incidents = files.read(ACLED, table(tmp_path, {}, {"event_id_cnty": "TCD8", "fatalities": ""})).incidents
    assert contracts.check(incidents, contracts.INCIDENTS).num_rows == 2
