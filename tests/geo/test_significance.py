"""Tier 2 and Tier 3: nothing found where nothing is, the right sign where something was planted, and every mirror."""

import numpy as np
import pandas as pd
import pytest

from data.errors import ContractError
from geo import significance
from geo.distance import Array
from geo.significance import BundleSettings, Surprise, SystemSettings, bundle_tests, system_test

FEW = SystemSettings(draw_count=199)
FEW_BUNDLES = BundleSettings(draw_count=199)
World = tuple[Array, Array, Array]


def world(seed: int, size: float, places: int = 30) -> World:
    """Return two independent layers of 20 records a place that share hubs, and distances.

    Places that are strong in one layer, in either role, tend to be strong in the other: 36 % of the variance of
    the log strengths is shared. Dyads vary by a gamma of the size given.
    """
    rng = np.random.default_rng([seed, int(10 * size)])
    xy = rng.uniform(0, 6000, (places, 2))
    distance: Array = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    hubs = rng.normal(size=places)
    a, b = (_layer(rng, distance, hubs, size) for _ in range(2))
    return a, b, distance


def _layer(rng: np.random.Generator, distance: Array, hubs: Array, size: float) -> Array:
    out, into = np.exp(0.6 * hubs + 0.8 * rng.normal(size=(2, len(hubs))))
    t = out[:, None] * into * np.exp(-distance / 1800)
    np.fill_diagonal(t, 0)
    t *= 20 * len(hubs) / t.sum()
    counts: Array = rng.poisson(t * rng.gamma(size, 1 / size, t.shape)).astype(float)
    return counts


def planted(seed: int, sign: int, records: int = 60) -> tuple[World, list[tuple[int, int]]]:
    """Return 60 places and 4 far bundles that both layers use, the same way (+1) or back (-1), and their ends.

    Each bundle is 5 % of a layer, between places among the busier two thirds: where a bundle is all a place has,
    the place's own sums explain it.
    """
    a, b, distance = world(seed, 1.0, places=60)
    rng = np.random.default_rng([seed, 77])
    left = list(rng.permutation(np.argsort(-(a + b).sum(axis=0) - (a + b).sum(axis=1))[:40]))
    pairs: list[tuple[int, int]] = []
    while len(pairs) < 4:
        i = left.pop()
        j = next(place for place in left if distance[i, place] > 1500)
        left.remove(j)
        pairs.append((int(i), int(j)))
    for i, j in pairs:
        a[i, j] += records
        b[(i, j) if sign > 0 else (j, i)] += records
    return (a, b, distance), pairs


def _values(result: significance.SystemTest) -> list[Surprise]:
    return [rung[name] for rung in (result.full_margin, result.polarity) for name in rung]


def _omega(a: Array, b: Array) -> float:
    """Return Omega where each pair of places is its own corridor of one kilometre."""
    total_a, total_b = a + a.T, b + b.T
    weight = np.sqrt(total_a * total_b)
    shared = weight > 0
    balance = ((a - a.T)[shared] / total_a[shared]) * ((b - b.T)[shared] / total_b[shared])
    return float((weight[shared] * balance).sum() / weight.sum()) if shared.any() else float("nan")


@pytest.fixture(scope="module", params=[0.3, 1.0])
def independent(request: pytest.FixtureRequest) -> list[tuple[significance.SystemTest, pd.DataFrame]]:
    worlds = [world(seed, request.param) for seed in range(24)]
    return [(system_test(*each, 1, FEW), bundle_tests(*each, 1, FEW_BUNDLES)) for each in worlds]


@pytest.mark.parametrize("rung", significance.RUNGS)
@pytest.mark.parametrize("name", ["m", "r"])
def test_independent_layers_that_share_hubs_are_rarely_called_aligned(
    independent: list[tuple[significance.SystemTest, pd.DataFrame]], rung: str, name: str
) -> None:
    # 24 worlds at a true rate of .05: more than 3 (.125) happen in 2.9 % of runs; at .30 3 or fewer in 4 %
    p = [getattr(result, rung)[name].p for result, _ in independent]
    assert sum(each <= 0.05 for each in p) <= 3


def test_bundles_of_independent_layers_are_rarely_found(
    independent: list[tuple[significance.SystemTest, pd.DataFrame]],
) -> None:
    # 24 worlds at a true rate of .15: more than 7 (.29) happen in 2 % of runs
    assert sum(bool(bundles["is_found"].any()) for _, bundles in independent) <= 7
    assert np.mean([len(bundles) for _, bundles in independent]) > 10  # there was something to find falsely


@pytest.mark.parametrize(("sign", "kind", "other"), [(1, "common", "inverse"), (-1, "inverse", "common")])
def test_planted_bundles_are_found_with_their_sign_and_never_swapped(sign: int, kind: str, other: str) -> None:
    found = swapped = 0
    for seed in range(12):
        (a, b, distance), pairs = planted(seed, sign)
        rows = bundle_tests(a, b, distance, seed, FEW_BUNDLES)
        near = distance <= BundleSettings().h_km
        for i, j in pairs:
            hits = rows[rows["is_found"] & near[i, rows["origin"]] & near[j, rows["destination"]]]
            found += bool((hits["kind"] == kind).any())
            swapped += bool((hits["kind"] == other).any())
    assert found > 24  # of 48
    assert swapped == 0


@pytest.mark.parametrize(("sign", "name", "other"), [(1, "m", "r"), (-1, "r", "m")])
def test_planted_bundles_align_the_system_their_way(sign: int, name: str, other: str) -> None:
    results = [system_test(*planted(seed, sign)[0], seed, FEW) for seed in range(6)]
    assert sum(result.full_margin[name].p <= 0.05 for result in results) > 3
    assert not any(result.full_margin[other].p <= 0.05 for result in results)


def test_swapping_the_layers_changes_nothing() -> None:
    a, b, distance = world(3, 1.0)
    settings = SystemSettings(49, 0.0, _omega)
    assert system_test(a, b, distance, 5, settings) == system_test(b, a, distance, 5, settings)


def test_turning_both_layers_round_changes_nothing() -> None:
    a, b, distance = world(3, 1.0)
    settings = SystemSettings(49, omega_of=_omega)
    one, other = system_test(a, b, distance, 5, settings), system_test(a.T, b.T, distance, 5, settings)
    assert np.array(_values(one)) == pytest.approx(np.array(_values(other)))


def test_turning_one_layer_round_swaps_m_and_r_and_the_sign_of_omega() -> None:
    (a, b, distance), _ = planted(2, -1)
    settings = SystemSettings(199, omega_of=_omega)
    one, other = (system_test(a, layer, distance, 5, settings).full_margin for layer in (b, b.T))
    assert one["m"].observed == other["r"].observed
    assert one["omega"].observed == pytest.approx(-other["omega"].observed)
    assert one["r"].p == pytest.approx(other["m"].p, abs=0.05)
    assert one["omega"].p == pytest.approx(other["omega"].p, abs=0.1)


def test_omega_tells_planted_inverse_layers_from_chance() -> None:
    (a, b, distance), _ = planted(1, -1)
    result = system_test(a, b, distance, 5, SystemSettings(199, omega_of=_omega)).full_margin["omega"]
    assert result.observed < result.expected
    assert result.p == pytest.approx(2 / 200)  # no draw as low: twice the least one-sided value


def test_reversing_the_other_layer_swaps_common_and_inverse_exactly() -> None:
    (a, b, distance), _ = planted(4, 1)
    one, other = (bundle_tests(a, layer, distance, 6, FEW_BUNDLES) for layer in (b, b.T))
    other["kind"] = other["kind"].map({"common": "inverse", "inverse": "common"})
    keys = ["origin", "destination", "kind"]
    pd.testing.assert_frame_equal(
        one.sort_values(keys, ignore_index=True), other.sort_values(keys, ignore_index=True), check_exact=False
    )


def test_relabelling_places_permutes_the_bundles() -> None:
    (a, b, distance), _ = planted(4, 1)
    order = np.random.default_rng(0).permutation(len(a))
    mixed = np.ix_(order, order)
    one, other = bundle_tests(a, b, distance, 6), bundle_tests(a[mixed], b[mixed], distance[mixed], 6)
    for end in ("origin", "destination"):
        assert one[end].tolist() == order[other[end]].tolist()
    assert one["statistic"].tolist() == other["statistic"].tolist()
    assert one["p"].to_numpy() == pytest.approx(other["p"].to_numpy(), abs=0.06)


def test_a_seed_decides_and_another_seed_is_close() -> None:
    a, b, distance = world(7, 1.0)
    half = SystemSettings(draw_count=499)
    one, same, other = (system_test(a, b, distance, rng, half) for rng in (1, 1, 2))
    assert one == same
    assert system_test(a, b, distance, np.random.default_rng(4), FEW) == system_test(
        a, b, distance, np.random.default_rng(4), FEW
    )
    for first, second in zip(_values(one), _values(other), strict=True):
        assert first.p == pytest.approx(second.p, abs=0.09)  # sd of a p near .5 from 499 draws: .022
        assert first.observed == second.observed
    pd.testing.assert_frame_equal(bundle_tests(a, b, distance, 1), bundle_tests(a, b, distance, 1))


def test_a_bundle_is_one_end_to_the_other_and_its_neighbours_join_it() -> None:
    # west end at 0 and 300 km, east end at 2,000 and 2,300; far away a hop of 500 km; a return too weak to count
    at = np.array([0.0, 300, 2000, 2300, 9000, 9500])
    distance = np.abs(at[:, None] - at)
    a = np.zeros((6, 6))
    a[0, 2], a[1, 3], a[4, 5], a[2, 0] = 20, 15, 30, 1
    found = significance.anchors(a, distance, BundleSettings())
    # every pair of ends holds 35 with its neighbours: the one with most records of its own speaks for all;
    # 1 of 36 the other way is fewer than 8 % errors give; 30 records over 500 km are too short a bundle
    assert found.tolist() == [[0, 2]]
    rows = bundle_tests(a, a.T, distance, 0, FEW_BUNDLES)
    assert rows["kind"].tolist() == ["common", "inverse"]
    assert rows["statistic"].tolist() == [1, 35]


def test_seven_records_are_no_bundle_and_eight_are() -> None:
    distance = np.array([[0.0, 600], [600, 0]])
    for records, bundles in ((7, 0), (8, 1)):
        a = np.array([[0.0, records], [0, 0]])
        assert len(significance.anchors(a, distance, BundleSettings())) == bundles
    assert len(significance.anchors(a, distance * 599 / 600, BundleSettings())) == 0


def test_records_stated_backwards_are_expected_the_other_way() -> None:
    # B runs 400 one way: 8 % of errors make 400 x .08 / .92 = 34.8 the other way
    distance = np.full((4, 4), 2000.0) * (1 - np.eye(4))
    a, b = np.zeros((4, 4)), 3 * (1 - np.eye(4))
    a[0, 1], b[0, 1], b[1, 0] = 50, 400, 35
    with_errors, without = (
        bundle_tests(a, b, distance, 0, BundleSettings(delta=delta)).set_index("kind").loc["inverse"]
        for delta in (0.08, 0.0)
    )
    assert with_errors["expected"] - without["expected"] == pytest.approx(34.8, rel=0.1)
    assert with_errors["p"] > 0.05


def test_below_the_floor_the_gamma_tail_speaks() -> None:
    drawn = np.random.default_rng(0).gamma(4.0, 2.5, (1, 999))
    row = significance._bundle_rows(np.array([60.5]), drawn).iloc[0]
    # gamma of shape 4, scale 2.5 beyond 60: e^-24 (1 + 24 + 288 + 2304) = 9.9e-8
    assert row["is_floor"]
    assert 1e-9 < row["p"] < 1e-5
    low = significance._bundle_rows(np.array([0.0]), drawn).iloc[0]
    assert (low["p"], low["is_floor"]) == (1.0, False)


@pytest.mark.parametrize("size", [0, 1, 2, 4])
def test_empty_layers_give_no_answer_and_no_bundles(size: int) -> None:
    empty = np.zeros((size, size))
    result = system_test(empty, empty, empty, 0, SystemSettings(9, omega_of=_omega))
    assert all(np.isnan(each.p) and np.isnan(each.observed) for each in _values(result))
    rows = bundle_tests(empty, empty, empty, 0)
    assert (list(rows.columns), len(rows)) == (list(significance.BUNDLE_COLUMNS), 0)


def test_one_empty_layer_and_one_dyad_give_no_surprise() -> None:
    distance = np.full((3, 3), 1000.0) * (1 - np.eye(3))
    one = np.zeros((3, 3))
    one[0, 1] = 20
    result = system_test(one, np.zeros((3, 3)), distance, 0, FEW)
    assert (result.full_margin["m"].observed, result.full_margin["m"].p) == (0.0, 1.0)
    # a layer of one dyad is wholly its own hubs: nothing beyond them
    assert system_test(one, one, distance, 0, FEW).full_margin["m"].p > 0.05
    assert not bundle_tests(one, np.zeros((3, 3)), distance, 0)["is_found"].any()


def test_matrices_that_do_not_fit_are_refused() -> None:
    good, bad = np.zeros((3, 3)), np.zeros((2, 2))
    for a, b in ((good, bad), (bad, good)):
        with pytest.raises(ContractError, match="expected"):
            system_test(a, b, good, 0)
        with pytest.raises(ContractError, match="expected"):
            bundle_tests(a, b, good, 0)
