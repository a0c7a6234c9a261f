"""The only cached functions: one thin cache per assemble function."""

import os
from pathlib import Path

import streamlit as st

from dashboard import assemble, view
from dashboard.filters import Filters
from dashboard.serving import SAMPLE_STORE, VARIABLE
from data import release as releases
from geo.system import LayersTest


def folder() -> str:
    """Return the store the app reads: the variable CONTRAFLOW_STORE, or the sample's."""
    return os.environ.get(VARIABLE) or str(SAMPLE_STORE)


def release(root: str) -> str:
    """Return the id of the store's current release; not cached, so that a new release is seen.

    Raises:
        StoreError: there is none.
    """
    return releases.current(Path(root)).id


@st.cache_resource(max_entries=2)
def store(root: str, pinned: str) -> assemble.Store:
    """Return a pinned release, open for questions."""
    return assemble.opened(Path(root), pinned)


@st.cache_data(max_entries=2)
def choices(root: str, pinned: str) -> assemble.Choices:
    """Return what a reader may choose from."""
    return assemble.choices(store(root, pinned))


@st.cache_data(max_entries=64)
def explore(root: str, pinned: str, chosen: Filters) -> view.Explore:
    """Return what the Explore page shows."""
    return assemble.explore(store(root, pinned), chosen)


@st.cache_data(max_entries=32, show_spinner=False)
def null_tests(root: str, pinned: str, chosen: Filters) -> dict[str, LayersTest | None]:
    """Return what the null model says of firearms and each other layer."""
    return assemble.null_tests(store(root, pinned), chosen)


@st.cache_data(max_entries=64)
def evidence(root: str, pinned: str, chosen: Filters, corridor_id: str) -> view.Evidence:
    """Return the records behind one corridor."""
    return assemble.evidence(store(root, pinned), chosen, corridor_id)
