"""The printed map's numbers and names, placed so that none hides another. Pure."""

from typing import Any

import numpy as np
import pandas as pd

from dashboard import palette, words
from dashboard.marks import records
from dashboard.print_map_ground import HEIGHT_PT, WIDTH_PT, Frame, near
from dashboard.print_map_legend import Box, _dense, _inside

NAME_PT, LETTER_PT, BADGE_PT, BADGE_AWAY_PT = 8.5, 5.1, 8.0, 16.0
BADGE_SHARES = (0.5, 0.42, 0.58, 0.2, 0.8, 0.1, 0.9)  # along its line, in the order they are tried
ENDS = {"origin": 0, "destination": -1}
AROUND = ((8, 0), (-8, 0), (0, 9), (0, -9), (8, 9), (8, -9), (-8, 9), (-8, -9), (0, 17), (0, -17))


def labels(axes: Any, main: pd.DataFrame, frame: Frame, lines: list[np.ndarray], legend: Box) -> None:
    """Draw a number on each corridor and the names of its ends, in this order, whatever finds room.

    Args:
        axes: Of matplotlib, in points.
        main: As print_map.main_rows gives them.
        frame: What part of the world is on the paper.
        lines: Of ``main``, in its order.
        legend: Where the legend lies.
    """
    taken = [legend]
    numbered = main[main["number"] > 0].drop_duplicates("number")
    for row in records(numbered.assign(at=numbered.index)):
        taken.append(_badge(axes, str(row["number"]), row, lines[row["at"]], taken))
    points = np.concatenate([_dense(line) for line in lines]) if lines else np.empty((0, 2))
    for name, (x, y) in _ends(main, frame).items():
        axes.plot([x], [y], "o", markersize=3.2, color=palette.PLACE, markeredgecolor="white", zorder=5)
        box = _name(axes, name, (x, y), taken, points)
        if box:
            taken.append(box)


def _badge(axes: Any, number: str, row: dict[str, Any], line: np.ndarray, taken: list[Box]) -> Box:
    boxes = [box for share in BADGE_SHARES for box in _beside(line, share)]
    free = [box for box in boxes if not any(box.meets(other) for other in taken)]
    box = min(free or boxes, key=lambda box: _inside(_dense(line), box, 0.0))
    look = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": palette.relation_colour(row["relation"])}
    axes.text(
        (box.left + box.right) / 2,
        (box.bottom + box.top) / 2,
        number,
        ha="center",
        va="center",
        fontsize=9.5,
        fontweight="bold",
        color=palette.relation_colour(row["relation"]),
        bbox={**look, "linewidth": 1.6},
        zorder=9,
    )
    return box


def _beside(line: np.ndarray, share: float) -> list[Box]:
    """Return where a number may stand beside a line: left and right of a share of its length."""
    dense = _dense(line) if len(_dense(line)) > 1 else line
    at = min(max(int(share * len(dense)), 1), len(dense) - 1)
    run = dense[at] - dense[at - 1]
    across = np.array([-run[1], run[0]]) / (float(np.hypot(*run)) or 1.0)
    middles = [dense[at] + across * side * BADGE_AWAY_PT for side in (1, -1)]
    return [Box(x - BADGE_PT, y - BADGE_PT, x + BADGE_PT, y + BADGE_PT) for x, y in middles]


def _ends(main: pd.DataFrame, frame: Frame) -> dict[str, tuple[float, float]]:
    """Return the names of the flows' ends and where they are on the paper, those of the widest flows first."""
    found: dict[str, tuple[float, float]] = {}
    for row in records(main):
        ways = row["curve"].piece(0.0, 1.0, 40)
        turned = [(near((row[f"{end}_lon"], row[f"{end}_lat"]), ways[at])) for end, at in ENDS.items()]
        on_paper = frame.points([turned[0], *ways, turned[1]])
        for end, point in zip(ENDS, (on_paper[0], on_paper[-1]), strict=True):
            found.setdefault(words.safe(row[end]), (float(point[0]), float(point[1])))
    return found


def _name(axes: Any, name: str, at: tuple[float, float], taken: list[Box], points: np.ndarray) -> Box | None:
    """Write a name beside its place where it meets no other and as few lines as may be; return where it is."""
    from matplotlib.patheffects import withStroke

    wide = LETTER_PT * len(name)
    best: tuple[int, Box, tuple[float, float, str]] | None = None
    for dx, dy in AROUND:
        side = "left" if dx > 0 else "right" if dx < 0 else "center"
        left = at[0] + dx - {"left": 0.0, "right": wide, "center": wide / 2}[side]
        box = Box(left, at[1] + dy - NAME_PT * 0.65, left + wide, at[1] + dy + NAME_PT * 0.65)
        is_out = box.left < 2 or box.right > WIDTH_PT - 2 or box.bottom < 2 or box.top > HEIGHT_PT - 2
        if is_out or any(box.meets(other) for other in taken):
            continue
        hidden = _inside(points, box, 1.0)
        if best is None or hidden < best[0]:
            best = hidden, box, (at[0] + dx, at[1] + dy, side)
    if best is None:
        return None
    x, y, side = best[2]
    halo = [withStroke(linewidth=2.2, foreground="white")]
    look = {"fontsize": NAME_PT, "fontweight": "bold", "color": palette.PLACE, "path_effects": halo, "zorder": 8}
    axes.text(x, y, name, ha=side, va="center", **look)
    return best[1]
