"""Time as plotly figures and tables: records per step, and what changed between two periods. Never a map. Pure."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard import palette, record_words, words
from dashboard.charts import LAYER_ORDER
from dashboard.marks import records
from geo import rates

PANEL_PX, GAP_PX, ROW_PX = 84, 32, 38  # a row holds a line and its label
FADED = 0.45  # opacity of steps outside the window; chosen by eye, 2026-11
MONTHS_A_STEP = {"month": 1, "quarter": 3, "year": 12}
BAR_SHARE, MONTH_MS = 0.88, 365.25 / 12 * 86_400_000
LABEL_RISE_PX = 15
LABEL_LOOK = {"font": {"size": 12, "color": palette.PLACE}, "showarrow": False, "bgcolor": "#FFFFFF", "borderpad": 0}
SHOWN = 20  # flows listed and drawn
WIDEST = 32.0  # ratios beyond this, and without an end, are drawn at the edge
CHANGE_LOOKS = {
    rates.EMERGING: ("#D1480A", "triangle-right"),
    rates.FADING: ("#1B7FD4", "triangle-left"),
    rates.STEADY: ("#6B6B6B", "circle"),
}


def order(names: list[str]) -> list[str]:
    """Return the layers, the best-known first."""
    return sorted(names, key=lambda name: (LAYER_ORDER.index(name) if name in LAYER_ORDER else 99, name))


def trend(counts: pd.DataFrame, step: str, window: tuple[pd.Timestamp, pd.Timestamp]) -> go.Figure:
    """Return records per step, one panel per layer over one axis of time, the window marked in all.

    Args:
        counts: ``layer, step_on, record_count``, as ``timeline.records`` gives them.
        step: month, quarter or year.
        window: First days of its first and last step.
    """
    dated = counts.dropna(subset="step_on")
    names = order(dated["layer"].unique().tolist())
    titles = [words.layer_title(name) for name in names]
    figure = make_subplots(
        len(names), 1, shared_xaxes=True, vertical_spacing=GAP_PX / _inner_px(len(names)), subplot_titles=titles
    )
    length = MONTHS_A_STEP[step]
    for place, name in enumerate(names, 1):
        mine = dated[dated["layer"] == name]
        figure.add_trace(_bars(mine, step, window), place, 1)
    figure.add_vrect(
        x0=window[0], x1=window[1] + pd.DateOffset(months=length), fillcolor=palette.HALO, opacity=0.35, line_width=0
    )
    figure.update_shapes(layer="below")
    _trend_look(figure, (dated["step_on"].min(), dated["step_on"].max() + pd.DateOffset(months=length)), len(names))
    return figure


def _bars(mine: pd.DataFrame, step: str, window: tuple[pd.Timestamp, pd.Timestamp]) -> go.Bar:
    """Return the bars of one layer."""
    name = str(mine["layer"].iloc[0])
    return go.Bar(
        x=mine["step_on"],
        y=mine["record_count"],
        xperiod=f"M{MONTHS_A_STEP[step]}",
        xperiodalignment="middle",
        width=BAR_SHARE * MONTHS_A_STEP[step] * MONTH_MS,  # plotly gives a lone bar no width
        marker={"color": palette.layer_colour(name), "opacity": _strength(mine["step_on"], window)},
        hovertemplate="%{x|%Y}: %{y:,d}" if step == "year" else "%{x|%b %Y}: %{y:,d}",
        name=words.layer_title(name),
    )


def _inner_px(panels: int) -> int:
    return PANEL_PX * panels + GAP_PX * (panels - 1)


def _strength(on: "pd.Series[pd.Timestamp]", window: tuple[pd.Timestamp, pd.Timestamp]) -> list[float]:
    return [1.0 if inside else FADED for inside in on.between(*window)]


def _trend_look(figure: go.Figure, span: tuple[pd.Timestamp, pd.Timestamp], panels: int) -> None:
    figure.update_layout(
        height=_inner_px(panels) + 60,
        margin={"l": 4, "r": 8, "t": 24, "b": 36},
        showlegend=False,
        bargap=0.12,
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(range=list(span), fixedrange=True, automargin=True)
    figure.update_yaxes(rangemode="tozero", nticks=4, tickformat=",d", fixedrange=True, automargin=True)
    figure.update_annotations(x=0, xanchor="left", font={"size": 13, "color": palette.PLACE})


def trend_table(counts: pd.DataFrame, step: str) -> pd.DataFrame:
    """Return the numbers of ``trend``; a step without reports is empty, never 0."""
    dated = counts.dropna(subset="step_on")
    wide = dated.pivot(index="step_on", columns="layer", values="record_count").astype("Int64")
    wide = wide[order(wide.columns.tolist())]
    wide.columns = pd.Index([words.layer_title(name) for name in wide.columns])
    form = "%Y" if step == "year" else "%Y-%m"
    wide.index = pd.Index([f"{on:{form}}" for on in wide.index], name=step.capitalize())
    return wide.reset_index()


def times(ratio: float) -> str:
    """Return a ratio: ×0.04, ×1.31, ×12, ×1,200."""
    return f"×{ratio:.1g}" if ratio < 0.1 else f"×{ratio:.2f}" if ratio < 10 else f"×{words.number(ratio)}"


def ratio_words(ratio: float) -> str:
    """Return a ratio of rates in words: ×2.00, new where nothing was before, gone where nothing is after, or a dash."""
    if np.isnan(ratio):
        return words.DASH
    return "new" if np.isinf(ratio) else times(ratio) if ratio else "gone"


def interval(low: float, high: float) -> str:
    """Return an interval of a ratio in words."""
    if np.isnan(low):
        return words.DASH
    if np.isinf(high):
        return f"{times(low)} or more"
    return f"{times(low)} to {times(high)}" if low else f"{times(high)} or less"


def q_words(q: float) -> str:
    """Return a q in words; a tiny one as under 0.001."""
    return words.DASH if np.isnan(q) else "under 0.001" if q < 0.001 else f"{q:.3f}"


def listed(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the flows that are listed and drawn: the first SHOWN that could be tested."""
    return flows[flows["label"] != rates.INSUFFICIENT].head(SHOWN)


def layer_change_table(layers: pd.DataFrame) -> pd.DataFrame:
    """Return what the two periods say of each layer."""
    names = order(layers["layer"].tolist())
    rows = layers.set_index("layer").loc[names].reset_index()
    titles = [record_words.LAYER_CHANGE_TITLES[label] for label in rows["label"]]
    return pd.DataFrame(
        {"Layer": [words.layer_title(name) for name in rows["layer"]], **_shared(rows, titles), "Note": _reasons(rows)}
    )


def _reasons(rows: pd.DataFrame) -> "pd.Series[str]":
    return rows["reason"].astype("str").str.removeprefix("not enough data: ")


def flow_change_table(flows: pd.DataFrame) -> pd.DataFrame:
    """Return what the two periods say of each listed flow."""
    rows = listed(flows)
    titles = [record_words.CHANGE_TITLES[label] for label in rows["label"]]
    effort = np.where(rows["could_be_effort"], "could be effort", "")
    return pd.DataFrame(
        {
            "Layer": [words.layer_title(name) for name in rows["layer"]],
            "From": rows["origin"].map(words.safe),
            "To": rows["destination"].map(words.safe),
            **_shared(rows, titles),
            "Other flows there": rows["around_ratio"].map(ratio_words),
            "Note": effort,
        }
    )


def _shared(rows: pd.DataFrame, titles: list[str]) -> dict[str, object]:
    return {
        "What": titles,
        "Records before": rows["before_count"].round().astype("int64"),
        "Records after": rows["after_count"].round().astype("int64"),
        "Years before": rows["before_exposure"].round(1),
        "Years after": rows["after_exposure"].round(1),
        "Change of rate": rows["ratio"].map(ratio_words),
        "95 % interval": [interval(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
        "q": rows["q"].map(q_words),
    }


def forest(flows: pd.DataFrame) -> go.Figure:
    """Return the listed flows with their ratios and intervals on one logarithmic scale."""
    rows = listed(flows)
    told = [
        f"{words.layer_title(row['layer'])}: {words.safe(row['origin'])} → {words.safe(row['destination'])}"
        for row in records(rows)
    ]
    figure = go.Figure()
    for label, (colour, symbol) in CHANGE_LOOKS.items():
        is_mine = (rows["label"] == label).to_numpy()
        if is_mine.any():
            figure.add_trace(_points(rows[is_mine], [t for t, mine in zip(told, is_mine, strict=True) if mine], label))
            figure.data[-1].update(marker={"color": colour, "symbol": symbol, "size": 11})
    _forest_look(figure, told)
    return figure


def _forest_look(figure: go.Figure, told: list[str]) -> None:
    """Set the scale and write what each line is above it, not beside it: a phone has no room for both."""
    figure.add_vline(x=1, line={"color": "#23262B", "width": 1, "dash": "dot"})
    ticks = [1 / 32, 1 / 8, 1 / 2, 1, 2, 8, 32]
    names = ["1/32", "1/8", "1/2", "same", "×2", "×8", "×32"]
    figure.update_xaxes(
        type="log", range=[-np.log10(WIDEST * 1.4), np.log10(WIDEST * 1.4)], tickvals=ticks, ticktext=names
    )
    figure.update_xaxes(fixedrange=True, side="top")
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=told[::-1],
        showticklabels=False,
        showgrid=False,
        range=[-0.5, len(told) - 0.2],
        fixedrange=True,
    )
    for name in told:
        figure.add_annotation(x=0, xref="paper", xanchor="left", y=name, yshift=LABEL_RISE_PX, text=name, **LABEL_LOOK)
    figure.update_layout(
        height=ROW_PX * len(told) + 96,
        margin={"l": 4, "r": 8, "t": 24, "b": 4},
        legend={"orientation": "h", "y": -0.04, "x": 0, "yanchor": "top"},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )


def _points(rows: pd.DataFrame, told: list[str], label: str) -> go.Scatter:
    """Return ratios with error bars; what leaves the scale stops at its edge."""
    x, low, high = (rows[name].clip(1 / WIDEST, WIDEST).to_numpy(np.float64) for name in ("ratio", "low", "high"))
    return go.Scatter(
        x=x,
        y=told,
        mode="markers",
        name=record_words.CHANGE_TITLES[label],
        error_x={"type": "data", "symmetric": False, "array": high - x, "arrayminus": x - low, "thickness": 1.5},
        customdata=[[ratio_words(row["ratio"]), interval(row["low"], row["high"])] for row in records(rows)],
        hovertemplate="%{y}<br>%{customdata[0]} (%{customdata[1]})<extra></extra>",
    )


def verdict(flows: pd.DataFrame) -> str:
    """Return in one sentence how many flows emerged and faded, of how many that could be tested."""
    counts = flows["label"].value_counts()
    tested = len(flows) - int(counts.get(rates.INSUFFICIENT, 0))
    if not tested:
        return "Not enough data: no flow has 5 records in years in which its source reported in both periods."
    emerged, faded = int(counts.get(rates.EMERGING, 0)), int(counts.get(rates.FADING, 0))
    return (
        f"{words.plural(emerged, 'flow')} emerging and {words.number(faded)} fading, of "
        f"{words.plural(tested, 'flow')} with enough records; {words.plural(len(flows) - tested, 'flow')} without"
    )


def spanning(left_out: "pd.Series[int]") -> str:
    """Return how many records neither period holds as a whole, as a sentence; empty for none."""
    count = int(left_out.sum())
    return f"{words.plural(count, 'record')} dated to a longer time than a period holds left out." if count else ""
