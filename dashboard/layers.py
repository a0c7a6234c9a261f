"""Frames to pydeck layers: flows, their arrows, the chosen corridor, and the whole map. Pure."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pydeck as pdk

from dashboard import curves, deck, marks, palette, words
from dashboard.marks import Row
from dashboard.view import Explore

RELATIONS, LAYERS = "relations", "layers"  # what the colour of a firearms flow says
BOWS = (0.16, 0.25, 0.34, 0.43, 0.52)  # one per layer, so that layers on one corridor lie side by side; by eye
CONTEXT_ALPHA = 135
ARROW_PX = 9.0  # added to one and a half times the width of its line; chosen by eye, 2026-11
MANY_FLOWS = ((1500, 8), (400, 14))  # above so many flows, so many points per line keep the message small
PICK_PX = 14.0  # a finger's or a mouse's tolerance around a thin line


def flow_rows(view: Explore, mode: str = RELATIONS) -> pd.DataFrame:
    """Return the shown flows with what is drawn: ``relation, colour, alpha, width_px, curve, tip``, widest first.

    Args:
        view: What the page shows.
        mode: RELATIONS colours firearms by relation and thins the rest; LAYERS gives each layer its colour.
    """
    shown = view.flows[view.flows["is_shown"]].reset_index(drop=True)
    relations = relation_by_corridor(view.corridors)
    scale = palette.widths(shown["record_count"].tolist())
    shown["relation"] = [relations.get(corridor_id, "insufficient") for corridor_id in shown["corridor_id"]]
    rows = marks.records(shown)
    is_main = [mode == LAYERS or row["layer"] == "firearms" for row in rows]
    shown["colour"] = [_colour(row, mode) for row in rows]
    shown["alpha"] = [235 if main else CONTEXT_ALPHA for main in is_main]
    shown["width_px"] = [
        round(scale(row["record_count"]) * (1 if main else palette.CONTEXT_SHARE), 2)
        for row, main in zip(rows, is_main, strict=True)
    ]
    shown["curve"] = pd.Series([_curve(row) for row in rows], index=shown.index, dtype=object)
    shown["tip"] = [flow_tip(row) for row in rows]
    return shown.sort_values("width_px", ascending=False, kind="stable", ignore_index=True)


def relation_by_corridor(corridors: pd.DataFrame) -> dict[str, str]:
    """Return the strongest relation of each corridor: the first that is not insufficient."""
    known = corridors[corridors["relation"] != "insufficient"].drop_duplicates("corridor_id")
    return dict(zip(known["corridor_id"].tolist(), known["relation"].tolist(), strict=True))


def _colour(row: Row, mode: str) -> str:
    if mode == RELATIONS and row["layer"] == "firearms":
        return palette.relation_colour(row["relation"])
    return palette.layer_colour(row["layer"])


def bow(layer: str) -> float:
    """Return how far a layer's lines bow, as a share of their length."""
    known = list(palette.LAYER_COLOURS)
    return BOWS[known.index(layer)] if layer in known else BOWS[-1]


def _curve(row: Row) -> curves.Curve:
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
    if row["layer"] == "firearms":
        lines.append(f"Relation: {words.relation_title(row['relation']).lower()}")
    return words.safe("\n".join([*lines, f"Source: {words.safe(row['sources'])}"]))


def path_rows(rows: pd.DataFrame) -> list[Row]:
    """Return one drawn line per flow, or one per dash, cut at the antimeridian; ``p`` is the path."""
    count = point_count(len(rows))
    found = []
    for row in marks.records(rows):
        colour = palette.rgba(row["colour"], row["alpha"])
        found += [{"p": path, "c": colour, "w": row["width_px"]} for path in paths(row, count)]
    return found


def point_count(flow_count: int) -> int:
    """Return how many points a line may have when so many flows are drawn."""
    return next((points for above, points in MANY_FLOWS if flow_count > above), curves.POINT_COUNT)


def paths(row: Mapping[str, Any], count: int) -> list[list[list[float]]]:
    """Return the pieces of one flow's line, coordinates rounded to three decimals."""
    bent: curves.Curve = row["curve"]
    if row["intended_share"] > 0.5:
        whole = curves.dashes(bent, 11)
    else:
        whole = [curves.line(bent, count, curves.TRIM_SHARE, 1 - curves.TRIM_SHARE)]
    return [[[round(lon, 3), round(lat, 3)] for lon, lat in piece] for part in whole for piece in curves.split(part)]


def arrow_rows(rows: pd.DataFrame) -> list[Row]:
    """Return one arrowhead per flow: ``p`` where, ``a`` the angle on the screen, ``s`` its size in pixels."""
    found = []
    for row in marks.records(rows):
        x, y = row["curve"].at(curves.ARROW_SHARE)
        found.append(
            {
                "p": [round(curves.wrapped(x), 3), round(curves.latitude(y), 3)],
                "a": round(row["curve"].angle_deg(curves.ARROW_SHARE), 1),
                "c": palette.rgba(row["colour"], min(255, row["alpha"] + 20)),
                "s": round(ARROW_PX + 1.5 * row["width_px"], 1),
            }
        )
    return found


def pick_rows(rows: pd.DataFrame) -> list[Row]:
    """Return the wide unseen lines that the mouse meets: ``tip`` and ``corridor_id`` of every flow, firearms on top."""
    found = []
    for row in marks.records(rows.sort_values("layer", key=lambda names: names == "firearms", kind="stable")):
        line = curves.line(row["curve"], 8, curves.TRIM_SHARE, 1 - curves.TRIM_SHARE)
        shared = {"w": max(PICK_PX, row["width_px"] + 6), "tip": row["tip"], "corridor_id": row["corridor_id"]}
        found += [
            {"p": [[round(lon, 3), round(lat, 3)] for lon, lat in piece], **shared} for piece in curves.split(line)
        ]
    return found


def _path_layer(layer_id: str, rows: list[Row], **props: object) -> pdk.Layer:
    shared = {"get_path": "p", "get_width": "w", "width_units": "'pixels'", "cap_rounded": True, "joint_rounded": True}
    return deck.layer("PathLayer", layer_id, rows, **{**shared, "get_color": "c", **props})


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
        billboard=False,
    )


def flow_layers(rows: pd.DataFrame) -> list[pdk.Layer]:
    """Return lines and arrows of every layer of ``flow_rows``, firearms on top."""
    found = []
    for name in sorted(rows["layer"].unique(), key=lambda name: (name == "firearms", name)):
        mine = rows[rows["layer"] == name]
        found += [
            _path_layer(f"flows-{name}", path_rows(mine)),
            _arrow_layer(f"arrows-{name}", arrow_rows(mine)),
        ]
    return found


def _halo(rows: pd.DataFrame, selected: str) -> pdk.Layer:
    mine = rows[rows["corridor_id"] == selected]
    found = [{"p": p, "w": row["width_px"] + 10} for row in marks.records(mine) for p in paths(row, 24)]
    return _path_layer("flows-selected", found, get_color=palette.rgba(palette.HALO, 210))


def _pick_layer(layer_id: str, rows: pd.DataFrame) -> pdk.Layer:
    return _path_layer(
        layer_id,
        pick_rows(rows),
        get_color=[255, 255, 255, 1],
        parameters={"depthWriteEnabled": False},  # else the next copy of the world is not drawn below its ends
        pickable=True,
        auto_highlight=True,
        highlight_color=palette.rgba(palette.HALO, 100),
    )


def deck_of(
    view: Explore, mode: str, selected: str | None, camera: Mapping[str, float], turn: int = 0
) -> deck.CompactDeck:
    """Return the whole map.

    Args:
        view: What the page shows.
        mode: RELATIONS or LAYERS.
        selected: The chosen corridor, which gets a halo; or None.
        camera: First view; keep it the same while filters change, or the map will jump.
        turn: How often a line was picked. It names the pick layer anew, so that the browser forgets the last pick.
    """
    rows = flow_rows(view, mode)
    has_us = bool(
        rows[["origin_id", "destination_id"]].astype(str).apply(lambda ids: ids.str.startswith("US-")).any(axis=None)
    )
    halo = [_halo(rows, selected)] if selected else []
    return deck.deck(
        [
            *deck.ground(has_us),
            *marks.incident_layers(view.incidents),
            *halo,
            *flow_layers(rows),
            _pick_layer(f"pick-{turn}", rows),
            marks.place_layer(rows),
            marks.label_layer(marks.label_rows(rows, camera["zoom"], selected)),
        ],
        camera,
    )


def first_camera(view: Explore) -> dict[str, float]:
    """Return the camera that shows the shown flows and discs."""
    shown = view.flows[view.flows["is_shown"]]
    ends = [shown[[f"{end}_lon", f"{end}_lat"]].to_numpy().tolist() for end in ("origin", "destination")]
    return deck.zoom_to((float(lon), float(lat)) for places in ends for lon, lat in places)
