"""What a mapped column says: dates, numbers, and words in the words of the contracts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data import contracts, intake, rules
from data.identity import Whole
from data.intake import FIRST_DAY, Sieve
from data.mapping_dates import span

KILOGRAM = {"kg": 1.0, "kilogram": 1.0, "kilograms": 1.0, "g": 0.001, "gram": 0.001, "grams": 0.001, "t": 1000.0} | {
    "ton": 1000.0,
    "tonne": 1000.0,
    "tonnes": 1000.0,
    "lb": 0.45359237,
    "lbs": 0.45359237,
}
OTHER_MARK = {".": ",", ",": "."}
DEGREES = ("_lon", "_lat")
WORDS = {"mode": contracts.MODES, "border": contracts.BORDER_DIRECTIONS, "modus": contracts.MODI_OPERANDI}
TARGETS = {"mode": "transport_mode", "border": "border_direction", "modus": "modus_operandi"}


@dataclass(frozen=True)
class Record:
    """A file's rows, and which of its columns holds each field of a map."""

    sieve: Sieve
    columns: dict[str, str]

    def words(self, field: str) -> pd.Series:
        """Return a field as text; null everywhere where the map does not name it."""
        return self.sieve.column(self.columns.get(field, ""))

    def has(self, field: str) -> bool:
        """Return whether the map names the field."""
        return field in self.columns

    @property
    def id_column(self) -> str:
        """The column a repeated id is reported under."""
        return self.columns.get("id") or str((self.sieve.request.profile.get("dedup") or [""])[0])

    def identity(self) -> Sequence[pd.Series]:
        """Return the columns that make a record what it is: its id, those of ``dedup``, or all."""
        chosen = [self.columns["id"]] if self.has("id") else self.sieve.request.profile.get("dedup")
        names = chosen or [name for name in self.sieve.raw.frame if not str(name).startswith("constant ")]
        return [self.sieve.column(name) for name in names]


def is_repeat(record: Record, digest: pd.Series, before: Whole) -> pd.Series:
    """Return which rows repeat an id, or the columns of ``dedup``, of a row above that is kept; none without those.

    Args:
        record: The rows of a part of a file.
        digest: Of each row's identity.
        before: How often each digest stood in earlier parts.
    """
    if not record.id_column:
        return pd.Series(False, record.sieve.is_kept.index)
    return digest[record.sieve.is_kept].duplicated().reindex(digest.index, fill_value=False) | (before > 0)


def dates(record: Record) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return the first day, the last day and the precision of each row.

    Raises:
        SourceError: a date is missing, unreadable, before 1900, in the future, or ends before it begins.
    """
    first = _spans(record, "date")
    start, end, precision = first["start"], first["end"], first["precision"]
    if record.has("date_end"):
        column = record.columns["date_end"]
        last = _spans(record, "date_end")
        has_end = record.words("date_end").notna()
        record.sieve.refuse(has_end & (last["end"] < start), column, rules.BEFORE_START, "Correct one of the two.")
        is_longer = has_end & (last["end"] != end)
        end, precision = end.mask(has_end, last["end"]), precision.mask(is_longer, "period")
    return start, end, precision


def _spans(record: Record, field: str) -> pd.DataFrame:
    sieve, column, words = record.sieve, record.columns[field], record.words(field)
    card = sieve.request.profile
    form = str(card.get("date_format", "iso"))
    codes, known = pd.factorize(words)
    found = [span(word, form, int(card.get("fiscal_start", 10))) or (None, None, None) for word in known]
    distinct = pd.DataFrame([*found, (None, None, None)], columns=["start", "end", "precision"])  # the last: no word
    distinct = distinct.astype({"precision": "str"})
    for name in ("start", "end"):
        distinct[name] = pd.to_datetime(distinct[name].astype("str"), errors="coerce", format="%Y-%m-%d")
    spans = distinct.take(codes).set_index(words.index)
    is_missing = spans["start"].isna() & (words.notna() | (field == "date"))
    sieve.refuse(is_missing, column, "is no day", f"Write it in the form {form}, as the map says.")
    sieve.refuse(spans["start"] < FIRST_DAY, column, "lies before 1900", "Correct the date.")
    sieve.refuse(spans["start"] > pd.Timestamp(sieve.request.today), column, "lies in the future", "Correct the date.")
    return spans


def number(record: Record, field: str) -> pd.Series:
    """Return a field's numbers, written with the map's decimal mark; empty stays null.

    What a workbook, a Parquet or a GeoJSON file holds as a number is taken as it is. Thousands may stand in groups of
    three, none of which begins with 0; degrees have no thousands, so that comma and point are both their decimal mark.

    Raises:
        SourceError: something else is written there.
    """
    words, column = record.words(field), record.columns.get(field, "")
    mark = str(record.sieve.request.profile.get("decimal", "."))
    found = intake.number(words) if mark == "." else _typed(record, column)
    is_left = words.notna() & found.isna()
    if is_left.any():
        left = words[is_left]
        plain = left.str.replace(",", ".", regex=False) if field.endswith(DEGREES) else _ungrouped(left, mark)
        found = found.where(~is_left, intake.number(plain).reindex(found.index))
    cure = f"Write it with the decimal mark {mark}, or write decimal = '{OTHER_MARK[mark]}' in the map."
    record.sieve.refuse(words.notna() & found.isna(), column, "is no number", cure)
    return found


def _typed(record: Record, column: str) -> pd.Series:
    """Return the cells of a column that the file itself holds as numbers; words become null."""
    cells = record.sieve.raw.frame.get(column)
    if cells is None or isinstance(cells.dtype, pd.StringDtype):
        return pd.Series(np.nan, record.sieve.raw.frame.index)
    return intake.number(cells.where(cells.map(type).isin((int, float))) if cells.dtype == "object" else cells)


def _ungrouped(words: pd.Series, mark: str) -> pd.Series:
    """Return numbers without marks between their thousands and with a decimal point; others become null."""
    between = rf"[{re.escape(OTHER_MARK[mark])} \u00a0\u202f'\u2019]"
    whole = rf"[-+]?[1-9]\d{{0,2}}(?:{between}\d{{3}})+(?:{re.escape(mark)}\d+)?"
    plain = words.mask(words.str.fullmatch(whole), words.str.replace(between, "", regex=True))
    is_other = plain.str.contains(OTHER_MARK[mark], regex=False)
    return plain.mask(is_other).str.replace(mark, ".", regex=False)


def count(record: Record, field: str) -> pd.Series:
    """Return a field's whole numbers from 0 to rules.COUNT_LIMIT; empty stays null.

    Raises:
        SourceError: another number is written there, or "1.000", which may be a thousand.
    """
    found, column = number(record, field), record.columns.get(field, "")
    mark = str(record.sieve.request.profile.get("decimal", "."))
    is_doubtful = record.words(field).str.fullmatch(rf"[-+]?[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}").eq(True)
    cure = f"Give a whole number, or write decimal = '{OTHER_MARK[mark]}' in the map."
    record.sieve.refuse(is_doubtful, column, "is no count", cure)
    record.sieve.refuse(found < 0, column, rules.NEGATIVE, "Correct the count.")
    record.sieve.refuse(found >= rules.COUNT_LIMIT, column, rules.OVERFLOW, "Correct the count.")
    is_part = found.notna() & (found % 1 != 0)
    record.sieve.refuse(is_part, column, "is no count", "Give a whole number.")
    return found.mask((found < 0) | (found >= rules.COUNT_LIMIT) | is_part).astype("Int64")


def quantities(record: Record) -> dict[str, pd.Series]:
    """Return commodity, amounts, counts and coded words, by the names of the contract."""
    amount = number(record, "quantity")
    record.sieve.refuse(amount < 0, record.columns.get("quantity", ""), rules.NEGATIVE, "Correct the amount.")
    units = record.words("unit")
    factors = {**KILOGRAM, **{k.casefold(): float(v) for k, v in record.sieve.request.values("kilogram").items()}}
    names = record.words("commodity")
    groups = record.sieve.request.values("commodity")
    cases = _cases(record)
    found = {
        "commodity": names.map(groups) if groups else names.str.casefold(),
        "commodity_raw": names,
        "quantity": amount,
        "quantity_unit_raw": units,
        "quantity_kg": amount * units.str.casefold().map(factors),
        "item_count": count(record, "items"),
        "case_count": cases,
        "case_count_high": cases,
    }
    for field, target in TARGETS.items():
        found[target] = _coded(record, field)
        if field != "border":
            found[f"{target}_raw"] = record.words(field)
    return found


def _cases(record: Record) -> pd.Series:
    """Return how many records each row stands for: one where the map names no column of them.

    Raises:
        SourceError: the count is missing.
    """
    found = count(record, "cases")
    if record.has("cases"):
        column = record.columns["cases"]
        record.sieve.refuse(found.isna(), column, "is no count", "Fill it in, or leave cases out of the map.")
        record.sieve.set_aside(found == 0, column, "is no count of one case or more")
    return found.fillna(1)


def _coded(record: Record, field: str) -> pd.Series:
    """Return a field in the words of its contract: by the map's values, or written so already; else null."""
    words = record.words(field)
    own = {word: word for word in WORDS[field]}
    return words.map({**own, **record.sieve.request.values(field)})
