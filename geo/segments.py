"""Edges that two layers share, pooled between junctions and borders, and the stretches they make."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from geo.distance import Array
from geo.flowfield import Field, Network

Whole = npt.NDArray[np.int64]


def segments(net: Network, edges: Whole, zones: Whole | None = None) -> tuple[Whole, Array]:
    """Return the segment of each edge, and whether the edge runs along (+1) or against (-1) its segment.

    A segment is a chain of edges between two junctions of the given edges (cells where not exactly two of them
    meet) or borders (cells whose two edges do not lie in the same zones).

    Args:
        net: The network.
        edges: Numbers of the edges to pool, distinct.
        zones: A number per cell of ``net.cells``, such as its country's; None for no borders.

    Returns:
        Segment numbers 0, 1, ... in the order of first appearance in ``edges``; signs.
    """
    first, second, turn = _passages(net, edges, zones)
    count = len(edges)
    # every edge twice, as itself and turned round: what hangs together is a segment in one of its two directions
    row = np.concatenate([first, first + count])
    same, turned = np.concatenate([second, second + count]), np.concatenate([second + count, second])
    column = np.where(np.concatenate([turn, turn]) > 0, same, turned)
    graph = sp.csr_matrix((np.ones(len(row)), (row, column)), shape=(2 * count, 2 * count))
    label = connected_components(graph, directed=False)[1]
    name = np.minimum(label[:count], label[count:])
    found, number = np.unique(name, return_inverse=True)
    seen = np.full(len(found), count)
    np.minimum.at(seen, number, np.arange(count))
    rank = np.argsort(np.argsort(seen))
    sign = np.where(label[:count] == label[:count][seen[number]], 1.0, -1.0)
    return rank[number].astype(np.int64), sign


def pooled(net: Network, edges: Whole, parts: tuple[Whole, Array], field: Field) -> tuple[Array, Array]:
    """Return a layer's weighted records along and against each segment: the kilometre-weighted mean over its edges."""
    number, sign = parts
    km, plus, minus = net.km[edges], field.plus[edges], field.minus[edges]
    length = np.bincount(number, km)
    along, against = np.where(sign > 0, plus, minus), np.where(sign > 0, minus, plus)
    return np.bincount(number, km * along) / length, np.bincount(number, km * against) / length


def stretches(net: Network, edges: Whole, label: npt.NDArray[np.str_]) -> Whole:
    """Return the stretch of each edge: edges with one label that hang together; numbered by first appearance."""
    ends = net.ends[edges]
    _, name = np.unique(label, return_inverse=True)
    node = np.unique(np.column_stack([ends.ravel(), np.repeat(name, 2)]), axis=0, return_inverse=True)[1].reshape(-1, 2)
    size = int(node.max(initial=-1)) + 1
    graph = sp.csr_matrix((np.ones(len(edges)), (node[:, 0], node[:, 1])), shape=(size, size))
    part = connected_components(graph, directed=False)[1][node[:, 0]] if size else np.zeros(0, dtype=np.int64)
    return pd.factorize(part)[0].astype(np.int64)


def _passages(net: Network, edges: Whole, zones: Whole | None) -> tuple[Whole, Whole, Array]:
    """Return pairs of edges that meet in a cell where nothing else does; +1 where both run the same way through it."""
    ends = net.ends[edges]
    cell = ends.T.ravel()
    edge = np.tile(np.arange(len(edges)), 2)
    is_head = np.repeat([0, 1], len(edges))
    order = np.argsort(cell, kind="stable")
    cell, edge, is_head = cell[order], edge[order], is_head[order]
    starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]]) if len(cell) else np.zeros(0, dtype=np.int64)
    at = starts[np.diff(np.r_[starts, len(cell)]) == 2]
    first, second = edge[at], edge[at + 1]
    if zones is not None:
        both = np.sort(zones[ends], axis=1)
        inside = (both[first] == both[second]).all(axis=1)
        at, first, second = at[inside], first[inside], second[inside]
    return first, second, np.where(is_head[at] != is_head[at + 1], 1.0, -1.0)
