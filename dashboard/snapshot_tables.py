"""What a snapshot holds: the tables of one release and one choice, without what must not leave."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

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
FLOW = ("layer", "origin_id", "destination_id")
RECORDED = ("record_count", "record_count_high", "item_count", "precision")
EVIDENCE = (*FLOW, *codebook.EVIDENCE, *RECORDED)
WAY = ("network", "length_km", "confidence")
OVERLAP = ("layer", *codebook.OVERLAP)
CUBE = (*FLOW, "cell_count")
SOURCES = ("source_id", *codebook.SOURCES)
NO_EVIDENCE = "Evidence lists no record: it was made for officials."
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
        evidence: The records behind the published flows that may be passed on.
        plain: ``overlap, withheld, sources, codebook``.
        withheld: Rows with a withheld count, by table and layer.
        left_out: What is not in it and why, one sentence each.
    """

    view: view.Explore
    marking: str
    mapped: dict[str, Mapped]
    evidence: pa.Table
    plain: dict[str, pd.DataFrame]
    withheld: dict[str, dict[str, int]]
    left_out: tuple[str, ...]

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows of each table."""
        mapped = {name: len(table.rows) for name, table in self.mapped.items()}
        return mapped | {"evidence": len(self.evidence)} | {name: len(rows) for name, rows in self.plain.items()}


def contents(store: Store, seen: view.Explore, judged: pd.DataFrame, has_records: bool = True) -> Contents:
    """Return what a snapshot of a choice holds.

    Args:
        store: The release.
        seen: What the Explore page shows for the choice.
        judged: How firm and surprising its corridors are, as relations.by_layer gives it; what it lacks stays empty.
        has_records: Whether ``evidence`` lists single records.

    Raises:
        FilterError: nothing passes the filters.
        RoleError: single records may not be asked for.
        SnapshotError: a source is marked TLP:RED.
    """
    asked = _asked(store, seen)
    sources = _sources(asked)
    marking, is_synthetic = markings.exportable(sources), asked.seen.is_synthetic
    told = snapshot_counts.flows(asked.seen.flows, asked.seen.small["k_victims"])
    evidence, left_out = _no_evidence()
    if has_records:
        evidence, left_out = _evidence(asked, told, markings.open_sources(sources))
    plain = {
        "overlap": _finished(asked.seen.omega[list(OVERLAP)].assign(marking=marking, is_synthetic=is_synthetic)),
        "withheld": asked.seen.withheld.reindex(columns=list(CUBE)).assign(marking=marking, is_synthetic=is_synthetic),
        "sources": sources[[*SOURCES, *COMMON]],
    }
    mapped = {
        name: table._replace(rows=_finished(table.rows.assign(marking=marking, is_synthetic=is_synthetic)))
        for name, table in _mapped(asked, told, judged).items()
    }
    evidence = evidence.append_column("marking", pa.repeat(marking, len(evidence)))
    evidence = evidence.append_column("is_synthetic", pa.repeat(is_synthetic, len(evidence)))
    columns = {name: _names(table.rows) for name, table in mapped.items()} | {"evidence": evidence.column_names}
    plain["codebook"] = codebook.codebook(columns | {name: _names(rows) for name, rows in plain.items()})
    withheld = {name: _withheld(table.rows) for name, table in mapped.items() if "count_status" in table.rows}
    sentences = (*_small(withheld, asked.seen.small), *_cube(asked.seen), *left_out)
    return Contents(asked.seen, marking, mapped, evidence, plain, withheld, sentences)


def _names(rows: pd.DataFrame) -> list[str]:
    return [str(name) for name in rows]


def _mapped(asked: Asked, told: pd.DataFrame, judged: pd.DataFrame) -> dict[str, Mapped]:
    return {
        "routes": _routes(asked, told),
        "flows": _flows(told),
        "corridors": _corridors(asked, told, judged),
        "incidents": _incidents(snapshot_counts.incidents(asked.seen.incidents, asked.seen.small["k_victims"])),
    }


def _asked(store: Store, seen: view.Explore) -> Asked:
    if seen.flows.empty and seen.incidents.empty:
        raise FilterError("No record passes these filters, so there is nothing to export; widen them.")
    chosen = replace(seen.filters, layers=questions.known_layers(store, seen.filters))
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
    ways, lines = routes.drawn(told.assign(is_shown=True), parts, asked.store.routes)
    pairs = told[["corridor_id"]].drop_duplicates().sort_values("corridor_id", ignore_index=True)
    ends = pairs["corridor_id"].str.split("~", n=1, expand=True).reindex(columns=[0, 1])
    pairs = pairs.assign(place_a=ends[0], place_b=ends[1]).merge(ways, on="corridor_id", how="left")
    for end in ("place_a", "place_b"):
        pairs[f"{end}_name"] = places["name"].reindex(pairs[end]).to_numpy()
    spread = _spread(lines)
    lines = lines[spread.get_indexer(pd.Index(lines["corridor_id"])) >= 0]
    has_way = pd.Series(spread.get_indexer(pd.Index(pairs["corridor_id"])) >= 0, pairs.index)
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


def _corridors(asked: Asked, told: pd.DataFrame, judged: pd.DataFrame) -> Mapped:
    """Return the corridors of the Explore page with how firm and how surprising each is."""
    found = asked.seen.corridors.merge(judged, on=["corridor_id", "layer"], how="left")
    found = snapshot_counts.corridors(found, told, asked.seen.small["k_victims"], asked.seen.withheld)
    found = found.rename(columns={"P_least": "p_least"})
    rows = found[list(CORRIDORS)].reset_index(drop=True)
    points = _between(asked.store.places, rows, ("origin_id", "destination_id"))
    return Mapped(rows, _shapes(points, len(rows)))


def _incidents(found: pd.DataFrame) -> Mapped:
    cells = [None if pd.isna(cell) else f"{int(cell):x}" for cell in found["cell"]]
    rows = found.assign(cell=pd.Series(cells, found.index, dtype="str"))[list(INCIDENTS)].reset_index(drop=True)
    return Mapped(rows, snapshot_lines.of_points(rows["lon"].to_numpy(np.float64), rows["lat"].to_numpy(np.float64)))


def _evidence(asked: Asked, told: pd.DataFrame, open_ids: set[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the records behind the published flows that may be passed on, and what was left out."""
    found = asked.store.record_table("records_of_flows", **questions.of_flows(asked.store, asked.chosen))
    published = told.loc[told["count_status"] == snapshot_counts.PUBLISHED, list(FLOW)]
    about_victims = pc.is_in(found["layer"], pa.array(VICTIM_LAYERS))
    may_leave = pc.is_in(found["source_id"], pa.array(sorted(open_ids), pa.string()))
    is_published = pc.is_in(_flow(found), _flow(pa.Table.from_pandas(published, preserve_index=False)))
    victims = found.filter(about_victims)["layer"].unique().to_pylist()
    closed = found.filter(pc.invert(pc.or_(may_leave, about_victims)))["source_id"].value_counts().to_pylist()
    small_count = pc.sum(pc.and_not(pc.and_not(may_leave, about_victims), is_published)).as_py()
    left_out = [
        f"{words.layer_title(layer)}: records about victims never leave, only their sums." for layer in sorted(victims)
    ]
    for source_id, count in sorted(tuple(source.values()) for source in closed):
        records = words.plural(count, "record")
        left_out.append(f"{source_id}: {records} left out of evidence, for the licence allows only sums of records.")
    if small_count:
        left_out.append(f"{words.plural(small_count, 'record')} of flows with small counts left out of evidence.")
    return found.filter(pc.and_not(pc.and_(may_leave, is_published), about_victims)).select(EVIDENCE), tuple(left_out)


def _no_evidence() -> tuple[pa.Table, tuple[str, ...]]:
    """Return the table without a row, and why it has none."""
    types = {name: meaning.arrow for name, meaning in codebook.meanings(list(EVIDENCE)).items()}
    return pa.table({name: pa.array([], kind) for name, kind in types.items()}), (NO_EVIDENCE,)


def _flow(rows: pa.Table) -> pa.ChunkedArray:
    """Return the flow of each row as one text; no place id holds the sign between."""
    return pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in FLOW), "~")


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
