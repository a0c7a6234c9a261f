"""Pairs of places -> the networks their legs may have used -> the tables of paths a release keeps."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from h3.api import basic_int as h3

from data import contracts, networks
from geo import ends, modes, overlaps, search
from geo.bands import ENOUGH, N_MIN
from geo.distance import geodesic_km
from geo.ends import Settings, landmass
from geo.ensemble import KEY, routes
from geo.flowfield import Network, network
from geo.lines import TOLERANCE_KM
from geo.networks import CLOSED, CLOSED_BORDERS, Graphs, graphs, nearest_node, road_graph, sea_graph
from geo.paths import STEP_KM

ENDS = ["lon_a", "lat_a", "lon_b", "lat_b"]
SETTINGS = Settings()
CONSTANTS = (  # of the method, on which the tables of paths depend
    SETTINGS,
    *(ends.NEAR_KM, ends.HOME_KM, ends.PORTS, ends.PORT_KM, search.SMOOTHINGS, STEP_KM),
    *(CLOSED, CLOSED_BORDERS, modes.BAND_EDGES_KM, modes.BASE_SHARES, modes.BASE_RECORDS, modes.SHARE_MIN),
    *(TOLERANCE_KM, overlaps.ALONG_MIN, N_MIN),
)
WITHIN = "one place lies within the other: no direction"
LAND_KM = 60.0  # a cell whose centre has no road node this near is sea or desert: it belongs to no country


@cache
def world() -> Graphs:
    """Return the roads, sea lanes and ports that ship with the project."""
    ports = networks.ports()
    return graphs(road_graph(*networks.roads()), sea_graph(*networks.sea(), ports), ports, networks.division_points())


def routed(leg_pairs: pd.DataFrame, places: pd.DataFrame) -> dict[str, pa.Table]:
    """Return the tables of paths, ``network_shares`` and ``cells`` of a release.

    Args:
        leg_pairs: Rows of queries/build/leg_pairs.sql.
        places: Table ``places``, by place_id.
    """
    pairs = measured(leg_pairs, places)
    shares = modes.network_shares(pairs[pairs["network"].notna()], sorted(pairs["layer"].unique()))
    wanted = modes.wanted_paths(pairs, shares)
    is_within = _is_within(wanted, places)
    found = routes(wanted[~is_within], places, world(), SETTINGS)
    refused = wanted[is_within].assign(length_km=np.nan, confidence=np.nan, refused=WITHIN)
    known = pairs.drop_duplicates(["place_a", "place_b"]).set_index(["place_a", "place_b"])
    paths = pd.concat([found.paths, refused], ignore_index=True).sort_values(KEY, ignore_index=True)
    tables = {
        "paths": paths.join(known[["distance_km", "is_same_landmass"]], on=["place_a", "place_b"]),
        "path_edges": numbered(paths, found.edges),
        "path_borders": found.borders,
        "path_lines": found.lines,
        "network_shares": shares,
        "cells": cells(found.edges),
    }
    return {name: contracts.check(table, contracts.TABLES[name]) for name, table in tables.items()}


def connected(leg_pairs: pd.DataFrame, tables: Mapping[str, pa.Table]) -> Network:
    """Return the paths of a release as a network; apart from ``routed``, so that both are not held at once.

    Args:
        leg_pairs: As ``routed`` takes them.
        tables: As it gives them.
    """
    paths = tables["paths"].to_pandas()
    steps = {name: tables["path_edges"][name].to_numpy() for name in ("path", "from_cell", "to_cell", "probability")}
    return network(paths, steps, may_be_corridors(paths, leg_pairs))


def numbered(paths: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of table ``path_edges`` with ``path``, the number of their path among those not refused."""
    known = pd.MultiIndex.from_frame(paths.loc[paths["refused"].isna(), KEY])
    return edges.assign(path=known.get_indexer(pd.MultiIndex.from_frame(edges[KEY])))


def may_be_corridors(paths: pd.DataFrame, pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which paths join a pair of places that some layer has records enough of, whatever the filters.

    No record weighs more than one, and a corridor has N_MIN weighted records of its own in one layer.
    """
    ends = ["place_a", "place_b"]
    counts = pairs.groupby(["layer", *ends])["record_count"].sum()
    most = counts.groupby(level=ends).max()
    return most.reindex(pd.MultiIndex.from_frame(paths[ends])).to_numpy(np.float64) >= ENOUGH


def measured(leg_pairs: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with ``distance_km`` (geodesic) and ``is_same_landmass`` (a road may join them)."""
    on = landmass(places, world())
    is_same = leg_pairs["place_a"].map(on).to_numpy() == leg_pairs["place_b"].map(on).to_numpy()
    distance_km = geodesic_km(*(leg_pairs[name].to_numpy(np.float64) for name in ENDS))
    return leg_pairs.assign(distance_km=distance_km, is_same_landmass=is_same)


def cells(edges: pd.DataFrame) -> pd.DataFrame:
    """Return table ``cells`` for the cells of these steps."""
    found = np.unique(edges[["from_cell", "to_cell"]].to_numpy(np.int64))
    centres = np.array([h3.cell_to_latlng(cell) for cell in found.tolist()]).reshape(-1, 2)
    lat, lon = centres.T
    road = world().road
    node = nearest_node(road, lon, lat)
    is_land = geodesic_km(lon, lat, road.lon[node], road.lat[node]) <= LAND_KM
    country = pd.Series(road.country_id[node], dtype="str").where(is_land & (road.country_id[node] != ""))
    return pd.DataFrame({"cell": found, "lon": lon, "lat": lat, "country_id": country})


def _is_within(pairs: pd.DataFrame, places: pd.DataFrame) -> pd.Series:
    """Return which pairs are a country and a place in it: such a leg has no direction."""
    a, b = (places.loc[pairs[end], ["level", "country_id"]].reset_index(drop=True) for end in ("place_a", "place_b"))
    is_within = (a["country_id"] == b["country_id"]) & ((a["level"] == "country") != (b["level"] == "country"))
    return pd.Series(is_within.to_numpy(bool), pairs.index)
