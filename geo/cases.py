"""What may run along, in equally likely cases: routes are known by their chances only (geo/README.md)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from geo.distance import Array
from geo.overlaps import by_rows

CASES = 10  # from the one in which most of what is uncertain is there to the one in which least is; chosen 2026-11
Ways = tuple[Array, Array]
Matrices = tuple[sp.csr_matrix, sp.csr_matrix]


def split(ways: Matrices, doubt: sp.csr_matrix) -> Matrices:
    """Return what is there in every case and, below it, what is there in the first k cases only, k = 1 to CASES.

    An entry of chance c with the variance c (1 - c) is all there in the first c CASES cases and not at all in the
    others; with a smaller variance that part of it is which gives the variance, and the rest is always there.

    Args:
        ways: (n, m) expected shares one way and the other; their sum is the chance c.
        doubt: (n, m) variance of the sum, at most c (1 - c).

    Returns:
        (CASES n + n, m) matrices, one way and the other.
    """
    row, column, (*parts, spread) = _beside((*ways, doubt))
    c = np.minimum(parts[0] + parts[1], 1.0)
    most = c * (1.0 - c)
    varies = np.sqrt(np.clip(np.divide(spread, most, out=np.zeros_like(c), where=most > 0), 0.0, 1.0))
    last = np.ceil(c * CASES - 0.5).astype(np.int8)  # the middle of how many cases lies below c
    some = np.flatnonzero((last > 0) & (varies > 0))
    some = some[np.argsort(last[some], kind="stable")]
    size, width = doubt.shape
    at = np.concatenate([row, row[some] + last[some] * np.int32(size)]), np.concatenate([column, column[some]])
    always, (varies, c) = 1.0 - varies, (values[some] for values in (varies, c))
    one, other = (np.concatenate([part * always, part[some] * varies / c]) for part in parts)
    shape = (CASES + 1) * size, width
    return by_rows(one, at, shape), by_rows(other, at, shape)


def blocks(both: Matrices) -> list[Matrices]:
    """Return the parts that ``split`` lays one below the other, each way."""
    size = both[0].shape[0] // (CASES + 1)
    return [(both[0][at : at + size], both[1][at : at + size]) for at in range(0, size * (CASES + 1), max(size, 1))]


def summed(parts: list[Array]) -> list[Array]:
    """Return what is there in each case, from what the parts of ``split`` give."""
    found, there = [], parts[0]
    for more in parts[:0:-1]:
        there = there + more
        found.append(there)
    return found[::-1]


def _beside(matrices: Sequence[sp.csr_matrix]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], list[Array]]:
    """Return row and column of every entry that one of up to seven matrices has, and what each has there."""
    bits = [np.int8(1 << number) for number in range(len(matrices))]
    mine = [matrix.tocsr() for matrix in matrices]
    for matrix in mine:
        matrix.sum_duplicates()
    patterns = [
        sp.csr_matrix((np.full(len(each.data), bit), each.indices, each.indptr), shape=each.shape)
        for bit, each in zip(bits, mine, strict=True)
    ]
    union = sum(patterns[1:], patterns[0]).tocsr()  # rows are walked together: quicker than looking entries up
    found = [np.zeros(len(union.data)) for _ in mine]
    for bit, each, values in zip(bits, mine, found, strict=True):
        values[(union.data & bit) > 0] = each.data
    row = np.repeat(np.arange(union.shape[0], dtype=np.int32), np.diff(union.indptr))
    return row, union.indices, found
