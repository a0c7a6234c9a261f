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


@dataclass(frozen=True)
class Raw:
    """A file's records: ``frame`` has the published columns; ``rows`` their row numbers, first row of the file 1."""

    file: str
    frame: pd.DataFrame
    rows: pd.Series


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
        found = ", ".join(map(str, frame.columns[:8]))
        raise SourceError(
            f"{path.name}, row {max(first - 1, 1)}: column {missing[0]} is missing (found {found} ...);"
            " check that the file belongs to this source."
        )
    if frame.empty:
        raise SourceError(f"{path.name}: there is a header but no row below it; download the file again.")
    rows = pd.Series(frame.index, dtype="int64") + first
    return Raw(path.name, frame.reset_index(drop=True), rows)


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
        raise SourceError(f"{path.name}: the workbook cannot be read ({broken}); save it again as .xlsx.") from broken


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
        )
    except UnicodeDecodeError as wrong:
        raise SourceError(f"{path.name}: the text is not UTF-8 (byte {wrong.start}); save it as UTF-8.") from wrong
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as wrong:
        raise SourceError(f"{path.name}: the CSV cannot be read ({str(wrong).strip()}); download it again.") from wrong
    return frame, 2


def _xlsx(path: Path, required: Sequence[str]) -> tuple[pd.DataFrame, int]:
    rows = sheet(path)
    for number, row in enumerate(rows[:HEADER_SEARCH_ROWS], start=1):
        if set(required[:1]) & {str(cell).strip() for cell in row}:
            names = [str(cell).strip() for cell in row]
            body = pd.DataFrame(rows[number:], columns=names).replace("", None)
            return body[body.notna().any(axis=1)], number + 1
    raise SourceError(
        f"{path.name}: no header row with the column {required[0]} in its first {HEADER_SEARCH_ROWS} rows;"
        " check that the workbook belongs to this source."
    )


def _parquet(path: Path, required: Sequence[str]) -> tuple[pd.DataFrame, int]:
    try:
        return pq.read_table(path).to_pandas(), 1
    except (pa.ArrowException, OSError) as broken:
        raise SourceError(
            f"{path.name}: the Parquet file is damaged ({str(broken)[:80]}); download it again."
        ) from broken
