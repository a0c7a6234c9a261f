import numpy as np
import pytest

from data.errors import ContractError
from geo.near import km_to_line

DEGREE_KM = 2 * np.pi * 6371.0088 / 360  # of a great circle of the mean earth
EQUATOR = np.array([0.0, 5.0, 10.0]), np.zeros(3)


def km(lon: list[float], lat: list[float], line: tuple[np.ndarray, np.ndarray]) -> list[float]:
    return [round(float(away) / DEGREE_KM, 4) for away in km_to_line(np.array(lon), np.array(lat), *line)]


def test_a_point_abreast_is_measured_across_and_one_beyond_the_end_to_the_end() -> None:
    assert km([3.0, 13.0, -2.0], [1.0, 0.0, 0.0], EQUATOR) == [1.0, 3.0, 2.0]


def test_reversing_the_line_changes_nothing() -> None:
    turned = EQUATOR[0][::-1], EQUATOR[1][::-1]
    points = [3.0, 13.0, -2.0, 90.0], [1.0, -4.0, 7.0, 90.0]
    assert km(*points, EQUATOR) == km(*points, turned)


def test_the_far_side_of_the_globe_is_not_abreast() -> None:
    assert km([185.0], [0.0], EQUATOR) == [175.0]  # westward round to the end at 0, or eastward to the one at 10


def test_a_line_over_the_antimeridian_is_one_line() -> None:
    assert km([180.0, -179.0], [2.0, 0.0], (np.array([179.0, -179.0]), np.zeros(2))) == [2.0, 0.0]


def test_a_line_of_one_point_is_that_point() -> None:
    assert km([0.0], [3.0], (np.array([0.0]), np.array([0.0]))) == [3.0]


def test_an_unknown_point_stays_unknown_and_no_points_give_none() -> None:
    assert np.isnan(km_to_line(np.array([np.nan]), np.array([1.0]), *EQUATOR)).all()
    assert km([], [], EQUATOR) == []


@pytest.mark.parametrize("line", [(np.array([]), np.array([])), (np.array([0.0, np.nan]), np.zeros(2))])
def test_a_line_without_points_or_with_unknown_ones_is_an_error(line: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(ContractError, match="the line"):
        km_to_line(np.array([0.0]), np.array([0.0]), *line)
