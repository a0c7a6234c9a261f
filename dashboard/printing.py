"""What the command line prints: tables for people, JSON and CSV for programs."""

import json
import sys
from typing import NamedTuple

import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dashboard import relations, snapshot_formats
from dashboard.filters import Filters
from dashboard.stores import Store
from dashboard.whatif import WhatIf, summary
from data.release import Release
from data.store import ImportReport
from geo.system import LayersTest

PIPED_WIDTH = 160
NOTES = Console(stderr=True, soft_wrap=True, highlight=False)
OUT = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
TABLE_ROWS = 40
SYNTHETIC = "SYNTHETIC: this store holds made-up data; it says nothing about any real place or person."
WHATIF = (
    "The same records look for another way between the same places, by the same means while one is left. Where none "
    "is, we assume that they change to other means in the proportions stated for the layer. Nobody adapts otherwise. "
    "Not a forecast."
)
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
LEFT_OUT = ("id", "origin_id", "destination_id", "record_count_high", "is_synthetic")
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
        if name.endswith(".parquet"):  # the others hold what is reckoned from these
            OUT.print(f"  {kept['row_count']:>9,}  {name.removesuffix('.parquet')}", markup=False)
    warn_synthetic(bool(release.manifest["is_synthetic"]))


def show_flows(flows: pd.DataFrame, form: str) -> None:
    """Print flows: one row per (layer, origin_id, destination_id)."""
    rows = flows[list(FLOW_COLUMNS)]
    warn_synthetic(bool(rows["is_synthetic"].any()))
    if form == "json":
        write_json(plain_rows(rows))
    elif form == "csv":
        write_csv(rows)
    else:
        write_table(rows, "flows")


class Found(NamedTuple):
    """A comparison, its corridors, and what the null model says; None where it was not asked or cannot say."""

    compared: relations.Compared
    tested: LayersTest | None


def show_comparison(store: Store, filters: Filters, parts: Parts, found: Found, form: str) -> None:
    """Print how two layers, or parts of layers, compare."""
    (result, corridors, shared, interval), tested = found
    warn_synthetic(store.is_synthetic)
    if form == "json":
        write_json(_comparison(store, filters, parts, found))
    elif form == "csv":
        write_csv(_named(corridors, parts).assign(is_synthetic=store.is_synthetic))
    else:
        shares = ", ".join(f"{name} {percent(share)}" for name, share in result.shares.items())
        between = "" if pd.isna(interval[0]) else f" (95 % {interval[0]:+.3f} to {interval[1]:+.3f})"
        OUT.print(f"{parts[0]} and {parts[1]}: Omega {result.omega:+.3f}{between}")
        OUT.print(f"of {result.shared_km:,.0f} shared corridor-km: {shares}")
        OUT.print(f"{relations.finding(result, tested)}.", markup=False)
        if tested is None:
            OUT.print(_explained(tested), markup=False)
        labels = corridors["label"].value_counts()
        OUT.print("corridors: " + ", ".join(f"{count:,} {label}" for label, count in labels.items()))
        write_table(_narrow(corridors, parts), "corridors")


def _narrow(corridors: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """Return the columns a terminal has room for; JSON and CSV have all."""
    table = corridors.assign(P=corridors[["P_common", "P_inverse"]].max(axis=1))
    counts = [f"{side}_{way}" for side in "ab" for way in ("with", "against")]
    columns = ["origin", "destination", "label", "evidence_class", "P", "D", "q_full_margin", "q_polarity", *counts]
    table = _named(table[[*columns, "length_km"]], parts).rename(columns={"evidence_class": "class"})
    return table.round({"P": 3, "D": 2, "q_full_margin": 3, "q_polarity": 3, "length_km": 0})


def _explained(tested: LayersTest | None) -> str:
    if tested is None:
        return "not tested against the null model: --draws 999 does, where both layers are known equally well"
    return f"Against the null model: {relations.explained(tested)}"


def _tests(tested: LayersTest | None) -> dict[str, object] | None:
    if tested is None:
        return None
    rungs = {"full_margin": tested.system.full_margin, "polarity": tested.system.polarity}
    measures = {
        rung: {name: {key: json_value(value) for key, value in one._asdict().items()} for name, one in by_name.items()}
        for rung, by_name in rungs.items()
    }
    level = "countries" if tested.is_coarse else "places"
    told = {"between": level, "place_count": tested.place_count, "draw_count": tested.draw_count}
    return {**told, **measures, "sentence": _explained(tested)}


def _comparison(store: Store, filters: Filters, parts: Parts, found: Found) -> dict[str, object]:
    (result, corridors, shared, interval), tested = found
    own = [f"{side}_{way}" for side in "ab" for way in ("with", "against", "n", "coverage")]
    rows = plain_rows(corridors.drop(columns=[*own, "a_onward", "a_back"]))
    return {
        "release": store.release.id,
        "is_synthetic": store.is_synthetic,
        "marking": store.marking,
        "filters": {**filters.to_dict(), "layers": list(parts)},
        "finding": relations.finding(result, tested),
        "omega": json_value(result.omega),
        "omega_interval": [json_value(bound) for bound in interval],
        "shared_km": result.shared_km,
        "shares": {name: json_value(share) for name, share in result.shares.items()},
        "tests": _tests(tested),
        "segments": {
            str(name): {"count": len(mine), "km": float(mine["km"].sum())}
            for name, mine in (shared.segments if shared else pd.DataFrame({"label": []})).groupby("label")
        },
        "corridors": [{**row, "records": mine} for row, mine in zip(rows, _records(corridors, parts), strict=True)],
    }


def _records(corridors: pd.DataFrame, parts: Parts) -> list[dict[str, object]]:
    """Return the records of each corridor, by part."""
    return [
        {
            part: {
                "with": int(row[f"{side}_with"]),
                "against": int(row[f"{side}_against"]),
                "running_along": row[f"{side}_n"],
                "in_either_place": int(row[f"{side}_coverage"]),
            }
            for side, part in zip("ab", parts, strict=True)
        }
        for row in corridors.to_dict("records")
    ]


def _named(corridors: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    names = {
        f"{side}_{way}": f"{part}_{way}"
        for side, part in zip("ab", parts, strict=True)
        for way in ("with", "against", "n", "coverage")
    }
    return corridors.rename(columns=names)


def plain_rows(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows as objects for JSON."""
    return [{str(name): json_value(value) for name, value in row.items()} for row in rows.to_dict("records")]


def json_value(value: object) -> object:
    """Return a value of a frame for JSON: unknown as null, a date as 2020-01-31."""
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def write_json(value: object) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def write_csv(rows: pd.DataFrame) -> None:
    """Print rows as CSV that is safe to open in a spreadsheet."""
    snapshot_formats.safe_rows(rows).to_csv(sys.stdout, index=False, date_format="%Y-%m-%d")


def write_table(rows: pd.DataFrame, what: str) -> None:
    """Print the first rows as a table, and how many there are."""
    rows = rows.drop(columns=[name for name in rows if name in LEFT_OUT or str(name).endswith("_n")]).rename(
        columns=NARROW
    )
    table = Table(box=SIMPLE)
    for name in rows.columns:
        is_number = pd.api.types.is_numeric_dtype(rows[name])
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows.head(TABLE_ROWS).itertuples(index=False):
        table.add_row(*(Text(cell(value)) for value in row))
    OUT.print(table)
    if len(rows) > TABLE_ROWS:
        OUT.print(f"showing {TABLE_ROWS} of {len(rows):,} {what}; --format csv prints all")


def cell(value: object) -> str:
    """Return a value as a table shows it: unknown as a dash, nothing in it that a terminal would obey."""
    value = json_value(value)
    if value is None:
        return "–"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return "".join(sign if sign.isprintable() else " " for sign in str(value))


def percent(share: float) -> str:
    """Return a share as a percentage; unknown as a dash."""
    return "–" if pd.isna(share) else f"{share:.1%}"


def warn_synthetic(is_synthetic: bool) -> None:
    """Say on the error stream that the data are made up, when they are."""
    if is_synthetic:
        NOTES.print(SYNTHETIC)


def show_whatif(store: Store, found: WhatIf, form: str) -> None:
    """Print what a closure would change."""
    warn_synthetic(store.is_synthetic)
    if form == "json":
        told = {name: plain_rows(getattr(found, name)) for name in ("flows", "switched", "borders")}
        head = {"release": store.release.id, "is_synthetic": store.is_synthetic, "marking": store.marking}
        write_json({**head, "closure": found.closure, "caveat": WHATIF, **told})
    elif form == "csv":
        write_csv(found.flows.assign(is_synthetic=store.is_synthetic))
    else:
        OUT.print(summary(found), markup=False)
        OUT.print(WHATIF)
        write_table(found.flows.round({"records": 1, "km": 0, "km_after": 0, "moved_share": 2}), "flows")
        write_table(found.switched.round({"records": 1, "km_after": 0}), "changes of means")
        write_table(found.borders.round(1), "borders")
