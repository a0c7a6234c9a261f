"""What is said of records that two sources state: on the Coverage page, on the command line, and in words."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cli, duplicates, printing, publish, snapshot_formats, stores
from dashboard.duplicates import Duplicates
from queries import run as asked
from tests.dashboard.screen import opener, words
from tests.data import files
from tests.data.test_duplicates import AGAIN, DEGREE_KM, EVENT, INCIDENTS, LAYER, OWN, PLANTED, ROW, imported

PORT = OWN | {"seen_place": "Port", "seen_lon": "Lon", "seen_lat": "Lat"}
SEEN: dict[str, object] = {**ROW, "Port": "Here", "Lon": 39.66, "Lat": 0.0}  # on the equator: degrees are kilometres
LATER: dict[str, object] = {**SEEN, "Date": "2020-03-12", "Weight": 104.0, "Lon": 39.66 + 3 / DEGREE_KM}


def told(root: Path, *layers: str) -> Duplicates:
    """Return the audit of some layers of a store, released on the way."""
    publish.publish(root)
    return duplicates.duplicates(stores.opened(root), layers or (LAYER,))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a released store of two sources that state five seizures both, with hostile words for goods."""
    folder = tmp_path_factory.mktemp("two")
    goods = {"What": "=cmd() <b>"}
    imported(folder, "own-a", [row | goods for row in PLANTED], title="Lists of A")
    imported(folder, "own-b", [row | goods for row in AGAIN], title="![x](http://127.0.0.1:9/b) B")
    publish.publish(folder / "store")
    return folder / "store"


@pytest.fixture
def page(two: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the Coverage page of that store."""
    return opener(two, monkeypatch)("coverage", layers=LAYER)


def test_a_record_left_out_is_told_with_files_rows_and_distances(tmp_path: Path) -> None:
    imported(tmp_path, "own-a", [PLANTED[0], SEEN], columns=PORT)
    imported(tmp_path, "own-b", [LATER], columns=PORT)
    (row,) = told(tmp_path / "store").rows.to_dict("records")
    named = {name: row[name] for name in ("kept_file", "kept_row", "dropped_file", "dropped_row", "rule")}
    assert named == {
        **{"kept_file": "own-a.csv", "kept_row": 3},  # the header is row 1
        **{"dropped_file": "own-b.csv", "dropped_row": 2, "rule": "place"},
    }
    assert (row["days_apart"], row["quantity_ratio"]) == (2, pytest.approx(1.04))
    assert row["km_apart"] == pytest.approx(3, abs=0.001)
    assert (row["matched_source_id"], str(row["kept_date_start"])[:10]) == ("own-a", "2020-03-10")


def test_a_third_source_that_joins_two_is_named(tmp_path: Path) -> None:
    for source_id, day in (("own-a", 10), ("own-b", 13), ("own-c", 16)):
        imported(tmp_path, source_id, [{**ROW, "Date": f"2020-03-{day}"}])
    found = told(tmp_path / "store")
    table = duplicates.pair_table(found, 10).set_index("Its file")
    assert table["Matched through"].to_dict() == {"own-b.csv": "–", "own-c.csv": found.titles["own-b"]}
    assert found.rows["matched_source_id"].tolist() == ["own-a", "own-b"]


def test_an_incident_left_out_is_told_though_its_own_row_is_gone(tmp_path: Path) -> None:
    given = {"layer": "terrorism", "record_kind": "incident", "columns": INCIDENTS}
    imported(tmp_path, "own-a", [EVENT], **given)
    imported(tmp_path, "own-b", [EVENT], **given)
    found = told(tmp_path / "store", "terrorism")
    (row,) = found.rows.to_dict("records")
    assert (row["kind"], row["commodity"], row["kept_file"], row["dropped_file"]) == (
        *("incident", "bombing", "own-a.csv", "own-b.csv"),
    )
    assert duplicates.pair_table(found, 10)["Amounts differ by"].tolist() == ["–"]


def test_each_layer_has_its_own_list(tmp_path: Path) -> None:
    for layer in (LAYER, "timber"):
        for name in ("a", "b"):
            imported(tmp_path, f"own-{layer}-{name}", PLANTED[: 1 if layer == LAYER else 2], layer=layer)
    found = told(tmp_path / "store", LAYER, "timber")
    assert found.counts[["layer", "record_count"]].to_numpy().tolist() == [["timber", 2], [LAYER, 1]]
    assert len(told(tmp_path / "store", "timber").rows) == 2
    assert told(tmp_path / "store", "no-such-layer").rows.empty


def test_victims_are_never_on_the_list(tmp_path: Path) -> None:
    for layer in (LAYER, "human_trafficking"):
        for name in ("a", "b"):
            imported(tmp_path, f"own-{layer.replace('_', '-')}-{name}", PLANTED[:3], layer=layer)
    found = told(tmp_path / "store", LAYER, "human_trafficking")
    assert found.rows["layer"].tolist() == [LAYER] * 3  # the same rows, as goods
    assert {row["layer"] for row in files.rows_of(tmp_path / "store", "duplicates")} == {LAYER}
    assert duplicates.NEVER in duplicates.sentence(found)
    assert duplicates.NEVER in duplicates.sentence(told(tmp_path / "store", "human_trafficking"))


def by_hand(*rows: tuple[str, str, str, int, float | None, float | None]) -> Duplicates:
    """Return an audit made by hand: (kept, dropped, rule, days, km, ratio) of each record left out."""
    names = ["kept_source_id", "dropped_source_id", "rule", "days_apart", "km_apart", "quantity_ratio"]
    frame = pd.DataFrame(rows, columns=names).assign(layer=LAYER, dropped_id=[str(at) for at in range(len(rows))])
    frame = frame.astype({"km_apart": "float64", "quantity_ratio": "float64"})
    with duckdb.connect() as con:
        con.from_df(frame).create("duplicates")
        counts = asked.rows(con, "duplicate_counts", layers=None)
    return Duplicates("r1", False, "TLP:CLEAR", counts, frame, {LAYER: ["a", "b"]}, {"a": "A lists"})


def test_counts_are_per_pair_of_sources_with_the_largest_distances() -> None:
    found = by_hand(
        ("a", "b", "country", 1, None, 1.0), ("a", "b", "place", 3, 12.34, 1.04), ("b", "c", "place", 0, 2.0, 1.01)
    )
    first, second = duplicates.count_table(found).to_dict("records")
    assert list(first.values()) == ["Wildlife", "A lists", "b", "2", "1", "1", "3", "12.3", "4.0 %"]
    assert list(second.values()) == ["Wildlife", "b", "c", "1", "1", "0", "0", "2.0", "1.0 %"]


@pytest.mark.parametrize(("count", "start"), [(1, "1 record was left out"), (2, "2 records were left out")])
def test_the_sentence_counts_and_says_what_to_look_at(count: int, start: str) -> None:
    said = duplicates.sentence(by_hand(*[("a", "b", "country", 1, None, 1.0)] * count))
    assert said.startswith(start)
    assert f"to be looked at first: {count}." in said
    assert "some may be two events after all" in said
    assert "looked at first" not in duplicates.sentence(by_hand(("a", "b", "place", 1, 1.0, 1.0)))


def test_with_one_source_a_layer_it_says_that_two_are_needed(tmp_path: Path) -> None:
    imported(tmp_path, "own-a", PLANTED)
    said = duplicates.sentence(told(tmp_path / "store"))
    assert said.startswith("None was found. That takes two sources of one layer, and in this release no chosen layer")


def test_with_two_sources_that_differ_it_says_so(tmp_path: Path) -> None:
    imported(tmp_path, "own-a", PLANTED)
    imported(tmp_path, "own-b", [{**row, "Weight": 1000.0} for row in AGAIN])
    said = duplicates.sentence(told(tmp_path / "store"))
    assert said.startswith("None was found in Wildlife (2 sources): no two records agree closely enough")


def test_the_page_counts_them_and_lists_each_with_file_and_row(page: AppTest) -> None:
    assert not page.exception
    assert "Stated by two sources" in words(page)
    assert "5 records were left out of every count" in words(page)
    tables = [table.value for table in page.dataframe]
    (counts,) = (table for table in tables if "Records left out" in table)
    assert counts[["Left out of", "Records left out", "Km apart, at most"]].to_numpy().tolist() == [["x B", "5", "–"]]
    (pairs,) = (table for table in tables if "Its row" in table)
    assert pairs[["File", "Row", "Its file", "Its row"]].to_numpy().tolist() == [
        ["own-a.csv", str(row), "own-b.csv", str(row)] for row in range(2, 7)
    ]
    assert set(pairs["Days apart"]) == {"2"}


def test_markup_of_the_data_is_shown_not_obeyed(page: AppTest) -> None:
    texts = " ".join(str(cell) for table in page.dataframe for cell in table.value.to_numpy().ravel())
    assert not any(sign in texts for sign in ("<b>", "![", "](http"))


def test_the_page_without_any_says_so_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(tmp_path, "own-a", PLANTED[:1])
    publish.publish(tmp_path / "store")
    app = opener(tmp_path / "store", monkeypatch)("coverage", layers=LAYER)
    assert not app.exception
    assert "None was found. That takes two sources of one layer" in words(app)
    assert not [table for table in app.dataframe if "Records left out" in table.value]


def test_a_period_without_records_keeps_the_list(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opener(two, monkeypatch)("coverage", layers=LAYER, since="2020-12-30")
    assert not app.exception
    assert "5 records were left out of every count" in words(app)
    assert "period and region do not limit this list" in words(app)


def run(two: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    """Run the command; return its code and what it printed."""
    code = cli.main(["duplicates", "--store", str(two), *options])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_prints_the_sentence_the_counts_and_the_records(
    two: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = run(two, capsys)
    assert code == 0
    assert said.startswith("5 records were left out of every count")
    assert "own-a: own-a.csv 2" in said
    assert "own-b: own-b.csv 6" in said


def test_its_csv_is_no_formula_and_holds_every_record(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, said, _ = run(two, capsys, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [row["dropped_row"] for row in rows] == ["2", "3", "4", "5", "6"]
    assert {row["commodity"] for row in rows} == {"'=cmd() <b>"}
    assert {row["is_synthetic"] for row in rows} == {"False"}


def test_its_json_says_what_was_done_and_from_which_release(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(two, capsys, "--format", "json", "--layer", LAYER)
    found: dict[str, Any] = json.loads(said)
    assert (code, found["release"]) == (0, stores.opened(two).release.id)
    assert [row["record_count"] for row in found["counts"]] == [len(found["rows"])] == [5]
    assert {row["quantity_ratio"] for row in found["rows"]} == {1.0}
    assert found["sentence"].startswith("5 records were left out")


def test_a_layer_that_is_not_there_is_wrong_usage(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = run(two, capsys, "--layer", "gold")
    assert (code, said) == (2, "contraflow: Layer 'gold' is not in this release; it holds wildlife.\n")


def test_check_21_what_the_command_line_prints_as_csv_is_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    """Check 21: texts are made safe, numbers and days stay what they are."""
    texts = ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "plain"]
    days = pd.to_datetime(["2020-01-31"] * len(texts))
    printing.write_csv(pd.DataFrame({"=name": texts, "n": -1.5, "day": days, "none": None}))
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))[1:]
    assert [row[0] for row in rows] == [snapshot_formats.safe_cell(text) for text in texts]
    assert all(row[0].startswith("'") for row in rows[:-1])
    assert {tuple(row[1:]) for row in rows} == {("-1.5", "2020-01-31", "")}
