import numpy as np
import pytest

from data.errors import ContractError
from geo.compare import P_MIN
from geo.posterior import posterior
from geo.undone import contrary_needed

EAST, WEST = (40.0, 2.0), (2.0, 40.0)


def likelier(a: tuple[float, float], b: tuple[float, float]) -> float:
    first, second = ((np.array([way[0]]), np.array([way[1]])) for way in (a, b))
    p_common, p_inverse = posterior(first, second)
    return float(max(p_common[0], p_inverse[0]))


def test_the_number_is_the_first_at_which_no_word_stands() -> None:
    needed = contrary_needed(EAST, EAST)
    assert needed is not None
    assert likelier(EAST, (40.0, 2.0 + needed)) < P_MIN <= likelier(EAST, (40.0, 1.0 + needed))


def test_turning_one_layer_or_the_corridor_round_changes_nothing() -> None:
    assert contrary_needed(EAST, EAST) == contrary_needed(EAST, WEST) == contrary_needed(WEST, WEST)


def test_where_no_word_stands_none_is_needed() -> None:
    assert contrary_needed((5.0, 5.0), (5.0, 5.0)) == 0


def test_a_firmer_corridor_needs_more() -> None:
    few, many = contrary_needed(EAST, (10.0, 0.0)), contrary_needed(EAST, (80.0, 0.0))
    assert few is not None
    assert many is not None
    assert few < many


@pytest.mark.parametrize("bad", [(np.nan, 1.0), (-1.0, 1.0)])
def test_a_missing_or_negative_count_is_an_error(bad: tuple[float, float]) -> None:
    with pytest.raises(ContractError, match="counts"):
        contrary_needed(EAST, bad)
