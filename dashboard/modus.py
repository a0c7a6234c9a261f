"""A pinned release and the reader's choice -> how it was done, layer by layer, with what is not stated kept apart."""

from dataclasses import dataclass, replace

import pandas as pd

from dashboard import dossier, questions
from dashboard.filters import MODI, Filters
from dashboard.stores import Store
from queries import run

METHODS = MODI
UNKNOWN = METHODS[-1]
NOT_STATED = "not stated"  # of what was found


@dataclass(frozen=True)
class Modus:
    """Everything the page Modus operandi shows for one release and one choice of filters.

    Attributes:
        release_id: The pinned release.
        is_synthetic: True when any source of the release is made up.
        marking: The strictest marking of the sources.
        filters: The choice this view answers; its minimum count and weights say nothing here.
        totals: ``layer, record_count`` of every layer of the release, as the filter bar shows them.
        counts: ``layer, commodity`` (nullable), ``method`` (one of METHODS), ``year`` (null where a record spans
            several), ``record_count``.
        context: Figures states give of seized firearms by circumstance: ``source_id, topic`` (criminal context,
            condition), ``category, item_count, figure_count, country_count, first_year, last_year``. Never add them up.
    """

    release_id: str
    is_synthetic: bool
    marking: str
    filters: Filters
    totals: pd.DataFrame
    counts: pd.DataFrame
    context: pd.DataFrame


def modus(store: Store, filters: Filters) -> Modus:
    """Return what the page Modus operandi shows.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    limits = questions.limits_of(store, replace(filters, layers=questions.known_layers(store, filters)))
    counts = run.rows(store.con, "modus_counts", **limits)
    context = {name: limits[name] for name in ("since", "until", "countries")}
    return Modus(
        release_id=store.release.id,
        is_synthetic=store.is_synthetic,
        marking=store.marking,
        filters=filters,
        totals=dossier.totals(store, filters),
        counts=counts.assign(method=counts["modus_operandi"].fillna(UNKNOWN)).drop(columns="modus_operandi"),
        context=run.rows(store.con, "modus_context", **context),
    )


def by_layer(view: Modus) -> pd.DataFrame:
    """Return one row per (layer, method): ``record_count``, ``stated_count`` and ``total_count`` of the layer.

    Every method has a row in every layer that states any; layers that state none are left out.
    """
    wide = view.counts.pivot_table(index="layer", columns="method", values="record_count", aggfunc="sum")
    wide = wide.reindex(columns=list(METHODS)).fillna(0).astype("int64")
    stated = wide.drop(columns=UNKNOWN).sum(axis=1)
    long = wide[stated > 0].reset_index().melt("layer", var_name="method", value_name="record_count")
    long = long.sort_values("layer", kind="stable", ignore_index=True)
    return long.assign(stated_count=long["layer"].map(stated), total_count=long["layer"].map(wide.sum(axis=1)))


def silent_layers(view: Modus) -> list[str]:
    """Return the chosen layers with records of which none states how it was done."""
    with_records = view.counts.groupby("layer")["record_count"].sum()
    spoken = set(by_layer(view)["layer"])
    return [str(name) for name in with_records.index[with_records > 0] if name not in spoken]


def by_year(view: Modus, layer: str) -> pd.DataFrame:
    """Return the records of a layer, one row per method and one column per year of its span; nothing is 0."""
    mine = view.counts[(view.counts["layer"] == layer) & view.counts["year"].notna()]
    wide = mine.pivot_table(index="method", columns="year", values="record_count", aggfunc="sum")
    years = range(int(mine["year"].min()), int(mine["year"].max()) + 1) if len(mine) else range(0)
    return wide.reindex(index=list(METHODS), columns=list(years)).fillna(0).astype("int64")


def by_commodity(view: Modus, layer: str) -> pd.DataFrame:
    """Return the records of a layer, one row per commodity, the largest first, and one column per method."""
    mine = view.counts[view.counts["layer"] == layer].assign(
        commodity=lambda rows: rows["commodity"].astype("object").where(rows["commodity"].notna(), NOT_STATED)
    )
    wide = mine.pivot_table(index="commodity", columns="method", values="record_count", aggfunc="sum")
    wide = wide.reindex(columns=list(METHODS)).fillna(0).astype("int64")
    return wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def undated(view: Modus, layer: str) -> int:
    """Return how many records of a layer span several years."""
    mine = view.counts[view.counts["layer"] == layer]
    return int(mine.loc[mine["year"].isna(), "record_count"].sum())
