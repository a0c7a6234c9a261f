"""Two choices beside each other: two maps with one first view and one width scale, and their numbers. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pandas as pd
import pydeck as pdk

from dashboard import changes, deck, layers, legend, marks, palette, words
from dashboard.charts_time import order
from dashboard.filters import Filters
from dashboard.relations import ANCHOR
from dashboard.stores import Choices
from dashboard.view import Explore

BY = {"region": "Two regions or countries", "period": "Two periods", "layer": "Two layers"}
SIDES = ("left", "right")
LISTED = 20  # flows that differ most
HALF_WIDEST_PX = 4.0  # of a line on a map half as wide as usual; chosen by eye, 2026-11
Sides = tuple[Explore, Explore]


class Scales(NamedTuple):
    """What a count is worth in pixels, on both maps: the width of a line, the radius of a ring, that of a disc."""

    widths: palette.Scale
    rings: palette.Scale
    discs: palette.Scale


def narrowed(chosen: Filters, by: str, side: str) -> Filters:
    """Return the filters of one side: the choice of the bar, with one part of it replaced.

    Args:
        chosen: The choice of the filter bar.
        by: One of BY.
        side: A region or country, two years as 2015-2019, or a layer.
    """
    if by == "region":
        return replace(chosen, region=(side,))
    if by == "layer":
        return replace(chosen, layers=(side,))
    first, last = (int(year) for year in side.split("-"))
    return replace(chosen, since=date(first, 1, 1), until=date(last + 1, 1, 1))


def halves(spans: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return first and last year of each side: halves of the years with firearms, without them of those of any layer.

    Args:
        spans: As Store.spans.
    """
    mine = spans.loc[[ANCHOR]] if ANCHOR in spans.index else spans
    first, last = int(mine["first_on"].min().year), int(mine["last_on"].max().year)
    return dict(zip(SIDES, changes.halves(first, last) or ((first, last),) * 2, strict=True))


def title(by: str, side: str, choices: Choices) -> str:
    """Return one side in words."""
    if by == "layer":
        return words.layer_title(side)
    if by == "period":
        first, last = side.split("-")
        return first if first == last else f"{first} to {last}"
    return words.safe(dict(choices.countries).get(side, side))


def scales(sides: Sides) -> Scales:
    """Return the scales of both maps."""
    counts = [count for view in sides for count in _shown(view)["record_count"].tolist()]
    return Scales(palette.widths(counts, HALF_WIDEST_PX), layers.ring_scale(sides), layers.disc_scale(sides))


def camera(sides: Sides) -> dict[str, float]:
    """Return the one first view of both maps: it holds the ends of the flows of both, each map half a page wide."""
    return deck.halved(deck.zoom_to([*layers.ends_of(sides[0]), *layers.ends_of(sides[1])]))


def deck_of(view: Explore, measures: Scales, first_view: Mapping[str, float]) -> deck.CompactDeck:
    """Return one of the two maps, each layer in its colour."""
    rows = layers.flow_rows(view, layers.LAYERS, measures.widths)
    drawn: list[pdk.Layer] = [
        *deck.ground(layers.has_us_divisions(rows)),
        *marks.silent_layers(view.silent),
        *marks.incident_layers(view.incidents, measures.discs),
        *layers.ring_layers("within", layers.ring_rows(view, layers.LAYERS, measures.rings)),
        *layers.flow_layers(rows, first_view["zoom"]),
        layers.pick_layer("pick", rows),
        marks.place_layer(rows),
        marks.label_layer(marks.label_rows(rows, first_view["zoom"], None)),
    ]
    return deck.deck(drawn, first_view)


def keys(sides: Sides, measures: Scales) -> list[str]:
    """Return what colours, widths, dashes, rings, discs and hatching mean on both maps, as small pictures."""
    flowing = pd.concat([found["layer"] for view in sides for found in (_shown(view), view.within)]).unique().tolist()
    colours = [(legend.line(palette.layer_colour(name), 4), words.layer_title(name)) for name in order(flowing)]
    colours += legend.incident_colours(pd.concat([view.incidents for view in sides]))
    scale = measures.widths
    widths = [(legend.line(legend.INK, scale(n)), words.plural(n, "record")) for n in scale.legend()]
    if any((_shown(view)["intended_share"] > 0.5).any() for view in sides):
        widths.append(legend.mostly_intended())
    found = [legend.picture("Colour, both maps", colours), legend.picture("Width: records, both maps", widths)]
    return [*found, *(legend.picture(title, rows) for title, rows in _round(sides, measures).items() if rows)]


def _round(sides: Sides, measures: Scales) -> dict[str, list[tuple[str, str]]]:
    """Return what rings and discs mean, no row where there are none, and what countries without a line mean."""
    has_discs = any((view.incidents["precision"] != "country").any() for view in sides)
    discs = legend.disc_sizes(measures.discs) if has_discs else []
    rounds = {"Rings, both maps": legend.rings(sides), "Discs: incidents, both maps": discs}
    return rounds | {f"Countries, {name} map": legend.silences(view) for name, view in zip(SIDES, sides, strict=True)}


def _shown(view: Explore) -> pd.DataFrame:
    return view.flows[view.flows["is_shown"]]


def numbers(sides: Sides, titles: tuple[str, str]) -> pd.DataFrame:
    """Return records and flows of each layer on both sides, and the difference, right less left.

    A layer that one side leaves out, because two layers are compared, is no row of its own: the two are set against
    each other.
    """
    counts = [_counts(view) for view in sides]
    if sides[0].filters.layers != sides[1].filters.layers:
        counts = [found.sum().rename("Both layers").to_frame().T for found in counts]
    both = pd.concat(counts, axis=1, keys=titles).fillna(0).astype("int64")
    table = pd.DataFrame(index=[str(name) for name in both.index])
    for column, noun in (("record_count", "records"), ("flow_count", "flows")):
        left, right = ((title, column) for title in titles)
        for key in (left, right):
            table[f"{key[0]}: {noun}"] = both[key].to_numpy()
        table[f"Difference: {noun}"] = (both[right] - both[left]).to_numpy()
    return table.rename_axis("Layer").reset_index()


def _counts(view: Explore) -> pd.DataFrame:
    """Return records on flows, or incidents, and the number of flows of each chosen layer, under its title."""
    incidents = view.incidents.groupby("layer")["incident_count"].sum()
    mine = view.totals[view.totals["layer"].isin(view.filters.layers)].set_index("layer")
    found = mine[["flow_record_count", "flow_count"]].rename(columns={"flow_record_count": "record_count"})
    found["record_count"] += incidents.reindex(found.index).fillna(0).astype("int64")
    return found.rename(index=words.layer_title)


def largest(view: Explore) -> pd.DataFrame:
    """Return the largest flows of one side: a flow lies within one region, so two of them differ in all."""
    rows = view.flows.sort_values("record_count", ascending=False, kind="stable").head(LISTED)
    return pd.DataFrame(
        {
            "Layer": [words.layer_title(name) for name in rows["layer"]],
            "From": [words.safe(name) for name in rows["origin"]],
            "To": [words.safe(name) for name in rows["destination"]],
            "Records": rows["record_count"].tolist(),
        }
    )


def differing(sides: Sides, titles: tuple[str, str]) -> pd.DataFrame:
    """Return the flows that differ most between both sides, right less left; a flow that one side lacks counts 0."""
    key = ["origin", "destination"]
    if sides[0].filters.layers == sides[1].filters.layers:
        key = ["layer", *key]
    sums = [view.flows.groupby(key)["record_count"].sum() for view in sides]
    both = pd.concat(sums, axis=1, keys=titles).fillna(0).astype("int64")
    both["Difference"] = both[titles[1]] - both[titles[0]]
    largest = both["Difference"].abs().sort_values(ascending=False, kind="stable").head(LISTED).index
    table = both.loc[largest].reset_index()
    for name in key:
        table[name] = table[name].map(words.layer_title if name == "layer" else words.safe)
    return table.rename(columns={"layer": "Layer", "origin": "From", "destination": "To"})
