"""Chains of custody that tests can reckon by hand."""

from datetime import date
from typing import Any

import pandas as pd

from geo import custody, diversion

DAY = date(2015, 1, 1)
SOLD = ("sold", True, date(2018, 1, 1), date(2018, 1, 31), "AAA-1")
SEIZED = ("seized", False, date(2019, 1, 1), date(2019, 1, 10), "BBB-2")
Step = tuple[Any, ...]


def events(*rows: Step, trace_id: str = "t") -> pd.DataFrame:
    """Return one trace; rows are (event, is_lawful, first day, last day, place, holder), the last four optional."""
    frame = pd.DataFrame(
        [(*row, *(None, None, "AAA-1", "holder")[len(row) - 2 :]) for row in rows],
        columns=["event", "is_lawful", "date_start", "date_end", "place_id", "holder_raw"],
    )
    frame["date_end"] = frame["date_end"].fillna(frame["date_start"])
    frame[["date_start", "date_end"]] = frame[["date_start", "date_end"]].astype("datetime64[us]")
    return frame.assign(trace_id=trace_id, seq=range(len(frame)), country_id=frame["place_id"].str[:3])


def summary(*rows: Step) -> "pd.Series[Any]":
    """Return the row of ``diversion.traces`` of one trace."""
    return diversion.traces(custody.steps(events(*rows))).iloc[0]


def gaps(*rows: Step) -> pd.DataFrame:
    """Return the gaps of one trace."""
    chain = custody.steps(events(*rows))
    return custody.gaps(chain, diversion.traces(chain))
