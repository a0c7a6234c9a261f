"""What any period holds, from running sums by kind of leg and day: two look-ups a kind, however many records."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
EPOCH = date(1970, 1, 1).toordinal()


class Held(NamedTuple):
    """What a period holds of some kinds of legs, one row a kind that has a leg in it.

    Attributes:
        kinds: The kinds, as they were asked.
        sums: (kinds, measures), exact.
        first_on: First day of the earliest leg.
        last_on: First day of the latest leg.
    """

    kinds: Whole
    sums: Whole
    first_on: npt.NDArray[np.datetime64]
    last_on: npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Tally:
    """Running sums of whole numbers, so that differences are exact whatever the order of summing.

    Attributes:
        start: (kinds + 1,) first row of each kind; the last is the number of rows.
        day: (rows,) day of each row, ascending within a kind.
        running: (rows + 1, measures) sums of all rows before; a row lies together, for it is read at once.
    """

    start: Whole
    day: npt.NDArray[np.int32]
    running: Whole

    def between(self, kinds: Whole, since: date | None, until: date | None) -> Held:
        """Return what lies from ``since`` to the day before ``until``; None for no limit.

        Args:
            kinds: Numbers of kinds, ascending.
            since: First day.
            until: Day after the last.
        """
        low, high = self.start[kinds], self.start[kinds + 1]
        low, high = (at if on is None else self._first_from(on, low, high) for on, at in ((since, low), (until, high)))
        has_some = high > low
        low, high = low[has_some], high[has_some]
        first, last = (self.day[row].astype("datetime64[D]") for row in (low, high - 1))
        return Held(kinds[has_some], self.running[high] - self.running[low], first, last)

    def _first_from(self, on: date, low: Whole, high: Whole) -> Whole:
        """Return the first row of each range that is not before a day: all ranges are halved together.

        A kind has few days, so this reads less than a search through all rows.
        """
        day, low, high = on.toordinal() - EPOCH, low.copy(), high.copy()
        while (is_open := low < high).any():
            middle = (low + high) // 2
            is_before = is_open & (self.day[np.minimum(middle, len(self.day) - 1)] < day)
            low, high = np.where(is_before, middle + 1, low), np.where(is_before, high, np.where(is_open, middle, high))
        return low


def tally(kind_count: int, kind: Whole, on: npt.NDArray[np.datetime64], measures: list[Whole]) -> Tally:
    """Return the running sums of rows in the order of kind and day.

    Args:
        kind_count: How many kinds there are.
        kind: Number of each row's kind, from 0.
        on: Day of each row.
        measures: Whole numbers, one array a measure.

    Raises:
        ValueError: the rows are not in that order, or two are of one kind and day.
    """
    day = on.astype("datetime64[D]").astype(np.int64).astype(np.int32)
    is_next = (kind[1:] > kind[:-1]) | ((kind[1:] == kind[:-1]) & (day[1:] > day[:-1]))
    if not is_next.all():
        raise ValueError("rows by kind and day: expected each once and in order. Sort and sum them first.")
    start = np.searchsorted(kind, np.arange(kind_count + 1))
    running = np.zeros((len(day) + 1, len(measures)), dtype=np.int64)
    for at, values in enumerate(measures):
        np.cumsum(values, out=running[1:, at])
    return Tally(start, day, running)
