"""What a layer would look like if only distance and its own hubs made it: one null model for every test.

Gravity with both margins kept, negative-binomial counts (geo/README.md). A drawn world is a matrix of records between
places; tests compare a statistic of the real layer with the same statistic of many drawn ones.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.special import gammaln, nbdtrik

from data.errors import ContractError
from geo.counts import MANY, Whole, Worlds, clusters, drawn
from geo.distance import Array

LENGTH_KM = (100.0, 50_000.0)  # decay lengths searched; geo/README.md. The upper end is no decay at all
LOG_SIZE = (-6.0, 5.0)  # log of the sizes searched; geo/README.md. exp(5) = 148 is Poisson for practical counts
LENGTH_STEPS = 24  # halvings: the length is exact to one part in 10^6
FIT_PASSES = 500  # margins match to 1e-9 long before, unless one place takes part in every record
STEP_PASSES = 40  # of a step of the search for L, each from where the last one ended; geo/README.md
DRAW_PASSES = 30  # for drawn margins; geo/README.md
TOLERANCE = 1e-10  # relative change of a balancing factor at which fitting stops
DRAW_TOLERANCE = 1e-4  # the same for drawn margins: far below the noise of the records drawn from them
TINY = 1e-200  # a denominator below it has no mass
EXPECTED_MIN = 1e-6  # records; dyads expected to have fewer say nothing on dispersion (geo/README.md)
WINSOR = 0.995  # quantile of the fitted counts above which a dyad is cut before refitting; geo/README.md
PSEUDO = 0.5  # records added to a used place's swapped margins, so that no place is without a way in or out
CHUNK = 32  # worlds of ``sparse_draws`` at once: 23 MB for 300 places where they are laid out in full
EVENTS = 250_000  # clusters drawn at once: 50 MB at most


@dataclass(frozen=True)
class Null:
    """A fitted null model of one layer over N places.

    Attributes:
        expected: (N, N) expected records from row to column; the diagonal is 0.
        length_km: L of exp(-d/L).
        size: Size k of the negative binomial: variance = t + t^2 / k.
        distance_km: (N, N) kilometres between places.
        observed: (N, N) the records it was fitted to, without those that stay in one place.
    """

    expected: Array
    length_km: float
    size: float
    distance_km: Array
    observed: Array


def without_stays(observed: Array, distance_km: Array) -> Array:
    """Return the (N, N) records with a zero diagonal: what stays in one place has no direction.

    Raises:
        ContractError: the matrices differ in shape, are negative, or hold NaN.
    """
    if observed.ndim != 2 or observed.shape[0] != observed.shape[1] or observed.shape != distance_km.shape:
        raise ContractError(
            f"null model: expected two square matrices of one shape, got {observed.shape} and {distance_km.shape}."
        )
    if not (np.isfinite(observed).all() and np.isfinite(distance_km).all() and (observed >= 0).all()):
        raise ContractError("null model: expected finite records >= 0 and finite distances. Leave unknown places out.")
    counts = observed.astype(np.float64)
    np.fill_diagonal(counts, 0.0)
    return counts


def od_matrix(flows: pd.DataFrame, place_ids: Sequence[str], column: str = "weight") -> Array:
    """Return the (N, N) sum of a column from origin (row) to destination (column).

    Args:
        flows: ``origin_id, destination_id`` and the column; any number of rows per pair.
        place_ids: N distinct places in the order of rows and columns; flows with another end are left out.
        column: ``weight`` or ``record_count``.
    """
    index = pd.Index(place_ids)
    row, col = (index.get_indexer(pd.Index(flows[name])) for name in ("origin_id", "destination_id"))
    is_known = (row >= 0) & (col >= 0)
    matrix = np.zeros((len(index), len(index)))
    np.add.at(matrix, (row[is_known], col[is_known]), flows[column].to_numpy(np.float64)[is_known])
    return matrix


def fit(observed: Array, distance_km: Array, robust_passes: int = 3) -> Null:
    """Return the doubly constrained gravity model t = a_i b_j exp(-d/L) of a layer, with its dispersion.

    The first pass has the layer's row and column sums and mean trip length. Before each further pass, dyads above
    the fitted 99.5 % quantile are cut down to it, so that a corridor does not make its own expectation.

    Args:
        observed: (N, N) records; what stays in one place is left out.
        distance_km: (N, N), symmetric, finite.
        robust_passes: Number of fits, 1 or less cuts nothing.

    Returns:
        The model. No records: expected 0 everywhere, size at its upper end. One dyad or a single origin: expected
        is what was observed, and the length says nothing. A place without records in a row or column has 0 there.

    Raises:
        ContractError: the matrices differ in shape, are negative, or hold NaN.

    Source: geo/README.md, "More than hubs and distance?".
    """
    counts = without_stays(observed, distance_km)
    expected, length_km = _gravity(counts, distance_km)
    size = nb_size(counts, expected)
    for _ in range(robust_passes - 1):
        kept = _winsorised(counts, expected, size)
        expected, length_km = _gravity(kept, distance_km)
        size = nb_size(kept, expected)
    return Null(expected, length_km, size, distance_km, counts)


def nb_size(counts: Array, expected: Array) -> float:
    """Return the maximum-likelihood size k of a negative binomial, given each dyad's expectation.

    Args:
        counts: (N, N) records, whole or weighted.
        expected: (N, N); dyads below EXPECTED_MIN (so the diagonal) are left out.

    Returns:
        k within exp(LOG_SIZE); the upper end, close to Poisson, where nothing speaks against it.
    """
    from scipy.optimize import minimize_scalar  # a tenth of any command's start, and few ask for worlds

    is_used = expected > EXPECTED_MIN
    t, is_seen = expected[is_used], is_used & (counts > 0)
    x, t_seen = counts[is_seen], expected[is_seen]
    if not len(t):
        return float(np.exp(LOG_SIZE[1]))

    def cost(log_size: float) -> float:
        k = np.exp(log_size)
        seen = gammaln(x + k) - gammaln(k) + x * (np.log(t_seen) - np.log(k + t_seen))
        return float(k * np.log1p(t / k).sum() - seen.sum())

    return float(np.exp(minimize_scalar(cost, bounds=LOG_SIZE, method="bounded").x))


def draws(null: Null, count: int, rng: np.random.Generator, polarity: bool = False) -> Iterator[Array]:
    """Yield drawn (N, N) matrices; the arguments are those of ``dyad_draws``."""
    for chunk in sparse_draws(null, count, rng, polarity):
        yield from chunk.toarray().reshape(chunk.shape[0], *null.expected.shape)


def sparse_draws(null: Null, count: int, rng: np.random.Generator, polarity: bool = False) -> Iterator[sp.csr_matrix]:
    """Yield drawn worlds as sparse rows; the arguments are those of ``dyad_draws``.

    Yields:
        (at most CHUNK, N * N) matrices, one world a row, dyads in row-major order, each at most once.
    """
    every = np.arange(null.expected.size)
    for start in range(0, count, CHUNK):
        for chunk in dyad_draws(null, every, min(CHUNK, count - start), rng, polarity):
            worlds = chunk.T.tocsr()
            worlds.sum_duplicates()
            yield worlds


def dyad_draws(
    null: Null, dyads: Whole, count: int, rng: np.random.Generator, polarity: bool = False
) -> Iterator[sp.csr_matrix]:
    """Yield what drawn worlds hold in some dyads: the work follows their records, not the number of places.

    Args:
        null: The fitted layer.
        dyads: Distinct numbers of dyads in row-major order, ascending.
        count: Number of worlds.
        rng: Decides everything: same state, same worlds.
        polarity: False keeps who sends and who receives (full-margin rung). True swaps each place's sums out and
            in with probability 1/2 before balancing (polarity rung); the total is kept.

    Yields:
        (dyads, worlds) matrices of records, ``count`` worlds in all; an entry may come in several parts.
    """
    mean = null.expected.ravel()[dyads]
    rows = int(np.clip(EVENTS / max(np.minimum(clusters(mean, null.size), MANY).sum(), 1.0), 1, max(count, 1)))
    swapped = _swapped(null, dyads) if polarity else None
    for start in range(0, count, rows):
        size = min(rows, count - start)
        worlds = swapped(size, rng) if swapped else Worlds(mean)
        yield drawn(worlds, null.size, size, rng)


def polarity_margins(null: Null, rows: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return (N, rows) sums out and in, each used place's pair swapped with probability 1/2; totals as expected."""
    out, into = null.expected.sum(axis=1)[:, None], null.expected.sum(axis=0)[:, None]
    is_swapped = rng.random((len(out), rows)) < 0.5
    pseudo = np.where(out + into > 0, PSEUDO, 0.0)
    total = out.sum()
    new_out, new_into = (np.where(is_swapped, two, one) + pseudo for one, two in ((out, into), (into, out)))
    return _over(new_out * total, new_out.sum(axis=0)), _over(new_into * total, new_into.sum(axis=0))


def _gravity(counts: Array, distance_km: Array) -> tuple[Array, float]:
    """Return expected records and L, by halving the interval of log L until the mean trip length matches."""
    out, into, total = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    if total <= 0:
        return np.zeros_like(counts), LENGTH_KM[1]
    target = (counts * distance_km).sum() / total
    low, high = np.log(LENGTH_KM)
    a = np.ones_like(out)
    for _ in range(LENGTH_STEPS):
        middle = (low + high) / 2
        decay = _decay(distance_km, np.exp(middle))
        a, b = _balanced(decay, out, into, (STEP_PASSES, TOLERANCE), a)
        expected: Array = a[:, None] * decay * b
        mean = (expected * distance_km).sum() / expected.sum()
        low, high = (low, middle) if mean > target else (middle, high)
    a, b = _balanced(decay, out, into, start=a)
    return a[:, None] * decay * b, float(np.exp(middle))


def _decay(distance_km: Array, length_km: float) -> Array:
    decay: Array = np.exp(-distance_km / length_km)
    np.fill_diagonal(decay, 0.0)
    return decay


def _balanced(
    decay: Array,
    out: Array,
    into: Array,
    until: tuple[int, float] = (FIT_PASSES, TOLERANCE),
    start: Array | None = None,
) -> tuple[Array, Array]:
    """Return factors a and b so that a x decay x b has the sums; (N,) or, for many worlds at once, (N, worlds).

    ``until`` is the most passes and the relative change of a at which they end; ``start`` a first guess of a.
    """
    passes, tolerance = until
    a = np.ones_like(out) if start is None else start
    b = np.ones_like(into)
    for _ in range(passes):
        last = a
        b = _over(into, decay.T @ a)
        a = _over(out, decay @ b)
        if (np.abs(a - last) <= tolerance * a).all():
            break
    return a, b


def _over(part: Array, whole: Array) -> Array:
    share: Array = np.divide(part, whole, out=np.zeros_like(part), where=whole > TINY)
    return share


def _winsorised(counts: Array, expected: Array, size: float) -> Array:
    """Return the records, dyads above the WINSOR quantile cut down to it (never below 1)."""
    kept = counts.copy()
    is_many = counts > 1
    t = np.maximum(expected[is_many], 1e-9)
    limit = np.ceil(nbdtrik(WINSOR, size, size / (size + t)))
    kept[is_many] = np.minimum(counts[is_many], np.maximum(limit, 1.0))
    return kept


def _swapped(null: Null, dyads: Whole) -> Callable[[int, np.random.Generator], Worlds]:
    """Return a function that tosses worlds with swapped margins; all are balanced as one matrix product a step."""
    decay = _decay(null.distance_km, null.length_km)
    between = decay.ravel()[dyads]
    row, column = np.divmod(dyads, max(len(decay), 1))

    def tossed(count: int, rng: np.random.Generator) -> Worlds:
        a, b = _balanced(decay, *polarity_margins(null, count, rng), (DRAW_PASSES, DRAW_TOLERANCE))

        def at(dyad: Whole, world: Whole) -> Array:
            # flat positions: twice as quick as a pair of index arrays
            ends = (side.ravel().take(end.take(dyad) * count + world) for side, end in ((a, row), (b, column)))
            expected: Array = between.take(dyad) * next(ends) * next(ends)
            return expected

        highest = between * a.max(axis=1, initial=0)[row] * b.max(axis=1, initial=0)[column]
        return Worlds(highest, at)

    return tossed
