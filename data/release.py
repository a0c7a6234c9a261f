"""The store's second half: releases in folders of their own, a manifest each, one pointer written last."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data import gate, store
from data.errors import StoreError

RELEASES, POINTER, MANIFEST = "releases", "CURRENT", "manifest.json"
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
    return pinned(root, pointer.read_text(encoding="utf-8").strip())


def pinned(root: Path, release_id: str) -> Release:
    """Return a release by its id.

    Raises:
        StoreError: there is no such release, or its manifest cannot be read.
    """
    folder = root / RELEASES / Path(release_id).name
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest["files"], dict):
            raise ValueError("files")
    except (OSError, ValueError, KeyError, TypeError) as broken:
        what = f"damaged; delete {folder} and" if folder.is_dir() else "missing;"
        raise StoreError(f"{root}: release {release_id} is {what} run contraflow release again.") from broken
    return Release(release_id, folder, manifest)


def publish(root: Path, release_id: str, tables: dict[str, pa.Table], facts: Mapping[str, object]) -> Release:
    """Write a release whole, then point to it; readers see the old one or the new one, never a mixture.

    Args:
        root: The store.
        release_id: From next_id.
        tables: Every table of contracts.RELEASED.
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
    finally:
        fresh.unlink(missing_ok=True)
    return current(root)


def verify(release: Release) -> list[str]:
    """Return one sentence per file of a release that is not what its manifest says; empty when all is well."""
    wrong = []
    for name, kept in release.files.items():
        path = release.folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif gate.sha256_of(path) != kept["sha256"]:
            wrong.append(f"{name} was changed after it was published")
    return wrong


def _manifest(release_id: str, folder: Path, facts: Mapping[str, object]) -> str:
    sources = pq.read_table(folder / "sources.parquet").to_pylist()
    manifest = {
        "release": release_id,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "format": store.FORMAT,
        "is_synthetic": any(row["is_synthetic"] for row in sources),
        "files": {
            path.name: {"sha256": gate.sha256_of(path), "row_count": pq.read_metadata(path).num_rows}
            for path in sorted(folder.glob("*.parquet"))
        },
        "sources": [{**row, "retrieved_on": str(row["retrieved_on"])} for row in sources],
        **facts,
        "versions": {name: metadata.version(name) for name in ("contraflow", *VERSIONED)},
    }
    return json.dumps(manifest, indent=1, ensure_ascii=False)
