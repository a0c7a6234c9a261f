"""Texts of few distinct words held as numbers: a fraction as wide to sort, join and keep, the same in every query."""

import duckdb
import pandas as pd
from duckdb import DuckDBPyConnection, DuckDBPyRelation
from duckdb.sqltypes import VARCHAR, DuckDBPyType

WORDS_MAX = 10_000  # distinct words of a column; with more, the list of words costs what it saves
IDS = ("obs_id", "trace_id", "incident_id", "filename")  # as many words as rows, or nearly


def coded(con: DuckDBPyConnection, rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Return rows whose texts are enumerations where they have few words; these sort and compare as their words do."""
    columns = []
    for name, kind in zip(rows.columns, rows.types, strict=True):
        column = duckdb.ColumnExpression(name)
        if kind == VARCHAR and name not in IDS:
            words = {word for (word,) in rows.select(column).distinct().limit(WORDS_MAX + 1).fetchall()} - {None}
            column = column if len(words) > WORDS_MAX else column.cast(_enumeration(con, sorted(words))).alias(name)
        columns.append(column)
    return rows.select(*columns)


def plain(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Return rows whose enumerations are texts again."""
    columns = []
    for name, kind in zip(rows.columns, rows.types, strict=True):
        column = duckdb.ColumnExpression(name)
        columns.append(column.cast(VARCHAR).alias(name) if kind.id == "enum" else column)
    return rows.select(*columns)


def _enumeration(con: DuckDBPyConnection, words: list[str]) -> DuckDBPyType:
    """Return the type of these words, in their order; DuckDB takes them from a frame, so that none becomes SQL."""
    return con.from_df(pd.DataFrame({"word": pd.Series([], dtype=pd.CategoricalDtype(words or [""]))})).types[0]
