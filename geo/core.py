"""A graph without its dead ends and with its chains of nodes drawn together: the same shortest paths, found sooner."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from geo.distance import Array
from geo.networks import Flags, Graph, Whole


class Core(NamedTuple):
    """Shortest paths between some nodes need only these.

    Attributes:
        node: The graph's number of each node kept: the asked ones and those where three ways meet.
        number: The number among these of each node of the graph; -1 where not kept.
        chain: The chain each edge of the graph is part of; -1 where no path uses it.
        ends: (chains, 2) graph nodes at both ends.
        first: Where the nodes inside each chain begin in ``inner``; one more than chains.
        inner: Graph nodes inside the chains, each from its first end to its second.
    """

    node: Whole
    number: Whole
    chain: Whole
    ends: Whole
    first: Whole
    inner: Whole


class Cheapest(NamedTuple):
    """A core's chains at their costs; of several between the same two nodes the cheapest.

    Attributes:
        matrix: Symmetric costs between the core's nodes.
        keys: Both of a chain's nodes in one number, ascending.
        chain: The chain of each key.
    """

    matrix: sp.csr_matrix
    keys: Whole
    chain: Whole


def core_of(graph: Graph, asked: Whole) -> Core:
    """Return the core in which shortest paths between the asked nodes over open edges are those of the graph."""
    size = len(graph.lon)
    is_asked = np.zeros(size, np.bool_)
    is_asked[asked] = True
    is_used, degree = _without_dead_ends(graph, is_asked)
    is_inner = (degree == 2) & ~is_asked
    edge = np.flatnonzero(is_used)
    u, v = graph.u[edge], graph.v[edge]
    within = is_inner[u] & is_inner[v]
    links = sp.csr_matrix((np.ones(within.sum()), (u[within], v[within])), shape=(size, size))
    part = connected_components(links, directed=False)[1].astype(np.int64)
    is_single = ~(is_inner[u] | is_inner[v])
    label = np.where(is_inner[u], part[u], part[v])
    label[is_single] = size + np.arange(is_single.sum())
    chain, ends, inner = _ordered(np.column_stack([u, v]), label, is_inner)
    of_edge = np.full(len(graph.u), -1, np.int64)
    of_edge[edge] = chain
    node = np.flatnonzero(is_asked | ((degree > 0) & ~is_inner))
    number = np.full(size, -1, np.int64)
    number[node] = np.arange(len(node))
    first = np.r_[0, np.cumsum(np.bincount(inner[:, 0], minlength=len(ends)))].astype(np.int64)
    return Core(node, number, of_edge, ends, first, inner[:, 1])


def _without_dead_ends(graph: Graph, is_asked: Flags) -> tuple[Flags, Whole]:
    """Return which open edges lead on from both ends, and how many of them each node has."""
    is_used = graph.is_open.copy()
    while True:
        edge = np.flatnonzero(is_used)
        degree = np.bincount(np.r_[graph.u[edge], graph.v[edge]], minlength=len(graph.lon))
        is_end = (degree == 1) & ~is_asked
        dead = edge[is_end[graph.u[edge]] | is_end[graph.v[edge]]]
        if not len(dead):
            return is_used, degree
        is_used[dead] = False


def _ordered(ways: Whole, label: Whole, is_inner: Flags) -> tuple[Whole, Whole, Whole]:
    """Return each edge's chain, the ends of the chains, and (chain, node) inside them in order.

    A ring that no path can leave has no chain: -1. A node inside has two neighbours, so that the next one is their
    sum less the one before.
    """
    beside = np.bincount(np.r_[ways[:, 0], ways[:, 1]], np.r_[ways[:, 1], ways[:, 0]], minlength=len(is_inner))
    both, labels = np.vstack([ways, ways[:, ::-1]]), np.r_[label, label]
    is_start = ~is_inner[both[:, 0]]  # an edge between two kept nodes comes twice, as the two ends of a chain do
    order = np.flatnonzero(is_start)[np.argsort(labels[is_start], kind="stable")]
    heads = order[::2]  # the other end of each chain follows its head
    names = labels[heads]
    ends = np.column_stack([both[heads, 0], both[order[1::2], 0]])
    before, at, chain = both[heads, 0], both[heads, 1], np.arange(len(heads))
    found = [np.zeros((0, 3), np.int64)]
    while len(chain):
        is_on = is_inner[at]
        before, at, chain = before[is_on], at[is_on], chain[is_on]
        found.append(np.column_stack([chain, np.full(len(chain), len(found)), at]))
        before, at = at, beside[at].astype(np.int64) - before
    inner = np.vstack(found)
    inner = inner[np.lexsort((inner[:, 1], inner[:, 0]))][:, [0, 2]]
    place = np.minimum(np.searchsorted(names, label), max(len(names) - 1, 0))
    is_known = names[place] == label if len(names) else np.zeros(len(label), np.bool_)
    return np.where(is_known, place, -1), ends, inner


def cheapest(core: Core, cost: Array) -> Cheapest:
    """Return the core's chains at the sums of their edges' costs.

    Args:
        core: Of a graph.
        cost: One per edge of that graph.
    """
    used = core.chain >= 0
    total = np.bincount(core.chain[used], cost[used], minlength=len(core.ends))
    low, high = np.sort(core.number[core.ends], axis=1).T
    keys = low * len(core.node) + high
    order = np.lexsort((total, keys))
    order = order[np.r_[True, np.diff(keys[order]) > 0][: len(order)] & (low != high)[order]]
    both = np.r_[low[order], high[order]], np.r_[high[order], low[order]]
    matrix = sp.csr_matrix((np.tile(total[order], 2), both), shape=(len(core.node), len(core.node)))
    return Cheapest(matrix, keys[order], order)


def expanded(core: Core, costs: Cheapest, path: Whole, node: Whole) -> tuple[Whole, Whole]:
    """Return paths of the core's nodes as (path, node) of the graph, the nodes inside chains put in."""
    is_leg = np.append(path[1:] == path[:-1], np.zeros(min(len(path), 1), np.bool_))
    after = np.append(node[1:], node[:1])
    keys = np.minimum(node, after) * len(core.node) + np.maximum(node, after)
    chain = np.zeros(len(node), np.int64)
    chain[is_leg] = costs.chain[np.searchsorted(costs.keys, keys[is_leg])]
    inside = np.zeros(len(node), np.int64)
    inside[is_leg] = np.diff(core.first)[chain[is_leg]]
    row = np.repeat(np.arange(len(node)), inside + 1)
    within = np.arange(len(row)) - np.repeat(np.cumsum(inside + 1) - inside - 1, inside + 1)
    found = core.node[node][row]
    is_onward = core.ends[chain, 0] == core.node[node] if len(core.ends) else np.ones(len(node), np.bool_)
    put = within > 0
    r, k = row[put], within[put]
    found[put] = core.inner[np.where(is_onward[r], core.first[chain[r]] + k - 1, core.first[chain[r] + 1] - k)]
    return path[row], found
