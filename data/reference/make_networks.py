"""Write roads.parquet, sea.parquet and ports.csv: the networks that routes follow. Sources and licences: NETWORKS.md.

Run from the project's root with the two packages of NETWORKS.md unpacked; about five minutes on one core, 2 GB:
``python -m data.reference.make_networks path/to/world_highways.py path/to/searoute/data``
"""

import ast
import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.spatial import cKDTree

from data.cells import cells_at
from data.reference.land import EARTH_RADIUS_KM, Array, containing, countries_of, degrees, land_share, sphere, sphere_km
from data.reference.make_roads import ROAD_RESOLUTION, Roads, Whole, contracted, joined, read_highways, split

HERE = Path(__file__).parent
FRAGMENT_NODES, FRAGMENT_KM = 5, 50.0  # smaller pieces this near a larger one over land: side roads; chosen 2026-11
REMOTE_KM = 100.0  # a country's or division's point farther from any road has a node of its own; chosen 2026-11
BY_ROAD_KM = 50.0  # such a node this near a road over land is joined to it: the Holy See
PLACES = ("countries", "divisions")
COAST_KM, TERMINAL_KM = 30.0, 130.0  # a port, and one with a container terminal, is this near the sea: Hamburg
SEA_NODES, LAND_COST = 8, 4  # chosen 2026-11
INNER_NAMES = ("segment", "segment2", "pacific_ocean")  # how the sea graph names its own seams; no passages


def is_fragment(roads: Roads) -> npt.NDArray[np.bool_]:
    """Return whether a node is on a small piece of road that a larger one passes by over land."""
    part = roads.component
    is_small = np.bincount(part)[part] < FRAGMENT_NODES
    large, small = roads.points[~is_small], roads.points[is_small]
    apart, nearest = cKDTree(large).query(small)
    is_near = apart * EARTH_RADIUS_KM < FRAGMENT_KM
    is_near[is_near] = land_share(small[is_near], large[nearest[is_near]]) == 1
    return np.isin(part, part[is_small][is_near])


def road_table(highways: Path) -> pa.Table:
    """Return one row per node of the road graph, with its ways to nodes of higher number."""
    roads, cell, country = contracted(split(joined(read_highways(highways))))
    kept = ~is_fragment(roads)
    number, is_whole = np.cumsum(kept) - 1, kept[roads.u] & kept[roads.v]
    lon, lat = degrees(roads.points[kept])
    nodes = pd.DataFrame({"cell": cell[kept], "lon": lon, "lat": lat, "country_id": country[kept]})
    lone, (u, v, km) = without_road(nodes)
    nodes = pd.concat([nodes, lone], ignore_index=True)
    ends = np.r_[number[roads.u[is_whole]], u], np.r_[number[roads.v[is_whole]], v]
    roads = Roads(sphere(nodes["lon"].to_numpy(), nodes["lat"].to_numpy()), *ends, np.r_[roads.km[is_whole], km])
    return table(nodes.assign(component=roads.component), ends, {"km": roads.km})


def without_road(nodes: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Whole, Whole, Array]]:
    """Return nodes for countries that have none and for places far from every road, and their ways to a road nearby."""
    countries, divisions = (pd.read_csv(HERE / f"{name}.csv", keep_default_na=False) for name in PLACES)
    places = pd.concat([countries.rename(columns={"iso3": "country_id"}), divisions], ignore_index=True)
    at = sphere(places["lon"].to_numpy(np.float64), places["lat"].to_numpy(np.float64))
    roads = sphere(nodes["lon"].to_numpy(), nodes["lat"].to_numpy())
    apart, nearest = cKDTree(roads).query(at)
    is_lone = (apart * EARTH_RADIUS_KM > REMOTE_KM) | ~places["country_id"].isin(nodes["country_id"]).to_numpy()
    is_lone &= ~places.duplicated(["lon", "lat"]).to_numpy()
    lone, at, apart, nearest = places[is_lone], at[is_lone], apart[is_lone] * EARTH_RADIUS_KM, nearest[is_lone]
    is_by_road = (apart < BY_ROAD_KM) & (land_share(at, roads[nearest]) == 1)
    lone = lone[["lon", "lat", "country_id"]].assign(
        cell=cells_at(lone["lon"].to_numpy(), lone["lat"].to_numpy(), ROAD_RESOLUTION)
    )
    return lone, (nearest[is_by_road], len(nodes) + np.flatnonzero(is_by_road), apart[is_by_road])


def literals(path: Path) -> dict[str, Any]:
    """Return the values a module of plain assignments gives its names, without running it."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return {n.targets[0].id: ast.literal_eval(n.value) for n in body if isinstance(n, ast.Assign)}  # type: ignore[attr-defined]


def sea_table(path: Path) -> pa.Table:
    """Return one row per node of searoute's sea graph; nodes that differ by a turn of the globe are one."""
    graph = literals(path)
    found = np.array([((lon + 180) % 360 - 180, lat) for lon, lat in graph["node_list"]])
    points, number = np.unique(found.round(4), axis=0, return_inverse=True)
    numbers = dict(zip(graph["node_list"], number.tolist(), strict=True))
    ways = [(numbers[a], numbers[b], way) for a, row in graph["edge_list"].items() for b, way in row.items()]
    edges = pd.DataFrame({"u": u, "v": v, "passage": way.get("passage")} for u, v, way in ways if u < v)
    edges["passage"] = edges["passage"].where(~edges["passage"].isin(INNER_NAMES))
    edges = edges.sort_values(["u", "v", "passage"]).drop_duplicates(["u", "v"])
    at = sphere(*points.T)
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    nodes = pd.DataFrame({"lon": points[:, 0], "lat": points[:, 1]})
    return table(nodes, (u, v), {"km": sphere_km(at[u], at[v]), "passage": edges["passage"].to_list()})


def write_ports(path: Path, sea: pa.Table) -> None:
    """Write ports.csv: UN/LOCODE, name, country, point and the number of the sea node a ship makes for.

    That is the nearest of SEA_NODES, each kilometre over land counted LAND_COST more times. Ports inland are left out.
    """
    rows = [row | {"lon": point[0], "lat": point[1]} for point, row in literals(path)["node_list"].items()]
    ports = pd.DataFrame(rows).rename(columns={"port": "port_id"})
    codes = pd.read_csv(HERE / "countries.csv", keep_default_na=False).set_index("iso2")["iso3"]
    at = sphere(ports["lon"].to_numpy(), ports["lat"].to_numpy())
    ports["country_id"] = ports["port_id"].str[:2].map(codes)
    ports["country_id"] = ports["country_id"].where(ports["country_id"].notna(), pd.Series(countries_of(at)))
    is_port = is_by_the_sea(at, np.where(ports["t"] == 1, TERMINAL_KM, COAST_KM))
    ports, at = ports[is_port], at[is_port]
    nodes = sphere(sea["lon"].to_numpy(), sea["lat"].to_numpy())
    near = cKDTree(nodes).query(at, SEA_NODES)[1]
    ways = np.repeat(at, SEA_NODES, axis=0), nodes[near.ravel()]
    cost = (sphere_km(*ways) * (1 + LAND_COST * land_share(*ways))).reshape(near.shape)
    ports = ports.assign(sea_node=near[np.arange(len(near)), cost.argmin(axis=1)])
    ports = ports[["port_id", "name", "country_id", "lon", "lat", "sea_node"]].sort_values(["port_id", "name"])
    ports.round(4).to_csv(HERE / "ports.csv", index=False, lineterminator="\n")


def is_by_the_sea(points: Array, km: Array) -> npt.NDArray[np.bool_]:
    """Return whether some water that is no country's lies within km of each point."""
    lon, lat = degrees(points)
    found = np.zeros(len(lon), np.bool_)
    for share, turn in itertools.product((0.0, 0.25, 0.5, 0.75, 1.0), np.arange(0, 2 * np.pi, np.pi / 8)):
        reach = np.degrees(km * share / EARTH_RADIUS_KM)
        found |= containing(lon + reach * np.cos(turn) / np.cos(np.radians(lat)), lat + reach * np.sin(turn)) == ""
    return found


def table(nodes: pd.DataFrame, ends: tuple[Whole, Whole], columns: dict[str, Any]) -> pa.Table:
    """Return nodes with lists: the nodes of higher number each has an edge to, and the edges' columns."""
    low, high = np.minimum(*ends), np.maximum(*ends)
    edges = pd.DataFrame({"to": high.astype(np.int32), **columns}).iloc[np.lexsort((high, low))]
    start = pa.array(np.r_[0, np.cumsum(np.bincount(low, minlength=len(nodes)))], pa.int32())
    nodes = nodes.assign(lon=nodes["lon"].round(3), lat=nodes["lat"].round(3))
    found = pa.Table.from_pandas(nodes, preserve_index=False)
    for name in edges:
        values = edges[name].round(1).clip(0.1).astype(np.float32) if name == "km" else edges[name]
        found = found.append_column(name, pa.ListArray.from_arrays(start, pa.array(values, from_pandas=True)))
    return found


def main() -> None:
    """Write the three files."""
    highways, searoute = (Path(argument) for argument in sys.argv[1:])
    sea = sea_table(searoute / "marnet_dict.py")
    write_ports(searoute / "ports_dict.py", sea)
    for name, found in (("sea", sea), ("roads", road_table(highways))):
        pq.write_table(found.replace_schema_metadata(), HERE / f"{name}.parquet", compression="zstd")


if __name__ == "__main__":
    main()
