"""Made tables of any size, by one seed: the sample's records drawn again with other days, in the store's own layout."""

import os
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from bench.cases import Setting
from dashboard import publish, stores
from dashboard.stores import Store
from data import arrays, contracts, release, store
from geo import tally
from queries import connection, run

SEED = 7
DAYS = 3650  # days of the made records run over ten years
FIRST_DAY = "2015-01-01"
EVENTS = ("made", "exported", "sold", "seized")  # of a made trace

# which record of the sample each made record repeats, and how many days after the first it falls
DRAWN = """
create temp table drawn as
select
    number,
    hash(number, {seed}, 'record') % {records} as row,
    date '{first}' + (hash(number, {seed}, 'day') % {days})::int as day
from range({count}) as numbers(number)
"""
RECORDS = """
create temp table records as
select row_number() over (order by obs_id) - 1 as row, obs_id from (select distinct obs_id from read_parquet('{legs}'))
"""
LEGS = """
copy (
    select l.* replace (
        r.obs_id || '-' || d.number || '#' || l.leg_seq as leg_id,
        r.obs_id || '-' || d.number as obs_id,
        d.day as date_start,
        d.day as date_end,
        year(d.day) as year
    )
    from drawn as d
    inner join records as r on d.row = r.row
    inner join read_parquet('{legs}') as l on r.obs_id = l.obs_id
    order by {order}
) to '{out}' (format parquet, row_group_size {rows}, compression {codec})
"""
ROUTES = """
copy (
    select
        d.number as record,
        any_value(l.layer) as layer,
        any_value(d.day) as date_start,
        any_value(l.record_count) as record_count,
        list(struct_pack(origin_id := l.origin_id, destination_id := l.destination_id, status := l.status)
            order by l.leg_seq) as hops
    from drawn as d
    inner join records as r on d.row = r.row
    inner join read_parquet('{legs}') as l on r.obs_id = l.obs_id
    group by d.number
    order by layer, year(any_value(d.day)), d.number
) to '{out}' (format parquet, row_group_size {rows}, compression lz4)
"""
STORED, SHUFFLED = ("layer, year, origin_cell, leg_id", "lz4"), ("hash(leg_id)", "zstd")
REPEATED = """
copy (
    select *, (hash(obs_id) >> 1)::bigint as record
    from (
        select t.* replace (t.obs_id || '-' || copy as obs_id)
        from read_parquet('{table}') as t cross join range({copies}) as copies(copy)
    )
    order by obs_id {more}
) to '{out}' (format parquet, row_group_size {rows}, compression lz4)
"""


def original(setting: Setting) -> Store:
    """Return the synthetic store."""
    return stores.opened(setting.store)


def legs(setting: Setting, rows: int, order: tuple[str, str] = STORED) -> Path:
    """Return a table ``legs`` of about so many rows, in the order and codec given; made once."""
    name = "legs" if order is STORED else "legs-shuffled"
    return _drawn(setting, f"{name}-{rows}", rows, LEGS, order)


def hops(setting: Setting, rows: int) -> Path:
    """Return the records of the same legs with their hops as a list each, and no legs table."""
    return _drawn(setting, f"hops-{rows}", rows, ROUTES, STORED)


def _drawn(setting: Setting, name: str, rows: int, statement: str, order: tuple[str, str]) -> Path:
    base = release.current(setting.store).path("legs")

    def write(con: duckdb.DuckDBPyConnection, out: Path) -> None:
        con.execute(RECORDS.format(legs=base))
        records = _one(con, "select count(*) from records")
        share = records / len(con.read_parquet(str(base)))
        count = max(1, round(rows * share))
        con.execute(DRAWN.format(seed=SEED, records=records, first=FIRST_DAY, days=DAYS, count=count))
        shape = {"rows": store.ROW_GROUP_ROWS, "order": order[0], "codec": order[1]}
        con.execute(statement.format(legs=base, out=out, **shape))

    return kept(setting, name, write)


def _one(con: duckdb.DuckDBPyConnection, statement: str) -> int:
    found = con.execute(statement).fetchall()
    return int(found[0][0])


def repeated(setting: Setting, table: str, copies: int) -> Path:
    """Return the sample's ``observations`` or ``waypoints`` so many times, each copy with own ids; made once."""
    base = release.current(setting.store).path(table)
    more = ", seq" if table == "waypoints" else ""
    shape = {"table": base, "copies": copies, "more": more, "rows": store.ROW_GROUP_ROWS}
    return kept(setting, f"{table}-x{copies}", lambda con, out: con.execute(REPEATED.format(out=out, **shape)))


def kept(setting: Setting, name: str, write: object) -> Path:
    """Return a made file of this release, written whole by ``write(connection, path)`` unless it is there."""
    folder = setting.folder / release.current(setting.store).id
    folder.mkdir(parents=True, exist_ok=True)
    path, staging = folder / f"{name}.parquet", folder / f".new-{os.getpid()}-{name}.parquet"
    if not path.exists():
        con = duckdb.connect()
        try:
            write(con, staging)  # type: ignore[operator]
            staging.replace(path)
        finally:
            con.close()
            staging.unlink(missing_ok=True)
    return path


def opened(setting: Setting, legs_file: Path) -> Store:
    """Return the synthetic store with other legs, open for the product's own questions."""
    others = {"legs": legs_file}
    for name in ("leg_kinds", "leg_days"):
        others[name] = kept(setting, f"{name}-of-{legs_file.stem}", partial(_derived, dict(others), name))
    folder = others["leg_days"].parent / f"ready-{legs_file.stem}"
    ready, staging = folder / "running_sums.arrow", folder / f".new-{os.getpid()}" / "running_sums.arrow"
    if not ready.exists():
        staging.parent.mkdir(parents=True)
        arrays.write(staging, publish.running_sums(others["leg_kinds"], others["leg_days"]).arrays).replace(ready)
        staging.parent.rmdir()
    found = with_tables(setting, others)
    vars(found)["sums"] = tally.of_arrays(arrays.mapped(ready))
    return found


def _derived(tables: dict[str, Path], name: str, con: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Write a table as a release would hold it, from the tables it is built of."""
    for table, file in tables.items():
        con.read_parquet(str(file)).create_view(table)
    run.write(con, name, contracts.TABLES[name].schema, out)


def with_tables(setting: Setting, others: dict[str, Path]) -> Store:
    """Return the synthetic store with other files for some tables."""
    pinned = release.current(setting.store)
    views = {table.name: [others.get(table.name, pinned.path(table.name))] for table in contracts.RELEASED}
    return Store(pinned, connection.connect(views, common(setting), has_macros=True))


def built(con: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    """Return what the product's build query makes, made anew."""
    con.execute(f"drop table if exists {name}")
    run.build(con, name)
    return run.arrow(con, name)


def common(setting: Setting) -> Path:
    """Return the folder that holds both the store and what is made."""
    return Path(os.path.commonpath([setting.store.resolve(), setting.folder.resolve()]))


def custody_events(setting: Setting, traces: int) -> Path:
    """Return a table ``custody_events`` of so many traces of four events, by trace and sequence; made once."""
    places = original(setting).places
    ids = places.index[places["level"] == "place"].to_numpy(str)

    def write(con: duckdb.DuckDBPyConnection, out: Path) -> None:
        con.register("made", _events(traces, ids))
        days = "select * replace (date_start::date as date_start, date_end::date as date_end) from made"
        con.sql(days).order("trace_id, seq").write_parquet(
            str(out), compression="lz4", row_group_size=store.ROW_GROUP_ROWS
        )

    return kept(setting, f"custody_events-{traces}", write)


def shuffled_events(setting: Setting, traces: int) -> Path:
    """Return the same events in no order."""
    base = custody_events(setting, traces)

    def write(con: duckdb.DuckDBPyConnection, out: Path) -> None:
        mixed = con.read_parquet(str(base)).order("hash(trace_id, seq)")
        mixed.write_parquet(str(out), compression="zstd", row_group_size=store.ROW_GROUP_ROWS)

    return kept(setting, f"custody_events-shuffled-{traces}", write)


def _events(traces: int, places: "np.ndarray") -> pd.DataFrame:
    """Return made custody events: a third of them of unknown date or place, the hands lawful until some step."""
    draw, count = np.random.default_rng(SEED), traces * len(EVENTS)
    seq = np.tile(np.arange(len(EVENTS)), traces)
    days = draw.integers(0, 900, (traces, len(EVENTS))).cumsum(axis=1).ravel()
    start = pd.Series(np.datetime64(FIRST_DAY, "s") + days.astype("timedelta64[D]")).mask(draw.random(count) < 0.3)
    place = pd.Series(places[draw.integers(0, len(places), count)], dtype="str").mask(draw.random(count) < 0.3)
    diverted = np.repeat(draw.integers(1, len(EVENTS) + 1, traces), len(EVENTS))
    return pd.DataFrame(
        {
            "trace_id": np.char.add("made:", np.char.zfill(np.repeat(np.arange(traces), len(EVENTS)).astype(str), 8)),
            "seq": seq,
            "source_id": "made",
            "source_file": "made.csv",
            "source_row": np.arange(count),
            "event": np.array(EVENTS)[seq],
            "is_lawful": pd.array(seq < diverted, dtype="boolean"),
            "date_start": start,
            "date_end": start,
            "place_id": place,
            "place_raw": place,
            **dict.fromkeys(("lon", "lat"), np.nan),
            **dict.fromkeys(("obs_id", "holder_raw", "precision"), pd.Series([None] * count, dtype="str")),
        }
    )
