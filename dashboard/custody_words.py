"""What a chain says, as sentences: contradictions, where it left lawful hands, time to crime."""

from collections.abc import Hashable, Mapping

import pandas as pd

from geo.custody import CONTRADICTIONS
from geo.diversion import CONTRADICTORY, IDENTIFIED, NO_LAWFUL, NO_UNLAWFUL, TTC_STARTS, UNKNOWN

NO_TRACES = (
    "This release holds no traces of single firearms: none of its sources says who held a firearm, one holder "
    "after the other."
)
NO_CHOSEN = "No trace passes these filters."
NOT_KNOWN = "not known"
CROSSINGS = {True: "across a border", False: "within one country"}
STATUS_SENTENCES = {
    NO_LAWFUL: "Left lawful hands at an unknown point: no lawful holder is known before it was out of them.",
    NO_UNLAWFUL: "No holder outside lawful control is known.",
    CONTRADICTORY: "Where it left lawful hands cannot be said: its dates contradict its stated sequence.",
    UNKNOWN: "Where it left lawful hands cannot be said: of no holder is it known whether he was lawful.",
}
Row = Mapping[Hashable, object]


def sentences(events: pd.DataFrame, summary: Mapping[str, object]) -> list[str]:
    """Return what a chain says: each contradiction, the diversion, the time to crime.

    Args:
        events: ``custody.Chain.events``.
        summary: ``custody.Chain.summary``.
    """
    odd = events[events["contradiction"].notna()].to_dict("records")
    return [*(_contradiction(row, events) for row in odd), _diversion(summary), _time_to_crime(summary)]


def days(low: object, high: object) -> str:
    """Return a duration: 5 days, 3 to 10 days, unknown days."""
    if _is_unknown(low) or _is_unknown(high):
        return "unknown days"
    return f"{low:,} days" if low == high else f"{low:,} to {high:,} days"


def known(value: object) -> str:
    """Return a value in words; a date as 2020-01-31."""
    if _is_unknown(value):
        return NOT_KNOWN
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _contradiction(row: Row, events: pd.DataFrame) -> str:
    what = f"Contradiction: {row['event']} (stated as step {row['seq']})"
    if row["contradiction"] == CONTRADICTIONS[0]:
        return f"{what} ends before it begins; its dates are not used."
    other = events[events["seq"] == row["contradicts_seq"]].iloc[0]
    stated = f"{other['event']}, stated before it as step {other['seq']}"
    return (
        f"{what} is dated {known(row['date_end'])} or before; {stated}, is dated {known(other['date_start'])} or later."
    )


def _diversion(summary: Mapping[str, object]) -> str:
    status = str(summary["status"])
    if status != IDENTIFIED:
        return STATUS_SENTENCES[status]
    lawful, unlawful = (
        f"{summary[f'{end}_event']}, {known(summary[f'{end}_place'])}, {known(summary[on])}"
        for end, on in (("lawful", "lawful_until_on"), ("unlawful", "unlawful_from_on"))
    )
    crossed = summary["is_cross_border"]
    is_unknown = _is_unknown(crossed)
    crossing = "whether across a border is not known" if is_unknown else CROSSINGS[bool(crossed)]
    return (
        f"Left lawful hands between ({lawful}) and ({unlawful}):"
        f" {days(summary['diversion_days_min'], summary['diversion_days_max'])},"
        f" {crossing}."
        f" Stage of its life: {summary['stage']}."
    )


def _time_to_crime(summary: Mapping[str, object]) -> str:
    start = summary["time_to_crime_start"]
    if _is_unknown(start):
        return "Time to crime: not known."
    length = days(summary["time_to_crime_days_min"], summary["time_to_crime_days_max"])
    if start != TTC_STARTS[0]:
        return f"Time to crime: not known, for no first retail sale is dated; from {start} to seizure {length}."
    return f"Time to crime: {length} from first retail sale to seizure; class {known(summary['time_to_crime_class'])}."


def _is_unknown(value: object) -> bool:
    return bool(pd.isna(value))  # type: ignore[call-overload]
