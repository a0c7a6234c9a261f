"""The one way to draw a map, a chart or a legend: each in the colours of the reader's page, light or dark."""

from collections import deque
from typing import Any

import plotly.graph_objects as go
import plotly.io
import streamlit as st
from streamlit import runtime

from dashboard import deck, legend, palette

PLAIN = {"displayModeBar": False}
APART_BYTES = 4000  # of a layer's rows, from which a request of their own is quicker than the message
KEPT, KEPT_LAYERS = "map_rows", 40  # of a session: the rows of the last few maps


def is_dark() -> bool:
    """Return True when the reader's page is dark; a page not yet known counts as light."""
    return st.context.theme.type == "dark"


def chart(figure: go.Figure, alt: str, **props: Any) -> None:
    """Draw a chart.

    Args:
        figure: In the colours of the light page.
        alt: What it shows, for readers who do not see it.
        props: As st.plotly_chart takes them.
    """
    shown = plotly.io.from_json(palette.darkened(figure.to_json())) if is_dark() else figure
    st.plotly_chart(shown, config=PLAIN, alt=alt, **props)


def map_of(drawn: deck.CompactDeck, alt: str, **props: Any) -> None:
    """Draw a map.

    Args:
        drawn: In the colours of the light page.
        alt: What it shows, for readers who do not see it.
        props: As st.pydeck_chart takes them.
    """
    if is_dark():
        drawn.__class__ = deck.DarkDeck
    _served_apart(drawn)
    st.pydeck_chart(drawn, alt=alt, **props)


def _served_apart(drawn: deck.CompactDeck) -> None:
    """Have the browser fetch the rows of large layers: see README.md for what that saves.

    Streamlit drops what a run of the page has not named, but a browser may ask for the map of the run before.
    """
    files = runtime.get_instance().media_file_mgr
    kept: deque[bytes] = st.session_state.setdefault(KEPT, deque(maxlen=KEPT_LAYERS))
    for told in kept:
        files.add(told, "application/json", f"rows-{hash(told)}")
    for layer in drawn.layers:
        told = drawn.text(layer.data).encode()
        if len(told) >= APART_BYTES:
            layer.data = files.add(told, "application/json", f"rows-{hash(told)}").lstrip("/")
            if told not in kept:
                kept.append(told)


def pictures(drawn: list[str], alts: list[str]) -> None:
    """Draw legend blocks beside each other, or below each other where there is no room."""
    with st.container(horizontal=True):
        for svg, alt in zip(drawn, alts, strict=True):
            st.image(palette.darkened(svg) if is_dark() else svg, width=legend.WIDTH_PX, alt=alt)
