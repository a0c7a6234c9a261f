"""A pinned release and the reader's filters -> the frozen view one page needs; where SQL meets geometry."""

from dataclasses import replace

import numpy as np
import pandas as pd

from dashboard import flows as booked
from dashboard import questions, relations, routes, view
from dashboard.filters import Filters
from dashboard.stores import Store
from data.errors import FilterError
from data.places import gazetteer
from geo import system
from queries import run

EVIDENCE_ROWS = 100  # the newest of each layer and direction, so that no layer fills the list; a choice, 2026-12
NULL_DRAWS, NULL_SEED = 199, 1  # a p-value of 0.05 is the tenth of 200; 999 take five times as long


def flows(store: Store, filters: Filters) -> pd.DataFrame:
    """Return one row per (layer, origin, destination) that passes the filters, largest first within its layer.

    Raises:
        FilterError: a region, layer or commodity is unknown to this release.
    """
    return booked.flows(store.book, held(store, filters), filters.kappa)[booked.COLUMNS]


def laid_out(store: Store, filters: Filters) -> tuple[pd.DataFrame, dict[str, relations.Layer]]:
    """Return ``flows``, and the same by layer, firearms among them, with their records by network.

    Raises:
        FilterError: a region, layer or commodity is unknown to this release.
    """
    mine = held(store, filters)
    found = booked.flows(store.book, mine, filters.kappa)
    numbers = store.ways.pairs.take(found["pair"].to_numpy()).set_index(found.index)
    numbered = pd.concat([found, numbers], axis=1)
    parts = booked.parts(store.book, store.ways, mine)
    names = dict.fromkeys((*filters.layers, relations.ANCHOR))
    layers = {name: relations.Layer(*(booked.of_layer(table, name) for table in (numbered, parts))) for name in names}
    return found[booked.COLUMNS], layers


def held(store: Store, filters: Filters) -> booked.Held:
    """Return what the choice holds by pair of places and by network.

    Raises:
        FilterError: a region, layer or commodity is unknown to this release.
    """
    least = filters.min_count, booked.LEAST_POINTS[filters.confidence]
    return booked.kept(store.book, questions.held(store, filters), *least)


def explore(store: Store, filters: Filters, compare: relations.Compare | None = None) -> view.Explore:
    """Return what the Explore page shows.

    Args:
        store: The release.
        filters: The choice.
        compare: As relations.to_firearms takes it.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    found, layers = laid_out(store, chosen)
    limits = questions.limits_of(store, filters)
    corridors, omega = relations.to_firearms(store.ground, layers, filters.kappa, compare)
    found = found.assign(is_shown=relations.is_shown(found, corridors, filters.top))
    drawn = found.loc[(found["layer"] == relations.ANCHOR) & found["is_shown"], "corridor_id"]
    corridors = corridors.assign(is_shown=corridors["corridor_id"].isin(drawn))
    parts = pd.concat([layer.parts for layer in layers.values()], ignore_index=True)
    ways, lines = routes.drawn(found, parts, store.routes)
    return view.Explore(
        release_id=store.release.id,
        is_synthetic=store.is_synthetic,
        marking=store.marking,
        filters=filters,
        totals=_totals(store, limits, found),
        flows=found,
        corridors=corridors,
        incidents=run.rows(
            store.con, "incidents_by_cell", **questions.some_limits(limits, "since", "until", "layers", "countries")
        ),
        omega=omega,
        sources=store.sources,
        routes=ways,
        lines=lines,
        silent=silent(store, chosen),
        withheld=run.rows(
            store.con, "withheld_pairs", **questions.some_limits(limits, "since", "until", "layers", "countries")
        ),
        small=store.release.manifest["disclosure"],
        places=store.places,
    )


def judged(store: Store, filters: Filters, draws: relations.Draws) -> tuple[view.Explore, pd.DataFrame]:
    """Return what the Explore page shows, and how firm and surprising each corridor is, as relations.by_layer gives it.

    Args:
        store: The release.
        filters: The choice.
        draws: How surprise is tested.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    found: dict[str, tuple[tuple[relations.Layer, relations.Layer], relations.Compared]] = {}

    def compare(name: str, both: tuple[relations.Layer, relations.Layer]) -> relations.Compared:
        found[name] = both, relations.compared(store.ground, both, filters.kappa)
        return found[name][1]

    seen = explore(store, filters, compare)
    tables = {name: relations.judged(store.ground, both, kept.corridors, draws) for name, (both, kept) in found.items()}
    return seen, relations.by_layer(tables)


def silent(store: Store, filters: Filters) -> pd.DataFrame:
    """Return the countries of the chosen region without a record of any chosen layer in the years of the period.

    Returns:
        ``country_id, name``, by country_id.
    """
    first = filters.since.year if filters.since else -9999
    last = filters.until.year - (filters.until.timetuple().tm_yday == 1) if filters.until else 9999
    found = store.reports
    spoken = found[found["layer"].isin(filters.layers) & found["year"].between(first, last)]["country_id"].unique()
    places = gazetteer().places
    countries = places.loc[places["level"] == "country", ["country_id", "name"]]
    if filters.region:
        countries = countries[countries["country_id"].isin(gazetteer().region_country_ids(filters.region))]
    return countries[~countries["country_id"].isin(spoken)].sort_values("country_id", ignore_index=True)


def yearly(store: Store, filters: Filters) -> pd.DataFrame:
    """Return ``layer, year, record_count``: records on the flows of a choice, and incidents; years without are absent.

    A record that spans several years counts an equal part in each.
    """
    limits = questions.of_flows(store, filters)
    legs = run.rows(store.con, "flow_records_by_year", **limits)
    points = run.rows(
        store.con, "incidents_by_year", **questions.some_limits(limits, "since", "until", "layers", "countries")
    )
    return pd.concat([legs, points], ignore_index=True).sort_values(["layer", "year"], ignore_index=True)


def way_cells(store: Store, corridor_id: str, network: str) -> pd.DataFrame:
    """Return the cells that ways between a corridor's ends may take by a network: ``cell, probability``."""
    ends = (corridor_id.split("~") + [""])[:2]
    found = run.rows(store.con, "path_cells", place_a=ends[0], place_b=ends[1])
    return found.loc[found["network"] == network, ["cell", "probability"]].reset_index(drop=True)


def evidence(store: Store, filters: Filters, corridor_id: str) -> view.Evidence:
    """Return the records behind one corridor, in both directions and all chosen layers; only their sums to officials.

    Raises:
        FilterError: no such corridor in this release.
    """
    ends = corridor_id.split("~")
    if len(ends) != 2 or not set(ends) <= set(store.places.index):
        raise FilterError(f"Corridor {corridor_id!r} is not in this release.")
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    limits = questions.limits_of(store, chosen)
    records = _between(store, chosen, (ends[0], ends[1]))
    origin, destination = _oriented(records, (ends[0], ends[1]))
    records["direction"] = np.where(records["origin_id"] == origin, "with", "against")
    summary = records.groupby(["layer", "direction"])["record_count"].sum().reset_index()
    names = store.places["name"]
    listed = (records if store.has_records else records.head(0)).sort_values(
        "layer", key=lambda layers: layers.ne(relations.ANCHOR), kind="stable"
    )
    shown = listed.groupby(["layer", "direction"], sort=False).head(EVIDENCE_ROWS).reset_index(drop=True)
    return view.Evidence(
        corridor_id,
        origin,
        names[origin],
        names[destination],
        summary,
        shown,
        len(shown) < len(listed),
        len(listed),
        _withheld(store, limits, (origin, destination)),
        listed.groupby("layer", sort=False).size().rename("entry_count").reset_index(),
    )


def _between(store: Store, chosen: Filters, ends: tuple[str, str]) -> pd.DataFrame:
    """Return the records between two places, or the flows that sum them where single records may not be asked for."""
    if store.has_records:
        both = {"place_a": ends[0], "place_b": ends[1]}
        return store.records("records_of_pair", **questions.of_flows(store, chosen), **both)
    found = flows(store, chosen)
    return found[found["origin_id"].isin(ends) & found["destination_id"].isin(ends)].copy()


def _withheld(store: Store, limits: dict[str, object], ends: tuple[str, str]) -> pd.DataFrame:
    """Return the withheld cells between two places, along the way from the first to the second or against it."""
    found = run.rows(
        store.con, "withheld_pairs", **questions.some_limits(limits, "since", "until", "layers", "countries")
    )
    ways = [(*ends, "with"), (*ends[::-1], "against")]
    pairs = pd.DataFrame(ways, columns=["origin_id", "destination_id", "direction"])
    return found.merge(pairs)[["layer", "direction", "cell_count"]]


def comparison(store: Store, filters: Filters, parts: tuple[str, str], draws: relations.Draws) -> relations.Compared:
    """Compare two layers, or parts of layers written as ``layer:commodity``; with draws, also judge each corridor.

    Raises:
        FilterError: a layer, region or commodity is unknown to this release.
    """
    both = []
    for part in parts:
        chosen = questions.limited_to(store, filters, part)
        both.append(laid_out(store, chosen)[1][chosen.layers[0]])
    pair = both[0], both[1]
    found = relations.compared(store.ground, pair, filters.kappa)
    found = found._replace(
        corridors=relations.judged(store.ground, pair, found.corridors, draws),
        shared=relations.segments(store.ground, pair, filters.kappa),
    )
    if not draws.count:
        return found
    return found._replace(omega_interval=relations.interval(store.ground, pair, filters.kappa, draws))


def pair(filters: Filters, layer: str) -> Filters:
    """Return what a comparison of firearms and another layer follows from: it does not ask for all layers, nor top."""
    return replace(filters, layers=(relations.ANCHOR, layer), top=Filters().top)


def of_pair(store: Store, filters: Filters) -> tuple[relations.Layer, relations.Layer]:
    """Return the two layers of a choice, as ``pair`` gives it."""
    _, found = laid_out(store, filters)
    return found[filters.layers[0]], found[filters.layers[1]]


def null_test(
    store: Store, filters: Filters, parts: tuple[str, str], draw_count: int, seed: int
) -> system.LayersTest | None:
    """Return what the null model says of two layers or parts of layers; None where their precision never meets.

    Raises:
        FilterError: a layer, region or commodity is unknown to this release.
    """
    both = [flows(store, questions.limited_to(store, filters, part)) for part in parts]
    return system.layers_test(store.places, both[0], both[1], draw_count, seed)


def null_tests(store: Store, filters: Filters) -> dict[str, system.LayersTest | None]:
    """Return what the null model says of firearms and each other layer of the choice that has flows.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    found = flows(store, replace(filters, layers=questions.known_layers(store, filters)))
    anchors = found[found["layer"] == relations.ANCHOR]
    others = [name for name in found["layer"].unique() if name != relations.ANCHOR and len(anchors)]
    return {
        name: system.layers_test(store.places, anchors, found[found["layer"] == name], NULL_DRAWS, NULL_SEED)
        for name in others
    }


def _oriented(records: pd.DataFrame, ends: tuple[str, str]) -> tuple[str, str]:
    """Return the ends along the larger flow of firearms, or of whatever layer is there."""
    anchors = records[records["layer"] == relations.ANCHOR]
    counts = (anchors if len(anchors) else records).groupby("origin_id")["record_count"].sum()
    first, last = sorted(ends)
    return (last, first) if counts.get(last, 0) > counts.get(first, 0) else (first, last)


def _totals(store: Store, limits: dict[str, object], found: pd.DataFrame) -> pd.DataFrame:
    wanted = questions.some_limits(limits, "since", "until", "countries", "limited", "commodities", "modes", "modi")
    totals = store.totals(**wanted).set_index("layer")
    grouped = found.groupby("layer")
    counts = pd.DataFrame({"flow_record_count": grouped["record_count"].sum(), "flow_count": grouped.size()})
    return totals.join(counts).fillna(0).astype("int64").reset_index()
