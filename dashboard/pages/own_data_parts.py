"""Parts of the page Own data: the map as something to edit, what it makes of the rows, what can be taken away."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cli_import, words
from data import guess, mapping
from data.mapping_places import ENDS, PARTS
from data.parsed import Parsed
from data.store import ImportReport

LIMIT_MB = 50
SHOWN_ROWS = 200
INTRODUCTION = (
    "CSV, Excel (.xlsx), Parquet or GeoJSON. The columns are guessed; correct the guess and see at once which rows "
    "would be taken. The file stays on this machine, and nothing is stored unless you say so."
)
NO_COLUMN = ""
MEANT = "Did you mean"
FIRST_ROWS = 5
FIELDS_HEIGHT = 480  # pixels: thirteen fields
END_TITLES = {"origin": "From", "transit": "Through", "seen": "Seized or found in", "destination": "To"}
PART_TITLES = ("country", "state or province", "town or place", "degrees east", "degrees north")
FIELD_TITLES = {
    "date": "Date",
    "date_end": "Last day",
    "id": "Number of the record",
    "commodity": "What was found",
    "quantity": "Amount",
    "unit": "Unit of the amount",
    "items": "Pieces",
    "cases": "Records a row stands for",
    "mode": "Transport",
    "border": "Direction at the border",
    "modus": "Method",
    "kind": "Kind of incident",
    "killed": "People killed",
    "actor_a": "First actor",
    "actor_b": "Second actor",
} | {
    f"{end}{part}": f"{END_TITLES[end]}: {title}"
    for end in ENDS
    for part, title in zip(PARTS, PART_TITLES, strict=True)
}
TEXTS = {
    "title": "Title",
    "publisher": "Publisher",
    "licence": "Licence",
    "attribution": "How to cite it",
}
LAYER, ANOTHER = "Layer", "another layer"
CHOICES = {
    "record_kind": "A row is a",
    "date_format": "Dates are written",
    "decimal": "Decimal mark",
    "marking": "Marking",
    "reliability": "Reliability of the source (A best, F cannot be judged)",
    "credibility": "Credibility of its records (1 best, 6 cannot be judged)",
}
WRITTEN = {
    "iso": "year first: 2020-01-31",
    "day-first": "day first: 31/01/2020",
    "month-first": "month first: 01/31/2020",
    "month-names": "with names of months: 31 January 2020",
    "fiscal": "as fiscal years: FY2020",
    ".": "point: 2.5",
    ",": "comma: 2,5",
}
INCIDENT_TITLES = {
    "source_row": "Row",
    "date_start": "First day",
    "country_id": "Country",
    "place_raw": "Place",
    "killed_count": "People killed",
}


def guessed(path: Path, name: str, mark: str) -> dict[str, Any]:
    """Return the map guessed for a file, once a file."""
    known: dict[str, dict[str, Any]] = st.session_state.setdefault("own_guess", {})
    if mark not in known:
        known.clear()
        known[mark] = guess.card(path, name)
    return known[mark]


def edited(card: dict[str, Any], path: Path, mark: str) -> dict[str, Any]:
    """Draw the first rows of a file and the map for editing; return the map as edited."""
    frame = guess.first_rows(path)
    st.caption(f"{words.plural(len(frame.columns), 'column')}; the first rows as they are read:")
    _table(frame.head(FIRST_ROWS))
    left, right = st.columns(2)
    for key, title in TEXTS.items():
        card = card | {key: left.text_input(title, card[key], key=f"own_{key}_{mark}").strip()}
    card = card | {"layer": _layer(left, mark)}
    for key, title in CHOICES.items():
        scale = list(mapping.SCALES[key])
        box = right.selectbox(title, scale, scale.index(card[key]), _written, key=f"own_{key}_{mark}")
        card = card | {key: box}
    rows = pd.DataFrame({"Field": FIELD_TITLES.values(), "Column": [card["columns"].get(f, "") for f in FIELD_TITLES]})
    options = [NO_COLUMN, *map(str, frame.columns)]
    column = st.column_config.SelectboxColumn("Column of the file", options=options, format_func=words.safe)
    table = st.data_editor(
        rows,
        column_config={"Column": column},
        disabled=["Field"],
        hide_index=True,
        key=f"own_columns_{mark}",
        height=FIELDS_HEIGHT,
        placeholder=words.DASH,
    )
    chosen = dict(zip(FIELD_TITLES, table["Column"].fillna(NO_COLUMN), strict=True))
    return card | {"columns": {field: name for field, name in chosen.items() if name}}


def _layer(place: DeltaGenerator, mark: str) -> str:
    """Return the layer chosen among the usual ones, or written."""
    options = [*words.LAYER_TITLES, ANOTHER]
    chosen = place.selectbox(LAYER, options, None, words.layer_title, key=f"own_layer_{mark}", placeholder="Choose one")
    if chosen == ANOTHER:
        chosen = place.text_input("Name of the layer, such as Wildlife", key=f"own_new_layer_{mark}").strip()
    return re.sub(r"\W+", "_", chosen.lower()) if chosen else guess.OWN_LAYER


def without_column(card: dict[str, Any]) -> list[str]:
    """Return the titles of the fields that need a column and have none."""
    return [FIELD_TITLES[field] for field in mapping.needed(card) if field not in card["columns"]]


def _written(option: str) -> str:
    return WRITTEN.get(option, option.capitalize() if option.islower() else option)


def told(parsed: Parsed, report: ImportReport) -> None:
    """Show how many rows are taken, examples of them, those set aside, and names nobody knows."""
    aside = words.plural(report.row_count_quarantined, "row")
    read, kept = words.plural(report.row_count_read, "row"), words.plural(report.row_count_kept, "record")
    near = cli_import.suggestions(parsed)
    st.markdown(f"**{read}** read, **{kept}** would be taken, **{aside}** would be set aside.")
    if report.row_count_kept:
        _table(_taken(parsed))
    if report.row_count_quarantined:
        st.markdown("**Set aside**, each for the rule it breaks:")
        _table(_set_aside(parsed, near))
    if report.unresolved:
        st.markdown("**Names of places nobody here knows**; the records stay, without that place:")
        names = pd.DataFrame({"Name": list(report.unresolved), "Rows": list(report.unresolved.values())})
        _table(names.assign(**{MEANT: names["Name"].map(near).fillna(words.DASH)}))


def _taken(parsed: Parsed) -> pd.DataFrame:
    """Return the first records, or incidents, as a table to read."""
    if len(parsed.incidents):
        rows = parsed.incidents[list(INCIDENT_TITLES)].head(SHOWN_ROWS)
        return rows.assign(date_start=rows["date_start"].astype("str")).rename(columns=INCIDENT_TITLES)
    rows = parsed.observations.head(SHOWN_ROWS)
    points = parsed.waypoints[parsed.waypoints["obs_id"].isin(rows["obs_id"])]
    wide = points.groupby("obs_id")["place_raw"].agg(lambda names: " → ".join(names.fillna(words.DASH)))
    found = rows.assign(way=rows["obs_id"].map(wide), day=rows["date_start"].astype("str"))
    titles = {
        "source_row": "Row",
        "day": "First day",
        "way": "Way",
        "commodity": "What was found",
        "quantity": "Amount",
    }
    return found[list(titles)].rename(columns=titles)


def _set_aside(parsed: Parsed, near: dict[str, str]) -> pd.DataFrame:
    rows = parsed.quarantine.sort_values("source_row", kind="stable").head(SHOWN_ROWS)
    told = rows["value"].astype("str").fillna("empty") + " " + rows["rule"]
    found = pd.DataFrame({"Row": rows["source_row"], "Column": rows["column"], "Why": told, "Rule": rows["rule_id"]})
    meant = rows["value"].map(near)
    return found.assign(**{MEANT: meant.fillna(words.DASH)}) if meant.notna().any() else found


def _table(rows: pd.DataFrame) -> None:
    safe = rows.map(lambda cell: words.safe(cell) if isinstance(cell, str) else cell)
    st.dataframe(safe, hide_index=True, placeholder=words.DASH)


def downloads(card: dict[str, Any], parsed: Parsed) -> None:
    """Offer the map and the rows set aside, and say the same on the command line."""
    left, right = st.columns(2)
    name = f"{card['id']}.toml"
    left.download_button("Download the map", guess.toml(card), name, "application/toml", on_click="ignore")
    if len(parsed.quarantine):
        rows = cli_import.rejected(parsed).to_csv(index=False)
        right.download_button("Download the rows set aside", rows, "rejected.csv", "text/csv", on_click="ignore")
    st.caption("The same on the command line:")
    lines = [
        f"contraflow import --map {name} FILE --dry-run",
        f"contraflow import --map {name} FILE --store DIR --quarantine",
    ]
    st.code("\n".join(lines), language="sh")


def missing(card: dict[str, Any]) -> list[str]:
    """Return what still has to be filled in, by the title of its box."""
    is_missing = {title: card[key] in (guess.FILL_IN, "") for key, title in TEXTS.items()}
    return [title for title, is_so in (is_missing | {LAYER: card["layer"] == guess.OWN_LAYER}).items() if is_so]
