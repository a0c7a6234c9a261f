"""The app as officials see it: Briefing first, no page of single records, and a link to one says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashboard import roles
from tests.browser.window import Visit, arrived, at_rest, main, served


@pytest.fixture(scope="module")
def officials(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the app for officials on the small store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(roles.VARIABLE, roles.OFFICIAL)
        with served(store, tmp_path_factory.mktemp("log") / "officials.txt") as found:
            yield found


def test_briefing_is_first_and_pages_of_records_are_not_listed(visit: Visit, officials: str) -> None:
    page = arrived(visit, f"{officials}?region=Americas", "Firearms and drugs")
    expect(page.get_by_text("Take it with you")).to_be_visible()
    listed = page.locator("[data-testid=stSidebarNavLink]").all_inner_texts()
    assert [text.split("\n")[-1] for text in listed[:2]] == ["Briefing", "Explore"]
    assert len(listed) == 10
    assert not [text for text in listed if "Traces" in text or "Own data" in text]


@pytest.mark.parametrize("path", ["traces?trace=sample-trace:000005", "own-data"])
def test_a_link_to_a_page_of_records_says_why_it_is_not_there(visit: Visit, officials: str, path: str) -> None:
    visit.page.goto(f"{officials}{path}")
    expect(visit.page.get_by_text(roles.REFUSED)).to_be_visible()
    at_rest(visit.page)
    assert main(visit.page).strip() == roles.REFUSED


@pytest.mark.parametrize("path", ["briefing", "explore"])
def test_the_address_of_a_page_holds_whoever_reads(visit: Visit, officials: str, address: str, path: str) -> None:
    for root in (officials, address):
        visit.page.goto(f"{root}{path}?region=Americas")
        visit.page.get_by_text("SYNTHETIC SAMPLE DATA").first.wait_for()
        at_rest(visit.page)
        assert visit.page.url == f"{root}{path}?region=Americas"
        assert visit.page.get_by_role("dialog").count() == 0
