"""KML: another reader finds in it exactly what it finds in the file that GDAL writes of the same rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from dashboard import snapshot_formats, snapshot_lines
from dashboard.snapshot_tables import Mapped

NAMES = ("Suva", "A <b>&\"quoted\", 'name'", "]]> &amp; <!--", " Łódź ", "", None, "Perth")
COUNT = len(NAMES)


def rows() -> pd.DataFrame:
    """Return seven rows with every type, the last two without a value."""
    gaps = np.arange(COUNT) < COUNT - 2
    return pd.DataFrame(
        {
            "origin": NAMES,
            "record_count": pd.Series(np.arange(COUNT) + 2**40, dtype="Int64").where(gaps),
            "weight": pd.Series([11.5, 1e-6, 123456789.123456, 0.0, -0.5, 1, 2]).where(gaps),
            "first_on": pd.Series(pd.date_range("1999-12-30", periods=COUNT), dtype="datetime64[us]").where(gaps),
            "is_shown": np.arange(COUNT) % 2 == 0,
        }
    )


def lines() -> Mapped:
    """Return the rows with lines: the first over 180 degrees, the last of no length."""
    points = np.array(
        [(178.44, -18.14), (-118.24, 34.05), *((lon, 0.5) for lon in range(2 * COUNT - 4)), (5, 5), (5, 5)]
    )
    return Mapped(rows(), snapshot_lines.of_lines(np.repeat(np.arange(COUNT), 2), points, COUNT))


def dots() -> Mapped:
    """Return the rows with points, the last of an unknown place."""
    lon = np.append(np.linspace(-180, 180, COUNT - 1), np.nan)
    return Mapped(rows(), snapshot_lines.of_points(lon, np.full(COUNT, 12.123456)))


@pytest.mark.parametrize("table", [lines(), dots()], ids=["lines", "points"])
@pytest.mark.parametrize("block", [3, 1000])
def test_a_reader_finds_what_it_finds_in_the_file_of_gdal(
    table: Mapped, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_formats, "BLOCK_ROWS", block)
    snapshot_formats.write_mapped("flows", table, tmp_path, ["kml"])
    shapes = pa.array(shapely.to_wkb(table.shapes.geometries()), pa.binary())
    theirs = tmp_path / "theirs.kml"
    pyogrio.write_arrow(
        snapshot_formats.arrow(table.rows).append_column("geometry", shapes),
        theirs,
        layer="flows",
        driver="KML",
        geometry_name="geometry",
        geometry_type=table.shapes.kind,
        crs="EPSG:4326",
    )
    mine = pyogrio.read_dataframe(tmp_path / "kml" / "flows.kml")
    assert mine["origin"].tolist()[:3] == list(NAMES[:3])
    assert_geodataframe_equal(mine, pyogrio.read_dataframe(theirs))
    assert pyogrio.read_info(tmp_path / "kml" / "flows.kml")["ogr_types"] == pyogrio.read_info(theirs)["ogr_types"]
