"""Graphs of roads and sea lanes."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from h3.api import basic_int as h3

from data.errors import ContractError
from geo.networks import Graph, around, border, graphs, nearest_node, passage, plus, road_graph, sea_graph, without

ONE_DEGREE_KM = 111.319  # on the equator of WGS 84
NODES = pd.DataFrame({"lon": [0.0, 1.0, 2.0, 3.0], "lat": 0.0, "country_id": ["AAA", "AAA", "BBB", "BBB"]})
EDGES = pd.DataFrame({"u": [0, 1, 2], "v": [1, 2, 3], "km": ONE_DEGREE_KM})
PORTS = pd.DataFrame({"country_id": ["AAA", "BBB"], "lon": [0.0, 3.0], "lat": [-1.0, -1.0], "sea_node": [0, 2]})
LANES = pd.DataFrame({"u": [0, 1], "v": [1, 2], "km": ONE_DEGREE_KM, "passage": ["suez", None]})
BUOYS = pd.DataFrame({"lon": [0.0, 1.0, 3.0], "lat": -2.0})


def divergence(built: Graph, edge: int) -> dict[int, int]:
    """Steps out of each cell less steps into it, on the way from the edge's lower node to its higher one."""
    row = built.steps[[edge]].toarray()[0]
    out: dict[int, int] = {}
    for (first, second), sign in zip(built.step_cells.tolist(), row.tolist(), strict=True):
        out[first] = out.get(first, 0) + sign
        out[second] = out.get(second, 0) - sign
    return {cell: total for cell, total in out.items() if total}


def test_steps_of_an_edge_lead_from_its_lower_to_its_higher_node() -> None:
    built = road_graph(NODES, EDGES)
    start, end = h3.latlng_to_cell(0, 0, 3), h3.latlng_to_cell(0, 1, 3)
    assert start != end
    assert divergence(built, 0) == {start: 1, end: -1}


def test_an_edge_written_the_other_way_round_is_the_same_edge() -> None:
    turned = road_graph(NODES, EDGES.rename(columns={"u": "v", "v": "u"}))
    for edge in range(3):
        assert divergence(turned, edge) == divergence(road_graph(NODES, EDGES), edge)


def test_every_step_joins_neighbouring_cells_even_over_the_antimeridian_and_far_north() -> None:
    nodes = pd.DataFrame({"lon": [170.0, -170.0, 20.0], "lat": [10.0, 15.0, 80.0], "country_id": "AAA"})
    built = road_graph(nodes, pd.DataFrame({"u": [0, 0], "v": [1, 2], "km": [2300.0, 9000.0]}))
    assert all(h3.are_neighbor_cells(a, b) for a, b in built.step_cells.tolist())
    lons = [h3.cell_to_latlng(cell)[1] for cell in built.step_cells[built.steps[[0]].indices].ravel().tolist()]
    assert all(abs(lon) > 168 for lon in lons)


def test_closing_the_border_parts_two_countries_and_no_more() -> None:
    built = road_graph(NODES, EDGES)
    assert border(built, "AAA", "BBB").tolist() == [False, True, False]
    assert border(built, "BBB", "AAA").tolist() == [False, True, False]
    shut = without(built, border(built, "AAA", "BBB"))
    assert shut.is_open.tolist() == [True, False, True]
    assert shut.component[0] == shut.component[1] != shut.component[2] == shut.component[3]
    assert len(set(built.component.tolist())) == 1


def test_the_demilitarised_zone_is_shut_from_the_start() -> None:
    korea = road_graph(NODES.assign(country_id=["KOR", "KOR", "PRK", "PRK"]), EDGES)
    assert korea.is_open.tolist() == [True, False, True]


def test_what_was_shut_before_stays_shut() -> None:
    built = without(road_graph(NODES, EDGES), np.array([True, False, False]))
    assert without(built, np.array([False, False, True])).is_open.tolist() == [False, True, False]


def test_closing_a_node_shuts_all_its_edges() -> None:
    assert around(road_graph(NODES, EDGES), np.array([1])).tolist() == [True, True, False]


def test_ports_are_joined_to_their_sea_nodes_by_a_straight_line() -> None:
    built = sea_graph(BUOYS, LANES, PORTS)
    assert built.country_id.tolist() == ["", "", "", "AAA", "BBB"]
    row = [(u, v) for u, v in zip(built.u.tolist(), built.v.tolist(), strict=True)].index((0, 3))
    assert built.km[row] == pytest.approx(110.574, abs=0.05)  # one degree of latitude at the equator of WGS 84


def test_a_passage_is_shut_by_its_name() -> None:
    built = sea_graph(BUOYS, LANES, PORTS)
    assert passage(built, "suez").tolist() == [True, False, False, False]
    with pytest.raises(ContractError, match=r"^passage: .*'panama'.*suez"):
        passage(built, "panama")


def test_the_northwest_passage_is_shut_from_the_start() -> None:
    icy = sea_graph(BUOYS, LANES.assign(passage=["northwest", ""]), PORTS)
    assert icy.is_open.tolist() == [False, True, True, True]


def test_ports_know_their_node_and_the_nearest_road() -> None:
    built = graphs(road_graph(NODES, EDGES), sea_graph(BUOYS, LANES, PORTS), PORTS, pd.DataFrame())
    assert built.ports["node"].tolist() == [3, 4]
    assert built.ports["road_node"].tolist() == [0, 3]


def test_the_nearest_node_is_found_over_the_antimeridian() -> None:
    nodes = pd.DataFrame({"lon": [179.0, 170.0], "lat": 0.0, "country_id": ""})
    built = road_graph(nodes, EDGES.iloc[:0])
    assert nearest_node(built, np.array([-179.5]), np.array([0.0])).tolist() == [0]


def test_more_nodes_and_edges_keep_the_old_ones_as_they_were() -> None:
    built = road_graph(NODES, EDGES)
    points = pd.DataFrame({"lon": [0.0], "lat": [1.0], "country_id": [""]})
    more = plus(built, points, np.array([0]), np.array([4]))
    assert [divergence(more, edge) for edge in range(3)] == [divergence(built, edge) for edge in range(3)]
    assert divergence(more, 3) == {h3.latlng_to_cell(0, 0, 3): 1, h3.latlng_to_cell(1, 0, 3): -1}
    assert (more.u[3], more.v[3]) == (0, 4)


@pytest.mark.parametrize("column", ["lon", "lat"])
def test_a_node_without_a_point_is_refused(column: str) -> None:
    with pytest.raises(ContractError, match=f"^{column}: "):
        road_graph(NODES.assign(**{column: [0.0, np.nan, 1.0, 2.0]}), EDGES)


def test_an_edge_without_a_length_is_refused() -> None:
    with pytest.raises(ContractError, match="^km: "):
        road_graph(NODES, EDGES.assign(km=[1.0, np.nan, 1.0]))


@pytest.mark.parametrize("length", [0.0, -1.0])
def test_an_edge_of_no_length_is_refused(length: float) -> None:
    with pytest.raises(ContractError, match="^km: "):
        road_graph(NODES, EDGES.assign(km=[1.0, length, 1.0]))


@pytest.mark.parametrize("node", [-1, 4])
def test_an_edge_to_no_node_is_refused(node: int) -> None:
    with pytest.raises(ContractError, match="^u, v: "):
        road_graph(NODES, EDGES.assign(v=[1, 2, node]))


def test_two_edges_between_the_same_nodes_are_refused() -> None:
    with pytest.raises(ContractError, match="one edge per pair"):
        road_graph(NODES, EDGES.assign(u=[0, 1, 0], v=[1, 2, 1]))


def test_a_port_at_no_sea_node_is_refused() -> None:
    with pytest.raises(ContractError, match="^sea_node: "):
        sea_graph(BUOYS, LANES, PORTS.assign(sea_node=[0, 3]))


def test_no_edges_leave_every_node_alone_and_no_nodes_have_no_nearest() -> None:
    lone = road_graph(NODES, EDGES.iloc[:0])
    assert lone.component.tolist() == [0, 1, 2, 3]
    assert lone.steps.shape == (0, 0)
    with pytest.raises(ContractError, match="^lon: "):
        nearest_node(road_graph(NODES.iloc[:0], EDGES.iloc[:0]), np.array([0.0]), np.array([0.0]))


def test_a_graph_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        road_graph(NODES, EDGES).km = np.zeros(3)  # type: ignore[misc]
