# ruff: noqa: S608  # the SQL here is our own text and a temporary store
"""Every page in a real browser: one thing a reader does there, one number checked by SQL, no complaint, no stranger."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest
from playwright.sync_api import expect

from dashboard import timeline
from tests.browser.window import (
    ROOT,
    Ask,
    Visit,
    arrived,
    at_rest,
    main,
    number,
    row_count_below,
    rows_below,
    table_below,
    unfold,
)

CORRIDOR = "city:MEX:guadalajara~city:USA:houston"
FLOWS = "from legs where status <> 'licit'"
SHOWN = '[data-testid="stMetricValue"]'


@pytest.fixture(autouse=True)
def quiet(visit: Visit) -> Iterator[None]:
    """Let no page ask another host or complain."""
    yield
    assert visit.outside == []
    assert visit.complaints == []


def test_corridor_sums_its_records_and_shows_months(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}corridor?corridor={CORRIDOR}", "Records between the two places")
    there, back = CORRIDOR.split("~")
    pair = f"(origin_id, destination_id) in (('{there}', '{back}'), ('{back}', '{there}'))"
    known: dict[str, int] = dict(ask(f"select layer, sum(record_count) {FLOWS} and {pair} group by layer"))
    rows = rows_below(page, "Records between the two places")
    assert {row[0]: number(row[-1]) for row in rows} == {
        "Firearms": known["firearms"],
        "Drugs": known["drugs"],
        **({"Human trafficking": known["human_trafficking"]} if "human_trafficking" in known else {}),
    }
    page.get_by_role("radio", name="Month").or_(page.get_by_role("button", name="Month")).first.click()
    expect(page.get_by_text("nothing was reported for that month")).to_be_visible()


def test_closing_a_border_lists_the_flows_that_change(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}hubs?region=Europe", "What if a border or a strait closes?")
    page.get_by_role("button", name="What if it closes?").click()
    told = page.get_by_text(re.compile(r"^If .+ closed: [\d,]+ flows? would change"))
    expect(told).to_be_visible()
    at_rest(page)
    count = number(re.findall(r"closed: ([\d,]+)", told.inner_text())[0])
    assert count == row_count_below(page, "If ") > 0
    counted = page.locator(".st-key-layer_firearms").locator("xpath=ancestor::*[@data-testid='stHorizontalBlock'][1]")
    europe = "select country_id from places where region = 'Europe'"
    obs = f"select obs_id from waypoints where place_id in (select place_id from places where country_id in ({europe}))"
    cases = ask(f"select sum(case_count) from observations where layer = 'firearms' and obs_id in ({obs})")[0][0]
    assert str(f"{int(cases):,}") in counted.inner_text()


def test_playing_moves_all_layers_to_the_same_month(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}time?step=month&length=one&at=2019-03-01", "Flows through time")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(SHOWN).first).not_to_have_text("March 2019")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("location.search.includes('at=')", timeout=60_000)
    at_rest(page)
    month = parse_qs(urlparse(page.url).query)["at"][0]
    assert month > "2019-03-01"
    named = timeline.step_label(pd.Timestamp(month), "month")
    expect(page.locator(SHOWN).first).to_have_text(named)  # the link and the page agree
    shown = dict(
        zip(
            page.locator('[data-testid="stMetricLabel"]').all_inner_texts(),
            page.locator(SHOWN).all_inner_texts(),
            strict=True,
        )
    )
    inside = f"date_start >= date '{month}' and date_end < date '{month}' + interval 1 month"
    flows: dict[str, int] = dict(ask(f"select layer, sum(record_count) {FLOWS} and {inside} group by layer"))
    points: dict[str, int] = dict(ask(f"select layer, count(*) from incidents where {inside} group by layer"))
    assert number(shown["Firearms"]) == flows["firearms"]
    assert number(shown["Drugs"]) == flows["drugs"]
    assert number(shown["Terrorism"]) == points["terrorism"]


# Streamlit sends a press by a timer of no delay. A busy browser is late with it, as here; a heartbeat that falls due
# meanwhile takes the press along, and the timer tells it again.
LATE_PRESS = """button => {
  const plain = window.setTimeout;
  window.setTimeout = (work, ms, ...rest) => plain(work, ms || 5500, ...rest);
  button.click();
  window.setTimeout = plain;
}"""


def test_a_press_that_is_told_twice_moves_one_step(visit: Visit, address: str) -> None:
    page = arrived(visit, f"{address}time?step=year&length=one&at=2019-01-01", "Flows through time")
    page.get_by_role("button", name="Next").evaluate(LATE_PRESS)
    expect(page.locator(SHOWN).first).to_have_text("2020")
    page.wait_for_timeout(6000)
    assert parse_qs(urlparse(page.url).query)["at"] == ["2020-01-01"]
    expect(page.locator(SHOWN).first).to_have_text("2020")


def test_a_search_for_traces_survives_a_visit_to_another_page(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}traces", "All traces of this choice")
    whole = ask("select count(distinct trace_id) from custody_events")[0][0]
    assert f"{whole:,} in the release" in main(page)
    box = page.get_by_role("textbox", name="Place, kind or trace")
    box.fill("no such place")
    box.press("Enter")
    expect(page.get_by_text("Showing 0 of 0 traces")).to_be_visible()
    page.get_by_role("link", name="Method").click()
    page.get_by_role("heading", name="Tested on worlds with planted truth").wait_for()
    page.get_by_role("link", name="Traces").click()
    expect(page.get_by_text("Showing 0 of 0 traces")).to_be_visible()
    expect(box).to_have_value("no such place")


def test_two_regions_and_two_periods_add_up_to_the_store(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}regions?by=region&left=Africa&right=Oceania", "Both in numbers")
    expect(page.get_by_text("Same scale: a line")).to_be_visible()
    rows = {row[0]: [number(cell) for cell in row[1:4]] for row in rows_below(page, "Both in numbers")}
    found = {}
    for region in ("Africa", "Oceania"):
        ids = f"select place_id from places where region = '{region}'"
        ends = f"origin_id in ({ids}) and destination_id in ({ids})"
        sql = f"select sum(record_count) {FLOWS} and layer = 'drugs' and {ends}"
        found[region] = int(ask(sql)[0][0])
    assert rows["Drugs"] == [found["Africa"], found["Oceania"], found["Oceania"] - found["Africa"]]
    page.get_by_text("Two periods", exact=True).click()
    expect(page.get_by_text("2015 to 2019").first).to_be_visible()
    at_rest(page)
    assert parse_qs(urlparse(page.url).query) == {"by": ["period"], "left": ["2015-2019"], "right": ["2020-2024"]}


def test_modus_operandi_says_n_of_m(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}modus-operandi", "Share of records, by layer")
    stated, whole = ask("select count(modus_operandi), count(*) from observations where layer = 'firearms'")[0]
    assert f"Firearms: {stated:,} of {whole:,} records say how it was done" in main(page)
    parcels = ask("select count(*) from observations where layer = 'firearms' and modus_operandi = 'parcel'")[0][0]
    unfold(page, "The same as a table")
    row = next(row for row in rows_below(page, "Share of records, by layer") if row[1] == "By parcel or mail")
    assert [number(cell) for cell in row[2:4]] == [parcels, whole]


def test_coverage_counts_what_the_store_holds_and_changes_its_grid(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}coverage", "Each layer in figures")
    (told,) = (row for row in rows_below(page, "Each layer in figures") if row[0] == "Records")
    whole = ask("select sum(case_count) from observations where layer = 'drugs' and not is_subtotal")[0][0]
    assert f"{int(whole):,}" in told
    page.locator(".st-key-glossary input").fill("corridor")
    page.locator(".st-key-glossary input").press("Enter")
    expect(page.get_by_text("The band that many routes share").first).to_be_visible()


def test_method_counts_its_kept_and_missed_bounds(visit: Visit, address: str) -> None:
    page = arrived(visit, f"{address}method", "Tested on worlds with planted truth")
    (report,) = Path(ROOT / "data" / "reference").glob("validation*.json")
    passed = [row["passed"] for row in json.loads(report.read_text(encoding="utf-8"))["rows"]]
    kept, missed = passed.count(True), passed.count(False)
    assert re.search(rf"{kept} bounds? kept, {missed} bounds? missed", main(page))
    page.get_by_text("Missed bounds only").click()
    at_rest(page)
    assert row_count_below(page, "Every figure") == missed


def test_the_keyboard_reaches_the_filters_and_the_table(visit: Visit, address: str) -> None:
    page = arrived(visit, f"{address}modus-operandi", "One layer in detail")
    table_below(page, "One layer in detail")  # drawn later than the rest: the keys must not pass it before it is there
    reached = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        reached |= set(
            page.evaluate(
                """() => ['[class*=st-key-layer_firearms]', '[class*=st-key-since]', '[class*=st-key-min_count]',
                '[data-testid=stDataFrame]'].filter(part => document.activeElement.closest(part))"""
            )
        )
    assert len(reached) == 4, reached
