"""What if a border, a place or a strait closes: which flows must change, and over which borders they would run then."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard import assemble, questions, routing, words
from dashboard.filters import Filters
from dashboard.stores import Store
from data.errors import ContractError, FilterError
from geo import measures
from geo.assess import Setting, weighted
from geo.ensemble import KEY, Routes
from geo.flowfield import PATH_KEY, keyed
from geo.networks import Graph, Graphs
from geo.whatif import Closure, changed, closed, other_means, rerouted

CHANGE_MIN = 0.5  # weighted records: smaller changes of a border are left out; chosen 2026-11
FLOW_COLUMNS = (
    *("layer", "origin", "destination", "network", "records", "km", "km_after", "moved_share", "changes_to"),
    "is_blocked",
)
SWITCHED_COLUMNS = ("layer", "origin", "destination", "network", "to_network", "records", "km_after")
BORDER_COLUMNS = ("layer", "country_a", "country_b", "before", "after", "change")


@dataclass(frozen=True)
class WhatIf:
    """What a closure would change, if the same records looked for another way and nothing else changed.

    Attributes:
        closure: What closes, in words.
        flows: One row per (layer, pair of places, network) whose route changes: names of the ends, weighted records of
            both directions, the line's length before and after by the same network (NaN where there is no way left),
            the share of the route that moves, ``changes_to``, the networks that still join the places where this one
            no longer does, as ``sea, air`` (null where it does, or none is left), and ``is_blocked``: none is. The
            largest first.
        switched: One row per (layer, pair, network, network changed to): weighted records that would have to change,
            shared out as records of unstated transport are (an assumption), and the new line's length.
        borders: One row per (layer, land border) whose expected records change: ``before, after, change``, both
            directions together, of the flows above by road.
    """

    closure: str
    flows: pd.DataFrame
    switched: pd.DataFrame
    borders: pd.DataFrame


def whatif(store: Store, filters: Filters, closing: str) -> WhatIf:
    """Return what closing a border (``BGR-TUR``), a place of the release or a strait (``suez``) would change.

    Raises:
        FilterError: nothing of that name can close, or a filter is unknown to this release.
    """
    closure, told = _closure(store, closing)
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    _, layers = assemble.laid_out(store, chosen)
    parts = [layer.parts.assign(layer=name) for name, layer in layers.items()]
    flows = keyed(weighted(pd.concat(parts, ignore_index=True), Setting(kappa=filters.kappa)))
    left = _left(closure, closing)
    before, after = _routes(store, closure, left, flows[PATH_KEY].astype("str").drop_duplicates())
    moved = changed(before.paths, after.paths, (before.edges, after.edges))
    found = flows.groupby(["layer", *PATH_KEY])["weight"].sum().reset_index().merge(moved, on=PATH_KEY)
    switched = _switched(store, left, found[found["is_blocked"]])
    return WhatIf(told, _flows(store, found, switched), _named(store, switched), _borders(flows, before, after))


def summary(found: WhatIf) -> str:
    """Return how many flows would change, and how, in one sentence or two."""
    flows = found.flows
    told = f"If {found.closure} closed: {words.plural(len(flows), 'flow')} would change."
    changes, blocked = flows["changes_to"].notna(), flows["is_blocked"]
    kinds = {"would run another way by the same means": ~changes & ~blocked}
    for means in sorted(flows.loc[changes, "changes_to"].unique()):
        kinds[f"would, it is assumed, change to {means.replace(', ', ' or ')}"] = flows["changes_to"] == means
    kinds["would have no way left by any means"] = blocked
    parts = [
        f"{words.number(mask.sum())} ({flows['records'][mask].sum():,.1f} weighted records) {kind}"
        for kind, mask in kinds.items()
        if mask.any()
    ]
    return f"{told} {'; '.join(parts)}." if parts else told


def _closure(store: Store, closing: str) -> tuple[Closure, str]:
    """Return what a word names: two countries, a place of the release by id or name, or else a strait."""
    names = store.places["name"]
    ends = sorted(closing.upper().split("-"))
    if len(ends) == 2 and set(ends) <= set(store.places["country_id"]):
        told = " and ".join(str(names.get(end, end)) for end in ends)
        return Closure(countries=(ends[0], ends[1])), f"the land border between {told}"
    found = names.index[(names.index == closing) | (names.str.lower() == closing.lower())]
    known = store.places.loc[found].query("level != 'country'")
    if len(known):
        place = known.iloc[0]
        return Closure(place=(float(place["lon"]), float(place["lat"]))), f"the surroundings of {place['name']}"
    return Closure(strait=closing.lower()), f"the passage {closing.lower()}"


def _left(closure: Closure, closing: str) -> Graphs:
    """Return what stays open."""
    world = routing.world()
    straits = sorted({*world.sea.passage.tolist()} - {""})
    if not (closure.countries or closure.place or closure.strait in straits):
        raise FilterError(
            f"--close {closing!r} names nothing that can close; give a land border as BGR-TUR, a place of the release,"
            f" or a strait: {', '.join(straits)}."
        )
    try:
        return closed(world, closure)
    except ContractError as wrong:
        raise FilterError(f"--close: {wrong}") from wrong


def _routes(store: Store, closure: Closure, left: Graphs, pairs: pd.DataFrame) -> tuple[Routes, Routes]:
    """Return both routes of the pairs that may pass what closes: those that touch a cell of a closed edge."""
    world = routing.world()
    cells = np.concatenate([_shut_cells(one, other) for one, other in ((world.road, left.road), (world.sea, left.sea))])
    if not len(cells):
        raise FilterError("--close: no road joins the two countries; nothing would close.")
    edges = store.edges
    touched = edges[edges["from_cell"].isin(cells) | edges["to_cell"].isin(cells)]
    keys = pd.MultiIndex.from_frame(touched[PATH_KEY].drop_duplicates())
    wanted = pairs[pd.MultiIndex.from_frame(pairs[PATH_KEY]).isin(keys) & (pairs["network"] != "air")]
    return rerouted(wanted.sort_values(KEY, ignore_index=True), store.places, world, closure, routing.SETTINGS)


def _shut_cells(before: Graph, after: Graph) -> np.ndarray:
    """Return the cells that edges shut between two states of a graph run through."""
    shut = np.flatnonzero(before.is_open & ~after.is_open)
    steps = np.unique(before.steps[shut].indices)
    ends = np.concatenate([before.u[shut], before.v[shut]])
    return np.unique(np.concatenate([before.step_cells[steps].ravel(), before.cell[ends]]))


def _switched(store: Store, left: Graphs, blocked: pd.DataFrame) -> pd.DataFrame:
    """Return what blocked flows would have to change to; see geo.whatif.other_means."""
    apart = ["distance_km", "is_same_landmass"]
    known = blocked.merge(store.paths[[*PATH_KEY, *apart]], on=PATH_KEY)[["layer", *PATH_KEY, "weight", *apart]]
    return other_means(known, store.network_shares, store.places, left, routing.SETTINGS)


def _flows(store: Store, found: pd.DataFrame, switched: pd.DataFrame) -> pd.DataFrame:
    key = ["layer", *PATH_KEY]
    means = switched.groupby(key)["to_network"].agg(", ".join).rename("changes_to").reset_index()
    told = found.merge(means, on=key, how="left")
    told["is_blocked"] &= told["changes_to"].isna()
    told = told.rename(columns={"weight": "records", "length_km": "km", "length_km_after": "km_after"})
    return _ordered(store, told, FLOW_COLUMNS)


def _named(store: Store, switched: pd.DataFrame) -> pd.DataFrame:
    told = switched.rename(columns={"weight": "records", "length_km": "km_after"})
    return _ordered(store, told, SWITCHED_COLUMNS)


def _ordered(store: Store, rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return these columns with the names of both ends, rows of most records first."""
    names = store.places["name"]
    named = rows.assign(origin=rows["place_a"].map(names), destination=rows["place_b"].map(names))
    by = {"records": False, "layer": True, "place_a": True, "place_b": True, "network": True}
    return named.sort_values(list(by), ascending=list(by.values()), ignore_index=True)[list(columns)]


def _borders(flows: pd.DataFrame, before: Routes, after: Routes) -> pd.DataFrame:
    """Return records over each land border before and after, of the flows that may change."""
    tables = []
    for name, found in (("before", before), ("after", after)):
        table = measures.borders(found.borders, flows)
        table[name] = table["onward"] + table["back"]
        tables.append(table.set_index(["layer", "country_a", "country_b"])[[name]])
    both = tables[0].join(tables[1], how="outer").fillna(0.0).reset_index()
    both["change"] = both["after"] - both["before"]
    both = both[both["change"].abs() > CHANGE_MIN]
    order = both["change"].abs().sort_values(ascending=False, kind="stable").index
    return both.loc[order, list(BORDER_COLUMNS)].reset_index(drop=True)
