"""S12: monthly records in which one layer follows the other, or does not."""

import numpy as np
import pandas as pd

from geo.distance import Array
from geo.leadlag import lead_lags
from geo.validation.measured import Measured, Run, mean
from geo.validation.terrain import Case

MONTHS = 120  # ten years
LAG_MONTHS = 3  # geo/README.md, "Validation"
CORRIDORS_PER_WORLD = 20
MEANS = (2.0, 8.0)  # records a month and layer; chosen 2026-11
SHOCK_SIGMA, SHOCK_MEMORY = 0.6, 0.4  # of the log rate that the layers share with a lag, and of its AR(1)
TREND, SEASON = 0.5, 0.4  # of the log rate: over the whole series, and over the year
ALPHA = 0.05


def s12(case: Case) -> Run:
    """Return how well a lag of three months is found, and how often one is found where there is none."""
    rng = np.random.default_rng([case.seed, 12])
    count = case.effort.worlds * CORRIDORS_PER_WORLD
    linked = _pair(rng, count, is_linked=True)
    alone = _pair(rng, count, is_linked=False)
    found, chance = (lead_lags(pd.DataFrame(one[0]), pd.DataFrame(one[1])) for one in (linked, alone))
    is_near = (found["lag_months"] - LAG_MONTHS).abs() <= 1
    rows = [
        Measured("S12", "lag of 3 months found within 1 month", ">=", 0.95, *mean([float(hit) for hit in is_near])),
        Measured("S12", "lag found where there is none, p <= .05", "<=", 0.07, *_rejected(chance)),
        Measured("S12", "linked series with p <= .05", ">=", None, *_rejected(found)),
    ]
    return Run(rows)


def _rejected(found: pd.DataFrame) -> tuple[float, float, int]:
    return mean([float(p <= ALPHA) for p in found["p"].dropna()])


def _pair(rng: np.random.Generator, count: int, is_linked: bool) -> tuple[Array, Array]:
    """Return (corridors, MONTHS) records of two layers; linked ones share shocks, the second LAG_MONTHS later."""
    shocks = [_shocks(rng, count) for _ in range(2)]
    first, second = shocks[0][:, LAG_MONTHS:], shocks[0 if is_linked else 1][:, :-LAG_MONTHS]
    layers = [rng.poisson(np.exp(shock + _pace(rng, count))).astype(np.float64) for shock in (first, second)]
    return layers[0], layers[1]


def _shocks(rng: np.random.Generator, count: int) -> Array:
    """Return (corridors, MONTHS + LAG_MONTHS) stationary AR(1) of standard deviation SHOCK_SIGMA."""
    fresh = rng.normal(size=(count, MONTHS + LAG_MONTHS))
    shocks = fresh.copy()
    for month in range(1, shocks.shape[1]):
        shocks[:, month] = SHOCK_MEMORY * shocks[:, month - 1] + np.sqrt(1 - SHOCK_MEMORY**2) * fresh[:, month]
    scaled: Array = SHOCK_SIGMA * shocks
    return scaled


def _pace(rng: np.random.Generator, count: int) -> Array:
    """Return (corridors, MONTHS) log rates from level, trend and season alone."""
    level, trend, phase = np.log(rng.uniform(*MEANS, count)), rng.normal(0, TREND, count), rng.uniform(0, 12, count)
    month = np.arange(MONTHS)
    season = SEASON * np.sin(2 * np.pi * (month + phase[:, None]) / 12)
    pace: Array = level[:, None] + trend[:, None] * (month / MONTHS - 0.5) + season
    return pace
