"""What may run along, in equally likely cases: routes are known by their chances only (geo/README.md)."""

import numpy as np
import scipy.sparse as sp

from geo.distance import Array

CASES = 10  # from the one in which most of what is uncertain is there to the one in which least is; chosen 2026-11
Ways = tuple[Array, Array]
Matrices = tuple[sp.csr_matrix, sp.csr_matrix]


def split(ways: Matrices, doubt: sp.csr_matrix) -> list[Matrices]:
    """Return what is there in every case, and for k = 1 to CASES what is there in the first k cases only.

    An entry of chance c with the variance c (1 - c) is all there in the first c CASES cases and not at all in the
    others; with a smaller variance that part of it is which gives the variance, and the rest is always there.

    Args:
        ways: Expected shares one way and the other; their sum is the chance c.
        doubt: Variance of the sum, at most c (1 - c).
    """
    chance = sp.coo_matrix(ways[0] + ways[1])
    row, column = chance.row, chance.col
    c = np.minimum(chance.data, 1.0)
    parts = [_at(way, row, column) for way in ways]
    most = c * (1.0 - c)
    varies = np.sqrt(np.clip(np.divide(_at(doubt, row, column), most, out=np.zeros_like(c), where=most > 0), 0.0, 1.0))
    always = _matrices([part * (1.0 - varies) for part in parts], (row, column), chance.shape)
    last = np.ceil(c * CASES - 0.5)  # the middle of how many cases lies below c
    found = [always]
    for k in range(1, CASES + 1):
        some = np.flatnonzero((last == k) & (varies > 0))
        whole = [part[some] * varies[some] / c[some] for part in parts]
        found.append(_matrices(whole, (row[some], column[some]), chance.shape))
    return found


def together(parts: list[Matrices]) -> Matrices:
    """Return the parts of ``split`` one below the other, each way."""
    one, other = (sp.vstack(list(each), format="csr") for each in zip(*parts, strict=True))
    return one, other


def summed(parts: list[Array]) -> list[Array]:
    """Return what is there in each case, from what the parts of ``split`` give."""
    found, there = [], parts[0]
    for more in parts[:0:-1]:
        there = there + more
        found.append(there)
    return found[::-1]


def _at(matrix: sp.csr_matrix, row: np.ndarray, column: np.ndarray) -> Array:
    found: Array = np.asarray(matrix[row, column]).ravel() if len(row) else np.zeros(0)
    return found


def _matrices(values: list[Array], at: tuple[np.ndarray, np.ndarray], shape: tuple[int, int]) -> Matrices:
    one, other = (sp.csr_matrix((each, at), shape=shape) for each in values)
    for matrix in (one, other):
        matrix.eliminate_zeros()
    return one, other
