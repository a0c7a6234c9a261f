"""At the foot of every page with data: its sources and limits, and how each of its figures was made."""

import streamlit as st

from dashboard import load, origins, words
from dashboard.filters import Filters
from dashboard.pages import tables
from dashboard.pages.parts import Pinned
from dashboard.stores import Store
from queries import run

FIGURES = {
    "figure": "Figure",
    "query": "Query",
    "rows": "One row of its answer, or what is held ready",
    "tables": "Files it reads",
    "reckoned": "What is done with it",
}
TABLES = {"table": "File", "row_count": "Rows", "sha256": "SHA-256 begins with"}


@st.fragment
def drawer(pinned: Pinned, name: str, chosen: Filters) -> None:
    """Tell release and marking, and offer the rest; that is not read before it is opened.

    Args:
        pinned: Folder and release.
        name: The page's, one of origins.PAGES.
        chosen: The reader's choice.
    """
    store = load.store(*pinned)
    told = f"{words.COUNTS} {words.INTENDED} Release {pinned[1]}, marked {store.marking}."
    st.caption(words.caption(told))
    folded = st.expander("Sources, limits, and how this page was made", key=f"made_{name}", on_change="rerun")
    if folded.open:
        with folded:
            _body(store, name, chosen)


def _body(store: Store, name: str, chosen: Filters) -> None:
    sources = tables.sources(store.sources)
    st.dataframe(sources, hide_index=True, placeholder=words.DASH, column_config=tables.whole(sources))
    told = "Every figure of this page follows from these queries over the release's files. Present choice"
    st.markdown(words.caption(f"{told}: {origins.values(store, chosen)}."))
    figures = origins.figures(name, store.has_records)
    st.dataframe(figures.rename(columns=FIGURES), hide_index=True, placeholder=words.DASH)
    files = origins.tables(store, name).rename(columns=TABLES)
    st.dataframe(files, hide_index=True, column_config=tables.whole(files))
    query = st.selectbox("Show a query", figures["query"].dropna().unique().tolist(), key=f"query_{name}")
    st.code(run.sql(f"read/{query}"), language="sql")
