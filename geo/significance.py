"""Is it more than distance and each layer's own hubs would give? Two tests against the one null model.

Tier 3 asks it of two layers as a whole (``system_test``), Tier 2 of single bundles of the first layer
(``bundle_tests``). METHOD 3.4 to 3.6; geo/README.md.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.stats import binom, false_discovery_control, gamma

from geo.distance import Array
from geo.nullmodel import fit, sparse_draws, without_stays

H_KM = 450.0  # places this near count as one end of a bundle; METHOD 3.4
MIN_COUNT = 8.0  # smoothed records of a bundle worth testing; METHOD 3.6
MIN_DISTANCE_KM = 600.0  # shorter bundles overlap their own return; METHOD 3.6
DELTA = 0.08  # share of journeys stated backwards; METHOD 3.4
DRAW_COUNT = 999  # METHOD 3.5
Q_MAX = 0.10  # false discovery rate; METHOD 3.6
DIRECTION_P = 0.01  # a bundle counts where errors of direction explain its records with less than this; METHOD 3.6
ROUNDING = 1e-9  # two statistics this near are one value: a drawn tie counts against surprise

RUNGS = ("full_margin", "polarity")
BUNDLE_COLUMNS = ("origin", "destination", "kind", "statistic", "expected", "p", "q", "is_floor", "is_found")
OmegaOf = Callable[[Array, Array], float]


@dataclass(frozen=True)
class SystemSettings:
    """How a pair of layers is tested.

    Attributes:
        draw_count: Drawn worlds per rung and layer.
        h_km: Smoothing radius; 0 compares single places.
        omega_of: Gives Omega of two (N, N) matrices of records on the caller's network, NaN where they never meet;
            must not depend on their order. None leaves Omega out.
    """

    draw_count: int = DRAW_COUNT
    h_km: float = H_KM
    omega_of: OmegaOf | None = None


@dataclass(frozen=True)
class BundleSettings:
    """How bundles are chosen and tested; the defaults are METHOD 3.6."""

    h_km: float = H_KM
    min_count: float = MIN_COUNT
    min_distance_km: float = MIN_DISTANCE_KM
    delta: float = DELTA
    draw_count: int = DRAW_COUNT
    q: float = Q_MAX


class Surprise(NamedTuple):
    """One statistic against its null: observed value, mean and standard deviation of the draws, p-value."""

    observed: float
    expected: float
    sd: float
    p: float


@dataclass(frozen=True)
class SystemTest:
    """Two layers as a whole.

    Attributes:
        full_margin: By statistic (``m``, ``r``, ``omega`` if asked for): beyond who sends and who receives?
        polarity: The same: does direction align or oppose more than if each place's roles were tossed?
    """

    full_margin: dict[str, Surprise]
    polarity: dict[str, Surprise]


def multiplexity(a: Array, b: Array) -> float:
    """Return m = 2 sum min(a_ij, b_ij) / (sum a + sum b) in [0, 1]; NaN where both are empty.

    Source: Gemmetto et al. 2014 (arXiv 1411.1282), weighted multiplexity: shared records that run the same way.
    """
    total = a.sum() + b.sum()
    return float(2 * np.minimum(a, b).sum() / total) if total > 0 else float("nan")


def multireciprocity(a: Array, b: Array) -> float:
    """Return r = 2 sum min(a_ij, b_ji) / (sum a + sum b) in [0, 1]: what the other layer returns.

    NaN where both are empty. Source: as ``multiplexity``.
    """
    return multiplexity(a, b.T)


def smoothing_kernel(distance_km: Array, h_km: float = H_KM) -> Array:
    """Return the (N, N) matrix of 1 where places lie within h_km (each place near itself), else 0."""
    kernel = (distance_km <= h_km).astype(np.float64)
    np.fill_diagonal(kernel, 1.0)
    return kernel


def smoothed(matrix: Array, kernel: Array) -> Array:
    """Return K X K': records from near the row's place to near the column's."""
    result: Array = kernel @ matrix @ kernel.T
    return result


def system_test(
    a: Array,
    b: Array,
    distance_km: Array,
    rng: np.random.Generator | int,
    settings: SystemSettings | None = None,
) -> SystemTest:
    """Test whether two layers align or oppose more than geography and hubs give.

    Each layer in turn is redrawn while the other is kept, and the larger p-value stands. Draws are seeded by the
    seed and the redrawn layer's own counts, read in whichever orientation (itself or transposed) sorts first:
    swapping the layers, or turning both round, changes nothing.

    Args:
        a: (N, N) records of one layer.
        b: The same of the other, same places.
        distance_km: (N, N) kilometres, symmetric.
        rng: A seed, or a generator of which one number is used.
        settings: SystemSettings(), if None.

    Returns:
        Both rungs. p is one-sided (high) for m and r, two-sided for omega; NaN where a statistic is undefined.

    Raises:
        ContractError: the matrices differ in shape, are negative, or hold NaN.

    Source: METHOD 3.5, 3.6. Records stated backwards are not added to these draws (METHOD gives them to bundles).
    """
    chosen, seed = settings or SystemSettings(), _seed(rng)
    ways = [_one_way(kept, redrawn, distance_km, seed, chosen) for kept, redrawn in ((a, b), (b, a))]
    rungs = [{name: max(way[rung][name] for way in ways) for name in ways[0][rung]} for rung in RUNGS]
    return SystemTest(*({name: each.surprise for name, each in rung.items()} for rung in rungs))


class _Ranked(NamedTuple):
    """Sorts by p, so that ``max`` is the more careful result, whichever layer came first."""

    p: float
    expected: float
    surprise: Surprise


def _one_way(
    kept: Array, redrawn: Array, distance_km: Array, seed: int, settings: SystemSettings
) -> dict[str, dict[str, _Ranked]]:
    """Return both rungs' results with one layer redrawn."""
    is_turned, words = _canonical(redrawn)
    if is_turned:
        kept, redrawn = kept.T, redrawn.T
    kept = without_stays(kept, distance_km)
    null = fit(redrawn, distance_km)
    kernel = smoothing_kernel(distance_km, settings.h_km)
    observed = _observed(kept, null.observed, kernel, settings.omega_of, is_turned)
    results = {}
    for number, rung in enumerate(RUNGS):
        rng = np.random.default_rng([seed, number, *words])
        chunks = sparse_draws(null, settings.draw_count, rng, rung == "polarity")
        drawn = _drawn_statistics(chunks, kept, kernel, settings.omega_of, is_turned)
        results[rung] = {name: _surprise(name, value, drawn[name]) for name, value in observed.items()}
    return results


def _observed(kept: Array, other: Array, kernel: Array, omega_of: OmegaOf | None, is_turned: bool) -> dict[str, float]:
    near = smoothed(kept, kernel), smoothed(other, kernel)
    values = {"m": multiplexity(*near), "r": multireciprocity(*near)}
    if omega_of:
        values["omega"] = omega_of(kept.T, other.T) if is_turned else omega_of(kept, other)
    return values


def _drawn_statistics(
    chunks: Iterator[sp.csr_matrix], kept: Array, kernel: Array, omega_of: OmegaOf | None, is_turned: bool
) -> dict[str, Array]:
    """Return each statistic of every drawn world beside the kept layer."""
    near, spread = smoothed(kept, kernel), sp.csr_matrix(kernel)
    parts: dict[str, list[float]] = {"m": [], "r": [], "omega": []}
    for chunk in chunks:
        worlds = _smoothed_worlds(chunk, spread)
        totals = near.sum() + worlds.sum(axis=(1, 2))
        for name, mine in (("m", near), ("r", near.T)):
            shared = 2 * np.minimum(worlds, mine).sum(axis=(1, 2))
            parts[name] += np.divide(shared, totals, out=np.full(len(totals), np.nan), where=totals > 0).tolist()
        if omega_of:
            plain = chunk.toarray().reshape(worlds.shape)
            parts["omega"] += [omega_of(kept.T, x.T) if is_turned else omega_of(kept, x) for x in plain]
    return {name: np.array(values) for name, values in parts.items()}


def _smoothed_worlds(chunk: sp.csr_matrix, kernel: sp.csr_matrix) -> Array:
    """Return (worlds, N, N) of K X K'; few places are near each other, so both steps are sparse."""
    count, size = chunk.shape[0], kernel.shape[0]
    far_ends = (chunk.reshape((count * size, size)) @ kernel.T).toarray()
    worlds: Array = sp.kron(sp.eye(count), kernel, format="csr") @ far_ends
    return worlds.reshape((count, size, size))


def _surprise(name: str, observed: float, drawn: Array) -> _Ranked:
    known = drawn[np.isfinite(drawn)]
    if not np.isfinite(observed) or not len(known):
        return _Ranked(np.inf, np.inf, Surprise(observed, np.nan, np.nan, np.nan))
    high = (1 + int((known >= observed - ROUNDING).sum())) / (len(known) + 1)
    low = (1 + int((known <= observed + ROUNDING).sum())) / (len(known) + 1)
    p = min(1.0, 2 * min(high, low)) if name == "omega" else high
    mean = float(known.mean())
    return _Ranked(p, mean, Surprise(observed, mean, float(known.std()), p))


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
        ``inverse``), ``statistic`` (B's records within h_km of both ends, that way), ``expected`` (mean of the
        draws, which include records stated backwards), ``p`` (gamma tail where no draw reached the statistic:
        ``is_floor``), ``q`` (Benjamini-Hochberg over all rows), ``is_found`` (q within the settings). Reversing B
        swaps common and inverse exactly. No bundle, no row.

    Raises:
        ContractError: the matrices differ in shape, are negative, or hold NaN.

    Source: METHOD 3.5, 3.6.
    """
    chosen, seed = settings or BundleSettings(), _seed(rng)
    is_turned, words = _canonical(b)
    null = fit(b.T if is_turned else b, distance_km)
    near = smoothing_kernel(distance_km, chosen.h_km) > 0
    ends = anchors(without_stays(a, distance_km), distance_km, chosen)
    onward, back = _members(ends, near), _members(ends[:, ::-1], near)
    members = sp.vstack([back, onward] if is_turned else [onward, back], format="csr")
    statistic = members @ null.observed.ravel()
    worlds = sparse_draws(null, chosen.draw_count, np.random.default_rng([seed, *words]), leakage=chosen.delta)
    drawn = np.hstack([np.zeros((len(statistic), 0)), *((members @ world.T).toarray() for world in worlds)])
    return _bundle_frame(_bundle_rows(statistic, drawn), ends, chosen.q)


def anchors(a: Array, distance_km: Array, settings: BundleSettings) -> npt.NDArray[np.int64]:
    """Return (bundles, 2) origins and destinations: greedily the strongest, none near another at both ends.

    A bundle has ``min_count`` smoothed records, spans ``min_distance_km``, and its records are too many to be
    its return stated backwards. Ties go to the pair with more records of its own, then to the longer one.
    """
    kernel = smoothing_kernel(distance_km, settings.h_km)
    strength, near = smoothed(a, kernel), kernel > 0
    i, j = np.nonzero((strength >= settings.min_count) & (distance_km >= settings.min_distance_km))
    count, both = strength[i, j], strength[i, j] + strength[j, i]
    is_sure = binom.sf(np.floor(count) - 1, np.floor(both), settings.delta) < DIRECTION_P
    i, j = i[is_sure], j[is_sure]
    order = np.lexsort((-distance_km[i, j], -a[i, j], -count[is_sure]))
    left = np.column_stack([i, j])[order].astype(np.int64)
    found = []
    while len(left):
        first = left[0]
        found.append(first)
        left = left[~(near[first[0], left[:, 0]] & near[first[1], left[:, 1]])]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _members(ends: npt.NDArray[np.int64], near: npt.NDArray[np.bool_]) -> sp.csr_matrix:
    """Return (bundles, N * N) of 1 where a dyad belongs to the bundle."""
    size = len(near)
    dyads = [np.add.outer(np.flatnonzero(near[i]) * size, np.flatnonzero(near[j])).ravel() for i, j in ends]
    starts = np.cumsum([0, *(len(each) for each in dyads)])
    column = np.concatenate([np.zeros(0, dtype=np.int64), *dyads])
    return sp.csr_matrix((np.ones(len(column)), column, starts), shape=(len(ends), size * size))


def _bundle_rows(statistic: Array, drawn: Array) -> pd.DataFrame:
    """Return statistic, expected, p and is_floor of each row of draws."""
    count = drawn.shape[1]
    reached = (drawn >= statistic[:, None] - ROUNDING).sum(axis=1)
    p = (1 + reached) / (count + 1)
    mean = drawn.mean(axis=1) if count else np.full(len(statistic), np.nan)
    variance = drawn.var(axis=1) if count else np.zeros(len(statistic))
    is_floor = reached == 0
    has_tail = is_floor & (variance > 0)
    m, v = mean[has_tail], variance[has_tail]
    # half a record less: the tail of a count, read off a continuous curve
    p[has_tail] = np.minimum(p[has_tail], gamma.sf(statistic[has_tail] - 0.5, m * m / v, scale=v / m))
    return pd.DataFrame({"statistic": statistic, "expected": mean, "p": p, "is_floor": is_floor})


def _bundle_frame(rows: pd.DataFrame, ends: npt.NDArray[np.int64], q_max: float) -> pd.DataFrame:
    """Return the rows (all common, then all inverse) bundle by bundle, with their ends and q."""
    half = len(ends)
    frame = rows.iloc[np.arange(2 * half).reshape(2, half).T.ravel()].reset_index(drop=True)
    frame["origin"], frame["destination"] = (np.repeat(ends[:, side], 2) for side in (0, 1))
    frame["kind"] = pd.Series(["common", "inverse"] * half, index=frame.index, dtype="str")
    frame["q"] = false_discovery_control(frame["p"].to_numpy()) if half else np.zeros(0)
    frame["is_found"] = frame["q"] <= q_max
    return frame[list(BUNDLE_COLUMNS)]


def _seed(rng: np.random.Generator | int) -> int:
    return int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else rng


def _canonical(matrix: Array) -> tuple[bool, list[int]]:
    """Return whether the transposed matrix sorts first, and seed words of the one that does."""
    plain, turned = (hashlib.sha256(x.astype(np.float64).tobytes()).digest() for x in (matrix, matrix.T))
    least = min(plain, turned)
    return turned < plain, [int.from_bytes(least[at : at + 4], "little") for at in range(0, 32, 4)]
