"""The page Borders and hubs: where firearms and another layer meet, one country at a time, and what if one closes."""

import streamlit as st

from dashboard import load, words
from dashboard.hubs import Hubs
from dashboard.pages import bar, hub_parts, parts, state
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
        with st.spinner("Counting borders and hubs …"):
            view = load.hubs(*pinned, chosen)
    except ContraflowError as wrong:
        st.error(words.caption(wrong))
        return
    bar.counts(slots, view.totals)
    if view.is_synthetic:
        st.warning(words.SYNTHETIC)
    st.subheader("Borders and hubs", anchor=False)
    _everything(pinned, view)


def _everything(pinned: parts.Pinned, view: Hubs) -> None:
    """Draw rankings, what-if and a country's profile, or say why there is none."""
    hub_parts.printable()
    if not (view.flows["layer"] == "firearms").any():
        st.info("No firearms flow in this choice. Switch Firearms on, or widen the filters in the side bar.")
        return
    if not view.others:
        st.info("Choose another layer besides firearms in the side bar: this page shows where two layers meet.")
        return
    with st.container(key="hub_rankings"):
        other = hub_parts.other_layer(view)
        hub_parts.rankings(view, other)
    with st.container(key="hub_whatif"):
        hub_parts.whatif(pinned, view, other)
    with st.container(key="hub_profile"):
        hub_parts.profile(view)
