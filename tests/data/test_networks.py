"""The networks that ship: roads, sea lanes, ports."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from h3.api import basic_int as h3

from data import networks
from data.cells import cells_at
from data.errors import ContractError
from data.places import REFERENCE

KM_PER_DEGREE = 111.195  # of the mean sphere
FILES = ("roads.parquet", "sea.parquet", "ports.csv", "NETWORKS.md")


def straight_km(table: networks.NetworkTables) -> np.ndarray:
    """Great circles between the ends of every edge, by the haversine formula."""
    nodes = np.radians(table.nodes[["lon", "lat"]].to_numpy())
    (x, y), (x_, y_) = nodes[table.edges["u"]].T, nodes[table.edges["v"]].T
    root = np.sin((y_ - y) / 2) ** 2 + np.cos(y) * np.cos(y_) * np.sin((x_ - x) / 2) ** 2
    return np.asarray(2 * np.degrees(np.arcsin(np.sqrt(root))) * KM_PER_DEGREE)


def test_no_road_is_shorter_than_the_straight_line() -> None:
    table = networks.roads()
    assert (table.edges["km"] + 1 > 0.98 * straight_km(table)).all()


def test_no_edge_of_the_road_graph_joins_far_places() -> None:
    assert straight_km(networks.roads()).max() < 300


@pytest.mark.parametrize("both", [{"HRV", "MNE"}, {"MNE", "XKX"}, {"BLZ", "GTM"}], ids=sorted)
def test_roads_lead_over_borders_that_the_extract_leaves_open(both: set[str]) -> None:
    """Debeli Brijeg, Kula and Melchor de Mencos."""
    table = networks.roads()
    ends = table.edges[["u", "v"]].to_numpy()
    countries = table.nodes["country_id"].to_numpy(str)[ends]
    assert any(set(pair) == both for pair in countries.tolist())


def test_sea_lanes_are_great_circles() -> None:
    table = networks.sea()
    assert table.edges["km"].to_numpy() == pytest.approx(straight_km(table), abs=0.3, rel=1e-3)


def test_road_nodes_lie_in_the_cells_they_name() -> None:
    nodes = networks.roads().nodes
    named, found = nodes["cell"].to_numpy(), cells_at(nodes["lon"].to_numpy(), nodes["lat"].to_numpy(), 4)
    wrong = np.flatnonzero(named != found)  # coordinates are rounded to about 100 m
    assert all(h3.are_neighbor_cells(int(named[i]), int(found[i])) for i in wrong)
    assert len(wrong) < 0.02 * len(nodes)


def test_ends_of_an_edge_are_in_one_component() -> None:
    nodes, edges = networks.roads()
    component = nodes["component"].to_numpy()
    assert (component[edges["u"]] == component[edges["v"]]).all()


def test_every_country_has_a_road_node() -> None:
    countries = pd.read_csv(REFERENCE / "countries.csv", keep_default_na=False)
    assert set(countries["iso3"]) == set(networks.roads().nodes["country_id"])


def component_of(country_id: str) -> int:
    """The part of the road graph that most of a country's nodes are in."""
    nodes = networks.roads().nodes
    return int(nodes.loc[nodes["country_id"] == country_id, "component"].mode().iloc[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [("FRA", "GBR"), ("DNK", "SWE"), ("MYS", "THA"), ("MAR", "DZA"), ("EGY", "ISR"), ("SAU", "BHR"), ("HTI", "DOM")],
)
def test_fixed_links_and_borders_join_countries(one: str, other: str) -> None:
    assert component_of(one) == component_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("PAN", "COL"), ("IRL", "GBR"), ("ESP", "CUB"), ("AUS", "PNG"), ("CYP", "TUR"), ("LKA", "IND")]
)
def test_no_road_crosses_the_darien_gap_or_the_sea(one: str, other: str) -> None:
    assert component_of(one) != component_of(other)


def test_passages_that_can_be_shut_are_named() -> None:
    names = set(networks.sea().edges["passage"].dropna())
    assert {"suez", "panama", "gibraltar", "bosporus", "malacca", "ormuz", "babalmandab", "northwest"} <= names


def test_no_sea_node_is_beyond_half_the_globe() -> None:
    assert networks.sea().nodes["lon"].between(-180, 180).all()


def test_ports_have_countries_and_sea_nodes() -> None:
    ports = networks.ports()
    countries = pd.read_csv(REFERENCE / "countries.csv", keep_default_na=False)
    assert set(ports["country_id"]) <= set(countries["iso3"])
    assert ports["sea_node"].between(0, len(networks.sea().nodes) - 1).all()


def test_great_ports_are_listed_and_towns_inland_are_not() -> None:
    listed = set(networks.ports()["port_id"])
    assert {"NLRTM", "DEHAM", "BEANR", "BRSSZ", "ECGYE", "USHOU", "SGSIN"} <= listed
    assert not {"USDEN", "USLAS", "ESMAD", "CZPRG", "CHBSL", "ZWHRE"} & listed


def test_a_way_to_no_node_is_refused() -> None:
    row = pa.table({"lon": [0.0], "lat": [0.0], "to": pa.array([[1]], pa.list_(pa.int32())), "km": [[1.0]]})
    with pytest.raises(ContractError, match="^to: "):
        networks.tables(row)


def test_nodes_without_ways_give_no_edges() -> None:
    rows = pa.table(
        {
            "lon": [0.0, 1.0],
            "lat": [0.0, 0.0],
            "to": pa.array([[], []], pa.list_(pa.int32())),
            "km": pa.array([[], []], pa.list_(pa.float32())),
        }
    )
    nodes, edges = networks.tables(rows)
    assert (len(nodes), len(edges)) == (2, 0)


def test_files_stay_small() -> None:
    assert (REFERENCE / "roads.parquet").stat().st_size < 1_500_000
    assert all((REFERENCE / name).exists() for name in FILES)
