"""ATF traces of firearms recovered abroad: a printed total and the share sourced in the United States."""

import pandas as pd

from data import identity, intake, raw
from data.intake import Request, Sieve
from data.parsed import Parsed

REQUIRED = (
    "recovery_country",
    "recovery_iso3",
    "period_start",
    "period_end",
    "firearms_traced",
    "us_sourced_pct",
    "us_sourced_basis",
)
ORIGIN = "USA"


def read(request: Request) -> Parsed:
    """Return, for each printed total, the US-sourced part with its origin and the rest without one.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = Sieve(raw.read(request.path, REQUIRED), request)
    traced, share = (sieve.numbers(name) for name in ("firearms_traced", "us_sourced_pct"))
    sieve.refuse(
        traced.notna() & ((traced < 0) | (traced % 1 != 0)), "firearms_traced", "is no count", "Correct the count."
    )
    sieve.refuse_overflow("firearms_traced")
    sieve.refuse(~share.isna() & ~share.between(0, 100), "us_sourced_pct", "is no percentage", "Give 0 to 100.")
    country, role = _countries(sieve), _roles(sieve, share)
    years = {name: intake.number(sieve.raw.frame[name]) for name in ("period_start", "period_end")}
    for name, year in years.items():
        sieve.refuse(
            ~year.between(1990, request.today.year), name, "is no year from 1990 to today", "Correct the year."
        )
    sieve.refuse(
        years["period_end"] < years["period_start"], "period_end", "lies before period_start", "Correct the years."
    )
    sieve.set_aside(traced.isna(), "firearms_traced", "no count is printed")
    parts = [_part(sieve, traced, share, is_sourced) for is_sourced in (True, False)]
    records = pd.concat(parts, ignore_index=True).join(
        pd.DataFrame({"country": country, "role": role, **years}), on="at"
    )
    observations, waypoints = _tables(records, sieve)
    return Parsed(len(sieve.raw.frame), observations, waypoints, quarantine=sieve.quarantine())


def _countries(sieve: Sieve) -> pd.Series:
    stated = sieve.column("recovery_iso3")
    found = sieve.request.gazetteer.countries(stated)
    sieve.refuse(stated.notna() & found.isna(), "recovery_iso3", "is no country we know", "Give an ISO 3166-1 code.")
    return found


def _roles(sieve: Sieve, share: pd.Series) -> pd.Series:
    """Return where the US-sourced part of each total began: at manufacture, or at the last lawful sale."""
    role = sieve.coded("us_sourced_basis")
    sieve.refuse(role.isna() & share.notna(), "us_sourced_basis", "is no code we know", "Say what the share counts.")
    return role


def _part(sieve: Sieve, traced: pd.Series, share: pd.Series, is_sourced: bool) -> pd.DataFrame:
    """Return the rows' US-sourced counts, or what remains of their totals."""
    sourced = (traced * share.fillna(0) / 100).round()
    counts = sourced if is_sourced else traced - sourced
    frame = pd.DataFrame({"at": counts.index, "count": counts, "is_sourced": is_sourced})
    return frame[sieve.is_kept & (counts > 0)]


def _tables(records: pd.DataFrame, sieve: Sieve) -> tuple[pd.DataFrame, pd.DataFrame]:
    at = records["at"]
    name = sieve.column("recovery_country")[at].reset_index(drop=True)
    keys = [name, records["period_start"], records["period_end"], records["is_sourced"]]
    ids = identity.identities(sieve.request.source_id, keys, [records["count"], records["role"]])
    count = records["count"].astype("int64")
    is_one_year = records["period_start"] == records["period_end"]
    observations = ids.assign(
        source_row=sieve.raw.rows[at].reset_index(drop=True),
        source_column=records["is_sourced"].map({True: "us_sourced_pct", False: "firearms_traced"}),
        layer="firearms",
        record_kind=records["country"].isna().map({True: "aggregate", False: "trace"}),
        date_start=intake.year_span(records["period_start"])[0],
        date_end=intake.year_span(records["period_end"])[1],
        date_precision=is_one_year.map({True: "year", False: "period"}),
        item_count=count,
        case_count=count,
        case_count_high=count,
        is_subtotal=records["country"].isna(),
    )
    origin = pd.DataFrame(
        {
            "obs_id": ids["obs_id"],
            "seq": 0,
            "role": records["role"],
            "place_id": ORIGIN,
            "place_raw": "United States",
        }
    )[records["is_sourced"]]
    recovery = pd.DataFrame(
        {"obs_id": ids["obs_id"], "seq": 1, "role": "recovery", "place_id": records["country"], "place_raw": name}
    )
    return intake.finished(observations, pd.concat([origin, recovery]), sieve)
