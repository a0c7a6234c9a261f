"""One file as rows of words: where its header is, and which row a value came from."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from data import gate
from data.errors import SourceError

HEADER_SEARCH_ROWS = 20
PARQUET_ROWS_LIMIT, PARQUET_COLUMNS_LIMIT = 50_000_000, 1_000  # the largest source has 311,038 rows of 16 columns


@dataclass(frozen=True)
class Raw:
    """A file's records, with the place of each in the file.

    Attributes:
        file: The file's name.
        frame: The published columns.
        rows: Row numbers; the first row of the file is 1.
        headings: Where each record is one cell of a matrix: the heading of its column.
        row_columns: Columns of the frame that say the same of every cell in a row of that matrix.
    """

    file: str
    frame: pd.DataFrame
    rows: pd.Series
    headings: pd.Series | None = None
    row_columns: tuple[str, ...] = ()


def read(path: Path, required: Sequence[str]) -> Raw:
    """Return the records of a CSV, XLSX or Parquet file whose header holds the required columns.

    Args:
        path: The file.
        required: Column names the header must hold; a workbook's header is looked for in its first rows.

    Raises:
        SourceError: the file cannot be read, or a column is missing; names the file, the column and the cure.
    """
    kind = gate.kind_of(path)
    frame, first = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[kind](path, required)
    missing = [name for name in required if name not in frame.columns]
    if missing:
        found = one_line(", ".join(map(str, frame.columns[:8])))
        raise SourceError(
            f"{path.name}, row {max(first - 1, 1)}: column {missing[0]} is missing (found {found} ...);"
            " check that the file belongs to this source."
        )
    repeated = [name for name in required if list(frame.columns).count(name) > 1]
    if repeated:
        raise SourceError(
            f"{path.name}, row {max(first - 1, 1)}: column {repeated[0]} stands there twice; remove or rename one."
        )
    if frame.empty:
        raise SourceError(f"{path.name}: there is a header but no row below it; download the file again.")
    rows = pd.Series(frame.index, dtype="int64") + first
    return Raw(path.name, frame.reset_index(drop=True), rows)


def one_line(words: object, limit: int = 100) -> str:
    """Return words for a message: no line breaks, and no more than ``limit`` letters."""
    return " ".join(str(words).split())[:limit]


def sheet(path: Path) -> list[list[object]]:
    """Return the first sheet of a workbook as rows of cells, empty cells as "".

    Raises:
        SourceError: the workbook cannot be read.
    """
    if gate.kind_of(path) != "xlsx":
        raise SourceError(f"{path.name}: an XLSX workbook is expected.")
    try:
        cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        return [list(row) for row in cells]
    except CalamineError as broken:
        raise SourceError(
            f"{path.name}: the workbook cannot be read ({one_line(broken)}); save it again as .xlsx."
        ) from broken


def _csv(path: Path, required: Sequence[str]) -> tuple[pd.DataFrame, int]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header = stream.readline()
        mark = max(",;\t|", key=header.count)
        frame = pd.read_csv(
            path,
            sep=mark,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
            quoting=csv.QUOTE_MINIMAL,
            skip_blank_lines=False,
        )
    except UnicodeDecodeError as wrong:
        raise SourceError(
            f"{path.name}, row {_row_not_utf8(path)}: the text is not UTF-8; save the file as UTF-8."
        ) from wrong
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as wrong:
        raise SourceError(f"{path.name}: the CSV cannot be read ({one_line(wrong)}); download it again.") from wrong
    if not isinstance(frame.index, pd.RangeIndex):
        raise SourceError(f"{path.name}, row 2: there are more cells than headings in row 1; download it again.")
    return frame[frame.notna().any(axis=1)], 2


def _row_not_utf8(path: Path) -> int:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def _xlsx(path: Path, required: Sequence[str]) -> tuple[pd.DataFrame, int]:
    rows = sheet(path)
    for number, row in enumerate(rows[:HEADER_SEARCH_ROWS], start=1):
        if set(required[:1]) & {str(cell).strip() for cell in row}:
            names = [str(cell).strip() for cell in row]
            body = pd.DataFrame(rows[number:], columns=names).replace("", None)
            named = [bool(name) for name in names]
            return body.loc[body.notna().any(axis=1), named], number + 1
    raise SourceError(
        f"{path.name}: no header row with the column {required[0]} in its first {HEADER_SEARCH_ROWS} rows;"
        " check that the workbook belongs to this source."
    )


def _parquet(path: Path, required: Sequence[str]) -> tuple[pd.DataFrame, int]:
    try:
        size = pq.read_metadata(path)
        if size.num_rows <= PARQUET_ROWS_LIMIT and size.num_columns <= PARQUET_COLUMNS_LIMIT:
            table = pq.read_table(path, page_checksum_verification=True)
            return table.to_pandas(ignore_metadata=True), 1
    except (pa.ArrowException, OSError, UnicodeDecodeError) as broken:
        raise SourceError(
            f"{path.name}: the Parquet file is damaged ({one_line(broken)}); download it again."
        ) from broken
    raise SourceError(
        f"{path.name}: {size.num_rows:,} rows of {size.num_columns:,} columns are over the limit of"
        f" {PARQUET_ROWS_LIMIT:,} rows and {PARQUET_COLUMNS_LIMIT:,} columns; split the file."
    )
