"""Route ensembles against searoute (sea) and networkx (land): equal lengths first, then time per route as a ratio.

``python -m bench.routes`` from the project's root. The peers are no dependencies of the product: install
``searoute networkx`` into a scratch environment; one that is missing is named and left out. Times are CPU times of one
thread, the median of RUNS runs in turn; a route of ours is one member of one pair, with its steps, line and tables.
"""

import importlib
import statistics
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from data import networks as tables
from data.places import REFERENCE
from geo.ends import Settings, landmass
from geo.ensemble import routes
from geo.networks import Graph, Graphs, Whole, graphs, road_graph, sea_graph
from geo.search import shortest_km

RUNS = 5
PLACES, PAIRS = 60, 1000  # about as many pairs to a place as 5,000 pairs of 300 places
PEER_ROUTES = 20  # per run
LAND_TOLERANCE, SEA_TOLERANCE = 1e-9, 0.05


def built() -> Graphs:
    """Return the product's graphs."""
    road, sea = road_graph(*tables.roads()), sea_graph(*tables.sea(), tables.ports())
    return graphs(road, sea, tables.ports(), tables.division_points())


def sampled(world: Graphs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return PLACES cities of one landmass, and PAIRS pairs of them."""
    cities = pd.read_csv(REFERENCE / "cities.csv", keep_default_na=False).assign(level="place").set_index("place_id")
    on = landmass(cities, world)
    draw = np.random.default_rng(1)
    chosen = np.sort(draw.choice(cities.index[on == on.mode().iloc[0]], PLACES, replace=False))
    first, second = np.triu_indices(PLACES, 1)
    rows = draw.choice(len(first), PAIRS, replace=False)
    return cities.loc[chosen], pd.DataFrame({"place_a": chosen[first[rows]], "place_b": chosen[second[rows]]})


def peer(name: str) -> ModuleType | None:
    """Return a module that may not be there."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def land_peer(networkx: Any, road: Graph, ends: Whole) -> Callable[[], list[float]]:
    """Return a function that finds the lengths of routes between road nodes with networkx."""
    net = networkx.Graph()
    ways = np.flatnonzero(road.is_open)
    net.add_weighted_edges_from(zip(road.u[ways].tolist(), road.v[ways].tolist(), road.km[ways].tolist(), strict=True))
    return lambda: [float(networkx.bidirectional_dijkstra(net, a, b)[0]) for a, b in ends.tolist()]


def sea_peer(searoute: Any, sea: Graph, ends: Whole) -> Callable[[], list[float]]:
    """Return a function that finds the lengths of routes between sea nodes with searoute."""
    points = list(zip(sea.lon.tolist(), sea.lat.tolist(), strict=True))
    return lambda: [
        float(searoute.searoute(list(points[a]), list(points[b]))["properties"]["length"]) for a, b in ends.tolist()
    ]


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compared(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Return the median, least and largest ratio of their time per route to ours, over runs in turn."""
    theirs()  # what the peer loads once does not count
    members = Settings().members
    ratios = []
    for _ in range(RUNS):
        mine = seconds(ours) / (PAIRS * members)
        ratios.append(seconds(theirs) / PEER_ROUTES / mine)
    return statistics.median(ratios), min(ratios), max(ratios)


def main() -> int:
    """Print the ratios; 1 where a length differs by more than its tolerance."""
    world, draw = built(), np.random.default_rng(2)
    places, pairs = sampled(world)
    on_land = np.flatnonzero(world.road.component == np.bincount(world.road.component).argmax())
    at_sea = np.unique(tables.ports()["sea_node"].to_numpy())
    failed = 0
    for network, name, graph, nodes, tolerance, wrap in (
        ("road", "networkx", world.road, on_land, LAND_TOLERANCE, land_peer),
        ("sea", "searoute", world.sea, at_sea, SEA_TOLERANCE, sea_peer),
    ):
        module, ends = peer(name), draw.choice(nodes, (PEER_ROUTES, 2), replace=False)
        if module is None:
            sys.stdout.write(f"{network}: {name} is not installed\n")
            continue
        theirs = wrap(module, graph, ends)
        apart = np.abs(np.array(theirs()) / shortest_km(graph, ends[:, 0], ends[:, 1]) - 1).max()
        failed += apart > tolerance
        sys.stdout.write(f"{network}: lengths differ from {name}'s by at most {apart:.2%} (allowed {tolerance:.2%})\n")
        asked = pairs.assign(network=network)
        middle, least, most = compared(lambda asked=asked: routes(asked, places, world), theirs)  # type: ignore[misc]
        sys.stdout.write(f"{network}: a route takes {name} {middle:.0f} times as long ({least:.0f} to {most:.0f})\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
