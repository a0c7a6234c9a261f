"""The shape of a drawn flow on the Mercator map: a way, or a bow where none is known; cut at the antimeridian.

Everything is computed in map units: x is degrees east, y the Mercator latitude in the same unit, so that angles on
the screen are angles here.
"""

import math
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import NamedTuple, Protocol

import shapely

Point = tuple[float, float]  # lon, lat or x, y

POINT_COUNT = 24  # points per line; fewer when thousands are drawn
TRIM_SHARE = 0.025  # of the line left free at each end, so that the place stays visible; chosen by eye, 2026-11
ARROW_SHARE = 0.64  # how far along the line the arrow sits; chosen by eye, 2026-11
DASH_SHARE = 0.6  # of a dash and its gap that is drawn; chosen by eye, 2026-11
ANGLE_SHARE = 0.015  # of a way before and after an arrow that tells its angle; chosen by eye, 2026-11
FINEST_DEG = 0.02  # where thinning begins: about a pixel at zoom 6
HIGHEST_LAT = 85.0
KEPT_SHAPES = 1024  # two maps of most lines: the next choice of filters mostly draws the same ways again
HALF_TURN, FULL_TURN = 180.0, 360.0


class Shape(Protocol):
    """What a flow is drawn along."""

    def at(self, share: float) -> Point:
        """Return the point at a share of the way, in map units."""
        ...

    def angle_deg(self, share: float) -> float:
        """Return the direction of travel on the screen, counter-clockwise from east."""
        ...

    def piece(self, first: float, last: float, point_count: int) -> list[Point]:
        """Return points (lon, lat) along a part of it; longitudes run on beyond 180."""
        ...


class Curve(NamedTuple):
    """A bow from one place to another, as a quadratic Bezier in map units."""

    start: Point
    control: Point
    end: Point

    def at(self, share: float) -> Point:
        """Return the point at a share of the way, in map units; x may leave -180..180."""
        a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
        return (
            a * self.start[0] + b * self.control[0] + c * self.end[0],
            a * self.start[1] + b * self.control[1] + c * self.end[1],
        )

    def angle_deg(self, share: float) -> float:
        """Return the direction of travel on the screen, counter-clockwise from east, -180 to 180."""
        dx = 2 * (1 - share) * (self.control[0] - self.start[0]) + 2 * share * (self.end[0] - self.control[0])
        dy = 2 * (1 - share) * (self.control[1] - self.start[1]) + 2 * share * (self.end[1] - self.control[1])
        return math.degrees(math.atan2(dy, dx))

    def piece(self, first: float, last: float, point_count: int) -> list[Point]:
        """Return so many points (lon, lat) along a part of it; longitudes run on beyond 180."""
        return line(self, point_count, first, last)


class Route(NamedTuple):
    """A way from one place to another, in map units and travel order; x runs on beyond 180.

    Attributes:
        points: At least two.
        reach: Share of the way at each point, ascending from 0 to 1.
        length: In map units.
    """

    points: tuple[Point, ...]
    reach: tuple[float, ...]
    length: float

    def at(self, share: float) -> Point:
        """Return the point at a share of the way, in map units."""
        after = min(max(bisect_right(self.reach, share), 1), len(self.points) - 1)
        (x, y), (end_x, end_y) = self.points[after - 1 : after + 1]
        run = self.reach[after] - self.reach[after - 1]
        part = min(1.0, max(0.0, (share - self.reach[after - 1]) / run)) if run else 0.0
        return x + (end_x - x) * part, y + (end_y - y) * part

    def angle_deg(self, share: float) -> float:
        """Return the direction of travel around a share of the way, counter-clockwise from east, -180 to 180."""
        (x, y), (end_x, end_y) = self.at(max(0.0, share - ANGLE_SHARE)), self.at(min(1.0, share + ANGLE_SHARE))
        return math.degrees(math.atan2(end_y - y, end_x - x))

    def piece(self, first: float, last: float, point_count: int) -> list[Point]:
        """Return the points (lon, lat) of a part of the way, thinned to at most so many."""
        inner = self.points[bisect_right(self.reach, first) : bisect_left(self.reach, last)]
        points = [(x, latitude(y)) for x, y in (self.at(first), *inner, self.at(last))]
        return thinned(points, point_count)


def mercator_y(lat: float) -> float:
    """Return the Mercator ordinate of a latitude, in degrees of the equator."""
    held = max(-HIGHEST_LAT, min(HIGHEST_LAT, lat))
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(held) / 2)))


def latitude(y: float) -> float:
    """Return the latitude of a Mercator ordinate."""
    return math.degrees(2 * math.atan(math.exp(math.radians(y))) - math.pi / 2)


def wrapped(lon: float) -> float:
    """Return a longitude within -180 to 180."""
    return lon if abs(lon) <= HALF_TURN else (lon + HALF_TURN) % FULL_TURN - HALF_TURN


def curve(origin: Point, destination: Point, bow: float) -> Curve:
    """Return the curve that takes the shorter way round and bows to the right of its travel.

    Args:
        origin: lon, lat.
        destination: lon, lat.
        bow: Distance of the control point from the chord, as a share of the chord.
    """
    dx = wrapped(destination[0] - origin[0])
    start = (origin[0], mercator_y(origin[1]))
    end = (origin[0] + dx, mercator_y(destination[1]))
    dy = end[1] - start[1]
    control = (start[0] + dx / 2 + bow * dy, start[1] + dy / 2 - bow * dx)
    return Curve(start, control, end)


@lru_cache(KEPT_SHAPES)
def route(points: tuple[Point, ...], point_count: int) -> Route:
    """Return the way along points (lon, lat), each step the shorter way round.

    Args:
        points: At least two, in travel order.
        point_count: Points it may keep.
    """
    turned = [points[0]]
    for lon, lat in points[1:]:
        turned.append((turned[-1][0] + wrapped(lon - turned[-1][0]), lat))
    kept = tuple((lon, mercator_y(lat)) for lon, lat in thinned(turned, point_count))
    upto = [0.0]
    for before, after in zip(kept, kept[1:], strict=False):
        upto.append(upto[-1] + math.dist(before, after))
    return Route(kept, tuple(far / upto[-1] if upto[-1] else 0.0 for far in upto), upto[-1])


def thinned(points: list[Point], point_count: int) -> list[Point]:
    """Return a line with at most so many points, its ends kept, as near as may be to all of them.

    Args:
        points: Two or more, no step across the map.
        point_count: At least 2.
    """
    tolerance = FINEST_DEG
    kept = points
    while len(kept) > point_count:
        slim = shapely.simplify(shapely.LineString(points), tolerance, preserve_topology=False)
        kept = [(float(lon), float(lat)) for lon, lat in shapely.get_coordinates(slim)]
        tolerance *= 1.6
    return kept


def line(bent: Curve, point_count: int = POINT_COUNT, first: float = 0.0, last: float = 1.0) -> list[Point]:
    """Return points (lon, lat) along a part of a curve; longitudes run on beyond 180."""
    steps = [first + (last - first) * i / (point_count - 1) for i in range(point_count)]
    return [(x, latitude(y)) for x, y in map(bent.at, steps)]


def dashes(drawn: Shape, dash_count: int) -> list[list[Point]]:
    """Return the drawn pieces of a dashed line, each with its points (lon, lat)."""
    span = (1 - 2 * TRIM_SHARE) / dash_count
    starts = [TRIM_SHARE + span * i for i in range(dash_count)]
    return [drawn.piece(first, first + span * DASH_SHARE, 4) for first in starts]


def split(points: list[Point]) -> list[list[Point]]:
    """Return the line cut at the antimeridian: pieces within -180 to 180, none with a step across the map."""
    if all(-HALF_TURN <= lon <= HALF_TURN for lon, _ in points):
        return [points] if len(set(points)) > 1 else []
    pieces: list[list[Point]] = [[]]
    turn = _turn(points[0])
    for before, point in zip([points[0], *points[:-1]], points, strict=True):
        while _turn(point) != turn:
            edge = HALF_TURN + FULL_TURN * (turn if _turn(point) > turn else turn - 1)
            lat = _lat_at(before, point, edge)
            pieces[-1].append((edge - FULL_TURN * turn, lat))
            turn += 1 if _turn(point) > turn else -1
            pieces.append([(edge - FULL_TURN * turn, lat)])
        pieces[-1].append((point[0] - FULL_TURN * turn, point[1]))
    return [piece for piece in pieces if len(set(piece)) > 1]


def _turn(point: Point) -> int:
    return math.floor((point[0] + HALF_TURN) / FULL_TURN) if abs(point[0]) > HALF_TURN else 0


def _lat_at(before: Point, after: Point, lon: float) -> float:
    run = after[0] - before[0]
    return before[1] if run == 0 else before[1] + (after[1] - before[1]) * (lon - before[0]) / run
