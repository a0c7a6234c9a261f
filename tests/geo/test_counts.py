"""Drawn counts are negative binomial, however they are drawn and whichever world expects what."""

import numpy as np
import pytest

from geo.counts import MANY, Worlds, clusters, drawn


@pytest.mark.parametrize("size", [0.2, 1.0, 100.0])
def test_mean_variance_and_zeros_are_negative_binomial(size: float) -> None:
    expected = np.array([0.01, 0.5, 2.0, 30.0])
    counts = drawn(Worlds(expected), size, 40_000, np.random.default_rng(0)).toarray()
    variance = expected + expected**2 / size
    assert (np.abs(counts.mean(axis=1) - expected) < 4 * np.sqrt(variance / 40_000)).all()
    assert counts.var(axis=1) == pytest.approx(variance, rel=0.15)
    assert (counts == 0).mean(axis=1) == pytest.approx((size / (size + expected)) ** size, abs=0.01)


def test_the_number_of_clusters_is_that_of_the_zeros() -> None:
    # no record means no cluster: e^-clusters = P(0) = (k / (k + t))^k; k = 2, t = 6: 1/16
    assert np.exp(-clusters(np.array([6.0]), 2.0)) == pytest.approx([1 / 16])


@pytest.mark.parametrize("scale", [1.0, 40.0])
def test_each_world_has_its_own_expectation(scale: float) -> None:
    # two cells in two kinds of world: 1 and 3 in the first, 2 and 0 in the second; scaled, too many for clusters
    each = scale * np.array([[1.0, 2.0], [3.0, 0.0]])
    worlds = Worlds(each.max(axis=1), lambda cell, world: each[cell, world % 2])
    assert (clusters(worlds.highest, 50.0) > MANY).all() == (scale > 1)
    counts = drawn(worlds, 50.0, 20_000, np.random.default_rng(1)).toarray()
    for kind in (0, 1):
        mean = counts[:, kind::2].mean(axis=1)
        error = np.sqrt((each[:, kind] + each[:, kind] ** 2 / 50) / 10_000)
        assert (np.abs(mean - each[:, kind]) <= 4 * error).all()


def test_nothing_expected_is_nothing_drawn_and_a_seed_decides() -> None:
    assert drawn(Worlds(np.zeros(3)), 1.0, 4, np.random.default_rng(0)).toarray().tolist() == [[0] * 4] * 3
    assert drawn(Worlds(np.zeros(0)), 1.0, 4, np.random.default_rng(0)).shape == (0, 4)
    one, same = (drawn(Worlds(np.full(9, 1.5)), 0.5, 20, np.random.default_rng(3)).toarray() for _ in range(2))
    assert np.array_equal(one, same)
