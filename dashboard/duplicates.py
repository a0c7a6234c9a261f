"""A pinned release -> which records were not counted because another source states the same event, and why."""

from dataclasses import dataclass

import pandas as pd

from dashboard import words
from dashboard.marks import records
from dashboard.stores import Store
from data.duplicates import DAYS, DISTANCE_KM, TOLERANCE
from queries import run

RULE_TITLES = {"place": "near points", "country": "same country"}
WINDOWS = (
    f"Records of two sources are taken for one event where they lie at most {DAYS} days apart, in one country and at "
    f"most {DISTANCE_KM:.0f} km apart where both have a point, with the same goods and amounts that differ by at most "
    f"{words.percent(TOLERANCE)} (attacks: the same kind and number of deaths), and do not contradict each other on "
    "origin and destination. Nobody compared the two reports: some may be two events after all."
)
NEVER = "Totals, traces and records about victims of trafficking are never compared."


@dataclass(frozen=True)
class Duplicates:
    """Records of some layers of one release that another source states better.

    Attributes:
        release_id: The pinned release.
        is_synthetic: True when any source of the release is made up.
        marking: The strictest marking of the sources.
        counts: What queries/read/duplicate_counts.sql returns.
        rows: What queries/read/duplicates.sql returns; none to officials.
        sources: Names of the sources by layer, also of layers with one source.
        titles: Title by source_id.
    """

    release_id: str
    is_synthetic: bool
    marking: str
    counts: pd.DataFrame
    rows: pd.DataFrame
    sources: dict[str, list[str]]
    titles: dict[str, str]


def duplicates(store: Store, layers: tuple[str, ...]) -> Duplicates:
    """Return the audit of some layers; a layer the release does not hold has no row."""
    wanted = list(layers)
    stated = run.rows(store.con, "layer_sources")
    stated = stated[stated["layer"].isin(layers)]
    return Duplicates(
        release_id=store.release.id,
        is_synthetic=store.is_synthetic,
        marking=store.marking,
        counts=run.rows(store.con, "duplicate_counts", layers=wanted),
        rows=store.records("duplicates", layers=wanted) if store.has_records else pd.DataFrame(),
        sources={str(layer): list(part["source_id"]) for layer, part in stated.groupby("layer")},
        titles=dict(zip(store.sources["source_id"], store.sources["title"], strict=True)),
    )


def sentence(found: Duplicates) -> str:
    """Return what was done, or that nothing was found and why that may be."""
    if found.counts.empty:
        return _none(found)
    count, by_country = (int(found.counts[name].sum()) for name in ("record_count", "country_count"))
    told = f"{_left_out(count)} {WINDOWS}"
    if by_country:
        told += f" Placed together by the country alone, and so to be looked at first: {words.number(by_country)}."
    return f"{told} {NEVER}"


def _left_out(count: int) -> str:
    was, stays = ("was", "it stays") if count == 1 else ("were", "they stay")
    return (
        f"{words.plural(count, 'record')} {was} left out of every count, because another source states the same event "
        f"better; {stays} in the store."
    )


def _none(found: Duplicates) -> str:
    """Return that no record was left out, and why that may be."""
    several = [layer for layer, sources in found.sources.items() if len(sources) > 1]
    if not several:
        return (
            "None was found. That takes two sources of one layer, and in this release no chosen layer has countable "
            f"records of more than one. Equal rows of one source are another matter: they weigh as one. {NEVER}"
        )
    names = ", ".join(f"{words.layer_title(name)} ({len(found.sources[name])} sources)" for name in several)
    return f"None was found in {names}: no two records agree closely enough, or they say too little. {WINDOWS} {NEVER}"


def count_table(found: Duplicates) -> pd.DataFrame:
    """Return how many records were left out per layer and pair of sources."""
    rows = [
        {
            "Layer": words.layer_title(row["layer"]),
            "Counted from": _source(found, row["kept_source_id"]),
            "Left out of": _source(found, row["dropped_source_id"]),
            "Records left out": words.number(row["record_count"]),
            "By near points": words.number(row["record_count"] - row["country_count"]),
            "By country alone": words.number(row["country_count"]),
            "Days apart, at most": words.number(row["days_apart"]),
            "Km apart, at most": _decimal(row["km_apart"], 1),
            "Amounts differ by, at most": _difference(row["quantity_ratio"]),
        }
        for row in records(found.counts)
    ]
    return pd.DataFrame(rows)


def pair_table(found: Duplicates, limit: int) -> pd.DataFrame:
    """Return the first pairs under plain headings: what counts, what does not, and how far they are apart."""
    rows = [
        {
            "Layer": words.layer_title(row["layer"]),
            "Goods or kind": words.safe(row["commodity"]) or words.DASH,
            "First day": str(row["kept_date_start"])[:10],
            "Counted from": _source(found, row["kept_source_id"]),
            "File": words.safe(row["kept_file"]),
            "Row": str(row["kept_row"]),
            "Left out of": _source(found, row["dropped_source_id"]),
            "Its file": words.safe(row["dropped_file"]),
            "Its row": str(row["dropped_row"]),
            "Placed together by": RULE_TITLES[row["rule"]],
            "Days apart": words.number(row["days_apart"]),
            "Km apart": _decimal(row["km_apart"], 1),
            "Amounts differ by": _difference(row["quantity_ratio"]),
            "Matched through": _through(found, row),
        }
        for row in records(found.rows.head(limit))
    ]
    return pd.DataFrame(rows)


def _through(found: Duplicates, row: dict[str, object]) -> str:
    """Return the third source that joins two records; a dash where they were matched with each other."""
    is_third = row["matched_id"] != row["kept_id"]
    return _source(found, str(row["matched_source_id"])) if is_third else words.DASH


def _source(found: Duplicates, source_id: str) -> str:
    return words.safe(found.titles.get(source_id, source_id))


def _decimal(value: float, places: int) -> str:
    return words.DASH if pd.isna(value) else f"{value:,.{places}f}"


def _difference(ratio: float) -> str:
    """Return how much larger the larger of two amounts is."""
    return words.DASH if pd.isna(ratio) else f"{(ratio - 1) * 100:.1f} %"
