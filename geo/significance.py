"""Is it more than distance and each layer's own hubs would give? Tests of single bundles of the first layer.

Against the one null model; layers as a whole: ``geo.multiplex``. geo/README.md, "More than hubs and distance?".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.special import betainc, gammaincc

from geo.discovery import q_values
from geo.distance import Array
from geo.multiplex import DRAW_COUNT, H_KM, ROUNDING, smoothed, smoothing_kernel
from geo.nullmodel import Null, dyad_draws, fit, without_stays
from geo.seeding import oriented, seed_of

MIN_COUNT = 8.0  # smoothed records of a bundle worth testing; geo/README.md, "More than hubs and distance?"
MIN_DISTANCE_KM = 600.0  # shorter bundles overlap their own return; geo/README.md, "More than hubs and distance?"
DELTA = 0.08  # share of journeys stated backwards; geo/README.md, "Comparing two layers"
Q_MAX = 0.10  # false discovery rate; geo/README.md, "More than hubs and distance?"
DIRECTION_P = 0.01  # a bundle counts where errors of direction explain its records with less than this; geo/README.md

KINDS = ("common", "inverse")
BUNDLE_COLUMNS = (
    *("origin", "destination", "kind", "statistic"),
    *("expected", "p", "q", "is_floor", "is_found"),
    *("expected_polarity", "p_polarity", "q_polarity", "is_floor_polarity"),
)
PAINTED_COLUMNS = ("bundle", "q_common", "q_inverse", "q_polarity_common", "q_polarity_inverse")


@dataclass(frozen=True)
class BundleSettings:
    """How bundles are chosen and tested; the defaults: geo/README.md, "Thresholds"."""

    h_km: float = H_KM
    min_count: float = MIN_COUNT
    min_distance_km: float = MIN_DISTANCE_KM
    delta: float = DELTA
    draw_count: int = DRAW_COUNT
    q: float = Q_MAX


def bundle_tests(
    a: Array,
    b: Array,
    distance_km: Array,
    rng: np.random.Generator | int,
    settings: BundleSettings | None = None,
) -> pd.DataFrame:
    """Test each strong bundle of layer A: does B run there the same way, or back, more than its null gives?

    Args:
        a: (N, N) records of the layer that chooses the bundles (firearms).
        b: The same of the other layer.
        distance_km: (N, N) kilometres, symmetric.
        rng: A seed, or a generator of which one number is used.
        settings: BundleSettings(), if None.

    Returns:
        Two rows per bundle, strongest first: ``origin, destination`` (row and column of A), ``kind`` (``common``,
        ``inverse``), ``statistic`` (B's records within h_km of both ends, that way); against the full-margin rung
        ``expected`` (mean of the draws, which include records stated backwards), ``p`` (gamma tail where no draw
        reached the statistic: ``is_floor``), ``q`` (Benjamini-Hochberg over all rows), ``is_found`` (q within the
        settings); the same against the polarity rung, ``expected_polarity, p_polarity, q_polarity,
        is_floor_polarity``. Reversing B swaps common and inverse exactly. No bundle, no row.

    Raises:
        ContractError: the matrices differ in shape, are negative, or hold NaN.

    Source: geo/README.md, "More than hubs and distance?".
    """
    chosen, seed = settings or BundleSettings(), seed_of(rng)
    is_turned, words = oriented(b, b.T)
    null = fit(b.T if is_turned else b, distance_km)
    ends = anchors(without_stays(a, distance_km), distance_km, chosen)
    members = _members(ends, smoothing_kernel(distance_km, chosen.h_km) > 0)
    statistic = members @ null.observed.ravel()
    rows = pd.DataFrame({"statistic": statistic})
    for number, end in enumerate(("", "_polarity")):
        draw = np.random.default_rng([seed, number, *words])
        drawn = _bundle_draws(null, members, chosen, draw, polarity=number == 1)
        rows = rows.join(_bundle_rows(statistic, drawn).add_suffix(end))
    # the rows are B's as it sorts first, onward then back; turned, onward is back
    half = len(ends)
    return _bundle_frame(rows.iloc[np.roll(np.arange(2 * half), half if is_turned else 0)], ends, chosen.q)


def anchors(a: Array, distance_km: Array, settings: BundleSettings) -> npt.NDArray[np.int64]:
    """Return (bundles, 2) origins and destinations: greedily the strongest, none near another at both ends.

    A bundle has ``min_count`` smoothed records, spans ``min_distance_km``, and its records are too many to be
    its return stated backwards. Ties go to the pair with more records of its own, then to the longer one.
    """
    kernel = smoothing_kernel(distance_km, settings.h_km)
    strength, near = smoothed(a, kernel), [np.flatnonzero(row) for row in kernel]
    i, j = np.nonzero((strength >= settings.min_count) & (distance_km >= settings.min_distance_km))
    count, both = strength[i, j], strength[i, j] + strength[j, i]
    whole, back = np.floor(count), np.floor(both) - np.floor(count)
    is_sure = betainc(whole, back + 1, settings.delta) < DIRECTION_P  # so many or more of both, by mistake
    i, j = i[is_sure], j[is_sure]
    order = np.lexsort((-distance_km[i, j], -a[i, j], -count[is_sure]))
    is_taken = np.zeros(a.shape, dtype=np.bool_)
    found = []
    for one, other in zip(i[order].tolist(), j[order].tolist(), strict=True):
        if not is_taken[one, other]:
            found.append((one, other))
            is_taken[np.ix_(near[one], near[other])] = True
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _members(ends: npt.NDArray[np.int64], near: npt.NDArray[np.bool_]) -> sp.csr_matrix:
    """Return (2 x bundles, N * N) of 1 where a dyad belongs to the bundle: all onward, then all back."""
    size = len(near)
    ways = np.concatenate([ends, ends[:, ::-1]])
    dyads = [np.add.outer(np.flatnonzero(near[i]) * size, np.flatnonzero(near[j])).ravel() for i, j in ways]
    starts = np.cumsum([0, *(len(each) for each in dyads)])
    column = np.concatenate([np.zeros(0, dtype=np.int64), *dyads])
    return sp.csr_matrix((np.ones(len(column)), column, starts), shape=(len(ways), size * size))


def _bundle_draws(
    null: Null, members: sp.csr_matrix, settings: BundleSettings, rng: np.random.Generator, *, polarity: bool
) -> Iterator[Array]:
    """Yield drawn statistics (rows of members, worlds), records stated backwards included (geo/README.md)."""
    used = np.flatnonzero(members.getnnz(axis=0))
    within, real = members[:, used], members @ null.observed.ravel()
    backwards = settings.delta / (1 - settings.delta) * np.roll(real, len(real) // 2)
    for chunk in dyad_draws(null, used, settings.draw_count, rng, polarity):
        found = chunk[within.indices]  # one bundle's dyads after another's: a bundle's records are one row
        ends = found.indptr[within.indptr]
        records = sp.csr_matrix((found.data, found.indices, ends), shape=(len(real), chunk.shape[1])).toarray()
        yield records + rng.poisson(backwards[:, None], records.shape)


def _bundle_rows(statistic: Array, drawn: Iterable[Array]) -> pd.DataFrame:
    """Return expected, p and is_floor of each row of drawn statistics, which come as (rows, worlds) parts."""
    count, reached, total, squares = 0, *np.zeros((3, len(statistic)))
    for part in drawn:
        count += part.shape[1]
        reached += (part >= statistic[:, None] - ROUNDING).sum(axis=1)
        total += part.sum(axis=1)
        squares += (part**2).sum(axis=1)
    p, is_floor = (1 + reached) / (count + 1), reached == 0
    mean = total / count if count else np.full(len(statistic), np.nan)
    variance = squares / count - mean**2 if count else np.zeros(len(statistic))
    has_tail = is_floor & (variance > ROUNDING)
    m, v = mean[has_tail], variance[has_tail]
    # half a record less: the tail of a count, read off a continuous curve
    p[has_tail] = np.minimum(p[has_tail], gammaincc(m * m / v, (statistic[has_tail] - 0.5) * m / v))
    return pd.DataFrame({"expected": mean, "p": p, "is_floor": is_floor})


def _bundle_frame(rows: pd.DataFrame, ends: npt.NDArray[np.int64], q_max: float) -> pd.DataFrame:
    """Return the rows (all common, then all inverse) bundle by bundle, with their ends and q."""
    half = len(ends)
    frame = rows.iloc[np.arange(2 * half).reshape(2, half).T.ravel()].reset_index(drop=True)
    frame["origin"], frame["destination"] = (np.repeat(ends[:, side], 2) for side in (0, 1))
    frame["kind"] = pd.Series([*KINDS] * half, index=frame.index, dtype="str")
    for end in ("", "_polarity"):
        frame[f"q{end}"] = q_values(frame[f"p{end}"].to_numpy())
    frame["is_found"] = frame["q"] <= q_max
    return frame[list(BUNDLE_COLUMNS)]


def false_discovery(p_by_name: Mapping[str, float]) -> dict[str, float]:
    """Return Benjamini-Hochberg q by name, such as by layer; NaN (no test) stays NaN and counts as no test.

    Raises:
        ValueError: a p outside [0, 1].

    Source: Benjamini and Hochberg 1995; geo/README.md, "More than hubs and distance?".
    """
    q = q_values(np.array([*p_by_name.values()], dtype=np.float64))
    return dict(zip(p_by_name, q.tolist(), strict=True))


def painted(
    bundles: pd.DataFrame,
    corridors: pd.DataFrame,
    place_ids: Sequence[str],
    distance_km: Array,
    h_km: float = H_KM,
) -> pd.DataFrame:
    """Return what the bundle tests say of corridors.

    A bundle covers a corridor when, in the direction of the first layer's larger flow, both its ends lie within h_km
    of the corridor's and it runs the corridor's way (its ends are nearer in that order than in the other). Of
    several, the one whose ends are nearest speaks; of equally near ones the stronger.

    Args:
        bundles: As ``bundle_tests`` gives them.
        corridors: ``origin_id, destination_id`` and the first layer's records that way, ``a_onward``, and back,
            ``a_back``, as ``Comparison.corridors`` has them.
        place_ids: N places in the order of the bundles' numbers.
        distance_km: (N, N) kilometres between them.
        h_km: What the bundles were tested with.

    Returns:
        One row per corridor, with its index: ``bundle`` (0 for the strongest; missing where none covers it, the first
        layer's flows are equal or unknown, or an end is not among the places: not tested), ``q_common, q_inverse,
        q_polarity_common, q_polarity_inverse`` (NaN where not tested). Turning a corridor round changes nothing.

    Source: geo/README.md, "More than hubs and distance?".
    """
    place = pd.Index(place_ids)
    start, end = (place.get_indexer(pd.Index(corridors[name])) for name in ("origin_id", "destination_id"))
    excess = (corridors["a_onward"] - corridors["a_back"]).to_numpy(np.float64)
    start, end = np.where(excess < 0, end, start), np.where(excess < 0, start, end)
    is_known = (start >= 0) & (end >= 0) & (np.abs(excess) > 0)
    ends = bundles[["origin", "destination"]].to_numpy(np.int64)[::2]
    nearest = np.full(len(corridors), -1)
    if len(ends):
        nearest[is_known] = _nearest(np.column_stack([start, end])[is_known], ends, distance_km, h_km)
    return _painted(bundles, nearest, corridors.index)


def _nearest(
    corridors: npt.NDArray[np.int64], bundles: npt.NDArray[np.int64], distance_km: Array, h_km: float
) -> npt.NDArray[np.int64]:
    """Return the number of the nearest covering bundle, -1 for none; both are (n, 2) origins and destinations."""
    (start, end), (origin, destination) = corridors.T[:, :, None], bundles.T
    at_start, at_end = distance_km[start, origin], distance_km[end, destination]
    turned = distance_km[start, destination] + distance_km[end, origin]
    covers = (at_start <= h_km) & (at_end <= h_km) & (at_start + at_end < turned)
    apart = np.where(covers, at_start + at_end, np.inf)
    return np.where(covers.any(axis=1), apart.argmin(axis=1), -1)


def _painted(bundles: pd.DataFrame, nearest: npt.NDArray[np.int64], index: pd.Index) -> pd.DataFrame:
    frame = pd.DataFrame({"bundle": pd.array(nearest, dtype="Int64")}, index=index)
    frame["bundle"] = frame["bundle"].mask(nearest < 0)
    for column in ("q", "q_polarity"):
        for number, kind in enumerate(KINDS):
            q = np.append(bundles[column].to_numpy(np.float64)[number::2], np.nan)
            frame[f"{column}_{kind}"] = q[nearest]
    return frame[list(PAINTED_COLUMNS)]
