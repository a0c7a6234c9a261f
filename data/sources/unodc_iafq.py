"""UNODC IAFQ: firearms seized, found and surrendered a country and year, broken down in many ways.

Context, never lines: no origin is stated. Every figure is a record of the layer ``firearms_context`` with the one
place it is about; the published number is its quantity. Breakdowns count the same firearms again and their totals
need not agree, so every record is a subtotal: no page adds them up.
"""

import pandas as pd

from data import identity, intake
from data.intake import Request, Sieve
from data.parsed import Parsed
from data.sources import editions

COLUMNS = ("Iso3_code", "Country", "Indicator", "Dimension", "Category", "Sex", "Age", "Year", "VALUE", "Source")
UNIT = "Unit of measurement"
LAYER = "firearms_context"
TRACED = r"uniquely identifiable|regarding marking"  # filed under "by location" in the edition of 2022
LOCATION = "by location"


def read(request: Request) -> Parsed:
    """Return one record per published figure, of one country.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = editions.sieve(request, COLUMNS)
    country = _countries(sieve)
    year = editions.years(sieve, "Year", first=1990)
    value = editions.counts(sieve, "VALUE")
    sieve.set_aside(value.isna(), "VALUE", "no figure is printed")
    for name in ("Indicator", "Dimension", "Category"):
        sieve.refuse(sieve.column(name).isna(), name, "names nothing", "Fill it in.")
    topic = _topics(sieve)
    observations = _observations(sieve, year, value, topic)
    waypoints = _waypoints(sieve, observations, country)
    tables = intake.finished(observations, waypoints, sieve)
    return Parsed(
        len(sieve.raw.frame),
        *tables,
        quarantine=sieve.quarantine(),
        unresolved=sieve.unresolved(),
        notes=_unknown_dimensions(sieve, topic),
    )


def _countries(sieve: Sieve) -> pd.Series:
    """Return the country of each row's code, or where no code is printed, of its name."""
    code = sieve.column("Iso3_code")
    by_code = sieve.request.gazetteer.countries(code)
    sieve.refuse(code.notna() & by_code.isna(), "Iso3_code", "is no country we know", "Give an ISO 3166-1 code.")
    by_name = sieve.request.gazetteer.countries(sieve.column("Country"))
    sieve.refuse(code.isna() & by_name.isna(), "Country", "is no country we know", "Fill in the code or the name.")
    return by_code.fillna(by_name)


def _topics(sieve: Sieve) -> pd.Series:
    """Return what each figure breaks down by; null where the card does not name the dimension."""
    dimension = sieve.column("Dimension").str.casefold()
    is_traced = sieve.column("Category").str.contains(TRACED, case=False, na=False)
    named = dimension.map({word.casefold(): topic for word, topic in sieve.request.values("topic").items()})
    return named.mask((dimension == LOCATION) & is_traced, "tracing outcome")


def _categories(sieve: Sieve) -> pd.Series:
    """Return the categories in one spelling."""
    words = sieve.column("Category").str.casefold().str.split().str.join(" ")
    words = words.str.removeprefix("uniquely identifiable - ")
    return words.replace(sieve.request.values("category"))


def _unknown_dimensions(sieve: Sieve, topic: pd.Series) -> tuple[str, ...]:
    lost = sieve.column("Dimension")[sieve.is_kept & topic.isna()].value_counts()
    return tuple(
        f"dimension {name!r} is not in the card: {count} figures have no topic" for name, count in lost.items()
    )


def _observations(sieve: Sieve, year: pd.Series, value: pd.Series, topic: pd.Series) -> pd.DataFrame:
    words = {name: sieve.kept(sieve.column(name)) for name in COLUMNS}
    number = sieve.kept(value)
    years = sieve.kept(year).astype("int64")
    start, end = intake.year_span(years)
    keys = [words[name] for name in ("Iso3_code", "Country", "Indicator", "Dimension", "Category", "Sex", "Age")]
    values = sieve.request.values
    is_firearm = words["Indicator"].str.casefold().isin(list(values("firearms")))
    return identity.identities(sieve.request.source_id, [*keys, words["Source"], years], [number]).assign(
        source_row=sieve.kept(sieve.raw.rows),
        layer=LAYER,
        record_kind=words["Source"].map(values("record_kind")).fillna("aggregate"),
        date_start=start,
        date_end=end,
        date_precision="year",
        commodity=sieve.kept(topic + ": " + _categories(sieve)),
        commodity_raw=words["Indicator"] + " | " + words["Dimension"] + " | " + words["Category"],
        quantity=number.astype("float64"),
        quantity_unit_raw=sieve.kept(sieve.column(UNIT)),
        item_count=number.where(is_firearm),
        case_count=1,
        case_count_high=1,
        **_transport(words, sieve.request),
        is_subtotal=True,
    )


def _transport(words: dict[str, pd.Series], request: Request) -> dict[str, pd.Series]:
    """Return what the place of seizure tells of transport and border; null for other figures."""
    place = words["Category"].where(words["Dimension"].str.casefold() == LOCATION)
    folded, modes = place.str.casefold(), request.values("transport_mode")
    return {
        "transport_mode": folded.map(modes),
        "transport_mode_raw": place.where(folded.isin(list(modes))),
        "border_direction": folded.map(request.values("border_direction")),
    }


def _waypoints(sieve: Sieve, observations: pd.DataFrame, country: pd.Series) -> pd.DataFrame:
    """Return the one place of each figure: of seizure, of recovery for traces, else of detection."""
    is_seized = observations["commodity_raw"].str.contains("seiz", case=False)
    role = is_seized.map({True: "seizure", False: "detection"}).mask(observations["record_kind"] == "trace", "recovery")
    return pd.DataFrame(
        {
            "obs_id": observations["obs_id"],
            "seq": 0,
            "role": role,
            "place_id": sieve.kept(country),
            "place_raw": sieve.kept(sieve.column("Country")),
        }
    )
