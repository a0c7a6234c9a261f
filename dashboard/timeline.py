"""A pinned release and the reader's choice -> records by time; a record counts only in a step that holds all of it."""

from dataclasses import dataclass, replace

import pandas as pd

from dashboard import questions
from dashboard.filters import Filters
from dashboard.flows import corridor_ids
from dashboard.stores import Store
from queries import run

FREQUENCIES = {"month": "M", "quarter": "Q", "year": "Y"}  # finest first
STEPS = tuple(FREQUENCIES)
SOME = {"month": 12, "quarter": 4, "year": 3}  # steps of a longer window, so that rare flows are seen; by eye, 2026-11
DATED_MIN = 0.5  # share of each layer's records that the step offered first must show
PAIR = ["layer", "origin_id", "destination_id"]
POINT = ["layer", "cell", "country_id"]
MONTHS = ["first_month_on", "last_month_on"]


@dataclass(frozen=True)
class Timeline:
    """Everything the Time page shows for one release and one choice of filters.

    Attributes:
        release_id: The pinned release.
        is_synthetic: True when any source of the release is made up.
        filters: The choice this view answers.
        totals: ``layer, record_count`` of every layer of the release, as the filter bar shows them.
        flows: One row per (layer, source_id, origin_id, destination_id, first_month_on, last_month_on): ``record_count,
            intended_count``. Both months are first days; they differ for records dated to a year or a period.
        incidents: One row per (layer, source_id, cell or country_id, first_month_on, last_month_on):
            ``incident_count, lon, lat`` (NaN where only the country is known).
        places: Places of the release by place_id.
        reporting: ``layer, source_id, country_id, year``: years in which a source has anything found in a country, in
            the whole release; country_id null where that is not stated.
    """

    release_id: str
    is_synthetic: bool
    filters: Filters
    totals: pd.DataFrame
    flows: pd.DataFrame
    incidents: pd.DataFrame
    places: pd.DataFrame
    reporting: pd.DataFrame


@dataclass(frozen=True)
class Window:
    """What one moment of the playback shows.

    Attributes:
        flows: ``layer, origin_id, destination_id, record_count, intended_share`` and names, levels and points of both
            ends as in ``view.Explore.flows``; the largest first.
        incidents: ``layer, cell, country_id, place, incident_count, lon, lat``.
        counts: Records on flows plus incidents by layer; a layer without any is absent: silence, not zero.
    """

    flows: pd.DataFrame
    incidents: pd.DataFrame
    counts: "pd.Series[int]"


def timeline(store: Store, filters: Filters) -> Timeline:
    """Return what the Time page shows.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    limits = questions.limits_of(store, chosen)
    points = questions.some_limits(limits, "since", "until", "layers", "countries")
    wanted = questions.some_limits(limits, "since", "until", "countries", "limited", "commodities", "modes", "modi")
    return Timeline(
        release_id=store.release.id,
        is_synthetic=store.is_synthetic,
        filters=filters,
        totals=store.totals(**wanted),
        flows=run.rows(store.con, "timeline_flows", **questions.of_flows(store, chosen)),
        incidents=run.rows(store.con, "timeline_incidents", **points),
        places=store.places,
        reporting=run.rows(store.con, "coverage_reports"),
    )


def step_of(rows: pd.DataFrame, step: str) -> "pd.Series[pd.Timestamp]":
    """Return the first day of the step that holds all of a row; NaT where it spreads over several.

    Args:
        rows: ``first_month_on, last_month_on``.
        step: One of STEPS.
    """
    first, last = (rows[name].dt.to_period(FREQUENCIES[step]) for name in MONTHS)
    found: pd.Series[pd.Timestamp] = first.dt.start_time.where(first == last)
    return found


def records(view: Timeline, step: str) -> pd.DataFrame:
    """Return records on flows and incidents per layer and step: ``layer, step_on, record_count``; NaT: not so exact."""
    parts = [
        rows.assign(step_on=step_of(rows, step)).rename(columns={count: "record_count"})
        for rows, count in ((view.flows, "record_count"), (view.incidents, "incident_count"))
    ]
    joined = pd.concat([part[["layer", "step_on", "record_count"]] for part in parts])
    return joined.groupby(["layer", "step_on"], dropna=False)["record_count"].sum().reset_index()


def dating(view: Timeline) -> pd.DataFrame:
    """Return per layer how many records each step can show: ``record_count, month, quarter, year``, by layer."""
    found = {step: records(view, step) for step in STEPS}
    whole = found["month"].groupby("layer")["record_count"].sum()
    dated = {step: rows.dropna().groupby("layer")["record_count"].sum() for step, rows in found.items()}
    return pd.DataFrame({"record_count": whole, **dated}).fillna(0).astype("int64")


def default_step(dated: pd.DataFrame) -> str:
    """Return the finest step that shows at least half of each layer's records, else the year.

    Args:
        dated: As ``dating`` gives it.
    """
    is_enough = [(dated[step] >= DATED_MIN * dated["record_count"]).all() for step in STEPS]
    return next((step for step, enough in zip(STEPS, is_enough, strict=True) if enough), "year")


def steps(view: Timeline, step: str) -> pd.DatetimeIndex:
    """Return the first day of every step from the first record to the last, empty ones included."""
    seen = records(view, step)["step_on"].dropna()
    if seen.empty:
        return pd.DatetimeIndex([])
    return pd.period_range(seen.min(), seen.max(), freq=FREQUENCIES[step]).to_timestamp()


def shared(counts: pd.DataFrame, moments: pd.DatetimeIndex) -> tuple[int, int]:
    """Return the places of the first and the last step in which the most layers have records.

    Args:
        counts: As ``records`` gives them.
        moments: As ``steps`` gives them; at least one.
    """
    layers = counts.dropna(subset="step_on").groupby("step_on")["layer"].nunique()
    fullest = layers.index[layers == layers.max()]
    return int(moments.searchsorted(fullest.min())), int(moments.searchsorted(fullest.max()))


def step_label(on: pd.Timestamp, step: str) -> str:
    """Return a step in words: March 2019, 2nd quarter of 2019, 2019."""
    if step == "year":
        return str(on.year)
    return f"{on:%B %Y}" if step == "month" else f"{('1st', '2nd', '3rd', '4th')[on.quarter - 1]} quarter of {on.year}"


def nearest(moments: pd.DatetimeIndex, on: pd.Timestamp | None, by: int = 0) -> pd.Timestamp:
    """Return the last step that begins on or before a day, or ``by`` steps on from it, within what there is.

    Args:
        moments: First day of every step; at least one.
        on: Any day; None for the last step of all.
        by: Steps further on, or back.
    """
    place = len(moments) if on is None else int(moments.searchsorted(on, side="right"))
    return moments[min(max(place - 1 + by, 0), len(moments) - 1)]


def windowed(rows: pd.DataFrame, step: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return the rows whose step lies from the first to the last, both steps' first days included."""
    return rows[step_of(rows, step).between(first, last)]


def window(view: Timeline, step: str, first: pd.Timestamp, last: pd.Timestamp) -> Window:
    """Return what the steps from the first to the last show together."""
    flows = windowed(view.flows, step, first, last).groupby(PAIR)[["record_count", "intended_count"]].sum()
    flows = named(flows.reset_index(), view.places)
    flows["intended_share"] = flows["intended_count"] / flows["record_count"]
    flows = flows.sort_values([*PAIR]).sort_values("record_count", ascending=False, kind="stable", ignore_index=True)
    points = windowed(view.incidents, step, first, last)
    grouped = points.groupby(POINT, dropna=False)
    incidents = grouped.agg(incident_count=("incident_count", "sum"), lon=("lon", "mean"), lat=("lat", "mean"))
    incidents = incidents.reset_index()
    incidents["place"] = incidents["country_id"].map(view.places["name"]).fillna("")
    counts = [flows.groupby("layer")["record_count"].sum(), incidents.groupby("layer")["incident_count"].sum()]
    return Window(flows, incidents, pd.concat(counts).groupby(level=0).sum())


def named(flows: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the flows with the names, levels and points of both ends, and their corridor."""
    ends = {
        f"{end}{tail}": flows[f"{end}_id"].map(places[column])
        for end in ("origin", "destination")
        for tail, column in (("", "name"), ("_level", "level"), ("_lon", "lon"), ("_lat", "lat"))
    }
    return flows.assign(**ends, corridor_id=corridor_ids(flows))


def busiest(view: Timeline, step: str, length: int | None) -> tuple[int, int]:
    """Return the most records of one flow and of one cell in any window: what widths and discs are measured by.

    Args:
        view: What the page shows.
        step: One of STEPS.
        length: Steps of a window; None for everything so far.
    """
    flows = _most(view.flows, (*PAIR, "record_count"), step, length)
    return flows, _most(view.incidents, (*POINT, "incident_count"), step, length)


def _most(rows: pd.DataFrame, columns: tuple[str, ...], step: str, length: int | None) -> int:
    """Return the largest sum over consecutive steps; the last column is summed, the others are the key."""
    *key, count = columns
    at = step_of(rows, step).dt.to_period(FREQUENCIES[step])
    dated = rows[at.notna()].assign(at=at[at.notna()].astype("int64"))
    if dated.empty:
        return 1
    if length is None:
        return int(dated.groupby(key, dropna=False)[count].sum().max())
    sums = dated.groupby([*key, "at"], dropna=False)[count].sum().reset_index()
    ending = pd.concat([sums.assign(at=sums["at"] + later) for later in range(length)])
    return int(ending.groupby([*key, "at"], dropna=False)[count].sum().max())
