"""Briefs on published files: their numbers are those of contraflow compare, and hubs are named where they explain."""

import json
import re

import pytest

from dashboard import assemble, brief, findings, print_map
from dashboard.brief import Brief
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.stores import Store

PAIR = ("drugs:opiates", "drugs:cocaine")


@pytest.fixture(scope="module")
def europe(real_store: Store) -> Brief:
    return brief.brief(brief.gathered(real_store, Filters(region=("Europe",)), PAIR))


def test_opiates_against_cocaine_in_europe_says_what_compare_says(
    europe: Brief, real_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(real_store.release.folder.parent.parent)
    words = ["--layers", ",".join(PAIR), "--region", "Europe", "--draws", "199", "--format", "json"]
    assert main(["compare", "--store", root, "--release", real_store.release.id, *words]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert findings.mid(compared["finding"]) in europe.findings[0].sentence
    share = re.search(r"inverse on (\d+) %", europe.findings[0].sentence)
    assert share is not None
    assert int(share.group(1)) == round(100 * compared["shares"]["inverse"])


def test_where_hubs_explain_the_overlap_no_corridor_is_told(europe: Brief) -> None:
    assert (
        "between countries, not shown to be more than the hubs of the two layers and distance give"
        in europe.findings[0].sentence
    )
    assert europe.corridors.empty
    assert europe.headline == findings.NOTHING


def test_the_map_of_europe_draws_opiates_westward_and_cocaine_eastward(europe: Brief) -> None:
    drawn = print_map.main_rows(europe.view, print_map.Emphasis(europe.first, europe.corridors, europe.second))
    drawn = drawn.assign(is_east=drawn["destination_lon"] > drawn["origin_lon"])
    counts = drawn.groupby(["layer", "is_east"])["record_count"].sum()
    assert counts[PAIR[0], False] > counts.get((PAIR[0], True), 0)
    assert counts[PAIR[1], True] > counts.get((PAIR[1], False), 0)


def test_the_brief_of_the_united_states_tells_the_largest_flows_of_traces(real_store: Store) -> None:
    chosen = Filters(region=("USA",))
    told = brief.brief(brief.gathered(real_store, chosen))
    flows = assemble.flows(real_store, Filters(region=("USA",), layers=("firearms",)))
    assert told.figures[0].value == f"{flows['record_count'].sum():,}"
    first = flows.iloc[0]
    expected = f"runs from {first['origin']} to {first['destination']}: {first['record_count']:,} records."
    assert any(one.sentence.endswith(expected) for one in told.findings)
    assert set(told.sources["source_id"]) == {"atf-traces"}
    assert told.headline == "Firearms alone: no other layer has a flow here to compare with"
