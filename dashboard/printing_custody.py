"""What the command line prints of traces: chains, lists and rankings."""

from collections.abc import Mapping

import pandas as pd
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from dashboard import custody_words as words
from dashboard import printing
from dashboard.custody import Chain, Ranking, Traces
from dashboard.filters import Filters
from dashboard.stores import Store
from geo.diversion import TTC_STARTS

CONTROL = {True: "lawful", False: "not lawful"}
LIST_COLUMNS = (
    "trace_id",
    "seized",
    "status",
    "stage",
    "last_lawful",
    "first_unlawful",
    "days",
    "time_to_crime",
    "class",
)
RANKING_NAMES = {
    "trace_count": "traces",
    "known_count": "of known",
    "timed_count": "timed",
    "classed_count": "classed",
    "under_year_count": "under 1 y",
}


def show_chain(store: Store, chain: Chain, form: str) -> None:
    """Print one trace: its events and gaps in date order, where it left lawful hands, its time to crime."""
    printing.warn_synthetic(store.is_synthetic)
    if form == "json":
        printing.write_json(_chain(store, chain))
    elif form == "csv":
        printing.write_csv(_told(chain).assign(is_synthetic=store.is_synthetic))
    else:
        printing.OUT.print(f"trace {printing.cell(chain.trace_id)}", markup=False)
        printing.OUT.print(_steps(chain))
        for sentence in words.sentences(chain.events, chain.summary):
            printing.OUT.print(printing.cell(sentence), markup=False)


def show_traces(store: Store, filters: Filters, found: Traces, form: str) -> None:
    """Print one row per trace of a choice."""
    printing.warn_synthetic(store.is_synthetic)
    if form == "json":
        printing.write_json(_whole(store, filters, {"total_count": found.total_count, "traces": found.rows}))
    elif form == "csv":
        printing.write_csv(found.rows.assign(is_synthetic=store.is_synthetic))
    elif found.rows.empty:
        printing.OUT.print(words.NO_CHOSEN if found.total_count else words.NO_TRACES)
    else:
        printing.write_table(_listed(found.rows), "traces")


def show_ranking(store: Store, filters: Filters, found: Ranking, form: str) -> None:
    """Print where traced items were last lawful, and where they were first sold."""
    printing.warn_synthetic(store.is_synthetic)
    if form == "json":
        parts = {"level": found.level, "trace_count": found.trace_count, "reason": found.reason, "rows": found.rows}
        printing.write_json(_whole(store, filters, parts))
    elif form == "csv":
        printing.write_csv(found.rows.assign(is_synthetic=store.is_synthetic))
    elif found.reason:
        printing.OUT.print(f"{found.reason} ({found.trace_count:,} traces)")
    else:
        for end, rows in found.rows.groupby("end", sort=False):
            printing.OUT.print(f"{end}: {rows['known_count'].iloc[0]:,} of {found.trace_count:,} traces know it")
            printing.write_table(_ranked(rows), "rows")


def _steps(chain: Chain) -> Table:
    """Return events and gaps as a table, gaps between the events they part."""
    table = Table(box=SIMPLE)
    for name in ("", "event", "holder", "control", "from", "until", "days", "place", "source row"):
        table.add_column(name, justify="right" if name in ("", "days") else "left", overflow="fold")
    for row in _told(chain).to_dict("records"):
        cells = _gap(row) if row["row"] == "gap" else _event(row)
        table.add_row(*(Text(printing.cell(value)) for value in cells), style="dim" if row["row"] == "gap" else None)
    return table


def _event(row: words.Row) -> tuple[object, ...]:
    control = CONTROL.get(printing.json_value(row["is_lawful"]), words.NOT_KNOWN)  # type: ignore[call-overload]
    source = f"{row['source_file']}:{row['source_row']}"
    dates = row["date_start"], row["date_end"]
    return row["seq"], row["event"], row["holder_raw"], control, *dates, None, row["place"], source


def _gap(row: words.Row) -> tuple[object, ...]:
    days = words.days(row["days_min"], row["days_max"])
    kind = "gap, open" if row["is_open"] else "gap"
    control = "leaves lawful hands" if row["is_diversion"] else ""
    places = f"{words.known(row['place'])} → {words.known(row['to_place'])}"
    return "", kind, "", control, row["date_start"], row["date_end"], days.removesuffix(" days"), places, ""


def _told(chain: Chain) -> pd.DataFrame:
    """Return events and gaps as one table in reading order; ``row`` says which is which."""
    gaps = chain.gaps.rename(
        columns={
            "from_on": "date_start",
            "to_on": "date_end",
            "origin_id": "place_id",
            "origin": "place",
            "destination_id": "to_place_id",
            "destination": "to_place",
        }
    )
    parts = [chain.events.assign(row="event"), gaps.assign(row="gap")]
    columns = list(dict.fromkeys(["row", *chain.events.columns, *gaps.columns]))
    rows = pd.concat([part.reindex(columns=columns).astype(object) for part in parts], ignore_index=True)
    return rows.sort_values(["step", "row"], ignore_index=True)[["step", *[name for name in columns if name != "step"]]]


def _listed(rows: pd.DataFrame) -> pd.DataFrame:
    days = [
        words.days(low, high) for low, high in zip(rows["diversion_days_min"], rows["diversion_days_max"], strict=True)
    ]
    table = rows.rename(
        columns={
            "seized_from_on": "seized",
            "lawful_place": "last_lawful",
            "unlawful_place": "first_unlawful",
            "time_to_crime_class": "class",
        }
    )
    is_sale = rows["time_to_crime_start"].eq(TTC_STARTS[0])
    table["days"] = [text.removesuffix(" days").replace("unknown", printing.cell(None)) for text in days]
    table["time_to_crime"] = rows["time_to_crime_days"].where(is_sale)
    return table[list(LIST_COLUMNS)]


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.drop(columns=["end", "key_id"])
    for name in ("share", "under_year"):
        whole = name if name == "share" else f"{name}_share"
        ends = zip(table[whole], table[f"{name}_low"], table[f"{name}_high"], strict=True)
        table[whole] = [f"{printing.percent(a)} ({printing.percent(b)} to {printing.percent(c)})" for a, b, c in ends]
    medians = zip(table["median_days"], table["median_low_days"], table["median_high_days"], strict=True)
    table["median days"] = [f"{_day(a)} ({_day(b)} to {_day(c)})" for a, b, c in medians]
    columns = ["name", "trace_count", "known_count", "share", "timed_count", "median days", "classed_count"]
    table = table[[*columns, "under_year_count", "under_year_share"]].rename(columns=RANKING_NAMES)
    return table.rename(columns={"under_year_share": "share under 1 y"})


def _day(days: float) -> str:
    return printing.cell(None) if pd.isna(days) else f"{days:,g}"


def _chain(store: Store, chain: Chain) -> dict[str, object]:
    return {
        "release": store.release.id,
        "is_synthetic": store.is_synthetic,
        "marking": store.marking,
        "trace": {name: printing.json_value(value) for name, value in chain.summary.items()},
        "events": printing.plain_rows(chain.events),
        "gaps": printing.plain_rows(chain.gaps),
        "sentences": words.sentences(chain.events, chain.summary),
    }


def _whole(store: Store, filters: Filters, parts: Mapping[str, object]) -> dict[str, object]:
    """Return what a list stands for, and its parts; frames as rows."""
    head = {"release": store.release.id, "is_synthetic": store.is_synthetic, "marking": store.marking}
    rows = {name: printing.plain_rows(part) if isinstance(part, pd.DataFrame) else part for name, part in parts.items()}
    return {**head, "filters": filters.to_dict(), **rows}
