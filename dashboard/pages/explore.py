"""The Explore page: one map, one table, one chart, one filter bar."""

import streamlit as st

from dashboard import load
from dashboard.pages import after, corridor, frame, parts


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "explore")


def _body(page: frame.Page) -> None:
    page.link()
    above = st.container()  # the map keeps its place whatever is said above it: moved, it would begin anew
    with above:
        view = page.view("Comparing flows …", load.explore)
        parts.top(page.pinned, view)
        if view.flows.empty:
            parts.nothing(page.pinned, page.choices, page.chosen)
    if len(view.flows) or len(view.incidents):
        parts.everything(page.pinned, view, _onward, above)
    else:
        after.note()


def _onward() -> None:
    """Lead to the page of the chosen corridor; filters and corridor go along."""
    there = st.Page(corridor.render, title="Corridor", url_path="corridor")
    st.page_link(there, label="All that is known of this corridor", icon=":material/route:")
