"""Dates as people write them: a word becomes its first day, its last day and how precise it is."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

FORMATS = ("iso", "day-first", "month-first", "month-names", "fiscal")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
TIME = r"(?:[T ]\d{1,2}:\d{2}.*)?"


class Span(NamedTuple):
    """What a date says: from a day to a day, both included, and the word for how precise that is."""

    start: date
    end: date
    precision: str


def span(words: str, form: str, fiscal_start: int = 10) -> Span | None:
    """Return the days that a date's words stand for; None where they are no date of the form.

    Args:
        words: Such as 2020-03-04, 2020-03, 2020, 31/01/2020, 4 March 2020, March 2020, FY2020.
        form: One of FORMATS; a plain year, and an ISO date, are read in every form.
        fiscal_start: For ``fiscal``: the month a fiscal year begins with; FY2020 begins the year before unless it is 1.
    """
    try:
        plain = _iso(words)
        return plain if plain or form == "iso" else READERS[form](words, fiscal_start)
    except ValueError:
        return None


def _iso(words: str) -> Span | None:
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?" + TIME, words)
    return _of(*found.groups()) if found else None


def _of(year: str, month: str | None = None, day: str | None = None) -> Span:
    first = date(int(year), int(month or 1), int(day or 1))
    if day:
        return Span(first, first, "day")
    if month:
        return Span(first, first.replace(day=monthrange(first.year, first.month)[1]), "month")
    return Span(first, date(first.year, 12, 31), "year")


def _day_first(words: str, _: int) -> Span | None:
    found = re.fullmatch(r"(?:(\d{1,2})[./-])?(\d{1,2})[./-](\d{4})" + TIME, words)
    return _of(found[3], found[2], found[1]) if found else None


def _month_first(words: str, _: int) -> Span | None:
    found = re.fullmatch(r"(\d{1,2})[./-](?:(\d{1,2})[./-])?(\d{4})" + TIME, words)
    return _of(found[3], found[1], found[2]) if found else None


def _month_names(words: str, _: int) -> Span | None:
    name = r"([A-Za-z]+)\.?"
    for pattern, order in (
        (rf"(?:(\d{{1,2}})[ -])?{name}[ ,-]+(\d{{4}})", (3, 2, 1)),
        (rf"{name} (\d{{1,2}}),? (\d{{4}})", (3, 1, 2)),
    ):
        found = re.fullmatch(pattern, words)
        month = month_of(found[order[1]]) if found else None
        if found and month:
            return _of(found[order[0]], str(month), found[order[2]])
    return None


def month_of(word: str) -> int | None:
    """Return the number of a month by its English name, or by three first letters of it or more; else None."""
    letters = word.lower()
    return next((at for at, name in enumerate(MONTHS, start=1) if len(word) > 2 and name.startswith(letters)), None)


def _fiscal(words: str, start: int) -> Span | None:
    found = re.fullmatch(r"FY ?(\d{4})", words, re.IGNORECASE)
    if not found:
        return None
    year = int(found[1])
    first, after = (
        (date(year - 1, start, 1), date(year, start, 1)) if start > 1 else (date(year, 1, 1), date(year + 1, 1, 1))
    )
    return Span(first, after - timedelta(days=1), "period")


READERS: dict[str, Callable[[str, int], Span | None]] = {
    "day-first": _day_first,
    "month-first": _month_first,
    "month-names": _month_names,
    "fiscal": _fiscal,
}
