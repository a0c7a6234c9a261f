"""What a scenario hands back: figures with their bounds and standard errors."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from geo.distance import Array

SENSES = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Effort:
    """How much a run spends; the bounds are the same for all.

    Attributes:
        name: ``tiny``, ``reduced`` or ``full``.
        worlds: Simulated worlds an arm.
        draws: Worlds drawn from the null model in each test.
        places: Places of a world.
    """

    name: str
    worlds: int
    draws: int
    places: int


TINY = Effort("tiny", 2, 19, 16)  # shows that everything runs; its figures mean nothing
REDUCED = Effort("reduced", 24, 199, 40)
FULL = Effort("full", 100, 999, 60)
EFFORTS = {effort.name: effort for effort in (TINY, REDUCED, FULL)}


@dataclass(frozen=True)
class Measured:
    """One figure of one scenario.

    Attributes:
        scenario: ``S0`` to ``S15``, or ``oracle``.
        name: What was measured, in words.
        sense: ``<=`` or ``>=``.
        bound: What the figure is held against; None for a figure that is shown without a bound.
        value: NaN where nothing could be measured.
        standard_error: Of the value over worlds; NaN where it is exact or unknown.
        count: Cases behind the value.
        note: What a reader must know, such as the parts of a pooled figure.
    """

    scenario: str
    name: str
    sense: str
    bound: float | None
    value: float
    standard_error: float = float("nan")
    count: int = 0
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the value keeps the bound, without allowance for chance; None without a bound or a value."""
        if self.bound is None or not np.isfinite(self.value):
            return None
        return bool(SENSES[self.sense](self.value, self.bound))


@dataclass(frozen=True)
class Run:
    """What one scenario gives: its figures, and curves a page may draw (by name, fit for JSON)."""

    rows: list[Measured]
    curves: dict[str, list[dict[str, float]]] = field(default_factory=dict)


def ratio(hits: Sequence[float] | Array, counts: Sequence[float] | Array) -> tuple[float, float, int]:
    """Return sum(hits) / sum(counts) over worlds, its standard error, and the count.

    Worlds, not cases, are independent: the error is that of a ratio of two sums (linearised), NaN below two worlds.
    """
    hit, count = np.asarray(hits, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    total = count.sum()
    if total <= 0:
        return float("nan"), float("nan"), 0
    share = hit.sum() / total
    worlds = len(hit)
    error = np.sqrt(worlds / (worlds - 1) * ((hit - share * count) ** 2).sum()) / total if worlds > 1 else np.nan
    return float(share), float(error), round(total)


def mean(values: Sequence[float] | Array) -> tuple[float, float, int]:
    """Return the mean over worlds, its standard error and the number of worlds, NaN values left out."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return ratio(known, np.ones(len(known)))
