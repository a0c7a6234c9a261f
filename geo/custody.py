"""Custody chains: who held a traced item in date order, and where the record breaks off. Rules: geo/README.md."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.contracts import CUSTODY_EVENTS
from data.errors import ContractError
from geo.distance import Array

STEP_COLUMNS = (
    "trace_id",
    "seq",
    "event",
    "holder_raw",
    "is_lawful",
    "date_start",
    "date_end",
    "place_id",
    "country_id",
)
CONTRADICTIONS = ("ends before it begins", "dated before an earlier step")
REPORTS = ("reported_lost", "reported_stolen")

_SPAN_DAYS = 1e7  # more than the days of any calendar: keeps the running dates of one trace out of the next

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def steps(events: pd.DataFrame) -> pd.DataFrame:
    """Return the custody events of each trace in date order, contradictions named.

    The stated sequence stands wherever the dates allow it, undated events included. In a trace whose dates run
    backwards the dated events are put in order of their first possible day; an undated one stays behind the event
    stated before it.

    Args:
        events: One row per (trace_id, seq) with STEP_COLUMNS; dates are first and last possible day, null where
            unknown; ``is_lawful`` null where unknown. Other columns are carried along.

    Returns:
        The same rows by trace_id with ``step`` (0, 1, ...), ``contradiction`` (one of CONTRADICTIONS or null) and
        ``contradicts_seq`` (the earlier stated step whose dates come later; null for none). The dates of an event
        that ends before it begins are kept and never used.

    Raises:
        ContractError: a column is missing or of another type, a key is null or twice there, or an event is unknown.
    """
    rows = _checked(events)
    is_odd = (rows["date_end"] < rows["date_start"]).to_numpy(bool)
    start, end = (np.where(is_odd, np.nan, days_of(rows[name])) for name in ("date_start", "date_end"))
    code, first = numbered(rows)
    later = _latest_before(start, code, first)
    is_back = (later >= 0) & (end < start[later])
    order = _date_order(np.fmin(start, end), code, first, is_back)
    kind = pd.Series(np.select([is_odd, is_back], CONTRADICTIONS, ""), dtype="str")
    rows["contradiction"] = kind.where(is_odd | is_back)
    rows["contradicts_seq"] = picked(rows["seq"].astype("Int64"), np.where(is_back, later, -1))
    return rows.iloc[order].reset_index(drop=True).assign(step=np.arange(len(rows)) - first)


def gaps(chain: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the stretches no event tells of: one per pause between two steps, and one where a chain breaks off.

    An event says from when somebody held the item, never until when: only two events known to be of one and the same
    day leave no gap.

    Args:
        chain: From ``steps``.
        found: From ``diversion.traces`` of the same chain.

    Returns:
        ``trace_id, step`` (of the event before), ``from_on`` (its last possible day), ``to_on`` (first possible day
        of the next, earlier than from_on where the two overlap), ``days_min, days_max`` (null where a date is
        unknown), ``origin_id, destination_id`` (places before and after), ``is_open`` (the next holder is unknown),
        ``is_diversion`` (it lies between the last known lawful and the first known unlawful event). A chain that
        does not end with a seizure ends with an open gap without to_on.
    """
    code, first = numbered(chain)
    rows = np.arange(len(chain))
    after = np.where(np.r_[first[1:], len(chain)][: len(chain)] == first, rows + 1, -1)
    low, high = days_between(chain, rows, after)
    is_seized = (chain["event"] == "seized").to_numpy(bool)
    is_held = chain["holder_raw"].notna().to_numpy() | is_seized
    ends = [found[name].to_numpy(np.float64, na_value=np.nan)[code] for name in ("lawful_step", "unlawful_step")]
    step = chain["step"].to_numpy()
    table = chain[["trace_id", "step"]].assign(
        from_on=used(chain, "date_end"),
        to_on=picked(used(chain, "date_start"), after),
        days_min=whole(low),
        days_max=whole(high),
        origin_id=chain["place_id"],
        destination_id=picked(chain["place_id"], after),
        is_open=(after < 0) | ~is_held[after],
        is_diversion=(step >= ends[0]) & (step < ends[1]),
    )
    is_gap = np.where(after < 0, ~is_seized, high != 0)
    return table[is_gap].reset_index(drop=True)


def days_of(dates: "pd.Series[Any]") -> Array:
    """Return dates as days since 1970; NaN where unknown."""
    plain = pd.to_datetime(dates).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(plain), np.nan, plain.astype(np.int64))


def days_between(chain: pd.DataFrame, before: Rows, after: Rows) -> tuple[Array, Array]:
    """Return the least and the most days from one event to another; NaN where a date or an event (-1) is unknown.

    The least is 0 where the possible days overlap; the most is negative where the second is known to come first.
    """
    start, end = (np.r_[days_of(used(chain, name)), np.nan] for name in ("date_start", "date_end"))
    high = end[after] - start[before]
    return np.where(high < 0, high, np.maximum(start[after] - end[before], 0)), high


def used(chain: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """Return a date column without the dates of events that end before they begin."""
    return pd.to_datetime(chain[name]).where(chain["contradiction"].ne(CONTRADICTIONS[0]).to_numpy(bool))


def picked(values: "pd.Series[Any]", rows: Rows) -> "pd.Series[Any]":
    """Return the values at the rows of a frame numbered from 0; null where the row is -1."""
    return values.reindex(rows).reset_index(drop=True)


def whole(values: Array | Rows) -> "pd.Series[Any]":
    """Return whole numbers that may be unknown."""
    return pd.Series(values).astype("Int64")


def numbered(rows: pd.DataFrame) -> tuple[Rows, Rows]:
    """Return the number of each row's trace, and the first row of that trace."""
    is_head = (rows["trace_id"] != rows["trace_id"].shift()).to_numpy(bool)
    code = np.cumsum(is_head) - 1
    return code, np.flatnonzero(is_head)[code]


def last_row(mask: Mask, first: Rows, is_before: bool = False) -> Rows:
    """Return the last row of the same trace, up to each row or before it, where the mask holds; -1 for none."""
    found = np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))
    found = np.r_[-1, found[:-1]][: len(mask)] if is_before else found
    return np.where(found >= first, found, -1)


def _checked(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events by trace and stated sequence, or say which column does not keep the contract."""
    for name in [name for name in STEP_COLUMNS if name not in events]:
        raise ContractError(f"Custody events: column {name} is missing; expected {', '.join(STEP_COLUMNS)}.")
    for name in [name for name in ("trace_id", "seq", "event") if events[name].isna().any()]:
        raise ContractError(f"Custody events: column {name} holds nulls; it must hold none.")
    unknown = events.loc[~events["event"].isin(CUSTODY_EVENTS), "event"]
    if len(unknown):
        raise ContractError(f"Custody events: event {unknown.iloc[0]!r} is unknown; use {', '.join(CUSTODY_EVENTS)}.")
    code, _ = pd.factorize(events["trace_id"], sort=True)
    typed = events.assign(**{name: _typed(events, name) for name in ("seq", "is_lawful", "date_start", "date_end")})
    rows = typed.iloc[np.lexsort((typed["seq"].to_numpy(), code))].reset_index(drop=True)
    same = (rows[["trace_id", "seq"]] == rows[["trace_id", "seq"]].shift()).all(axis=1)
    if same.any():
        raise ContractError(f"Custody events: trace_id {rows.loc[same, 'trace_id'].iloc[0]!r} has one seq twice.")
    return rows


def _typed(events: pd.DataFrame, name: str) -> "pd.Series[Any]":
    kind = {"seq": "int64", "is_lawful": "boolean"}.get(name, "datetime64[us]")
    if kind.startswith("datetime") and pd.api.types.is_numeric_dtype(events[name]) and events[name].notna().any():
        raise ContractError(f"Custody events: column {name} holds {events[name].dtype}, expected dates.")
    try:
        column: pd.Series[Any] = events[name].astype(kind)  # type: ignore[call-overload]
    except (TypeError, ValueError) as wrong:
        raise ContractError(f"Custody events: column {name} cannot be read as {kind}: {wrong}.") from wrong
    return column


def _latest_before(start: Array, code: Rows, first: Rows) -> Rows:
    """Return, of the rows stated before each in its trace, the one that begins last; -1 where none is dated."""
    key = code * _SPAN_DAYS + np.where(np.isnan(start), -_SPAN_DAYS / 4, start)
    is_latest = (key == np.maximum.accumulate(key)) & ~np.isnan(start)
    return last_row(is_latest, first, is_before=True)


def _date_order(day: Array, code: Rows, first: Rows, is_back: Mask) -> Rows:
    """Return the rows in order of their days in the traces that run backwards, as stated in the others."""
    rows = np.arange(len(day))
    if not is_back.any():
        return rows
    dated = last_row(~np.isnan(day), first)
    key = np.where(dated >= 0, day[dated], -_SPAN_DAYS)
    is_turned = np.bincount(code[is_back], minlength=code[-1] + 1)[code] > 0
    return np.lexsort((rows, np.where(is_turned, key, 0), code))
