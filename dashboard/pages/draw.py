"""The one way to draw a map, a chart or a legend: each in the colours of the reader's page, light or dark."""

from typing import Any

import plotly.graph_objects as go
import plotly.io
import streamlit as st

from dashboard import deck, legend, palette

PLAIN = {"displayModeBar": False}


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
    st.pydeck_chart(drawn, alt=alt, **props)


def pictures(drawn: list[str], alts: list[str]) -> None:
    """Draw legend blocks beside each other, or below each other where there is no room."""
    with st.container(horizontal=True):
        for svg, alt in zip(drawn, alts, strict=True):
            st.image(palette.darkened(svg) if is_dark() else svg, width=legend.WIDTH_PX, alt=alt)
