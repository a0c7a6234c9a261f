"""What a file must pass before anybody reads it, and how its rows are found."""

import os
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import gate, raw
from data.errors import SourceError
from tests.data import files


def refusal(path: Path) -> str:
    """Return the sentence with which a file is refused."""
    with pytest.raises(SourceError) as refused:
        gate.kind_of(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.csv", "csv"), ("a.TXT", "csv"), ("a.xlsx", "xlsx"), ("a.Parquet", "parquet")]
)
def test_a_file_is_known_by_its_ending_and_its_bytes(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    if kind == "xlsx":
        files.xlsx(path, [["a"], [1]])
    elif kind == "parquet":
        pq.write_table(pa.table({"a": [1]}), path)
    else:
        path.write_text("a\n1\n", encoding="utf-8")
    assert gate.kind_of(path) == kind


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "abc"
    path.write_bytes(b"abc")  # the first test vector of FIPS 180-2
    assert gate.sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.csv") == f"{tmp_path}/gone.csv: there is no such file; check the name."


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "many.csv").mkdir()
    assert refusal(tmp_path / "many.csv").startswith("many.csv: this is a directory; name the files in it")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert refusal(tmp_path / "pipe.csv").startswith("pipe.csv: this is a pipe or a device")


def test_a_name_of_two_lines_is_refused_on_one(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    assert "two\\nlines.csv': the file's name holds characters that cannot be printed; rename it." in refusal(path)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / ("a" * 300 + ".csv")).endswith("copy it again.")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    assert refusal(tmp_path / "empty.csv") == "empty.csv: the file is empty; download it again."


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    for name, ending in (("a.zip", ".zip"), ("a", "nothing")):
        (tmp_path / name).write_bytes(b"PK")
        assert (
            refusal(tmp_path / name)
            == f"{name}: files ending in {ending} are not read; give .csv, .xlsx, .parquet or .geojson."
        )


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SIZE_LIMIT_BYTES", 1000)
    (tmp_path / "exact.csv").write_bytes(b"a" * 1000)
    (tmp_path / "large.csv").write_bytes(b"a" * 1001)
    assert gate.kind_of(tmp_path / "exact.csv") == "csv"
    assert refusal(tmp_path / "large.csv") == "large.csv: 1,001 bytes is over the limit of 1,000; split the file."


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"XXXX" + b"0" * 20 + b"PAR1", "does not start with PAR1"),
        (b"PAR1" + b"0" * 20 + b"XXXX", "is cut short"),
        (b"PAR1PAR1", "is cut short"),
        (b"PAR", "does not start with PAR1"),
    ],
)
def test_parquet_needs_its_mark_at_both_ends(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "a.parquet").write_bytes(data)
    assert says in refusal(tmp_path / "a.parquet")


@pytest.mark.parametrize("cut", [10, 200, -1, -30])
def test_a_cut_workbook_is_refused(tmp_path: Path, cut: int) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [["a"], [1]])
    path.write_bytes(path.read_bytes()[:cut])
    assert refusal(path).startswith("a.xlsx: this is no XLSX workbook, or it is cut short")


def test_an_archive_without_a_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as parts:
        parts.writestr("readme.txt", "made up")
    assert refusal(tmp_path / "a.xlsx") == "a.xlsx: the archive holds no workbook; save it as .xlsx."


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "XLSX_UNPACKED_LIMIT_BYTES", 10_000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "0" * 10_001)
    assert (tmp_path / "bomb.xlsx").stat().st_size < 1000
    assert "unpacks to 10,001 bytes, over the limit of 10,000; split it." in refusal(tmp_path / "bomb.xlsx")


def test_a_workbook_with_broken_parts_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as parts:
        parts.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(SourceError, match=r"^a.xlsx: the workbook cannot be read \(.*\); save it again as .xlsx\.$"):
        raw.read(tmp_path / "a.xlsx", ["a"])


@pytest.mark.parametrize("at", [0.1, 0.4, 0.7, 0.9])
def test_parquet_damaged_anywhere_is_refused_in_one_line(tmp_path: Path, at: float) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [f"word {i}" for i in range(2000)]}), path, write_page_checksum=True)
    whole = bytearray(path.read_bytes())
    first = 4 + int(at * (len(whole) - 60))
    whole[first : first + 40] = bytes(255 - byte for byte in whole[first : first + 40])
    path.write_bytes(whole)
    with pytest.raises(SourceError, match=r"^a.parquet: the Parquet file is damaged \([^\n]*\); download it again\.$"):
        raw.read(path, ["a"])


def test_parquet_of_too_many_rows_or_columns_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PARQUET_ROWS_LIMIT", 3)
    monkeypatch.setattr(gate, "PARQUET_COLUMNS_LIMIT", 2)
    pq.write_table(pa.table({"a": [1, 2, 3], "b": [1, 2, 3]}), tmp_path / "fits.parquet")
    pq.write_table(pa.table({"a": [1, 2, 3, 4]}), tmp_path / "long.parquet")
    pq.write_table(pa.table({"a": [1], "b": [1], "c": [1]}), tmp_path / "wide.parquet")
    assert len(raw.read(tmp_path / "fits.parquet", ["a"]).frame) == 3
    with pytest.raises(
        SourceError, match=r"^long.parquet: 4 rows of 1 columns in 1 groups are over the limit of 3 rows"
    ):
        raw.read(tmp_path / "long.parquet", ["a"])
    with pytest.raises(
        SourceError, match=r"^wide.parquet: 1 rows of 3 columns in 1 groups are over the limit of .* 2 columns"
    ):
        raw.read(tmp_path / "wide.parquet", ["a"])


def test_row_numbers_are_those_a_spreadsheet_shows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n\n\n2,y\n", encoding="utf-8")
    files.xlsx(tmp_path / "a.xlsx", [["a banner"], [None], ["a", "b"], [1, "x"], [None, None], [2, "y"]])
    for name, rows in (("a.csv", [2, 5]), ("a.xlsx", [4, 6])):
        found = raw.read(tmp_path / name, ["a", "b"])
        assert (found.rows.tolist(), found.frame["b"].tolist()) == (rows, ["x", "y"])


def test_an_index_kept_in_parquet_does_not_move_its_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["x", "y"]}, index=pd.Index(["p", "q"], name="own"))
    frame.to_parquet(tmp_path / "a.parquet")
    found = raw.read(tmp_path / "a.parquet", ["a"])
    assert (found.rows.tolist(), found.frame["a"].tolist()) == ([1, 2], ["x", "y"])


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_mark_between_cells_is_found_in_the_header(tmp_path: Path, mark: str) -> None:
    (tmp_path / "a.csv").write_text(f"\ufeffa{mark}b\n1{mark}NA\n", encoding="utf-8")
    assert raw.read(tmp_path / "a.csv", ["a", "b"]).frame.to_numpy().tolist() == [["1", "NA"]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"a,b\n1,2\n3,\xe9\n", "a.csv, row 3: the text is not UTF-8; save the file as UTF-8."),
        (b"\xff\xfea\x00,\x00b\x00", "a.csv, row 1: the text is not UTF-8; save the file as UTF-8."),
        (b"a,c\n1,2\n", "a.csv, row 1: column b is missing (found a, c ...)"),
        (b"a,b\n", "a.csv: there is a header but no row below it; download the file again."),
        (b"a,b\n\n\n", "a.csv: there is a header but no row below it; download the file again."),
        (b"a,b\n1,2,3\n4,5,6\n", "a.csv, row 2: there are more cells than headings in row 1"),
        (
            b"a,b\n1,2\n4,5,6\n",
            "a.csv: the CSV cannot be read (Error tokenizing data. C error: Expected 2 fields in line 3",
        ),
        (b'a,b\n"1,2\n', "a.csv: the CSV cannot be read ("),
        (b"\n\n\n", "a.csv"),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path, text: bytes, says: str) -> None:
    (tmp_path / "a.csv").write_bytes(text)
    with pytest.raises(SourceError) as refused:
        raw.read(tmp_path / "a.csv", ["a", "b"])
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)


def test_headings_of_two_lines_are_quoted_on_one(tmp_path: Path) -> None:
    files.xlsx(tmp_path / "a.xlsx", [["a", "two\nlines"], [1, 2]])
    with pytest.raises(SourceError, match=r"row 1: column b is missing \(found a, two lines ...\)"):
        raw.read(tmp_path / "a.xlsx", ["a", "b"])


def test_a_heading_that_stands_twice_is_refused(tmp_path: Path) -> None:
    files.xlsx(tmp_path / "a.xlsx", [["a", "b", "b"], [1, 2, 3]])
    with pytest.raises(SourceError, match=r"^a.xlsx, row 1: column b stands there twice; remove or rename one\.$"):
        raw.read(tmp_path / "a.xlsx", ["a", "b"])
