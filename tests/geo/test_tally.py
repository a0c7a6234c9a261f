"""Running sums: what any period holds of some kinds of legs."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from geo.tally import Tally, of_arrays, tally

FIRST = date(2020, 1, 1)


def made(rows: list[tuple[int, int, int]], kind_count: int) -> Tally:
    """Return the running sums of rows of (kind, days after FIRST, count)."""
    kind, day, count = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return tally(
        kind_count,
        kind,
        np.datetime64(FIRST, "D") + day.astype("timedelta64[D]"),
        [[count[:1], count[1:]], [10 * count]],
    )


THREE = made([(0, 0, 1), (0, 9, 2), (2, 4, 5)], 4)  # kinds 1 and 3 have no leg at all
EVERY = np.arange(4)


def test_without_limits_every_kind_with_a_leg_is_told() -> None:
    held = THREE.between(EVERY, None, None)
    assert held.kinds.tolist() == [0, 2]
    assert held.sums.tolist() == [[3, 30], [5, 50]]
    assert held.first_on.tolist() == [date(2020, 1, 1), date(2020, 1, 5)]
    assert held.last_on.tolist() == [date(2020, 1, 10), date(2020, 1, 5)]


def test_the_first_day_is_in_the_period_and_its_end_is_not() -> None:
    assert THREE.between(EVERY, date(2020, 1, 5), date(2020, 1, 10)).sums.tolist() == [[5, 50]]
    assert THREE.between(EVERY, date(2020, 1, 10), date(2020, 1, 11)).sums.tolist() == [[2, 20]]
    assert THREE.between(EVERY, date(2020, 1, 11), None).kinds.tolist() == []
    assert THREE.between(EVERY, None, date(2020, 1, 1)).kinds.tolist() == []


def test_only_kinds_that_are_asked_for_are_told() -> None:
    assert THREE.between(np.array([1, 2]), None, None).kinds.tolist() == [2]
    assert THREE.between(np.array([], dtype=np.int64), None, None).sums.shape == (0, 2)


@pytest.mark.parametrize("sums", [THREE, tally(0, EVERY[:0], EVERY[:0].astype("datetime64[D]"), [[EVERY[:0]]])])
def test_sums_are_the_same_after_being_kept_as_arrays(sums: Tally) -> None:
    again = of_arrays(sums.arrays)
    for name in ("years", "start", "day", "running"):
        assert np.array_equal(getattr(again, name), getattr(sums, name)), name


def test_no_rows_at_all_hold_nothing() -> None:
    nothing = np.array([], dtype=np.int64)
    empty = tally(0, nothing, nothing.astype("datetime64[D]"), [[nothing]])
    assert empty.between(nothing, date(2020, 1, 1), date(2021, 1, 1)).kinds.tolist() == []


def test_days_before_1970_are_days_too() -> None:
    old = tally(1, np.array([0]), np.array(["1955-06-01"], dtype="datetime64[D]"), [[np.array([7])]])
    assert old.between(np.array([0]), date(1955, 6, 1), date(1955, 6, 2)).sums.tolist() == [[7]]
    assert old.between(np.array([0]), date(1955, 6, 2), None).kinds.tolist() == []


@pytest.mark.parametrize("rows", [[(0, 5, 1), (0, 5, 1)], [(0, 5, 1), (0, 4, 1)], [(1, 5, 1), (0, 6, 1)]])
def test_rows_out_of_order_or_twice_are_refused(rows: list[tuple[int, int, int]]) -> None:
    with pytest.raises(ValueError, match="each once and in order"):
        made(rows, 2)


@given(
    some.sets(some.tuples(some.integers(0, 5), some.integers(0, 40)), min_size=1),
    some.integers(-2, 42),
    some.integers(-2, 42),
)
def test_a_period_holds_what_adding_up_its_rows_gives(rows: set[tuple[int, int]], first: int, end: int) -> None:
    counted = [(kind, day, 1 + kind + day) for kind, day in sorted(rows)]
    held = made(counted, 6).between(np.arange(6), FIRST + timedelta(days=first), FIRST + timedelta(days=end))
    inside = [row for row in counted if first <= row[1] < end]
    expected = {kind: sum(count for each, _, count in inside if each == kind) for kind, _, _ in inside}
    assert dict(zip(held.kinds.tolist(), held.sums[:, 0].tolist(), strict=True)) == expected


@pytest.mark.parametrize("kinds", [[2, 0], [1, 1]])
def test_kinds_that_do_not_ascend_are_refused(kinds: list[int]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        THREE.between(np.array(kinds), None, None)
