"""Ways between places, the cells they pass, and what lies near: small worlds reckoned by hand."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from h3.api import basic_int as h3

from data.cells import cells_at
from geo.distance import Array
from geo.ways import SOURCES, betweenness, nearness, ways_between


def lengths(*edges: tuple[int, int, float]) -> sp.csr_matrix:
    first, second, km = (np.array(part) for part in zip(*edges, strict=True))
    nodes = max(first.max(), second.max()) + 1
    one_way = sp.csr_matrix((km, (first, second)), shape=(nodes, nodes))
    return (one_way + one_way.T).tocsr()


def brute_force(distance: Array) -> Array:
    """Return ordered pairs whose one shortest way passes each node, from all lengths between pairs."""
    nodes = len(distance)
    through = np.zeros(nodes)
    for s in range(nodes):
        for t in range(nodes):
            for v in range(nodes):
                if len({s, t, v}) == 3 and np.isclose(distance[s, v] + distance[v, t], distance[s, t]):
                    through[v] += 1
    return through


def test_on_a_line_of_five_the_middle_is_between_most() -> None:
    # 0-1-2-3-4: node k lies between k nodes on one side and 4 - k on the other, both ways round
    line = lengths((0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0))
    assert betweenness(line).tolist() == [0, 2 * 1 * 3, 2 * 2 * 2, 2 * 3 * 1, 0]


def test_the_hub_of_a_star_is_between_all_pairs_and_a_short_cut_takes_them_away() -> None:
    star = [(0, leaf, 1.0) for leaf in range(1, 6)]
    assert betweenness(lengths(*star)).tolist() == [5 * 4, 0, 0, 0, 0, 0]
    assert betweenness(lengths(*star, (1, 2, 1.5)))[0] == 5 * 4 - 2


def test_every_source_gives_the_count_of_all_pairs() -> None:
    rng = np.random.default_rng(1)
    edges = [(node, int(rng.integers(node)), float(rng.uniform(1, 9))) for node in range(1, 30)]
    edges += [(int(i), int(j), float(rng.uniform(1, 9))) for i, j in rng.integers(30, size=(30, 2)) if i < j - 1]
    graph = lengths(*{(i, j): (i, j, km) for i, j, km in edges}.values())
    everything = sp.csgraph.shortest_path(graph, directed=False)
    assert betweenness(graph).tolist() == brute_force(everything).tolist()


def test_some_sources_come_near_the_count_of_all() -> None:
    side = 25
    node = np.arange(side * side).reshape(side, side)
    rng = np.random.default_rng(2)
    steps = [*zip(node[:, :-1].ravel(), node[:, 1:].ravel(), strict=True)]
    steps += [*zip(node[:-1].ravel(), node[1:].ravel(), strict=True)]
    grid = lengths(*[(int(i), int(j), float(rng.uniform(1, 2))) for i, j in steps])
    exact, some = betweenness(grid, side * side), betweenness(grid, 128)
    assert np.corrcoef(exact, some)[0, 1] >= 0.97
    assert some.sum() == pytest.approx(exact.sum(), rel=0.05)
    assert side * side > SOURCES
    assert betweenness(grid).tolist() == betweenness(grid).tolist()


def test_parts_that_do_not_meet_do_not_count_each_other() -> None:
    two_lines = lengths((0, 1, 1.0), (1, 2, 1.0), (3, 4, 1.0), (4, 5, 1.0))
    assert betweenness(two_lines).tolist() == [0, 2, 0, 0, 2, 0]


def test_a_graph_of_nothing_or_of_one_node_has_nothing_between() -> None:
    assert betweenness(sp.csr_matrix((0, 0))).tolist() == []
    assert betweenness(sp.csr_matrix((1, 1))).tolist() == [0.0]


def test_nearness_falls_by_e_in_one_decay_length_and_ends_at_five() -> None:
    cells = np.unique(cells_at(np.array([0.0, 1.5, 3.0, 20.0]), np.zeros(4)))
    centres = [h3.cell_to_latlng(int(cell)) for cell in cells]
    kernel = nearness(cells, 75.0).toarray()
    assert (kernel == kernel.T).all()
    assert (np.diag(kernel) == 1).all()
    for i in range(4):
        for j in range(i):
            km = h3.great_circle_distance(centres[i], centres[j], unit="km")
            assert kernel[i, j] == (0 if km > 375 else pytest.approx(np.exp(-km / 75), rel=1e-3))
    assert (kernel[np.triu_indices(4, 1)] > 0).sum() == 3  # three within 375 km of one another, one far away
    assert nearness(cells[:0], 75.0).shape == (0, 0)


PLACES = pd.DataFrame({"lon": [0.0, 10.0, 20.0], "lat": 0.0}, index=pd.Index(list("ABC"), name="place_id"))


def test_a_record_passes_each_cell_once_and_half_where_it_ends() -> None:
    ways = ways_between(PLACES)
    dyads = ways.dyads.toarray().reshape(3, 3, -1)
    ends = np.searchsorted(ways.cells, cells_at(PLACES["lon"].to_numpy(), PLACES["lat"].to_numpy()))
    assert (dyads == dyads.transpose(1, 0, 2)).all()
    assert (dyads[[0, 1, 2], [0, 1, 2]] == 0).all()
    assert dyads[0, 1, ends[0]] == 0.5
    assert dyads[0, 1, ends[1]] == 0.5
    assert dyads[0, 1, ends[2]] == 0.0
    assert dyads[0, 2, ends[1]] == 1.0
    assert set(np.unique(dyads)) == {0.0, 0.5, 1.0}


def test_passages_times_the_length_in_a_cell_are_the_length_of_the_way() -> None:
    # 1,113 km from A to B and B to C, 2,226 from A to C; ways that share cells share their lengths
    ways = ways_between(PLACES)
    km = ways.dyads.toarray()[[1, 5, 2]] @ ways.km
    assert km == pytest.approx([1113.2, 1113.2, 2226.4], rel=0.1)
    assert float(ways_between(PLACES.iloc[:2]).dyads.toarray()[1] @ ways_between(PLACES.iloc[:2]).km) == pytest.approx(
        1113.195, abs=0.01
    )


def test_one_place_has_no_ways() -> None:
    ways = ways_between(PLACES.iloc[:1])
    assert ways.dyads.shape == (1, 0)
    assert len(ways.betweenness) == 0
