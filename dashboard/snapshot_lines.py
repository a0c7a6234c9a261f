"""Lines and points of a snapshot as plain arrays, cut at the antimeridian; Shapely only where a format asks. Pure."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import shapely

DECIMALS = 5  # about a metre; places of the data are never known better
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Shapes(NamedTuple):
    """One shape per row of a table.

    Attributes:
        points: Degrees lon, lat (WGS 84), rounded; of all rows in their order.
        part_starts: Where each part of a line begins in ``points``, and their number at the end.
        row_starts: Where each row begins in ``part_starts``, and the number of parts at the end; a row may have none.
        is_point: Each part is one point.
    """

    points: Floats
    part_starts: Whole
    row_starts: Whole
    is_point: bool = False

    @property
    def kind(self) -> str:
        """What every shape is, where a format wants one kind."""
        return "Point" if self.is_point else "MultiLineString"

    def geometries(self) -> npt.NDArray[np.object_]:
        """Return Shapely geometries of one kind; None for a row without a shape."""
        found = np.full(len(self.row_starts) - 1, None, dtype=object)
        counts = np.diff(self.row_starts)
        rows = np.repeat(np.arange(len(counts)), counts)
        if self.is_point:
            found[rows] = shapely.points(self.points)
        elif len(rows):
            parts = np.repeat(np.arange(len(rows)), np.diff(self.part_starts))
            _, dense = np.unique(rows, return_inverse=True)
            found[np.flatnonzero(counts)] = shapely.multilinestrings(
                shapely.linestrings(self.points, indices=parts), indices=dense
            )
        return found

    def parts(self, first: int, last: int) -> Iterator[list[bytes]]:
        """Yield the parts of each row from ``first`` to before ``last``, as the JSON ``[lon,lat],[lon,lat]``.

        All their points become text at once, and each part is cut out of it.
        """
        bounds = self.row_starts[first : last + 1]
        starts = self.part_starts[bounds[0] : bounds[-1] + 1]
        text = orjson.dumps(self.points[starts[0] : starts[-1]], option=orjson.OPT_SERIALIZE_NUMPY)
        points = np.append(np.flatnonzero(np.frombuffer(text, np.uint8) == ord("["))[1:], len(text))
        cuts = points[starts - starts[0]].tolist()
        found = [text[begin : end - 1] for begin, end in pairwise(cuts)]
        for begin, end in pairwise((bounds - bounds[0]).tolist()):
            yield found[begin:end]


def of_points(lon: Floats, lat: Floats) -> Shapes:
    """Return one point per row; a row whose place is not known has none."""
    points: Floats = np.column_stack([lon, lat]).round(DECIMALS)
    known = ~np.isnan(points).any(axis=1)
    starts = np.arange(known.sum() + 1)
    return Shapes(points[known] + 0.0, starts, np.append(0, np.cumsum(known)), True)


def of_lines(rows: Whole, points: Floats, row_count: int) -> Shapes:
    """Return one line per row, cut where it crosses the antimeridian; a line of one place has no shape.

    Args:
        rows: The row of each point, ascending.
        points: Degrees lon, lat (WGS 84), in the order of travel.
        row_count: Rows of the table.
    """
    rows, labels, points = _cut(rows, np.round(points, DECIMALS) + 0.0)
    is_new = np.append(True, (labels[1:] != labels[:-1]) | (points[1:] != points[:-1]).any(axis=1))[: len(points)]
    rows, labels, points = rows[is_new], labels[is_new], points[is_new]
    _, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    kept = counts > 1
    parts = np.append(0, np.cumsum(counts[kept]))
    per_row = np.bincount(rows[first[kept]], minlength=row_count)
    return Shapes(points[kept[inverse]], parts, np.append(0, np.cumsum(per_row)))


def _cut(rows: Whole, points: Floats) -> tuple[Whole, Whole, Floats]:
    """Return rows, part numbers and points, with an end and a beginning put in where a line jumps over 180°."""
    lon, lat = points[:, 0], points[:, 1]
    follows = rows[1:] == rows[:-1]
    jumps = follows & (np.abs(np.diff(lon)) > 180)
    labels = np.append(0, np.cumsum(~follows | jumps))[: len(rows)]
    at = np.flatnonzero(jumps)
    side = np.where(lon[at] > lon[at + 1], 180.0, -180.0)  # which edge of the map the line leaves by
    share = (side - lon[at]) / (lon[at + 1] + 2 * side - lon[at])
    crossing = np.round(lat[at] + share * (lat[at + 1] - lat[at]), DECIMALS) + 0.0
    ends = np.column_stack([side, crossing, -side, crossing]).reshape(-1, 2)
    where = np.repeat(at + 1, 2)
    both = np.column_stack([labels[at], labels[at + 1]]).ravel()
    return (
        np.insert(rows, where, np.repeat(rows[at], 2)),
        np.insert(labels, where, both),
        np.insert(points, where, ends, axis=0),
    )
