"""Imported files -> one release: records kept once, legs, custody edges, paths, written whole."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from dashboard import routing
from data import arrays, contracts, disclosure, duplicates, grades, networks, release, store
from data.cells import RESOLUTION, cells_at
from data.contracts import Table
from data.errors import StoreError
from data.places import gazetteer
from data.release import Release
from geo import evidence, interception, tally
from geo.cases import CASES
from geo.diversion import TTC_EDGES_DAYS
from queries import connection, run

BUILT = (
    "repeated",
    "records",
    "record_waypoints",
    "victim_cells",
    "incident_records",
    "cases",
    "duplicates",
    "observations",
    "waypoints",
    "incidents",
    "custody_events",
    "custody_edges",
    "places",
    "times_to_crime",
    "record_routes",
    "interceptions",
    "record_weights",
    "hops",
    "legs",
    "leg_kinds",
    "leg_days",
    "sources",
    "unresolved",
    "withheld",
    "reports",
    "leg_pairs",
)
CONSTANTS = (  # of the method that the queries above do not show
    *(evidence.RELIABILITY, evidence.CREDIBILITY, evidence.UNGRADED, evidence.REFERENCE),
    *(evidence.TRACE_FACTORS, evidence.TRACE_FACTOR, TTC_EDGES_DAYS),
    *(interception.PRIOR_HITS, interception.PRIOR_MISSES, interception.H_MIN),
    *(interception.WINDOW_YEARS, interception.WINDOW_MIN),
    *(RESOLUTION, *routing.CONSTANTS),
    *(duplicates.SPAN_DAYS, duplicates.WINDOWS),
    CASES,
)
UNGRADED = dict(zip(("reliability", "credibility"), evidence.UNGRADED, strict=True))
Progress = Callable[[str], None]


def publish(root: Path, progress: Progress = lambda _: None, k_victims: int = disclosure.K_VICTIMS) -> Release:
    """Publish the imports of a store as a release and return it; equal imports give the release that is there.

    Args:
        root: The store.
        progress: Told what is being done, before it is done.
        k_victims: Smallest count that is told of layers about victims.

    Raises:
        StoreError: the store holds no import, or one was changed since.
        ContractError: a derived table does not keep its contract; nothing is published.
    """
    store.require_whole(root)
    if not store.imports(root):
        raise StoreError(f"{root}: nothing is imported yet; run contraflow import SOURCE FILE --store {root} first.")
    with release.publishing(root):
        release_id = next_id(root, k_victims)
        if (root / release.RELEASES / release_id).exists():
            return release.publish(root, release_id, {}, {})
        return _made(root, release_id, k_victims, progress)


def next_id(root: Path, k_victims: int = disclosure.K_VICTIMS) -> str:
    """Return the id the store would be released under; another method, gazetteer, network or grade makes another."""
    places = str(pd.util.hash_pandas_object(gazetteer().places, index=False).sum())
    parts = [
        str((contracts.RELEASED, contracts.ARRAYS)),
        places,
        networks.digest(),
        grades.own(root).to_csv(index=False),
        *(run.sql(f"build/{name}") for name in BUILT),
    ]
    return release.next_id(root, "\n".join([*parts, str(CONSTANTS), str(disclosure.rule(k_victims))]))


def _made(root: Path, release_id: str, k_victims: int, progress: Progress) -> Release:
    for left in (*root.glob(".build-*"), *(root / release.RELEASES).glob(".new-*")):
        shutil.rmtree(left)  # by a process that was killed: this one alone publishes
    staging = root / f".build-{os.getpid()}"
    try:
        staging.mkdir(parents=True)
        tables = _derived(root, staging, k_victims, progress)
        progress("writing the release")
        return release.publish(root, release_id, tables, {"disclosure": disclosure.rule(k_victims)})
    except OSError as full:
        raise StoreError(f"{root}: cannot be written ({full.strerror}); free space or check its permissions.") from full
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _derived(root: Path, staging: Path, k_victims: int, progress: Progress) -> dict[str, Path | pa.Table]:
    """Return every table of a release, those that SQL builds as finished files."""
    imports = store.imports(root)
    names = ("observations", "waypoints", "incidents", "custody_events", "places", "sources", "unresolved")
    views = {f"all_{name}": [folder / f"{name}.parquet" for folder in imports] for name in names}
    con = connection.workshop(views, root, staging)
    try:
        run.keep(con, "gazetteer", contracts.check(gazetteer().places, contracts.PLACES))
        run.keep(con, "grades", pa.Table.from_pandas(evidence.grades(), preserve_index=False))
        run.keep(con, "own_grades", pa.Table.from_pandas(grades.own(root), grades.SCHEMA, preserve_index=False))
        run.keep(con, "victim_layers", pa.table({"layer": pa.array(sorted(disclosure.VICTIM_LAYERS), pa.string())}))
        built = _built(con, staging, k_victims, progress)
        pairs, places = (run.arrow(con, name).to_pandas() for name in ("leg_pairs", "places"))
    finally:
        con.close()  # before paths are built, for it holds much memory and disk
    progress("building paths")
    tables = built | routing.routed(pairs, places.set_index("place_id"))
    progress("keeping arrays ready")
    making: dict[str, Callable[[], arrays.Arrays]] = {  # one after the other, for each is large
        "network": lambda: routing.connected(pairs, tables).arrays,
        "running_sums": lambda: running_sums(tables["leg_kinds"], tables["leg_days"]).arrays,
    }
    return tables | {name: arrays.write(staging / f"{name}.arrow", make()) for name, make in making.items()}


def running_sums(leg_kinds: Path, leg_days: Path) -> tally.Tally:
    """Return the running sums of the table ``leg_days`` over the kinds of ``leg_kinds``, both as files."""
    kind, on, *sums = pq.read_table(leg_days).columns
    measures = [[part.to_numpy() for part in column.chunks] for column in sums]  # joined, they are half a GB more
    return tally.tally(pq.read_metadata(leg_kinds).num_rows, kind.to_numpy(), on.to_numpy(), measures)


def _built(con: DuckDBPyConnection, staging: Path, k_victims: int, progress: Progress) -> dict[str, Path | pa.Table]:
    files: dict[str, Path | pa.Table] = {}

    def build(name: str, **params: object) -> None:
        progress(f"building {name}")
        if name in contracts.TABLES:
            files[name] = _written(con, contracts.TABLES[name], staging / f"{name}.parquet", **params)
        else:
            run.build(con, name, **params)

    _disclose(con, build, k_victims)
    for name in ("incidents", "custody_events", "custody_edges", "places", "reports"):
        build(name)
    files["detection"] = _weigh(con, build)
    run.keep(con, "place_cells", _place_cells(run.arrow(con, "places")))
    for name in ("hops", "legs", "leg_kinds", "leg_days", "leg_pairs"):
        build(name)
    for name in ("sources", "unresolved"):
        build(name, k=k_victims)
    return files


def _written(con: DuckDBPyConnection, table: Table, path: Path, **params: object) -> Path:
    """Build a table, write it as its contract wants it, and return the file.

    Raises:
        ContractError: it does not keep its contract.
    """
    run.write(con, table.name, table.schema, path, **params)
    contracts.check_file(path, table, run.repeat_count(con, table.name, table.key))
    return path


def _disclose(con: DuckDBPyConnection, build: Callable[..., None], k_victims: int) -> None:
    """Build the records and their places, those about victims as the published cells of a fixed cube."""
    layers = list(disclosure.VICTIM_LAYERS)
    build("repeated")
    for name in ("records", "record_waypoints"):
        run.view(con, name)
    build("victim_cells", layers=layers, bin_years=disclosure.BIN_YEARS, k=k_victims)
    build("incident_records")
    build("cases", layers=layers, span_days=duplicates.SPAN_DAYS, **UNGRADED)
    build("duplicates", **duplicates.WINDOWS)
    build("observations")
    for name in ("waypoints", "withheld"):
        build(name)


def _weigh(con: DuckDBPyConnection, build: Callable[..., None]) -> pa.Table:
    """Build what every record counts, for legs to read, and return the relative detection behind it."""
    for name in ("times_to_crime", "record_routes", "interceptions"):
        build(name)
    routes = run.arrow(con, "interceptions").to_pandas()
    found = interception.detections(routes)
    frames = {"exposures": interception.exposures(routes, found), "trace_factors": evidence.trace_factors()}
    for name, frame in frames.items():
        run.keep(con, name, pa.Table.from_pandas(frame, preserve_index=False))
    build("record_weights", **UNGRADED, trace_factor=evidence.TRACE_FACTOR)
    return contracts.check(found, contracts.DETECTION)


def _place_cells(places: pa.Table) -> pa.Table:
    lon, lat = (np.asarray(places[name].to_numpy(), dtype=np.float64) for name in ("lon", "lat"))
    return pa.table({"place_id": places["place_id"], "cell": cells_at(lon, lat)})
