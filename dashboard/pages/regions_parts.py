"""The parts of the page Regions: both maps on one scale, and both numbers."""

import pandas as pd
import streamlit as st

from dashboard import levels, regions, words
from dashboard.pages import detail, draw, parts, state, tables

MAP_HEIGHT_PX = 420
SAME = (
    "Same scale: a line, a ring or a disc of one size stands for the same count on both maps. Same first view: they "
    "begin alike, and then each is zoomed and moved by itself."
)


def maps(sides: regions.Sides, titles: tuple[str, str]) -> str:
    """Draw both maps at one level and on one scale, and their one legend; return the level."""
    first_view = state.camera(lambda: regions.camera(sides), ("regions", *titles))
    left, right = detail.asked(sides, first_view["zoom"])
    measures = regions.scales((left, right))
    for slot, view, title, name in zip(st.columns(2), (left, right), titles, regions.SIDES, strict=True):
        with slot:
            st.markdown(f"**{words.caption(title)}**")
            told = "; ".join(levels.told(view))
            drawn = regions.deck_of(view, measures, first_view)
            alt = f"{name.capitalize()} map, {title}: {told}. The table below holds the numbers."
            draw.map_of(drawn, alt, height=MAP_HEIGHT_PX, key=f"regions_map_{name}")
            st.caption(words.caption(f"{told}. {parts.left_out(view)}".strip()))
    st.caption(SAME)
    pictures = regions.keys((left, right), measures)
    draw.pictures(pictures, ["Key to both maps"] * len(pictures))
    return left.level


def numbers(sides: regions.Sides, titles: tuple[str, str], by: str) -> None:
    """List both numbers and the difference; of two regions the largest flows of each."""
    st.subheader("Both in numbers", anchor=False)
    _table(regions.numbers(sides, titles))
    st.caption(
        "Records that run along flows; incidents where a layer has no flows. Difference: right less left. "
        "0 is no record at hand, which need not mean that nothing moved."
    )
    if not (len(sides[0].flows) or len(sides[1].flows)):
        if not (len(sides[0].incidents) or len(sides[1].incidents)):
            st.info("Neither side has a flow or an incident. Choose other sides, or widen the filters in the side bar.")
        return
    if by == "region":
        for slot, view, title in zip(st.columns(2), sides, titles, strict=True):
            with slot:
                st.markdown(f"**Largest flows: {words.caption(title)}**, at most {regions.LISTED}")
                _table(regions.largest(view))
        return
    st.markdown(f"**Flows that differ most**, at most {regions.LISTED}")
    _table(regions.differing(sides, titles))


def _table(rows: pd.DataFrame) -> None:
    st.dataframe(rows, hide_index=True, column_config=tables.whole(rows))
