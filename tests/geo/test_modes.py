"""What legs of unstated transport are taken to travel on."""

import numpy as np
import pandas as pd
import pytest

from geo.modes import BASE_RECORDS, BASE_SHARES, by_network, distance_band, network_shares, travel, wanted_paths

NOTHING = pd.DataFrame(
    {"layer": [], "network": [], "distance_km": [], "is_same_landmass": [], "record_count": []}
).astype({"distance_km": float, "record_count": float, "is_same_landmass": bool})


def stated(network: str, count: float, is_same_landmass: bool = True) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "layer": ["drugs"],
            "network": [network],
            "distance_km": [800.0],
            "is_same_landmass": [is_same_landmass],
            "record_count": [count],
        }
    )


def share(table: pd.DataFrame, network: str, is_same_landmass: bool = True, layer: str = "drugs") -> float:
    keys = ["layer", "band", "is_same_landmass", "network"]
    return float(table.set_index(keys)["share"][layer, 1, is_same_landmass, network])


def paths(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["place_a", "place_b", "network", "refused"])
    return table.assign(distance_km=800.0, is_same_landmass=True)


def parts(network: str | None) -> pd.DataFrame:
    return pd.DataFrame(
        {"layer": ["drugs"], "origin_id": ["B"], "destination_id": ["A"], "network": [network], "observed": [12.0]}
    )


def test_distances_fall_into_left_closed_bands() -> None:
    assert distance_band(np.array([0.0, 499.9, 500.0, 1_500.0, 9_000.0])).tolist() == [0, 0, 1, 2, 3]


def test_without_stated_transport_the_base_shares_hold_and_rare_networks_are_left_out() -> None:
    table = network_shares(NOTHING, ["drugs"])
    assert share(table, "sea") == 0.0  # 2.5 per cent is under the least share
    road, air = BASE_SHARES["road"], BASE_SHARES["air"]
    assert share(table, "road") == pytest.approx(road / (road + air))
    assert table.groupby(["band", "is_same_landmass"])["share"].sum().to_numpy() == pytest.approx(1.0)


def test_nothing_goes_by_road_between_two_landmasses() -> None:
    table = network_shares(stated("road", 500.0, is_same_landmass=False), ["drugs"])
    assert share(table, "road", is_same_landmass=False) == 0.0


def test_a_layers_own_records_outweigh_the_base_as_they_grow() -> None:
    few, many = (network_shares(stated("sea", count), ["drugs"]) for count in (10.0, 10_000.0))
    assert 0 < share(few, "sea") < share(many, "sea")
    # of 10,000 own records and 20 of all layers, which say the same but for 20 of the base: nearly all
    assert share(many, "sea") == pytest.approx(1.0, abs=0.06)
    assert BASE_RECORDS == 20


def test_a_layer_that_states_nothing_learns_from_the_others() -> None:
    table = network_shares(stated("sea", 1_000.0), ["drugs", "firearms"])
    assert share(table, "sea", layer="firearms") > 0.9


def test_stated_transport_stays_and_unstated_is_shared_over_the_paths_there_are() -> None:
    shares = network_shares(NOTHING, ["drugs"])
    built = paths(("A", "B", "road", None), ("A", "B", "air", None), ("A", "B", "sea", "no port"))
    kept = by_network(parts("air"), travel(shares, built))
    assert kept[["network", "share"]].to_numpy().tolist() == [["air", 1.0]]
    spread = by_network(parts(None), travel(shares, built)).set_index("network")["share"]
    assert set(spread.index) == {"road", "air"}
    assert spread.sum() == pytest.approx(1.0)


def test_stated_transport_without_a_path_is_taken_as_unstated() -> None:
    built = paths(("A", "B", "air", None), ("A", "B", "sea", "no port"))
    found = by_network(parts("sea"), travel(network_shares(NOTHING, ["drugs"]), built))
    assert found[["network", "share"]].to_numpy().tolist() == [["air", 1.0]]


def test_flows_without_any_path_are_left_out() -> None:
    assert len(by_network(parts(None), travel(network_shares(NOTHING, ["drugs"]), paths()))) == 0


def test_paths_are_wanted_for_stated_networks_and_else_for_likely_ones() -> None:
    pairs = pd.DataFrame(
        {
            "layer": "drugs",
            "place_a": "A",
            "place_b": ["B", "C", "D"],
            "network": ["sea", None, "road"],
            "distance_km": 800.0,
            "is_same_landmass": [True, False, False],
        }
    )
    found = wanted_paths(pairs, network_shares(NOTHING, ["drugs"]))
    # by sea as stated; over water by air, for no road goes there, whether or not one is stated
    assert set(found.itertuples(index=False, name=None)) == {("A", "B", "sea"), ("A", "C", "air"), ("A", "D", "air")}
