"""What the officials' page keeps and offers: the brief, its map, the files."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard import brief_files, load, words
from dashboard.brief import Brief
from dashboard.pages import frame
from data.errors import SnapshotError

LISTED = 2


def bullets(lines: Sequence[str]) -> str:
    """Return the first sentences as a list, and how many more the files hold."""
    more = len(lines) - LISTED
    rest = [f"{words.plural(more, 'more point')} in the files."] if more > 0 else []
    return "\n".join(f"- {words.caption(line)}" for line in [*lines[:LISTED], *rest])


def downloads(page: frame.Page, found: Brief) -> None:
    """Offer the brief as a file, made when its button is pressed, or say why it may not leave."""
    store = load.store(*page.pinned)
    try:
        brief_files.require_leave(store, found)
    except SnapshotError as refused:
        st.warning(words.caption(refused))
        return
    row = st.container(horizontal=True, gap="small")
    for suffix, kind in brief_files.KINDS.items():
        name = f"brief-{found.release_id}{suffix}"
        made = partial(brief_files.made, store, found, name)
        row.download_button(
            kind.title, made, name, kind.mime, key=f"brief_{suffix}", on_click="ignore", icon=":material/download:"
        )
