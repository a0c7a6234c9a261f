"""Frames as a reader sees them: plain headings, plain words, whole numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.marks import records as records_of
from dashboard.view import Evidence, Explore
from data.disclosure import SUPPRESSED

RECORD_HEADINGS = {
    "layer": "Layer",
    "direction": "Direction",
    "source_id": "Source",
    "also_in": "Also in",
    "source_file": "File",
    "source_row": "Row",
    "source_column": "Column",
    "dates": "When",
    "date_precision": "Date known to",
    "origin_raw": "From, as published",
    "destination_raw": "To, as published",
    "origin_role": "From is",
    "destination_role": "To is",
    "status": "Status",
    "commodity": "What",
    "transport_mode": "Transport",
    "record_count": "Records",
    "item_count": "Pieces",
    "repeat_count": "Times in file",
    "precision": "Place known to",
    "reliability": "Source graded",
    "credibility": "Content graded",
}


CORRIDOR_COLUMNS = {  # column of view.Explore.corridors: heading, number format, help
    "origin": ("From", None, "Where the larger flow of firearms starts."),
    "destination": ("To", None, None),
    "layer": ("Firearms and", None, "The layer that firearms are compared with."),
    "relation": ("Relation", None, None),
    "evidence_class": (
        "Class",
        None,
        "A: sure, and more than hubs and distance give. B: sure, but they may give it, or it was not tested. "
        "C: likely, or it turns under another way of weighing. D: no word.",
    ),
    "p": ("P", "%.2f", "Probability of the likelier of common and inverse, given the records."),
    "d": ("D", "%.2f", "Shared direction, from -1 (all records run opposite ways) to +1 (all run the same way)."),
    "q_full_margin": (
        "q",
        "%.2g",
        "Share of false alarms among corridors that stand out this much beyond what hubs and distance give. Empty: no "
        "strong bundle of firearms covers the corridor, so it was not tested.",
    ),
    "q_polarity": ("q roles", "%.2g", "The same, where each place's roles, sending and receiving, are tossed."),
    "firearms_with": ("Firearms →", "localized", "Records in the direction From → To."),
    "firearms_against": ("Firearms ←", "localized", "Records in the direction To → From."),
    "other_with": ("Other →", "localized", "Records of the other layer in the direction From → To."),
    "other_against": ("Other ←", "localized", "Records of the other layer in the direction To → From."),
    "firearms_n": (
        "Firearms along",
        "localized",
        "Weighted records that run along the corridor, also between other places.",
    ),
    "other_n": ("Other along", "localized", "The same of the other layer; the relation rests on both."),
    "statistic": (
        "Near, found",
        "localized",
        "Records of the other layer between the surroundings of both ends, in the direction of the word.",
    ),
    "expected": (
        "Near, expected",
        "%.1f",
        "What hubs and distance alone give there. Found against expected is the overlap adjusted for both.",
    ),
    "firearms_coverage": ("Firearms there", "localized", "All firearms records that begin or end in either place."),
    "other_coverage": (
        "Other there",
        "localized",
        "All records of the other layer that begin or end in either place: few mean that silence says little.",
    ),
    "flips": ("Turns under", None, "Ways of weighing records under which the direction turns round."),
}


def corridors(view: Explore, judged: pd.DataFrame) -> pd.DataFrame:
    """Return one row per shown corridor and other layer, the best supported first; the index is the corridor's id.

    Args:
        view: What the page shows.
        judged: As assemble.judged returns it.
    """
    shown = view.corridors[view.corridors["is_shown"]].merge(judged, on=["corridor_id", "layer"], how="left")
    shown = shown.assign(
        p=shown[["p_common", "p_inverse"]].apply(pd.to_numeric).max(axis=1),
        relation=[words.relation_title(name) for name in shown["relation"]],
        layer=[words.layer_title(name) for name in shown["layer"]],
    )
    table = shown.set_index("corridor_id")[list(CORRIDOR_COLUMNS)].map(_plain)
    for name in ("firearms_n", "other_n", "statistic"):
        table[name] = pd.to_numeric(table[name]).round()
    return table.rename(columns={name: heading for name, (heading, _, _) in CORRIDOR_COLUMNS.items()})


def drawn(view: Explore) -> pd.DataFrame:
    """Return one row per drawn flow, and per place of incidents: the map as a table.

    Args:
        view: As levels.seen gives it.
    """
    flows, points = view.flows[view.flows["is_shown"]], view.incidents
    periods = [words.period(first, last) for first, last in zip(flows["first_on"], flows["last_on"], strict=True)]
    lines = pd.DataFrame(
        {
            "Layer": [words.layer_title(name) for name in flows["layer"]],
            "From": [words.safe(name) for name in flows["origin"]],
            "To": [words.safe(name) for name in flows["destination"]],
            "Records": flows["record_count"].tolist(),
            "When": periods,
            "Sources": [words.safe(name) for name in flows["sources"]],
        }
    )
    incidents = pd.DataFrame(
        {
            "Layer": [words.layer_title(name) for name in points["layer"]],
            "From": [words.safe(row["place"]) or _near(row) for row in records_of(points)],
            "Records": points["incident_count"].tolist(),
        }
    )
    return pd.concat([lines, incidents], ignore_index=True) if len(incidents) else lines


def _near(row: Mapping[str, Any]) -> str:
    return f"within about 60 km of {row['lat']:.1f}, {row['lon']:.1f} (latitude, longitude)"


def corridor_columns() -> dict[str, Any]:
    """Return the headings' help and number formats of the table of corridors."""
    found: dict[str, Any] = {}
    for heading, form, told in CORRIDOR_COLUMNS.values():
        number, text = st.column_config.NumberColumn, st.column_config.TextColumn
        found[heading] = number(help=told, format=form) if form else text(help=told)
    return found


def whole(table: pd.DataFrame) -> dict[str, Any]:
    """Return the number format of each column of whole numbers: with thousands separators."""
    numbers = table.select_dtypes("integer").columns
    return {str(name): st.column_config.NumberColumn(format="localized") for name in numbers}


def summary(evidence: Evidence) -> pd.DataFrame:
    """Return records per layer and direction, with a total per layer; nothing recorded is 0, withheld is ``:c``."""
    counts, hidden = (
        frame.pivot_table(index="layer", columns="direction", values=value, aggfunc="sum")
        for frame, value in ((evidence.summary, "record_count"), (evidence.withheld, "cell_count"))
    )
    layers = counts.index.union(hidden.index)
    counts, hidden = (
        frame.reindex(index=layers, columns=["with", "against"]).fillna(0).astype("int64") for frame in (counts, hidden)
    )
    counts["total"], hidden["total"] = counts.sum(axis=1), hidden.sum(axis=1)
    wide = counts if not hidden.to_numpy().any() else _with_marks(counts, hidden)
    origin, destination = words.safe(evidence.origin), words.safe(evidence.destination)
    wide.columns = pd.Index([f"{origin} → {destination}", f"{destination} → {origin}", "Both ways"])
    wide.index = pd.Index([words.layer_title(name) for name in wide.index], name="Records")
    return wide.reset_index()


def _with_marks(counts: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    told = counts.map(words.number)
    both = told + f" and {SUPPRESSED}"
    return told.where(hidden == 0, both.where(counts > 0, SUPPRESSED))


def records(evidence: Evidence) -> pd.DataFrame:
    """Return the records behind a corridor under plain headings."""
    frame = evidence.records.copy()
    origin, destination = words.safe(evidence.origin), words.safe(evidence.destination)
    ways = {"with": f"{origin} → {destination}", "against": f"{destination} → {origin}"}
    frame["direction"] = [ways.get(way, words.DASH) for way in frame["direction"]]
    frame["layer"] = [words.layer_title(name) for name in frame["layer"]]
    frame["dates"] = [_dates(a, b) for a, b in zip(frame["date_start"], frame["date_end"], strict=True)]
    for name in ("origin_role", "destination_role", "status", "transport_mode"):
        frame[name] = [_words(value) for value in frame[name]]
    frame = frame[list(RECORD_HEADINGS)].rename(columns=RECORD_HEADINGS)
    return frame.dropna(axis="columns", how="all") if len(frame) else frame


def sources(found: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of every imported file."""
    names = {
        "title": "Source",
        "publisher": "Publisher",
        "licence": "Licence",
        "edition": "Edition",
        "retrieved_on": "Imported on",
        "row_count_kept": "Rows kept",
        "row_count_quarantined": "Rows set aside",
        "attribution": "Attribution",
        "caveat": "Caveat",
        "source_file": "File",
    }
    told = found[list(names)].assign(retrieved_on=found["retrieved_on"].dt.date)
    return told.rename(columns=names).dropna(axis="columns", how="all")


def _dates(first: object, last: object) -> str:
    start, end = pd.Timestamp(str(first)).date(), pd.Timestamp(str(last)).date()
    return str(start) if start == end else f"{start} to {end}"


def _words(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return words.MODE_TITLES.get(str(value), words.safe(value).replace("_", " "))


def _plain(value: object) -> object:
    return words.safe(value) if isinstance(value, str) else value


def scenarios(figures: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return how many bounds each scenario of ``validation`` kept and missed, under plain headings."""
    counts = pd.crosstab(figures["Scenario"], figures["Kept"]).reindex(list(titles)).fillna(0).astype("int64")
    return pd.DataFrame(
        {
            "Scenario": list(titles),
            "What was made": list(titles.values()),
            "Bounds kept": counts["yes"].to_numpy(),
            "Bounds missed": counts["no"].to_numpy(),
        }
    )


def validation(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the figures of a validation under plain headings; Kept is yes, no, or empty where no bound is stated."""
    return pd.DataFrame(
        [
            {
                "Scenario": row["scenario"],
                "Measured": row["name"],
                "Bound": "" if row["bound"] is None else f"{row['sense']} {row['bound']:g}",
                "Value": None if row["value"] is None else float(f"{row['value']:.3g}"),
                "Standard error": None if row["standard_error"] is None else float(f"{row['standard_error']:.2g}"),
                "Cases": row["count"],
                "Kept": {True: "yes", False: "no"}.get(row["passed"], ""),
                "Note": row["note"],
            }
            for row in rows
        ]
    )
