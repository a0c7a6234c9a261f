"""The playback: its buttons, its clock, and the one part of the page that is drawn anew at each step."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from dashboard import changes, playback, record_words, timeline, words
from dashboard import charts_time as charts
from dashboard.pages import draw
from dashboard.timeline import Timeline, Window

SPEEDS = {"Slow": 2.0, "Normal": 1.0, "Fast": 0.5}  # seconds a step
LENGTHS = ("one", "some", "all")
MAP_HEIGHT_PX = 430


class Scene(NamedTuple):
    """What the playback needs and what no step changes."""

    view: Timeline
    counts: pd.DataFrame
    moments: pd.DatetimeIndex
    step: str
    length: int | None
    measure: playback.Scales
    camera: Mapping[str, float]
    silent: pd.DataFrame


def seed(asked: Mapping[str, str]) -> None:
    """Fill the session from the link, once; say what could not be used."""
    values = st.session_state
    if "time_playing" in values:
        return
    values.update(time_playing=False, time_on=None)
    for name, key, known in (("step", "time_step", timeline.STEPS), ("length", "time_length", LENGTHS)):
        if asked.get(name) in known:
            values[key] = asked[name]
        elif name in asked:
            values["notices"].append(_ignored(name, asked[name], " or ".join(known)))
    if "at" in asked:
        at = pd.to_datetime(asked["at"], format="%Y-%m-%d", errors="coerce")
        if pd.isna(at):
            values["notices"].append(_ignored("at", asked["at"], "a date as 2020-01-31"))
        else:
            values["time_on"] = at


def complete(step: str) -> None:
    """Give each control a value that has none: no link named one, or another page let it be forgotten."""
    for key, usual in (("time_step", step), ("time_length", "one"), ("time_speed", "Normal")):
        if st.session_state.get(key) is None:
            st.session_state[key] = usual


def _ignored(name: str, found: str, expected: str) -> str:
    return f"The link's {name} “{found[:40]}” was ignored: expected {expected}."


def link() -> dict[str, str]:
    """Return what the link of this page holds besides the filters."""
    values = st.session_state
    found = {"step": values["time_step"], "length": values["time_length"]}
    if values.get("time_on") is not None and not values["time_playing"]:
        found["at"] = f"{values['time_on']:%Y-%m-%d}"
    return found


def settle(moments: pd.DatetimeIndex, first_shown: int) -> None:
    """Bring the moment in step with the time there is; at first it is the step at this place."""
    on = st.session_state.get("time_on")
    st.session_state["time_on"] = moments[first_shown] if on is None else timeline.nearest(moments, on)


def start(scene: Scene) -> None:
    """Draw the playback; while it runs, the browser asks for the next step by itself."""
    is_playing = bool(st.session_state["time_playing"])
    st.session_state["time_is_fresh"] = True  # the first drawing is no tick of the clock
    seconds = SPEEDS[st.session_state["time_speed"]] if is_playing else None
    st.fragment(_frame, run_every=seconds)(scene, is_playing)


def _frame(scene: Scene, is_playing: bool) -> None:
    """Draw one moment: controls, counts, map and trends."""
    values = st.session_state
    if values["time_playing"] != is_playing:
        st.rerun()  # the clock is set by the page
    if not values.pop("time_is_fresh", False) and is_playing:
        _tick(scene.moments)
    at = timeline.nearest(scene.moments, values["time_on"])
    first = scene.moments[0] if scene.length is None else timeline.nearest(scene.moments, at, 1 - scene.length)
    window = timeline.window(scene.view, scene.step, first, at)
    if not is_playing:
        st.query_params["at"] = f"{at:%Y-%m-%d}"
    _moment(scene, window, first, at)
    _buttons(scene, at, is_playing)
    _map(scene, window)
    figure = charts.trend(scene.counts, scene.step, (first, at))
    draw.chart(figure, "Records per step, one panel per layer over one time axis", key="trend")


def _tick(moments: pd.DatetimeIndex) -> None:
    """Go one step on; at the end the clock stops."""
    values = st.session_state
    if values["time_on"] >= moments[-1]:
        values["time_playing"] = False
        st.rerun()
    values["time_on"] = timeline.nearest(moments, values["time_on"], 1)


def _moment(scene: Scene, window: Window, first: pd.Timestamp, at: pd.Timestamp) -> None:
    """Write the moment in large type, and beside it the records of every layer in it."""
    whole = timeline.step_label(at, scene.step)
    said = whole if first == at else f"{timeline.step_label(first, scene.step)} to {whole}"
    names = charts.order(scene.counts["layer"].unique().tolist())
    with st.container(horizontal=True, gap="large"):
        st.metric("Shown", said, width="content")
        for name in names:
            count = window.counts.get(name)
            told = words.DASH if count is None else words.number(count)
            st.metric(words.caption(words.layer_title(name)), told, width="content", help=_COUNT_HELP)


_COUNT_HELP = f"{record_words.LEGS_COUNT} A dash: nothing was reported, which is not zero."


def _buttons(scene: Scene, at: pd.Timestamp, is_playing: bool) -> None:
    """Draw the buttons; each says where it leads, and is another button while the clock runs.

    A busy browser tells a press twice: with the heartbeat or the tick that falls due before it is sent, and by itself
    (scheduleFlush in the bundle of Streamlit 1.67). The second must do what the first did, or nothing.
    """
    first, last = scene.moments[0], scene.moments[-1]
    back, following = (timeline.nearest(scene.moments, at, by) for by in (-1, 1))
    title, icon = ("Pause", ":material/pause:") if is_playing else ("Play", ":material/play_arrow:")
    running = "running" if is_playing else "resting"
    with st.container(horizontal=True, vertical_alignment="center"):
        _step_button("Back", ":material/skip_previous:", f"time_back_{running}", (at, back))
        begin = first if at == last and not is_playing else at
        asked = (not is_playing, begin)
        st.button(title, icon=icon, type="primary", key=f"time_play_{running}", on_click=_play, args=asked)
        _step_button("Next", ":material/skip_next:", f"time_next_{running}", (at, following))
    if is_playing:
        place = scene.moments.searchsorted(at)
        st.progress((place + 1) / len(scene.moments))
    elif first < last:
        _slider(scene, at)


def _step_button(title: str, icon: str, key: str, way: tuple[pd.Timestamp, pd.Timestamp]) -> None:
    at, to = way
    st.button(title, icon=icon, key=key, disabled=to == at, on_click=_play, args=(False, to))


def _slider(scene: Scene, at: pd.Timestamp) -> None:
    """Draw the slider; a new one whenever the moment was moved otherwise, for the browser may still hold the old."""
    key = f"time_at_{at:%Y%m%d}_{scene.step}"
    st.select_slider(
        "Moment",
        list(scene.moments),
        at,
        key=key,
        format_func=lambda on: timeline.step_label(on, scene.step),
        label_visibility="collapsed",
        on_change=_jump,
        args=(key, at),
    )


def _play(is_wanted: bool, at: pd.Timestamp) -> None:
    """Go to a moment, and let the clock run from there or rest."""
    st.session_state.update(time_playing=is_wanted, time_on=at)


def _jump(key: str, drawn: pd.Timestamp) -> None:
    """Go where the slider was moved; a slider that is gone may still report where it stood."""
    chosen = st.session_state[key]
    if not st.session_state["time_playing"] and chosen != drawn:
        st.session_state["time_on"] = chosen


def _map(scene: Scene, window: Window) -> None:
    top = scene.view.filters.top
    names = charts.order(scene.counts["layer"].unique().tolist())
    drawn, whole = (rows["layer"].value_counts() for rows in (playback.shown(window, top), window.flows))
    told = [
        f"{words.layer_title(name)}: {drawn.get(name, 0)} of {words.plural(whole[name], 'flow')}"
        for name in names
        if name in whole
    ]
    chart = playback.deck_of(window, top, scene.measure, scene.camera, scene.silent)
    draw.map_of(chart, f"Map of the flows shown. {'; '.join(told)}", height=MAP_HEIGHT_PX, key="time_map")
    pictures = playback.keys(names, scene.view, scene.measure, not scene.silent.empty)
    draw.pictures(pictures, ["Key to the map"] * len(pictures))
    st.caption(words.caption(playback.note(told, window)))


def periods(
    moments: pd.DatetimeIndex, step: str, span: tuple[int, int]
) -> tuple[changes.Period, changes.Period] | None:
    """Ask for two periods; None where there are fewer than two steps.

    Args:
        moments: First day of every step.
        step: One of timeline.STEPS.
        span: Places of the steps whose halves are offered first.
    """
    usual = changes.halves(*span) or changes.halves(0, len(moments) - 1)
    if usual is None:
        return None
    slots = st.columns(2)
    return (
        _period(slots[0], ("First period", f"time_before_{step}"), (moments, step), usual[0]),
        _period(slots[1], ("Second period", f"time_after_{step}"), (moments, step), usual[1]),
    )


def _period(
    slot: "st.delta_generator.DeltaGenerator",
    named: tuple[str, str],
    time: tuple[pd.DatetimeIndex, str],
    usual: tuple[int, int],
) -> changes.Period:
    """Ask for one period; one that left the time there is goes back to the usual half.

    Args:
        slot: Where to ask.
        named: Title and key of the control.
        time: First day of every step, and the step.
        usual: Places of the first and last step at the start.
    """
    (title, key), (moments, step) = named, time
    options = list(moments)
    held = st.session_state.get(key)
    if held is not None and not (isinstance(held, tuple) and set(held) <= set(options)):
        del st.session_state[key]
    first, last = slot.select_slider(
        title,
        options,
        (moments[usual[0]], moments[usual[1]]),
        key=key,
        format_func=lambda on: timeline.step_label(on, step),
    )
    return changes.Period(first, last + pd.DateOffset(months=charts.MONTHS_A_STEP[step]))


def columns() -> dict[str, Any]:
    """Return the headings' help and number formats of the tables of change."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "Years before": number(help="Years of the first period in which the source reported.", format="%.1f"),
        "Years after": number(help="Years of the second period in which the source reported.", format="%.1f"),
        "Change of rate": text(help="Records a year in the second period divided by those in the first."),
        "Records before": number(format="localized"),
        "Records after": number(format="localized"),
        "q": text(help="Share of false alarms among all rows that stand out at least as much."),
        "Other flows there": text(help="How all other flows of the two countries changed together."),
        "Note": text(help="Could be effort: the other flows of the two countries changed about as much."),
    }
