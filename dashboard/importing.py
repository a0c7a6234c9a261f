"""Files from the user's disk into the store: all of them, or none."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dashboard.publish import publish
from data import gate, sample, store
from data.errors import ContraflowError, StoreError
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
    read: list[tuple[Path, str, Parsed | None]] = []
    for path in paths:
        gate.kind_of(path)
        sha256 = gate.sha256_of(path)
        progress(f"reading {path.name}")
        is_known = store.folder_of(root, source_id, sha256).exists()
        request = Request(path, profile, gazetteer(), **options)  # type: ignore[arg-type]
        read.append((path, sha256, None if is_known else register.reader(source_id)(request)))
    new: list[Path] = []
    reports: list[ImportReport] = []
    try:
        for path, sha256, parsed in read:
            folder = store.folder_of(root, source_id, sha256)
            if parsed is None or folder.exists():
                reports.append(store.report(folder))
            else:
                reports.append(store.add(root, parsed, profile, path, sha256))
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
    marks = {
        str(row["source_id"]): hashlib.sha256(f"{row['source_id']} {seed} {scale}".encode()).hexdigest()
        for row in sample.source_rows()
    }
    own = {store.folder_of(root, source_id, mark) for source_id, mark in marks.items()}
    if set(store.imports(root)) - own:
        raise StoreError(
            f"{root}: this store holds other data, which synthetic records must not join; choose another --out."
        )
    progress("making the synthetic world")
    made = sample.world(seed, scale)
    for row in sample.source_rows():
        card, mark = {**row, "id": row["source_id"]}, marks[str(row["source_id"])]
        progress(f"storing {row['title']}")
        store.add(root, _of_source(made.parsed, str(row["source_id"])), card, Path("synthetic"), mark)
    store.write_text(root / TRUTH, json.dumps(made.truth, indent=1, ensure_ascii=False))
    return publish(root, progress)


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
