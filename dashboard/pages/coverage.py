"""The Coverage page: what was recorded where, when and how well, and what was not."""

import streamlit as st

from dashboard import load
from dashboard.pages import coverage_parts, frame, state


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "coverage", state.seed_own("coverage"))


def _body(page: frame.Page) -> None:
    view = page.view("Counting reports …", load.coverage)
    st.subheader("Coverage and limits", anchor=False)
    if view.layers["record_count"].sum():
        coverage_parts.overview(view)
        coverage_parts.grid(view)
        coverage_parts.quality(view)
    else:
        st.info("No record of this choice. Switch a layer on, or widen the period or the region in the side bar.")
    page.link(state.own("coverage"))
    coverage_parts.twice(page, tuple(view.layers["layer"]))
    coverage_parts.sources(view)
    coverage_parts.meanings()
