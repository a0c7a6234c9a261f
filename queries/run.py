"""The one way to run SQL: a file by its name, values bound, a cursor per call, the answer fetched whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyConnection

from data import store
from data.errors import QueryError, StoreError
from queries.coding import coded, plain

LIMIT_SECONDS = 60.0  # of one query: ten million rows take a second or two, a crowded machine several times that
TYPES = {  # of the contracts, as DuckDB calls them
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.bool_(): "boolean",
}


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
        QueryError: the query fails, or takes longer than LIMIT_SECONDS; says which.
    """
    with _watched(con, name) as cursor:
        return cursor.execute(sql(f"read/{name}"), params).df()


def table(con: DuckDBPyConnection, name: str, **params: object) -> pa.Table:
    """Return the rows of ``queries/read/<name>.sql`` as an Arrow table: for many rows of texts.

    A frame makes each text anew, which takes longer than finding the rows.

    Raises:
        QueryError: as ``rows``.
    """
    with _watched(con, name) as cursor:
        return cursor.execute(sql(f"read/{name}"), params).to_arrow_table()


def columns(con: DuckDBPyConnection, name: str, **params: object) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of ``queries/read/<name>.sql`` as arrays: for large tables of numbers without gaps.

    A frame copies them together by type, which takes as long as reading them.

    Raises:
        QueryError: as ``rows``.
    """
    with _watched(con, name) as cursor:
        found = cursor.execute(sql(f"read/{name}"), params).to_arrow_table()
    return {column: found[column].to_numpy() for column in found.column_names}


@contextmanager
def _watched(con: DuckDBPyConnection, name: str) -> Iterator[DuckDBPyConnection]:
    """Yield a cursor that is stopped after LIMIT_SECONDS, and tell what goes wrong in one sentence."""
    cursor = con.cursor()
    watchdog = Timer(LIMIT_SECONDS, cursor.interrupt)
    watchdog.start()
    try:
        yield cursor
    except duckdb.InterruptException as late:
        raise QueryError(
            f"The query {name} was stopped after {LIMIT_SECONDS:g} seconds; choose a shorter period or a region."
        ) from late
    except duckdb.Error as wrong:
        raise QueryError(f"The query {name} failed: {_first_line(wrong)}") from wrong
    finally:
        watchdog.cancel()
        cursor.close()


def build(con: DuckDBPyConnection, name: str, **params: object) -> None:
    """Make table ``name`` of the rows of ``queries/build/<name>.sql``, in their order.

    Raises:
        QueryError: the query fails; says which.
    """
    with _told(name):
        con.sql(sql(f"build/{name}"), params=params or None).create(name)


def view(con: DuckDBPyConnection, name: str) -> None:
    """Make ``queries/build/<name>.sql`` a view: what is read once or twice need not be held."""
    with _told(name):
        con.sql(sql(f"build/{name}")).create_view(name)


def keep(con: DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Make table ``name`` of an Arrow table."""
    with _told(name):
        con.from_arrow(table).create(name)


def arrow(con: DuckDBPyConnection, name: str) -> pa.Table:
    """Return a table as it was made, every text as text."""
    with _told(name):
        return plain(con.table(name)).to_arrow_table()


def write(con: DuckDBPyConnection, name: str, schema: pa.Schema, path: Path, **params: object) -> None:
    """Write the rows of ``queries/build/<name>.sql`` to a Parquet file, in their order; the file is table ``name``.

    So what is only written and read is never held whole. ``record`` is the number of a row in the file, unless the
    query has one of its own: then its rows are a table first, which keeps it.

    Args:
        con: The workshop.
        name: The file's name without ending.
        schema: The columns to write.
        path: The file to write.
        params: The values of the query's ``$names``.

    Raises:
        QueryError: a column is missing, a value does not fit its type, or the disk is full.
    """
    columns = [duckdb.ColumnExpression(field.name).cast(TYPES[field.type]).alias(field.name) for field in schema]
    with _told(name):
        rows = con.sql(sql(f"build/{name}"), params=params or None)
        is_numbered = "record" in rows.columns
        if is_numbered:
            rows.create(name)
            rows = con.table(name)
        rows.select(*columns).write_parquet(str(path), compression="lz4_raw", row_group_size=store.ROW_GROUP_ROWS)
        if not is_numbered:
            number = duckdb.ColumnExpression("file_row_number").alias("record")
            written = con.read_parquet(str(path), file_row_number=True).select(*schema.names, number)
            coded(con, written).create_view(name)


def repeat_count(con: DuckDBPyConnection, name: str, key: Sequence[str]) -> int:
    """Return how many rows of a table repeat the key of another."""
    columns = [duckdb.ColumnExpression(column) for column in key]
    with _told(name):
        rows = con.table(name)
        total = len(rows)
        if len(rows.select(duckdb.FunctionExpression("hash", *columns)).distinct()) == total:
            return 0  # equal keys have equal hashes; comparing whole numbers takes a fraction of the time
        return total - len(rows.select(*columns).distinct())


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as full:
        raise StoreError(
            f"The table {name} needs more memory than a release may use ({_first_line(full)}); spread the imports over"
            " several stores."
        ) from full
    except (duckdb.IOException, duckdb.FatalException) as full:
        raise StoreError(
            f"The table {name} cannot be written ({_first_line(full)}); free space or choose another --store."
        ) from full
    except duckdb.Error as wrong:
        raise QueryError(
            f"The table {name} cannot be built: {_first_line(wrong)};"
            " a file under imports/ may be damaged: delete its folder and import it again."
        ) from wrong


def _first_line(wrong: duckdb.Error) -> str:
    return str(wrong).splitlines()[0]
