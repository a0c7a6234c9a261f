"""The printed map's legend, drawn from the very numbers and colours of its lines. Pure."""

import textwrap
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dashboard import findings, palette, words
from dashboard.print_map_ground import HEIGHT_PT, WIDTH_PT

ROW_PT, FONT_PT, SAMPLE_PT, LETTER_PT, PAD_PT = 12.0, 7.5, 30.0, 4.25, 6.0
GREY = "#5B6068"
CONTEXT_COLOUR, CONTEXT_PT = "#8A94A6", 0.7  # of thin lines; chosen by eye, 2026-11
NEAR_PT = 8.0  # how far a line is looked for around the legend


class Key(NamedTuple):
    """One row of the legend: a sample of a line, and words; without a colour a heading."""

    said: str
    colour: str = ""
    width_pt: float = 0.0
    is_dashed: bool = False


class Box(NamedTuple):
    """A rectangle on the paper, in points."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box") -> bool:
        """Return whether two rectangles overlap."""
        is_beside = self.right <= other.left or other.right <= self.left
        return not (is_beside or self.top <= other.bottom or other.top <= self.bottom)


def keys(main: pd.DataFrame, first: str, scale: palette.Scale, has_context: bool) -> list[Key]:
    """Return what the legend says of the lines that are drawn.

    Args:
        main: As print_map.main_rows gives them.
        first: The layer the others are laid over.
        scale: Of the widths.
        has_context: Whether there are thin lines.
    """
    title = findings.part_title(first)
    mine, others = main[main["layer"] == first], main[main["layer"] != first]
    found = [
        Key(f"{title}, {words.RELATION_KEYS[name]}", palette.relation_colour(name), 4.0)
        for name in findings.RELATED
        if (mine["relation"] == name).any()
    ]
    if len(mine) and not found:
        found.append(Key(title, mine["colour"].iloc[0], 4.0))
    found += [
        Key(findings.part_title(name), palette.layer_colour(findings.layer_of(name)), 4.0)
        for name in others["layer"].drop_duplicates()
    ]
    if has_context:
        found.append(Key(f"other large flows of {findings.mid(title)}", CONTEXT_COLOUR, CONTEXT_PT))
    if main.empty:
        return [*found, Key("disputed border", palette.DISPUTED, 0.6, True)]
    sizes = [Key(words.plural(value, "record"), GREY, scale(value)) for value in scale.legend()]
    return [*found, Key("Width: records of the flow"), *sizes, Key("disputed border", palette.DISPUTED, 0.6, True)]


def legend(axes: Any, rows: list[Key], lines: list[np.ndarray]) -> Box:
    """Draw the legend in the corner where it hides least, and return where."""
    from matplotlib.patches import Rectangle

    wide = PAD_PT * 2 + max((SAMPLE_PT + 6 if key.colour else 0) + LETTER_PT * len(key.said) for key in rows)
    box = _freest(wide, PAD_PT * 2 + ROW_PT * len(rows), lines)
    sheet = Rectangle((box.left, box.bottom), box.right - box.left, box.top - box.bottom, zorder=6)
    sheet.set(facecolor="white", alpha=0.92, edgecolor=palette.BORDER, linewidth=0.6)
    axes.add_patch(sheet)
    for at, key in enumerate(rows):
        _row(axes, key, box.left + PAD_PT, box.top - PAD_PT - ROW_PT * (at + 0.5))
    return box


def _row(axes: Any, key: Key, x: float, y: float) -> None:
    from matplotlib.patches import Polygon

    plain = {"fontsize": FONT_PT, "va": "center", "color": palette.PLACE, "zorder": 8}
    if not key.colour:
        axes.text(x, y, key.said, fontweight="bold", **plain)
        return
    style = (0, (3, 2)) if key.is_dashed else "-"
    axes.plot([x, x + SAMPLE_PT], [y, y], color=key.colour, linewidth=key.width_pt, linestyle=style, zorder=7)
    if not key.is_dashed and key.width_pt > 2:
        half = 3.0 + 0.5 * key.width_pt
        tip = [(x + 21, y), (x + 21 - 2 * half, y + half), (x + 21 - 2 * half, y - half)]
        axes.add_patch(Polygon(tip, closed=True, facecolor=key.colour, edgecolor="white", linewidth=0.4, zorder=7.5))
    axes.text(x + SAMPLE_PT + 6, y, key.said, **plain)


def _freest(wide: float, high: float, lines: list[np.ndarray]) -> Box:
    """Return the corner with the fewest points of lines in it; the lower left of equals."""
    gap = 5.0
    lefts, bottoms = (gap, WIDTH_PT - gap - wide), (gap, HEIGHT_PT - gap - high)
    corners = [Box(left, bottom, left + wide, bottom + high) for bottom in bottoms for left in lefts]
    points = np.concatenate([_dense(line) for line in lines]) if lines else np.empty((0, 2))
    return min(corners, key=lambda box: _inside(points, box))


def _dense(line: np.ndarray) -> np.ndarray:
    """Return points every few points along a line."""
    reach = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    steps = np.arange(0.0, reach[-1], 4.0)
    return np.column_stack([np.interp(steps, reach, line[:, axis]) for axis in (0, 1)])


def _inside(points: np.ndarray, box: Box, near_pt: float = NEAR_PT) -> int:
    """Return how many points lie in a rectangle, or so near it."""
    x, y = points[:, 0], points[:, 1]
    is_in = (x > box.left - near_pt) & (x < box.right + near_pt) & (y > box.bottom - near_pt) & (y < box.top + near_pt)
    return int(is_in.sum())


def wrapped(text: str, letters: int) -> list[str]:
    """Return a text in lines of at most so many letters."""
    return textwrap.wrap(text, letters)
