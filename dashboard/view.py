"""What a page is given: frozen values, made by assemble.py, drawn without another question to the store."""

from dataclasses import dataclass, field

import pandas as pd

from dashboard.filters import Filters
from data import disclosure

RELATIONS = ("common", "inverse", "mixed", "crossing", "insufficient")


def _no_places() -> pd.DataFrame:
    return pd.DataFrame(columns=["level", "country_id", "parent_id", "subregion"], dtype="str")


@dataclass(frozen=True)
class Explore:
    """Everything the Explore page shows for one release and one choice of filters.

    Attributes:
        release_id: The pinned release.
        is_synthetic: True when any source of the release is made up.
        marking: The strictest TLP marking of the sources.
        filters: The choice this view answers.
        totals: One row per layer of the release, shown or not: ``layer``, ``record_count`` (records or incidents
            that pass the filters), ``flow_record_count`` (records on the flows below), ``flow_count``.
        flows: One row per (layer, origin_id, destination_id) of the chosen layers that reaches the minimum
            count, largest first within its layer: ``layer, origin_id, destination_id, origin, destination``
            (names), ``origin_lon, origin_lat, destination_lon, destination_lat`` (degrees), ``origin_level,
            destination_level`` (country, admin1, place), ``record_count, record_count_high, item_count``
            (nullable), ``intended_share`` (0..1), ``first_on, last_on, sources`` (text), ``corridor_id``,
            ``is_shown`` (one of the top N of its layer, or on one of the top N corridors with a word).
        corridors: One row per (corridor, other layer) with firearms flows of its own: ``corridor_id, origin_id,
            destination_id, origin, destination`` (along the larger firearms flow), ``layer`` (the other layer),
            ``relation`` (see RELATIONS), ``p_common, p_inverse, d`` (NaN where not judged), ``firearms_with,
            firearms_against, other_with, other_against`` (records of the pair itself), ``firearms_n, other_n``
            (weighted records running along the band), ``firearms_coverage, other_coverage`` (records that begin or end
            in either place), ``length_km, confidence`` (of the line drawn), ``is_coarse, is_shown``. Strongest first.
        incidents: One row per cell or country of point layers: ``layer, lon, lat, incident_count, killed_count``
            (nullable), ``precision`` (cell or country), ``cell``, ``country_id``, ``place`` (country name or "").
        omega: One row per other layer: ``layer, omega, common_share, inverse_share, mixed_share, shared_km``;
            NaN where the layers share nothing.
        sources: Contract table ``sources`` of the release.
        routes: The way of each shown pair of places finer than a country: ``corridor_id, network, length_km,
            confidence`` (mean probability of its steps, in (0, 1]); a pair without one is drawn as a curve.
        lines: ``corridor_id, lon, lat``: each way's points, from the end that comes first by name.
        silent: ``country_id, name`` of the countries, in the chosen region, without a record of any chosen layer in
            the period: not reported, which is not zero.
        withheld: One row per (layer, origin_id, destination_id) with counts that are too small to be told:
            ``layer, origin_id, destination_id, cell_count``.
        small: What the release states of its small counts: see data/disclosure.py.
        places: The release's places by place_id: ``level, country_id, parent_id, subregion`` and more.
        level: How fine the map draws, one of levels.LEVELS; ``flows`` are as recorded at "place".
        within: At coarser levels, what stays within one unit: see levels.WITHIN.
    """

    release_id: str
    is_synthetic: bool
    marking: str
    filters: Filters
    totals: pd.DataFrame
    flows: pd.DataFrame
    corridors: pd.DataFrame
    incidents: pd.DataFrame
    omega: pd.DataFrame
    sources: pd.DataFrame
    routes: pd.DataFrame
    lines: pd.DataFrame
    silent: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"country_id": [], "name": []}))
    withheld: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"layer": [], "cell_count": []}))
    small: disclosure.Rule = field(default_factory=disclosure.rule)
    places: pd.DataFrame = field(default_factory=_no_places)
    level: str = "place"
    within: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"layer": [], "record_count": []}))


@dataclass(frozen=True)
class Evidence:
    """The records behind one corridor: whatever is listed sums to what the map and the table state.

    Attributes:
        corridor_id: Which corridor.
        origin_id: One end (the map's orientation).
        origin: Its name.
        destination: Name of the other end.
        summary: One row per (layer, direction): ``layer, direction`` ("with" / "against"), ``record_count``.
        records: One row per leg record: ``layer, direction, source_id, source_file, source_row, source_column``
            (nullable), ``date_start, date_end, date_precision, origin_raw, destination_raw, origin_role,
            destination_role, status, commodity, transport_mode, record_count, record_count_high, item_count,
            repeat_count, precision``, ``also_in`` (other sources of the same event; nullable) and the grades
            ``reliability, credibility`` (nullable); none for officials.
        withheld: ``layer, direction, cell_count``: counts between the two places that are too small to be told.
        is_cut: True when only the newest rows of each layer and direction are listed (``record_total``: how many there
            are).
        record_total: Rows there are.
        entries: ``layer, entry_count``: the same by layer, firearms first; none for officials.
    """

    corridor_id: str
    origin_id: str
    origin: str
    destination: str
    summary: pd.DataFrame
    records: pd.DataFrame
    is_cut: bool
    record_total: int
    withheld: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({"layer": [], "direction": [], "cell_count": []})
    )
    entries: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"layer": [], "entry_count": []}))
