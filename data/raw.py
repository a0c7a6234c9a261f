"""One file as rows of words: where its header is, and which row a value came from."""

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from data import child, gate, geojson, normalise
from data.errors import SourceError

HEADER_SEARCH_ROWS = 20
UTF_8 = "utf-8-sig"
PART_ROWS = 250_000  # of a long CSV file that are held at a time
SHORT_PART = 1000  # rows; a shorter last part joins the one before, so that no footnote is torn
ENCODING_BYTES = 10_000_000  # looked at to tell the encoding
ENCODING_NAMES = {UTF_8: "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


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
        is_last: No part of the file comes after this one.
    """

    file: str
    frame: pd.DataFrame
    rows: pd.Series
    headings: pd.Series | None = None
    row_columns: tuple[str, ...] = ()
    sheet: str | None = None
    is_last: bool = True

    @property
    def title(self) -> str:
        """What a message calls the table: the file, and the sheet where there are several."""
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet}"


class Dialect(NamedTuple):
    """How a text file is written.

    Attributes:
        encoding: One of ENCODING_NAMES.
        mark: Between cells; None to look for it in the header.
    """

    encoding: str = UTF_8
    mark: str | None = None


DEFAULT = Dialect()


class _Table(NamedTuple):
    frame: pd.DataFrame
    first: int  # row of the first record
    sheet: str | None = None
    is_last: bool = True


def read(
    path: Path, required: Sequence[str], renamed: Mapping[str, str] | None = None, dialect: Dialect = DEFAULT
) -> Raw:
    """Return the records of a file whose header holds the required columns, every word normalised (normalise.py).

    Args:
        path: The file.
        required: Column names the header must hold; the header is looked for in the first rows, by the first name.
        renamed: For sources whose editions differ: other headings of a column, to the name used here. Where given,
            neither case nor spaces count in any heading.
        dialect: Of a CSV file.

    Raises:
        SourceError: the file cannot be read, or a column is missing; names the file, the column and the cure.
    """
    return next(parts(path, required, renamed, dialect))


def parts(
    path: Path,
    required: Sequence[str],
    renamed: Mapping[str, str] | None = None,
    dialect: Dialect = DEFAULT,
    row_count: int | None = None,
) -> Iterator[Raw]:
    """Yield the records of a file as ``read`` returns them, a long CSV file in parts.

    Args:
        path: The file.
        required: As in ``read``.
        renamed: As in ``read``.
        dialect: Of a CSV file.
        row_count: Rows of a part; None for one part.

    Raises:
        SourceError: as ``read``, when the part that shows it is reached.
    """
    names = _Names(required, renamed)
    kind = gate.kind_of(path)
    readers = {"xlsx": _xlsx, "parquet": _parquet, "geojson": _geojson}
    tables = _csv(path, names, dialect, row_count) if kind == "csv" else iter([readers[kind](path, names)])
    for found in tables:
        published = normalise.frame(found.frame)
        frame = published.set_axis(names.of(published.columns), axis=1)
        rows = pd.Series(frame.index, dtype="int64") + found.first
        file = Raw(path.name, frame.reset_index(drop=True), rows, sheet=found.sheet, is_last=found.is_last)
        _require(file, names, list(published.columns), max(found.first - 1, 1))
        yield file


def _require(file: Raw, names: "_Names", published: list[object], header: int) -> None:
    columns = list(file.frame.columns)
    missing = [name for name in names.required if name not in columns]
    if missing:
        found = one_line(", ".join(map(str, published[:8])))
        raise SourceError(
            f"{file.title}, row {header}: column {names.choice(missing[0])} is missing (found {found} ...);"
            " check that the file belongs to this source."
        )
    repeated = [name for name in columns if columns.count(name) > 1]
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
    """Return the first sheet of a workbook as rows of normalised cells, empty cells as "".

    Raises:
        SourceError: the workbook cannot be read.
    """
    if gate.kind_of(path) != "xlsx":
        raise SourceError(f"{path.name}: an XLSX workbook is expected.")
    return next(iter(_sheets(path).values()), [])


def _sheets(path: Path) -> dict[str, list[list[object]]]:
    table = gate.decoded(path, "xlsx")
    sheets: dict[str, list[list[object]]] = {name: [] for name in json.loads(table.schema.metadata[child.SHEETS])}
    for name, cells in zip(table["sheet"].to_pylist(), table["cells"].to_pylist(), strict=True):
        sheets[name].append([_cell(words) for words in cells])
    return sheets


def _cell(words: str | None) -> object:
    cell = child.read(words)
    return normalise.text(cell) if isinstance(cell, str) else cell


def _csv(path: Path, names: _Names, dialect: Dialect, row_count: int | None) -> Iterator[_Table]:
    try:
        above, mark = _csv_header(path, names, dialect)
        _refuse_twice(path, above, mark, dialect.encoding)
        for frame, is_last in _frames(path, above, dialect._replace(mark=mark), row_count):
            if not isinstance(frame.index, pd.RangeIndex):
                raise SourceError(
                    f"{path.name}, row {above + 2}: there are more cells than headings in row {above + 1};"
                    " download it again."
                )
            yield _Table(frame[frame.notna().any(axis=1)], above + 2, is_last=is_last)
    except UnicodeError as wrong:
        name = ENCODING_NAMES[dialect.encoding]
        row = _row_undecoded(path, dialect.encoding)
        raise SourceError(f"{path.name}, row {row}: the text is not {name}; save the file as UTF-8.") from wrong
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as wrong:
        raise SourceError(f"{path.name}: the CSV cannot be read ({one_line(wrong)}); download it again.") from wrong


def _frames(path: Path, above: int, dialect: Dialect, row_count: int | None) -> Iterator[tuple[pd.DataFrame, bool]]:
    """Yield the rows of a CSV in frames of so many rows, each with whether it is the last."""
    found = pd.read_csv(
        path,
        sep=dialect.mark,
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        encoding=dialect.encoding,
        quoting=csv.QUOTE_MINIMAL,
        skip_blank_lines=False,
        skiprows=above,
        chunksize=row_count,
    )
    if isinstance(found, pd.DataFrame):
        yield found, True
        return
    with found:
        frame = next(found)
        for after in found:
            if len(after) < SHORT_PART:
                frame = pd.concat([frame, after])
                frame.index = pd.RangeIndex(frame.index[0], frame.index[0] + len(frame))
            else:
                yield frame, False
                frame = after
        yield frame, True


def _csv_header(path: Path, names: _Names, dialect: Dialect) -> tuple[int, str]:
    """Return how many lines stand above the header, and the mark between cells; the first line where none is found."""
    lines = first_lines(path, dialect.encoding)
    marks = [dialect.mark or mark_of(line) for line in lines]
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if names.is_header(cells(line, mark)):
            return number, mark
    return 0, marks[0] if marks else ","


def _refuse_twice(path: Path, above: int, mark: str, encoding: str) -> None:
    """Refuse a header that holds a heading twice, for pandas would rename the second unsaid."""
    for line in first_lines(path, encoding)[above : above + 1]:
        headings = [heading.strip() for heading in cells(line, mark)]
        for at, heading in enumerate(headings):
            if heading and heading in headings[:at]:
                raise SourceError(
                    f"{path.name}, row {above + 1}: column {one_line(heading)} stands there twice (columns"
                    f" {headings.index(heading) + 1} and {at + 1}); remove or rename one."
                )


def first_lines(path: Path, encoding: str) -> list[str]:
    """Return the lines of a text file among which a header is looked for."""
    with path.open(encoding=encoding, newline="") as stream:
        return [line for _, line in zip(range(HEADER_SEARCH_ROWS), stream, strict=False)]


def encoding_of(path: Path) -> str:
    """Return the encoding a text file seems to have: by its mark, else UTF-8 where that fits, else Windows-1252."""
    if gate.kind_of(path) != "csv":
        return UTF_8
    with path.open("rb") as stream:
        head = stream.read(ENCODING_BYTES)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return UTF_8


def cells(line: str, mark: str) -> list[str]:
    """Return the cells of one line of a CSV file."""
    return next(csv.reader([line], delimiter=mark), [])


def mark_of(line: str) -> str:
    """Return the mark between the cells of a header: the one there are most of."""
    return max(",;\t|", key=line.count)


def _row_undecoded(path: Path, encoding: str) -> int:
    if encoding != UTF_8:
        return 1
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
    return _Table(gate.decoded(path, "parquet").to_pandas(ignore_metadata=True), 1)


def _geojson(path: Path, names: _Names) -> _Table:
    return _Table(geojson.table(path), 1)
