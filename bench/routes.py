"""R1 to R5: lines along great circles, ways over roads and sea, and the cells they run through."""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import shapely
from h3.api import basic_str
from pyproj import Geod

from bench import made
from bench.cases import Rival, Row, Setting, Trial, case, close, compared, grown, installed, limit, scaled, timed
from dashboard import routing
from dashboard.snapshot_lines import of_lines
from data import networks as tables
from data.cells import RESOLUTION
from data.places import REFERENCE
from geo import modes
from geo.distance import EARTH_RADIUS_KM
from geo.ends import Settings, landmass
from geo.ensemble import routes
from geo.networks import Graph, Graphs, Whole, graphs, road_graph, sea_graph
from geo.paths import ANTIPODAL_KM, densified, paths_between
from geo.search import shortest_km
from queries import connection

LEGS = 20_000
MARGIN_KM = 100.0  # to ends that the product refuses by the ellipsoid and the globe would take
PLACES, PAIRS = 60, 1_000  # about as many pairs to a place as 5,000 pairs of 300 places
PEER_ROUTES = 20  # of one round
LAND_TOLERANCE, SEA_TOLERANCE = 1e-9, 0.05  # searoute cuts and joins its network in ways of its own
GLOBE = Geod(a=EARTH_RADIUS_KM * 1000, b=EARTH_RADIUS_KM * 1000)
ONE_THREAD = "the product takes cells one by one, in one thread"

Ends = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def ends(count: int) -> Ends:
    """Return made-up ends of legs: lon and lat of both, none almost opposite each other."""
    draw = np.random.default_rng(1)
    lon_a, lon_b = draw.uniform(-175, 175, (2, 2 * count + 20))
    lat_a, lat_b = draw.uniform(-60, 70, (2, 2 * count + 20))
    near = np.flatnonzero(GLOBE.inv(lon_a, lat_a, lon_b, lat_b)[2] < (ANTIPODAL_KM - MARGIN_KM) * 1000)[:count]
    return lon_a[near], lat_a[near], lon_b[near], lat_b[near]


@case("R1", "legs to points every 30 km, and lines")
def drawn(setting: Setting) -> Iterator[Row]:
    """Compare points and lines of all legs at once with pyproj and Shapely leg by leg."""
    yield from scaled("{size} legs", (_drawn(size) for size in setting.sizes(LEGS, 20)), setting.runs, 1.05)


def _drawn(size: int) -> Trial:
    asked = ends(size)

    def ours() -> Any:
        lon, lat, path = densified(*asked)
        return shapely.linestrings(np.column_stack([lon, lat]), indices=path)

    def one_by_one(counts: list[int]) -> Any:
        found = []
        for lon_a, lat_a, lon_b, lat_b, count in zip(*(values.tolist() for values in asked), counts, strict=True):
            inner = GLOBE.npts(lon_a, lat_a, lon_b, lat_b, max(count - 2, 0)) if count > 2 else []
            found.append(shapely.LineString([(lon_a, lat_a), *inner, (lon_b, lat_b)]))
        return np.array(found)

    counts = np.bincount(densified(*asked)[2]).tolist()
    note = "pyproj on the sphere of the product, so that points are equal"
    rival = Rival("Geod.npts, then LineString", 4, partial(one_by_one, counts), _same_lines, note=note)
    return Trial(size, ours, (rival,))


def _same_lines(ours: Any, theirs: Any) -> bool:
    return close(*(shapely.get_coordinates(lines) for lines in (ours, theirs)))


@case("R2", "lines of five points")
def lines(setting: Setting) -> Iterator[Row]:
    """Compare lines of an export with MovingPandas' trajectories."""
    yield from scaled("{size} lines", (_lines(size) for size in setting.sizes(1_000, 5)), setting.runs, 1.0)


def _lines(size: int) -> Trial:
    draw = np.random.default_rng(1)
    points = (draw.uniform(-60, 60, (size, 1, 2)) + draw.uniform(-5, 5, (size, 5, 2))).round(5).reshape(-1, 2)
    rows = np.repeat(np.arange(size), 5)

    def ours() -> Any:
        return of_lines(rows, points, size).geometries()

    def same(mine: Any, theirs: Any) -> bool:
        return close(shapely.get_coordinates(mine), shapely.get_coordinates(theirs.geometry.to_numpy()))

    work = _trajectories(rows, points) if installed("movingpandas") else None
    return Trial(size, ours, (Rival("MovingPandas to_traj_gdf", 150, work, same),))


def _trajectories(rows: Whole, points: np.ndarray) -> Callable[[], Any]:
    times = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(len(rows)) % 5, unit="h")
    frame = pd.DataFrame({"row": rows, "t": times, "x": points[:, 0], "y": points[:, 1]})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of extras of its own that are not there
        peer = import_module("movingpandas")
    return lambda: peer.TrajectoryCollection(frame, traj_id_col="row", t="t", x="x", y="y").to_traj_gdf()


def built() -> Graphs:
    """Return the product's graphs."""
    road, sea = road_graph(*tables.roads()), sea_graph(*tables.sea(), tables.ports())
    return graphs(road, sea, tables.ports(), tables.division_points())


def sampled(world: Graphs, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return PLACES cities of one landmass, and pairs of them."""
    cities = pd.read_csv(REFERENCE / "cities.csv", keep_default_na=False).assign(level="place").set_index("place_id")
    on = landmass(cities, world)
    draw = np.random.default_rng(1)
    chosen = np.sort(draw.choice(cities.index[on == on.mode().iloc[0]], PLACES, replace=False))
    first, second = np.triu_indices(PLACES, 1)
    rows = draw.choice(len(first), count, replace=False)
    return cities.loc[chosen], pd.DataFrame({"place_a": chosen[first[rows]], "place_b": chosen[second[rows]]})


@case("R3", "ways over roads and sea")
def ways(setting: Setting) -> Iterator[Row]:
    """Compare one member of an ensemble, with its steps, line and tables, with one route of networkx or searoute."""
    world, draw = built(), np.random.default_rng(2)
    places, pairs = sampled(world, setting.size(PAIRS, 10))
    on_land = np.flatnonzero(world.road.component == np.bincount(world.road.component).argmax())
    at_sea = np.unique(tables.ports()["sea_node"].to_numpy())
    peers = {
        "road": ("networkx", world.road, on_land, LAND_TOLERANCE, _by_networkx),
        "sea": ("searoute", world.sea, at_sea, SEA_TOLERANCE, _by_searoute),
    }
    for network, (name, graph, nodes, tolerance, wrap) in peers.items():
        asked = draw.choice(nodes, (min(PEER_ROUTES, len(pairs)), 2), replace=False)
        work = wrap(graph, asked) if installed(name) else None
        part = len(asked) / (len(pairs) * Settings().members)
        lengths = shortest_km(graph, asked[:, 0], asked[:, 1])

        def same(_: Any, theirs: Any, lengths: Any = lengths, tolerance: float = tolerance) -> bool:
            return bool(np.allclose(theirs, lengths, rtol=tolerance))

        note = f"its lengths against our shortest ways: within {tolerance:.0e}; {len(asked)} routes of the peer a round"
        rival = Rival(name, 100 if network == "road" else 50, work, same, part=part, note=note)
        ours = partial(routes, pairs.assign(network=network), places, world)
        yield from compared(f"{network}, {len(pairs):,} pairs", Trial(len(pairs), ours, (rival,)), setting.runs)


def _by_networkx(road: Graph, asked: Whole) -> Callable[[], list[float]]:
    """Return a function that finds the lengths of routes between road nodes with networkx."""
    networkx = import_module("networkx")
    net = networkx.Graph()
    open_ = np.flatnonzero(road.is_open)
    edges = zip(road.u[open_].tolist(), road.v[open_].tolist(), road.km[open_].tolist(), strict=True)
    net.add_weighted_edges_from(edges)
    return lambda: [float(networkx.bidirectional_dijkstra(net, a, b)[0]) for a, b in asked.tolist()]


def _by_searoute(sea: Graph, asked: Whole) -> Callable[[], list[float]]:
    """Return a function that finds the lengths of routes between sea nodes with searoute."""
    searoute = import_module("searoute")
    points = list(zip(sea.lon.tolist(), sea.lat.tolist(), strict=True))
    return lambda: [
        float(searoute.searoute(list(points[a]), list(points[b]))["properties"]["length"]) for a, b in asked.tolist()
    ]


@case("R4", "routes to build, by rows")
def memoised(setting: Setting) -> Iterator[Row]:
    """Count the paths a release builds against the rows that run over them; the ways of pairs are kept, not of rows."""
    sizes = setting.sizes(10_000_000, 5_000)
    counts, seconds = [], []
    original = made.original(setting)
    places, file = original.places, original.release.path("places")
    for size in sizes:
        legs = made.legs(setting, size)
        con = connection.connect({"legs": [legs], "places": [file]}, made.common(setting))
        took = timed(partial(made.built, con, "leg_pairs"))
        pairs = routing.measured(made.built(con, "leg_pairs").to_pandas(), places)
        shares = modes.network_shares(pairs[pairs["network"].notna()], sorted(pairs["layer"].unique()))
        counts.append(float(len(modes.wanted_paths(pairs, shares))))
        seconds.append(took.cpu)
    note = f"paths for one row; the made rows repeat the sample's pairs, so that {counts[-1]:,.0f} paths are the most"
    row = limit(f"{sizes[-1]:,} legs", "a route for every row", counts[-1] / sizes[-1], 1.0, note)
    is_slow = len(sizes) < 3 or float(np.polyfit(np.log(sizes), np.log(counts), 1)[0]) <= 0.4
    yield row._replace(target="exponent ≤ 0.4", exponent=f"{grown(sizes, counts)} / 1", is_met=is_slow)


@case("R5", "legs to steps between cells")
def cells(setting: Setting) -> Iterator[Row]:
    """Compare the product's paths with a loop over points, and with h3ronpy's cells of arrays."""
    yield from scaled("{size} legs", (_cells(size) for size in setting.sizes(5_000, 20)), setting.runs, 1.05)


def _cells(size: int) -> Trial:
    lon_a, lat_a, lon_b, lat_b = ends(size)
    names = [f"p{number:06}" for number in range(size)]
    pairs = pd.DataFrame({"place_a": names, "place_b": [f"q{name}" for name in names]})
    pairs = pairs.assign(lon_a=lon_a, lat_a=lat_a, lon_b=lon_b, lat_b=lat_b)
    asked = lon_a, lat_a, lon_b, lat_b
    rivals = (
        Rival("h3-py loop over points", 1.7, partial(_looped, asked), _same_steps, note=ONE_THREAD),
        Rival("h3ronpy", 0, partial(_by_h3ronpy, asked) if installed("h3ronpy") else None, _same_steps),
    )
    return Trial(size, lambda: paths_between(pairs)[1][["from_cell", "to_cell"]].to_numpy(np.int64), rivals)


def _looped(asked: Ends) -> Any:
    """Return steps by a plain loop, a point at a time."""
    steps: list[tuple[int, int]] = []
    lon, lat, path = densified(*asked)
    before, of = "", -1
    for x, y, number in zip(lon.tolist(), lat.tolist(), path.tolist(), strict=True):
        cell = basic_str.latlng_to_cell(y, x, RESOLUTION)
        if number == of and cell != before:
            steps.append((int(before, 16), int(cell, 16)))
        before, of = cell, number
    return np.array(steps, np.int64).reshape(-1, 2)


def _by_h3ronpy(asked: Ends) -> Any:
    vector: Any = import_module("h3ronpy.vector")
    lon, lat, path = densified(*asked)
    found = np.asarray(vector.coordinates_to_cells(lat, lon, RESOLUTION)).astype(np.int64)
    is_step = (found[1:] != found[:-1]) & (path[1:] == path[:-1])
    return np.column_stack([found[:-1][is_step], found[1:][is_step]])


def _same_steps(ours: Any, theirs: Any) -> bool:
    return bool(np.array_equal(ours, theirs))
