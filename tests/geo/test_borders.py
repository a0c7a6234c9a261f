"""Land borders that journeys cross: read off the roads they take, never off the cells they pass."""

import numpy as np
import pandas as pd
import pytest
from h3.api import basic_int as h3

from geo.ends import Settings
from geo.ensemble import Routes, routes
from geo.measures import borders
from geo.networks import Graphs, graphs, nearest_node, road_graph, sea_graph
from tests.geo.test_ensemble import PLACES, PLAIN, WORLD, asked, one

WIDE = Settings(members=40, sigma=1.5)  # both roads are taken
COLUMNS = ["from_country", "to_country"]

# A road from AAA to CCC passes the middle of a cell in which a town of BBB lies nearest to the cell's centre.
MIDDLE = h3.latlng_to_cell(0.0, 1.0, 3)
CENTRE_LAT, CENTRE_LON = h3.cell_to_latlng(MIDDLE)
BESIDE = (
    ("A", CENTRE_LON - 1.5, CENTRE_LAT - 0.2, "AAA"),
    ("A2", CENTRE_LON - 0.1, CENTRE_LAT - 0.2, "AAA"),
    ("C2", CENTRE_LON + 0.1, CENTRE_LAT - 0.2, "CCC"),
    ("C", CENTRE_LON + 1.5, CENTRE_LAT - 0.2, "CCC"),
    ("B", CENTRE_LON, CENTRE_LAT, "BBB"),
)


def beside_a_third_country() -> Graphs:
    nodes = pd.DataFrame([node[1:] for node in BESIDE], columns=["lon", "lat", "country_id"])
    ways = pd.DataFrame({"u": [0, 1, 2], "v": [1, 2, 3], "km": [155.0, 22.0, 155.0]})
    ports = pd.DataFrame({"country_id": ["AAA"], "lon": [0.0], "lat": [-9.0], "sea_node": [0]})
    lanes = pd.DataFrame({"u": [0], "v": [1], "km": [111.0], "passage": [""]})
    buoys = pd.DataFrame({"lon": [0.0, 1.0], "lat": [-10.0, -10.0]})
    areas = pd.DataFrame({"place_id": [], "country_id": [], "lon": [], "lat": []})
    return graphs(road_graph(nodes, ways), sea_graph(buoys, lanes, ports), ports, areas)


def crossed(found: Routes) -> dict[tuple[str, str], float]:
    table = found.borders
    return dict(zip(zip(*(table[name] for name in COLUMNS), strict=True), table["probability"], strict=True))


def told(**weights: float) -> pd.DataFrame:
    rows = [("firearms", name[0], name[1], "road", weight) for name, weight in weights.items()]
    return pd.DataFrame(rows, columns=["layer", "origin_id", "destination_id", "network", "weight"])


def crossings(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    columns = ["place_a", "place_b", *COLUMNS, "probability"]
    return pd.DataFrame(rows, columns=columns).assign(network="road")


# --- what journeys cross


def test_near_a_point_of_three_countries_only_the_border_that_the_road_crosses_is_named() -> None:
    world = beside_a_third_country()
    places = pd.DataFrame(BESIDE, columns=["place_id", "lon", "lat", "country_id"]).set_index("place_id")
    found = routes(asked(("A", "C", "road")), places.assign(level="place"), world, PLAIN)
    assert crossed(found) == {("AAA", "CCC"): 1.0}
    # by the centres of the cells it passes, it would have crossed AAA - BBB and BBB - CCC
    cells = np.unique(found.edges[["from_cell", "to_cell"]])
    assert MIDDLE in cells
    centre = nearest_node(world.road, np.array([CENTRE_LON]), np.array([CENTRE_LAT]))
    assert world.road.country_id[centre].tolist() == ["BBB"]


def test_each_way_counts_with_the_share_of_the_members_that_take_it() -> None:
    found = crossed(one("W", "E", "road", WIDE))  # E, in CCC, comes first
    north = found.pop(("CCC", "AAA"))
    assert 0 < north < 1
    assert found == pytest.approx({("CCC", "BBB"): 1 - north, ("BBB", "AAA"): 1 - north})


def test_the_way_back_crosses_the_same_borders_the_other_way() -> None:
    swapped = PLACES.rename(index={"W": "E", "E": "W"})
    there, back = one("W", "E", "road", WIDE), routes(asked(("W", "E", "road")), swapped, WORLD, WIDE)
    assert crossed(back) == {(last, first): share for (first, last), share in crossed(there).items()}


@pytest.mark.parametrize("network", ["sea", "air"])
def test_sea_and_air_cross_no_land_border(network: str) -> None:
    found = one("W", "E", network)
    assert found.paths["refused"].isna().all()
    assert len(found.borders) == 0


def test_a_road_within_one_country_and_a_refused_one_cross_none() -> None:
    assert crossed(one("W", "W2", "road")) == {}
    assert crossed(one("W", "I", "road")) == {}


# --- what is counted at a border

ROADS = crossings(("P", "Q", "EST", "WST", 1.0), ("P", "R", "EST", "NTH", 0.5), ("P", "R", "EST", "WST", 0.25))


def test_records_count_each_way_with_the_probability_of_the_crossing() -> None:
    found = borders(ROADS, told(PQ=12, QP=5, PR=8, RP=4))
    rows = found[["country_a", "country_b", "onward", "back"]].to_numpy().tolist()
    assert rows == [["EST", "NTH", 8 / 2, 4 / 2], ["EST", "WST", 12 + 8 / 4, 5 + 4 / 4]]


def test_turning_every_flow_round_exchanges_the_ways() -> None:
    there, back = borders(ROADS, told(PQ=12, RP=4)), borders(ROADS, told(QP=12, PR=4))
    pd.testing.assert_frame_equal(there.rename(columns={"onward": "back", "back": "onward"})[there.columns], back)


def test_a_journey_through_a_neighbour_and_back_counts_both_ways() -> None:
    found = borders(crossings(("P", "Q", "EST", "WST", 1.0), ("P", "Q", "WST", "EST", 1.0)), told(PQ=3))
    assert found[["country_a", "country_b", "onward", "back"]].to_numpy().tolist() == [["EST", "WST", 3.0, 3.0]]


def test_layers_are_kept_apart_and_other_networks_cross_nothing() -> None:
    both = pd.concat([told(PQ=1), told(PQ=2).assign(layer="drugs"), told(PQ=9).assign(network="air")])
    assert borders(ROADS, both).set_index("layer")["onward"].to_dict() == {"firearms": 1.0, "drugs": 2.0}


def test_no_flow_and_no_crossing_give_no_border() -> None:
    for found in (borders(ROADS, told()), borders(ROADS[:0], told(PQ=1)), borders(ROADS, told(PQ=0))):
        assert found.columns.tolist() == ["layer", "country_a", "country_b", "onward", "back"]
        assert len(found) == 0
