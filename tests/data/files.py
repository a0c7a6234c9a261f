"""Small made-up files in the layouts the sources publish, and what the tests ask of a store."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pyarrow.parquet as pq

from data import release
from data.intake import Request
from data.parsed import Parsed
from data.places import gazetteer
from data.sources import register

TODAY = date(2025, 6, 30)
IDS_COLUMNS = (
    "REGION",
    "SUBREGION",
    "COUNTRY",
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
IDS_ROW = (
    *("Europe", "West & Central Europe", "Germany", "Nowhere", "Testhafen", "2012-03-04", "Cocaine", "2.5"),
    *("Kilogram", "Postal", "Airport", "Commercial air", "", "Brazil", "France", "Border - inbound"),
)
GLOTIP_COLUMNS = (
    *("Iso3_code", "Country", "Region", "Subregion", "Indicator", "Dimension", "Category", "Sex", "Age", "Year"),
    *("Unit of measurement", "txtVALUE", "Source"),
)
GLOTIP_ROW = (
    *("ESP", "Spain", "Europe", "Southern Europe", "Detected trafficking victims", "by citizenship", "Nigeria"),
    *("Total", "Total", 2020, "Counts", "12", "made up"),
)
GED_ROW: dict[str, object] = {
    "id": 7,
    "year": 2019,
    "type_of_violence": 1,
    "side_a": "Side A",
    "side_b": "Side B",
    "where_prec": 1,
    "where_coordinates": "Testville",
    "latitude": 10.5,
    "longitude": 20.25,
    "country": "Chad",
    "date_prec": 1,
    "date_start": "2019-02-03",
    "date_end": "2019-02-04",
    "best": 5,
    "high": 9,
    "low": 1,
}
GED_COMPACT_ROW: dict[str, object] = {
    "id": 7,
    "year": 2019,
    "month": 2,
    "day": 3,
    "country": "Chad",
    "type_of_violence": "State-based violence",
    "conflict_name": "made up",
    "side_a": "Side A",
    "side_b": "Side B",
    "latitude": 10.5,
    "longitude": 20.25,
    "low_death": 1,
    "best_death": 5,
    "high_death": 9,
}
ABROAD_ROW: dict[str, object] = {
    "recovery_country": "Mexico",
    "recovery_iso3": "MEX",
    "period_start": 2016,
    "period_end": 2016,
    "firearms_traced": 200,
    "us_sourced_pct": 70.5,
    "us_sourced_basis": "us_sourced",
    "source_ref": "X",
    "note": "made up",
}


def xlsx(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write a workbook with one sheet; None is an empty cell."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def matrix(
    path: Path,
    recovery: Sequence[str],
    sources: Mapping[str, Sequence[object]],
    total: str = "TOTAL",
    lead: int = 0,
    notes: Sequence[str] = (),
) -> Path:
    """Write an ATF matrix with true totals: banner, header, one row per source state, total row, footnotes."""
    rows: list[Sequence[object]] = [[None] * 3 for _ in range(lead)]
    rows += [[None, None, "Recovery State"], [None, None, *recovery, total]]
    for at, (name, cells) in enumerate(sources.items()):
        rows.append(["Source State" if at == 0 else None, name, *cells, added(cells)])
    columns = [added(cells) for cells in zip(*sources.values(), strict=True)]
    rows.append([None, total, *columns, sum(columns)])
    rows += [[None, None], *([None, note] for note in notes)]
    return xlsx(path, rows)


def added(cells: Iterable[object]) -> int:
    """Return the sum of the cells that are whole numbers."""
    return sum(cell for cell in cells if isinstance(cell, int))


def table(path: Path, rows: Iterable[Mapping[str, object]], sep: str = ",") -> Path:
    """Write rows as CSV or Parquet, by the path's ending."""
    frame = pd.DataFrame(list(rows))
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False, sep=sep, encoding="utf-8")
    return path


def seizure(**changes: object) -> dict[str, object]:
    """Return one made-up row of UNODC's individual drug seizures."""
    return dict(zip(IDS_COLUMNS, IDS_ROW, strict=True)) | changes


def ids(path: Path, *rows: Mapping[str, object]) -> Path:
    """Write drug seizures as published: semicolons in CSV, null for nothing in Parquet."""
    if path.suffix == ".parquet":
        return table(path, ({k: v or None for k, v in row.items()} | {"AMOUNT": _amount(row)} for row in rows))
    return table(path, rows, sep=";")


def _amount(row: Mapping[str, object]) -> float | None:
    return float(str(row["AMOUNT"])) if row["AMOUNT"] else None


def glotip(path: Path, *rows: Mapping[str, object]) -> Path:
    """Write trafficking counts as published: two banner rows, a header, then one row per count."""
    body = [[{**dict(zip(GLOTIP_COLUMNS, GLOTIP_ROW, strict=True)), **row}[c] for c in GLOTIP_COLUMNS] for row in rows]
    return xlsx(path, [["Made-up data"], ["Trafficking in persons"], GLOTIP_COLUMNS, *body])


def ged(path: Path, *changes: Mapping[str, object]) -> Path:
    """Write events in the official layout."""
    return table(path, (GED_ROW | dict(change) for change in changes))


def ged_compact(path: Path, *changes: Mapping[str, object]) -> Path:
    """Write events in the compact layout."""
    return table(path, (GED_COMPACT_ROW | dict(change) for change in changes))


def abroad(path: Path, *changes: Mapping[str, object]) -> Path:
    """Write traces of firearms recovered abroad."""
    return table(path, (ABROAD_ROW | dict(change) for change in changes))


def read(source_id: str, path: Path, **options: Any) -> Parsed:  # noqa: ANN401
    """Return what a source's reader makes of a file, on a fixed day."""
    request = Request(path, register.profile(source_id), gazetteer(), today=TODAY, **options)
    return next(register.reader(source_id)(request).parts)


def places_of(parsed: Parsed, row: int) -> list[tuple[str, object]]:
    """Return (role, place id or None) of the first record of a file's row, in travel order."""
    found = parsed.observations.loc[parsed.observations["source_row"] == row, "obs_id"]
    points = parsed.waypoints[parsed.waypoints["obs_id"] == found.iloc[0]].sort_values("seq")
    return [(str(role), none(place)) for role, place in zip(points["role"], points["place_id"], strict=True)]


def none(value: Any) -> Any:  # noqa: ANN401
    """Return None for every kind of null."""
    return None if pd.isna(value) else value


def rows_of(root: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table of the current release."""
    rows: list[dict[str, Any]] = pq.read_table(release.current(root).path(name)).to_pylist()
    return rows


def contents(root: Path) -> dict[str, str]:
    """Return every file and folder below a folder with the hash of its bytes; nothing if there is no folder."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(root.rglob("*"))
    }
