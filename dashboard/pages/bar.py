"""The one filter bar: every control that changes what all parts of a page show."""

from collections.abc import Collection
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import levels, words
from dashboard.filters import MODI, Filters
from dashboard.pages import after, state
from dashboard.stores import Choices

TOP_HELP = (
    "How many flows of each layer are drawn. As many corridors that are common or inverse are drawn as well, "
    f"however small their flows; at most {levels.MOST_LINES} lines in all, so that the map stays quick."
)
CONTEXT_HELP = (
    "Context only: country totals without origin or destination. They are not drawn; see Coverage and Modus operandi."
)
MODUS_HELP = (
    "How it was done, as the record states: most records do not say. Layers of flows that never say it vanish, unless "
    "Not stated is among the chosen. Incidents, such as terrorism, do not state it and are not limited."
)
TRANSPORT_HELP = "Flows whose records state it. Incidents, such as terrorism, do not state it and are not limited."
FOUND_HELP = (
    "Limits only the layers you choose something from; the other layers stay whole, and so do incidents, such as "
    "terrorism, which state nothing that was found."
)
LINK_HELP = (
    "The address of this page holds the filters above: copy it to share them. Of the controls of the pages themselves "
    "it holds most, but not those of Traces, nor speed and compared periods of Time."
)
KAPPA_HELP = (
    "A record may state a destination the goods never reached. 0 leaves such records out of the comparison of "
    "directions, 1 counts them like any other. Record counts do not change."
)


def switches(choices: Choices) -> dict[str, "st.delta_generator.DeltaGenerator"]:
    """Draw the switches of the layers; return per layer the place where its record count goes."""
    with st.sidebar:
        st.subheader("Layers and records")
        return {name: _layer(name) for name in state.ordered(choices)}


def filters(choices: Choices) -> None:
    """Draw all other filters, below the switches."""
    st.session_state[after.FILTERED] = True
    with st.sidebar:
        st.subheader("Filters")
        _period(choices)
        _region(choices)
        _commodity(choices)
        _transport(choices)
        modus = words.MODUS_TITLES
        st.multiselect("How", MODI, key="modus", placeholder="Anyhow", format_func=modus.__getitem__, help=MODUS_HELP)
        st.number_input("Records per flow, at least", 1, None, key="min_count", help="Hides flows with fewer records.")
        titles = words.CONFIDENCE_TITLES
        st.selectbox(
            "Confidence of a flow", titles, key="confidence", format_func=titles.__getitem__, help=words.CONFIDENCE
        )
        st.number_input("Largest flows per layer", 1, 2000, key="top", help=TOP_HELP)
        with st.expander("Advanced"):
            st.slider("Weight of destinations not reached", 0.0, 1.0, step=0.05, key="kappa", help=KAPPA_HELP)
        first, last = state.span(choices)
        st.button("Reset filters", on_click=state.clear, args=(_everything(choices, first, last),), width="stretch")
        st.caption(LINK_HELP)


def _layer(name: str) -> "st.delta_generator.DeltaGenerator":
    left, right = st.columns([2, 1], vertical_alignment="center", gap="small")
    left.toggle(words.caption(words.layer_title(name)), key=f"layer_{name}")
    return right.empty()


def counts(
    slots: dict[str, "st.delta_generator.DeltaGenerator"], totals: pd.DataFrame, context: Collection[str] = ()
) -> None:
    """Write the record count of every layer beside its switch.

    Args:
        slots: As ``switches`` returns them.
        totals: ``layer, record_count``.
        context: Layers without a flow or an incident: there is nothing of theirs to draw.
    """
    by_layer = totals.set_index("layer")["record_count"]
    for name, slot in slots.items():
        if name in context:
            slot.caption("no flows", help=CONTEXT_HELP)
        else:
            slot.caption(words.number(int(by_layer.get(name, 0))))


def _period(choices: Choices) -> None:
    first, last = state.span(choices)
    st.date_input("First day", min_value=first, max_value=last, key="since", format="YYYY-MM-DD")
    st.date_input("Last day", min_value=first, max_value=last, key="last_day", format="YYYY-MM-DD")


def _region(choices: Choices) -> None:
    names = dict(choices.countries)
    st.multiselect(
        "Region or country",
        [*choices.regions, *names],
        key="region",
        placeholder="All regions",
        format_func=lambda option: words.safe(names.get(option, option)),
        help="Both ends of a flow lie in the chosen regions and countries.",
    )


def _commodity(choices: Choices) -> None:
    options = [f"{layer}:{name}" for layer, name in choices.commodities]
    st.multiselect(
        "What was found",
        options,
        key="commodity",
        placeholder="Everything",
        format_func=_commodity_title,
        help=FOUND_HELP,
    )


def _transport(choices: Choices) -> None:
    st.multiselect(
        "Transport",
        choices.modes,
        key="transport",
        placeholder="All means",
        format_func=_mode_title,
        help=TRANSPORT_HELP,
    )


def _commodity_title(option: str) -> str:
    layer, _, name = option.partition(":")
    return f"{words.layer_title(layer)}: {words.safe(name)}"


def _mode_title(mode: str) -> str:
    return words.MODE_TITLES.get(mode, words.safe(mode))


def _everything(choices: Choices, first: date, last: date) -> dict[str, object]:
    return {**state.widget_values(Filters(), choices), "since": first, "last_day": last}
