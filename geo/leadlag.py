"""Does one layer follow the other on a corridor, and by how many months? geo/README.md, "Who follows whom"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr

from data.errors import ContractError
from geo.discovery import q_values
from geo.distance import Array

MONTHS_MIN = 60  # geo/README.md, "Who follows whom"
EVENTS_MIN = 60  # in each layer; geo/README.md, "Who follows whom"
LAG_MAX = 6  # months either way; geo/README.md, "Who follows whom"
SHIFT_MIN = 8  # months; geo/README.md, "Who follows whom"
FREEDOM_SHARE = 0.5  # degrees of freedom per shift: type I .03 to .06 at .05 on 5 to 20 years (measured 2026-11)
MONTHS_A_YEAR = 12
ANSCOMBE = 0.375  # 3/8: makes the variance of a square-rooted Poisson count nearly constant; README "Who follows whom"
FIT_PASSES = 60
TOLERANCE = 1e-8  # change of a mean, as a share of the largest, at which fitting stops
SETTLED = 1e-4  # the same change above which a fit is not used
LOG_MEAN_MAX = 30.0  # log means are kept within +-30: a month that can have no record has no finite one
RIDGE = 1e-9  # keeps a layer without a record in half the year solvable
ROUNDING = 1e-9  # two correlations this near are one value
SPREAD_MIN = 1e-6  # residuals of a smaller standard deviation hold nothing but trend and season

FEW = f"not enough data: {MONTHS_MIN} months and {EVENTS_MIN} events in each layer are needed"
FLAT = "not enough data: no variation beyond trend and season"
COLUMNS = ("lag_months", "correlation", "p", "month_count", "first_count", "second_count", "reason")


@dataclass(frozen=True)
class LeadLag:
    """Two layers on one corridor, month by month.

    Attributes:
        lag_months: Months by which the second layer follows the first, -6 to 6; negative where it leads, None where
            not judged.
        correlation: Cross-correlation at that lag, the largest of all; NaN where not judged.
        p: Chance of so large a correlation at any of the 13 lags, judged by the spread of all circular shifts.
        month_count: Months of the series.
        first_count: Events of the first layer.
        second_count: Events of the second.
        reason: Why it was not judged, or None.
    """

    lag_months: int | None
    correlation: float
    p: float
    month_count: int
    first_count: float
    second_count: float
    reason: str | None


def lead_lag(
    first: Array, second: Array, effort_first: Array | None = None, effort_second: Array | None = None
) -> LeadLag:
    """Return the lag at which two monthly series correlate best, and how surprising that is.

    Args:
        first: (months,) events of one layer, consecutive months, zeros written out.
        second: The same of the other layer, same months.
        effort_first: (months,) enforcement effort > 0 behind the first layer, any unit; None leaves it out.
        effort_second: The same of the second.

    Returns:
        The result. Swapping the layers turns the sign of the lag and changes nothing else. Association in time:
        neither layer is shown to cause the other.

    Raises:
        ContractError: a count is missing or negative, an effort missing or not positive, or the months differ.
    """
    efforts = [None if one is None else _one_row(one) for one in (effort_first, effort_second)]
    row = lead_lags(_one_row(first), _one_row(second), *efforts).iloc[0]
    judged = pd.isna(row["reason"])
    return LeadLag(
        lag_months=int(row["lag_months"]) if judged else None,
        correlation=float(row["correlation"]),
        p=float(row["p"]),
        month_count=int(row["month_count"]),
        first_count=float(row["first_count"]),
        second_count=float(row["second_count"]),
        reason=None if judged else str(row["reason"]),
    )


def lead_lags(
    first: pd.DataFrame,
    second: pd.DataFrame,
    effort_first: pd.DataFrame | None = None,
    effort_second: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return ``lead_lag`` of many corridors.

    Args:
        first: One row per corridor, one column per month in order, as ``monthly`` gives it.
        second: The same corridors and months of the other layer.
        effort_first: The same shape, > 0; None leaves effort out.
        effort_second: The same for the second layer.

    Returns:
        One row per corridor, same index: the fields of ``LeadLag`` and ``q`` (Benjamini-Hochberg over the corridors
        judged; NaN elsewhere).

    Raises:
        ContractError: see ``lead_lag``.

    Source: geo/README.md, "Who follows whom"; all shifts of SHIFT_MIN months or more, so that nothing is drawn.
    """
    x, y = (_counts(frame, name, first) for frame, name in ((first, "first"), (second, "second")))
    offsets = [_log_effort(frame, name, first) for frame, name in ((effort_first, "first"), (effort_second, "second"))]
    rows = pd.DataFrame({"month_count": x.shape[1], "first_count": x.sum(axis=1), "second_count": y.sum(axis=1)})
    is_enough = (rows[["first_count", "second_count"]].min(axis=1) >= EVENTS_MIN).to_numpy() & (
        x.shape[1] >= MONTHS_MIN
    )
    rows["reason"] = pd.Series(FEW, rows.index, dtype="str").where(~is_enough)
    for name in ("lag_months", "correlation", "p"):
        rows[name] = np.nan
    if is_enough.any():
        white = [_whitened(z[is_enough], offset[is_enough]) for z, offset in zip((x, y), offsets, strict=True)]
        _fill(rows, np.flatnonzero(is_enough), white)
    rows["q"] = q_values(rows["p"].to_numpy())
    return rows[[*COLUMNS, "q"]].set_axis(first.index)


def poisson_means(counts: Array, design: Array, offset: Array | float = 0.0) -> Array:
    """Return the fitted means of Poisson regressions with a log link, one per row, all at once.

    Args:
        counts: (series, n), >= 0.
        design: (n, k) covariates shared by all series; the intercept is one of them. Columns may repeat each other.
        offset: Log exposure, (series, n) or broadcastable.

    Returns:
        (series, n) means; about 0 where a series has no record, NaN where fitting did not settle.

    Source: iteratively reweighted least squares, McCullagh and Nelder 1989, Generalized Linear Models, 2.5.
    """
    axes, weight, _ = np.linalg.svd(design, full_matrices=False)
    basis = axes[:, weight > ROUNDING * weight.max(initial=0.0)] * np.sqrt(len(design))
    shift = np.broadcast_to(np.asarray(offset, dtype=np.float64), counts.shape)
    eta = np.log((counts + counts.mean(axis=1, keepdims=True)) / 2 + 1e-6)
    ridge = RIDGE * np.eye(basis.shape[1])
    for _ in range(FIT_PASSES):
        mean = np.exp(eta)
        left = np.einsum("ni,sn,nj->sij", basis, mean, basis, optimize=True)
        right = (mean * (eta - shift) + counts - mean) @ basis
        scale = np.trace(left, axis1=1, axis2=2)[:, None, None] + 1e-12
        beta = np.linalg.solve(left / scale + ridge, (right / scale[:, :, 0])[..., None])[..., 0]
        eta = np.clip(beta @ basis.T + shift, -LOG_MEAN_MAX, LOG_MEAN_MAX)
        change = np.abs(np.exp(eta) - mean).max(axis=1, initial=0.0) / (1 + mean.max(axis=1, initial=0.0))
        if (change <= TOLERANCE).all():
            break
    means: Array = np.where((change <= SETTLED)[:, None], np.exp(eta), np.nan)
    return means


def _one_row(series: Array) -> pd.DataFrame:
    return pd.DataFrame(np.asarray(series, dtype=np.float64)[None, :])


def _counts(frame: pd.DataFrame, name: str, like: pd.DataFrame) -> Array:
    """Return a layer's counts as an array, or say what is wrong with them."""
    if not (frame.index.equals(like.index) and frame.columns.equals(like.columns)):
        raise ContractError(f"lead-lag: {name} and first layer differ in corridors or months. Use the same for both.")
    counts: Array = frame.to_numpy(np.float64)
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ContractError(f"lead-lag: {name} layer: expected counts >= 0 in every month. Leave unknown months out.")
    return counts


def _log_effort(frame: pd.DataFrame | None, name: str, like: pd.DataFrame) -> Array:
    """Return log effort about its mean, so that only its changes matter; zeros where effort is not given."""
    if frame is None:
        return np.zeros(like.shape)
    if not (frame.index.equals(like.index) and frame.columns.equals(like.columns)):
        raise ContractError(f"lead-lag: effort_{name} differs from its layer in corridors or months.")
    effort = frame.to_numpy(np.float64)
    if not (np.isfinite(effort) & (effort > 0)).all():
        raise ContractError(f"lead-lag: effort_{name}: expected effort > 0 in every month. Smooth it first.")
    log = np.log(effort)
    centred: Array = log - log.mean(axis=1, keepdims=True)
    return centred


def _whitened(counts: Array, offset: Array) -> Array:
    """Return standardised AR(1)-prewhitened residuals, (corridors, months - 1); NaN where nothing is left."""
    t = np.arange(counts.shape[1], dtype=np.float64)
    turn = 2 * np.pi * t / MONTHS_A_YEAR
    design = np.column_stack([np.ones_like(t), t - t.mean(), np.sin(turn), np.cos(turn)])
    mean = poisson_means(counts, design, offset)
    residual = 2 * (np.sqrt(counts + ANSCOMBE) - np.sqrt(mean + ANSCOMBE))
    residual -= residual.mean(axis=1, keepdims=True)
    is_flat = ~(residual.std(axis=1) > SPREAD_MIN)
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = (residual[:, 1:] * residual[:, :-1]).sum(axis=1) / (residual**2).sum(axis=1)
        white = residual[:, 1:] - phi[:, None] * residual[:, :-1]
        white -= white.mean(axis=1, keepdims=True)
        white /= white.std(axis=1, keepdims=True)
    return np.where(is_flat[:, None], np.nan, white)


def _fill(rows: pd.DataFrame, at: npt.NDArray[np.int64], white: Sequence[Array]) -> None:
    """Write lag, correlation and p of the judged corridors into the rows ``at``."""
    lag, best, p = _judged(*white)
    is_flat = ~np.isfinite(best)
    rows.loc[at, "lag_months"] = np.where(is_flat, np.nan, lag)
    rows.loc[at, "correlation"], rows.loc[at, "p"] = best, p
    rows.loc[at[is_flat], "reason"] = FLAT


def _judged(x: Array, y: Array) -> tuple[npt.NDArray[np.int64], Array, Array]:
    """Return lag, correlation and p of each pair of standardised series.

    Months go round in a circle, in the observed correlation as in the shifted ones: every shift is then one
    relabelling of the same numbers, and swapping the series mirrors them exactly. The shifts' spread is the unit and
    a Student tail gives p, for a rank cannot: 13 neighbouring lags hold the largest of n correlations with
    chance 13/n, so that a rank of maxima rejects .11 of 10-year series at .05, .21 of 5-year ones.
    """
    count = x.shape[1]
    spectrum = np.conj(np.fft.rfft(x, axis=1)) * np.fft.rfft(y, axis=1)
    by_shift = np.fft.irfft(spectrum, n=count, axis=1) / count  # column s: x of a month with y of s months later
    lags = np.array(sorted(range(-LAG_MAX, LAG_MAX + 1), key=abs))
    near, far = by_shift[:, lags % count], by_shift[:, SHIFT_MIN : count - SHIFT_MIN + 1]
    best = near.max(axis=1)
    lag = lags[(near >= best[:, None] - ROUNDING).argmax(axis=1)]
    unit = np.sqrt((far**2).mean(axis=1))
    alone = stdtr(far.shape[1] * FREEDOM_SHARE, -best / unit)
    return lag, best, -np.expm1(len(lags) * np.log1p(-alone))
