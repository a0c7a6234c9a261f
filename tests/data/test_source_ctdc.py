"""CTDC's victims: k-anonymised, synthetic, and synthetic with perpetrators."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from dashboard import importing, publish
from data import contracts
from data.errors import SourceError
from tests.data import files

CTDC = "ctdc"
ROW: dict[str, object] = {
    "yearOfRegistration": 2016,
    "gender": "Female",
    "ageBroad": "30--38",
    "citizenship": "NG",
    "isForcedLabour": 0,
    "isSexualExploit": 1,
    "isOtherExploit": 0,
    "CountryOfExploitation": "IT",
}
PAIR: dict[str, object] = {
    "yearRegister": "2014-2018",
    "gender": "Female",
    "majorityStatus": "Adult",
    "isForcedLabour": 1,
    "isSexualExploit": "",
    "UN_COO_Region": "Africa",
    "UN_COE_Region": "Americas/Oceania",
    "IP_Relation": "FriendAcquaintance",
}


def table(tmp_path: Path, *changes: Mapping[str, object], name: str = "a.csv") -> Path:
    """Write victims in the layout of the global data."""
    return files.table(tmp_path / name, [ROW | dict(change) for change in changes])


def test_citizenship_comes_before_the_country_of_exploitation(tmp_path: Path) -> None:
    parsed = files.read(CTDC, table(tmp_path, {}, {"citizenship": "IT", "CountryOfExploitation": "NG"}))
    assert files.places_of(parsed, 2) == [("citizenship", "NGA"), ("exploitation", "ITA")]
    assert files.places_of(parsed, 3) == [("citizenship", "ITA"), ("exploitation", "NGA")]


def test_reversing_the_two_countries_reverses_the_leg(tmp_path: Path) -> None:
    ends = []
    for name, change in (("a", {}), ("b", {"citizenship": "IT", "CountryOfExploitation": "NG"})):
        root = tmp_path / name
        importing.import_files(root, CTDC, [table(tmp_path, *[change] * 10, name=f"{name}.csv")])
        publish.publish(root)
        ends += [(leg["origin_id"], leg["destination_id"], leg["status"]) for leg in files.rows_of(root, "legs")]
    assert ends == [("NGA", "ITA", "observed"), ("ITA", "NGA", "observed")]


@pytest.mark.parametrize(("citizenship", "exploitation"), [("NG", "IT"), ("NGA", "ITA")])
def test_both_kinds_of_country_codes_are_known(tmp_path: Path, citizenship: str, exploitation: str) -> None:
    parsed = files.read(CTDC, table(tmp_path, {"citizenship": citizenship, "CountryOfExploitation": exploitation}))
    assert [place for _, place in files.places_of(parsed, 2)] == ["NGA", "ITA"]


def test_the_code_na_is_namibia(tmp_path: Path) -> None:
    parsed = files.read(CTDC, table(tmp_path, {"citizenship": "NA"}))
    assert files.places_of(parsed, 2)[0] == ("citizenship", "NAM")


@pytest.mark.parametrize("nothing", ["-99", -99.0, ""])
def test_a_missing_code_is_no_place_and_no_form(tmp_path: Path, nothing: object) -> None:
    change = {"citizenship": nothing, "isSexualExploit": nothing, "isForcedLabour": nothing}
    parsed = files.read(CTDC, table(tmp_path, change))
    assert files.places_of(parsed, 2) == [("exploitation", "ITA")]
    assert files.none(parsed.observations["commodity"].iloc[0]) is None
    assert parsed.unresolved.empty


@pytest.mark.parametrize(
    ("marked", "form"),
    [
        ({}, "sexual exploitation"),
        ({"isSexualExploit": 0, "isForcedLabour": "1.0"}, "forced labour"),
        ({"isForcedLabour": 1}, "several forms"),
        ({"isSexualExploit": 0, "isOtherExploit": 1}, "other"),
        ({"isSexualExploit": 0}, None),
    ],
)
def test_the_marked_form_of_exploitation_is_the_commodity(
    tmp_path: Path, marked: Mapping[str, object], form: str | None
) -> None:
    found = files.read(CTDC, table(tmp_path, marked)).observations["commodity"]
    assert [files.none(word) for word in found] == [form]


def test_equal_rows_are_different_people(tmp_path: Path) -> None:
    rows = files.read(CTDC, table(tmp_path, {}, {}, {})).observations
    assert (rows["repeat_count"].tolist(), rows["obs_id"].is_unique) == ([1, 1, 1], True)


def test_the_editions_of_one_case_load_count_once_by_the_larger(tmp_path: Path) -> None:
    synthetic = {"citizenship": "NGA", "CountryOfExploitation": "ITA"}
    paths = [table(tmp_path, *[{}] * 20), table(tmp_path, *[synthetic] * 30, name="b.csv")]
    importing.import_files(tmp_path / "store", CTDC, paths)
    publish.publish(tmp_path / "store")
    assert [row["case_count"] for row in files.rows_of(tmp_path / "store", "observations")] == [30]


def test_victims_with_perpetrators_are_subtotals_without_a_place(tmp_path: Path) -> None:
    parsed = files.read(CTDC, files.table(tmp_path / "a.csv", [PAIR]))
    row = parsed.observations.iloc[0]
    assert (row["is_subtotal"], row["commodity"], row["date_precision"]) == (True, "forced labour", "period")
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp("2014-01-01"), pd.Timestamp("2018-12-31"))
    assert files.places_of(parsed, 2) == [("citizenship", None), ("exploitation", None)]
    assert parsed.waypoints["place_raw"].tolist() == ["Africa", "Americas/Oceania"]
    assert parsed.unresolved.empty


@pytest.mark.parametrize("year", ["", "-99"])
def test_a_victim_without_a_year_is_set_aside(tmp_path: Path, year: str) -> None:
    parsed = files.read(CTDC, table(tmp_path, {}, {"yearOfRegistration": year}))
    assert parsed.quarantine[["source_row", "rule"]].to_numpy().tolist() == [[3, "no year is stated"]]
    assert len(parsed.observations) == 1


def test_a_code_nobody_knows_is_listed(tmp_path: Path) -> None:
    parsed = files.read(CTDC, table(tmp_path, {"citizenship": "QQ"}, {"citizenship": "QQ"}))
    assert parsed.unresolved[["column", "name", "row_count"]].to_numpy().tolist() == [["citizenship", "QQ", 2]]


@pytest.mark.parametrize("year", ["1066", "2026", "2018-2014", "last year"])
def test_an_impossible_year_is_refused_by_row(tmp_path: Path, year: str) -> None:
    path = table(tmp_path, {}, {"yearOfRegistration": year})
    with pytest.raises(SourceError, match=rf"^a.csv, row 3, column yearOfRegistration: '{year}' is no year or range"):
        files.read(CTDC, path)
    assert len(files.read(CTDC, path, is_lenient=True).observations) == 1


def test_a_missing_column_is_named_with_the_names_it_may_have(tmp_path: Path) -> None:
    path = files.table(tmp_path / "a.csv", [{name: ROW[name] for name in ROW if name != "citizenship"}])
    with pytest.raises(SourceError, match=r"^a.csv, row 1: column citizenship \(or UN_COO_Region\) is missing"):
        files.read(CTDC, path)


def test_what_is_read_keeps_the_contracts(tmp_path: Path) -> None:
    parsed = files.read(CTDC, table(tmp_path, {}, {"isSexualExploit": 0}, {"yearOfRegistration": ""}))
    for name in ("observations", "waypoints", "quarantine"):
        assert contracts.check(getattr(parsed, name), contracts.TABLES[name]).num_rows > 0
