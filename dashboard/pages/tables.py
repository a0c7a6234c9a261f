"""Frames as a reader sees them: plain headings, plain words, whole numbers."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.view import Evidence, Explore

RECORD_HEADINGS = {
    "layer": "Layer",
    "direction": "Direction",
    "source_id": "Source",
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
}


def corridors(view: Explore) -> pd.DataFrame:
    """Return one row per corridor: ends, relation to each other layer, records each way, the strongest first.

    Columns ``From, To``, ``Relation to <layer>`` of each other layer, ``Firearms →, Firearms ←`` and per other layer
    ``<Layer> →, <Layer> ←, <Layer> along, <Layer>: D, <Layer>: P``. The index is the corridor's id.
    """
    shown = view.corridors[view.corridors["is_shown"]]
    base = shown.drop_duplicates("corridor_id").set_index("corridor_id")
    table = base[["origin", "destination", "firearms_with", "firearms_against"]].map(_plain)
    table.columns = pd.Index(["From", "To", "Firearms →", "Firearms ←"])
    others = list(dict.fromkeys(view.omega["layer"]))
    parts = {layer: shown[shown["layer"] == layer].set_index("corridor_id").reindex(table.index) for layer in others}
    for position, (layer, mine) in enumerate(parts.items()):
        table.insert(2 + position, f"Relation to {words.layer_title(layer).lower()}", _relations(mine["relation"]))
    for layer, mine in parts.items():
        title = words.layer_title(layer)
        table[f"{title} →"] = mine["other_with"].astype("Int64")
        table[f"{title} ←"] = mine["other_against"].astype("Int64")
        table[f"{title} along"] = pd.to_numeric(mine["other_n"]).round()
        table[f"{title}: D"] = pd.to_numeric(mine["d"]).round(2)
        table[f"{title}: P"] = mine[["p_common", "p_inverse"]].apply(pd.to_numeric).max(axis=1).round(2)
    return table


def corridor_columns(table: pd.DataFrame) -> dict[str, Any]:
    """Return the headings' help and number formats of the table of corridors."""
    found: dict[str, Any] = {}
    for name in table.columns:
        if name.endswith(": D"):
            text = "Shared direction, from -1 (all records run opposite ways) to +1 (all run the same way)."
            found[name] = st.column_config.NumberColumn(help=text, format="%.2f")
        elif name.endswith(": P"):
            text = "Probability of the likelier of common and inverse, given the records."
            found[name] = st.column_config.NumberColumn(help=text, format="%.2f")
        elif name.endswith(" along"):
            text = (
                "Weighted records that run along this corridor, also between other places; the relation rests on them."
            )
            found[name] = st.column_config.NumberColumn(help=text, format="localized")
        elif name.endswith("→"):
            found[name] = st.column_config.NumberColumn(help="Records in the direction From → To.", format="localized")
        elif name.endswith("←"):
            found[name] = st.column_config.NumberColumn(help="Records in the direction To → From.", format="localized")
    return found


def summary(evidence: Evidence) -> pd.DataFrame:
    """Return records per layer and direction, with a total per layer; nothing recorded is 0."""
    wide = evidence.summary.pivot_table(index="layer", columns="direction", values="record_count", aggfunc="sum")
    wide = wide.reindex(columns=["with", "against"]).fillna(0).astype("int64")
    wide["total"] = wide.sum(axis=1)
    origin, destination = words.safe(evidence.origin), words.safe(evidence.destination)
    wide.columns = pd.Index([f"{origin} → {destination}", f"{destination} → {origin}", "Both ways"])
    wide.index = pd.Index([words.layer_title(name) for name in wide.index], name="Records")
    return wide.reset_index()


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


def sources(view: Explore) -> pd.DataFrame:
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
    return view.sources[list(names)].rename(columns=names).dropna(axis="columns", how="all")


def _relations(values: "pd.Series[str]") -> list[str]:
    return [words.relation_title(value) if isinstance(value, str) else words.DASH for value in values]


def _dates(first: object, last: object) -> str:
    start, end = pd.Timestamp(str(first)).date(), pd.Timestamp(str(last)).date()
    return str(start) if start == end else f"{start} to {end}"


def _words(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return words.MODE_TITLES.get(str(value), words.safe(value).replace("_", " "))


def _plain(value: object) -> object:
    return words.safe(value) if isinstance(value, str) else value
