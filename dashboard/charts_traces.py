"""Traces as plotly figures, and one trace on the map. Pure."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import curves, deck, layers, marks, palette, words
from dashboard import tables_traces as tables
from dashboard.custody import Chain, Funnel, Ranking
from dashboard.tables_corridor import event_title
from geo.diversion import TTC_CLASSES, TTC_EDGES_DAYS, TTC_STARTS

ROW_PX, SHOWN = 34, 20
BIN_DAYS = TTC_EDGES_DAYS[1] / 4  # the edges of the classes are edges of bins: 365 is 4 of them, 1,095 is 12
LAST_DAYS = 40 * BIN_DAYS  # ten years; what is longer stands in the last bar
CONTROL_LOOKS = {True: ("#006B58", "circle"), False: ("#D1480A", "x"), None: ("#6B6B6B", "diamond")}
CONTROL_KEYS = {True: "lawful holder", False: "out of lawful hands", None: "lawful or not: not known"}
CLASS_COLOURS = dict(zip((*TTC_CLASSES, tables.UNKNOWN), ("#D1480A", "#1B7FD4", "#1F2A44", "#B9B4A8"), strict=True))
DIVERTED, HELD = "#D1480A", "#1F2A44"
CLEAR = {"plot_bgcolor": "rgba(0,0,0,0)", "paper_bgcolor": "rgba(0,0,0,0)"}


def chain(found: Chain) -> go.Figure | None:
    """Return the events of a trace over time, one line each, gaps dashed between them; None where none is dated."""
    events = found.events[found.events["contradiction"].ne("ends before it begins").fillna(True).to_numpy(bool)]
    dated = events[events["date_start"].notna() | events["date_end"].notna()]
    if dated.empty:
        return None
    figure = go.Figure()
    _gaps(figure, found.gaps)
    for control, (colour, symbol) in CONTROL_LOOKS.items():
        is_mine = [None if pd.isna(value) else bool(value) for value in dated["is_lawful"]]
        mine = dated[[value is control for value in is_mine]]
        for row in marks.records(mine):
            figure.add_trace(_event(row, colour, symbol))
        if len(mine):
            figure.add_trace(_key(CONTROL_KEYS[control], colour, symbol))
    steps = found.events["step"].tolist()
    labels = [f"{event_title(row['event'])}, {_place(row)}" for row in marks.records(found.events)]
    figure.update_yaxes(
        tickvals=steps, ticktext=labels, range=[len(steps) - 0.5, -0.5], automargin=True, fixedrange=True
    )
    figure.update_xaxes(automargin=True)
    legend = {"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0}
    margin = {"l": 4, "r": 8, "t": 8, "b": 8}
    figure.update_layout(height=ROW_PX * len(steps) + 110, legend=legend, margin=margin, **CLEAR)
    return figure


def _place(row: marks.Row) -> str:
    place: str = words.safe(row["place"]) or tables.UNKNOWN
    return place if _is_dated(row) else f"{place} (date not known)"


def _is_dated(row: marks.Row) -> bool:
    return bool(pd.notna(row["date_start"]) or pd.notna(row["date_end"]))


def _event(row: marks.Row, colour: str, symbol: str) -> go.Scatter:
    """Return the possible days of one event: a mark, or a bar between two."""
    first, last = _day(row, "date_start", "date_end"), _day(row, "date_end", "date_start")
    days = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return go.Scatter(
        x=[first, last],
        y=[row["step"]] * 2,
        mode="lines+markers",
        line={"color": colour, "width": 6},
        marker={"color": colour, "symbol": symbol, "size": 11},
        showlegend=False,
        hovertemplate=f"{event_title(row['event'])}: {days}<extra></extra>",
    )


def _day(row: marks.Row, name: str, instead: str) -> pd.Timestamp:
    day: pd.Timestamp = row[name] if pd.notna(row[name]) else row[instead]
    return day


def _key(title: str, colour: str, symbol: str) -> go.Scatter:
    return go.Scatter(
        x=[None], y=[None], mode="markers", name=title, marker={"color": colour, "symbol": symbol, "size": 11}
    )


def _gaps(figure: go.Figure, gaps: pd.DataFrame) -> None:
    known = gaps[gaps["from_on"].notna() & gaps["to_on"].notna()]
    titles = {True: "gap in which it left lawful hands", False: "gap"}
    for is_diversion, mine in known.groupby("is_diversion"):
        colour = DIVERTED if is_diversion else "#8D877B"
        for place, row in enumerate(marks.records(mine)):
            figure.add_trace(
                go.Scatter(
                    x=[row["from_on"], row["to_on"]],
                    y=[row["step"], row["step"] + 1],
                    mode="lines",
                    line={"color": colour, "width": 2, "dash": "dot"},
                    name=titles[bool(is_diversion)],
                    showlegend=place == 0,
                    hoverinfo="skip",
                )
            )


def time_to_crime(rows: pd.DataFrame) -> go.Figure | None:
    """Return traces by time from first sale to crime, coloured by class; None where no trace is timed."""
    days = pd.to_numeric(rows["time_to_crime_days"]).where(rows["time_to_crime_start"].eq(TTC_STARTS[0]))
    known = rows.assign(days=days.clip(upper=LAST_DAYS - 1))[days.notna().to_numpy(bool)]
    if known.empty:
        return None
    edges = np.arange(0, LAST_DAYS + 1, BIN_DAYS)
    figure = go.Figure()
    classes = known["time_to_crime_class"].astype(object).fillna(tables.UNKNOWN)
    for name, colour in CLASS_COLOURS.items():
        mine = known.loc[(classes == name).to_numpy(bool), "days"]
        counts, _ = np.histogram(mine.to_numpy(np.float64), edges)
        if counts.sum():
            title = "dates too vague for a class" if name == tables.UNKNOWN else name
            years = (edges[:-1] + BIN_DAYS / 2) / TTC_EDGES_DAYS[1]
            hover = "%{x:.2f} years: %{y:,d}<extra></extra>"
            figure.add_trace(go.Bar(x=years, y=counts, name=title, marker={"color": colour}, hovertemplate=hover))
    figure.update_xaxes(title="years from first sale to seizure (10: ten and more)", fixedrange=True, dtick=1)
    figure.update_yaxes(title="traces", fixedrange=True, automargin=True, tickformat=",d")
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
    margin = {"l": 4, "r": 8, "t": 8, "b": 8}
    figure.update_layout(height=320, barmode="stack", bargap=0.04, legend=legend, margin=margin, **CLEAR)
    return figure


def sources(found: Ranking, end: str) -> go.Figure:
    """Return the largest sources of one end with their share of traces and its 95 % interval."""
    rows = found.rows[found.rows["end"] == end].head(SHOWN)
    names = [words.safe(name) for name in rows["name"]]
    share, low, high = (100 * rows[name].to_numpy(np.float64) for name in ("share", "share_low", "share_high"))
    figure = go.Figure(
        go.Scatter(
            x=share,
            y=names,
            mode="markers",
            marker={"color": HELD, "size": 9},
            error_x={"type": "data", "symmetric": False, "array": high - share, "arrayminus": share - low},
            customdata=rows["trace_count"],
            hovertemplate="%{y}: %{customdata:,d} traces, %{x:.1f} %<extra></extra>",
        )
    )
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], automargin=True, fixedrange=True)
    figure.update_xaxes(title="% of the traces whose end is known", rangemode="tozero", fixedrange=True)
    figure.update_layout(height=24 * len(rows) + 90, margin={"l": 4, "r": 8, "t": 8, "b": 8}, **CLEAR)
    return figure


def funnel(found: Funnel, unit: str) -> go.Figure:
    """Return the steps from seizure to point of diversion as bars on one scale."""
    rows = marks.records(found.steps[found.steps["unit"] == unit])
    names = [tables.STEP_TITLES[row["step"]] for row in rows]
    told = [_told(row) for row in rows]
    counts = [row["count"] for row in rows]
    figure = go.Figure(
        go.Bar(x=counts, y=names, orientation="h", marker={"color": HELD}, text=told, textposition="outside")
    )
    figure.update_traces(cliponaxis=False, hoverinfo="skip")
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], automargin=True, fixedrange=True)
    figure.update_xaxes(range=[0, 1.45 * max([*counts, 1])], fixedrange=True, showticklabels=False, showgrid=False)
    figure.update_layout(height=44 * len(rows) + 30, margin={"l": 4, "r": 8, "t": 4, "b": 4}, **CLEAR)
    return figure


def _told(row: marks.Row) -> str:
    if pd.isna(row["of_count"]) or pd.isna(row["share"]):
        return words.number(row["count"])
    return f"{words.number(row['count'])} of {words.number(row['of_count'])}, {words.percent(row['share'])}"


def chain_map(found: Chain, places: pd.DataFrame, silent: pd.DataFrame) -> deck.CompactDeck | None:
    """Return the places of a trace, numbered in order, and the hops between them; None where no place is known.

    Args:
        found: The trace.
        places: ``level, country_id, lon, lat`` by place_id. A place known only by its country is an area.
        silent: Countries without any record of firearms, as assemble.silent gives them.
    """
    events = found.events[found.events["place_id"].isin(places.index)]
    if events.empty:
        return None
    rows = events.join(places[["level", "lon", "lat"]], on="place_id")
    hops = _hops(rows, found)
    drawn = layers.flow_layers(hops)
    ends = [(float(row["lon"]), float(row["lat"])) for row in marks.records(rows)]
    has_us = bool(rows["place_id"].astype("str").str.startswith("US-").any())
    marked = [*marks.silent_layers(silent), _areas(rows), *drawn, _dots(rows), marks.label_layer(_labels(rows))]
    return deck.deck([*deck.ground(has_us), *marked], deck.halved(deck.zoom_to(ends)))


def _hops(rows: pd.DataFrame, found: Chain) -> list[marks.Row]:
    """Return one row per hop between two known places that follow each other, as ``layers.path_rows`` takes them."""
    all_steps = marks.records(rows)
    turns = set(found.gaps.loc[found.gaps["is_diversion"], "step"])
    told = []
    for before, after in zip(all_steps, all_steps[1:], strict=False):
        if before["place_id"] == after["place_id"]:
            continue
        is_turn = not turns.isdisjoint(range(before["step"], after["step"]))
        bent = curves.curve((before["lon"], before["lat"]), (after["lon"], after["lat"]), layers.BOWS[0])
        told.append(
            {
                "layer": "firearms",
                "colour": DIVERTED if is_turn else HELD,
                "alpha": 235,
                "width_px": 2.5,
                "curve": bent,
                "intended_share": 0.0,
            }
        )
    return told


def _dots(rows: pd.DataFrame) -> object:
    known = rows[rows["level"] != "country"].drop_duplicates("place_id")
    points = [
        {"p": [round(r["lon"], 3), round(r["lat"], 3)], "tip": words.safe(r["place"])} for r in marks.records(known)
    ]
    look = {
        "get_radius": 4,
        "radius_units": "'pixels'",
        "get_fill_color": palette.rgba(palette.PLACE),
        "pickable": True,
    }
    return deck.layer("ScatterplotLayer", "trace-places", points, get_position="p", **look)


def _areas(rows: pd.DataFrame) -> object:
    known = rows[rows["level"] == "country"].drop_duplicates("place_id")
    land = deck.land()
    areas = [
        area
        for row in marks.records(known)
        if row["place_id"] in land
        for area in deck.area_rows(land[row["place_id"]], tip=words.safe(row["place"]))
    ]
    return deck.areas("trace-areas", areas, palette.rgba(HELD, 45))


def _labels(rows: pd.DataFrame) -> list[marks.Row]:
    """Return each place once, with the numbers of its steps."""
    found = []
    for _, mine in rows.groupby("place_id", sort=False):
        first = marks.records(mine)[0]
        numbers = ", ".join(str(step + 1) for step in mine["step"])
        found.append(
            {"p": [round(first["lon"], 3), round(first["lat"], 3)], "t": f"{numbers}: {words.safe(first['place'])}"}
        )
    return found
