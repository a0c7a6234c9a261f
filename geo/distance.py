"""Kilometres on the globe."""

import numpy as np
import numpy.typing as npt
from pyproj import Geod

Array = npt.NDArray[np.float64]
GEOD = Geod(ellps="WGS84")
EARTH_RADIUS_KM = 6371.0088  # mean radius of WGS 84 (IUGG)


def geodesic_km(lon_a: Array, lat_a: Array, lon_b: Array, lat_b: Array) -> Array:
    """Return the geodesic length between pairs of points in degrees on WGS 84, in kilometres; NaN stays NaN."""
    metres = GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2]
    return np.asarray(metres, dtype=np.float64) / 1000


def unit_vectors(lon: Array, lat: Array) -> Array:
    """Return points in degrees as (n, 3) unit vectors on the sphere."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def sphere_km(a: Array, b: Array) -> Array:
    """Return the great-circle distance between (n, 3) unit vectors, in kilometres."""
    chord = np.linalg.norm(a - b, axis=1)
    angle: Array = 2 * np.arcsin(np.clip(chord / 2, 0, 1)) * EARTH_RADIUS_KM
    return angle
