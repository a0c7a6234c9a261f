"""Five lines of Python give the tables of the app."""

from dataclasses import fields
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from dashboard import api, assemble, snapshot_check
from dashboard.filters import Filters
from dashboard.relations import Draws
from dashboard.stores import Store
from data.errors import CrsError, FilterError

PAIR = ("firearms", "drugs")
FILTERS = Filters(since=date(2019, 1, 1), layers=PAIR, region=("Europe",))


@pytest.fixture(scope="module")
def opened(store: Store) -> api.Opened:
    """Return the small store through the interface."""
    return api.Opened(store)


def test_explore_is_what_the_page_shows(opened: api.Opened, store: Store) -> None:
    mine = opened.explore(layers=PAIR, since="2019-01-01", region="Europe")
    theirs = assemble.explore(store, FILTERS)
    for name in ("totals", "flows", "corridors", "incidents", "omega", "routes", "lines"):
        pd.testing.assert_frame_equal(getattr(mine, name), getattr(theirs, name))


def test_the_lines_of_the_readme_run_as_they_stand(
    sample_root: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    lines = readme.partition("## From Python")[2].partition("```python\n")[2].partition("```")[0]
    assert len([line for line in lines.splitlines() if line]) == 5
    folder = tmp_path / "store" / "sample"
    folder.mkdir(parents=True)
    (folder / "releases").symlink_to(sample_root / "releases")
    (folder / "CURRENT").write_bytes((sample_root / "CURRENT").read_bytes())
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    exec(lines, made)  # noqa: S102  # our own README
    theirs = assemble.explore(store, FILTERS)
    pd.testing.assert_frame_equal(made["view"].flows, theirs.flows)
    compared = assemble.comparison(store, Filters(layers=PAIR, region=("Europe",)), PAIR, Draws(0, 1))
    pd.testing.assert_frame_equal(made["corridors"], compared.corridors)
    assert snapshot_check.verify(tmp_path / "out") == []


def test_every_filter_of_the_app_takes_one_word_or_several(opened: api.Opened, store: Store) -> None:
    assert set(api.MANY) == {each.name for each in fields(Filters) if isinstance(each.default, tuple)}
    mine = opened.flows(layers="firearms", modus="parcel")
    theirs = assemble.flows(store, Filters(layers=("firearms",), modus=("parcel",)))
    pd.testing.assert_frame_equal(mine, theirs)


def test_flows_and_compare_are_what_the_commands_print(opened: api.Opened, store: Store) -> None:
    chosen: dict[str, Any] = {"since": date(2019, 1, 1), "layers": list(PAIR), "region": ["Europe"]}
    pd.testing.assert_frame_equal(opened.flows(**chosen), assemble.flows(store, FILTERS))
    mine = opened.compare("firearms", "drugs", **chosen)
    theirs = assemble.comparison(store, FILTERS, PAIR, Draws(0, 1))
    pd.testing.assert_frame_equal(mine.corridors, theirs.corridors)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> api.Opened:
    """Return an interface that answers with three ways: one over the antimeridian, one without a line."""
    ways = pd.DataFrame({"corridor_id": ["A~B", "C~D", "E~F"], "network": "road", "length_km": 1.0, "confidence": 0.5})
    ids, lon = ["C~D", "A~B", "C~D", "A~B", "A~B"], [170.0, 0.0, -170.0, 10.0, 20.0]
    lines = pd.DataFrame({"corridor_id": ids, "lon": lon, "lat": [10.0, 0.0, 10.0, 5.0, 0.0]})
    seen = SimpleNamespace(routes=ways, lines=lines)
    monkeypatch.setattr(api.Opened, "explore", lambda *_, **__: seen)
    return api.Opened(None)  # type: ignore[arg-type]


def test_routes_are_lines_in_degrees_in_the_order_of_travel(told: api.Opened) -> None:
    found = told.routes()
    assert found.crs.equals("EPSG:4326", ignore_axis_order=True)
    assert found["corridor_id"].tolist() == ["A~B", "C~D", "E~F"]
    assert list(found.geometry[0].geoms[0].coords) == [(0, 0), (10, 5), (20, 0)]
    assert [part.bounds[0] for part in found.geometry[1].geoms] == [170, -180]
    assert found.geometry[2] is None


def test_routes_within_an_area_meet_it_and_another_crs_is_refused(told: api.Opened) -> None:
    area = gpd.GeoDataFrame(geometry=[shapely.box(9, 4, 11, 6)], crs="EPSG:4326")
    assert told.routes(area)["corridor_id"].tolist() == ["A~B"]
    for wrong in (area.to_crs("EPSG:3857"), area.set_crs(None, allow_override=True)):
        with pytest.raises(CrsError, match="within: expected EPSG:4326"):
            told.routes(wrong)


def test_evidence_is_that_of_the_corridor(opened: api.Opened, store: Store) -> None:
    corridor_id = str(opened.flows(layers="firearms")["corridor_id"].iloc[0])
    mine = opened.evidence(corridor_id, layers="firearms")
    theirs = assemble.evidence(store, Filters(layers=("firearms",)), corridor_id)
    pd.testing.assert_frame_equal(mine.records, theirs.records)


def test_a_store_is_opened_by_its_folder(sample_root: Path, store: Store) -> None:
    assert api.open_store(str(sample_root)).release_id == store.release.id


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"colour": "red"}, "Filter 'colour' is unknown"),
        ({"since": "soon"}, "since 'soon' is no day"),
        ({"layers": "ivory"}, "'ivory' is not in this release"),
        ({"kappa": 2}, "outside 0..1"),
    ],
)
def test_a_wrong_choice_is_one_sentence(opened: api.Opened, given: dict[str, object], says: str) -> None:
    with pytest.raises(FilterError, match=says):
        opened.flows(**given)
