"""What the READMEs promise: every number of the method and every module of a room is named in its room's README."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("data", "queries", "geo", "dashboard")
NO_THRESHOLD = {
    "MONTHS_A_YEAR": "the calendar's",
    "EPOCH": "the calendar's",
    "NO_RATES": "six unknown numbers",
    "NONE": "what SciPy writes where a node has no predecessor",
    "ENDS_MIN": "a line has a point",
}


def holds_number(node: ast.expr) -> bool:
    """Return whether a number is written in the expression, text and truth values left out."""
    return any(isinstance(part, ast.Constant) and type(part.value) in (int, float) for part in ast.walk(node))


def constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield name and value of every public constant of a module: `A = 1`, `A: int = 1`, `A, B = 1, 2`."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
        yield from ((name, value) for name in names if name.isupper() and not name.startswith("_"))


def numbers(path: Path) -> list[str]:
    found = constants(ast.parse(path.read_text(encoding="utf-8")))
    return [name for name, value in found if holds_number(value)]


def test_a_number_is_found_however_it_is_written() -> None:
    text = (
        'A = 1\nB: float = -2.5\nC, D = 3, 4\nE = (1.0, 2.0)\nF = {"x": 3}\nG = A * 2\nH = "1"\nI = True\n_J = 1\nk = 1'
    )
    found = [name for name, value in constants(ast.parse(text)) if holds_number(value)]
    assert found == ["A", "B", "C", "D", "E", "F", "G"]


@pytest.mark.parametrize("path", sorted((ROOT / "geo").glob("*.py")), ids=lambda path: path.name)
def test_every_number_of_the_method_is_named_in_its_readme(path: Path) -> None:
    readme = (ROOT / "geo/README.md").read_text(encoding="utf-8")
    unnamed = [name for name in numbers(path) if f"`{name}`" not in readme and name not in NO_THRESHOLD]
    assert unnamed == []


def named(readme: str) -> list[str]:
    """Return the files that the table "What is where" of a README names; some are patterns."""
    table = readme.split("## What is where")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[2])]


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_is_named_in_its_rooms_readme(room: str) -> None:
    names = named((ROOT / room / "README.md").read_text(encoding="utf-8"))
    modules = {path.name for path in (ROOT / room).glob("*.py")} - {"__init__.py"}
    assert sorted(module for module in modules if not any(fnmatch(module, name) for name in names)) == []
    assert [name for name in names if not any((ROOT / room).glob(name))] == []
