"""What the editions of one source differ in: headings, words for nothing, footnotes, thousands separators."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from data import intake, raw
from data.intake import Request, Sieve

SENTENCE = r"[^\W\d]\S*\s+\S"  # a letter, then a second word
THOUSANDS = r"(?<=\d),(?=\d{3}(?:,|\.|$))"  # "1,122"


def sieve(request: Request, required: Sequence[str], dialect: raw.Dialect = raw.DEFAULT) -> Sieve:
    """Return the rows of a file under our names of its columns, its footnotes set aside.

    The card's ``values.column`` holds other headings of a column, its ``null_words`` the words printed for nothing.

    Args:
        request: What to read.
        required: Columns the file must hold under one of their names.
        dialect: Of a CSV file.

    Raises:
        SourceError: the file cannot be read, or a column is missing.
    """
    return next(sieves(request, required, dialect))


def sieves(
    request: Request, required: Sequence[str], dialect: raw.Dialect = raw.DEFAULT, row_count: int | None = None
) -> Iterator[Sieve]:
    """Yield the rows of a file as ``sieve`` returns them, a long CSV file in parts of so many rows.

    Raises:
        SourceError: as ``sieve``, when the part that shows it is reached.
    """
    words = list(request.profile.get("null_words", []))
    for file in raw.parts(request.path, required, request.values("column"), dialect, row_count):
        made = Sieve(replace(file, frame=file.frame.replace(words, None) if words else file.frame), request)
        if file.is_last:
            made.set_aside(_is_footnote(file.frame), None, "stands below the table: a footnote, not a record")
        yield made


def _is_footnote(frame: pd.DataFrame) -> pd.Series:
    """Return which rows hold one cell of two words or more, and have no record below them."""
    is_single = frame.notna().sum(axis=1) == 1
    below = frame[is_single[::-1].cummin()[::-1]]
    is_note = below.bfill(axis=1).iloc[:, 0].astype("str").str.contains(SENTENCE, na=False)
    return is_note[::-1].cummin()[::-1].reindex(frame.index, fill_value=False) & (frame.shape[1] > 1)


def counts(made: Sieve, column: str) -> pd.Series:
    """Return a column of whole numbers from 0; empty stays null, "1,122" is 1122.

    Raises:
        SourceError: something else is written there.
    """
    words = made.column(column).str.replace(THOUSANDS, "", regex=True)
    made.refuse_overflow(column, words)
    found = intake.count(words)
    made.refuse(words.notna() & ~found.ge(0).fillna(False), column, "is no count", "Give a whole number.")
    return found


def years(made: Sieve, column: str, first: int = 1970) -> pd.Series:
    """Return a required column of years.

    Raises:
        SourceError: a year is missing, unreadable, before ``first`` or in the future.
    """
    found = intake.number(made.column(column))
    last = made.request.today.year
    rule = f"is no year from {first} to today"
    made.refuse(~found.between(first, last) | (found % 1 != 0), column, rule, "Correct the year.")
    return found
