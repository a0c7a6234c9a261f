"""CBP's drug seizures: fiscal months, pounds, areas of responsibility."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from dashboard import importing, publish
from data import contracts
from data.errors import SourceError
from tests.data import files

CBP = "cbp-drugs"
ROW: dict[str, object] = {
    "FY": 2019,
    "Month (abbv)": "OCT",
    "Component": "Office of Field Operations",
    "Region": "Southwest Border",
    "Land Filter": "Land Only",
    "Area of Responsibility": "LAREDO FIELD OFFICE",
    "Drug Type": "Cocaine",
    "Count of Event": 3,
    "Sum Qty (lbs)": 100,
}


def table(tmp_path: Path, *changes: Mapping[str, object], name: str = "a.csv") -> Path:
    """Write rows in the published layout."""
    return files.table(tmp_path / name, [ROW | dict(change) for change in changes])


@pytest.mark.parametrize(
    ("fiscal", "month", "first", "last"),
    [
        (2019, "SEP", "2019-09-01", "2019-09-30"),
        (2019, "OCT", "2018-10-01", "2018-10-31"),
        (2019, "DEC", "2018-12-01", "2018-12-31"),
        (2019, "JAN", "2019-01-01", "2019-01-31"),
        (2020, "Feb", "2020-02-01", "2020-02-29"),
        ("2025 (FYTD)", "MAR", "2025-03-01", "2025-03-31"),
    ],
)
def test_a_fiscal_year_begins_in_the_october_before(
    tmp_path: Path, fiscal: object, month: str, first: str, last: str
) -> None:
    row = files.read(CBP, table(tmp_path, {"FY": fiscal, "Month (abbv)": month})).observations.iloc[0]
    assert (row["date_start"], row["date_end"], row["date_precision"]) == (
        pd.Timestamp(first),
        pd.Timestamp(last),
        "month",
    )


def test_pounds_become_kilograms_and_events_are_the_records(tmp_path: Path) -> None:
    row = files.read(CBP, table(tmp_path, {})).observations.iloc[0]
    assert (row["quantity"], row["quantity_unit_raw"], row["case_count"]) == (100.0, "lbs", 3)
    assert row["quantity_kg"] == pytest.approx(45.359237)


def test_the_border_tells_the_direction_and_never_an_origin(tmp_path: Path) -> None:
    inland = {"Region": "Coastal/Interior", "Land Filter": "Other"}
    parsed = files.read(CBP, table(tmp_path, {}, {"Region": "Northern Border"}, inland))
    assert [files.none(word) for word in parsed.observations["border_direction"]] == ["inbound", "inbound", None]
    assert [files.none(word) for word in parsed.observations["transport_mode"]] == ["land_road", "land_road", None]
    assert [files.places_of(parsed, row) for row in (2, 3, 4)] == [[("seizure", "USA")]] * 3


def test_an_office_at_foreign_airports_is_in_no_known_country(tmp_path: Path) -> None:
    parsed = files.read(CBP, table(tmp_path, {"Area of Responsibility": "PRECLEARANCE FIELD OFFICE"}))
    assert files.places_of(parsed, 2) == [("seizure", None)]
    assert parsed.waypoints["place_raw"].tolist() == ["PRECLEARANCE FIELD OFFICE"]


@pytest.mark.parametrize(
    ("drug", "group"),
    [("Other Drugs**", "other"), ("Marijuana", "cannabis"), ("METHAMPHETAMINE", "amphetamine-type"), ("New", "other")],
)
def test_drugs_are_grouped_like_those_of_the_other_source(tmp_path: Path, drug: str, group: str) -> None:
    row = files.read(CBP, table(tmp_path, {"Drug Type": drug})).observations.iloc[0]
    assert (row["commodity"], row["commodity_raw"]) == (group, drug)


def test_a_later_edition_does_not_count_a_month_twice(tmp_path: Path) -> None:
    paths = [
        table(tmp_path, {}, {"Drug Type": "Other Drugs**"}),
        table(tmp_path, {"FY": 2019, "Count of Event": 4}, {"Drug Type": "Other Drugs*"}, {"FY": 2020}, name="b.csv"),
    ]
    root = tmp_path / "store"
    importing.import_files(root, CBP, paths)
    publish.publish(root)
    assert len(files.rows_of(root, "observations")) == 3
    assert files.rows_of(root, "legs") == []


def test_banner_lines_above_the_header_and_other_headings_are_known(tmp_path: Path) -> None:
    other = {"FY": "Fiscal Year", "Count of Event": "Event Count", "Month (abbv)": "month (ABBV)"}
    lines = ["CBP drug seizures", "", ",".join(other.get(name, name) for name in ROW), ",".join(map(str, ROW.values()))]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert files.read(CBP, tmp_path / "a.csv").observations["source_row"].tolist() == [4]


def test_footnotes_below_the_table_are_set_aside(tmp_path: Path) -> None:
    path = table(tmp_path, {})
    path.write_text(path.read_text(encoding="utf-8") + "** Includes other drugs,,,,,,,,\n", encoding="utf-8")
    parsed = files.read(CBP, path)
    assert (len(parsed.observations), parsed.quarantine["source_row"].tolist()) == (1, [3])


def test_counts_with_thousands_separators_are_read(tmp_path: Path) -> None:
    row = files.read(CBP, table(tmp_path, {"Count of Event": "1,925", "Sum Qty (lbs)": "69,514.5"})).observations
    assert (row["case_count"].tolist(), row["quantity"].tolist()) == ([1925], [69514.5])


def test_no_seizure_is_no_record_and_no_amount_is_null(tmp_path: Path) -> None:
    parsed = files.read(CBP, table(tmp_path, {"Count of Event": 0}, {"Sum Qty (lbs)": ""}))
    assert parsed.quarantine[["source_row", "rule"]].to_numpy().tolist() == [[2, "no seizure was counted"]]
    assert files.none(parsed.observations["quantity_kg"].iloc[0]) is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"FY": "x"}, "row 3, column FY: 'x' is no year from 1990 to today"),
        ({"FY": ""}, "row 3, column FY: empty is no year from 1990 to today"),
        ({"Month (abbv)": "XYZ"}, "row 3, column Month (abbv): 'XYZ' is no month. Write it as JAN."),
        ({"Month (abbv)": "MAYBE"}, "row 3, column Month (abbv): 'MAYBE' is no month. Write it as JAN."),
        ({"FY": 2025, "Month (abbv)": "JUL"}, "row 3, column Month (abbv): 'JUL' lies in the future"),
        ({"Drug Type": ""}, "row 3, column Drug Type: empty names nothing"),
        ({"Count of Event": "few"}, "row 3, column Count of Event: 'few' is no count"),
        ({"Count of Event": ""}, "row 3, column Count of Event: empty is no count"),
        ({"Count of Event": -1}, "row 3, column Count of Event: '-1' is no count"),
        ({"Sum Qty (lbs)": -0.5}, "row 3, column Sum Qty (lbs): '-0.5' is no amount"),
        ({"Sum Qty (lbs)": "NaN"}, "row 3, column Sum Qty (lbs): 'NaN' is no amount"),
    ],
)
def test_an_impossible_row_is_refused_by_row_and_column(
    tmp_path: Path, change: Mapping[str, object], says: str
) -> None:
    path = table(tmp_path, {}, change)
    with pytest.raises(SourceError) as refused:
        files.read(CBP, path)
    assert str(refused.value).startswith(f"a.csv, {says}")
    lenient = files.read(CBP, path, is_lenient=True)
    assert (len(lenient.observations), lenient.quarantine["source_row"].tolist()) == (1, [3])


def test_what_is_read_keeps_the_contracts(tmp_path: Path) -> None:
    parsed = files.read(CBP, table(tmp_path, {}, {"Count of Event": 0}))
    for name in ("observations", "waypoints", "quarantine"):
        assert contracts.check(getattr(parsed, name), contracts.TABLES[name]).num_rows == 1
