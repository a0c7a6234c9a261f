"""The parts of the Traces page, in reading order: what is known, the list, one chain, all of them, the sources."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import charts_traces as charts
from dashboard import custody, custody_words, load, words
from dashboard import tables_traces as tables
from dashboard.filters import Filters
from dashboard.pages import draw, parts, state
from dashboard.pages import tables as tables_of
from data.errors import ContraflowError
from geo.diversion import TTC_CLASSES
from geo.tracing import UNITS

LISTED = 2000
MAP_PX, LIST_PX = 340, 300
FIREARMS = Filters(layers=("firearms",))
LINES = (
    "Lines join the places of consecutive holders; they are not routes. Orange: here it left lawful hands. Hatched: no "
    "record of firearms at all, which is not the same as none."
)


def known(pinned: parts.Pinned, chosen: Filters) -> None:
    """Show how many seizures are traced, and how many of those to a point of diversion."""
    view = load.funnel(*pinned, chosen)
    st.markdown("**From seizure to point of diversion**")
    state.default("trace_unit", "seizures", UNITS)
    unit = st.segmented_control("Counted in", UNITS, key="trace_unit", format_func=str.capitalize, required=True)
    draw.chart(charts.funnel(view, str(unit)), "Seized, traced, identified and reported, as bars")
    with st.expander("The same as a table"):
        st.dataframe(tables.funnel(view, str(unit)), hide_index=True, placeholder=words.DASH)
    st.markdown("**Share of seized arms whose point of diversion is known, in the manner of SDG 16.4.2**")
    st.markdown("\n".join(f"- {words.caption(line).removesuffix('.')}." for line in tables.indicator(view.indicator)))
    if view.unlinked_trace_count:
        count = words.plural(view.unlinked_trace_count, "trace")
        st.caption(f"{count} without a seizure record of their own stand outside these figures.")


def listed(found: custody.Traces) -> None:
    """List the traces; a row picks one."""
    st.subheader("All traces of this choice", anchor=False)
    left, middle, right = st.columns([1.2, 1.2, 1])
    classes = left.multiselect("Time to crime", [*TTC_CLASSES, tables.UNKNOWN], key="trace_classes", placeholder="All")
    offered = found.rows["stage"].value_counts().index.tolist()
    state.only("trace_stages", offered)
    stages = middle.multiselect("Stage at which it left lawful hands", offered, key="trace_stages", placeholder="All")
    query = right.text_input("Place, kind or trace", key="trace_query", placeholder="Such as: Miami")
    rows = tables.chosen(found.rows, classes, stages, query)
    shown = rows.head(LISTED)
    fitting = f"Showing {words.number(len(shown))} of {words.plural(len(rows), 'trace')} that fit"
    held = f"{words.number(len(found.rows))} in this choice and {words.number(found.total_count)} in the release"
    st.caption(f"{fitting}, of {held}. Pick a row for its chain.")
    if shown.empty:
        return
    ids = shown["trace_id"].astype("str").tolist()
    st.dataframe(
        tables.traces(shown),
        hide_index=True,
        height=LIST_PX,
        key="traces",
        on_select=lambda: _pick(ids),
        selection_mode="single-row",
        placeholder=words.DASH,
        column_config={"Seized": st.column_config.DateColumn(format="YYYY-MM-DD")},
    )


def _pick(ids: list[str]) -> None:
    rows = st.session_state["traces"].selection.rows
    st.session_state["trace"] = ids[rows[0]] if rows and rows[0] < len(ids) else None


def chain(pinned: parts.Pinned) -> None:
    """Draw one trace: what it says, its timeline, its places, its events and gaps."""
    trace_id = st.session_state["trace"]
    if not trace_id:
        return
    try:
        found = load.chain(*pinned, trace_id)
    except ContraflowError as wrong:
        st.warning(words.caption(wrong))
        return
    st.subheader(f"Trace {words.caption(trace_id)}", anchor=False)
    told = custody_words.sentences(found.events, found.summary)
    st.markdown("\n".join(f"- {words.caption(line)}" for line in told))
    left, right = st.columns(2)
    with left:
        undated = "No event of this trace is dated, so there is no timeline."
        _drawn(charts.chain(found), "Events of the trace over time, gaps dashed between them", undated)
    with right:
        chart = charts.chain_map(found, load.store(*pinned).places, load.silent(*pinned, FIREARMS))
        if chart is None:
            st.write("No place of this trace is known.")
        else:
            draw.map_of(chart, "Map of the places of the trace; the table below lists them", height=MAP_PX)
            st.caption(words.caption(f"{LINES} {words.BOUNDARIES}"))
    st.dataframe(tables.chain(found), hide_index=True, placeholder=words.DASH)


def whole(rows: pd.DataFrame) -> None:
    """Show time to crime and stages of the whole choice."""
    st.subheader("Time to crime, and where items left lawful hands", anchor=False)
    left, right = st.columns([1.4, 1])
    with left:
        undated = "Not enough data: no trace of this choice has a dated first sale and a dated seizure."
        _drawn(charts.time_to_crime(rows), "Traces by years from first sale to seizure, coloured by class", undated)
        _counted(tables.classes(rows))
    with right:
        st.markdown("**Stage at which it left lawful hands**")
        _counted(tables.stages(rows))
        st.markdown("**How far the point of diversion is known**")
        _counted(tables.statuses(rows))


def _drawn(figure: go.Figure | None, alt: str, missing: str) -> None:
    """Draw a figure, or say why there is none."""
    if figure is None:
        st.write(missing)
    else:
        draw.chart(figure, alt)


def _counted(table: pd.DataFrame) -> None:
    st.dataframe(table, hide_index=True, column_config=tables_of.whole(table))


def sources(pinned: parts.Pinned, chosen: Filters) -> None:
    """Rank where traced items come from."""
    st.subheader("Where traced firearms come from", anchor=False)
    left, right = st.columns(2)
    ends = list(custody.ENDS.values())
    state.default("trace_level", "country", custody.LEVELS)
    state.default("trace_end", ends[0], ends)
    level = left.segmented_control("By", custody.LEVELS, key="trace_level", format_func=str.capitalize, required=True)
    end = right.segmented_control("Counted by", ends, key="trace_end", format_func=str.capitalize, required=True)
    ranked = load.ranking(*pinned, chosen, str(level))
    mine = ranked.rows[ranked.rows["end"] == end]
    if mine.empty:
        st.write(f"Not enough data: no trace of this choice knows the {level} of its {end}.")
        return
    known = words.number(int(mine["known_count"].iloc[0]))
    st.caption(
        f"The {end} is known by {level} in {known} of {words.plural(ranked.trace_count, 'trace')}: the denominator."
    )
    draw.chart(charts.sources(ranked, str(end)), "Share of traces by source with 95 % intervals")
    with st.expander("The same as a table"):
        st.dataframe(tables.ranking(ranked, str(end)), hide_index=True, placeholder=words.DASH)
