"""The page Regions: two regions, periods or layers on two maps beside each other, and both numbers below."""

from collections.abc import Mapping

import streamlit as st

from dashboard import levels, load, regions, words
from dashboard.pages import frame, regions_parts, state
from dashboard.stores import Choices


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "regions", _seed)


def _seed(asked: Mapping[str, str]) -> None:
    """Take over what the link says of the two sides, once; the page leaves out what the release does not offer."""
    if "regions_asked" not in st.session_state:
        st.session_state["regions_asked"] = {name: asked[name] for name in ("by", *regions.SIDES) if name in asked}


def _body(page: frame.Page) -> None:
    page.told(load.totals(*page.pinned, page.chosen), load.store(*page.pinned).is_synthetic)
    st.subheader("Two maps side by side", anchor=False)
    asked = st.session_state["regions_asked"]
    state.default("regions_by", asked.get("by") if asked.get("by") in regions.BY else "region", regions.BY)
    st.segmented_control(
        "Compare", list(regions.BY), key="regions_by", format_func=regions.BY.__getitem__, required=True
    )
    by = str(st.session_state["regions_by"])
    halves, slots = regions.halves(load.store(*page.pinned).spans), st.columns(2)
    chosen = [_side(by, side, page.choices, slot, halves) for side, slot in zip(regions.SIDES, slots, strict=True)]
    page.link({"by": by, "left": chosen[0], "right": chosen[1]})
    with st.spinner("Comparing flows …"):
        left, right = (load.explore(*page.pinned, regions.narrowed(page.chosen, by, side)) for side in chosen)
    titles = (regions.title(by, chosen[0], page.choices), regions.title(by, chosen[1], page.choices))
    if titles[0] == titles[1]:
        st.info("Both sides are the same. Choose another on one of them.")
        return
    level = regions_parts.maps((left, right), titles)
    regions_parts.numbers((left, right), titles, by)
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
    slot.selectbox(title, options, key=key, format_func=lambda option: regions.title(by, option, choices))
    return str(st.session_state[key])
