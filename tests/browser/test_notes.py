"""A note on a corridor survives a reload and another session, until it is removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data import kept
from tests.browser.window import Visit, arrived, at_rest, unfold

CORRIDOR = "corridor?corridor=city%3AMEX%3Aguadalajara~city%3AUSA%3Ahouston&region=Americas"
HEADING = "Guadalajara"


@pytest.fixture
def no_note(store: Path) -> Iterator[None]:
    """Leave the store as it was."""
    yield
    for path in (store / kept.FOLDER).iterdir():
        path.unlink()
    (store / kept.FOLDER).rmdir()


def notes_of(page: Page) -> list[str]:
    """Return the notes on the page."""
    return [text for text in page.locator("[data-testid=stAlert]").all_inner_texts() if "Note of 20" in text]


def test_a_note_survives_a_reload_and_leaves_when_it_is_removed(visit: Visit, address: str, no_note: None) -> None:
    page = arrived(visit, f"{address}{CORRIDOR}", HEADING)
    assert notes_of(page) == []
    unfold(page, "Pin a note to this corridor")
    page.locator("textarea").fill("Ask the port\nabout **this**")
    page.get_by_role("button", name="Keep this note").click()
    expect(page.get_by_text("Ask the port about **this**").first).to_be_visible()
    at_rest(page)
    page.reload()
    page.get_by_role("heading", name=HEADING).first.wait_for()
    at_rest(page)
    (text,) = notes_of(page)
    assert "Ask the port about **this**" in text
    unfold(page, "Change the note")
    page.get_by_role("button", name="Remove the note").click()
    expect(page.get_by_text("Pin a note to this corridor")).to_be_visible()
    at_rest(page)
    assert notes_of(page) == []
    assert visit.complaints == []
    assert visit.outside == []
