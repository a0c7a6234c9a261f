"""What worlds are built on: great circles, or roads that the caller brings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from geo.ends import Settings
from geo.ensemble import routes
from geo.networks import Graphs
from geo.validation.ground import BOX, Ground, PathSource, connected, misknown, random_places, with_centres
from geo.validation.measured import Effort

Seed = tuple[int, ...]

STATED = Settings()  # what a release is built with
TRAVELLED = Settings(members=1, seed=2)  # one path a pair, from the same family of costs but no member of STATED


@dataclass(frozen=True)
class Terrain:
    """A way to make grounds.

    Attributes:
        name: Said in the report.
        ground: Gives a ground of so many places; the seed decides where they are.
        worlds_per_ground: Worlds that share places and paths: those cost more than the records.
    """

    name: str
    ground: Callable[[int, Seed], Ground]
    worlds_per_ground: int


@dataclass(frozen=True)
class Case:
    """What a scenario is run with: how much, from which seed, on what."""

    effort: Effort
    seed: int
    terrain: Terrain

    def grounds(self, arm: int) -> Iterator[tuple[Ground, np.random.Generator]]:
        """Yield a ground and a generator for each world; arms of one case share grounds, not generators."""
        for at in range(self.effort.worlds):
            group, rest = divmod(at, self.terrain.worlds_per_ground)
            ground = self.terrain.ground(self.effort.places, (self.seed, group))
            yield ground, np.random.default_rng([self.seed, group, rest, arm])

    def on_great_circles(self) -> "Case":
        """Return the same case for tests that look at places and distances only."""
        return replace(self, terrain=GREAT_CIRCLES)


@cache
def _great_circles(place_count: int, seed: Seed) -> Ground:
    return connected(random_places(place_count, np.random.default_rng(seed)))


def roads(graphs: Graphs) -> Terrain:
    """Return the terrain of BOX's roads: the method is given an ensemble, journeys take one other path a pair.

    Args:
        graphs: Roads with ``country_id``; places are drawn among the nodes of the largest connected part in BOX, so
            that they are dense where roads are.
    """
    road = graphs.road
    west, south, east, north = BOX
    inside = (road.lon > west) & (road.lon < east) & (road.lat > south) & (road.lat < north) & (road.country_id != "")
    nodes = np.flatnonzero(inside & (road.component == np.bincount(road.component[inside]).argmax()))

    def source(settings: Settings) -> PathSource:
        return lambda pairs, places: routes(pairs.assign(network="road"), places, graphs, settings)[:2]

    @cache
    def ground(place_count: int, seed: Seed) -> Ground:
        chosen = np.sort(np.random.default_rng(seed).choice(nodes, place_count, replace=False))
        places = with_centres(road.lon[chosen], road.lat[chosen], road.country_id[chosen])
        return misknown(places, source(STATED), source(TRAVELLED))

    name = f"roads of Europe, West Asia and North Africa, {STATED.members} paths a pair, journeys on another"
    return Terrain(name, ground, worlds_per_ground=12)


GREAT_CIRCLES = Terrain("great circles", _great_circles, worlds_per_ground=4)
