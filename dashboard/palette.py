"""Colours, widths and sizes, chosen so that they keep apart for colour-blind readers, on a light and a dark page.

Checked by tests/dashboard/test_palette.py with Machado's (2009) matrices for complete deuteranopia and protanopia: any
two colours of one map differ by at least 10 in CIE Lab, and each stands out from the land by at least 3 to 1.
Everything is drawn in the colours of the light page; ``darkened`` exchanges them one for one.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

SEA = "#DAE7EF"
LAND = "#F4F1E9"
BORDER = "#B9B4A8"
DISPUTED = "#8D877B"
HALO = "#FFD23F"
HALO_CELL = "#C98A00"
PLACE = "#23262B"

LAYER_COLOURS = {
    "firearms": "#1F2A44",
    "drugs": "#006B58",
    "human_trafficking": "#EA2AA5",
    "terrorism": "#5A4500",
    "violence": "#972E31",
    "migrant_deaths": "#3E7FA8",
}
OTHER_LAYER = "#5C6E7E"  # a layer the register adds later
RELATION_COLOURS = {
    "common": "#1B7FD4",
    "inverse": "#D1480A",
    "mixed": "#4A1A6B",
    "crossing": "#111111",
    "insufficient": "#838280",
}
DIFFERING = "differing"  # of a line that stands for corridors of several relations
DIFFERING_COLOUR = "#5B3DF0"
DARK: Mapping[str, str] = {  # what stands for each colour of a light page on a dark one
    "#FFFFFF": "#14181D",
    SEA: "#14181D",
    LAND: "#262B33",
    BORDER: "#59616D",
    DISPUTED: "#9A948A",
    PLACE: "#ECEEF2",
    HALO: "#FFD23F",
    HALO_CELL: "#C98A00",
    "#1F2A44": "#F2F4FA",  # firearms
    "#006B58": "#42B790",  # drugs
    "#EA2AA5": "#FFA0C6",  # human trafficking
    "#5A4500": "#DCB564",  # terrorism
    "#972E31": "#DC6B64",  # violence
    "#3E7FA8": "#8FC7EE",  # migrant deaths
    "#5C6E7E": "#7891B1",  # other layers
    "#1B7FD4": "#41ABF6",  # common
    "#D1480A": "#FF7B3B",  # inverse
    "#4A1A6B": "#A27ACE",  # mixed
    "#111111": "#FFFFFF",  # crossing
    "#838280": "#8A8F98",  # too little evidence
    "#5B3DF0": "#785AFF",  # its parts differ
    "#5B6068": "#A9B0BA",  # ink of keys
    "#6B6B6B": "#A0A6AE",
    "#888888": "#9AA0A8",
    "#BDBDBD": "#3F444C",  # no record at all
    "#FBE3C0": "#4D3C1F",
    "#CFC4E3": "#43395C",
    "#E4EFF7": "#1D3345",
    "#A3C7E0": "#28506F",
    "#5E9AC4": "#336A94",
    "#1B4B73": "#8FC7EE",
    "#3D78A6": "#6AA6D2",
    "#6FA3C7": "#4C86B2",
    "#A5C6DD": "#346286",
    "#E3C48F": "#8A6C35",
    "#D9B26A": "#6B5222",
}

_HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")
_NUMBERS = re.compile(r"\[(\d{1,3}), ?(\d{1,3}), ?(\d{1,3})(?=[,\]])")

STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
WIDEST_PX, THINNEST_PX = 7.0, 1.2  # chosen by eye, 2026-11
CONTEXT_SHARE = 0.5  # of the width, for layers drawn beneath the firearms; chosen by eye, 2026-11
LARGEST_RADIUS_PX, SMALLEST_RADIUS_PX = 15.0, 2.0  # chosen by eye, 2026-11


def rgba(colour: str, alpha: int = 255) -> list[int]:
    """Return a #RRGGBB colour as red, green, blue and alpha, 0 to 255."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)] + [alpha]


def layer_colour(layer: str) -> str:
    """Return the colour of a layer, known or not."""
    return LAYER_COLOURS.get(layer, OTHER_LAYER)


def relation_colour(relation: str) -> str:
    """Return the colour of a relation; what is unknown looks like what is insufficient."""
    if relation == DIFFERING:
        return DIFFERING_COLOUR
    return RELATION_COLOURS.get(relation, RELATION_COLOURS["insufficient"])


def darkened(text: str) -> str:
    """Return the text of a picture, chart or map with each colour of the light page replaced by its dark one.

    Args:
        text: SVG or JSON: colours as ``#RRGGBB``, or as ``[red,green,blue`` with or without an alpha.
    """
    named = _HEX.sub(lambda found: DARK.get(found.group().upper(), found.group()), text)
    return _NUMBERS.sub(_darkened_numbers, named)


def _darkened_numbers(found: re.Match[str]) -> str:
    dark = DARK.get("#" + "".join(f"{int(value) % 256:02X}" for value in found.groups()))
    return f"[{','.join(map(str, rgba(dark)[:3]))}" if dark else found.group()


def rounded_up(value: float) -> int:
    """Return the next round number, at least 1: one of STEPS times a power of ten."""
    if not value > 1:
        return 1
    power = 10.0 ** math.floor(math.log10(value))
    return math.ceil(min(step * power for step in STEPS if step * power >= value))


@dataclass(frozen=True)
class Scale:
    """A square-root scale: a line twice as wide, or a disc twice as broad, stands for four times the count."""

    top: int
    largest: float = WIDEST_PX
    smallest: float = THINNEST_PX

    def __call__(self, count: float) -> float:
        """Return the size in pixels of a count; never below the smallest size that can be seen."""
        return max(self.smallest, self.largest * math.sqrt(max(count, 0.0) / self.top))

    def legend(self) -> list[int]:
        """Return up to three round counts, ascending, that span the scale; the smallest size is 1 or less."""
        wanted = {self.top, rounded_up(self.top / 10), rounded_up(self.top / 100)}
        return sorted(wanted)


def widths(counts: list[float], widest_px: float = WIDEST_PX) -> Scale:
    """Return the line scale of these record counts."""
    return Scale(rounded_up(max(counts, default=1)), widest_px)


def radii(counts: list[float]) -> Scale:
    """Return the disc scale of these incident counts."""
    return Scale(rounded_up(max(counts, default=1)), LARGEST_RADIUS_PX, SMALLEST_RADIUS_PX)
