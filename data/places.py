"""The gazetteer and the one alias table: from published words to place ids and points.

Names are matched exactly after folding (see ``fold``), never by likeness: a name that is not in the tables
stays unresolved and is counted as such. Importing this module reads no file.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from data import normalise
from data.errors import FilterError

REFERENCE = Path(__file__).parent / "reference"
BROKEN = "\ufffd"  # what is left of a letter that was decoded with the wrong table
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "ng"}
)
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_WHOLE_WORDS = {"st": "saint"}

# M49 groups that hold several of the subregions in countries.csv.
GROUPS = {
    "Sub-Saharan Africa": ("Eastern Africa", "Middle Africa", "Southern Africa", "Western Africa"),
    "Latin America and the Caribbean": ("Caribbean", "Central America", "South America"),
}
# Countries of ISO 3166-1 that are also divisions of the United States.
US_TERRITORIES = {"ASM": "US-AS", "GUM": "US-GU", "MNP": "US-MP", "PRI": "US-PR", "VIR": "US-VI"}


class Place(NamedTuple):
    """A point and how precise it is, in the words of ``contracts.PRECISIONS``."""

    lon: float
    lat: float
    precision: str


def fold(name: str) -> str:
    """Return the name as it is compared: plain lower-case words, single spaces.

    Accents go, punctuation becomes a space, "&" becomes "and", "St" becomes "saint" and a leading "the" is
    dropped. The replacement character of broken text is kept as a letter, so that "Per\ufffd" is not "Per".
    Folding twice gives the same as folding once.
    """
    if name.isascii():
        words = _NOT_PLAIN.sub(" ", name.lower().replace("&", " and ")).split()
    else:
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
        text = text.translate(_PLAIN_LETTERS).replace("&", " and ")
        kept = (c for c in text if not unicodedata.category(c).startswith("M"))
        words = "".join(c if c.isalnum() or c == BROKEN else " " for c in kept).split()
    while len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(_WHOLE_WORDS.get(word, word) for word in words)


def spellings(name: str) -> frozenset[str]:
    """Return the folded name, and the folded name with every letter beyond ASCII broken."""
    if name.isascii():
        return frozenset({fold(name)})
    composed = unicodedata.normalize("NFC", name)
    broken = "".join(c if c.isascii() else BROKEN for c in composed)
    return frozenset({fold(name), fold(broken)})


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Every country and first-level division the project knows, and the words that mean them.

    Attributes:
        places: One row per place, columns of ``contracts.PLACES``: countries, then divisions.
    """

    places: pd.DataFrame
    _countries: pd.DataFrame
    _lower: pd.DataFrame

    # Words are folded when the first is asked for: a page that only lists countries asks for none.
    @cached_property
    def _codes(self) -> Mapping[str, str]:
        return {code: iso3 for iso2, iso3 in _rows(self._countries, "iso2", "iso3") for code in (iso2, iso3)}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return _by_spelling([*_rows(self._countries, "name", "iso3"), *_rows(_table("aliases"), "alias", "iso3")])

    @cached_property
    def _no_places(self) -> Mapping[str, str]:
        return _by_spelling(_rows(_table("not_places"), "word", "meaning"))

    @cached_property
    def _divisions(self) -> Mapping[tuple[str, str], str]:
        return dict(_division_names(self._lower))

    @cached_property
    def _points(self) -> Mapping[str, Place]:
        return {
            place_id: Place(lon, lat, "country" if level == "country" else "admin1")
            for place_id, level, lon, lat in _rows(self.places, "place_id", "level", "lon", "lat")
        }

    def country(self, name: str | None) -> str | None:
        """Return the ISO 3166-1 alpha-3 code a country's code, name or demonym stands for.

        Codes count only in capitals ("AND" is Andorra, "and" is a word); null and unknown words give None.
        """
        if not isinstance(name, str):
            return None
        return self._codes.get(name.strip()) or self._names.get(fold(name))

    def countries(self, names: pd.Series) -> pd.Series:
        """Return the country of every name, same index; null stays null, unknown becomes null."""
        return normalise.each(names, self.country)

    def is_no_place(self, name: str | None) -> bool:
        """Return whether the words name no country at all: null, no letter in them, or in not_places.csv.

        Words that mean the reporting country itself count too; ask ``means_self`` for those.
        """
        if not isinstance(name, str):
            return True
        folded = fold(name)
        return folded in self._no_places or not any(c.isalpha() for c in folded)

    def means_self(self, name: str | None) -> bool:
        """Return whether the words mean the reporting country itself, such as "Nationals"."""
        return isinstance(name, str) and self._no_places.get(fold(name)) == "self"

    def division(self, name: str | None, country_id: str) -> str | None:
        """Return the place id of a first-level division of the country, by id, ISO 3166-2 letters or name.

        A last word "state" may be left out ("Sinaloa state"); other such words may not, because a province and
        its city often share a name. A territory of the United States is also found under its country's aliases.
        """
        if not isinstance(name, str):
            return None
        folded = fold(name)
        for written in (name.strip(), folded, folded.removesuffix(" state")):
            if (country_id, written) in self._divisions:
                return self._divisions[country_id, written]
        return US_TERRITORIES.get(self.country(name) or "") if country_id == "USA" else None

    def divisions(self, names: pd.Series, country_id: str) -> pd.Series:
        """Return the division of every name within one country, same index; null where unknown."""
        return normalise.each(names, lambda name: self.division(name, country_id))

    def point(self, place_id: str) -> Place:
        """Return the representative point of a country or division.

        Raises:
            KeyError: no such place id.
        """
        return self._points[place_id]

    def region_country_ids(self, words: Sequence[str]) -> frozenset[str]:
        """Return the countries that the words name together.

        Args:
            words: Each an M49 region or subregion, or else a country's code or name. A region wins:
                "Micronesia" is the subregion, "FSM" the country.

        Raises:
            FilterError: a word is neither; the message lists what is allowed.
        """
        regions = self._regions()
        chosen: set[str] = set()
        for word in words:
            country_id = self.country(word)
            if fold(word) in regions:
                chosen |= regions[fold(word)]
            elif country_id is not None:
                chosen.add(country_id)
            else:
                raise FilterError(self._unknown_region(word))
        return frozenset(chosen)

    def suggest(self, name: str, is_country: bool = False) -> str | None:
        """Return the known name most like an unknown one, for an error message; never a way to resolve it.

        Args:
            name: What nobody knows.
            is_country: Look among names of countries only.
        """
        known = {} if is_country else {fold(place): place for place in self.places["name"]}
        known |= {folded: folded for folded in self._names}
        close = difflib.get_close_matches(fold(name), list(known), n=1, cutoff=0.75)
        if not close:
            return None
        country_id = self._names.get(close[0])
        return self._country_name(country_id) if country_id else known[close[0]]

    def _country_name(self, country_id: str) -> str:
        return str(self.places.loc[self.places["place_id"] == country_id, "name"].iloc[0])

    def _region_names(self) -> list[str]:
        of_countries = self.places.loc[self.places["level"] == "country", ["region", "subregion"]]
        return sorted({*of_countries["region"].dropna(), *of_countries["subregion"].dropna(), *GROUPS})

    def _regions(self) -> dict[str, frozenset[str]]:
        countries = self.places[self.places["level"] == "country"]
        return {
            fold(name): frozenset(
                countries.loc[
                    (countries["region"] == name) | countries["subregion"].isin(GROUPS.get(name, (name,))), "place_id"
                ]
            )
            for name in self._region_names()
        }

    def _unknown_region(self, word: str) -> str:
        close = self.suggest(word)
        hint = f" Did you mean {close}?" if close else ""
        allowed = ", ".join(self._region_names())
        return f"No region or country is called {word!r}.{hint} Give a country's code or name, or one of: {allowed}."


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer of data/reference, read once."""
    countries, divisions = _table("countries"), _table("divisions")
    return Gazetteer(_places(countries, divisions), countries, divisions)


def _table(name: str) -> pd.DataFrame:
    """Return a reference table as text; Namibia's code is "NA", so nothing is read as null."""
    frame = pd.read_csv(REFERENCE / f"{name}.csv", dtype="str", keep_default_na=False, encoding="utf-8")
    numbers = [column for column in ("lon", "lat") if column in frame.columns]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def _rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def _by_spelling(pairs: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    return {folded: meaning for name, meaning in pairs for folded in spellings(name)}


def _places(countries: pd.DataFrame, divisions: pd.DataFrame) -> pd.DataFrame:
    top = countries.assign(place_id=countries["iso3"], country_id=countries["iso3"], level="country", parent_id=None)
    lower = divisions.assign(level="admin1", parent_id=divisions["country_id"])
    lower = lower.merge(countries[["iso3", "region", "subregion"]], "left", left_on="country_id", right_on="iso3")
    columns = ["place_id", "name", "level", "country_id", "parent_id", "region", "subregion", "lon", "lat"]
    places = pd.concat([top[columns], lower[columns]], ignore_index=True).astype({"parent_id": "str"})
    for column in ("region", "subregion"):
        places[column] = places[column].where(places[column] != "")
    return places


def _division_names(divisions: pd.DataFrame) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield ((country, written), place id): other names first, so that a division's own name wins."""
    for place_id, country_id, others in _rows(divisions, "place_id", "country_id", "other_names"):
        for name in filter(None, others.split("|")):
            for folded in spellings(name):
                yield (country_id, folded), place_id
    for place_id, country_id, name in _rows(divisions, "place_id", "country_id", "name"):
        letters = place_id.partition("-")[2]
        codes = {place_id, letters} if letters.isalpha() and ":" not in place_id else {place_id}
        for written in codes | spellings(name):
            yield (country_id, written), place_id
