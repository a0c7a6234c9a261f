"""Saved views: a page and its filters under a name, kept in the store in the order in which a briefing walks them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from data import kept
from data.errors import KeptError

NAME = "views"
MOST_SIGNS = 60  # of a name
PARAMETER = "view"  # of a link: the name of the view it leads to


class View(NamedTuple):
    """One saved view: its name, the page's path, and the filters as a link holds them."""

    name: str
    page: str
    query: str


def read(root: Path) -> list[View]:
    """Return a store's views in their order.

    Raises:
        KeptError: the file is damaged.
    """
    return [View(**row) for row in kept.rows(root, NAME, View._fields)]


def save(root: Path, view: View) -> None:
    """Add a view at the end; one that is there already stays.

    Raises:
        KeptError: the name is empty, too long or taken, or the view cannot be kept.
    """
    wanted = view._replace(name=_named(view.name))
    with kept.changing(root, NAME, View._fields) as rows:
        if wanted._asdict() not in rows:
            _require_free(rows, wanted.name)
            rows.append(wanted._asdict())


def rename(root: Path, old: str, new: str) -> None:
    """Give a view another name; links to the old one keep its page and filters.

    Raises:
        KeptError: the new name is empty, too long or taken, or it cannot be kept.
    """
    wanted = _named(new)
    with kept.changing(root, NAME, View._fields) as rows:
        for row in rows:
            if row["name"] == old != wanted:
                _require_free(rows, wanted)
                row["name"] = wanted


def remove(root: Path, name: str) -> None:
    """Remove a view; nothing where there is none of this name.

    Raises:
        KeptError: it cannot be removed.
    """
    with kept.changing(root, NAME, View._fields) as rows:
        rows[:] = [row for row in rows if row["name"] != name]


def arrange(root: Path, names: Sequence[str]) -> None:
    """Put the views into this order; one that is not named goes to the end.

    Raises:
        KeptError: the order cannot be kept.
    """
    places = {name: place for place, name in enumerate(names)}
    with kept.changing(root, NAME, View._fields) as rows:
        rows.sort(key=lambda row: places.get(row["name"], len(places)))


def raised(views: Sequence[View], place: int) -> tuple[str, ...]:
    """Return the order in which one view changed places with the one before it; the first stays."""
    names = [view.name for view in views]
    return (*names[: place - 1], names[place], names[place - 1], *names[place + 1 :]) if place else tuple(names)


def _named(name: str) -> str:
    """Return a name without signs that steer a screen.

    Raises:
        KeptError: it is empty or too long.
    """
    wanted = kept.plain(name)
    if not wanted:
        raise KeptError("The view has no name; write one.")
    if len(wanted) > MOST_SIGNS:
        raise KeptError(f"The name has {len(wanted)} signs; at most {MOST_SIGNS} can be kept.")
    return wanted


def _require_free(rows: Sequence[kept.Row], name: str) -> None:
    if any(row["name"] == name for row in rows):
        raise KeptError("Another view has this name; choose another one.")
