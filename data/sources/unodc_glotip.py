"""UNODC GLOTIP: detected victims a country and year, by citizenship, form of exploitation, sex and age."""

from dataclasses import replace

import pandas as pd

from data import identity, intake, raw
from data.intake import Request, Sieve
from data.parsed import Parsed

COLUMNS = ("Iso3_code", "Country", "Indicator", "Dimension", "Category", "Sex", "Age", "Year", "txtVALUE")
VICTIMS = "Detected trafficking victims"
CITIZENSHIP = "by citizenship"
EXPLOITATION = "by form of exploitation"
THOUSANDS = r"(?<=\d),(?=\d{3}(?:,|$))"  # "1,122"


def read(request: Request) -> Parsed:
    """Return one record per published count of victims; citizenship gives the origin.

    Rows by citizenship are the records of flows; every other breakdown counts the same victims again and is
    kept as a subtotal.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    file = raw.read(request.path, COLUMNS)
    code, name = (intake.text(file.frame[column]) for column in ("Iso3_code", "Country"))
    sieve = Sieve(replace(file, frame=file.frame.assign(Iso3_code=code.fillna(name))), request)  # Sark has no code
    sieve.set_aside(sieve.column("Indicator") != VICTIMS, "Indicator", "counts offences or offenders, not victims")
    country = sieve.places("Iso3_code", is_required=True)
    years = intake.number(sieve.raw.frame["Year"])
    sieve.refuse(~years.between(1990, request.today.year), "Year", "is no year from 1990 to today", "Correct the year.")
    words = sieve.column("txtVALUE").str.replace(THOUSANDS, "", regex=True)
    sieve.refuse_overflow("txtVALUE", words)
    low, high = _range(words)
    sieve.refuse(low.isna(), "txtVALUE", "is no count", "Give a whole number or <5.")
    is_flow = (
        (sieve.column("Dimension") == CITIZENSHIP)
        & (sieve.column("Category").str.upper() != "TOTAL")
        & (sieve.column("Sex") == "Total")
        & (sieve.column("Age") == "Total")
    )
    origin = _origins(sieve, country, is_flow)
    sieve.set_aside(high == 0, "txtVALUE", "no victim was counted")
    observations = _observations(sieve, years, (low, high), is_flow)
    waypoints = _waypoints(sieve, observations["obs_id"], origin.where(is_flow), country)
    tables = intake.finished(observations, waypoints, sieve)
    return Parsed(len(sieve.raw.frame), *tables, quarantine=sieve.quarantine(), unresolved=sieve.unresolved())


def _range(words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the lower and upper bound of each printed count, without separators of thousands: "<5" is 1 to 4."""
    below = intake.count(words.str.extract(r"^<\s*(\d+)$")[0])
    plain = intake.count(words)
    plain = plain.mask(plain < 0)
    return plain.fillna(below.notna().map({True: 1, False: None}).astype("Int64")), plain.fillna(below - 1)


def _origins(sieve: Sieve, country: pd.Series, is_flow: pd.Series) -> pd.Series:
    """Return the country each citizenship names; words for the reporting country's own people mean that country."""
    names, gazetteer = sieve.column("Category"), sieve.request.gazetteer
    is_self = intake.holds(names, gazetteer.means_self)
    found = gazetteer.countries(names).mask(is_self, country)
    is_word = intake.holds(names, gazetteer.is_no_place)
    sieve.note_unresolved("Category", names[is_flow & sieve.is_kept & found.isna() & names.notna() & ~is_word])
    return found


def _observations(
    sieve: Sieve,
    years: pd.Series,
    bounds: tuple[pd.Series, pd.Series],
    is_flow: pd.Series,
) -> pd.DataFrame:
    low, high = (sieve.kept(bound).astype("int64") for bound in bounds)
    year = sieve.kept(years).astype("int64")
    keys = [sieve.kept(sieve.column(name)) for name in ("Iso3_code", "Dimension", "Category", "Sex", "Age")]
    start, end = intake.year_span(year)
    category = sieve.kept(sieve.column("Category")).where(keys[1] == EXPLOITATION)
    return identity.identities(sieve.request.source_id, [*keys, year], [low, high]).assign(
        source_row=sieve.kept(sieve.raw.rows),
        layer="human_trafficking",
        record_kind="aggregate",
        date_start=start,
        date_end=end,
        date_precision="year",
        commodity=category.map(sieve.request.values("commodity")),
        commodity_raw=category,
        item_count=low.where(low == high).astype("Int64"),
        case_count=low,
        case_count_high=high,
        is_suppressed=low != high,
        is_subtotal=~sieve.kept(is_flow),
    )


def _waypoints(sieve: Sieve, obs_id: pd.Series, origin: pd.Series, country: pd.Series) -> pd.DataFrame:
    origin, country = sieve.kept(origin), sieve.kept(country)
    is_stated = sieve.kept(sieve.column("Dimension")) == CITIZENSHIP
    words = sieve.kept(sieve.column("Category"))
    start = pd.DataFrame({"obs_id": obs_id, "seq": 0, "role": "citizenship", "place_id": origin, "place_raw": words})
    end = pd.DataFrame(
        {
            "obs_id": obs_id,
            "seq": 1,
            "role": "detection",
            "place_id": country,
            "place_raw": sieve.kept(sieve.column("Country")),
        }
    )
    return pd.concat([start[is_stated], end])
