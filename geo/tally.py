"""What any period holds, from running sums by kind of leg and day: two look-ups a kind, however many records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]  # since 1970
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
        years: (years,) first days of the years there are, without a gap, and of the one after.
        start: (years, kinds) first row of each kind that is not before the year; rows of a year lie together.
        day: (rows,) day of each row, ascending within a kind.
        running: (rows + 1, measures) sums of all rows before; a row lies together, for it is read at once.
    """

    years: Days
    start: npt.NDArray[np.int32]
    day: Days
    running: Whole

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What ``of_arrays`` makes the same of: arrays of one dimension."""
        return {name: getattr(self, name).ravel() for name in ("years", "start", "day", "running")}

    def between(self, kinds: Whole, since: date | None, until: date | None) -> Held:
        """Return what lies from ``since`` to the day before ``until``; None for no limit.

        Args:
            kinds: Numbers of kinds, ascending.
            since: First day.
            until: Day after the last.

        Raises:
            ValueError: the kinds do not ascend; what follows would be summed wrongly.
        """
        if (kinds[1:] <= kinds[:-1]).any():
            raise ValueError("kinds: expected each once and ascending. Sort them first.")
        low, high = (
            self._first_from(at if on is None else on.toordinal() - EPOCH, kinds)
            for on, at in ((since, self.years[0]), (until, self.years[-1]))
        )
        has_some = high > low
        low, high = low[has_some], high[has_some]
        first, last = (self.day[row].astype("datetime64[D]") for row in (low, high - 1))
        upto, before = (np.take(self.running, rows, axis=0) for rows in (high, low))  # four times as quick as an index
        return Held(kinds[has_some], upto - before, first, last)

    def _first_from(self, day: int, kinds: Whole) -> Whole:
        """Return the first row of each kind that is not before a day."""
        last = len(self.years) - 1
        year = max(int(np.searchsorted(self.years, day, side="right")) - 1, 0)
        low, high = (self.start[min(at, last), kinds].astype(np.int64) for at in (year, year + 1))
        while day > self.years[year] and (is_open := low < high).any():  # all kinds' rows of the year are halved
            middle = (low + high) // 2
            is_before = is_open & (self.day[np.minimum(middle, len(self.day) - 1)] < day)
            low, high = np.where(is_before, middle + 1, low), np.where(is_open & ~is_before, middle, high)
        found: Whole = low
        return found


def tally(kind_count: int, kind: Whole, on: npt.NDArray[np.datetime64], measures: Sequence[Sequence[Whole]]) -> Tally:
    """Return the running sums of rows in the order of kind and day.

    Args:
        kind_count: How many kinds there are.
        kind: Number of each row's kind, from 0.
        on: Day of each row.
        measures: Whole numbers of each measure, in as many arrays as they come in, end to end.

    Raises:
        ValueError: the rows are not in that order, or two are of one kind and day.
    """
    day = on.astype("datetime64[D]", copy=False).view(np.int64).astype(np.int32)
    is_next = (kind[1:] > kind[:-1]) | ((kind[1:] == kind[:-1]) & (day[1:] > day[:-1]))
    if not is_next.all():
        raise ValueError("rows by kind and day: expected each once and in order. Sort and sum them first.")
    years, start = _by_year(kind_count, kind, day)
    running = np.zeros((len(day) + 1, len(measures)), dtype=np.int64)
    for at, arrays in enumerate(measures):
        row = 1
        for values in arrays:
            running[row : row + len(values), at] = values
            row += len(values)
    np.cumsum(running, axis=0, out=running)
    return Tally(years, start, day, running)


def of_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> Tally:
    """Return the running sums that gave these arrays; nothing is copied."""
    years, start, day, running = (arrays[name] for name in ("years", "start", "day", "running"))
    return Tally(years, start.reshape(len(years), -1), day, running.reshape(len(day) + 1, -1))


def _by_year(kind_count: int, kind: Whole, day: Days) -> tuple[Days, npt.NDArray[np.int32]]:
    """Return ``years`` and ``start`` of a tally."""
    first, end = (int(day.min()), int(day.max()) + 1) if len(day) else (0, 0)
    year = np.arange(first, end).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)  # of every day
    begin, count = (int(year[0]), int(year[-1] - year[0]) + 1) if len(year) else (0, 0)
    years = np.arange(begin, begin + count + 1).astype("datetime64[Y]").astype("datetime64[D]")
    number = ((year - begin + 1) * kind_count)[day - first] + kind
    start = np.bincount(number, minlength=(count + 1) * kind_count).astype(np.int32).reshape(count + 1, kind_count)
    start[0] = np.searchsorted(kind, np.arange(kind_count))
    return years.astype(np.int64).astype(np.int32), np.cumsum(start, axis=0, out=start)
