"""What the command line prints: tables for people, JSON and CSV for programs."""

import json
import sys
from typing import NamedTuple

import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from dashboard import relations
from dashboard.assemble import Store
from dashboard.filters import Filters
from data.release import Release
from data.store import ImportReport
from geo.compare import Comparison
from geo.system import LayersTest

PIPED_WIDTH = 160
NOTES = Console(stderr=True, soft_wrap=True, highlight=False)
OUT = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
TABLE_ROWS = 40
SYNTHETIC = "SYNTHETIC: this store holds made-up data; it says nothing about any real place or person."
FLOW_COLUMNS = (
    "layer",
    "origin_id",
    "destination_id",
    "origin",
    "destination",
    "record_count",
    "record_count_high",
    "item_count",
    "first_on",
    "last_on",
    "sources",
    "is_synthetic",
)
NARROW = {
    "origin": "from",
    "destination": "to",
    "record_count": "records",
    "item_count": "items",
    "first_on": "first",
    "last_on": "last",
    "length_km": "km",
}
LEFT_OUT = ("id", "origin_id", "destination_id", "shared_share", "record_count_high", "is_synthetic")
Parts = tuple[str, str]


def show_report(report: ImportReport) -> None:
    """Print what became of one file's rows."""
    state = "" if report.is_new else " (in the store already; nothing changed)"
    OUT.print(f"{report.source_file}{state}", markup=False)
    OUT.print(
        f"  read {report.row_count_read:,} rows · kept {report.row_count_kept:,} records"
        f" · quarantined {report.row_count_quarantined:,} rows"
    )
    for rule, count in report.rules.items():
        OUT.print(f"    {count:>9,}  {rule}", markup=False)
    if report.unresolved:
        names = "1 place name is" if len(report.unresolved) == 1 else f"{len(report.unresolved):,} place names are"
        OUT.print(f"  {names} not known (kept as words, without a place):")
        for name, count in list(report.unresolved.items())[:TABLE_ROWS]:
            OUT.print(f"    {count:>9,}  {name}", markup=False)
    for note in report.notes:
        OUT.print(f"  note: {note}", markup=False)


def show_release(release: Release) -> None:
    """Print a release's id and the rows of its tables."""
    OUT.print(f"release {release.id} in {release.folder}", markup=False)
    for name, kept in release.files.items():
        OUT.print(f"  {kept['row_count']:>9,}  {name.removesuffix('.parquet')}", markup=False)
    _warn(bool(release.manifest["is_synthetic"]))


def show_flows(flows: pd.DataFrame, form: str) -> None:
    """Print flows: one row per (layer, origin_id, destination_id)."""
    rows = flows[list(FLOW_COLUMNS)]
    _warn(bool(rows["is_synthetic"].any()))
    if form == "json":
        _json(_records(rows))
    elif form == "csv":
        _csv(rows)
    else:
        _table(rows, "flows")


class Found(NamedTuple):
    """A comparison, its corridors, and what the null model says; None where it was not asked or cannot say."""

    result: Comparison
    corridors: pd.DataFrame
    tested: LayersTest | None


def show_comparison(store: Store, filters: Filters, parts: Parts, found: Found, form: str) -> None:
    """Print how two layers, or parts of layers, compare."""
    result, corridors, tested = found
    _warn(store.is_synthetic)
    if form == "json":
        _json(_comparison(store, filters, parts, found))
    elif form == "csv":
        _csv(_named(corridors, parts).assign(is_synthetic=store.is_synthetic))
    else:
        shares = ", ".join(f"{name} {_percent(share)}" for name, share in result.shares.items())
        OUT.print(f"{parts[0]} and {parts[1]}: Omega {result.omega:+.3f}")
        OUT.print(f"of {result.shared_km:,.0f} shared corridor-km: {shares}")
        OUT.print(_explained(tested), markup=False)
        labels = corridors["label"].value_counts()
        OUT.print("corridors: " + ", ".join(f"{count:,} {label}" for label, count in labels.items()))
        _table(_named(corridors, parts).round({"P_common": 3, "P_inverse": 3, "D": 2, "length_km": 0}), "corridors")


def _explained(tested: LayersTest | None) -> str:
    if tested is None:
        return "not tested against the null model: --draws 999 does, where both layers are known equally well"
    return f"Omega is {relations.explained(tested)}"


def _tests(tested: LayersTest | None) -> dict[str, object] | None:
    if tested is None:
        return None
    rungs = {"full_margin": tested.system.full_margin, "polarity": tested.system.polarity}
    measures = {
        rung: {name: {key: _null(value) for key, value in one._asdict().items()} for name, one in by_name.items()}
        for rung, by_name in rungs.items()
    }
    level = "countries" if tested.is_coarse else "places"
    told = {"between": level, "place_count": tested.place_count, "draw_count": tested.draw_count}
    return {**told, **measures, "sentence": _explained(tested)}


def _comparison(store: Store, filters: Filters, parts: Parts, found: Found) -> dict[str, object]:
    result, corridors, tested = found
    plain = corridors.drop(columns=[f"{side}_{way}" for side in "ab" for way in ("with", "against", "n")])
    counts = [
        {
            part: {
                "with": int(row[f"{side}_with"]),
                "against": int(row[f"{side}_against"]),
                "running_along": row[f"{side}_n"],
            }
            for side, part in zip("ab", parts, strict=True)
        }
        for row in corridors.to_dict("records")
    ]
    return {
        "release": store.release.id,
        "is_synthetic": store.is_synthetic,
        "marking": store.marking,
        "filters": {**filters.to_dict(), "layers": list(parts)},
        "omega": _null(result.omega),
        "shared_km": result.shared_km,
        "shares": {name: _null(share) for name, share in result.shares.items()},
        "tests": _tests(tested),
        "corridors": [{**row, "records": own} for row, own in zip(_records(plain), counts, strict=True)],
    }


def _named(corridors: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    names = {
        f"{side}_{way}": f"{part}_{way}"
        for side, part in zip("ab", parts, strict=True)
        for way in ("with", "against", "n")
    }
    return corridors.rename(columns=names)


def _records(rows: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): _null(value) for name, value in row.items()} for row in rows.to_dict("records")]


def _null(value: object) -> object:
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def _json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def _csv(rows: pd.DataFrame) -> None:
    rows.to_csv(sys.stdout, index=False, date_format="%Y-%m-%d")


def _table(rows: pd.DataFrame, what: str) -> None:
    rows = rows.drop(columns=[name for name in rows if name in LEFT_OUT or str(name).endswith("_n")]).rename(
        columns=NARROW
    )
    table = Table(box=SIMPLE)
    for name in rows.columns:
        is_number = pd.api.types.is_numeric_dtype(rows[name])
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows.head(TABLE_ROWS).itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    OUT.print(table)
    if len(rows) > TABLE_ROWS:
        OUT.print(f"showing {TABLE_ROWS} of {len(rows):,} {what}; --format csv prints all")


def _cell(value: object) -> str:
    value = _null(value)
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _percent(share: float) -> str:
    return "–" if pd.isna(share) else f"{share:.1%}"


def _warn(is_synthetic: bool) -> None:
    if is_synthetic:
        NOTES.print(SYNTHETIC)
