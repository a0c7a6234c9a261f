"""What every map here shares: compact JSON, the ground below the flows, the arrow's picture, the camera."""

import base64
import hashlib
import json
import math
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pydeck as pdk
import shapely
from pydeck.bindings.json_tools import default_serialize

from dashboard import curves, palette

REFERENCE = Path(__file__).parent.parent / "data" / "reference"
STILL = Path(__file__).parent.parent / "static"  # served below the page's own address; written by still.py
SEA = [
    [-180, -85, 0, -85, 0, 85, -180, 85, -180, -85],
    [0, -85, 180, -85, 180, 85, 0, 85, 0, -85],
]
ATLAS_PX = 64
ARROW = {"x": 0, "y": 0, "width": ATLAS_PX, "height": ATLAS_PX, "anchorX": ATLAS_PX / 2, "mask": True}
FITTED_PX = (760, 500)  # part of the map on a laptop that the first view should fill; chosen by eye, 2026-11
WIDE_PX, NARROW_PX = 940, 320  # of the map's width on a laptop and on a phone, less a margin; chosen by eye, 2026-11
HELD_SHARE = 0.9  # of what a phone could hold at best, that the first view holds; chosen by eye, 2026-11
TILE_PX = 512
WORLD_SLACK_DEG = 15.0  # of sea at each side that a map of the whole world may lack; chosen by eye, 2026-11
ROUNDED_DEG = 0.001  # a place on the very edge is held
HATCH_DEG = 2.0  # between two lines; chosen by eye, 2026-11
SMALL_DEG2 = 1.0  # a country below this has a line around it; chosen by eye, 2026-11
# Paths and discs of every layer are drawn alike, and bring the same by row: each other way is a program to compile.
# The extension lets a path lie some of its widths to the right. No path hides what the next copy of the world draws.
PICKED_ALIKE = {"highlighted_object_index": -1}  # none; with it rows bring a colour for picking, as where picked
PATHS = {
    "extensions": [{"@@type": "PathStyleExtension", "offset": True}],
    "parameters": {"depthWriteEnabled": False},
    "width_units": "'pixels'",
    "position_format": "'XY'",
}
DISCS = {"radius_units": "'pixels'", "line_width_units": "'pixels'", "stroked": True}
TINT_DEG = 0.15  # off its border, at most, that a faint fill may lie; chosen by eye, 2026-11
LARGEST_ZOOM, SMALLEST_ZOOM = 5.0, 0.2
SMALLEST_HALF_ZOOM = -0.25  # of a map half as wide; below it the world would be less high than the map

Bounds = tuple[float, float, float, float]
Side = tuple[tuple[float, float], tuple[float, float]]
Ways = list[tuple[float, float, float]]  # longitudes of both ends, records


class CompactDeck(pdk.Deck):  # type: ignore[misc]  # pydeck has no types
    """A deck whose JSON carries no white space: pydeck's own is twice the size and takes many times as long."""

    def to_json(self) -> str:
        """Return the deck as JSON."""
        return self.text(self)

    def text(self, part: object) -> str:
        """Return a part of the deck as JSON, in the colours of the page."""
        return orjson.dumps(part, default_serialize, orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()


class DarkDeck(CompactDeck):
    """The same map in the colours of a dark page."""

    def text(self, part: object) -> str:
        """Return a part of the deck as JSON, in the colours of the page."""
        return palette.darkened(super().text(part))


def layer(kind: str, layer_id: str, rows: object, **props: object) -> pdk.Layer:
    """Return a pydeck layer with a stable id, so that an unchanged map is not sent again."""
    return pdk.Layer(kind, data=rows, id=layer_id, **props)


def deck(layers: list[pdk.Layer], camera: Mapping[str, float]) -> CompactDeck:
    """Return the map of these layers, drawn offline: no provider, no style, text-only tooltips.

    Args:
        layers: Bottom first.
        camera: ``longitude, latitude, zoom``, as ``camera`` of this module gives it.
    """
    state = pdk.ViewState(**camera, min_zoom=min(SMALLEST_ZOOM, camera["zoom"]), max_zoom=9, pitch=0, bearing=0)
    moves = {"dragRotate": False, "touchRotate": False, "keyboard": True}
    flat = pdk.View(type="MapView", controller=moves, repeat=True)
    return CompactDeck(
        layers=layers, views=[flat], initial_view_state=state, map_provider=None, tooltip={"text": "{tip}"}
    )


def ground(has_us_divisions: bool) -> list[pdk.Layer]:
    """Return sea, land, borders, US state lines where asked for, and disputed lines, bottom first.

    Coasts have no line, the colours of land and sea tell them: lines around all land are 25,000 segments, two thirds
    of the work of every frame where a processor draws (measured, 2026-11).
    """
    found = [
        areas("basemap-sea", [{"p": ring} for ring in SEA], palette.rgba(palette.SEA)),
        areas("basemap-land", still("land"), palette.rgba(palette.LAND)),
        lines("basemap-borders", still("borders"), palette.rgba(palette.BORDER)),
    ]
    if has_us_divisions:
        found.append(lines("basemap-states", still("us_states"), palette.rgba(palette.BORDER, 150)))
    return [*found, lines("basemap-disputed", still("disputed"), palette.rgba(palette.DISPUTED))]


@cache
def still(name: str) -> str:
    """Return the address of rows that are the same on every map: the browser keeps them, no message repeats them."""
    written = (STILL / f"{name}.json").read_bytes()
    return f"app/static/{name}.json?{hashlib.sha256(written).hexdigest()[:8]}"


def still_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every file below STILL, by its name."""
    dashes = [dash for part in _parts("disputed.geojson") for dash in _dashed(part)]
    found = {"borders": borders(), "us_states": _parts("us_states.geojson"), "disputed": dashes}
    rows = {name: line_rows(parts) for name, parts in found.items()}
    return {"land": [row for geometry in land().values() for row in area_rows(geometry)], **rows}


def area_rows(geometry: Mapping[str, Any], **shared: object) -> list[dict[str, Any]]:
    """Return one row per part of a MultiPolygon, each with what all of them share."""
    return [{"p": flat(part), **shared} for part in geometry["coordinates"]]


def flat(rings: list[list[list[float]]]) -> list[float] | dict[str, list[Any]]:
    """Return a polygon as deck.gl reads it fastest: one list of numbers, and where in it the holes begin."""
    numbers = [value for ring in rings for point in ring for value in point]
    ends = list(accumulate(2 * len(ring) for ring in rings))
    return {"positions": numbers, "holeIndices": ends[:-1]} if len(rings) > 1 else numbers


def line_rows(parts: Iterable[list[list[float]]]) -> list[dict[str, Any]]:
    """Return one row per stretch of each line: a stretch alone is drawn in half the time of one of a path."""
    return [{"s": start, "e": end} for part in parts for start, end in zip(part, part[1:], strict=False)]


@cache
def borders() -> list[list[list[float]]]:
    """Return the lines between countries, each once, and around small ones, whose fill alone would not be seen.

    A small country is drawn over a coarser neighbour and shares no line with it.
    """
    sides: Counter[Side] = Counter()
    for geometry in land().values():
        mine = [side for part in geometry["coordinates"] for ring in part for side in _sides(ring)]
        is_small = sum(shapely.Polygon(part[0]).area for part in geometry["coordinates"]) < SMALL_DEG2
        sides.update(mine * 2 if is_small else mine)
    shared = shapely.MultiLineString([side for side, count in sides.items() if count > 1])
    return [[[lon, lat] for lon, lat in line.coords] for line in shapely.get_parts(shapely.line_merge(shared))]


def _sides(ring: list[list[float]]) -> Iterable[Side]:
    for (a, b), (c, d) in zip(ring, ring[1:], strict=False):
        yield ((a, b), (c, d)) if (a, b) < (c, d) else ((c, d), (a, b))


@cache
def land() -> dict[str, dict[str, Any]]:
    """Return the thinned geometry of every country by its id."""
    return {f["properties"]["id"]: thinned(f["geometry"]) for f in _features("countries.geojson")}


@cache
def tint(country_id: str) -> list[dict[str, Any]]:
    """Return the coarser areas of a country for a faint fill over it: sending the whole shape twice is too much."""
    shape = shapely.simplify(shapely.make_valid(shapely.geometry.shape(land()[country_id])), TINT_DEG)
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return area_rows(thinned(shapely.geometry.mapping(shapely.MultiPolygon(parts))))


@cache
def _features(name: str) -> list[dict[str, Any]]:
    return list(json.loads((REFERENCE / name).read_text(encoding="utf-8"))["features"])


def thinned(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a MultiPolygon with two decimals and no repeated points; borders that met still meet."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    kept = [[ring for ring in (_rounded(ring) for ring in part) if len(ring) > 3] for part in parts]
    return {"type": "MultiPolygon", "coordinates": [part for part in kept if part]}


def _rounded(points: Iterable[Iterable[float]]) -> list[list[float]]:
    found: list[list[float]] = []
    for point in ([round(value, 2) for value in pair] for pair in points):
        if not found or found[-1] != point:
            found.append(point)
    return found


@cache
def hatching(country_id: str) -> list[list[list[float]]]:
    """Return lines rising to the east across a country, HATCH_DEG apart, for a fill that colour alone does not tell."""
    shape = shapely.geometry.shape(land()[country_id])
    west, south, east, north = shape.bounds
    first, last = math.floor((south - east) / HATCH_DEG), math.ceil((north - west) / HATCH_DEG)
    rises = [
        shapely.LineString([(west, west + step * HATCH_DEG), (east, east + step * HATCH_DEG)])
        for step in range(first, last + 1)
    ]
    cut = shapely.get_parts(shapely.intersection(shapely.make_valid(shape), shapely.MultiLineString(rises)))
    lines = [part for part in cut if part.geom_type == "LineString"]
    return [[[round(lon, 2), round(lat, 2)] for lon, lat in part.coords] for part in lines]


@cache
def _parts(name: str) -> list[list[list[float]]]:
    return [part for f in _features(name) for part in _line_parts(f["geometry"]) if len(part) > 1]


def _line_parts(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
    return [_rounded(part) for part in parts]


def lines(layer_id: str, rows: object, colour: list[int]) -> pdk.Layer:
    """Return thin lines of one colour; rows as ``line_rows`` gives them, or their address."""
    look = {"get_source_position": "s", "get_target_position": "e", "get_color": colour, "get_width": 1}
    return layer("LineLayer", layer_id, rows, **look)


def areas(layer_id: str, rows: object, colour: list[int], **props: object) -> pdk.Layer:
    """Return areas of one colour; rows as ``area_rows`` gives them, or their address."""
    look = {"get_polygon": "p", "get_fill_color": colour, "position_format": "'XY'"}
    return layer("SolidPolygonLayer", layer_id, rows, **look, **(props or PICKED_ALIKE))


def each(value: object) -> str:
    """Return a value as one that every row brings with it."""
    return json.dumps(value, separators=(",", ":"))


def _dashed(part: list[list[float]], dash: float = 0.3) -> list[list[list[float]]]:
    """Return dashes of ``dash`` degrees with gaps of two thirds of it, along a line."""
    found: list[list[list[float]]] = []
    travelled = 0.0
    for a, b in zip(part, part[1:], strict=False):
        long = math.dist(a, b)
        at = -(travelled % (dash * 5 / 3))
        while at < long:
            first, last = max(at, 0.0) / long, min(at + dash, long) / long
            if last > first:
                found.append([[round(a[i] + (b[i] - a[i]) * share, 3) for i in (0, 1)] for share in (first, last)])
            at += dash * 5 / 3
        travelled += long
    return found


@cache
def arrow_atlas() -> str:
    """Return the picture of an arrowhead that points east, as a data URI; deck.gl gives it its colour."""
    rows = b"".join(b"\x00" + b"".join(_pixel(x, y) for x in range(ATLAS_PX)) for y in range(ATLAS_PX))
    size = struct.pack(">IIBBBBB", ATLAS_PX, ATLAS_PX, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", size), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    body = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)
    return f"data:image/png;base64,{base64.b64encode(body).decode()}"


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _pixel(x: int, y: int) -> bytes:
    """Return one white pixel, as opaque as the share of its 16 points that lie within the arrowhead."""
    points = [((x + (i + 0.5) / 4) / ATLAS_PX, (y + (j + 0.5) / 4) / ATLAS_PX) for i in range(4) for j in range(4)]
    inside = sum(_is_inside(u, v) for u, v in points)
    return bytes((255, 255, 255, round(inside * 255 / len(points))))


def _is_inside(u: float, v: float) -> bool:
    half = abs(v - 0.5)
    return 0.08 + 0.5 * (0.42 - half) < u < 0.92 - 2 * half and half < 0.42


def camera(bounds: Bounds | None) -> dict[str, float]:
    """Return the view that holds these bounds (west, south, east, north); the inhabited world for None."""
    if bounds is None:
        return {"longitude": 10.0, "latitude": 22.0, "zoom": 0.9}
    west, south, east, north = bounds
    low, high = curves.mercator_y(south), curves.mercator_y(north)
    spans = (max(east - west, 1.0) / FITTED_PX[0], max(high - low, 1.0) / FITTED_PX[1])
    zoom = math.log2(360 / TILE_PX / max(spans))
    return {
        "longitude": round(curves.wrapped((west + east) / 2), 3),
        "latitude": round(curves.latitude((low + high) / 2), 3),
        "zoom": round(max(SMALLEST_ZOOM, min(LARGEST_ZOOM, zoom)), 2),
    }


def zoom_to(places: Iterable[tuple[float, float]]) -> dict[str, float]:
    """Return the view that holds these places (lon, lat), across the antimeridian where that is shorter."""
    known = sorted(places)
    if not known:
        return camera(None)
    lons = sorted({lon for lon, _ in known})
    gaps = [(after - before, after) for before, after in zip(lons, lons[1:], strict=False)]
    around = (lons[0] + 360 - lons[-1], lons[0])
    west = max([around, *gaps])[1]
    east = west + 360 - max([around, *gaps])[0]
    lats = [lat for _, lat in known]
    return camera((west, min(lats), east, max(lats)))


def halved(found: Mapping[str, float]) -> dict[str, float]:
    """Return the first view of a map half a page wide that holds what this view of a whole one does."""
    return {**found, "zoom": round(max(SMALLEST_HALF_ZOOM, found["zoom"] - 1), 2)}


def leaning(found: Mapping[str, float], places: Sequence[tuple[float, float]], busiest: Ways) -> dict[str, float]:
    """Return a first view turned east or west until a phone, too, sees the busiest flows; a laptop still sees all.

    Python does not know how wide the map is. The zoom stays, for a laptop would pay for another one; the turn is the
    smallest that lets a phone hold HELD_SHARE of what it could hold at best.

    Args:
        found: As ``zoom_to`` gives it for ``places``.
        places: Everything to be seen on a laptop: lon, lat.
        busiest: What a phone should see: the longitudes of both ends of each flow, and its records.
    """
    if not len(busiest):
        return dict(found)
    per_px = 360 / TILE_PX / 2 ** found["zoom"]
    reach, room = per_px * NARROW_PX / 2, _room_deg(found, places, per_px)
    ways = np.array(busiest, dtype=np.float64)
    offsets = (ways[:, :2] - found["longitude"] + 180) % 360 - 180
    turns = np.concatenate([[0.0], *(offsets.ravel() + side * reach for side in (-1, 1))])
    turns = turns[np.abs(turns) <= room]
    aside = np.abs((offsets[None, :, :] - turns[:, None, None] + 180) % 360 - 180)
    held = ((aside <= reach + ROUNDED_DEG).all(axis=2) * ways[:, 2]).sum(axis=1)
    good = turns[held >= HELD_SHARE * held.max()]
    turn = float(good[np.abs(good).argmin()])
    return {**found, "longitude": round(curves.wrapped(found["longitude"] + turn), 3)}


def _room_deg(found: Mapping[str, float], places: Sequence[tuple[float, float]], per_px: float) -> float:
    """Return how far the view may turn with all places still on a laptop's map; any way where it holds the world."""
    wide = per_px * WIDE_PX / 2
    if wide >= 180 - WORLD_SLACK_DEG:
        return 180.0
    return max(0.0, wide - max(abs(curves.wrapped(lon - found["longitude"])) for lon, _ in places))
