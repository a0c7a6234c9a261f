"""Records by corridor, layer and month, beside the enforcement effort that found them. geo/README.md, "Alerts"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.errors import ContractError
from geo.distance import Array

EFFORT_YEAR = 12  # months of a reporter's usual rate of seizures
EFFORT_PRIOR = 10.0  # seizures; a plain mean of three months let a surge of 1.8 double spikes at its onset (2026-11)
JEFFREYS = 0.5  # records added to a count from which a rate is estimated


@dataclass(frozen=True)
class Panel:
    """Monthly records of every corridor and layer.

    Attributes:
        keys: ``corridor_id, layer``, one row per series.
        months: First days of consecutive months.
        onward: (series, months) records from the corridor's first place to its second.
        back: The same the other way.
        effort: (series, months) enforcement effort, > 0, any unit.
    """

    keys: pd.DataFrame
    months: pd.DatetimeIndex
    onward: Array
    back: Array
    effort: Array


def monthly(records: pd.DataFrame, corridor_ids: Sequence[str], months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the events of each corridor (rows, as given) in each month (columns); 0 where there are none.

    Args:
        records: ``corridor_id, month`` (its first day), ``record_count``; any number of rows per corridor and month.
            Rows of other corridors or months are left out.
        corridor_ids: Distinct.
        months: First days of consecutive months: those in which a record could have been made.

    Raises:
        ContractError: ``record_count`` or ``month`` is missing.
    """
    for name in ("record_count", "month"):
        if records[name].isna().any():
            raise ContractError(f"monthly: column {name} holds {records[name].isna().sum()} missing values. Drop them.")
    rows, columns = pd.Index(corridor_ids), pd.DatetimeIndex(months)
    row, column = rows.get_indexer(pd.Index(records["corridor_id"])), columns.get_indexer(pd.Index(records["month"]))
    is_known = (row >= 0) & (column >= 0)
    counts = np.zeros((len(rows), len(columns)))
    np.add.at(counts, (row[is_known], column[is_known]), records["record_count"].to_numpy(np.float64)[is_known])
    return pd.DataFrame(counts, index=rows, columns=columns)


def smoothed_effort(seizures: pd.DataFrame) -> pd.DataFrame:
    """Return enforcement effort per corridor and month from seizures of all goods.

    A month counts as far as its seizures outweigh EFFORT_PRIOR more at the year's usual rate: a campaign shows in its
    first month, and the noise of a reporter with few seizures does not.

    Args:
        seizures: One row per corridor (index), one column per month: seizures of all commodities by the reporters
            the corridor touches.

    Returns:
        The same shape, > 0, in seizures a month.

    Raises:
        ContractError: a month is missing (NaN) or negative.
    """
    counts = seizures.to_numpy(np.float64)
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ContractError("effort: expected seizures >= 0 in every corridor and month. Leave unknown corridors out.")
    usual = (seizures + JEFFREYS).T.rolling(EFFORT_YEAR, min_periods=1).mean().T
    return usual * (seizures + EFFORT_PRIOR) / (usual + EFFORT_PRIOR)


def panel(records: pd.DataFrame, effort: pd.DataFrame, months: pd.DatetimeIndex) -> Panel:
    """Return the records as monthly series.

    Args:
        records: ``corridor_id, layer, month`` (first day), ``onward_count, back_count``; months without a row had
            none. Rows outside the months are left out.
        effort: One row per corridor (index ``corridor_id``), one column per month: effort > 0, any unit, as
            ``smoothed_effort`` gives it. It is not optional: without it every campaign of the police is an alert.
        months: First days of consecutive months in which records could have been made.

    Raises:
        ContractError: a corridor or month has no effort, effort is not positive, or a count or month is missing.
    """
    keys = records[["corridor_id", "layer"]].drop_duplicates().sort_values(["layer", "corridor_id"], ignore_index=True)
    parts: dict[str, list[Array]] = {"onward_count": [], "back_count": []}
    for layer, ids in keys.groupby("layer")["corridor_id"]:
        mine = records[records["layer"] == layer]
        for name, tables in parts.items():
            tables.append(monthly(mine.assign(record_count=mine[name]), ids.to_list(), months).to_numpy())
    onward, back = (np.vstack([np.zeros((0, len(months))), *tables]) for tables in parts.values())
    known = effort.reindex(index=pd.Index(keys["corridor_id"]), columns=months).to_numpy(np.float64)
    is_bad = ~(np.isfinite(known) & (known > 0))
    if is_bad.any():
        first = keys["corridor_id"][int(np.flatnonzero(is_bad.any(axis=1))[0])]
        raise ContractError(f"alerts: effort: expected a number > 0 in every month; corridor {first} lacks one.")
    return Panel(keys, months, onward, back, known)
