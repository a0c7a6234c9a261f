"""How fine a map draws: single places, or flows between divisions, countries or world regions as one. Pure.

Whatever is drawn as one has the sum of its parts: at every level, the drawn flows, those not drawn and those within one
unit add up to the layer's records. A unit's flows with itself have no line: they are a ring.
"""

import math
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from dashboard import curves, deck, palette, words
from dashboard.view import Explore
from data.places import gazetteer

LEVELS = ("place", "division", "country", "region")  # finest first
AUTOMATIC = "auto"
TITLES = {
    AUTOMATIC: "Automatic",
    "place": "Places",
    "division": "Divisions",
    "country": "Countries",
    "region": "World regions",
}
UNITS = {"place": "place", "division": "division", "country": "country", "region": "world region"}
PLURALS = {"place": "places", "division": "divisions", "country": "countries", "region": "world regions"}
LINES = (
    "A line joins two areas and sums all flows between their places; it follows no way. Rings sum the flows that stay "
    "within one area. Each line bows to the right of its direction of travel."
)
RELATED = (
    "A line takes the relation of its corridors where they agree, those with too little evidence left aside; else its "
    "corridors differ."
)
SHORT_PX = 24.0  # a shorter line is a smudge; chosen by eye, 2026-11
SHORT_SHARE = 0.5  # of the drawn lines that may be smudges; chosen by eye, 2026-11
MOST_LINES = 450  # of all layers together; keeps the map's message below 1 MB
WITHIN = ("layer", "unit_id", "unit", "lon", "lat", "record_count", "part_count", "relation", "relation_told")
PAIR = ["layer", "origin_id", "destination_id"]
ENDS = ("origin", "destination")


class Bundle(NamedTuple):
    """Two units of a level, the same way round whichever way a flow runs; one twice where flows stay within it."""

    level: str
    first: str
    second: str

    @classmethod
    def parsed(cls, text: str) -> "Bundle | None":
        """Return the bundle that a link or a click names; None for nonsense."""
        level, _, pair = text.partition(":")
        first, _, second = pair.partition("~")
        return cls(level, first, second) if level in LEVELS and first and second else None

    def __str__(self) -> str:
        """Return its name in links."""
        return f"{self.level}:{self.first}~{self.second}"


def unit_ids(view: Explore, level: str) -> "pd.Series[str]":
    """Return the unit of every place of the view by place_id; a place that has none at this level stays itself."""
    places = view.places
    own = pd.Series(places.index.astype("str"), places.index)
    if level == "place":
        return own
    if level == "division":
        return places["parent_id"].where(_divisions().get_indexer(pd.Index(places["parent_id"])) >= 0).fillna(own)
    country = places["country_id"].fillna(own)
    return country if level == "country" else places["subregion"].fillna(country)


@cache
def _divisions() -> "pd.Index[str]":
    known = gazetteer().places
    found: pd.Index[str] = pd.Index(known.loc[known["level"] == "admin1", "place_id"])
    return found


def offered(view: Explore) -> list[str]:
    """Return the levels at which the view's flows differ, finest first."""
    places = [view.places.index.get_indexer(pd.Index(view.flows[f"{end}_id"])) for end in ENDS]
    counts = []
    for level in LEVELS:
        unit, _ = pd.factorize(unit_ids(view, level))
        first, second = (unit[at] for at in places)
        counts.append(len(np.unique(first * len(unit) + second)))
    return [*LEVELS[:1], *(level for at, level in enumerate(LEVELS) if at and counts[at] < counts[at - 1])]


def automatic(view: Explore, zoom: float, known: list[str] | None = None) -> str:
    """Return the finest level, up to countries, whose drawn lines can mostly be seen at the zoom of the first view.

    Args:
        view: What the page shows.
        zoom: Of the first view.
        known: What ``offered`` says of the view, where it was asked before.
    """
    levels = [level for level in known or offered(view) if level != "region"]
    return next((level for level in levels if _is_legible(seen(view, level), zoom)), levels[-1])


def _is_legible(view: Explore, zoom: float) -> bool:
    """Return True when most lines of firearms are long enough; of all layers where there are none."""
    shown = view.flows[view.flows["is_shown"]]
    is_main = shown["layer"] == "firearms"
    lengths = _lengths_px(shown[is_main] if is_main.any() else shown, zoom)
    return sum(length < SHORT_PX for length in lengths) <= SHORT_SHARE * len(lengths)


def _lengths_px(flows: pd.DataFrame, zoom: float) -> list[float]:
    scale = deck.TILE_PX / 360 * 2**zoom
    return [
        scale * math.hypot(curves.wrapped(east - west), curves.mercator_y(north) - curves.mercator_y(south))
        for west, south, east, north in flows[
            ["origin_lon", "origin_lat", "destination_lon", "destination_lat"]
        ].itertuples(index=False, name=None)
    ]


def seen(view: Explore, level: str) -> Explore:
    """Return the view as the map draws it at a level.

    Args:
        view: As assemble.explore gives it.
        level: One of LEVELS.

    Returns:
        The same view with ``level``, its ``flows`` between units, and what stays ``within`` one. A flow drawn as one
        has the columns of view.Explore.flows with the sums of its parts, and ``part_count``, ``relation``,
        ``relation_told`` (empty for layers without) and ``bundle`` besides; ``corridor_id`` is empty unless all flows
        between the two units, of all layers, are of one corridor.
    """
    if level == "place":
        return replace(view, flows=_capped(view.flows))
    units = unit_ids(view, level)
    flows = view.flows.assign(relation=_relations(view))
    for end in ENDS:
        flows[f"{end}_unit"] = flows[f"{end}_id"].map(units)
    summed = _summed(flows, _unit_table(flows, level))
    summed["bundle"] = _bundles(summed, level)
    is_within = summed["origin_id"] == summed["destination_id"]
    between = summed[~is_within].sort_values(["layer", "record_count"], ascending=[True, False], kind="stable")
    between = _with_corridors(between.reset_index(drop=True), flows)
    within = summed[is_within].rename(
        columns={"origin_id": "unit_id", "origin": "unit", "origin_lon": "lon", "origin_lat": "lat"}
    )
    drawn = _capped(between.assign(is_shown=_is_shown(between, view.filters.top)))
    within = within[[*WITHIN, "bundle"]].reset_index(drop=True)
    return replace(view, level=level, flows=drawn, within=within, routes=view.routes[:0], lines=view.lines[:0])


def _relations(view: Explore) -> "pd.Series[str]":
    """Return the relation of each flow's corridor; empty for every layer but firearms."""
    known = relation_by_corridor(view.corridors)
    said = [known.get(corridor_id, "insufficient") for corridor_id in view.flows["corridor_id"]]
    return pd.Series(said, view.flows.index, dtype="str").where(view.flows["layer"] == "firearms", "")


def relation_by_corridor(corridors: pd.DataFrame) -> dict[str, str]:
    """Return the strongest relation of each corridor: the first that is not insufficient."""
    known = corridors[corridors["relation"] != "insufficient"].drop_duplicates("corridor_id")
    return dict(zip(known["corridor_id"].tolist(), known["relation"].tolist(), strict=True))


def _unit_table(flows: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return ``name, lon, lat, level`` of each unit; an area lies where its records are, so far as that is known."""
    columns = ["unit_id", "name", "lon", "lat", "level", "record_count"]
    ends = pd.concat(
        [
            flows[[f"{end}_unit", end, f"{end}_lon", f"{end}_lat", f"{end}_level", "record_count"]].set_axis(
                columns, axis=1
            )
            for end in ENDS
        ]
    )
    own = ends.drop_duplicates("unit_id").set_index("unit_id")[["name", "lon", "lat", "level"]]
    known = gazetteer().places.set_index("place_id")[["name", "lon", "lat", "level"]]
    units = pd.concat([known[known.index.isin(own.index)], own[~own.index.isin(known.index)]])
    if level == "division":
        return units
    is_finer = ends["level"] != "country"
    finer = ends[is_finer | ~ends["unit_id"].isin(ends.loc[is_finer, "unit_id"])]
    named = units["name"] if level == "country" else units.index.to_series()
    return _centres(finer).assign(name=named, level="country")


def _centres(ends: pd.DataFrame) -> pd.DataFrame:
    """Return ``lon, lat`` of each unit: the mean direction from the middle of the Earth, weighted by records."""
    lon, lat = (ends[name].map(math.radians) for name in ("lon", "lat"))
    cos = lat.map(math.cos)
    parts = {"x": cos * lon.map(math.cos), "y": cos * lon.map(math.sin), "z": lat.map(math.sin)}
    sums = pd.DataFrame(parts).mul(ends["record_count"], axis=0).groupby(ends["unit_id"]).sum()
    places = [
        (math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y))))
        for x, y, z in sums.itertuples(index=False, name=None)
    ]
    return pd.DataFrame(places, columns=["lon", "lat"], index=sums.index)


def _summed(flows: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return one row per layer and pair of units, with the sums of its flows."""
    whole = flows.assign(
        intended_share=flows["intended_share"] * flows["record_count"],  # divided by the sum below
        origin_id=flows["origin_unit"],
        destination_id=flows["destination_unit"],
    )
    groups = whole.groupby(PAIR, observed=True)
    found = groups.agg(
        record_count=("record_count", "sum"),
        record_count_high=("record_count_high", "sum"),
        intended_share=("intended_share", "sum"),
        first_on=("first_on", "min"),
        last_on=("last_on", "max"),
        part_count=("record_count", "size"),
    ).reset_index()
    found["intended_share"] /= found["record_count"]
    for end in ENDS:
        mine = units.reindex(found[f"{end}_id"]).reset_index(drop=True)
        found[[end, f"{end}_lon", f"{end}_lat", f"{end}_level"]] = mine[["name", "lon", "lat", "level"]]
    found = found.merge(_sources(whole), on=PAIR).merge(_agreed(whole), on=PAIR, how="left")
    return found.assign(is_coarse=True, relation_told=found["relation_told"].fillna(""))


def _sources(flows: pd.DataFrame) -> pd.DataFrame:
    """Return PAIR and ``sources``: the names of all sources of its flows."""
    named = flows[[*PAIR, "sources"]].drop_duplicates()
    single = named.assign(sources=named["sources"].str.split(", ")).explode("sources").drop_duplicates()
    return single.sort_values("sources").groupby(PAIR, observed=True)["sources"].agg(", ".join).reset_index()


def _agreed(flows: pd.DataFrame) -> pd.DataFrame:
    """Return PAIR, ``relation`` and ``relation_told``: the word of the parts where they agree, else that they differ.

    Parts with too little evidence have no say, but a word that less than half of the records carry is not the whole's.
    """
    counted = flows[flows["relation"] != ""].groupby([*PAIR, "relation"], observed=True)["record_count"]
    parts: dict[tuple[str, ...], list[tuple[str, int, int]]] = {}
    for (*pair, word), size, total in counted.agg(["size", "sum"]).itertuples(name=None):
        parts.setdefault(tuple(pair), []).append((word, size, total))
    rows = [(*pair, _word(mine), _told(mine)) for pair, mine in parts.items()]
    return pd.DataFrame(rows, columns=[*PAIR, "relation", "relation_told"], dtype="str")


def _word(parts: list[tuple[str, int, int]]) -> str:
    said = [(word, total) for word, _, total in parts if word != "insufficient"]
    if len(said) > 1:
        return palette.DIFFERING
    whole = sum(total for _, _, total in parts)
    return said[0][0] if said and said[0][1] * 2 >= whole else "insufficient"


def _told(parts: list[tuple[str, int, int]]) -> str:
    """Return how many flows have which relation, with their share of the records, the largest first."""
    whole = sum(total for _, _, total in parts)
    return ", ".join(
        f"{words.relation_title(word).lower()} {words.number(size)} ({words.percent(total / whole)})"
        for word, size, total in sorted(parts, key=lambda part: -part[2])
    )


def _bundles(flows: pd.DataFrame, level: str) -> "pd.Series[str]":
    pairs = flows[["origin_id", "destination_id"]].astype("str").itertuples(index=False, name=None)
    return pd.Series([str(Bundle(level, *sorted(pair))) for pair in pairs], flows.index, dtype="str")


def _with_corridors(between: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Name the corridor of bundles that have but one."""
    ends = [flows[f"{end}_unit"].astype("str") for end in ENDS]
    pair = ends[0].where(ends[0] < ends[1], ends[1]) + "~" + ends[1].where(ends[0] < ends[1], ends[0])
    only = flows["corridor_id"].groupby(pair).agg(["nunique", "first"])
    names = only.loc[only["nunique"] == 1, "first"].to_dict()
    found = [names.get(bundle.partition(":")[2], "") for bundle in between["bundle"]]
    return between.assign(corridor_id=pd.Series(found, between.index, dtype="str"))


def _is_shown(between: pd.DataFrame, top: int) -> "pd.Series[bool]":
    """Return which flows are drawn: the largest of each layer, and as many whose parts agree on common or inverse."""
    named = between.index[between["relation"].isin(["common", "inverse"])][:top]
    return (between.groupby("layer").cumcount() < top) | between.index.isin(named)


def _capped(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the flows with at most MOST_LINES shown: of each layer its first, in equal shares of what is asked for."""
    asked = flows["is_shown"]
    if asked.sum() <= MOST_LINES:
        return flows
    rank = asked.astype(int).groupby(flows["layer"]).cumsum()
    most = (flows[asked].groupby("layer").size() * MOST_LINES // asked.sum()).clip(lower=1)
    return flows.assign(is_shown=asked & (rank <= flows["layer"].map(most).fillna(0)))


def bundle_of(view: Explore, corridor_id: str, level: str) -> Bundle:
    """Return the line that stands for a corridor at a level."""
    units = unit_ids(view, level)
    first, last = (corridor_id.split("~") + [""])[:2]
    return Bundle(level, *sorted((str(units.get(first, first)), str(units.get(last, last)))))


def parts_of(view: Explore, bundle: Bundle) -> pd.DataFrame:
    """Return the flows, as recorded, that a bundle sums; the largest first."""
    units = unit_ids(view, bundle.level)
    ends = [view.flows[f"{end}_id"].map(units).astype("str") for end in ENDS]
    pair = {bundle.first, bundle.second}
    is_mine = ends[0].isin(pair) & ends[1].isin(pair) & ((ends[0] == ends[1]) == (len(pair) == 1))
    mine = view.flows[is_mine].assign(relation=_relations(view)[is_mine])
    return mine.sort_values("record_count", ascending=False, kind="stable", ignore_index=True)


def unit_names(view: Explore, bundle: Bundle) -> tuple[str, str]:
    """Return the names of a bundle's two units."""
    known = gazetteer().places.set_index("place_id")["name"]
    own = {
        str(place): str(name)
        for end in ENDS
        for place, name in view.flows[[f"{end}_id", end]].itertuples(index=False, name=None)
    }
    first, second = (str(known.get(unit, own.get(unit, unit))) for unit in bundle[1:])
    return first, second


def showing(view: Explore, layer: str) -> str:
    """Return how much of a layer the map draws: of how many lines, which share of records, and what has no line.

    Args:
        view: As ``seen`` gives it.
        layer: Which layer.
    """
    if view.level == "place":
        return words.showing(layer, view.flows, view.totals)
    mine, inside = (found[found["layer"] == layer] for found in (view.flows, view.within))
    whole = mine["record_count"].sum() + inside["record_count"].sum()
    if not whole:
        return f"{words.layer_title(layer)}: no flow in this choice"
    shown = mine[mine["is_shown"]]
    line = words.plural(len(mine), "line")
    told = (
        f"{words.layer_title(layer)}: showing {words.number(len(shown))} of {line} between {PLURALS[view.level]}, "
        f"{words.percent(shown['record_count'].sum() / whole)} of records"
    )
    if not len(inside):
        return told
    return f"{told}; {words.percent(inside['record_count'].sum() / whole)} stay within one {UNITS[view.level]}"


def told(view: Explore) -> list[str]:
    """Return per layer how much of it the map shows: flows, incidents or both.

    Args:
        view: As ``seen`` gives it.
    """
    flow_counts = view.totals.set_index("layer")["flow_count"]
    incident_counts = view.incidents.groupby("layer")["incident_count"].sum()
    lines = []
    for name in view.filters.layers:
        if name in incident_counts.index:
            lines.append(f"{words.layer_title(name)}: {words.plural(incident_counts[name], 'incident')} on the map")
        if flow_counts.get(name, 0) or name not in incident_counts.index:
            lines.append(showing(view, name))
    return lines
