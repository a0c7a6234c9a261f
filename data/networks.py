"""Roads, sea lanes and ports of data/reference, read into frames; sources and licences: reference/NETWORKS.md."""

import hashlib
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import ContractError
from data.places import REFERENCE

FILES = ("roads.parquet", "sea.parquet", "ports.csv", "divisions.csv")


class NetworkTables(NamedTuple):
    """The nodes and undirected edges of one network.

    Attributes:
        nodes: ``lon, lat`` in degrees, WGS 84; roads also ``cell`` (H3 resolution 4), ``country_id`` and ``component``.
            A node's number is its row.
        edges: ``u, v`` (nodes, u < v) and ``km``; the sea also ``passage``, the name of the strait or canal or null.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame


@cache
def digest() -> str:
    """Return a number that changes with any byte of the networks."""
    return hashlib.sha256(b"".join((REFERENCE / name).read_bytes() for name in FILES)).hexdigest()


@cache
def roads() -> NetworkTables:
    """Return the road network: one node per H3 cell of resolution 4 and connected part, and lone places without roads.

    Edges are as long as the road between the busiest junctions of two neighbouring cells.
    """
    return tables(pq.read_table(REFERENCE / "roads.parquet"))


@cache
def sea() -> NetworkTables:
    """Return the sea lanes."""
    return tables(pq.read_table(REFERENCE / "sea.parquet"))


@cache
def ports() -> pd.DataFrame:
    """Return one row per port: ``port_id, name, country_id, lon, lat, sea_node`` (row of the nearest sea node)."""
    text = {"port_id": "str", "name": "str", "country_id": "str"}
    return pd.read_csv(REFERENCE / "ports.csv", dtype=text, keep_default_na=False, encoding="utf-8")


@cache
def division_points() -> pd.DataFrame:
    """Return the points of first-level divisions: ``place_id, country_id, lon, lat``."""
    divisions = pd.read_csv(REFERENCE / "divisions.csv", keep_default_na=False, encoding="utf-8")
    return divisions[["place_id", "country_id", "lon", "lat"]]


def tables(rows: pa.Table) -> NetworkTables:
    """Return nodes and edges of a table with one row per node and lists of its ways to nodes of higher number.

    Raises:
        ContractError: a way leads to no node of the table, or to one of the same or a lower number.
    """
    listed = [name for name in rows.column_names if pa.types.is_list(rows.schema.field(name).type)]
    columns = {name: rows[name].combine_chunks() for name in listed}
    u = np.repeat(np.arange(len(rows)), np.diff(columns["to"].offsets.to_numpy()))
    edges = pd.DataFrame({"u": u} | {name: values.flatten().to_pandas() for name, values in columns.items()})
    edges = edges.rename(columns={"to": "v"}).astype({"v": "int64", "km": "float64"})
    if not ((edges["u"] < edges["v"]) & (edges["v"] < len(rows))).all():
        raise ContractError("to: every way must lead to a node of higher number in the same table. Make it again.")
    return NetworkTables(rows.drop_columns(listed).to_pandas(), edges)
