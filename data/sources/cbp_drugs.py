"""US Customs and Border Protection: drug seizures a month, field office or sector, and drug.

No origin is stated, so no flow begins here. Places are the country: an area of responsibility runs over several
states, and its seat is not where the drugs were seized. The area's name stays as published.
"""

import pandas as pd

from data import identity, intake
from data.intake import Request, Sieve
from data.mapping_dates import month_of
from data.parsed import Parsed
from data.sources import editions

COLUMNS = (
    "FY",
    "Month (abbv)",
    "Component",
    "Region",
    "Land Filter",
    "Area of Responsibility",
    "Drug Type",
    "Count of Event",
    "Sum Qty (lbs)",
)
KEYS = COLUMNS[2:7]
FISCAL_YEAR_START = 10  # a US fiscal year is named for the year it ends in (31 U.S.C. 1102)
POUND_KG = 0.45359237  # international avoirdupois pound, exact since 1959
ABROAD = "PRECLEARANCE"  # offices at foreign airports
OTHER_DRUGS = "other"


def read(request: Request) -> Parsed:
    """Return one aggregate of seizures per row of a month, area and drug.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = editions.sieve(request, COLUMNS)
    start = _months(sieve)
    for name in KEYS:
        sieve.refuse(sieve.column(name).isna(), name, "names nothing", "Fill it in.")
    events = editions.counts(sieve, "Count of Event")
    sieve.refuse(events.isna(), "Count of Event", "is no count", "Give a whole number.")
    pounds = _pounds(sieve)
    sieve.set_aside(events == 0, "Count of Event", "no seizure was counted")
    observations = _observations(sieve, start, events, pounds)
    tables = intake.finished(observations, _waypoints(sieve, observations["obs_id"]), sieve)
    return Parsed(len(sieve.raw.frame), *tables, quarantine=sieve.quarantine(), unresolved=sieve.unresolved())


def _months(sieve: Sieve) -> pd.Series:
    """Return the first day of each calendar month: October 2018 is in fiscal year 2019."""
    sieve.raw.frame["FY"] = sieve.column("FY").str.replace(r"\s*\(FYTD\)$", "", regex=True)
    year = editions.years(sieve, "FY", first=1990)
    month = sieve.column("Month (abbv)")
    number = month.map({name: month_of(name) for name in month.dropna().unique()}).astype("float64")
    sieve.refuse(number.isna(), "Month (abbv)", "is no month", "Write it as JAN.")
    calendar = year - (number >= FISCAL_YEAR_START)
    parts = pd.DataFrame({"year": calendar, "month": number, "day": 1}).where(sieve.is_kept)
    start = pd.to_datetime(parts, errors="coerce")
    sieve.refuse(start > pd.Timestamp(sieve.request.today), "Month (abbv)", "lies in the future", "Correct the month.")
    return start


def _pounds(sieve: Sieve) -> pd.Series:
    words = sieve.column("Sum Qty (lbs)").str.replace(editions.THOUSANDS, "", regex=True)
    pounds = intake.number(words)
    sieve.refuse(words.notna() & ~pounds.ge(0), "Sum Qty (lbs)", "is no amount", "Correct it, or leave it empty.")
    return pounds


def _observations(sieve: Sieve, start: pd.Series, events: pd.Series, pounds: pd.Series) -> pd.DataFrame:
    words = {name: sieve.kept(sieve.column(name)) for name in KEYS}
    first, count, amount = sieve.kept(start), sieve.kept(events).astype("int64"), sieve.kept(pounds)
    values = sieve.request.values
    drug = words["Drug Type"].str.rstrip("* ").str.casefold()
    keys = [first.dt.strftime("%Y-%m"), *(word.str.casefold().str.rstrip("* ") for word in words.values())]
    return identity.identities(sieve.request.source_id, keys, [count, amount]).assign(
        source_row=sieve.kept(sieve.raw.rows),
        layer="drugs",
        record_kind="aggregate",
        date_start=first,
        date_end=first + pd.offsets.MonthEnd(0),
        date_precision="month",
        commodity=drug.map(values("commodity")).fillna(OTHER_DRUGS),
        commodity_raw=words["Drug Type"],
        quantity=amount,
        quantity_unit_raw="lbs",
        quantity_kg=amount * POUND_KG,
        case_count=count,
        case_count_high=count,
        transport_mode=words["Land Filter"].map(values("transport_mode")),
        transport_mode_raw=words["Land Filter"],
        border_direction=words["Region"].map(values("border_direction")),
    )


def _waypoints(sieve: Sieve, obs_id: pd.Series) -> pd.DataFrame:
    area = sieve.kept(sieve.column("Area of Responsibility"))
    country = pd.Series("USA", area.index, dtype="str").mask(area.str.upper().str.startswith(ABROAD))
    return pd.DataFrame({"obs_id": obs_id, "seq": 0, "role": "seizure", "place_id": country, "place_raw": area})
