"""The road graph between H3 cells, from a highway extract; part of make_networks.py."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from h3.api import basic_int as h3
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from data.cells import cells_at
from data.reference.land import EARTH_RADIUS_KM, Array, Names, countries_of, degrees, sphere, sphere_km

ROAD_RESOLUTION = 4  # edge about 26 km
STEP_KM = 15.0  # pieces of a long road; under the 22 km from a cell's centre to its side, so steps join neighbours
JOIN_KM = 3.5  # ends this near are one road (a bridge or street left out); the Strait of Messina's ends are 5.2 apart
LOCAL_RESOLUTION = 2  # edge about 183 km
DIRECT_KM = 300.0  # neighbours joined only by a longer way round are not joined directly
SHORTCUT_KM, SHORTCUT_BIN_KM = 150.0, 10.0  # reach of direct ways between nodes of one country; chosen 2026-11
STRETCH = 1.25  # 13,000 more edges; 95 % of ways of 1,000 to 3,000 km are then at most 4 % too long, not 9 %
SOURCES, TARGETS = 200, 1500  # journeys drawn to find each cell's busiest junction
# What the extract lacks: fixed links and roads near borders, by lon and lat of both ends; km for vehicles as operators
# print it or, of roads, as maps give it, rounded.
LINKS = (
    ("Oresund tunnel and bridge", (12.66, 55.63), (12.90, 55.57), 16.4),
    ("Channel Tunnel, vehicle shuttle", (1.14, 51.10), (1.81, 50.92), 50.5),
    ("King Fahd Causeway", (50.22, 26.22), (50.47, 26.20), 25.0),
    ("Confederation Bridge", (-63.83, 46.16), (-63.70, 46.25), 12.9),
    ("Dubrovnik to Slano", (18.10, 42.65), (17.80, 42.81), 38.0),
    ("Dubrovnik to Trebinje", (18.10, 42.65), (18.34, 42.71), 30.0),
    ("Dubrovnik to Herceg Novi by Debeli Brijeg", (18.10, 42.65), (18.56, 42.46), 48.0),
    ("Herceg Novi to Kamenari", (18.56, 42.46), (18.68, 42.48), 15.0),
    ("Berane to Peja by Kula", (19.87, 42.86), (20.29, 42.66), 80.0),
    ("Belmopan to San Ignacio", (-88.80, 17.26), (-88.96, 17.20), 18.0),
)
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Roads:
    """An undirected graph: nodes on the unit sphere, edges u, v of km."""

    points: Array
    u: Whole
    v: Whole
    km: Array

    @property
    def matrix(self) -> sp.csr_matrix:
        """Symmetric lengths."""
        ends = (np.r_[self.u, self.v], np.r_[self.v, self.u])
        return sp.csr_matrix((np.r_[self.km, self.km], ends), shape=(len(self.points),) * 2)

    @property
    def component(self) -> Whole:
        """The number of each node's connected part."""
        return np.asarray(connected_components(self.matrix, directed=False)[1], dtype=np.int64)

    def plus(self, u: Whole, v: Whole, km: Array) -> "Roads":
        """Return the graph with more edges."""
        return replace(self, u=np.r_[self.u, u], v=np.r_[self.v, v], km=np.r_[self.km, km])

    def only(self, edges: npt.NDArray[np.bool_]) -> "Roads":
        """Return the graph with some of its edges."""
        return replace(self, u=self.u[edges], v=self.v[edges], km=self.km[edges])


def read_highways(path: Path) -> Roads:
    """Return the graph of scgraph_data's module, read as text: its two literals are JSON but for their bare keys."""
    text = path.read_text(encoding="utf-8")
    start, middle, end = text.index("graph=["), text.index("\nnodes=["), text.index("\nworld_highways_geograph")
    graph = json.loads(re.sub(r"(\d+):", r'"\1":', text[start + 6 : middle]))
    nodes = np.array(json.loads(text[middle + 7 : end]))
    u = np.repeat(np.arange(len(graph)), [len(row) for row in graph])
    v = np.fromiter((int(key) for row in graph for key in row), np.int64)
    km = np.fromiter((value for row in graph for value in row.values()), np.float64)
    return Roads(sphere(nodes[:, 1], nodes[:, 0]), u[u < v], v[u < v], km[u < v])


def joined(roads: Roads) -> Roads:
    """Return the roads with the nearest ends of parts within JOIN_KM joined, and the fixed links."""
    tree, part = cKDTree(roads.points), roads.component
    near = tree.query_pairs(JOIN_KM / EARTH_RADIUS_KM, output_type="ndarray")
    near = near[part[near[:, 0]] != part[near[:, 1]]]
    gaps = pd.DataFrame(np.sort(part[near], axis=1), columns=["p", "q"]).assign(u=near[:, 0], v=near[:, 1])
    gaps["km"] = sphere_km(roads.points[gaps["u"]], roads.points[gaps["v"]])
    gaps = gaps.sort_values("km").drop_duplicates(["p", "q"])
    roads = roads.plus(gaps["u"].to_numpy(), gaps["v"].to_numpy(), gaps["km"].to_numpy())
    landings = np.array([landing for _, *both, _ in LINKS for landing in both])
    away, node = (found.reshape(-1, 2) for found in tree.query(sphere(landings[:, 0], landings[:, 1])))
    return roads.plus(node[:, 0], node[:, 1], np.array([km for *_, km in LINKS]) + away.sum(axis=1) * EARTH_RADIUS_KM)


def split(roads: Roads) -> Roads:
    """Return the roads with edges longer than STEP_KM cut into equal pieces along the straight line."""
    count = np.maximum(np.ceil(sphere_km(roads.points[roads.u], roads.points[roads.v]) / STEP_KM), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(count)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    is_inner = within > 0
    t = (within / count[edge])[is_inner, None]
    points = roads.points[roads.u[edge[is_inner]]] * (1 - t) + roads.points[roads.v[edge[is_inner]]] * t
    start = roads.u[edge]
    start[is_inner] = len(roads.points) + np.arange(is_inner.sum())
    end = np.append(start[1:], 0)
    end[within == count[edge] - 1] = roads.v
    points = np.vstack([roads.points, points / np.linalg.norm(points, axis=1)[:, None]])
    return Roads(points, start, end, (roads.km / count)[edge])


def busiest(roads: Roads, group: Whole) -> Whole:
    """Return, for each group of nodes, the one most shortest paths pass through; the most central where none does."""
    draw, size = np.random.default_rng(1), group.max() + 1
    order = draw.permutation(len(group))
    some = np.zeros(size, np.int64)
    some[group[order]] = order
    passed, matrix = np.zeros(len(group), np.int64), roads.matrix
    for source in some[draw.choice(size, SOURCES, replace=False)]:
        before = dijkstra(matrix, indices=source, return_predecessors=True)[1]
        at = some[draw.choice(size, TARGETS)]
        while len(at):
            at = at[before[at] >= 0]
            np.add.at(passed, at, 1)
            at = before[at]
    middle = np.zeros((size, 3))
    np.add.at(middle, group, roads.points)
    off = np.linalg.norm(roads.points - (middle / np.bincount(group)[:, None])[group], axis=1)
    order = np.lexsort((off, -passed, group))
    return order[np.r_[True, np.diff(group[order]) > 0]]


def contracted(roads: Roads) -> tuple[Roads, Whole, Names]:
    """Return the roads between cells, and each node's cell and country.

    A node is the busiest junction within one cell and one country, of roads that hang together nearby. Nodes of
    neighbouring cells or countries that a road joins are as far apart as the whole graph says, so that lengths are
    those of journeys one could make.
    """
    cell, country = cells_at(*degrees(roads.points), ROAD_RESOLUTION), countries_of(roads.points)
    _, state = np.unique(country, return_inverse=True)
    _, group = np.unique(np.column_stack([cell, state, locally(roads, cell)]), axis=0, return_inverse=True)
    node = busiest(roads, group)
    across = np.sort(np.column_stack([group[roads.u], group[roads.v]]), axis=1)
    near = apart(roads, node)
    is_beside = np.isin(near.u * len(node) + near.v, across[:, 0] * len(node) + across[:, 1])
    is_short = (near.km <= SHORTCUT_KM) & (state[node[near.u]] == state[node[near.v]])
    return with_shortcuts(near.only(is_beside), near.only(is_short)), cell[node], country[node]


def locally(roads: Roads, cell: Whole) -> Whole:
    """Return the number of each node's connected part within one H3 cell of resolution LOCAL_RESOLUTION.

    Both shores of the Strait of Gibraltar are joined by road, through Suez.
    """
    region = np.array([h3.cell_to_parent(one, LOCAL_RESOLUTION) for one in cell.tolist()])
    is_within = region[roads.u] == region[roads.v]
    return roads.only(is_within).component


def apart(roads: Roads, node: Whole) -> Roads:
    """Return the graph of some nodes, each joined to those within DIRECT_KM at its distance by road."""
    matrix, found = roads.matrix, []
    for rows in np.array_split(np.arange(len(node)), len(node) // 100 + 1):
        km = dijkstra(matrix, indices=node[rows], limit=DIRECT_KM)[:, node]
        first, second = np.nonzero(np.isfinite(km) & (rows[:, None] < np.arange(len(node))))
        found.append((rows[first], second, km[first, second]))
    u, v, lengths = (np.concatenate(part) for part in zip(*found, strict=True))
    return Roads(roads.points[node], u, v, lengths)


def with_shortcuts(roads: Roads, near: Roads) -> Roads:
    """Return the roads with a direct way between nodes that they make more than STRETCH too far apart, nearest first.

    A trunk road that misses the junction of a cell it crosses is followed all the same.
    """
    for far in np.arange(SHORTCUT_BIN_KM, SHORTCUT_KM + 1, SHORTCUT_BIN_KM):
        asked = near.only((near.km > far - SHORTCUT_BIN_KM) & (near.km <= far))
        matrix, is_long = roads.matrix, np.zeros(len(asked.km), np.bool_)
        for rows in np.array_split(np.argsort(asked.u, kind="stable"), len(asked.km) // 1000 + 1):
            sources, row = np.unique(asked.u[rows], return_inverse=True)
            km = dijkstra(matrix, indices=sources, limit=STRETCH * far)[row, asked.v[rows]]
            is_long[rows] = km > STRETCH * asked.km[rows]
        more = asked.only(is_long)
        ways = pd.DataFrame({"u": np.r_[roads.u, more.u], "v": np.r_[roads.v, more.v], "km": np.r_[roads.km, more.km]})
        ways = ways.sort_values("km").drop_duplicates(["u", "v"])
        roads = replace(roads, u=ways["u"].to_numpy(), v=ways["v"].to_numpy(), km=ways["km"].to_numpy())
    return roads
