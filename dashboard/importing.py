"""Files from the user's disk into the store: all of them, or none."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dashboard.publish import publish
from data import gate, mapping, sample, store
from data.errors import ContraflowError, SourceError, StoreError
from data.intake import Request
from data.parsed import Parsed
from data.places import gazetteer
from data.release import Release
from data.sources import register
from data.store import ImportReport

Progress = Callable[[str], None]
TRUTH = "TRUTH.json"  # what a synthetic world planted, beside its releases


def import_files(
    root: Path, source_id: str, paths: Sequence[Path], progress: Progress = lambda _: None, **options: object
) -> list[ImportReport]:
    """Read files of one source into the store; a file that is there already changes nothing.

    Args:
        root: The store; made if missing.
        source_id: One of register.source_ids().
        paths: The files; every one is read before any is written.
        progress: Told what is being done.
        options: ``is_lenient`` and ``year`` of intake.Request.

    Raises:
        SourceError: a file cannot be taken; the store is as it was.
    """
    profile = register.profile(source_id)
    return _stored(root, profile, _parsed(root, profile, register.reader(source_id), paths, progress, **options))


def import_mapped(
    root: Path, card: dict[str, Any], paths: Sequence[Path], progress: Progress = lambda _: None, **options: object
) -> list[ImportReport]:
    """Read files of the user's own into the store, by a map.

    Args:
        root: The store; made if missing.
        card: What mapping.load returned.
        paths: The files; every one is read before any is written.
        progress: Told what is being done.
        options: ``is_lenient`` and ``file_name`` of intake.Request.

    Raises:
        SourceError: a file cannot be taken, or was taken by another map; the store is as it was.
    """
    _require_own(card)
    read = _parsed(root, card, mapping.read, paths, progress, **options)
    for file in read:
        folder = store.folder_of(root, card["id"], file.sha256)
        if folder.exists() and _map_note(card) not in store.report(folder).notes:
            raise SourceError(
                f"{file.path.name}: the store holds this file as another map read it; delete {folder} and import again."
            )
    noted = [file._replace(parsed=file.parsed and replace(file.parsed, notes=(_map_note(card),))) for file in read]
    return _stored(root, card, noted)


def tried(card: dict[str, Any], path: Path, **options: object) -> tuple[Parsed, ImportReport]:
    """Return what a map would make of a file and its report, impossible rows set aside; nothing is stored.

    Raises:
        SourceError: the file cannot be read at all.
    """
    _require_own(card)
    request = Request(path, card, gazetteer(), is_lenient=True, **options)  # type: ignore[arg-type]
    parsed = mapping.read(request)
    return parsed, store.summary(parsed, card["id"], request.name)


@contextmanager
def uploaded(name: str, data: bytes) -> Iterator[Path]:
    """Yield a file with the bytes of an upload, under a generated name; it is gone afterwards.

    Args:
        name: As the browser gave it, which may be anything; only its ending counts.
        data: The bytes.
    """
    with tempfile.TemporaryDirectory(prefix="contraflow-") as folder:
        ending = gate.label(name).rpartition(".")[2].lower()
        path = Path(folder) / f"upload.{ending if f'.{ending}' in gate.KINDS else 'unknown'}"
        path.write_bytes(data)
        yield path


def _require_own(card: dict[str, Any]) -> None:
    if card["id"] in register.source_ids():
        raise SourceError(
            f"The map's id {card['id']!r} is that of a published source; choose another, as own-{card['id']}."
        )


def _map_note(card: dict[str, Any]) -> str:
    """Return the note that tells one map from another."""
    return f"read by map {hashlib.sha256(json.dumps(card, sort_keys=True, default=str).encode()).hexdigest()[:12]}"


class _File(NamedTuple):
    path: Path
    sha256: str
    parsed: Parsed | None  # None: the store holds it


def _parsed(
    root: Path,
    card: dict[str, Any],
    reader: Callable[[Request], Parsed],
    paths: Sequence[Path],
    progress: Progress,
    **options: object,
) -> list[_File]:
    """Return the files of a source, read unless the store holds them."""
    read: list[_File] = []
    for path in paths:
        gate.kind_of(path)
        sha256 = gate.sha256_of(path)
        request = Request(path, card, gazetteer(), **options)  # type: ignore[arg-type]
        progress(f"reading {request.name}")
        is_known = store.folder_of(root, request.source_id, sha256).exists()
        read.append(_File(path.with_name(request.name), sha256, None if is_known else reader(request)))
    return read


def _stored(root: Path, card: dict[str, Any], read: list[_File]) -> list[ImportReport]:
    """Write read files into the store, all or none, and return the report of each."""
    new: list[Path] = []
    reports: list[ImportReport] = []
    try:
        for path, sha256, parsed in read:
            folder = store.folder_of(root, str(card["id"]), sha256)
            if parsed is None or folder.exists():
                reports.append(store.report(folder))
            else:
                reports.append(store.add(root, parsed, card, path, sha256))
                new.append(folder)
    except ContraflowError:
        for folder in new:
            shutil.rmtree(folder)
        raise
    return reports


def make_sample(root: Path, seed: int, scale: float, progress: Progress = lambda _: None) -> Release:
    """Make the synthetic store: four synthetic sources, released, with what was planted in TRUTH.json.

    Raises:
        StoreError: the store holds anything else.
    """
    marks = [_marks(seed, scale, part) for part in range(sample.part_count(scale))]
    own = {store.folder_of(root, source_id, mark) for part in marks for source_id, mark in part.items()}
    if set(store.imports(root)) - own:
        raise StoreError(
            f"{root}: this store holds other data, which synthetic records must not join; choose another --out."
        )
    truths = []
    for number, (made, part) in enumerate(zip(sample.worlds(seed, scale), marks, strict=True), start=1):
        progress(f"storing part {number} of {len(marks)} of the synthetic world")
        for row in sample.source_rows():
            card, mark = {**row, "id": row["source_id"]}, part[str(row["source_id"])]
            store.add(root, _of_source(made.parsed, str(row["source_id"])), card, Path("synthetic"), mark)
        truths.append(made.truth)
    store.write_text(root / TRUTH, json.dumps(sample.truth_of(truths), indent=1, ensure_ascii=False))
    return publish(root, progress)


def _marks(seed: int, scale: float, part: int) -> dict[str, str]:
    """Return what stands for the hash of a file, by synthetic source."""
    names = [str(row["source_id"]) for row in sample.source_rows()]
    words = f"{seed} {scale}" + (f" {part}" if part else "")
    return {name: hashlib.sha256(f"{name} {words}".encode()).hexdigest() for name in names}


def _of_source(parsed: Parsed, source_id: str) -> Parsed:
    """Return the part of a world that one synthetic source holds."""

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["source_id"] == source_id].reset_index(drop=True)

    observations, incidents = own(parsed.observations), own(parsed.incidents)
    waypoints = parsed.waypoints[parsed.waypoints["obs_id"].isin(observations["obs_id"])].reset_index(drop=True)
    return replace(
        parsed,
        row_count_read=len(observations) + len(incidents),
        observations=observations,
        waypoints=waypoints,
        incidents=incidents,
        custody_events=own(parsed.custody_events),
    )
