"""Journeys of the synthetic world: background by gravity and hubs, planted streams, and where each was stopped.

A journey is a row of six place numbers, one per slot of ``SLOTS``; -1 where there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.sample_plan import Stream
from data.sample_stage import LAST_DAY, NONE, STOPOVER_COUNT, Days, Flag, Geography, Number, Whole

SLOTS = ("manufacture", "origin", "transit_1", "transit_2", "seizure", "destination")
MANUFACTURE, ORIGIN, TRANSIT_1, TRANSIT_2, SEIZURE, DESTINATION = range(6)

# Shape of the flows; chosen by eye, 2026-11, unless stated.
GRAVITY_KM = 600.0
HUB_SIGMA, HUB_SHARED_SHARE = 0.8, 0.36  # of log-variance, as in the method's trials
DYAD_SHAPE = 0.1  # of the gamma noise per pair of places, as in the method's trials
QUIET_SHARE = 0.002  # of the background along a crossing decoy that is kept: more would fill both its roads
IMBALANCE = 0.15  # of log flow; keeps the background nearly two-way
TRANSIT_SHARES = (0.05, 0.45, 0.50)  # of journeys with none, one, two stopovers
ONWARD_SHARE = 0.85  # of records seized where the journey was to end that name a further destination
STOPPED_ON_THE_WAY_SHARE = 0.2  # of planted records, where a place lies on the way


@dataclass(frozen=True)
class Journeys:
    """Stops (n by six place numbers) and the planted corridor each belongs to (-1: background)."""

    stops: Whole
    corridor: Whole


def chosen(rng: np.random.Generator, weights: Number, count: int) -> Whole:
    """Return ``count`` different rows, drawn with odds as given; rows of weight 0 come last."""
    with np.errstate(divide="ignore"):
        keys = rng.exponential(size=len(weights)) / weights
    return np.argsort(keys)[: max(count, 0)]


def background(rng: np.random.Generator, stage: Geography, weights: Number, count: int) -> Journeys:
    """Return journeys of one layer by its weights of pairs, thinned by each country's enforcement."""
    tried = int(count * 2) + 10
    pair = np.searchsorted(np.cumsum(weights, axis=None) / weights.sum(), rng.random(tried))
    origin, end = np.divmod(np.minimum(pair, weights.size - 1), stage.city_count)
    stops = _onward(rng, weights, _stopped(rng, stage, origin, end))
    odds = stage.strength[stage.country[stops[:, SEIZURE]]] * np.where(is_quiet(stage, stops), QUIET_SHARE, 1.0)
    kept = chosen(rng, odds, count)
    return Journeys(stops[kept], np.full(len(kept), NONE))


def pair_weights(rng: np.random.Generator, stage: Geography) -> Number:
    """Return how often journeys of one layer join each two cities, by gravity and lognormal hubs."""
    own = rng.normal(size=stage.city_count)
    hub = np.exp(HUB_SIGMA * (np.sqrt(HUB_SHARED_SHARE) * stage.hub + np.sqrt(1 - HUB_SHARED_SHARE) * own))
    noise = np.triu(rng.gamma(DYAD_SHAPE, size=stage.distance_km.shape), 1)
    lean = rng.normal(size=stage.city_count) * IMBALANCE
    gravity = np.exp(-stage.distance_km / GRAVITY_KM)
    return np.asarray(np.outer(hub, hub) * gravity * (noise + noise.T) * np.exp(lean[:, None] - lean))


def _stopped(rng: np.random.Generator, stage: Geography, origin: Whole, end: Whole) -> Whole:
    """Return the stops: stopovers drawn, then one stop of each journey made its seizure."""
    count = len(origin)
    transit_count = rng.choice(3, count, p=TRANSIT_SHARES)
    pick = rng.integers(0, STOPOVER_COUNT, (count, 2))
    first = np.where(transit_count > 0, stage.stopovers[origin, end, pick[:, 0]], NONE)
    second = np.where((transit_count > 1) & (first != NONE), stage.stopovers[first, end, pick[:, 1]], NONE)
    ahead = np.column_stack([first, second, end])
    odds = np.where(ahead != NONE, stage.strictness[ahead], 0.0)
    with np.errstate(divide="ignore"):
        at = np.argmin(rng.exponential(size=odds.shape) / odds, axis=1)
    stops = np.full((count, len(SLOTS)), NONE, dtype=np.int64)
    stops[:, ORIGIN] = origin
    stops[:, TRANSIT_1] = np.where(at > 0, first, NONE)
    stops[:, TRANSIT_2] = np.where(at > 1, second, NONE)
    stops[:, SEIZURE] = ahead[np.arange(count), at]
    stops[:, DESTINATION] = np.where(at < 2, end, NONE)
    return stops


def _onward(rng: np.random.Generator, weights: Number, stops: Whole) -> Whole:
    """Return the stops, with a further destination for most journeys that were seized at their end."""
    goes_on = np.flatnonzero((stops[:, DESTINATION] == NONE) & (rng.random(len(stops)) < ONWARD_SHARE))
    edges = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    further = (rng.random(len(goes_on))[:, None] > edges[stops[goes_on, SEIZURE]]).sum(axis=1)
    further = np.minimum(further, len(weights) - 1)
    stops[goes_on, DESTINATION] = np.where(further == stops[goes_on, ORIGIN], NONE, further)
    return stops


def planted(rng: np.random.Generator, stage: Geography, wanted: Sequence[Stream]) -> Journeys:
    """Return the journeys of planted streams: most seized at the far end, some on the way there."""
    parts = [_stream(rng, stage, stream) for stream in wanted]
    corridor = np.repeat([stream.corridor for stream in wanted], [stream.record_count for stream in wanted])
    return Journeys(np.concatenate(parts), corridor.astype(np.int64))


def _stream(rng: np.random.Generator, stage: Geography, stream: Stream) -> Whole:
    origin, end = stage.number(stream.origin), stage.number(stream.destination)
    stops = np.full((stream.record_count, len(SLOTS)), NONE, dtype=np.int64)
    stops[:, ORIGIN], stops[:, SEIZURE] = origin, end
    near = np.exp(-stage.distance_km[end] / GRAVITY_KM)
    near[[origin, end]] = 0.0
    near[stage.is_quiet[end, : stage.city_count]] = 0.0
    onward = rng.choice(stage.city_count, len(stops), p=near / near.sum())
    stops[:, DESTINATION] = np.where(rng.random(len(stops)) < ONWARD_SHARE, onward, NONE)
    between = _place_on_the_way(stage, origin, end)
    if between != NONE:
        early = rng.random(len(stops)) < STOPPED_ON_THE_WAY_SHARE
        stops[early, SEIZURE], stops[early, DESTINATION] = between, end
    return stops


def _place_on_the_way(stage: Geography, origin: int, end: int) -> int:
    detour = stage.distance_km[origin] + stage.distance_km[end] - stage.distance_km[origin, end]
    detour[(stage.distance_km[origin] < 100) | (stage.distance_km[end] < 100)] = np.inf
    best = int(np.argmin(detour))
    return best if detour[best] < 0.01 * stage.distance_km[origin, end] else NONE


def joined(parts: Sequence[Journeys]) -> Journeys:
    """Return the journeys of all parts in one."""
    return Journeys(np.concatenate([p.stops for p in parts]), np.concatenate([p.corridor for p in parts]))


def days(rng: np.random.Generator, stage: Geography, seizure: Whole) -> Days:
    """Return a day for each seizure, none before its country began to report, a little denser later."""
    start = stage.start_day[stage.country[seizure]]
    span = (LAST_DAY - start).astype(np.int64) + 1
    return np.asarray(start + np.floor(span * rng.random(len(seizure)) ** 0.9).astype("timedelta64[D]"))


def is_quiet(stage: Geography, stops: Whole) -> Flag:
    """Return which journeys have a hop that runs along a crossing decoy."""
    found = np.zeros(len(stops), dtype=bool)
    last = stops[:, ORIGIN]
    for slot in (TRANSIT_1, TRANSIT_2, SEIZURE, DESTINATION):
        here = np.where(stops[:, slot] == NONE, last, stops[:, slot])
        found |= stage.is_quiet[last, here] & (last != here)
        last = here
    return found
