"""Traces: a pinned release and the reader's choice -> chains, sources and the funnel, each as one frozen view."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from dashboard import questions, relations
from dashboard.custody_words import NO_TRACES
from dashboard.filters import Filters
from dashboard.stores import Store
from data.errors import FilterError
from geo import custody, diversion, tracing
from queries import run

LEVELS = ("country", "division", "place")
ENDS = {"lawful": "last lawful holder", "retail": "first retail sale"}  # prefix of geo.diversion to what it means
ID_SHOWN = 60  # letters of an unknown id that an error repeats


@dataclass(frozen=True)
class Chain:
    """One trace, ready to be read.

    Attributes:
        trace_id: Which.
        events: One row per custody event in date order: ``step, seq, event, holder_raw, is_lawful, date_start,
            date_end, place_id, place, place_raw, country_id, precision, obs_id, source_id, source_file, source_row,
            contradiction, contradicts_seq``; see ``geo.custody.steps``.
        gaps: Rows of ``geo.custody.gaps`` with ``origin, destination`` (names).
        summary: The row of ``geo.diversion.traces``, with the names of its places.
    """

    trace_id: str
    events: pd.DataFrame
    gaps: pd.DataFrame
    summary: Mapping[str, object]


@dataclass(frozen=True)
class Traces:
    """The traces of a choice.

    Attributes:
        rows: One row per trace by id: ``geo.diversion.traces`` with ``obs_id, date_start`` (of the record that ends
            it, else of its seizure), ``commodity, is_seizure, has_arm_count`` and, for each of lawful, unlawful,
            retail and seized, ``<end>_place`` (name).
        total_count: Traces of the release, chosen or not.
    """

    rows: pd.DataFrame
    total_count: int


@dataclass(frozen=True)
class Ranking:
    """Where traced items come from.

    Attributes:
        level: One of LEVELS.
        rows: ``end`` (last lawful holder, first retail sale), ``key_id, name`` and the columns of
            ``geo.tracing.ranking``; most traces first within each end.
        trace_count: Traces of the choice, whether or not their end is known at this level.
        reason: Why there is no row; empty when there are some.
    """

    level: str
    rows: pd.DataFrame
    trace_count: int
    reason: str


@dataclass(frozen=True)
class Funnel:
    """From seizure to point of diversion, for the choice.

    Attributes:
        steps: ``geo.tracing.Funnel.steps``.
        indicator: The share in the manner of SDG 16.4.2.
        unlinked_trace_count: Traces of the choice whose record is no seizure of it: outside the funnel.
    """

    steps: pd.DataFrame
    indicator: tracing.Indicator
    unlinked_trace_count: int


def chain(store: Store, trace_id: str) -> Chain:
    """Return one trace with its gaps, its diversion and its time to crime.

    Raises:
        FilterError: the release does not hold the trace; names the ids most like it.
    """
    events = store.records("custody_of_trace", trace_id=trace_id)
    if events.empty:
        raise FilterError(_not_there(store, trace_id))
    steps = custody.steps(events)
    found = diversion.traces(steps)
    gaps = custody.gaps(steps, found)
    names = store.places["name"]
    gaps = gaps.assign(**{end: gaps[f"{end}_id"].map(names) for end in ("origin", "destination")})
    return Chain(trace_id, steps, gaps, dict(_named(found, names).iloc[0]))


def traces(store: Store, filters: Filters) -> Traces:
    """Return the traces that pass the filters; layers, minimum count and kappa say nothing of a trace.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    chosen = store.records("custody_traces", **_trace_limits(store, filters))
    found = diversion.traces(custody.steps(store.records("custody_steps")))
    rows = chosen.merge(found, on="trace_id", how="inner", validate="one_to_one")
    return Traces(_named(rows, store.places["name"]), len(found))


def ranking(store: Store, filters: Filters, level: str) -> Ranking:
    """Return the countries, divisions or places that traced items were last lawful in, and first sold in.

    Raises:
        FilterError: the level is not one of LEVELS, or a region or commodity is unknown to this release.
    """
    if level not in LEVELS:
        raise FilterError(f"Level {level!r} is unknown; choose from {', '.join(LEVELS)}.")
    found = traces(store, filters).rows
    keys = _keys(store.places, level)
    parts = []
    for end, title in ENDS.items():
        ranked = tracing.ranking(found.assign(key_id=found[f"{end}_place_id"].map(keys)), "key_id")
        parts.append(ranked.assign(end=title, name=ranked["key_id"].map(store.places["name"])))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[["end", "key_id", "name", *rows.columns.drop(["end", "key_id", "name"])]]
    reason = "" if len(rows) else f"not enough data: no trace of this choice knows the {level} of either end"
    return Ranking(level, rows, len(found), reason)


def funnel(store: Store, filters: Filters) -> Funnel:
    """Return how many seizures of firearms are traced, and how many of those to a point of diversion.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    counted = run.rows(store.con, "custody_totals", **_trace_limits(store, filters)).set_index("layer")
    own = counted.reindex([relations.ANCHOR]).fillna(0).astype("int64").iloc[0]
    totals = tracing.Totals(int(own["seizure_count"]), int(own["counted_seizure_count"]), int(own["arm_count"]))
    found = traces(store, filters).rows
    result = tracing.funnel(totals, found)
    return Funnel(result.steps, result.indicator, int((~found["is_seizure"]).sum()))


def _trace_limits(store: Store, filters: Filters) -> dict[str, object]:
    """Return the filters as query parameters, for the one layer that is traced."""
    return questions.limits_of(store, replace(filters, layers=(relations.ANCHOR,)))


def _named(rows: pd.DataFrame, names: "pd.Series[str]") -> pd.DataFrame:
    ends = ("lawful", "unlawful", "retail", "seized")
    return rows.assign(**{f"{end}_place": rows[f"{end}_place_id"].map(names) for end in ends})


def _keys(places: pd.DataFrame, level: str) -> "pd.Series[str]":
    """Return the country, division or place that holds each place; null where it is known less closely."""
    own = pd.Series(places.index, places.index)
    if level == "country":
        return places["country_id"]
    if level == "place":
        return own.where(places["level"] == "place")
    is_division = places["level"] == "admin1"
    parent = places["parent_id"].where(places["parent_id"].isin(own[is_division]))
    return own.where(is_division, parent)


def _not_there(store: Store, trace_id: str) -> str:
    """Return what to tell a reader who asks for a trace the release does not hold."""
    near = store.records("custody_nearest", trace_id=trace_id)["trace_id"].tolist()
    if not near:
        return NO_TRACES
    shown = trace_id if len(trace_id) <= ID_SHOWN else trace_id[:ID_SHOWN] + "…"
    return f"Trace {shown!r} is not in this release; the ids most like it are {', '.join(map(repr, near))}."
