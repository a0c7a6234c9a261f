"""What a case is and how it is run: equal answers first, ours and peers in turn, ratios, and what may be judged."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data.errors import ContraflowError

RUNS, FEWER_RUNS, LONG_S = 5, 3, 20.0  # fewer runs where one of a peer takes so long
LOAD_MAX, SPREAD_MAX = 2.0, 0.3  # above either nothing is judged
CLOSE = 1e-6  # relative, on sums
SIZE_PARTS = (0.1, 0.3, 1.0)  # of the full size, for exponents


class UnequalError(ContraflowError):
    """Ours and a peer gave different answers, so that no time of theirs means anything."""


@dataclass(frozen=True)
class Setting:
    """Where a run finds its data and how large it is.

    Attributes:
        store: The synthetic store that places, paths and routes come from.
        folder: Where made tables are kept from run to run.
        scale: Multiplies every size.
        runs: Rounds of ours and peers in turn, after one that is not timed.
    """

    store: Path
    folder: Path
    scale: float = 1.0
    runs: int = RUNS

    def size(self, full: int, least: int = 10) -> int:
        """Return a size at this scale."""
        return max(least, round(full * self.scale))

    def sizes(self, full: int, least: int = 10) -> list[int]:
        """Return the sizes an exponent is taken over, ascending; fewer where they fall together."""
        return sorted({self.size(round(full * part), least) for part in SIZE_PARTS})


class Row(NamedTuple):
    """One line of the results.

    Attributes:
        case: Its id.
        what: What was measured, with its size.
        peer: What it is compared with.
        target: What was wanted, as text.
        cpu: Ratio of processor seconds, the peer's to ours; None where no time is taken.
        wall: The same of seconds on the clock; for sizes and counts, their ratio.
        exponent: How time grows with size, ours and the peer's, as text.
        is_met: Whether the target is met; None where there is none.
        spread: Of the peer's own times, relative; None where no time is taken.
        load: Of the machine, before the case.
        note: What a reader must know.
    """

    case: str
    what: str
    peer: str
    target: str
    cpu: float | None = None
    wall: float | None = None
    exponent: str = ""
    is_met: bool | None = None
    spread: float | None = None
    load: float = 0.0
    note: str = ""

    @property
    def is_judged(self) -> bool:
        """Whether the target's verdict counts: sizes and counts always, times on a quiet machine."""
        return self.spread is None or (self.load <= LOAD_MAX and self.spread <= SPREAD_MAX)


@dataclass(frozen=True)
class Case:
    """One case: ``work`` gives its rows."""

    id: str
    title: str
    work: Callable[[Setting], Iterable[Row]]


class Rival(NamedTuple):
    """A peer of one trial.

    Attributes:
        name: Of the peer.
        least: How many times as long as ours it should take; 0 for no target.
        work: Does the job; None where the peer is not installed.
        is_same: Whether our answer and the peer's are equal.
        by: Which ratio the target is about: ``cpu`` or ``wall``.
        part: Of our work that one call of the peer does.
        note: What a reader must know.
    """

    name: str
    least: float
    work: Callable[[], Any] | None
    is_same: Callable[[Any, Any], bool]
    by: str = "cpu"
    part: float = 1.0
    note: str = ""


class Trial(NamedTuple):
    """Ours against peers at one size."""

    size: int
    ours: Callable[[], Any]
    rivals: tuple[Rival, ...]


class Timing(NamedTuple):
    """Seconds of one call."""

    cpu: float
    wall: float


CASES: dict[str, Case] = {}


def case(
    case_id: str, title: str
) -> Callable[[Callable[[Setting], Iterable[Row]]], Callable[[Setting], Iterable[Row]]]:
    """Return a decorator that registers a function as a case."""

    def register(work: Callable[[Setting], Iterable[Row]]) -> Callable[[Setting], Iterable[Row]]:
        CASES[case_id] = Case(case_id, title, work)
        return work

    return register


def run(case_id: str, setting: Setting) -> list[Row]:
    """Return the rows of a case.

    Raises:
        UnequalError: ours and a peer differ; names the case and the peer.
    """
    load = os.getloadavg()[0]  # before the case, which makes a load of its own
    try:
        return [row._replace(case=case_id, load=load) for row in CASES[case_id].work(setting)]
    except UnequalError as different:
        raise UnequalError(f"{case_id}: {different}") from different


def installed(name: str) -> bool:
    """Return whether an optional peer is there."""
    return find_spec(name) is not None


def timed(work: Callable[[], Any]) -> Timing:
    """Return what one call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Timing(time.process_time() - cpu, time.perf_counter() - wall)


def compared(what: str, trial: Trial, runs: int) -> list[Row]:
    """Return one row per peer of a trial.

    Raises:
        UnequalError: a peer's answer is another.
    """
    return [row for row, _ in duels(what, trial, runs)]


def scaled(what: str, trials: Iterator[Trial] | list[Trial], runs: int, most: float | None = None) -> list[Row]:
    """Return one row per peer of the last, largest trial, with exponents over all of them.

    Args:
        what: What is measured; the largest size is put in for ``{size}``.
        trials: By ascending size, the same peers in each.
        runs: Rounds.
        most: The largest exponent that is wanted of ours; None for no target.
    """
    sizes, times, rows = [], [], []
    for trial in trials:
        found = duels(what, trial, runs)
        sizes.append(trial.size)
        times.append({row.peer: pair for row, pair in found if pair})
        rows = [row for row, _ in found]
    return [
        row._replace(
            exponent=_exponents(row.peer, sizes, times),
            is_met=_both(row, sizes, times, most),
            target=_target(row.target, most),
            note=_noted(row, _both(row, sizes, times, most)),
        )
        for row in rows
    ]


def _target(text: str, most: float | None) -> str:
    return text if most is None else f"{text}; exponent ≤ {most:g}" if text else f"exponent ≤ {most:g}"


def _noted(row: Row, is_met: bool | None) -> str:
    told = "the ratio is met, the exponent is not" if row.is_met and not is_met else ""
    return "; ".join(filter(None, [told, row.note]))


def _exponents(peer: str, sizes: list[int], times: list[dict[str, tuple[float, float]]]) -> str:
    if not all(peer in part for part in times):
        return ""
    return grown(sizes, *([part[peer][side] for part in times] for side in (0, 1)))


def _both(row: Row, sizes: list[int], times: list[dict[str, tuple[float, float]]], most: float | None) -> bool | None:
    """Return whether a row's ratio and our exponent are both as wanted."""
    if most is None or len(sizes) < 3 or not all(row.peer in part for part in times):
        return row.is_met
    is_slow_growing = exponent(sizes, [part[row.peer][0] for part in times]) <= most
    return is_slow_growing and row.is_met is not False


def grown(sizes: list[int], *sides: list[float]) -> str:
    """Return the exponents of ours and the peer's as text; nothing for fewer than three sizes."""
    return " / ".join(f"{exponent(sizes, values):.2f}" for values in sides) if len(sizes) > 2 else ""


def exponent(sizes: list[int], values: list[float]) -> float:
    """Return b of values = a * size ** b, by least squares over the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(values, 1e-9)), 1)[0])


def duels(what: str, trial: Trial, runs: int) -> list[tuple[Row, tuple[float, float] | None]]:
    """Return each peer's row, and the medians of our and its processor seconds (None where it is not installed).

    Raises:
        UnequalError: a peer's answer is another.
    """
    there = [rival for rival in trial.rivals if rival.work is not None]
    took = _equal(trial, there)
    rounds = min(runs, FEWER_RUNS) if took > LONG_S else runs
    pairs: dict[str, list[tuple[Timing, Timing]]] = {rival.name: [] for rival in there}
    for _ in range(rounds):
        mine = timed(trial.ours)
        for rival in there:
            assert rival.work is not None  # noqa: S101  # narrowed above
            pairs[rival.name].append((mine, timed(rival.work)))
    size = what.format(size=f"{trial.size:,}")
    return [_row(size, rival, pairs.get(rival.name), rounds if rounds < runs else 0) for rival in trial.rivals]


def _equal(trial: Trial, rivals: list[Rival]) -> float:
    """Return the longest time of a peer, once all answers were found equal."""
    mine, longest = trial.ours(), 0.0
    for rival in rivals:
        assert rival.work is not None  # noqa: S101  # the caller left the others out
        start = time.perf_counter()
        theirs = rival.work()
        longest = max(longest, time.perf_counter() - start)
        if not rival.is_same(mine, theirs):
            raise UnequalError(f"{rival.name}: its answer differs from ours at size {trial.size}; nothing is timed.")
    return longest


def _row(
    what: str, rival: Rival, pairs: list[tuple[Timing, Timing]] | None, fewer: int
) -> tuple[Row, tuple[float, float] | None]:
    wanted = f"≥ {rival.least:.3g} × ({rival.by})" if rival.least else ""
    if pairs is None:
        return Row("", what, rival.name, wanted, note="peer not installed"), None
    cpu, wall = (
        statistics.median(theirs[side] / rival.part / max(ours[side], 1e-9) for ours, theirs in pairs)
        for side in (0, 1)
    )
    mine, peers = ([pair[side].cpu for pair in pairs] for side in (0, 1))
    spread = (max(peers) - min(peers)) / max(statistics.median(peers), 1e-9)
    is_met = (wall if rival.by == "wall" else cpu) >= rival.least if rival.least else None
    notes = [rival.note, f"{fewer} runs: one takes the peer over {LONG_S:g} s" if fewer else ""]
    row = Row("", what, rival.name, wanted, cpu, wall, "", is_met, spread, note="; ".join(filter(None, notes)))
    return row, (statistics.median(mine), statistics.median(peers) / rival.part)


def limit(what: str, peer: str, measured: float, most: float, note: str = "") -> Row:
    """Return a row about a size or a count: met where ``measured`` is at most ``most``; its ratio is the second."""
    return Row("", what, peer, f"≤ {most:,.10g}", None, measured, is_met=bool(measured <= most), note=note)


def close(ours: object, theirs: object) -> bool:
    """Return whether two numbers or arrays are equal to CLOSE, unknown ones in the same places."""
    one, other = (np.asarray(values, dtype=np.float64) for values in (ours, theirs))
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=CLOSE, atol=1e-9, equal_nan=True))
