"""One locked DuckDB connection over Parquet files: views by name, no other file, no network, no settings changed."""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from data.errors import QueryError
from queries.coding import coded

LOCKS = (
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set allow_community_extensions = false",
    "set python_enable_replacements = false",
    "set enable_external_access = false",
    "set lock_configuration = true",
)
MEMORY = "2500MB"  # of the workshop; what exceeds it is spilled
READING_MEMORY = "4GB"  # of a connection that answers readers; nothing of it is spilled
MACROS = ("chosen_incidents", "is_asked", "chosen_legs")  # in order: the last reads the one before


def connect(views: Mapping[str, Sequence[Path]], folder: Path, has_macros: bool = False) -> DuckDBPyConnection:
    """Return a connection that sees the given Parquet files as views and may read nothing outside ``folder``.

    Args:
        views: View name to its files; several files are read as one, matched by column name, and carry ``filename``.
        folder: The only directory that may be read.
        has_macros: Also define the filters of queries/macros, which read legs, incidents and places.

    Raises:
        QueryError: a file cannot be read.
    """
    con = duckdb.connect(config={"memory_limit": READING_MEMORY, "temp_directory": ""})
    return _locked(con, views, folder, MACROS if has_macros else ())


def workshop(views: Mapping[str, Sequence[Path]], folder: Path, spill: Path) -> DuckDBPyConnection:
    """Return a connection like that of ``connect`` for tables larger than the memory it may use.

    Args:
        views: View name to its files.
        folder: The only directory that may be read and written.
        spill: A directory inside ``folder`` for what exceeds the memory.

    Raises:
        QueryError: a file cannot be read.
    """
    con = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(spill)})
    return _locked(con, views, folder, is_coded=True)


def _locked(
    con: DuckDBPyConnection,
    views: Mapping[str, Sequence[Path]],
    folder: Path,
    macros: Sequence[str] = (),
    is_coded: bool = False,
) -> DuckDBPyConnection:
    try:
        for name, files in views.items():
            paths = [str(path.resolve()) for path in files]
            rows = con.read_parquet(paths, union_by_name=True, filename=name.startswith("all_"))
            (coded(con, rows) if is_coded else rows).create_view(name)
        for macro in macros:
            con.execute(resources.files("queries").joinpath(f"macros/{macro}.sql").read_text(encoding="utf-8"))
        con.execute("set allowed_directories = $folders", {"folders": [str(folder.resolve())]})
        for lock in LOCKS:
            con.execute(lock)
    except duckdb.Error as broken:
        con.close()
        told = str(broken).splitlines()[0]
        cure = "delete the folder of that import and import its file again" if is_coded else f"delete {folder}"
        raise QueryError(
            f"{folder}: a table cannot be read ({told}); {cure}; run contraflow release again."
        ) from broken
    return con
