"""Legs on a network of cells: how much of a layer runs each way over each step (README "Comparing two layers")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from h3.api import basic_int as h3

from geo.cases import Matrices, blocks, split, summed
from geo.distance import Array, sphere_km, unit_vectors
from geo.overlaps import Columns, bernoulli, by_rows, overlaps

PATH_KEY = ["place_a", "place_b", "network"]
MATRICES = ("forward", "backward", "same", "turned", "same_cases", "turned_cases")
PARTS = ("data", "indices", "indptr")


@dataclass(frozen=True)
class Network:
    """Paths between pairs of places, as sparse rows over undirected edges between cells.

    Attributes:
        paths: Row number of each (place_a, place_b, network), place_a < place_b.
        pairs: ``place_a, place_b`` of each pair that has a path.
        pair: Each path's row in ``pairs``.
        length_km: Length of each path's line.
        confidence: Mean probability of the steps along each path's line, in (0, 1].
        ends: (edges, 2) positions in ``cells``; the first cell is the smaller number.
        cells: H3 cells, ascending.
        km: Length of each edge, centre to centre.
        forward: (paths, edges) probability of crossing an edge from its first to its second cell on the way a to b.
        backward: The same from the second to the first.
        along: (paths, paths) share of the row's path that the column's takes, the same way and turned, as overlaps
            gives it.
        along_cases: (parts x paths, paths) the same split into cases, part below part.
    """

    paths: pd.Series
    pairs: pd.DataFrame
    pair: npt.NDArray[np.int64]
    length_km: Array
    confidence: Array
    ends: npt.NDArray[np.int64]
    cells: npt.NDArray[np.int64]
    km: Array
    forward: sp.csr_matrix
    backward: sp.csr_matrix
    along: Matrices
    along_cases: Matrices

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What ``of_arrays`` makes the same of with the table of paths: arrays of one dimension."""
        found: dict[str, npt.NDArray[Any]] = {"cells": self.cells, "ends": self.ends.ravel(), "km": self.km}
        matrices = (self.forward, self.backward, *self.along, *self.along_cases)
        for name, matrix in zip(MATRICES, matrices, strict=True):
            matrix.sum_duplicates()  # in order, so that whoever maps it need not look
            found |= {f"{name}_{part}": getattr(matrix, part) for part in PARTS}
        return found

    @cached_property
    def touching(self) -> sp.csr_matrix:
        """(edges, cells) one half where an edge ends: a path passes a cell by two edges, and begins or ends by one."""
        halves, starts = np.full(self.ends.size, 0.5), np.arange(0, self.ends.size + 1, 2)
        return sp.csr_matrix((halves, self.ends.ravel(), starts), shape=(len(self.ends), len(self.cells)))

    @cached_property
    def edge_cases(self) -> list[Matrices]:
        """(paths, edges) ``forward`` and ``backward`` split into cases: a path crosses an edge or it does not."""
        return blocks(split((self.forward, self.backward), bernoulli(self.forward + self.backward)))


@dataclass(frozen=True)
class Field:
    """Weighted records of one layer over each edge: ``plus`` from its first to its second cell, ``minus`` back."""

    plus: Array
    minus: Array

    @property
    def total(self) -> Array:
        """Both directions."""
        return self.plus + self.minus

    @property
    def direction(self) -> Array:
        """Rho in [-1, 1]; 0 where nothing runs."""
        return balance(self.plus, self.minus)


def stacked(fields: Sequence[Field]) -> Field:
    """Return several fields' edges one after the other."""
    return Field(np.concatenate([f.plus for f in fields]), np.concatenate([f.minus for f in fields]))


def balance(plus: Array, minus: Array) -> Array:
    """Return (plus - minus) / (plus + minus), 0 where both are 0."""
    total = plus + minus
    share: Array = np.divide(plus - minus, total, out=np.zeros_like(total), where=total > 0)
    return share


def network(paths: pd.DataFrame, edges: Columns, is_asked: npt.NDArray[np.bool_] | None = None) -> Network:
    """Return the network of the tables ``paths`` (those not refused) and ``path_edges``.

    Args:
        paths: Table ``paths``.
        edges: Table ``path_edges``, or its steps by ``path``, the number of a path among those not refused.
        is_asked: Which rows of ``paths`` may be corridors; None takes all.
    """
    is_asked = is_asked if is_asked is None else is_asked[paths["refused"].isna().to_numpy()]
    known = _known(paths)
    cells, ends, edge, is_forward = _numbered(edges)
    row = np.asarray(edges["path"] if "path" in edges else known.paths.reindex(_keys(edges)), np.int64)
    weight, shape = np.asarray(edges["probability"], np.float64), (len(known.paths), len(ends))
    forward, backward = (by_rows(np.where(way, weight, 0.0), (row, edge), shape) for way in (is_forward, ~is_forward))
    km = _edge_km(cells, ends)
    same, turned, doubt = overlaps(forward, backward, km, is_asked)
    return Network(
        **known._asdict(),
        ends=ends,
        cells=cells,
        km=km,
        forward=forward,
        backward=backward,
        along=(same, turned),
        along_cases=split((same, turned), doubt),
    )


def of_arrays(paths: pd.DataFrame, arrays: Mapping[str, npt.NDArray[Any]]) -> Network:
    """Return the network that gave these arrays; nothing is copied.

    Args:
        paths: Table ``paths``.
        arrays: As ``Network.arrays`` gives them.
    """
    known, km = _known(paths), arrays["km"]
    widths = dict.fromkeys(MATRICES, len(known.paths)) | dict.fromkeys(MATRICES[:2], len(km))
    forward, backward, same, turned, *cases = (_matrix(arrays, name, width) for name, width in widths.items())
    return Network(
        **known._asdict(),
        ends=arrays["ends"].reshape(-1, 2),
        cells=arrays["cells"],
        km=km,
        forward=forward,
        backward=backward,
        along=(same, turned),
        along_cases=(cases[0], cases[1]),
    )


def _matrix(arrays: Mapping[str, npt.NDArray[Any]], name: str, width: int) -> sp.csr_matrix:
    data, indices, indptr = (arrays[f"{name}_{part}"] for part in PARTS)
    found = sp.csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, width))
    found.has_sorted_indices = found.has_canonical_format = True
    return found


class _Known(NamedTuple):
    """What the table of paths says of a network."""

    paths: pd.Series
    pairs: pd.DataFrame
    pair: npt.NDArray[np.int64]
    length_km: Array
    confidence: Array


def _known(paths: pd.DataFrame) -> _Known:
    paths = paths[paths["refused"].isna()]
    pair, pairs = pd.factorize(pd.MultiIndex.from_frame(paths[PATH_KEY[:2]]))
    return _Known(
        pd.Series(np.arange(len(paths)), index=pd.MultiIndex.from_frame(paths[PATH_KEY])),
        pd.DataFrame(pairs.to_list(), columns=PATH_KEY[:2], dtype="str"),
        pair.astype(np.int64),
        paths["length_km"].to_numpy(np.float64),
        paths["confidence"].to_numpy(np.float64),
    )


def _keys(edges: Columns) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([edges[name] for name in PATH_KEY], names=PATH_KEY)


def _numbered(
    edges: Columns,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the cells, ends of each undirected edge, and each step's edge and whether it runs to its second cell."""
    start, end = np.asarray(edges["from_cell"], np.int64), np.asarray(edges["to_cell"], np.int64)
    codes, cells = pd.factorize(np.concatenate([start, end]), sort=True)  # hashing beats sorting two million steps
    u, v = np.split(codes.astype(np.int64), 2)
    edge, keys = pd.factorize(np.minimum(u, v) * np.int64(len(cells)) + np.maximum(u, v), sort=True)
    ends = np.column_stack([keys // max(len(cells), 1), keys % max(len(cells), 1)])
    return cells, ends, edge.astype(np.int64), u < v


def keyed(flows: pd.DataFrame) -> pd.DataFrame:
    """Return flows with ``place_a, place_b``, their ends in the order of the ids, and ``is_onward``: from a to b."""
    origin, destination = flows["origin_id"].astype("str"), flows["destination_id"].astype("str")
    is_onward = origin < destination
    first, last = origin.where(is_onward, destination), destination.where(is_onward, origin)
    return flows.assign(place_a=first, place_b=last, is_onward=is_onward)


def placed(net: Network, flows: pd.DataFrame) -> pd.DataFrame:
    """Return flows with their ``path`` (row of the network's paths; -1 without one) and ``is_onward``: from a to b.

    Args:
        net: The release's network.
        flows: ``origin_id, destination_id, network``.
    """
    keys = keyed(flows)
    path = net.paths.index.get_indexer(pd.MultiIndex.from_frame(keys[PATH_KEY].astype("str")))
    return flows.assign(path=path, is_onward=keys["is_onward"])


def field(net: Network, flows: pd.DataFrame) -> Field:
    """Return the flow field of one layer.

    Args:
        net: The release's network.
        flows: ``origin_id, destination_id, network, weight``; flows without a path are left out.
    """
    return carried(net, [along(net, flows, "weight")])[0]


def carried(net: Network, ways: Sequence[tuple[Array, Array]]) -> list[Field]:
    """Return the flow fields of weighted records by path, each as ``along`` gives them: a to b, and b to a."""
    by_path = np.column_stack([way for both in ways for way in both])
    first, second = (matrix.T @ by_path for matrix in (net.forward, net.backward))
    return [
        Field(first[:, at] + second[:, at + 1], second[:, at] + first[:, at + 1]) for at in range(0, 2 * len(ways), 2)
    ]


def field_cases(net: Network, flows: pd.DataFrame) -> list[Field]:
    """Return what may run over each edge, in equally likely cases; their mean is ``field``, but for rounding chances.

    All records of a path take it together: whether they cross an edge is known by the path's ensemble only.
    """
    onward, back = along(net, flows, "weight")
    parts = [np.stack([f.T @ onward + b.T @ back, b.T @ onward + f.T @ back]) for f, b in net.edge_cases]
    return [Field(plus, minus) for plus, minus in summed(parts)]


def along(net: Network, flows: pd.DataFrame, column: str) -> tuple[Array, Array]:
    """Return a column's sum per path in the direction a to b, and b to a.

    Args:
        net: The release's network.
        flows: ``origin_id, destination_id, network`` and the column, or, where it is known already, ``path`` and
            ``is_onward`` of ``placed``; flows without a path are left out.
        column: What is summed.
    """
    return sums(net, flows, flows[column].to_numpy(np.float64))


def sums(net: Network, flows: pd.DataFrame, values: Array) -> tuple[Array, Array]:
    """Return what ``along`` does, of one value a flow, or of several at once.

    Args:
        net: The release's network.
        flows: As ``along`` takes them.
        values: (flows,) or (flows, k).

    Returns:
        (paths,) or (paths, k) arrays, a to b and b to a.
    """
    flows = flows if "path" in flows else placed(net, flows)
    path, is_onward = flows["path"].to_numpy(), flows["is_onward"].to_numpy()

    def summed(is_chosen: npt.NDArray[np.bool_]) -> Array:
        known = np.flatnonzero(is_chosen & (path >= 0))
        shape = (len(net.paths), len(flows))
        found: Array = sp.csr_matrix((np.ones(len(known)), (path[known], known)), shape=shape) @ values
        return found

    return summed(is_onward), summed(~is_onward)


def _edge_km(cells: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Array:
    if not len(ends):
        return np.zeros(0)
    centres = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()])
    points = unit_vectors(centres[:, 1], centres[:, 0])
    return sphere_km(points[ends[:, 0]], points[ends[:, 1]])
