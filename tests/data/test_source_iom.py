"""IOM's missing migrants: two layouts of incidents, and the corridor lines drawn over IOM's map."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from dashboard import importing, publish
from data import contracts
from data.errors import SourceError
from data.sources import iom_corridors
from tests.data import files

IOM = "iom-missing-migrants"
ROW: dict[str, object] = {
    "Main ID": "2024.M1",
    "Incident ID": "2024.M1",
    "Incident Date": "Mon, 01/29/2024 - 12:00",
    "Number Dead": 2,
    "Minimum Estimated Number of Missing": 3,
    "Cause of Death": "Drowning",
    "Country of Origin": "Unknown",
    "Location of death": "Off Testhafen",
    "Coordinates": "35.5, 12.25",
    "Migration route": "Made-up route",
    "UNSD Geographical Grouping": "Uncategorized",
}
OLD: dict[str, object] = {
    "Main ID": "2024.M1",
    "Incident ID": "2024.M1",
    "Incident date": "2024-01-29",
    "No. dead": 2,
    "No. missing": 3,
    "Cause of death (category)": "Drowning",
    "Country of Incident": "Libya",
    "Location of death": "Off Testhafen",
    "UNSD region": "Northern Africa",
    "Latitude": 35.5,
    "Longitude": 12.25,
    "incident_date_precision": "day",
}


def table(tmp_path: Path, *changes: Mapping[str, object], name: str = "a.csv") -> Path:
    """Write incidents in the layout of IOM's own export."""
    return files.table(tmp_path / name, [ROW | dict(change) for change in changes])


def old(tmp_path: Path, *changes: Mapping[str, object], name: str = "old.csv") -> Path:
    """Write incidents in the older layout."""
    return files.table(tmp_path / name, [OLD | dict(change) for change in changes])


def test_both_layouts_give_the_same_incident(tmp_path: Path) -> None:
    rows = [files.read(IOM, path).incidents.iloc[0] for path in (table(tmp_path, {}), old(tmp_path, {}))]
    for row in rows:
        assert (row["incident_id"], row["layer"], row["incident_kind"]) == (
            "iom-missing-migrants:2024.M1",
            "migrant_deaths",
            "drowning",
        )
        assert (row["date_start"], row["date_end"], row["date_precision"]) == (
            pd.Timestamp("2024-01-29"),
            pd.Timestamp("2024-01-29"),
            "day",
        )
        assert (row["lon"], row["lat"], row["precision"], row["year"]) == (12.25, 35.5, "place", 2024)
        assert (row["killed_count_low"], row["killed_count"], row["killed_count_high"]) == (2, 5, 5)
    assert [files.none(row["country_id"]) for row in rows] == [None, "LBY"]


def test_the_two_layouts_of_one_incident_count_once_and_make_no_flow(tmp_path: Path) -> None:
    root = tmp_path / "store"
    importing.import_files(root, IOM, [table(tmp_path, {}), old(tmp_path, {}, {"Incident ID": "2024.M2"})])
    publish.publish(root)
    assert [row["incident_id"] for row in files.rows_of(root, "incidents")] == [f"{IOM}:2024.M1", f"{IOM}:2024.M2"]
    assert files.rows_of(root, "legs") == []


def test_the_latitude_comes_first_in_one_cell(tmp_path: Path) -> None:
    row = files.read(IOM, table(tmp_path, {"Coordinates": "12.25, 35.5"})).incidents.iloc[0]
    assert (row["lon"], row["lat"]) == (35.5, 12.25)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Thu, 02/01/2024 - 12:00", "2024-02-01"),
        ("Tue, 01/02/2024 - 12:00", "2024-01-02"),
        ("2024-02-01", "2024-02-01"),
    ],
)
def test_the_month_comes_before_the_day(tmp_path: Path, written: str, day: str) -> None:
    incidents = files.read(IOM, table(tmp_path, {"Incident Date": written})).incidents
    assert incidents["date_start"].tolist() == [pd.Timestamp(day)]


def test_an_edition_that_writes_the_day_first_is_refused_by_its_weekday(tmp_path: Path) -> None:
    path = table(tmp_path, {}, {"Incident ID": "2", "Incident Date": "Fri, 02/01/2024 - 12:00"})
    with pytest.raises(SourceError, match=r"^a.csv, row 3, column Incident Date: 'Fri, 02/01/2024 - 12:00' is no such"):
        files.read(IOM, path)


@pytest.mark.parametrize(
    ("code", "first", "last", "precision"),
    [
        ("day", "2024-02-10", "2024-02-10", "day"),
        ("month", "2024-02-01", "2024-02-29", "month"),
        ("year_only", "2024-01-01", "2024-12-31", "year"),
        ("imprecise", "2024-02-10", "2024-02-10", "period"),
    ],
)
def test_a_date_known_to_the_month_or_year_spans_it(
    tmp_path: Path, code: str, first: str, last: str, precision: str
) -> None:
    path = old(tmp_path, {"Incident date": "2024-02-10", "incident_date_precision": code})
    row = files.read(IOM, path).incidents.iloc[0]
    assert (row["date_start"], row["date_end"], row["date_precision"]) == (
        pd.Timestamp(first),
        pd.Timestamp(last),
        precision,
    )


@pytest.mark.parametrize(
    ("dead", "missing", "toll"),
    [(2, 3, (2, 5, 5)), ("", 3, (0, 3, 3)), (2, "", (2, 2, 2)), (17, -5, (12, 12, 17)), ("NA", 1, (0, 1, 1))],
)
def test_the_toll_is_the_dead_and_the_missing(
    tmp_path: Path, dead: object, missing: object, toll: tuple[int, int, int]
) -> None:
    change = {"Number Dead": dead, "Minimum Estimated Number of Missing": missing}
    row = files.read(IOM, table(tmp_path, change)).incidents.iloc[0]
    assert (row["killed_count_low"], row["killed_count"], row["killed_count_high"]) == toll


def test_an_incident_without_any_count_is_set_aside(tmp_path: Path) -> None:
    nothing = {"Incident ID": "2", "Number Dead": "", "Minimum Estimated Number of Missing": ""}
    parsed = files.read(IOM, table(tmp_path, {}, nothing))
    assert parsed.quarantine[["source_row", "rule"]].to_numpy().tolist() == [
        [3, "neither dead nor missing are counted"]
    ]


@pytest.mark.parametrize(
    ("place", "country", "grouping", "precision"),
    [
        ("Agadez, Niger", "Niger", "Western Africa", "place"),
        ("Unspecified location in the desert, Niger", "Niger", "Western Africa", "country"),
        ("Unspecified location off Libya", "Libya", "Uncategorized", "sea"),
        ("Unspecified location", "", "Western Africa", "place"),
    ],
)
def test_an_unspecified_location_is_no_place(
    tmp_path: Path, place: str, country: str, grouping: str, precision: str
) -> None:
    change = {"Location of death": place, "Country of Incident": country, "UNSD region": grouping}
    assert files.read(IOM, old(tmp_path, change)).incidents["precision"].tolist() == [precision]


def test_na_is_nothing_and_not_namibia(tmp_path: Path) -> None:
    parsed = files.read(IOM, old(tmp_path, {"Country of Incident": "NA"}))
    assert files.none(parsed.incidents["country_id"].iloc[0]) is None
    assert parsed.unresolved.empty


def test_a_country_nobody_knows_is_listed(tmp_path: Path) -> None:
    parsed = files.read(IOM, old(tmp_path, {"Country of Incident": "Atlantis"}))
    assert parsed.unresolved["name"].tolist() == ["Atlantis"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Incident ID": ""}, "row 3, column Incident ID: empty is no event id"),
        ({"Incident Date": ""}, "row 3, column Incident Date: empty is no day"),
        ({"Incident Date": "Wed, 01/29/2098 - 12:00"}, "row 3, column Incident Date: '2098-01-29' lies in the future"),
        ({"Coordinates": "here"}, "row 3, column Coordinates: 'here' is no latitude and longitude"),
        ({"Coordinates": "91, 12"}, "row 3, column Latitude: '91' is outside -90..90 degrees"),
        ({"Coordinates": "35, 181"}, "row 3, column Longitude: '181' is outside -180..180 degrees"),
        ({"Number Dead": -1}, "row 3, column Number Dead: '-1' is no count"),
        ({"Minimum Estimated Number of Missing": "few"}, "row 3, column Minimum Estimated Number of Missing: 'few' is"),
        ({"Minimum Estimated Number of Missing": -9}, "row 3, column Minimum Estimated Number of Missing: '-9' takes"),
    ],
)
def test_an_impossible_incident_is_refused_by_row_and_column(
    tmp_path: Path, change: Mapping[str, object], says: str
) -> None:
    path = table(tmp_path, {}, {"Incident ID": "2"} | dict(change))
    with pytest.raises(SourceError) as refused:
        files.read(IOM, path)
    assert str(refused.value).startswith(f"a.csv, {says}")
    lenient = files.read(IOM, path, is_lenient=True)
    assert (len(lenient.incidents), lenient.quarantine["source_row"].tolist()) == (1, [3])


def test_a_layout_without_coordinates_is_refused(tmp_path: Path) -> None:
    path = files.table(tmp_path / "a.csv", [{name: ROW[name] for name in ROW if name != "Coordinates"}])
    with pytest.raises(SourceError, match=r"^a.csv, row 2, column Longitude: empty is no number"):
        files.read(IOM, path)


def test_what_is_read_keeps_the_contract(tmp_path: Path) -> None:
    incidents = files.read(IOM, table(tmp_path, {}, {"Incident ID": "2"})).incidents
    assert contracts.check(incidents, contracts.INCIDENTS).num_rows == 2


def lines(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_corridor_points_turn_to_lon_and_lat_in_the_order_drawn(tmp_path: Path) -> None:
    route = {"route": "Made-up route", "major": True, "coords": [[10, 20], [11, 21.5]]}
    found = iom_corridors.corridors(lines(tmp_path / "c.json", {"ROUTE_LINES": [route, route | {"major": False}]}))
    assert found.iloc[:2].to_numpy().tolist() == [
        [0, "Made-up route", True, 0, 20.0, 10.0],
        [0, "Made-up route", True, 1, 21.5, 11.0],
    ]
    assert found["line"].tolist() == [0, 0, 1, 1]


def test_a_corridor_drawn_the_other_way_comes_out_the_other_way(tmp_path: Path) -> None:
    there = {"route": "Made-up route", "major": True, "coords": [[10, 20], [11, 21.5]]}
    back = there | {"coords": [[11, 21.5], [10, 20]]}
    ends = [
        iom_corridors.corridors(lines(tmp_path / "c.json", {"ROUTE_LINES": [line]}))[["lon", "lat"]].to_numpy().tolist()
        for line in (there, back)
    ]
    assert ends[0] == ends[1][::-1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"HUBS": []}, "c.json: a list ROUTE_LINES is expected"),
        ({"ROUTE_LINES": []}, "c.json: a list ROUTE_LINES is expected"),
        ([1], "c.json: a list ROUTE_LINES is expected"),
        ({"ROUTE_LINES": [{"route": "x", "major": True}]}, "c.json, line 0: route, major and coords of"),
        ({"ROUTE_LINES": [{"route": "x", "major": True, "coords": [[1]]}]}, "c.json, line 0: route, major and coords"),
        ({"ROUTE_LINES": [{"route": "x", "major": True, "coords": [[1, 2]]}]}, "c.json, line 0: 1 points make no line"),
        (
            {"ROUTE_LINES": [{"route": "x", "major": True, "coords": [[100, 2], [1, 2]]}]},
            "c.json, line 0: [100, 2] is off the globe",
        ),
        (
            {"ROUTE_LINES": [{"route": "x", "major": True, "coords": [[float("nan"), 2], [1, 2]]}]},
            "c.json, line 0: [nan, 2] is off the globe",
        ),
    ],
)
def test_what_is_no_corridor_is_refused_by_its_line(tmp_path: Path, content: object, says: str) -> None:
    with pytest.raises(SourceError) as refused:
        iom_corridors.corridors(lines(tmp_path / "c.json", content))
    assert str(refused.value).startswith(says)


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match=r"^c.json: this is no JSON"):
        iom_corridors.corridors(tmp_path / "c.json")
    with pytest.raises(SourceError, match=r"^gone.json: the file cannot be opened"):
        iom_corridors.corridors(tmp_path / "gone.json")
