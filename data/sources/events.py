"""What every source of incidents does: one row per event id, a place where a point is missing."""

from collections.abc import Mapping

import pandas as pd

from data.contracts import INCIDENTS
from data.intake import Sieve
from data.parsed import Parsed


def parsed(sieve: Sieve, id_column: str, columns: Mapping[str, pd.Series | str]) -> Parsed:
    """Return incidents with every column of their contract; an id that stood above is set aside.

    Args:
        sieve: The file's rows.
        id_column: The published id of an event.
        columns: Of contracts.INCIDENTS, beside provenance, id and year; one value per row of the file.

    Raises:
        SourceError: an id is missing.
    """
    ids = sieve.column(id_column)
    sieve.refuse(ids.isna(), id_column, "is no event id", "Fill it in.")
    sieve.set_aside(ids.where(sieve.is_kept).duplicated() & ids.notna(), id_column, "repeats an event id")
    frame = pd.DataFrame(index=sieve.raw.frame.index).assign(
        incident_id=sieve.request.source_id + ":" + ids,
        source_id=sieve.request.source_id,
        source_file=sieve.raw.file,
        source_row=sieve.raw.rows,
        **columns,
    )
    kept = frame[sieve.is_kept].reset_index(drop=True)
    kept = kept.assign(year=kept["date_start"].dt.year, lon=kept["lon"].round(6), lat=kept["lat"].round(6))
    incidents = kept.reindex(columns=INCIDENTS.schema.names)
    return Parsed(
        len(sieve.raw.frame), incidents=incidents, quarantine=sieve.quarantine(), unresolved=sieve.unresolved()
    )


def at_country(sieve: Sieve, country: pd.Series, places: pd.DataFrame) -> pd.DataFrame:
    """Return points where those that are missing became their country's own, of precision ``country``.

    Args:
        sieve: The file's rows.
        country: Country of each row, or null.
        places: ``lon, lat, precision`` of each row; all null where no point is published.
    """
    points = {code: sieve.request.gazetteer.point(code) for code in country.dropna().unique()}
    is_moved = places["lon"].isna() & country.notna()
    own = pd.DataFrame(
        {
            "lon": country.map({code: point.lon for code, point in points.items()}),
            "lat": country.map({code: point.lat for code, point in points.items()}),
            "precision": "country",
        }
    )
    return places.where(~is_moved, own)
