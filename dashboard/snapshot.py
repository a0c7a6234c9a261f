"""A snapshot: a frozen export of one release and one choice that can be checked and made again from its manifest."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard import assemble, audit, citations, snapshot_method, words
from dashboard import snapshot_formats as formats
from dashboard.assemble import NULL_DRAWS, NULL_SEED
from dashboard.filters import Filters
from dashboard.markings import MEANINGS
from dashboard.relations import Draws
from dashboard.snapshot_tables import Contents, contents
from dashboard.stores import Store
from data import gate, release
from data import store as files
from data.errors import FilterError, SnapshotError

MANIFEST, DIGEST, README = "manifest.json", "manifest.sha256", "README.txt"
TABLES = "tables"
FORMAT = 1  # of the manifest
VECTORS = tuple(sorted(formats.ENDINGS))
PICTURES = ("png", "svg")
VERSIONED = ("contraflow", *release.VERSIONED, "geopandas", "matplotlib", "orjson", "pyogrio", "scipy", "shapely")
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the first one a zip file can hold
ZIP_LEVEL = 2  # of 9: a third of the time of 6, and a file that is a quarter larger (measured 2026-11)


@dataclass(frozen=True)
class Request:
    """What shall be in a snapshot.

    Attributes:
        filters: The choice.
        formats: Of VECTORS and PICTURES.
        draws: How surprise is tested.
        has_records: Whether its table of evidence lists single records; officials get none.
    """

    filters: Filters = Filters()
    formats: tuple[str, ...] = VECTORS
    draws: Draws = Draws(NULL_DRAWS, NULL_SEED)
    has_records: bool = True

    def __post_init__(self) -> None:
        """Refuse what no snapshot can be.

        Raises:
            FilterError: a format is unknown or there is none.
        """
        known = (*VECTORS, *PICTURES)
        for name in self.formats:
            if name not in known:
                raise FilterError(f"Format {name!r} is unknown; choose from {', '.join(known)}.")
        if not self.formats:
            raise FilterError(f"No format is chosen; choose from {', '.join(known)}.")


def write(store: Store, request: Request, out: Path) -> dict[str, Any]:
    """Write a snapshot as a folder, or as one zip file where the name ends in .zip, and return its manifest.

    Args:
        store: The release.
        request: What shall be in it.
        out: Must not exist, or be an empty folder.

    Raises:
        FilterError: nothing passes the filters, or they name what the release does not have.
        SnapshotError: the target is in use or cannot be written, a marking forbids it, or the export log is closed.
    """
    require_free(out)
    found = gathered(store, request)
    with staged(store, request, found, out) as (folder, manifest):
        return placed(store, folder, manifest, out)


def placed(store: Store, folder: Path, manifest: dict[str, Any], out: Path) -> dict[str, Any]:
    """Move a finished snapshot to its place in one step, after the export log has taken it."""
    with _writing(out):
        if out.suffix == ".zip":
            folder = _packed(folder, folder.with_name(f"{folder.name}.zip"))
        for path in (folder, *folder.rglob("*")):
            files.sync(path)
        log(store, manifest, out.name)
        folder.replace(out)
        files.sync(out.parent)
    return manifest


def gathered(store: Store, request: Request) -> Contents:
    """Return what a snapshot holds.

    Args:
        store: The release.
        request: What shall be in it.

    Raises:
        FilterError: nothing passes the filters, or they name what the release does not have.
        SnapshotError: a source is marked TLP:RED.
    """
    return contents(store, *assemble.judged(store, request.filters, request.draws), request.has_records)


def zipped(store: Store, request: Request, found: Contents, name: str) -> bytes:
    """Return a snapshot as the bytes of a zip file, for a browser.

    Args:
        store: The release.
        request: What shall be in it.
        found: As ``gathered`` gives it.
        name: Under which the export log notes it.
    """
    with (
        tempfile.TemporaryDirectory() as parent,
        staged(store, request, found, Path(parent) / "snapshot") as (folder, manifest),
        _writing(Path(name)),
    ):
        packed = _packed(folder, Path(parent) / "snapshot.zip").read_bytes()
        log(store, manifest, name)
        return packed


def require_free(out: Path) -> None:
    """Do nothing when nothing is at the target, or an empty folder.

    Raises:
        SnapshotError: something is.
    """
    is_taken = out.exists() and not (out.is_dir() and out.suffix != ".zip" and not any(out.iterdir()))
    if is_taken or out.is_symlink():
        raise SnapshotError(f"{out}: is there already and not empty; choose another --out, nothing was changed.")


@contextmanager
def staged(store: Store, request: Request, found: Contents, out: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give a finished snapshot in a temporary folder beside its target, and its manifest; nothing is left behind.

    Args:
        store: The release.
        request: What shall be in it.
        found: As ``gathered`` gives it.
        out: The target.

    Raises:
        SnapshotError: the folder cannot be written.
    """
    folder = out.parent / f".new-{os.getpid()}-{out.name}"
    try:
        with _writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
            _fill(store, request, found, folder)
            manifest = _manifest(store, request, found, folder)
            _seal(folder, manifest)
        yield folder, manifest
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.with_name(f"{folder.name}.zip").unlink()


def log(store: Store, manifest: dict[str, Any], name: str) -> None:
    """Note in the store's export log that a snapshot leaves.

    Args:
        store: The release.
        manifest: Of the snapshot.
        name: Of the file or folder, without its place.
    """
    told = {key: manifest[key] for key in ("release", "filters", "formats", "marking", "is_synthetic")}
    audit.append(store.root, {"what": "snapshot", **told, "row_counts": manifest["row_counts"], "target": name})


def text(value: object) -> str:
    """Return plain values as JSON, always in the same form."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def versions() -> dict[str, str]:
    """Return the versions of everything a table's bytes may depend on."""
    import pyogrio  # loads slowly

    return {name: metadata.version(name) for name in sorted(VERSIONED)} | {"gdal": pyogrio.__gdal_version_string__}


def _fill(store: Store, request: Request, found: Contents, folder: Path) -> None:
    """Write every file but the manifest."""
    chosen = [name for name in VECTORS if name in request.formats]
    for name, table in found.mapped.items():
        formats.write_mapped(name, table, folder, chosen)
    (folder / TABLES).mkdir()
    formats.write_csv(found.evidence, folder / TABLES / "evidence.csv")
    for name, rows in found.plain.items():
        formats.write_csv(formats.arrow(rows), folder / TABLES / f"{name}.csv")
    for name in [name for name in PICTURES if name in request.formats]:
        (folder / f"map.{name}").write_bytes(_picture(found, name))
    method = snapshot_method.parameters(request.filters, request.draws, found.view.small)
    texts = {
        README: _readme(store, request, found),
        "CITATION.txt": citations.block(found.plain["sources"], store.release.id, metadata.version("contraflow")),
        "method.json": text({"marking": found.marking, **method}),
    }
    for name, said in texts.items():
        (folder / name).write_text(said, encoding="utf-8", newline="\n")


def _picture(found: Contents, name: str) -> bytes:
    from dashboard import print_map  # drawing libraries load slowly, and few snapshots hold a picture

    return print_map.picture(found.view, name, found.marking)


def _manifest(store: Store, request: Request, found: Contents, folder: Path) -> dict[str, Any]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {
        "format": FORMAT,
        "release": store.release.id,
        "release_files": {name: kept["sha256"] for name, kept in sorted(store.release.files.items())},
        "filters": request.filters.to_dict(),
        "formats": [name for name in (*VECTORS, *PICTURES) if name in request.formats],
        "draws": request.draws.count,
        "seed": request.draws.seed,
        "has_records": request.has_records,
        "marking": found.marking,
        "is_synthetic": found.view.is_synthetic,
        "sources": _plain(found.plain["sources"]),
        "geography": list(citations.GEOGRAPHY),
        "withheld_rows": found.withheld,
        "left_out": list(found.left_out),
        "row_counts": found.row_counts,
        "versions": versions(),
        "files": {
            name: {"sha256": gate.sha256_of(path), "row_count": _row_count(found, name)} for name, path in names.items()
        },
    }


def _plain(sources: pd.DataFrame) -> list[dict[str, object]]:
    """Return sources as plain values."""
    rows = formats.arrow(sources).to_pylist()
    return [{key: str(value) if key == "retrieved_on" else value for key, value in row.items()} for row in rows]


def _row_count(found: Contents, name: str) -> int | dict[str, int] | None:
    """Return the rows of a file, of each layer in a file of several, None of a text or a picture."""
    if name == formats.CONTAINER:
        return {table: found.row_counts[table] for table in found.mapped}
    return found.row_counts.get(Path(name).stem) if "/" in name else None


def _seal(folder: Path, manifest: dict[str, Any]) -> None:
    said = text(manifest)
    files.write_text(folder / MANIFEST, said)
    digest = hashlib.sha256(said.encode()).hexdigest()
    files.write_text(folder / DIGEST, f"{digest}  {MANIFEST}\n")


def _readme(store: Store, request: Request, found: Contents) -> str:
    rows = [f"- {name}: {words.plural(count, 'row')}" for name, count in found.row_counts.items()]
    limits = [f"- {line}" for line in found.left_out] or ["- Nothing was left out."]
    chosen = [f"- {name}: {value}" for name, value in request.filters.to_url().items()] or ["- None: everything."]
    told = [
        f"{found.marking}: this snapshot {MEANINGS[found.marking]}.",
        *([words.SYNTHETIC] if found.view.is_synthetic else []),
        f"Contraflow snapshot of release {store.release.id}.",
        *("", "Tables (their columns: tables/codebook.csv)", *rows),
        *("", "Filters", *chosen),
        *("", "Left out and withheld", *limits),
        *("", *_reading()),
        *("", words.COUNTS, words.RELATION_CAVEAT, words.BOUNDARIES),
        *("", found.marking, ""),
    ]
    return "\n".join(told)


def _reading() -> tuple[str, ...]:
    return (
        "How to read it",
        "- Coordinates are degrees, longitude before latitude, WGS 84, rounded to 5 decimals; lines are cut at 180°.",
        "- The line of a flow or corridor joins its two ends in the direction of travel; routes hold the drawn way.",
        "- CSV: UTF-8 with commas; shapes in the last column, as well-known text. A text that a spreadsheet would take "
        "for a formula begins with an apostrophe, in CSV only. A withheld count is :c.",
        "- The marking stands in the column marking of every row, so that readers of any format keep it.",
        "- contraflow verify checks every file; contraflow reproduce makes the snapshot again from manifest.json.",
    )


def _packed(folder: Path, target: Path) -> Path:
    """Write a folder as a zip file that is the same whenever it is written."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_DATE)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compresslevel=ZIP_LEVEL)
    return target


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Turn what a disk refuses into one sentence."""
    try:
        yield
    except OSError as refused:
        raise SnapshotError(
            f"{target}: cannot be written ({refused.strerror}); free space or choose another --out."
        ) from refused
