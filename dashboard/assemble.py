"""A pinned release and the reader's filters -> the frozen view one page needs; where SQL meets geometry."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from duckdb import DuckDBPyConnection

from dashboard import relations, routes, view
from dashboard.filters import Filters
from dashboard.markings import strictest
from data import contracts, release
from data.errors import FilterError
from data.places import gazetteer
from data.release import Release
from geo import flowfield, modes, system
from geo.flowfield import Network
from queries import connection, run

EVIDENCE_ROWS = 500
NULL_DRAWS, NULL_SEED = 199, 1  # a p-value of 0.05 is the tenth of 200; 999 take five times as long


@dataclass(frozen=True)
class Store:
    """One pinned release, open for questions; safe to share between threads."""

    release: Release
    con: DuckDBPyConnection

    @cached_property
    def places(self) -> pd.DataFrame:
        """The release's places, by place_id."""
        return run.rows(self.con, "places").set_index("place_id")

    @cached_property
    def paths(self) -> pd.DataFrame:
        """The release's table ``paths``."""
        return run.rows(self.con, "paths")

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The release's table ``path_lines``."""
        return run.rows(self.con, "path_lines")

    @cached_property
    def net(self) -> Network:
        """The release's paths, as a network of cells."""
        edges, table = (run.columns(self.con, name) for name in ("network_edges", "path_overlaps"))
        return flowfield.network(self.paths, edges, table)

    @property
    def edges(self) -> pd.DataFrame:
        """The release's table ``path_edges``; large, so not kept."""
        return run.rows(self.con, "path_edges")

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """The release's table ``path_borders``."""
        return run.rows(self.con, "path_borders")

    @cached_property
    def ground(self) -> relations.Ground:
        """What flows run over."""
        countries = run.rows(self.con, "cells").set_index("cell")["country_id"].reindex(self.net.cells)
        return relations.Ground(self.net, pd.factorize(countries)[0].astype(np.int64), self.places)

    @cached_property
    def network_shares(self) -> pd.DataFrame:
        """What legs of unstated transport are taken to travel on."""
        return run.rows(self.con, "network_shares")

    @cached_property
    def travel(self) -> modes.Travel:
        """What legs may have travelled on."""
        return modes.travel(self.network_shares, self.paths)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """One row per imported file."""
        return run.rows(self.con, "sources")

    @cached_property
    def reports(self) -> pd.DataFrame:
        """Which country has records of which layer in which year, spanning ones included."""
        return run.rows(self.con, "coverage_reports").dropna(subset="country_id")

    @cached_property
    def spans(self) -> pd.DataFrame:
        """First and last day of each layer of the release."""
        return run.rows(self.con, "spans").set_index("layer")

    @property
    def is_synthetic(self) -> bool:
        """True when any source is made up."""
        return bool(self.sources["is_synthetic"].any())

    @property
    def marking(self) -> str:
        """The strictest marking of the sources."""
        return strictest(self.sources["marking"])


@dataclass(frozen=True)
class Choices:
    """What a reader may choose from in one release; countries as (id, name), commodities as (layer, name)."""

    layers: tuple[str, ...]
    regions: tuple[str, ...]
    countries: tuple[tuple[str, str], ...]
    commodities: tuple[tuple[str, str], ...]
    modes: tuple[str, ...]
    first_on: pd.Timestamp
    last_on: pd.Timestamp


def opened(root: Path, release_id: str | None = None) -> Store:
    """Return the store's current release, or a given one, open for questions.

    Raises:
        StoreError: there is no such release, or a file of it was changed.
        QueryError: its tables cannot be read.
    """
    pinned = release.whole(release.pinned(root, release_id) if release_id else release.current(root))
    views = {table.name: [pinned.path(table.name)] for table in contracts.RELEASED}
    return Store(pinned, connection.connect(views, pinned.folder, has_macros=True))


def choices(store: Store) -> Choices:
    """Return what a reader may choose from."""
    commodities = run.rows(store.con, "commodities")
    countries = store.places.loc[store.places["level"] == "country", "name"].sort_values()
    regions = sorted({*store.places["region"].dropna(), *store.places["subregion"].dropna()})
    return Choices(
        tuple(store.spans.index),
        tuple(regions),
        tuple(zip(countries.index, countries, strict=True)),
        tuple(commodities[["layer", "commodity"]].itertuples(index=False, name=None)),
        contracts.MODES,
        store.spans["first_on"].min(),
        store.spans["last_on"].max(),
    )


def context_layers(store: Store) -> frozenset[str]:
    """Return the layers that hold neither a flow nor an incident: totals of countries, say."""
    found = run.rows(store.con, "context_layers")
    return frozenset(found["layer"])


def flows(store: Store, filters: Filters) -> pd.DataFrame:
    """Return one row per (layer, origin, destination) that passes the filters, largest first within its layer.

    Raises:
        FilterError: a region, layer or commodity is unknown to this release.
    """
    found = run.rows(store.con, "flows_by_pair", **limits_of(store, filters), min_count=filters.min_count)
    return found.assign(
        corridor_id=corridor_ids(found),
        weight=found["observed_weight"] + filters.kappa * found["intended_weight"],
        intended_share=found["intended_count"] / found["record_count"],
        is_coarse=(found[["origin_level", "destination_level"]] == "country").any(axis=1),
    )


def layered(store: Store, filters: Filters, found: pd.DataFrame) -> dict[str, relations.Layer]:
    """Return each chosen layer's flows, with their records by network.

    Args:
        store: The release.
        filters: The choice that ``found`` answers.
        found: Rows of ``flows``.
    """
    parts = run.rows(store.con, "flow_parts", **limits_of(store, filters), min_count=filters.min_count)
    routed = modes.by_network(parts, store.travel)
    numbers = routed.columns.difference(["layer", "origin_id", "destination_id", "network", "share"])
    routed[numbers] = routed[numbers].mul(routed["share"], axis=0)
    countries = store.places.index[store.places["level"] == "country"]
    routed["is_coarse"] = routed["origin_id"].isin(countries) | routed["destination_id"].isin(countries)
    names = dict.fromkeys((*filters.layers, relations.ANCHOR))
    return {name: relations.Layer(found[found["layer"] == name], routed[routed["layer"] == name]) for name in names}


def corridor_ids(pairs: pd.DataFrame) -> pd.Series:
    """Return the id of each pair's corridor, the same in both directions."""
    origin, destination = pairs["origin_id"].astype("str"), pairs["destination_id"].astype("str")
    return origin.where(origin < destination, destination) + "~" + destination.where(origin < destination, origin)


def explore(store: Store, filters: Filters) -> view.Explore:
    """Return what the Explore page shows.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    chosen = replace(filters, layers=known_layers(store, filters))
    found = flows(store, chosen)
    limits = limits_of(store, filters)
    layers = layered(store, chosen, found)
    corridors, omega = relations.to_firearms(store.ground, layers, filters.kappa)
    found = found.assign(is_shown=relations.is_shown(found, corridors, filters.top))
    drawn = found.loc[(found["layer"] == relations.ANCHOR) & found["is_shown"], "corridor_id"]
    corridors = corridors.assign(is_shown=corridors["corridor_id"].isin(drawn))
    parts = pd.concat([layer.parts for layer in layers.values()], ignore_index=True)
    ways, lines = routes.drawn(found, parts, store.paths, store.lines)
    return view.Explore(
        release_id=store.release.id,
        is_synthetic=store.is_synthetic,
        marking=store.marking,
        filters=filters,
        totals=_totals(store, limits, found),
        flows=found,
        corridors=corridors,
        incidents=run.rows(
            store.con, "incidents_by_cell", **some_limits(limits, "since", "until", "layers", "countries")
        ),
        yearly=_yearly(store, limits, filters.min_count),
        omega=omega,
        sources=store.sources,
        routes=ways,
        lines=lines,
        silent=silent(store, chosen),
        withheld=run.rows(store.con, "withheld_pairs", **some_limits(limits, "since", "until", "layers", "countries")),
        small=store.release.manifest["disclosure"],
        places=store.places,
    )


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


def way_cells(store: Store, corridor_id: str, network: str) -> pd.DataFrame:
    """Return the cells that ways between a corridor's ends may take by a network: ``cell, probability``."""
    ends = (corridor_id.split("~") + [""])[:2]
    found = run.rows(store.con, "path_cells", place_a=ends[0], place_b=ends[1])
    return found.loc[found["network"] == network, ["cell", "probability"]].reset_index(drop=True)


def evidence(store: Store, filters: Filters, corridor_id: str) -> view.Evidence:
    """Return the records behind one corridor, in both directions and all chosen layers.

    Raises:
        FilterError: no such corridor in this release.
    """
    ends = corridor_id.split("~")
    if len(ends) != 2 or not set(ends) <= set(store.places.index):
        raise FilterError(f"Corridor {corridor_id!r} is not in this release.")
    limits = limits_of(store, replace(filters, layers=known_layers(store, filters)))
    records = run.rows(
        store.con, "records_of_pair", **limits, min_count=filters.min_count, place_a=ends[0], place_b=ends[1]
    )
    origin, destination = _oriented(records, (ends[0], ends[1]))
    records["direction"] = np.where(records["origin_id"] == origin, "with", "against")
    summary = records.groupby(["layer", "direction"])["record_count"].sum().reset_index()
    names = store.places["name"]
    shown = records.head(EVIDENCE_ROWS)
    return view.Evidence(
        corridor_id,
        names[origin],
        names[destination],
        summary,
        shown,
        len(shown) < len(records),
        len(records),
        _withheld(store, limits, (origin, destination)),
    )


def _withheld(store: Store, limits: dict[str, object], ends: tuple[str, str]) -> pd.DataFrame:
    """Return the withheld cells between two places, along the way from the first to the second or against it."""
    found = run.rows(store.con, "withheld_pairs", **some_limits(limits, "since", "until", "layers", "countries"))
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
        chosen = limited_to(store, filters, part)
        both.append(layered(store, chosen, flows(store, chosen))[chosen.layers[0]])
    pair = both[0], both[1]
    found = relations.compared(store.ground, pair, filters.kappa)
    found = found._replace(
        corridors=relations.judged(store.ground, pair, found.corridors, draws),
        shared=relations.segments(store.ground, pair, filters.kappa),
    )
    if not draws.count:
        return found
    return found._replace(omega_interval=relations.interval(store.ground, pair, filters.kappa, draws))


def judged(store: Store, filters: Filters) -> pd.DataFrame:
    """Return how surprising each corridor of ``explore`` is: ``corridor_id, layer`` and relations.JUDGED.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    chosen = replace(filters, layers=known_layers(store, filters))
    layers = layered(store, chosen, flows(store, chosen))
    draws = relations.Draws(NULL_DRAWS, NULL_SEED)
    return relations.judged_by_layer(store.ground, layers, filters.kappa, draws)


def null_test(
    store: Store, filters: Filters, parts: tuple[str, str], draw_count: int, seed: int
) -> system.LayersTest | None:
    """Return what the null model says of two layers or parts of layers; None where their precision never meets.

    Raises:
        FilterError: a layer, region or commodity is unknown to this release.
    """
    both = [flows(store, limited_to(store, filters, part)) for part in parts]
    return system.layers_test(store.places, both[0], both[1], draw_count, seed)


def null_tests(store: Store, filters: Filters) -> dict[str, system.LayersTest | None]:
    """Return what the null model says of firearms and each other layer of the choice that has flows.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    found = flows(store, replace(filters, layers=known_layers(store, filters)))
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
    wanted = some_limits(limits, "since", "until", "countries", "limited", "commodities", "modes", "modi")
    totals = run.rows(store.con, "record_totals", **wanted).set_index("layer")
    grouped = found.groupby("layer")
    counts = pd.DataFrame({"flow_record_count": grouped["record_count"].sum(), "flow_count": grouped.size()})
    return totals.join(counts).fillna(0).astype("int64").reset_index()


def _yearly(store: Store, limits: dict[str, object], min_count: int) -> pd.DataFrame:
    legs = run.rows(store.con, "flow_records_by_year", **limits, min_count=min_count)
    points = run.rows(store.con, "incidents_by_year", **some_limits(limits, "since", "until", "layers", "countries"))
    return pd.concat([legs, points], ignore_index=True).sort_values(["layer", "year"], ignore_index=True)


def some_limits(limits: dict[str, object], *names: str) -> dict[str, object]:
    """Return those of the parameters of ``limits_of`` that a query takes."""
    return {name: limits[name] for name in names}


def limited_to(store: Store, filters: Filters, part: str) -> Filters:
    """Return the filters for one layer, or a part of it written as ``layer:commodity``.

    Raises:
        FilterError: the release does not hold the layer.
    """
    layer, _, commodity = part.partition(":")
    require_layers(store, (layer,))
    limited = (f"{layer}:{commodity}",) if commodity else filters.commodity
    return replace(filters, layers=(layer,), commodity=limited)


def require_layers(store: Store, layers: tuple[str, ...]) -> None:
    """Do nothing when the release holds every layer.

    Raises:
        FilterError: it does not hold one; names it and lists the layers there are.
    """
    for layer in [name for name in layers if name not in store.spans.index]:
        raise FilterError(f"Layer {layer!r} is not in this release; it holds {', '.join(store.spans.index)}.")


def known_layers(store: Store, filters: Filters) -> tuple[str, ...]:
    """Return the chosen layers that the release holds."""
    return tuple(layer for layer in filters.layers if layer in store.spans.index)


def limits_of(store: Store, filters: Filters) -> dict[str, object]:
    """Return the parameters of queries/macros/chosen_legs.sql for a choice of filters."""
    commodities = _commodities(store, filters.commodity)
    return {
        "since": filters.since,
        "until": filters.until,
        "layers": list(filters.layers),
        "countries": sorted(gazetteer().region_country_ids(filters.region)) if filters.region else None,
        "limited": sorted({name.partition(":")[0] for name in commodities}) or None,
        "commodities": commodities or None,
        "modes": list(filters.mode) or None,
        "modi": list(filters.modus) or None,
    }


def _commodities(store: Store, words: tuple[str, ...]) -> list[str]:
    """Return each wanted commodity as ``layer:name``; a word without a layer stands for every layer that has it."""
    if not words:
        return []
    known = run.rows(store.con, "commodity_names").dropna()
    pairs = set(known["layer"] + ":" + known["name"])
    found: list[str] = []
    for word in words:
        hits = sorted(pair for pair in pairs if pair == word or pair.partition(":")[2] == word.lower())
        if not hits:
            groups = run.rows(store.con, "commodities")
            offered = ", ".join(groups["layer"] + ":" + groups["commodity"])
            raise FilterError(f"Commodity {word!r} is not in this release; it holds {offered}.")
        found += hits
    return found
