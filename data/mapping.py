"""A file of the user's own, read by a map: the card of a source, and which column holds what.

The language of a map is that of the cards in sources/*.toml; data/README.md documents every key.
"""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from data import contracts, disclosure, gate, identity, intake, mapping_places, mapping_values, raw, rules
from data.errors import SourceError
from data.identity import Seen
from data.intake import Request, Sieve
from data.mapping_dates import FORMATS
from data.mapping_places import ENDS
from data.mapping_values import Record
from data.parsed import Parsed, Reading
from data.sources import editions, events

INCIDENT = "incident"
KINDS = (*contracts.RECORD_KINDS, INCIDENT)
REQUIRED = ("id", "title", "publisher", "licence", "attribution", "redistributable", "marking", "layer", "record_kind")
SCALES = {
    "marking": contracts.MARKINGS,
    "reliability": contracts.RELIABILITIES,
    "credibility": contracts.CREDIBILITIES,
    "record_kind": KINDS,
    "date_format": FORMATS,
    "decimal": (".", ","),
    "encoding": tuple(raw.ENCODING_NAMES),
    "precision": contracts.PRECISIONS,
}
OPTIONAL = ("caveat", "edition", "null_words", "delimiter", "fiscal_start", "dedup", "columns", "constants", "roles")
TABLES = ("columns", "constants", "roles", "values", "schema")
VALUES = ("column", "mode", "border", "modus", "commodity", "kilogram")
FIELDS = (
    *("date", "date_end", "id", "commodity", "quantity", "unit", "items", "cases", "mode", "border", "modus"),
    *("kind", "killed", "actor_a", "actor_b"),
    *(f"{end}{part}" for end in ENDS for part in mapping_places.PARTS),
)
OF_INCIDENTS = ("kind", "killed", "actor_a", "actor_b")
OF_BOTH = ("date", "date_end", "id", "seen", "seen_place", "seen_lon", "seen_lat")
FILL_IN = "FILL IN"  # stands in a guessed map for what nobody can guess
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
ID = re.compile(r"[a-z][a-z0-9-]{0,39}")


def load(path: Path) -> dict[str, Any]:
    """Return the card that a map states, checked.

    Raises:
        SourceError: the map cannot be read or says what nobody understands; names the key and the cure.
    """
    try:
        card = checked(tomllib.loads(path.read_bytes().decode("utf-8-sig")), path.name)
    except OSError as failed:
        raise SourceError(f"{path}: the map cannot be opened ({failed.strerror}); check the name.") from failed
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise SourceError(f"{path.name}: the map is no TOML ({raw.one_line(broken)}); correct that line.") from broken
    for key in (key for key, value in card.items() if value == FILL_IN):
        raise SourceError(f"{path.name}: {key} is still to be filled in; write it in place of {FILL_IN}.")
    return card


def checked(card: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a card when every key of it is understood.

    Raises:
        SourceError: one is not; names the key and the cure.
    """
    for key in REQUIRED:
        if card.get(key) in (None, ""):
            raise SourceError(f"{name}: {key} is missing; a map states {', '.join(REQUIRED)}.")
    for key in card:
        if key not in (*REQUIRED, *SCALES, *OPTIONAL, *TABLES):
            raise SourceError(f"{name}: key {key} means nothing here; leave it out or correct its name.")
    for key, scale in SCALES.items():
        if key in card and card[key] not in scale:
            raise SourceError(f"{name}: {key} is {card[key]!r}; choose from {', '.join(scale)}.")
    _check_names(card, name)
    _check_fields(card, name)
    return card


def _check_names(card: dict[str, Any], name: str) -> None:
    for key, pattern, example in (("id", ID, "own-seizures"), ("layer", NAME, "wildlife")):
        if not isinstance(card[key], str) or not pattern.fullmatch(card[key]):
            raise SourceError(f"{name}: {key} is {card[key]!r}; write up to 40 small letters and digits, as {example}.")
    if not isinstance(card["redistributable"], bool):
        raise SourceError(f"{name}: redistributable is {card['redistributable']!r}; write true or false.")
    if card["record_kind"] == INCIDENT and card["layer"] in disclosure.VICTIM_LAYERS:
        raise SourceError(
            f"{name}: layer {card['layer']} takes no incidents, for a point may tell who a victim is; "
            "write record_kind = 'detection'."
        )
    for key in TABLES:
        if not isinstance(card.get(key, {}), dict):
            raise SourceError(f"{name}: {key} must be a table; write it as [{key}] with one line a name.")
    for key in card.get("values", {}):
        if key not in VALUES:
            raise SourceError(f"{name}: values.{key} means nothing here; choose from {', '.join(VALUES)}.")


def _check_fields(card: dict[str, Any], name: str) -> None:
    stated = {**card.get("columns", {}), **card.get("constants", {})}
    for field in stated:
        if field not in FIELDS:
            raise SourceError(f"{name}: columns.{field} is no field; choose from {', '.join(FIELDS)}.")
        if not isinstance(stated[field], str | int):
            raise SourceError(f"{name}: columns.{field} must be the name of one column, in quotes.")
    for field in needed(card):
        if field not in stated:
            raise SourceError(f"{name}: columns.{field} is missing; name the column that holds it.")
    for field, why in unread(card).items():
        raise SourceError(f"{name}: columns.{field} would not be read, for {why}; leave it out or correct the map.")
    for end, role in card.get("roles", {}).items():
        if end not in ENDS or role not in contracts.ROLES:
            raise SourceError(
                f"{name}: roles.{end} is {role!r}; give {', '.join(ENDS)} one of {', '.join(contracts.ROLES)}."
            )


def unread(card: dict[str, Any]) -> dict[str, str]:
    """Return the fields that a card names and nothing would read, each with the reason."""
    columns, constants = card.get("columns", {}), card.get("constants", {})
    stated, found = {**columns, **constants}, {}
    is_incident = card["record_kind"] == INCIDENT
    for field in stated:
        end, _, part = field.partition("_")
        other = {"lon": f"{end}_lat", "lat": f"{end}_lon"}.get(part, field)
        if field in columns and field in constants:
            found[field] = f"constants.{field} states the same"
        elif field not in (*OF_BOTH, *OF_INCIDENTS) if is_incident else field in OF_INCIDENTS:
            found[field] = f"a row is of kind {card['record_kind']}"
        elif end in ENDS and not is_incident and end not in stated:
            found[field] = f"columns.{end}, the country, is missing"
        elif other not in stated:
            found[field] = f"columns.{other} is missing"
    return found


def needed(card: dict[str, Any]) -> tuple[str, str]:
    """Return the fields without which no row can be read."""
    return "date", "id" if card["record_kind"] == INCIDENT else "seen"


def columns_of(card: dict[str, Any]) -> dict[str, str]:
    """Return which published column holds each field."""
    return {field: str(column) for field, column in card.get("columns", {}).items()}


def read(request: Request) -> Reading:
    """Return what a map makes of a file: records with their journeys, part by part, or incidents.

    Raises:
        SourceError: a mapped column is missing, or a value is impossible; names file, row, column, value and cure.
            Where a later part of a long file shows it, it is raised when that part is reached.
    """
    card, columns = request.profile, columns_of(request.profile)
    if "schema" in card:
        gate.kind_of(request.path)
        gate.require_schema(request.path, card["schema"])
    dialect = raw.Dialect(card.get("encoding") or raw.encoding_of(request.path), card.get("delimiter"))
    wanted = [*dict.fromkeys([*columns.values(), *card.get("dedup", [])])] or list(card.get("schema", {}))
    if card["record_kind"] == INCIDENT:
        return Reading(iter([_incidents(_record(editions.sieve(request, wanted, dialect), columns))]))
    seen = Seen()
    sieves = editions.sieves(request, wanted, dialect, raw.PART_ROWS)
    return Reading((_observations(_record(sieve, columns), seen) for sieve in sieves), seen)


def _record(sieve: Sieve, columns: dict[str, str]) -> Record:
    request = sieve.request
    sieve.raw = replace(sieve.raw, file=request.name)
    constants = request.profile.get("constants", {})
    for field, value in constants.items():
        sieve.raw.frame[f"constant {field}"] = str(value)
    return Record(sieve, columns | {field: f"constant {field}" for field in constants})


def _observations(record: Record, seen: Seen) -> Parsed:
    sieve, card = record.sieve, record.sieve.request.profile
    if record.has("id"):
        sieve.set_aside(record.words("id").isna(), record.id_column, "is no id")
    start, end, precision = mapping_values.dates(record)
    places = mapping_places.journey(record)
    values = mapping_values.quantities(record)
    digest = identity.digests(record.identity())
    before = seen.counts(digest)
    is_repeat = mapping_values.is_repeat(record, digest, before)
    sieve.refuse(is_repeat, record.id_column, rules.REPEATED, "Give every record an id of its own.")
    kept = sieve.kept(digest)
    seen.add(kept)
    observations = identity.numbered(sieve.request.source_id, kept, before=before[sieve.is_kept]).assign(
        source_row=sieve.kept(sieve.raw.rows),
        layer=card["layer"],
        record_kind=card["record_kind"],
        date_start=sieve.kept(start),
        date_end=sieve.kept(end),
        date_precision=sieve.kept(precision),
        **{name: sieve.kept(column) for name, column in values.items()},
    )
    tables = intake.finished(observations, mapping_places.waypoints(record, places, observations["obs_id"]), sieve)
    return Parsed(
        len(sieve.raw.frame),
        tables[0],
        mapping_places.with_own_points(tables[1], places),
        places=mapping_places.own_places(record, places),
        quarantine=sieve.quarantine(),
        unresolved=sieve.unresolved(),
    )


def _incidents(record: Record) -> Parsed:
    sieve = record.sieve
    start, end, precision = mapping_values.dates(record)
    seen = mapping_places.end(record, "seen", is_required=False)
    points = events.at_country(sieve, seen["country_id"], seen[["lon", "lat", "precision"]])
    killed = mapping_values.count(record, "killed")
    columns: dict[str, pd.Series | str] = {
        "layer": str(sieve.request.profile["layer"]),
        "incident_kind": record.words("kind").str.casefold(),
        "incident_kind_raw": record.words("kind"),
        "date_start": start,
        "date_end": end,
        "date_precision": precision,
        "country_id": seen["country_id"],
        "country_raw": record.words("seen"),
        "place_raw": record.words("seen_place"),
        **{name: points[name] for name in ("lon", "lat", "precision")},
        **{name: record.words(name) for name in ("actor_a", "actor_b")},
        **dict.fromkeys(("killed_count_low", "killed_count", "killed_count_high"), killed),
    }
    return events.parsed(sieve, record.columns["id"], columns)
