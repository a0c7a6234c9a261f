"""One file as rows of words: where its header is, and which row a value came from."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

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
        sheet: Where the workbook has several sheets: the one that was read.
    """

    file: str
    frame: pd.DataFrame
    rows: pd.Series
    headings: pd.Series | None = None
    row_columns: tuple[str, ...] = ()
    sheet: str | None = None

    @property
    def title(self) -> str:
        """What a message calls the table: the file, and the sheet where there are several."""
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet}"


class _Table(NamedTuple):
    frame: pd.DataFrame
    first: int  # row of the first record
    sheet: str | None = None


def read(path: Path, required: Sequence[str], renamed: Mapping[str, str] | None = None) -> Raw:
    """Return the records of a CSV, XLSX or Parquet file whose header holds the required columns.

    Args:
        path: The file.
        required: Column names the header must hold; the header is looked for in the first rows, by the first name.
        renamed: For sources whose editions differ: other headings of a column, to the name used here. Where given,
            neither case nor spaces count in any heading.

    Raises:
        SourceError: the file cannot be read, or a column is missing; names the file, the column and the cure.
    """
    names = _Names(required, renamed)
    found = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[gate.kind_of(path)](path, names)
    frame = found.frame.set_axis(names.of(found.frame.columns), axis=1)
    rows = pd.Series(frame.index, dtype="int64") + found.first
    file = Raw(path.name, frame.reset_index(drop=True), rows, sheet=found.sheet)
    _require(file, names, list(found.frame.columns), max(found.first - 1, 1))
    return file


def _require(file: Raw, names: "_Names", published: list[object], header: int) -> None:
    columns = list(file.frame.columns)
    missing = [name for name in names.required if name not in columns]
    if missing:
        found = one_line(", ".join(map(str, published[:8])))
        raise SourceError(
            f"{file.title}, row {header}: column {names.choice(missing[0])} is missing (found {found} ...);"
            " check that the file belongs to this source."
        )
    repeated = [name for name in names.required if columns.count(name) > 1]
    if repeated:
        raise SourceError(f"{file.title}, row {header}: column {repeated[0]} stands there twice; remove or rename one.")
    if file.frame.empty:
        raise SourceError(f"{file.title}: there is a header but no row below it; download the file again.")


@dataclass(frozen=True)
class _Names:
    """The columns a source needs, and what other editions call them."""

    required: Sequence[str]
    renamed: Mapping[str, str] | None

    def of(self, headings: Iterable[object]) -> list[str]:
        """Return our names of published headings; a heading we have no name for keeps its own."""
        words = [str(heading).strip() for heading in headings]
        if self.renamed is None:
            return words
        known = {_folded(name): name for name in (*self.required, *self.renamed.values())}
        known |= {_folded(other): name for other, name in self.renamed.items()}
        return [word if word in self.renamed.values() else known.get(_folded(word), word) for word in words]

    def is_header(self, cells: Iterable[object]) -> bool:
        """Return whether a row holds the first required column."""
        return self.required[0] in self.of(cells)

    def choice(self, name: str) -> str:
        """Return a column's name with its other names, for a message."""
        others = [other for other, own in (self.renamed or {}).items() if own == name]
        return f"{name} (or {', '.join(others)})" if others else name


def _folded(heading: str) -> str:
    return " ".join(heading.casefold().split())


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
    return next(iter(_sheets(path).values()))


def _sheets(path: Path) -> dict[str, list[list[object]]]:
    try:
        book = CalamineWorkbook.from_path(path)
        read = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except CalamineError as broken:
        raise SourceError(
            f"{path.name}: the workbook cannot be read ({one_line(broken)}); save it again as .xlsx."
        ) from broken
    return {name: [list(row) for row in cells] for name, cells in zip(book.sheet_names, read, strict=True)}


def _csv(path: Path, names: _Names) -> _Table:
    try:
        above, mark = _csv_header(path, names)
        frame = pd.read_csv(
            path,
            sep=mark,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
            quoting=csv.QUOTE_MINIMAL,
            skip_blank_lines=False,
            skiprows=above,
        )
    except UnicodeDecodeError as wrong:
        raise SourceError(
            f"{path.name}, row {_row_not_utf8(path)}: the text is not UTF-8; save the file as UTF-8."
        ) from wrong
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as wrong:
        raise SourceError(f"{path.name}: the CSV cannot be read ({one_line(wrong)}); download it again.") from wrong
    if not isinstance(frame.index, pd.RangeIndex):
        raise SourceError(
            f"{path.name}, row {above + 2}: there are more cells than headings in row {above + 1}; download it again."
        )
    return _Table(frame[frame.notna().any(axis=1)], above + 2)


def _csv_header(path: Path, names: _Names) -> tuple[int, str]:
    """Return how many lines stand above the header, and the mark between cells; the first line where none is found."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [line for _, line in zip(range(HEADER_SEARCH_ROWS), stream, strict=False)]
    marks = [max(",;\t|", key=line.count) for line in lines]
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if names.is_header(next(csv.reader([line], delimiter=mark), [])):
            return number, mark
    return 0, marks[0] if marks else ","


def _row_not_utf8(path: Path) -> int:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def _xlsx(path: Path, names: _Names) -> _Table:
    sheets = _sheets(path)
    for title, rows in sheets.items():
        for number, row in enumerate(rows[:HEADER_SEARCH_ROWS], start=1):
            if names.is_header(row):
                headings = [str(cell).strip() for cell in row]
                body = pd.DataFrame(rows[number:], columns=headings).replace("", None)
                kept = body.loc[body.notna().any(axis=1), [bool(heading) for heading in headings]]
                return _Table(kept, number + 1, title if len(sheets) > 1 else None)
    where = f" of any sheet ({one_line(', '.join(sheets))})" if len(sheets) > 1 else ""
    raise SourceError(
        f"{path.name}: no header row with the column {names.choice(names.required[0])} in the first"
        f" {HEADER_SEARCH_ROWS} rows{where}; check that the workbook belongs to this source."
    )


def _parquet(path: Path, names: _Names) -> _Table:
    try:
        size = pq.read_metadata(path)
        if size.num_rows <= PARQUET_ROWS_LIMIT and size.num_columns <= PARQUET_COLUMNS_LIMIT:
            table = pq.read_table(path, page_checksum_verification=True)
            return _Table(table.to_pandas(ignore_metadata=True), 1)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as broken:
        raise SourceError(
            f"{path.name}: the Parquet file is damaged ({one_line(broken)}); download it again."
        ) from broken
    raise SourceError(
        f"{path.name}: {size.num_rows:,} rows of {size.num_columns:,} columns are over the limit of"
        f" {PARQUET_ROWS_LIMIT:,} rows and {PARQUET_COLUMNS_LIMIT:,} columns; split the file."
    )
