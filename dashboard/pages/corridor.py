"""The Corridor page: everything that is known of one corridor."""

import pandas as pd
import streamlit as st

from dashboard import charts_corridor as charts
from dashboard import dossier_words as said
from dashboard import load, roles, words
from dashboard import tables_corridor as rows_of
from dashboard.dossier import Dossier
from dashboard.marks import records
from dashboard.pages import corridor_parts, draw, frame, note_parts, parts
from dashboard.view import Explore
from data.errors import ContraflowError

NOTHING = "No firearms flow of this choice runs along a flow of another layer. Widen the filters in the side bar."


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "corridor")


def _body(page: frame.Page) -> None:
    view = page.view("Comparing flows …", load.explore)
    corridor_id = corridor_parts.chosen(view)
    page.link()
    if corridor_id is None:
        st.info(NOTHING)
        return
    try:
        with st.spinner("Gathering what is known of this corridor …"):
            found = load.dossier(*page.pinned, page.chosen, corridor_id)
    except ContraflowError as wrong:
        st.warning(words.caption(wrong))
        return
    with st.spinner("Testing corridors against what hubs and distance give …"):
        judged = corridor_parts.judged(page.pinned, view, corridor_id)
    _everything(page.pinned, view, found, judged)


def _everything(pinned: parts.Pinned, view: Explore, found: Dossier, judged: pd.DataFrame) -> None:
    ends = (found.evidence.origin, found.evidence.destination)
    st.subheader(f"{words.caption(ends[0])} – {words.caption(ends[1])}", anchor=False)
    st.markdown(_bullets(said.findings(judged)))
    for warning in said.silences(found.ends[found.ends["layer"].isin(corridor_parts.compared(found, judged))]):
        st.warning(words.caption(f"{warning}."), icon=":material/volume_off:")
    st.caption(words.RELATION_CAVEAT)
    note_parts.pinned(pinned[0], found.evidence.corridor_id)
    if len(judged):
        _overlap(judged)
    corridor_parts.summary(found)
    _time(found, ends)
    if load.store(*pinned).has_records:
        corridor_parts.entries(found)
        corridor_parts.chains(view, found, ends)
    else:
        st.caption(roles.REFUSED)
    corridor_parts.nearby(pinned, view, found)
    if len(judged):
        _robustness(found, judged)
    _coverage(found, judged)
    st.caption(words.caption(f"{words.COUNTS} Release {view.release_id}, marked {view.marking}."))


def _overlap(judged: pd.DataFrame) -> None:
    """Show raw beside adjusted overlap."""
    st.subheader("Overlap, raw and adjusted for hubs and distance", anchor=False)
    st.markdown(_bullets([said.overlap(row) for row in records(judged)]))
    with st.expander("The numbers behind the words"):
        st.dataframe(
            rows_of.verdicts(judged), hide_index=True, column_config=corridor_parts.NUMBERS, placeholder=words.DASH
        )
        st.caption(words.caption(corridor_parts.NUMBERS_MEAN))


def _time(found: Dossier, ends: tuple[str, str]) -> None:
    """Draw all layers over one axis of time, and say what leads."""
    st.subheader("Through time", anchor=False)
    step = st.segmented_control("Step", list(charts.STEPS), default="year", format_func=str.capitalize, required=True)
    figure = charts.trend(found.months, found.near, step, ends)
    if figure is None:
        st.write(f"No record of this corridor is dated to one {step}.")
    else:
        st.caption(words.caption(corridor_parts.ways(ends)))
        draw.chart(figure, "Records of the corridor per step, one panel per layer and both ways")
    st.caption(words.caption(f"{charts.left_out(found.months, step)} {words.STEP_GAPS.format(step=step)}"))
    st.markdown("**Does one layer follow the other?**")
    st.markdown(_bullets([said.lag(row) for row in records(found.lags)] or [corridor_parts.NO_LAG]))


def _robustness(found: Dossier, judged: pd.DataFrame) -> None:
    """Show the answer under other weighings, and what would change it."""
    st.subheader("How firm is the answer, and what would change it", anchor=False)
    for row in records(judged):
        mine = found.settings[found.settings["layer"] == row["layer"]]
        st.markdown(f"**{words.layer_title(row['layer'])}**\n\n{_bullets(said.changes(row, mine))}")
        if len(mine) and mine["D"].notna().any():
            with st.expander(f"{words.layer_title(row['layer'])}: every way of weighing"):
                table = rows_of.robustness(mine, row["d"])
                st.dataframe(table, hide_index=True, column_config=corridor_parts.SETTINGS, placeholder=words.DASH)
                st.caption(corridor_parts.SETTINGS_MEAN)


def _coverage(found: Dossier, judged: pd.DataFrame) -> None:
    st.subheader("What is known of both ends", anchor=False)
    st.dataframe(rows_of.ends(found.ends), hide_index=True)
    if judged.empty:
        return
    st.caption(words.caption(words.SILENCE))


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {words.caption(line).removesuffix('.')}." for line in lines)
