"""ATF's matrices of source and recovery state, and its traces of firearms recovered abroad."""

from pathlib import Path

import pandas as pd
import pytest

from dashboard import importing, publish
from data.errors import SourceError
from data.parsed import Parsed
from tests.data import files

STATES = ("ALABAMA", "ALASKA", "TEXAS")
MADE_UP = {"ALABAMA": (50, 3, 0), "ALASKA": (1, 20, 4), "TEXAS": (0, 2, 90)}


def pairs(parsed: Parsed) -> dict[tuple[object, object], int]:
    """Return (origin, recovery) to count."""
    ends = parsed.waypoints.pivot(index="obs_id", columns="role", values="place_id")
    found = ends.join(parsed.observations.set_index("obs_id"))
    return {(a, b): int(n) for a, b, n in zip(found["last_legal"], found["recovery"], found["item_count"], strict=True)}


@pytest.mark.parametrize("lead", [0, 5])
@pytest.mark.parametrize("total", ["TOTAL", "TOTALS"])
def test_the_matrix_is_found_by_the_word_alabama_and_totals_are_dropped(tmp_path: Path, lead: int, total: str) -> None:
    parsed = files.read("atf-traces", files.matrix(tmp_path / "trace_2016.xlsx", STATES, MADE_UP, total, lead))
    assert pairs(parsed) == {
        ("US-AL", "US-AL"): 50,
        ("US-AL", "US-AK"): 3,
        ("US-AK", "US-AL"): 1,
        ("US-AK", "US-AK"): 20,
        ("US-AK", "US-TX"): 4,
        ("US-TX", "US-AK"): 2,
        ("US-TX", "US-TX"): 90,
    }
    assert parsed.notes == ()
    # the row of ALABAMA is the third below the empty ones: banner, header, ALABAMA
    assert parsed.observations["source_row"].min() == lead + 3
    assert set(parsed.observations["date_start"].astype("str")) == {"2016-01-01"}
    assert set(parsed.observations["date_end"].astype("str")) == {"2016-12-31"}


def test_columns_before_the_matrix_do_not_matter(tmp_path: Path) -> None:
    rows: list[list[object]] = [[None] * 5, [None, None, None, None, "ALABAMA", "ALASKA", "TOTAL"]]
    rows += [[None, None, None, "ALABAMA", 1, 2, 3], [None, None, None, "ALASKA", 3, 4, 7]]
    rows += [[None, None, None, "TOTAL", 4, 6, 10]]
    parsed = files.read("atf-traces", files.xlsx(tmp_path / "2016.xlsx", rows))
    assert sorted(pairs(parsed).values()) == [1, 2, 3, 4]
    assert parsed.notes == ()


def test_footnotes_below_the_totals_are_ignored(tmp_path: Path) -> None:
    notes = ("Queried on a made-up day", "ALABAMA counts are made up")
    path = files.matrix(tmp_path / "trace_2016.xlsx", STATES, MADE_UP, notes=notes)
    assert sum(pairs(files.read("atf-traces", path)).values()) == 50 + 3 + 1 + 20 + 4 + 2 + 90


def test_a_matrix_without_a_total_column_is_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [[None, "ALABAMA", "ALASKA"], ["ALABAMA", 1, 2], ["ALASKA", 3, 4], ["TOTAL", 4, 6]]
    parsed = files.read("atf-traces", files.xlsx(tmp_path / "trace_2016.xlsx", rows))
    assert sorted(pairs(parsed).values()) == [1, 2, 3, 4]
    assert parsed.notes == ()


@pytest.mark.parametrize("gap", [[], [None, None, 1, 2, 3]])
def test_a_gap_in_the_matrix_does_not_end_it_unsaid(tmp_path: Path, gap: list[object]) -> None:
    rows: list[list[object]] = [[None, None, "ALABAMA", "ALASKA", "TOTAL"], [None, "ALABAMA", 1, 2, 3], gap]
    rows += [[None, "ALASKA", 3, 4, 7], [None, "TOTAL", 4, 6, 10]]
    row = 3 if gap else 4  # of the first numbers below ALABAMA that no matrix holds
    with pytest.raises(SourceError, match=rf"^2016.xlsx, row {row}: numbers stand below .* remove empty rows\.$"):
        files.read("atf-traces", files.xlsx(tmp_path / "2016.xlsx", rows))


def test_territories_and_canada_get_their_own_places(tmp_path: Path) -> None:
    recovery = ("ALABAMA", "GUAM & NORTHERN MARIANA ISLANDS", "US VIRGIN ISLANDS", "GEORGIA")
    sources = {
        "ALABAMA": (0, 2, 3, 0),
        "GUAM": (5, 0, 0, 0),
        "US VIRGIN  ISLANDS": (7, 0, 0, 0),
        "CANADA": (11, 0, 0, 13),
    }
    parsed = files.read("atf-traces", files.matrix(tmp_path / "trace_2017.xlsx", recovery, sources))
    assert pairs(parsed) == {
        ("US-AL", "US-GU"): 2,
        ("US-AL", "US-VI"): 3,
        ("US-GU", "US-AL"): 5,
        ("US-VI", "US-AL"): 7,
        ("CAN", "US-AL"): 11,
        ("CAN", "US-GA"): 13,  # the state, not the country
    }


@pytest.mark.parametrize(
    ("name", "year", "start"),
    [("trace_2016.xlsx", None, 2016), ("trace.xlsx", 2013, 2013), ("trace_2016.xlsx", 2013, 2013)],
)
def test_the_year_comes_from_the_name_unless_it_is_given(
    tmp_path: Path, name: str, year: int | None, start: int
) -> None:
    parsed = files.read("atf-traces", files.matrix(tmp_path / name, STATES, MADE_UP), year=year)
    assert set(pd.to_datetime(parsed.observations["date_start"]).dt.year) == {start}


@pytest.mark.parametrize("name", ["trace.xlsx", "trace_2015_2016.xlsx", "trace_120161.xlsx"])
def test_a_name_without_one_year_asks_for_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=rf"^{name}: .* which year .*--year 2016\.$"):
        files.read("atf-traces", files.matrix(tmp_path / name, STATES, MADE_UP))


def test_a_printed_total_that_is_not_the_sum_gives_a_note(tmp_path: Path) -> None:
    rows: list[list[object]] = [[None, None, "ALABAMA", "ALASKA", "TOTAL"]]
    rows += [[None, "ALABAMA", 1000, 2, 1003], [None, "ALASKA", 3, 4, 7], [None, "TOTAL", 1003, 8, 1010]]
    parsed = files.read("atf-traces", files.xlsx(tmp_path / "trace_2016.xlsx", rows))
    assert parsed.notes == (
        "row ALABAMA: printed total 1,003, sum of cells 1,002",
        "column ALASKA: printed total 8, sum of cells 6",
        "grand total: printed total 1,010, sum of cells 1,009",
    )


@pytest.mark.parametrize("cell", [-3, "x", 1.5, None])
def test_a_cell_that_is_no_count_is_refused_with_its_row_and_column(tmp_path: Path, cell: object) -> None:
    path = files.matrix(tmp_path / "trace_2016.xlsx", STATES, MADE_UP | {"ALASKA": (1, 20, cell)})
    shown = "empty" if cell is None else repr(str(cell))
    with pytest.raises(SourceError) as refused:
        files.read("atf-traces", path)
    # banner 1, header 2, ALABAMA 3, ALASKA 4
    assert f"trace_2016.xlsx, row 4, column TEXAS: {shown} is no count. Correct the cell." in str(refused.value)


def test_two_bad_cells_of_one_row_are_both_set_aside_when_asked(tmp_path: Path) -> None:
    path = files.matrix(tmp_path / "trace_2016.xlsx", STATES, MADE_UP | {"ALASKA": (-1, 20, "x")})
    report = importing.import_files(tmp_path / "store", "atf-traces", [path], is_lenient=True)[0]
    assert (report.row_count_kept, report.row_count_quarantined) == (5, 2)
    assert report.rules == {"ALABAMA: is no count": 1, "TEXAS: is no count": 1}


def test_an_unknown_state_is_refused(tmp_path: Path) -> None:
    path = files.matrix(tmp_path / "trace_2016.xlsx", ("ALABAMA", "GOTHAM"), {"ALABAMA": (1, 2), "TEXAS": (3, 4)})
    with pytest.raises(SourceError, match=r"trace_2016.xlsx, row 3, column GOTHAM: 'GOTHAM' is no state or country"):
        files.read("atf-traces", path)


def test_an_unknown_source_state_is_refused_by_its_row(tmp_path: Path) -> None:
    path = files.matrix(tmp_path / "trace_2016.xlsx", STATES, MADE_UP | {"GOTHAM": (0, 0, 1)})
    with pytest.raises(SourceError, match=r"trace_2016.xlsx, row 6, column source_state: 'GOTHAM' is no state"):
        files.read("atf-traces", path)
    report = importing.import_files(tmp_path / "store", "atf-traces", [path], is_lenient=True)[0]
    assert (report.row_count_kept, report.row_count_quarantined) == (7, 3)


@pytest.mark.parametrize(("name", "year"), [("trace_2016.xlsx", 2099), ("trace_2016.xlsx", 0), ("1950.xlsx", None)])
def test_an_impossible_year_is_refused_by_name(tmp_path: Path, name: str, year: int | None) -> None:
    path = files.matrix(tmp_path / name, STATES, MADE_UP)
    shown = 1950 if year is None else year
    with pytest.raises(SourceError, match=rf"^{name}: {shown} is no year from 1990 to today; correct .*--year\.$"):
        files.read("atf-traces", path, year=year)


def test_an_impossible_year_in_the_long_form_is_refused_by_row(tmp_path: Path) -> None:
    row = {"year": 2016, "source_state": "TEXAS", "recovery_state": "ALASKA", "firearms_traced": 1}
    path = files.table(tmp_path / "long.csv", [row, row | {"year": 1066}])
    with pytest.raises(SourceError, match=r"long.csv, row 3, column year: '1066' is no year from 1990 to today"):
        files.read("atf-traces", path)


def test_a_gun_recovered_where_it_was_sold_is_a_record_without_a_leg(tmp_path: Path) -> None:
    root = tmp_path / "store"
    importing.import_files(root, "atf-traces", [files.matrix(tmp_path / "trace_2016.xlsx", STATES, MADE_UP)])
    publish.publish(root)
    assert sum(row["item_count"] for row in files.rows_of(root, "observations")) == 170
    legs = {(leg["origin_id"], leg["destination_id"]): leg["item_count"] for leg in files.rows_of(root, "legs")}
    assert legs == {("US-AL", "US-AK"): 3, ("US-AK", "US-AL"): 1, ("US-AK", "US-TX"): 4, ("US-TX", "US-AK"): 2}
    assert {leg["status"] for leg in files.rows_of(root, "legs")} == {"trace"}


def test_the_matrix_and_the_long_form_of_one_year_count_once(tmp_path: Path) -> None:
    root = tmp_path / "store"
    wide = files.matrix(tmp_path / "trace_2016.xlsx", STATES, MADE_UP)
    long = files.table(
        tmp_path / "long.parquet",
        (
            {"year": year, "source_state": source, "recovery_state": recovery, "firearms_traced": count}
            for year in (2016, 2018)
            for source, counts in MADE_UP.items()
            for recovery, count in zip(STATES, counts, strict=True)
        ),
    )
    for path in (wide, long):
        importing.import_files(root, "atf-traces", [path])
    publish.publish(root)
    by_year = pd.DataFrame(files.rows_of(root, "legs")).groupby("year")["item_count"].sum()
    assert by_year.to_dict() == {2016: 3 + 1 + 4 + 2, 2018: 3 + 1 + 4 + 2}
    assert len(files.rows_of(root, "observations")) == 7 + 7  # the two cells that hold 0 are no records
    assert {row["repeat_count"] for row in files.rows_of(root, "observations")} == {1}


def test_a_traced_share_splits_a_printed_total_in_two_records(tmp_path: Path) -> None:
    parsed = files.read("atf-international", files.abroad(tmp_path / "abroad.csv", {}))
    # 70.5 per cent of 200 is 141; 59 remain
    assert parsed.observations[["source_column", "item_count"]].to_numpy().tolist() == [
        ["us_sourced_pct", 141],
        ["firearms_traced", 59],
    ]
    ends = parsed.waypoints.groupby("obs_id")["place_id"].apply(list)
    assert ends[parsed.observations["obs_id"]].tolist() == [["USA", "MEX"], ["MEX"]]


@pytest.mark.parametrize(
    ("basis", "role"),
    [
        ("us_sourced", "manufacture"),
        ("us_retail_purchaser", "last_legal"),
        ("derived_100_minus_foreign", "manufacture"),
    ],
)
def test_what_us_sourced_means_decides_the_role_of_the_origin(tmp_path: Path, basis: str, role: str) -> None:
    parsed = files.read("atf-international", files.abroad(tmp_path / "abroad.csv", {"us_sourced_basis": basis}))
    assert files.places_of(parsed, 2) == [(role, "USA"), ("recovery", "MEX")]


def test_a_total_without_a_share_has_no_origin(tmp_path: Path) -> None:
    change = {"us_sourced_pct": "", "us_sourced_basis": ""}
    parsed = files.read("atf-international", files.abroad(tmp_path / "abroad.csv", change))
    assert parsed.observations["item_count"].tolist() == [200]
    assert files.places_of(parsed, 2) == [("recovery", "MEX")]


def test_a_row_without_a_count_is_set_aside_with_the_reason(tmp_path: Path) -> None:
    path = files.abroad(tmp_path / "abroad.csv", {}, {"firearms_traced": "", "recovery_iso3": "HTI"})
    parsed = files.read("atf-international", path)
    assert parsed.quarantine[["source_row", "rule"]].to_numpy().tolist() == [[3, "no count is printed"]]
    assert set(parsed.observations["source_row"]) == {2}


def test_a_group_of_countries_is_a_subtotal_without_a_place(tmp_path: Path) -> None:
    group = {"recovery_country": "Caribbean", "recovery_iso3": "", "period_start": 2015, "period_end": 2019}
    parsed = files.read("atf-international", files.abroad(tmp_path / "abroad.csv", {}, group))
    kept = parsed.observations.set_index("source_row")
    assert kept["is_subtotal"].groupby(level=0).all().to_dict() == {2: False, 3: True}
    assert set(kept.loc[[3], "record_kind"]) == {"aggregate"}
    assert set(kept.loc[[3], "date_precision"]) == {"period"}
    assert files.places_of(parsed, 3) == [("manufacture", "USA"), ("recovery", None)]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("firearms_traced", "many", "'many' is no number"),
        ("firearms_traced", -1, "'-1' is no count"),
        ("firearms_traced", 1.5, "'1.5' is no count"),
        ("us_sourced_pct", 101, "'101' is no percentage"),
        ("us_sourced_pct", "most", "'most' is no number"),
        ("period_start", 1889, "'1889' is no year from 1990"),
        ("period_end", 2015, "'2015' lies before period_start"),
        ("recovery_iso3", "QQQ", "'QQQ' is no country"),
        ("us_sourced_basis", "us_sold", "'us_sold' is no code we know"),
        ("us_sourced_basis", "", "empty is no code we know"),
    ],
)
def test_an_impossible_value_abroad_is_refused_by_row_and_column(
    tmp_path: Path, column: str, value: object, says: str
) -> None:
    path = files.abroad(tmp_path / "abroad.csv", {"firearms_traced": 10, "us_sourced_pct": 7}, {column: value})
    with pytest.raises(SourceError) as refused:
        files.read("atf-international", path)
    assert f"abroad.csv, row 3, column {column}: " in str(refused.value)
    assert says in str(refused.value)
