"""Routes as distributions, on worlds small enough to reckon and on a part of the real roads."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from h3.api import basic_int as h3
from scipy.sparse.csgraph import dijkstra

from data import networks as tables
from data.errors import ContractError
from geo.ends import Settings, candidates, drawn_ports, landmass
from geo.ensemble import KEY, Routes, routes
from geo.journeys import NO_LANE, NO_ROAD, ONE_PORT, shared_part
from geo.lines import simplified
from geo.networks import Graph, Graphs, border, graphs, passage, road_graph, sea_graph, without
from geo.search import costs, shortest_km, traced

ONE_DEGREE_KM = 111.319  # on the equator of WGS 84
PLAIN = Settings(members=1, sigma=0.0)

# Two roads from W (0 E) to E (6 E): on the equator through AAA, BBB and CCC, and round the north through AAA and CCC.
# An island without roads lies at 20 E, a landlocked country LLL hangs on the northern road, a lane runs in the south.
ROAD_POINTS = [(float(x), 0.0, "AAA" if x < 2 else "BBB" if x < 5 else "CCC") for x in range(7)]
ROAD_POINTS += [(float(x), 3.0, "AAA" if x < 3 else "CCC") for x in range(7)]
ROAD_POINTS += [(3.0, 6.0, "LLL"), (20.0, 0.0, "III"), (20.0, 3.0, "JJJ")]
SOUTH, NORTH = [(x, x + 1) for x in range(6)], [(0, 7), *((x, x + 1) for x in range(7, 13)), (6, 13)]
ROADS = [*SOUTH, *NORTH, (10, 14)]
SEA_POINTS = [(float(x), -5.0) for x in range(0, 21, 2)]
PORTS = pd.DataFrame(
    {"country_id": ["AAA", "AAA", "CCC"], "lon": [0.0, 1.0, 6.0], "lat": [-4.0, -4.0, -4.0], "sea_node": [0, 1, 3]}
)
NO_LANES = pd.DataFrame({"u": [0], "v": [1], "km": [1.0], "passage": [""]})
AREAS = pd.DataFrame({"place_id": ["A-S", "A-N"], "country_id": "AAA", "lon": [0.5, 1.0], "lat": [0.0, 3.0]})
PLACES = pd.DataFrame(
    [
        ("W", 0.0, 0.0, "place", "AAA"),
        ("E", 6.0, 0.0, "place", "CCC"),
        ("I", 20.0, 0.0, "place", "III"),
        ("J", 20.0, 3.0, "place", "JJJ"),
        ("L", 3.0, 6.0, "place", "LLL"),
        ("W2", 0.02, 0.0, "place", "AAA"),
        ("Z", 180.0, 0.1, "place", "ZZZ"),
        ("X", np.nan, 0.0, "place", "AAA"),
        ("AAA", 0.5, 1.0, "country", "AAA"),
        ("CCC", 6.0, 1.0, "country", "CCC"),
        ("LLL", 3.0, 6.0, "country", "LLL"),
        ("A-S", 0.5, 0.0, "admin1", "AAA"),
        ("A-N", 1.0, 3.0, "admin1", "AAA"),
    ],
    columns=["place_id", "lon", "lat", "level", "country_id"],
).set_index("place_id")


def small_world() -> Graphs:
    nodes = pd.DataFrame(ROAD_POINTS, columns=["lon", "lat", "country_id"])
    ways = pd.DataFrame(ROADS, columns=["u", "v"])
    km = ONE_DEGREE_KM * np.hypot(
        *(nodes[["lon", "lat"]].to_numpy()[ways["v"]] - nodes[["lon", "lat"]].to_numpy()[ways["u"]]).T
    )
    buoys = pd.DataFrame(SEA_POINTS, columns=["lon", "lat"])
    size = len(buoys)
    lanes = pd.DataFrame({"u": range(size - 1), "v": range(1, size), "km": 2 * ONE_DEGREE_KM, "passage": ""})
    lanes.loc[1, "passage"] = "suez"  # from 2 E to 4 E
    sea = sea_graph(buoys, lanes, PORTS)
    return graphs(road_graph(nodes, ways.assign(km=km)), sea, PORTS, AREAS)


WORLD = small_world()


def asked(*pairs: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame([(min(a, b), max(a, b), network) for a, b, network in pairs], columns=KEY)


def one(a: str, b: str, network: str, settings: Settings = Settings(), world: Graphs = WORLD) -> Routes:  # noqa: B008
    return routes(asked((a, b, network)), PLACES, world, settings)


def balance(edges: pd.DataFrame) -> dict[int, float]:
    """Probability out of each cell less into it."""
    out = edges.groupby("from_cell")["probability"].sum()
    total = out.sub(edges.groupby("to_cell")["probability"].sum(), fill_value=0.0)
    cells = total.index.to_numpy(np.int64).tolist()
    return {cell: round(value, 9) for cell, value in zip(cells, total.tolist(), strict=True) if abs(value) > 1e-9}


def turned(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the edges of the way back, in the order of ``routes``."""
    back = edges.rename(columns={"from_cell": "to_cell", "to_cell": "from_cell"})
    return back[["from_cell", "to_cell", "probability"]].sort_values(["from_cell", "to_cell"], ignore_index=True)


def same(one_: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one_.reset_index(drop=True).equals(other.reset_index(drop=True))


# --- roads


def test_a_road_of_six_degrees_has_its_length_and_every_step_is_certain() -> None:
    found = one("W", "E", "road", PLAIN)
    assert found.paths["length_km"].iloc[0] == pytest.approx(6 * ONE_DEGREE_KM)
    assert found.paths["confidence"].tolist() == [1.0]
    assert (found.edges["probability"] == 1).all()


def test_steps_lead_from_the_first_place_to_the_second_through_neighbouring_cells() -> None:
    edges = one("W", "E", "road").edges
    east, west = h3.latlng_to_cell(0, 6, 3), h3.latlng_to_cell(0, 0, 3)
    assert balance(edges) == {east: 1.0, west: -1.0}  # "E" comes before "W"
    assert all(h3.are_neighbor_cells(a, b) for a, b in edges[["from_cell", "to_cell"]].itertuples(index=False))
    assert edges["probability"].between(0, 1, inclusive="right").all()


def test_two_roads_share_the_members_and_the_line_is_the_one_most_take() -> None:
    settings = Settings(members=40, sigma=1.5)
    found = one("W", "E", "road", settings)
    lat = np.array([h3.cell_to_latlng(cell)[0] for cell in found.edges["from_cell"]])
    lon = np.array([h3.cell_to_latlng(cell)[1] for cell in found.edges["from_cell"]])
    middle = found.edges[(lon > 2.2) & (lon < 3.8)].assign(is_north=(lat > 1.5)[(lon > 2.2) & (lon < 3.8)])
    share = middle.groupby("is_north")["probability"].max()
    assert share.sum() == pytest.approx(1)
    assert 0 < share.min() < share.max() < 1
    assert (found.lines["lat"].max() > 1.5) == (share[True] > share[False])
    assert found.paths["confidence"].iloc[0] == pytest.approx(share.max())


def test_the_way_back_is_the_mirror() -> None:
    swapped = PLACES.rename(index={"W": "E", "E": "W"})
    there, back = one("W", "E", "road").edges, routes(asked(("W", "E", "road")), swapped, WORLD).edges
    assert same(turned(back), there[["from_cell", "to_cell", "probability"]])


@pytest.mark.parametrize("network", ["road", "sea", "air"])
def test_other_pairs_change_nothing(network: str) -> None:
    more = asked(
        *((a, b, n) for a, b in [("W", "E"), ("AAA", "E"), ("L", "E"), ("I", "W")] for n in ("road", "sea", "air"))
    )
    alone, among = one("AAA", "E", network), routes(more, PLACES, WORLD)
    for table, whole in zip(alone, among, strict=True):
        is_it = (whole["place_a"] == "AAA") & (whole["place_b"] == "E") & (whole["network"] == network)
        assert same(table, whole[is_it])


def test_the_same_seed_gives_the_same_routes_and_another_seed_others() -> None:
    first, again, other = (one("AAA", "CCC", "road", Settings(seed=seed)) for seed in (1, 1, 2))
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not same(first.edges, other.edges)


def test_fewer_members_are_the_first_of_more() -> None:
    few, one_more = (one("AAA", "CCC", "road", Settings(members=members)).edges for members in (4, 5))
    counts = few.set_index(["from_cell", "to_cell"])["probability"] * 4
    more = one_more.set_index(["from_cell", "to_cell"])["probability"] * 5
    added = more.sub(counts, fill_value=0.0).round(9)
    assert set(added) <= {0.0, 1.0}


def test_over_water_there_is_no_road_and_that_is_said() -> None:
    found = one("W", "I", "road")
    assert found.paths["refused"].tolist() == [NO_ROAD]
    assert found.paths[["length_km", "confidence"]].isna().all(axis=None)
    assert (len(found.edges), len(found.lines)) == (0, 0)


def test_ends_in_one_cell_give_a_path_without_steps() -> None:
    found = one("W", "W2", "road")
    assert found.paths["refused"].isna().all()
    assert found.paths["confidence"].tolist() == [1.0]
    assert len(found.edges) == 0


def test_a_closed_border_sends_the_road_round_the_north() -> None:
    shut = dataclasses.replace(WORLD, road=without(WORLD.road, border(WORLD.road, "AAA", "BBB")))
    found = one("W", "E", "road", PLAIN, shut)
    assert found.paths["length_km"].iloc[0] == pytest.approx((3 + 6 + 3) * ONE_DEGREE_KM)
    assert found.lines["lat"].max() == pytest.approx(3, abs=0.1)


def test_a_road_with_fewer_borders_is_taken_where_it_costs_less_than_the_borders_and_lengths_bear_no_toll() -> None:
    """The north has one border instead of two and is six degrees longer."""
    more = 6 * ONE_DEGREE_KM
    straight, round_about = (
        one("W", "E", "road", dataclasses.replace(PLAIN, border_km=toll)) for toll in (more - 1, more + 1)
    )
    assert straight.paths["length_km"].iloc[0] == pytest.approx(6 * ONE_DEGREE_KM)
    assert round_about.paths["length_km"].iloc[0] == pytest.approx(12 * ONE_DEGREE_KM)
    assert round_about.borders[["from_country", "to_country"]].to_numpy().tolist() == [["CCC", "AAA"]]


def test_closing_every_way_refuses_the_pair() -> None:
    shut = without(without(WORLD.road, border(WORLD.road, "AAA", "BBB")), border(WORLD.road, "AAA", "CCC"))
    assert one("W", "E", "road", world=dataclasses.replace(WORLD, road=shut)).paths["refused"].tolist() == [NO_ROAD]


def test_closing_a_road_that_is_not_used_changes_nothing() -> None:
    spur = (WORLD.road.u == 10) & (WORLD.road.v == 14)
    shut = dataclasses.replace(WORLD, road=without(WORLD.road, spur))
    assert all(same(a, b) for a, b in zip(one("W", "E", "road"), one("W", "E", "road", world=shut), strict=True))


# --- where a route begins


def test_a_country_begins_anywhere_in_it_and_nowhere_else() -> None:
    areas = candidates(PLACES.loc[["AAA", "LLL"]], WORLD)
    assert [area.tolist() for area in areas] == [[0, 1, 7, 8, 9], [14]]
    starts = one("AAA", "E", "road", Settings(members=60)).edges
    ends = {cell for cell, total in balance(starts).items() if total > 0}
    assert len(ends) >= 3
    inside = {h3.latlng_to_cell(lat, lon, 3) for lon, lat, country in ROAD_POINTS if country == "AAA"}
    assert ends <= inside


def test_a_division_has_the_nodes_nearest_its_point() -> None:
    areas = candidates(PLACES.loc[["A-S", "A-N"]], WORLD)
    assert [area.tolist() for area in areas] == [[0, 1], [7, 8, 9]]


def test_an_unknown_division_stands_on_the_nearest_road_of_its_country() -> None:
    lost = PLACES.loc[["A-S"]].rename(index={"A-S": "A-?"}).assign(lon=0.1)
    assert candidates(lost, WORLD)[0].tolist() == [0]


def test_a_place_far_from_its_country_stands_on_the_nearest_road() -> None:
    abroad = PLACES.loc[["W"]].assign(lon=20.0)
    assert candidates(abroad, WORLD)[0].tolist() == [15]


def test_a_pair_goes_by_the_part_that_most_of_its_ends_are_on() -> None:
    nodes = pd.DataFrame({"lon": [0.0, 1.0, 2.0, 3.0], "lat": 0.0, "country_id": "AAA"})
    road = road_graph(nodes, pd.DataFrame({"u": [1], "v": [2], "km": [111.0]}))  # parts: 0; 1 and 2; 3
    areas = [np.array([0, 1, 2]), np.array([0, 1]), np.array([3])]
    first, second = np.array([0, 0]), np.array([1, 2])
    assert shared_part(road, areas, (first, second)).tolist() == [road.component[1], -1]


def test_islands_are_landmasses_of_their_own() -> None:
    on = landmass(PLACES.loc[["W", "E", "L", "I", "J", "AAA"]], WORLD)
    assert on["W"] == on["E"] == on["L"] == on["AAA"]
    assert len({on["W"], on["I"], on["J"]}) == 3
    assert on.index.tolist() == ["W", "E", "L", "I", "J", "AAA"]


# --- the sea


def test_a_country_puts_to_sea_at_any_of_its_ports() -> None:
    found = one("AAA", "CCC", "sea", Settings(members=40, sigma=0.0))
    starts = {cell for cell, total in balance(found.edges).items() if total > 0}
    assert starts == {h3.latlng_to_cell(-4, 0, 3), h3.latlng_to_cell(-4, 1, 3)}
    assert {cell for cell, total in balance(found.edges).items() if total < 0} == {h3.latlng_to_cell(-4, 6, 3)}


def test_a_place_goes_to_its_port_by_a_straight_line() -> None:
    found = one("W", "E", "sea", Settings(members=30, sigma=0.0))
    assert balance(found.edges) == {h3.latlng_to_cell(0, 6, 3): 1.0, h3.latlng_to_cell(0, 0, 3): -1.0}
    harbours = {h3.latlng_to_cell(-4, 0, 3), h3.latlng_to_cell(-4, 1, 3)}  # both of AAA's, none of CCC's
    assert harbours <= set(found.edges["from_cell"])


def test_nearer_ports_are_likelier_by_the_square_of_their_distance() -> None:
    ports = PORTS.iloc[:2].assign(lon=[0.0, 0.0], lat=[-1.0, -4.0])
    world = graphs(
        WORLD.road, sea_graph(pd.DataFrame(SEA_POINTS, columns=["lon", "lat"]), NO_LANES, ports), ports, AREAS
    )
    chance = (np.arange(1000) + 0.5) / 1000
    row = drawn_ports(world, np.zeros(1000, np.int64), chance)
    weight = 1 / (np.array([1.0, 4.0]) * 111.195 + 25) ** 2  # one and four degrees of the mean sphere
    assert (row == 0).mean() == pytest.approx(weight[0] / weight.sum(), abs=0.001)


def test_a_landlocked_country_uses_the_ports_of_others_on_its_landmass() -> None:
    found = one("LLL", "I", "sea", Settings(members=30))
    ports = {h3.latlng_to_cell(lat, lon, 3) for lon, lat in PORTS[["lon", "lat"]].itertuples(index=False)}
    assert found.paths["refused"].isna().all()
    assert ports & set(found.edges["from_cell"]) | ports & set(found.edges["to_cell"])


def test_an_island_without_a_port_goes_straight_to_the_nearest_sea_node() -> None:
    found = one("I", "J", "sea")
    assert found.paths["refused"].tolist() == [ONE_PORT]  # both islands' nearest sea node is the last
    found = one("I", "CCC", "sea", PLAIN)
    # 5 degrees south to the lane, 14 west along it, 1 north and the port's link of one degree of latitude
    assert found.paths["length_km"].iloc[0] == pytest.approx(5 * 110.574 + 14 * ONE_DEGREE_KM + 110.574, rel=1e-3)


def test_a_shut_strait_cuts_the_only_lane() -> None:
    shut = dataclasses.replace(WORLD, sea=without(WORLD.sea, passage(WORLD.sea, "suez")))
    assert one("AAA", "CCC", "sea", world=shut).paths["refused"].tolist() == [NO_LANE]
    assert one("AAA", "CCC", "sea").paths["refused"].isna().all()


# --- the air


def test_a_flight_between_known_points_is_the_geodesic_and_certain() -> None:
    found = one("W", "I", "air")
    assert found.paths["length_km"].iloc[0] == pytest.approx(20 * ONE_DEGREE_KM, abs=0.1)
    assert (found.edges["probability"] == 1).all()


def test_a_flight_from_a_country_leaves_from_several_points() -> None:
    found = one("AAA", "I", "air", Settings(members=60))
    assert 0 < found.edges["probability"].min() < 1
    assert found.paths["confidence"].iloc[0] < 1


def test_ends_almost_opposite_are_refused() -> None:
    found = one("W", "Z", "air")
    assert found.paths["refused"].iloc[0].startswith("the ends lie almost opposite")
    assert len(found.edges) == 0


# --- lines


def test_lines_run_from_the_first_place_to_the_second() -> None:
    line = one("W", "E", "road", PLAIN).lines
    assert line["seq"].tolist() == list(range(len(line)))
    assert (line["lon"].iloc[0], line["lon"].iloc[-1]) == (pytest.approx(6), pytest.approx(0))
    assert len(line) == 2  # straight along the equator


def test_a_line_keeps_a_corner_and_drops_a_wrinkle() -> None:
    lon, lat = np.array([0.0, 1.0, 2.0, 2.0]), np.array([0.0, 0.01, 0.0, 2.0])
    x, y, line = simplified(lon, lat, np.zeros(4, np.int64))
    assert list(zip(x.round(6), y.round(6), strict=True)) == [(0, 0), (2, 0), (2, 2)]
    assert line.tolist() == [0, 0, 0]


def test_a_line_over_the_antimeridian_goes_straight_over_it() -> None:
    x, y, _ = simplified(np.array([170.0, -170.0]), np.zeros(2), np.zeros(2, np.int64))
    assert (x.tolist(), y.tolist()) == ([pytest.approx(170), pytest.approx(-170)], [pytest.approx(0)] * 2)


def test_lines_of_one_point_and_no_lines_stay_so() -> None:
    x, _, line = simplified(np.array([5.0, 1.0, 2.0]), np.zeros(3), np.array([0, 1, 1]))
    assert (x.tolist(), line.tolist()) == ([5.0, pytest.approx(1), pytest.approx(2)], [0, 1, 1])
    assert len(simplified(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))[0]) == 0


# --- what cannot be


def test_a_place_without_a_point_is_refused_with_a_reason() -> None:
    found = routes(asked(("W", "X", "road"), ("W", "E", "road")), PLACES, WORLD)
    assert found.paths["refused"].tolist()[1] == "a place has no known point"
    assert pd.isna(found.paths["refused"].iloc[0])


def test_no_pairs_give_empty_tables() -> None:
    found = routes(asked(), PLACES, WORLD)
    assert [len(table) for table in found] == [0, 0, 0, 0]
    assert found.paths.columns.tolist() == [*KEY, "length_km", "confidence", "refused"]
    assert found.edges.columns.tolist() == [*KEY, "from_cell", "to_cell", "probability"]
    assert found.lines.columns.tolist() == [*KEY, "seq", "lon", "lat"]


@pytest.mark.parametrize(
    ("pairs", "column"),
    [
        (pd.DataFrame([("E", "W", "rail")], columns=KEY), "network"),
        (pd.DataFrame([("E", "nowhere", "road")], columns=KEY), "place_b"),
        (pd.DataFrame([("W", "E", "road")], columns=KEY), "place_a"),
        (pd.DataFrame([("E", "W", "road")] * 2, columns=KEY), "place_a"),
    ],
)
def test_a_pair_that_breaks_the_contract_is_named(pairs: pd.DataFrame, column: str) -> None:
    with pytest.raises(ContractError, match=f"^{column}: "):
        routes(pairs, PLACES, WORLD)


def test_a_level_nobody_knows_is_named() -> None:
    with pytest.raises(ContractError, match="^level: .*planet"):
        routes(asked(("W", "E", "road")), PLACES.assign(level="planet"), WORLD)


@pytest.mark.parametrize(("name", "value"), [("members", 0), ("sigma", -0.1), ("sigma", np.nan), ("seed", -1)])
def test_an_ensemble_that_cannot_be_is_named(name: str, value: float) -> None:
    with pytest.raises(ContractError, match=f"^{name}: "):
        Settings(**{name: value})  # type: ignore[arg-type]


def test_a_place_of_no_known_country_stands_on_the_nearest_road() -> None:
    lost = PLACES.loc[["W", "AAA"]].assign(country_id=None, lon=0.0, lat=0.0)
    assert [area.tolist() for area in candidates(lost, WORLD)] == [[0], [0]]
    assert routes(asked(("W", "E", "sea")), PLACES.assign(country_id=None), WORLD).paths["refused"].isna().all()


# --- the core, against the whole graph


def random_graph(seed: int) -> Graph:
    """Chains, rings, dead ends and parallel ways: a sparse random graph."""
    draw = np.random.default_rng(seed)
    size = 80
    ends = np.unique(np.sort(draw.integers(0, size, (100, 2)), axis=1), axis=0)
    ends = ends[ends[:, 0] < ends[:, 1]]
    nodes = pd.DataFrame({"lon": draw.uniform(0, 5, size), "lat": draw.uniform(0, 5, size), "country_id": "AAA"})
    km = draw.uniform(1, 9, len(ends))
    return road_graph(nodes, pd.DataFrame({"u": ends[:, 0], "v": ends[:, 1], "km": km}))


@pytest.mark.parametrize("seed", range(8))
def test_paths_in_the_core_are_those_of_the_whole_graph(seed: int) -> None:
    graph = random_graph(seed)
    draw = np.random.default_rng(seed)
    start, end = draw.integers(0, 80, (2, 60))
    cost = costs(graph, PLAIN, 0, np.unique(np.r_[start, end]))
    assert len(cost.core.node) < 80
    pair, node = traced(cost, 0, (start, end), draw.random(60) < 0.5)
    length = {(int(u), int(v)): km for u, v, km in zip(graph.u, graph.v, graph.km, strict=True)}
    expected = shortest_km(graph, start, end)
    for i in range(60):
        way = node[pair == i].tolist()
        if not np.isfinite(expected[i]):
            assert way == []
            continue
        assert (way[0], way[-1]) == (start[i], end[i])
        legs = [length[min(a, b), max(a, b)] for a, b in zip(way[:-1], way[1:], strict=True)]
        assert sum(legs) == pytest.approx(expected[i])


def test_shortest_lengths_are_those_of_scipy() -> None:
    graph = random_graph(3)
    whole = sp.csr_matrix((graph.km, (graph.u, graph.v)), shape=(80, 80))
    start, end = np.arange(40), np.arange(40) + 40
    assert shortest_km(graph, start, end) == pytest.approx(dijkstra(whole, directed=False)[start, end])


# --- calibration on real roads


def western_europe() -> Graphs:
    nodes, edges = tables.roads()
    is_in = (nodes["lon"].between(-10, 20) & nodes["lat"].between(40, 56)).to_numpy()
    number = np.cumsum(is_in) - 1
    kept = edges[is_in[edges["u"]] & is_in[edges["v"]]]
    ways = kept.assign(u=number[kept["u"]], v=number[kept["v"]])
    road = road_graph(nodes[is_in], ways)
    return graphs(road, WORLD.sea, PORTS, AREAS)


def test_probabilities_are_how_often_steps_are_taken() -> None:
    world, draw = western_europe(), np.random.default_rng(4)
    chosen = draw.choice(np.flatnonzero(world.road.component == np.bincount(world.road.component).argmax()), 24)
    points = pd.DataFrame({"lon": world.road.lon[chosen], "lat": world.road.lat[chosen]})
    places = points.assign(level="place", country_id=world.road.country_id[chosen])
    places.index = pd.Index([f"{i:02d}" for i in range(24)])
    pairs = asked(*((a, b, "road") for a in places.index for b in places.index if a < b))
    fields = [*KEY, "from_cell", "to_cell"]
    ensemble = routes(pairs, places, world).edges.set_index(fields)["probability"]
    gaps, sizes = np.zeros(10), np.zeros(10)
    for seed in range(100, 105):
        truth = routes(pairs, places, world, Settings(members=1, seed=seed)).edges.set_index(fields)["probability"]
        both = pd.concat([ensemble, truth], axis=1, keys=["p", "is_taken"]).fillna(0.0)
        part = np.minimum((both["p"] * 10).to_numpy().astype(int), 9)
        gaps += np.bincount(part, both["p"] - both["is_taken"], minlength=10)
        sizes += np.bincount(part, minlength=10)
    assert np.abs(gaps).sum() / sizes.sum() <= 0.08
