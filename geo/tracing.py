"""What many traces say together: sources ranked, and how many seizures are traced to a point of diversion."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import bdtrik

from data.errors import ContractError
from geo.custody import Rows
from geo.distance import Array
from geo.diversion import IDENTIFIED, TTC_CLASSES, TTC_STARTS

Z = 1.959964  # 95 % two-sided, standard normal
TAIL = 0.025  # each side of a 95 % interval
FUNNEL_STEPS = ("seized", "traced", "identified", "reported")
UNITS = ("seizures", "arms")
NOT_OFFICIAL = "Computed from this release in the manner of SDG indicator 16.4.2; not the official value."
NO_SEIZURES = "not enough data: no seizure in this choice"
NO_ARMS = "not enough data: no seizure in this choice states how many arms were seized"
TOO_MANY = "not enough data: more arms are traced than the seizures state"


class Totals(NamedTuple):
    """Seizures of arms in a choice, exact repeats counted once.

    Attributes:
        seizure_count: All of them: seized, found and surrendered.
        counted_seizure_count: Those that state how many arms.
        arm_count: Arms in those.
        established_count: Arms whose context an authority established otherwise than by tracing; None where the
            sources do not say.
    """

    seizure_count: int
    counted_seizure_count: int
    arm_count: int
    established_count: int | None = None


class Indicator(NamedTuple):
    """The share of seized arms whose point of diversion is known, in the manner of SDG 16.4.2.

    Attributes:
        traced_count: Arms whose point of diversion tracing identified.
        other_count: Arms whose context another authority established; None where the sources do not say.
        arm_count: Arms seized, found or surrendered, in seizures that state a number.
        uncounted_seizure_count: Seizures that state none: outside both counts above.
        share: (traced + other) / arms; NaN where there is a reason.
        low: Lower end of the 95 % Wilson interval.
        high: Upper end.
        reason: Why there is no share; empty when there is one.
        note: That this is not the official value.
    """

    traced_count: int
    other_count: int | None
    arm_count: int
    uncounted_seizure_count: int
    share: float
    low: float
    high: float
    reason: str
    note: str = NOT_OFFICIAL


@dataclass(frozen=True)
class Funnel:
    """From seizure to point of diversion.

    Attributes:
        steps: One row per (unit, step) of UNITS and FUNNEL_STEPS: ``unit, step, count, of_count`` (the step before;
            null for the first), ``share, low, high`` (95 % Wilson; NaN where of_count is null, 0 or below count).
        indicator: The SDG-like share.
    """

    steps: pd.DataFrame
    indicator: Indicator


def ranking(found: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return where traced items come from: one row per value of a column, most traces first.

    Args:
        found: From ``diversion.traces``, with the column to rank by, null where unknown.
        key: Its name.

    Returns:
        ``key, trace_count, known_count`` (all traces where it is known: the denominator), ``share, share_low,
        share_high``; ``timed_count`` (traces timed from the first retail sale), ``median_days, median_low_days,
        median_high_days`` (their time to crime; interval from order statistics, null below 6); ``classed_count``
        (timed ones whose class is known: the denominator), ``under_year_count, under_year_share, under_year_low,
        under_year_high``. Intervals are 95 %, shares Wilson. No row where the key is nowhere known.

    Raises:
        ContractError: there is no such column.
    """
    if key not in found:
        raise ContractError(f"Traces: column {key} is missing; nothing can be ranked by it.")
    known = found[found[key].notna()]
    code, names = pd.factorize(known[key], sort=True)
    days = known["time_to_crime_days"].where(known["time_to_crime_start"].eq(TTC_STARTS[0]))
    classes = known["time_to_crime_class"]
    is_of_class = {"classed": classes.notna(), "under_year": classes.eq(TTC_CLASSES[0])}
    count = np.bincount(code, minlength=len(names))
    part = {name: np.bincount(code[mask.to_numpy(bool)], minlength=len(names)) for name, mask in is_of_class.items()}
    table = pd.DataFrame({key: names, "trace_count": count, "known_count": len(known)})
    table[["share", "share_low", "share_high"]] = np.column_stack(wilson(count, np.full(len(names), len(known))))
    medians = _medians(code, days.to_numpy(np.float64, na_value=np.nan), len(names))
    table = table.join(medians).assign(classed_count=part["classed"], under_year_count=part["under_year"])
    shares = wilson(part["under_year"], part["classed"])
    table[["under_year_share", "under_year_low", "under_year_high"]] = np.column_stack(shares)
    return table.sort_values(["trace_count", key], ascending=[False, True], ignore_index=True)


def funnel(totals: Totals, found: pd.DataFrame) -> Funnel:
    """Return how many seizures are traced, and how many of those to a point of diversion.

    Args:
        totals: The seizures of the choice.
        found: From ``diversion.traces``, one row per traced item, with ``is_seizure`` (its record is one of those
            seizures) and ``has_arm_count`` (that record states how many arms). Identified: a lawful holder and a
            later unlawful one are known, in one order. Reported: a report of loss or theft tells of it.
    """
    is_seizure = found["is_seizure"].to_numpy(bool)
    is_identified = is_seizure & found["status"].eq(IDENTIFIED).to_numpy(bool)
    is_counted = found["has_arm_count"].to_numpy(bool)
    masks = (is_seizure, is_identified, is_identified & found["is_reported"].to_numpy(bool))
    counts = {
        "seizures": [totals.seizure_count, *(int(mask.sum()) for mask in masks)],
        "arms": [totals.arm_count, *(int((mask & is_counted).sum()) for mask in masks)],
    }
    tables = [_stepped(unit, np.array(counts[unit])) for unit in UNITS]
    return Funnel(pd.concat(tables, ignore_index=True), _indicator(totals, counts["arms"][2]))


def wilson(count: Rows, total: Rows) -> tuple[Array, Array, Array]:
    """Return shares with the ends of their 95 % Wilson interval; NaN where the total is 0 or below the count.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22:209-212.
    """
    whole = np.where((total > 0) & (count <= total), total, np.nan).astype(np.float64)
    share = count / whole
    middle = (share + Z**2 / (2 * whole)) / (1 + Z**2 / whole)
    half = Z * np.sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2)) / (1 + Z**2 / whole)
    return share, np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def _stepped(unit: str, counts: Rows) -> pd.DataFrame:
    share, low, high = wilson(counts[1:], counts[:-1])
    return pd.DataFrame(
        {
            "unit": unit,
            "step": FUNNEL_STEPS,
            "count": counts,
            "of_count": pd.array([None, *counts[:-1]], dtype="Int64"),
            "share": np.r_[np.nan, share],
            "low": np.r_[np.nan, low],
            "high": np.r_[np.nan, high],
        }
    )


def _indicator(totals: Totals, traced_count: int) -> Indicator:
    count = traced_count + (totals.established_count or 0)
    reason = NO_ARMS if totals.seizure_count else NO_SEIZURES
    reason = reason if not totals.arm_count else TOO_MANY if count > totals.arm_count else ""
    share, low, high = (float(value[0]) for value in wilson(np.array([count]), np.array([totals.arm_count])))
    uncounted = totals.seizure_count - totals.counted_seizure_count
    return Indicator(traced_count, totals.established_count, totals.arm_count, uncounted, share, low, high, reason)


def _medians(code: Rows, days: Array, count: int) -> pd.DataFrame:
    """Return per group the median of the known days and the order statistics that enclose it in 95 % of samples."""
    is_known = ~np.isnan(days)
    order = np.lexsort((days[is_known], code[is_known]))
    ordered = np.r_[days[is_known][order], np.nan]  # the last stands for what a group does not have
    size = np.bincount(code[is_known], minlength=count)
    begin = np.cumsum(size) - size
    rank = np.where(size > 0, np.ceil(bdtrik(TAIL, np.maximum(size, 1), 0.5)), 0).astype(np.int64)
    middle = [np.where(size > 0, begin + half, -1) for half in ((size - 1) // 2, size // 2)]
    ends = [np.where(rank > 0, row, -1) for row in (begin + rank - 1, begin + size - rank)]
    return pd.DataFrame(
        {
            "timed_count": size,
            "median_days": (ordered[middle[0]] + ordered[middle[1]]) / 2,
            "median_low_days": ordered[ends[0]],
            "median_high_days": ordered[ends[1]],
        }
    )
