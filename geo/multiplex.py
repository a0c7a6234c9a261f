"""Two layers as a whole: do they run the same way, or return, more than distance and each layer's own hubs give?

Layers as a whole, against the one null model; geo/README.md, "More than hubs and distance?".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from geo.distance import Array
from geo.nullmodel import fit, sparse_draws, without_stays
from geo.seeding import oriented, seed_of

H_KM = 450.0  # places this near count as one end of a bundle; geo/README.md, "More than hubs and distance?"
DRAW_COUNT = 999  # geo/README.md, "More than hubs and distance?"
ROUNDING = 1e-9  # two statistics this near are one value: a drawn tie counts against surprise

RUNGS = ("full_margin", "polarity")
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

    Source: geo/README.md, "More than hubs and distance?". Records stated backwards are not added to these draws, as
    they are for bundles.
    """
    chosen, seed = settings or SystemSettings(), seed_of(rng)
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
    is_turned, words = oriented(redrawn, redrawn.T)
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
