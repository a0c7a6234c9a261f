"""The validation command: what it runs, what it writes, what it refuses."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dashboard import validate
from data.errors import FilterError
from geo.validation.scenarios import SCENARIOS


def test_the_report_holds_the_scenarios_asked_for_and_is_told_of_each() -> None:
    heard: list[tuple[str, int, int]] = []
    made = validate.run("tiny", seed=3, only=["s12", "S4"], progress=lambda *told: heard.append(told), workers=1)
    assert list(made["scenarios"]) == ["S4", "S12"]
    assert heard == [("S4", 1, 2), ("S12", 2, 2)]
    assert {row["scenario"] for row in made["rows"]} == {"S4", "S12"}
    assert (made["seed"], made["settings"]["name"]) == (3, "tiny")


def test_workers_change_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    # AppTest leaves its page behind as __main__, which new processes would run
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    alone, shared = (validate.run("tiny", seed=3, only=["S10", "S12"], workers=workers) for workers in (1, 2))
    assert alone == shared


def test_another_seed_is_another_world() -> None:
    one, two = (validate.run("tiny", seed=seed, only=["S12"], workers=1)["rows"] for seed in (1, 2))
    assert one != two


def test_json_and_markdown_say_the_same(tmp_path: Path) -> None:
    made = validate.run("tiny", seed=3, only=["S4"], workers=1)
    paths = validate.write(made, tmp_path / "new folder")
    assert [path.name for path in paths] == ["validation.json", "validation.md"]
    assert json.loads(paths[0].read_text(encoding="utf-8")) == made
    assert all(row["name"] in paths[1].read_text(encoding="utf-8") for row in made["rows"])


@pytest.mark.parametrize(("only", "says"), [(["S99"], "'s99' is unknown"), ([], "choose from S0")])
def test_an_unknown_scenario_is_refused(only: list[str], says: str) -> None:
    with pytest.raises(FilterError, match=says):
        validate.run("tiny", only=only, workers=1)


def test_an_unknown_effort_is_refused() -> None:
    with pytest.raises(FilterError, match="'huge' is unknown; choose one of tiny, reduced, full"):
        validate.run("huge", workers=1)


def test_the_report_that_is_shipped_covers_every_scenario() -> None:
    made = validate.shipped()
    assert list(made["scenarios"]) == list(SCENARIOS)
    assert made["settings"]["name"] == "reduced"
