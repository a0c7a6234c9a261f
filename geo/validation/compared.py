"""The one door to the comparison: records of a world in, judged corridors and segments and their truth out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo import compare, posterior
from geo.bands import bands_of
from geo.distance import Array
from geo.flowfield import Field, along, balance, field
from geo.segments import pooled, segments
from geo.validation.ground import PAIR_KEY, Ground, as_flows

D_MIN, P_MIN = posterior.D_MIN, compare.P_MIN
SHOWN = ["is_coarse", "label", "D", "P_common", "P_inverse"]
Flows = Sequence[pd.DataFrame]


def judged(ground: Ground, a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Return the corridors of two layers' flows.

    Returns:
        ``place_a, place_b, is_coarse, label, D, P_common, P_inverse``, and ``n``: the records along the corridor of
        the layer that has fewer.
    """
    return _named(compare.compare(ground.net, a, b).corridors, PAIR_KEY)


def judged_matrices(ground: Ground, matrices: Sequence[Array]) -> pd.DataFrame:
    """Return the corridors of two (N, N) matrices of records between places."""
    a, b = (as_flows(ground, matrix) for matrix in matrices)
    return judged(ground, a, b)


def omega_of_matrices(ground: Ground, matrices: Sequence[Array]) -> float:
    """Return Omega of two (N, N) matrices of records between places."""
    a, b = (as_flows(ground, matrix) for matrix in matrices)
    return compare.compare(ground.net, a, b).omega


def known_corridors(ground: Ground, flows: Flows, expected: Flows) -> pd.DataFrame:
    """Return ``judged`` with the truth.

    Args:
        ground: Where.
        flows: Both layers' flows as records state them.
        expected: Both layers' flows as records without error would state them, as ``flows_of`` gives them.

    Returns:
        The corridors with ``true_D``: of the expected journeys that run along the corridor, in the comparison's own
        sense of along, on the paths they took; and ``edge_D``: of all expected journeys on the edges of the path taken
        between the two places, however short their part of it. 0 where a layer has none: neither word is right.
    """
    found = judged(ground, flows[0], flows[1])
    net, truth = ground.net, np.ones((2, len(found)))
    is_taken = (net.paths.index.get_level_values("network") == ground.travelled).astype(np.float64)
    pairs = pd.Series(np.arange(len(net.pairs)), pd.MultiIndex.from_frame(net.pairs))
    for is_coarse in (False, True):
        at = np.flatnonzero(found["is_coarse"] == is_coarse)
        ends = found[PAIR_KEY].iloc[at]
        bands = bands_of(net, pairs.reindex(pd.MultiIndex.from_frame(ends)).to_numpy(np.int64), is_taken)
        path = net.paths.reindex(pd.MultiIndex.from_frame(ends.assign(network=ground.travelled))).to_numpy(np.int64)
        for part in _travelled(ground, expected, is_coarse):
            truth[0, at] *= balance(*bands.records(net, along(net, part, "weight")))
            truth[1, at] *= balance(*_on_edges(ground, path, field(net, part)))
    return found.assign(true_D=truth[0], edge_D=truth[1])


def known_segments(ground: Ground, flows: Flows, expected: Flows) -> pd.DataFrame:
    """Return the chains of edges that both layers use, as the comparison pools and judges them, with the truth.

    Args:
        ground: Where.
        flows: As ``known_corridors`` takes them.
        expected: The same.

    Returns:
        ``is_coarse, label, D, P_common, P_inverse, n``, and ``true_D`` of all expected journeys on the same edges.
    """
    seen = compare.segmented(ground.net, flows[0], flows[1])
    found = _named(seen.segments, [])
    truth = np.ones(len(found))
    for is_coarse in (False, True):
        edges = seen.edges.loc[seen.edges["is_coarse"] == is_coarse, "edge"].to_numpy(np.int64)
        parts = segments(ground.net, edges)
        at = np.flatnonzero(found["is_coarse"] == is_coarse)
        for part in _travelled(ground, expected, is_coarse):
            truth[at] *= balance(*pooled(ground.net, edges, parts, field(ground.net, part)))
    return found.assign(true_D=truth)


def _named(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    n = np.minimum(table["a_onward"] + table["a_back"], table["b_onward"] + table["b_back"])
    return table[[*keys, *SHOWN]].assign(n=n)


def _travelled(ground: Ground, expected: Flows, is_coarse: bool) -> list[pd.DataFrame]:
    """Return one level of the expected flows, on the paths that journeys took."""
    return [flows[flows["is_coarse"] == is_coarse].assign(network=ground.travelled) for flows in expected]


def _on_edges(ground: Ground, path: np.ndarray, layer: Field) -> tuple[Array, Array]:
    """Return the record-kilometres of a layer along each path and against it."""
    net = ground.net
    plus, minus = net.km * layer.plus, net.km * layer.minus
    onward, back = net.forward[path], net.backward[path]
    return onward @ plus + back @ minus, onward @ minus + back @ plus
