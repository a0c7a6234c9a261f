"""Who reads: officials are shown no single record on any page, and none is asked for; an unknown role shows nothing."""

import ast
import dataclasses
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import (
    assemble,
    custody,
    dossier,
    duplicates,
    origins,
    roles,
    snapshot,
    snapshot_check,
    snapshot_tables,
    stores,
)
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.pages import export_parts
from dashboard.relations import Draws
from dashboard.snapshot import Request
from dashboard.stores import Store
from data.errors import RoleError
from queries import run
from tests.dashboard.screen import Open, opener, words
from tests.queries.test_sql import FOLDER, READ, VALUES, parameters

ROOT = Path(__file__).parents[2]
CORRIDOR = "city:MEX:guadalajara~city:USA:houston"
PAGES = ("briefing", "explore", "corridor", "hubs", "time", "regions", "modi", "coverage", "export", "method")
REFUSED = ("traces", "own_data")
OF_ONE_RECORD = {"obs_id", "trace_id", "leg_id", "incident_id", "source_row", "kept_id", "dropped_id"}


@pytest.fixture
def no_caches() -> Iterator[None]:
    """Forget what was read for other readers, before and after: one server has one role, one test run has several."""
    for cache in (st.cache_data, st.cache_resource):
        cache.clear()
    yield
    for cache in (st.cache_data, st.cache_resource):
        cache.clear()


@pytest.fixture
def asked(no_caches: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the queries run from now on, with officials reading."""
    names: list[str] = []
    plain = run._watched

    def noted(con: object, name: str) -> object:
        names.append(name)
        return plain(con, name)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "_watched", noted)
    monkeypatch.setenv(roles.VARIABLE, roles.OFFICIAL)
    return names


@pytest.fixture
def opened(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return what opens a page on the small sample."""
    return opener(sample_root, monkeypatch)


@pytest.fixture(scope="module")
def officials(store: Store) -> Store:
    """Return the small store as officials read it."""
    return dataclasses.replace(store, has_records=False)


@pytest.fixture(scope="module")
def of_records(store: Store) -> set[str]:
    """Return the queries whose rows name a single record, trace or incident."""
    found = set()
    for name in READ:
        wanted = {key: VALUES[key] for key in parameters((FOLDER / "read" / f"{name}.sql").read_text(encoding="utf-8"))}
        if OF_ONE_RECORD & set(run.rows(store.con, name, **wanted)):
            found.add(name)
    assert {"records_of_pair", "records_of_flows", "custody_of_trace", "dossier_chains", "duplicates"} <= found
    return found


def named(method: str) -> set[str]:
    """Return the queries that the code asks by calls of one name."""
    calls = (
        node
        for path in (ROOT / "dashboard").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    )
    texts = (value.value for call in calls for value in call.args if isinstance(value, ast.Constant))
    return {text for text in texts if text in READ}


def test_only_the_stores_own_method_asks_for_single_records(of_records: set[str]) -> None:
    assert named("records") | named("record_table") == of_records
    assert not of_records & (named("rows") | named("columns") | named("table"))


def test_a_store_of_officials_refuses_every_question_for_single_records(
    officials: Store, of_records: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "rows", lambda *_, **__: pytest.fail("a query was run"))
    for name in of_records:
        with pytest.raises(RoleError, match="Single records are not shown here"):
            officials.records(name)
        with pytest.raises(RoleError, match="Single records are not shown here"):
            officials.record_table(name)


@pytest.mark.parametrize("ask", [custody.traces, custody.funnel, lambda store, _: custody.chain(store, "x")])
def test_traces_are_not_for_officials(officials: Store, ask: Callable[[Store, Filters], object]) -> None:
    with pytest.raises(RoleError):
        ask(officials, Filters())


def test_sums_of_a_corridor_are_the_same_to_both(store: Store, officials: Store) -> None:
    for chosen in (Filters(), Filters(region=("Americas",), min_count=3)):
        full, sums = (assemble.evidence(each, chosen, CORRIDOR) for each in (store, officials))
        pd.testing.assert_frame_equal(sums.summary, full.summary)
        assert (sums.origin, sums.destination, sums.origin_id) == (full.origin, full.destination, full.origin_id)
        assert (len(sums.records), sums.record_total, sums.is_cut) == (0, 0, False)
        assert len(full.records) > 0


def test_the_dossier_of_officials_lacks_records_and_chains_only(store: Store, officials: Store) -> None:
    full, sums = (dossier.dossier(each, Filters(), CORRIDOR) for each in (store, officials))
    assert len(full.chains) > 0
    assert sums.chains.empty
    for name in ("months", "lags", "settings", "ends", "near"):
        pd.testing.assert_frame_equal(getattr(sums, name), getattr(full, name))


def test_duplicates_are_counted_for_officials_and_not_listed(officials: Store) -> None:
    found = duplicates.duplicates(officials, ("drugs",))
    assert found.rows.empty
    assert duplicates.sentence(found).startswith("None was found")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_for_a_single_record_or_shows_one(
    name: str, asked: list[str], opened: Open, of_records: set[str], store: Store
) -> None:
    app = opened(name, corridor=CORRIDOR)
    assert not app.exception
    assert not app.error
    assert not of_records & set(asked)
    assert asked or name == "method"
    if name != "method":
        told = origins.figures("modus-operandi" if name == "modi" else name, has_records=False)["query"]
        assert set(asked) <= set(told)
    shown = words(app) + "\n".join(table.value.to_csv() for table in app.dataframe)
    assert (roles.REFUSED in shown) == (name in ("explore", "corridor"))
    ids = pq.read_table(store.release.path("observations"), columns=["obs_id"])["obs_id"].to_pylist()
    assert not [each for each in ids if re.search(rf"\b{re.escape(each)}\b", shown)]
    assert "the records behind it" not in shown
    headings = {heading for table in app.dataframe for heading in table.value}
    assert not headings & {"Row", "Its row", "Trace"}


@pytest.mark.parametrize("name", REFUSED)
def test_a_link_to_a_page_of_records_says_why_it_is_not_there(name: str, asked: list[str], opened: Open) -> None:
    app = opened(name, trace="sample-trace:000005")
    assert [info.value for info in app.info] == [roles.REFUSED]
    assert not app.exception
    assert asked == []
    assert not app.dataframe
    assert not app.get("file_uploader")


@pytest.mark.parametrize("role", ["", "Official", "admin"])
def test_an_unknown_role_shows_one_sentence_and_nothing_else(
    role: str, no_caches: None, sample_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRAFLOW_STORE", str(sample_root))
    monkeypatch.setenv(roles.VARIABLE, role)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
    assert not app.exception
    (told,) = app.error
    assert f"{role!r}, so nothing is shown" in told.value
    assert not app.dataframe
    assert not app.sidebar
    assert main(["serve", "--store", str(sample_root), "--port", "1"]) == 3


def test_every_page_of_the_app_is_tried_here() -> None:
    listed = set(re.findall(r"(\w+)\.render", (ROOT / "streamlit_app.py").read_text(encoding="utf-8")))
    assert listed == {*PAGES, *REFUSED}


def test_a_snapshot_of_officials_lists_no_record_and_can_be_made_again(
    store: Store, officials: Store, sample_root: Path, tmp_path: Path
) -> None:
    request = Request(Filters(region=("Americas",)), ("csv",), Draws(0, 1), has_records=False)
    seen, judged = assemble.judged(store, request.filters, request.draws)
    with pytest.raises(RoleError):
        snapshot_tables.contents(officials, seen, judged)
    raw = snapshot.zipped(officials, request, snapshot.gathered(officials, request), "x.zip")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        archive.extractall(tmp_path / "made")
    manifest = json.loads((tmp_path / "made" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["row_counts"]["evidence"] == 0
    assert manifest["left_out"][-1] == "Evidence lists no record: it was made for officials."
    assert len((tmp_path / "made" / "tables" / "evidence.csv").read_text(encoding="utf-8").splitlines()) == 1
    whole = snapshot_tables.contents(store, seen, judged)
    assert whole.row_counts["evidence"] > 0
    assert manifest["row_counts"]["flows"] == whole.row_counts["flows"] > 0
    again = snapshot_check.reproduce(tmp_path / "made" / "manifest.json", sample_root, tmp_path / "again")
    assert again.manifest["files"] == manifest["files"]


def test_the_export_page_of_officials_promises_no_record(
    asked: list[str], opened: Open, sample_root: Path, store: Store
) -> None:
    app = opened("export", region="South America", layers="firearms,drugs")
    table = app.dataframe[0].value.set_index("Table")["Rows"]
    assert table["evidence"] == 0
    assert table["flows"] > 0
    assert not app.code
    asked.clear()
    made = export_parts.maker((str(sample_root), store.release.id), Filters(region=("South America",)), ("csv",), "x")
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        assert len(archive.read("tables/evidence.csv").splitlines()) == 1
    assert "records_of_flows" not in asked


def test_an_old_manifest_without_the_word_is_of_analysts(store: Store, sample_root: Path, tmp_path: Path) -> None:
    made = snapshot.write(store, Request(Filters(region=("Americas",)), ("csv",), Draws(0, 1)), tmp_path / "made")
    path = tmp_path / "old.json"
    path.write_text(json.dumps({key: value for key, value in made.items() if key != "has_records"}), encoding="utf-8")
    assert snapshot_check.reproduce(path, sample_root, tmp_path / "again").manifest["files"] == made["files"]


def test_the_store_is_opened_for_analysts_unless_said_otherwise(sample_root: Path) -> None:
    assert stores.opened(sample_root).has_records
