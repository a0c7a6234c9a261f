"""What every importer does: refuse or set aside rows, read dates and numbers, resolve names."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data import contracts, gate, rules
from data.errors import SourceError
from data.places import Gazetteer
from data.raw import Raw, one_line

DAY = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{1,2}:\d{2}.*)?\s*"  # a time of day may follow
FIRST_DAY = pd.Timestamp("1900-01-01")


@dataclass(frozen=True)
class Request:
    """What the user asked to import.

    Attributes:
        path: The file.
        profile: The source's card (see sources/*.toml).
        gazetteer: Names to places.
        is_lenient: Set impossible rows aside instead of refusing the file.
        year: For files that do not say which year they are about.
        today: Dates after this day are impossible.
        file_name: What the user calls the file, where it is kept under another name.
    """

    path: Path
    profile: dict[str, Any]
    gazetteer: Gazetteer
    is_lenient: bool = False
    year: int | None = None
    today: date = field(default_factory=date.today)
    file_name: str | None = None

    @property
    def name(self) -> str:
        """What the file is called in tables and messages: words, never a path."""
        return gate.label(self.file_name or self.path.name)

    @property
    def source_id(self) -> str:
        """The source's name on the command line."""
        return str(self.profile["id"])

    def values(self, name: str) -> dict[str, str]:
        """Return a value map of the profile: published word to canonical word."""
        return dict(self.profile.get("values", {}).get(name, {}))


class Sieve:
    """The rows of a file, minus those set aside, with the reason for each."""

    def __init__(self, raw: Raw, request: Request) -> None:
        """Start with every row kept."""
        self.raw, self.request = raw, request
        self.is_kept = pd.Series(True, index=raw.frame.index)
        self._aside: list[pd.DataFrame] = []
        self._unresolved: list[pd.DataFrame] = []

    def column(self, name: str) -> pd.Series:
        """Return a published column as trimmed text; empty becomes null."""
        return (
            text(self.raw.frame[name]) if name in self.raw.frame else pd.Series(None, self.raw.frame.index, dtype="str")
        )

    def set_aside(self, is_hit: pd.Series, column: str | None, rule: str) -> None:
        """Take rows out of the import and remember the reason."""
        hit = is_hit.fillna(False).astype(bool) & self.is_kept
        if not hit.any():
            return
        rows = self.raw.frame[hit]
        objects = rows.astype("object").where(rows.notna(), None)
        cells = None if self.raw.headings is None else self.raw.headings[hit]
        values = [None] * len(rows) if column is None or column not in rows else rows[column].astype("str").tolist()
        self._aside.append(
            pd.DataFrame(
                {
                    "source_file": self.raw.file,
                    "source_row": self.raw.rows[hit].to_numpy(),
                    "column": column if cells is None else cells.to_numpy(),
                    "value": values,
                    "rule_id": rules.id_of(rule),
                    "rule": rule if cells is None else (cells + ": " + rule).to_numpy(),
                    "row_json": [json.dumps(row, default=str) for row in objects.to_dict("records")],
                }
            )
        )
        self.is_kept &= ~hit

    def refuse(self, is_hit: pd.Series, column: str, rule: str, cure: str) -> None:
        """Refuse the file for its first impossible row, or set all such rows aside when asked to.

        Raises:
            SourceError: names file, row, column, value, what is wrong and the cure.
        """
        hit = is_hit.fillna(False).astype(bool) & self.is_kept
        if not hit.any():
            return
        if self.request.is_lenient:
            self.set_aside(hit, column, rule)
            return
        first = int(np.flatnonzero(hit.to_numpy())[0])
        value = self.column(column).iloc[first]
        shown = "empty" if pd.isna(value) else repr(value[:60])
        more = f" ({int(hit.sum())} such rows)" if hit.sum() > 1 else ""
        where = f"row {int(self.raw.rows.iloc[first])}, column {self._heading(column, first)}"
        raise SourceError(
            f"{self.raw.title}, {where}: {shown} {rule}{more}. {cure}"
            " Or import with --quarantine to set such rows aside."
        )

    def coded(self, column: str) -> pd.Series:
        """Return a column's codes as canonical words, by the profile's map of the column's name; null stays null.

        Raises:
            SourceError: a code is not in the map.
        """
        codes = self.column(column)
        found = codes.map(self.request.values(column))
        self.refuse(
            codes.notna() & found.isna(), column, "is no code we know", "Correct it, or name it in the profile."
        )
        return found

    def places(self, column: str, is_required: bool = False) -> pd.Series:
        """Return the country of each row's name; names nobody knows are counted, words for unknown are null.

        Raises:
            SourceError: a required name is missing or unknown.
        """
        names = self.column(column)
        found = self.request.gazetteer.countries(names)
        unknown = names.notna() & found.isna()
        if is_required:
            self.refuse(names.isna(), column, "names no country", "Fill it in.")
            self.refuse(unknown, column, "is no country we know", self._spelling(names[unknown & self.is_kept]))
        else:
            is_word = holds(names, self.request.gazetteer.is_no_place)
            self.note_unresolved(column, names[unknown & ~is_word & self.is_kept])
        return found

    def note_unresolved(self, column: str, names: pd.Series) -> None:
        """Remember names that no place was found for."""
        counts = names.value_counts()
        self._unresolved.append(pd.DataFrame({"column": column, "name": counts.index, "row_count": counts.to_numpy()}))

    def days(self, column: str) -> pd.Series:
        """Return a required column of days.

        Raises:
            SourceError: a day is missing, unreadable, before 1900 or in the future.
        """
        words = self.raw.frame[column].astype("str")
        is_day = words.str.fullmatch(DAY).eq(True)
        days = pd.to_datetime(words.where(is_day).str[:10], format="%Y-%m-%d", errors="coerce")
        self.refuse(days.isna(), column, "is no day", "Write it as 2020-01-31.")
        self.refuse(days > pd.Timestamp(self.request.today), column, "lies in the future", "Correct the date.")
        self.refuse(days < FIRST_DAY, column, "lies before 1900", "Correct the date.")
        return days

    def numbers(self, column: str) -> pd.Series:
        """Return a column of numbers; empty stays null.

        Raises:
            SourceError: something is written there that is no number.
        """
        values = number(self.raw.frame[column])
        self.refuse(
            self.column(column).notna() & values.isna(), column, "is no number", "Correct it, or leave it empty."
        )
        return values

    def refuse_overflow(self, column: str, counts: pd.Series | None = None) -> None:
        """Refuse a column's counts of rules.COUNT_LIMIT or more; ``counts`` where its words need more than reading.

        Raises:
            SourceError: a number is too large to be a count.
        """
        found = number(self.column(column) if counts is None else counts)
        self.refuse(found >= rules.COUNT_LIMIT, column, rules.OVERFLOW, "Correct the count.")

    def coordinates(self, lon: str, lat: str) -> tuple[pd.Series, pd.Series]:
        """Return required degrees east and north.

        Raises:
            SourceError: a value is no number or off the globe.
        """
        degrees = []
        for column, limit in ((lon, 180.0), (lat, 90.0)):
            values = number(self.raw.frame[column])
            self.refuse(values.isna(), column, "is no number", "Give decimal degrees.")
            self.refuse(
                values.abs() > limit, column, f"is outside -{limit:g}..{limit:g} degrees", "Correct the coordinate."
            )
            degrees.append(values)
        self.set_aside(rules.is_null_island(degrees[0], degrees[1]), lon, rules.NULL_ISLAND)
        return degrees[0], degrees[1]

    def kept(self, values: pd.Series) -> pd.Series:
        """Return the values of the kept rows, renumbered from 0."""
        return values[self.is_kept].reset_index(drop=True)

    def quarantine(self) -> pd.DataFrame:
        """Return the rows set aside."""
        return pd.concat(self._aside, ignore_index=True) if self._aside else pd.DataFrame()

    def unresolved(self) -> pd.DataFrame:
        """Return the names nobody knows, with the number of rows that use each."""
        if not self._unresolved:
            return pd.DataFrame(columns=["source_id", "column", "name", "row_count"])
        names = pd.concat(self._unresolved, ignore_index=True)
        return names.assign(source_id=self.request.source_id)

    def _heading(self, column: str, at: int) -> str:
        """Return what the file calls a record's column: in a matrix, the heading above its cell."""
        headings = self.raw.headings
        return column if headings is None or column in self.raw.row_columns else one_line(headings.iloc[at])

    def _spelling(self, names: pd.Series) -> str:
        near = self.request.gazetteer.suggest(names.iloc[0]) if len(names) else None
        return (f"Did you mean {near}? " if near else "") + "Correct it, or add the spelling to aliases.csv."


def text(values: pd.Series) -> pd.Series:
    """Return trimmed text with empty strings as null; whole numbers lose the ".0" a workbook gives them."""
    if pd.api.types.is_float_dtype(values.dtype) or values.dtype == "object":
        values = values.map(lambda value: str(int(value)) if isinstance(value, float) and value.is_integer() else value)
    words = values.astype("str").str.strip()
    return words.mask(values.isna() | (words == ""))


def holds(names: pd.Series, test: Callable[[str], bool]) -> pd.Series:
    """Return whether each name passes the test; null does not."""
    return names.map({name: test(name) for name in names.dropna().unique()}).eq(True)


def number(values: pd.Series) -> pd.Series:
    """Return numbers; anything else is null."""
    return pd.to_numeric(values, errors="coerce").astype("float64").replace([np.inf, -np.inf], np.nan)


def count(values: pd.Series) -> pd.Series:
    """Return whole numbers below rules.COUNT_LIMIT as nullable integers; anything else is null."""
    numbers = number(values)
    return numbers.mask((numbers % 1 != 0) | (numbers.abs() >= rules.COUNT_LIMIT)).astype("Int64")


def year_span(years: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last day of each year."""
    words = years.astype("int64").astype("str")
    return pd.to_datetime(words + "-01-01"), pd.to_datetime(words + "-12-31")


def finished(observations: pd.DataFrame, waypoints: pd.DataFrame, sieve: Sieve) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables with every column of their contracts, provenance and points filled in.

    Args:
        observations: What the source states; columns it does not have become null, but grades it does not state are
            those of its card.
        waypoints: ``obs_id, seq, role, place_id, place_raw``; several rows per observation.
        sieve: Where the rows came from.
    """
    filled = observations.assign(source_id=sieve.request.source_id, source_file=sieve.raw.file)
    for name, value in (("is_suppressed", False), ("is_subtotal", False), ("repeat_count", 1)):
        if name not in filled:
            filled[name] = value
    for name in ("reliability", "credibility"):
        stated = filled.get(name, pd.Series(None, filled.index, dtype="str"))
        usual = sieve.request.profile.get(name)
        filled[name] = stated if usual is None else stated.fillna(usual)
    ordered = waypoints.sort_values(["obs_id", "seq"], kind="stable", ignore_index=True)
    ordered["seq"] = ordered.groupby("obs_id").cumcount()
    return (
        filled.reindex(columns=contracts.OBSERVATIONS.schema.names),
        with_points(ordered, sieve.request.gazetteer).reindex(columns=contracts.WAYPOINTS.schema.names),
    )


def with_points(waypoints: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """Return the waypoints with the representative point and the precision of their place."""
    places = gazetteer.places.set_index("place_id")[["lon", "lat", "level"]]
    found = waypoints.drop(columns=["lon", "lat", "precision"], errors="ignore").join(places, on="place_id")
    return found.rename(columns={"level": "precision"})
