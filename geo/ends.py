"""Where a route may begin and end when a place is known only roughly: one draw per place and member (geo/README.md)."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from data.errors import ContractError
from geo.distance import EARTH_RADIUS_KM, Array, sphere_km, unit_vectors
from geo.networks import Graph, Graphs, Whole

NEAR_KM = 25.0  # how well the point of a city is known: a city, geo/README.md, "Thresholds"
HOME_KM = 100.0  # a place farther from its country's roads stands on the nearest road of any country; chosen 2026-11
BORDER_KM = 200.0  # what crossing from one country to another costs a journey by road: geo/README.md
PORTS = 10  # the ports one of which is drawn; chosen 2026-11
PORT_KM = 25.0  # added to distances, so that the very nearest port does not take all: as NEAR_KM


@dataclass(frozen=True)
class Settings:
    """An ensemble.

    Attributes:
        members: Paths drawn per pair; geo/README.md, "From legs to routes".
        sigma: Spread of the logarithm of costs; geo/README.md, "From legs to routes".
        seed: Same seed, same routes, whatever other pairs are asked for; 0 or more.
        border_km: What a crossing from one country to another by road costs, in kilometres; no part of a length.

    Raises:
        ContractError: fewer than one member, or a sigma, seed or border_km below 0.
    """

    members: int = 20
    sigma: float = 0.3
    seed: int = 1
    border_km: float = BORDER_KM

    def __post_init__(self) -> None:
        for name, least in (("members", 1), ("sigma", 0), ("seed", 0), ("border_km", 0)):
            value = getattr(self, name)
            if not value >= least:
                raise ContractError(f"{name}: expected {least} or more, got {value}.")


def chances(settings: Settings, place_ids: list[str], about: str) -> Array:
    """Return numbers in [0, 1) that depend on nothing but seed, member, place and what they are about.

    Returns:
        One row per place, one column per member.
    """
    keys = [[f"{settings.seed}/{about}/{m}/{place_id}" for m in range(settings.members)] for place_id in place_ids]
    drawn = [[int.from_bytes(blake2b(key.encode(), digest_size=6).digest()) for key in row] for row in keys]
    return np.array(drawn, np.float64).reshape(len(place_ids), settings.members) / 2.0**48


def candidates(places: pd.DataFrame, graphs: Graphs) -> list[Whole]:
    """Return the road nodes each place may stand for, the nearest first where the place is a point.

    A country: all of its nodes. A first-level division: those of its country nearer to its point than to the others'.
    A point: those of its country within NEAR_KM on one landmass. Where there are none, the nearest node.

    Args:
        places: ``lon, lat, level, country_id``.
        graphs: Roads and the points of divisions.
    """
    road = graphs.road
    order = np.argsort(road.country_id, kind="stable")
    names, first = np.unique(road.country_id[order], return_index=True)
    of_country = dict(zip(names.tolist(), np.split(order, first[1:]), strict=True))
    of_division: dict[str, Whole] = {}
    for country_id in places.loc[places["level"] == "admin1", "country_id"].dropna().unique():
        of_division |= _divided(of_country.get(country_id, np.zeros(0, np.int64)), country_id, graphs)
    points, tree = road.points, cKDTree(road.points)
    at = unit_vectors(places["lon"].to_numpy(np.float64), places["lat"].to_numpy(np.float64))
    found = []
    for place_id, level, country_id, point in zip(places.index, places["level"], places["country_id"], at, strict=True):
        area = {"country": of_country.get(country_id), "admin1": of_division.get(place_id)}.get(level)
        home = of_country.get(country_id, np.zeros(0, np.int64))
        found.append(_near(road, tree, points, home, point) if area is None else area)
    return found


def _divided(nodes: Whole, country_id: str, graphs: Graphs) -> dict[str, Whole]:
    """Return a country's nodes by the division whose point is nearest."""
    areas = graphs.areas[graphs.areas["country_id"] == country_id]
    if areas.empty or not len(nodes):
        return {}
    points = unit_vectors(areas["lon"].to_numpy(np.float64), areas["lat"].to_numpy(np.float64))
    nearest = cKDTree(points).query(graphs.road.points[nodes])[1]
    return {area: nodes[nearest == i] for i, area in enumerate(areas["place_id"]) if (nearest == i).any()}


def _near(road: Graph, tree: cKDTree, points: Array, home: Whole, point: Array) -> Whole:
    """Return the nodes of ``candidates`` for a point, nearest first."""
    apart = np.linalg.norm(points[home] - point, axis=1) * EARTH_RADIUS_KM
    if not len(home) or apart.min() > HOME_KM:
        return np.array([tree.query(point)[1]], np.int64)
    nearest = home[np.argsort(apart, kind="stable")]
    is_one = (np.sort(apart) <= NEAR_KM) & (road.component[nearest] == road.component[nearest[0]])
    return nearest[is_one] if is_one.any() else nearest[:1]


def drawn(nodes: Whole, chance: Array) -> Whole:
    """Return the node each chance in [0, 1) falls on."""
    return nodes[(chance * len(nodes)).astype(np.int64)]


def landmass(places: pd.DataFrame, graphs: Graphs) -> pd.Series:
    """Return the number of the road network each place is on; an island without roads has its own.

    Args:
        places: Indexed by place_id: ``lon, lat, country_id``; points need not be nodes.
        graphs: Roads.

    Returns:
        Component of the road node nearest the place, of its own country where that has one within HOME_KM.
    """
    points = places.assign(level="place")
    first = [nodes[0] for nodes in candidates(points, graphs)]
    return pd.Series(graphs.road.component[np.array(first, np.int64)], places.index, name="landmass", dtype="int64")


def drawn_ports(graphs: Graphs, nodes: Whole, chance: Array) -> Whole:
    """Return the row of a port for each road node and chance, or -1 where there is none to reach by land.

    The ports of the node's own country on its landmass count, or else those of other countries there: the PORTS
    nearest, each as likely as 1 / (km + PORT_KM)^2.
    """
    ports, road = graphs.ports, graphs.road
    at = unit_vectors(ports["lon"].to_numpy(np.float64), ports["lat"].to_numpy(np.float64))
    landmass_of, country = road.component[ports["road_node"].to_numpy(np.int64)], ports["country_id"].to_numpy(str)
    found = np.full(len(nodes), -1, np.int64)
    for node in np.unique(nodes):
        here = np.flatnonzero(landmass_of == road.component[node])
        own = here[country[here] == road.country_id[node]]
        rows = own if len(own) else here
        if len(rows):
            km = sphere_km(at[rows], np.repeat(road.points[[node]], len(rows), axis=0))
            nearest = np.argsort(km, kind="stable")[:PORTS]
            upto = np.cumsum(1 / (km[nearest] + PORT_KM) ** 2)
            asked = nodes == node
            found[asked] = rows[nearest[np.searchsorted(upto, chance[asked] * upto[-1], side="right")]]
    return found
