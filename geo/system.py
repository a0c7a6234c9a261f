"""Two layers' flows as a whole: m, r and Omega against the one null model, and an interval of Omega."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from data.errors import ContractError
from geo.compare import omega
from geo.distance import Array, sphere_km, unit_vectors
from geo.flowfield import Field, Network, along, network
from geo.multiplex import OmegaOf, SystemSettings, SystemTest, system_test
from geo.nullmodel import od_matrix
from geo.paths import paths_between
from geo.posterior import PHI
from geo.seeding import oriented

TAIL = 0.025  # of a 95 % interval, on either side
KNOWN_MIN = 0.5  # share of resampled worlds in which the layers must meet; chosen 2026-11
ENTRIES = 500_000  # edges times resampled worlds held at once: 4 MB an array, ten arrays
OMEGA_PLACES_MAX = 250  # a network of all pairs: 31,000 paths, about 6 s; beyond it only m and r are tested


@dataclass(frozen=True)
class LayersTest:
    """What the null model says of two layers.

    Attributes:
        is_coarse: Flows between countries were tested, else flows between places: whichever both layers have more of.
        place_count: Places with a record of either layer.
        draw_count: Drawn worlds per rung and layer.
        system: The tests; ``omega`` is missing where there are more than OMEGA_PLACES_MAX places.
    """

    is_coarse: bool
    place_count: int
    draw_count: int
    system: SystemTest


def layers_test(
    places: pd.DataFrame, flows_a: pd.DataFrame, flows_b: pd.DataFrame, draw_count: int, seed: int
) -> LayersTest | None:
    """Return the tests of two layers, None where they have no level of precision in common.

    Args:
        places: ``lon, lat`` in degrees by place_id.
        flows_a: ``origin_id, destination_id, weight, is_coarse``; licit legs left out.
        flows_b: The same of the other layer.
        draw_count: Worlds drawn per rung and layer.
        seed: Decides every draw.
    """
    common = {
        is_coarse: min(layer.loc[layer["is_coarse"] == is_coarse, "weight"].sum() for layer in (flows_a, flows_b))
        for is_coarse in (False, True)
    }
    is_coarse = bool(common[True] > common[False])
    if common[is_coarse] <= 0:
        return None
    a, b = (layer[layer["is_coarse"] == is_coarse] for layer in (flows_a, flows_b))
    ids = sorted({*a["origin_id"], *a["destination_id"], *b["origin_id"], *b["destination_id"]})
    used = places.loc[ids]
    omega_of = omega_between(used) if len(ids) <= OMEGA_PLACES_MAX else None
    settings = SystemSettings(draw_count=draw_count, omega_of=omega_of)
    matrices = [od_matrix(layer, ids) for layer in (a, b)]
    tested = system_test(matrices[0], matrices[1], distances_km(used), seed, settings)
    return LayersTest(is_coarse, len(ids), draw_count, tested)


def distances_km(places: pd.DataFrame) -> Array:
    """Return the (N, N) great-circle kilometres between places."""
    points = unit_vectors(places["lon"].to_numpy(np.float64), places["lat"].to_numpy(np.float64))
    count = len(points)
    row, column = np.indices((count, count)).reshape(2, -1)
    return sphere_km(points[row], points[column]).reshape(count, count)


def omega_between(places: pd.DataFrame) -> OmegaOf:
    """Return a function that gives Omega of two (N, N) matrices on the paths between all pairs of places.

    Args:
        places: ``lon, lat`` by place_id, ids ascending: row and column order of the matrices. Pairs almost opposite
            each other on the globe have no path and are left out.
    """
    net = _complete(places, *np.triu_indices(len(places), 1))
    first, second = (places.index.get_indexer(pd.Index(net.pairs[name]))[net.pair] for name in ("place_a", "place_b"))

    def field_of(matrix: Array) -> Field:
        onward, back = matrix[first, second], matrix[second, first]
        plus = net.forward.T @ onward + net.backward.T @ back
        return Field(plus, net.backward.T @ onward + net.forward.T @ back)

    return lambda a, b: omega(net.km, field_of(a), field_of(b))


def _complete(places: pd.DataFrame, first: np.ndarray, second: np.ndarray) -> Network:
    ids, lon, lat = places.index.to_numpy(), places["lon"].to_numpy(), places["lat"].to_numpy()
    pairs = pd.DataFrame(
        {
            "place_a": ids[first],
            "place_b": ids[second],
            "lon_a": lon[first],
            "lat_a": lat[first],
            "lon_b": lon[second],
            "lat_b": lat[second],
        }
    )
    return network(*paths_between(pairs))


class _Ways(NamedTuple):
    """One layer at one level of precision: its flows, and what each of them adds to the edges both layers use.

    Attributes:
        weight: (flows,) weighted records, above 0.
        plus: (edges, flows) from an edge's first to its second cell.
        minus: The same from the second to the first.
    """

    weight: Array
    plus: sp.csr_matrix
    minus: sp.csr_matrix


class _Resampled(NamedTuple):
    """One layer at both levels, with the generator that resamples it."""

    levels: list[_Ways]
    rng: np.random.Generator


def omega_interval(
    net: Network, flows_a: pd.DataFrame, flows_b: pd.DataFrame, draw_count: int, seed: int
) -> tuple[float, float]:
    """Return the lower and upper end of a 95 % interval of Omega, by resampling both layers' records.

    Each flow's weighted records w become Poisson(w / PHI) effective ones, as the posteriors count them; Omega has no
    scale. The interval tells how far other records of the same flows would move Omega; what enforcement left
    unseen stays unseen, and a layer all of whose records run one way has no spread, however few they are.

    Args:
        net: The release's network.
        flows_a: As ``geo.compare.compare`` takes them; both levels are stacked as there.
        flows_b: The same of the other layer.
        draw_count: Resampled worlds.
        seed: Decides the draws, together with what the layers hold: their order changes nothing, and turning one
            round mirrors the interval exactly.

    Returns:
        (low, high): the 2.5 and 97.5 % points. NaN where the layers never meet, or in fewer than KNOWN_MIN of the
        resampled worlds.

    Raises:
        ContractError: a weight is unknown or negative.

    Source: percentile bootstrap, Efron 1979; coverage in geo/README.md.
    """
    layers = [_records(net, flows) for flows in (flows_a, flows_b)]
    turns = [oriented(layer, layer[:, ::-1]) for layer in layers]
    number = int(turns[0][1] > turns[1][1])
    both, km = [], _shared_km(net, layers)
    for each, layer, (is_turned, words) in zip((number, 1 - number), layers, turns, strict=True):
        levels = [_ways(net, layer[level], np.flatnonzero(km[level]), is_turned) for level in (0, 1)]
        both.append(_Resampled(levels, np.random.default_rng([seed, each, *words])))
    lengths = [each[each > 0] for each in km]
    worlds = max(1, ENTRIES // max(1, *(len(each) for each in lengths)))
    counts = [min(worlds, draw_count - start) for start in range(0, draw_count, worlds)]
    drawn = [_omegas(lengths, [_resampled(layer, count) for layer in both], both) for count in counts]
    return _interval(np.concatenate([np.zeros(0), *drawn]))


def _records(net: Network, flows: pd.DataFrame) -> Array:
    """Return (2 levels, 2 ways, paths) weighted records; rounded, so that the order of rows leaves no trace."""
    weight = flows["weight"].to_numpy(np.float64)
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ContractError("omega_interval: expected a finite weight >= 0 in every row. Leave unknown ones out.")
    levels = [flows[flows["is_coarse"] == is_coarse] for is_coarse in (False, True)]
    return np.array([along(net, level, "weight") for level in levels]).round(9)


def _shared_km(net: Network, layers: list[Array]) -> Array:
    """Return (2 levels, edges) kilometres, 0 where not both layers run."""
    either = (net.forward + net.backward).T
    is_used = [(either @ layer.sum(axis=1).T > 0).T for layer in layers]
    return np.where(is_used[0] & is_used[1], net.km, 0.0)


def _ways(net: Network, records: Array, edges: np.ndarray, is_turned: bool) -> _Ways:
    """Return a layer's flows on some edges, reckoned in the orientation that sorts first."""
    records = records[::-1] if is_turned else records
    (onward, back), (there, over) = (np.flatnonzero(way) for way in records), (net.forward, net.backward)
    plus = sp.vstack([there[onward][:, edges], over[back][:, edges]]).T.tocsr()
    minus = sp.vstack([over[onward][:, edges], there[back][:, edges]]).T.tocsr()
    weight = np.concatenate([records[0, onward], records[1, back]])
    return _Ways(weight, minus, plus) if is_turned else _Ways(weight, plus, minus)


def _resampled(layer: _Resampled, count: int) -> list[Array]:
    """Return (flows, count) effective records of each level."""
    each = (layer.rng.poisson(way.weight[:, None] / PHI, (len(way.weight), count)) for way in layer.levels)
    return [records.astype(np.float64) for records in each]


def _omegas(km: list[Array], records: list[list[Array]], layers: list[_Resampled]) -> Array:
    """Return Omega of each column of records; NaN where the layers do not meet."""
    part, whole = 0.0, 0.0
    for level, length in enumerate(km):
        fields = []
        for mine, layer in zip(records, layers, strict=True):
            way = layer.levels[level]
            fields.append((way.plus @ mine[level], way.minus @ mine[level]))
        shared = np.sqrt((fields[0][0] + fields[0][1]) * (fields[1][0] + fields[1][1]))
        agreed = (fields[0][0] - fields[0][1]) * (fields[1][0] - fields[1][1])
        part = part + length @ np.divide(agreed, shared, out=np.zeros_like(agreed), where=shared > 0)
        whole = whole + length @ shared
    found = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    omegas: Array = np.clip(found, -1.0, 1.0)  # rounding leaves it by 1e-16
    return omegas


def _interval(drawn: Array) -> tuple[float, float]:
    """Return the percentiles; counted from either end alike, so that -x gives the exact mirror."""
    known = np.sort(drawn[np.isfinite(drawn)])
    if len(known) < max(1, KNOWN_MIN * len(drawn)):
        return float("nan"), float("nan")
    rank = max(int(TAIL * (len(known) + 1)) - 1, 0)
    return float(known[rank]), float(known[len(known) - 1 - rank])
