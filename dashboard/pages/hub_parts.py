"""The parts of the page Borders and hubs, in reading order."""

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import hubs, load, words
from dashboard import tables_hubs as tables
from dashboard.hubs import Hubs
from dashboard.pages import parts, state
from dashboard.printing import WHATIF
from dashboard.whatif import summary
from data.errors import ContraflowError

HEIGHT_PX = 380
ROWS_SHOWN = 9  # of a table that is not cut off at HEIGHT_PX
PRINT = """<style>@media print {
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stToolbar], .st-key-hub_rankings, .st-key-hub_whatif,
  .st-key-hub_country { display: none !important; }
  .stApp, .stApp *:has(.st-key-hub_profile) { position: static !important; height: auto !important;
    overflow: visible !important; max-height: none !important; }
}</style>"""


def printable() -> None:
    """Make a printed page hold the country's profile, over as many sheets as it needs."""
    st.html(PRINT)


def other_layer(view: Hubs) -> str:
    """Ask which layer firearms are laid over."""
    state.default("hub_layer", view.others[0], view.others)
    st.segmented_control("Firearms and", view.others, key="hub_layer", format_func=words.layer_title, required=True)
    return str(st.session_state["hub_layer"])


def rankings(view: Hubs, other: str) -> None:
    """List borders and hubs, the strongest meeting first."""
    st.markdown(f"**Land borders** where firearms and {words.layer_title(other).lower()} meet, by score")
    _ranking(tables.border_table(view, other), "No land border is crossed by road in this choice.")
    st.caption(words.caption(words.EXPECTED_BORDERS))
    st.markdown("**Hubs**: places that send and receive, by score")
    _ranking(tables.hub_table(view, other), "No place sends or receives anything in this choice.")
    st.caption(words.caption(words.HUB_RECORDS))
    first, middle, end = view.halves
    one_day = timedelta(days=1)
    told = words.HALVES.format(first=f"{first} to {middle - one_day}", second=f"{middle} to {end - one_day}")
    for sentence in (words.CONVERGENCE, told, f"{words.COUNTS} {words.RELATION_CAVEAT}"):
        st.caption(words.caption(sentence))


def _ranking(table: pd.DataFrame, nothing: str) -> None:
    if table.empty:
        st.write(nothing)
        return
    shown = table.head(tables.LISTED)
    rounded = shown.round({str(name): 1 for name in shown.select_dtypes("number").columns if name != "D"})
    st.dataframe(rounded, hide_index=True, height=HEIGHT_PX, column_config=_columns(table), placeholder=words.DASH)
    if len(table) > len(shown):
        st.caption(f"The first {len(shown)} of {words.number(len(table))}.")


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    """Return the number formats: one decimal, two for D, so that the score can be worked out from what is shown."""
    numbers = [str(heading) for heading in table.select_dtypes("number").columns]
    found: dict[str, Any] = {
        heading: st.column_config.NumberColumn(format="%.2f" if heading == "D" else "localized") for heading in numbers
    }
    names = [str(heading) for heading in table.columns[:2]]
    return found | {heading: st.column_config.TextColumn(pinned=heading in ("A", "Place")) for heading in names}


def whatif(pinned: parts.Pinned, view: Hubs, other: str) -> None:
    """Ask what closes, and list what would change."""
    st.subheader("What if a border or a strait closes?", anchor=False)
    titles = tables.border_codes(view, other)
    straits = {name: f"Strait or canal: {words.safe(name).replace('_', ' ').title()}" for name in load.passages()}
    options = titles | straits
    state.default("hub_closing", next(iter(options)), options)
    st.selectbox("What closes", list(options), key="hub_closing", format_func=options.__getitem__)
    st.caption(words.caption(f"{WHATIF} {words.CLOSING}"))
    asked = (view.filters, str(st.session_state["hub_closing"]))
    if st.button("What if it closes?", key="hub_ask"):
        st.session_state["hub_closed"] = asked
    if st.session_state.get("hub_closed") == asked:
        _closed(pinned, view, asked[1])


def _closed(pinned: parts.Pinned, view: Hubs, closing: str) -> None:
    try:
        with st.spinner("Looking for other ways … up to a minute"):
            found = load.whatif(*pinned, view.filters, closing)
    except ContraflowError as wrong:
        st.warning(words.caption(str(wrong).removeprefix("--close: ")))
        return
    st.markdown(f"**{words.caption(summary(found))}**")
    switched = "**Would have to change to other means**: no way by the same means is left"
    borders = "**Land borders that would see more or less**, of these flows"
    _changes("", tables.changed_flows(found), "")
    _changes(switched, tables.switched_flows(found), words.SWITCHED)
    _changes(borders, tables.changed_borders(view, found), words.CLOSED_BORDER)


def _changes(title: str, table: pd.DataFrame, told: str) -> None:
    """List what a closure changes under its title, with what must be said of it; nothing where nothing changes."""
    if table.empty:
        return
    if title:
        st.markdown(title)
    whole = {name: st.column_config.NumberColumn(format="%d") for name in tables.KM if name in table}
    st.dataframe(
        table,
        hide_index=True,
        height=HEIGHT_PX if len(table) > ROWS_SHOWN else "auto",
        column_config=_columns(table) | whole,
        placeholder=words.DASH,
    )
    if told:
        st.caption(words.caption(told))


def profile(view: Hubs) -> None:
    """Ask for a country and show what is recorded of it, ready to be printed."""
    ids = sorted(hubs.countries(view), key=lambda each: tables.name(view, each))
    state.default("hub_country", hubs.countries(view)[0], ids)
    st.selectbox("Country", ids, key="hub_country", format_func=lambda each: tables.name(view, each))
    country_id = str(st.session_state["hub_country"])
    found = hubs.profile(view, country_id)
    st.subheader(words.caption(f"Country profile: {tables.name(view, country_id)}"), anchor=False)
    if view.is_synthetic:
        st.markdown(f"**{words.SYNTHETIC}**")
    st.markdown("**Records of flows**, out of the country and into it")
    st.table(tables.ways_table(found), hide_index=True)
    _listed("**Main partners**: at most five per layer", tables.partner_table(view, found))
    _listed("**Land borders**: expected records by road, weighted", tables.own_borders(view, country_id))
    _listed("**Coverage**: what was found there and published, all years", tables.coverage_table(found))
    st.caption(words.caption(f"{words.COUNTS} {words.SILENCE} Release {view.release_id}, marked {view.marking}."))
    st.caption("To print this profile, use the browser's own Print: the rest of the page is left out.")


def _listed(title: str, table: pd.DataFrame) -> None:
    st.markdown(title)
    if table.empty:
        st.write("Nothing in this choice.")
    else:
        st.table(table, hide_index=True)
