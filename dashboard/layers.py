"""Frames to pydeck layers: flows, their arrows, the chosen corridor, and the whole map. Pure."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd
import pydeck as pdk

from dashboard import curves, deck, levels, marks, palette, routes, words
from dashboard.marks import Row
from dashboard.view import Explore

RELATIONS, LAYERS = "relations", "layers"  # what the colour of a firearms flow says
BOWS = (0.16, 0.25, 0.34, 0.43, 0.52, 0.61, 0.7)  # one per layer, so that they lie side by side on a corridor; by eye
CONTEXT_ALPHA = 135
ARROW_PX = 9.0  # added to one and a half times the width of its line; chosen by eye, 2026-11
MANY_FLOWS = ((1500, 8), (400, 14))  # above so many flows, so many points per line keep the message small
ROUTE_POINTS = 120  # a way's line as the release keeps it
MANY_ROUTES = ((1500, 12), (400, 30))  # the same for ways
PICK_PX = 14.0  # a finger's or a mouse's tolerance around a thin line
PICK_POINTS = 12
UNSEEN = [255, 255, 255, 1]  # with each row, as lines have their colours: else it is one more program to compile
EARLY_ARROW_SHARE = 0.26  # of a way, where a second arrow sits; chosen by eye, 2026-11
EARLY_ARROW_PX = 150.0  # a way at least this long in the first view has a second arrow; chosen by eye, 2026-11
LARGEST_RING_PX, SMALLEST_RING_PX = 18.0, 3.0  # of what stays within one unit; chosen by eye, 2026-11
RING_COUNT = 40  # the largest of each layer; smaller ones could not be told apart; chosen by eye, 2026-11


def flow_rows(view: Explore, mode: str = RELATIONS, scale: palette.Scale | None = None) -> list[Row]:
    """Return the shown flows with what is drawn, widest first.

    Adds ``relation, colour, alpha, width_px, curve`` (a curves.Shape), ``has_route``, ``offset_px`` (to the right of
    its way) and ``tip``.

    Args:
        view: What the page shows.
        mode: RELATIONS colours firearms by relation and thins the rest; LAYERS gives each layer its colour.
        scale: Of the widths; None for one that fits the shown flows.
    """
    rows = marks.records(view.flows[view.flows["is_shown"]])
    scale = scale or palette.widths([row["record_count"] for row in rows])
    known = levels.relation_by_corridor(view.corridors) if view.level == "place" else {}
    ways = routes.by_corridor(view.lines)
    count = _fewest(len(rows), MANY_ROUTES, ROUTE_POINTS)
    for row in rows:
        if view.level == "place":
            row["relation"] = known.get(row["corridor_id"], "insufficient")
        is_main = mode == LAYERS or row["layer"] == "firearms"
        shape = _shape(row, ways.get(row["corridor_id"]), count)
        row |= {
            "colour": _colour(row, mode),
            "alpha": 235 if is_main else CONTEXT_ALPHA,
            "width_px": round(scale(row["record_count"]) * (1 if is_main else palette.CONTEXT_SHARE), 2),
            "curve": shape,
            "has_route": isinstance(shape, curves.Route),
            "tip": flow_tip(row),
        }
    for row, offset in zip(rows, routes.lanes(rows), strict=True):
        row["offset_px"] = offset
    return sorted(rows, key=lambda row: -row["width_px"])


def _colour(row: Row, mode: str) -> str:
    if mode == RELATIONS and row["layer"] == "firearms":
        return palette.relation_colour(row["relation"])
    return palette.layer_colour(row["layer"])


def bow(layer: str) -> float:
    """Return how far a layer's lines bow, as a share of their length."""
    known = list(palette.LAYER_COLOURS)
    return BOWS[known.index(layer)] if layer in known else BOWS[-1]


def _shape(row: Row, way: list[curves.Point] | None, count: int) -> curves.Shape:
    if way is not None and not row["is_coarse"]:
        return routes.shape(row, way, count)
    origin = (float(row["origin_lon"]), float(row["origin_lat"]))
    return curves.curve(origin, (float(row["destination_lon"]), float(row["destination_lat"])), bow(row["layer"]))


def flow_tip(row: Mapping[str, Any]) -> str:
    """Return the text that is shown over a flow."""
    lines = [
        f"{words.layer_title(row['layer'])}: {words.safe(row['origin'])} → {words.safe(row['destination'])}",
        ", ".join(
            part
            for part in (
                words.count_range(row["record_count"], row["record_count_high"]),
                words.period(row["first_on"], row["last_on"]),
            )
            if part
        ),
    ]
    if row["intended_share"] > 0:
        lines.append(f"Stated destination not reached: {words.percent(row['intended_share'])}")
    if "flow_confidence" in row:
        lines.append(f"Confidence: {row['flow_confidence']}")
    lines += _relation_lines(row)
    return words.safe("\n".join([*lines, f"Source: {words.safe(row['sources'])}"]))


def _relation_lines(row: Mapping[str, Any]) -> list[str]:
    """Return what is told of a flow's relation; of one that stands for several, what it is made of."""
    if "part_count" not in row:
        return [f"Relation: {words.relation_title(row['relation']).lower()}"] if row["layer"] == "firearms" else []
    parts = f"Sum of {words.plural(row['part_count'], 'flow')}"
    if row["layer"] != "firearms":
        return [parts]
    title = words.relation_title(row["relation"]).lower()
    return [f"{parts}; relation: {title}", f"Flows (and records): {row['relation_told']}"]


def path_rows(rows: Sequence[Row]) -> list[Row]:
    """Return one drawn line per flow, or one per dash, cut at the antimeridian: ``p`` the path, ``o`` its lane."""
    found = []
    for row in rows:
        look = {
            "c": palette.rgba(row["colour"], row["alpha"]),
            "w": row["width_px"],
            "o": _offset(row, row["width_px"]),
        }
        found += [{"p": path, **look} for path in paths(row, len(rows))]
    return found


def _fewest(flow_count: int, steps: tuple[tuple[int, int], ...], most: int) -> int:
    """Return how many points a line may have when so many flows are drawn."""
    return next((points for above, points in steps if flow_count > above), most)


def _offset(row: Mapping[str, Any], width_px: float) -> float:
    """Return how many of its own widths a line lies to the right of its way."""
    return round(float(row.get("offset_px", 0.0)) / width_px, 2)


def paths(row: Mapping[str, Any], flow_count: int) -> list[list[list[float]]]:
    """Return the pieces of one flow's line when so many are drawn."""
    if row["intended_share"] > 0.5:
        return _dashed(row["curve"])
    if row.get("has_route", False):
        return _drawn(row["curve"], 0.0, ROUTE_POINTS)
    return _drawn(row["curve"], curves.TRIM_SHARE, _fewest(flow_count, MANY_FLOWS, curves.POINT_COUNT))


@lru_cache(2 * curves.KEPT_SHAPES)  # what is drawn, and what the mouse meets
def _drawn(shape: curves.Shape, trim: float, count: int) -> list[list[list[float]]]:
    return _cut([shape.piece(trim, 1 - trim, count)])


@lru_cache(curves.KEPT_SHAPES)
def _dashed(shape: curves.Shape) -> list[list[list[float]]]:
    return _cut(curves.dashes(shape, 11))


def _cut(pieces: list[list[curves.Point]]) -> list[list[list[float]]]:
    """Return the pieces within -180 to 180, rounded to three decimals, no point twice in a row."""
    found = [[[round(lon, 3), round(lat, 3)] for lon, lat in part] for piece in pieces for part in curves.split(piece)]
    slim = [[point for at, point in enumerate(part) if not at or point != part[at - 1]] for part in found]
    return [part for part in slim if len(part) > 1]


def arrow_rows(rows: Sequence[Row], share: float = curves.ARROW_SHARE) -> list[Row]:
    """Return one arrowhead per flow: ``p`` where, ``a`` its angle, ``s`` its size and ``o`` its shift in pixels.

    Args:
        rows: As ``flow_rows`` gives them.
        share: How far along the line it sits.
    """
    found = []
    for row in rows:
        x, y = row["curve"].at(share)
        angle_deg = row["curve"].angle_deg(share)
        aside, turn = float(row.get("offset_px", 0.0)), math.radians(angle_deg)
        found.append(
            {
                "p": [round(curves.wrapped(x), 3), round(curves.latitude(y), 3)],
                "a": round(angle_deg, 1),
                "c": palette.rgba(row["colour"], min(255, row["alpha"] + 20)),
                "s": round(ARROW_PX + 1.5 * row["width_px"], 1),
                "o": [round(aside * math.sin(turn), 1), round(aside * math.cos(turn), 1)],  # x right, y down
            }
        )
    return found


def pick_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the wide unseen lines that the mouse meets, firearms on top."""
    found = []
    for row in sorted(rows, key=lambda row: row["layer"] == "firearms"):
        width = max(PICK_PX, row["width_px"] + 6)
        leads = {"corridor_id": row["corridor_id"]} if row["corridor_id"] else {"bundle": row["bundle"]}
        shared = {"w": width, "o": _offset(row, width), "c": UNSEEN, "tip": row["tip"], **leads}
        count = PICK_POINTS if row.get("has_route", False) else 8
        found += [{"p": part, **shared} for part in _drawn(row["curve"], curves.TRIM_SHARE, count)]
    return found


def _path_layer(layer_id: str, rows: list[Row], **props: object) -> pdk.Layer:
    props = props if "pickable" in props else {**deck.PICKED_ALIKE, **props}
    by_row = {"get_path": "p", "get_width": "w", "get_offset": "o", "get_color": "c"}
    shared = {**deck.PATHS, **by_row, "cap_rounded": True, "joint_rounded": True}
    return deck.layer("PathLayer", layer_id, rows, **{**shared, **props})


def _arrow_layer(layer_id: str, rows: list[Row]) -> pdk.Layer:
    return deck.layer(
        "IconLayer",
        layer_id,
        rows,
        icon_atlas=f"'{deck.arrow_atlas()}'",
        icon_mapping={"arrow": deck.ARROW},
        get_icon="'arrow'",
        get_position="p",
        get_angle="a",
        get_color="c",
        get_size="s",
        size_units="'pixels'",
        get_pixel_offset="o",
        billboard=False,
    )


def flow_layers(rows: Sequence[Row], zoom: float = 0.0) -> list[pdk.Layer]:
    """Return lines and arrows of every layer of ``flow_rows``, firearms on top.

    Args:
        rows: As ``flow_rows`` gives them.
        zoom: Of the first view; long ways have a second arrow.
    """
    found = []
    shortest = EARLY_ARROW_PX * 360 / deck.TILE_PX / 2**zoom
    for name in sorted({row["layer"] for row in rows}, key=lambda name: (name == "firearms", name)):
        mine = [row for row in rows if row["layer"] == name]
        found += [
            _path_layer(f"flows-{name}", path_rows(mine)),
            _arrow_layer(f"arrows-{name}", arrow_rows(mine)),
        ]
        long = [row for row in mine if isinstance(row["curve"], curves.Route) and row["curve"].length >= shortest]
        if long:
            found.append(_arrow_layer(f"arrows-early-{name}", arrow_rows(long, EARLY_ARROW_SHARE)))
    return found


def halo_layers(rows: Sequence[Row], chosen: routes.Chosen) -> list[pdk.Layer]:
    """Return what lies below the chosen corridor: the cells its way may take, and a glow around each of its lines."""
    mine = [row for row in rows if is_chosen(row, chosen)]
    glow = []
    for row in mine:
        width = row["width_px"] + (6 if row["has_route"] else 10)  # lanes lie close together
        glow += [{"p": part, "w": width, "o": _offset(row, width)} for part in paths(row, len(mine))]
    cells = deck.layer(
        "H3HexagonLayer",
        "halo",
        routes.halo_rows(chosen),
        get_hexagon="h",
        get_fill_color="c",
        extruded=False,
        stroked=False,
        high_precision=True,
        pickable=True,
    )
    return [cells, _path_layer("flows-selected", glow, get_color=deck.each(palette.rgba(palette.HALO, 210)))]


def is_chosen(row: Row, chosen: routes.Chosen) -> bool:
    """Return True for a flow that is drawn along the chosen corridor, or sums it."""
    if chosen.bundle and "bundle" in row:
        return bool(row["bundle"] == chosen.bundle)
    return bool(row["corridor_id"] == chosen.corridor_id)


def ring_rows(view: Explore, mode: str = RELATIONS, scale: palette.Scale | None = None) -> list[Row]:
    """Return a ring for what stays within one unit: ``p`` where, ``r`` its radius, ``c`` and ``f`` its colours."""
    scale = scale or ring_scale((view,))
    found = []
    ordered = view.within.sort_values("record_count", ascending=False, kind="stable")
    for row in marks.records(ordered.groupby("layer", sort=False).head(RING_COUNT)):
        parts = words.plural(row["part_count"], "flow")
        tip = [
            f"{words.layer_title(row['layer'])} within {words.safe(row['unit'])}",
            f"{words.plural(row['record_count'], 'record')} on {parts}",
        ]
        tip += [f"Flows (and records): {row['relation_told']}"] if row["relation_told"] else []
        found.append(
            {
                "p": [round(row["lon"], 3), round(row["lat"], 3)],
                "r": round(scale(row["record_count"]), 1),
                "c": palette.rgba(_colour(row, mode), 190),
                "f": palette.rgba(_colour(row, mode), 20),
                "tip": words.safe("\n".join(tip)),
                "bundle": row["bundle"],
            }
        )
    return found


def rings_told(view: Explore) -> str:
    """Return of which layers not all rings are drawn, as a sentence; empty where all are."""
    counts = view.within["layer"].value_counts().sort_index()
    told = [
        f"{words.layer_title(str(name))}: the {RING_COUNT} largest of {words.number(count)} rings drawn"
        for name, count in counts.items()
        if count > RING_COUNT
    ]
    return f"{'; '.join(told)}." if told else ""


def ring_scale(views: Sequence[Explore]) -> palette.Scale:
    """Return the one scale of the radii of all these views' rings."""
    counts = [count for view in views for count in view.within["record_count"].tolist()]
    top = palette.rounded_up(max(counts, default=1))
    return palette.Scale(top, LARGEST_RING_PX, SMALLEST_RING_PX)


def disc_scale(views: Sequence[Explore]) -> palette.Scale:
    """Return the one scale of the radii of the discs of all these views' incidents, whatever their layer."""
    discs = [view.incidents[view.incidents["precision"] != "country"] for view in views]
    return palette.radii([count for found in discs for count in found["incident_count"].tolist()])


def ring_layers(layer_id: str, rows: list[Row]) -> list[pdk.Layer]:
    """Return the rings of ``ring_rows``; no layer where there are none."""
    if not rows:
        return []
    look = {"get_radius": "r", "get_fill_color": "f", "get_line_color": "c", "get_line_width": deck.each(1.5)}
    return [deck.layer("ScatterplotLayer", layer_id, rows, get_position="p", pickable=True, **deck.DISCS, **look)]


def pick_layer(layer_id: str, rows: Sequence[Row]) -> pdk.Layer:
    """Return what the mouse meets of the flows: wide unseen lines with their tips."""
    return _path_layer(
        layer_id,
        pick_rows(rows),
        pickable=True,
        auto_highlight=True,
        highlight_color=palette.rgba(palette.HALO, 100),
    )


def deck_of(
    view: Explore, mode: str, chosen: routes.Chosen | None, camera: Mapping[str, float], turn: int = 0
) -> deck.CompactDeck:
    """Return the whole map.

    Args:
        view: What the page shows, as levels.seen gives it.
        mode: RELATIONS or LAYERS.
        chosen: The chosen corridor, which gets a halo; or None.
        camera: First view; keep it the same while filters change, or the map will jump.
        turn: How often a line was picked. It names the pick layer anew, so that the browser forgets the last pick.
    """
    rows = flow_rows(view, mode)
    selected = chosen.corridor_id if chosen else None
    return deck.deck(
        [
            *deck.ground(has_us_divisions(rows)),
            *marks.silent_layers(view.silent),
            *marks.incident_layers(view.incidents, disc_scale((view,))),
            *(halo_layers(rows, chosen) if chosen else []),
            *ring_layers(f"within-{turn}", ring_rows(view, mode)),
            *flow_layers(rows, camera["zoom"]),
            pick_layer(f"pick-{turn}", rows),
            marks.place_layer(rows),
            marks.label_layer(marks.label_rows(rows, camera["zoom"], selected)),
        ],
        camera,
    )


def has_us_divisions(rows: Sequence[Row]) -> bool:
    """Return True when a flow begins or ends in a state of the USA, so that state lines are wanted."""
    return any(str(row[end]).startswith("US-") for row in rows for end in ("origin_id", "destination_id"))


def first_camera(view: Explore) -> dict[str, float]:
    """Return the camera that shows the shown flows; on a phone, at least the busiest of firearms."""
    ends = ends_of(view)
    return deck.leaning(deck.zoom_to(ends), ends, busiest((view,)))


def busiest(views: Sequence[Explore]) -> deck.Ways:
    """Return where the shown flows of firearms begin and end, and their records; of all layers where there are none."""
    shown = pd.concat([view.flows[view.flows["is_shown"]] for view in views])
    is_main = shown["layer"] == "firearms"
    mine = shown[is_main] if is_main.any() else shown
    return list(mine[["origin_lon", "destination_lon", "record_count"]].itertuples(index=False, name=None))


def ends_of(view: Explore) -> list[tuple[float, float]]:
    """Return where the shown flows begin and end, as lon and lat."""
    shown = view.flows[view.flows["is_shown"]]
    ends = [shown[[f"{end}_lon", f"{end}_lat"]].to_numpy().tolist() for end in ("origin", "destination")]
    return [(float(lon), float(lat)) for places in ends for lon, lat in places]
