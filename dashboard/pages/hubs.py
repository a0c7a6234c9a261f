"""The page Borders and hubs: where firearms and another layer meet, one country at a time, and what if one closes."""

import streamlit as st

from dashboard import load
from dashboard.hubs import Hubs
from dashboard.pages import frame, hub_parts, parts, state


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "hubs", state.seed_own("hubs"))


def _body(page: frame.Page) -> None:
    view = page.view("Counting borders and hubs …", load.hubs)
    st.subheader("Borders and hubs", anchor=False)
    _everything(page.pinned, view)
    page.link(state.own("hubs"))


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
