"""Saved views are walked in their order, each is a link, and what is chosen is what was saved."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import views
from data import kept
from tests.browser.window import Visit, arrived, at_rest, main, unfold, visiting

WALK = ".st-key-walk"


@pytest.fixture
def no_view(store: Path) -> Iterator[None]:
    """Leave the store as it was."""
    yield
    for path in (store / kept.FOLDER).iterdir():
        path.unlink()
    (store / kept.FOLDER).rmdir()


def save(page: Page, name: str) -> None:
    """Save the present page under a name."""
    panel = page.locator("[data-testid=stSidebar] [data-testid=stExpander]").filter(has_text="Saved views")
    if not panel.locator("input").first.is_visible():
        unfold(page, "Saved views")
    box = panel.get_by_role("textbox", name="Save this view as")
    box.fill(name)
    box.press("Enter")
    panel.get_by_role("link", name=name).wait_for()
    at_rest(page)


def chosen(page: Page) -> tuple[str, dict[str, list[str]]]:
    """Return the path and the filters of the address."""
    address = urlparse(page.url)
    return address.path, parse_qs(address.query)


def counted(page: Page) -> list[str]:
    """Return the numbers that the page on methods says of its choice."""
    return re.findall(r"\w+: [\d,]+ of [\d,]+ records say how it was done", main(page))


def test_two_saved_views_are_walked_and_one_is_opened_elsewhere(
    visit: Visit, address: str, browser: Browser, store: Path, no_view: None
) -> None:
    page = arrived(visit, f"{address}modus-operandi?region=Europe&layers=firearms,drugs", "How it was done")
    first = chosen(page)
    save(page, "Ways in Europe")
    page = arrived(visit, f"{address}regions?by=layer&left=drugs&right=firearms&region=Americas", "Both in numbers")
    second = chosen(page)
    save(page, "Drugs & arms, both")
    assert [view.name for view in views.read(store)] == ["Ways in Europe", "Drugs & arms, both"]
    assert page.locator(WALK).count() == 0

    page.get_by_role("link", name="1. Ways in Europe").click()
    page.get_by_role("heading", name="How it was done").wait_for()
    at_rest(page)
    assert chosen(page) == first
    assert "1 of 2 · Ways in Europe" in page.locator(WALK).inner_text()
    numbers = counted(page)
    assert len(numbers) == 1

    page.locator(WALK).get_by_role("link", name="Next").click()
    page.get_by_role("heading", name="Both in numbers").wait_for()
    at_rest(page)
    assert chosen(page) == second
    assert "2 of 2 · Drugs & arms, both" in page.locator(WALK).inner_text()
    page.get_by_role("button", name="Reset filters").click()
    at_rest(page)
    assert "region" not in chosen(page)[1]

    back = page.locator(WALK).get_by_role("link", name="Previous")
    link = str(back.evaluate("link => link.href"))
    back.click()
    page.get_by_role("heading", name="How it was done").wait_for()
    at_rest(page)
    assert chosen(page) == first
    assert counted(page) == numbers

    with visiting(browser) as other:
        elsewhere = arrived(other, link, "How it was done")
        assert chosen(elsewhere) == first
        assert "1 of 2 · Ways in Europe" in elsewhere.locator(WALK).inner_text()
        assert counted(elsewhere) == numbers
        elsewhere.get_by_role("button", name="End", exact=True).click()
        expect(elsewhere.locator(WALK)).to_have_count(0)
        assert chosen(elsewhere) == first
        assert other.complaints == []
    assert visit.complaints == []
    assert visit.outside == []
