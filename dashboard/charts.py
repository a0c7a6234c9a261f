"""Frames to plotly figures; never a map, for plotly's maps ask a remote host."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard import palette, words

HEIGHT_PX = 300
MARKERS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "star", "x")  # layers keep apart by sign too
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "5px 2px")
LAYER_ORDER = tuple(palette.LAYER_COLOURS)


def by_year(yearly: pd.DataFrame) -> pd.DataFrame:
    """Return one column per layer and one row per year of the whole span; a year without a record is null.

    Args:
        yearly: ``layer, year, record_count``; absent years mean that nothing was recorded.
    """
    wide = yearly.pivot_table(index="year", columns="layer", values="record_count", aggfunc="sum")
    if wide.empty:
        return wide
    years = range(int(wide.index.min()), int(wide.index.max()) + 1)
    wide = wide.reindex(years)
    names = [str(name) for name in wide.columns]
    names.sort(key=_order)
    return wide[names]


def records_by_year(yearly: pd.DataFrame) -> go.Figure:
    """Return records per year, one line per layer; a missing year is a gap, never a zero."""
    figure = go.Figure()
    wide = by_year(yearly)
    for layer in wide.columns:
        figure.add_trace(_line(layer, wide[layer]))
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.18, "x": 0},
        hovermode="x unified",
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(tickformat="d", nticks=8, automargin=True)
    figure.update_yaxes(title="records", rangemode="tozero", tickformat=",d", automargin=True)
    return figure


def _order(layer: str) -> tuple[int, str]:
    return (LAYER_ORDER.index(layer) if layer in LAYER_ORDER else len(LAYER_ORDER), layer)


def _line(layer: str, counts: "pd.Series[float]") -> go.Scatter:
    rank = min(_order(layer)[0], len(DASHES) - 1)
    colour = palette.layer_colour(layer)
    return go.Scatter(
        x=[int(year) for year in counts.index],
        y=[None if pd.isna(count) else int(count) for count in counts],
        name=words.layer_title(layer),
        mode="lines+markers",
        connectgaps=False,
        line={"color": colour, "width": 2, "dash": DASHES[rank]},
        marker={"color": colour, "symbol": MARKERS[rank], "size": 7},
        hovertemplate="%{y:,d}",
    )


def calibration(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> go.Figure:
    """Return stated probability against observed share, one line per kind, with the diagonal."""
    figure = go.Figure(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "color": "#888888"}, name="exact")
    )
    for marker, (name, points) in zip(MARKERS, curves.items(), strict=False):
        largest = max((point["count"] for point in points), default=1)
        figure.add_trace(
            go.Scatter(
                x=[point["probability"] for point in points],
                y=[point["observed"] for point in points],
                mode="lines+markers",
                name=name,
                marker={"symbol": marker, "size": [6 + 12 * (point["count"] / largest) ** 0.5 for point in points]},
            )
        )
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.25, "x": 0},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(title="stated", range=[0, 1])
    figure.update_yaxes(title="true", range=[0, 1])
    return figure
