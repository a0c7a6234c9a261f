"""The pages Corridor and Traces under AppTest: with data, with none, with nonsense; numbers read off the screen."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, custody, custody_words
from dashboard import dossier_words as said
from dashboard.filters import Filters
from dashboard.stores import Store
from data import contracts, disclosure, release
from tests.dashboard.screen import Open, opener, words

ROOT = Path(__file__).parents[2]
CORRIDOR = "city:MEX:guadalajara~city:USA:houston"


@pytest.fixture
def opened(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens a page on the small sample, or on another store, with a link's parameters."""
    return opener(sample_root, monkeypatch)


@pytest.fixture(scope="session")
def traceless(sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store like the sample's, without a custody event."""
    root = tmp_path_factory.mktemp("rtraceless") / "store"
    shutil.copytree(sample_root, root)
    whole = release.current(root)
    tables = {table.name: pq.read_table(whole.path(table.name)) for table in contracts.RELEASED}
    empty = {name: tables[name].slice(0, 0) for name in ("custody_events", "custody_edges")}
    ready = {name: Path(shutil.copy(whole.folder / f"{name}.arrow", root)) for name in contracts.ARRAYS}
    release.publish(root, "rtraceless", tables | empty | ready, {"disclosure": disclosure.rule()})
    return root


def test_the_app_lists_both_pages(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "streamlit_app.py").read_text(encoding="utf-8")
    assert 'url_path="corridor"' in text
    assert 'url_path="traces"' in text


def test_a_corridor_of_the_link_is_drawn_with_its_finding_and_its_records(opened: Open, store: Store) -> None:
    app = opened("corridor", corridor=CORRIDOR)
    assert not app.exception
    assert "Houston – Guadalajara" in words(app)
    assert "SYNTHETIC" in words(app)
    evidence = assemble.evidence(store, Filters(), CORRIDOR)
    totals = [frame.value["Both ways"].sum() for frame in app.dataframe if "Both ways" in frame.value]
    assert totals == [evidence.summary["record_count"].sum()]
    view = assemble.explore(store, Filters())
    mine = view.corridors[view.corridors["corridor_id"] == CORRIDOR]
    table = next(frame.value for frame in app.dataframe if "Raw: near, found" in frame.value)
    np.testing.assert_array_equal(table["D"].to_numpy(), mine["d"].to_numpy())
    for title in ("Overlap, raw and adjusted", "Through time", "How firm is the answer", "What is known of both ends"):
        assert title in words(app)


def test_without_a_corridor_the_best_supported_is_drawn(opened: Open, store: Store) -> None:
    app = opened("corridor")
    best = assemble.explore(store, Filters()).corridors.iloc[0]
    assert app.selectbox(key="corridor_pick").value == best["corridor_id"]
    assert f"{best['origin']} – {best['destination']}" in words(app)
    assert "corridor" not in app.query_params


def test_picking_a_corridor_puts_it_in_the_link(opened: Open, store: Store) -> None:
    app = opened("corridor")
    second = assemble.explore(store, Filters()).corridors["corridor_id"].drop_duplicates().iloc[1]
    app.selectbox(key="corridor_pick").set_value(second).run()
    assert not app.exception
    assert app.query_params["corridor"] == second


def test_months_can_be_shown_instead_of_years(opened: Open) -> None:
    app = opened("corridor", corridor=CORRIDOR)
    next(group for group in app.segmented_control if group.label == "Step").set_value("month").run()
    assert not app.exception
    assert "nothing was reported for that month" in words(app)


def test_a_corridor_that_is_not_there_is_a_sentence(opened: Open) -> None:
    app = opened("corridor", corridor="nowhere~<script>")
    assert not app.exception
    assert "is not in this release" in words(app)


def test_a_choice_without_other_layers_says_so(opened: Open) -> None:
    app = opened("corridor", layers="firearms")
    assert not app.exception
    assert "No firearms flow of this choice runs along" in app.info[0].value


def test_a_corridor_without_firearms_compares_nothing(opened: Open) -> None:
    app = opened("corridor", layers="drugs", corridor=CORRIDOR)
    assert not app.exception
    assert said.NO_FIREARMS.removesuffix(".") in words(app)


def test_incidents_are_tested_when_asked(opened: Open) -> None:
    app = opened("corridor", corridor=CORRIDOR, since="2024-01-01", region="Americas")
    assert "Near is not linked" in words(app)
    before = words(app).count("Terrorism: ")
    next(button for button in app.button if button.label.startswith("Test incidents")).click().run()
    assert not app.exception
    assert words(app).count("Terrorism: ") == before + 1


def test_traces_are_counted_as_the_store_counts_them(opened: Open, store: Store) -> None:
    app = opened("traces")
    assert not app.exception
    found = custody.traces(store, Filters())
    assert f"of {len(found.rows):,} traces that fit" in words(app)
    steps = custody.funnel(store, Filters())
    assert f"{steps.indicator.arm_count:,} arms in seizures that state a number" in words(app)
    assert "not the official value" in words(app)


def test_a_trace_of_the_link_shows_its_chain(opened: Open, store: Store) -> None:
    trace_id = str(custody.traces(store, Filters()).rows["trace_id"].iloc[0])
    app = opened("traces", trace=trace_id)
    assert not app.exception
    chain = custody.chain(store, trace_id)
    table = next(frame.value for frame in app.dataframe if "Holder" in frame.value)
    assert len(table) == len(chain.events) + len(chain.gaps)
    assert "Time to crime: " in words(app)
    assert app.query_params["trace"] == trace_id


def test_the_list_follows_its_filters(opened: Open, store: Store) -> None:
    app = opened("traces")
    next(box for box in app.multiselect if box.label == "Time to crime").set_value(["under 1 year"]).run()
    rows = custody.traces(store, Filters()).rows
    count = int((rows["time_to_crime_class"] == "under 1 year").sum())
    assert f"Showing {min(count, 2000):,} of {count:,} traces that fit" in words(app)
    next(box for box in app.text_input).set_value("no such place").run()
    assert not app.exception
    assert "Showing 0 of 0 traces" in words(app)


def test_a_trace_that_is_not_there_is_a_sentence(opened: Open) -> None:
    app = opened("traces", trace="nobody's gun")
    assert not app.exception
    assert "is not in this release" in words(app)


def test_a_choice_without_traces_says_so(opened: Open) -> None:
    app = opened("traces", since="2024-12-31", region="Oceania")
    assert not app.exception
    assert custody_words.NO_CHOSEN in words(app)


def test_a_store_without_traces_is_one_plain_sentence(opened: Open, traceless: Path) -> None:
    app = opened("traces", root=traceless)
    assert not app.exception
    assert [info.value for info in app.info] == [custody_words.NO_TRACES]
    assert not app.dataframe
    corridor = opened("corridor", root=traceless, corridor=CORRIDOR)
    assert not corridor.exception
    assert "No trace of this choice has two consecutive holders" in words(corridor)


@pytest.mark.parametrize("name", ["corridor", "traces"])
def test_a_store_without_a_release_is_one_sentence(opened: Open, tmp_path: Path, name: str) -> None:
    app = opened(name, root=tmp_path)
    assert not app.exception
    assert "no release here" in app.error[0].value
