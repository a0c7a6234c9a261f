"""Every case of the suite runs and gives answers equal to its peers'; how fast is not asked here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as suite
from bench import cases, results
from bench.cases import CASES, Case, Rival, Row, Setting, Trial
from data.errors import ContraflowError

TINY = 0.0005


@pytest.fixture(scope="module")
def setting(sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """Return the tiny scale, one round."""
    return Setting(sample_root, tmp_path_factory.mktemp("bench"), TINY, 1)


@pytest.fixture
def made_up() -> Iterator[str]:
    """Return the name of a case that a test registers, forgotten afterwards."""
    yield "X1"
    CASES.pop("X1", None)


def trial(theirs: int) -> Trial:
    return Trial(1, lambda: 1, (Rival("the peer", 2, lambda: theirs, lambda a, b: bool(a == b)),))


def test_every_case_of_the_list_is_there() -> None:
    assert sorted(CASES) == sorted(suite.ORDER)


@pytest.mark.parametrize("name", suite.ORDER)
def test_a_case_gives_answers_equal_to_its_peers(name: str, setting: Setting) -> None:
    rows = cases.run(name, setting)
    assert rows
    for row in rows:
        assert row.case == name
        is_absent = row.note.startswith(("peer not installed", "not measured"))
        assert (row.wall is None) == is_absent
        assert row.wall is None or row.wall > 0


def test_another_answer_stops_the_case_and_names_it(made_up: str, setting: Setting) -> None:
    CASES[made_up] = Case(made_up, "ones", lambda given: cases.compared("ones", trial(2), given.runs))
    with pytest.raises(cases.UnequalError, match="X1: the peer: its answer differs"):
        cases.run(made_up, setting)


def test_an_equal_answer_is_timed(made_up: str, setting: Setting) -> None:
    CASES[made_up] = Case(made_up, "ones", lambda given: cases.compared("ones", trial(1), given.runs))
    [row] = cases.run(made_up, setting)
    assert row.cpu is not None


def test_a_missing_peer_is_told_and_fails_nothing() -> None:
    [row] = cases.compared("ones", Trial(1, lambda: 1, (Rival("the peer", 2, None, lambda a, b: True),)), 1)
    assert (row.cpu, row.wall, row.is_met, row.note) == (None, None, None, "peer not installed")


def test_a_busy_machine_or_an_unsteady_peer_is_not_judged() -> None:
    quiet = Row("X1", "ones", "the peer", "≥ 2 ×", 3.0, 3.0, is_met=True, spread=0.3, load=2.0)
    assert results.verdict(quiet) == "yes: met"
    assert not quiet._replace(load=2.1).is_judged
    assert not quiet._replace(spread=0.31).is_judged
    assert quiet._replace(spread=None, load=9.0).is_judged  # a count of bytes is the same at any load


def test_the_exponent_of_squares_is_two() -> None:
    assert cases.exponent([10, 30, 100], [100.0, 900.0, 10_000.0]) == pytest.approx(2.0)
    assert cases.grown([10, 100], [1.0, 2.0]) == ""  # two sizes give no exponent


def test_counts_above_a_limit_miss_it() -> None:
    assert [cases.limit("bytes", "most", value, 10.0).is_met for value in (10.0, 10.1)] == [True, False]


def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(ContraflowError, match="Case 'Z9' is unknown; choose from P0"):
        suite.ordered("P1,Z9")


def test_the_case_that_makes_a_load_comes_last() -> None:
    assert suite.ordered("U1,P1") == ["P1", "U1"]


def test_a_case_runs_in_a_process_of_its_own(setting: Setting) -> None:
    words = ["--only", "C4", "--one", "--scale", "0.01", "--runs", "1", "--store", str(setting.store)]
    command = [sys.executable, "-m", "bench", *words, "--folder", str(setting.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert Row(*json.loads(done.stdout.splitlines()[-1])[0]).case == "C4"


def test_the_page_lists_misses_with_a_reason() -> None:
    missed = Row("V3", "flows", "300 kB", "≤ 300,000", None, 2.0, is_met=False)
    text = results.page([missed], 1.0, 60.0)
    assert "| V3 | flows of a map, the largest first; flows | 300 kB |" in text
    assert f"- V3 (flows against 300 kB): {results.REASONS['V3']}." in text
