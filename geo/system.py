"""Two layers' flows against the one null model: m, r and Omega, between places or between countries."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.compare import omega
from geo.distance import Array, sphere_km, unit_vectors
from geo.flowfield import Field, Network, network
from geo.nullmodel import od_matrix
from geo.paths import paths_between
from geo.significance import OmegaOf, SystemSettings, SystemTest, system_test

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
        places: ``lon, lat`` by place_id, ids ascending: row and column order of the matrices.
    """
    first, second = np.triu_indices(len(places), 1)
    net = _complete(places, first, second)

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
