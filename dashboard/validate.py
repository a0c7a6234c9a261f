"""`contraflow validate`: every scenario on planted truth, in parallel, and the report of it."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from dashboard.routing import world
from data import store
from data.errors import FilterError
from geo.validation.measured import EFFORTS, Run
from geo.validation.report import Origin, Report, markdown, report
from geo.validation.scenarios import SCENARIOS
from geo.validation.terrain import Case, Terrain, roads

DEFAULT_SEED = 20261121
JSON_NAME, TEXT_NAME = "validation.json", "validation.md"
SHIPPED = Path(__file__).parent.parent / "data" / "reference" / JSON_NAME  # the reduced run that the Method page shows
Progress = Callable[[str, int, int], None]  # scenario just finished, how many are, of how many


def run(
    effort: str = "reduced",
    seed: int = DEFAULT_SEED,
    only: Sequence[str] | None = None,
    progress: Progress = lambda *_: None,
    workers: int | None = None,
) -> Report:
    """Return the report of a validation; effort, seed and scenarios decide every figure, the workers none.

    Args:
        effort: ``tiny``, ``reduced`` or ``full``.
        seed: Of every world and every draw.
        only: Names of scenarios; None runs all.
        progress: Told after each scenario.
        workers: Processes; None takes one per processor, 1 runs in this process.

    Raises:
        FilterError: an unknown effort or scenario.
    """
    names = _chosen(only)
    if effort not in EFFORTS:
        raise FilterError(f"effort '{effort}' is unknown; choose one of {', '.join(EFFORTS)}.")
    runs: dict[str, Run] = {}
    for name, made in _made(names, effort, seed, workers or os.cpu_count() or 1):
        runs[name] = made
        progress(name, len(runs), len(names))
    origin: Origin = {"version": version("contraflow"), "seed": seed, "terrain": terrain().name}
    return report(runs, EFFORTS[effort], origin)


def write(made: Report, folder: Path) -> list[Path]:
    """Write the report as JSON and as Markdown into a folder, and return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {JSON_NAME: json.dumps(made, indent=1, ensure_ascii=False) + "\n", TEXT_NAME: markdown(made)}
    for name, text in texts.items():
        store.write_text(folder / name, text)
    return [folder / name for name in texts]


@cache
def terrain() -> Terrain:
    """Return what worlds are built on: the roads that ship with the project."""
    return roads(world())


def shipped() -> Report:
    """Return the reduced report that comes with the program."""
    made: Report = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return made


def _chosen(only: Sequence[str] | None) -> list[str]:
    known = {name.lower(): name for name in SCENARIOS}
    names = [word.strip().lower() for word in only] if only is not None else list(known)
    unknown = [word for word in names if word not in known]
    if unknown or not names:
        raise FilterError(f"scenario '{', '.join(unknown)}' is unknown; choose from {', '.join(SCENARIOS)}.")
    return [known[word] for word in known if word in names]


def _made(names: list[str], effort: str, seed: int, workers: int) -> Iterator[tuple[str, Run]]:
    """Yield each scenario's run as it is finished; worlds are seeded by scenario, not by worker."""
    if workers == 1:
        for name in names:
            yield name, _one(name, effort, seed)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: dict[Future[Run], str] = {pool.submit(_one, name, effort, seed): name for name in names}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def _one(name: str, effort: str, seed: int) -> Run:
    return SCENARIOS[name].run(Case(EFFORTS[effort], seed, terrain()))
