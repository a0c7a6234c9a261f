"""How each page was made: the queries it names are those it asks, and the tables those a release holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import pytest
import streamlit as st
from duckdb import DuckDBPyConnection

from dashboard import assemble, origins
from dashboard.filters import Filters
from dashboard.stores import Store
from data import contracts
from queries import run
from tests.dashboard.screen import Open, opener

MODULES = {"modus-operandi": "modi"}  # pages whose address is not the name of their module
LINKS: dict[str, tuple[dict[str, str], ...]] = {  # what a reader asks for besides, where a page holds more then
    "explore": ({"corridor": "{corridor}"},),
    "traces": ({"trace": "{trace}"}, {"trace": "no such trace"}),
}
QUERIES = sorted(path.name.removesuffix(".sql") for path in resources.files("queries").joinpath("read").iterdir())


@pytest.fixture
def opened(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens a page on the small sample with a link's parameters."""
    return opener(sample_root, monkeypatch)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the names of all queries asked from now on, with nothing kept from before."""
    names: set[str] = set()
    watched = run._watched

    @contextmanager
    def noted(con: DuckDBPyConnection, name: str) -> Iterator[DuckDBPyConnection]:
        names.add(name)
        with watched(con, name) as cursor:
            yield cursor

    monkeypatch.setattr(run, "_watched", noted)
    st.cache_data.clear()
    st.cache_resource.clear()
    return names


@pytest.mark.parametrize("name", origins.PAGES)
def test_a_page_names_the_queries_it_asks_and_no_other(opened: Open, asked: set[str], store: Store, name: str) -> None:
    known = {
        "corridor": str(assemble.flows(store, Filters())["corridor_id"].iloc[0]),
        "trace": str(run.rows(store.con, "custody_steps")["trace_id"].iloc[0]),
    }
    asked.clear()
    for link in LINKS.get(name, ({},)):
        app = opened(MODULES.get(name, name), **{key: value.format(**known) for key, value in link.items()})
        assert not app.exception
    assert asked == set(origins.figures(name, has_records=True)["query"].dropna())


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_tells_its_rows_and_reads_tables_of_a_release(name: str) -> None:
    assert origins.tables_of(name)
    assert set(origins.tables_of(name)) <= set(contracts.TABLES)


def test_tables_are_those_of_the_release_with_their_rows(store: Store) -> None:
    found = origins.tables(store, "time").set_index("table")
    assert found.loc["legs", "row_count"] == store.con.cursor().sql("select count(*) from legs").fetchall()[0][0]
    assert store.release.files["legs.parquet"]["sha256"].startswith(found.loc["legs", "sha256"])


def test_what_is_bound_is_told_in_words(store: Store) -> None:
    told = origins.values(store, Filters(layers=("firearms",), commodity=("firearms:pistol",), mode=("sea",)))
    assert told.startswith("layers Firearms; commodities firearms:pistol; transport sea; ")
    assert told.endswith("records of a pair of places at least 1; confidence any")


def test_nothing_is_read_before_it_is_opened_and_all_is_there_after(opened: Open) -> None:
    app = opened("time")
    before = len(app.dataframe)
    app.session_state["made_time"] = True
    app.run()
    assert len(app.dataframe) == before + 3
    assert "select" in app.code[0].value
    assert set(app.selectbox(key="query_time").options) == set(origins.figures("time", has_records=True)["query"])
