"""ATF source state by recovery state: a matrix a year (XLSX), or the same in long form (Parquet)."""

import re
from pathlib import Path

import pandas as pd

from data import gate, identity, intake, raw
from data.errors import SourceError
from data.intake import Request, Sieve
from data.parsed import Parsed
from data.raw import Raw

LONG_COLUMNS = ("year", "source_state", "recovery_state", "firearms_traced")
ANCHOR = "ALABAMA"  # the first state of every edition marks header and first row
TOTALS = ("TOTAL", "TOTALS")
FIRST_YEAR = 1990


def read(request: Request) -> Parsed:
    """Return one trace record per non-zero cell, from the state of first retail sale to the state of recovery.

    Raises:
        SourceError: no year, no matrix, an unknown state, or a cell that is no count.
    """
    is_long = gate.kind_of(request.path) != "xlsx"
    file, notes = (raw.read(request.path, LONG_COLUMNS), ()) if is_long else _matrix(request)
    sieve = Sieve(file, request)
    counts = intake.number(file.frame["firearms_traced"])
    sieve.refuse(
        counts.isna() | (counts < 0) | (counts % 1 != 0), "firearms_traced", "is no count", "Correct the cell."
    )
    sieve.refuse_overflow("firearms_traced")
    years = intake.number(file.frame["year"])
    is_year = years.between(FIRST_YEAR, request.today.year)
    sieve.refuse(~is_year, "year", f"is no year from {FIRST_YEAR} to today", "Correct the year.")
    origin, recovery = (_states(sieve, name) for name in ("source_state", "recovery_state"))
    sieve.is_kept &= counts > 0
    observations, waypoints = _records(sieve, counts, years, (origin, recovery))
    return Parsed(int((counts != 0).sum()), observations, waypoints, quarantine=sieve.quarantine(), notes=notes)


def _matrix(request: Request) -> tuple[Raw, tuple[str, ...]]:
    rows = raw.sheet(request.path)
    header, column = _anchor(rows, request.path)
    year = _year(request)
    headings = [str(cell).strip() for cell in rows[header]]
    width = next((i for i, name in enumerate(headings) if i > column and name in TOTALS), len(headings))
    cells: list[tuple[object, ...]] = []
    totals: dict[str, object] = {}
    for number in range(header + 1, len(rows)):
        source = str(rows[number][column - 1]).strip()
        if source in TOTALS or not source:
            totals["row"] = rows[number] if source else None
            _require_end(rows, number + bool(source), range(column, width), request.path)
            break
        for at in range(column, width):
            cells.append((year, source, headings[at], rows[number][at], number + 1))
        totals[source] = rows[number][width] if width < len(headings) else None
    frame = pd.DataFrame(cells, columns=[*LONG_COLUMNS, "row"])
    matrix = Raw(request.path.name, frame[list(LONG_COLUMNS)], frame["row"], frame["recovery_state"], ("source_state",))
    return matrix, _notes(frame, totals, headings[column:width], column)


def _require_end(rows: list[list[object]], end: int, columns: range, path: Path) -> None:
    """Refuse a workbook with numbers below the end of its matrix, where only footnotes stand."""
    for number, row in enumerate(rows[end:], start=end + 1):
        if intake.number(pd.Series([row[at] for at in columns])).notna().any():
            raise SourceError(
                f"{path.name}, row {number}: numbers stand below the end of the matrix, after row {end}; name the state"
                " of every row, and remove empty rows."
            )


def _anchor(rows: list[list[object]], path: Path) -> tuple[int, int]:
    for number, row in enumerate(rows[: raw.HEADER_SEARCH_ROWS]):
        for column, cell in enumerate(row):
            below = rows[number + 1] if number + 1 < len(rows) else []
            if str(cell).strip() == ANCHOR == str(below[column - 1] if column and below else "").strip():
                return number, column
    raise SourceError(
        f"{path.name}: no matrix of states (a header {ANCHOR} above a row {ANCHOR}) in the first"
        f" {raw.HEADER_SEARCH_ROWS} rows; check that the workbook belongs to this source."
    )


def _year(request: Request) -> int:
    year = _year_of(request.path) if request.year is None else request.year
    if not FIRST_YEAR <= year <= request.today.year:
        raise SourceError(
            f"{request.path.name}: {year} is no year from {FIRST_YEAR} to today; correct the file's name or --year."
        )
    return year


def _year_of(path: Path) -> int:
    found = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", path.stem)
    if len(set(found)) != 1:
        raise SourceError(
            f"{path.name}: the file name does not say which year it is; pass --year, for example --year 2016."
        )
    return int(found[0])


def _notes(frame: pd.DataFrame, totals: dict[str, object], headings: list[str], column: int) -> tuple[str, ...]:
    """Return one sentence for each printed total that is not the sum of its cells."""
    cells = frame.assign(n=intake.number(frame["firearms_traced"]))
    by_row, by_column = cells.groupby("source_state")["n"].sum(), cells.groupby("recovery_state")["n"].sum()
    printed = totals.pop("row", None)
    pairs = [(f"row {name}", by_row[name], total) for name, total in totals.items()]
    if isinstance(printed, list):
        pairs += [(f"column {name}", by_column[name], printed[column + i]) for i, name in enumerate(headings)]
        pairs += [("grand total", cells["n"].sum(), total) for total in printed[column + len(headings) :][:1]]
    return tuple(
        f"{name}: printed total {total:,.0f}, sum of cells {found:,.0f}"
        for name, found, total in pairs
        if isinstance(total, int | float) and total != found
    )


def _states(sieve: Sieve, column: str) -> pd.Series:
    names = sieve.column(column).str.replace(r"\s+", " ", regex=True)
    names = names.replace(sieve.request.values("state"))
    gazetteer = sieve.request.gazetteer
    places = {name: gazetteer.division(name, "USA") or gazetteer.country(name) for name in names.dropna().unique()}
    found = names.map(places)
    sieve.refuse(found.isna(), column, "is no state or country we know", "Correct the name.")
    return found


def _records(
    sieve: Sieve, counts: pd.Series, years: pd.Series, ends: tuple[pd.Series, pd.Series]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    year, count = (sieve.kept(values).astype("int64") for values in (years, counts))
    origin, recovery = (sieve.kept(values) for values in ends)
    ids = identity.identities(sieve.request.source_id, [year, origin, recovery])
    start, end = intake.year_span(year)
    observations = ids.assign(
        source_row=sieve.kept(sieve.raw.rows),
        source_column=sieve.kept(sieve.column("recovery_state")),
        layer="firearms",
        record_kind="trace",
        date_start=start,
        date_end=end,
        date_precision="year",
        item_count=count,
        case_count=count,
        case_count_high=count,
    )
    stated = ((0, "last_legal", origin, "source_state"), (1, "recovery", recovery, "recovery_state"))
    waypoints = pd.concat(
        [
            pd.DataFrame({"obs_id": ids["obs_id"], "seq": seq, "role": role, "place_id": place}).assign(
                place_raw=sieve.kept(sieve.column(column))
            )
            for seq, role, place, column in stated
        ]
    )
    return intake.finished(observations, waypoints, sieve)
