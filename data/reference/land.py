"""Points on the globe and the countries around them, for the scripts of this folder; never imported at run time."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

HERE = Path(__file__).parent
EARTH_RADIUS_KM = 6371.0088  # mean radius of WGS 84 (IUGG)
BLOCK = 5_000  # points tested at once, for memory
Array = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]


def sphere(lon: Array, lat: Array) -> Array:
    """Return points in degrees as (n, 3) unit vectors."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def degrees(points: Array) -> tuple[Array, Array]:
    """Return longitudes and latitudes of vectors of any length."""
    flat = np.hypot(points[:, 0], points[:, 1])
    return np.degrees(np.arctan2(points[:, 1], points[:, 0])), np.degrees(np.arctan2(points[:, 2], flat))


def sphere_km(a: Array, b: Array) -> Array:
    """Return the great-circle distance between unit vectors."""
    km: Array = 2 * np.arcsin(np.clip(np.linalg.norm(a - b, axis=-1) / 2, 0, 1)) * EARTH_RADIUS_KM
    return km


def land_share(a: Array, b: Array) -> Array:
    """Return the share of the straight way between unit vectors that lies in some country, ends left out."""
    t = np.linspace(0, 1, 26)[1:-1, None, None]
    between = (a * (1 - t) + b * t).reshape(-1, 3)
    share: Array = (containing(*degrees(between)).reshape(len(t), -1) != "").mean(axis=0)
    return share


def countries_of(points: Array) -> Names:
    """Return the country around each point, or else the one with the nearest border."""
    country = containing(*degrees(points))
    parts = [(name, ring[:-1] + (ring[1:] - ring[:-1]) * t) for name, ring in _rings() for t in np.linspace(0, 1, 5)]
    names = np.repeat([name for name, _ in parts], [len(part) for _, part in parts])
    border = np.vstack([part for _, part in parts])
    at_sea = country == ""
    country[at_sea] = names[cKDTree(sphere(border[:, 0], border[:, 1])).query(points[at_sea])[1]]
    return country


def containing(lon: Array, lat: Array) -> Names:
    """Return the country around each point, by the even-odd rule over all of its rings; empty at sea."""
    country = np.full(len(lon), "", dtype="U3")
    for name in dict.fromkeys(name for name, _ in _rings()):  # small countries come last, over their neighbours
        inside = np.zeros(len(lon), np.bool_)
        for ring in (ring for other, ring in _rings() if other == name):
            low, high = ring.min(axis=0), ring.max(axis=0)
            near = np.flatnonzero((lon >= low[0]) & (lon <= high[0]) & (lat >= low[1]) & (lat <= high[1]))
            for block in np.array_split(near, len(near) // BLOCK + 1):
                inside[block] ^= _is_odd(lon[block], lat[block], ring)
        country[inside] = name
    return country


def _is_odd(lon: Array, lat: Array, ring: Array) -> npt.NDArray[np.bool_]:
    """Return whether a ray east from each point meets the ring an odd number of times."""
    x, y, (ax, ay), (bx, by) = lon[:, None], lat[:, None], ring[:-1].T, ring[1:].T
    rise = np.where(by == ay, 1.0, by - ay)  # a level side is never beside
    odd: npt.NDArray[np.bool_] = (((ay > y) != (by > y)) & (x < ax + (y - ay) * (bx - ax) / rise)).sum(axis=1) % 2 == 1
    return odd


@cache
def _rings() -> tuple[tuple[str, Array], ...]:
    """Return every ring of countries.geojson with its country, in the file's order."""
    found = []
    for feature in json.loads((HERE / "countries.geojson").read_text(encoding="utf-8"))["features"]:
        shape = feature["geometry"]["coordinates"]
        for polygon in shape if feature["geometry"]["type"] == "MultiPolygon" else [shape]:
            found += [(feature["properties"]["id"], np.array(ring)[:, :2]) for ring in polygon]
    return tuple(found)
