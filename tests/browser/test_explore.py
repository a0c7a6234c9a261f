"""What a reader sees and does on the Explore page, in a real browser."""

import re
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard import palette
from tests.browser.window import CHART, Visit, at_rest, drawn, main, near, opened, picture, rows_below

CORRIDOR = "city:MEX:guadalajara~city:USA:houston"  # planted: firearms south, drugs north


def test_the_map_draws_and_asks_nobody_else(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    pixels = picture(page)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
    assert near(pixels, "#1B7FD4") > 20  # common
    assert near(pixels, "#D1480A") > 20  # inverse
    assert visit.outside == []
    assert visit.complaints == []
    expect(page.get_by_text("SYNTHETIC")).to_be_visible()


def test_a_dark_page_has_a_dark_map(visit: Visit, address: str) -> None:
    visit.page.emulate_media(color_scheme="dark")
    pixels = picture(opened(visit, f"{address}?region=Oceania"))
    assert near(pixels, palette.DARK[palette.SEA], 4) > pixels.shape[0] * pixels.shape[1] / 4
    assert near(pixels, palette.SEA, 4) < 100
    assert near(pixels, palette.DARK["#1B7FD4"]) > 20  # common


def test_the_chosen_corridor_leads_to_its_page_with_the_filters(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}?region=Americas&corridor={CORRIDOR}")
    page.get_by_role("link", name="All that is known of this corridor").click()
    expect(page.get_by_role("heading", name="Houston – Guadalajara")).to_be_visible()
    at_rest(page)
    assert urlparse(page.url).path == "/corridor"
    assert parse_qs(urlparse(page.url).query) == {"region": ["Americas"], "corridor": [CORRIDOR]}


def test_switching_a_layer_off_removes_its_lines_and_leaves_the_others(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}?show=layers")
    before = picture(page)
    page.locator(".st-key-layer_drugs label").click()
    at_rest(page)
    page.wait_for_timeout(8000)
    after = picture(page)
    assert near(before, "#006B58") > 50
    assert near(after, "#006B58") < near(before, "#006B58") / 5
    assert near(after, "#EA2AA5") > near(before, "#EA2AA5") / 2
    assert "drugs" not in parse_qs(urlparse(page.url).query)["layers"][0]


def test_the_arrows_of_every_layer_are_drawn(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    told = re.findall(r"showing ([\d,]+) of", main(page))
    assert len(told) == 3
    assert {int(count.replace(",", "")) for count in told} <= drawn(page)


def test_both_ways_of_a_corridor_are_on_the_map(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}?region=Central America,Northern America&show=layers&corridor={CORRIDOR}")
    pixels = picture(page)
    assert near(pixels, "#1F2A44") > 50  # firearms, southward
    assert near(pixels, "#006B58") > 50  # drugs, northward


def test_a_link_restores_filters_and_corridor_and_the_evidence_sums_to_the_line(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}?since=2018-01-01&region=Americas&corridor={CORRIDOR}")
    expect(page.get_by_text("Records: Houston – Guadalajara")).to_be_visible()
    expect(page.locator(".st-key-region").get_by_text("Americas", exact=True).first).to_be_visible()
    query = parse_qs(urlparse(page.url).query)
    assert query == {"since": ["2018-01-01"], "region": ["Americas"], "corridor": [CORRIDOR]}
    for row in rows_below(page, "Records: "):
        there, back, both = (int(cell.replace(",", "")) for cell in row[-3:])
        assert there + back == both
    assert len(rows_below(page, "Records: ")) >= 2


def test_a_row_of_the_table_opens_its_records(visit: Visit, address: str) -> None:
    page = opened(visit, address)
    table = page.locator('[data-testid="stDataFrame"]').first
    heading = page.get_by_role("heading", name=re.compile("^Records: "))
    for _ in range(4):  # the table is drawn anew once the corridors are judged: a click before that is lost
        table.scroll_into_view_if_needed()  # what comes above it may have moved it down
        box = table.bounding_box()
        assert box
        page.mouse.click(box["x"] + 17, box["y"] + 52)
        at_rest(page)
        if heading.count():
            break
    expect(heading).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]corridor="))  # the link may follow the page a moment later


def click_a_line(page: Page, colour: str, tip: str, heading: re.Pattern[str]) -> np.ndarray:
    """Click a line of a colour until a heading appears; return the map's pixels from before."""
    before = picture(page)
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    hits = np.argwhere(np.abs(before - wanted).max(axis=2) < 30)
    if not len(hits):
        pytest.fail(f"No line of colour {colour} is drawn.")
    box = page.locator(CHART).first.bounding_box()
    assert box
    row, column = hits[len(hits) // 3]
    page.mouse.move(box["x"] + int(column), box["y"] + int(row))
    expect(page.get_by_text(tip).first).to_be_visible()  # deck.gl is ready to be clicked
    for _ in range(4):  # software rendering drops a click that falls between two slow frames
        page.mouse.click(box["x"] + int(column), box["y"] + int(row))
        page.wait_for_timeout(5000)
        if page.get_by_role("heading", name=heading).count():
            break
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    return before


def test_a_click_on_a_line_opens_its_records_and_the_map_stays_where_it_is(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}?region=Oceania&min_count=40")
    before = click_a_line(page, palette.RELATION_COLOURS["common"], "Suva → Auckland", re.compile("^Records: "))
    page.mouse.move(5, 5)
    page.wait_for_timeout(800)
    jumped = np.roll(before, (8, 8), axis=(0, 1))
    assert uncovered(before, picture(page)) < uncovered(before, jumped) / 4


def uncovered(before: np.ndarray, after: np.ndarray) -> float:
    """Return the share of the map that has become sea: a halo covers some of it, only a jump lays more of it open."""
    sea = np.array([int(palette.SEA[i : i + 2], 16) for i in (1, 3, 5)])
    was, is_now = (np.abs(pixels - sea).max(axis=2) < 4 for pixels in (before, after))
    return float((is_now & ~was).mean())


def test_a_click_on_a_line_between_countries_lists_the_flows_it_sums(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}?region=Australia and New Zealand&detail=country&show=layers")
    told = re.findall(r"showing ([\d,]+) of [\d,]+ lines? between countries", main(page))
    assert {int(count.replace(",", "")) for count in told} <= drawn(page)  # as many arrows as lines
    click_a_line(page, palette.LAYER_COLOURS["drugs"], "Sum of ", re.compile("^Flows (between|within) "))
    assert parse_qs(urlparse(page.url).query)["bundle"][0].startswith("country:AUS~")
    row = rows_below(page, "Flows ")[0]
    page.locator('[data-testid="stDataFrame"]').first.scroll_into_view_if_needed()
    box = page.locator('[data-testid="stDataFrame"]').first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 17, box["y"] + 52)
    expect(page.get_by_role("heading", name=re.compile(f"^Records: .*{re.escape(row[-3])}"))).to_be_visible()


def test_nonsense_in_the_link_gives_notices_and_a_page(visit: Visit, address: str) -> None:
    query = "since=yesterday&region=Atlantis&top=0&show=3d&corridor=%40%40%3D1&min_count=x&mode=teleport"
    page = opened(visit, f"{address}?{query}")
    for word in ("since", "region", "top", "show", "min_count", "mode"):
        expect(page.get_by_text(f"The link's {word}")).to_be_visible()
    expect(page.get_by_text("is not in this release")).to_be_visible()
    assert visit.outside == []
    assert visit.complaints == []


def test_a_choice_without_records_says_so_and_offers_the_way_back(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}?min_count=100000&layers=firearms")
    expect(visit.page.get_by_text("No flow passes all the filters together.")).to_be_visible()
    visit.page.get_by_role("button", name=re.compile("^Show flows of any size")).click()
    visit.page.wait_for_selector(CHART)


def test_the_page_fits_a_phone(visit: Visit, address: str) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = opened(visit, address)
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    expect(page.locator(".st-key-layer_drugs")).not_to_be_in_viewport()
