# ruff: noqa: S608  # the SQL here is our own text and a temporary store
"""Every page in a real browser on published records: one thing a reader does, one number checked by SQL."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import importing, palette, publish
from tests.browser.window import (
    CHART,
    ROOT,
    Ask,
    Visit,
    arrived,
    asker,
    at_rest,
    drawn,
    main,
    near,
    number,
    opened,
    picture,
    row_count_below,
    rows_below,
    served,
    visiting,
)

FILES = {  # all four layers but trafficking; small enough to be built for one test file
    "unodc-ids": "unodc_ids/*.parquet",
    "atf-international": "atf_international_compiled/*.csv",
    "atf-traces": "atf_traces_us/trace_2018.xlsx",
    "ucdp-ged": "ucdp_ged/ucdp_ged_mexico_*.parquet",
}
FLOWS = "from legs where status <> 'licit'"
CORRIDOR = "MEX~USA"  # firearms traced back from Mexico to the United States, drugs the other way


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open an empty page; in the end it has asked no other host and complained of nothing."""
    with visiting(browser) as seen:
        yield seen
        assert seen.outside == []
        assert seen.complaints == []


@pytest.fixture(scope="module")
def small(real_folder: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of published files, released; built only where there is a browser to look at it."""
    root = tmp_path_factory.mktemp("real browser")
    for source, pattern in FILES.items():
        importing.import_files(root, source, sorted(real_folder.glob(pattern)))
    publish.publish(root)
    return root


@pytest.fixture(scope="module")
def ask(small: Path) -> Ask:
    """Return a function that answers SQL over the tables of the release the app shows."""
    return asker(small)


@pytest.fixture(scope="module")
def address(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the app on the store."""
    with served(small, tmp_path_factory.mktemp("log") / "streamlit.txt") as found:
        yield found


def beside(page: Page, layer: str) -> int:
    """Return the count beside a layer's switch."""
    row = page.locator(f".st-key-layer_{layer}").locator("xpath=ancestor::*[@data-testid='stHorizontalBlock'][1]")
    return number(row.locator('[data-testid="stCaptionContainer"]').inner_text())


def cases(ask: Ask, layer: str) -> int:
    return int(ask(f"select sum(case_count) from observations where layer = '{layer}' and not is_subtotal")[0][0])


def test_explore_counts_its_flows_and_draws_both_ways(visit: Visit, address: str, ask: Ask) -> None:
    page = opened(visit, f"{address}?detail=place&show=layers&region=Americas")
    americas = "select place_id from places where region = 'Americas'"
    ends = f"origin_id in ({americas}) and destination_id in ({americas}) and origin_id <> destination_id"
    sql = (
        f"select layer, count(*) from (select distinct layer, origin_id, destination_id {FLOWS} and {ends}) group by 1"
    )
    told = re.findall(r"(Firearms|Drugs): showing ([\d,]+) of ([\d,]+) flows", main(page))
    assert {name.lower(): number(whole) for name, _, whole in told} == dict(ask(sql))
    assert {number(count) for _, count, _ in told} <= drawn(page)  # as many arrows as flows
    pixels = picture(page)
    assert near(pixels, palette.LAYER_COLOURS["firearms"]) > 50
    assert near(pixels, palette.LAYER_COLOURS["drugs"]) > 50


def test_explore_stays_where_it_is_when_a_filter_changes(visit: Visit, address: str) -> None:
    page = opened(visit, f"{address}?region=Americas")
    box = page.locator(CHART).first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(3000)
    before = picture(page)
    page.locator(".st-key-layer_drugs label").click()
    at_rest(page)
    page.wait_for_timeout(3000)
    sea = np.array([int(palette.SEA[i : i + 2], 16) for i in (1, 3, 5)])
    same = (np.abs(picture(page) - sea).max(axis=2) < 4) == (np.abs(before - sea).max(axis=2) < 4)
    assert same.mean() > 0.95  # a jump would move the coast


def test_a_chosen_corridor_lists_records_that_sum_to_the_flow(visit: Visit, address: str, ask: Ask) -> None:
    page = opened(visit, f"{address}?corridor={CORRIDOR}")
    expect(page.get_by_role("heading", name=re.compile("^Records: "))).to_be_visible()
    pair = "least(origin_id, destination_id) = 'MEX' and greatest(origin_id, destination_id) = 'USA'"
    known: dict[str, int] = dict(ask(f"select layer, sum(record_count) {FLOWS} and {pair} group by layer"))
    told = {row[0].lower(): number(row[-1]) for row in rows_below(page, "Records: ")}
    assert told == {layer.replace("_", " "): int(count) for layer, count in known.items()}
    page.locator('[data-testid="stBaseButton-secondary"]', has_text="Clear selection").click()
    expect(page.get_by_role("heading", name=re.compile("^Records: "))).to_have_count(0)


def test_a_line_between_countries_lists_the_flows_it_sums(visit: Visit, address: str, ask: Ask) -> None:
    page = opened(visit, f"{address}?detail=country&bundle=country:USA~USA")
    inside = "origin_id like 'US-%' and destination_id like 'US-%' and origin_id <> destination_id"
    sql = f"select sum(record_count), count(distinct origin_id || destination_id) {FLOWS} and layer = 'firearms'"
    records, flows = ask(f"{sql} and {inside}")[0]
    expect(page.get_by_text(f"Firearms: {int(records):,} records on {flows:,} flows")).to_be_visible()
    page.get_by_role("button", name="Draw only these, in detail").click()
    expect(page.get_by_role("heading", name=re.compile("^Flows within"))).to_have_count(0)
    at_rest(page)
    assert parse_qs(urlparse(page.url).query)["region"] == ["USA"]


def test_briefing_counts_its_records_and_answers_a_switch(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}briefing", "")
    expect(page.get_by_text("What we cannot see")).to_be_visible()
    assert beside(page, "firearms") == cases(ask, "firearms")
    page.locator(".st-key-layer_violence label").click()
    at_rest(page)
    assert "violence" in parse_qs(urlparse(page.url).query)["layers"][0]


def test_corridor_sums_its_records_and_shows_months(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}corridor?corridor={CORRIDOR}", "Records between the two places")
    pair = "least(origin_id, destination_id) = 'MEX' and greatest(origin_id, destination_id) = 'USA'"
    known: dict[str, int] = dict(ask(f"select layer, sum(record_count) {FLOWS} and {pair} group by layer"))
    rows = rows_below(page, "Records between the two places")
    assert {row[0].lower(): number(row[-1]) for row in rows} == {name: int(count) for name, count in known.items()}
    page.get_by_role("radio", name="Month").or_(page.get_by_role("button", name="Month")).first.click()
    expect(
        page.get_by_text(re.compile("nothing was reported for that month|is dated to one month")).first
    ).to_be_visible()


def test_hubs_close_a_border_and_list_the_flows_that_change(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}hubs?region=Americas", "What if a border or a strait closes?")
    page.get_by_role("button", name="What if it closes?").click()
    told = page.get_by_text(re.compile(r"^If .+ closed: [\d,]+ flows? would change"))
    expect(told).to_be_visible()
    at_rest(page)
    assert number(re.findall(r"closed: ([\d,]+)", told.inner_text())[0]) == row_count_below(page, "If ")
    americas = "select place_id from places where region = 'Americas'"
    obs = f"select obs_id from waypoints where place_id in ({americas})"
    inside = f"select sum(case_count) from observations where layer = 'drugs' and obs_id in ({obs}) and not is_subtotal"
    assert beside(page, "drugs") == int(ask(inside)[0][0])


def test_time_steps_to_a_year_of_all_layers(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}time?step=year&length=one&at=2014-01-01", "Flows through time")
    page.get_by_role("button", name="Next").click()
    page.wait_for_function("location.search.includes('at=2015-01-01')")
    at_rest(page)
    expect(page.locator('[data-testid="stMetricValue"]').first).to_have_text("2015")
    inside = "date_start >= date '2015-01-01' and date_end < date '2016-01-01'"
    known: dict[str, int] = dict(ask(f"select layer, sum(record_count) {FLOWS} and {inside} group by layer"))
    labels, values = (page.locator(f'[data-testid="stMetric{part}"]').all_inner_texts() for part in ("Label", "Value"))
    shown = dict(zip(labels, values, strict=True))
    assert number(shown["Drugs"]) == int(known["drugs"])


def test_traces_say_how_many_there_are(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}traces", "Traced firearms: who held them")
    assert ask("select count(distinct trace_id) from custody_events")[0][0] == 0  # the published totals name no arm
    expect(page.get_by_text("This release holds no traces").first).to_be_visible()
    assert beside(page, "firearms") == cases(ask, "firearms")
    page.locator(".st-key-layer_drugs label").click()
    at_rest(page)
    assert "drugs" not in parse_qs(urlparse(page.url).query)["layers"][0]


def test_regions_set_two_parts_of_the_world_side_by_side(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}regions?by=region&left=Americas&right=Europe", "Both in numbers")
    rows = {row[0]: [number(cell) for cell in row[1:3]] for row in rows_below(page, "Both in numbers")}
    found = []
    for region in ("Americas", "Europe"):
        ids = f"select place_id from places where region = '{region}'"
        ends = f"origin_id in ({ids}) and destination_id in ({ids}) and origin_id <> destination_id"
        found.append(int(ask(f"select sum(record_count) {FLOWS} and layer = 'drugs' and {ends}")[0][0]))
    assert rows["Drugs"] == found
    page.get_by_text("Two periods", exact=True).click()
    at_rest(page)
    assert parse_qs(urlparse(page.url).query)["by"] == ["period"]


def test_modus_operandi_says_n_of_m(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}modus-operandi", "How it was done")
    stated, whole = ask("select count(modus_operandi), count(*) from observations where layer = 'drugs'")[0]
    assert f"Drugs: {stated:,} of {whole:,} records say how it was done" in main(page)
    page.locator(".st-key-layer_drugs label").click()
    at_rest(page)
    assert f"of {whole:,} records" not in main(page)


def test_coverage_counts_what_the_store_holds(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}coverage", "Each layer in figures")
    (told,) = (row for row in rows_below(page, "Each layer in figures") if row[0] == "Records")
    assert f"{cases(ask, 'drugs'):,}" in told
    page.locator(".st-key-glossary input").fill("corridor")
    page.locator(".st-key-glossary input").press("Enter")
    expect(page.get_by_text("The band that many routes share").first).to_be_visible()


def test_own_data_reads_a_published_file(visit: Visit, address: str, real_folder: Path) -> None:
    page = arrived(visit, f"{address}own-data", "Bring a file of your own")
    (path,) = real_folder.glob(FILES["atf-international"])
    row_count = len(path.read_text(encoding="utf-8").splitlines()) - 1
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("heading", name="What becomes of its rows").wait_for()
    at_rest(page)
    assert f"{row_count:,}" in main(page)


def test_export_tells_the_rows_that_will_leave(visit: Visit, address: str, ask: Ask) -> None:
    page = arrived(visit, f"{address}export?layers=drugs&region=Europe", "Export a snapshot")
    at_rest(page)
    rows = {row[0]: number(row[1]) for row in rows_below(page, "Marking: ")}
    europe = "select place_id from places where region = 'Europe'"
    ends = f"origin_id in ({europe}) and destination_id in ({europe}) and origin_id <> destination_id"
    sql = f"select count(*) from (select distinct origin_id, destination_id {FLOWS} and layer = 'drugs' and {ends})"
    assert ask(sql)[0][0] in rows.values()
    page.locator(".st-key-export_formats").get_by_label("Clear all").click()
    expect(page.get_by_text("Choose at least one format.")).to_be_visible()


def test_method_lists_its_missed_bounds(visit: Visit, address: str) -> None:
    page = arrived(visit, f"{address}method", "Tested on worlds with planted truth")
    (report,) = Path(ROOT / "data" / "reference").glob("validation*.json")
    passed = [row["passed"] for row in json.loads(report.read_text(encoding="utf-8"))["rows"]]
    page.get_by_text("Missed bounds only").click()
    at_rest(page)
    assert row_count_below(page, "Every figure") == passed.count(False)
