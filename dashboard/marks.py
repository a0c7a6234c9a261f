"""Frames to pydeck layers: what stands still on the map: places, their names, incidents. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pydeck as pdk

from dashboard import curves, deck, palette, words

LABEL_PX, LETTER_PX = 12, 6.4  # height of a label, mean width of its letters

Row = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Row]:
    """Return a frame's rows as dictionaries; column by column, which takes a third of pandas' own time."""
    names = [str(name) for name in frame.columns]
    columns = [frame.iloc[:, at].tolist() for at in range(len(names))]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def place_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the ends of the flows that are better known than their country, each once; ``tip`` is the name."""
    found: dict[str, Row] = {}
    for end in ("origin", "destination"):
        for row in (row for row in rows if row[f"{end}_level"] != "country"):
            where = [round(float(row[f"{end}_lon"]), 3), round(float(row[f"{end}_lat"]), 3)]
            found[row[f"{end}_id"]] = {"p": where, "tip": words.safe(row[end])}
    return list(found.values())


def label_rows(rows: Sequence[Row], zoom: float, selected: str | None) -> list[Row]:
    """Return the names of the flows' ends, the busiest first, as many as do not overlap at this zoom.

    Args:
        rows: As ``flow_rows`` gives them, widest first.
        zoom: Zoom of the first view.
        selected: The chosen corridor, whose ends come before all others; or None.
    """
    scale = 2**zoom * deck.TILE_PX / 360
    found: dict[str, Row] = {}
    taken: list[tuple[float, float, int]] = []
    for row in sorted(rows, key=lambda row: row.get("corridor_id") != selected):
        for end in ("origin", "destination"):
            lon, lat, name = float(row[f"{end}_lon"]), float(row[f"{end}_lat"]), words.safe(row[end])
            box = (lon * scale, curves.mercator_y(lat) * scale, len(name))
            if row[f"{end}_id"] not in found and not any(_meet(box, other) for other in taken):
                taken.append(box)
                found[row[f"{end}_id"]] = {"p": [round(lon, 3), round(lat, 3)], "t": name}
    return list(found.values())


def _meet(one: tuple[float, float, int], other: tuple[float, float, int]) -> bool:
    reach = LETTER_PX * (one[2] + other[2]) / 2 + 8
    return abs(one[0] - other[0]) < reach and abs(one[1] - other[1]) < LABEL_PX + 8


def label_layer(rows: list[Row]) -> pdk.Layer:
    """Return the names of places below their dots."""
    return deck.layer(
        "TextLayer",
        "labels",
        rows,
        get_position="p",
        get_text="t",
        get_size=LABEL_PX,
        get_color=palette.rgba(palette.PLACE),
        get_pixel_offset=[0, 13],
        character_set="'auto'",
        font_family="'Source Sans, sans-serif'",
        font_weight=600,
        background=True,
        get_background_color=[255, 255, 255, 165],
        background_padding=[2, 0],
    )


def place_layer(rows: Sequence[Row]) -> pdk.Layer:
    """Return a dot for each end that is better known than its country."""
    return deck.layer(
        "ScatterplotLayer",
        "places",
        place_rows(rows),
        get_position="p",
        get_radius=deck.each(2.5),
        get_fill_color=deck.each(palette.rgba(palette.PLACE)),
        get_line_color=deck.each([255, 255, 255]),
        get_line_width=deck.each(1),
        pickable=True,
        **deck.DISCS,
    )


def silent_layers(silent: pd.DataFrame) -> list[pdk.Layer]:
    """Return the countries that report nothing, pale and hatched, so that they are not taken for none found."""
    if silent.empty:
        return []
    drawn = silent[silent["country_id"].isin(list(deck.land()))]
    areas = [area for row in records(drawn) for area in _silent_areas(row)]
    lines = [part for country_id in drawn["country_id"].tolist() for part in deck.hatching(country_id)]
    return [
        deck.areas("silent", areas, palette.rgba(palette.BORDER, 45), pickable=True),
        deck.lines("silent-hatching", deck.line_rows(lines), palette.rgba(palette.BORDER, 200)),
    ]


def _silent_areas(row: Mapping[str, Any]) -> list[Row]:
    tip = words.safe(f"{words.safe(row['name'])}\n{words.NOT_REPORTED}")
    return [{**part, "tip": tip} for part in deck.tint(row["country_id"])]


def incident_layers(incidents: pd.DataFrame, scale: palette.Scale) -> list[pdk.Layer]:
    """Return discs for incidents known by cell and filled countries for those known by country only.

    Args:
        incidents: As view.Explore has them.
        scale: Of the discs, as layers.disc_scale gives it: one for all layers.
    """
    found = []
    for name in sorted(incidents["layer"].unique()):
        mine = incidents[incidents["layer"] == name]
        colour = palette.layer_colour(name)
        found.append(_country_layer(f"incident-countries-{name}", mine[mine["precision"] == "country"], colour))
        found.append(_disc_layer(f"incidents-{name}", mine[mine["precision"] != "country"], colour, scale))
    return found


def incident_tip(row: Mapping[str, Any]) -> str:
    """Return the text that is shown over incidents of one cell or country."""
    place = words.safe(row["place"]) or "within about 60 km"
    killed = row["killed_count"]
    known = "killed: not known" if pd.isna(killed) else f"killed: {words.number(killed)}"
    return words.safe(
        f"{words.layer_title(row['layer'])}: {words.plural(row['incident_count'], 'incident')}\n{place}, {known}"
    )


def _disc_layer(layer_id: str, rows: pd.DataFrame, colour: str, scale: palette.Scale) -> pdk.Layer:
    discs = [
        {
            "p": [round(row["lon"], 3), round(row["lat"], 3)],
            "r": round(scale(row["incident_count"]), 1),
            "tip": incident_tip(row),
        }
        for row in records(rows)
    ]
    return deck.layer(
        "ScatterplotLayer",
        layer_id,
        discs,
        get_position="p",
        get_radius="r",
        get_fill_color=deck.each(palette.rgba(colour, 70)),
        get_line_color=deck.each(palette.rgba(colour, 150)),
        get_line_width=deck.each(0.7),
        pickable=True,
        **deck.DISCS,
    )


def _country_layer(layer_id: str, rows: pd.DataFrame, colour: str) -> pdk.Layer:
    shapes = deck.land()
    known = [(row["country_id"], incident_tip(row)) for row in records(rows) if row["country_id"] in shapes]
    areas = [{**part, "tip": tip} for country_id, tip in known for part in deck.tint(country_id)]
    return deck.areas(layer_id, areas, palette.rgba(colour, 22), pickable=True)
