"""The officials' page under AppTest: the numbers on the screen are the brief's, and each failure is a sentence."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import brief, words
from dashboard.filters import Filters
from dashboard.pages import briefing_parts
from dashboard.stores import Store


def page() -> None:
    """Draw the page alone."""
    from dashboard.pages import briefing

    briefing.render()


def opened(monkeypatch: pytest.MonkeyPatch, root: Path, **link: str) -> AppTest:
    monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
    app = AppTest.from_function(page, default_timeout=120)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def said(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info, app.header)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_headline_figures_and_findings_are_the_briefs(
    store: Store, sample_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(monkeypatch, sample_root, region="Americas")
    assert not app.exception
    told = brief.brief(brief.gathered(store, Filters(region=("Americas",))))
    assert app.header[0].value == words.caption(told.headline)
    shown = said(app)
    for figure in told.figures:
        assert f"#### {words.caption(figure.value)}" in shown
    for finding in told.findings:
        assert words.caption(finding.short) in shown
    assert words.caption(f"{told.title}. {told.as_of}. Marked TLP:CLEAR.") in shown
    assert "SYNTHETIC" in shown


def test_nothing_must_be_chosen_and_nonsense_is_a_notice(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, sample_root, region="Atlantis,Americas")
    assert not app.exception
    assert "was ignored" in said(app)
    assert app.header


def test_no_firearms_flow_is_one_sentence(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, sample_root, min_count="1000000", region="Americas")
    assert not app.exception
    assert "No flow of firearms passes the filters" in app.error[0].value


def test_a_log_that_cannot_be_written_keeps_the_files_and_shows_the_page(
    sample_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "releases").symlink_to(sample_root / "releases")
    (tmp_path / "CURRENT").write_bytes((sample_root / "CURRENT").read_bytes())
    app = opened(monkeypatch, tmp_path, region="Americas")
    assert len(app.get("download_button")) == 3
    for path in (tmp_path / "audit").iterdir():
        path.unlink()
    (tmp_path / "audit").rmdir()
    (tmp_path / "audit").write_text("a file in its place")
    app.run()
    assert not app.exception
    assert "nothing is exported" in app.warning[-1].value
    assert app.header
    assert not app.get("download_button")


def test_a_store_without_a_release_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, tmp_path)
    assert not app.exception
    assert "no release here" in app.error[0].value


def test_a_long_list_says_how_much_it_leaves_out() -> None:
    assert briefing_parts.bullets(["a", "b"]) == "- a\n- b"
    assert briefing_parts.bullets(["a", "b", "c"]).endswith("- 1 more point in the files.")
    assert briefing_parts.bullets(["a", "b", "c", "d"]).endswith("- 2 more points in the files.")
