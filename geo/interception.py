"""Relative detection: which countries stop the journeys that reach them, from where on its route each was stopped.

A journey is seized by the country c of its stated route with probability q_c if nobody seized it before. Of journeys
that were seized somewhere, the position of the seizure tells the q of those passed and of the one that acted; how many
were never seized cancels out. Model, limits and measurements: README.md. It is no ranking of anybody's performance.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.special import expit, logit

from data.errors import ContractError
from geo.distance import Array

PRIOR_HITS, PRIOR_MISSES = 1.0, 6.0  # Beta(1 + 1, 1 + 6), geo/README.md: its mode is one journey in seven
H_MIN = 0.03  # no record stands for more than 33 journeys; geo/README.md, "What a record counts"
WINDOW_YEARS = 3  # within which q is taken to be constant; geo/README.md, "What a record counts"
WINDOW_MIN = 500  # records a window of its own needs; at 750 q ranks countries with correlation .87 in simulation
ALL = "all"
SEPARATOR = ">"
LOGIT_MAX = 20.0  # keeps logarithms finite; the prior keeps the maximum far inside
NEWTON_MAX = 30  # steps that polish the maximum; three are usual
DECREMENT_MAX = 1e-8  # squared distance from the maximum in standard errors; holds for any number of records
Z = 1.959964  # 95 % two-sided, standard normal

COLUMNS = ("layer", "year", "route", "position", "record_count")
DETECTION = ("layer", "country_id", "window", "q", "low", "high", "record_count")
EXPOSURES = ("layer", "year", "route", "h", "factor")


@dataclass(frozen=True)
class Journeys:
    """Stated routes, each once, with the places of their seizures as counts.

    Attributes:
        countries: Country of each column.
        stops: Routes x countries: times the route enters the country.
        count: Records of each route.
        totals: Seizures and passages before one, per country, those of the prior included.
    """

    countries: npt.NDArray[np.object_]
    stops: sp.csr_matrix
    count: Array
    totals: tuple[Array, Array]


def journeys(routes: pd.DataFrame) -> Journeys:
    """Return the routes as a matrix; how many rows name one of them, or in which order, changes nothing but rounding.

    Args:
        routes: ``route`` (countries in travel order, joined by SEPARATOR), ``position`` (1 for the first: which of them
            seized), ``record_count``.

    Raises:
        ContractError: a column is missing or holds null, a position is not on its route, or a count is negative.
    """
    _check(routes, COLUMNS[2:])
    route, names = pd.factorize(routes["route"].astype("str"))
    stops = pd.Series(names.astype("str")).str.split(SEPARATOR)
    length = stops.map(len).to_numpy(np.int64)
    code, countries = pd.factorize(stops.explode(), sort=True)
    position = routes["position"].to_numpy(np.int64)
    if not ((position >= 1) & (position <= length[route])).all():
        raise ContractError("Routes: column position holds a place that is not on its route; expected 1 to its length.")
    start, row = np.cumsum(length) - length, np.repeat(np.arange(len(names)), length)
    here = np.bincount(start[route] + position - 1, routes["record_count"].to_numpy(np.float64), len(row))
    count = np.bincount(row, here, len(names)).astype(np.float64)
    upto = np.cumsum(here) - np.repeat((np.cumsum(here) - here)[start], length)
    hits, misses = (np.bincount(code, part, len(countries)).astype(np.float64) for part in (here, count[row] - upto))
    matrix = sp.csr_matrix((np.ones(len(row)), (row, code)), shape=(len(names), len(countries)))
    return Journeys(np.asarray(countries, dtype=object), matrix, count, (hits + PRIOR_HITS, misses + PRIOR_MISSES))


def log_posterior(x: Array, found: Journeys) -> tuple[float, Array]:
    """Return the log posterior density of q (up to a constant) at logit q = x, and its gradient in x."""
    q = expit(x)
    hits, misses = found.totals
    log_free = found.stops @ np.log1p(-q)
    value = hits @ np.log(q) + misses @ np.log1p(-q) - found.count @ np.log(-np.expm1(log_free))
    odds = found.count / np.expm1(-log_free)  # journeys like these that nobody stopped
    gradient = hits * (1 - q) - (misses + found.stops.T @ odds) * q
    return float(value), np.asarray(gradient, dtype=np.float64)


def information(x: Array, found: Journeys) -> Array:
    """Return minus the second derivatives of ``log_posterior`` in x."""
    q = expit(x)
    hits, misses = found.totals
    log_free = found.stops @ np.log1p(-q)
    odds = found.count / np.expm1(-log_free)
    own = (hits + misses + found.stops.T @ odds) * q * (1 - q)
    each = found.stops @ sp.diags(q)
    shared = each.T @ sp.diags(odds / -np.expm1(log_free)) @ each
    return np.asarray(np.diag(own) - shared.toarray(), dtype=np.float64)


def detection(routes: pd.DataFrame) -> pd.DataFrame:
    """Return the relative detection of every country on a stated route.

    Args:
        routes: As for ``journeys``. A route of one country says nothing and is left out.

    Returns:
        ``country_id, q, low, high`` (mode of the posterior; 95 %, normal in logit q), ``record_count`` (of the routes
        that enter it), by country_id; no row where no route says anything.

    Raises:
        ContractError: as for ``journeys``; or the posterior has no maximum that could be found.
    """
    _check(routes, COLUMNS[2:])
    found = journeys(routes[_is_telling(routes["route"])])
    if not len(found.count):
        return pd.DataFrame({"country_id": pd.Series(dtype="str")} | {name: np.empty(0) for name in DETECTION[3:]})
    x = _mode(found)
    error = Z * np.sqrt(np.diag(np.linalg.inv(information(x, found))))
    return pd.DataFrame(
        {
            "country_id": pd.Series(found.countries, dtype="str"),
            "q": expit(x),
            "low": expit(x - error),
            "high": expit(x + error),
            "record_count": (found.stops > 0).T @ found.count,
        }
    )


def detections(routes: pd.DataFrame) -> pd.DataFrame:
    """Return the relative detection by layer, in every window of years with WINDOW_MIN telling records and over all.

    Args:
        routes: COLUMNS, one row per (layer, year, route, position).

    Returns:
        DETECTION, by layer, window and country_id; ``window`` is such as "2013-2015", or ALL for all years.

    Raises:
        ContractError: as for ``detection``.
    """
    _check(routes, COLUMNS)
    telling = routes[_is_telling(routes["route"])].assign(window=_window(routes["year"]))
    tables = []
    for keys, part in [
        *telling.groupby(["layer", "window"]),
        *telling.assign(window=ALL).groupby(["layer", "window"]),
    ]:
        if keys[1] == ALL or part["record_count"].sum() >= WINDOW_MIN:
            tables.append(detection(part).assign(layer=keys[0], window=keys[1]))
    if not tables:
        return detection(routes.iloc[:0]).assign(layer=pd.Series(dtype="str"), window="")[list(DETECTION)]
    frame = pd.concat(tables, ignore_index=True)[list(DETECTION)]
    return frame.sort_values(["layer", "window", "country_id"], ignore_index=True)


def exposures(routes: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return how likely a journey on each route was to be seized at all, and what a record of it therefore counts.

    h = max(1 - product(1 - q), H_MIN), with the q of the year's window, else of all years. The factor is
    proportional to 1/h; the routes of two countries or more keep their number of records in each layer, so that
    exposure moves weight between routes and makes none.

    Args:
        routes: COLUMNS.
        found: From ``detections`` of the same routes.

    Returns:
        EXPOSURES, one row per (layer, year, route) of which every country's q is known, in that order.

    Raises:
        ContractError: a column is missing or holds null, or a count is negative.
    """
    _check(routes, COLUMNS)
    key = list(EXPOSURES[:3])
    rows = routes.groupby(key)["record_count"].sum().reset_index()
    rows["h"] = _seized_share(rows, found)
    rows = rows[rows["h"].notna()].copy()
    part = rows[_is_telling(rows["route"])]
    sums = part.assign(true=part["record_count"] / part["h"]).groupby("layer")[["record_count", "true"]].sum()
    unit = rows["layer"].map((sums["record_count"] / sums["true"]).to_dict()).astype(np.float64)
    rows["factor"] = unit / rows["h"]
    return rows[list(EXPOSURES)].reset_index(drop=True)


def _mode(found: Journeys) -> Array:
    from scipy.optimize import minimize  # as in nullmodel

    def minus(x: Array) -> tuple[float, Array]:
        value, gradient = log_posterior(x, found)
        return -value, -gradient

    start = np.full(len(found.countries), logit(PRIOR_HITS / (PRIOR_HITS + PRIOR_MISSES)))
    options = {"maxiter": 1000, "maxcor": 30, "ftol": 1e-14, "gtol": 1e-3}
    bounds = [(-LOGIT_MAX, LOGIT_MAX)] * len(start)
    x: Array = minimize(minus, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    for _ in range(NEWTON_MAX):
        gradient = log_posterior(x, found)[1]
        step = np.linalg.solve(information(x, found), gradient)
        if step @ gradient < DECREMENT_MAX:
            return x
        x = x + step
    raise ContractError("Routes: no relative detection fits them; check column record_count for extreme values.")


def _seized_share(rows: pd.DataFrame, found: pd.DataFrame) -> Array:
    """Return h of each row; NaN where a country's q is unknown."""
    q = found.set_index(["layer", "window", "country_id"])["q"]
    stops = rows.assign(country_id=rows["route"].str.split(SEPARATOR), window=_window(rows["year"])).explode(
        "country_id"
    )
    near, far = (
        q.reindex(pd.MultiIndex.from_frame(stops.assign(**change)[["layer", "window", "country_id"]])).to_numpy()
        for change in ({}, {"window": ALL})
    )
    log_free = pd.Series(np.log1p(-np.where(np.isnan(near), far, near)), stops.index)
    free = log_free.groupby(level=0).sum(skipna=False).reindex(rows.index)
    return np.maximum(-np.expm1(free.to_numpy(np.float64)), H_MIN)


def _window(years: pd.Series) -> pd.Series:
    """Return the window of each year; windows begin in years divisible by WINDOW_YEARS, whatever the release holds."""
    first = years.astype("int64") // WINDOW_YEARS * WINDOW_YEARS
    words: pd.Series = first.astype("str") + "-" + (first + WINDOW_YEARS - 1).astype("str")
    return words


def _is_telling(routes: pd.Series) -> pd.Series:
    return routes.astype("str").str.contains(SEPARATOR, regex=False)


def _check(routes: pd.DataFrame, columns: tuple[str, ...]) -> None:
    for name in columns:
        if name not in routes:
            raise ContractError(f"Routes: column {name} is missing; expected {', '.join(columns)}.")
        if routes[name].isna().any():
            raise ContractError(f"Routes: column {name} holds nulls; it must hold none.")
    count = routes["record_count"]
    if not np.isfinite(count.to_numpy(np.float64)).all() or (count < 0).any():
        raise ContractError("Routes: column record_count holds a value that is no count; expected 0 or more.")
