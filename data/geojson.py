"""A GeoJSON file as a table: the properties of each feature, and its point or the two ends of its line.

Read as JSON and nothing else: no driver that would open other files or addresses.
"""

import json
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from data.errors import SourceError

LON, LAT = "geometry.lon", "geometry.lat"  # of a point, or where a line begins
TO_LON, TO_LAT = "geometry.to_lon", "geometry.to_lat"  # where a line ends


def table(path: Path) -> pd.DataFrame:
    """Return one row per feature; the first feature is row 1. A property that is no plain value becomes JSON text.

    Raises:
        SourceError: the file is no FeatureCollection of points and lines; names the feature and the cure.
    """
    features = _features(path)
    rows = [_row(path.name, number, feature) for number, feature in enumerate(features, start=1)]
    frame = pd.DataFrame(rows).astype("object")
    return frame.where(frame.notna(), None)


def _features(path: Path) -> list[Any]:
    try:
        found = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except ValueError as broken:
        raise SourceError(f"{path.name}: this is no JSON ({str(broken)[:80]}); download it again.") from broken
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not features:
        raise SourceError(f"{path.name}: a GeoJSON FeatureCollection with one feature or more is expected.")
    return features


def _row(file: str, number: int, feature: Any) -> dict[str, object]:  # noqa: ANN401
    try:
        properties, geometry = feature.get("properties") or {}, feature["geometry"]
        kind, points = geometry["type"], geometry["coordinates"]
        ends = {"Point": [points], "LineString": [points[0], points[-1]]}[kind]
        degrees = [float(degree) for point in ends for degree in point[:2]]
        words = {str(name): _plain(value) for name, value in properties.items()}
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as wrong:
        raise SourceError(
            f"{file}, feature {number}: a Point or a LineString of [lon, lat] with properties is expected; leave other"
            " shapes out."
        ) from wrong
    return words | dict(zip((LON, LAT, TO_LON, TO_LAT), degrees, strict=False))


def _plain(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
