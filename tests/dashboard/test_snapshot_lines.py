"""Lines of a snapshot: in the direction of travel, cut at 180 degrees, none where there is nothing to draw."""

import numpy as np
import pytest
import shapely

from dashboard.snapshot_lines import Shapes, of_lines, of_points

Points = list[tuple[float, float]]


def shapes(*lines: Points) -> Shapes:
    """Return the shapes of some lines, one per row."""
    rows = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return of_lines(rows, np.array([point for line in lines for point in line], dtype=float).reshape(-1, 2), len(lines))


def parts(found: Shapes, row: int) -> list[Points]:
    """Return the parts of one row as plain points."""
    first, last = found.row_starts[row], found.row_starts[row + 1]
    starts = found.part_starts[first : last + 1]
    return [[tuple(point) for point in found.points[a:b].tolist()] for a, b in zip(starts, starts[1:], strict=False)]


def test_a_line_keeps_its_points_and_its_direction() -> None:
    found = shapes([(0, 0), (1, 2)], [(1, 2), (0, 0)])
    assert parts(found, 0) == [[(0, 0), (1, 2)]]
    assert parts(found, 1) == [[(1, 2), (0, 0)]]


def test_a_line_eastward_over_180_degrees_is_cut_where_it_crosses() -> None:
    # 170 to -170 is 20 degrees eastward; 180 is half of the way, so the latitude is half-way from 0 to 10
    assert parts(shapes([(170, 0), (-170, 10)]), 0) == [[(170, 0), (180, 5)], [(-180, 5), (-170, 10)]]


def test_the_way_back_is_the_mirror_of_the_way_there() -> None:
    back = parts(shapes([(-170, 10), (170, 0)]), 0)
    assert back == [[(-170, 10), (-180, 5)], [(180, 5), (170, 0)]]


def test_a_line_that_crosses_twice_has_three_parts() -> None:
    found = parts(shapes([(170, 0), (-170, 0), (170, 0)]), 0)
    assert found == [[(170, 0), (180, 0)], [(-180, 0), (-170, 0), (-180, 0)], [(180, 0), (170, 0)]]


@pytest.mark.parametrize("lon", [180.0, -180.0])
def test_a_point_on_180_degrees_leaves_no_part_of_one_point(lon: float) -> None:
    found = parts(shapes([(179, 0), (lon, 0), (-179, 0)]), 0)
    assert found == [[(179, 0), (180, 0)], [(-180, 0), (-179, 0)]]


def test_a_line_of_one_place_has_no_shape_and_moves_no_other_row() -> None:
    found = shapes([(5, 5), (5, 5)], [(0, 0), (1, 1)], [(7, 7)])
    assert [parts(found, row) for row in range(3)] == [[], [[(0, 0), (1, 1)]], []]
    kinds = [None if shape is None else shape.geom_type for shape in found.geometries()]
    assert kinds == [None, "MultiLineString", None]


def test_no_rows_give_no_shapes() -> None:
    found = shapes()
    assert len(found.geometries()) == 0


def test_coordinates_have_five_decimals() -> None:
    assert parts(shapes([(0.1234567, 1.000001), (2, -0.0000001)]), 0) == [[(0.12346, 1.0), (2, 0.0)]]


def test_geometries_are_the_same_points() -> None:
    found = shapes([(170, 0), (-170, 10)], [(0, 0), (1, 2)])
    expected = [shapely.MultiLineString(parts(found, row)) for row in range(2)]
    assert shapely.equals_exact(found.geometries(), expected).all()


def test_a_point_that_is_not_known_is_no_shape() -> None:
    found = of_points(np.array([1.0, np.nan, 3.0]), np.array([2.0, 5.0, 4.0]))
    assert [None if shape is None else (shape.x, shape.y) for shape in found.geometries()] == [(1, 2), None, (3, 4)]
