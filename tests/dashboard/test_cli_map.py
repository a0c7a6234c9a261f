"""The command line with files of one's own: guess a map, try it, import by it."""

import csv
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dashboard import cli, importing
from data import mapping, store
from tests.data import files
from tests.data.files import contents
from tests.data.test_mapping import TEXT

MAP = TEXT + 'origin = "From"\nitems = "Pieces"\n'
GOOD: dict[str, object] = {"Date": "2020-02-03", "From": "Uganda", "Seized in": "Kenya", "Pieces": "3"}
ROWS: list[dict[str, object]] = [
    GOOD,
    {**GOOD, "Date": "2099-01-01"},
    {**GOOD, "Seized in": '=HYPERLINK("http://127.0.0.1")'},
    {**GOOD, "From": "Ugunda"},
    {**GOOD, "From": "Atlantis Minor"},
]


@pytest.fixture
def map_path(tmp_path: Path) -> Path:
    """Return a map of the made-up file."""
    (tmp_path / "MAP.toml").write_text(MAP, encoding="utf-8")
    return tmp_path / "MAP.toml"


def test_a_dry_run_says_what_would_be_taken_and_stores_nothing(
    tmp_path: Path, map_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = files.table(tmp_path / "own.csv", ROWS)
    before = contents(tmp_path)
    assert cli.main(["import", "--map", str(map_path), str(path), "--store", str(tmp_path / "s"), "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "read 5 rows · kept 3 records · quarantined 2 rows" in told
    assert "1  R-DATE-FUTURE: lies in the future" in told
    assert "1  R-COUNTRY-UNKNOWN: is no country we know" in told
    assert "Ugunda: did you mean Uganda?" in told
    assert "Nothing was stored (dry run)." in told
    assert contents(tmp_path) == before


def test_rejected_rows_are_written_safe_for_a_spreadsheet(tmp_path: Path, map_path: Path) -> None:
    path, out = files.table(tmp_path / "own.csv", ROWS), tmp_path / "rejected.csv"
    assert cli.main(["import", "--map", str(map_path), str(path), "--dry-run", "--rejected", str(out)]) == 0
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sorted((row["source_row"], row["column"], row["rule_id"]) for row in rows) == [
        ("3", "Date", "R-DATE-FUTURE"),
        ("4", "Seized in", "R-COUNTRY-UNKNOWN"),
    ]
    assert '\'=HYPERLINK("http://127.0.0.1")' in {row["value"] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_rejected_rows_are_written_over_no_other_file(
    tmp_path: Path, map_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = files.table(tmp_path / "own.csv", ROWS)
    before = contents(tmp_path)
    assert cli.main(["import", "--map", str(map_path), str(path), "--dry-run", "--rejected", str(path)]) == 2
    assert "own.csv is there already; choose another --rejected." in capsys.readouterr().err
    assert contents(tmp_path) == before


def test_a_bad_value_is_named_with_file_row_column_and_cure(
    tmp_path: Path, map_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = files.table(tmp_path / "own.csv", [GOOD, {**GOOD, "Pieces": "a few"}])
    assert cli.main(["import", "--map", str(map_path), str(path), "--store", str(tmp_path / "s")]) == 3
    said = capsys.readouterr().err
    assert said.startswith("contraflow: own.csv, row 3, column Pieces: 'a few' is no number. Write it with")
    assert not (tmp_path / "s").exists()


def test_quarantine_keeps_the_rest_and_the_rule_ids(tmp_path: Path, map_path: Path) -> None:
    path, root = files.table(tmp_path / "own.csv", ROWS), tmp_path / "s"
    assert cli.main(["import", "--map", str(map_path), str(path), "--store", str(root), "--quarantine"]) == 0
    (folder,) = store.imports(root)
    assert pq.read_table(folder / "observations.parquet")["source_row"].to_pylist() == [2, 5, 6]
    aside = {row["source_row"]: row["rule_id"] for row in pq.read_table(folder / "quarantine.parquet").to_pylist()}
    assert aside == {3: "R-DATE-FUTURE", 4: "R-COUNTRY-UNKNOWN"}


def test_the_same_file_and_map_again_change_nothing(
    tmp_path: Path, map_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, root = files.table(tmp_path / "own.csv", [GOOD]), tmp_path / "s"
    for _ in range(2):
        assert cli.main(["import", "--map", str(map_path), str(path), "--store", str(root)]) == 0
    assert "already" in capsys.readouterr().out
    assert len(store.imports(root)) == 1


def test_a_map_may_not_take_the_name_of_a_published_source(
    tmp_path: Path, map_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    map_path.write_text(MAP.replace("own-wildlife", "unodc-ids"), encoding="utf-8")
    path = files.table(tmp_path / "own.csv", [GOOD])
    assert cli.main(["import", "--map", str(map_path), str(path), "--store", str(tmp_path / "s")]) == 3
    assert "choose another, as own-unodc-ids." in capsys.readouterr().err


def test_a_guessed_map_is_printed_or_written_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = files.table(tmp_path / "own.csv", [GOOD]), tmp_path / "out.toml"
    assert cli.main(["map", str(path)]) == 0
    assert 'seen = "Seized in"' in capsys.readouterr().out
    assert cli.main(["map", str(path), "--out", str(out)]) == 0
    assert 'origin = "From"' in out.read_text(encoding="utf-8")
    before = contents(tmp_path)
    assert cli.main(["map", str(path), "--out", str(out)]) == 2
    assert "is there already; choose another --out." in capsys.readouterr().err
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "unodc-ids", "a.csv", "--store", "s", "--dry-run"],
        ["import", "--map", "m", "a.csv", "--store", "s", "--rejected", "r"],
        ["import", "--map", "m", "--store", "s"],
        ["import", "--map", "m", "a.csv"],
        ["map"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: contraflow" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../../../x.csv", "x.csv"),
        ("..\\..\\x.csv", "x.csv"),
        ("a\x00b.csv", "ab.csv"),
        ("CON", "CON"),
        ("a" * 300 + ".csv", "a" * 69 + "…" + "a" * 6 + ".csv"),
        ("-rf", "-rf"),
        ("safe\N{RIGHT-TO-LEFT OVERRIDE}vsc.exe", "safevsc.exe"),
        ("../..", "unnamed"),
        ("", "kept.csv"),
    ],
)
def test_check_12_a_hostile_name_is_a_label_never_a_path(tmp_path: Path, name: str, label: str) -> None:
    """Check 12: everything stored lies in a folder named by source and hash, whatever the file is called."""
    (tmp_path / "up").mkdir()
    path, root = files.table(tmp_path / "up" / "kept.csv", [GOOD]), tmp_path / "deep" / "s"
    (tmp_path / "MAP.toml").write_text(MAP, encoding="utf-8")
    card, before = mapping.load(tmp_path / "MAP.toml"), contents(tmp_path)
    (report,) = importing.import_mapped(root, card, [path], file_name=name)
    assert report.source_file == label
    (folder,) = store.imports(root)
    assert re.fullmatch(r"own-wildlife-[0-9a-f]{16}", folder.name)
    assert set(pq.read_table(folder / "observations.parquet")["source_file"].to_pylist()) == {label}
    outside = {name: mark for name, mark in contents(tmp_path).items() if not name.startswith("deep")}
    assert outside == before
    assert {entry.name for entry in root.iterdir()} == {"imports"}
