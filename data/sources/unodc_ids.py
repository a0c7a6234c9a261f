"""UNODC Individual Drug Seizures: one row per seizure, with departure and destination where stated."""

import pandas as pd

from data import identity, intake, raw
from data.intake import Request, Sieve
from data.parsed import Parsed

COLUMNS = (
    "COUNTRY",
    "REGION",
    "SUBREGION",
    "ADMINISTRATIVE_DIVISION",
    "PLACE",
    "SEIZURE_DATE",
    "DRUG_NAME",
    "AMOUNT",
    "DRUG_UNIT",
    "HIDING_PLACE",
    "INSTALLATION",
    "TRANSPORT",
    "PRODUCING_COUNTRY",
    "DEPARTURE_COUNTRY",
    "DESTINATION_COUNTRY",
    "ROUTING",
)
OTHER_DRUGS = "other"
SIGNIFICANT_DIGITS = 9  # amounts are compared as text, alike in CSV and Parquet


def read(request: Request) -> Parsed:
    """Return one seizure per row and its stated journey: departure, place of seizure, intended destination.

    Raises:
        SourceError: the file is not of this source, or holds an impossible value.
    """
    sieve = Sieve(raw.read(request.path, COLUMNS), request)
    days = sieve.days("SEIZURE_DATE")
    places = {
        "seizure": sieve.places("COUNTRY", is_required=True),
        "departure": sieve.places("DEPARTURE_COUNTRY"),
        "intended_destination": sieve.places("DESTINATION_COUNTRY"),
        "production": sieve.places("PRODUCING_COUNTRY"),
    }
    amount = sieve.numbers("AMOUNT")
    sieve.refuse(amount < 0, "AMOUNT", "is a negative amount", "Correct the amount.")
    observations = _observations(sieve, days, amount, places["production"])
    waypoints = _waypoints(sieve, observations["obs_id"], places)
    tables = intake.finished(observations, waypoints, sieve)
    return Parsed(len(sieve.raw.frame), *tables, quarantine=sieve.quarantine(), unresolved=sieve.unresolved())


def _observations(sieve: Sieve, days: pd.Series, amount: pd.Series, production: pd.Series) -> pd.DataFrame:
    words = {name: sieve.kept(sieve.column(name)) for name in COLUMNS}
    amount, day = sieve.kept(amount), sieve.kept(days)
    words["AMOUNT"] = amount.map(lambda value: f"{value:.{SIGNIFICANT_DIGITS}g}").mask(amount.isna())
    words["SEIZURE_DATE"] = day.dt.strftime("%Y-%m-%d")
    value = sieve.request.values
    factor = intake.number(words["DRUG_UNIT"].map(value("kilogram")))
    return identity.identities(sieve.request.source_id, [words[name] for name in COLUMNS]).assign(
        source_row=sieve.kept(sieve.raw.rows),
        layer="drugs",
        record_kind="seizure",
        date_start=day,
        date_end=day,
        date_precision="day",
        commodity=_groups(words["DRUG_NAME"], value("commodity")),
        commodity_raw=words["DRUG_NAME"],
        quantity=amount,
        quantity_unit_raw=words["DRUG_UNIT"],
        quantity_kg=amount * factor,
        case_count=1,
        case_count_high=1,
        transport_mode=words["TRANSPORT"].map(value("transport_mode")),
        transport_mode_raw=words["TRANSPORT"],
        border_direction=words["ROUTING"].map(value("border_direction")),
        modus_operandi=words["HIDING_PLACE"].map(value("modus_operandi")),
        modus_operandi_raw=words["HIDING_PLACE"],
        production_id=sieve.kept(production),
        production_raw=words["PRODUCING_COUNTRY"],
    )


def _groups(names: pd.Series, patterns: dict[str, str]) -> pd.Series:
    def group(name: str) -> str:
        return next((code for word, code in patterns.items() if word in name.lower()), OTHER_DRUGS)

    return names.map({name: group(name) for name in names.dropna().unique()})


def _waypoints(sieve: Sieve, obs_id: pd.Series, places: dict[str, pd.Series]) -> pd.DataFrame:
    """Return the stated places in order; an end in the country of seizure is no waypoint of its own."""
    stated = (
        (0, "departure", "DEPARTURE_COUNTRY"),
        (1, "seizure", "COUNTRY"),
        (2, "intended_destination", "DESTINATION_COUNTRY"),
    )
    seized_in = sieve.kept(places["seizure"])
    tables = []
    for seq, role, column in stated:
        place, words = sieve.kept(places[role]), sieve.kept(sieve.column(column))
        frame = pd.DataFrame({"obs_id": obs_id, "seq": seq, "role": role, "place_id": place, "place_raw": words})
        is_own = pd.Series(True, frame.index) if role == "seizure" else (place != seized_in) & words.notna()
        tables.append(frame[is_own.fillna(True).astype(bool)])
    return pd.concat(tables)
