"""Saved views: kept in their order, however often a press is told; walked by officials, changed by analysts alone."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import roles, views
from dashboard.views import View
from data import kept
from data.errors import KeptError

APP = """
import streamlit as st
from dashboard.pages import method, saved
pages = [
    st.Page(method.render, title="Method", url_path="", default=True),
    st.Page(method.render, title="Method", url_path="method", visibility="hidden"),
]
here = st.navigation(pages)
saved.above(saved.Pages(pages, "method"))
here.run()
saved.beside(saved.Pages(pages, "method"), here)
"""  # a page that needs no release, framed as the app frames all
ONE, TWO, THREE = (View(name, "method", f"region={name}") for name in ("One", "Two", "Three"))


@pytest.fixture
def root(sample_root: Path, tmp_path: Path) -> Path:
    """Return a store with views of its own."""
    (tmp_path / "releases").symlink_to(sample_root / "releases")
    shutil.copy(sample_root / "CURRENT", tmp_path / "CURRENT")
    return tmp_path


@pytest.fixture
def three(root: Path) -> Path:
    """Return the store with three views."""
    for view in (ONE, TWO, THREE):
        views.save(root, view)
    return root


def opened(root: Path, monkeypatch: pytest.MonkeyPatch, role: str = roles.ANALYST, **link: str) -> AppTest:
    """Return a page with the saved views around it."""
    monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
    monkeypatch.setenv(roles.VARIABLE, role)
    app = AppTest.from_string(APP, default_timeout=120)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def pressed(app: AppTest, label: str) -> None:
    """Press the button of this label."""
    next(button for button in app.button if button.label == label).click().run()


def names(root: Path) -> list[str]:
    return [view.name for view in views.read(root)]


def test_views_keep_their_order_page_and_filters(three: Path) -> None:
    assert views.read(three) == [ONE, TWO, THREE]


def test_each_change_told_twice_is_done_once(three: Path) -> None:
    for _ in range(2):
        views.save(three, TWO)
    assert names(three) == ["One", "Two", "Three"]
    order = views.raised(views.read(three), 2)
    for _ in range(2):
        views.arrange(three, order)
    assert names(three) == ["One", "Three", "Two"]
    for _ in range(2):
        views.rename(three, "Two", " Second\n")
    assert views.read(three)[2] == TWO._replace(name="Second")
    for _ in range(2):
        views.remove(three, "Three")
    assert names(three) == ["One", "Second"]


def test_a_view_is_raised_by_one_place_and_the_first_stays(three: Path) -> None:
    found = views.read(three)
    assert views.raised(found, 0) == ("One", "Two", "Three")
    assert views.raised(found, 1) == ("Two", "One", "Three")
    assert views.raised(found, 2) == ("One", "Three", "Two")


def test_an_order_made_before_another_view_came_keeps_that_one(three: Path) -> None:
    views.arrange(three, ("Two", "One", "gone"))
    assert names(three) == ["Two", "One", "Three"]


@pytest.mark.parametrize(
    ("name", "why"), [(" \n", "has no name"), ("W" * 61, "has 61 signs; at most 60"), ("One", "has this name")]
)
def test_a_name_that_cannot_be_is_one_sentence(three: Path, name: str, why: str) -> None:
    with pytest.raises(KeptError, match=why):
        views.save(three, View(name, "explore", ""))
    with pytest.raises(KeptError, match=why):
        views.rename(three, "Two", name)
    assert views.read(three) == [ONE, TWO, THREE]


def test_a_name_stays_its_own(three: Path) -> None:
    views.rename(three, "Two", "Two")
    assert views.read(three) == [ONE, TWO, THREE]


def test_the_walk_says_where_it_is_and_ends(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(three, monkeypatch, view="Two")
    assert not app.exception
    assert "**2 of 3** · Two" in [each.value for each in app.markdown]
    app.button(key="walk_end").click().run()
    assert not [each.value for each in app.markdown if " of 3** · " in each.value]


def test_a_view_nobody_kept_is_no_walk(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(three, monkeypatch, view="**gone**")
    assert not app.exception
    assert not [each.value for each in app.markdown if " of 3** · " in each.value]


def test_an_analyst_saves_renames_moves_and_removes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(root, monkeypatch)
    for name in ("First", "Second"):
        app.text_input(key="view_name").input(name)
        pressed(app, "Save")
    assert views.read(root) == [View("First", "method", ""), View("Second", "method", "")]
    app.selectbox(key="view_picked").set_value("Second").run()
    pressed(app, "Move up")
    assert names(root) == ["Second", "First"]
    app.text_input(key="view_name_Second").input("Start")
    pressed(app, "Rename")
    assert names(root) == ["Start", "First"]
    pressed(app, "Remove")
    assert names(root) == ["First"]
    assert not app.warning
    assert not app.exception


def test_a_view_that_cannot_be_kept_says_why_and_keeps_the_name(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(three, monkeypatch, region="Other")
    app.text_input(key="view_name").input("One")
    pressed(app, "Save")
    (told,) = (each.value for each in app.warning)
    assert told == "Another view has this name; choose another one."
    assert app.text_input(key="view_name").value == "One"
    assert views.read(three) == [ONE, TWO, THREE]
    app.text_input(key="view_name").input("Four")
    pressed(app, "Save")
    assert not app.warning
    assert views.read(three)[3] == View("Four", "method", "region=Other")


def test_officials_walk_and_change_nothing(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(three, monkeypatch, roles.OFFICIAL, view="One")
    assert "**1 of 3** · One" in [each.value for each in app.markdown]
    assert [button.label for button in app.button] == ["End"]
    assert not app.text_input
    assert len(app.get("page_link")) == 5


def test_damaged_views_are_one_sentence_beside_the_page(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / kept.FOLDER).mkdir()
    (root / kept.FOLDER / "views.json").write_text("{")
    app = opened(root, monkeypatch, view="One")
    assert not app.exception
    (told,) = (each.value for each in app.warning)
    assert "views of this store cannot be read" in told
    assert app.subheader
    assert not [button for button in app.button if button.label == "Save"]
