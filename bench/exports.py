"""GeoJSON and GeoPackage against pyogrio and GeoPandas, and five formats at once: equal content, then ratios.

``python -m bench.exports`` from the project's root. CPU times of one thread, the median of RUNS runs in turn. fiona is
no dependency of the product: install it into a scratch environment, or its line is left out.
"""

import importlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from dashboard import snapshot_formats
from dashboard.snapshot_lines import of_lines
from dashboard.snapshot_tables import Mapped

RUNS = 5
ROUTES, POINTS = 20_000, 48
SNAPSHOT_ROUTES, SNAPSHOT_SECONDS = 5_000, 3.0
GEOJSON_LEAST, GPKG_LEAST = 8.0, 5.0  # times a peer takes as long


def table(count: int) -> Mapped:
    """Return routes that wander over the map and stay on it."""
    draw = np.random.default_rng(1)
    starts = draw.uniform([-150, -60], [150, 60], (count, 1, 2))
    points = np.clip(starts + draw.normal(0, 0.5, (count, POINTS, 2)).cumsum(axis=1), [-179, -85], [179, 85])
    numbers = np.arange(count)
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
    return Mapped(rows, of_lines(np.repeat(numbers, POINTS), points.reshape(-1, 2), count))


def frame(made: Mapped) -> gpd.GeoDataFrame:
    """Return the same routes as a peer takes them."""
    lines = shapely.linestrings(made.shapes.points, indices=np.repeat(np.arange(len(made.rows)), _sizes(made)))
    return gpd.GeoDataFrame(made.rows, geometry=lines, crs="EPSG:4326")


def _sizes(made: Mapped) -> np.ndarray:
    return np.diff(made.shapes.part_starts)


def same_features(one: Path, other: Path) -> bool:
    """Return whether two GeoJSON files hold the same features in the same order."""
    both = [json.loads(path.read_text(encoding="utf-8"))["features"] for path in (one, other)]
    plain = [[(row["properties"], row["geometry"]) for row in rows] for rows in both]
    return plain[0] == plain[1]


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compared(ours: Callable[[], object], theirs: Callable[[], object]) -> str:
    """Return the median, least and largest ratio of their time to ours, over runs in turn."""
    ratios = []
    for _ in range(RUNS):
        mine = seconds(ours)
        ratios.append(seconds(theirs) / mine)
    middle = statistics.median(ratios)
    return f"{middle:.1f} times as long ({min(ratios):.1f} to {max(ratios):.1f})"


def geojson(folder: Path, made: Mapped) -> int:
    """Print how much longer peers take for GeoJSON; 1 where the content differs."""
    routes, rows = frame(made), snapshot_formats.arrow(made.rows)
    mine, theirs = folder / "mine.geojson", folder / "theirs.geojson"
    options = {"COORDINATE_PRECISION": "5", "RFC7946": "YES"}

    def ours() -> None:
        snapshot_formats.write_geojson("routes", snapshot_formats.arrow(made.rows), made.shapes, mine)

    def usual(use_arrow: bool) -> None:
        pyogrio.write_dataframe(routes, theirs, driver="GeoJSON", layer_options=options, use_arrow=use_arrow)

    ours()
    usual(False)
    is_same = same_features(mine, theirs)
    sys.stdout.write(f"geojson, {len(rows):,} routes: content {'equal' if is_same else 'DIFFERS'}\n")
    for name, peer in (
        ("pyogrio", lambda: usual(False)),
        ("pyogrio with Arrow", lambda: usual(True)),
        ("GeoDataFrame.to_json", lambda: theirs.write_text(routes.to_json(), encoding="utf-8")),
    ):
        sys.stdout.write(f"geojson: {name} takes {compared(ours, peer)}; at least {GEOJSON_LEAST:g} wanted\n")
    return int(not is_same)


def geopackage(folder: Path, made: Mapped) -> int:
    """Print how much longer peers take for GeoPackage; 1 where the content differs."""
    routes = frame(made)
    mine, theirs = folder / snapshot_formats.CONTAINER, folder / "theirs.gpkg"

    def ours() -> None:
        mine.unlink(missing_ok=True)
        snapshot_formats.write_mapped("routes", made, folder, ["gpkg"])

    def usual(engine: str) -> None:
        theirs.unlink(missing_ok=True)
        routes.to_file(theirs, driver="GPKG", layer="routes", engine=engine)

    ours()
    usual("pyogrio")
    both = [pyogrio.read_dataframe(path, layer="routes") for path in (mine, theirs)]
    points = [shapely.get_coordinates(rows.geometry.to_numpy()) for rows in both]
    is_same = np.array_equal(*points) and both[0].drop(columns="geometry").equals(both[1].drop(columns="geometry"))
    sys.stdout.write(f"gpkg, {len(made.rows):,} routes: content {'equal' if is_same else 'DIFFERS'}\n")
    sys.stdout.write(f"gpkg: pyogrio without Arrow takes {compared(ours, lambda: usual('pyogrio'))}\n")
    if peer("fiona"):
        told = compared(ours, lambda: usual("fiona"))
        sys.stdout.write(f"gpkg: fiona takes {told}; at least {GPKG_LEAST:g} wanted\n")
    else:
        sys.stdout.write("gpkg: fiona is not installed\n")
    return int(not is_same)


def peer(name: str) -> Any:
    """Return a module that may not be there."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def whole(folder: Path, made: Mapped) -> int:
    """Print how long one table takes in all formats; 1 where it is longer than wanted."""

    def work() -> None:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            path.unlink()
        snapshot_formats.write_mapped("routes", made, folder, snapshot_formats.ENDINGS)

    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    middle = statistics.median(taken)
    formats = len(snapshot_formats.ENDINGS)
    sys.stdout.write(
        f"{len(made.rows):,} routes in {formats} formats: {middle:.2f} s "
        f"({min(taken):.2f} to {max(taken):.2f}); at most {SNAPSHOT_SECONDS:g} wanted\n"
    )
    return int(middle > SNAPSHOT_SECONDS)


def main() -> int:
    """Print everything; 1 where a content differs or a snapshot takes too long."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        routes = table(ROUTES)
        failed = geojson(folder, routes) + geopackage(folder, routes)
        return int(failed + whole(folder, table(SNAPSHOT_ROUTES)) > 0)


if __name__ == "__main__":
    sys.exit(main())
