"""Worlds with planted truth: gravity, hubs, noisy dyads, planted bundles, and records that err (geo/README.md)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.distance import Array
from geo.validation.ground import Ground, Whole

LENGTH_KM = 1800.0  # decay of flows with distance; geo/README.md, "Validation"
HUB_SIGMA = 1.0  # of the log strengths of places; chosen 2026-11, as in the tests of the null model
SHARED_VARIANCE = 0.36  # of the log strengths, between layers; geo/README.md, "Validation"
RECORD_COUNT = 1200  # a layer; geo/README.md, "Validation"
WRONG_PLACE_SHARE = 0.20  # of records that name a neighbour of one end; geo/README.md, "Validation"
WRONG_WAY_SHARE = 0.05  # of records that state the direction backwards; geo/README.md, "Validation"
BUNDLE_PLACES = 3  # a bundle joins the place and its two nearest at either end: nine dyads; geo/README.md, "Validation"
BUNDLE_KM = (900.0, 4000.0)  # of planted bundles; chosen 2026-11
CANDIDATES = 40  # pairs of places among which the one farthest from those already planted is taken
COMMON, INVERSE, TWO_WAY = "common", "inverse", "two_way"


class Bundle(NamedTuple):
    """Journeys planted between two places: ``share`` of each layer, origin to destination in the first layer."""

    kind: str
    origin: int
    destination: int
    share: float

    def ways(self, layer: int) -> list[tuple[int, int]]:
        """Return the (origin, destination) of one layer's planted journeys; a two-way bundle has both."""
        there, back = (self.origin, self.destination), (self.destination, self.origin)
        if self.kind == TWO_WAY:
            return [there, back]
        return [back if self.kind == INVERSE and layer else there]


@dataclass(frozen=True)
class Plan:
    """What a world holds.

    Attributes:
        size: k of the gamma noise of dyads: small is heavy-tailed.
        planted: (kind, share of each layer) of the bundles.
        record_count: Records a layer.
        wrong_place_share: Of records that name a neighbour of one of their ends.
        wrong_way_share: Of records that state the direction backwards.
        has_common_roles: Whether places that send much in one layer tend to send much in the other, and those that
            receive, to receive: then directions do align. Else layers share how strong a place is, in either role.
    """

    size: float = 1.0
    planted: tuple[tuple[str, float], ...] = ()
    record_count: int = RECORD_COUNT
    wrong_place_share: float = WRONG_PLACE_SHARE
    wrong_way_share: float = WRONG_WAY_SHARE
    has_common_roles: bool = False


@dataclass(frozen=True)
class World:
    """Two layers over one ground.

    Attributes:
        ground: Where.
        rates: Of each layer, the (N, N) expected journeys: the truth that estimates are held against.
        true: Of each layer, the (records, 2) places where each journey began and ended.
        stated: The same as the record tells it.
        bundles: What was planted.
    """

    ground: Ground
    rates: tuple[Array, Array]
    true: tuple[Whole, Whole]
    stated: tuple[Whole, Whole]
    bundles: tuple[Bundle, ...]

    @property
    def matrices(self) -> tuple[Array, Array]:
        """Stated records of each layer from row to column."""
        a, b = (counted(ends, len(self.ground.names)) for ends in self.stated)
        return a, b


def world(ground: Ground, plan: Plan, rng: np.random.Generator) -> World:
    """Return a world; the generator's state decides everything."""
    bundles = chosen_bundles(ground, plan.planted, rng)
    strength = rng.normal(size=(2, len(ground.names)))
    shared = strength if plan.has_common_roles else strength[[0, 0]]
    rates = [layer_rates(ground, plan.size, rng, shared) for _ in range(2)]
    rates = [_with_bundles(ground, plan.record_count * rate, bundles, layer) for layer, rate in enumerate(rates)]
    true = [journeys(rate, plan.record_count, rng) for rate in rates]
    stated = [misstated(ends, ground.neighbours, rng, plan) for ends in true]
    return World(ground, (rates[0], rates[1]), (true[0], true[1]), (stated[0], stated[1]), bundles)


def counted(ends: Whole, place_count: int) -> Array:
    """Return (N, N) records from (records, 2) ends."""
    flat = np.bincount(ends[:, 0] * place_count + ends[:, 1], minlength=place_count**2)
    return flat.reshape(place_count, place_count).astype(np.float64)


def journeys(rate: Array, count: int, rng: np.random.Generator) -> Whole:
    """Return (count, 2) ends of journeys drawn from (N, N) rates."""
    dyad = np.repeat(np.arange(rate.size), rng.multinomial(count, rate.ravel() / rate.sum()))
    return np.column_stack(np.divmod(dyad, len(rate))).astype(np.int64)


def misstated(ends: Whole, neighbours: Whole, rng: np.random.Generator, plan: Plan) -> Whole:
    """Return what records state: some name a neighbour of one end, some turn the journey round."""
    said, count, choices = ends.copy(), len(ends), neighbours.shape[1]
    row, side = np.flatnonzero(rng.random(count) < plan.wrong_place_share), rng.integers(0, 2, count)
    here, there = said[row, side[row]], said[row, 1 - side[row]]
    choice = rng.integers(0, choices, len(row))
    choice = np.where(neighbours[here, choice] == there, (choice + 1) % choices, choice)  # no journey stays in a place
    is_other = neighbours[here, choice] != there
    said[row[is_other], side[row[is_other]]] = neighbours[here, choice][is_other]
    is_turned = rng.random(count) < plan.wrong_way_share
    said[is_turned] = said[is_turned, ::-1]
    return said


def chosen_bundles(
    ground: Ground, planted: tuple[tuple[str, float], ...], rng: np.random.Generator
) -> tuple[Bundle, ...]:
    """Return bundles between places as far from one another as a few tries allow."""
    first, second = np.nonzero((ground.distance_km >= BUNDLE_KM[0]) & (ground.distance_km <= BUNDLE_KM[1]))
    found: list[Bundle] = []
    for kind, share in planted:
        some = rng.integers(0, len(first), CANDIDATES)
        apart = [apart_km(ground, found, (int(first[at]), int(second[at]))) for at in some]
        best = some[int(np.argmax(apart))]
        found.append(Bundle(kind, int(first[best]), int(second[best]), share))
    return tuple(found)


def apart_km(ground: Ground, bundles: list[Bundle], ends: tuple[int, int]) -> float:
    """Return how far a pair is from the nearest bundle, either way round: the larger distance of its two ends."""
    d = ground.distance_km
    gaps = [min(max(d[one.origin, i], d[one.destination, j]) for i, j in (ends, ends[::-1])) for one in bundles]
    return float(min(gaps, default=np.inf))


def bundle_members(ground: Ground, place: int) -> npt.NDArray[np.int64]:
    """Return the places that take part in a bundle's end."""
    return np.concatenate([[place], ground.neighbours[place, : BUNDLE_PLACES - 1]])


def layer_rates(ground: Ground, size: float, rng: np.random.Generator, shared: Array) -> Array:
    """Return (N, N) shares of a layer's journeys, without bundles.

    Args:
        ground: Where.
        size: k of the gamma noise of dyads; a large one leaves hubs and distance alone.
        rng: Decides the layer's own part of hubs, and the noise.
        shared: (2, N) standard normal: the part that layers share of how much places send, and receive.
    """
    own = rng.normal(size=shared.shape)
    out, into = np.exp(HUB_SIGMA * (np.sqrt(SHARED_VARIANCE) * shared + np.sqrt(1 - SHARED_VARIANCE) * own))
    rate = out[:, None] * into * np.exp(-ground.distance_km / LENGTH_KM)
    np.fill_diagonal(rate, 0.0)
    rate *= rng.gamma(size, 1 / size, rate.shape)
    result: Array = rate / rate.sum()
    return result


def _with_bundles(ground: Ground, rate: Array, bundles: tuple[Bundle, ...], layer: int) -> Array:
    """Return the rates with every bundle's share of the layer, spread over its dyads; the total is kept."""
    total = rate.sum()
    planted = np.zeros_like(rate)
    for bundle in bundles:
        ways = bundle.ways(layer)
        for origin, destination in ways:
            dyads = np.ix_(bundle_members(ground, origin), bundle_members(ground, destination))
            part = np.zeros_like(rate)
            part[dyads] = 1.0
            np.fill_diagonal(part, 0.0)
            planted += part * (bundle.share * total / len(ways) / part.sum())
    result: Array = rate * (1 - planted.sum() / total) + planted
    return result
