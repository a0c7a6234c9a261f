"""Two periods side by side: which layers and which flows have more or fewer records a year. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.timeline import MONTHS, PAIR, Timeline, named
from geo import rates
from geo.distance import Array

DAYS_A_YEAR = 365.25
STRATUM = [*PAIR, "source_id"]
COUNTS = ["before_count", "after_count"]
EXPOSURES = ["before_exposure", "after_exposure"]


class Period(NamedTuple):
    """Days from the first (included) to the last (excluded)."""

    first_on: pd.Timestamp
    until_on: pd.Timestamp


class Changes(NamedTuple):
    """What two periods say.

    Attributes:
        layers: One row per layer: ``layer, before_count, after_count, before_exposure, after_exposure`` (years in which
            somebody reported) and the columns of ``geo.rates.rate_ratios``.
        flows: The same per (layer, origin_id, destination_id) with names; ``around_ratio``, how all other flows of the
            two countries changed together; ``could_be_effort`` where that alone would explain the change. Flows with a
            word first, then by the end of the interval nearer to no change.
        left_out: Records by layer that lie in neither period as a whole, though they touch one.
    """

    layers: pd.DataFrame
    flows: pd.DataFrame
    left_out: "pd.Series[int]"


def halves(first: int, last: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the first and last step of each half of a span of steps, of equal length; None for a single step."""
    half = (last - first + 1) // 2
    return ((first, first + half - 1), (last - half + 1, last)) if half else None


def changes(view: Timeline, before: Period, after: Period) -> Changes:
    """Compare the records of two periods; a record counts where a period holds all of it.

    Time counts only in calendar years in which the source of a flow found anything of the layer in one of its two
    countries, or on the flow itself: a year without a report is not a year without a flow. A source of incidents
    counts as reporting everywhere in each year in which it has any.
    """
    periods = (before, after)
    flows = _flow_strata(view, periods)
    layers = pd.concat([flows, _incident_strata(view, periods)], ignore_index=True)
    left_out = [_left_out(rows, periods) for rows in (view.flows, _as_records(view.incidents))]
    by_layer = rates.pooled(layers, ["layer"])
    return Changes(
        by_layer.join(rates.rate_ratios(by_layer)),
        _judged(rates.pooled(flows, PAIR), view),
        pd.concat(left_out).groupby(level=0).sum(),
    )


def _as_records(incidents: pd.DataFrame) -> pd.DataFrame:
    return incidents.rename(columns={"incident_count": "record_count"})


def _is_in(rows: pd.DataFrame, period: Period) -> "pd.Series[bool]":
    return (rows[MONTHS[0]] >= period.first_on) & (rows[MONTHS[1]] < period.until_on)


def _left_out(rows: pd.DataFrame, periods: Sequence[Period]) -> "pd.Series[int]":
    """Return records by layer that overlap a period without lying in one as a whole."""
    is_in = _is_in(rows, periods[0]) | _is_in(rows, periods[1])
    is_near = pd.Series(False, index=rows.index)
    for period in periods:
        is_near |= (rows[MONTHS[1]] >= period.first_on) & (rows[MONTHS[0]] < period.until_on)
    return rows[is_near & ~is_in].groupby("layer")["record_count"].sum()


def _counted(rows: pd.DataFrame, periods: Sequence[Period], keys: list[str]) -> pd.DataFrame:
    """Return ``keys`` and the counts before and after, one row per key with any record in either."""
    sums = [rows[_is_in(rows, period)].groupby(keys)["record_count"].sum() for period in periods]
    return pd.concat(sums, axis=1, keys=COUNTS).fillna(0).astype("int64").reset_index()


def _year_lengths(period: Period) -> dict[int, float]:
    """Return how much of each calendar year a period holds, in years of equal length."""
    years = range(period.first_on.year, period.until_on.year + 1)
    bounds = [
        (max(period.first_on, pd.Timestamp(y, 1, 1)), min(period.until_on, pd.Timestamp(y + 1, 1, 1))) for y in years
    ]
    return {
        y: (until - first).days / DAYS_A_YEAR for y, (first, until) in zip(years, bounds, strict=True) if until > first
    }


def _flow_strata(view: Timeline, periods: Sequence[Period]) -> pd.DataFrame:
    """Return one row per flow and source: STRATUM, COUNTS and EXPOSURES."""
    found = _counted(view.flows, periods, STRATUM)
    lengths = [_year_lengths(period) for period in periods]
    years = sorted({year for held in lengths for year in held})
    own = view.flows.assign(year=view.flows[MONTHS[0]].dt.year)
    is_known = _has(own, STRATUM, years, found[STRATUM])
    for end in ("origin", "destination"):
        ends = found[["layer", "source_id"]].assign(country_id=found[f"{end}_id"].map(view.places["country_id"]))
        is_known = is_known | _has(view.reporting, ["layer", "source_id", "country_id"], years, ends)
    weights = np.array([[held.get(year, 0.0) for held in lengths] for year in years])
    found[EXPOSURES] = is_known @ weights
    return found


def _has(rows: pd.DataFrame, keys: list[str], years: list[int], wanted: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return (wanted, years) True where ``rows`` has the key in the year."""
    known = rows.loc[rows["year"].isin(years), [*keys, "year"]].drop_duplicates()
    wide = known.assign(has=True).pivot(index=keys, columns="year", values="has").reindex(columns=years)
    found = wide.reindex(pd.MultiIndex.from_frame(wanted[keys]))
    return found.notna().to_numpy(bool)


def _incident_strata(view: Timeline, periods: Sequence[Period]) -> pd.DataFrame:
    """Return one row per layer and source of incidents: COUNTS and EXPOSURES."""
    found = _counted(_as_records(view.incidents), periods, ["layer", "source_id"])
    for name, period in zip(EXPOSURES, periods, strict=True):
        lengths = _year_lengths(period)
        reported = view.reporting.drop_duplicates(["layer", "source_id", "year"])
        length = reported["year"].map(lengths).fillna(0.0).groupby([reported["layer"], reported["source_id"]]).sum()
        found[name] = length.reindex(pd.MultiIndex.from_frame(found[["layer", "source_id"]])).to_numpy()
    return found


def _judged(found: pd.DataFrame, view: Timeline) -> pd.DataFrame:
    """Return the pooled flows with what geo.rates says of them, their surroundings and their names, surest first."""
    found = found.join(rates.rate_ratios(found))
    found["around_ratio"] = _around(found, view.places["country_id"])
    is_changed = found["label"].isin([rates.EMERGING, rates.FADING])
    found["could_be_effort"] = is_changed & found["around_ratio"].between(found["low"], found["high"])
    with np.errstate(divide="ignore"):
        nearer = np.maximum(np.log(found["low"]), -np.log(found["high"])).clip(lower=0)
    order = np.lexsort([found["p"].fillna(2.0), -nearer.fillna(0.0), ~is_changed])
    return named(found.iloc[order].reset_index(drop=True), view.places)


def _around(found: pd.DataFrame, country_of: "pd.Series[str]") -> Array:
    """Return the ratio of rates of all other flows, of any layer, that begin or end in a flow's two countries."""
    if found.empty:
        return np.array([])  # pandas cannot tell what is missing in an empty column
    a, b = found["origin_id"].map(country_of), found["destination_id"].map(country_of)
    pair = a.where(a < b, b) + "~" + b.where(a < b, a)
    sums = []
    for name in COUNTS:
        away = found[name].where(a != b, 0)  # a flow within one country counts once
        by_country = pd.concat([found[name].groupby(a).sum(), away.groupby(b).sum()]).groupby(level=0).sum()
        joined = found[name].groupby(pair).transform("sum")
        sums.append(a.map(by_country) + (b.map(by_country) - joined).where(a != b, 0) - found[name])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sums[1] / sums[0] * found["before_exposure"] / found["after_exposure"]
    return ratio.to_numpy(np.float64)
