"""The Export page: what it promises is what the file holds."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import audit, snapshot, snapshot_check
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.pages import export_parts
from dashboard.snapshot import Request
from dashboard.stores import Store

APP = """
import streamlit as st
from dashboard.pages import export
st.navigation([st.Page(export.render, title="Export", url_path="export")]).run()
"""


@pytest.fixture
def root(sample_root: Path, tmp_path: Path) -> Path:
    """Return a store with an export log of its own."""
    made = tmp_path / "store"
    made.mkdir()
    (made / "releases").symlink_to(sample_root / "releases")
    shutil.copy(sample_root / "CURRENT", made / "CURRENT")
    return made


def opened(root: Path, monkeypatch: pytest.MonkeyPatch, **link: str) -> AppTest:
    """Return the page on a store, with a link's parameters."""
    monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
    app = AppTest.from_string(APP, default_timeout=180)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def words(app: AppTest) -> str:
    """Return everything the page says."""
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info, app.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_the_page_says_what_the_file_will_hold(root: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(root, monkeypatch, region="South America", layers="firearms,drugs")
    assert not app.exception
    told = words(app)
    assert "Marking: TLP:CLEAR" in told.replace("\\", "")
    assert "SYNTHETIC" in told
    assert "--layers firearms,drugs --region 'South America'" in told
    chosen = Filters(region=("South America",), layers=("firearms", "drugs"))
    raw = export_parts.maker((str(root), store.release.id), chosen, ("csv",), "x.zip")()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    table = app.dataframe[0].value
    assert dict(zip(table["Table"], table["Rows"], strict=True)) == manifest["row_counts"]
    assert all(line.split(":")[0] in told for line in manifest["left_out"])
    assert audit.entries(root)[-1]["target"] == "x.zip"


def test_the_file_of_the_page_is_byte_for_byte_that_of_the_command(root: Path, store: Store, tmp_path: Path) -> None:
    chosen = Filters(region=("South America",))
    raw = export_parts.maker((str(root), store.release.id), chosen, snapshot.VECTORS, "page.zip")()
    out = tmp_path / "command"
    assert main(["snapshot", "--store", str(root), "--region", "South America", "--out", str(out)]) == 0
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        of_page = {name: archive.read(name) for name in archive.namelist()}
    of_command = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert sorted(of_page) == sorted(of_command)
    assert [name for name in of_page if of_page[name] != of_command[name]] == []
    assert pd.read_csv(io.BytesIO(of_page["csv/corridors.csv"]))["q_full_margin"].notna().any()


def test_the_command_on_the_page_writes_the_same_choice(root: Path, store: Store, tmp_path: Path) -> None:
    request = Request(Filters(region=("South America",), min_count=5, layers=("firearms",)), ("csv",))
    said = export_parts.command(store.release.id, request)
    assert said.startswith("contraflow snapshot --store STORE")
    arguments = [str(root) if word == "STORE" else word for word in said.replace("'", "").split(" ")[1:]]
    at = arguments.index("South")
    arguments[at : at + 2] = ["South America"]
    arguments[arguments.index("snapshot.zip")] = str(tmp_path / "snapshot.zip")
    assert main([*arguments, "--draws", "0"]) == 0
    with zipfile.ZipFile(tmp_path / "snapshot.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["filters"] == request.filters.to_dict()
    assert snapshot_check.verify(tmp_path / "snapshot.zip") == []


def test_no_format_is_a_sentence_and_no_button(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(root, monkeypatch, region="South America", layers="firearms")
    app.multiselect(key="export_formats").set_value([]).run()
    assert not app.exception
    assert "Choose at least one format." in words(app)


def test_a_choice_without_records_is_one_sentence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(root, monkeypatch, min_count="1000000", layers="firearms,drugs")
    assert not app.exception
    assert "nothing to export" in app.error[0].value


def test_a_log_that_cannot_be_written_closes_the_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / audit.FOLDER).write_text("a file in its place")
    app = opened(root, monkeypatch, layers="firearms")
    assert not app.exception
    assert "nothing is exported" in app.error[0].value


def test_nonsense_in_the_link_gives_a_notice_and_the_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(root, monkeypatch, region="Atlantis", layers="firearms", min_count="500")
    assert not app.exception
    assert "was ignored" in words(app)
    assert app.multiselect(key="export_formats").value == list(snapshot.VECTORS)
