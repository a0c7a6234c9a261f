"""Notes that analysts pin to corridors: kept in the store, told in briefs that are not for everyone, never exported."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from dashboard import words
from data import contracts, kept
from data.errors import KeptError

NAME = "notes"
MOST_SIGNS = 500
LISTED = 3  # in a brief: with more, two pages would not hold it
HEADING = "Notes of the analysts"
WHOSE = "The analysts' own words, not findings: nothing in them was tested."


class Note(NamedTuple):
    """One corridor's note, and when it was written: UTC, as 2026-11-30 09:05:00."""

    corridor_id: str
    text: str
    written_at: str


def read(root: Path) -> dict[str, Note]:
    """Return a store's notes by corridor.

    Raises:
        KeptError: the file is damaged.
    """
    return {row["corridor_id"]: Note(**row) for row in kept.rows(root, NAME, Note._fields)}


def pin(root: Path, corridor_id: str, text: str, seen: str) -> None:
    """Pin a note to a corridor in the place of the one there; an empty text removes it.

    Args:
        root: The store.
        corridor_id: Which corridor.
        text: What shall be there.
        seen: What the writer saw there; empty for nothing.

    Raises:
        KeptError: the text is too long, somebody else changed the note meanwhile, or it cannot be kept.
    """
    wanted = kept.plain(text)
    if len(wanted) > MOST_SIGNS:
        raise KeptError(f"The note has {len(wanted)} signs; at most {MOST_SIGNS} can be kept.")
    with kept.changing(root, NAME, Note._fields) as rows:
        there = next((row["text"] for row in rows if row["corridor_id"] == corridor_id), "")
        if there == wanted:
            return
        if there != seen:
            raise KeptError("The note was changed meanwhile, so yours was not kept; read it, then keep yours again.")
        rows[:] = [row for row in rows if row["corridor_id"] != corridor_id]
        if wanted:
            rows.append(Note(corridor_id, wanted, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}")._asdict())


def told(root: Path, corridors: Mapping[str, str], marking: str) -> tuple[str, ...]:
    """Return what a brief says of the notes of its corridors; nothing where there is none.

    Args:
        root: The store.
        corridors: Both ends by id, in the brief's order.
        marking: Of the brief; one that anybody may have holds no note.
    """
    try:
        written = read(root)
    except KeptError as damaged:
        return (str(damaged),)
    mine = [written[corridor_id] for corridor_id in corridors if corridor_id in written]
    if not mine:
        return ()
    if marking == contracts.MARKINGS[0]:
        are = "note is" if len(mine) == 1 else "notes are"
        return (f"{len(mine)} {are} left out, for a brief marked {marking} may be given to anyone.",)
    lines = [f"{corridors[note.corridor_id]}: {words.safe(note.text)} ({note.written_at[:10]})" for note in mine]
    more = len(lines) - LISTED
    return (*lines[:LISTED], *([f"And {words.plural(more, 'more note')}."] if more > 0 else []))
