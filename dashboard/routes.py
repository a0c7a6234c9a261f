"""Which way a flow is drawn along, in which lane beside it, and how sure that way is. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import curves, palette, words

ROUTE_COLUMNS = ("corridor_id", "network", "length_km", "confidence")
LINE_COLUMNS = ("corridor_id", "lon", "lat")
GAP_PX = 0.8  # between two lanes, and between the first lane and the middle of the way; chosen by eye, 2026-11
LANE_PX = 3.0  # a layer's lane begins at least this far from the lane before; chosen by eye, 2026-11
HALO_ALPHA = (40, 170)  # of a cell that almost no way takes, and of one that every way takes; chosen by eye, 2026-11
NO_CELLS = pd.DataFrame({"cell": pd.Series(dtype="int64"), "probability": pd.Series(dtype="float64")})


class Chosen(NamedTuple):
    """The corridor a reader chose, and the cells its way may take: ``cell, probability``; none where it is a curve.

    Where several corridors are drawn as one, ``bundle`` names the line that is or holds the chosen.
    """

    corridor_id: str
    cells: pd.DataFrame
    bundle: str = ""


class Known(NamedTuple):
    """The ways a release knows, by the number its network has for a path; the paths of a corridor by network.

    Attributes:
        table: ``corridor_id, network, length_km, confidence``.
        corridor: Number of each path's corridor.
        corridors: Its id.
        start: (paths + 1,) first of each path's ``points``.
        points: (points, 2) lon, lat.
    """

    table: pd.DataFrame
    corridor: npt.NDArray[np.int64]
    corridors: pd.Index
    start: npt.NDArray[np.int64]
    points: npt.NDArray[np.float64]


def known(paths: pd.DataFrame, lines: Mapping[str, npt.NDArray[Any]]) -> Known:
    """Return the ways of a release.

    Args:
        paths: Table ``paths``, in its order.
        lines: ``seq, lon, lat`` of table ``path_lines``: a line for each path not refused, in their order.

    Raises:
        ValueError: there are more or fewer lines than paths.
    """
    paths = paths[paths["refused"].isna()]
    named = paths.assign(corridor_id=paths["place_a"] + "~" + paths["place_b"])
    table = named[list(ROUTE_COLUMNS)].reset_index(drop=True)
    corridor, corridors = pd.factorize(table["corridor_id"])
    start = np.append(np.flatnonzero(lines["seq"] == 0), len(lines["seq"]))
    if len(start) != len(paths) + 1:
        raise ValueError(f"path_lines: {len(start) - 1} lines for {len(paths)} paths. Each has one.")
    return Known(table, corridor, pd.Index(corridors), start, np.column_stack([lines["lon"], lines["lat"]]))


def drawn(found: pd.DataFrame, parts: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the way of each pair of places that is shown and whose ends are both finer than a country.

    A pair has one way, by the network that carries most of its weighted records, all layers together; of equals the
    first by name.

    Args:
        found: ``corridor_id, is_coarse, is_shown``, as view.Explore.flows.
        parts: ``path, observed, intended``, as relations.Layer.parts.
        known: The release's ways.

    Returns:
        ROUTE_COLUMNS, one row per pair, and LINE_COLUMNS, its line from the end that comes first by name.
    """
    wanted = found.loc[found["is_shown"] & ~found["is_coarse"], "corridor_id"].unique()
    at = known.corridors.get_indexer(pd.Index(wanted))
    is_wanted = np.zeros(len(known.corridors), dtype=np.bool_)
    is_wanted[at[at >= 0]] = True
    path, weight = parts["path"].to_numpy(np.int64), (parts["observed"] + parts["intended"]).to_numpy(np.float64)
    weight = np.bincount(path[path >= 0], weight[path >= 0], len(known.corridor))
    rows = np.unique(path[path >= 0])
    rows = rows[is_wanted[known.corridor[rows]]]
    rows = rows[np.lexsort([-weight[rows], known.corridor[rows]])]
    chosen = np.sort(rows[np.append(True, np.diff(known.corridor[rows]) > 0)[: len(rows)]])
    counts = known.start[chosen + 1] - known.start[chosen]
    point = np.repeat(known.start[chosen] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    ways = known.table.take(chosen)
    lines = pd.DataFrame({"corridor_id": ways["corridor_id"].repeat(counts).array})
    lines[["lon", "lat"]] = known.points[point]
    return ways.sort_values("corridor_id", ignore_index=True), lines


def by_corridor(lines: pd.DataFrame) -> dict[str, list[curves.Point]]:
    """Return the points (lon, lat) of each corridor's way; a line of one point is none."""
    found: dict[str, list[curves.Point]] = {}
    for name, *point in zip(*(lines[column].tolist() for column in LINE_COLUMNS), strict=True):
        found.setdefault(name, []).append((point[0], point[1]))
    return {name: points for name, points in found.items() if len(set(points)) > 1}


def shape(row: Mapping[str, Any], points: list[curves.Point], count: int) -> curves.Route:
    """Return the way of one flow, in its direction of travel.

    Args:
        row: ``origin_id, destination_id``.
        points: From the end that comes first by name to the other.
        count: Points it may have.
    """
    is_onward = str(row["origin_id"]) < str(row["destination_id"])
    return curves.route(tuple(points if is_onward else points[::-1]), count)


def lanes(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return how many pixels to the right of its way each flow is drawn: firearms nearest, then the other layers.

    A lane lies outside all that the same direction of the same pair has drawn further in, so nothing hides it; and
    there and back lie on either side of the way.

    Args:
        rows: ``layer, origin_id, destination_id, width_px, has_route``.
    """
    known = {name: at for at, name in enumerate(palette.LAYER_COLOURS)}
    ranks = [known.get(row["layer"], len(known)) for row in rows]
    offsets, edges = [0.0] * len(rows), dict[tuple[str, str], float]()
    for at in sorted((at for at, row in enumerate(rows) if row["has_route"]), key=ranks.__getitem__):
        width, pair = rows[at]["width_px"], (rows[at]["origin_id"], rows[at]["destination_id"])
        inner = max(edges.get(pair, 0.0), LANE_PX * ranks[at]) + GAP_PX
        offsets[at] = round(inner + width / 2, 2)
        edges[pair] = inner + width
    return offsets


def halo_rows(chosen: Chosen) -> list[dict[str, Any]]:
    """Return the cells the way may take: ``h`` the H3 index, ``c`` a colour the fuller the more ways take it."""
    low, high = HALO_ALPHA
    return [
        {
            "h": f"{int(cell):x}",
            "c": palette.rgba(palette.HALO_CELL, round(low + (high - low) * share)),
            "tip": f"Taken by {words.percent(share)} of the ways tried",
        }
        for cell, share in zip(chosen.cells["cell"].tolist(), chosen.cells["probability"].tolist(), strict=True)
    ]
