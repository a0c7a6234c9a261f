"""Files from the user's disk into the store: all of them, or none."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard.publish import publish
from data import gate, mapping, sample, staging, store
from data.errors import SourceError, StoreError
from data.intake import Request
from data.parsed import Parsed, Reading
from data.places import gazetteer
from data.release import Release
from data.sources import register
from data.staging import Staged, Tally
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
        paths: The files; every one is read before any takes its place.
        progress: Told what is being done.
        options: ``is_lenient`` and ``year`` of intake.Request.

    Raises:
        SourceError: a file cannot be taken; the store is as it was.
        StoreError: the store holds synthetic records.
    """
    return _stored(root, register.profile(source_id), register.reader(source_id), paths, progress, **options)


def import_mapped(
    root: Path, card: dict[str, Any], paths: Sequence[Path], progress: Progress = lambda _: None, **options: object
) -> list[ImportReport]:
    """Read files of the user's own into the store, by a map.

    Args:
        root: The store; made if missing.
        card: What mapping.load returned.
        paths: The files; every one is read before any takes its place.
        progress: Told what is being done.
        options: ``is_lenient`` and ``file_name`` of intake.Request.

    Raises:
        SourceError: a file cannot be taken, or was taken by another map; the store is as it was.
        StoreError: the store holds synthetic records.
    """
    _require_own(card)

    def read(request: Request) -> Reading:
        made = mapping.read(request)
        return made._replace(parts=(replace(part, notes=(_map_note(card),)) for part in made.parts))

    return _stored(root, card, read, paths, progress, **options)


def tried(card: dict[str, Any], path: Path, **options: object) -> tuple[Parsed, ImportReport]:
    """Return what a map would make of a file and its report, impossible rows set aside; nothing is stored.

    Of a file in several parts the records of the first are returned, with all that is set aside or unresolved.

    Raises:
        SourceError: the file cannot be read at all.
    """
    _require_own(card)
    request = Request(path, card, gazetteer(), is_lenient=True, **options)  # type: ignore[arg-type]
    tally, parts = Tally(), mapping.read(request).parts
    first = next(parts)
    tally.add(first)
    aside = [first.quarantine]
    for part in parts:
        tally.add(part)
        aside.append(part.quarantine)
    quarantine = pd.concat(aside, ignore_index=True)
    return replace(first, quarantine=quarantine, unresolved=tally.unresolved), tally.report(card["id"], request.name)


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


def _stored(
    root: Path,
    card: dict[str, Any],
    read: Callable[[Request], Reading],
    paths: Sequence[Path],
    progress: Progress,
    **options: object,
) -> list[ImportReport]:
    """Read files into the store, all or none, and return the report of each."""
    require_real(root)
    staged: dict[Path, Staged] = {}
    reports: list[ImportReport] = []
    try:
        for path in paths:
            gate.kind_of(path)
            sha256 = gate.sha256_of(path)
            request = Request(path, card, gazetteer(), **options)  # type: ignore[arg-type]
            progress(f"reading {request.name}")
            folder = store.folder_of(root, request.source_id, sha256)
            if folder in staged:
                reports.append(replace(staged[folder].report, is_new=False))
            elif folder.exists():
                reports.append(_known(folder, path, card))
            else:
                staged[folder] = staging.stage(root, read(request), card, path.with_name(request.name), sha256)
                reports.append(staged[folder].report)
    except BaseException:
        staging.discard(list(staged.values()))
        raise
    staging.place(list(staged.values()))
    return reports


def require_real(root: Path) -> None:
    """Do nothing when real records may join a store.

    Raises:
        StoreError: it holds synthetic records, or is damaged.
    """
    if store.is_synthetic(root):
        raise StoreError(
            f"{root}: this store holds synthetic records, which real ones must not join; choose another --store."
        )


def _known(folder: Path, path: Path, card: dict[str, Any]) -> ImportReport:
    """Return the report of a file that the store holds.

    Raises:
        SourceError: another map read it.
    """
    report = store.report(folder)
    if card["id"] not in register.source_ids() and _map_note(card) not in report.notes:
        raise SourceError(
            f"{path.name}: the store holds this file as another map read it; delete {folder} and import again."
        )
    return report


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
    truths = _worlds_stored(root, seed, scale, marks, progress)
    store.write_text(root / TRUTH, json.dumps(sample.truth_of(truths), indent=1, ensure_ascii=False))
    return publish(root, progress)


def _worlds_stored(
    root: Path, seed: int, scale: float, marks: list[dict[str, str]], progress: Progress
) -> list[dict[str, Any]]:
    """Store the parts of the synthetic world and return what each planted; none is held when this returns."""
    truths = []
    for number, (made, part) in enumerate(zip(sample.worlds(seed, scale), marks, strict=True), start=1):
        progress(f"storing part {number} of {len(marks)} of the synthetic world")
        for row in sample.source_rows():
            card, mark = {**row, "id": row["source_id"]}, part[str(row["source_id"])]
            parts = iter([made.sources[str(row["source_id"])]])
            staging.add(root, Reading(parts), card, Path("synthetic"), mark)
        truths.append(made.truth)
    return truths


def _marks(seed: int, scale: float, part: int) -> dict[str, str]:
    """Return what stands for the hash of a file, by synthetic source."""
    names = [str(row["source_id"]) for row in sample.source_rows()]
    words = f"{seed} {scale}" + (f" {part}" if part else "")
    return {name: hashlib.sha256(f"{name} {words}".encode()).hexdigest() for name in names}
