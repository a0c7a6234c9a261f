"""What a file must pass before anybody reads it: it exists, can be opened, and is what it says it is."""

import hashlib
import zipfile
from pathlib import Path

from data.errors import SourceError

SIZE_LIMIT_BYTES = 2_000_000_000
XLSX_UNPACKED_LIMIT_BYTES = 500_000_000  # a workbook of the largest source unpacks to 30 MB
KINDS = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}


def kind_of(path: Path) -> str:
    """Return ``csv``, ``xlsx`` or ``parquet`` for a file that looks like one.

    Raises:
        SourceError: the path is missing, a directory, unreadable, empty, too large, or its first and last
            bytes are not those of its kind. The sentence names the file and the cure.
    """
    _require_file(path)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise SourceError(
            f"{path.name}: files ending in {path.suffix or 'nothing'} are not read; give .csv, .xlsx or .parquet."
        )
    if kind == "parquet":
        _require_parquet(path)
    if kind == "xlsx":
        _require_xlsx(path)
    return kind


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _require_file(path: Path) -> None:
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
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(-min(4, path.stat().st_size), 2)
        tail = stream.read(4)
    if head != b"PAR1":
        raise SourceError(f"{path.name}: this is no Parquet file (it does not start with PAR1); check what it is.")
    if tail != b"PAR1" or path.stat().st_size < 12:
        raise SourceError(f"{path.name}: the Parquet file is cut short (its end is missing); download it again.")


def _require_xlsx(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            is_workbook = "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, OSError) as broken:
        raise SourceError(f"{path.name}: this is no XLSX workbook, or it is cut short; download it again.") from broken
    if not is_workbook:
        raise SourceError(f"{path.name}: the archive holds no workbook; save it as .xlsx.")
    if unpacked > XLSX_UNPACKED_LIMIT_BYTES:
        raise SourceError(
            f"{path.name}: the workbook unpacks to {unpacked:,} bytes, over the limit of"
            f" {XLSX_UNPACKED_LIMIT_BYTES:,}; split it."
        )
