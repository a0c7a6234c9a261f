"""S5: one country that seizes five times as much as it did."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import shortest_path

from geo.distance import Array
from geo.interception import ALL, SEPARATOR, detections, exposures
from geo.validation.compared import judged
from geo.validation.corridors import SIZES, WORDS
from geo.validation.ground import Ground, connected, flows_of, in_countries, random_places
from geo.validation.measured import Measured, Run, mean, ratio
from geo.validation.terrain import Case
from geo.validation.world import COMMON, INVERSE, Plan, world

PLANTED = ((COMMON, 0.07), (INVERSE, 0.07))
JOURNEYS = 8000  # a layer, of which more than 2,000 are seized; geo/README.md, "Validation"
PLACES_PER_COUNTRY = 2  # so that there are countries enough to rank
DETECTION_BETA = (1.5, 8.0)  # of q: mean .16; chosen 2026-11
FACTOR, Q_MAX = 5.0, 0.95  # geo/README.md, "Validation"
HOP_POWER = 1.5  # cost of a hop is distance to this power: journeys go by way of places between; chosen 2026-11
KAPPA = 0.5
YEAR = 2020
JUDGED = (*WORDS, "MIXED")


@dataclass(frozen=True)
class _Journeys:
    """One layer's journeys.

    Attributes:
        places: (journeys, longest) places in travel order, -1 beyond the end.
        chance: (journeys, longest) uniform numbers: a country seizes where its q is above them.
    """

    places: Array
    chance: Array


def s5(case: Case) -> Run:
    """Return how far labels stand when one country seizes five times as much, and how well that is seen.

    Beside it, how far they stand when the same countries merely seize others of the same journeys.
    """
    stay: dict[str, list[tuple[float, float]]] = {"events": [], "exposure": [], "again": [], "turned": []}
    ranks, least = [], np.inf
    for at in range(case.effort.worlds):
        rng = np.random.default_rng([case.seed, 5, at])
        ground, layers = _layers(case.effort.places, SIZES[at % len(SIZES)], rng)
        q = rng.beta(*DETECTION_BETA, len(ground.names) // PLACES_PER_COUNTRY)
        plain, biased = (_run(ground, layers, one) for one in (q, _with_enforcer(ground, layers[0], q)))
        fresh = [_Journeys(layer.places, rng.random(layer.chance.shape)) for layer in layers]
        again = _run(ground, fresh, q)
        for name, pair in {
            "events": _staying(plain, biased, "events"),
            "exposure": _staying(plain, biased, "exposure"),
            "again": _staying(plain, again, "events"),
            "turned": _turned(plain, biased),
        }.items():
            stay[name].append(pair)
        ranks.append(biased.rank)
        least = min(least, biased.seized_count)
    note = f"at least {least:.0f} seizures a layer"
    seen = Measured("S5", "rank correlation of q and its truth", ">=", 0.90, *mean(ranks), note)
    return Run([*_stayed(stay), seen])


def _stayed(stay: dict[str, list[tuple[float, float]]]) -> list[Measured]:
    """Return the figures of (labels that stay, labels) by world."""
    figures = {name: ratio(*zip(*pairs, strict=True)) for name, pairs in stay.items()}
    return [
        Measured("S5", "labels that stay, weighting events", ">=", 0.90, *figures["events"]),
        Measured("S5", "labels that stay, weighting exposure", ">=", 0.90, *figures["exposure"]),
        Measured("S5", "labels that stay, other seizures of the same kind", ">=", None, *figures["again"]),
        Measured("S5", "words common and inverse exchanged", "<=", None, *figures["turned"]),
    ]


@dataclass(frozen=True)
class _Seized:
    """What one run of seizures shows: corridors by weighting, rank correlation of q, seizures of the first layer."""

    corridors: dict[str, pd.DataFrame]
    rank: float
    seized_count: int


def _layers(place_count: int, size: float, rng: np.random.Generator) -> tuple[Ground, list[_Journeys]]:
    own = random_places(place_count, rng).query("level == 'place'")
    lon, lat = own["lon"].to_numpy(np.float64), own["lat"].to_numpy(np.float64)
    ground = connected(in_countries(lon, lat, place_count // PLACES_PER_COUNTRY))
    made = world(ground, Plan(size, PLANTED, record_count=JOURNEYS), rng)
    hops = _hops(ground)
    layers = []
    for ends in made.true:
        places = hops[ends[:, 0], ends[:, 1]]
        layers.append(_Journeys(places, rng.random(places.shape)))
    return ground, layers


def _hops(ground: Ground) -> Array:
    """Return (N, N, longest) places from one to another in travel order, both ends included, -1 beyond the end."""
    previous = shortest_path(ground.distance_km**HOP_POWER, return_predecessors=True)[1]
    count = len(previous)
    routes = {}
    for origin in range(count):
        for destination in range(count):
            route = [destination]
            while route[-1] != origin:
                route.append(int(previous[origin, route[-1]]))
            routes[origin, destination] = route[::-1]
    hops = np.full((count, count, max(map(len, routes.values()))), -1)
    for ends, route in routes.items():
        hops[ends][: len(route)] = route
    return hops


def _with_enforcer(ground: Ground, layer: _Journeys, q: Array) -> Array:
    """Return q with that country's multiplied through which most journeys pass."""
    passed = np.bincount(_country(ground)[layer.places[layer.places >= 0]], minlength=len(q))
    more = q.copy()
    more[np.argmax(passed)] = min(FACTOR * q[np.argmax(passed)], Q_MAX)
    return more


def _country(ground: Ground) -> Array:
    return np.array([int(name[1:]) for name in ground.country_ids])


def _run(ground: Ground, layers: list[_Journeys], q: Array) -> _Seized:
    from scipy.stats import spearmanr  # slow to load, and not wanted before a validation runs

    records = [_records(ground, layer, q).assign(layer=name) for name, layer in zip("ab", layers, strict=True)]
    keys = ["layer", "year", "route", "position"]
    routes = pd.concat(records).groupby(keys)["record_count"].sum().reset_index()
    found = detections(routes)
    factor = exposures(routes, found).set_index(["layer", "route"])["factor"]
    flows: dict[str, list[pd.DataFrame]] = {"events": [], "exposure": []}
    for rows in records:
        h = factor.reindex(pd.MultiIndex.from_frame(rows[["layer", "route"]])).fillna(1.0).to_numpy(np.float64)
        flows["events"].append(_flows(ground, rows, np.ones(len(rows))))
        flows["exposure"].append(_flows(ground, rows, h))
    mine = found[(found["layer"] == "a") & (found["window"] == ALL)]
    truth = q[[int(name[1:]) for name in mine["country_id"]]]
    rank = float(spearmanr(mine["q"], truth).statistic)
    return _Seized({name: judged(ground, *both) for name, both in flows.items()}, rank, len(records[0]))


def _records(ground: Ground, layer: _Journeys, q: Array) -> pd.DataFrame:
    """Return one row per seized journey: ``year, route, position, record_count, origin, seizure, destination``."""
    is_stop = layer.places >= 0
    country = np.where(is_stop, _country(ground)[layer.places], -1)
    is_entry = is_stop & (country != np.column_stack([np.full(len(country), -1), country[:, :-1]]))
    is_hit = is_entry & (layer.chance < np.where(is_stop, q[country], 0.0))
    rows = np.flatnonzero(is_hit.any(axis=1))
    at = np.argmax(is_hit[rows], axis=1)
    ids = np.array([f"c{number:03d}" for number in range(len(q))])
    return pd.DataFrame(
        {
            "year": YEAR,
            "route": [SEPARATOR.join(ids[country[row][is_entry[row]]]) for row in rows],
            "position": np.cumsum(is_entry[rows], axis=1)[np.arange(len(rows)), at],
            "record_count": 1,
            "origin": layer.places[rows, 0],
            "seizure": layer.places[rows, at],
            "destination": layer.places[rows, is_stop[rows].sum(axis=1) - 1],
        }
    )


def _flows(ground: Ground, rows: pd.DataFrame, weight: Array) -> pd.DataFrame:
    """Return the legs to the seizure, and on to the destination that was not reached."""
    ids = {name: ground.names[rows[name]] for name in ("origin", "seizure", "destination")}
    return flows_of(
        ground,
        np.concatenate([ids["origin"], ids["seizure"]]),
        np.concatenate([ids["seizure"], ids["destination"]]),
        np.concatenate([weight, KAPPA * weight]),
    )


def _staying(one: _Seized, two: _Seized, weighting: str) -> tuple[float, float]:
    """Return how many corridors judged in the first run have the same label in the second, of how many."""
    both = _paired(one, two, weighting)
    return float((both["label"] == both["label_two"]).sum()), float(len(both))


def _turned(one: _Seized, two: _Seized) -> tuple[float, float]:
    """Return how many corridors called common in one run and inverse in the other, of those with a word in both."""
    both = _paired(one, two, "events")
    words = both[both["label"].isin(WORDS) & both["label_two"].isin(WORDS)]
    return float((words["label"] != words["label_two"]).sum()), float(len(words))


def _paired(one: _Seized, two: _Seized, weighting: str) -> pd.DataFrame:
    first, second = one.corridors[weighting], two.corridors[weighting]
    judged_first = first[first["label"].isin(JUDGED)]
    return judged_first.merge(second, on=["place_a", "place_b"], how="left", suffixes=("", "_two"))
