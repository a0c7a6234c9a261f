"""Is a snapshot what its manifest says, and can it be made again?"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from dashboard import snapshot, stores
from dashboard.filters import Filters
from dashboard.relations import Draws
from dashboard.snapshot import DIGEST, MANIFEST, Request
from data.errors import ContraflowError, SnapshotError

MANIFEST_MAX = 64 << 20  # bytes; thousands of sources would be far smaller
BLOCK = 1 << 20
KEYS = (
    "draws",
    "files",
    "filters",
    "format",
    "formats",
    "geography",
    "has_records",
    "is_synthetic",
    "left_out",
    "marking",
    "release",
    "release_files",
    "row_counts",
    "seed",
    "sources",
    "versions",
    "withheld_rows",
)


class Remade(NamedTuple):
    """What became of making a snapshot again."""

    manifest: dict[str, Any]
    warnings: tuple[str, ...]


def verify(path: Path) -> list[str]:
    """Return one sentence per file of a snapshot that is changed, missing or extra; empty when all is well.

    Args:
        path: A folder or a zip file.

    Raises:
        SnapshotError: it is no snapshot, or its manifest cannot be read.
    """
    if path.is_dir():
        found = {one.relative_to(path).as_posix(): one.open for one in sorted(path.rglob("*")) if not one.is_dir()}
        return _wrong(path, {name: lambda opened=opened: opened("rb") for name, opened in found.items()})  # type: ignore[misc]
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            twice = [f"{name} is there twice" for name in sorted({name for name in names if names.count(name) > 1})]
            return twice + _wrong(path, {name: lambda name=name: archive.open(name) for name in names})  # type: ignore[misc]
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as broken:
        raise SnapshotError(f"{path}: is no folder and no zip file that can be read; give a snapshot.") from broken


def read(path: Path) -> dict[str, Any]:
    """Return the manifest in a file.

    Raises:
        SnapshotError: it cannot be read, is no JSON, or is no manifest of a snapshot; says which.
    """
    try:
        with path.open("rb") as stream:
            return _parsed(path, stream.read(MANIFEST_MAX))
    except OSError as refused:
        raise SnapshotError(
            f"{path}: cannot be read ({refused.strerror}); give the manifest of a snapshot."
        ) from refused


def reproduce(path: Path, root: Path, out: Path) -> Remade:
    """Make a snapshot again from its manifest, and place it only where every file is the same.

    Args:
        path: Its manifest.
        root: The store.
        out: Where the new one goes; must not exist, or be an empty folder.

    Returns:
        The manifest, and a sentence per version that differs from the one it was made with.

    Raises:
        SnapshotError: the manifest is damaged, a file would differ, or it cannot be written.
        StoreError: the release is not in the store.
    """
    manifest = read(path)
    request = _request(path, manifest)
    snapshot.require_free(out)
    store = stores.opened(root, str(manifest["release"]))
    _require_same_release(store, manifest)
    warnings = _versions(manifest)
    with snapshot.staged(store, request, snapshot.gathered(store, request), out) as (folder, made):
        differing = sorted(name for name in {*made["files"], *manifest["files"]} if _differ(made, manifest, name))
        if differing:
            why = "; ".join(warnings) or "the versions are the same, so the manifest was changed"
            raise SnapshotError(
                f"{path}: made again, {', '.join(differing)} would differ ({why}); nothing was written."
            )
        return Remade(snapshot.placed(store, folder, made, out), warnings)


def _differ(made: Mapping[str, Any], kept: Mapping[str, Any], name: str) -> bool:
    found: tuple[object, object] = made["files"].get(name), kept["files"].get(name)
    return found[0] != found[1]


def _wrong(path: Path, opened: dict[str, Callable[[], BinaryIO]]) -> list[str]:
    """Return what is wrong with the files of a snapshot, given how to open each."""
    if MANIFEST not in opened:
        raise SnapshotError(f"{path}: holds no {MANIFEST}; give a snapshot that contraflow snapshot wrote.")
    with opened[MANIFEST]() as stream:
        raw = stream.read(MANIFEST_MAX)
    wrong = []
    if DIGEST not in opened:
        wrong.append(f"{DIGEST} is missing")
    else:
        with opened[DIGEST]() as stream:
            if stream.read(200) != f"{hashlib.sha256(raw).hexdigest()}  {MANIFEST}\n".encode():
                wrong.append(f"{MANIFEST} or {DIGEST} was changed")
    listed = _parsed(path, raw)["files"]
    for name in sorted({*listed, *opened} - {MANIFEST, DIGEST}):
        if name not in opened:
            wrong.append(f"{name} is missing")
        elif name not in listed:
            wrong.append(f"{name} is extra")
        elif _sha256(opened[name]) != listed[name].get("sha256"):
            wrong.append(f"{name} was changed")
    return wrong


def _sha256(opened: Callable[[], BinaryIO]) -> str:
    digest = hashlib.sha256()
    try:
        with opened() as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    except (OSError, zipfile.BadZipFile):
        return ""
    return digest.hexdigest()


def _parsed(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(raw)
    except ValueError:
        raise SnapshotError(f"{path}: the manifest is no JSON; it was damaged after it was written.") from None
    if isinstance(manifest, dict):
        manifest.setdefault("has_records", True)  # those written before officials had snapshots of their own
    if not isinstance(manifest, dict) or sorted(manifest) != list(KEYS):
        raise SnapshotError(f"{path}: the manifest does not hold what one of a snapshot holds; it was changed.")
    listed = manifest["files"]
    if not isinstance(listed, dict) or not all(isinstance(kept, dict) for kept in listed.values()):
        raise SnapshotError(f"{path}: the manifest's files are no list of files; it was changed.")
    if manifest["format"] != snapshot.FORMAT:
        raise SnapshotError(f"{path}: format {manifest['format']!r} is not {snapshot.FORMAT}; use a fitting version.")
    return manifest


def _request(path: Path, manifest: dict[str, Any]) -> Request:
    """Return what a manifest says was asked for."""
    try:
        given = dict(manifest["filters"])
        expected = {one.name for one in fields(Filters)}
        if set(given) != expected:
            odd = ", ".join(sorted(map(str, set(given) ^ expected)))
            raise SnapshotError(f"{path}: the manifest's filters are not those of this tool ({odd}); it was changed.")
        chosen = Filters(**{name: _value(name, value) for name, value in given.items()})
        draws = Draws(int(manifest["draws"]), int(manifest["seed"]))
        return Request(chosen, tuple(manifest["formats"]), draws, bool(manifest["has_records"]))
    except SnapshotError:
        raise
    except (ContraflowError, TypeError, ValueError, AttributeError) as wrong:
        raise SnapshotError(f"{path}: the manifest asks for what cannot be ({wrong}); it was changed.") from wrong


def _value(name: str, value: Any) -> Any:
    if name in ("since", "until"):
        return None if value is None else date.fromisoformat(value)
    if isinstance(value, list):
        return tuple(map(str, value))
    return value


def _require_same_release(store: stores.Store, manifest: dict[str, Any]) -> None:
    """Do nothing when the store's release is the very one of the manifest.

    Raises:
        SnapshotError: a table of it differs; names it.
    """
    mine = {name: kept["sha256"] for name, kept in store.release.files.items()}
    theirs = manifest["release_files"]
    if mine != theirs:
        both = {*mine, *theirs} if isinstance(theirs, dict) else set(mine)
        odd = sorted(name for name in both if not isinstance(theirs, dict) or mine.get(name) != theirs.get(name))
        raise SnapshotError(
            f"Release {store.release.id} of this store is not the one of the manifest: {', '.join(odd)} differ;"
            " use the store it was made from."
        )


def _versions(manifest: dict[str, Any]) -> tuple[str, ...]:
    made = manifest["versions"] if isinstance(manifest["versions"], dict) else {}
    mine = snapshot.versions()
    return tuple(
        f"{name} is {mine.get(name, 'missing')} here and was {made.get(name, 'missing')} then"
        for name in sorted({*made, *mine})
        if made.get(name) != mine.get(name)
    )
