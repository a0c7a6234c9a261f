"""The Global Terrorism Database, in its documented columns; every row here is made up."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from data import contracts
from data.errors import SourceError
from data.places import gazetteer
from data.sources import register
from tests.data import files

GTD = "gtd"
ROW: dict[str, object] = {
    "eventid": 201902030001,
    "iyear": 2019,
    "imonth": 2,
    "iday": 3,
    "country_txt": "Chad",
    "city": "Testville",
    "latitude": 10.5,
    "longitude": 20.25,
    "specificity": 1,
    "doubtterr": 0,
    "attacktype1_txt": "Armed Assault",
    "weaptype1_txt": "Firearms",
    "weaptype2_txt": "",
    "gname": "Made-up group",
    "nkill": 4,
}


def table(tmp_path: Path, *changes: Mapping[str, object]) -> Path:
    """Write attacks in the published columns."""
    return files.table(tmp_path / "a.csv", [ROW | dict(change) for change in changes])


def first(tmp_path: Path, **change: object) -> pd.Series:
    """Return the incident that one attack becomes."""
    return files.read(GTD, table(tmp_path, change)).incidents.iloc[0]


def test_an_attack_is_an_incident_of_terrorism(tmp_path: Path) -> None:
    row = first(tmp_path)
    assert (row["incident_id"], row["layer"], row["incident_kind"]) == ("gtd:201902030001", "terrorism", "firearms")
    assert row["incident_kind_raw"] == "Armed Assault; Firearms"
    assert (row["lon"], row["lat"], row["country_id"], row["place_raw"]) == (20.25, 10.5, "TCD", "Testville")
    assert (row["killed_count_low"], row["killed_count"], row["killed_count_high"]) == (4, 4, 4)
    assert (row["actor_a"], row["year"]) == ("Made-up group", 2019)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_workbook_gives_the_same_event_id_as_a_text(tmp_path: Path, ending: str) -> None:
    path = table(tmp_path, {}) if ending == "csv" else files.xlsx(tmp_path / "a.xlsx", [list(ROW), list(ROW.values())])
    assert files.read(GTD, path).incidents["incident_id"].tolist() == ["gtd:201902030001"]


@pytest.mark.parametrize(
    ("month", "day", "start", "end", "precision"),
    [
        (2, 3, "2019-02-03", "2019-02-03", "day"),
        (2, 0, "2019-02-01", "2019-02-28", "month"),
        (0, 0, "2019-01-01", "2019-12-31", "year"),
        (0, 3, "2019-01-01", "2019-12-31", "year"),
        ("", "", "2019-01-01", "2019-12-31", "year"),
        (12, 0, "2019-12-01", "2019-12-31", "month"),
    ],
)
def test_a_month_or_day_of_zero_is_unknown(
    tmp_path: Path, month: object, day: object, start: str, end: str, precision: str
) -> None:
    row = first(tmp_path, imonth=month, iday=day)
    assert (row["date_start"], row["date_end"], row["date_precision"]) == (
        pd.Timestamp(start),
        pd.Timestamp(end),
        precision,
    )


@pytest.mark.parametrize(("code", "precision"), [(1, "place"), (2, "place"), (3, "admin2"), (4, "admin1")])
def test_specificity_is_the_precision_of_the_point(tmp_path: Path, code: int, precision: str) -> None:
    row = first(tmp_path, specificity=code)
    assert (row["lon"], row["lat"], row["precision"]) == (20.25, 10.5, precision)


@pytest.mark.parametrize("change", [{"specificity": 5}, {"latitude": "", "longitude": ""}, {"specificity": ""}])
def test_a_place_that_was_not_found_is_the_country(tmp_path: Path, change: Mapping[str, object]) -> None:
    row, chad = first(tmp_path, **change), gazetteer().point("TCD")
    assert (row["lon"], row["lat"], row["precision"]) == (chad.lon, chad.lat, "country")


def test_a_state_that_is_several_now_has_no_point_of_its_own(tmp_path: Path) -> None:
    parsed = files.read(GTD, table(tmp_path, {"country_txt": "Yugoslavia", "specificity": 5}))
    row = parsed.incidents.iloc[0]
    assert [files.none(row[name]) for name in ("country_id", "lon", "lat", "precision")] == [None] * 4
    assert parsed.unresolved["name"].tolist() == ["Yugoslavia"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("West Germany (FRG)", "DEU"),
        ("East Germany (GDR)", "DEU"),
        ("People's Republic of the Congo", "COG"),
        ("Zaire", "COD"),
        ("West Bank and Gaza Strip", "PSE"),
        ("International", None),
    ],
)
def test_names_as_the_publisher_writes_them_are_known(tmp_path: Path, name: str, code: str | None) -> None:
    parsed = files.read(GTD, table(tmp_path, {"country_txt": name}))
    assert files.none(parsed.incidents["country_id"].iloc[0]) == code
    assert parsed.unresolved.empty


@pytest.mark.parametrize(
    ("weapons", "kind"),
    [
        ({}, "firearms"),
        ({"weaptype1_txt": "Explosives", "weaptype2_txt": "Firearms"}, "firearms"),
        ({"weaptype1_txt": "Explosives"}, "explosives"),
        ({"weaptype1_txt": "Vehicle (not to include vehicle-borne explosives)"}, "vehicle"),
    ],
)
def test_any_weapon_that_is_a_firearm_makes_the_attack_one_with_firearms(
    tmp_path: Path, weapons: Mapping[str, object], kind: str
) -> None:
    assert first(tmp_path, **weapons)["incident_kind"] == kind


def test_an_attack_the_publisher_doubts_is_set_aside(tmp_path: Path) -> None:
    parsed = files.read(GTD, table(tmp_path, {}, {"eventid": 2, "doubtterr": 1}, {"eventid": 3, "doubtterr": -9}))
    assert parsed.incidents["incident_id"].tolist() == ["gtd:201902030001", "gtd:3"]
    assert parsed.quarantine[["source_row", "column", "rule"]].to_numpy().tolist() == [
        [3, "doubtterr", "the publisher doubts that this is terrorism proper"]
    ]


@pytest.mark.parametrize(
    ("killed", "counts"), [(2.5, (2, None, 3)), ("", (None, None, None)), (-99, (None, None, None)), (0, (0, 0, 0))]
)
def test_a_shared_toll_is_a_range_and_an_unknown_one_is_null(
    tmp_path: Path, killed: object, counts: tuple[int | None, ...]
) -> None:
    row = first(tmp_path, nkill=killed)
    assert tuple(files.none(row[f"killed_count{end}"]) for end in ("_low", "", "_high")) == counts


def test_an_unknown_group_is_null(tmp_path: Path) -> None:
    assert files.none(first(tmp_path, gname="Unknown")["actor_a"]) is None


def test_a_repeated_id_is_set_aside(tmp_path: Path) -> None:
    parsed = files.read(GTD, table(tmp_path, {}, {"nkill": 9}))
    assert parsed.incidents["killed_count"].tolist() == [4]
    assert parsed.quarantine[["source_row", "rule"]].to_numpy().tolist() == [[3, "repeats an event id"]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"eventid": ""}, "row 3, column eventid: empty is no event id"),
        ({"iyear": 1969}, "row 3, column iyear: '1969' is no year from 1970 to today"),
        ({"iyear": ""}, "row 3, column iyear: empty is no year"),
        ({"imonth": 13}, "row 3, column imonth: '13' is no month"),
        ({"iday": 30}, "row 3, column iday: '30' is no day of its month"),
        ({"iyear": 2025, "imonth": 7, "iday": 1}, "row 3, column iday: '1' lies in the future"),
        ({"latitude": 91}, "row 3, column latitude: '91.0' is outside -90..90 degrees"),
        ({"longitude": -86185896}, "row 3, column longitude: '-86185896.0' is outside -180..180 degrees"),
        ({"longitude": "east"}, "row 3, column longitude: 'east' is no number"),
        ({"specificity": 6}, "row 3, column specificity: '6' is no code we know"),
        ({"nkill": -1}, "row 3, column nkill: '-1' is no count"),
    ],
)
def test_an_impossible_attack_is_refused_by_row_and_column(
    tmp_path: Path, change: Mapping[str, object], says: str
) -> None:
    path = table(tmp_path, {}, {"eventid": 8} | dict(change))
    with pytest.raises(SourceError) as refused:
        files.read(GTD, path)
    assert str(refused.value).startswith(f"a.csv, {says}")
    lenient = files.read(GTD, path, is_lenient=True)
    assert (len(lenient.incidents), lenient.quarantine["source_row"].tolist()) == (1, [3])


def test_its_licence_forbids_passing_rows_on() -> None:
    card = register.profile(GTD)
    assert (card["redistributable"], card["marking"]) == (False, "TLP:AMBER+STRICT")


def test_what_is_read_keeps_the_contract(tmp_path: Path) -> None:
    incidents = files.read(GTD, table(tmp_path, {}, {"eventid": 2, "nkill": 2.5})).incidents
    assert contracts.check(incidents, contracts.INCIDENTS).num_rows == 2
