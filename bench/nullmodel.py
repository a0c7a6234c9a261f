"""Bundle tests against a plain loop over draws: equal answers first, then ratios. Run: python -m bench.nullmodel.

The peer is METHOD 7 as it stands: every draw fills an (N, N) matrix, and K X K' smooths all of it. Only what is the
same for every draw (kernel, decay) is taken out of the loop.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom

from geo.distance import Array
from geo.multiplex import H_KM, smoothing_kernel
from geo.nullmodel import DRAW_PASSES, Null, fit, sparse_draws
from geo.significance import DELTA, BundleSettings, _bundle_draws, _bundle_rows, _members, anchors

RUNS = 5
PEER_DRAWS = 40  # timed; 999 would take it minutes. The ratio is per draw
DRAWS = 999
Z_MAX = 5.0  # means of both ways of drawing may differ by so many standard errors, in the worst of all bundles
CASES = ((156, 3_000), (500, 10_000))
SIDE_KM = 6_000.0


@dataclass(frozen=True)
class Case:
    """Two layers on a square, the second one's fitted null, and the first one's bundles."""

    a: Array
    b: Array
    distance_km: Array
    null: Null
    ends: np.ndarray


def case(places: int, records: int, seed: int = 7) -> Case:
    """Return independent gravity layers (decay 1,800 km, lognormal hubs, gamma dyads of size 1) on a square."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, SIDE_KM, (places, 2))
    distance = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    layers = []
    for _ in range(2):
        out, into = np.exp(rng.normal(size=(2, places)))
        t = out[:, None] * into * np.exp(-distance / 1800)
        np.fill_diagonal(t, 0)
        layers.append(rng.poisson(t * records / t.sum() * rng.gamma(1.0, 1.0, t.shape)).astype(float))
    return Case(
        layers[0], layers[1], distance, fit(layers[1], distance), anchors(layers[0], distance, BundleSettings())
    )


def peer_fit(observed: Array, distance: Array) -> tuple[Array, float]:
    """Return expected records and size after three robust passes, METHOD 7 ``gravity``, ``nb_size``, ``null_draws``."""
    kept, off = observed, ~np.eye(len(observed), dtype=bool)
    for _ in range(3):
        out, into = kept.sum(axis=1), kept.sum(axis=0)
        target, low, high = (kept * distance).sum() / kept.sum(), 100.0, 50_000.0
        for _ in range(30):
            length = np.sqrt(low * high)
            decay = np.where(off, np.exp(-distance / length), 0.0)
            a = np.ones(len(kept))
            for _ in range(60):
                b = into / np.maximum(decay.T @ a, 1e-12)
                a = out / np.maximum(decay @ b, 1e-12)
            t = a[:, None] * decay * b
            low, high = (low, length) if (t * distance).sum() / t.sum() > target else (length, high)
        size = _peer_size(kept[off], t[off])
        limit = nbinom.ppf(0.995, size, size / (size + np.maximum(t, 1e-9)))
        kept = np.where(off, np.minimum(observed, np.maximum(limit, 1)), 0.0)
    return t, size


def _peer_size(x: Array, t: Array) -> float:
    x, t = np.round(x[t > 1e-6]), t[t > 1e-6]

    def cost(log_size: float) -> float:
        k = np.exp(log_size)
        return float(-nbinom.logpmf(x, k, k / (k + t)).sum())

    return float(np.exp(minimize_scalar(cost, bounds=(-6, 5), method="bounded").x))


def peer_draws(null: Null, count: int, rng: np.random.Generator, polarity: bool) -> Iterator[Array]:
    """Yield (N, N) drawn records, METHOD 7 ``null_draws``."""
    t, k = null.expected, null.size
    out, into = t.sum(axis=1), t.sum(axis=0)
    decay = np.exp(-null.distance_km / null.length_km)
    np.fill_diagonal(decay, 0)
    for _ in range(count):
        if polarity:
            is_swapped = rng.random(len(t)) < 0.5
            new_out, new_into = np.where(is_swapped, into, out) + 0.5, np.where(is_swapped, out, into) + 0.5
            new_out, new_into = (side * out.sum() / side.sum() for side in (new_out, new_into))
            a = np.ones(len(t))
            for _ in range(DRAW_PASSES):
                b = new_into / np.maximum(decay.T @ a, 1e-12)
                a = new_out / np.maximum(decay @ b, 1e-12)
            t = a[:, None] * decay * b
        yield rng.poisson(t * rng.gamma(k, 1 / k, t.shape)).astype(float)


def smoothed_at(worlds: Iterator[Array], kernel: Array, ends: np.ndarray) -> Array:
    """Return (bundles onward then back, worlds) of K X K', one world after the other."""
    i, j = np.concatenate([ends, ends[:, ::-1]]).T
    return np.array([(kernel @ world @ kernel.T)[i, j] for world in worlds]).T


def peer(one: Case, count: int, rng: np.random.Generator, polarity: bool) -> Array:
    """Return drawn statistics with records stated backwards, METHOD 7 ``local_tests``."""
    kernel = smoothing_kernel(one.distance_km)
    real = smoothed_at(iter([one.null.observed]), kernel, one.ends)[:, 0]
    drawn = smoothed_at(peer_draws(one.null, count, rng, polarity), kernel, one.ends)
    return drawn + rng.poisson(DELTA / (1 - DELTA) * np.roll(real, len(one.ends))[:, None], drawn.shape)


def ours(one: Case, count: int, rng: np.random.Generator, polarity: bool) -> Array:
    """Return the same from the product's own draws."""
    members = _members(one.ends, one.distance_km <= H_KM)
    drawn = _bundle_draws(one.null, members, BundleSettings(draw_count=count), rng, polarity=polarity)
    return np.hstack(list(drawn))


def assert_same_null(one: Case) -> None:
    """Fail unless the product's fit is METHOD 7's: 0.001 records in every dyad, 0.1 % of the size."""
    expected, size = peer_fit(one.null.observed, one.distance_km)
    apart = float(np.abs(expected - one.null.expected).max())
    if apart > 1e-3 or abs(size / one.null.size - 1) > 1e-3:
        sys.exit(f"bench.nullmodel: the fits differ by {apart:.3f} records, sizes {size:.3f}, {one.null.size:.3f}")


def assert_same_p(one: Case) -> None:
    """Fail unless both ways of summing give the same statistics and p for the same draws."""
    members, kernel = _members(one.ends, one.distance_km <= H_KM), smoothing_kernel(one.distance_km)
    worlds = [world for chunk in sparse_draws(one.null, 64, np.random.default_rng(1)) for world in chunk.toarray()]
    square = one.null.expected.shape
    slow = smoothed_at((world.reshape(square) for world in worlds), kernel, one.ends)
    fast = members @ np.array(worlds).T
    statistic = members @ one.null.observed.ravel()
    plain = (1 + (slow >= statistic[:, None] - 1e-9).sum(axis=1)) / (64 + 1)
    rows = _bundle_rows(statistic, [fast])
    same = np.array_equal(slow, fast) and np.array_equal(plain[~rows["is_floor"]], rows["p"][~rows["is_floor"]])
    if not same:
        sys.exit("bench.nullmodel: the same draws give different p")


def worst_z(one: Case, polarity: bool) -> float:
    """Return the largest difference of a bundle's mean between the two ways of drawing, in standard errors."""
    drawn = [way(one, 400, np.random.default_rng(2), polarity) for way in (peer, ours)]
    error = np.sqrt(sum(x.var(axis=1) for x in drawn) / 400)
    return float((np.abs(drawn[0].mean(axis=1) - drawn[1].mean(axis=1)) / np.maximum(error, 1e-9)).max())


def seconds(call: Callable[..., object], *arguments: object) -> float:
    """Return processor seconds of one call: the machine may be shared."""
    start = time.process_time()
    call(*arguments)
    return time.process_time() - start


def timed(one: Case, polarity: bool) -> list[tuple[float, float]]:
    """Return processor seconds a draw of the peer and of ours, RUNS times, interleaved."""
    pairs = []
    for run in range(RUNS):
        slow = seconds(peer, one, PEER_DRAWS, np.random.default_rng(run), polarity) / PEER_DRAWS
        pairs.append((slow, seconds(ours, one, DRAWS, np.random.default_rng(run), polarity) / DRAWS))
    return pairs


def row(name: str, pairs: list[tuple[float, float]]) -> str:
    """Return the ratios of pairs of times as a line: median, least and most, and the relative spread of the peer."""
    ratios, slow = [slow / fast for slow, fast in pairs], [slow for slow, _ in pairs]
    spread = (max(slow) - min(slow)) / statistics.median(slow)
    return f"{name} | {statistics.median(ratios):.0f} ({min(ratios):.0f} to {max(ratios):.0f}) | {spread:.0%}"


def say(line: str) -> None:
    """Write one line of the table."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Print the table."""
    say(f"load {os.getloadavg()[0]:.1f}")
    say("places | records | bundles | rung | worst z of means | peer / ours per draw | peer's spread")
    for places, records in CASES:
        one = case(places, records)
        assert_same_null(one)
        assert_same_p(one)
        start, rungs = f"{places} | {records:,} | {len(one.ends)}", []
        for polarity in (False, True):
            z = worst_z(one, polarity)
            if z > Z_MAX:
                sys.exit(f"bench.nullmodel: means differ by {z:.1f} standard errors")
            rungs.append(timed(one, polarity))
            say(row(f"{start} | {'polarity' if polarity else 'full margin'} | {z:.1f}", rungs[-1]))
        both = [(full[0] + half[0], full[1] + half[1]) for full, half in zip(*rungs, strict=True)]
        say(row(f"{start} | both |", both))
        fits = (peer_fit, one.null.observed, one.distance_km), (fit, one.b, one.distance_km)
        say(row(f"{start} | fit |", [(seconds(*fits[0]), seconds(*fits[1])) for _ in range(RUNS)]))


if __name__ == "__main__":
    main()
