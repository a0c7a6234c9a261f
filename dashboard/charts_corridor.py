"""A corridor through time as one plotly figure: each layer both ways, and incidents near its line. Pure."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard import palette, words
from dashboard.charts_time import order
from dashboard.dossier import NEAR_KM

PANEL_PX, GAP_PX = 96, 34
BAR_MS = {"year": 310 * 86_400_000, "month": 26 * 86_400_000}  # most of the step, so that a lone bar is one too
AGAINST = 0.5  # opacity of bars that run against the larger flow of firearms; chosen by eye, 2026-11
STEPS = {"year": "Y", "month": "M"}


def dated(months: pd.DataFrame, step: str) -> pd.DataFrame:
    """Return ``layer, direction, step_on, record_count`` of the records that fit into one step.

    Args:
        months: ``Dossier.months``.
        step: year or month.
    """
    first, last = (
        pd.to_datetime(months[name]).dt.to_period(STEPS[step]) for name in ("first_month_on", "last_month_on")
    )
    known = months.assign(step_on=first.dt.to_timestamp())[first == last]
    return known.groupby(["layer", "direction", "step_on"])["record_count"].sum().reset_index()


def left_out(months: pd.DataFrame, step: str) -> str:
    """Return how many records a step cannot show, as a sentence; empty where it shows all."""
    whole = months.groupby("layer")["record_count"].sum()
    shown = dated(months, step).groupby("layer")["record_count"].sum().reindex(whole.index).fillna(0)
    return words.dated(step, {str(k): int(v) for k, v in shown.items()}, {str(k): int(v) for k, v in whole.items()})


def trend(months: pd.DataFrame, near: pd.DataFrame, step: str, ends: tuple[str, str]) -> go.Figure | None:
    """Return records per step over one axis of time; upward bars run the way of ``with``. None without a record.

    Args:
        months: ``Dossier.months``.
        near: ``Dossier.near``; drawn by year only.
        step: year or month.
        ends: Names of the corridor's origin and destination.
    """
    rows = dated(months, step)
    points = near if step == "year" else near.iloc[:0]
    names, point_names = order(rows["layer"].unique().tolist()), order(points["layer"].unique().tolist())
    panels = len(names) + len(point_names)
    if not panels:
        return None
    titles = [words.layer_title(name) for name in names]
    titles += [f"{words.layer_title(name)}: incidents within {NEAR_KM:g} km" for name in point_names]
    spacing = GAP_PX / _inner_px(panels)
    figure = make_subplots(panels, 1, shared_xaxes=True, vertical_spacing=spacing, subplot_titles=titles)
    for place, name in enumerate(names, 1):
        mine = rows[rows["layer"] == name]
        for way in ("with", "against"):
            figure.add_trace(_bars(mine[mine["direction"] == way], way, step, ends), place, 1)
        figure.update_yaxes(**_ticks(mine), row=place, col=1)
    for place, name in enumerate(point_names, len(names) + 1):
        figure.add_trace(_incidents(points[points["layer"] == name]), place, 1)
    _look(figure, panels)
    return figure


def _inner_px(panels: int) -> int:
    return PANEL_PX * panels + GAP_PX * (panels - 1)


def _bars(rows: pd.DataFrame, way: str, step: str, ends: tuple[str, str]) -> go.Bar:
    origin, destination = (words.safe(name) for name in (ends if way == "with" else ends[::-1]))
    sign, opacity = (1, 1.0) if way == "with" else (-1, AGAINST)
    layer = str(rows["layer"].iloc[0]) if len(rows) else ""
    return go.Bar(
        x=rows["step_on"],
        y=sign * rows["record_count"],
        xperiod="M12" if step == "year" else "M1",
        xperiodalignment="middle",
        width=BAR_MS[step],
        customdata=rows["record_count"],
        marker={"color": palette.layer_colour(layer), "opacity": opacity},
        name=f"{origin} → {destination}",
        hovertemplate=("%{x|%Y}" if step == "year" else "%{x|%b %Y}") + ": %{customdata:,d}",
    )


def _incidents(rows: pd.DataFrame) -> go.Bar:
    return go.Bar(
        x=pd.to_datetime(rows["year"].astype("str"), format="%Y"),
        y=rows["incident_count"],
        xperiod="M12",
        xperiodalignment="middle",
        width=BAR_MS["year"],
        marker={"color": palette.layer_colour(str(rows["layer"].iloc[0]))},
        name="incidents",
        hovertemplate="%{x|%Y}: %{y:,d}",
    )


def _ticks(rows: pd.DataFrame) -> dict[str, object]:
    """Return one scale for both ways: the same round number up and down, written without a sign."""
    top = palette.rounded_up(float(rows["record_count"].max()))
    return {"tickvals": [-top, 0, top], "ticktext": [words.number(top), "0", words.number(top)], "range": [-top, top]}


def _look(figure: go.Figure, panels: int) -> None:
    figure.update_layout(
        height=_inner_px(panels) + 64,
        margin={"l": 4, "r": 8, "t": 26, "b": 36},
        showlegend=False,
        barmode="overlay",
        bargap=0.15,
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(fixedrange=True, automargin=True)
    figure.update_yaxes(fixedrange=True, automargin=True, zeroline=True, zerolinecolor="#8D877B")
    figure.update_annotations(x=0, xanchor="left", font={"size": 13, "color": palette.PLACE})
