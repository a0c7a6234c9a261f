"""The worlds hold what was planted, the scenarios run, and their figures are read off rightly."""

import numpy as np
import pandas as pd
import pytest

from geo.networks import Graphs, road_graph
from geo.validation import corridors, ground, measured, oracles, report, sites, world
from geo.validation.ground import Ground
from geo.validation.measured import TINY, Measured, Run
from geo.validation.scenarios import SCENARIOS
from geo.validation.terrain import GREAT_CIRCLES, Case, roads
from geo.validation.world import COMMON, INVERSE, TWO_WAY, Bundle, Plan

MANY = Plan(size=1.0, planted=((COMMON, 0.1), (INVERSE, 0.1)), record_count=200_000)


@pytest.fixture(scope="module")
def land() -> Ground:
    return GREAT_CIRCLES.ground(20, (7,))


@pytest.fixture(scope="module")
def made(land: Ground) -> world.World:
    return world.world(land, MANY, np.random.default_rng(8))


def test_the_same_seed_gives_the_same_world(land: Ground) -> None:
    one, two, other = (world.world(land, Plan(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all((x == y).all() for x, y in zip(one.stated, two.stated, strict=True))
    assert any((x != y).any() for x, y in zip(one.stated, other.stated, strict=True))


def test_both_layers_hold_the_records_asked_for(made: world.World) -> None:
    assert [len(ends) for ends in made.stated] == [MANY.record_count] * 2
    assert [rate.sum() for rate in made.rates] == pytest.approx([MANY.record_count] * 2)
    assert all((ends[:, 0] != ends[:, 1]).all() for ends in made.stated)


def test_a_planted_bundle_is_there_in_both_layers_and_turned_in_one_if_inverse(made: world.World) -> None:
    # each bundle is a tenth of its layer: at least that many journeys run between its places, less chance
    for bundle in made.bundles:
        for layer, ends in enumerate(made.true):
            ((origin, destination),) = bundle.ways(layer)
            members = [world.bundle_members(made.ground, place) for place in (origin, destination)]
            count = (np.isin(ends[:, 0], members[0]) & np.isin(ends[:, 1], members[1])).sum()
            assert count >= 0.1 * MANY.record_count - 5 * np.sqrt(0.1 * 0.9 * MANY.record_count)
    inverse = next(bundle for bundle in made.bundles if bundle.kind == INVERSE)
    assert inverse.ways(0) == [(inverse.origin, inverse.destination)]
    assert inverse.ways(1) == [(inverse.destination, inverse.origin)]
    assert Bundle(TWO_WAY, 3, 4, 0.1).ways(1) == [(3, 4), (4, 3)]


def test_one_record_in_five_names_a_neighbour_and_one_in_twenty_is_turned(made: world.World) -> None:
    for true, stated in zip(made.true, made.stated, strict=True):
        is_exact = (true == stated).all(axis=1)
        is_turned = (true == stated[:, ::-1]).all(axis=1)
        # 200,000 records: a share of .8 x .95 has a standard error of .001
        assert is_exact.mean() == pytest.approx(0.8 * 0.95, abs=0.005)
        assert is_turned.mean() == pytest.approx(0.8 * 0.05, abs=0.003)


def test_a_world_without_errors_states_the_truth(land: Ground) -> None:
    plan = Plan(wrong_place_share=0.0, wrong_way_share=0.0)
    clear = world.world(land, plan, np.random.default_rng(3))
    assert all((true == stated).all() for true, stated in zip(clear.true, clear.stated, strict=True))


def test_flows_fall_off_with_distance_as_the_decay_says(land: Ground) -> None:
    # log(rate_ij rate_ji) is hubs alone once both distance terms are put back: without noise, exactly doubly additive
    plan = Plan(size=1e9)
    rate = world.world(land, plan, np.random.default_rng(4)).rates[0]
    flat = np.log(rate + np.eye(20)) + land.distance_km / world.LENGTH_KM
    i, j, k, m = 0, 1, 2, 3
    assert flat[i, k] + flat[j, m] == pytest.approx(flat[i, m] + flat[j, k], abs=1e-3)


@pytest.mark.parametrize("has_common_roles", [False, True])
def test_layers_share_a_third_of_the_log_variance_of_hubs(has_common_roles: bool) -> None:
    # all places on one spot: the log of a row's mean rate is the log strength of its sender, up to a constant
    spot = GREAT_CIRCLES.ground(5, (0,))
    count = 400
    names = np.array([str(number) for number in range(count)])
    where = Ground(spot.places, names, np.zeros((count, count)), np.zeros((count, 1), int), spot.net)
    plan = Plan(size=1e9, has_common_roles=has_common_roles)
    rates = world.world(where, plan, np.random.default_rng(5)).rates
    out, into = ([np.log(rate.sum(axis=axis)) for rate in rates] for axis in (1, 0))
    assert np.corrcoef(out)[0, 1] == pytest.approx(0.36, abs=0.15)
    assert np.corrcoef(into)[0, 1] == pytest.approx(0.36, abs=0.15)
    across = np.corrcoef(out[0], into[1])[0, 1]  # a strong sender here, a strong receiver there
    assert across == pytest.approx(0.0 if has_common_roles else 0.36, abs=0.15)


def test_planted_bundles_lie_apart_and_within_reach(land: Ground) -> None:
    planted = tuple((COMMON, 0.05) for _ in range(4))
    bundles = world.chosen_bundles(land, planted, np.random.default_rng(9))
    for number, bundle in enumerate(bundles):
        assert 900 <= land.distance_km[bundle.origin, bundle.destination] <= 4000
        assert world.apart_km(land, list(bundles[:number]), (bundle.origin, bundle.destination)) > 450


def test_a_place_and_its_own_country_have_no_path(land: Ground) -> None:
    pairs = ground.all_pairs(land.places)
    ids = set(zip(pairs["place_a"], pairs["place_b"], strict=True))
    homes = land.places["country_id"]
    assert not any((home, place) in ids for place, home in homes.items())
    assert len(ids) == 24 * 23 / 2 - 20  # 20 places and 4 countries; each place lies in one


def test_flows_with_a_country_at_one_end_are_coarse(land: Ground) -> None:
    home, away = land.country_ids[0], next(c for c in land.country_ids if c != land.country_ids[0])
    place = land.names[0]
    flows = ground.flows_of(
        land, np.array([place, place, place]), np.array([away, home, land.names[1]]), np.array([2.0, 5.0, 1.0])
    )
    assert dict(zip(flows["destination_id"], flows["is_coarse"], strict=True)) == {away: True, land.names[1]: False}


def test_on_roads_the_method_is_given_many_paths_and_journeys_take_one() -> None:
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(12), np.arange(8)))
    nodes = pd.DataFrame(
        {"lon": 2.0 * column, "lat": 40.0 + 1.5 * row, "country_id": np.where(column < 6, "AAA", "BBB")}
    )
    number = np.arange(96)
    east, north = number[column < 11], number[row < 7]
    u, v = np.concatenate([east, north]), np.concatenate([east + 1, north + 12])
    grid = road_graph(nodes, pd.DataFrame({"u": u, "v": v, "km": 160.0}))
    none = pd.DataFrame({"country_id": [], "lon": [], "lat": [], "node": [], "road_node": [], "place_id": []})
    land = roads(Graphs(grid, grid, none, none)).ground(6, (1,))
    used = land.net.forward + land.net.backward
    is_stated = land.net.paths.index.get_level_values("network") == land.stated
    assert set(used[~is_stated].data) == {1.0}
    assert used[is_stated].data.min() < 1.0
    assert is_stated.sum() == (~is_stated).sum() == len(ground.all_pairs(land.places))
    assert set(land.country_ids) == {"AAA", "BBB"}


def test_sites_carry_the_relation_that_was_planted() -> None:
    rng = np.random.default_rng(2)
    where = sites.site_ground(rng)
    counts = np.full((sites.SITE_COUNT, 2), 200.0)
    for kind, same in ((COMMON, 1), (INVERSE, -1)):
        made = sites.sites(where, kind, counts, rng)
        nets = []
        for ends in made.stated:
            on = ((ends % 8) == [0, 1]).all(axis=1).sum()
            nets.append(on - ((ends % 8) == [1, 0]).all(axis=1).sum())
        assert np.sign(nets[0] * nets[1]) == same
    made = sites.sites(where, sites.CROSSING, counts, rng)
    assert set(made.stated[0].ravel() % 8) == {0, 1, 4, 5}  # the first line and what lies near its ends
    assert set(made.stated[1].ravel() % 8) == {2, 3, 6, 7}


def test_a_ratio_over_worlds_has_the_error_of_a_ratio() -> None:
    # three worlds with 1 of 2, 2 of 4 and 3 of 6: the share is one half in every world, so there is no error
    assert measured.ratio([1, 2, 3], [2, 4, 6]) == (0.5, 0.0, 12)
    # two worlds with 0 and 1: mean 1/2, standard error sqrt(1/2) / sqrt(2) = 1/2
    assert measured.mean([0, 1]) == (0.5, 0.5, 2)
    assert np.isnan(measured.ratio([], [])[0])
    assert np.isnan(measured.mean([1.0])[1])


def test_a_bound_is_kept_by_the_value_itself() -> None:
    assert Measured("S1", "x", "<=", 0.08, 0.08).passed is True
    assert Measured("S1", "x", "<=", 0.08, 0.081, 0.5).passed is False
    assert Measured("S1", "x", ">=", 0.9, float("nan")).passed is None
    assert Measured("S1", "x", ">=", None, 0.4).passed is None


def test_calibration_compares_probabilities_with_how_often_they_came_true() -> None:
    # four corridors at P_common .85, three truly common; P_inverse .05, none truly inverse
    frame = pd.DataFrame({"P_common": 0.85, "P_inverse": 0.05, "true_D": [0.5, 0.3, 0.9, 0.0], "world": [0, 0, 1, 1]})
    table = corridors.calibration(frame)
    assert table["observed"].tolist() == [0.0, 0.75]
    assert corridors.calibration_error(frame) == pytest.approx((0.05 + 0.10) / 2)


def test_a_label_is_true_only_if_the_true_direction_says_so() -> None:
    frame = pd.DataFrame(
        {"label": ["COMMON", "COMMON", "INVERSE", "INVERSE", "MIXED"], "true_D": [0.5, 0.1, -0.5, 0.5, 0.0], "world": 0}
    )
    assert corridors.precision(frame)[0] == 0.5
    assert corridors.called(frame, "MIXED")[0] == pytest.approx(0.2)


def test_hand_made_answers_are_met() -> None:
    assert set(oracles.closed_forms()) == {"D by hand", "m by hand", "r by hand", "Omega by hand"}
    assert max(oracles.closed_forms().values()) < 1e-9


def test_pairs_of_flows_are_counted_alike_by_tree_and_by_hand() -> None:
    # two flows along the same way and one back: one of three pairs is near, turned round the other one
    east = np.array([[1.0, 0, 0, 0, 1.0, 0]])
    others = np.array([[1.0, 0, 0, 0, 1.0, 0], [0, 1.0, 0, 1.0, 0, 0], [0, 0, 1.0, 1.0, 0, 0]])
    for count in (oracles.flow_cross_k, oracles.flow_cross_k_of_all_pairs):
        assert count(east, others, np.array([10.0])).tolist() == [pytest.approx(1 / 3)]


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "S14"])
def test_every_scenario_gives_well_formed_figures(name: str) -> None:
    rows = SCENARIOS[name].run(Case(TINY, 1, GREAT_CIRCLES)).rows
    assert {row.scenario for row in rows} == {name}
    assert {row.sense for row in rows} <= {"<=", ">="}
    assert len({row.name for row in rows}) == len(rows)
    assert any(row.bound is not None and np.isfinite(row.value) for row in rows)


@pytest.mark.parametrize("name", ["S9", "S10", "S12"])
def test_a_scenario_gives_the_same_figures_twice_and_others_for_another_seed(name: str) -> None:
    one, two, other = (
        [row.value for row in SCENARIOS[name].run(Case(TINY, seed, GREAT_CIRCLES)).rows] for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other


def test_exact_symmetries_hold() -> None:
    rows = {row.name: row for row in SCENARIOS["S14"].run(Case(TINY, 1, GREAT_CIRCLES)).rows}
    for words in ("layers swapped", "one layer reversed", "places renamed", "lone corridors"):
        mine = [row for name, row in rows.items() if words in name]
        assert mine
        assert all(row.passed for row in mine)


def test_the_report_keeps_the_order_and_says_what_was_missed() -> None:
    runs = {
        "S4": Run([Measured("S4", "two-way", ">=", 0.8, 0.5, 0.1, 10, "why")]),
        "S0": Run([Measured("S0", "size", "<=", 0.08, float("nan"))]),
    }
    told = report.report(runs, TINY, {"version": "1", "seed": 5, "terrain": "great circles"})
    assert list(told["scenarios"]) == ["S0", "S4"]
    assert told["rows"][0]["value"] is None
    text = report.markdown(told)
    assert "0 bounds kept, 1 missed, 1 not measured" in text
    assert "| two-way | >= 0.8 | 0.5 | 0.1 | 10 | **missed** |" in text
    assert "- two-way: why" in text
