"""The tables of the app for notebooks and scripts: open a store, choose, compare, export.

Example:
    from pathlib import Path
    from dashboard.api import open_store
    store = open_store(Path("store/sample"))
    view = store.explore(layers=("firearms", "drugs"), since="2019-01-01", region=("Europe",))
    corridors = store.compare("firearms", "drugs", region=("Europe",)).corridors
    store.snapshot(Path("out"), layers=("firearms", "drugs"))
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dashboard import assemble, questions, relations, snapshot, stores, view
from dashboard.filters import LAYERS, Filters
from dashboard.relations import Draws
from dashboard.snapshot import Request
from dashboard.snapshot_lines import of_lines
from data.errors import FilterError

if TYPE_CHECKING:
    import geopandas as gpd

DAYS = ("since", "until")
MANY = ("layers", "region", "commodity", "mode", "modus")


@dataclass(frozen=True)
class Opened:
    """One release, open for questions; every method takes the filters of the app by name.

    The filters are ``since, until`` (days, as date or 2020-01-31), ``layers, region, commodity, mode, modus`` (one text
    or several), ``min_count, confidence, kappa, top``; see dashboard/filters.py.
    """

    store: stores.Store

    @property
    def release_id(self) -> str:
        """The id of the release."""
        return self.store.release.id

    def flows(self, **filters: Any) -> pd.DataFrame:
        """Return one row per layer, origin and destination; see assemble.flows."""
        return assemble.flows(self.store, self._chosen(filters))

    def explore(self, **filters: Any) -> view.Explore:
        """Return every frame of the Explore page; see view.Explore."""
        return assemble.explore(self.store, self._chosen(filters))

    def routes(self, within: "gpd.GeoDataFrame | None" = None, **filters: Any) -> "gpd.GeoDataFrame":
        """Return the ways that Explore draws, as lines; they have no direction, the flows on them do.

        Args:
            within: Areas of your own, in WGS 84; only ways that meet one of them are returned.
            filters: As for every method.

        Returns:
            One row per pair of places with a way: ``corridor_id, network, length_km, confidence`` and the line
            (MultiLineString, cut at the antimeridian), lon/lat degrees (WGS 84); see view.Explore.

        Raises:
            CrsError: ``within`` has no CRS or another one.
        """
        import geopandas as gpd  # here, for it takes longer to load than a question to answer

        from geo.crs import WGS84, require_wgs84

        areas = None if within is None else require_wgs84(within, "within").union_all()
        seen = self.explore(**filters)
        ways = seen.routes.reset_index(drop=True)
        row = pd.Index(ways["corridor_id"]).get_indexer(pd.Index(seen.lines["corridor_id"]))
        order = np.argsort(row, kind="stable")[(row < 0).sum() :]
        points = seen.lines[["lon", "lat"]].to_numpy(np.float64)
        shapes = of_lines(row[order], points[order], len(ways))
        found = gpd.GeoDataFrame(ways, geometry=shapes.geometries(), crs=WGS84)
        return found if areas is None else found[found.intersects(areas)].reset_index(drop=True)

    def evidence(self, corridor_id: str, **filters: Any) -> view.Evidence:
        """Return the records behind one corridor; see view.Evidence."""
        return assemble.evidence(self.store, self._chosen(filters), corridor_id)

    def compare(self, first: str, second: str, draws: int = 0, seed: int = 1, **filters: Any) -> relations.Compared:
        """Compare two layers, or parts of layers as ``drugs:cocaine``; see assemble.comparison."""
        return assemble.comparison(self.store, self._chosen(filters), (first, second), Draws(draws, seed))

    def snapshot(self, out: Path | str, formats: Iterable[str] = snapshot.VECTORS, **filters: Any) -> dict[str, Any]:
        """Write a snapshot as a folder or zip file and return its manifest; see snapshot.write."""
        return snapshot.write(self.store, Request(self._chosen(filters), tuple(formats)), Path(out))

    def _chosen(self, given: dict[str, Any]) -> Filters:
        chosen = choice(**given)
        questions.require_layers(self.store, tuple(name for name in chosen.layers if name not in LAYERS))
        return chosen


def open_store(root: Path | str, release_id: str | None = None) -> Opened:
    """Return a store's current release, or a given one, open for questions.

    Raises:
        StoreError: there is no such release.
    """
    return Opened(stores.opened(Path(root), release_id))


def choice(**given: Any) -> Filters:
    """Return the filters of the app from plain values.

    Raises:
        FilterError: a filter is unknown, a day is none, or a value is out of range.
    """
    known = [one.name for one in fields(Filters)]
    for name in given:
        if name not in known:
            raise FilterError(f"Filter {name!r} is unknown; choose from {', '.join(known)}.")
    return Filters(**{name: _plain(name, value) for name, value in given.items()})


def _plain(name: str, value: Any) -> Any:
    if name in DAYS and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise FilterError(f"{name} {value!r} is no day; write it as 2020-01-31.") from None
    if name in MANY:
        return (value,) if isinstance(value, str) else tuple(value)
    return value
