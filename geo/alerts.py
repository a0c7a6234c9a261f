"""What changed on which corridor, in which month, and could it be enforcement alone? geo/README.md, "Alerts"."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaincc

from geo.bands import N_MIN
from geo.compare import P_MIN
from geo.discovery import q_values
from geo.distance import Array
from geo.panel import JEFFREYS, Panel, monthly
from geo.posterior import PHI

RISE_MONTHS, RISE_GAP = 24, 3  # baseline of a rise, and the months left out between it and now; geo/README.md, "Alerts"
RISE_FACTOR = 2.0  # the rise a CUSUM is tuned to; geo/README.md, "Alerts"
RISE_SCORE = 5.0  # geo/README.md, "Alerts"
RISE_FLOOR = 2.0  # records a 24-month baseline is taken to hold at least: keeps false alarms below .25 a year where
# there is less than one record in five months (.31 with a floor of .5), and finds a new route as surely (2026-11)
SPIKE_MONTHS = 36  # geo/README.md, "Alerts"
SPIKE_P = 0.005  # geo/README.md, "Alerts"
TURN_MONTHS = 12  # a direction is read from a year, against the year before; chosen 2026-11
NEW_MONTHS = 3  # window in which new pairs are counted; chosen 2026-11
NEW_P = 0.01  # 99 %; geo/README.md, "Alerts"
NEW_HISTORY_MIN = 60  # records before the window, below which a rate of new pairs is not known; chosen 2026-11
EFFORT_MONTHS = 3  # the last months whose effort is held against the baseline; chosen 2026-11
EFFORT_RISE = 1.2  # effort so many times its baseline could be the whole story; chosen 2026-11
Q_MAX = 0.10  # geo/README.md, "Alerts"
ROUNDING = 1e-9

KINDS = ("rise", "spike", "reversal", "new_pairs")
COLUMNS = (
    *("kind", "corridor_id", "layer", "since", "month", "observed_count", "expected_count"),
    *("share_before", "share_now", "p", "q", "evidence_class", "could_be_effort"),
)
PAIR_COLUMNS = ("layer", "origin_id", "destination_id", "month", "record_count")
FEW = f"not enough data: {2 * TURN_MONTHS} months and a corridor with records are needed"


@dataclass(frozen=True)
class Alerts:
    """What changed.

    Attributes:
        rows: One row per alert, newest first: ``kind`` (``rise``: more records than the corridor's own rate explains,
            built up over months; ``spike``: in one month; ``reversal``: the direction turned; ``new_pairs``: more pairs
            of places never seen before than the layer's own rate of them), ``corridor_id`` (null for new_pairs),
            ``layer, since, month`` (first days of the first and last month it rests on), ``observed_count,
            expected_count`` of records (of pairs for new_pairs; NaN for a reversal), ``share_before, share_now``
            (of records onward; a reversal's only), ``p, q`` (Benjamini-Hochberg over all judged corridor-months of the
            kind), ``evidence_class`` (A: q <= .1; B: above; C: could be effort), ``could_be_effort``.
        judged_counts: Corridor-months (for new_pairs layer-months) judged, by kind.
        reason: Why nothing could be judged, or None.
    """

    rows: pd.DataFrame
    judged_counts: dict[str, int]
    reason: str | None


class _Found(NamedTuple):
    """One kind's alarms; p (NaN where not judged) and effort of all its series, (series, months); their names."""

    rows: pd.DataFrame
    p: Array
    effort: Array
    keys: pd.DataFrame


def alerts(series: Panel, pairs: pd.DataFrame | None = None) -> Alerts:
    """Return every alert of a release.

    Args:
        series: As ``panel`` gives it.
        pairs: ``layer, origin_id, destination_id, month, record_count`` of all records, for pairs seen for the first
            time; None leaves that kind out.

    Returns:
        The alerts. An alert says that records changed more than effort did, never that a route moved or why.

    Source: geo/README.md, "Alerts".
    """
    seen = pd.DataFrame(columns=list(PAIR_COLUMNS)) if pairs is None else pairs
    each = (_rises(series), _spikes(series), _reversals(series), _new_pairs(series, seen))
    found = dict(zip(KINDS, each, strict=True))
    judged = {kind: int(np.isfinite(one.p).sum()) for kind, one in found.items()}
    tables = [_named(kind, one, series.months) for kind, one in found.items()]
    rows = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    rows = rows.sort_values(["month", "kind", "layer", "corridor_id"], ascending=[False, True, True, True])
    return Alerts(rows.reset_index(drop=True), judged, None if any(judged.values()) else FEW)


def _rises(series: Panel) -> _Found:
    """Return alarms of a CUSUM tuned to a doubling.

    p is the chance of so many records since the score left zero, given the baseline and its own uncertainty, times
    the number of months in which that run could have begun; 1 where there is no alarm.
    """
    total, effort = series.onward + series.back, series.effort
    count, spread, load = _spread(total, effort, RISE_MONTHS, RISE_GAP)
    baseline = np.maximum(count, RISE_FLOOR)
    expected = baseline / _before(effort, RISE_MONTHS, RISE_GAP) * effort
    excess = _excess(spread - count, load, series.keys["layer"])
    score, length, seen, mean, square = (np.zeros(len(total)) for _ in range(5))
    rows, p = [], np.where(np.isfinite(expected), 1.0, np.nan)
    for month in range(RISE_MONTHS + RISE_GAP, total.shape[1]):
        x, l0 = total[:, month], expected[:, month]
        step = (x - l0 * (RISE_FACTOR - 1) / np.log(RISE_FACTOR)) / np.sqrt(l0 * (1 + l0 / 4))
        length, seen, mean, square = (np.where(score > 0, kept, 0.0) for kept in (length, seen, mean, square))
        length, seen, mean, square = length + 1, seen + x, mean + l0, square + l0 * l0
        score = np.maximum(0, score + step)
        at = np.flatnonzero(score > RISE_SCORE)
        size = 1 / (excess[at, month] * square[at] / mean[at] ** 2 + 1 / (baseline[at, month] + JEFFREYS))
        p[at, month] = np.minimum(1, length[at] * betaincc(size, np.floor(seen[at]), size / (size + mean[at])))
        since = month + 1 - length[at].astype(np.int64)
        rows.append(_alarms(at, month, since, {"observed_count": seen[at], "expected_count": mean[at]}))
        score[at] = 0.0
    return _Found(_joined(rows), p, effort, series.keys)


def _spikes(series: Panel) -> _Found:
    """Return single months that a negative binomial with the corridor's own rate and dispersion does not predict."""
    total, effort = series.onward + series.back, series.effort
    count, spread, load = _spread(total, effort, SPIKE_MONTHS, 0)
    excess = _excess(spread - count, load, series.keys["layer"])
    size = 1 / (excess * (1 + 1 / SPIKE_MONTHS) + 1 / (count + JEFFREYS))
    mean = (count + JEFFREYS) / _before(effort, SPIKE_MONTHS, 0) * effort
    p = betaincc(size, np.floor(total), size / (size + mean))
    at, month = np.nonzero(p <= SPIKE_P)
    counts = {"observed_count": total[at, month], "expected_count": mean[at, month]}
    return _Found(_alarms(at, month, month, counts), p, effort, series.keys)


def _reversals(series: Panel) -> _Found:
    """Return the months in which a year's direction became opposite to the year's before.

    p is one minus the posterior probability that the two directions differ; an alert is the first month at which
    that probability reaches P_MIN, not every month in which it stays there. Counts are divided by PHI or, if it is
    more, by the variance of a month over its mean within the two years.
    """
    ways = (series.onward, series.back)
    parts = [[_spread(way, series.effort, TURN_MONTHS, gap) for way in ways] for gap in (-1, TURN_MONTHS - 1)]
    count = sum(each[0] for year in parts for each in year)
    phi = np.maximum(PHI, sum(each[1] for year in parts for each in year) / np.maximum(count, ROUNDING))
    now, then = ([each[0] for each in year] for year in parts)
    onward, before = (1.0 - betainc(a / phi + JEFFREYS, b / phi + JEFFREYS, 0.5) for a, b in (now, then))
    is_known = np.minimum(now[0] + now[1], then[0] + then[1]) >= N_MIN
    p = np.where(is_known, onward * before + (1 - onward) * (1 - before), np.nan)
    at, month = np.nonzero(_first(p <= 1 - P_MIN + ROUNDING))
    share = [(a / np.maximum(a + b, ROUNDING))[at, month] for a, b in (then, now)]
    shares = {"share_before": share[0], "share_now": share[1]}
    return _Found(_alarms(at, month, month - TURN_MONTHS + 1, shares), p, series.effort, series.keys)


def _new_pairs(series: Panel, pairs: pd.DataFrame) -> _Found:
    """Return the windows in which a layer shows more new pairs than its singletons promise (Good-Turing)."""
    layers = sorted(pairs["layer"].unique())
    rows, p, effort = [], np.full((len(layers), len(series.months)), np.nan), np.zeros((0, len(series.months)))
    for number, layer in enumerate(layers):
        mine = pairs[pairs["layer"] == layer]
        ids = pd.MultiIndex.from_frame(mine[["origin_id", "destination_id"]]).to_flat_index()
        count = monthly(mine.assign(corridor_id=ids), ids.unique().to_list(), series.months).to_numpy()
        new, mean, p[number] = _unseen(count)
        month = np.flatnonzero(_first(p[[number]] <= NEW_P)[0])
        counts = {"observed_count": new[month], "expected_count": mean[month]}
        rows.append(_alarms(np.full(len(month), number), month, month - NEW_MONTHS + 1, counts))
        effort = np.vstack([effort, series.effort[(series.keys["layer"] == layer).to_numpy()].sum(axis=0)])
    keys = pd.DataFrame({"corridor_id": pd.Series(None, range(len(layers)), dtype="str"), "layer": layers})
    return _Found(_joined(rows), p, effort, keys)


def _unseen(count: Array) -> tuple[Array, Array, Array]:
    """Return new pairs in the window ending each month, how many are expected, and the chance of so many.

    Each record is of a new pair with chance f1/n, f1 of the n earlier records standing alone in their pair. The count
    of singletons is itself uncertain, which a negative binomial of size f1 + 0.5 carries; it becomes a Poisson
    where there are many.

    Args:
        count: (pairs, months) records of one layer.
    """
    window = _before(count, NEW_MONTHS, -1)
    past = np.cumsum(count, axis=1) - window
    known, single = past.sum(axis=0), (np.abs(past - 1) < ROUNDING).sum(axis=0) + JEFFREYS
    new = ((past < ROUNDING) & (window > 0)).sum(axis=0).astype(np.float64)
    mean = window.sum(axis=0) * single / np.maximum(known, 1)
    p = betaincc(single, np.floor(new), single / (single + mean))
    return new, mean, np.where(known >= NEW_HISTORY_MIN, p, np.nan)


def _before(values: Array, length: int, gap: int) -> Array:
    """Return sums over ``length`` months that end ``gap`` + 1 months before each month; NaN where they do not fit."""
    total = np.cumsum(np.hstack([np.zeros((len(values), 1)), values]), axis=1)
    out = np.full(values.shape, np.nan)
    count = max(values.shape[1] - length - gap, 0)
    if count:
        out[:, length + gap :] = total[:, length : length + count] - total[:, :count]
    return out


def _spread(count: Array, effort: Array, length: int, gap: int) -> tuple[Array, Array, Array]:
    """Return the records of a baseline, the sum of squares about its rate, and the sum of squared expectations."""
    total, exposure = _before(count, length, gap), _before(effort, length, gap)
    rate = total / exposure
    square, cross, load = (_before(each, length, gap) for each in (count**2, count * effort, effort**2))
    about = (square - 2 * rate * cross + rate**2 * load) * length / (length - 1)
    return total, about, rate**2 * load


def _excess(extra: Array, load: Array, layer: pd.Series) -> Array:
    """Return 1/k of a negative binomial: the corridor's own by moments, or its layer's where that is larger.

    Two or three years tell little of one corridor's dispersion; the lucky ones would be alerts.

    Args:
        extra: (series, months) squares about the rate beyond a Poisson's.
        load: The squared expectations they are spread over.
        layer: Each series' layer.
    """
    codes, names = pd.factorize(layer)
    member = (codes[:, None] == np.arange(len(names))).astype(np.float64)
    pooled = (member.T @ extra) / np.maximum(member.T @ load, ROUNDING)
    own = extra / np.maximum(load, ROUNDING)
    more: Array = np.maximum(np.maximum(own, member @ pooled), 0)
    return more


def _first(is_on: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return where a row turns True."""
    before = np.hstack([np.zeros((len(is_on), 1), dtype=bool), is_on[:, :-1]])
    turned: npt.NDArray[np.bool_] = is_on & ~before
    return turned


def _alarms(
    at: npt.NDArray[np.int64],
    month: npt.NDArray[np.int64] | int,
    since: npt.NDArray[np.int64],
    values: dict[str, Array],
) -> pd.DataFrame:
    """Return alarms by number of series and months."""
    blank = dict.fromkeys(("observed_count", "expected_count", "share_before", "share_now"), np.nan)
    return pd.DataFrame({"at": at, "to": np.broadcast_to(month, at.shape), "from": since, **blank, **values})


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    none = np.zeros(0, dtype=np.int64)
    return pd.concat(filled, ignore_index=True) if filled else _alarms(none, none, none, {})


def _named(kind: str, found: _Found, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return one kind's rows with names, months, q, class and whether effort alone could explain them."""
    rows, q = found.rows, q_values(found.p)
    at, to = rows["at"].to_numpy(np.int64), rows["to"].to_numpy(np.int64)
    is_suspect, q = _is_suspect(found.effort)[at, to], q[at, to]
    words = np.where(is_suspect, "C", np.where(q <= Q_MAX, "A", "B"))
    named = found.keys.iloc[at].set_axis(rows.index).join(rows).assign(kind=kind, p=found.p[at, to], q=q)
    named["since"], named["month"] = months[rows["from"].to_numpy(np.int64)], months[to]
    named["could_be_effort"], named["evidence_class"] = is_suspect, words
    return named[list(COLUMNS)].astype(dict.fromkeys(("kind", "corridor_id", "layer", "evidence_class"), "str"))


def _is_suspect(effort: Array) -> npt.NDArray[np.bool_]:
    """Return where effort rose by EFFORT_RISE, has no baseline yet, or never changes and so measures nothing."""
    base = _before(effort, RISE_MONTHS, RISE_GAP) / RISE_MONTHS
    now = _before(effort, EFFORT_MONTHS, -1) / EFFORT_MONTHS
    is_flat = np.ptp(effort, axis=1, keepdims=True) <= ROUNDING * effort.max(axis=1, keepdims=True)
    suspect: npt.NDArray[np.bool_] = ~(now < EFFORT_RISE * base) | is_flat
    return suspect
