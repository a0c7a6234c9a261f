"""What is searched for on each network: where each member of an ensemble begins and ends (geo/README.md)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from geo.distance import Array, geodesic_km, unit_vectors
from geo.ends import Settings, candidates, chances, drawn, drawn_ports
from geo.networks import Graph, Graphs, Whole, graph, links, plus
from geo.paths import ANTIPODAL_KM, REFUSED_ANTIPODAL
from geo.search import Costs, costs

NO_ROAD = "no road joins the two places"
NO_LANE = "no sea lane joins the two places"
ONE_PORT = "both places use the same port"


class Asked(NamedTuple):
    """Pairs to be joined on one network: one row per pair, one column per member.

    Attributes:
        graph: Nodes and edges that paths consist of.
        costs: Of journeys over its first nodes; None where the start is the end.
        start: Node a path is searched from; -1 where there is none.
        end: Node it is searched to.
        lead: Node before the start, one edge away; the start itself where there is none.
        tail: Node after the end; the end itself where there is none.
        refused: Why a pair has no path, should it have none; one per pair.
    """

    graph: Graph
    costs: Costs | None
    start: Whole
    end: Whole
    lead: Whole
    tail: Whole
    refused: npt.NDArray[np.object_]


class Spots(NamedTuple):
    """Where each place is taken to be: one row per place, one column per member.

    Attributes:
        node: The road node it stands for.
        spot: A number into lon and lat: that node, or the place's own point where that is known.
        lon: Degrees, WGS 84.
        lat: The same.
    """

    node: Whole
    spot: Whole
    lon: Array
    lat: Array


def by_road(pairs: pd.DataFrame, places: pd.DataFrame, graphs: Graphs, settings: Settings) -> Asked:
    """Return pairs by road; both ends are drawn on the landmass that the pair shares most of.

    Args:
        pairs: ``place_a, place_b``.
        places: Those of the pairs, as in ``ensemble.routes``.
        graphs: What routes may follow.
        settings: Members, sigma and seed.
    """
    road, areas = graphs.road, candidates(places, graphs)
    chance = chances(settings, places.index.to_list(), "node")
    ends = _ends(pairs, places)
    part = shared_part(road, areas, ends)
    begin, end = (_on_part(road, areas, place, part, chance) for place in ends)
    asked = np.unique(np.r_[begin[begin >= 0], end[end >= 0]])
    return Asked(road, costs(road, settings, 0, asked), begin, end, begin, end, _reason(NO_ROAD, len(pairs)))


def by_sea(pairs: pd.DataFrame, places: pd.DataFrame, graphs: Graphs, settings: Settings) -> Asked:
    """Return pairs by sea, each end joined to its port by a straight line; arguments as ``by_road``.

    A country ends at any of its ports. Another place, or a country without a port, goes to one of ``drawn_ports``, and
    where no road leads to a port straight to the nearest sea node.
    """
    sea, ends = graphs.sea, _ends(pairs, places)
    spots = _spots(places, graphs, settings)
    harbour = _harbours(places, graphs, spots, chances(settings, places.index.to_list(), "port"))
    is_inland = (places["level"] != "country").to_numpy() | ~places["country_id"].isin(graphs.ports["country_id"])
    lead = harbour.copy()
    used, number = np.unique(spots.spot[is_inland], return_inverse=True)
    lead[is_inland] = len(sea.lon) + number.reshape(-1, settings.members)
    ways = np.unique(np.column_stack([harbour[is_inland].ravel(), lead[is_inland].ravel()]), axis=0)
    points = pd.DataFrame({"lon": spots.lon[used], "lat": spots.lat[used], "country_id": ""})
    is_one = harbour[ends[0]] == harbour[ends[1]]
    refused = _reason(NO_LANE, len(pairs))
    refused[is_one.all(axis=1)] = ONE_PORT
    begin = np.where(is_one, -1, harbour[ends[0]])
    lines = plus(sea, points, ways[:, 0], ways[:, 1])
    cost = costs(sea, settings, 1, np.unique(harbour))
    return Asked(lines, cost, begin, harbour[ends[1]], lead[ends[0]], lead[ends[1]], refused)


def by_air(pairs: pd.DataFrame, places: pd.DataFrame, graphs: Graphs, settings: Settings) -> Asked:
    """Return pairs along great circles; arguments as ``by_road``.

    Refused where the places' own points lie almost opposite each other; a member's ends that do are left out.
    """
    spots, ends = _spots(places, graphs, settings), _ends(pairs, places)
    start, end = spots.spot[ends[0]], spots.spot[ends[1]]
    used, number = np.unique(np.r_[start.ravel(), end.ravel()], return_inverse=True)
    start, end = number.reshape(2, *start.shape)
    points = pd.DataFrame({"lon": spots.lon[used], "lat": spots.lat[used], "country_id": ""})
    ways = np.unique(np.sort(np.column_stack([start.ravel(), end.ravel()]), axis=1), axis=0)
    straight = links(points, *ways[ways[:, 0] < ways[:, 1]].T)
    straight = straight[straight["km"] <= ANTIPODAL_KM]
    own = (places[name].to_numpy(np.float64)[end_] for end_ in ends for name in ("lon", "lat"))
    is_opposite = geodesic_km(*own) > ANTIPODAL_KM
    far = ~np.isin(
        np.minimum(start, end) * len(points) + np.maximum(start, end), straight["u"] * len(points) + straight["v"]
    )
    begin = np.where((far & (start != end)) | is_opposite[:, None], -1, start)
    return Asked(graph(points, straight), None, begin, begin, begin, end, _reason(REFUSED_ANTIPODAL, len(pairs)))


def shared_part(road: Graph, areas: list[Whole], ends: tuple[Whole, Whole]) -> Whole:
    """Return, for pairs of areas, the part of the graph in which most pairs of their nodes lie; -1 where none does."""
    place = np.repeat(np.arange(len(areas)), [len(area) for area in areas])
    sizes = pd.DataFrame({"place": place, "part": road.component[np.concatenate(areas)]})
    sizes = sizes.value_counts().rename("size").reset_index()
    a, b = (
        pd.DataFrame({"place": end, "pair": np.arange(len(end))}).merge(sizes, on="place").drop(columns="place")
        for end in ends
    )
    both = a.merge(b, on=["pair", "part"])
    both["size"] = both["size_x"] * both["size_y"]
    best = both.sort_values(["pair", "size", "part"], ascending=[True, False, True]).drop_duplicates("pair")
    found = np.full(len(ends[0]), -1, np.int64)
    found[best["pair"]] = best["part"]
    return found


def _on_part(road: Graph, areas: list[Whole], place: Whole, part: Whole, chance: Array) -> Whole:
    """Return the node drawn per pair and member from the area's nodes on one part; -1 where the part is."""
    found = np.full((len(place), chance.shape[1]), -1, np.int64)
    wanted, row = np.unique(np.column_stack([place, part]), axis=0, return_inverse=True)
    for number, (area, on) in enumerate(wanted.tolist()):
        if on >= 0:
            found[row == number] = drawn(areas[area][road.component[areas[area]] == on], chance[area])
    return found


def _spots(places: pd.DataFrame, graphs: Graphs, settings: Settings) -> Spots:
    """Return where each place is taken to be: a point where it is, an area at one of its nodes."""
    areas, road = candidates(places, graphs), graphs.road
    chance = chances(settings, places.index.to_list(), "node")
    is_area = places["level"].isin(["country", "admin1"]).to_numpy()
    node = np.array(
        [drawn(area if wide else area[:1], u) for area, wide, u in zip(areas, is_area, chance, strict=True)]
    )
    spot = np.where(is_area[:, None], node, len(road.lon) + np.arange(len(places))[:, None])
    lon, lat = (np.r_[at, places[name].to_numpy(np.float64)] for name, at in (("lon", road.lon), ("lat", road.lat)))
    return Spots(node, spot, lon, lat)


def _harbours(places: pd.DataFrame, graphs: Graphs, spots: Spots, chance: Array) -> Whole:
    """Return the node of the sea graph where each place and member puts to sea."""
    ports = graphs.ports
    row = drawn_ports(graphs, spots.node.ravel(), chance.ravel()).reshape(chance.shape)
    for number, (level, country_id) in enumerate(zip(places["level"], places["country_id"], strict=True)):
        own = np.flatnonzero(ports["country_id"].to_numpy(str) == str(country_id))
        if level == "country" and len(own):
            row[number] = drawn(own, chance[number])
    node = np.where(row >= 0, ports["node"].to_numpy(np.int64)[row], -1) if len(ports) else row
    alone, lanes = row < 0, len(graphs.sea.lon) - len(ports)
    tree = cKDTree(graphs.sea.points[:lanes])
    node[alone] = tree.query(unit_vectors(spots.lon[spots.spot[alone]], spots.lat[spots.spot[alone]]))[1]
    return node


def _ends(pairs: pd.DataFrame, places: pd.DataFrame) -> tuple[Whole, Whole]:
    """Return the rows of both places of each pair."""
    first, second = (
        places.index.get_indexer(pd.Index(pairs[name])).astype(np.int64) for name in ("place_a", "place_b")
    )
    return first, second


def _reason(text: str, count: int) -> npt.NDArray[np.object_]:
    return np.full(count, text, dtype=object)
