"""A layer nobody has written code for: a file of one's own, a map, and then it is there like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import assemble, cli, filters, importing, palette, relations, stores, words
from dashboard.filters import Filters
from data import mapping, store
from data.errors import SourceError
from data.sources import register
from tests.data import files
from tests.data.test_mapping import TEXT

MAP = (
    TEXT.replace("[columns]", 'reliability = "A"\ncredibility = "1"\n[columns]')
    + """commodity = "Species"
origin = "From"
origin_place = "From town"
origin_lon = "From lon"
origin_lat = "From lat"
seen_place = "Town"
seen_lon = "Lon"
seen_lat = "Lat"
"""
)
TOWNS = {"Uganda": ("Kampala", 32.58, 0.35), "Kenya": ("Nairobi", 36.82, -1.29)}
JOURNEYS = [("Uganda", "Kenya", 20)]  # from, seized in, how often
FIREARMS = [("Kenya", "Uganda", 20)]


def rows(journeys: list[tuple[str, str, int]]) -> list[dict[str, object]]:
    """Return one row per record, each on a day of its own."""
    return [
        {"Date": f"2020-{month:02}-{at + 1:02}", "From": start, "Seized in": end, "Species": "Ivory"}
        | dict(zip(("From town", "From lon", "From lat"), TOWNS[start], strict=True))
        | dict(zip(("Town", "Lon", "Lat"), TOWNS[end], strict=True))
        for month, (start, end, count) in enumerate(journeys, start=1)
        for at in range(count)
    ]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a released store of made-up wildlife and firearms records, both imported by map."""
    folder = tmp_path_factory.mktemp("own")
    for layer, journeys in (("wildlife", JOURNEYS), ("firearms", FIREARMS)):
        map_path, path = folder / f"{layer}.toml", files.table(folder / f"{layer}.csv", rows(journeys))
        words_of_map = MAP.replace('"wildlife"', f'"{layer}"').replace("own-wildlife", f"own-{layer}")
        map_path.write_text(words_of_map, encoding="utf-8")
        assert cli.main(["import", "--map", str(map_path), str(path), "--store", str(folder / "store")]) == 0
    assert cli.main(["release", "--store", str(folder / "store")]) == 0
    yield folder / "store"


@pytest.fixture(scope="module")
def opened(root: Path) -> stores.Store:
    """Return the released store, open for questions."""
    return stores.opened(root)


def test_no_code_names_the_layer() -> None:
    assert "wildlife" not in filters.LAYERS
    assert "wildlife" not in palette.LAYER_COLOURS
    assert "wildlife" not in words.LAYER_TITLES


def test_the_layer_is_offered_named_and_coloured(opened: stores.Store) -> None:
    choices = stores.choices(opened)
    assert set(choices.layers) == {"firearms", "wildlife"}
    assert ("wildlife", "ivory") in choices.commodities
    assert words.layer_title("wildlife") == "Wildlife"
    assert palette.layer_colour("wildlife") == palette.OTHER_LAYER


def test_its_flows_are_counted_in_their_direction_between_its_own_places(opened: stores.Store) -> None:
    found = assemble.flows(opened, Filters(layers=("wildlife",)))
    assert found[["origin", "destination", "record_count"]].to_numpy().tolist() == [["Kampala", "Nairobi", 20]]


def test_it_is_compared_with_the_firearms(opened: stores.Store) -> None:
    found = assemble.comparison(opened, Filters(), ("firearms", "wildlife"), relations.Draws(0, 1))
    assert (found.result.omega, found.corridors["label"].str.lower().tolist()) == (-1.0, ["inverse"])


def test_it_is_shown_beside_the_firearms(opened: stores.Store) -> None:
    view = assemble.explore(opened, Filters(layers=("firearms", "wildlife")))
    assert set(view.flows["layer"]) == {"firearms", "wildlife"}
    assert dict(zip(view.totals["layer"], view.totals["record_count"], strict=True))["wildlife"] == 20


def test_its_source_stands_in_the_release_as_the_map_states_it(opened: stores.Store) -> None:
    row = opened.sources.set_index("source_id").loc["own-wildlife"]
    assert (row["title"], row["licence"], row["marking"]) == ("Made up", "own use", "TLP:GREEN")
    assert not row["redistributable"]


def test_a_card_without_a_module_is_a_source_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that many users need is one card in data/sources; the same words, no code."""
    (tmp_path / "charcoal.toml").write_text(MAP.replace("own-wildlife", "charcoal"), encoding="utf-8")
    monkeypatch.setattr("data.sources.register.resources.files", lambda _: tmp_path)
    assert register.source_ids() == ["charcoal"]
    assert register.reader("charcoal") is mapping.read
    path = files.table(tmp_path / "own.csv", rows(JOURNEYS))
    (report,) = importing.import_files(tmp_path / "store", "charcoal", [path])
    assert (report.row_count_kept, report.source_id) == (20, "charcoal")


def test_the_same_file_by_another_map_is_refused_and_the_store_stays(root: Path, tmp_path: Path) -> None:
    path = files.table(tmp_path / "wildlife.csv", rows(JOURNEYS))
    (tmp_path / "MAP.toml").write_text(MAP.replace("TLP:GREEN", "TLP:AMBER"), encoding="utf-8")
    before = files.contents(root)
    with pytest.raises(SourceError, match="the store holds this file as another map read it; delete"):
        importing.import_mapped(root, mapping.load(tmp_path / "MAP.toml"), [path])
    assert files.contents(root) == before
    assert len(store.imports(root)) == 2
