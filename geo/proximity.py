"""Do incidents lie nearer a layer's corridors than hubs and roads explain? Proximity, never cause. geo/README.md."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from data.errors import ContractError
from geo.bands import N_MIN
from geo.distance import Array
from geo.leadlag import poisson_means
from geo.nullmodel import fit, od_matrix, sparse_draws
from geo.seeding import oriented
from geo.system import distances_km
from geo.ways import Ways, nearness, ways_between

H_KM = (75.0, 25.0, 150.0)  # decay of exposure with distance, and two others beside it; geo/README.md
PLACES_MAX = (
    150  # busiest places whose ways are all drawn: 11,000 paths; all over the world 25 s and 1.8 GB (999 draws)
)
INCIDENTS_MIN = 30  # power was .16 to .48 at 150 in the method's trials; below 30 nothing can be seen; chosen 2026-11
RECORDS_MIN = 30  # weighted records of the layer between places; chosen 2026-11
STRATA = 10  # groups of cells of like background, within which corridor cells meet others; measured 2026-11
LEVEL = 0.95  # of the ratio's interval
ROUNDING = 1e-9
FEW = f"not enough data: {INCIDENTS_MIN} incidents in cells and {RECORDS_MIN} records between places are needed"
UNSETTLED = "not enough data: the background rate of incidents could not be fitted"


class Score(NamedTuple):
    """Score statistic U, mean and standard deviation of its draws, p (high), and the background it was held against."""

    u: float
    expected: float
    sd: float
    p: float
    background: Array


class Rates(NamedTuple):
    """Incidents per 1,000 km of corridor, of like cells elsewhere, their ratio with its interval, share matched."""

    corridor_rate: float
    other_rate: float
    ratio: float
    low: float
    high: float
    matched_share: float


NO_RATES = Rates(*(float("nan"),) * 6)


@dataclass(frozen=True)
class ProximityTest:
    """Incidents against one layer's flows: near in space, nothing more.

    Attributes:
        p: Share of worlds with the flows redrawn in which incidents lie as near or nearer; NaN where not judged.
        u: Score statistic: incidents beyond the background, times standardised exposure, summed over cells.
        expected: Mean of U over the drawn worlds.
        sd: Its standard deviation.
        p_by_h: p at each decay length of H_KM, in kilometres; ``p`` is the first.
        incident_count: Incidents in cells that a way between the places runs through: those tested.
        outside_count: Incidents elsewhere, left out.
        place_count: Places between which flows are drawn.
        flow_share: Share of the layer's records (between places) that run between those.
        rates: Incidents per 1,000 km where the layer runs more than its hubs explain, and in like cells elsewhere.
        reason: Why it was not judged, or None.
    """

    p: float
    u: float
    expected: float
    sd: float
    p_by_h: dict[float, float]
    incident_count: float
    outside_count: float
    place_count: int
    flow_share: float
    rates: Rates
    reason: str | None


def proximity_test(
    places: pd.DataFrame, flows: pd.DataFrame, incidents: pd.DataFrame, draw_count: int, seed: int
) -> ProximityTest:
    """Return whether incidents lie nearer a layer's flows than its hubs and the ways between them explain.

    Incidents stay where they are; flows are redrawn from the layer's null model on the full margin. Near in space
    only: neither that incidents use the route, nor that the route brings incidents, can be read from it.

    Args:
        places: ``lon, lat`` in degrees by place_id.
        flows: ``origin_id, destination_id, weight, is_coarse``; licit legs left out. Flows with an end known only by
            its country are left out: a line between two countries lies near nothing.
        incidents: ``cell`` (H3 resolution 3), ``incident_count``, one row per cell; cells not listed have none.
            Further numeric columns are covariates of the background (log population, km to a border); they must
            then be given for every cell of the ways, so list those with no incident too. Null cells are left out.
        draw_count: Worlds drawn.
        seed: Decides every draw. Turning all flows round changes nothing.

    Raises:
        ContractError: a count is missing or negative, a cell comes twice or is a float (which cannot hold one), or a
            covariate is missing in a cell.

    Source: geo/README.md, "Incidents near corridors".
    """
    fine = flows[~flows["is_coarse"] & (flows["origin_id"] != flows["destination_id"])]
    ids = busiest(fine)
    used = fine[fine["origin_id"].isin(ids) & fine["destination_id"].isin(ids)]
    total = float(fine["weight"].sum())
    share = float(used["weight"].sum()) / total if total > 0 else float("nan")
    counts = _checked(incidents)
    if used["weight"].sum() < RECORDS_MIN or counts["incident_count"].sum() < INCIDENTS_MIN:
        return _unjudged(0.0, float(counts["incident_count"].sum()), len(ids), share)
    ways = ways_between(places.loc[ids])
    y, covariates = _laid(counts, ways)
    outside = float(counts["incident_count"].sum() - y.sum())
    if y.sum() < INCIDENTS_MIN:
        return _unjudged(float(y.sum()), outside, len(ids), share)
    worlds = drawn_totals(ways, od_matrix(used, ids), distances_km(places.loc[ids]), draw_count, seed)
    return _result(ways, y, covariates, worlds, (outside, len(ids), share))


def busiest(flows: pd.DataFrame) -> list[str]:
    """Return the at most PLACES_MAX places with most records out or in, ascending; ties by name."""
    ends = pd.concat([flows.groupby(name)["weight"].sum() for name in ("origin_id", "destination_id")])
    weight = ends.groupby(level=0).sum().sort_index().sort_values(ascending=False, kind="stable")
    return sorted(weight.index[:PLACES_MAX])


def drawn_totals(ways: Ways, matrix: Array, distance_km: Array, draw_count: int, seed: int) -> Array:
    """Return (1 + draws, cells) records passing each cell: the layer's own first, then each drawn world's.

    Args:
        ways: The ways between the places.
        matrix: (N, N) records of the layer.
        distance_km: (N, N) kilometres.
        draw_count: Worlds drawn.
        seed: Together with the records it decides every draw; the transposed matrix gives the same worlds.
    """
    is_turned, words = oriented(matrix, matrix.T)
    null = fit(matrix.T if is_turned else matrix, distance_km)
    totals = np.empty((1 + draw_count, len(ways.cells)))
    totals[0], row = ways.dyads.T @ null.observed.ravel(), 1
    for worlds in sparse_draws(null, draw_count, np.random.default_rng([seed, *words])):
        totals[row : row + worlds.shape[0]] = (worlds @ ways.dyads).toarray()
        row += worlds.shape[0]
    return totals


def score_test(incidents: Array, exposure: Array, background: Array) -> Score | None:
    """Return the score test of incidents against exposure, the first row, among drawn exposures, the others.

    Args:
        incidents: (cells,) counts.
        exposure: (1 + draws, cells), >= 0.
        background: (cells, k) covariates beside the mean exposure; k may be 0.

    Returns:
        U = sum (y - mu) r, with r the standardised log exposure of a cell and mu a Poisson regression on the mean
        log exposure and the covariates, and its rank; None where the regression does not settle. The layer's own
        world counts among the worlds that set mean and spread, so that no world is told from another.

    Source: geo/README.md, "Incidents near corridors".
    """
    log = np.log1p(exposure)
    mean, sd = log.mean(axis=0), log.std(axis=0)
    design = np.column_stack([np.ones(len(mean)), mean, background])
    mu = poisson_means(incidents[None, :], design)[0]
    if not np.isfinite(mu).all():
        return None
    log -= mean
    over = np.divide(incidents - mu, sd, out=np.zeros_like(sd), where=sd > ROUNDING)
    u = log @ over
    drawn = u[1:]
    p = (1 + int((drawn >= u[0] - ROUNDING).sum())) / (1 + len(drawn))
    return Score(float(u[0]), float(drawn.mean()), float(drawn.std()), p, mu)


def corridor_cells(worlds: Array) -> npt.NDArray[np.bool_]:
    """Return where a layer runs: N_MIN records or more, and more than the mean of its drawn worlds.

    Busy cells alone would not do: they are near hubs, and so are incidents; with independent incidents their rate came
    out 1.1 to 1.3 times that of like cells, and these cells' 1.0 (measured 2026-11).

    Args:
        worlds: As ``drawn_totals`` gives them.
    """
    is_corridor: npt.NDArray[np.bool_] = (worlds[0] >= N_MIN) & (worlds[0] > worlds[1:].mean(axis=0))
    return is_corridor


def matched_rates(incidents: Array, km: Array, is_corridor: npt.NDArray[np.bool_], background: Array) -> Rates:
    """Return incidents per 1,000 km of corridor and of cells elsewhere with a like background.

    Cells are cut into STRATA groups of equal number by background; each group's rate elsewhere is weighed by the
    corridor's kilometres in it. Groups without both kinds of cell are left out (``matched_share`` of the corridor's
    kilometres stay). The interval is log-normal, widened by the Pearson dispersion within groups where that is
    above 1; neighbouring cells are taken as independent, which makes it too narrow rather than too wide.

    Args:
        incidents: (cells,) counts.
        km: (cells,) length of a way through each.
        is_corridor: (cells,) whether the layer runs there.
        background: (cells,) expected incidents whether or not it does.

    Returns:
        The rates; NaN where no group has both kinds, ratio and interval NaN where either has no incident.

    Source: direct standardisation, Breslow and Day 1987, Statistical methods in cancer research II, 2.
    """
    rank = np.argsort(np.argsort(background / np.maximum(km, ROUNDING), kind="stable"), kind="stable")
    group = rank * STRATA // max(len(rank), 1)
    length, count = (
        np.array([np.bincount(group[side], each[side], STRATA) for side in (~is_corridor, is_corridor)])
        for each in (km, incidents)
    )
    is_matched = (length > 0).all(axis=0)
    (km0, km1), (y0, y1) = length[:, is_matched], count[:, is_matched]
    share = km1.sum() / max(length[1].sum(), ROUNDING)
    if not len(km1):
        return NO_RATES._replace(matched_share=float(share))
    scaled = km1 / km0 * y0
    rates = 1000 * y1.sum() / km1.sum(), 1000 * scaled.sum() / km1.sum()
    if not (y1.sum() > 0 and y0.sum() > 0):
        return Rates(float(rates[0]), float(rates[1]), float("nan"), float("nan"), float("nan"), float(share))
    fitted = np.divide(count, length, out=np.zeros_like(count), where=length > 0)[is_corridor.astype(int), group] * km
    phi = _dispersion(incidents, fitted, int((length > 0).sum()))
    spread = np.sqrt(phi * (1 / y1.sum() + (km1 / km0 * scaled).sum() / scaled.sum() ** 2))
    ratio, factor = rates[0] / rates[1], np.exp(ndtri((1 + LEVEL) / 2) * spread)
    return Rates(*(float(x) for x in (*rates, ratio, ratio / factor, ratio * factor, share)))


def _dispersion(counts: Array, fitted: Array, parameters: int) -> float:
    """Return Pearson's chi-square over its degrees of freedom, at least 1."""
    seen = fitted > 0
    square = ((counts[seen] - fitted[seen]) ** 2 / fitted[seen]).sum()
    return max(1.0, float(square / max(seen.sum() - parameters, 1)))


def _checked(incidents: pd.DataFrame) -> pd.DataFrame:
    """Return incidents by cell, those without a cell left out."""
    known = incidents[incidents["cell"].notna()]
    if len(known) and not pd.api.types.is_integer_dtype(known["cell"].dtype):
        raise ContractError(
            "proximity: column cell: expected whole numbers (Int64 where some are null); others lose cells."
        )
    counts = known["incident_count"].to_numpy(np.float64)
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ContractError("proximity: column incident_count: expected numbers >= 0. Count the incidents of a cell.")
    if known["cell"].duplicated().any():
        raise ContractError("proximity: column cell: a cell comes twice. Sum its incidents first.")
    return known.set_index(pd.Index(known["cell"].astype("int64"))).drop(columns="cell")


def _laid(counts: pd.DataFrame, ways: Ways) -> tuple[Array, Array]:
    """Return incidents and covariates (log betweenness first) of each cell of the ways."""
    on = counts.reindex(ways.cells)
    extra = on.drop(columns="incident_count")
    for name in extra.columns:
        if extra[name].isna().any():
            raise ContractError(f"proximity: covariate {name} is missing in {extra[name].isna().sum()} cells of ways.")
    return on["incident_count"].fillna(0).to_numpy(np.float64), np.column_stack(
        [np.log1p(ways.betweenness), extra.to_numpy(np.float64)]
    )


def _result(ways: Ways, y: Array, covariates: Array, worlds: Array, scope: tuple[float, int, float]) -> ProximityTest:
    """Return the test at every decay length, and the rates at the first."""
    outside, place_count, share = scope
    scores = {h: score_test(y, worlds @ nearness(ways.cells, h), covariates) for h in H_KM}
    first = scores[H_KM[0]]
    if first is None:
        return _unjudged(float(y.sum()), outside, place_count, share, UNSETTLED)
    return ProximityTest(
        p=first.p,
        u=first.u,
        expected=first.expected,
        sd=first.sd,
        p_by_h={h: float("nan") if score is None else score.p for h, score in scores.items()},
        incident_count=float(y.sum()),
        outside_count=outside,
        place_count=place_count,
        flow_share=share,
        rates=matched_rates(y, ways.km, corridor_cells(worlds), first.background),
        reason=None,
    )


def _unjudged(inside: float, outside: float, place_count: int, share: float, reason: str = FEW) -> ProximityTest:
    nan = float("nan")
    return ProximityTest(*(nan, nan, nan, nan, {}, inside, outside, place_count, share), rates=NO_RATES, reason=reason)
