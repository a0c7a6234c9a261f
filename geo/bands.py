"""A corridor: the band along the ways between two places, and what runs along it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from geo.cases import CASES, Ways, summed
from geo.distance import Array
from geo.flowfield import Network

N_MIN = 5.0  # weighted records each layer needs on a corridor before a word is used
ENOUGH = N_MIN * (1 - 1e-6)  # in sums of shares: five records in thirds, kept in billionths, are five in any order
FEW = 2  # of so many paths one: then picking their rows is quicker than taking all (measured 2026-11)


class Bands(NamedTuple):
    """Corridors as the paths between their two places that records of their own take.

    Attributes:
        mean: (corridors, paths) share of each path.
        member: (corridors, paths) 1 where the path is one of the corridor's.
    """

    mean: sp.csr_matrix
    member: sp.csr_matrix

    def records(self, net: Network, ways: Ways) -> Ways:
        """Return a layer's weighted records along each corridor, from place_a to place_b and back.

        Args:
            net: The release's network.
            ways: The layer's weighted records by path, a to b and b to a, as flowfield.sums gives them. Those of
                other places count with the share of the corridor that they take, from one half.
        """
        onward, back = spread(net, ways)
        return self.member @ onward, self.member @ back

    def cases(self, net: Network, ways: Ways) -> list[Ways]:
        """Return what ``records`` may be, in equally likely cases: both ways as they are in each.

        All records of another path run along together or not at all, as far as the two ensembles leave that open.
        """
        used, column = np.unique(self.member.indices, return_inverse=True)
        same, turned = net.along_cases
        if len(used) * FEW < len(net.paths):
            rows = (np.arange(CASES + 1)[:, None] * len(net.paths) + used).ravel()
            same, turned = same[rows], turned[rows]
        else:
            used, column = np.arange(len(net.paths)), self.member.indices
        both, reverse = _sides(ways)
        parts = (same @ both + turned @ reverse).reshape(CASES + 1, len(used), both.shape[1])
        shape = (self.member.shape[0], len(used))
        member = sp.csr_matrix((self.member.data, column, self.member.indptr), shape=shape)
        return [_ways(case, ways) for case in summed([member @ part for part in parts])]

    def of(self, is_asked: npt.NDArray[np.bool_]) -> "Bands":
        """Return some of the corridors."""
        return Bands(self.mean[is_asked], self.member[is_asked])


def bands_of(net: Network, rows: npt.NDArray[np.int64], own: Array) -> Bands:
    """Return the corridors of these pairs; a path counts with its share of the pair's own weighted records.

    Args:
        net: The release's network.
        rows: Rows of ``net.pairs``, each with records of its own.
        own: Weighted records of both layers by path.
    """
    place = np.full(len(net.pairs), -1)
    place[rows] = np.arange(len(rows))
    row = place[net.pair]
    used = np.flatnonzero((row >= 0) & (own > 0))
    total = np.bincount(row[used], own[used], minlength=len(rows))
    shape = (len(rows), len(net.paths))
    mean = sp.csr_matrix((own[used] / total[row[used]], (row[used], used)), shape=shape)
    member = mean.copy()
    member.data = np.ones_like(member.data)
    return Bands(mean, member)


def spread(net: Network, ways: Ways) -> Ways:
    """Return what runs along each path, a to b and b to a, of weighted records by path.

    Args:
        net: The release's network.
        ways: (paths,) or (paths, k) arrays, as flowfield.sums gives them.
    """
    same, turned = net.along
    both, reverse = _sides(ways)
    return _ways(same @ both + turned @ reverse, ways)


def _sides(ways: Ways) -> Ways:
    """Return records onward beside those back, and those back beside those onward: (paths, 2 k)."""
    onward, back = (way.reshape(len(way), -1) for way in ways)
    return np.hstack([onward, back]), np.hstack([back, onward])


def _ways(found: Array, like: Ways) -> Ways:
    """Return both ways, of what lies side by side, with as many values a row as before."""
    onward, back = (side.reshape(-1, *like[0].shape[1:]) for side in np.hsplit(found, 2))
    return onward, back
