"""The page Modus operandi: how it was done, by layer, year and weapon, with what nobody stated kept apart."""

import pandas as pd
import streamlit as st

from dashboard import charts_modus as charts
from dashboard import load, modus, words
from dashboard.modus import Modus
from dashboard.pages import draw, frame, state, tables


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "modus-operandi", state.seed_own("modus-operandi"))


def _body(page: frame.Page) -> None:
    view = page.view("Counting methods …", load.modus)
    st.subheader("How it was done", anchor=False)
    if not view.counts["record_count"].sum():
        page.link()
        st.info("No record of this choice. Switch a layer on, or widen the filters in the side bar.")
        return
    st.markdown("\n".join(f"- {words.caption(line)}." for line in charts.sentences(view)))
    if len(modus.by_layer(view)):
        _methods(view)
    else:
        st.info("No record of this choice says how it was done.")
    page.link(state.own("modus-operandi"))
    _context(view)
    st.caption(words.caption(charts.NOT_CROSSED))


def _methods(view: Modus) -> None:
    """Draw shares by layer, and one layer through the years and by what was found."""
    st.subheader("Share of records, by layer", anchor=False)
    draw.chart(charts.shares(view), "Share of records by method, one panel per layer; the table below says the same")
    st.caption("Not stated is drawn as a method of its own: the record does not say, which is not the same as none.")
    with st.expander("The same as a table"):
        _table(charts.share_table(view))
    names = modus.by_layer(view)["layer"].unique().tolist()
    st.subheader("One layer in detail", anchor=False)
    state.default("modus_layer", names[0], names)
    layer = st.segmented_control("Layer", names, key="modus_layer", format_func=words.layer_title, required=True)
    figure = charts.years(view, str(layer))
    if figure is None:
        st.write("No record of this layer is dated to one year.")
    else:
        st.markdown("**Share of each year's records**, in per cent")
        draw.chart(figure, "Share of records by method and year")
        left_out = modus.undated(view, str(layer))
        if left_out:
            st.caption(f"{words.plural(left_out, 'record')} spanning several years left out.")
    st.markdown("**By what was found**: records")
    _table(charts.commodity_table(view, str(layer)))


def _context(view: Modus) -> None:
    """List what states report of seized firearms by circumstance."""
    topics = [topic for topic in charts.CONTEXT_TITLES if topic in set(view.context["topic"])]
    if not topics:
        return
    st.subheader("What states report of seized firearms", anchor=False)
    for topic in topics:
        _table(charts.context_table(view, topic))
    st.caption(words.caption(charts.CONTEXT_CAVEAT))


def _table(rows: pd.DataFrame) -> None:
    st.dataframe(rows, hide_index=True, column_config=tables.whole(rows))
