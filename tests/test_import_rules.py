"""Who may import whom: the arrows of the rooms, and which library lives in which room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("data", "queries", "geo", "dashboard")
MAY_IMPORT = {
    "data": {"data"},
    "queries": {"queries", "data"},
    "geo": {"geo", "data"},
    "dashboard": {"dashboard", "data", "queries", "geo"},
    "streamlit_app.py": {"dashboard"},
}
MEETING = ("stores", "assemble", "publish", "custody", "coverage", "timeline", "dossier", "hubs")
MEETING_PLACES = {f"dashboard/{name}.py" for name in MEETING}  # the only files that see queries and geo
LIBRARIES = {
    "duckdb": ("queries/", "dashboard/stores.py", "dashboard/publish.py"),  # dashboard: the handle's type only
    "shapely": ("geo/", "dashboard/", "data/reference/make_geography.py"),
    "geopandas": ("geo/", "dashboard/", "data/reference/make_geography.py"),
    "pyproj": ("geo/",),
    "pydeck": ("dashboard/",),
    "plotly": ("dashboard/",),
    "streamlit": ("streamlit_app.py", "dashboard/load.py", "dashboard/pages/"),
    "pycountry": ("data/reference/make_geography.py",),
    "airportsdata": ("data/reference/make_cities.py",),
}


def source_files() -> list[Path]:
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [*files, ROOT / "streamlit_app.py"]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def broken_arrows(name: str, modules: list[str]) -> list[str]:
    room = name.split("/")[0]
    tops = {module.split(".")[0] for module in modules}
    wrong = [f"{name} imports {top}" for top in sorted(tops & set(ROOMS)) if top not in MAY_IMPORT[room]]
    if {"queries", "geo"} <= tops | {room} and name not in MEETING_PLACES:
        wrong.append(f"{name} brings queries and geo together")
    for library, homes in LIBRARIES.items():
        if library in tops and not name.startswith(homes):
            wrong.append(f"{name} imports {library}")
    return wrong


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_keeps_the_arrows(path: Path) -> None:
    assert broken_arrows(path.relative_to(ROOT).as_posix(), list(imported(path))) == []


def test_wrong_arrows_are_seen() -> None:
    assert broken_arrows("data/store.py", ["geo.paths"]) == ["data/store.py imports geo"]
    assert broken_arrows("geo/paths.py", ["queries.run", "duckdb"]) == [
        "geo/paths.py imports queries",
        "geo/paths.py brings queries and geo together",
        "geo/paths.py imports duckdb",
    ]
    assert broken_arrows("dashboard/words.py", ["streamlit"]) == ["dashboard/words.py imports streamlit"]


def test_duckdb_in_the_dashboard_is_only_a_type() -> None:
    for name in ("dashboard/stores.py", "dashboard/publish.py"):
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        taken = [
            a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "duckdb" for a in n.names
        ]
        assert taken == ["DuckDBPyConnection"]
