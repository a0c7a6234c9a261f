"""Work on arrays in two threads: NumPy and SciPy's sparse products let go of the interpreter while they run."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

COUNT = 2  # the machine this is measured on has as many cores

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(work: Callable[[A], B], parts: Sequence[A]) -> list[B]:
    """Return what ``work`` gives for each part, in their order; an error of a part is raised as it is."""
    if len(parts) < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(COUNT) as pool:
        return list(pool.map(work, parts))


def halves(count: int, least: int) -> list[slice]:
    """Return COUNT parts of so many rows, or one where they are fewer than ``least``."""
    parts = COUNT if count >= least else 1
    return [slice(count * at // parts, count * (at + 1) // parts) for at in range(parts)]
