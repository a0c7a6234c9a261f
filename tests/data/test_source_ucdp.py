"""UCDP's events of organised violence, in both layouts."""

from pathlib import Path

import pandas as pd
import pytest

from dashboard import importing, publish
from data.errors import SourceError
from tests.data import files

GED = "ucdp-ged"


def test_the_official_layout_gives_days_sides_and_deaths(tmp_path: Path) -> None:
    incidents = files.read(GED, files.ged(tmp_path / "ged.csv", {})).incidents
    row = incidents.iloc[0]
    assert (row["incident_id"], row["layer"], row["incident_kind"]) == (
        "ucdp-ged:7",
        "violence",
        "state-based violence",
    )
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp("2019-02-03"), pd.Timestamp("2019-02-04"))
    assert (row["lon"], row["lat"], row["country_id"], row["place_raw"]) == (20.25, 10.5, "TCD", "Testville")
    assert (row["killed_count_low"], row["killed_count"], row["killed_count_high"]) == (1, 5, 9)
    assert (row["actor_a"], row["actor_b"], row["year"]) == ("Side A", "Side B", 2019)


def test_the_compact_layout_gives_the_same_event_without_a_precision(tmp_path: Path) -> None:
    row = files.read(GED, files.ged_compact(tmp_path / "ged.csv", {})).incidents.iloc[0]
    assert (row["incident_id"], row["incident_kind"]) == ("ucdp-ged:7", "state-based violence")
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp("2019-02-03"), pd.Timestamp("2019-02-03"))
    assert (row["killed_count_low"], row["killed_count"], row["killed_count_high"]) == (1, 5, 9)
    assert files.none(row["precision"]) is None


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize(
    ("code", "precision"),
    [(1, "exact"), (2, "place"), (3, "admin2"), (4, "admin1"), (5, "admin1"), (6, "country"), (7, "sea")],
)
def test_where_prec_is_the_precision_of_the_point(tmp_path: Path, ending: str, code: int, precision: str) -> None:
    event = files.GED_ROW | {"where_prec": code}
    path = tmp_path / f"ged.{ending}"
    path = files.xlsx(path, [list(event), list(event.values())]) if ending == "xlsx" else files.ged(path, event)
    row = files.read(GED, path).incidents.iloc[0]
    assert (row["precision"], row["incident_id"]) == (precision, "ucdp-ged:7")


@pytest.mark.parametrize(("code", "precision"), [(1, "day"), (2, "period"), (4, "month"), (5, "year")])
def test_date_prec_is_the_precision_of_the_date(tmp_path: Path, code: int, precision: str) -> None:
    incidents = files.read(GED, files.ged(tmp_path / "ged.csv", {"date_prec": code})).incidents
    assert incidents["date_precision"].tolist() == [precision]


def test_an_event_of_several_days_without_a_precision_is_a_period(tmp_path: Path) -> None:
    days = {"date_prec": "", "date_end": "2019-02-03"}
    found = files.read("ucdp-ged", files.ged(tmp_path / "ged.csv", {"date_prec": ""}, {"id": 8, **days})).incidents
    assert found["date_precision"].tolist() == ["period", "day"]


def test_a_repeated_id_is_set_aside(tmp_path: Path) -> None:
    parsed = files.read(GED, files.ged(tmp_path / "ged.csv", {"best": 5}, {"id": 8}, {"best": 6}))
    assert parsed.incidents[["incident_id", "killed_count"]].to_numpy().tolist() == [
        ["ucdp-ged:7", 5],
        ["ucdp-ged:8", 5],
    ]
    assert parsed.quarantine[["source_row", "column", "value", "rule"]].to_numpy().tolist() == [
        [4, "id", "7", "repeats an event id"]
    ]


@pytest.mark.parametrize("is_official_first", [True, False])
def test_where_two_files_overlap_the_row_with_a_known_precision_wins(tmp_path: Path, is_official_first: bool) -> None:
    paths = [
        files.ged(tmp_path / "official.csv", {"where_prec": 3}),
        files.ged_compact(tmp_path / "compact.csv", {}, {"id": 8}),
    ]
    root = tmp_path / "store"
    importing.import_files(root, GED, paths if is_official_first else paths[::-1])
    publish.publish(root)
    found = {row["incident_id"]: (row["precision"], row["source_file"]) for row in files.rows_of(root, "incidents")}
    assert found == {"ucdp-ged:7": ("admin2", "official.csv"), "ucdp-ged:8": (None, "compact.csv")}


@pytest.mark.parametrize("name", ["a", "b", "c", "d"])
def test_the_known_precision_wins_whatever_the_folders_are_called(tmp_path: Path, name: str) -> None:
    # folders are named by the file's hash: a word in the file moves the folder before or behind the other
    paths = [
        files.ged(tmp_path / "official.csv", {"where_prec": 3, "where_coordinates": name}),
        files.ged_compact(tmp_path / "compact.csv", {}),
    ]
    importing.import_files(tmp_path / "store", GED, paths)
    publish.publish(tmp_path / "store")
    assert [row["precision"] for row in files.rows_of(tmp_path / "store", "incidents")] == ["admin2"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"latitude": 91}, "row 3, column latitude: '91.0' is outside -90..90 degrees"),
        ({"longitude": -181}, "row 3, column longitude: '-181.0' is outside -180..180 degrees"),
        ({"latitude": "inf"}, "row 3, column latitude: 'inf' is no number"),
        ({"longitude": ""}, "row 3, column longitude: empty is no number"),
        ({"country": "Atlantis"}, "row 3, column country: 'Atlantis' is no country we know"),
        ({"country": ""}, "row 3, column country: empty names no country"),
        ({"date_start": "2099-01-01"}, "row 3, column date_start: '2099-01-01' lies in the future"),
        ({"date_start": "1066-10-14"}, "row 3, column date_start: '1066-10-14' lies before 1900"),
        ({"date_end": "2019-02-02"}, "row 3, column date_end: '2019-02-02' lies before date_start"),
        ({"date_end": "2019-02-045"}, "row 3, column date_end: '2019-02-045' is no day"),
        ({"date_end": "2019-02-04/2019-06-01"}, "row 3, column date_end: '2019-02-04/2019-06-01' is no day"),
        ({"date_end": "2019-02-30"}, "row 3, column date_end: '2019-02-30' is no day"),
        ({"best": -1}, "row 3, column best: '-1' is no count"),
        ({"best": "lots"}, "row 3, column best: 'lots' is no count"),
        ({"id": ""}, "row 3, column id: empty is no event id"),
    ],
)
def test_an_impossible_event_is_refused_by_row_and_column(tmp_path: Path, change: dict[str, object], says: str) -> None:
    path = files.ged(tmp_path / "ged.csv", {"id": 6}, change)
    with pytest.raises(SourceError) as refused:
        files.read(GED, path)
    assert f"ged.csv, {says}" in str(refused.value)
    set_aside = files.read(GED, path, is_lenient=True)
    assert set_aside.incidents["incident_id"].tolist() == ["ucdp-ged:6"]
    assert set_aside.quarantine["source_row"].tolist() == [3]


def test_a_day_that_is_not_in_the_calendar_is_refused_in_the_compact_layout(tmp_path: Path) -> None:
    path = files.ged_compact(tmp_path / "ged.csv", {"month": 2, "day": 30})
    with pytest.raises(SourceError, match=r"ged.csv, row 2, column year, month, day: '2019-02-30' is no day"):
        files.read(GED, path)


@pytest.mark.parametrize("name", ["DR Congo (Zaire)", "Myanmar (Burma)", "Yemen (North Yemen)"])
def test_names_as_the_publisher_writes_them_are_known(tmp_path: Path, name: str) -> None:
    found = files.read(GED, files.ged(tmp_path / "ged.csv", {"country": name})).incidents["country_id"]
    assert found.tolist() == [{"D": "COD", "M": "MMR", "Y": "YEM"}[name[0]]]
