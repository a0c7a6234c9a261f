"""A change of filters on a store of ten million legs: flows, routes, comparison of two layers; pandas as the peer.

``python -m bench.filters STORE [ROWS]`` from the project's root. The release's legs are repeated with other days until
there are ROWS of them; places, paths and overlaps stay. Equal counts first; then RUNS windows of years, ours and pandas
in turn. The peer has the table in memory already and only filters and counts; comparing comes on top of that for both.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from dashboard import assemble, relations
from dashboard.assemble import Store
from dashboard.filters import Filters
from data import contracts, release, store
from queries import connection

RUNS = 7
LAYERS = ("firearms", "drugs")
REPEATED = """
copy (
    select * replace (
        leg_id || '-' || copy as leg_id,
        date_start + (hash(leg_id, copy) % 3650)::int as date_start,
        date_start + (hash(leg_id, copy) % 3650)::int as date_end,
        year(date_start + (hash(leg_id, copy) % 3650)::int) as year
    )
    from read_parquet('{legs}') cross join range({copies}) as copies(copy)
    order by layer, year, origin_cell
) to '{out}' (format parquet, row_group_size {rows}, compression lz4)
"""


def repeated(original: Store, folder: Path, row_count: int) -> Store:
    """Return the release with its legs repeated."""
    legs, out = original.release.path("legs"), folder / "legs.parquet"
    copies = -(-row_count // original.release.files["legs.parquet"]["row_count"])
    sql = REPEATED.format(legs=legs, out=out, copies=copies, rows=store.ROW_GROUP_ROWS)
    duckdb.connect().execute(sql)
    names = [table.name for table in contracts.RELEASED if table.name != "legs"]
    views = {name: [original.release.path(name)] for name in names} | {"legs": [out]}
    con = connection.connect(views, original.release.folder.parent.parent.parent, has_macros=True)
    return Store(release.Release(original.release.id, folder, original.release.manifest), con)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def main(root: Path, row_count: int) -> None:
    """Print the split of one change of filters, and the ratio to pandas."""
    original = assemble.opened(root)
    with tempfile.TemporaryDirectory(dir=root.resolve().parent) as folder:
        big = repeated(original, Path(folder), row_count)
        columns = ["layer", "origin_id", "destination_id", "status", "date_start", "record_count"]
        frame = pd.read_parquet(big.release.path("legs"), columns=columns)
        frame = frame[frame["status"] != "licit"].astype({"layer": "category", "origin_id": "category"})
        frame = frame.astype({"destination_id": "category"}).assign(date_start=pd.to_datetime(frame["date_start"]))
        print(f"{len(frame):,} legs outside lawful trade")  # noqa: T201
        assemble.explore(big, Filters(layers=LAYERS))  # what a running app has read already
        run(big, frame)


def run(big: Store, frame: pd.DataFrame) -> None:
    """Time RUNS windows."""
    rows: dict[str, list[tuple[float, float]]] = {"flows": [], "routes": [], "comparison": [], "pandas": []}
    for number in range(RUNS):
        filters = Filters(layers=LAYERS, since=date(2016 + number % 4, 1 + number, 1), until=date(2021, 1 + number, 1))
        kept: dict[str, object] = {}

        def flows(filters: Filters = filters, kept: dict[str, object] = kept) -> None:
            kept["flows"] = assemble.flows(big, filters)

        def layered(filters: Filters = filters, kept: dict[str, object] = kept) -> None:
            kept["layers"] = assemble.layered(big, replace(filters), kept["flows"])  # type: ignore[arg-type]

        def compared(filters: Filters = filters, kept: dict[str, object] = kept) -> None:
            relations.to_firearms(big.ground, kept["layers"], filters.kappa)  # type: ignore[arg-type]

        def peer(filters: Filters = filters, kept: dict[str, object] = kept) -> None:
            since, until = pd.Timestamp(filters.since), pd.Timestamp(filters.until)
            mine = frame[(frame["date_start"] >= since) & (frame["date_start"] < until) & frame["layer"].isin(LAYERS)]
            keys = ["layer", "origin_id", "destination_id"]
            kept["pandas"] = mine.groupby(keys, observed=True)["record_count"].sum()

        for name, work in (("flows", flows), ("routes", layered), ("comparison", compared), ("pandas", peer)):
            rows[name].append(timed(work))
        ours = kept["flows"].set_index(["layer", "origin_id", "destination_id"])["record_count"]  # type: ignore[attr-defined]
        if ours.sort_index().to_dict() != kept["pandas"].sort_index().to_dict():  # type: ignore[attr-defined]
            sys.exit("the counts differ; nothing is timed")
    for name, runs in rows.items():
        wall, processor = (statistics.median(part) for part in zip(*runs, strict=True))
        print(f"{name:12} {wall * 1000:7.0f} ms wall {processor * 1000:7.0f} ms processor")  # noqa: T201
    peer_s, ours_s = (statistics.median(r[1] for r in rows[name]) for name in ("pandas", "flows"))
    print(f"flows against pandas with the table in memory: {peer_s / ours_s:.1f} x")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000)
