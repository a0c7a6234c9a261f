"""The guard at the door."""

import geopandas as gpd
import pytest
from shapely.geometry import Point

from data.errors import CrsError
from geo.crs import WGS84, require_wgs84


def frame(crs: str | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[Point(1, 2)], crs=crs)


def test_wgs84_passes_unchanged_even_when_empty() -> None:
    right = frame(WGS84)
    assert require_wgs84(right, "seizures") is right
    assert len(require_wgs84(right.iloc[:0], "seizures")) == 0


@pytest.mark.parametrize("crs", [None, "EPSG:3857"])
def test_another_or_no_crs_is_refused_with_the_cure(crs: str | None) -> None:
    with pytest.raises(CrsError, match=r"seizures: expected EPSG:4326, got .*to_crs"):
        require_wgs84(frame(crs), "seizures")
