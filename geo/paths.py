"""Great circles between pairs of places, as steps between H3 cells: the paths of what flies."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.cells import cells_at
from geo.distance import EARTH_RADIUS_KM, Array, geodesic_km, sphere_km, unit_vectors

BLOCK = 500  # circles at once: their points stay in the processor's cache (measured 2026-11)
STEP_KM = 30.0  # keeps 98 % of the edges a 15 km step finds (PERFORMANCE measurement, geo/README.md)
ANTIPODAL_KM = (
    19_000.0  # beyond it the great circle's direction is noise: sphere and ellipsoid differ by up to 1,500 km
)
REFUSED_ANTIPODAL = "the ends lie almost opposite each other on the globe"


def paths_between(pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables ``paths`` and ``path_edges`` of the great circles between unordered pairs of places.

    Args:
        pairs: ``place_a, place_b`` (place_a < place_b) and ``lon_a, lat_a, lon_b, lat_b`` in degrees, WGS 84.

    Returns:
        One row per pair with its geodesic length in kilometres, or why it was refused; and one row per step
        from place_a to place_b between neighbouring H3 cells, in travel order, probability 1. Ends in one cell give
        a path without steps. The network is ``air``.
    """
    ends = [pairs[name].to_numpy(np.float64) for name in ("lon_a", "lat_a", "lon_b", "lat_b")]
    length = geodesic_km(*ends)
    is_refused = length > ANTIPODAL_KM
    paths = pairs[["place_a", "place_b"]].assign(
        network="air",
        length_km=np.where(is_refused, np.nan, length),
        confidence=np.where(is_refused, np.nan, 1.0),
        refused=pd.Series(REFUSED_ANTIPODAL, pairs.index).where(is_refused),
    )
    kept = ~is_refused
    lon, lat, path = densified(*(end[kept] for end in ends))
    edges = _steps(cells_at(lon, lat), path)
    names = paths.loc[kept, ["place_a", "place_b", "network"]].reset_index(drop=True)
    return paths.reset_index(drop=True), names.loc[edges.pop("path")].reset_index(drop=True).join(edges)


def densified(lon_a: Array, lat_a: Array, lon_b: Array, lat_b: Array) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    """Return points along each great circle, at most STEP_KM apart, with the number of the path each belongs to.

    Returns:
        Longitudes (-180..180) and latitudes in degrees in travel order, and the path's index; both ends are included.
    """
    blocks = [slice(first, first + BLOCK) for first in range(0, max(len(lon_a), 1), BLOCK)]
    found = [_points(lon_a[at], lat_a[at], lon_b[at], lat_b[at]) for at in blocks]
    lon, lat, counts = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return lon, lat, np.repeat(np.arange(len(counts)), counts)


def _points(lon_a: Array, lat_a: Array, lon_b: Array, lat_b: Array) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    """Return longitudes and latitudes of the points along a few circles, and how many each has."""
    a, b = unit_vectors(lon_a, lat_a), unit_vectors(lon_b, lat_b)
    length = sphere_km(a, b)
    counts = np.ceil(length / STEP_KM).astype(np.int64) + 1
    path = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    t = within / np.maximum(counts - 1, 1)[path]
    angle = np.maximum(length, 1e-6) / EARTH_RADIUS_KM
    along, sine = angle[path], np.sin(angle)[path]
    points = a[path] * (np.sin((1 - t) * along) / sine)[:, None] + b[path] * (np.sin(t * along) / sine)[:, None]
    lon, lat = np.arctan2(points[:, 1], points[:, 0]), np.arcsin(np.clip(points[:, 2], -1, 1))
    return np.degrees(lon), np.degrees(lat), counts


def _steps(cells: npt.NDArray[np.int64], path: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return one row per change of cell within a path."""
    is_step = (cells[1:] != cells[:-1]) & (path[1:] == path[:-1])
    edges = pd.DataFrame({"path": path[1:][is_step], "from_cell": cells[:-1][is_step], "to_cell": cells[1:][is_step]})
    return edges.assign(probability=1.0)
