"""Corridor lines digitised from IOM's route map: context under a map, never a record of anybody's journey."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import SourceError

LINES = "ROUTE_LINES"
COLUMNS = ("line", "route", "is_major", "seq", "lon", "lat")
SIZE_LIMIT_BYTES = 20_000_000  # the file at hand has 16 kB


def corridors(path: Path) -> pd.DataFrame:
    """Return the points of every corridor line, in the order drawn.

    Args:
        path: JSON with ``ROUTE_LINES``: ``route``, ``major`` and ``coords`` as [lat, lon].

    Returns:
        ``line`` (its number from 0), ``route``, ``is_major``, ``seq``, ``lon``, ``lat`` (degrees, WGS 84).

    Raises:
        SourceError: the file is not of this kind, or a point is off the globe; names the line and what was expected.
    """
    lines = _lines(path)
    rows = [row for at, line in enumerate(lines) for row in _points(path.name, at, line)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _lines(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > SIZE_LIMIT_BYTES:
            raise SourceError(f"{path.name}: over the limit of {SIZE_LIMIT_BYTES:,} bytes; check what it is.")
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as failed:
        raise SourceError(f"{path.name}: the file cannot be opened ({failed.strerror}); copy it again.") from failed
    except (ValueError, RecursionError) as broken:
        raise SourceError(f"{path.name}: this is no JSON; download it again.") from broken
    lines = found.get(LINES) if isinstance(found, dict) else None
    if not isinstance(lines, list) or not lines:
        raise SourceError(f"{path.name}: a list {LINES} is expected; check that the file belongs to this source.")
    return lines


def _points(file: str, at: int, line: Any) -> list[tuple[int, str, bool, int, float, float]]:  # noqa: ANN401
    """Return one line's points; published as [lat, lon], returned as lon, lat."""
    try:
        route, is_major = str(line["route"]), bool(line["major"])
        points = [(float(lat), float(lon)) for lat, lon in line["coords"]]
    except (KeyError, TypeError, ValueError) as wrong:
        raise SourceError(f"{file}, line {at}: route, major and coords of [lat, lon] are expected.") from wrong
    for lat, lon in points:
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise SourceError(f"{file}, line {at}: [{lat:g}, {lon:g}] is off the globe; [lat, lon] is expected.")
    if len(points) < 2:
        raise SourceError(f"{file}, line {at}: {len(points)} points make no line; two or more are expected.")
    return [(at, route, is_major, seq, lon, lat) for seq, (lat, lon) in enumerate(points)]
