"""Incidents near corridors: quiet where roads and hubs explain them, found where they follow the flows."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from data.errors import ContractError
from geo.distance import Array
from geo.proximity import (
    FEW,
    PLACES_MAX,
    ProximityTest,
    Rates,
    busiest,
    corridor_cells,
    drawn_totals,
    matched_rates,
    proximity_test,
    score_test,
)
from geo.system import distances_km
from geo.ways import nearness, ways_between

RNG = np.random.default_rng(0)
PLACES = pd.DataFrame(
    {"lon": RNG.uniform(-10, 45, 40), "lat": RNG.uniform(30, 60, 40)},
    index=pd.Index([f"p{number:02d}" for number in range(40)], name="place_id"),
)
KM = distances_km(PLACES)
WAYS = ways_between(PLACES)
NEAR = nearness(WAYS.cells, 75.0)
WORLDS = 60


def layer(rng: np.random.Generator) -> tuple[Array, Array]:
    """Return what hubs and distance expect of 1,200 records, and a layer drawn from it (dyads vary by a gamma of 1)."""
    hub = rng.normal(size=len(KM))
    out, into = np.exp(0.6 * hub + 0.8 * rng.normal(size=(2, len(KM))))
    t = out[:, None] * into * np.exp(-KM / 1800)
    np.fill_diagonal(t, 0)
    t *= 1200 / t.sum()
    records: Array = rng.poisson(t * rng.gamma(1, 1, t.shape)).astype(float)
    return t, records


def incidents_near(rng: np.random.Generator, expected: Array, records: Array, linked: float) -> Array:
    """Return 400 incidents by cell: ``linked`` of them where the records pass, the rest where hubs and roads are.

    The rest follow what hubs expect, the ways between places, and noise of their own; they know nothing of the records.
    """
    hubs = 0.8 * np.log1p((WAYS.dyads.T @ expected.ravel()) @ NEAR)
    roads = np.log1p(WAYS.betweenness)
    rest = np.exp(hubs + 0.3 * roads / roads.std() + 0.7 * rng.normal(size=len(hubs)))
    passing = WAYS.dyads.T @ records.ravel()
    share = (1 - linked) * rest / rest.sum() + linked * passing / passing.sum()
    counts: Array = rng.poisson(400 * share).astype(float)
    return counts


def trial(seed: int, linked: float) -> tuple[float, Rates]:
    rng = np.random.default_rng([seed, int(100 * linked)])
    expected, records = layer(rng)
    incidents = incidents_near(rng, expected, records, linked)
    worlds = drawn_totals(WAYS, records, KM, 199, seed)
    score = score_test(incidents, worlds @ NEAR, np.log1p(WAYS.betweenness)[:, None])
    assert score is not None
    return score.p, matched_rates(incidents, WAYS.km, corridor_cells(worlds), score.background)


def test_incidents_that_follow_hubs_and_roads_only_are_seldom_called_near() -> None:
    found = [trial(seed, 0.0) for seed in range(WORLDS)]
    p = np.array([each[0] for each in found])
    assert (p <= 0.05).mean() <= 0.12  # .05 + 2.5 standard errors of 60 worlds
    assert 0.35 <= p.mean() <= 0.65
    assert np.median([each[1].ratio for each in found]) == pytest.approx(1.0, abs=0.1)
    assert np.mean([each[1].low > 1 for each in found]) <= 0.10


def test_incidents_that_follow_the_flows_are_found() -> None:
    found = [trial(seed, 0.9) for seed in range(WORLDS // 2)]
    assert np.mean([p <= 0.05 for p, _ in found]) >= 0.6
    assert np.median([rates.ratio for _, rates in found]) >= 1.3


def flows_of(records: Array) -> pd.DataFrame:
    i, j = np.nonzero(records)
    ids = PLACES.index.to_numpy()
    ends = {"origin_id": ids[i], "destination_id": ids[j]}
    return pd.DataFrame({**ends, "weight": records[i, j], "is_coarse": False})


def frame_of(incidents: Array) -> pd.DataFrame:
    seen = incidents > 0
    return pd.DataFrame({"cell": WAYS.cells[seen], "incident_count": incidents[seen]})


def world(seed: int, linked: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng([seed, 5])
    expected, records = layer(rng)
    return flows_of(records), frame_of(incidents_near(rng, expected, records, linked))


def test_the_whole_test_finds_linked_incidents_and_counts_what_it_used() -> None:
    flows, incidents = world(1, 0.9)
    elsewhere = pd.DataFrame({"cell": pd.array([1, None], "Int64"), "incident_count": [7, 3]})
    found = proximity_test(PLACES, flows, pd.concat([incidents, elsewhere]), 199, 3)
    assert found.reason is None
    assert found.p <= 0.05
    assert found.u > found.expected + 2 * found.sd
    assert found.p_by_h[75.0] == found.p
    assert set(found.p_by_h) == {25.0, 75.0, 150.0}
    assert found.incident_count == incidents["incident_count"].sum()
    assert found.outside_count == 7.0  # the one without a cell is nowhere
    assert (found.place_count, found.flow_share) == (40, 1.0)
    assert found.rates.low < found.rates.ratio < found.rates.high
    assert found.rates.ratio == pytest.approx(found.rates.corridor_rate / found.rates.other_rate)


def test_turning_every_flow_round_and_repeating_changes_nothing() -> None:
    flows, incidents = world(2, 0.5)
    turned = flows.rename(columns={"origin_id": "destination_id", "destination_id": "origin_id"})
    one, same, other = (proximity_test(PLACES, each, incidents, 99, 3) for each in (flows, flows, turned))
    assert one == same
    assert other.p_by_h == one.p_by_h
    assert other.u == pytest.approx(one.u)
    assert other.rates == pytest.approx(one.rates)


def test_the_order_of_places_flows_and_incidents_changes_nothing() -> None:
    flows, incidents = world(3, 0.5)
    one = proximity_test(PLACES, flows, incidents, 49, 3)
    other = proximity_test(PLACES.iloc[::-1], flows.iloc[::-1], incidents.iloc[::-1], 49, 3)
    for each in fields(ProximityTest):
        if each.name != "rates":
            assert getattr(one, each.name) == getattr(other, each.name)


def test_a_covariate_that_explains_the_incidents_takes_their_proximity_away() -> None:
    rng = np.random.default_rng(4)
    expected, records = layer(rng)
    flows = flows_of(records)
    passing = WAYS.dyads.T @ records.ravel()
    every = pd.DataFrame({"cell": WAYS.cells, "incident_count": rng.poisson(400 * passing / passing.sum())})
    plain = proximity_test(PLACES, flows, every, 99, 3)
    explained = proximity_test(PLACES, flows, every.assign(log_population=np.log(passing + 1e-3)), 99, 3)
    assert plain.p <= 0.02
    assert explained.p >= 0.05
    with pytest.raises(ContractError, match="log_population"):
        proximity_test(PLACES, flows, every.iloc[1:].assign(log_population=1.0), 99, 3)


def test_flows_known_by_country_too_few_flows_or_incidents_are_not_enough_data() -> None:
    flows, incidents = world(5, 0.5)
    few = incidents.assign(incident_count=0)
    for these, those in ((flows.assign(is_coarse=True), incidents), (flows.iloc[:0], incidents), (flows, few)):
        found = proximity_test(PLACES, these, those, 9, 3)
        assert found.reason == FEW
        assert np.isnan([found.p, found.u, *found.rates]).all()
    far = pd.DataFrame({"cell": [1], "incident_count": [500]})
    assert proximity_test(PLACES, flows, far, 9, 3).outside_count == 500
    assert proximity_test(PLACES, flows, incidents.iloc[:0], 9, 3).reason == FEW


def test_bad_counts_and_repeated_cells_are_refused_by_name() -> None:
    flows, incidents = world(6, 0.5)
    with pytest.raises(ContractError, match="incident_count"):
        proximity_test(PLACES, flows, incidents.assign(incident_count=np.nan), 9, 3)
    with pytest.raises(ContractError, match="cell"):
        proximity_test(PLACES, flows, pd.concat([incidents, incidents]), 9, 3)
    with pytest.raises(ContractError, match="whole numbers"):
        proximity_test(PLACES, flows, incidents.astype({"cell": float}), 9, 3)


def test_the_busiest_places_are_kept_and_the_rest_is_told() -> None:
    ids = [f"q{number:03d}" for number in range(PLACES_MAX + 2)]
    ring = pd.DataFrame({"origin_id": ids, "destination_id": [*ids[1:], ids[0]], "weight": 1.0})
    heavy = ring.assign(weight=[5.0] * PLACES_MAX + [1.0, 1.0])
    kept = busiest(heavy)
    assert kept == ids[:PLACES_MAX]  # q000 and q250 have 6 records each: by name
    assert busiest(heavy.iloc[::-1]) == kept


def test_score_is_the_surplus_of_incidents_times_standardised_exposure() -> None:
    # two cells, no covariate, two worlds that are each other's mirror: the background is even (the mean exposure is
    # the same in both cells), 10 incidents each; log exposures 2 and 0 have mean 1 and spread 1
    e2 = np.expm1(2.0)
    found = score_test(np.array([14.0, 6.0]), np.array([[e2, 0.0], [0.0, e2]]), np.zeros((2, 0)))
    assert found is not None
    assert found.background == pytest.approx([10, 10])
    assert found.u == pytest.approx((14 - 10) * 1 + (6 - 10) * -1)
    assert found.expected == pytest.approx(-8.0)
    assert found.p == 1 / 2
    swapped = score_test(np.array([6.0, 14.0]), np.array([[e2, 0.0], [0.0, e2]]), np.zeros((2, 0)))
    assert swapped is not None
    assert swapped.u == pytest.approx(-8.0)
    assert swapped.p == 1.0


def test_cells_no_world_reaches_weigh_nothing() -> None:
    e2 = np.expm1(2.0)
    found = score_test(np.array([5.0, 5.0, 90.0]), np.array([[e2, 0.0, 0.0], [0.0, e2, 0.0]]), np.zeros((3, 0)))
    assert found is not None
    assert found.u == pytest.approx(0.0, abs=1e-6)


def test_a_corridor_has_records_and_more_than_its_hubs_expect() -> None:
    worlds = np.array([[9.0, 9.0, 4.0, 0.0], [8.0, 12.0, 1.0, 0.0], [8.0, 12.0, 1.0, 0.0]])
    assert corridor_cells(worlds).tolist() == [True, False, False, False]


def even(corridor: float, other: float, cells: int = 200) -> tuple[Array, Array, np.ndarray, Array]:
    """Return cells of 100 km with an even background, every other one on a corridor, and incidents per cell."""
    is_corridor = np.arange(cells) % 2 == 0
    return np.where(is_corridor, corridor, other), np.full(cells, 100.0), is_corridor, np.ones(cells)


def test_rates_are_per_thousand_kilometres_and_their_ratio_has_an_interval() -> None:
    # 2 and 1 incidents per 100 km: 20 and 10 per 1,000 km; 200 and 100 incidents: the log ratio's variance is 1/200
    # + 1/100, and counts that never vary show no dispersion
    found = matched_rates(*even(2.0, 1.0))
    assert found[:3] == pytest.approx((20.0, 10.0, 2.0))
    assert found.high == pytest.approx(2 * np.exp(1.959964 * np.sqrt(0.015)))
    assert found.low == pytest.approx(2 / np.exp(1.959964 * np.sqrt(0.015)))
    assert found.matched_share == 1.0
    mirrored = matched_rates(*even(1.0, 2.0))
    assert mirrored.ratio == pytest.approx(1 / found.ratio)
    assert mirrored.low == pytest.approx(1 / found.high)


def test_incidents_that_come_in_heaps_widen_the_interval() -> None:
    incidents, km, is_corridor, background = even(2.0, 1.0)
    heaped = np.where(np.arange(200) % 20 < 2, 10 * incidents, 0.0)
    one, other = (matched_rates(x, km, is_corridor, background) for x in (incidents, heaped))
    assert other.ratio == pytest.approx(one.ratio)
    assert other.low < 0.7 * one.low


def test_matching_takes_a_busy_background_out_of_the_ratio() -> None:
    # corridors lie where the background is high; incidents follow the background alone
    background = np.repeat(np.arange(1.0, 11.0), 40)
    is_corridor = np.arange(400) % 40 < 4 * background
    found = matched_rates(background, np.full(400, 100.0), is_corridor, background)
    crude = background[is_corridor].mean() / background[~is_corridor].mean()
    assert crude > 1.5
    assert found.ratio == pytest.approx(1.0)
    # in the busiest tenth every cell is a corridor: 40 of 220 corridor cells have no match
    assert found.matched_share == pytest.approx(1 - 40 / 220)


def test_rates_without_a_like_cell_or_an_incident_are_unknown() -> None:
    incidents, km, _, background = even(2.0, 1.0)
    everywhere = matched_rates(incidents, km, np.ones(200, dtype=bool), background)
    assert np.isnan(everywhere[:5]).all()
    assert everywhere.matched_share == 0.0
    quiet = matched_rates(*even(2.0, 0.0))
    assert quiet[:2] == pytest.approx((20.0, 0.0))
    assert np.isnan(quiet[2:5]).all()
