"""Global Terrorism Database: one row per attack; the user's own file, in the publisher's columns."""

import numpy as np
import pandas as pd

from data import intake
from data.intake import Request, Sieve
from data.parsed import Parsed
from data.sources import editions, events

COLUMNS = (
    "eventid",
    "iyear",
    "imonth",
    "iday",
    "country_txt",
    "latitude",
    "longitude",
    "specificity",
    "doubtterr",
    "attacktype1_txt",
    "weaptype1_txt",
    "gname",
    "nkill",
)
WEAPONS = ("weaptype1_txt", "weaptype2_txt", "weaptype3_txt", "weaptype4_txt")
FIREARMS = "firearms"
NOWHERE = "none"  # specificity 5: the place could not be found
NO_GROUP = "Unknown"


def read(request: Request) -> Parsed:
    """Return the attacks of one file as incidents of the layer ``terrorism``.

    Attacks that the publisher doubts to be terrorism proper are set aside.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = editions.sieve(request, COLUMNS)
    is_doubted = intake.number(sieve.column("doubtterr")) == 1
    sieve.set_aside(is_doubted, "doubtterr", "the publisher doubts that this is terrorism proper")
    country = sieve.places("country_txt")
    placed = events.at_country(sieve, country, _places(sieve))
    points = {name: placed[name] for name in ("lon", "lat", "precision")}
    columns: dict[str, pd.Series | str] = {
        "layer": "terrorism",
        "incident_kind": _weapon(sieve),
        "incident_kind_raw": sieve.column("attacktype1_txt") + "; " + sieve.column("weaptype1_txt"),
        **_dates(sieve),
        "country_id": country,
        "country_raw": sieve.column("country_txt"),
        "place_raw": sieve.column("city").mask(sieve.column("city") == NO_GROUP),
        **points,
        "actor_a": sieve.column("gname").mask(sieve.column("gname") == NO_GROUP),
        **_killed(sieve),
    }
    return events.parsed(sieve, "eventid", columns)


def _weapon(sieve: Sieve) -> pd.Series:
    """Return ``firearms`` where any weapon of the attack is one, else the first weapon in lower case."""
    words = pd.DataFrame({name: sieve.column(name).str.casefold() for name in WEAPONS})
    first = words[WEAPONS[0]].str.split(" (", regex=False).str[0]
    return first.mask((words == FIREARMS).any(axis=1), FIREARMS)


def _dates(sieve: Sieve) -> dict[str, pd.Series]:
    """Return first day, last day and precision; a month or day of 0 is unknown."""
    year = editions.years(sieve, "iyear")
    month, day = editions.counts(sieve, "imonth").fillna(0), editions.counts(sieve, "iday").fillna(0)
    sieve.refuse(month > 12, "imonth", "is no month", "Give 1 to 12, or 0 for unknown.")
    day = day.mask(month == 0, 0)
    parts = {"year": year.where(sieve.is_kept, 2000), "month": month.replace(0, 1), "day": day.replace(0, 1)}
    start = pd.to_datetime(pd.DataFrame(parts).astype("int64"), errors="coerce")
    sieve.refuse(start.isna(), "iday", "is no day of its month", "Correct the day, or give 0 for unknown.")
    sieve.refuse(start > pd.Timestamp(sieve.request.today), "iday", "lies in the future", "Correct the date.")
    end = start.mask(day == 0, start + pd.offsets.MonthEnd(0)).mask(month == 0, start + pd.offsets.YearEnd(0))
    precision = pd.Series("day", start.index, dtype="str").mask(day == 0, "month").mask(month == 0, "year")
    return {"date_start": start, "date_end": end, "date_precision": precision}


def _places(sieve: Sieve) -> pd.DataFrame:
    """Return points with their precision; null where none is printed or the place could not be found."""
    degrees = {}
    for name, column, limit in (("lon", "longitude", 180.0), ("lat", "latitude", 90.0)):
        degrees[name] = sieve.numbers(column)
        rule = f"is outside -{limit:g}..{limit:g} degrees"
        sieve.refuse(degrees[name].abs() > limit, column, rule, "Correct the coordinate.")
    precision = sieve.coded("specificity")
    points = pd.DataFrame({**degrees, "precision": precision})
    return points.mask(points[["lon", "lat"]].isna().any(axis=1) | (precision == NOWHERE) | precision.isna())


def _killed(sieve: Sieve) -> dict[str, pd.Series]:
    """Return deaths; the publisher shares the toll of linked attacks evenly, so that it may be a fraction."""
    killed = sieve.numbers("nkill")
    sieve.refuse_overflow("nkill")
    sieve.refuse(killed < 0, "nkill", "is no count", "Correct the count, or leave it empty.")
    return {
        "killed_count_low": intake.count(np.floor(killed)),
        "killed_count": intake.count(killed),
        "killed_count_high": intake.count(np.ceil(killed)),
    }
