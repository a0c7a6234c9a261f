"""H3 cells of points: the one grid that legs, incidents and paths share."""

import numpy as np
import numpy.typing as npt
from h3.api import basic_int as h3

RESOLUTION = 3  # edge about 69 km: the world view of geo/README.md


def cells_at(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], resolution: int = RESOLUTION
) -> npt.NDArray[np.int64]:
    """Return the H3 cell of each point; 0 where a coordinate is not a number.

    Args:
        lon: Degrees east, WGS 84; values beyond 180 are taken round the globe.
        lat: Degrees north, WGS 84.
        resolution: H3 resolution, 0 to 15.
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    cells = np.zeros(len(lon), dtype=np.int64)
    pairs = zip(lat[known].tolist(), lon[known].tolist(), strict=True)
    cells[known] = [h3.latlng_to_cell(y, x, resolution) for y, x in pairs]
    return cells
