"""UCDP GED: one row per event; the official layout of 49 columns and a compact one of 14."""

import pandas as pd

from data import intake, raw
from data.contracts import INCIDENTS
from data.intake import Request, Sieve
from data.parsed import Parsed

REQUIRED = ("id", "type_of_violence", "latitude", "longitude", "country")
DEATHS = {"low": ("low", "low_death"), "best": ("best", "best_death"), "high": ("high", "high_death")}


def read(request: Request) -> Parsed:
    """Return the events of one file as incidents of the layer ``violence``.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    official = ("date_start", "date_end", "where_prec")
    file = raw.read(request.path, REQUIRED)
    is_official = all(name in file.frame for name in official)
    if not is_official:
        file = raw.read(request.path, (*REQUIRED, "year", "month", "day"))
    sieve = Sieve(file, request)
    sieve.refuse(sieve.column("id").isna(), "id", "is no event id", "Fill it in.")
    incidents = _incidents(sieve, is_official)
    repeated = incidents["incident_id"].duplicated()
    sieve.set_aside(
        repeated.set_axis(sieve.is_kept.index[sieve.is_kept]).reindex(sieve.is_kept.index), "id", "repeats an event id"
    )
    incidents = incidents[~repeated]
    return Parsed(len(file.frame), incidents=incidents, quarantine=sieve.quarantine(), unresolved=sieve.unresolved())


def _incidents(sieve: Sieve, is_official: bool) -> pd.DataFrame:
    country = sieve.places("country", is_required=True)
    lon, lat = sieve.coordinates("longitude", "latitude")
    start, end = _days(sieve, is_official)
    frame = pd.DataFrame(index=sieve.raw.frame.index).assign(
        incident_id=sieve.request.source_id + ":" + sieve.column("id"),
        source_id=sieve.request.source_id,
        source_file=sieve.raw.file,
        source_row=sieve.raw.rows,
        layer="violence",
        incident_kind_raw=sieve.column("type_of_violence"),
        incident_kind=sieve.coded("type_of_violence"),
        date_start=start,
        date_end=end,
        date_precision=sieve.coded("date_prec").fillna((start == end).map({True: "day", False: "period"})),
        year=start.dt.year,
        country_id=country,
        country_raw=sieve.column("country"),
        place_raw=sieve.column("where_coordinates"),
        lon=lon.round(6),
        lat=lat.round(6),
        precision=sieve.coded("where_prec"),
        actor_a=sieve.column("side_a"),
        actor_b=sieve.column("side_b"),
        killed_count_low=_deaths(sieve, "low"),
        killed_count=_deaths(sieve, "best"),
        killed_count_high=_deaths(sieve, "high"),
    )
    return frame[sieve.is_kept].reset_index(drop=True).reindex(columns=INCIDENTS.schema.names)


def _days(sieve: Sieve, is_official: bool) -> tuple[pd.Series, pd.Series]:
    if is_official:
        start, end = sieve.days("date_start"), sieve.days("date_end")
        sieve.refuse(end < start, "date_end", "lies before date_start", "Correct the dates.")
        return start, end
    frame = sieve.raw.frame
    words = (
        intake.text(frame["year"])
        + "-"
        + intake.text(frame["month"]).str.zfill(2)
        + "-"
        + intake.text(frame["day"]).str.zfill(2)
    )
    frame["year, month, day"] = words
    day = sieve.days("year, month, day")
    return day, day


def _deaths(sieve: Sieve, which: str) -> pd.Series:
    for name in DEATHS[which]:
        if name in sieve.raw.frame:
            sieve.refuse_overflow(name)
            deaths = intake.count(sieve.raw.frame[name])
            is_wrong = deaths.lt(0).fillna(sieve.column(name).notna())
            sieve.refuse(is_wrong, name, "is no count", "Correct the count.")
            return deaths
    return pd.Series(pd.NA, sieve.raw.frame.index, dtype="Int64")
