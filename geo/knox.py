"""Do two kinds of events fall close in space and time more often than chance? Co-location, never a link."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from data.errors import ContractError
from geo.distance import EARTH_RADIUS_KM, Array, unit_vectors
from geo.seeding import oriented

KM = 75.0  # near in space: the decay length of geo/README.md, "Incidents near corridors"
DAYS = 30.0  # near in time; chosen 2026-11
DRAW_COUNT = 999  # geo/README.md, "Incidents near corridors"
EVENTS_MIN = 20  # of each kind; chosen 2026-11
FEW = f"not enough data: {EVENTS_MIN} dated events of each kind are needed"

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Knox:
    """Pairs of one event of each kind that are near in space and time.

    Attributes:
        pair_count: Such pairs; NaN where not judged.
        expected: Their mean under the null whose p stands, of three (see ``knox``): exact over all permutations of
            one kind's dates, or over the shifts.
        ratio: pair_count / expected; NaN where nothing is expected.
        p: Share of drawn worlds with as many pairs, the observed one counted; the largest of the three nulls.
        near_count: Pairs near in space, whatever their dates.
        first_count: Events of the first kind with a place and a date.
        second_count: Events of the second.
        reason: Why it was not judged, or None.
    """

    pair_count: float
    expected: float
    ratio: float
    p: float
    near_count: int
    first_count: int
    second_count: int
    reason: str | None


def knox(first: pd.DataFrame, second: pd.DataFrame, seed: int, draw_count: int = DRAW_COUNT) -> Knox:
    """Return whether events of two kinds are near in space and time more often than their dates alone would make them.

    Three nulls, and the largest p stands: the dates of either kind permuted among its events (keeps every place, every
    date and so any trend), and all dates of one kind shifted round the period (keeps each kind's own bursts, which a
    permutation breaks up). Swapping the kinds changes nothing.

    Args:
        first: ``lon, lat`` in degrees (WGS 84), ``occurred_on`` (date); one row per event, such as a seizure.
            Rows without a place or a date are left out.
        second: The same of the other kind, such as an attack.
        seed: Decides every permutation.
        draw_count: Permutations of each kind, and shifts.

    Returns:
        The result. Near in space and time is co-location; it links no event to another.

    Raises:
        ContractError: a column is missing.

    Source: Knox 1964, The detection of space-time interactions; geo/README.md, "Incidents near corridors".
    """
    kinds = [_placed(events) for events in (first, second)]
    counts = len(kinds[0][1]), len(kinds[1][1])
    near = _near(kinds[0][0], kinds[1][0])
    if min(counts) < EVENTS_MIN:
        nan = float("nan")
        return Knox(nan, nan, nan, nan, len(near), *counts, reason=FEW)
    days = kinds[0][1], kinds[1][1]
    observed = int((np.abs(days[0][near[:, 0]] - days[1][near[:, 1]]) <= DAYS).sum())
    nulls = [_permuted(days, near, side, (seed, draw_count)) for side in (0, 1)] + [_shifted(days, near, draw_count)]
    p, expected = max((_p(drawn, observed), mean) for drawn, mean in nulls)
    ratio = observed / expected if expected > 0 else float("nan")
    return Knox(float(observed), expected, ratio, p, len(near), *counts, None)


def _placed(events: pd.DataFrame) -> tuple[Array, Array]:
    """Return unit vectors and days of the events that have both, in an order of their own."""
    missing = [name for name in ("lon", "lat", "occurred_on") if name not in events]
    if missing:
        raise ContractError(f"knox: column {missing[0]} is missing.")
    known = events.dropna(subset=["lon", "lat", "occurred_on"])
    known = known.sort_values(["occurred_on", "lon", "lat"])
    days = pd.to_datetime(known["occurred_on"]).to_numpy("datetime64[D]").astype(np.float64)
    return unit_vectors(known["lon"].to_numpy(np.float64), known["lat"].to_numpy(np.float64)), days


def _near(a: Array, b: Array) -> Whole:
    """Return (pairs, 2) rows of a and b within KM of each other."""
    chord = 2 * np.sin(KM / EARTH_RADIUS_KM / 2)
    if not len(a) or not len(b):
        return np.zeros((0, 2), dtype=np.int64)
    found = cKDTree(a).sparse_distance_matrix(cKDTree(b), chord, output_type="ndarray")
    return np.column_stack([found["i"], found["j"]])


def _permuted(days: tuple[Array, Array], near: Whole, side: int, draw: tuple[int, int]) -> tuple[Array, float]:
    """Return pairs near in both under permutations of one side's dates, and their exact mean.

    The draws follow from the seed and the permuted dates, whichever kind comes first.
    """
    own, other = days[side], days[1 - side]
    seed, count = draw
    rng = np.random.default_rng([seed, *oriented(own, own)[1]])
    orders = (rng.permutation(own) for _ in range(count))
    close = np.searchsorted(own, other + DAYS, side="right") - np.searchsorted(own, other - DAYS, side="left")
    mean = float(close[near[:, 1 - side]].sum() / len(own))
    pairs = near[:, side], other[near[:, 1 - side]]
    return np.array([(np.abs(order[pairs[0]] - pairs[1]) <= DAYS).sum() for order in orders], dtype=np.float64), mean


def _shifted(days: tuple[Array, Array], near: Whole, count: int) -> tuple[Array, float]:
    """Return pairs near in both when one kind's dates are shifted round the period, and their mean.

    All shifts count, small ones too: leaving those out that still see the observed pairs makes p too small.
    """
    span = float(np.ptp(np.concatenate(days))) + 1
    shifts = span * np.arange(1, count + 1) / (count + 1)
    apart = np.sort(np.mod(days[0][near[:, 0]] - days[1][near[:, 1]], span))
    apart = np.concatenate([apart - span, apart, apart + span])
    upper, lower = np.searchsorted(apart, shifts + DAYS, side="right"), np.searchsorted(apart, shifts - DAYS)
    drawn: Array = (upper - lower).astype(np.float64)
    return drawn, float(drawn.mean())


def _p(drawn: Array, observed: int) -> float:
    return (1 + int((drawn >= observed).sum())) / (1 + len(drawn))
