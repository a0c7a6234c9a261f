"""The store's first half: imported files, each in a folder of its own; how folders, tables and texts are written."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data import gate
from data.errors import SourceError, StoreError

ROW_GROUP_ROWS = 122_880  # DuckDB's own group; larger groups lose threads, smaller ones gain nothing (README.md)
IMPORTS = "imports"
CARD = "import.json"
FORMAT = 6  # of the canonical tables; part of every release id


@dataclass(frozen=True)
class ImportReport:
    """What became of one file's rows.

    Attributes:
        rules: Reason to number of rows set aside for it.
        unresolved: Published name to number of rows.
        is_new: False when the store held this file already and nothing was written.
    """

    source_id: str
    source_file: str
    row_count_read: int
    row_count_kept: int
    row_count_quarantined: int
    rules: dict[str, int]
    unresolved: dict[str, int]
    notes: tuple[str, ...]
    is_new: bool


def folder_of(store: Path, source_id: str, sha256: str) -> Path:
    """Return where an import lives."""
    return store / IMPORTS / f"{source_id}-{sha256[:16]}"


def imports(store: Path) -> list[Path]:
    """Return the folders of all imports, in a fixed order; one with a dot is still being written, or was left."""
    return sorted(card.parent for card in (store / IMPORTS).glob(f"[!.]*/{CARD}"))


def staging_of(target: Path) -> Path:
    """Return where this process writes a folder before it takes its place."""
    return target.parent / f".new-{os.getpid()}-{target.name}"


def clear(parent: Path) -> None:
    """Remove what processes that were killed had been writing into a folder."""
    for left in parent.glob(".new-*-*"):
        number = left.name.split("-")[1]
        if number.isdecimal() and not _is_running(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)  # asks, and ends nothing
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # another user's
    return True


def report(folder: Path, is_new: bool = False) -> ImportReport:
    """Return the report kept with an import.

    Raises:
        StoreError: the import is damaged.
    """
    try:
        kept = json.loads((folder / CARD).read_text(encoding="utf-8"))["report"]
        return ImportReport(**{**kept, "notes": tuple(kept["notes"]), "is_new": is_new})
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise StoreError(
            f"{folder}: this import is damaged ({CARD} cannot be read); delete the folder and import the file again."
        ) from broken


def files_of(folder: Path) -> dict[str, dict[str, object]]:
    """Return size and hash of each table of an import, by the name of its file."""
    return {path.name: _mark(path) for path in sorted(folder.glob("*.parquet"))}


def require_whole(store: Path) -> None:
    """Do nothing when every import is what it was when it was made; those of earlier versions hold no hashes.

    Raises:
        StoreError: one is not, or lacks its card; names it and the file to import again.
    """
    for folder in sorted((store / IMPORTS).glob("[!.]*/")):
        made = report(folder)
        kept = json.loads((folder / CARD).read_text(encoding="utf-8")).get("files", {})
        for name, mark in kept.items():
            if not (folder / name).is_file() or _mark(folder / name) != mark:
                raise StoreError(
                    f"{folder / name}: this table was changed after it was imported; delete {folder} and import"
                    f" {made.source_file} again."
                )


def _mark(path: Path) -> dict[str, object]:
    return {"size_bytes": path.stat().st_size, "sha256": gate.sha256_of(path)}


def is_synthetic(store: Path) -> bool:
    """Return True when an import of the store is made up; False for a store that holds nothing.

    Raises:
        StoreError: an import is damaged.
    """
    return any(_is_made_up(folder / "sources.parquet") for folder in imports(store))


def _is_made_up(sources: Path) -> bool:
    try:
        return any(pq.read_table(sources, columns=["is_synthetic"])["is_synthetic"].to_pylist())
    except (OSError, ValueError, KeyError) as broken:  # Arrow's own errors are of the first two kinds
        raise StoreError(
            f"{sources}: this import is damaged (its source cannot be read);"
            " delete its folder and import the file again."
        ) from broken


def write_folder(target: Path, tables: Mapping[str, pa.Table | Path], texts: Callable[[Path], dict[str, str]]) -> None:
    """Write a folder of tables and texts under a temporary name, then move it in place in one step.

    Args:
        target: Where the folder shall be; must not exist.
        tables: Written first, as Parquet; a path is a finished file of this disk, which is moved in.
        texts: Given the folder with the tables, returns the texts to write beside them.

    Raises:
        SourceError: the disk refuses; nothing is left behind.
    """
    parent = target.parent
    staging = staging_of(target)
    shutil.rmtree(staging, ignore_errors=True)  # of a process that had this number and was killed
    try:
        staging.mkdir(parents=True)
        for name, table in tables.items():
            if isinstance(table, Path):
                sync(table.replace(staging / f"{name}{table.suffix}"))
            else:
                write_parquet(table, staging / f"{name}.parquet")
        for name, words in texts(staging).items():
            write_text(staging / name, words)
        staging.replace(target)
        sync(parent)
    except OSError as full:
        raise unwritable(target, full) from full
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table in the working store's layout, on disk when this returns.

    Raises:
        SourceError: the disk refuses.
    """
    try:
        with path.open("wb") as stream:
            pq.write_table(table, stream, row_group_size=ROW_GROUP_ROWS, compression="lz4")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as full:
        raise unwritable(path, full) from full


def write_text(path: Path, words: str) -> None:
    """Write a text, on disk when this returns.

    Raises:
        SourceError: the disk refuses.
    """
    try:
        with path.open("w", encoding="utf-8") as stream:
            stream.write(words)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as full:
        raise unwritable(path, full) from full


def unwritable(path: Path | str, full: OSError) -> SourceError:
    """Return the error of a disk that refuses."""
    return SourceError(f"{path}: cannot be written ({full.strerror}); free space or choose another --store.")


def sync(path: Path) -> None:
    """Make a file, or a folder's entries, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
