"""What if a border, a place or a strait closes: which flows must change, and over which borders they would run then."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard import assemble, routing
from dashboard.assemble import Store
from dashboard.filters import Filters
from data.errors import ContractError, FilterError
from geo import measures
from geo.assess import Setting, weighted
from geo.ensemble import KEY, Routes
from geo.flowfield import PATH_KEY, field, network
from geo.networks import Graph
from geo.whatif import Closure, changed, closed, rerouted

CHANGE_MIN = 0.5  # weighted records: smaller changes of a border are left out; chosen 2026-11
FLOW_COLUMNS = ("layer", "origin", "destination", "network", "records", "km", "km_after", "moved_share", "is_blocked")
BORDER_COLUMNS = ("layer", "country_a", "country_b", "before", "after", "change")


@dataclass(frozen=True)
class WhatIf:
    """What a closure would change, if the same records looked for another way and nothing else changed.

    Attributes:
        closure: What closes, in words.
        flows: One row per (layer, pair of places, network) whose route changes: names of the ends, weighted records of
            both directions, the line's length before and after (NaN where there is no other way), the share of the
            route that moves, ``is_blocked``. The largest first.
        borders: One row per (layer, land border) whose expected records change: ``before, after, change``, both
            directions together, of the flows above. A closed border itself is left out: on cells, a way round it
            through a third country's corner would look like a crossing of it.
    """

    closure: str
    flows: pd.DataFrame
    borders: pd.DataFrame


def whatif(store: Store, filters: Filters, closing: str) -> WhatIf:
    """Return what closing a border (``BGR-TUR``), a place of the release or a strait (``suez``) would change.

    Raises:
        FilterError: nothing of that name can close, or a filter is unknown to this release.
    """
    closure, told = _closure(store, closing)
    chosen = replace(filters, layers=assemble.known_layers(store, filters))
    layers = assemble.layered(store, chosen, assemble.flows(store, chosen))
    parts = [layer.parts.assign(layer=name) for name, layer in layers.items()]
    flows = weighted(pd.concat(parts, ignore_index=True), Setting(kappa=filters.kappa))
    flows = _keyed(flows)
    before, after = _routes(store, closure, flows[PATH_KEY].astype("str").drop_duplicates())
    moved = changed(before.paths, after.paths, (before.edges, after.edges))
    borders = _borders(flows, before, after)
    if closure.countries:
        borders = borders[(borders[["country_a", "country_b"]] != list(closure.countries)).any(axis=1)]
    return WhatIf(told, _flows(store, flows, moved), borders.reset_index(drop=True))


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


def _keyed(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the flows with ``place_a, place_b``, in the order of their names."""
    origin, destination = flows["origin_id"].astype("str"), flows["destination_id"].astype("str")
    is_onward = origin < destination
    return flows.assign(place_a=origin.where(is_onward, destination), place_b=destination.where(is_onward, origin))


def _routes(store: Store, closure: Closure, pairs: pd.DataFrame) -> tuple[Routes, Routes]:
    """Return both routes of the pairs that may pass what closes: those that touch a cell of a closed edge."""
    world = routing.world()
    try:
        shut = closed(world, closure)
    except ContractError as wrong:
        raise FilterError(f"--close: {wrong}") from wrong
    cells = np.concatenate([_shut_cells(one, other) for one, other in ((world.road, shut.road), (world.sea, shut.sea))])
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


def _flows(store: Store, flows: pd.DataFrame, moved: pd.DataFrame) -> pd.DataFrame:
    named = flows.groupby(["layer", *PATH_KEY])["weight"].sum().reset_index()
    found = named.merge(moved, on=PATH_KEY)
    names = store.places["name"]
    found = found.assign(origin=found["place_a"].map(names), destination=found["place_b"].map(names))
    found = found.rename(columns={"weight": "records", "length_km": "km", "length_km_after": "km_after"})
    by = {"records": False, "layer": True, "place_a": True, "place_b": True}
    return found.sort_values(list(by), ascending=list(by.values()), ignore_index=True)[list(FLOW_COLUMNS)]


def _borders(flows: pd.DataFrame, before: Routes, after: Routes) -> pd.DataFrame:
    """Return records over each land border before and after, of the flows that may change."""
    tables = []
    for name, found in (("before", before), ("after", after)):
        net = network(found.paths, found.edges)
        cells = routing.cells(found.edges).set_index("cell")["country_id"].reindex(net.cells)
        zones, ids = pd.factorize(cells)
        on_land = flows[flows["network"] == "road"]
        fields = {str(layer): field(net, own) for layer, own in on_land.groupby("layer")}
        table = measures.borders(net, zones.astype(np.int64), [str(each) for each in ids], fields)
        table[name] = table["onward"] + table["back"]
        tables.append(table.set_index(["layer", "country_a", "country_b"])[[name]])
    both = tables[0].join(tables[1], how="outer").fillna(0.0).reset_index()
    both["change"] = both["after"] - both["before"]
    both = both[both["change"].abs() > CHANGE_MIN]
    order = both["change"].abs().sort_values(ascending=False, kind="stable").index
    return both.loc[order, list(BORDER_COLUMNS)].reset_index(drop=True)
