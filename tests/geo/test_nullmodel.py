"""The null model: margins, length and dispersion come back; nothing degenerate breaks it."""

import numpy as np
import pandas as pd
import pytest

from data.errors import ContractError
from geo.distance import Array
from geo.nullmodel import (
    LENGTH_KM,
    LOG_SIZE,
    Null,
    draws,
    dyad_draws,
    fit,
    nb_size,
    od_matrix,
    polarity_margins,
    sparse_draws,
)


def square(size: int, seed: int = 0, side_km: float = 6000.0) -> Array:
    """Return distances between places strewn over a square."""
    xy = np.random.default_rng(seed).uniform(0, side_km, (size, 2))
    distance: Array = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    return distance


def gravity(distance: Array, length_km: float, records: float, seed: int = 0) -> Array:
    """Return noise-free gravity flows with uneven hubs."""
    out, into = np.exp(np.random.default_rng(seed).normal(size=(2, len(distance))))
    flows: Array = out[:, None] * into * np.exp(-distance / length_km)
    np.fill_diagonal(flows, 0)
    flows *= records / flows.sum()
    return flows


@pytest.fixture(scope="module")
def null() -> Null:
    distance = square(20)
    return Null(gravity(distance, 1500, 400), 1500.0, 0.5, distance, gravity(distance, 1500, 400))


def test_flows_are_summed_from_row_to_column() -> None:
    flows = pd.DataFrame(
        {"origin_id": ["A", "A", "B", "A"], "destination_id": ["B", "B", "A", "?"], "record_count": [2, 3, 7, 9]}
    )
    assert od_matrix(flows, ["A", "B"], "record_count").tolist() == [[0, 5], [7, 0]]
    assert od_matrix(flows.iloc[:0], ["A", "B"], "record_count").tolist() == [[0, 0], [0, 0]]


def test_margins_and_trip_length_are_those_observed() -> None:
    distance = square(25)
    observed = np.random.default_rng(1).poisson(gravity(distance, 1200, 800)).astype(float)
    model = fit(observed, distance, robust_passes=1)
    assert model.expected.sum(axis=1) == pytest.approx(observed.sum(axis=1), abs=1e-6)
    assert model.expected.sum(axis=0) == pytest.approx(observed.sum(axis=0), abs=1e-6)
    assert (model.expected * distance).sum() == pytest.approx((observed * distance).sum(), rel=1e-4)
    assert not model.expected.diagonal().any()


@pytest.mark.parametrize("length_km", [400.0, 1800.0])
def test_the_length_of_a_noise_free_gravity_world_is_recovered(length_km: float) -> None:
    distance = square(30)
    flows = gravity(distance, length_km, 5000)
    model = fit(flows, distance, robust_passes=1)
    assert model.length_km == pytest.approx(length_km, rel=0.05)
    assert model.expected == pytest.approx(flows, abs=0.01)


@pytest.mark.parametrize("size", [0.3, 1.0, 3.0])
def test_the_size_of_drawn_counts_is_recovered(size: float) -> None:
    rng, expected = np.random.default_rng(2), gravity(square(40), 2000, 4000)
    counts = rng.poisson(expected * rng.gamma(size, 1 / size, expected.shape)).astype(float)
    assert size / 1.5 < nb_size(counts, expected) < size * 1.5


def test_counts_without_overdispersion_are_nearly_poisson() -> None:
    expected = gravity(square(40), 2000, 20000)
    assert nb_size(np.random.default_rng(3).poisson(expected).astype(float), expected) > 30


def test_a_planted_corridor_does_not_set_its_own_expectation() -> None:
    # about 4 records run there; 150 more raise the plain expectation, cutting takes most of that back
    distance = square(40)
    flows = gravity(distance, 1500, 4000)
    observed = np.random.default_rng(4).poisson(flows).astype(float)
    observed[3, 7] += 150
    plain, robust = (fit(observed, distance, passes).expected[3, 7] for passes in (1, 3))
    assert 4 < flows[3, 7] < 5
    assert robust < flows[3, 7] + (plain - flows[3, 7]) / 4


def test_a_place_without_records_stays_empty() -> None:
    distance = square(8)
    observed = gravity(distance, 1500, 200)
    observed[2], observed[:, 5] = 0, 0
    model = fit(observed, distance)
    assert not model.expected[2].any()
    assert not model.expected[:, 5].any()
    assert all(not (world[2].any() or world[:, 5].any()) for world in draws(model, 20, np.random.default_rng(0)))


def test_drawn_worlds_keep_the_mean_and_the_variance_of_every_dyad(null: Null) -> None:
    worlds = np.array(list(draws(null, 4000, np.random.default_rng(5))))
    variance = null.expected + null.expected**2 / null.size
    z = (worlds.mean(axis=0) - null.expected)[null.expected > 0] / np.sqrt(variance[null.expected > 0] / 4000)
    assert abs(z.mean()) < 0.2  # 380 dyads: standard error 0.05
    assert 0.85 < z.std() < 1.15
    # the variance is the whole point: t + t^2/k, summed over dyads
    assert worlds.var(axis=0).sum() == pytest.approx(variance.sum(), rel=0.1)


def test_both_ways_of_drawing_have_the_same_distribution() -> None:
    # one dyad, k = 1: P(0) = 1 / (1 + t). At t = 0.3 clusters are drawn; at t = 20 there are ln 21 = 3 > MANY of them,
    # and one count a world is drawn
    distance = np.full((2, 2), 1000.0) - 1000 * np.eye(2)
    for expected, zero in ((0.3, 1 / 1.3), (20.0, 1 / 21)):
        model = Null(np.array([[0, expected], [0, 0]]), 1000.0, 1.0, distance, np.zeros((2, 2)))
        seen = np.array([world[0, 1] for world in draws(model, 8000, np.random.default_rng(6))])
        assert (seen == 0).mean() == pytest.approx(zero, abs=0.02)
        assert seen.mean() == pytest.approx(expected, rel=0.1)


def test_swapped_margins_keep_the_total_and_swap_whole_places(null: Null) -> None:
    out, into = polarity_margins(null, 500, np.random.default_rng(7))
    assert out.sum(axis=0) == pytest.approx(400)
    assert into.sum(axis=0) == pytest.approx(400)
    # over many tosses each place sends what it sent and received, halved
    middle = (null.expected.sum(axis=1) + null.expected.sum(axis=0)) / 2
    assert np.corrcoef(out.mean(axis=1), middle)[0, 1] > 0.98
    totals = [chunk.sum(axis=1).mean() for chunk in sparse_draws(null, 999, np.random.default_rng(8), polarity=True)]
    assert np.mean(totals) == pytest.approx(400, rel=0.05)


@pytest.mark.parametrize("polarity", [False, True])
def test_drawing_some_dyads_is_drawing_all_and_looking_at_some(null: Null, polarity: bool) -> None:
    dyads = np.array([7, 23, 150, 151, 397])
    rng = np.random.default_rng(8)
    some = np.hstack([part.toarray() for part in dyad_draws(null, dyads, 6000, rng, polarity)])
    whole = np.array([world.ravel()[dyads] for world in draws(null, 6000, rng, polarity)]).T
    assert some.shape == whole.shape == (5, 6000)
    error = np.sqrt((some.var(axis=1) + whole.var(axis=1)) / 6000)
    assert (np.abs(some.mean(axis=1) - whole.mean(axis=1)) < 4 * error).all()
    assert (some.mean(axis=1) > 0).all()
    assert (some == 0).mean(axis=1) == pytest.approx((whole == 0).mean(axis=1), abs=0.03)


def test_a_swapped_world_expects_what_its_own_margins_give() -> None:
    # two places, 90 records there and 10 back; half a record is added to each sum
    distance = np.full((2, 2), 1000.0) - 1000 * np.eye(2)
    one_way = np.array([[0.0, 90.0], [10.0, 0.0]])
    model = Null(one_way, 1000.0, 140.0, distance, one_way)
    seen = np.hstack(
        [part.toarray()[0] for part in dyad_draws(model, np.array([1]), 4000, np.random.default_rng(0), True)]
    )
    # a quarter keeps 90.5 of 101 and a quarter has 10.5 of 101, of 100; where one place swaps both send half
    assert (seen > 75).mean() == pytest.approx(0.25, abs=0.05)
    assert (seen < 25).mean() == pytest.approx(0.25, abs=0.05)


def test_a_seed_decides_and_another_seed_differs(null: Null) -> None:
    one, same, other = (list(draws(null, 40, np.random.default_rng(seed), polarity=True)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_relabelling_places_permutes_the_expectation() -> None:
    distance = square(15)
    observed = np.random.default_rng(10).poisson(gravity(distance, 1500, 300)).astype(float)
    order = np.random.default_rng(11).permutation(15)
    mixed = np.ix_(order, order)
    assert fit(observed[mixed], distance[mixed]).expected == pytest.approx(fit(observed, distance).expected[mixed])


def test_turning_every_flow_round_turns_the_expectation() -> None:
    distance = square(15)
    observed = np.random.default_rng(12).poisson(gravity(distance, 1500, 300)).astype(float)
    assert fit(observed.T, distance).expected == pytest.approx(fit(observed, distance).expected.T, abs=1e-6)


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_no_records_expect_nothing(size: int) -> None:
    model = fit(np.zeros((size, size)), square(size))
    assert not model.expected.any()
    assert model.length_km == LENGTH_KM[1]
    assert model.size == pytest.approx(np.exp(LOG_SIZE[1]))
    for polarity in (False, True):
        worlds = list(draws(model, 3, np.random.default_rng(0), polarity))
        assert len(worlds) == 3
        assert not np.sum(worlds)


def test_one_dyad_expects_itself() -> None:
    observed = np.zeros((3, 3))
    observed[0, 2] = 12
    model = fit(observed, square(3), robust_passes=1)
    assert model.expected == pytest.approx(observed)
    assert np.mean(list(draws(model, 500, np.random.default_rng(0)))) * 9 == pytest.approx(12, rel=0.1)


def test_one_origin_expects_itself() -> None:
    observed = np.zeros((4, 4))
    observed[1] = [5, 0, 7, 2]
    assert fit(observed, square(4), robust_passes=1).expected == pytest.approx(observed)
    assert sum(1 for _ in draws(fit(observed, square(4)), 40, np.random.default_rng(0), polarity=True)) == 40


def test_one_hub_in_every_record_and_places_on_one_spot_do_not_break() -> None:
    hub = np.zeros((5, 5))
    hub[0, 1:], hub[1:, 0] = 9, 4
    expected = fit(hub, square(5)).expected  # margins come near, for one place takes part in every record
    assert expected.sum(axis=1) == pytest.approx(hub.sum(axis=1), rel=1e-3)
    assert expected.sum(axis=0) == pytest.approx(hub.sum(axis=0), rel=1e-3)
    assert np.isfinite(fit(hub, np.zeros((5, 5))).expected).all()


def test_records_that_stay_are_left_out() -> None:
    assert not fit(np.eye(4) * 50, square(4)).expected.any()


@pytest.mark.parametrize(
    "observed", [np.zeros((2, 3)), np.zeros((3, 3)), np.full((2, 2), np.nan), np.full((2, 2), -1.0)]
)
def test_matrices_that_are_none_are_refused(observed: Array) -> None:
    with pytest.raises(ContractError, match="expected"):
        fit(observed, square(2))
