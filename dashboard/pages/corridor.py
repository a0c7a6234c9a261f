"""The Corridor page: everything that is known of one corridor."""

import pandas as pd
import streamlit as st

from dashboard import dossier_words as said
from dashboard import load, roles, words
from dashboard.dossier import Dossier
from dashboard.pages import corridor_parts, frame, note_parts, parts
from dashboard.view import Explore
from data.errors import ContraflowError

NOTHING = "No firearms flow of this choice runs along a flow of another layer. Widen the filters in the side bar."


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "corridor")


def _body(page: frame.Page) -> None:
    view = page.view("Comparing flows …", load.explore)
    corridor_id = corridor_parts.chosen(view)
    page.link()
    if corridor_id is None:
        st.info(NOTHING)
        return
    try:
        with st.spinner("Gathering what is known of this corridor …"):
            found = load.dossier(*page.pinned, page.chosen, corridor_id)
    except ContraflowError as wrong:
        st.warning(words.caption(wrong))
        return
    with st.spinner("Testing corridors against what hubs and distance give …"):
        judged = corridor_parts.judged(page.pinned, view, corridor_id)
    _everything(page.pinned, view, found, judged)


def _everything(pinned: parts.Pinned, view: Explore, found: Dossier, judged: pd.DataFrame) -> None:
    ends = (found.evidence.origin, found.evidence.destination)
    st.subheader(f"{words.caption(ends[0])} – {words.caption(ends[1])}", anchor=False)
    st.markdown(corridor_parts.bullets(said.findings(judged)))
    for warning in said.silences(found.ends[found.ends["layer"].isin(corridor_parts.compared(found, judged))]):
        st.warning(words.caption(f"{warning}."), icon=":material/volume_off:")
    st.caption(words.RELATION_CAVEAT)
    note_parts.pinned(pinned[0], found.evidence.corridor_id)
    if len(judged):
        corridor_parts.overlap(judged)
    corridor_parts.summary(found)
    corridor_parts.through_time(found, ends)
    if load.store(*pinned).has_records:
        corridor_parts.entries(found)
        corridor_parts.chains(view, found, ends)
    else:
        st.caption(roles.REFUSED)
    corridor_parts.nearby(pinned, view, found)
    if len(judged):
        corridor_parts.robustness(found, judged)
    corridor_parts.coverage(found, judged)
