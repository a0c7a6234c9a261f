"""What may run along, in equally likely cases, and the probabilities that are their mean."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from geo import flowfield
from geo.bands import bands_of
from geo.cases import CASES, blocks, split, summed
from geo.posterior import marginal, posterior
from tests.geo.test_bands import fork
from tests.geo.toy import flows, net

NONE = csr_matrix((1, 1))
Ways = tuple[np.ndarray, np.ndarray]


def there(share: float, doubt: float, turned: float = 0.0) -> np.ndarray:
    """Return what one entry gives in each case (row), both ways (columns)."""
    parts = blocks(split((csr_matrix([[share]]), csr_matrix([[turned]])), csr_matrix([[doubt]])))
    found = summed([np.array([way.toarray().ravel(), back.toarray().ravel()]) for way, back in parts])
    return np.array(found).reshape(CASES, 2)


def one(onward: float, back: float) -> Ways:
    return np.array([onward]), np.array([back])


def test_a_share_that_is_all_or_nothing_is_there_in_so_many_cases() -> None:
    assert there(0.6, 0.24) == pytest.approx(np.array([(1.0, 0.0)] * 6 + [(0.0, 0.0)] * 4))  # 0.24 = 0.6 x 0.4


def test_a_certain_share_is_the_same_in_every_case() -> None:
    assert there(0.6, 0.0) == pytest.approx(np.array([(0.6, 0.0)] * CASES))


def test_cases_have_the_mean_and_the_variance_they_were_given() -> None:
    values = there(0.6, 0.06)[:, 0]
    assert values.mean() == pytest.approx(0.6)
    assert values.var() == pytest.approx(0.06)


def test_both_ways_come_and_go_together() -> None:
    assert there(0.3, 0.24, turned=0.3) == pytest.approx(np.array([(0.5, 0.5)] * 6 + [(0.0, 0.0)] * 4))


def test_own_records_and_certain_paths_are_there_in_every_case() -> None:
    world = net("AD", "AC")  # great circles: A-C is two thirds of A-D
    bands = bands_of(world, np.array([1]), np.ones(len(world.paths)))
    ways = flowfield.along(world, flows(AD=80, CA=90), "weight")
    for case in bands.cases(world, ways):
        assert [float(way[0]) for way in case] == pytest.approx([float(way[0]) for way in bands.records(world, ways)])


def test_records_of_a_path_that_may_run_elsewhere_are_along_in_some_cases_only() -> None:
    world = fork(0.8)  # A-M takes one branch of A-B: 0.8 / (2 x 0.64 + 2 x 0.04) = 0.59 of it
    bands = bands_of(world, np.array([0]), np.ones(len(world.paths)))
    ways = flowfield.along(world, flows(AB=20, AM=10), "weight")
    onward = [float(case[0][0]) for case in bands.cases(world, ways)]
    expected = float(bands.records(world, ways)[0][0])
    assert onward == pytest.approx([onward[0]] * 6 + [onward[-1]] * 4)
    assert 20 < onward[-1] < expected < onward[0] < 30
    assert np.mean(onward) == pytest.approx(expected, abs=0.2)  # chances are rounded to tenths


def test_the_mean_over_cases_of_which_half_lack_a_layer_is_half() -> None:
    a, b = [one(20, 2)] * CASES, [one(2, 30)] * 5 + [one(0, 0)] * 5
    common, inverse = posterior(one(20, 2), one(2, 30))
    found = marginal(a, b)
    assert found[0] == pytest.approx(common / 2)
    assert found[1] == pytest.approx(inverse / 2)


def test_neighbours_of_uncertain_course_do_not_drown_records_that_agree_with_them() -> None:
    certain, b = [one(40, 0)] * CASES, [one(40, 0)] * CASES
    with_more = [one(1040, 0)] * 6 + [one(40, 0)] * 4
    assert marginal(with_more, b)[0] >= marginal(certain, b)[0]


def test_cases_are_the_same_question_for_both_layers_and_reversing_one_turns_the_words() -> None:
    a, b = [one(20, 2)] * 5 + [one(5, 4)] * 5, [one(3, 30)] * 7 + [one(1, 6)] * 3
    common, inverse = marginal(a, b)
    assert [float(p[0]) for p in marginal(b, a)] == [float(common[0]), float(inverse[0])]
    turned = marginal(a, [(back, onward) for onward, back in b])
    assert [float(p[0]) for p in turned] == pytest.approx([float(inverse[0]), float(common[0])], abs=1e-12)


def test_nothing_splits_into_nothing() -> None:
    assert [len(part.data) for parts in blocks(split((NONE, NONE), NONE)) for part in parts] == [0] * 2 * (CASES + 1)
