"""Shortest paths over perturbed costs: one search serves every destination of a source (geo/README.md)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from geo.core import Cheapest, Core, cheapest, core_of, expanded
from geo.distance import Array, sphere_km
from geo.ends import Settings
from geo.networks import Flags, Graph, Whole, borders

SMOOTHINGS = 2  # geo/README.md, "From legs to routes"
REACH, REACH_KM = 2.0, 500.0  # first search as far as this times the great circle, and more; saves time only
SOURCES = 64  # searched before their paths are traced, for memory
NONE = -9999  # what SciPy writes where a node has no predecessor
Trees = npt.NDArray[np.int32]  # predecessors, as SciPy writes them


class Costs(NamedTuple):
    """What each member's journeys cost.

    Attributes:
        core: What is searched.
        points: Its nodes as unit vectors.
        members: One per member.
    """

    core: Core
    points: Array
    members: list[Cheapest]


def costs(graph: Graph, settings: Settings, about: int, asked: Whole) -> Costs:
    """Return each member's costs: km * exp(sigma * (z_u + z_v) / 2 + sigma / 2 * eps), and a toll at each border.

    z is standard normal, smoothed over neighbours, of unit variance; eps is standard normal. Both are drawn
    for shut edges too, so that the others keep theirs when one is shut.

    Args:
        graph: Its open edges.
        settings: Members, sigma, seed and toll.
        about: A number that keeps the draws of several networks apart.
        asked: Nodes that paths begin or end at; others than these cannot be.
    """
    size, (u, v), core = len(graph.lon), (graph.u, graph.v), core_of(graph, asked)
    beside = sp.csr_matrix((np.ones(2 * len(u)), (np.r_[u, v], np.r_[v, u])), shape=(size, size))
    degree = np.bincount(np.r_[u, v], minlength=size)
    toll = settings.border_km * borders(graph)
    found = []
    for member in range(settings.members):
        draw = np.random.default_rng((settings.seed, about, member))
        z, eps = draw.normal(size=size), draw.normal(size=len(u))
        for _ in range(SMOOTHINGS):
            z = (beside @ z + z) / (degree + 1)
        z /= max(z.std(), 1e-12) if size else 1.0
        found.append(cheapest(core, graph.km * np.exp(settings.sigma * ((z[u] + z[v]) / 2 + eps / 2)) + toll))
    return Costs(core, graph.points[core.node], found)


def traced(costs: Costs, member: int, ends: tuple[Whole, Whole], is_back: Flags) -> tuple[Whole, Whole]:
    """Return the nodes of the cheapest path of each pair, as (pair, node) in travel order.

    Pairs without a path have no rows; start and end in one node give one row.

    Args:
        costs: From ``costs``; the ends were asked for.
        member: Whose costs.
        ends: Nodes of the graph: starts and ends.
        is_back: Whether a pair is searched from its end, which saves time where many pairs share it.
    """
    start, end = (costs.core.number[nodes] for nodes in ends)
    source, target = np.where(is_back, end, start), np.where(is_back, start, end)
    sources, row = np.unique(source, return_inverse=True)
    pairs, nodes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    order = np.argsort(row, kind="stable")
    for part in np.split(order, np.searchsorted(row[order], np.arange(SOURCES, len(sources), SOURCES))):
        first = row[part].min(initial=len(sources))
        before = [
            _tree(costs.members[member].matrix, costs.points, at, target[part][row[part] == first + i])
            for i, at in enumerate(sources[first : first + SOURCES])
        ]
        way = np.where(is_back[part], 1, -1)
        pair, node = _walked(
            np.array(before, np.int32).reshape(len(before), -1 if before else 0),
            row[part] - first,
            (source[part], target[part]),
            way,
        )
        pairs.append(part[pair])
        nodes.append(node)
    pair, node = np.concatenate(pairs), np.concatenate(nodes)
    order = np.argsort(pair, kind="stable")
    return expanded(costs.core, costs.members[member], pair[order], node[order])


def _tree(cost: sp.csr_matrix, points: Array, source: int, targets: Whole) -> Trees:
    """Return each node's predecessor on the way from the source, at least on the ways to the targets."""
    apart = sphere_km(points[targets], np.repeat(points[[source]], len(targets), axis=0))
    for reach in (REACH * apart.max() + REACH_KM, np.inf):
        far, before = dijkstra(cost, indices=source, limit=reach, return_predecessors=True)
        if np.isfinite(far[targets]).all():
            break
    found: Trees = before
    return found


def _walked(before: Trees, tree: Whole, ends: tuple[Whole, Whole], way: Whole) -> tuple[Whole, Whole]:
    """Return (pair, node), pair by pair, walking each tree from the target: way 1 in that order, -1 in the other."""
    source, target = ends
    pair = np.flatnonzero((before[tree, target] != NONE) | (source == target))
    node = target[pair]
    pairs, nodes, steps, step = [pair], [node], [np.zeros(len(pair), np.int64)], 0
    while len(pair):
        node = before[tree[pair], node].astype(np.int64)
        pair, node, step = pair[node != NONE], node[node != NONE], step + 1
        pairs.append(pair)
        nodes.append(node)
        steps.append(step * way[pair])
    pair, node = np.concatenate(pairs), np.concatenate(nodes)
    order = np.lexsort((np.concatenate(steps), pair))
    return pair[order], node[order]


def shortest_km(graph: Graph, start: Whole, end: Whole) -> Array:
    """Return the length of the shortest way over open edges from each start to its end; infinite where none."""
    size, edge = len(graph.lon), np.flatnonzero(graph.is_open)
    matrix = sp.csr_matrix((graph.km[edge], (graph.u[edge], graph.v[edge])), shape=(size, size))
    sources, row = np.unique(start, return_inverse=True)
    found = np.full(len(start), np.inf)
    for number, source in enumerate(sources):
        asked = row == number
        found[asked] = dijkstra(matrix, directed=False, indices=source)[end[asked]]
    return found
