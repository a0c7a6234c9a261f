"""E1 to E3: routes as files, and lines thinned for drawing."""

import json
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from bench.cases import Rival, Row, Setting, Trial, case, close, installed, scaled
from dashboard import snapshot_formats
from dashboard.snapshot_lines import of_lines
from dashboard.snapshot_tables import Mapped
from geo import lines
from geo.distance import EARTH_RADIUS_KM
from geo.paths import densified

ROUTES, POINTS = 20_000, 48
SIMPLIFIED = 10_000
OPTIONS = {"COORDINATE_PRECISION": "5", "RFC7946": "YES"}


def wandering(count: int) -> np.ndarray:
    """Return (count, POINTS, 2) lon and lat of routes that wander over the map and stay on it."""
    draw = np.random.default_rng(1)
    starts = draw.uniform([-150, -60], [150, 60], (count, 1, 2))
    found: np.ndarray = np.clip(starts + draw.normal(0, 0.5, (count, POINTS, 2)).cumsum(axis=1), [-179, -85], [179, 85])
    return found


def table(count: int) -> Mapped:
    """Return routes with the columns of a snapshot."""
    draw, numbers = np.random.default_rng(1), np.arange(count)
    rows = pd.DataFrame(
        {
            "corridor_id": [f"city:AAA:{number}~city:BBB:{number}" for number in numbers],
            "place_a": [f"city:AAA:{number}" for number in numbers],
            "place_b": [f"city:BBB:{number}" for number in numbers],
            "place_a_name": "Rotterdam",
            "place_b_name": "Hamburg",
            "network": draw.choice(["road", "sea", "air"], count),
            "drawn": "way",
            "length_km": draw.uniform(10, 9000, count).round(3),
            "confidence": draw.uniform(0, 1, count).round(6),
            "marking": "TLP:CLEAR",
            "is_synthetic": True,
        }
    )
    return Mapped(rows, of_lines(np.repeat(numbers, POINTS), wandering(count).reshape(-1, 2), count))


def frame(made: Mapped) -> gpd.GeoDataFrame:
    """Return the same routes as a peer takes them."""
    sizes = np.diff(made.shapes.part_starts)
    shapes = shapely.linestrings(made.shapes.points, indices=np.repeat(np.arange(len(made.rows)), sizes))
    return gpd.GeoDataFrame(made.rows, geometry=shapes, crs="EPSG:4326")


def _in_turn(setting: Setting, trial: Callable[[int, Path], Trial], what: str, most: float) -> Iterator[Row]:
    """Return rows of trials that write into a folder of their own, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=setting.folder) as name:
        trials = (trial(size, Path(name)) for size in setting.sizes(ROUTES, 20))
        yield from scaled(what, trials, setting.runs, most)


@case("E1", "GeoJSON of routes")
def geojson(setting: Setting) -> Iterator[Row]:
    """Compare the snapshot's writer with pyogrio and with GeoPandas."""
    setting.folder.mkdir(parents=True, exist_ok=True)
    yield from _in_turn(setting, _geojson, "{size} routes", 1.05)


def _geojson(size: int, folder: Path) -> Trial:
    made = table(size)
    routes, mine, theirs = frame(made), folder / "mine.geojson", folder / "theirs.geojson"

    def ours() -> Path:
        snapshot_formats.write_geojson("routes", snapshot_formats.arrow(made.rows), made.shapes, mine)
        return mine

    def usual(use_arrow: bool) -> Path:
        pyogrio.write_dataframe(routes, theirs, driver="GeoJSON", layer_options=OPTIONS, use_arrow=use_arrow)
        return theirs

    def plain() -> Path:
        theirs.write_text(routes.to_json(), encoding="utf-8")
        return theirs

    rivals = (
        Rival("pyogrio", 8, partial(usual, False), _same_features),
        Rival("pyogrio with Arrow", 0, partial(usual, True), _same_features),
        Rival("GeoDataFrame.to_json", 8, plain, _same_features),
    )
    return Trial(size, ours, rivals)


def _same_features(one: Path, other: Path) -> bool:
    """Return whether two GeoJSON files hold the same features in the same order."""
    both = [json.loads(path.read_text(encoding="utf-8"))["features"] for path in (one, other)]
    plain = [[(row["properties"], row["geometry"]) for row in rows] for rows in both]
    return bool(plain[0] == plain[1])


@case("E2", "GeoPackage of routes, and GeoParquet")
def tables(setting: Setting) -> Iterator[Row]:
    """Compare the snapshot's GeoPackage and GeoParquet with fiona and GeoPandas."""
    setting.folder.mkdir(parents=True, exist_ok=True)
    yield from _in_turn(setting, _geopackage, "GeoPackage, {size} routes", 1.05)
    yield from _in_turn(setting, _geoparquet, "GeoParquet, {size} routes", 1.05)


def _geopackage(size: int, folder: Path) -> Trial:
    made = table(size)
    routes, mine, theirs = frame(made), folder / snapshot_formats.CONTAINER, folder / "theirs.gpkg"

    def ours() -> Path:
        mine.unlink(missing_ok=True)
        snapshot_formats.write_mapped("routes", made, folder, ["gpkg"])
        return mine

    def usual(engine: str) -> Path:
        theirs.unlink(missing_ok=True)
        routes.to_file(theirs, driver="GPKG", layer="routes", engine=engine)
        return theirs

    rivals = (
        Rival("fiona", 5, partial(usual, "fiona") if installed("fiona") else None, _same_routes),
        Rival("pyogrio without Arrow", 0, partial(usual, "pyogrio"), _same_routes),
    )
    return Trial(size, ours, rivals)


def _geoparquet(size: int, folder: Path) -> Trial:
    made = table(size)
    routes, theirs = frame(made), folder / "theirs.parquet"

    def ours() -> Path:
        snapshot_formats.write_mapped("routes", made, folder, ["geoparquet"])
        return folder / "geoparquet" / "routes.parquet"

    def usual() -> Path:
        routes.to_parquet(theirs, compression="zstd")
        return theirs

    return Trial(size, ours, (Rival("GeoDataFrame.to_parquet", 0, usual, _same_routes),))


def _same_routes(one: Path, other: Path) -> bool:
    """Return whether two files hold the same columns and points in the same order."""
    both = [_read(path) for path in (one, other)]
    points = [shapely.get_coordinates(rows.geometry.to_numpy()) for rows in both]
    texts = [rows.drop(columns="geometry").astype("str") for rows in both]
    return bool(np.array_equal(*points) and texts[0].equals(texts[1]))


def _read(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path) if path.suffix == ".parquet" else pyogrio.read_dataframe(path, layer="routes")


@case("E3", "lines thinned for drawing")
def simplified(setting: Setting) -> Iterator[Row]:
    """Compare the product's thinning with Shapely's default, which also keeps lines from crossing themselves."""
    trials = (_simplified(size) for size in setting.sizes(SIMPLIFIED, 20))
    yield from scaled("{size} lines", trials, setting.runs, 1.05)


def _simplified(size: int) -> Trial:
    draw = np.random.default_rng(1)
    steps = np.stack([draw.uniform(0.1, 0.9, (size, POINTS)), draw.normal(0, 0.4, (size, POINTS))], axis=2)
    points = (draw.uniform(-60, 60, (size, 1, 2)) + steps.cumsum(axis=1)).reshape(-1, 2)  # always east: no crossing
    lon, lat, line = points[:, 0], points[:, 1], np.repeat(np.arange(size), POINTS)
    tolerance = float(np.degrees(lines.TOLERANCE_KM / EARTH_RADIUS_KM))

    def usual() -> Any:
        return shapely.simplify(_shapes(lon, lat, line), tolerance)

    def same(mine: Any, theirs: Any) -> bool:
        return close(np.bincount(mine[2], minlength=size), shapely.get_num_coordinates(theirs))

    note = "both first lay the points along great circles, as geo.lines does; as many points are left"
    rival = Rival("shapely.simplify, default", 8, usual, same, note=note)
    return Trial(size, partial(lines.simplified, lon, lat, line), (rival,))


def _shapes(lon: np.ndarray, lat: np.ndarray, line: np.ndarray) -> Any:
    """Return the lines that geo.lines thins: along great circles, degrees of like width."""
    is_step = line[1:] == line[:-1]
    x, y, leg = densified(lon[:-1][is_step], lat[:-1][is_step], lon[1:][is_step], lat[1:][is_step])
    of_leg = line[1:][is_step]
    turned, wide = lines._unrolled(x, y, of_leg[leg])
    return shapely.linestrings(np.column_stack([turned * wide[of_leg[leg]], y]), indices=of_leg[leg])
