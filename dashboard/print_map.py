"""The map for paper: a picture of the clearest corridors, with legend, marking and notes; no browser. Pure."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
import shapely.ops

from dashboard import curves, findings, layers, palette, print_map_labels, print_map_legend, relations, routes, words
from dashboard.deck import land
from dashboard.marks import records
from dashboard.print_map_ground import HEIGHT_PT, PANEL, WIDTH_PT, Frame, fitted, ground, near
from dashboard.view import Explore
from data import disclosure

SIZE_IN = (9.0, 6.0)
DPI = 300
PACKING = 3  # of 9: twice as quick as the usual 6, and a tenth larger
MAIN_CORRIDORS = 5  # more are no longer read in ten seconds; chosen by eye, 2026-11
MAIN_FLOWS = 6  # of the first layer, where no corridor has a word; chosen by eye, 2026-11
PAIR_FLOWS = 4  # of each of two layers then; chosen by eye, 2026-11
CONTEXT_FLOWS = 30  # drawn thin below; chosen by eye, 2026-11
COUNTER_SHARE = 0.25  # of the larger direction, below which the other is not drawn; chosen by eye, 2026-11
ARROW_PT, ARROW_PER_PT = 3.0, 1.0  # half the length of an arrowhead, and its growth with the line; by eye
ARROW_MOST = 0.2  # of a line's length that half an arrowhead may take; chosen by eye, 2026-11
ARROW_SHARES = ((0.22, 0.27, 0.32, 0.37), (0.62, 0.67, 0.72, 0.77))  # along a line; a short one has the last alone
SHORT_PT = 110.0
COUNTER_NOTE = (
    "Lines keep to the right of their direction. A layer's lesser direction is drawn where it has a quarter or more of "
    "the greater's records."
)
NOTE_LETTERS = 160
SMOOTH_PT = 0.9
CLEAR = 1.6  # times the gap between a place and its way's end, within which the way is left out; chosen by eye, 2026-11
WIDEST_SHARE, WIDEST_PT, NARROWEST_PT = 0.09, 7.0, 5.0  # of the shortest line's length, and its limits; by eye
Line = np.ndarray


@dataclass(frozen=True)
class Emphasis:
    """What the map is about.

    Attributes:
        first: The layer, or part of one, that the others are laid over.
        corridors: One row per numbered corridor: ``corridor_id, layer, relation``; ``number`` if not from 1.
        second: The only other layer or part, where there is just one: drawn too where no corridor is numbered.
        has_context: Whether other large flows of the first layer are drawn, thin.
    """

    first: str
    corridors: pd.DataFrame
    second: str = ""
    has_context: bool = False


def picture(view: Explore, form: str, marking: str, emphasis: Emphasis | None = None, dpi: int = DPI) -> bytes:
    """Return the map of a view as a file, the same bytes for the same view.

    Args:
        view: What is drawn: its shown flows.
        form: png, svg or pdf.
        marking: Printed at the top right.
        emphasis: What is numbered; None for the first corridors of the view with a word.
        dpi: Dots an inch of a png; paper takes 300.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    chosen = emphasis or of_view(view)
    with rc_context({"svg.hashsalt": "contraflow", "svg.fonttype": "path", "pdf.fonttype": 42}):
        figure = Figure(figsize=SIZE_IN, dpi=dpi)
        _drawn(figure, view, chosen, marking)
        out = io.BytesIO()
        dates = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}
        packed: dict[str, Any] = {"pil_kwargs": {"compress_level": PACKING}} if form == "png" else {}
        figure.savefig(out, format=form, dpi=dpi, metadata=dates[form], **packed)
    return out.getvalue()


def of_view(view: Explore) -> Emphasis:
    """Return what a map is about of which nobody has said so: the best supported corridors with a word."""
    told = view.corridors[view.corridors["relation"].isin(findings.RELATED) & view.corridors["is_shown"]]
    own = told[told["firearms_with"] + told["firearms_against"] > 0]
    return Emphasis(relations.ANCHOR, own.drop_duplicates("corridor_id").head(MAIN_CORRIDORS), has_context=True)


def main_rows(view: Explore, emphasis: Emphasis) -> pd.DataFrame:
    """Return the flows that are drawn thick, widest first: what layers.flow_rows gives, and ``number`` (0: none).

    Those of both layers on each numbered corridor, the lesser direction where it is not much less; without a numbered
    corridor the largest flows of the first layer, or of the pair. A count too small to be told has no line: its
    width would tell it.
    """
    layer_of = view.flows["layer"].map(findings.layer_of)
    is_small = disclosure.is_small(view.flows["record_count"], layer_of, view.small["k_victims"])
    shown = view.flows[view.flows["is_shown"] & ~is_small]
    numbers = emphasis.corridors.get("number", pd.Series(range(1, len(emphasis.corridors) + 1), dtype="int64"))
    pairs = emphasis.corridors[["corridor_id", "layer", "relation"]].assign(number=numbers.to_numpy())
    both = pd.concat([pairs.assign(colour=None), pairs.assign(layer=emphasis.first)])
    rows = shown.merge(both, on=["corridor_id", "layer"])
    larger = rows.groupby(["corridor_id", "layer", "number"])["record_count"].transform("max")
    rows = rows[rows["record_count"] >= COUNTER_SHARE * larger]
    if rows.empty:
        most = PAIR_FLOWS if emphasis.second else MAIN_FLOWS
        pair = shown[shown["layer"].isin([emphasis.first, emphasis.second])]
        rows = pair[pair.groupby("layer").cumcount() < most].assign(number=0, relation="")
    rows = rows.assign(colour=[_colour(row, emphasis) for row in records(rows)])
    rows = rows.sort_values("record_count", ascending=False, kind="stable", ignore_index=True)
    return _shaped(view, rows)


def _colour(row: dict[str, Any], emphasis: Emphasis) -> str:
    """Return the colour of a flow: the first layer's tells the relation; two parts of one layer differ."""
    layer = findings.layer_of(row["layer"])
    if row["layer"] != emphasis.first:
        return palette.layer_colour(layer)
    if row["number"]:
        return palette.relation_colour(row["relation"])
    is_one_layer = layer == findings.layer_of(emphasis.second)
    return palette.OTHER_LAYER if is_one_layer else palette.layer_colour(layer)


def scaled(rows: pd.DataFrame, frame: Frame) -> tuple[pd.DataFrame, palette.Scale]:
    """Return the rows with ``width_px`` and ``offset_px``, and the scale, no line broader than its length allows."""
    lengths = [float(shapely.length(shapely.LineString(_middle(row, frame)))) for row in records(rows)]
    widest = min(WIDEST_PT, max(NARROWEST_PT, WIDEST_SHARE * min(lengths, default=0.0)))
    scale = palette.Scale(palette.rounded_up(rows["record_count"].max() if len(rows) else 1), widest)
    rows = rows.assign(width_px=[round(scale(count), 2) for count in rows["record_count"]])
    return rows.assign(offset_px=routes.lanes(records(rows))), scale


def context_rows(view: Explore, main: pd.DataFrame, first: str) -> pd.DataFrame:
    """Return the other large flows of the first layer, drawn thin."""
    is_other = view.flows["is_shown"] & (view.flows["layer"] == first)
    rows = view.flows[is_other & ~view.flows["corridor_id"].isin(main["corridor_id"])].head(CONTEXT_FLOWS)
    shaped = _shaped(view, rows.assign(width_px=print_map_legend.CONTEXT_PT))
    return shaped.assign(offset_px=routes.lanes(records(shaped)))


def _shaped(view: Explore, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the flows with ``curve`` and ``has_route``."""
    ways = routes.by_corridor(view.lines)
    shapes = [layers._shape(row, ways.get(row["corridor_id"]), layers.ROUTE_POINTS) for row in records(rows)]
    is_way = [isinstance(drawn, curves.Route) for drawn in shapes]
    return rows.assign(curve=pd.Series(shapes, rows.index, dtype=object), has_route=pd.Series(is_way, rows.index, bool))


def _middle(row: dict[str, Any], frame: Frame) -> Line:
    """Return the points of one flow's way on the paper, from one place to the other.

    A way begins and ends on its network, which may be beside the place: its part nearest the place is left out.
    """
    way = row["curve"].piece(0.0, 1.0, layers.ROUTE_POINTS)
    if not row["has_route"]:
        return frame.points(way)
    ends = [(float(row[f"{end}_lon"]), float(row[f"{end}_lat"])) for end in ("origin", "destination")]
    points = frame.points([near(ends[0], way[0]), *way, near(ends[1], way[-1])])
    first, last = points[0], points[-1]
    inner = points[1:-1]
    for place, gap in ((first, np.hypot(*(inner[0] - first))), (last, np.hypot(*(inner[-1] - last)))):
        inner = inner[np.hypot(*(inner - place).T) > CLEAR * gap]
    return np.vstack([first, inner, last])


def line_of(row: dict[str, Any], frame: Frame) -> Line:
    """Return the points of one flow on the paper, in its direction, to the right of its way."""
    path = shapely.LineString(_middle(row, frame))
    trim = min(3.0, path.length * 0.05)
    plain = shapely.ops.substring(path, trim, path.length - trim)
    plain = shapely.simplify(plain, SMOOTH_PT) if row["has_route"] else plain
    aside = shapely.offset_curve(plain, -float(row["offset_px"]), join_style="round") if row["offset_px"] else plain
    longest = max(shapely.get_parts(aside), key=shapely.length, default=plain)
    return np.asarray(shapely.get_coordinates(longest if not longest.is_empty else plain))


def arrow(line: Line, shares: tuple[float, ...], width_pt: float) -> Line:
    """Return the corners of an arrowhead on a line, tip first, at the straightest of these shares of its length."""
    path = shapely.LineString(line)
    half = min(ARROW_PT + ARROW_PER_PT * width_pt, ARROW_MOST * path.length)
    spots = [np.array([_at(path, share * path.length + step) for step in (-half, 0.0, half)]) for share in shares]
    tail, centre, tip = max(spots, key=lambda spot: round(float(np.hypot(*(spot[2] - spot[0]))), 6))
    run = tip - tail
    along = run / (float(np.hypot(*run)) or 1.0)
    across = np.array([-along[1], along[0]]) * max(half * 0.8, width_pt * 0.75)
    return np.array([centre + along * half, centre - along * half + across, centre - along * half - across])


def _at(path: shapely.LineString, reach: float) -> tuple[float, float]:
    point = shapely.line_interpolate_point(path, max(reach, 0.0))
    return float(point.x), float(point.y)


def _drawn(figure: Any, view: Explore, emphasis: Emphasis, marking: str) -> None:
    main = main_rows(view, emphasis)
    context = context_rows(view, main, emphasis.first) if emphasis.has_context else main.iloc[:0]
    frame = fitted([row["curve"].piece(0.0, 1.0, 40) for row in records(main)])
    main, scale = scaled(main, frame)
    axes = figure.add_axes(PANEL)
    axes.set(xlim=(0, WIDTH_PT), ylim=(0, HEIGHT_PT), xticks=[], yticks=[], facecolor=palette.SEA)
    for spine in axes.spines.values():
        spine.set(color=palette.BORDER, linewidth=0.6)
    ground(axes, frame, land(), has_us_divisions=layers.has_us_divisions(records(main)))
    for row in records(context):
        _flow(axes, line_of(row, frame), print_map_legend.CONTEXT_COLOUR, print_map_legend.CONTEXT_PT)
    lines = [line_of(row, frame) for row in records(main)]
    for row, line in zip(records(main), lines, strict=True):
        _flow(axes, line, row["colour"], row["width_px"])
    keys = print_map_legend.keys(main, emphasis.first, scale, has_context=len(context) > 0)
    box = print_map_legend.legend(axes, keys, lines)
    print_map_labels.labels(axes, main, frame, lines, box)
    _margins(figure, view, marking)


def _flow(axes: Any, line: Line, colour: str, width_pt: float) -> None:
    from matplotlib.patches import Polygon

    axes.plot(line[:, 0], line[:, 1], color="white", linewidth=width_pt + 1.2, alpha=0.8, solid_capstyle="butt")
    axes.plot(line[:, 0], line[:, 1], color=colour, linewidth=width_pt, solid_capstyle="butt")
    long = float(shapely.length(shapely.LineString(line)))
    for shares in ARROW_SHARES if long > SHORT_PT else ARROW_SHARES[1:]:
        look = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.6, "zorder": 3}
        axes.add_patch(Polygon(arrow(line, shares, width_pt), closed=True, **look))


def _margins(figure: Any, view: Explore, marking: str) -> None:
    """Write what stands around the map: marking, whether it is real, sources and the note on borders."""
    figure.text(0.995, 0.985, marking, ha="right", va="top", fontsize=12, fontweight="bold", color="#000000")
    if view.is_synthetic:
        figure.text(
            0.005, 0.985, "SYNTHETIC: every record is invented", ha="left", va="top", fontsize=11, color="#B00020"
        )
    notes = [COUNTER_NOTE, *print_map_legend.wrapped(words.BOUNDARIES, NOTE_LETTERS)]
    figure.text(0.005, 0.008, "\n".join(notes), ha="left", va="bottom", fontsize=6.6, color="#444444", linespacing=1.2)
    figure.text(0.995, 0.008, f"Release {view.release_id}", ha="right", va="bottom", fontsize=6.6, color="#444444")
