"""P0 to P6, M1, U1: questions asked of tables in the store's layout, against pandas, polars and DuckDB."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from bench import frames, made
from bench.cases import (
    Rival,
    Row,
    Setting,
    Trial,
    case,
    close,
    compared,
    duels,
    exponent,
    grown,
    installed,
    limit,
    scaled,
)
from dashboard import assemble, layers
from dashboard.filters import Filters
from dashboard.stores import Store
from data import contracts, release, store
from data.cells import cells_at
from queries import connection, run

FULL = 10_000_000
SORTED_ONLY = "four of the six are read off running sums, two are asked of sorted Parquet"
ANSWER_MOST = 1_000_000  # bytes that any view may send
TOPS = (Filters.top, 2_000)  # the usual and the largest number of flows drawn
USERS = (1, 2, 4, 8)
ROUNDS = 6  # questions of each user


@case("P0", "build `legs` and write it")
def ingest(setting: Setting) -> Iterator[Row]:
    """Compare the build of ``legs`` from observations and waypoints with reading the same into a plain table."""
    base = release.current(setting.store).files["observations.parquet"]["row_count"]
    full = max(1, setting.size(1_000_000) // base)
    copies = sorted({max(1, round(full * part)) for part in (1 / 7, 3 / 7, 1)})
    yield from scaled("{size} observations", [_ingest(setting, count) for count in copies], setting.runs, 1.1)


def _ingest(setting: Setting, copies: int) -> Trial:
    tables = {name: made.repeated(setting, name, copies) for name in ("observations", "waypoints")}
    con = _weighed(setting, tables)
    out = made.kept(setting, "legs-out", lambda con, path: con.sql("select 1").write_parquet(str(path)))

    def ours() -> int:
        con.execute("drop view if exists legs")
        con.execute("drop table if exists hops")
        run.build(con, "hops")
        run.write(con, "legs", contracts.LEGS.schema, out)
        return len(con.table("legs"))

    def plain() -> int:
        with duckdb.connect() as other:
            for name, path in tables.items():
                other.read_parquet(str(path)).create(name)
            return int(other.execute(HOPS).fetchall()[0][0])

    size = int(con.execute("select count(*) from observations").fetchall()[0][0])
    rival = Rival("plain `create table` from Parquet", 1 / 12, plain, lambda a, b: a == b)
    return Trial(size, ours, (rival,))


HOPS = """
select count(*) from (
    select obs_id, place_id, seq,
        lead(place_id) over (partition by obs_id order by seq) as after,
        lead(seq) over (partition by obs_id order by seq) as next
    from waypoints
) inner join observations using (obs_id)
where next = seq + 1 and place_id <> after and not is_subtotal
"""


WEIGHTS = """
select (hash(obs_id) >> 1)::bigint as record, 1.0 as record_weight, 1.0 as trace_factor, 1.0 as quantity_factor,
    1.0 as exposure_factor,
    false as is_quantity_known, false as is_exposure_known
from read_parquet('{observations}')
"""


def _weighed(setting: Setting, tables: dict[str, Path]) -> Any:
    """Return a connection that sees what queries/build/hops.sql and legs.sql read, every record with the weight 1."""
    places = made.original(setting).places
    folder = tables["observations"].parent
    copies = tables["observations"].stem
    weights = WEIGHTS.format(observations=tables["observations"])
    views = {name: [path] for name, path in tables.items()}
    views["record_weights"] = [made.kept(setting, f"record_weights-{copies}", partial(_copied, weights))]
    cells = pa.table({"place_id": places.index.to_numpy(str), "cell": cells_at(*_points(places))})
    store.write_parquet(cells, folder / "place_cells.parquet")
    return connection.connect({**views, "place_cells": [folder / "place_cells.parquet"]}, folder)


def _copied(text: str, con: duckdb.DuckDBPyConnection, out: Path) -> None:
    con.sql(text).write_parquet(str(out))


def _points(places: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return places["lon"].to_numpy(np.float64), places["lat"].to_numpy(np.float64)


Rivals = Callable[[frames.Question, list[str] | None], Rival]


def _six(setting: Setting, opened: Store, rivals: Rivals, least: float) -> tuple[Row, tuple[float, float] | None]:
    """Return the geometric mean of the six questions as a row, and of both sides' processor seconds."""
    found = []
    for question in frames.six_questions(opened):
        rival = rivals(question, frames.ids_within(opened, question))
        trial = Trial(1, partial(frames.asked, opened, question), (rival,))
        found += duels(question.name, trial, setting.runs)
    first, times = found[0][0], [pair for _, pair in found if pair]
    row = first._replace(target=f"≥ {least:g} × (wall)")
    if not times:
        return row, None
    rows = [each for each, _ in found]
    cpu, wall = (_mean([getattr(each, side) for each in rows]) for side in ("cpu", "wall"))
    spread = statistics.median(each.spread or 0.0 for each in rows)
    told = ", ".join(f"{each.what} {each.wall:.1f}" for each in rows)
    row = row._replace(cpu=cpu, wall=wall, spread=spread, is_met=wall >= least, note=f"wall ratios: {told}")
    ours, theirs = (_mean([pair[side] for pair in times]) for side in (0, 1))
    return row, (ours, theirs)


def _mean(values: list[float]) -> float:
    """Return the geometric mean."""
    return float(np.exp(np.mean(np.log(values))))


def _six_growing(
    setting: Setting, sizes: list[int], rivals_of: Callable[[Path, int], Rivals], least: float, most: float
) -> Row:
    """Return the row of the largest size, with exponents over all."""
    times, row = [], Row("", "", "", "")
    for size in sizes:
        file = made.legs(setting, size)
        row, pair = _six(setting, made.opened(setting, file), rivals_of(file, size), least)
        times += [pair] if pair else []
    text = grown(sizes, *(list(side) for side in zip(*times, strict=True)))
    is_slow = not text or exponent(sizes, [ours for ours, _ in times]) <= most
    target = f"{row.target}; exponent ≤ {most:g}"
    return row._replace(what=f"{sizes[-1]:,} legs", target=target, exponent=text, is_met=row.is_met and is_slow)


def _in_pandas(file: Path, _: int) -> Rivals:
    frame = frames.in_pandas(file)

    def rival(question: frames.Question, within: list[str] | None) -> Rival:
        work = partial(frames.pandas_answer, frame, question, within)
        return Rival("pandas in memory", 0, work, frames.is_same(question.query))

    return rival


@case("P1", "six questions, geometric mean")
def against_pandas(setting: Setting) -> Iterator[Row]:
    """Compare the product's queries with pandas, which holds the table in memory."""
    yield _six_growing(setting, setting.sizes(FULL, 5_000), _in_pandas, 7, 0.6)


@case("P2", "six questions, geometric mean")
def against_polars(setting: Setting) -> Iterator[Row]:
    """Compare with polars over the same sorted file."""
    size = setting.size(FULL, 5_000)
    file = made.legs(setting, size)

    def rival(question: frames.Question, within: list[str] | None) -> Rival:
        work = partial(frames.polars_answer, file, question, within) if installed("polars") else None
        return Rival("polars scan_parquet", 0, work, frames.is_same(question.query))

    yield _six(setting, made.opened(setting, file), rival, 2)[0]._replace(what=f"{size:,} legs")


@case("P3", "six questions, geometric mean")
def against_unsorted(setting: Setting) -> Iterator[Row]:
    """Compare with the same queries over an unsorted file; the target was set for a native table."""
    size = setting.size(FULL, 5_000)
    file = made.legs(setting, size)
    row, _ = _six(setting, made.opened(setting, file), _unsorted(setting)(file, size), 6)
    yield row._replace(what=f"{size:,} legs", note=f"{SORTED_ONLY}; {row.note}")


@case("P4", "six questions, sorted Parquet only")
def sorted_only(setting: Setting) -> Iterator[Row]:
    """Compare sorted with unsorted files at three sizes, the largest a third of P3's."""
    yield _six_growing(setting, setting.sizes(FULL // 3, 5_000), _unsorted(setting), 2.5, 0.7)


def _unsorted(setting: Setting) -> Callable[[Path, int], Rivals]:
    def rivals(_: Path, size: int) -> Rivals:
        legs = made.legs(setting, size, made.SHUFFLED)
        other = made.opened(setting, legs)

        def rival(question: frames.Question, within: list[str] | None) -> Rival:
            work = partial(frames.sql_answer, other, legs, question, within)
            return Rival("DuckDB on unsorted Parquet, zstd", 0, work, frames.is_same(question.query))

        return rival

    return rivals


@case("P5", "flows from `legs`")
def unnested(setting: Setting) -> Iterator[Row]:
    """Compare counting legs with unnesting the hops of records at query time."""
    size = setting.size(1_000_000, 5_000)
    opened, hops = made.opened(setting, made.legs(setting, size)), made.hops(setting, size)
    other = duckdb.connect()

    def unnest() -> pd.DataFrame:
        return other.execute(UNNESTED.format(hops=hops)).df()

    def ours() -> pd.DataFrame:
        return assemble.flows(opened, Filters())

    def same(mine: pd.DataFrame, theirs: pd.DataFrame) -> bool:
        both = [frame.set_index(list(frames.PAIR))["record_count"].sort_index() for frame in (mine, theirs)]
        return both[0].to_dict() == both[1].to_dict()

    note = "ours also gives weights, items, days, sources and names of places"
    rival = Rival("unnest at query time", 6, unnest, same, "wall", note=note)
    yield from compared(f"{size:,} legs", Trial(size, ours, (rival,)), setting.runs)


UNNESTED = """
select layer, hop.origin_id, hop.destination_id, sum(record_count)::bigint as record_count
from (select layer, record_count, unnest(hops) as hop from read_parquet('{hops}'))
where hop.status <> 'licit'
group by all
"""


@case("P6", "bytes of what a page sends")
def sent(setting: Setting) -> Iterator[Row]:
    """Measure the map's message at the usual and the largest number of flows, by rows behind it."""
    sizes = setting.sizes(FULL, 5_000)
    sent: dict[int, list[float]] = {top: [] for top in TOPS}
    for size in sizes:
        file = made.legs(setting, size)
        opened = made.opened(setting, file)
        for top in TOPS:
            view = assemble.explore(opened, Filters(top=top))
            told = layers.deck_of(view, layers.RELATIONS, None, layers.first_camera(view)).to_json()
            sent[top].append(float(len(told.encode())))
    for top, counts in sent.items():
        note = f"bytes; the raw rows are {file.stat().st_size / counts[-1]:,.0f} times as many"
        row = limit(f"map, top {top:,} flows of {sizes[-1]:,} legs", "1 MB", counts[-1], ANSWER_MOST, note)
        yield row._replace(exponent=grown(sizes, counts))


@case("M1", "memory of a session that asks the six questions")
def memory(setting: Setting) -> Iterator[Row]:
    """Measure the peak of memory added in a process of its own, ours and pandas."""
    sizes = setting.sizes(FULL, 5_000)
    peaks = [_peaks(setting, size) for size in sizes]
    if not all(peaks[-1]):
        yield Row("", f"{sizes[-1]:,} legs", "pandas in memory", "≤ 0.3", note="not measured: there is no /proc here")
        return
    ours, theirs = zip(*peaks, strict=True)
    grows = grown(sizes, list(ours), list(theirs))
    row = limit(f"{sizes[-1]:,} legs", "pandas in memory", ours[-1] / theirs[-1], 0.3, "ours as a share of pandas'")
    yield row._replace(exponent=grows)


def _peaks(setting: Setting, size: int) -> tuple[float, float]:
    file, found = made.legs(setting, size), []
    for who in ("ours", "pandas"):
        command = [sys.executable, "-m", "bench.memory", who, str(setting.store), str(setting.folder), str(file)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  # our own module
        found.append(float(json.loads(told.splitlines()[-1])))
    return found[0], found[1]


@case("U1", "several users at once, six mixed questions each")
def users(setting: Setting) -> Iterator[Row]:
    """Measure throughput and the 95th percentile of waiting, by users."""
    size = setting.size(FULL, 5_000)
    opened = made.opened(setting, made.legs(setting, size))
    asked = frames.six_questions(opened)
    expected = {question.name: len(frames.asked(opened, question)) for question in asked}
    found = {count: _served(opened, asked, count, expected) for count in USERS}
    rate, waits = ({count: part[side] for count, part in found.items()} for side in (0, 1))
    note = ", ".join(f"{count} users {rate[count] / rate[1]:.2f} × one user's throughput" for count in USERS[1:])
    kept = rate[8] / rate[2]
    yield Row(
        "", f"throughput, {size:,} legs", "2 users", "8 users ≥ 0.9 ×", None, kept, "", kept >= 0.9, 0.0, note=note
    )
    most = limit("95th percentile of 8 users' waits, per user", "one user's", waits[8] / 8 / waits[1], 1.3)
    yield most._replace(spread=0.0)


def _served(opened: Store, asked: list[frames.Question], users: int, expected: dict[str, int]) -> tuple[float, float]:
    """Return answers per second and the 95th percentile of their waits."""

    def user(number: int) -> list[float]:
        waits = []
        for turn in range(ROUNDS):
            question = asked[(number + turn) % len(asked)]
            start = time.perf_counter()
            count = len(frames.asked(opened, question))
            waits.append(time.perf_counter() - start)
            if not close(count, expected[question.name]):
                raise ValueError(f"{question.name}: several users at once get another answer than one alone.")
        return waits

    start = time.perf_counter()
    with ThreadPoolExecutor(users) as pool:
        waits = [wait for each in pool.map(user, range(max(users, 4))) for wait in each]
    return len(waits) / (time.perf_counter() - start), float(np.percentile(waits, 95))
