"""How sure it is that two layers run the same way, or opposite ways: two Beta posteriors and their product."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import betainc, betaln

from geo.cases import Ways
from geo.distance import Array

D_MIN = 0.2  # |D| below this is neither common nor inverse
PHI = 1.5  # overdispersion of counts: the effective number of records is n / PHI
DELTA = 0.08  # share of journeys stated in the wrong direction
GRID, GRID_WEIGHTS = np.polynomial.legendre.leggauss(18)  # over the clearer posterior; 100 change nothing by 0.00001
WINDOW = 2.5  # half its width, in units of 1 / sqrt(alpha + beta): five standard deviations of the angle
NEGLIGIBLE = 1e-6  # a probability that is not worked out any further
FAR = 5.5  # standard deviations beyond which a tail is 0 or 1: off by 0.000001 at most in four million drawn


def posterior(a: tuple[Array, Array], b: tuple[Array, Array], delta: float = DELTA) -> tuple[Array, Array]:
    """Return the probabilities that D > D_MIN (common) and D < -D_MIN (inverse).

    Each layer's share of onward records has a Beta posterior on n / PHI records with a Jeffreys prior; ``delta``
    of all journeys are taken to be stated backwards. The product's distribution is integrated numerically over the
    layer whose rho is known better for its size, whichever comes first, so that swapping the layers changes nothing.

    Args:
        a: Weighted records onward and back of one layer, one entry per corridor.
        b: The same of the other layer.
        delta: Share of journeys stated backwards, below one half.
    """
    counts = [[np.round(way, 6) for way in ways] for ways in (a, b)]  # no turn by rounding
    (vague_a, few_a), (vague_b, few_b) = ((_vagueness(*ways), -np.add(*ways)) for ways in counts)
    is_b = (vague_b < vague_a) | ((vague_b == vague_a) & (few_b < few_a))
    outer, inner = ([np.where(is_b, x, y) for x, y in zip(*pair, strict=True)] for pair in (counts[::-1], counts))
    return _tail((outer[0], outer[1]), (inner[0], inner[1]), delta)


def _vagueness(onward: Array, back: Array) -> Array:
    """Return the squared standard error of a layer's rho, as a share of its square."""
    alpha, beta = onward / PHI + 0.5, back / PHI + 0.5
    with np.errstate(divide="ignore"):
        share: Array = alpha * beta / ((alpha + beta + 1) * (alpha - beta) ** 2)
    return share


def marginal(
    a: Sequence[tuple[Array, Array]], b: Sequence[tuple[Array, Array]], delta: float = DELTA
) -> tuple[Array, Array]:
    """Return the mean of ``posterior`` over equally likely cases; a case in which a layer has no record has no word.

    Args:
        a: In each case, weighted records onward and back of one layer, one entry per corridor.
        b: The same of the other layer in the same cases: where paths run is one question for both.
        delta: Share of journeys stated backwards, below one half.
    """
    counts = np.stack([np.column_stack([*one, *other]) for one, other in zip(a, b, strict=True)], axis=1)
    is_new = np.ones(counts.shape[:2], dtype=np.bool_)
    is_new[:, 1:] = (counts[:, 1:] != counts[:, :-1]).any(axis=2)  # most cases of a corridor are alike
    found, number = counts[is_new], np.cumsum(is_new.ravel()).reshape(is_new.shape) - 1
    has_both = (found[:, 0] + found[:, 1] > 0) & (found[:, 2] + found[:, 3] > 0)
    ways = posterior((found[:, 0], found[:, 1]), (found[:, 2], found[:, 3]), delta)
    p_common, p_inverse = (np.where(has_both, p, 0.0)[number].mean(axis=1) for p in ways)
    return p_common, p_inverse


def _tail(outer: Ways, inner: Ways, delta: float) -> Ways:
    """Return both probabilities, integrated over the outer layer's rho.

    The posterior is smooth in the angle whose squared sine is the share of onward records, also where a layer has none
    one way. Journeys stated backwards bound rho: what lies beyond is at -1 or 1.
    """
    outer_shape, inner_shape = ((onward / PHI + 0.5, back / PHI + 0.5) for onward, back in (outer, inner))
    tails = inner_shape, inner_shape[::-1]  # rho beyond a value is the one, below its negative the other
    most = [
        _beyond(shape, np.full(len(outer[0]), D_MIN), delta) for shape in tails
    ]  # no rho of the outer layer asks for less
    common, inverse = np.zeros(len(outer[0])), np.zeros(len(outer[0]))
    for is_onward in (True, False):
        side = _side(outer_shape if is_onward else outer_shape[::-1], delta)
        above, under = (
            side.edge * limit + _between(side, tail, limit, delta) for tail, limit in zip(tails, most, strict=True)
        )
        common, inverse = (common + above, inverse + under) if is_onward else (common + under, inverse + above)
    return np.clip(common, 0.0, 1.0), np.clip(inverse, 0.0, 1.0)


class _Side(NamedTuple):
    """Rho of the outer layer beyond D_MIN, towards one end.

    Attributes:
        shape: Of its Beta posterior, that end first.
        start: Angle from which it has its mass, up to ``end``; larger where it has none here.
        end: The last angle.
        edge: Probability of the end itself.
    """

    shape: Ways
    start: Array
    end: Array
    edge: Array


def _side(shape: Ways, delta: float) -> _Side:
    alpha, beta = shape
    low, high = (np.arcsin(np.sqrt(1 - _rest(rho, delta))) for rho in (D_MIN, 1.0))
    centre, half = np.arctan2(np.sqrt(alpha), np.sqrt(beta)), WINDOW / np.sqrt(alpha + beta)
    edge = _beyond(shape, np.ones(len(alpha)), delta)
    return _Side(shape, np.maximum(low, centre - half), np.minimum(high, centre + half), edge)


def _between(side: _Side, inner: Ways, most: Array, delta: float) -> Array:
    """Return the probability that the outer rho lies before its end and the inner one beyond what it then must be.

    Args:
        side: The outer layer's.
        inner: Shape of the inner layer's posterior.
        most: Probability that the inner rho is beyond D_MIN.
        delta: As ``posterior`` takes it.
    """
    found = np.zeros(len(most))
    rows = np.flatnonzero((side.end > side.start) & (most > NEGLIGIBLE))
    start, end, alpha, beta, *shape = (values[rows] for values in (side.start, side.end, *side.shape, *inner))
    first, last = (_asked(np.sin(angle) ** 2, delta) for angle in (start, end))
    off = [_deviations(shape[1], shape[0], _rest(rho, delta)) for rho in (first, last)]
    is_one, is_none = np.minimum(*off) >= FAR, np.maximum(*off) <= -FAR  # the inner tail, for all the outer rho
    one = rows[is_one]
    found[one] = _beyond((alpha[is_one], beta[is_one]), np.full(len(one), D_MIN), delta) - side.edge[one]
    steep = ~(is_one | is_none)
    start, end, last, alpha, beta, *shape = (values[steep] for values in (start, end, last, alpha, beta, *shape))
    inner = shape[0], shape[1]
    width, alpha, beta = (values[:, None] for values in (end - start, alpha, beta))
    share = np.sin(start[:, None] + width * np.append((GRID + 1) / 2, 1.0)) ** 2
    tails = _running(inner, _asked(share, delta), _beyond(inner, last, delta), delta)
    share = share[:, :-1]
    mass = np.exp((alpha - 0.5) * np.log(share) + (beta - 0.5) * np.log(1 - share) - betaln(alpha, beta))
    found[rows[steep]] = (width * mass * tails) @ GRID_WEIGHTS
    return found


def _asked(share: Array, delta: float) -> Array:
    """Return how large the inner rho must be where the outer one is D_MIN or more, as its share stated onward tells."""
    rho: Array = D_MIN * (1 - 2 * delta) / (2 * share - 1)
    return rho


def _beyond(shape: Ways, rho: Array, delta: float) -> Array:
    """Return the posterior probabilities of a rho above each value, of Beta posteriors of the share onward."""
    return _below(shape[1], shape[0], _rest(rho, delta))


def _rest(rho: Array | float, delta: float) -> Array:
    """Return the share stated back of a rho."""
    share: Array = delta + (1 - 2 * delta) * (1 - np.asarray(rho)) / 2
    return share


def _below(alpha: Array, beta: Array, share: Array) -> Array:
    """Return the probability that a Beta share is less; 0 or 1 where it is FAR from the centre."""
    off = _deviations(alpha, beta, share)
    found, near = (off > 0).astype(np.float64), np.abs(off) < FAR
    found[near] = betainc(alpha[near], beta[near], share[near])
    return found


def _deviations(alpha: Array, beta: Array, share: Array) -> Array:
    """Return how many standard deviations a share is above the centre of a Beta posterior, in the angle."""
    off: Array = (np.arcsin(np.sqrt(share)) - np.arctan2(np.sqrt(alpha), np.sqrt(beta))) * 2 * np.sqrt(alpha + beta)
    return off


def _running(shape: Ways, rho: Array, last: Array, delta: float) -> Array:
    """Return what ``_beyond`` does for many values a row, all ascending or all descending, but for the last one given.

    Between neighbours the posterior's density is added up, which is smooth in the angle: as a polynomial of fifth
    degree with its value, slope and bend at both.
    """
    rest = _rest(rho, delta)
    share = 1 - rest
    alpha, beta = (part[:, None] - 0.5 for part in shape)
    density = np.exp(alpha * np.log(share) + beta * np.log(rest) + (np.log(2) - betaln(*shape))[:, None])
    odds = np.sqrt(share / rest)  # the tangent of the angle
    slope = 2 * (alpha / odds - beta * odds)
    bend = slope**2 - 2 * (alpha / share + beta / rest)
    step = np.diff(np.arctan(odds), axis=1)
    between = density[:, 1:] * (1 / 2 - step * (slope[:, 1:] / 10 - step * bend[:, 1:] / 120))
    between += density[:, :-1] * (1 / 2 + step * (slope[:, :-1] / 10 + step * bend[:, :-1] / 120))
    between *= step
    tails: Array = last[:, None] + np.cumsum(between[:, ::-1], axis=1)[:, ::-1]
    return tails
