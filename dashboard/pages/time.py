"""The Time page: all layers played through time together, their trends, and two periods compared."""

import streamlit as st

from dashboard import load, timeline
from dashboard.pages import frame, player, time_parts


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "time", player.seed)


def _body(page: frame.Page) -> None:
    view = page.view("Reading dates …", load.timeline)
    st.subheader("Flows through time", anchor=False)
    dated = timeline.dating(view)
    if dated.empty:
        page.link()
        st.info("No record of this choice. Switch a layer on, or widen the filters in the side bar.")
        return
    player.complete(timeline.default_step(dated))
    step, length = time_parts.controls(dated)
    moments = timeline.steps(view, step)
    time_parts.left_out(dated, step)
    if moments.empty:
        page.link(player.link())
        return
    span = timeline.shared(timeline.records(view, step), moments)
    player.settle(moments, span[1])
    page.link(player.link())
    time_parts.play(page.pinned, view, (step, length))
    time_parts.trend_table(view, step)
    st.subheader("Two periods compared", anchor=False)
    time_parts.compare(page.pinned, page.chosen, player.periods(moments, step, span))
