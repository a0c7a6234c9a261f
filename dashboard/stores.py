"""One pinned release, open for questions: its tables, its network of paths, and what a reader may choose from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyConnection

from dashboard import flows, relations, roles, routes
from dashboard.markings import strictest
from data import contracts, release
from data.errors import RoleError
from data.release import Release
from geo import flowfield, modes, tally
from geo.flowfield import Network
from geo.tally import Tally
from queries import connection, run

KEPT_CHOICES = 24  # of one layer each; at ten million legs a few MB each


@dataclass(frozen=True)
class Store:
    """One pinned release, open for questions; safe to share between threads.

    Attributes:
        release: Which.
        con: Its tables.
        has_records: False where no question for single records may be asked.
    """

    release: Release
    con: DuckDBPyConnection
    has_records: bool = True

    def records(self, name: str, **params: object) -> pd.DataFrame:
        """Return the rows of a query that gives single records; no other code asks such a query.

        Raises:
            RoleError: single records may not be asked for.
        """
        self._require_records()
        return run.rows(self.con, name, **params)

    def record_table(self, name: str, **params: object) -> pa.Table:
        """Return what ``records`` does as an Arrow table, for many of them.

        Raises:
            RoleError: single records may not be asked for.
        """
        self._require_records()
        return run.table(self.con, name, **params)

    def _require_records(self) -> None:
        if not self.has_records:
            raise RoleError(roles.REFUSED)

    @property
    def root(self) -> Path:
        """The folder of the store that the release belongs to."""
        return self.release.folder.parent.parent

    @cached_property
    def places(self) -> pd.DataFrame:
        """The release's places, by place_id."""
        return run.rows(self.con, "places").set_index("place_id")

    @cached_property
    def paths(self) -> pd.DataFrame:
        """The release's table ``paths``."""
        return run.rows(self.con, "paths")

    @cached_property
    def routes(self) -> routes.Known:
        """The ways flows are drawn along."""
        return routes.known(self.paths, run.columns(self.con, "path_lines"))

    @cached_property
    def net(self) -> Network:
        """The release's paths, as a network of cells."""
        return flowfield.of_arrays(self.paths, self.release.arrays("network"))

    @cached_property
    def sums(self) -> Tally:
        """The running sums of each kind of leg, by day."""
        return tally.of_arrays(self.release.arrays("running_sums"))

    @cached_property
    def book(self) -> flows.Book:
        """What the release holds of each kind of leg, day by day."""
        groups, kinds = run.table(self.con, "leg_groups").to_pandas(), run.columns(self.con, "leg_kinds")
        return flows.book(groups, kinds, self.sums, self.places)

    @cached_property
    def held(self) -> Callable[..., flows.Held]:
        """Gives what one layer holds of a choice; it is kept, so that another layer or size is quick.

        It is asked with the parameters of chosen_kinds, and with the ``period``.
        """

        def ask(period: tuple[date | None, date | None], **asked: object) -> flows.Held:
            kinds = run.columns(self.con, "chosen_kinds", **asked)["kind"]
            return flows.held(self.book, kinds, period)

        return lru_cache(KEPT_CHOICES)(ask)

    @cached_property
    def totals(self) -> Callable[..., pd.DataFrame]:
        """Gives the rows of record_totals, and keeps them: no choice of layers or sizes asks again."""
        return lru_cache(KEPT_CHOICES)(lambda **asked: run.rows(self.con, "record_totals", **asked))

    @cached_property
    def ways(self) -> flows.Ways:
        """Where the flows of the book run."""
        return flows.ways(self.book, self.net, self.travel, self.places)

    @property
    def edges(self) -> pd.DataFrame:
        """The release's table ``path_edges``; large, so not kept."""
        return run.rows(self.con, "path_edges")

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """The release's table ``path_borders``."""
        return run.rows(self.con, "path_borders")

    @cached_property
    def ground(self) -> relations.Ground:
        """What flows run over."""
        countries = run.rows(self.con, "cells").set_index("cell")["country_id"].reindex(self.net.cells)
        ends = [self.places.index.get_indexer(pd.Index(self.net.pairs[end])) for end in ("place_a", "place_b")]
        return relations.Ground(self.net, pd.factorize(countries)[0].astype(np.int64), self.places, np.stack(ends))

    @cached_property
    def network_shares(self) -> pd.DataFrame:
        """What legs of unstated transport are taken to travel on."""
        return run.rows(self.con, "network_shares")

    @cached_property
    def travel(self) -> modes.Travel:
        """What legs may have travelled on."""
        return modes.travel(self.network_shares, self.paths)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """One row per imported file."""
        return run.rows(self.con, "sources")

    @cached_property
    def reports(self) -> pd.DataFrame:
        """Which country has records of which layer in which year, spanning ones included."""
        return run.rows(self.con, "coverage_reports").dropna(subset="country_id")

    @cached_property
    def spans(self) -> pd.DataFrame:
        """First and last day of each layer of the release."""
        return run.rows(self.con, "spans").set_index("layer")

    @property
    def is_synthetic(self) -> bool:
        """True when any source is made up."""
        return bool(self.sources["is_synthetic"].any())

    def sources_of(self, layers: tuple[str, ...]) -> pd.DataFrame:
        """Return the imported files of the sources that state something of some layers."""
        stated = run.rows(self.con, "layer_sources")
        ids = stated.loc[stated["layer"].isin(layers), "source_id"]
        return self.sources[self.sources["source_id"].isin(ids)].reset_index(drop=True)

    @property
    def marking(self) -> str:
        """The strictest marking of the sources."""
        return strictest(self.sources["marking"])


@dataclass(frozen=True)
class Choices:
    """What a reader may choose from in one release; countries as (id, name), commodities as (layer, name)."""

    layers: tuple[str, ...]
    regions: tuple[str, ...]
    countries: tuple[tuple[str, str], ...]
    commodities: tuple[tuple[str, str], ...]
    modes: tuple[str, ...]
    first_on: pd.Timestamp
    last_on: pd.Timestamp


def opened(root: Path, release_id: str | None = None, has_records: bool = True) -> Store:
    """Return the store's current release, or a given one, open for questions.

    Args:
        root: The store.
        release_id: Which release.
        has_records: Whether single records may be asked for.

    Raises:
        StoreError: there is no such release, or a file of it was changed.
        QueryError: its tables cannot be read.
    """
    pinned = release.whole(release.pinned(root, release_id) if release_id else release.current(root))
    views = {table.name: [pinned.path(table.name)] for table in contracts.RELEASED}
    return Store(pinned, connection.connect(views, pinned.folder, has_macros=True), has_records)


def choices(store: Store) -> Choices:
    """Return what a reader may choose from."""
    commodities = run.rows(store.con, "commodities")
    countries = store.places.loc[store.places["level"] == "country", "name"].sort_values()
    regions = sorted({*store.places["region"].dropna(), *store.places["subregion"].dropna()})
    return Choices(
        tuple(store.spans.index),
        tuple(regions),
        tuple(zip(countries.index, countries, strict=True)),
        tuple(commodities[["layer", "commodity"]].itertuples(index=False, name=None)),
        contracts.MODES,
        store.spans["first_on"].min(),
        store.spans["last_on"].max(),
    )


def context_layers(store: Store) -> frozenset[str]:
    """Return the layers that hold neither a flow nor an incident: totals of countries, say."""
    found = run.rows(store.con, "context_layers")
    return frozenset(found["layer"])
