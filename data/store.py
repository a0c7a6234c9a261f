"""The store's first half: imported files, each in a folder of its own, written whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data import contracts
from data.cells import cells_at
from data.contracts import Table
from data.errors import SourceError, StoreError
from data.parsed import Parsed

ROW_GROUP_ROWS = 122_880  # DuckDB's own group; larger groups lose threads, smaller ones gain nothing (README.md)
IMPORTS = "imports"
CARD = "import.json"
FORMAT = 4  # of the canonical tables; part of every release id


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
    """Return the folders of all imports, in a fixed order."""
    return sorted(card.parent for card in (store / IMPORTS).glob(f"*/{CARD}"))


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


def add(store: Path, parsed: Parsed, card: dict[str, object], file: Path, sha256: str) -> ImportReport:
    """Write one parsed file into the store and return its report; a file already there changes nothing.

    Args:
        store: The store's folder; made if missing.
        parsed: The file's canonical tables.
        card: The source's profile.
        file: The imported file (only its name is kept).
        sha256: Of the file's bytes.

    Raises:
        ContractError: a table does not keep its contract; nothing is written.
    """
    source_id = str(card["id"])
    target = folder_of(store, source_id, sha256)
    if target.exists():
        return report(target)
    made = summary(parsed, source_id, file.name)
    tables = {t.name: _checked(getattr(parsed, t.name), t) for t in contracts.IMPORTED}
    tables["quarantine"] = _checked(parsed.quarantine, contracts.QUARANTINE)
    tables["sources"] = _checked(_source_row(made, card, target.name, sha256), contracts.SOURCES)
    words = json.dumps({"report": asdict(made)}, indent=1, ensure_ascii=False)
    write_folder(target, tables, lambda _: {CARD: words})
    return made


def write_folder(target: Path, tables: Mapping[str, pa.Table | Path], texts: Callable[[Path], dict[str, str]]) -> None:
    """Write a folder of tables and texts under a temporary name, then move it in place in one step.

    Args:
        target: Where the folder shall be; must not exist.
        tables: Written first, as Parquet; a path is a finished Parquet file of this disk, which is moved in.
        texts: Given the folder with the tables, returns the texts to write beside them.

    Raises:
        SourceError: the disk refuses; nothing is left behind.
    """
    parent = target.parent
    staging = parent / f".new-{os.getpid()}-{target.name}"
    shutil.rmtree(staging, ignore_errors=True)  # of a process that had this number and was killed
    try:
        staging.mkdir(parents=True)
        for name, table in tables.items():
            file = staging / f"{name}.parquet"
            sync(table.replace(file)) if isinstance(table, Path) else write_parquet(table, file)
        for name, words in texts(staging).items():
            write_text(staging / name, words)
        staging.replace(target)
        sync(parent)
    except OSError as full:
        raise _unwritable(target, full) from full
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
        raise _unwritable(path, full) from full


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
        raise _unwritable(path, full) from full


def _unwritable(path: Path, full: OSError) -> SourceError:
    return SourceError(f"{path}: cannot be written ({full.strerror}); free space or choose another --store.")


def sync(path: Path) -> None:
    """Make a file, or a folder's entries, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(frame: pd.DataFrame, table: Table) -> pa.Table:
    if frame.empty:
        return contracts.empty(table)
    if table is contracts.INCIDENTS:
        cells = cells_at(frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64))
        frame = frame.assign(cell=pd.Series(cells, frame.index, dtype="Int64").mask(cells == 0))
    return contracts.check(frame, table)


def summary(parsed: Parsed, source_id: str, file: str) -> ImportReport:
    """Return what became of a parsed file's rows."""
    aside, unknown = parsed.quarantine, parsed.unresolved
    return ImportReport(
        source_id,
        file,
        parsed.row_count_read,
        parsed.row_count_kept,
        len(aside),
        {} if aside.empty else _counts(aside["rule"].value_counts()),
        {} if unknown.empty else _counts(unknown.groupby("name")["row_count"].sum().sort_values(ascending=False)),
        parsed.notes,
        True,
    )


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in values.items()}


def _source_row(summary: ImportReport, card: dict[str, object], import_id: str, sha256: str) -> pd.DataFrame:
    words = {
        name: card[name] for name in ("title", "publisher", "licence", "attribution", "redistributable", "marking")
    }
    row = {
        **words,
        "import_id": import_id,
        "source_id": summary.source_id,
        "is_synthetic": bool(card.get("is_synthetic", False)),
        "caveat": card.get("caveat"),
        "retrieved_on": date.today(),
        "edition": card.get("edition"),
        "source_file": summary.source_file,
        "file_sha256": sha256,
        "row_count_read": summary.row_count_read,
        "row_count_kept": summary.row_count_kept,
        "row_count_quarantined": summary.row_count_quarantined,
    }
    return pd.DataFrame([row])
