"""One contract per table: grain, columns, types, key and allowed values."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.errors import ContractError

TEXT, WHOLE, NUMBER, DAY, FLAG = pa.string(), pa.int64(), pa.float64(), pa.date32(), pa.bool_()
CELL = pa.int64()  # an H3 index; the top bit of an H3 index is always 0, so it fits a signed integer

RECORD_KINDS = ("seizure", "trace", "detection", "aggregate")
DATE_PRECISIONS = ("day", "month", "quarter", "year", "period")
MODES = ("air", "sea", "land_road", "rail", "mail", "pedestrian", "river", "other")
BORDER_DIRECTIONS = ("inbound", "outbound", "transit", "domestic", "international_waters")
MODI_OPERANDI = ("parcel", "parts", "darknet", "printed", "converted", "concealed", "other")
PRECISIONS = ("exact", "place", "admin2", "admin1", "country", "sea")  # finest first
ROLES = (
    "manufacture",
    "last_legal",
    "departure",
    "citizenship",
    "transit",
    "seizure",
    "recovery",
    "detection",
    "exploitation",
    "intended_destination",
)
NETWORKS = ("road", "sea", "air")  # what a leg travels on; rail, river and foot as road, mail as air
STATUSES = ("licit", "observed", "intended", "trace")
CUSTODY_EVENTS = ("made", "exported", "imported", "sold", "reported_lost", "reported_stolen", "seized")
RELIABILITIES = ("A", "B", "C", "D", "E", "F")  # Admiralty: of the source; F cannot be judged
CREDIBILITIES = ("1", "2", "3", "4", "5", "6")  # Admiralty: of the record; 6 cannot be judged
DUPLICATE_KINDS = ("record", "incident")
DUPLICATE_RULES = ("place", "country")
PLACE_LEVELS = ("country", "admin1", "place")
MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")


@dataclass(frozen=True)
class Column:
    """One column of a contract; ``unit`` and ``note`` say what the name cannot."""

    name: str
    type: pa.DataType
    is_nullable: bool = False
    allowed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Table:
    """What one row of a table is, what columns it has, and what makes a row unique."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, in column order."""
        return pa.schema([pa.field(c.name, c.type, c.is_nullable) for c in self.columns])


def _null(name: str, kind: pa.DataType, note: str = "", allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, kind, True, allowed, note)


_PROVENANCE = (
    Column("source_id", TEXT),
    Column("source_file", TEXT, note="file name as imported"),
    Column("source_row", WHOLE, note="as a spreadsheet shows it: the first row of the file is 1; 0 for a cell of many"),
)
_DATES = (
    Column("date_start", DAY),
    Column("date_end", DAY, note="last day, inclusive"),
    Column("date_precision", TEXT, allowed=DATE_PRECISIONS),
)
_POINT = (
    _null("lon", NUMBER, "degrees east, WGS 84"),
    _null("lat", NUMBER, "degrees north, WGS 84"),
    _null("precision", TEXT, "of the stated place; null where no place is known", PRECISIONS),
)

OBSERVATIONS = Table(
    "observations",
    "one per published record of a seizure, trace, detection or aggregate",
    ("obs_id",),
    (
        Column(
            "obs_id", TEXT, note="source, content hash and occurrence: the same record has the same id in every file"
        ),
        *_PROVENANCE,
        _null("source_column", TEXT, "where one row of the file holds several records: the column's heading"),
        Column("layer", TEXT),
        Column("record_kind", TEXT, allowed=RECORD_KINDS),
        *_DATES,
        _null("commodity", TEXT, "group: weapon type, drug group, form of exploitation"),
        _null("commodity_raw", TEXT),
        _null("quantity", NUMBER, "in quantity_unit_raw"),
        _null("quantity_unit_raw", TEXT),
        _null("quantity_kg", NUMBER, "only for units of mass"),
        _null("item_count", WHOLE, "pieces: firearms, victims; never rounds, grams or tablets"),
        Column("case_count", WHOLE, note="records it stands for: 1 for a case; for a suppressed count its lower bound"),
        Column("case_count_high", WHOLE, note="equal to case_count unless suppressed"),
        _null("transport_mode", TEXT, allowed=MODES),
        _null("transport_mode_raw", TEXT),
        _null("border_direction", TEXT, allowed=BORDER_DIRECTIONS),
        _null("modus_operandi", TEXT, allowed=MODI_OPERANDI),
        _null("modus_operandi_raw", TEXT),
        Column("repeat_count", WHOLE, note="rows of the same file with exactly this content, this one included"),
        _null(
            "production_id", TEXT, "country of production as stated; no waypoint, for nobody saw it travel from there"
        ),
        _null("production_raw", TEXT),
        Column("is_suppressed", FLAG, note="the publisher printed a range instead of the count"),
        Column(
            "is_subtotal",
            FLAG,
            note="also contained in another record, of its source or (table duplicates) of another: kept, not counted",
        ),
        _null("trace_id", TEXT, "custody events of the same item"),
        _null("reliability", TEXT, "of the source for this record; null weighs as F", RELIABILITIES),
        _null("credibility", TEXT, "of what the record says; null weighs as 6", CREDIBILITIES),
    ),
)

WAYPOINTS = Table(
    "waypoints",
    "one per stated place of an observation, in travel order",
    ("obs_id", "seq"),
    (
        Column("obs_id", TEXT),
        Column("seq", WHOLE, note="0 is where the journey began, as far as stated"),
        Column("role", TEXT, allowed=ROLES),
        _null("place_id", TEXT, "null where the words name no place we know"),
        _null("place_raw", TEXT, "the published words"),
        *_POINT,
    ),
)

LEGS = Table(
    "legs",
    "one per directed hop between two consecutive known waypoints of an observation",
    ("leg_id",),
    (
        Column("leg_id", TEXT),
        Column("obs_id", TEXT),
        Column("leg_seq", WHOLE),
        Column("layer", TEXT),
        Column("source_id", TEXT),
        Column("status", TEXT, allowed=STATUSES),
        Column("origin_id", TEXT),
        Column("destination_id", TEXT),
        Column("origin_role", TEXT, allowed=ROLES),
        Column("destination_role", TEXT, allowed=ROLES),
        _null("transport_mode", TEXT, "of the leg that was intercepted; null on the others", MODES),
        _null("network", TEXT, "what that transport travels on", NETWORKS),
        _null("commodity", TEXT),
        _null("commodity_raw", TEXT),
        _null("modus_operandi", TEXT, allowed=MODI_OPERANDI),
        Column("date_start", DAY),
        Column("date_end", DAY),
        Column("year", WHOLE, note="of date_start"),
        Column("record_count", WHOLE),
        Column("record_count_high", WHOLE),
        _null("item_count", WHOLE),
        Column("weight", NUMBER, note="evidence weight of the leg's records, before kappa; see geo/README.md"),
        Column("weight_items", NUMBER, note="the same, larger quantities counting more; 1 at the commodity's median"),
        Column("weight_exposure", NUMBER, note="the same, routes that are seldom seized counting more"),
        Column("is_quantity_known", FLAG, note="else weight_items is weight"),
        Column("is_exposure_known", FLAG, note="else weight_exposure is weight"),
        Column("precision", TEXT, allowed=PRECISIONS, note="of the less precise end"),
        Column("origin_cell", CELL, note="H3 resolution 3"),
    ),
)

LEG_KINDS = Table(
    "leg_kinds",
    "one per kind of leg outside lawful trade: everything a reader can ask for but the day",
    ("kind",),
    (
        Column("kind", WHOLE, note="from 0, in the order of layer, origin_id, destination_id, network"),
        Column("layer", TEXT),
        Column("origin_id", TEXT),
        Column("destination_id", TEXT),
        _null("network", TEXT, "as in legs", NETWORKS),
        Column("is_intended", FLAG, note="status is intended"),
        Column("source_id", TEXT),
        _null("transport_mode", TEXT, "as in legs", MODES),
        _null("commodity", TEXT),
        _null("commodity_raw", TEXT),
        _null("modus_operandi", TEXT, allowed=MODI_OPERANDI),
        Column("has_item_count", FLAG, note="item_count is stated"),
        Column("span_days", WHOLE, note="from date_start to date_end"),
    ),
)

LEG_DAYS = Table(
    "leg_days",
    "one per kind of leg and first day",
    ("kind", "date_start"),
    (
        Column("kind", WHOLE),
        Column("date_start", DAY),
        Column("record_count", WHOLE),
        Column("record_count_high", WHOLE),
        Column("item_count", WHOLE, note="0 where not stated: see has_item_count of the kind"),
        Column("weight_billionths", WHOLE, note="sum of the legs' weights, as whole billionths"),
        Column("weight_items_billionths", WHOLE),
        Column("weight_exposure_billionths", WHOLE),
    ),
)

CUSTODY_EVENTS_TABLE = Table(
    "custody_events",
    "one per known step in the custody of one traced item",
    ("trace_id", "seq"),
    (
        Column("trace_id", TEXT),
        Column("seq", WHOLE),
        _null("obs_id", TEXT, "the observation that ends the trace"),
        *_PROVENANCE,
        Column("event", TEXT, allowed=CUSTODY_EVENTS),
        _null("holder_raw", TEXT),
        _null("is_lawful", FLAG, "the holder was under lawful control"),
        _null("date_start", DAY),
        _null("date_end", DAY),
        _null("place_id", TEXT),
        _null("place_raw", TEXT),
        *_POINT,
    ),
)

CUSTODY_EDGES = Table(
    "custody_edges",
    "one per hand-over between two consecutive custody events of a trace",
    ("trace_id", "seq"),
    (
        Column("trace_id", TEXT),
        Column("seq", WHOLE, note="of the later event"),
        Column("from_event", TEXT, allowed=CUSTODY_EVENTS),
        Column("to_event", TEXT, allowed=CUSTODY_EVENTS),
        _null("origin_id", TEXT),
        _null("destination_id", TEXT),
        _null("days", WHOLE, "between the two events; null where a date is unknown"),
        Column("is_diversion", FLAG, note="the first step from lawful to other hands"),
    ),
)

INCIDENTS = Table(
    "incidents",
    "one per recorded incident of terrorism or violence",
    ("incident_id",),
    (
        Column("incident_id", TEXT),
        *_PROVENANCE,
        Column("layer", TEXT),
        _null("incident_kind", TEXT),
        _null("incident_kind_raw", TEXT),
        *_DATES,
        Column("year", WHOLE, note="of date_start"),
        _null("country_id", TEXT),
        _null("country_raw", TEXT),
        _null("place_raw", TEXT),
        *_POINT,
        _null("cell", CELL, "H3 resolution 3; null where no point is known"),
        _null("actor_a", TEXT, "only as published"),
        _null("actor_b", TEXT, "only as published"),
        _null("killed_count_low", WHOLE),
        _null("killed_count", WHOLE),
        _null("killed_count_high", WHOLE),
    ),
)

PLACES = Table(
    "places",
    "one per place of the gazetteer that a release uses",
    ("place_id",),
    (
        Column("place_id", TEXT, note="ISO 3166-1 alpha-3 for a country, ISO 3166-2 or our own id below it"),
        Column("name", TEXT),
        Column("level", TEXT, allowed=PLACE_LEVELS),
        Column("country_id", TEXT, note="ISO 3166-1 alpha-3; XKX for Kosovo, in the UN's sense of 1244"),
        _null("parent_id", TEXT),
        _null("region", TEXT),
        _null("subregion", TEXT),
        Column("lon", NUMBER, note="representative point, WGS 84"),
        Column("lat", NUMBER),
    ),
)

SOURCES = Table(
    "sources",
    "one per imported file",
    ("import_id",),
    (
        Column("import_id", TEXT, note="source and SHA-256 of the file"),
        Column("source_id", TEXT),
        Column("title", TEXT),
        Column("publisher", TEXT),
        Column("licence", TEXT),
        Column("attribution", TEXT),
        Column("redistributable", FLAG),
        Column("marking", TEXT, allowed=MARKINGS),
        Column("is_synthetic", FLAG),
        _null("caveat", TEXT, "what the publisher asks to be shown, or what the source leaves out"),
        _null("retrieved_on", DAY, "day the file was imported, unless stated"),
        _null("edition", TEXT),
        Column("source_file", TEXT),
        Column("file_sha256", TEXT),
        Column("row_count_read", WHOLE),
        Column("row_count_kept", WHOLE),
        Column("row_count_quarantined", WHOLE),
    ),
)

UNRESOLVED = Table(
    "unresolved",
    "one per published place name of an import that the gazetteer does not know",
    ("source_id", "column", "name"),
    (Column("source_id", TEXT), Column("column", TEXT), Column("name", TEXT), Column("row_count", WHOLE)),
)

WITHHELD = Table(
    "withheld",
    "one per cell of the fixed cube of layers about victims whose count is too small to be told",
    ("cell_id",),
    (
        Column("cell_id", TEXT),
        Column("source_id", TEXT),
        Column("layer", TEXT),
        _null("origin_id", TEXT, "null where no hop is known"),
        _null("destination_id", TEXT, "null where no place is known"),
        Column("date_start", DAY),
        Column("date_end", DAY, note="last day, inclusive"),
    ),
)

DUPLICATES = Table(
    "duplicates",
    "one per record or incident that is not counted because a better-known one of another source states the same event",
    ("dropped_id",),
    (
        Column("kept_id", TEXT, note="of the record or incident that counts"),
        Column("dropped_id", TEXT),
        Column("matched_id", TEXT, note="what it was matched with: kept_id, or a third source's, itself dropped"),
        Column("kind", TEXT, allowed=DUPLICATE_KINDS),
        Column("layer", TEXT),
        Column("kept_source_id", TEXT),
        Column("dropped_source_id", TEXT),
        Column("dropped_file", TEXT),
        Column("dropped_row", WHOLE),
        Column("days_apart", WHOLE, note="from matched_id; 0 where the periods overlap"),
        _null("km_apart", NUMBER, "great circle, from matched_id; null where a point is not known"),
        _null("quantity_ratio", NUMBER, "larger over smaller; null for incidents"),
        Column("rule", TEXT, allowed=DUPLICATE_RULES, note="what places them together: near points, or one country"),
    ),
)

QUARANTINE = Table(
    "quarantine",
    "one per row that was read and set aside",
    ("source_file", "source_row", "column", "rule"),
    (
        Column("source_file", TEXT),
        Column("source_row", WHOLE),
        _null("column", TEXT),
        _null("value", TEXT),
        Column("rule_id", TEXT, note="of data/rules.py, such as R-LON; R-SOURCE for a rule of one source"),
        Column("rule", TEXT, note="the reason, as a sentence"),
        Column("row_json", TEXT, note="the whole row as read"),
    ),
)

_PATH_KEY = (
    Column("place_a", TEXT),
    Column("place_b", TEXT),
    Column("network", TEXT, allowed=NETWORKS),
)

PATHS = Table(
    "paths",
    "one per unordered pair of places (place_a < place_b) and network that legs may have used",
    ("place_a", "place_b", "network"),
    (
        *_PATH_KEY,
        Column("distance_km", NUMBER, note="geodesic between the two places, WGS 84"),
        Column("is_same_landmass", FLAG, note="a road joins the two places"),
        _null("length_km", NUMBER, "of the line drawn; null where refused"),
        _null("confidence", NUMBER, "mean probability of its steps along the line drawn; null where refused"),
        _null("refused", TEXT, "why no path was built"),
    ),
)

PATH_EDGES = Table(
    "path_edges",
    "one per step between two H3 cells that some member of a path's ensemble takes from place_a to place_b",
    ("place_a", "place_b", "network", "from_cell", "to_cell"),
    (
        *_PATH_KEY,
        Column("path", WHOLE, note="its number among those not refused, in the order of their key"),
        Column("from_cell", CELL, note="H3 resolution 3"),
        Column("to_cell", CELL),
        Column("probability", NUMBER, note="share of the members that take the step"),
    ),
)

PATH_BORDERS = Table(
    "path_borders",
    "one per land border that some member of a path's ensemble crosses by road, and direction on the way a to b",
    ("place_a", "place_b", "network", "from_country", "to_country"),
    (
        *_PATH_KEY,
        Column("from_country", TEXT),
        Column("to_country", TEXT),
        Column("probability", NUMBER, note="share of the members that cross from the one to the other, once or more"),
    ),
)

PATH_LINES = Table(
    "path_lines",
    "one per point of the line drawn for a path: its most typical member, from place_a to place_b",
    ("place_a", "place_b", "network", "seq"),
    (
        *_PATH_KEY,
        Column("seq", WHOLE),
        Column("lon", NUMBER, note="degrees, WGS 84"),
        Column("lat", NUMBER),
    ),
)

NETWORK_SHARES = Table(
    "network_shares",
    "one per (layer, distance band, same landmass, network): what a leg with unstated transport is taken to travel on",
    ("layer", "band", "is_same_landmass", "network"),
    (
        Column("layer", TEXT),
        Column("band", WHOLE, note="number of the distance band, 0 is the shortest; edges in geo/modes.py"),
        Column("is_same_landmass", FLAG),
        Column("network", TEXT, allowed=NETWORKS),
        Column("share", NUMBER, note="sums to 1 over the networks"),
        Column("record_count", NUMBER, note="records of stated transport behind it"),
    ),
)

CELLS = Table(
    "cells",
    "one per H3 cell that a path runs through",
    ("cell",),
    (
        Column("cell", CELL, note="H3 resolution 3"),
        Column("lon", NUMBER, note="centre, WGS 84"),
        Column("lat", NUMBER),
        _null("country_id", TEXT, "whose land holds the centre, or is near it; null at sea"),
    ),
)

DETECTION = Table(
    "detection",
    "one per (layer, country, window of years): relative detection along stated routes, no ranking of performance",
    ("layer", "country_id", "window"),
    (
        Column("layer", TEXT),
        Column("country_id", TEXT),
        Column("window", TEXT, note="such as 2013-2015, or all"),
        Column("q", NUMBER, note="share of the journeys that reach the country unseized which it seizes"),
        Column("low", NUMBER, note="95 %"),
        Column("high", NUMBER),
        Column("record_count", NUMBER, note="records whose route enters the country, exact repeats counted once"),
    ),
)

REPORTS = Table(
    "reports",
    "one per (layer, source, country, year) with anything found there: who reports what, and where silence begins",
    ("layer", "source_id", "country_id", "year"),
    (
        Column("layer", TEXT),
        Column("source_id", TEXT),
        _null("country_id", TEXT, "where it was found; null where that is not stated"),
        Column("year", WHOLE),
        Column("record_count", WHOLE, note="records of that year alone"),
        Column("spanning_count", WHOLE, note="records of several years, this one among them"),
    ),
)

ARRAYS: dict[str, dict[str, str]] = {  # types of the arrays in each file; what they are: geo/tally.py, geo/flowfield.py
    "running_sums": {"years": "int32", "start": "int32", "day": "int32", "running": "int64"},
    "network": {
        **{"cells": "int64", "ends": "int64", "km": "float64"},
        **{
            f"{matrix}_{part}": kind
            for matrix in ("forward", "backward", "same", "turned", "same_cases", "turned_cases")
            for part, kind in (("data", "float64"), ("indices", "int32"), ("indptr", "int32"))
        },
    },
}

IMPORTED = (OBSERVATIONS, WAYPOINTS, CUSTODY_EVENTS_TABLE, INCIDENTS, PLACES, UNRESOLVED)
RELEASED = (
    OBSERVATIONS,
    WAYPOINTS,
    LEGS,
    LEG_KINDS,
    LEG_DAYS,
    CUSTODY_EVENTS_TABLE,
    CUSTODY_EDGES,
    INCIDENTS,
    PLACES,
    SOURCES,
    UNRESOLVED,
    WITHHELD,
    DUPLICATES,
    PATHS,
    PATH_EDGES,
    PATH_BORDERS,
    PATH_LINES,
    NETWORK_SHARES,
    CELLS,
    DETECTION,
    REPORTS,
)
TABLES = {t.name: t for t in (*RELEASED, QUARANTINE)}


def empty(table: Table) -> pa.Table:
    """Return the table with no rows."""
    return table.schema.empty_table()


def check(frame: pd.DataFrame | pa.Table, table: Table) -> pa.Table:
    """Return the frame as an Arrow table that keeps the contract, columns in contract order.

    Raises:
        ContractError: a column is missing or of another type, a required value is null, a value is not
            allowed, or two rows share the key. The message names the table, the column and the value.
    """
    missing = [c.name for c in table.columns if c.name not in _names(frame)]
    if missing:
        raise _missing(missing[0], table)
    names = table.schema.names
    try:
        arrow = (
            pa.Table.from_pandas(frame[names], table.schema, preserve_index=False)
            if isinstance(frame, pd.DataFrame)
            else frame.select(names).cast(table.schema)
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as wrong:
        raise ContractError(f"Table {table.name}: {wrong}") from wrong
    for column in table.columns:
        _check_nulls(arrow[column.name].null_count, column, table)
        _check_values(arrow[column.name], column, table)
    _check_repeats(len(arrow) - len(arrow.select(table.key).group_by(list(table.key)).aggregate([])), table)
    return arrow.replace_schema_metadata(None)


def check_file(path: Path, table: Table, repeat_count: int) -> None:
    """Check a Parquet file against its contract, by what the file says of its columns where that is enough.

    Args:
        path: The file, with the contract's columns and types.
        table: The contract.
        repeat_count: Rows that repeat the key of another, as counted by who wrote the file.

    Raises:
        ContractError: as ``check``.
    """
    file = pq.ParquetFile(path)
    with file:
        missing = [name for name in table.schema.names if name not in file.schema_arrow.names]
        if missing:
            raise _missing(missing[0], table)
        for at, column in enumerate(table.columns):
            _check_nulls(_null_count(file, at), column, table)
            if column.allowed or column.name in ("lon", "lat"):
                _check_values(file.read([column.name])[column.name], column, table)
    _check_repeats(repeat_count, table)


def _null_count(file: pq.ParquetFile, at: int) -> int:
    groups = [file.metadata.row_group(number).column(at) for number in range(file.metadata.num_row_groups)]
    if all(group.statistics and group.statistics.has_null_count for group in groups):
        return sum(group.statistics.null_count for group in groups)
    return int(file.read([file.schema_arrow.names[at]])[0].null_count)


def _names(frame: pd.DataFrame | pa.Table) -> list[str]:
    return list(frame.columns) if isinstance(frame, pd.DataFrame) else list(frame.schema.names)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _missing(name: str, table: Table) -> ContractError:
    return ContractError(f"Table {table.name}: column {name} is missing; expected {_listed(table.schema.names)}.")


def _check_nulls(count: int, column: Column, table: Table) -> None:
    if count and not column.is_nullable:
        raise ContractError(f"Table {table.name}: column {column.name} holds {count} nulls; it must hold none.")


def _check_values(values: pa.ChunkedArray, column: Column, table: Table) -> None:
    if column.allowed:
        extra = set(pc.unique(values).to_pylist()) - {None, *column.allowed}
        if extra:
            raise ContractError(
                f"Table {table.name}: column {column.name} holds {sorted(extra)[0]!r};"
                f" allowed: {_listed(column.allowed)}."
            )
    if column.name in ("lon", "lat") and len(values):
        limit = 180.0 if column.name == "lon" else 90.0
        extremes = pc.min_max(values).as_py()
        for value in (extremes["min"], extremes["max"]):
            if value is not None and not abs(value) <= limit:
                raise ContractError(f"Table {table.name}: {column.name} {value} is outside -{limit:g}..{limit:g}.")


def _check_repeats(count: int, table: Table) -> None:
    if count:
        raise ContractError(f"Table {table.name}: {count} rows repeat the key {_listed(table.key)}.")
