"""The printed map's frame and its ground: land, borders, disputed lines. Pure."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely

from dashboard import curves, deck, palette
from dashboard.curves import Point

PANEL = (0.005, 0.085, 0.99, 0.87)  # of the picture: left, bottom, width, height
WIDTH_PT, HEIGHT_PT = 9.0 * 72 * PANEL[2], 6.0 * 72 * PANEL[3]
MARGIN_SHARE = 0.13  # of the drawn lines' height or width that is left free around them; chosen by eye, 2026-11
LEAST_DEG = 6.0  # height of the smallest map: a neighbourhood of countries; chosen by eye, 2026-11
HIGHEST_LAT, LOWEST_LAT = 78.0, -58.0
SLIM_PT = 0.25
TURNS = (-360.0, 0.0, 360.0)


class Frame(NamedTuple):
    """What part of the world is on the paper: an equal grid of degrees, true to scale in its middle latitude."""

    west: float
    south: float
    lon_pt: float
    lat_pt: float

    def points(self, line: Iterable[Point]) -> np.ndarray:
        """Return points (lon, lat) on the paper, in points from the lower left; the line is moved as one."""
        places = np.asarray(list(line), dtype=np.float64)
        middle = self.west + WIDTH_PT / self.lon_pt / 2
        turns = round((middle - float(places[:, 0].mean())) / 360)
        return self.on_paper(places + [360.0 * turns, 0.0])

    def on_paper(self, places: np.ndarray) -> np.ndarray:
        """Return points (lon, lat) on the paper as they are, without a turn around the world."""
        return (places - [self.west, self.south]) * [self.lon_pt, self.lat_pt]


def near(place: Point, other: Point) -> Point:
    """Return a place (lon, lat) on the same turn of the world as another."""
    return other[0] + curves.wrapped(float(place[0]) - other[0]), float(place[1])


def fitted(lines: list[list[Point]]) -> Frame:
    """Return the frame that holds these lines (lon, lat) with a margin; the inhabited world for none."""
    if not lines:
        return _frame((-170.0, 190.0), (LOWEST_LAT, HIGHEST_LAT))
    lons = _unwrapped([np.array([lon for lon, _ in line]) for line in lines])
    lats = np.concatenate([[lat for _, lat in line] for line in lines])
    return _frame((float(lons.min()), float(lons.max())), (float(lats.min()), float(lats.max())))


def _unwrapped(parts: list[np.ndarray]) -> np.ndarray:
    """Return longitudes turned so that they span as little as may be."""
    middles = sorted(float(part.mean()) % 360 for part in parts)
    gaps = [after - before for before, after in zip(middles, [*middles[1:], middles[0] + 360], strict=True)]
    first = middles[(int(np.argmax(gaps)) + 1) % len(middles)]
    return np.concatenate([part + 360 * math.ceil((first - float(part.mean()) - 1e-9) / 360) for part in parts])


def _frame(lons: tuple[float, float], lats: tuple[float, float]) -> Frame:
    middle = max(-60.0, min(60.0, sum(lats) / 2))
    squeeze = math.cos(math.radians(middle))  # a degree of longitude, in degrees of latitude
    high = max((lats[1] - lats[0]) * (1 + 2 * MARGIN_SHARE), LEAST_DEG)
    wide = (lons[1] - lons[0]) * (1 + 2 * MARGIN_SHARE) * squeeze
    high = min(max(high, wide * HEIGHT_PT / WIDTH_PT), 180.0, 360 * squeeze * HEIGHT_PT / WIDTH_PT)
    lat_pt = HEIGHT_PT / high
    lon_pt = lat_pt * squeeze
    south = min(max(sum(lats) / 2 - high / 2, LOWEST_LAT), max(HIGHEST_LAT - high, -90.0)) if high > 60 else None
    low = sum(lats) / 2 - high / 2 if south is None else south
    return Frame(sum(lons) / 2 - WIDTH_PT / lon_pt / 2, low, lon_pt, lat_pt)


def ground(axes: Any, frame: Frame, shapes: Mapping[str, Mapping[str, Any]], has_us_divisions: bool = False) -> None:
    """Draw land with borders, disputed lines dashed, and US state lines where asked for.

    Args:
        axes: Of matplotlib, in points.
        frame: What part of the world it shows.
        shapes: The geometry of every country, as deck.land gives it.
        has_us_divisions: Whether US state lines are drawn.
    """
    from matplotlib.collections import LineCollection, PolyCollection

    sheet = shapely.box(-2, -2, WIDTH_PT + 2, HEIGHT_PT + 2)
    outer = [ring for shape in shapes.values() for ring in _pieces(shape, frame, sheet)]
    axes.add_collection(
        PolyCollection(outer, facecolors=palette.LAND, edgecolors=palette.BORDER, linewidths=0.45, zorder=0.5)
    )
    if has_us_divisions:
        states = _borders("us_states.geojson", frame, sheet)
        axes.add_collection(LineCollection(states, colors=palette.BORDER, linewidths=0.35, zorder=0.6))
    dashes = _borders("disputed.geojson", frame, sheet)  # cut into dashes already
    axes.add_collection(LineCollection(dashes, colors=palette.DISPUTED, linewidths=0.7, zorder=0.6))


def _borders(name: str, frame: Frame, sheet: Any) -> list[np.ndarray]:
    """Return the lines of a file of reference geography that lie on the sheet."""
    lines = [np.asarray(line, dtype=np.float64) for line in deck._parts(name)]
    turned = [frame.on_paper(line + [turn, 0.0]) for line in lines for turn in TURNS]
    return [line for line in turned if shapely.LineString(line).intersects(sheet)]


def _pieces(shape: Mapping[str, Any], frame: Frame, sheet: Any) -> list[np.ndarray]:
    """Return the outlines of a country that lie on the sheet; lakes and enclaves are drawn by what fills them."""
    found = []
    for part in shape["coordinates"]:
        plain = np.asarray(part[0], dtype=np.float64)
        for turn in TURNS:
            polygon = shapely.Polygon(frame.on_paper(plain + [turn, 0.0]))
            if polygon.intersects(sheet):
                whole = shapely.make_valid(shapely.simplify(polygon, SLIM_PT))
                cut = shapely.get_parts(shapely.intersection(whole, sheet))
                found += [shapely.get_coordinates(p.exterior) for p in cut if p.geom_type == "Polygon" and p.area > 0.5]
    return found
