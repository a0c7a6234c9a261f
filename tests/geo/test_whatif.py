"""A toy country with two ways: close one, and what can takes the other."""

import pandas as pd
import pytest

from data.errors import ContractError
from geo.ends import Settings
from geo.networks import Graphs, graphs, road_graph, sea_graph
from geo.whatif import Closure, changed, closed, other_means, rerouted

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


# --- no way by the same means: others, as far as they join the places

MEANS = {
    "firearms": {"road": 0.5, "sea": 0.1, "air": 0.4},
    "human_trafficking": {"road": 0.5, "sea": 0.0, "air": 0.5},
    "drugs": {"road": 1.0, "sea": 0.0, "air": 0.0},
}
SHARES = pd.DataFrame(
    [(layer, 1, True, *share) for layer, shares in MEANS.items() for share in shares.items()],
    columns=["layer", "band", "is_same_landmass", "network", "share"],
)  # band 1 is 500 to 1,500 km
NO_EAST = Closure(place=(8.0, 0.0))


def blocked(**weights: float) -> pd.DataFrame:
    rows = [(layer, "A", "C", "road", weight, 1336.0, True) for layer, weight in weights.items()]
    names = ["layer", "place_a", "place_b", "network", "weight", "distance_km", "is_same_landmass"]
    return pd.DataFrame(rows, columns=names)


def by_means(found: pd.DataFrame) -> dict[str, float]:
    return dict(zip(found["to_network"], found["weight"], strict=True))


def test_blocked_records_are_shared_out_as_the_layer_states_its_other_means() -> None:
    found = other_means(blocked(firearms=30.0), SHARES, PLACES, closed(world(), NO_EAST), FEW)
    assert by_means(found) == pytest.approx({"sea": 30 * 0.1 / 0.5, "air": 30 * 0.4 / 0.5})


def test_one_means_left_takes_all_and_has_its_own_length() -> None:
    found = other_means(blocked(human_trafficking=30.0), SHARES, PLACES, closed(world(), NO_EAST), FEW)
    assert by_means(found) == pytest.approx({"air": 30.0})
    assert found["length_km"].tolist() == pytest.approx([12 * 111.319], rel=0.001)  # twelve degrees of the equator


def test_a_layer_that_never_uses_what_is_left_stays_blocked() -> None:
    both = other_means(blocked(drugs=7.0, firearms=1.0), SHARES, PLACES, closed(world(), NO_EAST), FEW)
    assert set(both["layer"]) == {"firearms"}


def test_no_blocked_record_changes_nothing() -> None:
    assert len(other_means(blocked(), SHARES, PLACES, closed(world(), NO_EAST), FEW)) == 0
