"""A file on its way into the store: written part by part beside its place, moved in when all of it is there."""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data import contracts, identity, store
from data.cells import cells_at
from data.contracts import Table
from data.identity import Seen
from data.parsed import Parsed, Reading
from data.store import ImportReport

WRITTEN = (  # as the parts come
    contracts.OBSERVATIONS,
    contracts.WAYPOINTS,
    contracts.CUSTODY_EVENTS_TABLE,
    contracts.INCIDENTS,
    contracts.PLACES,
    contracts.QUARANTINE,
)


@dataclass(frozen=True)
class Staged:
    """An import that waits to be moved into its place."""

    folder: Path
    target: Path
    report: ImportReport


@dataclass
class Tally:
    """What became of a file's rows, so far."""

    row_count_read: int = 0
    row_count_kept: int = 0
    row_count_quarantined: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    unresolved: pd.DataFrame = field(default_factory=lambda: contracts.empty(contracts.UNRESOLVED).to_pandas())
    notes: tuple[str, ...] = ()

    def add(self, part: Parsed) -> None:
        """Count a part."""
        self.row_count_read += part.row_count_read
        self.row_count_kept += part.row_count_kept
        self.row_count_quarantined += len(part.quarantine)
        if len(part.quarantine):
            self.rules.update(part.quarantine["rule"])
        if len(part.unresolved):
            both = pd.concat([self.unresolved, part.unresolved], ignore_index=True)
            keys = list(contracts.UNRESOLVED.key)
            self.unresolved = both.groupby(keys)["row_count"].sum().reset_index()
        self.notes = tuple(dict.fromkeys([*self.notes, *part.notes]))

    def report(self, source_id: str, file: str) -> ImportReport:
        """Return the report of a new import."""
        names = self.unresolved.groupby("name")["row_count"].sum().sort_values(ascending=False, kind="stable")
        return ImportReport(
            source_id,
            file,
            self.row_count_read,
            self.row_count_kept,
            self.row_count_quarantined,
            dict(self.rules.most_common()),
            {str(name): int(count) for name, count in names.items()},
            self.notes,
            True,
        )


def add(root: Path, reading: Reading, card: dict[str, object], file: Path, sha256: str) -> ImportReport:
    """Write one file into the store and return its report; a file already there changes nothing.

    Args:
        root: The store's folder; made if missing.
        reading: The file's canonical tables.
        card: The source's profile.
        file: The imported file (only its name is kept).
        sha256: Of the file's bytes.

    Raises:
        ContractError: a table does not keep its contract; nothing is written.
        SourceError: the file cannot be taken, or the disk refuses; nothing is written.
    """
    target = store.folder_of(root, str(card["id"]), sha256)
    if target.exists():
        return store.report(target)
    staged = stage(root, reading, card, file, sha256)
    place([staged])
    return staged.report


def stage(root: Path, reading: Reading, card: dict[str, object], file: Path, sha256: str) -> Staged:
    """Write one file beside where it belongs; ``place`` or ``discard`` it.

    Raises:
        ContractError: as ``add``.
        SourceError: as ``add``.
    """
    source_id = str(card["id"])
    target = store.folder_of(root, source_id, sha256)
    folder = store.staging_of(target)
    store.clear(target.parent)
    shutil.rmtree(folder, ignore_errors=True)  # of a process that had this number and was killed
    new = [parent for parent in (folder.parent, root) if not parent.exists()]
    try:
        folder.mkdir(parents=True)
        tally = _write_parts(folder, reading)
        if reading.seen and reading.seen.has_spread:
            _count_repeats(folder, source_id, reading.seen)
        report = tally.report(source_id, file.name)
        row = _source_row(report, card, target.name, sha256)
        _write(folder, {contracts.UNRESOLVED: tally.unresolved, contracts.SOURCES: row})
        kept = {"report": asdict(report), "files": store.files_of(folder)}
        words = json.dumps(kept, indent=1, ensure_ascii=False)
        store.write_text(folder / store.CARD, words)
    except BaseException as failed:
        shutil.rmtree(folder, ignore_errors=True)
        for made in new:
            if made.is_dir():
                made.rmdir()
        if isinstance(failed, OSError):
            raise store.unwritable(target, failed) from failed
        raise
    return Staged(folder, target, report)


def place(staged: Sequence[Staged]) -> None:
    """Move imports into their places, all or none.

    Raises:
        SourceError: the disk refuses; none is there.
    """
    placed: list[Path] = []
    try:
        for one in staged:
            one.folder.replace(one.target)
            placed.append(one.target)
            store.sync(one.target.parent)
    except OSError as full:
        for folder in placed:
            shutil.rmtree(folder)
        discard(staged)
        raise store.unwritable(full.filename or staged[0].target, full) from full


def discard(staged: Sequence[Staged]) -> None:
    """Remove imports that shall not be placed."""
    for one in staged:
        shutil.rmtree(one.folder, ignore_errors=True)


def _write_parts(folder: Path, reading: Reading) -> Tally:
    tally, places = Tally(), set[str]()
    writers = {t: pq.ParquetWriter(_path(folder, t), t.schema, compression="lz4") for t in WRITTEN}
    try:
        for part in reading.parts:
            tally.add(part)
            is_new = ~part.places["place_id"].isin(places)
            places.update(part.places["place_id"])
            for table, writer in writers.items():
                rows = getattr(part, table.name)
                rows = rows[is_new] if table is contracts.PLACES else rows
                writer.write_table(_checked(rows, table), row_group_size=store.ROW_GROUP_ROWS)
    finally:
        for writer in writers.values():
            writer.close()
    for table in WRITTEN:
        store.sync(_path(folder, table))
    return tally


def _write(folder: Path, frames: dict[Table, pd.DataFrame]) -> None:
    for table, frame in frames.items():
        store.write_parquet(_checked(frame, table), _path(folder, table))


def _count_repeats(folder: Path, source_id: str, seen: Seen) -> None:
    """Write the observations anew, each with how often it stands in the whole file."""
    path, table = _path(folder, contracts.OBSERVATIONS), contracts.OBSERVATIONS
    whole = path.with_suffix(".new")
    at = table.schema.names.index("repeat_count")
    with pq.ParquetFile(path) as file, pq.ParquetWriter(whole, table.schema, compression="lz4") as writer:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            counts = seen.counts(identity.digest_of(rows["obs_id"].to_pandas(), source_id))
            writer.write_table(rows.set_column(at, table.schema.field(at), pa.array(counts)))
    store.sync(whole)
    whole.replace(path)


def _path(folder: Path, table: Table) -> Path:
    return folder / f"{table.name}.parquet"


def _checked(frame: pd.DataFrame, table: Table) -> pa.Table:
    if frame.empty:
        return contracts.empty(table)
    if table is contracts.INCIDENTS:
        cells = cells_at(frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64))
        frame = frame.assign(cell=pd.Series(cells, frame.index, dtype="Int64").mask(cells == 0))
    return contracts.check(frame, table)


def _source_row(report: ImportReport, card: dict[str, object], import_id: str, sha256: str) -> pd.DataFrame:
    words = {
        name: card[name] for name in ("title", "publisher", "licence", "attribution", "redistributable", "marking")
    }
    row = {
        **words,
        "import_id": import_id,
        "source_id": report.source_id,
        "is_synthetic": bool(card.get("is_synthetic", False)),
        "caveat": card.get("caveat"),
        "retrieved_on": date.today(),
        "edition": card.get("edition"),
        "source_file": report.source_file,
        "file_sha256": sha256,
        "row_count_read": report.row_count_read,
        "row_count_kept": report.row_count_kept,
        "row_count_quarantined": report.row_count_quarantined,
    }
    return pd.DataFrame([row])
