"""Flows from running sums are what adding up the legs gives, for every filter a reader has."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from dashboard import assemble, timeline
from dashboard.filters import LAYERS, Filters
from dashboard.stores import Store

ALL = Filters()
KEY = ["layer", "origin_id", "destination_id"]
# each choice, and the same in words of SQL over the legs and the places of both ends
CHOICES = {
    "everything": (ALL, "true"),
    "a period": (
        replace(ALL, since=date(2017, 3, 14), until=date(2019, 8, 2)),
        "date_start >= date '2017-03-14' and date_start < date '2019-08-02'",
    ),
    "a region": (replace(ALL, region=("Europe",)), "o.region = 'Europe' and d.region = 'Europe'"),
    "a commodity": (
        replace(ALL, commodity=("drugs:cocaine",)),
        "(layer <> 'drugs' or 'cocaine' in (commodity, lower(commodity_raw)))",
    ),
    "transport": (replace(ALL, mode=("sea", "air")), "transport_mode in ('sea', 'air')"),
    "an unknown way it was done": (replace(ALL, modus=("unknown",)), "modus_operandi is null"),
    "some ways it was done": (replace(ALL, modus=("parcel", "parts")), "modus_operandi in ('parcel', 'parts')"),
    "layers": (replace(ALL, layers=("firearms",)), "layer = 'firearms'"),
    "all at once": (
        Filters(layers=("drugs", "firearms"), since=date(2016, 1, 1), region=("Europe",), mode=("land_road",)),
        "layer in ('drugs', 'firearms') and date_start >= date '2016-01-01' and transport_mode = 'land_road'"
        " and o.region = 'Europe' and d.region = 'Europe'",
    ),
}
SUMS = """
select
    layer, origin_id, destination_id,
    sum(record_count)::bigint as record_count,
    sum(record_count_high)::bigint as record_count_high,
    sum(item_count)::bigint as item_count,
    sum(case when status = 'intended' then weight else 0 end) as intended_weight,
    sum(case when status = 'intended' then 0 else weight end) as observed_weight,
    sum(case when status = 'intended' then record_count else 0 end)::bigint as intended_count,
    min(date_start) as first_on,
    max(date_end) as last_on,
    string_agg(distinct source_id, ', ' order by source_id) as sources
from '{legs}' as l
inner join (select place_id, region from '{places}') as o on l.origin_id = o.place_id
inner join (select place_id, region from '{places}') as d on l.destination_id = d.place_id
where status <> 'licit' and layer in ('firearms', 'drugs', 'human_trafficking', 'terrorism') and {condition}
group by all
order by layer, record_count desc, origin_id, destination_id
"""


def by_hand(store: Store, condition: str) -> pd.DataFrame:
    legs, places = (Path(store.release.path(name)) for name in ("legs", "places"))
    return duckdb.sql(SUMS.format(legs=legs, places=places, condition=condition)).df()


@pytest.mark.parametrize("name", CHOICES)
def test_flows_are_what_adding_up_the_legs_gives(store: Store, name: str) -> None:
    filters, condition = CHOICES[name]
    found, expected = assemble.flows(store, filters), by_hand(store, condition)
    assert len(expected) > 0
    exact = [*KEY, "record_count", "record_count_high", "intended_count", "first_on", "last_on", "sources"]
    pd.testing.assert_frame_equal(found[exact], expected[exact], check_dtype=False)
    items = found["item_count"].astype("Float64")
    pd.testing.assert_series_equal(items, expected["item_count"].astype("Float64"))
    for column in ("intended_weight", "observed_weight"):
        assert np.allclose(found[column], expected[column], rtol=1e-7, atol=1e-7)


def test_a_pair_below_the_minimum_count_is_left_out_whole(store: Store) -> None:
    found, expected = assemble.flows(store, replace(ALL, min_count=40)), by_hand(store, "true")
    kept = expected[expected["record_count"] >= 40].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[[*KEY, "record_count"]], kept[[*KEY, "record_count"]], check_dtype=False)


POINTS = """
select
    layer, origin_id, destination_id,
    (count(distinct source_id) > 1)::int
    + (not bool_or(o.level = 'country' or d.level = 'country'))::int
    + (sum(case when date_end - date_start <= 31 then record_count else 0 end) >= sum(record_count) / 2)::int as points
from '{legs}' as l
inner join '{places}' as o on l.origin_id = o.place_id
inner join '{places}' as d on l.destination_id = d.place_id
where status <> 'licit' and date_start >= date '2018-01-01'
group by all
"""


@pytest.fixture
def points(store: Store) -> "pd.Series[int]":
    """Return the points of every flow since 2018, by SQL over the legs."""
    legs, places = (Path(store.release.path(name)) for name in ("legs", "places"))
    return duckdb.sql(POINTS.format(legs=legs, places=places)).df().set_index(KEY)["points"]


SINCE = replace(ALL, since=date(2018, 1, 1))


def test_confidence_is_told_by_its_points(store: Store, points: "pd.Series[int]") -> None:
    found = assemble.flows(store, SINCE).set_index(KEY)["flow_confidence"]
    expected = points.reindex(found.index).map({0: "low", 1: "low", 2: "medium", 3: "high"})
    assert found.tolist() == expected.tolist()
    assert {"low", "medium"} <= set(found)


@pytest.mark.parametrize(("confidence", "least"), [("medium", 2), ("high", 3)])
def test_a_least_confidence_leaves_the_same_flows_everywhere(
    store: Store, points: "pd.Series[int]", confidence: str, least: int
) -> None:
    chosen = replace(SINCE, confidence=confidence)
    view = assemble.explore(store, chosen)
    assert set(view.flows.set_index(KEY).index) == {key for key in points.index[points >= least] if key[0] in LAYERS}
    flows = view.flows.groupby("layer")["record_count"].sum()
    years = assemble.yearly(store, chosen).groupby("layer")["record_count"].sum().reindex(flows.index)
    assert years.round(6).to_dict() == flows.astype(float).to_dict()
    steps = timeline.timeline(store, chosen).flows.groupby("layer")["record_count"].sum()
    assert steps.to_dict() == flows.to_dict()


def test_records_by_network_sum_to_the_flows_that_have_a_way(store: Store) -> None:
    flows, layers = assemble.laid_out(store, replace(ALL, since=date(2018, 1, 1)))
    parts = pd.concat([layer.parts for layer in layers.values()])
    weights = parts.groupby(KEY)[["observed", "intended"]].sum()
    whole = flows.set_index(KEY).reindex(weights.index)
    assert np.allclose(weights["observed"], whole["observed_weight"])
    assert np.allclose(weights["intended"], whole["intended_weight"])
    assert len(weights) > 0.9 * len(flows)


def test_nothing_chosen_is_no_row_with_all_columns(store: Store) -> None:
    flows, layers = assemble.laid_out(store, replace(ALL, since=date(2150, 1, 1)))
    assert flows.empty
    assert list(flows.columns) == list(assemble.flows(store, ALL).columns)
    assert all(layer.flows.empty and layer.parts.empty for layer in layers.values())
