"""The parts of the Time page: its controls, the playback, the trends as a table, two periods compared."""

import pandas as pd
import streamlit as st

from dashboard import changes, load, playback, record_words, timeline, words
from dashboard import charts_time as charts
from dashboard.filters import Filters
from dashboard.pages import draw, parts, player, state
from dashboard.timeline import Timeline


def controls(dated: pd.DataFrame) -> tuple[str, int | None]:
    """Ask for the step and the window of the playback."""
    left, middle, right = st.columns([1, 1.6, 1])
    left.segmented_control(
        "Step", timeline.STEPS, key="time_step", format_func=str.capitalize, required=True, help=_step_help(dated)
    )
    step = str(st.session_state["time_step"])
    some = timeline.SOME[step]
    titles = {"one": f"One {step}", "some": f"Last {some} {step}s", "all": "All so far"}
    middle.segmented_control(
        "Shown at once", list(titles), key="time_length", format_func=titles.__getitem__, required=True
    )
    right.segmented_control("Speed", list(player.SPEEDS), key="time_speed", required=True)
    return step, {"one": 1, "some": some, "all": None}[str(st.session_state["time_length"])]


def _step_help(dated: pd.DataFrame) -> str:
    whole = dated["record_count"].sum()
    told = [f"{step}: {words.percent(dated[step].sum() / whole)}" for step in timeline.STEPS]
    return f"Records dated well enough for each step: {', '.join(told)}."


def left_out(dated: pd.DataFrame, step: str) -> None:
    """Say per layer how many records the step cannot show."""
    ordered = dated.loc[charts.order(dated.index.tolist())]
    shown, total = (dict(zip(ordered.index, ordered[name].tolist(), strict=True)) for name in (step, "record_count"))
    if not dated[step].sum():
        st.warning(f"No record of this choice is dated to a {step}. Choose a longer step.")
    told = words.dated(step, shown, total)
    st.caption(words.caption(f"{told} {record_words.LEGS_COUNT}"))


def play(pinned: parts.Pinned, view: Timeline, window: tuple[str, int | None]) -> None:
    """Draw the moment, its map and the trends; while playing, only this part is drawn again."""
    step, length = window
    moments = timeline.steps(view, step)
    counts = timeline.records(view, step)
    measure = playback.scales(*load.busiest(*pinned, view.filters, step, length))
    camera = state.camera(lambda: playback.camera(view), (*view.filters.region, "time"))
    silent = load.silent(*pinned, view.filters)
    if told := words.unlimited(view.incidents["layer"].unique(), view.filters):
        st.caption(words.caption(told))
    scene = player.Scene(view, counts, moments, step, length, measure, camera, silent)
    player.start(scene)


def trend_table(view: Timeline, step: str) -> None:
    """Say why steps have gaps, and list the records of each."""
    st.caption(words.STEP_GAPS.format(step=step))
    with st.expander("Records per step as a table"):
        table = charts.trend_table(timeline.records(view, step), step)
        st.dataframe(table, hide_index=True, placeholder=words.DASH)


def compare(pinned: parts.Pinned, chosen: Filters, spans: tuple[changes.Period, changes.Period] | None) -> None:
    """Say what changed between two periods."""
    if spans is None:
        st.write("Not enough data: two periods need at least two steps.")
        return
    before, after = spans
    if before.first_on < after.until_on and after.first_on < before.until_on:
        st.warning("The two periods overlap. Move one of them.")
        return
    with st.spinner("Comparing the two periods …"):
        _changed(load.changes(*pinned, chosen, before, after))


def _changed(found: changes.Changes) -> None:
    st.markdown(f"**{words.caption(charts.verdict(found.flows))}**")
    st.caption(words.caption(f"{record_words.CHANGE_CAVEAT} {charts.spanning(found.left_out)}"))
    st.markdown("**Layers**: records a year in the second period against the first")
    st.dataframe(charts.layer_change_table(found.layers), hide_index=True, column_config=player.columns())
    if charts.listed(found.flows).empty:
        return
    st.markdown(f"**Flows that changed most**, one way of a corridor each; at most {charts.SHOWN}")
    draw.chart(charts.forest(found.flows), "Ratio of rates and its interval, per flow")
    st.dataframe(charts.flow_change_table(found.flows), hide_index=True, column_config=player.columns())
