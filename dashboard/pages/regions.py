"""The page Regions: two regions, periods or layers on two maps beside each other, and both numbers below."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import changes, levels, load, regions, words
from dashboard.pages import detail, draw, frame, state, tables
from dashboard.stores import Choices

MAP_HEIGHT_PX = 420
SAME = (
    "Same scale, same first view: a line, a ring or a disc of one size stands for the same count on both maps. Each "
    "map is moved by itself."
)
SIDES = ("left", "right")


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "regions", _seed)


def _seed(asked: Mapping[str, str]) -> None:
    """Take over what the link says of the two sides, once; the page leaves out what the release does not offer."""
    if "regions_asked" not in st.session_state:
        st.session_state["regions_asked"] = {name: asked[name] for name in ("by", *SIDES) if name in asked}


def _body(page: frame.Page) -> None:
    page.told(load.totals(*page.pinned, page.chosen), load.store(*page.pinned).is_synthetic)
    st.subheader("Two maps side by side", anchor=False)
    asked = st.session_state["regions_asked"]
    state.default("regions_by", asked.get("by") if asked.get("by") in regions.BY else "region", regions.BY)
    st.segmented_control(
        "Compare", list(regions.BY), key="regions_by", format_func=regions.BY.__getitem__, required=True
    )
    by = str(st.session_state["regions_by"])
    first, last = regions.spoken(load.store(*page.pinned).spans)
    halves = dict(zip(SIDES, changes.halves(first, last) or ((first, last),) * 2, strict=True))
    chosen = [_side(by, side, page.choices, slot, halves) for side, slot in zip(SIDES, st.columns(2), strict=True)]
    page.link({"by": by, "left": chosen[0], "right": chosen[1]})
    with st.spinner("Comparing flows …"):
        left, right = (load.explore(*page.pinned, regions.narrowed(page.chosen, by, side)) for side in chosen)
    titles = (_title(by, chosen[0], page.choices), _title(by, chosen[1], page.choices))
    if titles[0] == titles[1]:
        st.info("Both sides are the same. Choose another on one of them.")
        return
    level = _maps((left, right), titles)
    _tables((left, right), titles)
    lines = words.LINES if level == "place" else levels.LINES
    st.caption(words.caption(f"{words.COUNTS} {lines} {words.BOUNDARIES}"))


def _options(by: str, choices: Choices) -> list[str]:
    if by == "region":
        return [*choices.regions, *dict(choices.countries)]
    if by == "layer":
        return state.ordered(choices)
    first, last = (day.year for day in state.span(choices))
    return [str(year) for year in range(first, last + 1)]


def _side(
    by: str, side: str, choices: Choices, slot: "st.delta_generator.DeltaGenerator", halves: dict[str, tuple[int, int]]
) -> str:
    """Ask for one side: what the link or another page named, else the first or the second of what there is."""
    key, options, asked = f"regions_{by}_{side}", _options(by, choices), st.session_state["regions_asked"].get(side, "")
    title = f"{side.capitalize()} map"
    if by == "period":
        wanted, usual = tuple(asked.split("-")), tuple(map(str, halves[side]))
        usual = wanted if len(wanted) == 2 and set(wanted) <= set(options) and wanted[0] <= wanted[1] else usual
        if not set(st.session_state.get(key) or ("",)) <= set(options):
            st.session_state[key] = usual
        slot.select_slider(title, options, key=key)
        return "-".join(st.session_state[key])
    usual_at = 0 if side == "left" else min(1, len(options) - 1)
    state.default(key, asked if asked in options else options[usual_at], options)
    slot.selectbox(title, options, key=key, format_func=lambda option: _title(by, option, choices))
    return str(st.session_state[key])


def _title(by: str, side: str, choices: Choices) -> str:
    if by == "layer":
        return words.layer_title(side)
    if by == "period":
        first, last = side.split("-")
        return first if first == last else f"{first} to {last}"
    return words.safe(dict(choices.countries).get(side, side))


def _maps(sides: regions.Sides, titles: tuple[str, str]) -> str:
    """Draw both maps at one level and on one scale, and their one legend; return the level."""
    first_view = state.camera(regions.camera(sides), ("regions", *titles))
    left, right = detail.asked(sides, first_view["zoom"])
    measures = regions.scales((left, right))
    for slot, view, title, name in zip(st.columns(2), (left, right), titles, SIDES, strict=True):
        with slot:
            st.markdown(f"**{words.caption(title)}**")
            told = "; ".join(levels.told(view))
            drawn = regions.deck_of(view, measures, first_view)
            alt = f"{name.capitalize()} map, {title}: {told}. The table below holds the numbers."
            draw.map_of(drawn, alt, height=MAP_HEIGHT_PX, key=f"regions_map_{name}")
            st.caption(words.caption(f"{told}."))
    st.caption(SAME)
    pictures = regions.keys((left, right), measures)
    draw.pictures(pictures, ["Key to both maps"] * len(pictures))
    return left.level


def _tables(sides: regions.Sides, titles: tuple[str, str]) -> None:
    """List both numbers and the difference."""
    st.subheader("Both in numbers", anchor=False)
    _table(regions.numbers(sides, titles))
    st.caption(
        "Records that run along flows; incidents where a layer has no flows. Difference: right less left. "
        "0 is no record at hand, which need not mean that nothing moved."
    )
    if not (len(sides[0].flows) or len(sides[1].flows)):
        return
    st.markdown(f"**Flows that differ most**, at most {regions.LISTED}")
    _table(regions.differing(sides, titles))


def _table(rows: pd.DataFrame) -> None:
    st.dataframe(rows, hide_index=True, column_config=tables.whole(rows))
