"""One moment of all layers on the map: flows and incidents of a window, on one scale for the whole playback. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
import pydeck as pdk

from dashboard import curves, deck, layers, legend, marks, palette, words
from dashboard.timeline import PAIR, Timeline, Window

ALPHA = 225
LARGEST_RADIUS_PX = legend.LINE_PX / 2  # as large as the legend can show
WORLD_ZOOM = 1.2  # below it most of the world is in view anyway
LABEL_COUNT = 16  # flows whose ends are named; by eye, 2026-11


class Scales(NamedTuple):
    """What a record is worth in pixels, the same in every window."""

    widths: palette.Scale
    radii: palette.Scale


def scales(most_records: int, most_incidents: int) -> Scales:
    """Return the scales whose ends are the busiest flow and the busiest cell of any window."""
    discs = palette.Scale(palette.rounded_up(most_incidents), LARGEST_RADIUS_PX, palette.SMALLEST_RADIUS_PX)
    return Scales(palette.widths([most_records]), discs)


def shown(window: Window, top: int) -> pd.DataFrame:
    """Return the largest flows of each layer in the window, those within one place left out."""
    known = window.flows[window.flows["origin_id"] != window.flows["destination_id"]]
    return known.groupby("layer", sort=False).head(top)


def flow_rows(flows: pd.DataFrame, scale: palette.Scale) -> list[marks.Row]:
    """Return the flows with what is drawn: ``colour, alpha, width_px, curve, tip``, the widest first."""
    found = [
        {
            **row,
            "colour": palette.layer_colour(row["layer"]),
            "alpha": ALPHA,
            "width_px": round(scale(row["record_count"]), 2),
            "curve": _curve(row),
            "tip": tip(row),
        }
        for row in marks.records(flows)
    ]
    return sorted(found, key=lambda row: -row["width_px"])


def _curve(row: Mapping[str, float]) -> curves.Curve:
    origin = (float(row["origin_lon"]), float(row["origin_lat"]))
    destination = (float(row["destination_lon"]), float(row["destination_lat"]))
    return curves.curve(origin, destination, layers.bow(str(row["layer"])))


def tip(row: Mapping[str, object]) -> str:
    """Return the text that is shown over a flow."""
    ends = f"{words.safe(row['origin'])} → {words.safe(row['destination'])}"
    return words.safe(f"{words.layer_title(str(row['layer']))}: {ends}\n{words.plural(_count(row), 'record')}")


def _count(row: Mapping[str, object]) -> float:
    return float(str(row["record_count"]))


def deck_of(
    window: Window, top: int, measure: Scales, camera: Mapping[str, float], silent: pd.DataFrame
) -> deck.CompactDeck:
    """Return the map of one window; its layers keep their ids, so that the browser changes them in place.

    Args:
        window: What is shown.
        top: How many flows a layer.
        measure: The scales of the playback.
        camera: First view.
        silent: Countries that report nothing in the whole time, as assemble.silent gives them.
    """
    rows = flow_rows(shown(window, top), measure.widths)
    names = marks.label_rows(rows[:LABEL_COUNT], camera["zoom"], None)
    return deck.deck(
        [
            *deck.ground(layers.has_us_divisions(rows)),
            *marks.silent_layers(silent),
            *_incident_layers(window.incidents, measure.radii),
            *layers.flow_layers(rows),
            layers.pick_layer("pick", rows),
            marks.place_layer(rows),
            marks.label_layer(names),
        ],
        camera,
    )


def _incident_layers(incidents: pd.DataFrame, scale: palette.Scale) -> list[pdk.Layer]:
    """Return discs for incidents of known place; those known only by country have no point and are counted above."""
    known = incidents[incidents["lon"].notna()]
    return [
        deck.layer(
            "ScatterplotLayer",
            f"incidents-{name}",
            [_disc(row, scale) for row in marks.records(mine)],
            get_position="p",
            get_radius="r",
            radius_units="'pixels'",
            get_fill_color=palette.rgba(palette.layer_colour(str(name)), 70),
            stroked=True,
            get_line_color=palette.rgba(palette.layer_colour(str(name)), 150),
            line_width_min_pixels=0.7,
            pickable=True,
        )
        for name, mine in known.groupby("layer")
    ]


def _disc(row: Mapping[str, object], scale: palette.Scale) -> dict[str, object]:
    count = float(str(row["incident_count"]))
    said = f"{words.layer_title(str(row['layer']))}: {words.plural(count, 'incident')} within about 60 km"
    where = [round(float(str(row[name])), 3) for name in ("lon", "lat")]
    return {"p": where, "r": round(scale(count), 1), "tip": words.safe(said)}


def camera(view: Timeline) -> dict[str, float]:
    """Return the view that holds the ends of each layer's largest flows of the whole time, or the inhabited world."""
    sums = view.flows.groupby(PAIR)["record_count"].sum().sort_values(ascending=False, kind="stable").reset_index()
    largest = sums.groupby("layer").head(view.filters.top)
    ids = pd.unique(pd.concat([largest["origin_id"], largest["destination_id"]]))
    places = list(view.places.loc[ids, ["lon", "lat"]].itertuples(index=False, name=None))
    found = deck.zoom_to(places)
    return deck.leaning(found if found["zoom"] > WORLD_ZOOM else deck.camera(None), places, _busiest(view, largest))


def _busiest(view: Timeline, largest: pd.DataFrame) -> deck.Ways:
    """Return where the largest flows of firearms, or of all layers where none has any, begin and end; and records."""
    is_main = largest["layer"] == "firearms"
    mine = largest[is_main] if is_main.any() else largest
    ends = [view.places["lon"].reindex(mine[end]).tolist() for end in ("origin_id", "destination_id")]
    return list(zip(*ends, mine["record_count"].tolist(), strict=True))


def keys(names: list[str], view: Timeline, measure: Scales, has_silent: bool = False) -> list[str]:
    """Return what colours, widths, discs and hatching mean, as small pictures.

    Args:
        names: The layers, in order.
        view: What the page shows.
        measure: The scales of the playback.
        has_silent: Whether countries are hatched.
    """
    with_flows, with_incidents = set(view.flows["layer"]), set(view.incidents["layer"])
    colours = [
        (legend.line(palette.layer_colour(name), 4), words.layer_title(name)) for name in names if name in with_flows
    ]
    colours += [
        (legend.disc(palette.layer_colour(name), 7), words.layer_title(name))
        for name in names
        if name in with_incidents
    ]
    if has_silent:
        colours.append((legend.hatched(), "nothing reported in the whole time"))
    found = [legend.picture("Colour", colours)]
    if with_flows:
        widths = [
            (legend.line(legend.INK, measure.widths(n)), words.plural(n, "record"))
            for n in measure.widths.legend()[-2:]
        ]
        found.append(legend.picture("Width: records, one scale for all time", widths))
    if with_incidents:
        found.append(legend.picture("Discs: incidents within about 60 km", legend.disc_sizes(measure.radii)))
    return found


def note(told: list[str], window: Window) -> str:
    """Return how much of the window is drawn, and what has no point.

    Args:
        told: Per layer, how many flows are drawn of how many.
        window: What is shown.
    """
    vague = int(window.incidents.loc[window.incidents["lon"].isna(), "incident_count"].sum())
    parts = [f"Drawn: {'; '.join(told)}."] if told else ["No flow in this window: nothing was reported that has one."]
    if vague:
        parts.append(f"{words.plural(vague, 'incident')} known only by country: counted, not drawn.")
    return " ".join([*parts, words.BOWS, words.BOUNDARIES])
