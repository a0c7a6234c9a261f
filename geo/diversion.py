"""Where and when a traced item left lawful hands, at what stage of its life, and its time to crime: geo/README.md."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.custody import REPORTS, Mask, Rows, days_between, last_row, numbered, picked, used, whole
from geo.distance import Array

STATUSES = ("identified", "no lawful holder known", "no unlawful holder known", "contradictory", "unknown")
IDENTIFIED, NO_LAWFUL, NO_UNLAWFUL, CONTRADICTORY, UNKNOWN = STATUSES
STAGES = ("manufacture", "transfer", "transit", "storage", "use", "disposal", "unknown")
TTC_STARTS = ("sold", "imported", "exported", "made")  # the first retail sale, else what is nearest before it
TTC_EDGES_DAYS = (0, 365, 1095, np.inf)  # left-closed; geo/README.md, "Custody chains"
TTC_CLASSES = ("under 1 year", "1 to 3 years", "3 years and over")

_MOVES = ("exported", "imported", "sold")
# Last lawful and first unlawful event to the stage between them; pairs that are not here leave the stage unknown. A
# report tells of a stage only where the last lawful holder made it: another's means hands in between nobody recorded.
_STAGE_OF = {
    **{("made", event): "manufacture" for event in REPORTS},
    **{("exported", event): "transit" for event in REPORTS},
    **{("imported", event): "storage" for event in REPORTS},
    **{(held, event): "transfer" for held in ("made", "exported", "imported") for event in _MOVES},
}


class Ends(NamedTuple):
    """Per trace: row of the last lawful and of the first unlawful event, -1 for none; times it left lawful hands."""

    lawful: Rows
    unlawful: Rows
    times: Rows


def traces(chain: pd.DataFrame) -> pd.DataFrame:
    """Return one row per trace: where it left lawful hands, at what stage, and its time to crime.

    Args:
        chain: From ``custody.steps``.

    Returns:
        ``trace_id, event_count, contradiction_count, status`` (one of STATUSES); for both ends of the diversion,
        ``lawful_`` (last known lawful event) and ``unlawful_`` (first known unlawful after it): ``step, seq, event,
        place_id, country_id``; ``lawful_until_on, unlawful_from_on`` (last possible day of the one, first of the
        other), ``diversion_days_min, diversion_days_max`` (from one to the other, null where a date is unknown),
        ``is_cross_border`` (null where a country is unknown), ``is_reported`` (a report of loss or theft tells of
        it), ``diversion_count`` (times it left lawful hands), ``stage`` (one of STAGES; no event of the contract
        says disposal); ``retail_`` (first sale) and ``seized_`` (last seizure) ``place_id, country_id``;
        ``seized_from_on, seized_until_on``; ``time_to_crime_days`` (middle of ``_min`` and ``_max``),
        ``time_to_crime_start`` (the event it is counted from), ``time_to_crime_class`` (one of TTC_CLASSES; null
        unless counted from the first sale and all its possible days are of one class).

        A trace is contradictory when its dates give other ends than its stated sequence: then both are null.
    """
    code, first = numbered(chain)
    heads = np.flatnonzero(first == np.arange(len(chain)))
    is_back = chain["contradiction"].notna().to_numpy()
    ends = _ends(chain)
    clash = _clash(chain, code, is_back, ends)
    ends = Ends(*(np.where(clash, nothing, value) for nothing, value in zip((-1, -1, 0), ends, strict=True)))
    counts = {"event_count": code, "contradiction_count": code[is_back]}
    return pd.concat(
        [
            chain["trace_id"].iloc[heads].reset_index(drop=True),
            pd.DataFrame({name: np.bincount(rows, minlength=len(heads)) for name, rows in counts.items()}),
            _diversion(chain, ends, clash),
            _time_to_crime(chain, code, len(heads)),
        ],
        axis=1,
    )


def _ends(chain: pd.DataFrame) -> Ends:
    """Return the ends of the first diversion in the chain's order; without one, whatever end is known."""
    code, first = numbered(chain)
    count = int(code[-1]) + 1 if len(code) else 0
    is_lawful, is_unlawful = _states(chain)
    last_known = last_row(is_lawful | is_unlawful, first, is_before=True)
    is_turn = is_unlawful & (last_known >= 0) & is_lawful[last_known]
    turn, unlawful = _first_of(is_turn, code, count), _first_of(is_unlawful, code, count)
    lawful = np.where(unlawful >= 0, -1, _last_of(is_lawful, code, count))
    return Ends(
        np.where(turn >= 0, last_known[turn], lawful),
        np.where(turn >= 0, turn, unlawful),
        np.bincount(code[is_turn], minlength=count),
    )


def _states(chain: pd.DataFrame) -> tuple[Mask, Mask]:
    """Return whether each holder is known to be lawful, and whether each is known not to be."""
    return tuple(chain["is_lawful"].eq(state).fillna(False).to_numpy(bool) for state in (True, False))  # type: ignore[return-value]


def _first_of(mask: Mask, code: Rows, count: int) -> Rows:
    found, rows = np.full(count, -1), np.flatnonzero(mask)[::-1]
    found[code[rows]] = rows  # of several, the one written last stays
    return found


def _last_of(mask: Mask, code: Rows, count: int) -> Rows:
    found, rows = np.full(count, -1), np.flatnonzero(mask)
    found[code[rows]] = rows
    return found


def _clash(chain: pd.DataFrame, code: Rows, is_back: Mask, ends: Ends) -> Mask:
    """Return which traces have other ends in the stated sequence than in the order of their dates."""
    clash = np.zeros(len(ends.times), dtype=bool)
    odd = np.unique(code[is_back])
    part = np.flatnonzero(np.isin(code, odd))
    if len(part):
        seq = np.r_[chain["seq"].to_numpy(), np.iinfo(np.int64).min]  # the last stands for row -1: no such event
        part = part[np.lexsort((seq[part], code[part]))]
        stated = _ends(chain.iloc[part].reset_index(drop=True))
        pairs = ((ends.lawful[odd], stated.lawful), (ends.unlawful[odd], stated.unlawful))
        clash[odd] = np.any([seq[dated] != np.r_[seq[part], seq[-1]][rows] for dated, rows in pairs], axis=0)
    return clash


def _diversion(chain: pd.DataFrame, ends: Ends, clash: Mask) -> pd.DataFrame:
    has = ends.lawful >= 0, ends.unlawful >= 0
    status = np.select(
        [clash, has[0] & has[1], has[1], has[0]], [CONTRADICTORY, IDENTIFIED, NO_LAWFUL, NO_UNLAWFUL], UNKNOWN
    )
    table = pd.DataFrame({"status": pd.Series(status, dtype="str")})
    for end, rows in zip(Ends._fields, ends[:2], strict=False):
        for name in ("step", "seq", "event", "place_id", "country_id"):
            values = picked(chain[name], rows)
            table[f"{end}_{name}"] = values.astype("Int64") if name in ("step", "seq") else values
    low, high = days_between(chain, *ends[:2])
    here, there = table["lawful_country_id"], table["unlawful_country_id"]
    return table.assign(
        lawful_until_on=picked(used(chain, "date_end"), ends.lawful),
        unlawful_from_on=picked(used(chain, "date_start"), ends.unlawful),
        diversion_days_min=whole(low),
        diversion_days_max=whole(high),
        is_cross_border=(here != there).astype("boolean").where(here.notna() & there.notna()),
        is_reported=table[["lawful_event", "unlawful_event"]].isin(REPORTS).any(axis=1) & has[0] & has[1],
        diversion_count=whole(ends.times).where(~clash),
        stage=pd.Series(_stage(chain, ends, table), dtype="str"),
    )


def _stage(chain: pd.DataFrame, ends: Ends, table: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the stage between the two ends; unknown where an event of unknown hands lies between them.

    A retail sale is the end of supply: whatever follows it happened in use, whoever held the item.
    """
    is_lawful, is_unlawful = _states(chain)
    _, first = numbered(chain)
    unsure = np.cumsum(~is_lawful & ~is_unlawful)
    pairs = pd.MultiIndex.from_frame(table[["lawful_event", "unlawful_event"]])
    stage = pd.Series(_STAGE_OF).reindex(pairs).fillna(UNKNOWN).to_numpy(object)
    is_identified = (ends.lawful >= 0) & (ends.unlawful >= 0)
    holders = [picked(chain["holder_raw"].astype("str"), rows).str.strip().str.lower() for rows in ends[:2]]
    is_told = ~table["unlawful_event"].isin(REPORTS).to_numpy() | (holders[0] == holders[1]).to_numpy(bool)
    is_clear = is_identified & is_told & (unsure[ends.lawful] == unsure[ends.unlawful])
    sold = last_row((chain["event"] == "sold").to_numpy(bool) & is_lawful, first)
    is_kept = table["lawful_event"].isin(("sold", *REPORTS)).to_numpy()
    is_in_use = is_identified & is_kept & (sold[ends.lawful] >= 0)
    return np.where(is_in_use, "use", np.where(is_clear, stage, UNKNOWN))


def _time_to_crime(chain: pd.DataFrame, code: Rows, count: int) -> pd.DataFrame:
    event = chain["event"]
    is_dated = used(chain, "date_start").notna().to_numpy() & used(chain, "date_end").notna().to_numpy()
    begins = [_first_of((event == name).to_numpy(bool), code, count) for name in TTC_STARTS]
    is_usable = [(rows >= 0) & np.r_[is_dated, False][rows] for rows in begins]
    seized = _last_of((event == "seized").to_numpy(bool), code, count)
    low, high = days_between(chain, np.select(is_usable, begins, -1), seized)
    is_known = high >= 0
    low, high = np.where(is_known, low, np.nan), np.where(is_known, high, np.nan)
    start = pd.Series(np.select(is_usable, TTC_STARTS, ""), dtype="str").where(is_known)
    table = {
        f"{end}_{name}": picked(chain[name], rows)
        for end, rows in (("retail", begins[0]), ("seized", seized))
        for name in ("place_id", "country_id")
    }
    return pd.DataFrame(table).assign(
        seized_from_on=picked(used(chain, "date_start"), seized),
        seized_until_on=picked(used(chain, "date_end"), seized),
        time_to_crime_days=whole(np.floor((low + high) / 2)),
        time_to_crime_days_min=whole(low),
        time_to_crime_days_max=whole(high),
        time_to_crime_start=start,
        time_to_crime_class=_class(low, high).where(start.eq(TTC_STARTS[0])),
    )


def _class(low: Array, high: Array) -> "pd.Series[Any]":
    """Return the class all days from low to high belong to; null where they belong to several."""
    sides = [
        pd.cut(pd.Series(days), list(TTC_EDGES_DAYS), labels=list(TTC_CLASSES), right=False) for days in (low, high)
    ]
    same = sides[0].astype("str") == sides[1].astype("str")
    return sides[0].astype("str").where(same & sides[0].notna())
