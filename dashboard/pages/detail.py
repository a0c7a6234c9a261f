"""How fine the Explore map draws: the control, and the parts of a line that stands for several corridors."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import levels, load, words
from dashboard.pages import state, tables
from dashboard.stores import Choices
from dashboard.view import Explore

LISTED = 500
HELP = (
    "Flows between places near each other can be drawn as one line that sums them; no total changes. Automatic draws "
    "single places where their lines can be told apart in the first view, else countries: choose a region to see more."
)


def asked(views: Sequence[Explore], zoom: float) -> list[Explore]:
    """Ask how fine the maps are to be, and return the views drawn so, all at one level.

    Args:
        views: As assemble.explore gives them.
        zoom: Of the first view.
    """
    each = [levels.offered(view) for view in views]
    offered = [level for level in levels.LEVELS if any(level in mine for mine in each)]
    usual = max((levels.automatic(view, zoom, mine) for view, mine in zip(views, each, strict=True)), key=_coarseness)
    options = [levels.AUTOMATIC, *offered]
    state.default("detail", levels.AUTOMATIC, options)
    titles = levels.TITLES | {levels.AUTOMATIC: f"{levels.TITLES[levels.AUTOMATIC]} ({levels.TITLES[usual].lower()})"}
    if len(offered) > 1:
        st.segmented_control(
            "Lines between", options, key="detail", format_func=titles.__getitem__, required=True, help=HELP
        )
    chosen = str(st.session_state["detail"])
    return [levels.seen(view, usual if chosen == levels.AUTOMATIC else chosen) for view in views]


def _coarseness(level: str) -> int:
    return levels.LEVELS.index(level)


def bundle(pinned: tuple[str, str], view: Explore) -> None:
    """List the flows that a chosen line sums; a row picks its corridor.

    Args:
        pinned: Folder and release.
        view: As assemble.explore gives it.
    """
    chosen: levels.Bundle | None = st.session_state.get("bundle")
    if chosen is None:
        return
    parts = levels.parts_of(view, chosen)
    first, second = (words.safe(name) for name in levels.unit_names(view, chosen))
    title = f"Flows within {first}" if first == second else f"Flows between {first} and {second}"
    st.subheader(words.caption(title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        if _is_region(load.choices(*pinned), view, chosen):
            st.button("Draw only these, in detail", on_click=state.only_between, args=(chosen,))
        st.button("Clear selection", key="clear_bundle", on_click=state.choose, args=(None,))
    if parts.empty:
        st.write("No flow of the present choice joins these two.")
        return
    cut = f" The first {words.number(LISTED)} are listed." if len(parts) > LISTED else ""
    st.caption(words.caption(f"{_sums(parts)}.{cut} Pick a row to see the records behind it."))
    _table(parts.head(LISTED))


def _is_region(choices: Choices, view: Explore, chosen: levels.Bundle) -> bool:
    """Return True when the region filter offers both units and does not already hold just them."""
    units = set(chosen[1:])
    return units <= {*choices.regions, *dict(choices.countries)} and units != set(view.filters.region)


def _sums(parts: pd.DataFrame) -> str:
    """Return records and flows per layer: what the line and its tip state, both ways together."""
    sums = parts.groupby("layer")["record_count"].agg(["sum", "size"])
    return "; ".join(
        f"{words.layer_title(str(name))}: {words.plural(total, 'record')} on {words.plural(size, 'flow')}"
        for name, total, size in sums.itertuples(name=None)
    )


def _table(parts: pd.DataFrame) -> None:
    """List the parts; their sum is what the line states."""
    ids = parts["corridor_id"].tolist()
    table = pd.DataFrame(
        {
            "Layer": [words.layer_title(name) for name in parts["layer"]],
            "From": [words.safe(name) for name in parts["origin"]],
            "To": [words.safe(name) for name in parts["destination"]],
            "Records": parts["record_count"],
            "Relation": [words.relation_title(name) if name else words.DASH for name in parts["relation"]],
        }
    )
    key = f"bundle-{st.session_state['turn']}"
    st.dataframe(
        table,
        hide_index=True,
        key=key,
        on_select=lambda: state.picked_in_table(key, ids),
        selection_mode="single-row",
        column_config=tables.whole(table),
        height=min(320, 40 + 35 * len(table)),
    )
