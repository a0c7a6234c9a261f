"""The report of a validation: as JSON for the Method page, as Markdown for people."""

import math
from collections.abc import Mapping
from typing import TypedDict

from geo.validation.measured import Effort, Measured, Run
from geo.validation.scenarios import SCENARIOS

FORMAT = 1


class Row(TypedDict):
    """One figure as JSON has it; null where no bound is stated, or nothing could be measured."""

    scenario: str
    name: str
    sense: str
    bound: float | None
    value: float | None
    standard_error: float | None
    count: int
    passed: bool | None
    note: str


class Report(TypedDict):
    """A validation: nothing in it depends on the machine or the hour."""

    format: int
    version: str
    seed: int
    terrain: str
    settings: dict[str, str | int]
    scenarios: dict[str, str]
    rows: list[Row]
    curves: dict[str, dict[str, list[dict[str, float]]]]


class Origin(TypedDict):
    """What a report was made with."""

    version: str
    seed: int
    terrain: str


def report(runs: Mapping[str, Run], effort: Effort, origin: Origin) -> Report:
    """Return the report of some scenarios, in the register's order whatever order they were run in."""
    names = [name for name in SCENARIOS if name in runs]
    return {
        "format": FORMAT,
        **origin,
        "settings": {"name": effort.name, "worlds": effort.worlds, "draws": effort.draws, "places": effort.places},
        "scenarios": {name: SCENARIOS[name].title for name in names},
        "rows": [_row(row) for name in names for row in runs[name].rows],
        "curves": {name: runs[name].curves for name in names if runs[name].curves},
    }


def markdown(made: Report) -> str:
    """Return the report as a table a person can read, the misses first in words."""
    rows = made["rows"]
    kept, missed = ([row for row in rows if row["passed"] is verdict] for verdict in (True, False))
    on_terrain = [name for name in made["scenarios"] if SCENARIOS[name].is_on_terrain]
    unknown = [row for row in rows if row["bound"] is not None and row["passed"] is None]
    lines = [
        "# Validation against planted truth",
        "",
        f"Version {made['version']}, seed {made['seed']}, {made['settings']['name']} run: "
        f"{made['settings']['worlds']} worlds an arm of {made['settings']['places']} places, "
        f"{made['settings']['draws']} draws from the null model. Synthetic throughout.",
        "",
        f"Messy worlds of {', '.join(on_terrain)} on {made['terrain']}; the others on great circles.",
        "",
        f"{len(kept)} bounds kept, {len(missed)} missed, {len(unknown)} not measured. A bound is kept or missed by the "
        "value itself, without allowance for its standard error.",
    ]
    for name in made["scenarios"]:
        lines += _section(made, name)
    return "\n".join(lines) + "\n"


def _section(made: Report, name: str) -> list[str]:
    """Return a scenario's lines."""
    rows = [row for row in made["rows"] if row["scenario"] == name]
    head = ["| measured | bound | value | standard error | cases | |", "|---|---|---|---|---|---|"]
    notes = [f"- {row['name']}: {row['note']}" for row in rows if row["note"]]
    title = ["", f"## {name}: {made['scenarios'][name]}", ""]
    return [*title, *head, *(_line(row) for row in rows), *(["", *notes] if notes else [])]


def _row(row: Measured) -> Row:
    return {
        "scenario": row.scenario,
        "name": row.name,
        "sense": row.sense,
        "bound": row.bound,
        "value": _known(row.value),
        "standard_error": _known(row.standard_error),
        "count": row.count,
        "passed": row.passed,
        "note": row.note,
    }


def _known(value: float) -> float | None:
    """Return the number to ten digits, so that the last bits of two machines do not differ; None if not finite."""
    return float(f"{value:.10g}") if math.isfinite(value) else None


def _line(row: Row) -> str:
    bound = "shown" if row["bound"] is None else f"{row['sense']} {row['bound']:g}"
    value, error = (_text(number) for number in (row["value"], row["standard_error"]))
    verdict = {True: "kept", False: "**missed**", None: "" if row["bound"] is None else "not measured"}[row["passed"]]
    name = row["name"].replace("|", "\\|")
    return f"| {name} | {bound} | {value} | {error} | {row['count']} | {verdict} |"


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:.3g}"
