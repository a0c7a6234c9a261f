"""Grades the user gives: of a source, or of one of its records; kept beside the imports, every change on a line."""

import csv
import io
import os
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data import release, store
from data.contracts import CREDIBILITIES, RELIABILITIES, TEXT
from data.errors import StoreError

FILE = "grades.csv"
SCALES = {"reliability": RELIABILITIES, "credibility": CREDIBILITIES}
SCHEMA = pa.schema([("source_id", TEXT), ("obs_id", TEXT), ("reliability", TEXT), ("credibility", TEXT)])


@dataclass(frozen=True)
class Grade:
    """One line of the file; what is empty was left as it was.

    Attributes:
        graded_on: Day, as 2026-01-31.
        source_id: Whose records.
        obs_id: Which of them; empty for all.
    """

    graded_on: str
    source_id: str
    obs_id: str
    reliability: str
    credibility: str
    note: str


COLUMNS = [field.name for field in fields(Grade)]


def history(root: Path) -> list[Grade]:
    """Return every line of the file, the oldest first; none where there is no file.

    Raises:
        StoreError: there is no store, or the file was changed by hand and cannot be read; names the line.
    """
    if not store.imports(root):
        raise StoreError(f"{root}: holds no import; run contraflow import SOURCE FILE --store {root} first.")
    path = root / FILE
    if not path.is_file():
        return []
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as broken:
        raise StoreError(f"{path}: cannot be read as CSV in UTF-8; restore the file, or delete it.") from broken
    if not rows or rows[0] != COLUMNS:
        raise StoreError(f"{path}, line 1: expected the columns {', '.join(COLUMNS)}; restore the line.")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS):
            raise StoreError(f"{path}, line {number}: holds {len(row)} cells, not {len(COLUMNS)}; correct the line.")
        _check(Grade(*row), f"{path}, line {number}")
    return [Grade(*row) for row in rows[1:]]


def own(root: Path) -> pd.DataFrame:
    """Return the grades that hold: ``source_id, obs_id`` (null for all its records), ``reliability, credibility``.

    The last word on each grade of a source or record stands; null where none was given.
    """
    lines = pd.DataFrame([astuple(line) for line in history(root)], columns=COLUMNS, dtype="str")
    names = SCHEMA.names
    held = lines[names].replace("", None).groupby(names[:2], dropna=False, sort=True).last()
    found: pd.DataFrame = held.reset_index()[names]
    return found


def add(root: Path, grade: Grade) -> None:
    """Add one line to the file; it counts from the next release on.

    Raises:
        StoreError: the store has no such source or record, the grade is not on its scale, or a release is being
            published; nothing is written.
    """
    _check(grade, "The grade")
    _require_known(root, grade)
    fresh = root / f".{FILE}-{os.getpid()}"
    words = io.StringIO()
    with release.publishing(root):
        lines = [*history(root), grade]
        csv.writer(words, lineterminator="\n").writerows([COLUMNS, *(astuple(line) for line in lines)])
        try:
            store.write_text(fresh, words.getvalue())
            fresh.replace(root / FILE)
            store.sync(root)
        finally:
            fresh.unlink(missing_ok=True)


def given(source_id: str, obs_id: str, note: str, **stated: str | None) -> Grade:
    """Return a grade of today.

    Args:
        source_id: Whose records.
        obs_id: Which of them, also as the leg_id of an export; empty for all.
        note: Why; safe to open in a spreadsheet.
        stated: ``reliability, credibility``; None for as it was.
    """
    kept = {name: stated.get(name) or "" for name in SCALES}
    return Grade(date.today().isoformat(), source_id, obs_id.partition("#")[0], **kept, note=note)


def _check(grade: Grade, where: str) -> None:
    for name, scale in SCALES.items():
        value = getattr(grade, name)
        if value and value not in scale:
            raise StoreError(f"{where}: {name} is {value!r}; choose from {', '.join(scale)}.")
    if not grade.reliability and not grade.credibility:
        raise StoreError(f"{where}: states neither reliability nor credibility; give one of them or both.")
    if not grade.source_id:
        raise StoreError(f"{where}: names no source; give its id.")


def _require_known(root: Path, grade: Grade) -> None:
    """Raise when no import holds what is graded."""
    imports = [(store.report(folder).source_id, folder / "observations.parquet") for folder in store.imports(root)]
    held = [path for source_id, path in imports if source_id == grade.source_id]
    if not held:
        known = ", ".join(sorted({source_id for source_id, _ in imports})) or "nothing"
        raise StoreError(f"{root}: holds no source {grade.source_id!r}; it holds {known}.")
    if not any(pq.read_metadata(path).num_rows for path in held):
        raise StoreError(f"Source {grade.source_id!r} holds incidents only, which carry no grade and no weight.")
    ids = (pq.read_table(path, columns=["obs_id"])["obs_id"] for path in held)
    if grade.obs_id and not any(pc.any(pc.equal(column, grade.obs_id)).as_py() for column in ids):
        raise StoreError(
            f"Source {grade.source_id!r} has no record {grade.obs_id!r}; an export's table evidence lists the ids."
        )
