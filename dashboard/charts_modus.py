"""How it was done, as plotly figures, tables and sentences; never a map. Pure."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard import modus, palette, words
from dashboard.charts_coverage import RAMP
from dashboard.modus import Modus

ROW_PX, HEAD_PX = 26, 46
SILENT_INK = "#838280"
NOT_CROSSED = (
    "Weapon types and kinds of incidents are not crossed: no source here states with which weapon an incident was "
    "committed, and being near is not being linked."
)
CONTEXT_CAVEAT = (
    "States fill in what they can: each figure counts seized firearms of the states that gave it, and a firearm may "
    "stand in several rows. Never add the rows up. A 0 may mean none or not reported."
)
CONTEXT_TITLES = {"criminal context": "Other offences suspected with the firearm", "condition": "How it was made"}


def sentences(view: Modus) -> list[str]:
    """Return per layer how many records say how it was done, and the method most often stated."""
    rows = modus.by_layer(view)
    told = []
    for layer, mine in rows.groupby("layer", sort=False):
        stated, total = int(mine["stated_count"].iloc[0]), int(mine["total_count"].iloc[0])
        known = mine[mine["method"] != modus.UNKNOWN]
        first = known.sort_values("record_count", ascending=False, kind="stable").iloc[0]
        share = words.percent(first["record_count"] / stated)
        said = f"{words.number(stated)} of {words.plural(total, 'record')} say how it was done"
        most = f"most often {words.MODUS_TITLES[first['method']].lower()}, {share} of those"
        told.append(f"{words.layer_title(str(layer))}: {said}; {most}")
    silent = [words.layer_title(name).lower() for name in modus.silent_layers(view)]
    if silent:
        told.append(f"No record of {' or '.join(silent)} states it")
    return told


def shares(view: Modus) -> go.Figure:
    """Return the share of each layer's records by method, one panel per layer; not stated is a bar of its own."""
    rows = modus.by_layer(view)
    names = rows["layer"].unique().tolist()
    titles = [words.layer_title(name) for name in names]
    figure = make_subplots(1, len(names), shared_yaxes=True, subplot_titles=titles, horizontal_spacing=0.04)
    for place, name in enumerate(names, 1):
        figure.add_trace(_bars(rows[rows["layer"] == name]), 1, place)
    figure.update_xaxes(range=[0, 1.15], tickformat=".0%", tickvals=[0, 0.5, 1], fixedrange=True)  # room for 100 %
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    _look(figure, len(modus.METHODS))
    for note, axis in zip(figure.layout.annotations, figure.select_xaxes(), strict=True):
        note.update(x=axis.domain[0], xanchor="left", font={"size": 13, "color": palette.PLACE})
    return figure


def _bars(mine: pd.DataFrame) -> go.Bar:
    colour = palette.layer_colour(str(mine["layer"].iloc[0]))
    is_silent = mine["method"] == modus.UNKNOWN
    share = mine["record_count"] / mine["total_count"]
    return go.Bar(
        x=share,
        y=[words.MODUS_TITLES[name] for name in mine["method"]],
        orientation="h",
        text=[words.percent(value) if value else "none" for value in share],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": [SILENT_INK if silent else colour for silent in is_silent],
            "pattern": {"shape": ["/" if silent else "" for silent in is_silent]},
        },
        customdata=mine[["record_count", "total_count"]],
        hovertemplate="%{y}: %{customdata[0]:,d} of %{customdata[1]:,d} records<extra></extra>",
        showlegend=False,
    )


def years(view: Modus, layer: str) -> go.Figure | None:
    """Return the share of each year's records by method; a year without a record is blank. None without a year."""
    counts = modus.by_year(view, layer)
    if counts.empty or not counts.to_numpy().sum():
        return None
    total = counts.sum()
    share = (counts / total.where(total > 0)).astype("float64")
    text = share.map(_in_cell)
    figure = go.Figure(
        go.Heatmap(
            x=[int(year) for year in counts.columns],
            y=[words.MODUS_TITLES[str(name)] for name in counts.index],
            z=share.to_numpy(),
            text=text.to_numpy(),
            texttemplate="%{text}" if len(total) <= 14 else None,
            textfont={"size": 11, "color": palette.PLACE},
            customdata=counts.to_numpy(),
            colorscale=[list(stop) for stop in RAMP],
            zmin=0,
            showscale=False,
            xgap=1,
            ygap=1,
            hovertemplate="%{y}, %{x}: %{customdata:,d} records, %{text} %<extra></extra>",
        )
    )
    return _look(_grid(figure), len(counts))


def _in_cell(share: float) -> str:
    """Return a share in per cent without the sign, for a cell that may be as narrow as three digits."""
    return "" if pd.isna(share) else "<1" if 0 < share < 0.01 else f"{share * 100:.0f}"


def _grid(figure: go.Figure) -> go.Figure:
    figure.update_xaxes(side="top", dtick=1, automargin=True, fixedrange=True, tickformat="d", showgrid=False)
    return figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True, showgrid=False)


def _look(figure: go.Figure, row_count: int) -> go.Figure:
    return figure.update_layout(
        height=ROW_PX * row_count + HEAD_PX,
        margin={"l": 4, "r": 8, "t": 28, "b": 4},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )


def share_table(view: Modus) -> pd.DataFrame:
    """Return records by layer and method with their shares, of all records and of those that state one."""
    rows = modus.by_layer(view)
    is_stated = rows["method"] != modus.UNKNOWN
    of_stated = (rows["record_count"] / rows["stated_count"]).where(is_stated)
    return pd.DataFrame(
        {
            "Layer": [words.layer_title(name) for name in rows["layer"]],
            "How": [words.MODUS_TITLES[name] for name in rows["method"]],
            "Records": rows["record_count"],
            "Of": rows["total_count"],
            "Share of all": [words.percent(value) for value in rows["record_count"] / rows["total_count"]],
            "Share of those that say": [words.percent(value) for value in of_stated],
        }
    )


def commodity_table(view: Modus, layer: str) -> pd.DataFrame:
    """Return the records of a layer by what was found and how."""
    wide = modus.by_commodity(view, layer)
    found = wide.rename(columns=words.MODUS_TITLES)
    found.insert(0, "All", wide.sum(axis=1))
    found.index = pd.Index([words.safe(name).capitalize() for name in wide.index], name="What was found")
    return found.reset_index()


def context_table(view: Modus, topic: str) -> pd.DataFrame:
    """Return what states report of a circumstance, the largest first."""
    mine = view.context[view.context["topic"] == topic].sort_values("item_count", ascending=False, kind="stable")
    is_total = mine["category"].eq("total")
    mine = pd.concat([mine[is_total], mine[~is_total]])
    return pd.DataFrame(
        {
            CONTEXT_TITLES[topic]: [words.safe(name).capitalize() for name in mine["category"]],
            "Firearms seized": mine["item_count"],
            "Countries": mine["country_count"],
            "Figures": mine["figure_count"],
            "Years": [
                str(first) if first == last else f"{first} to {last}"
                for first, last in zip(mine["first_year"], mine["last_year"], strict=True)
            ],
        }
    )
