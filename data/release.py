"""The store's second half: releases in folders of their own, a manifest each, one pointer written last."""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data import arrays, gate, store
from data.errors import StoreError

RELEASES, POINTER, MANIFEST, LOCK = "releases", "CURRENT", "manifest.json", ".lock"
ID = re.compile(r"r[0-9a-z]+")  # of a release: never a path
KEEP = 3  # releases that prune leaves; a snapshot can be rebuilt only while its release is kept
VERSIONED = ("duckdb", "pyarrow", "h3", "pyproj", "numpy", "pandas")


@dataclass(frozen=True)
class Release:
    """One complete, immutable version of the store."""

    id: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Hash and row count of each file, by its name."""
        return dict(self.manifest["files"])

    def path(self, table: str) -> Path:
        """Return the Parquet file of a table."""
        return self.folder / f"{table}.parquet"

    def arrays(self, name: str) -> arrays.Arrays:
        """Return one of ``contracts.ARRAYS``, read-only and still on disk."""
        return arrays.mapped(self.folder / f"{name}.arrow")


def next_id(root: Path, method: str) -> str:
    """Return the id the imports of a store would be released under: equal imports and method, equal id.

    Args:
        root: The store.
        method: What tables are derived by, as text.
    """
    names = [folder.name for folder in store.imports(root)]
    digest = hashlib.sha256("\n".join([str(store.FORMAT), method, *names]).encode()).hexdigest()
    return f"r{digest[:12]}"


def current(root: Path) -> Release:
    """Return the release the pointer names.

    Raises:
        StoreError: there is no store, no release, or the pointer names one that is not there.
    """
    pointer = root / POINTER
    if not pointer.is_file():
        raise StoreError(
            f"{root}: no release here; run contraflow release --store {root}, or contraflow sample --out {root}."
        )
    return pinned(root, pointer.read_bytes().decode("utf-8", "replace").strip())


def pinned(root: Path, release_id: str) -> Release:
    """Return a release by its id.

    Raises:
        StoreError: there is no such release, or its manifest cannot be read.
    """
    if not ID.fullmatch(release_id):
        raise _no_release(root, release_id)
    folder = root / RELEASES / release_id
    if not folder.is_dir():
        raise _no_release(root, release_id)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest["files"], dict):
            raise ValueError("files")
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise StoreError(
            f"{root}: release {release_id} is damaged; delete {folder} and run contraflow release again."
        ) from broken
    return Release(release_id, folder, manifest)


def _no_release(root: Path, release_id: str) -> StoreError:
    """Return the error of an id that no release has; it names no folder to delete."""
    known = sorted(path.parent.name for path in (root / RELEASES).glob(f"[!.]*/{MANIFEST}"))
    what = f"release {release_id} is missing" if ID.fullmatch(release_id) else f"{release_id!r} is no id of a release"
    choice = f"choose from {', '.join(known)}, or " if known else ""
    return StoreError(f"{root}: {what}; {choice}run contraflow release again.")


def served(root: Path) -> tuple[Release, str]:
    """Return the release to show, and a sentence when it is not the current one: the newest that is whole.

    Raises:
        StoreError: no release is whole; the sentence is about the current one.
    """
    try:
        return whole(current(root)), ""
    except StoreError as broken:
        for folder in _newest_first(root):
            try:
                older = whole(pinned(root, folder.name))
            except StoreError:
                continue
            return older, f"{broken} Until then, release {older.id} of {older.manifest['created_at'][:10]} is shown."
        raise


def whole(release: Release) -> Release:
    """Return the release when every file is what its manifest says; hashes are taken once a process.

    Raises:
        StoreError: one is not, and it is named; or another version of the program wrote them.
    """
    if release.manifest.get("format") != store.FORMAT:
        raise StoreError(
            f"{release.folder.name} was made by another version of Contraflow; run contraflow release again."
        )
    wrong = _wrong(release.folder, json.dumps(release.manifest, sort_keys=True))
    if wrong:
        raise StoreError(
            f"{release.folder.name}: {wrong[0]}; delete {release.folder} and run contraflow release again."
        )
    return release


def prune(root: Path, keep: int = KEEP) -> list[str]:
    """Remove all but the newest releases and the current one, and return the ids of those removed.

    Raises:
        StoreError: fewer than one shall be kept, or the disk refuses.
    """
    if keep < 1:
        raise StoreError(f"--keep {keep}: at least 1 release must be kept.")
    spared = current(root).id
    gone = [folder for folder in _newest_first(root)[keep:] if folder.name != spared]
    try:
        for folder in gone:
            shutil.rmtree(folder)
    except OSError as refused:
        raise StoreError(f"{root}: cannot be written ({refused.strerror}); check its permissions.") from refused
    return [folder.name for folder in gone]


@contextmanager
def publishing(root: Path) -> Iterator[None]:
    """Keep other publishers out of a store; a process that dies lets go.

    Raises:
        StoreError: another process is publishing, or the folder cannot be written.
    """
    try:
        handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as refused:
        raise StoreError(f"{root}: cannot be written ({refused.strerror}); check its permissions.") from refused
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(f"{root}: locked, another process is publishing a release; wait until it is done.") from None
    else:
        yield
    finally:
        os.close(handle)


def publish(root: Path, release_id: str, tables: Mapping[str, pa.Table | Path], facts: Mapping[str, object]) -> Release:
    """Write a release whole, then point to it; readers see the old one or the new one, never a mixture.

    Args:
        root: The store.
        release_id: From next_id.
        tables: Every table of contracts.RELEASED, or the finished file of it; files of contracts.ARRAYS.
        facts: What the manifest states besides.

    Raises:
        SourceError: the disk refuses; the old release stays current.
    """
    target = root / RELEASES / release_id
    if not target.exists():
        store.write_folder(target, tables, lambda folder: {MANIFEST: _manifest(release_id, folder, facts)})
    fresh = root / f".{POINTER}-{os.getpid()}"
    try:
        store.write_text(fresh, release_id + "\n")
        fresh.replace(root / POINTER)
        store.sync(root)
    except OSError as refused:
        raise store.unwritable(root / POINTER, refused) from refused
    finally:
        fresh.unlink(missing_ok=True)
    return current(root)


def verify(release: Release) -> list[str]:
    """Return one sentence per file of a release that is not what its manifest says; empty when all is well."""
    longest = sorted(release.files.items(), key=lambda file: -file[1]["row_count"])  # the longest work first
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        told = pool.map(lambda file: _told(release.folder, *file), longest)
        return sorted(words for words in told if words)


def _told(folder: Path, name: str, kept: Mapping[str, Any]) -> str:
    path = folder / name
    if not path.is_file():
        return f"{name} is missing"
    return "" if gate.sha256_of(path) == kept["sha256"] else f"{name} was changed after it was published"


@cache
def _wrong(folder: Path, manifest: str) -> tuple[str, ...]:
    return tuple(verify(Release(folder.name, folder, json.loads(manifest))))


def _newest_first(root: Path) -> list[Path]:
    """Return the folders of all releases whose manifest can be read, the newest first."""
    found = []
    for path in (root / RELEASES).glob(f"[!.]*/{MANIFEST}"):
        with suppress(StoreError):
            found.append((str(pinned(root, path.parent.name).manifest["created_at"]), path.parent.name, path.parent))
    return [folder for *_, folder in sorted(found, reverse=True)]


def _row_count(path: Path) -> int:
    return arrays.row_count(path) if path.suffix == ".arrow" else int(pq.read_metadata(path).num_rows)


def _manifest(release_id: str, folder: Path, facts: Mapping[str, object]) -> str:
    sources = pq.read_table(folder / "sources.parquet").to_pylist()
    manifest = {
        "release": release_id,
        "created_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "format": store.FORMAT,
        "is_synthetic": any(row["is_synthetic"] for row in sources),
        "files": {
            path.name: {"sha256": gate.sha256_of(path), "row_count": _row_count(path)}
            for path in sorted(folder.iterdir())
        },
        "sources": [{**row, "retrieved_on": str(row["retrieved_on"])} for row in sources],
        **facts,
        "versions": {name: metadata.version(name) for name in ("contraflow", *VERSIONED)},
    }
    return json.dumps(manifest, indent=1, ensure_ascii=False)
