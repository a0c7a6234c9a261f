"""What a file must pass before anybody reads it: it exists, can be opened, and is what it says it is.

In this order: name, size, first and last bytes, what its own table of contents declares, and then a child process
with little memory and time (child.py) that unpacks it. The first five look at no more than the table of contents.
"""

import hashlib
import re
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data import child, normalise
from data.errors import SourceError

SIZE_LIMIT_BYTES = 2_000_000_000
GEOJSON_LIMIT_BYTES = 50_000_000  # read into memory as a whole, at some twenty times its size
KINDS = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".parquet": "parquet", ".geojson": "geojson"}
ADDRESS = re.compile(
    r"^(?:[a-z][a-z0-9+.-]+:/|/vsi)", re.IGNORECASE
)  # a URL, or a path that GDAL would fetch or unpack

# Workbooks. The largest source unpacks to 30 MB in 20 parts; text of a sheet packs 5 to 30 times.
XLSX_UNPACKED_LIMIT_BYTES = 500_000_000
XLSX_PARTS_LIMIT = 2_000
XLSX_RATIO_LIMIT, XLSX_RATIO_FROM_BYTES = 200, 10_000_000

# Parquet. The largest source has 311,038 rows of 16 columns in 3 row groups.
PARQUET_ROWS_LIMIT, PARQUET_COLUMNS_LIMIT, PARQUET_GROUPS_LIMIT = 50_000_000, 1_000, 10_000
PARQUET_FOOTER_LIMIT_BYTES = 16_000_000
PARQUET_UNPACKED_LIMIT_BYTES = 1_000_000_000
PLAIN = ("BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
TYPES = {"flag": "BOOLEAN", "whole": "INT32 INT64", "number": "FLOAT DOUBLE", "text": "BYTE_ARRAY", "day": "INT32"}

# The child. Its result is at most what the parent may then hold.
CHILD_MEMORY_BYTES, CHILD_RESULT_BYTES = 1_000_000_000, 500_000_000
CHILD_CPU_SECONDS, CHILD_WALL_SECONDS = 10, 20


def kind_of(path: Path) -> str:
    """Return ``csv``, ``xlsx``, ``parquet`` or ``geojson`` for a file that looks like one.

    Raises:
        SourceError: the path is an address, missing, a directory, unreadable, empty or too large, its bytes are not
            those of its kind, or it declares more than is read. The sentence names the file and the cure.
    """
    _require_file(path)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise SourceError(
            f"{path.name}: files ending in {path.suffix or 'nothing'} are not read; give .csv, .xlsx, .parquet or"
            " .geojson."
        )
    looks = {"parquet": _require_parquet, "xlsx": _require_xlsx, "geojson": _require_geojson}
    if kind in looks:
        looks[kind](path)
    return kind


def require_schema(path: Path, columns: Mapping[str, str]) -> None:
    """Do nothing when a Parquet file holds exactly these columns of these types.

    Args:
        path: A file that passed ``kind_of``; other kinds hold text only, and are left to their reader.
        columns: Name to one of TYPES.

    Raises:
        SourceError: a column is missing, too many, or of another type; names the column.
    """
    if KINDS[path.suffix.lower()] != "parquet":
        return
    schema = pq.read_metadata(path).schema
    found = {schema.column(at).name: schema.column(at).physical_type for at in range(len(schema))}
    for name in columns:
        if name not in found:
            raise SourceError(f"{path.name}: column {name} is missing; the source has exactly {', '.join(columns)}.")
    for name, kind in found.items():
        if name not in columns:
            raise SourceError(f"{path.name}: column {_shown(name)} is none of the source's; leave it out.")
        if kind not in TYPES[columns[name]].split():
            raise SourceError(f"{path.name}: column {name} holds {kind}, not a {columns[name]}; save it as one.")


def decoded(path: Path, kind: str) -> pa.Table:
    """Return what a child process makes of a ``parquet`` or ``xlsx`` file (child.py says in which columns).

    Raises:
        SourceError: the file is damaged, or needs more memory or time than a child may use.
    """
    with tempfile.TemporaryDirectory(prefix="contraflow-") as folder:
        result = Path(folder) / "table.arrow"
        limits = (CHILD_MEMORY_BYTES, CHILD_CPU_SECONDS, CHILD_RESULT_BYTES)
        call = [sys.executable, "-I", child.__file__, kind, str(path.resolve()), str(result), *map(str, limits)]
        try:
            ended = subprocess.run(  # noqa: S603 - our own interpreter and file, no shell
                call, stdin=subprocess.DEVNULL, capture_output=True, timeout=CHILD_WALL_SECONDS, check=False, env=ENV
            )
        except subprocess.TimeoutExpired as late:
            raise SourceError(_exhausted(path, f"over {CHILD_WALL_SECONDS} seconds")) from late
        said = ended.stderr.decode("utf-8", "replace")
        if ended.returncode == child.BROKEN and "File too large" not in said:
            raise SourceError(_damaged(path, kind, said))
        if ended.returncode != child.DONE:
            is_late = ended.returncode == -signal.SIGXCPU
            why = f"over {CHILD_CPU_SECONDS} seconds of work" if is_late else f"over {CHILD_RESULT_BYTES:,} bytes"
            raise SourceError(_exhausted(path, why))
        with pa.memory_map(str(result)) as stream:
            return pa.ipc.open_file(stream).read_all()


# little else: no thread pools of their own, the plain allocator (others reserve address space without using it)
ENV = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def label(name: str, limit: int = 80) -> str:
    """Return what a file is called in the store and on screen: its last part, one line, never longer than the limit.

    A label is words, never a path: files are stored under a generated id.
    """
    last = re.split(r"[/\\]", normalise.text(name))[-1].strip(". ")
    if len(last) > limit:
        last = last[: limit - 11] + "…" + last[-10:]
    return last or "unnamed"


def _exhausted(path: Path, why: str) -> str:
    return f"{path.name}: unpacking the file takes {why}, more than is allowed; split the file, or save it as CSV."


def _damaged(path: Path, kind: str, said: str) -> str:
    if kind == "xlsx":
        return f"{path.name}: the workbook cannot be read ({_shown(said)}); save it again as .xlsx."
    return f"{path.name}: the Parquet file is damaged ({_shown(said)}); download it again."


def _shown(words: str) -> str:
    return normalise.text(words)[:100]


def _require_file(path: Path) -> None:
    if ADDRESS.match(str(path)):
        raise SourceError(f"{_shown(str(path))}: addresses are not read; download the file and give its name.")
    if not str(path).isprintable():
        raise SourceError(f"{str(path)!r}: the file's name holds characters that cannot be printed; rename it.")
    try:
        _require_regular(path)
        with path.open("rb"):
            pass
        size = path.stat().st_size
    except PermissionError as denied:
        raise SourceError(f"{path.name}: you may not read this file; change its permissions (chmod u+r).") from denied
    except OSError as failed:
        raise SourceError(f"{path.name}: the file cannot be opened ({failed.strerror}); copy it again.") from failed
    if size == 0:
        raise SourceError(f"{path.name}: the file is empty; download it again.")
    if size > SIZE_LIMIT_BYTES:
        raise SourceError(f"{path.name}: {size:,} bytes is over the limit of {SIZE_LIMIT_BYTES:,}; split the file.")


def _require_regular(path: Path) -> None:
    if not path.exists():
        raise SourceError(f"{path}: there is no such file; check the name.")
    if path.is_dir():
        raise SourceError(f"{path.name}: this is a directory; name the files in it, for example {path.name}/*.")
    if not path.is_file():
        raise SourceError(f"{path.name}: this is a pipe or a device, not a file; save what it holds as a file.")


def _require_parquet(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(-min(8, size), 2)
        footer_size, tail = int.from_bytes(stream.read(4), "little"), stream.read(4)
    if head != b"PAR1":
        raise SourceError(f"{path.name}: this is no Parquet file (it does not start with PAR1); check what it is.")
    if tail != b"PAR1" or size < 12:
        raise SourceError(f"{path.name}: the Parquet file is cut short (its end is missing); download it again.")
    if not 0 < footer_size <= min(size - 12, PARQUET_FOOTER_LIMIT_BYTES):
        raise SourceError(
            f"{path.name}: the Parquet file's table of contents claims {footer_size:,} bytes, which cannot be;"
            " download it again."
        )
    try:
        contents = pq.read_metadata(path)
        _require_small(path, contents)
        _require_flat(path, contents.schema)
    except (pa.ArrowException, OSError, ValueError) as broken:
        raise SourceError(_damaged(path, "parquet", str(broken))) from broken


def _require_small(path: Path, contents: pq.FileMetaData) -> None:
    rows, columns, groups = contents.num_rows, contents.num_columns, contents.num_row_groups
    if rows > PARQUET_ROWS_LIMIT or columns > PARQUET_COLUMNS_LIMIT or groups > PARQUET_GROUPS_LIMIT:
        raise SourceError(
            f"{path.name}: {rows:,} rows of {columns:,} columns in {groups:,} groups are over the limit of"
            f" {PARQUET_ROWS_LIMIT:,} rows, {PARQUET_COLUMNS_LIMIT:,} columns and {PARQUET_GROUPS_LIMIT:,} groups;"
            " split the file."
        )
    if rows <= 0:
        raise SourceError(f"{path.name}: there are columns but no row; download the file again.")
    parts = [contents.row_group(at) for at in range(groups)]
    unpacked = sum(part.column(at).total_uncompressed_size for part in parts for at in range(columns))
    if sum(part.num_rows for part in parts) != rows or any(part.num_rows < 0 for part in parts):
        raise SourceError(f"{path.name}: the Parquet file's counts of rows do not agree; download it again.")
    if not 0 <= unpacked <= PARQUET_UNPACKED_LIMIT_BYTES:
        raise SourceError(
            f"{path.name}: the file unpacks to {unpacked:,} bytes, over the limit of"
            f" {PARQUET_UNPACKED_LIMIT_BYTES:,}; split the file."
        )


def _require_flat(path: Path, schema: pq.ParquetSchema) -> None:
    seen: set[str] = set()
    for at in range(len(schema)):
        column = schema.column(at)
        name = _shown(column.path)
        if column.path != column.name or column.max_repetition_level or column.max_definition_level > 1:
            raise SourceError(f"{path.name}: column {name} is nested; save a flat table with one value a cell.")
        if column.physical_type not in PLAIN:
            raise SourceError(
                f"{path.name}: column {name} is of the outdated type {column.physical_type}; save it as a day or text."
            )
        if column.name.startswith("@@"):
            raise SourceError(f"{path.name}: column {name} has a name that map libraries run as code; rename it.")
        if column.name in seen:
            raise SourceError(f"{path.name}: column {name} stands there twice; remove or rename one.")
        seen.add(column.name)


def _require_xlsx(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as parts:
            listed = parts.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as broken:
        raise SourceError(f"{path.name}: this is no XLSX workbook, or it is cut short; download it again.") from broken
    unpacked, packed = (sum(getattr(part, size) for part in listed) for size in ("file_size", "compress_size"))
    if "xl/workbook.xml" not in {part.filename for part in listed}:
        raise SourceError(f"{path.name}: the archive holds no workbook; save it as .xlsx.")
    if len(listed) > XLSX_PARTS_LIMIT:
        raise SourceError(
            f"{path.name}: the workbook has {len(listed):,} parts, over the limit of {XLSX_PARTS_LIMIT:,}; split it."
        )
    if unpacked > XLSX_UNPACKED_LIMIT_BYTES:
        raise SourceError(
            f"{path.name}: the workbook unpacks to {unpacked:,} bytes, over the limit of"
            f" {XLSX_UNPACKED_LIMIT_BYTES:,}; split it."
        )
    if unpacked > XLSX_RATIO_FROM_BYTES and unpacked > XLSX_RATIO_LIMIT * packed:
        raise SourceError(
            f"{path.name}: the workbook unpacks to over {XLSX_RATIO_LIMIT} times its size ({unpacked:,} bytes);"
            " save it as CSV."
        )


def _require_geojson(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(1000).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"{"):
        what = " (XML, perhaps a list of other files)" if head.startswith(b"<") else ""
        raise SourceError(f"{path.name}: this is no GeoJSON{what}; it must start with a brace; check what it is.")
    size = path.stat().st_size
    if size > GEOJSON_LIMIT_BYTES:
        raise SourceError(f"{path.name}: {size:,} bytes is over the limit of {GEOJSON_LIMIT_BYTES:,}; split the file.")
