"""How far points lie from a line drawn on the globe."""

import numpy as np

from data.errors import ContractError
from geo.distance import EARTH_RADIUS_KM, Array, unit_vectors

ROUNDING = 1e-12  # sine of the angle below which two points of a line are one
ENDS_MIN = 1  # points of a line


def km_to_line(lon: Array, lat: Array, line_lon: Array, line_lat: Array) -> Array:
    """Return the least great-circle distance from each point to a line of great-circle pieces, in kilometres.

    Args:
        lon: (n,) degrees, WGS 84.
        lat: The same.
        line_lon: (m,) the line's points in travel order; one point is a line of no length.
        line_lat: The same.

    Returns:
        (n,) kilometres on the sphere; NaN where a point is unknown. Reversing the line changes nothing.

    Raises:
        ContractError: the line has no point, or one that is unknown.

    Source: distance of a point from a plane through the globe's centre; geo/README.md.
    """
    corners = unit_vectors(line_lon, line_lat)
    if len(corners) < ENDS_MIN or not np.isfinite(corners).all():
        raise ContractError("near: the line: expected at least one point, all of them known.")
    points = unit_vectors(lon, lat)
    chord = np.full(len(points), np.inf)
    for corner in corners:
        chord = np.minimum(chord, np.linalg.norm(points - corner, axis=1))
    angle = np.where(np.isnan(points[:, 0]), np.nan, 2 * np.arcsin(np.clip(chord / 2, 0, 1)))
    for first, second in zip(corners[:-1], corners[1:], strict=True):
        angle = np.fmin(angle, _across(points, first, second))
    return np.where(np.isnan(points[:, 0]), np.nan, angle) * EARTH_RADIUS_KM


def _across(points: Array, first: Array, second: Array) -> Array:
    """Return the angle to a piece of a great circle, for the points abreast of it; NaN for the others."""
    normal = np.cross(first, second)
    length = np.linalg.norm(normal)
    if length < ROUNDING:
        return np.full(len(points), np.nan)
    normal /= length
    is_abreast = (points @ np.cross(normal, first) >= 0) & (points @ np.cross(second, normal) >= 0)
    return np.where(is_abreast, np.arcsin(np.clip(np.abs(points @ normal), 0, 1)), np.nan)
