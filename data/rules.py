"""The rules a row must keep, each with an id: what a quarantined row broke, in words and for machines."""

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

COUNT_LIMIT = 2**31  # no count of records, people or pieces is that large
NULL_ISLAND = "is 0 degrees east and north, which stands for no coordinate"
SWAPPED = "looks like latitude and longitude exchanged"
OVERFLOW = f"is {COUNT_LIMIT:,} or more, which is no count"
NEGATIVE = "is negative"
BEFORE_START = "lies before the first day"
REPEATED = "repeats an id"
COUNTRY_UNKNOWN = "R-COUNTRY-UNKNOWN"
OF_THE_SOURCE = "R-SOURCE"  # a rule that one source alone has
RULES = {  # id: openings of the sentences that say it
    "R-LON": ("is outside -180..180 degrees",),
    "R-LAT": ("is outside -90..90 degrees",),
    "R-NULL-ISLAND": (NULL_ISLAND,),
    "R-SWAPPED": (SWAPPED,),
    "R-POINT": ("is no latitude and longitude",),
    "R-DATE-FUTURE": ("lies in the future",),
    "R-DATE-EARLY": ("lies before 1900",),
    "R-END-BEFORE-START": (BEFORE_START, "lies before date_start", "lies before period_start"),
    "R-DATE": ("is no day", "is no month", "is no year", "is no such day", "no year is stated"),
    "R-COUNT-NEGATIVE": (NEGATIVE, "is a negative amount"),
    "R-COUNT-OVERFLOW": (OVERFLOW,),
    "R-COUNT": ("is no count", "is no amount", "is no percentage"),
    "R-NUMBER": ("is no number",),
    "R-DUPLICATE-ID": (REPEATED, "repeats an event id"),
    "R-ID-MISSING": ("is no id", "is no event id"),
    COUNTRY_UNKNOWN: ("is no country we know", "is no state or country we know"),
    "R-COUNTRY-MISSING": ("names no country",),
    "R-CODE-UNKNOWN": ("is no code we know",),
    "R-FOOTNOTE": ("stands below the table",),
}
_IDS = {opening: rule_id for rule_id, openings in RULES.items() for opening in openings}
_OPENINGS = re.compile("|".join(re.escape(words) for words in sorted(_IDS, key=len, reverse=True)))

# A point is taken for exchanged when it lies far from its country and, exchanged, near it; chosen by eye, 2026-11:
# no country is 2,000 km from its own representative point and at once within 1,500 km of it turned over.
FAR_KM, NEAR_KM = 2_000.0, 1_500.0
EARTH_KM = 6_371.0


def id_of(sentence: str) -> str:
    """Return the id of the rule that a sentence of a quarantine states; R-SOURCE for a rule of one source."""
    of_cell = sentence.rpartition(": ")[2]  # in a matrix the column's heading comes first
    found = _OPENINGS.match(sentence) or _OPENINGS.match(of_cell)
    return _IDS[found.group()] if found else OF_THE_SOURCE


def is_null_island(lon: pd.Series, lat: pd.Series) -> pd.Series:
    """Return which points are 0, 0: a place in the sea that files use for "unknown"."""
    return (lon == 0) & (lat == 0)


def is_swapped(lon: pd.Series, lat: pd.Series, country: pd.DataFrame) -> pd.Series:
    """Return which points have latitude and longitude exchanged, as far as can be told.

    Args:
        lon: Degrees east as stated.
        lat: Degrees north as stated.
        country: ``lon, lat`` of the representative point of each row's country; null where none is known.
    """
    impossible = (lat.abs() > 90) & (lat.abs() <= 180) & (lon.abs() <= 90)
    points = [values.to_numpy(np.float64) for values in (lon, lat, country["lon"], country["lat"])]
    stated = _distance_km(points[0], points[1], points[2], points[3])
    turned = _distance_km(points[1], points[0], points[2], points[3])
    is_far = (stated > FAR_KM) & (turned < NEAR_KM) & lon.abs().le(90).to_numpy()
    return impossible | pd.Series(is_far, lon.index)


def _distance_km(
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    to_lon: npt.NDArray[np.float64],
    to_lat: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return great-circle distances on a sphere, exact enough to tell 1,500 km from 2,000."""
    a, b, x, y = np.radians([lon, lat, to_lon, to_lat])
    cosine = np.sin(b) * np.sin(y) + np.cos(b) * np.cos(y) * np.cos(a - x)
    return np.asarray(EARTH_KM * np.arccos(np.clip(cosine, -1, 1)), dtype=np.float64)
