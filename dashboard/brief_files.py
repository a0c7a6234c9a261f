"""Briefs as files: made whole, noted in the export log, moved to their place in one step."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from dashboard import audit, brief_html, brief_pdf, brief_slides, markings
from dashboard.brief import Brief, Gathered, brief
from dashboard.stores import Store
from data import store as files
from data.errors import FilterError, SnapshotError


class Kind(NamedTuple):
    """A form of a brief: what makes it, its media type, and how a button calls it."""

    make: Callable[[Brief], bytes]
    mime: str
    title: str


KINDS = {
    ".pdf": Kind(brief_pdf.pdf, "application/pdf", "PDF"),
    ".pptx": Kind(
        brief_slides.pptx, "application/vnd.openxmlformats-officedocument.presentationml.presentation", "Slides"
    ),
    ".html": Kind(lambda told: brief_html.page(told).encode(), "text/html", "HTML"),
}


def require_kind(suffix: str) -> None:
    """Do nothing when a brief can be made in this form.

    Raises:
        FilterError: it cannot; lists the forms there are.
    """
    if suffix not in KINDS:
        raise FilterError(
            f"A brief cannot be made as {suffix or 'a name without an ending'}; end it in {', '.join(KINDS)}."
        )


def require_folder(folder: Path) -> None:
    """Do nothing when files can be written to a folder.

    Raises:
        SnapshotError: it is missing, or cannot be written.
    """
    if not folder.is_dir():
        raise SnapshotError(f"{folder}: no such folder; make it first or choose another --out.")
    if not os.access(folder, os.W_OK):
        raise SnapshotError(f"{folder}: cannot be written; choose another --out.")


def require_leave(store: Store, told: Brief) -> str:
    """Return the marking under which a brief may leave: the strictest of the sources of its layers.

    Raises:
        SnapshotError: a marking forbids it, or the export log is closed.
    """
    marking = markings.exportable(store.sources_of(told.layers))
    audit.require_open(store.root)
    return marking


def made(store: Store, told: Brief, name: str) -> bytes:
    """Return a brief as the bytes of a file, once the export log has taken it.

    Args:
        store: The release it was made from.
        told: The brief.
        name: Of the file; its ending decides the form.

    Raises:
        SnapshotError: a marking forbids it, the export log is closed, or a library is missing.
    """
    suffix = Path(name).suffix
    require_kind(suffix)
    marking = require_leave(store, told)
    done = KINDS[suffix].make(told)
    what = {"what": "brief", "release": told.release_id, "filters": told.view.filters.to_dict(), "title": told.title}
    counts = {"corridors": len(told.corridors), "flows": len(told.view.flows)}
    rest = {"marking": marking, "is_synthetic": told.is_synthetic, "row_counts": counts, "target": name}
    audit.append(store.root, {**what, "formats": [suffix[1:]], **rest})
    return done


def write(store: Store, told: Brief, out: Path) -> None:
    """Write a brief to a file, whole or not at all.

    Raises:
        SnapshotError: it may not leave, or the disk refuses.
    """
    fresh = out.with_name(f".new-{os.getpid()}-{out.name}")
    done = made(store, told, out.name)
    try:
        with fresh.open("wb") as stream:
            stream.write(done)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(out)
        files.sync(out.parent)
    except OSError as refused:
        raise SnapshotError(
            f"{out}: cannot be written ({refused.strerror}); free space or choose another --out."
        ) from refused
    finally:
        fresh.unlink(missing_ok=True)


def batch(
    found: Gathered, countries: Sequence[str], folder: Path, suffix: str, progress: Callable[[str], None]
) -> list[Path]:
    """Write one brief per country, and return the files.

    Args:
        found: What the briefs are made from.
        countries: Their ids.
        folder: Where the files go, as TUR.pdf; made if missing.
        suffix: One of KINDS.
        progress: Told what is done, and how much of it.

    Raises:
        FilterError: a country is unknown or has no flow in this choice; nothing is written.
        SnapshotError: a brief may not leave, or the disk refuses.
    """
    require_kind(suffix)
    briefs = {country: brief(found, country) for country in dict.fromkeys(countries)}
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise SnapshotError(f"{folder}: cannot be made ({refused.strerror}); choose another --out.") from refused
    require_folder(folder)
    paths = []
    try:
        for at, (country, told) in enumerate(briefs.items(), 1):
            progress(f"brief of {told.title}, {at} of {len(briefs)}")
            write(found.store, told, folder / f"{country}{suffix}")
            paths.append(folder / f"{country}{suffix}")
    finally:
        if is_new and not paths:
            folder.rmdir()
    return paths
