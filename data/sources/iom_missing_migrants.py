"""IOM Missing Migrants: people who died or went missing on migration routes; IOM's export and an older layout.

Points of danger, not of trafficking: incidents of a layer of their own that never joins a flow.
"""

import pandas as pd

from data import intake
from data.intake import Request, Sieve
from data.parsed import Parsed
from data.sources import editions, events

COLUMNS = (
    "Incident ID",
    "Incident Date",
    "Number Dead",
    "Minimum Estimated Number of Missing",
    "Cause of Death",
    "Location of death",
)
DEAD, MISSING = COLUMNS[2:4]
LAYER = "migrant_deaths"
POINT = r"^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$"  # "lat, lon" in one cell
US_DAY = r"^([A-Za-z]{3}), (\d{2})/(\d{2})/(\d{4})"  # "Thu, 01/29/2026 - 12:00": month first
GROUPING, AT_SEA = "UNSD Geographical Grouping", "Uncategorized"


def read(request: Request) -> Parsed:
    """Return the incidents of one file; dead and missing together are the published toll.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = editions.sieve(request, COLUMNS)
    day = _days(sieve)
    country = sieve.places("Country of Incident")
    lon, lat = _points(sieve)
    toll = _toll(sieve)
    precision = sieve.coded("incident_date_precision").fillna("day")
    start, end = _span(day, precision)
    columns: dict[str, pd.Series | str] = {
        "layer": LAYER,
        "incident_kind": sieve.column("Cause of Death").str.split(",").str[0].str.split(" / ").str[0].str.casefold(),
        "incident_kind_raw": sieve.column("Cause of Death"),
        "date_start": start,
        "date_end": end,
        "date_precision": precision,
        "country_id": country,
        "country_raw": sieve.column("Country of Incident"),
        "place_raw": sieve.column("Location of death"),
        "lon": lon,
        "lat": lat,
        "precision": _precision(sieve, country),
    }
    return events.parsed(sieve, "Incident ID", columns | toll)


def _days(sieve: Sieve) -> pd.Series:
    """Return the day of each incident; a day of the week, where printed, proves that the month comes first."""
    column = "Incident Date"
    words = sieve.column(column)
    parts = words.str.extract(US_DAY)
    iso = parts[3] + "-" + parts[1] + "-" + parts[2]
    weekday = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce").dt.day_name().str[:3]
    is_other = parts[0].notna() & (weekday.str.casefold() != parts[0].str.casefold())
    sieve.refuse(is_other, column, "is no such day of the week, month first", "Correct the date.")
    sieve.raw.frame[column] = iso.fillna(words)
    return sieve.days(column)


def _span(day: pd.Series, precision: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last day of what is known: the day, its month or its year."""
    is_month, is_year = precision == "month", precision == "year"
    month, year = day.dt.to_period("M"), day.dt.to_period("Y")
    start = day.mask(is_month, month.dt.start_time).mask(is_year, year.dt.start_time)
    end = day.mask(is_month, month.dt.end_time.dt.normalize()).mask(is_year, year.dt.end_time.dt.normalize())
    return start, end


def _points(sieve: Sieve) -> tuple[pd.Series, pd.Series]:
    if "Coordinates" in sieve.raw.frame:
        words = sieve.column("Coordinates")
        parts = words.str.extract(POINT)
        sieve.refuse(parts[0].isna(), "Coordinates", "is no latitude and longitude", "Write it as 35.5, 12.6.")
        sieve.raw.frame["Latitude"], sieve.raw.frame["Longitude"] = parts[0], parts[1]
    for name in ("Longitude", "Latitude"):
        if name not in sieve.raw.frame:
            sieve.raw.frame[name] = None
    return sieve.coordinates("Longitude", "Latitude")


def _precision(sieve: Sieve, country: pd.Series) -> pd.Series:
    """Return the place's precision: points of an "unspecified location" stand for the sea or the country."""
    is_vague = sieve.column("Location of death").str.casefold().str.startswith("unspecified", na=False)
    is_sea = is_vague & (sieve.column(GROUPING) == AT_SEA)
    place = pd.Series("place", country.index, dtype="str")
    return place.mask(is_vague & country.notna(), "country").mask(is_sea, "sea")


def _toll(sieve: Sieve) -> dict[str, pd.Series]:
    """Return the dead as the lower bound, the dead and missing as the toll.

    IOM prints a negative number of missing where people missed in one part of an incident were found dead in another.
    """
    dead = editions.counts(sieve, DEAD)
    sieve.refuse_overflow(MISSING)
    missing = intake.count(sieve.column(MISSING))
    sieve.refuse(sieve.column(MISSING).notna() & missing.isna(), MISSING, "is no count", "Give a whole number.")
    sieve.set_aside(dead.isna() & missing.isna(), DEAD, "neither dead nor missing are counted")
    total = dead.fillna(0) + missing.fillna(0)
    sieve.refuse(total < 0, MISSING, "takes away more people than are dead", "Correct the counts.")
    both = pd.DataFrame({"dead": dead.fillna(0), "total": total})
    return {
        "killed_count_low": both.min(axis=1),
        "killed_count": total,
        "killed_count_high": both.max(axis=1),
    }
