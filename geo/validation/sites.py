"""Clean worlds: corridors on roads of their own, far apart, each with a known relation between the layers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.distance import Array
from geo.validation.ground import Ground, PathSource, Whole, connected, great_circles, moved
from geo.validation.world import INVERSE, TWO_WAY, Plan, misstated

CROSSING = "crossing"
SITE_COUNT = 12  # a world; neighbours on the globe lie over 4,000 km apart
LAT_MAX_SINE = 0.8  # sites lie within 53 degrees of the equator
HALF_KM = (500.0, 1000.0)  # half a corridor's length
NEAR_KM = (50.0, 150.0)  # from an end to the place that records name by mistake
SLANT_DEG = 15.0  # a crossing deviates by at most this from a right angle
ENDS_PER_LINE = 2
JITTER_DEG = 5.0  # a cell is about one degree wide
GOLDEN = (1 + 5**0.5) / 2


@dataclass(frozen=True)
class Sites:
    """Sites of one kind and the records of both layers.

    Attributes:
        ground: Eight places a site: two ends of the first line, two of the line across it, and one near each.
        kind: What was planted.
        stated: Of each layer, the (records, 2) places that records state.
        counts: (sites, 2) records planted of each layer, per direction.
    """

    ground: Ground
    kind: str
    stated: tuple[Whole, Whole]
    counts: Array

    def main_pairs(self) -> pd.DataFrame:
        """Return ``place_a, place_b, site, n`` of the pairs that carry the planted journeys."""
        first = np.arange(len(self.counts)) * 2 * 2 * ENDS_PER_LINE
        lines = (0, 2) if self.kind == CROSSING else (0,)
        frames = [
            pd.DataFrame(
                {
                    "place_a": self.ground.names[first + line],
                    "place_b": self.ground.names[first + line + 1],
                    "site": np.arange(len(first)),
                    "n": self.counts.min(axis=1),
                }
            )
            for line in lines
        ]
        return pd.concat(frames, ignore_index=True)


def site_ground(rng: np.random.Generator, source: PathSource = great_circles) -> Ground:
    """Return SITE_COUNT crosses far apart, with paths between the places of one cross only."""
    lon, lat = _centres(rng)
    bearing, half = rng.uniform(0, 360, SITE_COUNT), rng.uniform(*HALF_KM, (2, SITE_COUNT))
    across = bearing + 90 + rng.uniform(-SLANT_DEG, SLANT_DEG, SITE_COUNT)
    ends = [
        moved(lon, lat, way + turn, length)
        for way, length in ((bearing, half[0]), (across, half[1]))
        for turn in (0, 180)
    ]
    near = [moved(*end, rng.uniform(0, 360, SITE_COUNT), rng.uniform(*NEAR_KM, SITE_COUNT)) for end in ends]
    lons, lats = (np.column_stack([point[axis] for point in (*ends, *near)]).ravel() for axis in (0, 1))
    names = [f"p{number:03d}" for number in range(len(lons))]
    places = pd.DataFrame(
        {"lon": lons, "lat": lats, "country_id": "c000", "level": "place"}, index=pd.Index(names, name="place_id")
    )
    first, second = np.triu_indices(2 * 2 * ENDS_PER_LINE, 1)
    start = 2 * 2 * ENDS_PER_LINE * np.arange(SITE_COUNT)[:, None]
    ids = np.array(names)
    pairs = pd.DataFrame({"place_a": ids[(start + first).ravel()], "place_b": ids[(start + second).ravel()]})
    return connected(places, source, pairs)


def sites(ground: Ground, kind: str, counts: Array, rng: np.random.Generator) -> Sites:
    """Return records of both layers on every site.

    Args:
        ground: As ``site_ground`` returns it.
        kind: ``common``, ``inverse``, ``two_way`` (both layers both ways) or ``crossing``.
        counts: (sites, 2) records of each layer, per direction.
        rng: Decides which records err: as many as in ``Plan``, but the wrong place is the one near the end.
    """
    near = (np.arange(len(ground.names)) + 4) % 8 + np.arange(len(ground.names)) // 8 * 8
    stated = []
    for layer in range(2):
        ways = [(0, 1)]
        if layer and kind == INVERSE:
            ways = [(1, 0)]
        elif layer and kind == CROSSING:
            ways = [(2, 3)]
        elif kind == TWO_WAY:
            ways = [(0, 1), (1, 0)]
        ends = [
            np.tile([8 * site + i, 8 * site + j], (int(count), 1))
            for site, count in enumerate(counts[:, layer])
            for i, j in ways
        ]
        stated.append(misstated(np.concatenate(ends), near[:, None], rng, Plan()))
    return Sites(ground, kind, (stated[0], stated[1]), counts)


def _centres(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the sites' centres: a spiral of equal areas, each moved so that no cell of the grid is favoured."""
    at = np.arange(SITE_COUNT)
    lat = np.degrees(np.arcsin(LAT_MAX_SINE * (2 * (at + 0.5) / SITE_COUNT - 1)))
    jitter = rng.uniform(-JITTER_DEG, JITTER_DEG, (2, SITE_COUNT))
    return (at / GOLDEN * 360 + jitter[0]) % 360 - 180, lat + jitter[1]
