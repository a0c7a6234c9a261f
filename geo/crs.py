"""The guard at the door: geometry comes in lon/lat on WGS 84, or it does not come in."""

import geopandas as gpd

from data.errors import CrsError

WGS84 = "EPSG:4326"


def require_wgs84(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return the frame unchanged.

    Raises:
        CrsError: the frame has no CRS or another one; nothing is guessed.
    """
    if frame.crs is None or not frame.crs.equals(WGS84, ignore_axis_order=True):
        raise CrsError(f"{name}: expected {WGS84}, got {frame.crs}. Call .to_crs('{WGS84}') first.")
    return frame
