"""A toy country with two ways: close one, and what can takes the other."""

import pandas as pd
import pytest

from data.errors import ContractError
from geo.ends import Settings
from geo.networks import Graphs, graphs, road_graph, sea_graph
from geo.whatif import Closure, changed, closed, rerouted

# A (west) and B (east) are joined by a short northern way through N and a long southern one through S
NODES = {
    "A": (0.0, 0.0, "WST"),
    "N": (4.0, 1.0, "NTH"),
    "S": (4.0, -4.0, "STH"),
    "B": (8.0, 0.0, "EST"),
    "C": (12.0, 0.0, "EST"),
}
EDGES = [("A", "N", 460.0), ("N", "B", 460.0), ("A", "S", 630.0), ("S", "B", 630.0), ("B", "C", 445.0)]
FEW = Settings(members=4, sigma=0.0)


def world() -> Graphs:
    names = list(NODES)
    nodes = pd.DataFrame(NODES.values(), columns=["lon", "lat", "country_id"])
    edges = pd.DataFrame([(names.index(a), names.index(b), km) for a, b, km in EDGES], columns=["u", "v", "km"])
    edges[["u", "v"]] = edges[["u", "v"]].apply(lambda row: sorted(row), axis=1, result_type="expand")
    lanes = pd.DataFrame({"u": [0], "v": [1], "km": [300.0], "passage": ["strait"]})
    lane_nodes = pd.DataFrame({"lon": [0.0, 3.0], "lat": [-8.0, -8.0]})
    ports = pd.DataFrame({"country_id": ["WST"], "lon": [0.5], "lat": [-7.5], "sea_node": [0]})
    areas = pd.DataFrame({"place_id": [], "country_id": [], "lon": [], "lat": []})
    return graphs(road_graph(nodes, edges), sea_graph(lane_nodes, lanes, ports), ports, areas)


PLACES = pd.DataFrame(
    {
        name: {"lon": NODES[name][0], "lat": NODES[name][1], "level": "place", "country_id": NODES[name][2]}
        for name in "ABC"
    }
).T.astype({"lon": float, "lat": float})


def moved(closure: Closure, *pairs: str) -> pd.DataFrame:
    wanted = pd.DataFrame([(pair[0], pair[1], "road") for pair in pairs], columns=["place_a", "place_b", "network"])
    before, after = rerouted(wanted, PLACES, world(), closure, FEW)
    return changed(before.paths, after.paths, (before.edges, after.edges)).set_index(["place_a", "place_b"])


def test_closing_the_short_way_sends_all_over_the_long_one() -> None:
    found = moved(Closure(countries=("NTH", "WST")), "AB").iloc[[0]]
    assert found["length_km"].tolist() == pytest.approx([920], rel=0.02)
    assert found["length_km_after"].tolist() == pytest.approx([1260], rel=0.02)
    assert found["moved_share"].tolist()[0] > 0.9
    assert found["is_blocked"].tolist() == [False]


def test_what_does_not_pass_the_closed_border_does_not_change() -> None:
    assert ("B", "C") not in moved(Closure(countries=("NTH", "WST")), "AB", "BC").index


def test_closing_a_place_that_all_must_pass_leaves_no_way() -> None:
    found = moved(Closure(place=(8.0, 0.0)), "AC")
    assert found["is_blocked"].tolist() == [True]
    assert found["length_km_after"].isna().all()


def test_closing_the_way_nobody_takes_changes_nothing() -> None:
    assert len(moved(Closure(countries=("STH", "WST")), "AB")) == 0


def test_a_strait_closes_at_sea_only() -> None:
    shut = closed(world(), Closure(strait="strait"))
    assert not shut.sea.is_open[shut.sea.passage == "strait"].any()
    assert shut.road.is_open.all()


def test_an_unknown_strait_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(ContractError, match="strait"):
        closed(world(), Closure(strait="no such"))
