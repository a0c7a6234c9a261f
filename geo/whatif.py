"""What if a border, a place or a strait closes: the routes that must change, and where their records would run then.

Costs are drawn as before for all that stays open, so that only what has to change does. Nobody adapts otherwise: the
same records look for another way between the same places, by the same means while there is one, else by others.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo import modes
from geo.distance import geodesic_km
from geo.ends import Settings
from geo.ensemble import KEY, Routes, routes
from geo.networks import Graph, Graphs, around, border, passage, without

MOVED_MIN = 0.05  # of a route: one member of twenty; chosen 2026-11
AROUND_KM = 60.0  # what closes with a place: about an H3 cell of resolution 3


@dataclass(frozen=True)
class Closure:
    """What closes: a land border, a strait or canal, or the surroundings of a place; exactly one is given.

    Attributes:
        countries: Ids of two neighbours, as ("BGR", "TUR").
        strait: Name of a passage of the sea graph, as "suez".
        place: Longitude and latitude in degrees.
    """

    countries: tuple[str, str] | None = None
    strait: str | None = None
    place: tuple[float, float] | None = None


def closed(graphs: Graphs, closure: Closure) -> Graphs:
    """Return the graphs with what the closure names shut.

    Raises:
        ContractError: no edge is part of it: the countries do not touch, or no strait is called so.
    """
    if closure.strait:
        return replace(graphs, sea=without(graphs.sea, passage(graphs.sea, closure.strait)))
    if closure.countries:
        return replace(graphs, road=without(graphs.road, border(graphs.road, *closure.countries)))
    return replace(graphs, road=_around(graphs.road, closure), sea=_around(graphs.sea, closure))


def _around(graph: Graph, closure: Closure) -> Graph:
    lon, lat = closure.place or (np.nan, np.nan)
    here = np.full(len(graph.lon), lon), np.full(len(graph.lat), lat)
    return without(graph, around(graph, np.flatnonzero(geodesic_km(*here, graph.lon, graph.lat) <= AROUND_KM)))


def rerouted(
    pairs: pd.DataFrame, places: pd.DataFrame, graphs: Graphs, closure: Closure, settings: Settings
) -> tuple[Routes, Routes]:
    """Return the routes of pairs before and after a closure, both drawn anew with the same costs.

    Args:
        pairs: ``place_a, place_b, network`` with place_a < place_b.
        places: As ``routes`` takes them.
        graphs: Everything open.
        closure: What closes.
        settings: Of both ensembles.
    """
    return routes(pairs, places, graphs, settings), routes(pairs, places, closed(graphs, closure), settings)


def changed(before: pd.DataFrame, after: pd.DataFrame, edges: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    """Return the paths that a closure changes.

    Args:
        before: Table ``paths`` with all open.
        after: The same paths with the closure.
        edges: Both tables ``path_edges``.

    Returns:
        One row per changed path: the key, ``length_km, length_km_after`` (NaN where blocked), ``moved_share`` (of the
        steps taken before, by probability, that are no longer taken; 1 where blocked) and ``is_blocked``.
    """
    both = before.set_index(KEY)[["length_km"]].assign(length_km_after=after.set_index(KEY)["length_km"])
    steps = [table.set_index([*KEY, "from_cell", "to_cell"])["probability"] for table in edges]
    left = steps[0].subtract(steps[1].reindex(steps[0].index, fill_value=0.0)).clip(lower=0.0)
    moved = left.groupby(level=KEY).sum() / steps[0].groupby(level=KEY).sum()
    both["is_blocked"] = both["length_km"].notna() & both["length_km_after"].isna()
    both["moved_share"] = moved.reindex(both.index).fillna(0.0).where(~both["is_blocked"], 1.0)
    found = both[both["moved_share"] >= MOVED_MIN].reset_index()
    return found[[*KEY, "length_km", "length_km_after", "moved_share", "is_blocked"]]


def other_means(
    blocked: pd.DataFrame, shares: pd.DataFrame, places: pd.DataFrame, left: Graphs, settings: Settings
) -> pd.DataFrame:
    """Return what blocked records would travel on if they changed to other means; an assumption, not a finding.

    They are shared out as the layer's legs of unstated transport are (``modes.offers``), over the networks that still
    have a path between the same two places.

    Args:
        blocked: ``layer, place_a, place_b, network, weight, distance_km, is_same_landmass``, one row per layer and
            path that is left without a way.
        shares: Table ``network_shares``.
        places: As ``routes`` takes them.
        left: What stays open.
        settings: Of the ensembles.

    Returns:
        ``layer, place_a, place_b, network, to_network, weight, length_km``: no row where no other means has a path,
        else rows whose weights sum to the blocked one.
    """
    pairs = blocked[["place_a", "place_b", "distance_km", "is_same_landmass"]].drop_duplicates()
    wanted = modes.wanted_paths(blocked.assign(network=None), shares)
    is_shut = pd.MultiIndex.from_frame(wanted[KEY]).isin(pd.MultiIndex.from_frame(blocked[KEY]))
    found = routes(wanted[~is_shut], places, left, settings).paths
    built = found[found["refused"].isna()].merge(pairs, on=KEY[:2])
    offered = modes.offers(shares, built).merge(built[[*KEY, "length_km"]], on=KEY)
    taken = blocked.merge(offered.rename(columns={"network": "to_network"}), on=["layer", *KEY[:2]])
    taken["weight"] *= taken["share"]
    return taken[["layer", *KEY, "to_network", "weight", "length_km"]]
