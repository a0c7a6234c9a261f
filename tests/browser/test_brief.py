"""A brief as HTML, opened from disk with the network off: map and table show, nothing runs, nothing is asked."""

from pathlib import Path

import pytest
from playwright.sync_api import Dialog

from dashboard import brief, brief_html, stores
from dashboard.brief import Brief
from dashboard.filters import Filters
from tests.browser.window import Visit
from tests.dashboard.test_brief import PAYLOADS, poisoned


@pytest.fixture(scope="module")
def told(sample_root: Path) -> Brief:
    """Return a brief with findings."""
    return brief.brief(brief.gathered(stores.opened(sample_root), Filters(region=("Americas",))))


@pytest.mark.parametrize("is_poisoned", [False, True])
def test_check_22_a_brief_from_disk_shows_all_and_runs_and_asks_nothing(
    visit: Visit, told: Brief, tmp_path: Path, is_poisoned: bool
) -> None:
    made = poisoned(told) if is_poisoned else told
    path = tmp_path / "brief.html"
    path.write_text(brief_html.page(made), encoding="utf-8")
    dialogs: list[str] = []

    def noted(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    visit.page.on("dialog", noted)
    visit.page.context.set_offline(True)
    visit.page.goto(path.as_uri())
    visit.page.wait_for_function("[...document.images].every(image => image.complete)")
    assert visit.page.evaluate("document.images.length") == 1
    assert visit.page.evaluate("document.images[0].naturalWidth") > 500
    assert visit.page.locator("tbody tr").count() == len(made.corridors)
    said = visit.page.inner_text("body")
    for finding in made.findings:
        assert finding.sentence in said
    assert (PAYLOADS[0] in said) == is_poisoned
    assert dialogs == []
    assert visit.complaints == []
    assert [url for url in visit.outside if url != path.as_uri()] == []
