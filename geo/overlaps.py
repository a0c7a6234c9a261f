"""Which paths run along which: a record counts for a corridor when its own path shares half of it or more."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from geo.distance import Array

Columns = Mapping[str, npt.NDArray[Any]] | pd.DataFrame
ALONG_MIN = 0.5  # share of a path another must take to run along it; chosen 2026-11: a word should hold on half of it
BATCH = 500  # paths worked on at once; 10,000 paths need 0.5 GB so


class Overlaps(NamedTuple):
    """How far each path (column) runs along each other (row).

    Attributes:
        same: (paths, paths) share of the row's path that the column's takes in the same direction, a to b as a to b;
            1 for itself. Shares whose two directions sum to less than ALONG_MIN are left out.
        turned: The same in the opposite direction.
        doubt: Variance of the share: paths are known by their ensembles only. 0 where every member of both is the same.
    """

    same: sp.csr_matrix
    turned: sp.csr_matrix
    doubt: sp.csr_matrix


def bernoulli(chances: sp.csr_matrix) -> sp.csr_matrix:
    """Return c (1 - c) of each entry, the variance of what happens with chance c; entries above 1 count as 1."""
    found = chances.copy()
    found.data = np.minimum(found.data, 1.0) * (1.0 - np.minimum(found.data, 1.0))
    found.eliminate_zeros()
    return found


def overlaps(
    forward: sp.csr_matrix, backward: sp.csr_matrix, km: Array, is_asked: npt.NDArray[np.bool_] | None = None
) -> Overlaps:
    """Return the overlaps of paths, Sum km p_row p_column / Sum km p_row^2.

    A path's own records give 1, however uncertain the path is; others give the part of it that they share. That part
    c varies by c - Sum km p_row^2 p_column^2 / Sum km p_row^2, were all its edges taken together or not at all, and by
    no more than c (1 - c), as a share of mean c.

    Args:
        forward: (paths, edges) probability of crossing an edge from its first to its second cell.
        backward: The same from the second to the first.
        km: Length of each edge.
        is_asked: Which paths what runs along them is asked of; the rows of the others are empty. None asks of all.
    """
    asked = np.ones(forward.shape[0]) if is_asked is None else is_asked.astype(np.float64)
    squares = (forward + backward).power(2).tocsr()
    mass = squares @ km
    parts: list[tuple[sp.csr_matrix, ...]] = []
    for start in range(0, forward.shape[0], BATCH):
        rows = slice(start, start + BATCH)
        chosen = sp.diags(asked[rows])
        there, back = ((chosen @ way[rows].multiply(km[None, :])).tocsr() for way in (forward, backward))
        same = (there @ forward.T + back @ backward.T).tocsr()
        turned = (there @ backward.T + back @ forward.T).tocsr()
        surely = squares[rows].multiply(km[None, :]).tocsr() @ squares.T
        parts.append(_kept(same, turned, surely, mass[rows]))
    empty = sp.csr_matrix((0, forward.shape[0]))
    whole = (sp.vstack([empty, *each], format="csr") for each in zip(*parts, strict=True)) if parts else [empty] * 3
    return Overlaps(*whole)


def by_rows(
    values: Array, ends: tuple[npt.NDArray[np.integer[Any]], npt.NDArray[np.integer[Any]]], shape: tuple[int, int]
) -> sp.csr_matrix:
    """Return the matrix of the values above 0 at these rows and columns; rows that ascend need no sorting."""
    known = np.flatnonzero(values > 0)
    values, row, column = values[known], ends[0][known], ends[1][known]
    if (np.diff(row) < 0).any():
        return sp.csr_matrix((values, (row, column)), shape=shape)
    starts = np.searchsorted(row, np.arange(shape[0] + 1, dtype=row.dtype))
    return sp.csr_matrix((values, column, starts), shape=shape)


def _kept(
    same: sp.csr_matrix, turned: sp.csr_matrix, surely: sp.csr_matrix, mass: Array
) -> tuple[sp.csr_matrix, sp.csr_matrix, sp.csr_matrix]:
    """Return both as shares of the row's mass, and their doubt, pairs below ALONG_MIN left out."""
    scale = sp.diags(np.divide(1.0, mass, out=np.zeros_like(mass), where=mass > 0))
    same, turned = (scale @ same).tocsr(), (scale @ turned).tocsr()
    share = (same + turned).tocsr()
    enough = share.copy()
    enough.data = (enough.data >= ALONG_MIN).astype(np.float64)
    enough.eliminate_zeros()
    doubt = bernoulli(share).minimum(share - scale @ surely).maximum(0.0)
    same, turned, doubt = (each.multiply(enough).tocsr() for each in (same, turned, doubt))
    for each in (same, turned, doubt):
        each.eliminate_zeros()
    return same, turned, doubt
