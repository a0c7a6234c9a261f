"""What a snapshot holds: the tables of one release and one choice, without what must not leave."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from dashboard import (
    assemble,
    codebook,
    markings,
    questions,
    relations,
    routes,
    snapshot_counts,
    snapshot_lines,
    view,
    words,
)
from dashboard.codebook import COMMON
from dashboard.filters import Filters
from dashboard.relations import Draws
from dashboard.snapshot_lines import Shapes
from dashboard.stores import Store
from data.disclosure import VICTIM_LAYERS, Rule
from data.errors import FilterError
from queries import run

ROUTES = (*codebook.LINES,)
FLOWS = ("corridor_id", *codebook.FLOWS)
ENDS = ("corridor_id", "origin_id", "destination_id", "origin", "destination", "layer")
CORRIDORS = (*ENDS, *codebook.CORRIDORS, "length_km", "confidence", "is_coarse", "is_shown", "count_status")
INCIDENTS = ("layer", *codebook.INCIDENTS, "count_status")
RECORDED = ("record_count", "record_count_high", "item_count", "precision")
EVIDENCE = ("layer", "origin_id", "destination_id", *codebook.EVIDENCE, *RECORDED)
WAY = ("network", "length_km", "confidence")
OVERLAP = ("layer", *codebook.OVERLAP)
CUBE = ("layer", "origin_id", "destination_id", "cell_count")
SOURCES = ("source_id", *codebook.SOURCES)
NO_EVIDENCE = pd.DataFrame(columns=list(EVIDENCE)), ("Evidence lists no record: it was made for officials.",)
DECIMALS = 6  # sums of floating-point numbers may differ behind that from one machine to the next


class Mapped(NamedTuple):
    """A table with one shape per row."""

    rows: pd.DataFrame
    shapes: Shapes


class Asked(NamedTuple):
    """A choice, what the Explore page shows for it, and its layers with their records by network."""

    store: Store
    chosen: Filters
    seen: view.Explore
    layers: dict[str, relations.Layer]


@dataclass(frozen=True)
class Contents:
    """Everything a snapshot is written from.

    Attributes:
        view: What the Explore page shows for the same choice.
        marking: The strictest of the sources with rows in it.
        mapped: ``routes, flows, corridors, incidents``.
        plain: ``evidence, overlap, withheld, sources, codebook``.
        withheld: Rows with a withheld count, by table and layer.
        left_out: What is not in it and why, one sentence each.
    """

    view: view.Explore
    marking: str
    mapped: dict[str, Mapped]
    plain: dict[str, pd.DataFrame]
    withheld: dict[str, dict[str, int]]
    left_out: tuple[str, ...]

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows of each table."""
        return {name: len(table.rows) for name, table in self.mapped.items()} | {
            name: len(table) for name, table in self.plain.items()
        }


def contents(store: Store, filters: Filters, draws: Draws, has_records: bool = True) -> Contents:
    """Return what a snapshot of a choice holds.

    Args:
        store: The release.
        filters: The choice.
        draws: How surprise is tested; 0 draws leave its columns empty.
        has_records: Whether ``evidence`` lists single records.

    Raises:
        FilterError: nothing passes the filters, or they name what the release does not have.
        RoleError: single records may not be asked for.
        SnapshotError: a source is marked TLP:RED.
    """
    asked = _asked(store, filters)
    sources = _sources(asked)
    marking, is_synthetic = markings.exportable(sources), asked.seen.is_synthetic
    told = snapshot_counts.flows(asked.seen.flows, asked.seen.small["k_victims"])
    evidence, left_out = _evidence(asked, told, markings.open_sources(sources)) if has_records else NO_EVIDENCE
    plain = {
        "evidence": _finished(evidence.assign(marking=marking, is_synthetic=is_synthetic)),
        "overlap": _finished(asked.seen.omega[list(OVERLAP)].assign(marking=marking, is_synthetic=is_synthetic)),
        "withheld": asked.seen.withheld.reindex(columns=list(CUBE)).assign(marking=marking, is_synthetic=is_synthetic),
        "sources": sources[[*SOURCES, *COMMON]],
    }
    mapped = {
        name: table._replace(rows=_finished(table.rows.assign(marking=marking, is_synthetic=is_synthetic)))
        for name, table in _mapped(asked, told, draws).items()
    }
    columns = {name: _names(table.rows) for name, table in mapped.items()}
    plain["codebook"] = codebook.codebook(columns | {name: _names(rows) for name, rows in plain.items()})
    withheld = {name: _withheld(table.rows) for name, table in mapped.items() if "count_status" in table.rows}
    sentences = (*_small(withheld, asked.seen.small), *_cube(asked.seen), *left_out)
    return Contents(asked.seen, marking, mapped, plain, withheld, sentences)


def _names(rows: pd.DataFrame) -> list[str]:
    return [str(name) for name in rows]


def _mapped(asked: Asked, told: pd.DataFrame, draws: Draws) -> dict[str, Mapped]:
    return {
        "routes": _routes(asked, told),
        "flows": _flows(told),
        "corridors": _corridors(asked, told, draws),
        "incidents": _incidents(snapshot_counts.incidents(asked.seen.incidents, asked.seen.small["k_victims"])),
    }


def _asked(store: Store, filters: Filters) -> Asked:
    seen = assemble.explore(store, filters)
    if seen.flows.empty and seen.incidents.empty:
        raise FilterError("No record passes these filters, so there is nothing to export; widen them.")
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    return Asked(store, chosen, seen, assemble.laid_out(store, chosen)[1])


def _sources(asked: Asked) -> pd.DataFrame:
    """Return the sources with rows in the view."""
    store, seen = asked.store, asked.seen
    ids = {name for told in seen.flows["sources"] for name in str(told).split(", ")}
    if len(seen.incidents):
        limits = questions.limits_of(store, asked.chosen)
        wanted = {name: limits[name] for name in ("since", "until", "layers", "countries")}
        ids |= set(map(str, run.rows(store.con, "timeline_incidents", **wanted)["source_id"].unique()))
    return store.sources[store.sources["source_id"].isin(sorted(ids))].reset_index(drop=True)


def _routes(asked: Asked, told: pd.DataFrame) -> Mapped:
    """Return the way of every pair of places with a flow, or a straight line where there is none."""
    places = asked.store.places
    parts = pd.concat([layer.parts for layer in asked.layers.values()], ignore_index=True)
    ways, lines = routes.drawn(told.assign(is_shown=True), parts, asked.store.paths, asked.store.lines)
    pairs = told[["corridor_id"]].drop_duplicates().sort_values("corridor_id", ignore_index=True)
    ends = pairs["corridor_id"].str.split("~", n=1, expand=True).reindex(columns=[0, 1])
    pairs = pairs.assign(place_a=ends[0], place_b=ends[1]).merge(ways, on="corridor_id", how="left")
    for end in ("place_a", "place_b"):
        pairs[f"{end}_name"] = places["name"].reindex(pairs[end]).to_numpy()
    lines = lines[lines["corridor_id"].isin(_spread(lines))]
    has_way = pairs["corridor_id"].isin(lines["corridor_id"])
    pairs = pairs.assign(drawn=np.where(has_way, "way", "straight"))
    pairs[list(WAY)] = pairs[list(WAY)].where(has_way)
    straight = _between(places, pairs[~has_way], ("place_a", "place_b"))
    points = pd.concat([lines.set_index(pd.Index(pairs["corridor_id"]).get_indexer(lines["corridor_id"])), straight])
    return Mapped(pairs[list(ROUTES)], _shapes(points, len(pairs)))


def _spread(lines: pd.DataFrame) -> pd.Index:
    """Return the corridors whose line has two different points at least."""
    distinct = lines.groupby("corridor_id")[["lon", "lat"]].nunique()
    return distinct.index[(distinct > 1).any(axis=1)]


def _between(places: pd.DataFrame, rows: pd.DataFrame, ends: tuple[str, str]) -> pd.DataFrame:
    """Return ``lon, lat`` of both ends of each row, under the row's index."""
    return pd.concat([places[["lon", "lat"]].reindex(rows[end]).set_index(rows.index) for end in ends])


def _shapes(points: pd.DataFrame, row_count: int) -> Shapes:
    """Return the lines through points that carry their row as index, in their order within the row."""
    ordered = points.sort_index(kind="stable")
    return snapshot_lines.of_lines(
        ordered.index.to_numpy(np.int64), ordered[["lon", "lat"]].to_numpy(np.float64), row_count
    )


def _flows(told: pd.DataFrame) -> Mapped:
    rows = told[list(FLOWS)].reset_index(drop=True)
    ends = ["origin_lon", "origin_lat", "destination_lon", "destination_lat"]
    points = rows[ends].to_numpy(np.float64).reshape(-1, 2)
    return Mapped(rows, snapshot_lines.of_lines(np.repeat(np.arange(len(rows)), 2), points, len(rows)))


def _corridors(asked: Asked, told: pd.DataFrame, draws: Draws) -> Mapped:
    """Return the corridors of the Explore page with how firm and how surprising each is."""
    judged = relations.judged_by_layer(asked.store.ground, asked.layers, asked.chosen.kappa, draws)
    found = asked.seen.corridors.merge(judged, on=["corridor_id", "layer"], how="left")
    found = snapshot_counts.corridors(found, told, asked.seen.small["k_victims"]).rename(columns={"P_least": "p_least"})
    rows = found[list(CORRIDORS)].reset_index(drop=True)
    points = _between(asked.store.places, rows, ("origin_id", "destination_id"))
    return Mapped(rows, _shapes(points, len(rows)))


def _incidents(found: pd.DataFrame) -> Mapped:
    cells = [None if pd.isna(cell) else f"{int(cell):x}" for cell in found["cell"]]
    rows = found.assign(cell=pd.Series(cells, found.index, dtype="str"))[list(INCIDENTS)].reset_index(drop=True)
    return Mapped(rows, snapshot_lines.of_points(rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64)))


def _evidence(asked: Asked, told: pd.DataFrame, open_ids: set[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the records behind the published flows that may be passed on, and what was left out."""
    limits = questions.limits_of(asked.store, asked.chosen)
    found = asked.store.records("records_of_flows", **limits, min_count=asked.chosen.min_count)
    key = ["layer", "origin_id", "destination_id"]
    published = pd.MultiIndex.from_frame(told.loc[told["count_status"] == snapshot_counts.PUBLISHED, key])
    about_victims = found["layer"].isin(VICTIM_LAYERS)
    is_closed = ~found["source_id"].isin(sorted(open_ids)) & ~about_victims
    is_small = ~pd.MultiIndex.from_frame(found[key]).isin(published) & ~about_victims & ~is_closed
    left_out = [
        f"{words.layer_title(layer)}: records about victims never leave, only their sums."
        for layer in sorted(set(found.loc[about_victims, "layer"].astype("str")))
    ]
    for source_id, count in sorted(found.loc[is_closed, "source_id"].value_counts().items()):
        records = words.plural(count, "record")
        left_out.append(f"{source_id}: {records} left out of evidence, for the licence allows only sums of records.")
    if is_small.any():
        left_out.append(f"{words.plural(is_small.sum(), 'record')} of flows with small counts left out of evidence.")
    kept = found[~(about_victims | is_closed | is_small)]
    return kept[list(EVIDENCE)].reset_index(drop=True), tuple(left_out)


def _withheld(rows: pd.DataFrame) -> dict[str, int]:
    hidden = rows.loc[rows["count_status"] == snapshot_counts.WITHHELD, "layer"].value_counts(sort=False)
    return {str(layer): int(count) for layer, count in sorted(hidden.items())}


def _cube(seen: view.Explore) -> list[str]:
    """Return one sentence per layer with cells that the release itself withholds."""
    by_layer = seen.withheld.groupby("layer")["cell_count"].sum()
    return [
        f"{words.layer_title(str(layer))}: {words.plural(int(count), 'cell')} of the release "
        "withheld, for too few people stand behind each; tables/withheld.csv lists their pairs of places."
        for layer, count in by_layer.items()
    ]


def _small(withheld: dict[str, dict[str, int]], rule: Rule) -> list[str]:
    """Return one sentence per table with withheld counts."""
    limits = f"below {rule['k_others']} (in layers about victims, below {rule['k_victims']})"
    return [
        f"Counts {limits} are withheld in {words.plural(sum(hidden.values()), 'row')} of {name}."
        for name, hidden in withheld.items()
        if hidden
    ]


def _finished(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows in a fixed form: numbers rounded."""
    numbers = [name for name in rows if pd.api.types.is_float_dtype(rows[name])]
    rounded = rows[numbers].astype("float64").round(DECIMALS) + 0.0
    return rows.assign(**{str(name): rounded[name] for name in numbers})
