"""CTDC: one row per victim: k-anonymised, synthetic, and synthetic with perpetrators.

Equal rows are different people (k-anonymity makes them equal on purpose), so no row is a repeat of another.
"""

import pandas as pd

from data import identity, intake
from data.intake import Request, Sieve
from data.parsed import Parsed
from data.sources import editions

COLUMNS = ("yearOfRegistration", "citizenship", "CountryOfExploitation", "isForcedLabour", "isSexualExploit")
PERPETRATOR = "IP_Relation"  # only in the victim-perpetrator data, whose places are regions
SPAN = r"^(\d{4})(?:\s*-\s*(\d{4}))?(?:\.0)?$"  # "2019" or "2014-2018"
SEVERAL = "several forms"


def read(request: Request) -> Parsed:
    """Return one detection per victim: citizenship, then the country of exploitation.

    Rows of the victim-perpetrator data are subtotals: the same victims as in the global data, by region only.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = editions.sieve(request, COLUMNS)
    sieve.set_aside(sieve.column("yearOfRegistration").isna(), "yearOfRegistration", "no year is stated")
    years = _years(sieve)
    places = {name: sieve.places(name) for name in ("citizenship", "CountryOfExploitation")}
    forms = _forms(sieve)
    observations = _observations(sieve, years, places, forms)
    waypoints = _waypoints(sieve, observations["obs_id"], places)
    tables = intake.finished(observations, waypoints, sieve)
    return Parsed(len(sieve.raw.frame), *tables, quarantine=sieve.quarantine(), unresolved=sieve.unresolved())


def _years(sieve: Sieve) -> pd.DataFrame:
    """Return the first and the last year of each row's year or range of years."""
    column = "yearOfRegistration"
    found = sieve.column(column).str.extract(SPAN).apply(intake.number)
    first, last = found[0], found[1].fillna(found[0])
    is_year = first.between(1970, sieve.request.today.year) & (first <= last)
    sieve.refuse(~is_year, column, "is no year or range of years up to today", "Write it as 2019 or 2014-2018.")
    return pd.DataFrame({"first": first, "last": last})


def _forms(sieve: Sieve) -> pd.DataFrame:
    """Return the form of exploitation, and the headings that are marked, of each row; null where none is."""
    forms = {heading: form for heading, form in sieve.request.values("form").items() if heading in sieve.raw.frame}
    marked = pd.DataFrame({heading: intake.number(sieve.column(heading)) == 1 for heading in forms})
    by_form = marked.T.groupby(pd.Series(forms)).any().T
    one = by_form.idxmax(axis=1).where(by_form.any(axis=1))
    headings = marked.apply(lambda row: ";".join(marked.columns[row]), axis=1).replace("", None)
    return pd.DataFrame({"form": one.mask(by_form.sum(axis=1) > 1, SEVERAL), "raw": headings})


def _observations(sieve: Sieve, years: pd.DataFrame, places: dict[str, pd.Series], forms: pd.DataFrame) -> pd.DataFrame:
    first, last = (sieve.kept(years[name]).astype("int64") for name in ("first", "last"))
    named = [sieve.kept(place.fillna(sieve.column(name))) for name, place in places.items()]
    person = [sieve.kept(sieve.column(name)) for name in ("gender", "ageBroad", "majorityStatus")]
    form = sieve.kept(forms["raw"])
    return identity.identities(sieve.request.source_id, [first, last, *named, *person, form]).assign(
        repeat_count=1,
        source_row=sieve.kept(sieve.raw.rows),
        layer="human_trafficking",
        record_kind="detection",
        date_start=intake.year_span(first)[0],
        date_end=intake.year_span(last)[1],
        date_precision=(first == last).map({True: "year", False: "period"}),
        commodity=sieve.kept(forms["form"]),
        commodity_raw=form,
        item_count=1,
        case_count=1,
        case_count_high=1,
        is_subtotal=PERPETRATOR in sieve.raw.frame,
    )


def _waypoints(sieve: Sieve, obs_id: pd.Series, places: dict[str, pd.Series]) -> pd.DataFrame:
    tables = []
    for seq, (name, role) in enumerate((("citizenship", "citizenship"), ("CountryOfExploitation", "exploitation"))):
        words = sieve.kept(sieve.column(name))
        frame = {"obs_id": obs_id, "seq": seq, "role": role, "place_id": sieve.kept(places[name]), "place_raw": words}
        tables.append(pd.DataFrame(frame)[words.notna()])
    return pd.concat(tables)
