"""The parts of the Corridor page: what it asks and chooses, and its sections."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts_corridor as charts
from dashboard import dossier_words as said
from dashboard import load, relations, words
from dashboard import tables_corridor as rows_of
from dashboard.dossier import Dossier
from dashboard.marks import records
from dashboard.pages import draw, parts, state, tables
from dashboard.view import Explore
from data.errors import ContraflowError
from geo.assess import DELTAS

OFFERED = 200  # corridors in the list, the best supported first
CHAINS_SHOWN = 500
NO_LAG = "No other layer has a record of its own between these two places"
NUMBERS_MEAN = (
    "P: probability given the records. D: shared direction, from -1 (all opposite) to +1 (all the same). Found and "
    "expected: records of the other layer between the surroundings of both ends, in the likelier direction; expected "
    "is their mean in 199 worlds in which only hubs and distance count. q: share of false alarms among corridors that "
    "stand out as much; q roles: the same with sending and receiving tossed. Along: weighted records running along "
    "the corridor, also between other places."
)
SETTINGS_MEAN = (
    "P at δ: probability of the likelier of common and inverse when a share δ of all records states the journey "
    "backwards. The page uses reports, half weight and δ 0.08."
)
_CHANCE = {name: st.column_config.NumberColumn(format="%.2f") for name in ("P common", "P inverse", "D")}
NUMBERS: dict[str, Any] = {
    **_CHANCE,
    "Raw: near, found": st.column_config.NumberColumn(format="%.0f"),
    "Expected of hubs and distance": st.column_config.NumberColumn(format="%.1f"),
    "Adjusted: found / expected": st.column_config.NumberColumn(format="%.1f"),
    "q": st.column_config.NumberColumn(format="%.2g"),
    "q roles": st.column_config.NumberColumn(format="%.2g"),
    "Firearms along": st.column_config.NumberColumn(format="%.0f"),
    "Other along": st.column_config.NumberColumn(format="%.0f"),
}
COUNTS: dict[str, Any] = {
    name: st.column_config.NumberColumn(format="localized")
    for name in ("Begin there", "End there", "Of these on this corridor")
}
SETTINGS: dict[str, Any] = {
    "Kappa": st.column_config.NumberColumn(format="%g"),
    "D": st.column_config.NumberColumn(format="%.2f"),
    **{f"P at δ {delta:g}": st.column_config.NumberColumn(format="%.2f") for delta in DELTAS},
}


def chosen(view: Explore) -> str | None:
    """Ask for a corridor; return the one of the link or of another page, else the best supported; None for none."""
    ids = view.corridors.drop_duplicates("corridor_id")
    names = {row.corridor_id: f"{row.origin} – {row.destination}" for row in ids.head(OFFERED).itertuples()}
    known = st.session_state["corridor"]
    if known and known not in names:
        mine = ids[ids["corridor_id"] == known]
        ends = (
            f"{mine['origin'].iloc[0]} – {mine['destination'].iloc[0]}" if len(mine) else str(known).replace("~", " – ")
        )
        names = {known: ends} | names
    if not names:
        return None
    st.session_state["corridor_pick"] = known or next(iter(names))
    relations_ = view.corridors.drop_duplicates("corridor_id").set_index("corridor_id")["relation"]
    st.selectbox(
        "Corridor",
        list(names),
        key="corridor_pick",
        format_func=lambda name: _option(names[name], relations_.get(name)),
        on_change=_picked,
        help=f"The {OFFERED} best supported of {words.number(len(ids))} corridors of firearms, the strongest first. "
        "Any other can be picked on the map of the Explore page.",
    )
    return str(st.session_state["corridor_pick"])


def _option(name: str, relation: str | None) -> str:
    return words.safe(name) + (f" ({words.relation_title(relation).lower()})" if relation else "")


def _picked() -> None:
    state.choose(st.session_state["corridor_pick"])


def judged(pinned: parts.Pinned, view: Explore, corridor_id: str) -> pd.DataFrame:
    """Return the corridor's rows, one per other layer, with what the null model says of them."""
    mine = view.corridors[view.corridors["corridor_id"] == corridor_id]
    if mine.empty:
        return mine.reindex(columns=[*mine.columns, *relations.JUDGED])
    found = load.judged(*pinned, view.filters, tuple(view.omega["layer"].tolist()))
    return mine.merge(found, on=["corridor_id", "layer"], how="left")


def compared(found: Dossier, judged_rows: pd.DataFrame) -> set[str]:
    """Return the layers whose silence matters: those with records of the corridor, and those compared along it."""
    return {relations.ANCHOR, *found.months["layer"], *judged_rows["layer"]}


def ways(ends: tuple[str, str]) -> str:
    """Return what the bars mean."""
    return f"Bars upward: {ends[0]} → {ends[1]}. Bars downward, paler: {ends[1]} → {ends[0]}."


def summary(found: Dossier) -> None:
    """Show records per layer and direction."""
    st.subheader("Records between the two places", anchor=False)
    if found.evidence.summary.empty:
        st.write("No record of the present choice joins these two places.")
        return
    st.dataframe(tables.summary(found.evidence), hide_index=True)


def entries(found: Dossier) -> None:
    """List the records themselves."""
    if found.evidence.summary.empty:
        return
    st.subheader("The records, with source, file and row", anchor=False)
    parts.records(found.evidence)


def chains(view: Explore, found: Dossier, ends: tuple[str, str]) -> None:
    """List the traces that changed hands between the two places."""
    st.subheader("Traced firearms that changed hands between the two places", anchor=False)
    if found.chains.empty:
        st.write("No trace of this choice has two consecutive holders at the two ends.")
        return
    table = rows_of.chains(found.chains.head(CHAINS_SHOWN), ends, view.filters, "traces")
    count = found.chains["trace_id"].nunique()
    cut = f" The first {CHAINS_SHOWN} are listed." if len(found.chains) > CHAINS_SHOWN else ""
    st.caption(f"{words.plural(count, 'trace')}: consecutive holders, one at each end. Open one for its chain.{cut}")
    st.dataframe(
        table,
        hide_index=True,
        height=min(280, 38 + 35 * len(table)),
        placeholder=words.DASH,
        column_config={
            "Trace": st.column_config.LinkColumn(display_text=r"trace=([^&]*)"),
            "Seized": st.column_config.DateColumn(format="YYYY-MM-DD"),
        },
    )


def nearby(pinned: parts.Pinned, view: Explore, found: Dossier) -> None:
    """Count incidents near the line, and offer the test of all firearms corridors."""
    st.subheader("Incidents near the corridor", anchor=False)
    if view.incidents.empty:
        st.write("No layer of incidents is part of this choice.")
        return
    st.markdown("\n".join(f"- {words.caption(line)}." for line in said.near(found.near, found.near_reason)))
    st.caption(words.caption(said.NEAR_CAVEAT))
    asked = st.session_state.setdefault("near_asked", set())
    if st.button("Test incidents near firearms corridors", help="All corridors of this choice; takes up to a minute."):
        asked.add(view.filters)
    if view.filters not in asked:
        return
    try:
        with st.spinner("Drawing worlds in which only hubs and distance count …"):
            tested = load.near_tests(*pinned, view.filters)
    except ContraflowError as wrong:
        st.warning(words.caption(wrong))
        return
    lines = [said.near_test(layer, result) for layer, result in tested.items()]
    st.markdown("\n".join(f"- {words.caption(line)}." for line in lines) or "No incident is placed closely enough.")


def overlap(judged: pd.DataFrame) -> None:
    """Show raw beside adjusted overlap."""
    st.subheader("Overlap, raw and adjusted for hubs and distance", anchor=False)
    st.markdown(bullets([said.overlap(row) for row in records(judged)]))
    with st.expander("The numbers behind the words"):
        st.dataframe(rows_of.verdicts(judged), hide_index=True, column_config=NUMBERS, placeholder=words.DASH)
        st.caption(words.caption(NUMBERS_MEAN))


def through_time(found: Dossier, ends: tuple[str, str]) -> None:
    """Draw all layers over one axis of time, and say what leads."""
    st.subheader("Through time", anchor=False)
    step = st.segmented_control("Step", list(charts.STEPS), default="year", format_func=str.capitalize, required=True)
    figure = charts.trend(found.months, found.near, step, ends)
    if figure is None:
        st.write(f"No record of this corridor is dated to one {step}.")
    else:
        st.caption(words.caption(ways(ends)))
        draw.chart(figure, "Records of the corridor per step, one panel per layer and both ways")
    st.caption(words.caption(f"{charts.left_out(found.months, step)} {words.STEP_GAPS.format(step=step)}"))
    st.markdown("**Does one layer follow the other?**")
    st.markdown(bullets([said.lag(row) for row in records(found.lags)] or [NO_LAG]))


def robustness(found: Dossier, judged: pd.DataFrame) -> None:
    """Show the answer under other weighings, and what would change it."""
    st.subheader("How firm is the answer, and what would change it", anchor=False)
    for row in records(judged):
        mine = found.settings[found.settings["layer"] == row["layer"]]
        st.markdown(f"**{words.layer_title(row['layer'])}**\n\n{bullets(said.changes(row, mine))}")
        if len(mine) and mine["D"].notna().any():
            with st.expander(f"{words.layer_title(row['layer'])}: every way of weighing"):
                table = rows_of.robustness(mine, row["d"])
                st.dataframe(table, hide_index=True, column_config=SETTINGS, placeholder=words.DASH)
                st.caption(SETTINGS_MEAN)


def coverage(found: Dossier, judged: pd.DataFrame) -> None:
    """List what each layer records at both ends."""
    st.subheader("What is known of both ends", anchor=False)
    st.dataframe(rows_of.ends(found.ends), hide_index=True, column_config=COUNTS)
    if judged.empty:
        return
    st.caption(words.caption(words.SILENCE))


def bullets(lines: list[str]) -> str:
    """Return sentences as a list."""
    return "\n".join(f"- {words.caption(line).removesuffix('.')}." for line in lines)
