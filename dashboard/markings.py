"""Who may see what leaves: the strictest marking of its sources, and whose records may be passed on. Pure."""

from collections.abc import Iterable

import pandas as pd

from data import contracts
from data.errors import SnapshotError

NEVER = "TLP:RED"
MEANINGS = {
    "TLP:CLEAR": "may be given to anyone",
    "TLP:GREEN": "may be given to the community of the recipients, not to the public",
    "TLP:AMBER": "may be given within the recipient's organisation and to its clients who need to know",
    "TLP:AMBER+STRICT": "may be given within the recipient's organisation only",
    "TLP:RED": "is for the eyes of its recipients only",
}


def strictest(markings: Iterable[str]) -> str:
    """Return the strictest of some markings; TLP:CLEAR where there is none."""
    return max(map(str, markings), key=contracts.MARKINGS.index, default=contracts.MARKINGS[0])


def exportable(sources: pd.DataFrame) -> str:
    """Return the marking of an export of some sources.

    Args:
        sources: ``title, marking``.

    Raises:
        SnapshotError: a source is TLP:RED; names it.
    """
    marking = strictest(sources["marking"])
    if marking == NEVER:
        titles = ", ".join(sorted(set(sources.loc[sources["marking"] == NEVER, "title"].astype("str"))))
        raise SnapshotError(f"{titles}: marked {NEVER}, so no export may hold it; leave out its layer with --layers.")
    return marking


def open_sources(sources: pd.DataFrame) -> set[str]:
    """Return the ids of the sources whose records may be passed on: every imported file of them says so.

    Args:
        sources: ``source_id, redistributable``.
    """
    allowed = sources.groupby("source_id")["redistributable"].all()
    return set(map(str, allowed.index[allowed]))
