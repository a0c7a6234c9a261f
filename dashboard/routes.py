"""Which way a flow is drawn along, in which lane beside it, and how sure that way is. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from dashboard import curves, palette, words

KEY = ["place_a", "place_b", "network"]
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


def drawn(
    found: pd.DataFrame, parts: pd.DataFrame, paths: pd.DataFrame, lines: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the way of each pair of places that is shown and whose ends are both finer than a country.

    A pair has one way, by the network that carries most of its weighted records, all layers together; of equals the
    first by name.

    Args:
        found: ``corridor_id, is_coarse, is_shown``, as view.Explore.flows.
        parts: ``origin_id, destination_id, network, observed, intended``, as relations.Layer.parts.
        paths: Table ``paths``.
        lines: Table ``path_lines``, in its order.

    Returns:
        ROUTE_COLUMNS, one row per pair, and LINE_COLUMNS, its line from the end that comes first by name.
    """
    wanted = found.loc[found["is_shown"] & ~found["is_coarse"], "corridor_id"].unique()
    ends = parts[["origin_id", "destination_id"]].astype("str")
    weighed = pd.DataFrame(
        {
            "place_a": ends.min(axis=1),
            "place_b": ends.max(axis=1),
            "network": parts["network"].astype("str"),
            "weight": parts["observed"] + parts["intended"],
        }
    )
    summed = weighed.groupby(KEY)["weight"].sum().reset_index()
    summed["corridor_id"] = summed["place_a"] + "~" + summed["place_b"]
    is_wanted = pd.Index(wanted).get_indexer(pd.Index(summed["corridor_id"])) >= 0  # isin is slow with many texts
    built = summed[is_wanted].merge(paths[paths["refused"].isna()], on=KEY)
    order = built.sort_values(["weight", "network"], ascending=[False, True], kind="stable")
    chosen = order.drop_duplicates("corridor_id").sort_values("corridor_id", ignore_index=True)
    points = lines.merge(chosen[[*KEY, "corridor_id"]], on=KEY)
    return chosen[list(ROUTE_COLUMNS)], points[list(LINE_COLUMNS)]


def by_corridor(lines: pd.DataFrame) -> dict[str, list[curves.Point]]:
    """Return the points (lon, lat) of each corridor's way; a line of one point is none."""
    grouped = lines.groupby("corridor_id", sort=False)
    found = {str(name): list(zip(mine["lon"], mine["lat"], strict=True)) for name, mine in grouped}
    return {name: points for name, points in found.items() if len(set(points)) > 1}


def shape(row: Mapping[str, Any], points: list[curves.Point], count: int) -> curves.Route:
    """Return the way of one flow, in its direction of travel.

    Args:
        row: ``origin_id, destination_id``.
        points: From the end that comes first by name to the other.
        count: Points it may have.
    """
    is_onward = str(row["origin_id"]) < str(row["destination_id"])
    return curves.route(points if is_onward else points[::-1], count)


def lanes(rows: pd.DataFrame) -> pd.Series:
    """Return how many pixels to the right of its way each flow is drawn: firearms nearest, then the other layers.

    A lane lies outside all that the same direction of the same pair has drawn further in, so nothing hides it; and
    there and back lie on either side of the way.

    Args:
        rows: ``layer, origin_id, destination_id, width_px, has_route``.
    """
    offsets = pd.Series(0.0, index=rows.index)
    known = list(palette.LAYER_COLOURS)
    rank = rows["layer"].map({name: at for at, name in enumerate(known)}).fillna(len(known)).astype("int64")
    routed = rows.assign(rank=rank)[rows["has_route"]].sort_values("rank", kind="stable")
    for _, pair in routed.groupby(["origin_id", "destination_id"], sort=False):
        edge = 0.0
        for index, width, place in zip(pair.index, pair["width_px"].tolist(), pair["rank"].tolist(), strict=True):
            inner = max(edge, LANE_PX * place) + GAP_PX
            offsets[index] = round(inner + width / 2, 2)
            edge = inner + width
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
