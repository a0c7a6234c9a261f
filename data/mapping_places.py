"""The journey a map states: where it began, what it crossed, where it was seen, where it was to go."""

import hashlib

import pandas as pd

from data import contracts, normalise, rules
from data.mapping_values import Record, number

PARTS = ("", "_division", "_place", "_lon", "_lat")  # of an end: its country, and what is finer
ENDS = ("origin", "transit", "seen", "destination")  # in travel order
ROLES = {"origin": "departure", "transit": "transit", "destination": "intended_destination"}
SEEN = {"seizure": "seizure", "trace": "recovery", "detection": "detection", "aggregate": "seizure"}


def journey(record: Record) -> dict[str, pd.DataFrame]:
    """Return each end that the map names, one row per row of the file (see ``end``)."""
    return {name: end(record, name, name == "seen") for name in ENDS if record.has(name)}


def end(record: Record, name: str, is_required: bool) -> pd.DataFrame:
    """Return one end of the journeys: ``country_id, place_id, place_raw, name, lon, lat, precision, is_own``.

    A point or a named place with a point is a place of its own, as precise as the map says; a division is one of the
    gazetteer; else it is the country. Points are null for places of the gazetteer.

    Raises:
        SourceError: a required country is missing, or a point is impossible.
    """
    sieve, card = record.sieve, record.sieve.request.profile
    country = sieve.places(record.columns.get(name, ""), is_required)
    frame = pd.DataFrame({"country_id": country, "place_raw": record.words(name)})
    lon, lat = _points(record, name, country)
    division = _divisions(record, f"{name}_division", country)
    frame["is_own"] = lon.notna() & lat.notna() & country.notna()
    frame["name"] = record.words(f"{name}_place")
    if frame["is_own"].any():
        frame["name"] = frame["name"].fillna(lon.astype("str") + ", " + lat.astype("str"))
    frame["place_raw"] = (
        record.words(f"{name}_place").fillna(record.words(f"{name}_division")).fillna(frame["place_raw"])
    )
    frame["place_id"] = _own_ids(record, frame, lon, lat).where(frame["is_own"], division.fillna(country))
    precision = pd.Series(str(card.get("precision", "place")), frame.index, dtype="str")
    return frame.assign(lon=lon, lat=lat, precision=precision.where(lon.notna()))


def _points(record: Record, name: str, country: pd.Series) -> tuple[pd.Series, pd.Series]:
    lon, lat = number(record, f"{name}_lon"), number(record, f"{name}_lat")
    if not (record.has(f"{name}_lon") and record.has(f"{name}_lat")):
        return lon.mask(lon.notna()), lat.mask(lat.notna())
    columns = record.columns[f"{name}_lon"], record.columns[f"{name}_lat"]
    sieve, cure = record.sieve, "Correct the coordinate."
    centres = sieve.request.gazetteer.places.set_index("place_id")[["lon", "lat"]].reindex(country).set_index(lon.index)
    is_half = lon.isna() != lat.isna()
    sieve.set_aside(rules.is_null_island(lon, lat), columns[0], rules.NULL_ISLAND)
    sieve.refuse(rules.is_swapped(lon, lat, centres), columns[0], rules.SWAPPED, "Exchange the two columns in the map.")
    sieve.refuse(lon.abs() > 180, columns[0], "is outside -180..180 degrees", cure)
    sieve.refuse(lat.abs() > 90, columns[1], "is outside -90..90 degrees", cure)
    sieve.refuse(is_half, columns[0], "is no latitude and longitude, for one of the two is empty", cure)
    is_wrong = (lon.abs() > 180) | (lat.abs() > 90) | is_half
    return lon.mask(is_wrong), lat.mask(is_wrong)


def _divisions(record: Record, field: str, country: pd.Series) -> pd.Series:
    names, gazetteer = record.words(field), record.sieve.request.gazetteer
    found = pd.Series(None, names.index, dtype="str")
    for code in country[names.notna()].dropna().unique():
        found = found.fillna(gazetteer.divisions(names.where(country == code), str(code)))
    unknown = names[names.notna() & found.isna() & country.notna() & record.sieve.is_kept]
    if len(unknown):
        record.sieve.note_unresolved(record.columns[field], unknown)
    return found


def _own_ids(record: Record, frame: pd.DataFrame, lon: pd.Series, lat: pd.Series) -> pd.Series:
    """Return an id for every point: the same name at the same point, to 10 m, is the same place in every file."""
    if not frame["is_own"].any():
        return pd.Series(None, frame.index, dtype="str")
    points = lon.round(4).astype("str") + " " + lat.round(4).astype("str")
    words = frame["country_id"].fillna("") + " " + frame["name"].fillna("") + " " + points
    words = words.where(frame["is_own"])
    marks = normalise.each(words, lambda word: hashlib.blake2b(word.encode(), digest_size=6).hexdigest())
    return "own:" + frame["country_id"].fillna("") + ":" + marks


def waypoints(record: Record, places: dict[str, pd.DataFrame], obs_id: pd.Series) -> pd.DataFrame:
    """Return the stated places of the kept rows in travel order; an end that is where it was seen is no waypoint."""
    sieve = record.sieve
    roles = {**ROLES, "seen": SEEN[sieve.request.profile["record_kind"]], **sieve.request.profile.get("roles", {})}
    seen = sieve.kept(places["seen"]["place_id"])
    tables = []
    for seq, name in enumerate(name for name in ENDS if name in places):
        frame = pd.DataFrame({column: sieve.kept(places[name][column]) for column in ("place_id", "place_raw")})
        frame = frame.assign(obs_id=obs_id, seq=seq, role=roles[name])
        is_stated = frame["place_raw"].notna() & (frame["place_id"].isna() | (frame["place_id"] != seen))
        tables.append(frame if name == "seen" else frame[is_stated])
    return pd.concat(tables, ignore_index=True)


def with_own_points(points: pd.DataFrame, places: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return waypoints where places of the file's own have its points."""
    own = _own(places).set_index("place_id")[["lon", "lat", "precision"]]
    if own.empty:
        return points
    stated = own.reindex(points["place_id"]).set_index(points.index)
    return points.assign(**{name: points[name].fillna(stated[name]) for name in own.columns})


def own_places(record: Record, places: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the places of the file's own, as rows of the contract."""
    own = _own({name: frame[record.sieve.is_kept] for name, frame in places.items()})
    if own.empty:
        nothing: pd.DataFrame = contracts.empty(contracts.PLACES).to_pandas()
        return nothing
    country = record.sieve.request.gazetteer.places.set_index("place_id").reindex(own["country_id"])
    regions = {name: country[name].to_numpy() for name in ("region", "subregion")}
    rows: pd.DataFrame = own.assign(level="place", parent_id=own["country_id"], **regions)
    return rows.reindex(columns=contracts.PLACES.schema.names)


def _own(places: dict[str, pd.DataFrame]) -> pd.DataFrame:
    found = pd.concat([frame[frame["is_own"]] for frame in places.values()], ignore_index=True)
    return found.drop_duplicates("place_id", ignore_index=True)
