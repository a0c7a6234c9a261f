"""T1, T2: custody of traced items."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from bench import made
from bench.cases import Rival, Row, Setting, Trial, case, scaled
from queries import connection, run

FULL = 1_000_000
KEY = ["trace_id", "seq"]
WINDOW = """
with steps as (
    select
        trace_id,
        seq,
        event as to_event,
        place_id as destination_id,
        lag(event) over hand as from_event,
        lag(place_id) over hand as origin_id,
        date_diff('day', lag(date_end) over hand, date_start) as days,
        coalesce(lag(is_lawful) over hand and not is_lawful, false) as is_diversion
    from read_parquet('{events}')
    window hand as (partition by trace_id order by seq)
)
select * from steps where from_event is not null
"""


@case("T1", "`custody_edges` of made traces")
def edges(setting: Setting) -> Iterator[Row]:
    """Compare the build of the hand-overs with pandas and with a bare window of DuckDB."""
    yield from scaled("{size} traces", (_edges(setting, size) for size in setting.sizes(FULL, 200)), setting.runs, 1.1)


def _edges(setting: Setting, size: int) -> Trial:
    events = made.custody_events(setting, size)
    con = connection.connect({"custody_events": [events]}, events.parent)
    frame = pd.read_parquet(events, columns=[*KEY, "event", "place_id", "is_lawful", "date_start", "date_end"])
    days = {name: pd.to_datetime(frame[name]) for name in ("date_start", "date_end")}
    frame = frame.assign(**days, is_lawful=frame["is_lawful"].astype("bool"))
    rivals = (
        Rival("pandas groupby.shift", 8, partial(_shifted, frame), _same),
        Rival(
            "DuckDB window, hand-overs only",
            3,
            partial(_window, events),
            _same,
            note="the product runs a window too, and asks one more: the last hands known, across unknown ones",
        ),
    )
    return Trial(size, lambda: made.built(con, "custody_edges"), rivals)


def _shifted(events: pd.DataFrame) -> pd.DataFrame:
    """Return hand-overs by pandas; every hand of the made traces is known, so that the one before decides."""
    before = events.groupby("trace_id", sort=False)[["event", "place_id", "date_end", "is_lawful"]].shift()
    found = pd.DataFrame(
        {
            "from_event": before["event"],
            "to_event": events["event"],
            "origin_id": before["place_id"],
            "destination_id": events["place_id"],
            "days": (events["date_start"] - before["date_end"]).dt.days,
            "is_diversion": before["is_lawful"].eq(True) & ~events["is_lawful"],
        }
    )
    return found[found["from_event"].notna()]


def _window(events: Path) -> object:
    with duckdb.connect() as con:
        return con.sql(WINDOW.format(events=events)).to_arrow_table()


def _same(ours: object, theirs: object) -> bool:
    """Return whether hand-overs, their days and their diversions are the same, by kind and by origin."""
    return _summary(ours) == _summary(theirs)


def _summary(edges: object) -> list[dict[object, object]]:
    frame = edges if isinstance(edges, pd.DataFrame) else edges.to_pandas()  # type: ignore[attr-defined]
    frame = frame.astype({"days": "float64", "is_diversion": "int64"})
    kinds, origins = frame.groupby(["from_event", "to_event"]), frame.groupby("origin_id", dropna=False)
    return [
        {str(key): (len(part), part["days"].sum(), part["is_diversion"].sum()) for key, part in grouped}
        for grouped in (kinds, origins)
    ]


@case("T2", "one trace's custody")
def one_trace(setting: Setting) -> Iterator[Row]:
    """Compare the product's look-up in sorted events with the same in shuffled ones."""
    trials = (_one(setting, size) for size in setting.sizes(FULL, 200))
    yield from scaled("{size} traces", trials, setting.runs, 0.3)


def _one(setting: Setting, size: int) -> Trial:
    tables = [made.custody_events(setting, size), made.shuffled_events(setting, size)]
    opened = [made.with_tables(setting, {"custody_events": path}).con for path in tables]
    ours, theirs = (partial(run.rows, con, "custody_of_trace", trace_id=f"made:{size // 2:08}") for con in opened)
    rival = Rival("the same on shuffled Parquet", 6, theirs, lambda a, b: bool(a.equals(b)), "wall")
    return Trial(size, ours, (rival,))
