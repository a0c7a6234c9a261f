"""Multiplexity and multireciprocity by hand: 2 sum min / (sum a + sum b)."""

import numpy as np
import pytest

from geo.multiplex import multiplexity, multireciprocity, smoothed, smoothing_kernel

# A sends 6 to B; in the other layer A sends 4 to B and B sends 2 to A
FIREARMS = np.array([[0.0, 6.0], [0.0, 0.0]])
DRUGS = np.array([[0.0, 4.0], [2.0, 0.0]])


def test_two_places() -> None:
    # the same way: min(6, 4) + min(0, 2) = 4; records 6 + 6 = 12
    assert multiplexity(FIREARMS, DRUGS) == pytest.approx(2 * 4 / 12)
    # the other way: min(6, 2) + min(0, 4) = 2
    assert multireciprocity(FIREARMS, DRUGS) == pytest.approx(2 * 2 / 12)


def test_three_places() -> None:
    a = np.array([[0.0, 5.0, 1.0], [0.0, 0.0, 3.0], [2.0, 0.0, 0.0]])  # 11 records
    b = np.array([[0.0, 2.0, 0.0], [4.0, 0.0, 3.0], [1.0, 2.0, 0.0]])  # 12 records
    # the same way: AB 2, BC 3, CA 1; AC, BA and CB 0
    assert multiplexity(a, b) == pytest.approx(2 * 6 / 23)
    # b turned round: AB 4, AC 1, BA 2, BC 2, CB 3; with a: AB 4, AC 1, BC 2
    assert multireciprocity(a, b) == pytest.approx(2 * 7 / 23)


def test_equal_layers_are_wholly_common_and_returned_ones_wholly_inverse() -> None:
    assert multiplexity(DRUGS, DRUGS) == 1.0
    assert multireciprocity(DRUGS, DRUGS.T) == 1.0
    assert multireciprocity(FIREARMS, FIREARMS) == 0.0
    assert multiplexity(FIREARMS, FIREARMS.T) == 0.0


def test_layers_can_be_swapped_and_turning_one_swaps_the_two() -> None:
    assert multiplexity(DRUGS, FIREARMS) == multiplexity(FIREARMS, DRUGS)
    assert multireciprocity(DRUGS, FIREARMS) == multireciprocity(FIREARMS, DRUGS)
    assert multiplexity(FIREARMS, DRUGS.T) == multireciprocity(FIREARMS, DRUGS)


def test_empty_layers_share_nothing_known() -> None:
    assert np.isnan(multiplexity(np.zeros((2, 2)), np.zeros((2, 2))))
    assert multiplexity(FIREARMS, np.zeros((2, 2))) == 0.0


def test_smoothing_counts_the_neighbours_of_both_ends() -> None:
    # on a line at 0, 400 and 1,000 km: the first two are neighbours within 450 km, and 450 itself still is
    at = np.array([0.0, 400.0, 1000.0])
    kernel = smoothing_kernel(np.abs(at[:, None] - at))
    assert kernel.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert smoothing_kernel(np.array([[0.0, 450.0], [450.0, 0.0]])).all()
    one = np.zeros((3, 3))
    one[0, 2] = 5  # five records from the first to the third: the second place's bundle holds them too
    assert smoothed(one, kernel).tolist() == [[0, 0, 5], [0, 0, 5], [0, 0, 0]]


def test_neighbours_meet_only_when_smoothed() -> None:
    kernel = smoothing_kernel(np.array([[0.0, 400, 1000], [400, 0, 600], [1000, 600, 0]]))
    a, b = np.zeros((3, 3)), np.zeros((3, 3))
    a[0, 2], b[1, 2] = 5, 5
    assert multiplexity(a, b) == 0.0
    assert multiplexity(smoothed(a, kernel), smoothed(b, kernel)) == 1.0
