"""Every column that leaves: its type, its unit, its meaning; the same name means the same in every table. Pure."""

from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from dashboard import words
from data.contracts import DAY, FLAG, NUMBER, TEXT, WHOLE

TYPES = {"text": TEXT, "whole number": WHOLE, "number": NUMBER, "day": DAY, "yes or no": FLAG}
HIDDEN = "Small counts are withheld: :c in CSV, missing elsewhere."
LOCATED = (
    "Mean of the incidents' points; the middle of the cell where their count is withheld, the country's representative "
    "point where there is no cell."
)


class Meaning(NamedTuple):
    """What a column holds."""

    type: str
    unit: str
    meaning: str

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type of the column."""
        return TYPES[self.type]


def _text(meaning: str, unit: str = "") -> Meaning:
    return Meaning("text", unit, meaning)


def _whole(meaning: str, unit: str = "records") -> Meaning:
    return Meaning("whole number", unit, meaning)


def _number(meaning: str, unit: str = "") -> Meaning:
    return Meaning("number", unit, meaning)


def _day(meaning: str) -> Meaning:
    return Meaning("day", "date", meaning)


def _flag(meaning: str) -> Meaning:
    return Meaning("yes or no", "", meaning)


COMMON = ("marking", "is_synthetic")  # of every row of every table
LINES = {
    "corridor_id": _text("Pair of places; the same in both directions. Joins routes, flows and corridors."),
    "place_a": _text("Place id of the end that comes first by name."),
    "place_b": _text("Place id of the other end."),
    "place_a_name": _text("Name of place_a."),
    "place_b_name": _text("Name of place_b."),
    "network": _text("What the drawn way runs on: road, sea or air; missing where a straight line is drawn."),
    "drawn": _text("way: a plausible way, not one that was observed; straight: a line between the ends."),
    "length_km": _number("Length of the way; missing where a straight line is drawn or no way was found.", "km"),
    "confidence": _number("Mean probability of the steps of the way.", "0 to 1"),
}
FLOWS = {
    "layer": _text("Kind of record: firearms, drugs, human_trafficking, terrorism; of a corridor: the other layer."),
    "origin_id": _text("Place id where the flow begins; of a corridor: of the larger firearms flow."),
    "destination_id": _text("Place id where the flow ends."),
    "origin": _text("Name of the origin."),
    "destination": _text("Name of the destination."),
    "origin_level": _text("How exactly the origin is known: country, admin1 (state or province) or place."),
    "destination_level": _text("How exactly the destination is known."),
    "origin_lon": _number("Representative point of the origin.", "degrees east, WGS 84"),
    "origin_lat": _number("Representative point of the origin.", "degrees north, WGS 84"),
    "destination_lon": _number("Representative point of the destination.", "degrees east, WGS 84"),
    "destination_lat": _number("Representative point of the destination.", "degrees north, WGS 84"),
    "record_count": _whole(f"Published records, not volumes; the lower bound where a range was published. {HIDDEN}"),
    "record_count_high": _whole(f"The upper bound; equal to record_count where no range was published. {HIDDEN}"),
    "item_count": _whole(f"Pieces: firearms or victims; missing where not stated. {HIDDEN}", "items"),
    "weight": _number(f"Evidence weight of the records, as the comparison takes them. {HIDDEN}", "weighted records"),
    "intended_share": _number(f"Share of the records whose destination was not reached. {HIDDEN}", "0 to 1"),
    "first_on": _day(f"First day of the earliest record. {HIDDEN}"),
    "last_on": _day(f"Last day of the latest record. {HIDDEN}"),
    "sources": _text(f"Ids of the sources, as in the table sources. {HIDDEN}"),
    "flow_confidence": _text(f"{words.CONFIDENCE} {HIDDEN}"),
    "is_coarse": _flag("An end is known only as a country."),
    "is_shown": _flag("On the map of the Explore page under the same filters."),
    "count_status": _text("published, or suppressed where a count of the row is withheld."),
}
CORRIDORS = {
    "relation": _text("common, inverse, mixed, crossing or insufficient: the layer against firearms on this corridor."),
    "p_common": _number("Probability that the two layers run the same way; missing where not judged.", "0 to 1"),
    "p_inverse": _number("Probability that they run opposite ways; missing where not judged.", "0 to 1"),
    "d": _number("Shared direction: +1 all records run the same way, -1 all run opposite ways.", "-1 to 1"),
    "q_full_margin": _number("Expected share of false alarms beyond hubs and distance; missing if untested.", "0 to 1"),
    "q_polarity": _number("The same against worlds in which each place's roles are tossed.", "0 to 1"),
    "statistic": _number(f"What the null model is tested by: how much both layers share. {HIDDEN}", "weighted records"),
    "expected": _number(f"Its mean over the worlds of the null model. {HIDDEN}", "weighted records"),
    "evidence_class": _text("A to D: how far the relation can be relied on; see method.json."),
    "p_least": _number("Least probability of the relation under 27 ways of weighing the records.", "0 to 1"),
    "flips": _text("The ways of weighing under which the direction turns; empty where none does."),
    "firearms_with": _whole(f"Firearms records from origin to destination. {HIDDEN}"),
    "firearms_against": _whole(f"Firearms records from destination to origin. {HIDDEN}"),
    "other_with": _whole(f"The layer's records from origin to destination. {HIDDEN}"),
    "other_against": _whole(f"The layer's records from destination to origin. {HIDDEN}"),
    "firearms_n": _number(f"Firearms records running along the corridor. {HIDDEN}", "weighted records"),
    "other_n": _number(f"The layer's records running along the corridor. {HIDDEN}", "weighted records"),
    "firearms_coverage": _whole(f"Firearms records of published flows that begin or end in either place. {HIDDEN}"),
    "other_coverage": _whole(f"The layer's records of published flows that begin or end in either place. {HIDDEN}"),
}
INCIDENTS = {
    "precision": _text("cell, or country where only the country is known; of a record: of its less precise end."),
    "cell": _text("H3 cell, resolution 3."),
    "country_id": _text("Country, where only that is known.", "ISO 3166-1 alpha-3"),
    "place": _text("Name of the country, where only that is known."),
    "lon": _number(LOCATED, "degrees east, WGS 84"),
    "lat": _number(LOCATED, "degrees north, WGS 84"),
    "incident_count": _whole(f"Recorded incidents. {HIDDEN}", "incidents"),
    "killed_count": _whole(f"People killed, as published; missing where unknown. {HIDDEN}", "people"),
}
EVIDENCE = {
    "leg_id": _text("One directed hop of one record."),
    "source_id": _text("Id of the source, as in the table sources."),
    "source_file": _text("Name of the published file."),
    "source_row": _whole("Row of that file; the first is 1.", ""),
    "source_column": _text("Heading of the column, where one row holds several records."),
    "also_in": _text("Ids of other sources that state the same event; missing where none does."),
    "date_start": _day("First day of the record's period."),
    "date_end": _day("Last day of the record's period."),
    "date_precision": _text("day, month, quarter, year or period."),
    "origin_raw": _text("Published name of the origin."),
    "destination_raw": _text("Published name of the destination."),
    "origin_role": _text("What is known of the origin: manufacture, last_legal, departure, transit and so on."),
    "destination_role": _text("What is known of the destination: seizure, recovery, intended_destination and so on."),
    "status": _text("observed, intended (destination not reached) or trace."),
    "commodity": _text("Group: weapon type, drug group, form of exploitation."),
    "transport_mode": _text("Means of transport of the intercepted leg; missing where not stated."),
    "repeat_count": _whole("Rows of the file with exactly this content.", "rows"),
    "reliability": _text("Admiralty grade of the source, A to F; missing weighs as F."),
    "credibility": _text("Admiralty grade of the record, 1 to 6; missing weighs as 6."),
}
OVERLAP = {
    "omega": _number("Direction over all shared kilometres: +1 the same way, -1 opposite ways.", "-1 to 1"),
    "common_share": _number("Share of the shared kilometres on which the layers run the same way.", "0 to 1"),
    "inverse_share": _number("Share on which they run opposite ways.", "0 to 1"),
    "mixed_share": _number("Share on which neither direction prevails.", "0 to 1"),
    "shared_km": _number("Kilometres of corridor on which both layers have enough records.", "km"),
}
CUBE = {
    "cell_count": _whole("Cells of the release (pair of places and years) whose counts are withheld.", "cells"),
}
SOURCES = {
    "title": _text("Title of the source."),
    "publisher": _text("Who published it."),
    "edition": _text("Edition; missing where the publisher names none."),
    "licence": _text("Licence."),
    "attribution": _text("How to name it."),
    "redistributable": _flag("Its records may be passed on; else only sums of them are here."),
    "retrieved_on": _day("Day the file was retrieved."),
    "file_sha256": _text("SHA-256 of the published file."),
    "caveat": _text("What the publisher asks to be shown, or what the source leaves out."),
}
MARKS = {
    "marking": _text("Traffic Light Protocol 2.0 marking of this export; in the table sources: of the source."),
    "is_synthetic": _flag("The data are made up; in the table sources: of the source."),
}
MEANINGS = LINES | FLOWS | CORRIDORS | INCIDENTS | EVIDENCE | OVERLAP | CUBE | SOURCES | MARKS
_CODES = {
    "table": _text("Table."),
    "column": _text("Column."),
    "type": _text("Type."),
    "unit": _text("Unit; empty where there is none."),
    "meaning": _text("Meaning."),
}


def meanings(names: list[str]) -> dict[str, Meaning]:
    """Return what the columns of a table hold; also those of the codebook itself."""
    known = _CODES if names[:2] == ["table", "column"] else MEANINGS
    return {name: known[name] for name in names}


def codebook(columns: dict[str, list[str]]) -> pd.DataFrame:
    """Return the codebook of some tables: ``table, column, type, unit, meaning``.

    Args:
        columns: The columns of each table.
    """
    rows = [(table, name, *MEANINGS[name]) for table, names in columns.items() for name in names]
    return pd.DataFrame(rows, columns=list(_CODES))
