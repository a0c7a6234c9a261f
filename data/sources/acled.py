"""ACLED: one row per event of political violence; the user's own file, in the publisher's columns."""

import pandas as pd

from data.intake import Request, Sieve
from data.parsed import Parsed
from data.sources import editions, events

COLUMNS = (
    "event_id_cnty",
    "event_date",
    "time_precision",
    "event_type",
    "sub_event_type",
    "actor1",
    "country",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "fatalities",
)
LAYER = "political_violence"  # apart from UCDP's: the two describe many of the same events
PEACEFUL = ("protests", "strategic developments")
WEEK_REACH = pd.Timedelta(days=3)  # a week is coded by a day of it: three days either way
FORMATS = ("%Y-%m-%d", "%d %B %Y", "%d-%B-%Y", "%d-%m-%Y", "%d/%m/%Y")


def read(request: Request) -> Parsed:
    """Return the violent events of one file; protests and strategic developments are set aside.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = editions.sieve(request, COLUMNS)
    kind = sieve.coded("event_type")
    sieve.refuse(kind.isna(), "event_type", "names no type of event", "Fill it in.")
    sieve.set_aside(kind.isin(PEACEFUL), "event_type", "is no violent event")
    country = sieve.places("country", is_required=True)
    lon, lat = sieve.coordinates("longitude", "latitude")
    killed = editions.counts(sieve, "fatalities")
    columns: dict[str, pd.Series | str] = {
        "layer": LAYER,
        "incident_kind": kind,
        "incident_kind_raw": sieve.column("sub_event_type").fillna(sieve.column("event_type")),
        **_dates(sieve),
        "country_id": country,
        "country_raw": sieve.column("country"),
        "place_raw": sieve.column("location"),
        "lon": lon,
        "lat": lat,
        "precision": sieve.coded("geo_precision"),
        "actor_a": sieve.column("actor1"),
        "actor_b": sieve.column("actor2"),
        **dict.fromkeys(("killed_count_low", "killed_count", "killed_count_high"), killed),
    }
    return events.parsed(sieve, "event_id_cnty", columns)


def _dates(sieve: Sieve) -> dict[str, pd.Series]:
    """Return first day, last day and precision: a day, some day of a week, or some day of a month."""
    words = sieve.column("event_date")
    read = [pd.to_datetime(words, format=style, errors="coerce") for style in FORMATS]
    day = pd.concat(read, axis=1).bfill(axis=1).iloc[:, 0]
    sieve.raw.frame["event_date"] = day.dt.strftime("%Y-%m-%d").fillna(words)
    day = sieve.days("event_date")
    precision = sieve.coded("time_precision").fillna("period")
    is_week, is_month = precision == "period", precision == "month"
    month = day.dt.to_period("M")
    today = pd.Timestamp(sieve.request.today)
    last = (day + WEEK_REACH).mask(day + WEEK_REACH > today, today)
    return {
        "date_start": day.mask(is_week, day - WEEK_REACH).mask(is_month, month.dt.start_time),
        "date_end": day.mask(is_week, last).mask(is_month, month.dt.end_time.dt.normalize()),
        "date_precision": precision,
    }
