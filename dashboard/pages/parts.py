"""The parts of the Explore page, in reading order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import assemble, charts, layers, legend, levels, load, marks, relations, roles, routes, words
from dashboard.filters import Filters
from dashboard.pages import after, detail, draw, note_parts, state, tables
from dashboard.stores import Choices
from dashboard.view import Evidence, Explore
from data.errors import ContraflowError

MAP_HEIGHT_PX = 560
MAP_KEY = "map"
Pinned = tuple[str, str]  # folder, release


def notices() -> None:
    """Say which parts of the link could not be used."""
    if st.session_state["notices"]:
        st.warning("\n".join(f"- {words.caption(notice)}" for notice in st.session_state["notices"]))


def everything(
    pinned: Pinned, view: Explore, onward: Callable[[], object], above: "st.delta_generator.DeltaGenerator"
) -> None:
    """Draw map, records of the chosen corridor, corridors and years.

    Args:
        pinned: Folder and release.
        view: What the page shows.
        onward: Leads to the page of the chosen corridor.
        above: Where the map's controls go.
    """
    drawn = map_and_legend(pinned, view, above)
    if not after.is_map_drawn():
        return
    detail.bundle(pinned, view)
    evidence(pinned, view, onward)
    corridors(pinned, view)
    _drawn_table(drawn)
    years(pinned, view)


def top(pinned: Pinned, view: Explore) -> None:
    """Say what this is and the finding."""
    st.subheader("Where firearms flows meet other flows", anchor=False)
    findings = "  \n".join(f"**{words.caption(sentence)}.**" for sentence in words.headline(view.omega))
    if findings:
        st.markdown(findings, help=words.CORRIDOR_KM)
    if findings:
        surprise(pinned, view)


def surprise(pinned: Pinned, view: Explore) -> None:
    """Offer the test against the null model, and say what it leaves of each pair of layers."""
    if not st.toggle("Is this more than hubs and distance give?", key="is_tested", help=words.NULL_HELP):
        return
    with st.spinner("Drawing worlds in which only hubs and distance count …"):
        tests = load.null_tests(*pinned, view.filters)
    for layer, tested in tests.items():
        title = words.layer_title(layer).lower()
        st.markdown(words.caption(f"Overall direction of firearms and {title}: {relations.explained(tested)}."))


def map_and_legend(pinned: Pinned, view: Explore, above: "st.delta_generator.DeltaGenerator") -> Explore:
    """Draw the map, its controls above it, its legend and how much of the whole it shows; return what is drawn."""
    camera = state.camera(lambda: layers.first_camera(view), view.filters.region)
    left, right = above.columns([1, 1.7])  # below each other on a phone, each as wide as the page, so that they wrap
    with left:
        shown = st.segmented_control(
            "Colour of the lines",
            list(state.COLOURINGS),
            key="show",
            format_func=state.COLOURINGS.__getitem__,
            required=True,
        )
    with right:
        (drawn,) = detail.asked((view,), camera["zoom"])
    mode = layers.LAYERS if view.omega.empty else str(shown)  # nothing to relate to
    chosen = _chosen(pinned, view, drawn.level)
    told = "; ".join(levels.told(drawn))
    above.caption(words.caption(f"{told}. {left_out(drawn)}".strip()))
    draw.map_of(
        layers.deck_of(drawn, mode, chosen, camera, st.session_state["turn"]),
        f"Map of flows. {told}. The table below lists the same corridors.",
        height=MAP_HEIGHT_PX,
        key=MAP_KEY,
        on_select=lambda: state.picked_on_map(MAP_KEY),
        selection_mode="single-object",
    )
    _below(view, drawn, mode, chosen)
    return drawn


def _drawn_table(drawn: Explore) -> None:
    """List every line of the map, and every place of incidents."""
    with st.expander("All that is drawn, as a table"):
        table = tables.drawn(drawn)
        st.dataframe(table, hide_index=True, column_config=tables.whole(table), placeholder=words.DASH, height=320)


def left_out(drawn: Explore) -> str:
    """Return which rings are not drawn and which filters do not limit incidents, as sentences; empty where neither."""
    unlimited = words.unlimited(drawn.incidents["layer"].unique(), drawn.filters)
    return " ".join(told for told in (layers.rings_told(drawn), unlimited) if told)


def _below(view: Explore, drawn: Explore, mode: str, chosen: routes.Chosen | None) -> None:
    """Say how the chosen corridor is drawn, what all signs mean and what is withheld."""
    if chosen and chosen.corridor_id:
        st.caption(words.caption(_way(drawn, chosen)))
    _legend(drawn, mode, chosen is not None and len(chosen.cells) > 0)
    st.markdown("\n".join(f"- {words.caption(line)}" for line in _withheld(view)))
    lines = words.LINES if drawn.level == "place" else f"{levels.LINES} {levels.RELATED}"
    st.caption(
        words.caption(
            f"{words.COUNTS} {words.RELATION_CAVEAT} {lines} {words.INTENDED} {words.AREAS} {words.BOUNDARIES}"
        )
    )


def _chosen(pinned: Pinned, view: Explore, level: str) -> routes.Chosen | None:
    """Return the chosen corridor with the cells its way may take, or the line that is or holds the chosen."""
    corridor_id, bundle = st.session_state["corridor"], st.session_state.get("bundle")
    if not corridor_id:
        return routes.Chosen("", routes.NO_CELLS, str(bundle)) if bundle and bundle.level == level else None
    if level != "place":
        return routes.Chosen(corridor_id, routes.NO_CELLS, str(levels.bundle_of(view, corridor_id, level)))
    mine = view.routes[view.routes["corridor_id"] == corridor_id]
    network = str(mine["network"].iloc[0]) if len(mine) else ""
    return routes.Chosen(corridor_id, load.way_cells(*pinned, corridor_id, network))


def _way(view: Explore, chosen: routes.Chosen) -> str:
    """Return how the chosen corridor is drawn; empty where none of its flows is shown."""
    drawn = marks.records(view.flows[view.flows["is_shown"]])
    if not any(layers.is_chosen(row, chosen) for row in drawn):
        return "None of the chosen corridor's flows is among those drawn."
    if view.level != "place":
        return (
            f"The chosen corridor is part of the marked line, which sums all flows of two {levels.PLURALS[view.level]}."
        )
    mine = view.routes[view.routes["corridor_id"] == chosen.corridor_id]
    if mine.empty:
        return words.way(None, 0.0, 0.0)
    return words.way(*mine[["network", "length_km", "confidence"]].iloc[0].tolist())


def _legend(view: Explore, mode: str, has_halo: bool) -> None:
    blocks = {
        "What the colours of the lines mean": legend.colours(view, mode),
        "What the widths of the lines mean": legend.sizes(view, mode),
        "What the dots and areas mean": legend.marks(view, has_halo),
    }
    draw.pictures(list(blocks.values()), list(blocks))


def _withheld(view: Explore) -> list[str]:
    """Return per layer about victims how its small counts are told."""
    named = [name for name in view.filters.layers if name in view.small["layers"]]
    return [words.withheld(name, view.withheld[view.withheld["layer"] == name], view.small) for name in named]


def corridors(pinned: Pinned, view: Explore) -> None:
    """List the corridors; a row picks its corridor."""
    st.subheader("Corridors", anchor=False)
    if not view.corridors["is_shown"].any():
        st.write("No firearms flow of this choice runs along a flow of another layer.")
        return
    table = tables.corridors(view, _judged(pinned, view))
    behind = "the records behind it" if load.store(*pinned).has_records else "the sums behind it"
    shown = words.corridors_shown(len(table), len(view.corridors))
    st.caption(words.caption(f"{shown} Pick a row, or a line on the map, to see {behind}."))
    ids = table.index.astype(str).tolist()
    key = f"corridors-{st.session_state['turn']}"
    chosen = st.session_state["corridor"]
    st.dataframe(
        table,
        hide_index=True,
        key=key,
        on_select=lambda: state.picked_in_table(key, ids),
        selection_mode="single-row",
        selection_default={"selection": {"rows": [ids.index(chosen)] if chosen in ids else []}},
        column_config=tables.corridor_columns(),
        placeholder=words.DASH,
        height=320,
    )
    with st.expander("What the words mean"):
        for name, meaning in words.RELATION_MEANINGS.items():
            st.markdown(f"**{words.relation_title(name)}**: {meaning}.")
        st.markdown(words.RELATION_CAVEAT)


def _judged(pinned: Pinned, view: Explore) -> pd.DataFrame:
    """Judge the corridors, layer by layer: a newer choice of the reader cuts in where the page writes something."""
    names = tuple(view.omega["layer"].tolist())
    told = st.empty()
    for name in names:
        pair = assemble.pair(view.filters, name)
        for doing, ask in {"settings": load.firmness, "what hubs and distance give": load.surprises}.items():
            told.caption(words.caption(f"Testing firearms and {words.layer_title(name).lower()} against {doing} …"))
            ask(*pinned, pair)
    told.empty()
    return load.judged(*pinned, view.filters, names)


def evidence(pinned: Pinned, view: Explore, onward: Callable[[], object]) -> None:
    """Show the records behind the chosen corridor, to officials their sums; both are what the line states."""
    chosen = st.session_state["corridor"]
    if not chosen:
        return
    try:
        found = load.evidence(*pinned, view.filters, chosen)
    except ContraflowError as wrong:
        st.warning(words.caption(wrong))
        return
    st.subheader(f"Records: {words.caption(found.origin)} – {words.caption(found.destination)}", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        onward()
        st.button("Clear selection", on_click=state.choose, args=(None,))
    note_parts.shown(pinned[0], chosen)
    if not len(found.summary) and not len(found.withheld):
        st.write("No record of the present choice joins these two places.")
        return
    st.dataframe(tables.summary(found), hide_index=True)
    if len(found.withheld):
        st.caption(words.WITHHELD)
    if load.store(*pinned).has_records:
        records(found)
    else:
        st.caption(roles.REFUSED)


def records(found: Evidence) -> None:
    """List the records, and say of each layer whether these are all."""
    whole = f"{words.plural(len(found.records), 'entry', 'entries')}; the counts above are their sum."
    st.caption(words.caption(words.listed(found.records, found.entries) if found.is_cut else whole))
    st.dataframe(tables.records(found), hide_index=True, height=300, placeholder=words.DASH)


def years(pinned: Pinned, view: Explore) -> None:
    """Draw records per year."""
    st.subheader("Records per year", anchor=False)
    found = load.yearly(*pinned, view.filters)
    if found.empty:
        st.write("No record of this choice has a year.")
        return
    draw.chart(charts.records_by_year(found), "Records per year and layer")
    st.caption(words.YEARS)


def nothing(pinned: Pinned, choices: Choices, chosen: Filters) -> None:
    """Say why no flow is shown, and offer each single filter whose removal brings flows back."""
    st.info("No flow passes all the filters together.")
    offers = 0
    for title, values in _releases(choices, chosen).items():
        with_fewer = load.explore(*pinned, values[1])
        count = len(with_fewer.flows)
        if count:
            offers += 1
            st.button(f"{title} ({words.plural(count, 'flow')})", on_click=state.clear, args=(values[0],))
    if not offers:
        st.write("No single filter is the cause: use Reset filters in the side bar.")


def _releases(choices: Choices, chosen: Filters) -> dict[str, tuple[dict[str, object], Filters]]:
    first, last = state.span(choices)
    dates: dict[str, object] = {"since": first, "last_day": last}
    on: dict[str, object] = {f"layer_{name}": True for name in choices.layers}
    none: date | None = None
    found: dict[str, tuple[dict[str, object], Filters]] = {}
    if set(chosen.layers) < set(choices.layers):
        found["Show all layers"] = (on, replace(chosen, layers=choices.layers))
    if chosen.region:
        found["Clear region"] = ({"region": []}, replace(chosen, region=()))
    if chosen.since or chosen.until:
        found["Clear period"] = (dates, replace(chosen, since=none, until=none))
    if chosen.commodity:
        found["Clear what was found"] = ({"commodity": []}, replace(chosen, commodity=()))
    if chosen.mode:
        found["Clear transport"] = ({"transport": []}, replace(chosen, mode=()))
    if chosen.modus:
        found["Clear modus operandi"] = ({"modus": []}, replace(chosen, modus=()))
    if chosen.min_count > 1:
        found["Show flows of any size"] = ({"min_count": 1}, replace(chosen, min_count=1))
    if chosen.confidence != "any":
        found["Show flows of any confidence"] = ({"confidence": "any"}, replace(chosen, confidence="any"))
    return found
