"""Negative-binomial counts of many rare events in many worlds, as sparse matrices.

Variance t + t^2 / k at expectation t and size k. Such a count is a Poisson number, k ln(1 + t/k), of clusters of
logarithmic size with parameter t / (k + t): exact, and the work follows the events instead of the cells.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from geo.distance import Array

MANY = 2.0  # clusters a world; cells with more are drawn as one count in every world, which is quicker (2026-11)

Whole = npt.NDArray[np.int64]


class Worlds(NamedTuple):
    """What is expected of some cells in several worlds.

    Attributes:
        highest: (cells,) no world expects more.
        at: Expectation of cells (first array) in worlds (second array of that shape); None where all expect the same.
    """

    highest: Array
    at: Callable[[Whole, Whole], Array] | None = None


def clusters(expected: Array, size: float) -> Array:
    """Return the expected number of clusters, k ln(1 + t/k)."""
    number: Array = size * np.log1p(expected / size)
    return number


def drawn(worlds: Worlds, size: float, count: int, rng: np.random.Generator) -> sp.csr_matrix:
    """Return (cells, count) independent counts; an entry may come in several parts, whose sum it is.

    Args:
        worlds: Expectations, at least 0.
        size: k above 0, the same for all.
        count: Number of worlds, at least 1.
        rng: Decides everything.

    Source: Quenouille 1949, the negative binomial as a Poisson sum of logarithmic variables.
    """
    most = clusters(worlds.highest, size)
    few, many = _few(worlds, size, (most, count), rng), np.flatnonzero(most > MANY)
    return few + _many(worlds, size, (many, count), rng) if len(many) else few


def _few(worlds: Worlds, size: float, tossing: tuple[Array, int], rng: np.random.Generator) -> sp.csr_matrix:
    """Return the counts of cells with few clusters.

    As many clusters are tossed as if every world expected the most; each stays with the share its world has of that.
    """
    most, count = tossing
    tossed = rng.poisson(np.where(most > MANY, 0.0, most * count))
    cell = np.repeat(np.arange(len(tossed)), tossed)
    world = rng.integers(count, size=len(cell))
    if worlds.at is None:
        expected = worlds.highest.take(cell)
    else:
        expected = worlds.at(cell, world)
        toss = rng.random(len(cell), dtype=np.float32) * most.take(cell)
        stays = np.flatnonzero(toss < clusters(expected, size))
        cell, world, expected = cell.take(stays), world.take(stays), expected.take(stays)
    events = rng.logseries(expected / (size + expected))
    return _matrix(cell, world, events, (len(tossed), count))


def _many(worlds: Worlds, size: float, chosen: tuple[Whole, int], rng: np.random.Generator) -> sp.csr_matrix:
    """Return the counts of the chosen cells: Poisson with gamma rates, in every one of so many worlds."""
    cells, count = chosen
    shape = (len(cells), count)
    if worlds.at is None:
        expected = np.broadcast_to(worlds.highest[cells, None], shape)
    else:
        expected = worlds.at(np.broadcast_to(cells[:, None], shape), np.broadcast_to(np.arange(count), shape))
    events = rng.poisson(expected * rng.gamma(size, 1 / size, shape))
    row, world = np.nonzero(events)
    return _matrix(cells[row], world, events[row, world], (len(worlds.highest), count))


def _matrix(cell: Whole, world: Whole, events: Whole, shape: tuple[int, int]) -> sp.csr_matrix:
    """Return the sparse matrix of events whose cells ascend."""
    ends = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=shape[0]))])
    return sp.csr_matrix((events.astype(np.float64), world, ends), shape=shape)
