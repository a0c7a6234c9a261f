"""Layers against the null model, on small worlds."""

import numpy as np
import pandas as pd
import pytest

from data.errors import ContractError
from geo import compare, flowfield, posterior, system
from geo.nullmodel import od_matrix
from geo.system import distances_km, layers_test, omega_between, omega_interval
from tests.geo.toy import flows, net, reversed_flows

PLACES = pd.DataFrame({"lon": [0.0, 10.0, 20.0, 30.0], "lat": 0.0}, index=list("ABCD"))
RING = pd.DataFrame(
    {"lon": 30 * np.cos(np.arange(24) / 12 * np.pi), "lat": 30 * np.sin(np.arange(24) / 12 * np.pi)},
    index=[f"p{i:02d}" for i in range(24)],
)


def test_distances_are_great_circles() -> None:
    km = distances_km(PLACES)
    assert km[0, 1] == pytest.approx(6371.0088 * np.pi / 18)  # ten degrees of a great circle
    assert (km == km.T).all()
    assert (np.diag(km) == 0).all()


def test_omega_of_matrices_is_omega_of_the_flows() -> None:
    a, b = flows(AB=30, CB=5, AD=12), flows(BA=9, BC=22, DA=4)
    everything = net("AB", "AC", "AD", "BC", "BD", "CD")
    expected = compare.omega(everything.km, flowfield.field(everything, a), flowfield.field(everything, b))
    matrices = [od_matrix(layer, list("ABCD")) for layer in (a, b)]
    assert omega_between(PLACES)(matrices[0], matrices[1]) == pytest.approx(expected)


def test_places_opposite_each_other_have_no_path_and_break_nothing() -> None:
    places = pd.DataFrame({"lon": [0.0, 10.0, 180.0], "lat": 0.0}, index=list("ABZ"))
    a, b = np.zeros((3, 3)), np.zeros((3, 3))
    a[0, 1], a[0, 2], b[1, 0], b[0, 2] = 5, 90, 5, 90  # A and Z are 20,004 km apart
    assert omega_between(places)(a, b) == pytest.approx(-1.0)


LINE = net("AB", "AC", "AD", "BC", "BD", "CD")
MIXED_A = flows(AB=30, CB=12, AD=8, BD=6)
MIXED_B = flows(BA=9, BC=22, DA=4, AC=7)


def test_the_interval_holds_omega_and_narrows_with_more_records() -> None:
    few = omega_interval(LINE, MIXED_A, MIXED_B, 999, 1)
    scaled = [layer.assign(weight=layer["weight"] * 16) for layer in (MIXED_A, MIXED_B)]
    many = omega_interval(LINE, scaled[0], scaled[1], 999, 1)
    point = compare.omega(LINE.km, *(flowfield.field(LINE, layer) for layer in (MIXED_A, MIXED_B)))
    for low, high in (few, many):
        assert -1 <= low < point < high <= 1
    # a sixteenth of the variance: a quarter of the width
    assert 0.15 < (many[1] - many[0]) / (few[1] - few[0]) < 0.4


def test_one_corridor_has_the_spread_of_its_shares() -> None:
    # A runs 100 one way; B 60 there and 40 back, as 40 and 26.7 effective records: rho = 0.2 with a standard error of
    # sqrt((1 - 0.04) / 66.7) = 0.12, and Omega = rho
    low, high = omega_interval(net("AB"), flows(AB=100), flows(AB=60, BA=40), 4999, 2)
    assert (low, high) == pytest.approx((0.2 - 1.96 * 0.12, 0.2 + 1.96 * 0.12), abs=0.025)


def test_layers_wholly_one_way_have_no_spread_and_never_leave_minus_one_to_one() -> None:
    for b, point in ((flows(AB=40), 1.0), (flows(BA=40), -1.0)):
        ends = omega_interval(LINE, flows(AB=50), b, 199, 3)
        assert ends == pytest.approx((point, point))
        assert max(np.abs(ends)) <= 1


def test_the_interval_does_not_depend_on_the_order_of_layers_or_rows() -> None:
    one = omega_interval(LINE, MIXED_A, MIXED_B, 299, 4)
    assert omega_interval(LINE, MIXED_B, MIXED_A, 299, 4) == one
    assert omega_interval(LINE, MIXED_A.iloc[::-1], MIXED_B.sample(frac=1, random_state=0), 299, 4) == one
    assert omega_interval(LINE, MIXED_A, MIXED_B, 299, 5) != one
    same = omega_interval(LINE, MIXED_A, reversed_flows(MIXED_A), 299, 4)
    assert omega_interval(LINE, reversed_flows(MIXED_A), MIXED_A, 299, 4) == same


def test_turning_one_layer_round_mirrors_the_interval_exactly() -> None:
    low, high = omega_interval(LINE, MIXED_A, MIXED_B, 299, 6)
    assert abs(low + high) > 0.1  # an interval around 0 would be its own mirror
    assert omega_interval(LINE, reversed_flows(MIXED_A), MIXED_B, 299, 6) == (-high, -low)
    assert omega_interval(LINE, MIXED_A, reversed_flows(MIXED_B), 299, 6) == (-high, -low)
    assert omega_interval(LINE, reversed_flows(MIXED_A), reversed_flows(MIXED_B), 299, 6) == (low, high)


def test_two_equal_layers_are_resampled_apart() -> None:
    # were both given the same records each time, D would be a square and no world could be below 0
    low, high = omega_interval(net("AB"), flows(AB=12, BA=10), flows(AB=12, BA=10), 999, 7)
    assert low < 0 < high


def test_resampled_worlds_have_the_omega_that_compare_gives() -> None:
    levels = [layer.assign(is_coarse=[True, False, False, True]) for layer in (MIXED_A, MIXED_B)]
    layers = [system._records(LINE, layer) for layer in levels]
    km = system._shared_km(LINE, layers)
    both = [
        system._Resampled(
            [system._ways(LINE, layer[level], np.flatnonzero(km[level]), is_turned) for level in (0, 1)],
            np.random.default_rng(0),
        )
        for layer, is_turned in zip(layers, (False, True), strict=True)
    ]
    records = [[way.weight[:, None] for way in layer.levels] for layer in both]
    found = system._omegas([each[each > 0] for each in km], records, both)
    assert found == pytest.approx([compare.compare(LINE, levels[0], levels[1]).omega])


def test_coarse_and_fine_records_are_not_mixed_in_the_interval() -> None:
    coarse = flows(BA=40).assign(is_coarse=True)
    assert np.isnan(omega_interval(LINE, flows(AB=50), coarse, 99, 8)).all()
    both = omega_interval(LINE, pd.concat([flows(AB=50), flows(AB=50).assign(is_coarse=True)]), coarse, 99, 8)
    assert both == pytest.approx((-1.0, -1.0))


def test_layers_that_never_meet_or_hold_nothing_have_no_interval() -> None:
    nothing = flows(AB=1).iloc[:0]
    for a, b in ((flows(AB=9), flows(CD=9)), (nothing, flows(AB=9)), (nothing, nothing)):
        assert np.isnan(omega_interval(LINE, a, b, 99, 9)).all()
        assert np.isnan(omega_interval(LINE, b, a, 99, 9)).all()
    assert np.isnan(omega_interval(LINE, flows(AB=9), flows(AB=9), 0, 9)).all()
    # half a record is drawn in 1 - e^-(1/3) = 28 % of worlds only
    assert np.isnan(omega_interval(LINE, flows(AB=9), flows(AB=0.5), 999, 9)).all()


def test_a_weight_that_is_unknown_is_refused() -> None:
    with pytest.raises(ContractError, match="weight"):
        omega_interval(LINE, MIXED_A.assign(weight=np.nan), MIXED_B, 9, 0)
    with pytest.raises(ContractError, match="weight"):
        omega_interval(LINE, MIXED_A, MIXED_B.assign(weight=-1.0), 9, 0)


def test_the_interval_holds_the_true_omega_about_as_often_as_it_says() -> None:
    # true flows are 300 records a layer between 4 places; 60 repetitions at .95: 51 or fewer in 0.4 % of runs
    rng = np.random.default_rng(10)
    names = ["AB", "AC", "AD", "BC", "BD", "CD", "BA", "CA", "DA", "CB", "DB", "DC"]
    true = rng.dirichlet(np.ones(12), 2) * 300
    point = compare.omega(
        LINE.km, *(flowfield.field(LINE, flows(**dict(zip(names, layer, strict=True)))) for layer in true)
    )
    held = 0
    for seed in range(60):
        drawn = (posterior.PHI * rng.poisson(layer / posterior.PHI) for layer in true)
        layers = [flows(**dict(zip(names, layer, strict=True))) for layer in drawn]
        low, high = omega_interval(LINE, layers[0], layers[1], 199, seed)
        held += low <= point <= high
    assert held > 51


def two_layers(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a layer with a strong way round the ring, and another with the same way, both over noise."""
    draw = np.random.default_rng(seed)
    layers = []
    for _ in range(2):
        noise = pd.DataFrame(draw.choice(RING.index, (150, 2)), columns=["origin_id", "destination_id"])
        ways = pd.DataFrame({"origin_id": RING.index[:12], "destination_id": RING.index[6:18]})
        rows = pd.concat([noise.assign(weight=1.0), ways.assign(weight=20.0)], ignore_index=True)
        layers.append(rows[rows["origin_id"] != rows["destination_id"]].assign(is_coarse=False))
    return layers[0], layers[1]


def test_layers_that_run_the_same_ways_are_aligned_and_turned_ones_opposed() -> None:
    a, b = two_layers(1)
    same, turned = layers_test(RING, a, b, 99, 5), layers_test(RING, a, reversed_flows(b), 99, 5)
    assert same is not None
    assert turned is not None
    assert same.system.polarity["omega"].observed == pytest.approx(-turned.system.polarity["omega"].observed)
    assert same.system.polarity["omega"].p <= 0.05
    assert same.system.full_margin["m"].p < same.system.full_margin["r"].p


def test_swapping_the_layers_and_repeating_changes_nothing() -> None:
    a, b = two_layers(2)
    assert layers_test(RING, a, b, 49, 5) == layers_test(RING, b, a, 49, 5)


def test_layers_known_at_different_precision_are_not_tested() -> None:
    a, b = two_layers(3)
    assert layers_test(RING, a, b.assign(is_coarse=True), 9, 5) is None


def test_the_level_that_both_layers_have_more_of_is_tested() -> None:
    a, b = two_layers(4)
    few = flows(**{"XY": 1}).assign(origin_id="p00", destination_id="p05", is_coarse=True)
    found = layers_test(RING, pd.concat([a, few]), pd.concat([b, few]), 9, 5)
    assert found is not None
    assert not found.is_coarse
    assert found.place_count == len({*a["origin_id"], *a["destination_id"], *b["origin_id"], *b["destination_id"]})
