"""The map's legend as small pictures (SVG), drawn from the very scales the map uses."""

from collections.abc import Sequence
from html import escape

import pandas as pd

from dashboard import layers, levels, palette, routes, words
from dashboard.view import Explore
from data.disclosure import SUPPRESSED

INK = "#5B6068"
HALO_KEYS = ("taken by few of the ways tried", "taken by all of them")
WIDTH_PX, LINE_PX, FONT_PX = 330, 22, 13
SAMPLE_PX = 62  # length of a sample line
WAY, BOW = "M0 3L14 -4L24 -1L38 5L50 -3L62 0", "M0 4Q31 -14 62 4"
LAND_KEY = f'<rect x="16" y="-7" width="30" height="14" fill="{palette.LAND}" stroke="{palette.BORDER}"/>'
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
TEXT = '<text x="{x}" y="{y}" font-family="sans-serif" font-size="{size}" fill="#23262B"{extra}>{text}</text>'


def picture(title: str, rows: list[tuple[str, str]]) -> str:
    """Return a legend block: a title and rows of (drawing, words); a drawing is centred on y = 0."""
    height = LINE_PX * (len(rows) + 1) + 4  # a large disc as the last row is taller than a line
    parts = [HEAD.format(w=WIDTH_PX, h=height), _text(0, 14, title, ' font-weight="bold"')]
    for index, (drawing, said) in enumerate(rows):
        y = LINE_PX * (index + 1) + LINE_PX / 2
        parts.append(f'<g transform="translate(2 {y:g})">{drawing}</g>')
        parts.append(_text(SAMPLE_PX + 12, y + FONT_PX / 3, said))
    return "".join([*parts, "</svg>"])


def _text(x: float, y: float, said: str, extra: str = "") -> str:
    return TEXT.format(x=x, y=f"{y:g}", size=FONT_PX, extra=extra, text=escape(said))


def line(colour: str, width: float, is_dashed: bool = False, alpha: int = 255) -> str:
    """Return a sample line with its arrowhead."""
    dash = ' stroke-dasharray="7 5"' if is_dashed else ""
    tip = 3.5 + 0.8 * width
    return (
        f'<g opacity="{alpha / 255:.2f}"><path d="M0 0H{SAMPLE_PX}" stroke="{colour}" stroke-width="{width:g}"{dash}/>'
        f'<path d="M{34 - tip:g} {-tip:g}L{34 + tip:g} 0L{34 - tip:g} {tip:g}Z" fill="{colour}"/></g>'
    )


def colours(view: Explore, mode: str) -> str:
    """Return what the colours of the shown lines mean; a colour that no line has is left out."""
    shown = list(dict.fromkeys(view.flows.loc[view.flows["is_shown"], "layer"].tolist()))
    others = [name for name in shown if name != "firearms" or mode == layers.LAYERS]
    rows = []
    if mode == layers.RELATIONS and "firearms" in shown:
        keys = words.RELATION_KEYS | {palette.DIFFERING: "its corridors differ: point at it"}
        found = _relations(view)
        rows = [(line(palette.relation_colour(name), 4), f"Firearms, {keys[name]}") for name in keys if name in found]
    width, alpha = (4.0, 235) if mode == layers.LAYERS else (2.0, layers.CONTEXT_ALPHA)
    rows += [(line(palette.layer_colour(name), width, alpha=alpha), words.layer_title(name)) for name in others]
    return picture("Colour", rows)


def _relations(view: Explore) -> set[str]:
    """Return the relations of the firearms flows that are shown."""
    mine = view.flows[view.flows["is_shown"] & (view.flows["layer"] == "firearms")]
    if view.level != "place":
        return set(mine["relation"])
    known = levels.relation_by_corridor(view.corridors)
    return {known.get(corridor, "insufficient") for corridor in mine["corridor_id"]}


def sizes(view: Explore, mode: str) -> str:
    """Return what the widths of the lines mean, with round values drawn as the map draws them."""
    shown = view.flows[view.flows["is_shown"]]
    scale = palette.widths(shown["record_count"].tolist())
    rows = [(line(INK, scale(value)), words.plural(value, "record")) for value in scale.legend()]
    if mode == layers.RELATIONS and set(shown["layer"]) - {"firearms"}:
        half = scale(scale.top) * palette.CONTEXT_SHARE
        rows.append((line(INK, half), f"{words.plural(scale.top, 'record')}, other layers"))
    if (shown["intended_share"] > 0.5).any():
        rows.append(mostly_intended())
    is_way = shown["corridor_id"].isin(view.routes["corridor_id"])
    if view.level != "place":
        rows.append((_bent(INK, BOW), f"sum of all flows of two {levels.PLURALS[view.level]}"))
        return picture("Width: records of a line", rows)
    if is_way.any():
        rows.append((_bent(INK, WAY), "along a plausible way"))
    if not is_way.all():
        rows.append((_bent(INK, BOW), "way not known: a curve"))
    return picture("Width: records of a flow", rows)


def mostly_intended() -> tuple[str, str]:
    """Return the row of dashed lines."""
    return line(INK, 3, is_dashed=True), "destination mostly not reached"


def marks(view: Explore, has_halo: bool = False) -> str:
    """Return what dots, discs, filled countries and, with a corridor chosen, the cells around its way mean."""
    rows = [('<circle cx="31" cy="0" r="3" fill="#23262B"/>', "end known as a place")]
    if view.level != "place":
        rows = rings((view,))
    if has_halo:
        rows += [(_hexagon(alpha), told) for alpha, told in zip(routes.HALO_ALPHA, HALO_KEYS, strict=True)]
    rows += incident_colours(view.incidents)
    if (view.incidents["precision"] != "country").any():
        rows += disc_sizes(layers.disc_scale((view,)))
    return picture("Dots and areas", [*rows, *silences(view)])


def incident_colours(incidents: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the colour of each layer of incidents: as a disc, and as a country where no more is known."""
    is_country, rows = incidents["precision"] == "country", []
    for name in sorted(incidents["layer"].unique()):
        colour, title = palette.layer_colour(name), words.layer_title(name)
        known = set(is_country[incidents["layer"] == name])
        rows += [(disc(colour, 7), f"{title}: incidents")] if False in known else []
        rows += [(_area(colour), f"{title}: known only by country")] if True in known else []
    return rows


def disc_sizes(scale: palette.Scale) -> list[tuple[str, str]]:
    """Return what the size of a disc of any layer means."""
    return [(disc(INK, scale(value)), words.plural(value, "incident")) for value in scale.legend()[-2:]]


def hatched() -> str:
    """Return a sample of a country that reports nothing."""
    lines = "".join(f"M{x} 7L{x + 14} -7" for x in (16, 24, 32))
    return f'{LAND_KEY}<path d="{lines}" stroke="{palette.BORDER}"/>'


def silences(view: Explore) -> list[tuple[str, str]]:
    """Return the rows that keep none seen, not reported and withheld apart.

    A country counts as silent only where no chosen layer reports, so a missing line may be either.
    """
    rows = [(LAND_KEY, "reports some of the chosen layers;"), ("", "no line: none seen or not reported")]
    if len(view.silent):
        rows.append((hatched(), "nothing reported of the chosen layers"))
    if view.filters.region:
        rows.append(("", "outside the chosen region: not asked"))
    if len(view.withheld):
        count = words.plural(view.withheld["cell_count"].sum(), "small count")
        rows.append((_text(20, 4, SUPPRESSED), f"{count} withheld, not drawn"))
    return rows


def rings(views: Sequence[Explore]) -> list[tuple[str, str]]:
    """Return what the rings mean: records that stay within one unit, the largest round counts as the map draws them.

    Args:
        views: Of one level, drawn on one scale.
    """
    if all(view.within.empty for view in views):
        return []
    scale = layers.ring_scale(views)
    unit = levels.UNITS[views[0].level]
    return [
        (_ring(min(scale(value), LINE_PX / 2)), f"{words.plural(value, 'record')} within one {unit}")
        for value in [value for value in scale.legend() if scale(value) <= LINE_PX / 2][-1:]
    ]


def _ring(radius: float) -> str:
    look = f'fill="{INK}" fill-opacity=".08" stroke="{INK}" stroke-width="2"'
    return f'<circle cx="31" cy="0" r="{radius:g}" {look}/>'


def _bent(colour: str, shape: str) -> str:
    return f'<path d="{shape}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def disc(colour: str, radius: float) -> str:
    """Return a sample disc of this radius in pixels."""
    look = f'fill="{colour}" fill-opacity=".28" stroke="{colour}" stroke-opacity=".6"'
    return f'<circle cx="31" cy="0" r="{radius:g}" {look}/>'


def _hexagon(alpha: int) -> str:
    look = f'fill="{palette.HALO_CELL}" fill-opacity="{alpha / 255:.2f}"'
    return f'<path d="M23 0L27 -7H35L39 0L35 7H27Z" {look}/>'


def _area(colour: str) -> str:
    return f'<rect x="16" y="-7" width="30" height="14" fill="{colour}" fill-opacity=".16"/>'
