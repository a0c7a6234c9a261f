"""``python -m bench [--only P1,E1] [--scale 1.0] [--store STORE] [--out bench/RESULTS.md]``: the suite.

Each case runs in a process of its own. A peer that is not installed is named and left out; an answer that differs
from a peer's ends the run with the case's name.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench import corridors, exports, maps, nullmodel, releases, results, routes, tables, traces
from bench.cases import CASES, RUNS, Row, Setting, run
from data.errors import ContraflowError

SUBJECTS = (tables, traces, routes, nullmodel, corridors, maps, exports, releases)
ORDER = (  # U1 last: it makes a load that the next case would be blamed for
    *("P0", "P1", "P2", "P3", "P4", "P5", "P6", "T1", "T2", "R1", "R2", "R3", "R4", "R5"),
    *("C1", "C2", "C3", "C4", "E2E", "V1", "V2", "V3", "E1", "E2", "E3", "M1", "M2", "U1"),
)


def asked(words: list[str] | None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios of the product to named peers.")
    parser.add_argument("--only", default="", help="cases, as P1,E1; all, if not given")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies every size")
    parser.add_argument("--runs", type=int, default=RUNS, help="rounds of ours and peers in turn")
    parser.add_argument("--store", type=Path, default=Path("store/sample"), help="the synthetic store")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where made tables are kept")
    parser.add_argument("--out", type=Path, help="a page for the results; they are only printed, if not given")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def ordered(only: str) -> list[str]:
    """Return the ids to run, in ORDER.

    Raises:
        ContraflowError: there is no such case.
    """
    names = [name for name in only.split(",") if name] or list(ORDER)
    unknown = [name for name in names if name not in CASES]
    if unknown:
        raise ContraflowError(f"Case {unknown[0]!r} is unknown; choose from {', '.join(ORDER)}.")
    return sorted(names, key=ORDER.index)


def measured(case_id: str, chosen: argparse.Namespace) -> list[Row]:
    """Return the rows of one case, run in a process of its own.

    Raises:
        ContraflowError: the case failed; says how.
    """
    words = [*("--only", case_id, "--scale", str(chosen.scale), "--runs", str(chosen.runs), "--one")]
    words += ["--store", str(chosen.store), "--folder", str(chosen.folder)]
    done = subprocess.run(  # noqa: S603  # this very module
        [sys.executable, "-m", "bench", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ContraflowError(f"{case_id} failed: {(done.stderr.splitlines() or ['no word'])[-1]}")
    return [Row(*values) for values in json.loads(done.stdout.splitlines()[-1])]


def main(words: list[str] | None = None) -> int:
    """Run the cases; 1 where one fails."""
    chosen = asked(words)
    try:
        names = ordered(chosen.only)
        if chosen.one:
            found = run(names[0], Setting(chosen.store, chosen.folder, chosen.scale, chosen.runs))
            sys.stdout.write(json.dumps(found) + "\n")
            return 0
        return _all(names, chosen)
    except ContraflowError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1


def processor_s() -> float:
    """Return the processor seconds of the cases so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _all(names: list[str], chosen: argparse.Namespace) -> int:
    rows, start = [], time.perf_counter()
    for name in names:
        began, worked = time.perf_counter(), processor_s()
        found = measured(name, chosen)
        rows += found
        for row in found:
            sys.stdout.write(f"{results.line(row)}\n")
        took, used = time.perf_counter() - began, processor_s() - worked
        sys.stdout.write(f"{name}: {took:.0f} s, {used:.0f} s of processor\n")
        sys.stdout.flush()
        if chosen.out:  # after every case, so that a run that is stopped leaves what it found
            chosen.out.write_text(results.page(rows, chosen.scale, time.perf_counter() - start), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
