"""Answers found without the method: closed forms by hand, line distances, and counts of pairs of flows."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from shapely import LineString, frechet_distance

from geo.distance import Array, unit_vectors
from geo.multiplex import multiplexity, multireciprocity
from geo.paths import densified
from geo.validation.compared import judged_matrices, omega_of_matrices
from geo.validation.ground import Ground, Whole, connected
from geo.validation.measured import Measured, Run, mean
from geo.validation.sites import SITE_COUNT, Sites, site_ground, sites
from geo.validation.terrain import GREAT_CIRCLES, Case
from geo.validation.world import COMMON, INVERSE, Plan, world

EXACT = 1e-9
RECORDS = 60
RADII_KM = (225.0, 450.0, 900.0)
H_KM = 450.0  # at which the two counts of pairs are held against each other; geo/README.md, "Comparing two layers"
PLANTED_SHARE = 0.10
EARTH_KM = 6371.0  # of the sphere the plain form takes


def oracle(case: Case) -> Run:
    """Return how far the method is from answers reached by other means."""
    rng = np.random.default_rng([case.seed, 60])
    rows = [Measured("oracle", name, "<=", EXACT, gap, count=1) for name, gap in closed_forms().items()]
    agreed = [
        _frechet_agrees(sites(ground, kind, np.full((SITE_COUNT, 2), RECORDS), rng))
        for kind in (COMMON, INVERSE)
        for ground in [site_ground(rng) for _ in range(case.effort.worlds)]
    ]
    rows.append(
        Measured("oracle", "labels that the Frechet distance confirms", ">=", 1.0, *mean(np.concatenate(agreed)))
    )
    gaps, sides = zip(*(_cross_k(case, at) for at in range(case.effort.worlds)), strict=True)
    rows.append(Measured("oracle", "flow cross-K: tree against all pairs", "<=", EXACT, max(gaps), count=len(gaps)))
    name = "flow cross-K larger on the planted side"
    rows.append(Measured("oracle", name, ">=", None, *mean(np.array(sides, dtype=np.float64))))
    return Run(rows)


def closed_forms() -> dict[str, float]:
    """Return the distance from hand-made answers: twelve places on the equator, ten degrees apart.

    Between the first two, layers run 30 on and 10 back, and 10 on and 40 back: D = 20/40 x -30/50 = -.3. Between the
    next two 20 on, and 5 on: D = 1. The third pair is used by the first layer alone. Of the shared records, min(30, 10)
    + min(10, 40) + min(20, 5) = 25 run the same way and min(30, 40) + min(10, 10) = 40 the other way, of 122 in all.
    Both pairs are as long, so Omega is the mean of D weighted with sqrt(40 x 50) and sqrt(20 x 5).
    """
    ground = _equator()
    a, b = (np.zeros((12, 12)) for _ in range(2))
    for layer, records in (
        (a, {(0, 1): 30, (1, 0): 10, (2, 3): 20, (5, 4): 7}),
        (b, {(0, 1): 10, (1, 0): 40, (2, 3): 5}),
    ):
        for ends, count in records.items():
            layer[ends] = count
    total = 30 + 10 + 20 + 7 + 10 + 40 + 5
    found = judged_matrices(ground, (a, b)).set_index("place_a")["D"]
    km = [_path_km(ground, row) for row in ((0, 1), (2, 3))]
    weight = [km[0] * np.sqrt(40 * 50), km[1] * np.sqrt(20 * 5)]
    omega = (weight[0] * -0.3 + weight[1]) / sum(weight)
    return {
        "D by hand": max(abs(found["p000"] + 0.3), abs(found["p002"] - 1.0)),
        "m by hand": abs(multiplexity(a, b) - 2 * (10 + 10 + 5) / total),
        "r by hand": abs(multireciprocity(a, b) - 2 * (30 + 10) / total),
        "Omega by hand": abs(omega_of_matrices(ground, (a, b)) - omega),
    }


def flow_cross_k(first: Array, second: Array, radii_km: Array) -> Array:
    """Return the share of pairs of flows whose ends lie within each radius, by a tree.

    Args:
        first: (n, 6) unit vectors of origin and destination.
        second: The same of the other layer; turned round, for the inverse count.
        radii_km: Radii; the distance of two flows is the root of the two squared chords' sum.

    Source: the plain form of geo/README.md, "More than hubs and distance?".
    """
    chord = 2 * np.sin(radii_km / EARTH_KM / 2)
    count: Array = cKDTree(first).count_neighbors(cKDTree(second), chord) / (len(first) * len(second))
    return count


def flow_cross_k_of_all_pairs(first: Array, second: Array, radii_km: Array) -> Array:
    """Return what ``flow_cross_k`` does, by looking at every pair."""
    chord = 2 * np.sin(radii_km / EARTH_KM / 2)
    distance = np.sqrt(((first[:, None] - second[None]) ** 2).sum(axis=2))
    return np.array([(distance <= limit).mean() for limit in chord])


def _equator() -> Ground:
    places = pd.DataFrame(
        {"lon": np.arange(12) * 10.0, "lat": 0.0, "country_id": "c000", "level": "place"},
        index=pd.Index([f"p{number:03d}" for number in range(12)], name="place_id"),
    )
    pairs = pd.DataFrame({"place_a": places.index[:-1], "place_b": places.index[1:]})
    return connected(places, pairs=pairs)


def _path_km(ground: Ground, ends: tuple[int, int]) -> float:
    """Return the kilometres of a path's edges, centre to centre."""
    row = ground.net.paths[(ground.names[ends[0]], ground.names[ends[1]], ground.stated)]
    return float(((ground.net.forward[row] + ground.net.backward[row]) @ ground.net.km)[0])


def _frechet_agrees(made: Sites) -> Array:
    """Return, for each lone corridor with a word, 1 where the lines of the two layers' main flows say the same."""
    names = made.ground.names
    layers = [_main_records(made, layer) for layer in range(2)]
    found = judged_matrices(made.ground, layers).merge(made.main_pairs()[["place_a", "place_b"]])
    agreed = []
    for place_a, place_b, label in found[["place_a", "place_b", "label"]].itertuples(index=False):
        i, j = int(np.flatnonzero(names == place_a)[0]), int(np.flatnonzero(names == place_b)[0])
        lines = [_line(made.ground, (i, j) if layer[i, j] >= layer[j, i] else (j, i)) for layer in layers]
        is_common = frechet_distance(*lines) < frechet_distance(lines[0], lines[1].reverse())
        agreed.append(float(label == ("COMMON" if is_common else "INVERSE")))
    return np.array(agreed)


def _main_records(made: Sites, layer: int) -> Array:
    ends, count = made.stated[layer], len(made.ground.names)
    records = np.zeros((count, count))
    np.add.at(records, (ends[:, 0], ends[:, 1]), 1.0)
    return records


def _line(ground: Ground, ends: tuple[int, int]) -> LineString:
    """Return the great circle as points in space: three coordinates know no antimeridian; shapely compares two."""
    at = ground.own_places[["lon", "lat"]].to_numpy(np.float64)[list(ends)]
    lon, lat, _ = densified(*(at[[side], axis] for side in (0, 1) for axis in (0, 1)))
    lon = lon[0] + (lon - lon[0] + 180) % 360 - 180
    return LineString(np.column_stack([lon, lat]))


def _cross_k(case: Case, at: int) -> tuple[float, bool]:
    """Return the largest difference of the two counts, and whether the planted side has more pairs within H_KM."""
    rng = np.random.default_rng([case.seed, 61, at])
    kind = (COMMON, INVERSE)[at % 2]
    made = world(
        GREAT_CIRCLES.ground(case.effort.places, (case.seed, at // 4)), Plan(planted=((kind, PLANTED_SHARE),) * 3), rng
    )
    first, second = (_six(made.ground, ends) for ends in made.stated)
    turned = np.hstack([second[:, 3:], second[:, :3]])
    radii = np.array(RADII_KM)
    counts = [flow_cross_k(first, other, radii) for other in (second, turned)]
    gap = max(
        float(np.abs(count - flow_cross_k_of_all_pairs(first, other, radii)).max())
        for count, other in zip(counts, (second, turned), strict=True)
    )
    common, inverse = (count[RADII_KM.index(H_KM)] for count in counts)
    return gap, bool((common > inverse) == (kind == COMMON))


def _six(ground: Ground, ends: Whole) -> Array:
    own = ground.own_places
    points = unit_vectors(own["lon"].to_numpy(np.float64), own["lat"].to_numpy(np.float64))
    return np.hstack([points[ends[:, 0]], points[ends[:, 1]]])
