"""C2: bundle tests against a plain loop over draws.

The peer is the plain form of the method: every draw fills an (N, N) matrix, and K X K' smooths all of it. Only what is
the same for every draw (kernel, decay) is taken out of the loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom

from bench.cases import Rival, Row, Setting, Trial, UnequalError, case, compared, scaled
from geo.distance import Array
from geo.multiplex import H_KM, smoothing_kernel
from geo.nullmodel import DRAW_PASSES, Null, fit, sparse_draws
from geo.significance import DELTA, BundleSettings, _bundle_draws, _bundle_rows, _members, anchors

PEER_DRAWS = 40  # timed; 999 would take it minutes. The ratio is per draw
DRAWS = 999
CHECKED = 60_000  # places times draws by which the means of both ways of drawing are compared
Z_MAX = 5.0  # and how many standard errors they may differ by, in the worst of all bundles
PLACES, RECORDS = 156, 10_000
LARGE = (500, 10_000)
RUNGS = {"full margin": False, "polarity": True}
NOTE = "a loop over draws of the same null; relabelling, which the target was set for, is no null here"
SIDE_KM = 6_000.0


@dataclass(frozen=True)
class World:
    """Two layers on a square, the second one's fitted null, and the first one's bundles."""

    a: Array
    b: Array
    distance_km: Array
    null: Null
    ends: np.ndarray


def world(places: int, records: int, seed: int = 7) -> World:
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
    return World(
        layers[0], layers[1], distance, fit(layers[1], distance), anchors(layers[0], distance, BundleSettings())
    )


def peer_fit(observed: Array, distance: Array) -> tuple[Array, float]:
    """Return expected records and size after three robust passes, as the plain form has it."""
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
    """Yield (N, N) drawn records, as the plain form draws them."""
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


def peer(one: World, count: int, rng: np.random.Generator, polarity: bool) -> Array:
    """Return drawn statistics with records stated backwards, as the plain form has them."""
    kernel = smoothing_kernel(one.distance_km)
    real = smoothed_at(iter([one.null.observed]), kernel, one.ends)[:, 0]
    drawn = smoothed_at(peer_draws(one.null, count, rng, polarity), kernel, one.ends)
    return drawn + rng.poisson(DELTA / (1 - DELTA) * np.roll(real, len(one.ends))[:, None], drawn.shape)


def ours(one: World, count: int, rng: np.random.Generator, polarity: bool) -> Array:
    """Return the same from the product's own draws."""
    members = _members(one.ends, one.distance_km <= H_KM)
    drawn = _bundle_draws(one.null, members, BundleSettings(draw_count=count), rng, polarity=polarity)
    return np.hstack(list(drawn))


def require_same(one: World) -> None:
    """Do nothing when the product's fit, its p of the same draws and its draws are those of the plain loop.

    Raises:
        UnequalError: the fits differ by 0.001 records in a dyad or 0.1 % of the size, p by anything, or a mean by
            more than Z_MAX standard errors.
    """
    expected, size = peer_fit(one.null.observed, one.distance_km)
    apart = float(np.abs(expected - one.null.expected).max())
    if apart > 1e-3 or abs(size / one.null.size - 1) > 1e-3:
        raise UnequalError(f"The fits differ by {apart:.3f} records, sizes {size:.3f}, {one.null.size:.3f}.")
    if not has_same_p(one):
        raise UnequalError("The same draws give different p.")
    for name, polarity in RUNGS.items():
        z = worst_z(one, polarity)
        if z > Z_MAX:
            raise UnequalError(f"Means of the {name} differ by {z:.1f} standard errors.")


def has_same_p(one: World) -> bool:
    """Return whether both ways of summing give the same statistics and p for the same draws."""
    members, kernel = _members(one.ends, one.distance_km <= H_KM), smoothing_kernel(one.distance_km)
    worlds = [drawn for chunk in sparse_draws(one.null, 64, np.random.default_rng(1)) for drawn in chunk.toarray()]
    square = one.null.expected.shape
    slow = smoothed_at((drawn.reshape(square) for drawn in worlds), kernel, one.ends)
    fast = members @ np.array(worlds).T
    statistic = members @ one.null.observed.ravel()
    plain = (1 + (slow >= statistic[:, None] - 1e-9).sum(axis=1)) / (64 + 1)
    rows = _bundle_rows(statistic, [fast])
    return np.array_equal(slow, fast) and np.array_equal(plain[~rows["is_floor"]], rows["p"][~rows["is_floor"]])


def worst_z(one: World, polarity: bool) -> float:
    """Return the largest difference of a bundle's mean between the two ways of drawing, in standard errors."""
    count = min(400, CHECKED // len(one.a))
    drawn = [way(one, count, np.random.default_rng(2), polarity) for way in (peer, ours)]
    error = np.sqrt(sum(x.var(axis=1) for x in drawn) / count)
    apart = np.abs(drawn[0].mean(axis=1) - drawn[1].mean(axis=1)) / np.maximum(error, 1e-9)
    return float(apart.max(initial=0.0))


@case("C2", "999 draws of the null, statistics of all bundles")
def draws(setting: Setting) -> Iterator[Row]:
    """Compare both rungs with the plain loop: by records at few places, and at many places."""
    few = max(30, round(PLACES * min(4 * setting.scale, 1)))
    worlds = [_checked(few, count) for count in setting.sizes(RECORDS, 200)]
    large = [_checked(*LARGE)] if setting.scale == 1 else []
    for name, polarity in RUNGS.items():
        what = f"{name}, {few} places, {{size}} records"
        yield from scaled(what, [_trial(each, polarity) for each in worlds], setting.runs, 0.15)
        for each in large:
            what = f"{name}, {len(each.a)} places, {{size}} records"
            yield from compared(what, _trial(each, polarity), setting.runs)


def _checked(places: int, records: int) -> World:
    one = world(places, records)
    require_same(one)
    return one


def _trial(one: World, polarity: bool) -> Trial:
    mine, theirs = (
        partial(way, one, count, np.random.default_rng(3), polarity)
        for way, count in ((ours, DRAWS), (peer, PEER_DRAWS))
    )
    part = PEER_DRAWS / DRAWS
    rival = Rival("NumPy loop over draws", 15, theirs, lambda a, b: len(a) == len(b), part=part, note=NOTE)
    return Trial(round(one.b.sum()), mine, (rival,))
