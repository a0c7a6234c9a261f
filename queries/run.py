"""The one way to run SQL: a file by its name, values bound, a cursor per call, the answer fetched whole."""

from functools import cache
from importlib import resources

import duckdb
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyConnection

from data.errors import QueryError


@cache
def sql(name: str) -> str:
    """Return the text of a query, by ``build/name`` or ``read/name``."""
    return resources.files("queries").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def rows(con: DuckDBPyConnection, name: str, **params: object) -> pd.DataFrame:
    """Return the rows of ``queries/read/<name>.sql`` as a frame.

    Args:
        con: From connection.connect; may be shared between threads, for every call takes a cursor.
        name: The file's name without ending.
        params: The values of the query's ``$names``; lists for list parameters, None for no limit.

    Raises:
        QueryError: the query fails; says which.
    """
    cursor = con.cursor()
    try:
        return cursor.execute(sql(f"read/{name}"), params).df()
    except duckdb.Error as wrong:
        raise QueryError(f"The query {name} failed: {_first_line(wrong)}") from wrong
    finally:
        cursor.close()


def built(con: DuckDBPyConnection, name: str, **params: object) -> pa.Table:
    """Return the rows of ``queries/build/<name>.sql`` as an Arrow table.

    Raises:
        QueryError: the query fails; says which.
    """
    cursor = con.cursor()
    try:
        return cursor.sql(sql(f"build/{name}"), params=params or None).to_arrow_table()
    except duckdb.Error as wrong:
        raise QueryError(
            f"The table {name} cannot be built: {_first_line(wrong)};"
            " a file under imports/ may be damaged: delete its folder and import it again."
        ) from wrong
    finally:
        cursor.close()


def _first_line(wrong: duckdb.Error) -> str:
    return str(wrong).splitlines()[0]
