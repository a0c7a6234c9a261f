"""What scipy.special says in place of scipy.stats is what scipy.stats says."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import bdtrik, betainc, betaincc, gammaincc, nbdtrik, ndtri, stdtr
from scipy.stats import binom, false_discovery_control, gamma, nbinom, norm
from scipy.stats import t as student

from geo.discovery import q_values

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("count", [1, 2, 50, 1000])
def test_q_is_that_of_the_library(count: int) -> None:
    p = np.round(RNG.random(count) ** 2, 3)  # with ties
    assert_allclose(q_values(p), false_discovery_control(p), rtol=0, atol=0)


def test_a_test_that_was_not_made_has_no_q_and_counts_as_none() -> None:
    p = np.array([[0.01, np.nan], [0.04, 0.5]])
    expected = false_discovery_control(np.array([0.01, 0.04, 0.5]))
    assert_allclose(q_values(p), [[expected[0], np.nan], expected[1:]])
    assert q_values(np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("wrong", [-0.1, 1.1])
def test_what_is_no_chance_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        q_values(np.array([0.5, wrong]))


def test_quantiles_of_counts_are_those_of_the_library() -> None:
    size, mean = np.exp(RNG.uniform(-6, 5, 5000)), np.exp(RNG.uniform(-20, 8, 5000))
    share = size / (size + mean)
    assert (np.ceil(nbdtrik(0.995, size, share)) == nbinom.ppf(0.995, size, share)).all()
    trials = np.arange(1, 2000)
    assert (np.ceil(bdtrik(0.025, trials, 0.5)) == binom.ppf(0.025, trials, 0.5)).all()


def test_tails_are_those_of_the_library() -> None:
    size, mean, count = RNG.uniform(0.1, 9, 500), RNG.uniform(0.1, 30, 500), RNG.integers(0, 60, 500)
    share = size / (size + mean)
    assert_allclose(betaincc(size, count, share), nbinom.sf(count - 1, size, share), rtol=1e-9)
    whole = count + 1 + RNG.integers(0, 9, 500)
    tail = betainc(count + 1, whole - count, 0.08)
    assert_allclose(tail, binom.sf(count, whole, 0.08), rtol=1e-9)
    assert_allclose(gammaincc(size, mean / 2), gamma.sf(mean, size, scale=2), rtol=1e-9)
    assert_allclose(stdtr(size, -mean), student.sf(mean, size), rtol=1e-9)
    assert ndtri(0.975) == norm.ppf(0.975)
