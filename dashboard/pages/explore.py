"""The Explore page: one map, one table, one chart, one filter bar."""

import streamlit as st

from dashboard import load, words
from dashboard.pages import bar, parts, state
from data.errors import ContraflowError


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    try:
        pinned = (load.folder(), load.release(load.folder()))
        choices = load.choices(*pinned)
    except ContraflowError as wrong:
        st.error(words.caption(wrong))
        return
    state.seed(choices)
    parts.notices()
    slots = bar.render(choices)
    chosen = state.filters(choices)
    state.write_link(chosen, choices)
    try:
        with st.spinner("Comparing flows …"):
            view = load.explore(*pinned, chosen)
    except ContraflowError as wrong:
        st.error(words.caption(wrong))
        return
    bar.counts(slots, view.totals)
    parts.top(pinned, view)
    if view.flows.empty:
        parts.nothing(pinned, choices, chosen)
    if len(view.flows) or len(view.incidents):
        parts.everything(pinned, view)
