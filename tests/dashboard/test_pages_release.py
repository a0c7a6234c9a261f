"""A running session and the store's releases: it keeps its own until it asks; a damaged one is not shown in silence."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import importing, publish
from data import release
from tests.dashboard.screen import words
from tests.dashboard.test_pages import APP
from tests.data import files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a store of two made-up seizures, released."""
    rows = [files.seizure(), files.seizure(DEPARTURE_COUNTRY="Peru")]
    importing.import_files(tmp_path / "store", "unodc-ids", [files.ids(tmp_path / "ids.csv", *rows)])
    publish.publish(tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def app(root: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Return the app, running on that store."""
    monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
    return AppTest.from_file(str(APP), default_timeout=120).run()


def published_again(root: Path) -> str:
    """Import a second file and release it."""
    importing.import_files(root, "ucdp-ged", [files.ged(root.parent / "ged.csv", {})])
    return publish.publish(root).id


def test_a_session_keeps_its_release_until_it_asks_for_the_new_one(root: Path, app: AppTest) -> None:
    old, new = release.current(root).id, published_again(root)
    app.run()
    assert f"Release {new} is there. You still see release {old}." in words(app)
    assert f"Release {old}, marked" in words(app)
    next(button for button in app.button if button.label == "Show the new release").click().run()
    assert not app.exception
    assert f"Release {new}, marked" in words(app) and "You still see" not in words(app)


def test_a_damaged_release_is_not_shown_and_the_page_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = release.current(root), published_again(root)
    release.pinned(root, new).path("legs").unlink()
    monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    assert not app.exception
    assert f"{new}: legs.parquet is missing" in words(app) and f"release {old.id}" in words(app)
    assert f"Release {old.id}, marked" in words(app)


def test_no_whole_release_is_one_sentence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release.current(root).path("legs").unlink()
    monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    assert [error.value for error in app.error] and "legs.parquet is missing" in app.error[0].value
