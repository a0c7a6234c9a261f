"""Rows of all cases as a page: what was measured, what may be judged, what was missed and why."""

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata

from bench.cases import CASES, LOAD_MAX, SPREAD_MAX, Row

VERSIONS = ("duckdb", "numpy", "pandas", "scipy", "shapely", "pyogrio", "streamlit", "pydeck")
PEERS = ("polars", "movingpandas", "networkx", "searoute", "h3ronpy", "fiona")
HEAD = "| id | case, size | peer | target | CPU | wall | exponent, ours / peer | load | spread | judged |"
RULE = "|---|---|---|---|---:|---:|---|---:|---:|---|"
LEGEND = (
    "CPU and wall are the peer's seconds over ours, so that 3 means three times as fast; for sizes, counts and limits"
    " the last of the two is the measured value itself. Each is the median of rounds in turn, after equal answers."
    f" A time is not judged above a load of {LOAD_MAX:g} or where the peer's own times spread by more than"
    f" {SPREAD_MAX:.0%}; its ratio stands here all the same."
)
REASONS = {
    "P1": "flows are read off running sums, with names, sources and more sums; the others decode Parquet each time,"
    " where pandas holds the table in memory",
    "P2": "as P1; polars sums only what is compared and names nothing",
    "P3": "two of the six decode Parquet, sorted or not; running sums have a floor of some milliseconds",
    "P4": "as P3",
    "P5": "the peer counts records and nothing else; ours gives six sums, lists sources and names places",
    "P6": "each flow is a line, an arrow and a wide unseen line with its tip; rows of 4 kB or more are fetched beside"
    " the message, which stays below 30 kB",
    "T1": "the window sorts texts by trace; done once, when a release is made",
    "T2": "a look-up has DuckDB's floor; sorted groups save only the rest",
    "R1": "6.6 million points no longer fit the processor's cache where lines are made of them",
    "R3": "steps, lines and tables are made as well, and few pairs share a search at this size",
    "R5": "cells are taken point by point by h3-py, as the peer does, only with whole numbers for names",
    "C1": "flows are shared out over networks in pandas after each change, and three weightings are summed",
    "C2": "draws follow the records of the layer, so that time grows with them",
    "C3": "for so few routes the time goes into tables, network and overlaps; the exponents tell the rest",
    "C4": "frames are checked and sorted first, which few events do not pay back",
    "E2E": "pandas on the pairs of places and the posteriors of corridors take more than the rows",
    "V2": "a rerun of Streamlit has a floor of its own",
    "V3": "every flow is drawn as a line of its own; there are no levels of detail, but the page says the share drawn",
    "E1": "the ratio lies at the target within the noise; few routes carry the writer's fixed cost besides",
    "M2": "a record is checked, merged with its like, weighed and laid out as legs and sums; then come paths",
    "U1": "two users fill both cores; eight take turns on them and gain no more",
    "E3": "laying points along great circles comes first in both",
}


def page(rows: list[Row], scale: float, seconds: float) -> str:
    """Return the whole page as Markdown."""
    when = datetime.now(UTC).date().isoformat()
    lines = ["# Results", "", LEGEND, "", f"{when}: {machine()}; scale {scale:g}, {seconds / 60:.0f} minutes.", ""]
    lines += [HEAD, RULE, *(line(row) for row in rows), ""]
    missed = [row for row in rows if row.is_met is False]
    lines += ["## Missed, judged or not", "", *(_missed(missed) or ["Nothing."]), ""]
    lines += ["## Notes", "", *(f"- {row.case}, {row.peer}: {row.note}." for row in rows if row.note), ""]
    return "\n".join(lines)


def machine() -> str:
    """Return the facts of the machine and the versions, without its name."""
    found = [f"Python {platform.python_version()}", *(f"{name} {metadata.version(name)}" for name in VERSIONS)]
    return ", ".join([f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()})", *found, *_peers()])


def _peers() -> Iterable[str]:
    for name in PEERS:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name} not installed"


def verdict(row: Row) -> str:
    """Return what may be said of a row's target."""
    if row.is_met is None:
        return "no target" if row.cpu is not None else "not run"
    word = "met" if row.is_met else "missed"
    return f"yes: {word}" if row.is_judged else f"not judged ({word} so)"


def line(row: Row) -> str:
    """Return one row of the table."""
    cells = (
        row.case,
        f"{CASES[row.case].title}; {row.what}" if row.case in CASES else row.what,
        row.peer,
        row.target,
        _number(row.cpu),
        _number(row.wall),
        row.exponent,
        f"{row.load:.1f}" if row.spread is not None else "",
        f"{row.spread:.0%}" if row.spread else "",
        verdict(row) if row.cpu is not None or row.wall is not None else row.note,
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _missed(rows: list[Row]) -> list[str]:
    """Return one line per case with a miss, and why."""
    cases = dict.fromkeys(row.case for row in rows)
    told = {name: "; ".join(dict.fromkeys(f"{row.what} against {row.peer}" for row in rows if row.case == name))
            for name in cases}  # fmt: skip
    return [f"- {name} ({parts}): {REASONS.get(name, 'no reason is known yet')}." for name, parts in told.items()]
