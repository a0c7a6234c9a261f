"""Colours, widths and sizes, chosen so that they keep apart for colour-blind readers and on a light map.

Checked with Machado's (2009) full dichromacy matrices: any two colours of one map differ by at least 10 in CIE Lab.
"""

import math
from dataclasses import dataclass

SEA = "#F3F7F9"
LAND = "#E9E6DE"
BORDER = "#B9B4A8"
DISPUTED = "#8D877B"
HALO = "#FFD23F"
HALO_CELL = "#C98A00"
PLACE = "#23262B"

LAYER_COLOURS = {
    "firearms": "#1F2A44",
    "drugs": "#006B58",
    "human_trafficking": "#D45FA5",
    "terrorism": "#5A4500",
}
OTHER_LAYER = "#4F6D8C"  # a layer the register adds later
RELATION_COLOURS = {
    "common": "#1B7FD4",
    "inverse": "#D1480A",
    "mixed": "#4A1A6B",
    "crossing": "#111111",
    "insufficient": "#8C8C8C",
}

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
    return RELATION_COLOURS.get(relation, RELATION_COLOURS["insufficient"])


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


def widths(counts: list[float]) -> Scale:
    """Return the line scale of these record counts."""
    return Scale(rounded_up(max(counts, default=1)))


def radii(counts: list[float]) -> Scale:
    """Return the disc scale of these incident counts."""
    return Scale(rounded_up(max(counts, default=1)), LARGEST_RADIUS_PX, SMALLEST_RADIUS_PX)
