"""Roads and sea lanes as graphs whose edges are steps between H3 cells (geo/README.md, "From legs to routes").

Graphs are undirected. Closing a border or a strait keeps the edges and marks them shut, so that a route ensemble draws
the same costs for what stays open.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.cells import cells_at
from data.errors import ContractError
from geo.distance import Array, geodesic_km, unit_vectors
from geo.paths import densified

BLOCK = 2_000  # edges cut into points at once, for memory
CLOSED = ("northwest",)  # passages shut unless asked for: ice (as searoute has it)
CLOSED_BORDERS = (("KOR", "PRK"),)  # shut in every road graph: the demilitarised zone is closed to all traffic
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Names = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph on the globe.

    Attributes:
        lon: Degrees of each node, WGS 84.
        lat: The same.
        country_id: Whose land the node is on; empty at sea.
        u: Lower node of each edge.
        v: Higher node of each edge.
        km: Length of each edge.
        passage: Name of the strait or canal an edge is part of, or empty.
        is_open: Whether a journey may use the edge.
        component: Number of each node's part, over open edges.
        steps: (edges, pairs of cells) 1 where the way u to v steps from the pair's first cell to its second, -1 where
            back; a step and its return cancel.
        step_cells: (pairs, 2) neighbouring H3 cells of resolution 3, the smaller first.
    """

    lon: Array
    lat: Array
    country_id: Names
    u: Whole
    v: Whole
    km: Array
    passage: Names
    is_open: Flags
    component: Whole
    steps: sp.csr_matrix
    step_cells: Whole

    @cached_property
    def points(self) -> Array:
        """Nodes as unit vectors."""
        return unit_vectors(self.lon, self.lat)

    @cached_property
    def cell(self) -> Whole:
        """The H3 cell of resolution 3 of each node."""
        return cells_at(self.lon, self.lat)


@dataclass(frozen=True, eq=False)
class Graphs:
    """What routes may follow.

    Attributes:
        road: Roads.
        sea: Sea lanes; the last nodes are the ports.
        ports: ``country_id, lon, lat, node`` (of the sea graph), ``road_node`` (the nearest).
        areas: ``place_id, country_id, lon, lat`` of first-level divisions.
    """

    road: Graph
    sea: Graph
    ports: pd.DataFrame
    areas: pd.DataFrame


def road_graph(nodes: pd.DataFrame, edges: pd.DataFrame) -> Graph:
    """Return the graph of roads; those over CLOSED_BORDERS are shut.

    Args:
        nodes: ``lon, lat, country_id``; a node's number is its row.
        edges: ``u, v, km``, one row per pair.

    Raises:
        ContractError: a coordinate or length is missing, or an edge names no node.
    """
    built = graph(nodes, edges.assign(passage=""))
    for countries in CLOSED_BORDERS:
        built = without(built, border(built, *countries))
    return built


def sea_graph(nodes: pd.DataFrame, edges: pd.DataFrame, ports: pd.DataFrame) -> Graph:
    """Return the graph of sea lanes and ports; a port is joined to its sea node by a straight line.

    Args:
        nodes: ``lon, lat``.
        edges: ``u, v, km, passage`` (null where none). Those of CLOSED passages are shut.
        ports: ``country_id, lon, lat, sea_node``; they become the last nodes, in their order.

    Raises:
        ContractError: as ``road_graph``.
    """
    both = pd.concat([nodes.assign(country_id=""), ports[["lon", "lat", "country_id"]]], ignore_index=True)
    sea_node = ports["sea_node"].to_numpy(np.int64)
    if (sea_node >= len(nodes)).any():
        raise ContractError(f"sea_node: expected numbers below {len(nodes)}, got {sea_node.max()}.")
    straight = links(both, sea_node, np.arange(len(nodes), len(both)))
    lanes = edges.assign(passage=edges["passage"].fillna(""))
    built = graph(both, pd.concat([lanes, straight], ignore_index=True))
    return without(built, np.isin(built.passage, CLOSED))


def graphs(road: Graph, sea: Graph, ports: pd.DataFrame, areas: pd.DataFrame) -> Graphs:
    """Return the graphs with each port's node and the nearest road node.

    Args:
        road: From ``road_graph``.
        sea: From ``sea_graph`` with the same ports.
        ports: ``country_id, lon, lat``.
        areas: ``place_id, country_id, lon, lat``.
    """
    ports = ports[["country_id", "lon", "lat"]].reset_index(drop=True)
    road_node = nearest_node(road, ports["lon"].to_numpy(np.float64), ports["lat"].to_numpy(np.float64))
    node = np.arange(len(sea.lon) - len(ports), len(sea.lon))
    return Graphs(road, sea, ports.assign(node=node, road_node=road_node), areas)


def graph(nodes: pd.DataFrame, edges: pd.DataFrame) -> Graph:
    """Return a graph of ``lon, lat, country_id`` and ``u, v, km, passage``; every edge is open."""
    _check(nodes, ["lon", "lat"])
    _check(edges, ["u", "v", "km"])
    ends = np.sort(edges[["u", "v"]].to_numpy(np.int64), axis=1)
    if len(ends) and not (ends.min() >= 0 and ends.max() < len(nodes)):
        raise ContractError(f"u, v: expected node numbers from 0 to {len(nodes) - 1}.")
    if not (edges["km"] > 0).all():
        raise ContractError("km: expected lengths above 0. An edge of none is no edge to a search.")
    if len(np.unique(ends, axis=0)) < len(ends):
        raise ContractError("u, v: expected one edge per pair of nodes. Keep the shortest.")
    lon, lat = (nodes[name].to_numpy(np.float64) for name in ("lon", "lat"))
    steps, step_cells = _steps(lon, lat, ends)
    built = Graph(
        lon,
        lat,
        nodes["country_id"].to_numpy(str),
        *(ends[:, 0], ends[:, 1], edges["km"].to_numpy(np.float64)),
        edges["passage"].to_numpy(str),
        np.ones(len(ends), np.bool_),
        np.zeros(len(nodes), np.int64),
        steps,
        step_cells,
    )
    return without(built, ~built.is_open)


def without(built: Graph, closed: Flags) -> Graph:
    """Return the graph with more edges shut.

    Args:
        built: The graph; edges shut before stay so.
        closed: One flag per edge, as from ``border``, ``passage`` or ``around``.
    """
    is_open = built.is_open & ~closed
    matrix = sp.csr_matrix(
        (np.ones(is_open.sum()), (built.u[is_open], built.v[is_open])), shape=(len(built.lon), len(built.lon))
    )
    component = connected_components(matrix, directed=False)[1].astype(np.int64)
    return replace(built, is_open=is_open, component=component)


def border(built: Graph, country_a: str, country_b: str) -> Flags:
    """Return which edges have one end in each of two countries."""
    u, v = built.country_id[built.u], built.country_id[built.v]
    crosses: Flags = ((u == country_a) & (v == country_b)) | ((u == country_b) & (v == country_a))
    return crosses


def borders(built: Graph) -> Flags:
    """Return which edges lead from one country's land to another's."""
    u, v = built.country_id[built.u], built.country_id[built.v]
    crosses: Flags = (u != v) & (u != "") & (v != "")
    return crosses


def passage(built: Graph, name: str) -> Flags:
    """Return which edges are part of a strait or canal.

    Raises:
        ContractError: no edge is; the message lists the names there are.
    """
    found: Flags = built.passage == name
    if not found.any():
        names = ", ".join(sorted(set(built.passage.tolist()) - {""}))
        raise ContractError(f"passage: no edge is called {name!r}. Expected one of: {names}.")
    return found


def around(built: Graph, nodes: Whole) -> Flags:
    """Return which edges have an end among the nodes."""
    found: Flags = np.isin(built.u, nodes) | np.isin(built.v, nodes)
    return found


def nearest_node(built: Graph, lon: Array, lat: Array) -> Whole:
    """Return the node nearest each point.

    Raises:
        ContractError: the graph has no nodes.
    """
    if not len(built.lon):
        raise ContractError("lon: expected at least one node in the graph, got none.")
    return np.asarray(cKDTree(built.points).query(unit_vectors(lon, lat))[1], dtype=np.int64)


def plus(built: Graph, points: pd.DataFrame, u: Whole, v: Whole) -> Graph:
    """Return the graph with more nodes (``lon, lat, country_id``) and straight edges to them; all are the last ones."""
    before = pd.DataFrame({"lon": built.lon, "lat": built.lat, "country_id": built.country_id})
    nodes = pd.concat([before, points], ignore_index=True)
    more = graph(nodes, links(nodes, u, v))
    cells, number = np.unique(np.vstack([built.step_cells, more.step_cells]), axis=0, return_inverse=True)
    parts = np.split(number, [len(built.step_cells)])
    steps = [
        sp.csr_matrix((part.data, to[part.indices], part.indptr), shape=(part.shape[0], len(cells)))
        for part, to in zip((built.steps, more.steps), parts, strict=True)
    ]
    return replace(
        more,
        **{name: np.concatenate([getattr(built, name), getattr(more, name)]) for name in _OF_EDGES},
        component=np.append(built.component, np.full(len(points), -1)),
        steps=sp.vstack(steps, format="csr"),
        step_cells=cells,
    )


_OF_EDGES = ("u", "v", "km", "passage", "is_open")


def links(nodes: pd.DataFrame, u: Whole, v: Whole) -> pd.DataFrame:
    """Return straight edges ``u, v, km, passage`` between nodes ``lon, lat``, of geodesic length, at least a metre."""
    lon, lat = (nodes[name].to_numpy(np.float64) for name in ("lon", "lat"))
    km = geodesic_km(lon[u], lat[u], lon[v], lat[v])
    return pd.DataFrame({"u": u, "v": v, "km": np.maximum(km, 0.001), "passage": ""})


def _check(frame: pd.DataFrame, columns: list[str]) -> None:
    for name in columns:
        if not np.isfinite(frame[name].to_numpy(np.float64)).all():
            raise ContractError(f"{name}: expected a number in every row, got null. Leave such rows out.")


def _steps(lon: Array, lat: Array, ends: Whole) -> tuple[sp.csr_matrix, Whole]:
    """Return ``Graph.steps`` and ``Graph.step_cells`` of edges along great circles."""
    found = []
    for rows in np.array_split(np.arange(len(ends)), len(ends) // BLOCK + 1):
        u, v = ends[rows].T
        x, y, edge = densified(lon[u], lat[u], lon[v], lat[v])
        cells = cells_at(x, y)
        is_step = (cells[1:] != cells[:-1]) & (edge[1:] == edge[:-1])
        found.append(np.column_stack([rows[edge[1:][is_step]], cells[:-1][is_step], cells[1:][is_step]]))
    edge, start, end = np.concatenate(found).T
    cells, numbers = np.unique(np.r_[start, end], return_inverse=True)
    first, second = np.split(numbers, 2)
    keys, pair = np.unique(np.minimum(first, second) * len(cells) + np.maximum(first, second), return_inverse=True)
    steps = sp.csr_matrix((np.where(first < second, 1, -1), (edge, pair)), shape=(len(ends), len(keys)))
    steps.eliminate_zeros()
    return steps, cells[np.column_stack([keys // max(len(cells), 1), keys % max(len(cells), 1)])]
