"""Every way between a set of places, cell by cell: what flows could pass, whoever sends them. geo/README.md."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from h3.api import basic_int as h3
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo.distance import EARTH_RADIUS_KM, Array, unit_vectors
from geo.flowfield import Network, network
from geo.paths import paths_between

SOURCES = 256  # starting cells of the betweenness, evenly spread over the cells' order; chosen 2026-11
SOURCES_AT_ONCE = 64  # of which shortest ways are held in memory together
REACH = 5.0  # decay lengths beyond which nearness is nothing: exp(-5) = .7 %; the kernel must be sparse


@dataclass(frozen=True)
class Ways:
    """The ways between N places.

    Attributes:
        cells: H3 cells that a way runs through, ascending.
        km: Length of a way through each cell: the mean, over its passages, of their way's length per step.
        dyads: (N * N, cells) passages of one record from row place to column place: 1 in a cell on the way, half in
            one where it ends; row-major, both directions alike.
        betweenness: Pairs of cells whose shortest way over the network passes each cell.
    """

    cells: npt.NDArray[np.int64]
    km: Array
    dyads: sp.csr_matrix
    betweenness: Array


def ways_between(places: pd.DataFrame) -> Ways:
    """Return the great circles between all pairs of places.

    Args:
        places: ``lon, lat`` in degrees by place_id, ids ascending: row and column order of the dyads.

    Returns:
        The ways; a pair too far for a path (``paths_between``) has none.
    """
    first, second = np.triu_indices(len(places), 1)
    ends = {side: places.iloc[rows].reset_index() for side, rows in (("a", first), ("b", second))}
    columns = {f"{name}_{side}": end[name] for side, end in ends.items() for name in ("lon", "lat")}
    ids = {f"place_{side}": end[end.columns[0]] for side, end in ends.items()}
    net = network(*paths_between(pd.DataFrame({**ids, **columns})))
    row, column = (places.index.get_indexer(pd.Index(net.paths.index.get_level_values(i))) for i in (0, 1))
    return _ways(net, row * len(places) + column, column * len(places) + row, len(places) ** 2)


def _ways(net: Network, onward: npt.NDArray[np.int64], back: npt.NDArray[np.int64], dyad_count: int) -> Ways:
    """Return the ways of a network whose paths serve the dyads ``onward`` and ``back``."""
    edge, shape = np.arange(len(net.ends)), (len(net.ends), len(net.cells))
    half = sp.csr_matrix((np.full(2 * len(edge), 0.5), (np.tile(edge, 2), net.ends.T.ravel())), shape=shape)
    passages = (net.forward + net.backward) @ half
    path = np.arange(len(onward))
    dyad, shape = np.concatenate([onward, back]), (dyad_count, len(path))
    place = sp.csr_matrix((np.ones(len(dyad)), (dyad, np.tile(path, 2))), shape=shape)
    per_step = net.length_km / np.maximum(np.asarray(passages.sum(axis=1)).ravel(), 1)
    km = (passages.T @ per_step) / np.asarray(passages.sum(axis=0)).ravel()
    weights = (net.km, (net.ends[:, 0], net.ends[:, 1]))
    adjacency = sp.csr_matrix(weights, shape=(len(net.cells), len(net.cells)))
    return Ways(net.cells, km, (place @ passages).tocsr(), betweenness(adjacency + adjacency.T))


def betweenness(adjacency: sp.csr_matrix, source_count: int = SOURCES) -> Array:
    """Return how many ordered pairs of nodes have their shortest way through each node, their own ends left out.

    Args:
        adjacency: (nodes, nodes) symmetric lengths > 0; no entry, no edge.
        source_count: Nodes from which ways are followed, evenly spread over the node order; counts are scaled up
            from them to all. Nothing is drawn.

    Returns:
        (nodes,) counts. Of several equally short ways one counts, always the same. Exact where all nodes are sources.

    Source: Brandes and Pich 2007, Centrality estimation in large networks (pivots); one shortest-way tree each.
    """
    nodes = adjacency.shape[0]
    total: Array = np.zeros(nodes)
    if not nodes:
        return total
    sources = np.unique(np.linspace(0, nodes - 1, min(source_count, nodes)).round().astype(np.int64))
    for start in range(0, len(sources), SOURCES_AT_ONCE):
        total += _passed(adjacency, sources[start : start + SOURCES_AT_ONCE])
    total *= nodes / len(sources)
    return total


def _passed(adjacency: sp.csr_matrix, sources: npt.NDArray[np.int64]) -> Array:
    """Return the sum over sources of each node's descendants in the tree of shortest ways."""
    count, nodes = len(sources), adjacency.shape[0]
    before = dijkstra(adjacency, directed=False, indices=sources, return_predecessors=True)[1]
    outside = nodes  # one more node, parent of the sources and of what they do not reach
    parent = np.full((count, nodes + 1), outside)
    parent[:, :nodes] = np.where(before >= 0, before, outside)
    below = (parent != outside).astype(np.float64)
    is_reached = below.copy()
    row = np.arange(count)[:, None] * (nodes + 1)
    while (parent != outside).any():  # sums over 1, 2, 4... generations: as many rounds as the depth has bits
        below += np.bincount((row + parent).ravel(), below.ravel(), below.size).reshape(below.shape)
        parent = np.take_along_axis(parent, parent, axis=1)
    passed: Array = ((below - 1) * is_reached)[:, :nodes].sum(axis=0)
    return passed


def nearness(cells: npt.NDArray[np.int64], h_km: float) -> sp.csr_matrix:
    """Return (cells, cells) exp(-d/h) of the cells' centres, 0 beyond REACH decay lengths, 1 on the diagonal."""
    centres = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()]).reshape(-1, 2)
    points = unit_vectors(centres[:, 1], centres[:, 0])
    chord = 2 * np.sin(min(REACH * h_km / EARTH_RADIUS_KM, np.pi) / 2)
    first, second = cKDTree(points).query_pairs(chord, output_type="ndarray").T if len(cells) else np.zeros((2, 0), int)
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(np.linalg.norm(points[first] - points[second], axis=1) / 2, 0, 1))
    upper = sp.csr_matrix((np.exp(-km / h_km), (first, second)), shape=(len(cells), len(cells)))
    kernel: sp.csr_matrix = (upper + upper.T + sp.eye(len(cells))).tocsr()
    return kernel
