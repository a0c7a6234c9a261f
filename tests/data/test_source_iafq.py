"""UNODC's arms questionnaire: context of countries and years, never a line."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from dashboard import importing, publish
from data import contracts
from data.errors import SourceError
from tests.data import files

IAFQ = "unodc-iafq"
ROW: dict[str, object] = {
    "Iso3_code": "ESP",
    "Country": "Spain",
    "Region": "Europe",
    "Subregion": "Southern Europe",
    "Indicator": "Arms seized",
    "Dimension": "by other suspected offences",
    "Category": "Drugs",
    "Sex": "na",
    "Age": "na",
    "Year": 2019,
    "Unit of measurement": "Counts",
    "VALUE": 12,
    "Source": "IAFQ",
}


def workbook(path: Path, *changes: Mapping[str, object], notes: tuple[str, ...] = ()) -> Path:
    """Write figures as published: two banner rows, a header, one row per figure, footnotes."""
    body = [list({**ROW, **change}.values()) for change in changes]
    return files.xlsx(path, [["UNODC"], ["17/06/2022"], list(ROW), *body, *([note] for note in notes)])


def observations(tmp_path: Path, *changes: Mapping[str, object]) -> pd.DataFrame:
    """Return the records of some figures."""
    return files.read(IAFQ, workbook(tmp_path / "a.xlsx", *changes)).observations


def test_a_figure_is_the_quantity_of_one_record_of_its_country_and_year(tmp_path: Path) -> None:
    parsed = files.read(IAFQ, workbook(tmp_path / "a.xlsx", {}))
    row = parsed.observations.iloc[0]
    assert (row["layer"], row["record_kind"], row["quantity"], row["item_count"]) == (
        "firearms_context",
        "aggregate",
        12.0,
        12,
    )
    assert (row["commodity"], row["commodity_raw"]) == (
        "criminal context: drugs",
        "Arms seized | by other suspected offences | Drugs",
    )
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp("2019-01-01"), pd.Timestamp("2019-12-31"))
    assert files.places_of(parsed, 4) == [("seizure", "ESP")]


@pytest.mark.parametrize(
    ("change", "commodity"),
    [
        ({"Dimension": "by type", "Category": "rifle (Inlcuding Carbine)"}, "type: rifle"),
        ({"Dimension": "by marking", "Category": "unknown Status On Marking"}, "marking: unknown"),
        (
            {"Dimension": "by location", "Category": "Uniquely identifiable - tracing procedure pending"},
            "tracing outcome: tracing procedure pending",
        ),
        (
            {"Dimension": "by location", "Category": "Total not uniquely identifiable through marking"},
            "tracing outcome: not uniquely identifiable: total",
        ),
        ({"Dimension": "By Location", "Category": "Land borders"}, "place of seizure: land borders"),
    ],
)
def test_spellings_and_the_misfiled_tracing_outcomes_are_put_right(
    tmp_path: Path, change: Mapping[str, object], commodity: str
) -> None:
    assert observations(tmp_path, change)["commodity"].tolist() == [commodity]


@pytest.mark.parametrize(
    ("place", "mode", "direction"),
    [
        ("land borders", "land_road", None),
        ("planes and airports", "air", None),
        ("Vessels and harbours", "sea", None),
        ("national territory", None, "domestic"),
        ("Total", None, None),
    ],
)
def test_the_place_of_seizure_tells_the_transport(
    tmp_path: Path, place: str, mode: str | None, direction: str | None
) -> None:
    row = observations(tmp_path, {"Dimension": "by location", "Category": place}).iloc[0]
    assert (files.none(row["transport_mode"]), files.none(row["border_direction"])) == (mode, direction)


def test_only_firearms_are_pieces(tmp_path: Path) -> None:
    rows = observations(tmp_path, {}, {"Indicator": "Ammunition seized"}, {"Indicator": "Instances/cases of seizures"})
    assert [files.none(count) for count in rows["item_count"]] == [12, None, None]
    assert rows["quantity"].tolist() == [12.0, 12.0, 12.0]


def test_figures_from_traces_are_told_apart(tmp_path: Path) -> None:
    parsed = files.read(IAFQ, workbook(tmp_path / "a.xlsx", {"Source": "ATF"}, {"Indicator": "Arms found"}))
    assert parsed.observations["record_kind"].tolist() == ["trace", "aggregate"]
    assert [files.places_of(parsed, row)[0][0] for row in (4, 5)] == ["recovery", "detection"]


def test_a_zero_stays_and_a_repeat_is_counted_as_one(tmp_path: Path) -> None:
    rows = observations(tmp_path, {"VALUE": 0}, {"VALUE": 0}, {"VALUE": 3})
    assert rows["quantity"].tolist() == [0.0, 0.0, 3.0]
    assert rows["repeat_count"].tolist() == [2, 2, 1]
    assert rows["obs_id"].is_unique


def test_an_edition_that_revises_a_figure_keeps_its_identity(tmp_path: Path) -> None:
    assert observations(tmp_path, {})["obs_id"].tolist() == observations(tmp_path, {"VALUE": 13})["obs_id"].tolist()


def test_context_never_becomes_a_line_or_a_total(tmp_path: Path) -> None:
    root = tmp_path / "store"
    importing.import_files(root, IAFQ, [workbook(tmp_path / "a.xlsx", {}, {"Country": "France", "Iso3_code": "FRA"})])
    publish.publish(root)
    assert files.rows_of(root, "legs") == []
    assert all(row["is_subtotal"] for row in files.rows_of(root, "observations"))


def test_footnotes_are_set_aside_and_a_banner_of_any_height_is_skipped(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {}, notes=("Data as of June 2022.", "na: not applicable here"))
    parsed = files.read(IAFQ, path)
    assert (len(parsed.observations), parsed.row_count_read) == (1, 3)
    assert parsed.quarantine["source_row"].tolist() == [5, 6]


def test_a_dimension_of_a_later_edition_is_kept_and_told(tmp_path: Path) -> None:
    parsed = files.read(IAFQ, workbook(tmp_path / "a.xlsx", {"Dimension": "by colour"}, {}))
    assert [files.none(word) for word in parsed.observations["commodity"]] == [None, "criminal context: drugs"]
    assert parsed.notes == ("dimension 'by colour' is not in the card: 1 figures have no topic",)


def test_headings_in_another_case_and_under_another_name_are_known(tmp_path: Path) -> None:
    other = {"Iso3_code": "ISO3", "VALUE": "Value", "Category": "CATEGORY "}
    row = list(ROW.values())
    path = files.xlsx(tmp_path / "a.xlsx", [["UNODC"], [other.get(name, name) for name in ROW], row])
    assert files.read(IAFQ, path).observations["commodity"].tolist() == ["criminal context: drugs"]


def test_the_sheet_that_holds_the_table_is_found_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"About": ["made up"]}).to_excel(book, sheet_name="Notes", index=False)
        pd.DataFrame([ROW, ROW | {"VALUE": "many"}]).to_excel(book, sheet_name="Data", index=False)
    with pytest.raises(
        SourceError, match=r"^a.xlsx, sheet Data, row 3, column VALUE: 'many' is no count\. Give a whol"
    ):
        files.read(IAFQ, path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Iso3_code": "QQQ"}, "row 5, column Iso3_code: 'QQQ' is no country we know"),
        ({"Iso3_code": None, "Country": "Atlantis"}, "row 5, column Country: 'Atlantis' is no country we know"),
        ({"Year": 1066}, "row 5, column Year: '1066' is no year from 1990 to today"),
        ({"Year": 2026}, "row 5, column Year: '2026' is no year from 1990 to today"),
        ({"Year": None}, "row 5, column Year: empty is no year from 1990 to today"),
        ({"VALUE": -1}, "row 5, column VALUE: '-1' is no count"),
        ({"VALUE": 1.5}, "row 5, column VALUE: '1.5' is no count"),
        ({"Dimension": None}, "row 5, column Dimension: empty names nothing"),
    ],
)
def test_an_impossible_figure_is_refused_by_row_and_column(
    tmp_path: Path, change: Mapping[str, object], says: str
) -> None:
    path = workbook(tmp_path / "a.xlsx", {}, change)
    with pytest.raises(SourceError) as refused:
        files.read(IAFQ, path)
    assert str(refused.value).startswith(f"a.xlsx, {says}")
    lenient = files.read(IAFQ, path, is_lenient=True)
    assert (len(lenient.observations), lenient.quarantine["source_row"].tolist()) == (1, [5])


def test_a_missing_column_is_named_with_the_names_it_may_have(tmp_path: Path) -> None:
    names = [name for name in ROW if name != "VALUE"]
    path = files.xlsx(tmp_path / "a.xlsx", [["ISO3", *names[1:]], [ROW[name] for name in names]])
    says = r"^a.xlsx, row 1: column VALUE \(or Value, txtVALUE\) is missing \(found ISO3, Country"
    with pytest.raises(SourceError, match=says):
        files.read(IAFQ, path)


def test_what_is_read_keeps_the_contracts(tmp_path: Path) -> None:
    parsed = files.read(IAFQ, workbook(tmp_path / "a.xlsx", {}, {"VALUE": None}, {"Iso3_code": None}))
    assert parsed.quarantine["rule"].tolist() == ["no figure is printed"]
    for name in ("observations", "waypoints", "quarantine"):
        assert contracts.check(getattr(parsed, name), contracts.TABLES[name]).num_rows > 0
