"""How each figure was made: the queries behind it, the tables they read, and what is reckoned from their answers."""

import re
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from dashboard import questions, words
from dashboard.filters import Filters
from dashboard.stores import Store
from queries import run

HEADER = re.compile(r"-- (rows|reads): +((?:.*\n--   +)*.*)")
VALUES = {
    "since": "from",
    "until": "before",
    "layers": "layers",
    "countries": "countries of both ends",
    "commodities": "commodities",
    "modes": "transport",
    "modi": "modus operandi",
    "min_count": "records of a pair of places at least",
    "confidence": "confidence",
}
SHOWN = 12  # of a digest; the manifest of the release holds it whole


class Figure(NamedTuple):
    """Something that a page states.

    Attributes:
        title: What it is.
        queries: What it follows from.
        reckoned: What is done with their answers.
        has_records: It tells single records, which officials are not shown.
        arrays: What the release holds ready for it, of ARRAYS.
    """

    title: str
    queries: tuple[str, ...]
    reckoned: str = "Shown as the query answers."
    has_records: bool = False
    arrays: tuple[str, ...] = ()


ARRAYS = {
    "running_sums": "what each kind of leg holds up to each day; summed from leg_days when the release was made",
    "network": "the steps of each path, and what runs along it; reckoned from path_edges when the release was made",
}
FLOWS, WAYS, READY = ("leg_groups", "leg_kinds", "chosen_kinds"), ("paths", "network_shares"), tuple(ARRAYS)
FRAME = (
    Figure("What the filters offer", ("commodities", "places", "spans")),
    Figure("Counts beside the layers", ("record_totals", "context_layers")),
    Figure("Sources", ("sources",)),
)
LINES = Figure(
    "Flows and their ways",
    (*FLOWS, *WAYS, "path_lines"),
    "Records are added up by pair of places from running sums; where transport is unstated, they are shared out over "
    "the networks there are. The way drawn is the middle one of an ensemble.",
    arrays=READY,
)
COMPARED = Figure(
    "Relation, probabilities and class of corridors",
    (*FLOWS, *WAYS, "cells"),
    "Two layers are compared on what runs along each corridor; formulas and their test are on the Method page.",
    arrays=READY,
)
EXPLORED = (
    LINES,
    COMPARED,
    Figure("Dots and areas", ("incidents_by_cell",), "One dot a cell; an area where only the country is known."),
    Figure("Withheld counts", ("withheld_pairs",), "The release holds no count below its limits."),
    Figure("Countries without a record", ("coverage_reports",)),
)
RECORDS = Figure("Records behind a corridor", ("records_of_pair",), has_records=True)
CHAINS = ("custody_traces", "custody_steps")
COVERED = Figure(
    "Quality and gaps of records", ("coverage_statuses", "coverage_shares", "coverage_reports", "coverage_names")
)
PAGES: dict[str, tuple[Figure, ...]] = {
    "explore": (
        *EXPLORED,
        RECORDS,
        Figure("Where the way of a corridor may run", ("path_cells",)),
        Figure("Records per year", ("flow_records_by_year", "incidents_by_year")),
    ),
    "briefing": (LINES, COMPARED, COVERED, Figure("Marking of the brief", ("layer_sources",))),
    "corridor": (
        *EXPLORED,
        RECORDS,
        Figure(
            "Records per month, and lead or lag",
            ("dossier_months", "dossier_effort"),
            "Formulas are on the Method page.",
        ),
        Figure("Incidents nearby, and the proximity test", ("dossier_lines", "dossier_incidents")),
        Figure("Custody chains along it", ("dossier_chains", *CHAINS), has_records=True),
    ),
    "hubs": (
        Figure("Records of places and countries", (*FLOWS, "coverage_reports"), arrays=READY[:1]),
        Figure(
            "Second half against first",
            (*FLOWS, "spanning"),
            "Exact intervals; none where dates are too coarse.",
            arrays=READY[:1],
        ),
        Figure(
            "Borders crossed",
            ("path_borders", *WAYS),
            "A flow counts at each border with the share of its possible ways that cross there.",
            arrays=READY[1:],
        ),
    ),
    "time": (
        Figure("Records per step", ("timeline_flows", "timeline_incidents")),
        Figure("Countries without a record", ("coverage_reports",)),
    ),
    "traces": (
        Figure("Chains and times to crime", (*CHAINS, "custody_of_trace", "custody_nearest")),
        Figure("Seizures, traces, investigations", ("custody_totals",)),
        Figure("Countries without a record", ("coverage_reports",)),
    ),
    "regions": EXPLORED,
    "modus-operandi": (Figure("Records by modus operandi and circumstance", ("modus_counts", "modus_context")),),
    "coverage": (
        COVERED,
        Figure("Pairs of places by layer", FLOWS, arrays=READY[:1]),
        Figure("How many records another source states better", ("duplicate_counts", "layer_sources")),
        Figure("Each record that another source states better", ("duplicates",), has_records=True),
    ),
    "export": (
        *EXPLORED,
        Figure("Sources of the snapshot", ("timeline_incidents",)),
        Figure("Evidence of the snapshot", ("records_of_flows",), has_records=True),
    ),
}


def figures_of(page: str, has_records: bool) -> list[Figure]:
    """Return what a page states.

    Args:
        page: One of PAGES.
        has_records: Whether its reader is shown single records.
    """
    return [figure for figure in (*PAGES[page], *FRAME) if has_records or not figure.has_records]


def figures(page: str, has_records: bool) -> pd.DataFrame:
    """Return one row per figure of a page and query: ``figure, query, rows, tables, reckoned``.

    What a release holds ready is asked by no query: its row has none.
    """
    found: list[tuple[str | None, ...]] = []
    for figure in figures_of(page, has_records):
        for name in figure.queries:
            told = _header(f"read/{name}")["rows"], ", ".join(tables_of(name))
            found.append((figure.title, name, *told, figure.reckoned))
        found += [(figure.title, None, ARRAYS[name], name, figure.reckoned) for name in figure.arrays]
    return pd.DataFrame(found, columns=["figure", "query", "rows", "tables", "reckoned"])


def tables(store: Store, page: str) -> pd.DataFrame:
    """Return ``table, row_count, sha256`` of each file of the release that a page reads; the digest is cut."""
    told = figures_of(page, store.has_records)
    asked = {name for figure in told for name in figure.queries}
    names = [f"{table}.parquet" for table in sorted({table for name in asked for table in tables_of(name)})]
    names += [f"{name}.arrow" for name in ARRAYS if any(name in figure.arrays for figure in told)]
    kept = [(Path(name).stem, store.release.files[name]) for name in names]
    rows = [(name, file["row_count"], file["sha256"][:SHOWN]) for name, file in kept]
    return pd.DataFrame(rows, columns=["table", "row_count", "sha256"])


def values(store: Store, filters: Filters) -> str:
    """Return the values that a choice binds to the queries, as a list in words."""
    layers = tuple(words.layer_title(name) for name in filters.layers)
    own = {"layers": layers, "min_count": filters.min_count, "confidence": filters.confidence}
    limits = questions.limits_of(store, filters) | own
    told = [f"{title} {_value(limits[name])}" for name, title in VALUES.items() if limits[name] is not None]
    return "; ".join(told)


@cache
def tables_of(name: str) -> tuple[str, ...]:
    """Return the tables of a release that ``queries/read/<name>.sql`` reads, also through the filters it shares."""
    return tuple(dict.fromkeys(_read_by(f"read/{name}")))


def _read_by(name: str) -> list[str]:
    found = []
    for table in _header(name)["reads"].split(", "):
        is_macro = resources.files("queries").joinpath(f"macros/{table}.sql").is_file()
        found += _read_by(f"macros/{table}") if is_macro else [table]
    return found


def _header(name: str) -> dict[str, str]:
    """Return ``rows`` and ``reads`` as the head of a query states them."""
    return {key: re.sub(r"\s*\n--\s+", " ", told) for key, told in HEADER.findall(run.sql(name))}


def _value(limit: object) -> str:
    if isinstance(limit, date):
        return limit.isoformat()
    return ", ".join(words.safe(each) for each in limit) if isinstance(limit, tuple) else words.safe(limit)
