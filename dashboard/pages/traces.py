"""The Traces page: chains of custody, where items left lawful hands, and how much of it is known."""

import streamlit as st

from dashboard import custody_words, load
from dashboard.pages import access, frame, traces_parts

WIDEN = "Widen the period, the region, what was found or transport in the side bar."
FILTERS = (
    "Period, region, what was found and transport of the side bar apply to the record that ends a trace. Layers, the "
    "least number of records and the weight of destinations not reached say nothing of traces."
)


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    if access.refused():
        return
    frame.page(_body, "traces", lambda asked: st.session_state.setdefault("trace", asked.get("trace")))


def _body(page: frame.Page) -> None:
    with st.spinner("Reading traces …"):
        found = load.traces(*page.pinned, page.chosen)
        totals = load.totals(*page.pinned, page.chosen)
    page.told(totals, load.store(*page.pinned).is_synthetic)
    st.subheader("Traced firearms: who held them, and where they left lawful hands", anchor=False)
    if not found.total_count:
        page.link()
        st.info(custody_words.NO_TRACES)
        return
    st.caption(FILTERS)
    if found.rows.empty:
        st.info(f"{custody_words.NO_CHOSEN} {WIDEN}")
    else:
        traces_parts.known(page.pinned, page.chosen)
        traces_parts.listed(found)
    traces_parts.chain(page.pinned)
    page.link({"trace": st.session_state["trace"]} if st.session_state["trace"] else None)
    if len(found.rows):
        traces_parts.whole(found.rows)
        traces_parts.sources(page.pinned, page.chosen)
