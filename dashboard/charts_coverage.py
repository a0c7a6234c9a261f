"""Coverage as plotly figures; never a map. Pure."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import coverage, legend, palette, record_words, words
from dashboard.coverage import Coverage

ROW_PX, HEAD_PX = 22, 46
LARGEST_GRID = 40  # countries of the whole world shown at once
NAME_LETTERS = 18  # of a country beside the grid; the whole name stands under the mouse and in the table
TEXT_YEARS = 16  # more columns leave no room for numbers
NARROW_YEARS = 10  # more leave none on a phone; counted by eye at 390 pixels, 2026-11
RAMP = ((0.0, "#E4EFF7"), (0.5, "#A3C7E0"), (1.0, "#5E9AC4"))  # dark words keep a contrast of 5.5 on each; by eye
STATE_COLOURS = {
    coverage.SPANNING: "#CFC4E3",
    coverage.SILENT: "#FBE3C0",
    coverage.NEVER: "#BDBDBD",
}
GRADE_COLOURS = ("#1B4B73", "#3D78A6", "#6FA3C7", "#A5C6DD", "#E3C48F", "#D9B26A", "#BDBDBD")  # exact to vague
QUALITIES = {
    "place": ("Places", record_words.PRECISION_TITLES),
    "date": ("Dates", record_words.DATE_TITLES),
    "status": ("Directions", record_words.STATUS_TITLES),
}


def regions_figure(view: Coverage) -> go.Figure:
    """Return world regions against layers: in how many of the countries anything was found."""
    wide, text = region_grid(view)
    heat = go.Heatmap(
        x=[words.layer_title(name) for name in wide.columns],
        y=wide.index.tolist(),
        z=wide.where(wide > 0).to_numpy(),
        text=text.where(wide > 0, "").to_numpy(),
        texttemplate="%{text}",
        textfont={"size": 12, "color": palette.PLACE},
        colorscale=[list(stop) for stop in RAMP],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{y}, %{x}: %{text} countries and territories<extra></extra>",
    )
    return _grid_look(go.Figure([_blank(wide, text), heat]), len(wide))


def _blank(wide: pd.DataFrame, text: pd.DataFrame) -> go.Heatmap:
    """Return the cells in which nothing was found."""
    return go.Heatmap(
        x=[words.layer_title(name) for name in wide.columns],
        y=wide.index.tolist(),
        z=(wide == 0).where(wide == 0).to_numpy(dtype=float, na_value=np.nan),
        text=text.to_numpy(),
        texttemplate="%{text}",
        textfont={"size": 12, "color": palette.PLACE},
        colorscale=[[0, STATE_COLOURS[coverage.NEVER]], [1, STATE_COLOURS[coverage.NEVER]]],
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{y}, %{x}: no record in this choice<extra></extra>",
    )


def region_grid(view: Coverage) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the share of countries with records by region and layer, and the same as words."""
    rows = coverage.regions(view)
    homes = rows.groupby("subregion")["region"].first()
    sums = rows.groupby(["subregion", "layer"])[["reporting_count", "country_count"]].sum()
    share = (sums["reporting_count"] / sums["country_count"]).unstack()
    told = sums.apply(_of, axis=1).unstack()
    is_kept = (share.index != coverage.NO_REGION) | (share > 0).any(axis=1)
    order = sorted(share.index[is_kept], key=lambda name: (homes[name], name))
    layers = view.layers["layer"].tolist()
    return share.loc[order, layers], told.loc[order, layers]


def _of(row: "pd.Series[int]") -> str:
    return f"{row['reporting_count']} of {row['country_count']}" if row["reporting_count"] else "none"


def shown_countries(view: Coverage, layer: str, region: str | None) -> pd.DataFrame:
    """Return the cells of the countries to draw, as ``coverage.cells``, the one with most records first.

    Years run from the layer's first record in the chosen period to its last.

    Args:
        view: What the page shows.
        layer: Which layer.
        region: A subregion, with all its countries; None for the LARGEST_GRID countries of the world.
    """
    found = coverage.cells(view, layer)
    told = found.loc[found["state"].isin([coverage.RECORDS, coverage.SPANNING]), "year"]
    found = found[found["year"].between(told.min(), told.max())]
    sums = found.groupby("country_id")["record_count"].sum().to_frame("n").join(view.countries)
    sums = sums[sums["subregion"] == region] if region else sums
    sums = sums.sort_values(["n", "name"], ascending=[False, True])
    kept = sums.index if region else sums.index[: min(LARGEST_GRID, max(1, int((sums["n"] > 0).sum())))]
    rank = {country_id: place for place, country_id in enumerate(kept)}
    mine = found[found["country_id"].isin(rank)]
    named = mine.assign(country=mine["country_id"].map(view.countries["name"]), rank=mine["country_id"].map(rank))
    return named.sort_values(["rank", "year"], ignore_index=True)


def grid_figure(cells: pd.DataFrame) -> go.Figure:
    """Return countries against years: how many records, or which kind of silence.

    Args:
        cells: As ``shown_countries`` gives them.
    """
    cells = cells.assign(country=cells["country"].map(words.safe))
    names = list(dict.fromkeys(cells["country"]))
    counts = cells.pivot(index="country", columns="year", values="record_count").loc[names]
    states = cells.pivot(index="country", columns="year", values="state").loc[names]
    figure = go.Figure([_state_heat(states, name, colour) for name, colour in STATE_COLOURS.items()])
    has_text = counts.shape[1] <= TEXT_YEARS
    known = counts.where(states == coverage.RECORDS).astype("float64")
    figure.add_trace(
        go.Heatmap(
            x=counts.columns.tolist(),
            y=names,
            z=np.log10(known),
            customdata=known,
            text=known.map(_short) if has_text else None,
            texttemplate="%{text}" if has_text else None,
            textfont={"size": 11, "color": palette.PLACE},
            colorscale=[list(stop) for stop in RAMP],
            zmin=0,
            zmax=max(1.0, float(np.nanmax(np.log10(known))) if known.notna().any(axis=None) else 1.0),
            showscale=False,
            xgap=1,
            ygap=1,
            hovertemplate="%{y}, %{x}: %{customdata:,d} records<extra></extra>",
        )
    )
    _grid_look(figure, len(names))
    short = [name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1].rstrip()}…" for name in names]
    figure.update_yaxes(tickvals=names, ticktext=[words.safe(name) for name in short])
    return figure.update_xaxes(dtick=1 if has_text else None)


def is_dense(cells: pd.DataFrame) -> bool:
    """Return True when the grid of these cells has numbers that a phone has no room for."""
    return NARROW_YEARS < cells["year"].nunique() <= TEXT_YEARS


def height_px(cells: pd.DataFrame) -> int:
    """Return the height of the grid of these cells."""
    return ROW_PX * cells["country_id"].nunique() + HEAD_PX


def _state_heat(states: pd.DataFrame, state: str, colour: str) -> go.Heatmap:
    told = record_words.COVERAGE_TITLES[state].lower()
    return go.Heatmap(
        x=states.columns.tolist(),
        y=states.index.tolist(),
        z=(states == state).astype(float).where(states == state).to_numpy(),
        colorscale=[[0, colour], [1, colour]],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate=f"%{{y}}, %{{x}}: {told}<extra></extra>",
    )


def _short(count: float) -> str:
    if np.isnan(count):
        return ""
    return words.number(count) if count < 1000 else f"{count / 1000:.{0 if count >= 9950 else 1}f}k"


def _grid_look(figure: go.Figure, row_count: int) -> go.Figure:
    figure.update_layout(
        height=ROW_PX * row_count + HEAD_PX,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(side="top", automargin=True, fixedrange=True, tickformat="d", showgrid=False)
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True, showgrid=False, dtick=1)
    return figure


def grid_legend() -> str:
    """Return what the colours of the grid mean, as a small picture."""
    box = '<rect x="16" y="-7" width="30" height="14" fill="{}"/>'
    ramp = "".join(
        f'<rect x="{4 + 18 * place}" y="-7" width="18" height="14" fill="{colour}"/>'
        for place, (_, colour) in enumerate(RAMP)
    )
    rows = [(ramp, record_words.COVERAGE_TITLES[coverage.RECORDS])]
    rows += [(box.format(colour), record_words.COVERAGE_TITLES[name]) for name, colour in STATE_COLOURS.items()]
    return legend.picture("Colour", rows)


def grades(view: Coverage, quality: str) -> pd.DataFrame:
    """Return by layer the share of records of each grade, the best grade first; rows of the layers that have any."""
    titles = QUALITIES[quality][1]
    mine = view.shares[view.shares["quality"] == quality]
    wide = mine.pivot_table(index="layer", columns="grade", values="record_count", aggfunc="sum").fillna(0)
    wide = wide.reindex(index=[name for name in view.layers["layer"] if name in wide.index])
    wide = wide.reindex(columns=[grade for grade in titles if grade in wide.columns])
    return wide.div(wide.sum(axis=1), axis=0)


def grades_figure(view: Coverage, quality: str) -> go.Figure:
    """Return one bar per layer, split by how well its records are known."""
    titles, wide = QUALITIES[quality][1], grades(view, quality)
    figure = go.Figure()
    for grade in wide.columns:
        figure.add_trace(
            go.Bar(
                y=[words.layer_title(str(name)) for name in wide.index],
                x=wide[grade],
                name=titles[grade],
                orientation="h",
                marker_color=_grade_colour(quality, str(grade)),
                hovertemplate="%{y}: %{x:.0%}",
            )
        )
    figure.update_layout(
        barmode="stack",
        height=150 + 34 * len(wide),
        margin={"l": 4, "r": 12, "t": 4, "b": 4},
        legend={"orientation": "h", "y": -0.25, "x": 0, "traceorder": "normal"},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%", nticks=3, fixedrange=True)
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True)
    return figure


def _grade_colour(quality: str, grade: str) -> str:
    known = list(QUALITIES[quality][1])
    if grade == "none":
        return GRADE_COLOURS[-1]
    spread = {"place": (0, 1, 2, 3, 4, 5), "date": (0, 1, 3, 4, 5), "status": (0, 3, 4)}[quality]
    return GRADE_COLOURS[spread[known.index(grade)]]
