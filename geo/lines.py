"""Lines to draw: great circles between nodes, thinned to what a world map can show."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.distance import EARTH_RADIUS_KM, Array
from geo.paths import densified

TOLERANCE_KM = 10.0  # how far a drawn line may be from its path; a pixel of a world map is 20 km or more
Whole = npt.NDArray[np.int64]


def simplified(lon: Array, lat: Array, line: Whole) -> tuple[Array, Array, Whole]:
    """Return each line along great circles with only the points it needs to keep within about TOLERANCE_KM.

    Args:
        lon: Degrees, WGS 84, in travel order.
        lat: The same.
        line: The line each point belongs to, ascending.

    Returns:
        Longitudes (-180..180), latitudes and lines. A line over the antimeridian changes sign there. A line of one
        point stays one point.
    """
    is_step = line[1:] == line[:-1]
    x, y, leg = densified(lon[:-1][is_step], lat[:-1][is_step], lon[1:][is_step], lat[1:][is_step])
    of_leg = line[1:][is_step]
    turned, wide = _unrolled(x, y, of_leg[leg])
    drawn, number = np.unique(of_leg[leg], return_inverse=True)
    shapes = shapely.linestrings(np.column_stack([turned * wide[number], y]), indices=number)
    kept = shapely.simplify(shapes, np.degrees(TOLERANCE_KM / EARTH_RADIUS_KM), preserve_topology=False)
    xy, of_line = shapely.get_coordinates(kept, return_index=True)
    alone = np.flatnonzero(~np.isin(line, drawn))
    alone = alone[np.r_[True, line[alone][1:] != line[alone][:-1]][: len(alone)]]
    lines = np.r_[drawn[of_line], line[alone]]
    order = np.argsort(lines, kind="stable")
    lon_ = np.r_[(xy[:, 0] / wide[of_line] + 180) % 360 - 180, lon[alone]]
    return lon_[order], np.r_[xy[:, 1], lat[alone]][order], lines[order]


def _unrolled(lon: Array, lat: Array, line: Whole) -> tuple[Array, Array]:
    """Return longitudes without the jump at the antimeridian, and a degree's width at each line's mean latitude."""
    turns = np.zeros(len(lon))
    turns[1:] = np.where(line[1:] == line[:-1], -np.round(np.diff(lon) / 360), 0)
    upto = np.cumsum(turns)
    first = np.searchsorted(line, line) if len(line) else np.zeros(0, np.int64)
    number = np.unique(line, return_inverse=True)[1]
    mean = np.bincount(number, lat) / np.maximum(np.bincount(number), 1)
    return lon + 360 * (upto - upto[first]), np.maximum(np.cos(np.radians(mean)), 0.05)
