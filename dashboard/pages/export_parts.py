"""The parts of the Export page: what will leave, what will not, the file, and the command that writes the same."""

import shlex
from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import load, markings, snapshot, words
from dashboard.filters import Filters
from dashboard.pages import tables
from dashboard.pages.parts import Pinned
from dashboard.snapshot import Request
from dashboard.snapshot_tables import contents

OPTIONS = {
    "since": "--since",
    "until": "--until",
    "region": "--region",
    "commodity": "--commodity",
    "mode": "--mode",
    "modus": "--modus",
    "min_count": "--min-count",
    "confidence": "--confidence",
    "kappa": "--kappa",
    "layers": "--layers",
    "top": "--top",
}


def show(told: load.Preview) -> None:
    """Draw marking, tables, what is left out, and licences."""
    st.markdown(f"**Marking: {words.caption(told.marking)}**. The file {markings.MEANINGS[told.marking]}.")
    rows = pd.DataFrame({"Table": told.row_counts.keys(), "Rows": told.row_counts.values()})
    left, right = st.columns([1, 2])
    left.dataframe(rows, hide_index=True, column_config=tables.whole(rows))
    with right:
        st.markdown("**Left out or withheld**")
        st.markdown("\n".join(f"- {words.caption(line)}" for line in told.left_out or ("Nothing.",)))
    names = {"title": "Source", "publisher": "Publisher", "licence": "Licence", "marking": "Marking"}
    table = told.sources[[*names, "redistributable"]].map(words.safe).rename(columns=names)
    with st.expander(f"Licences of {words.plural(len(table), 'source file')}"):
        st.dataframe(table.rename(columns={"redistributable": "Records may be passed on"}), hide_index=True)


def maker(pinned: Pinned, chosen: Filters, formats: tuple[str, ...], name: str) -> Callable[[], bytes]:
    """Return a function that makes the file of what the pages have judged, with their draws.

    It runs on another thread, so it asks for what is cached and for nothing of the session.
    """
    store = load.store(*pinned)

    def made() -> bytes:
        seen = load.explore(*pinned, chosen)
        judged = load.judged(*pinned, chosen, tuple(seen.omega["layer"].tolist()))
        request = Request(chosen, formats, has_records=store.has_records)
        return snapshot.zipped(store, request, contents(store, seen, judged, store.has_records), name)

    return made


def command(release_id: str, request: Request) -> str:
    """Return the command line that writes the same snapshot."""
    words_of = ["contraflow", "snapshot", "--store", "STORE", "--release", release_id, "--out", "snapshot.zip"]
    for name, value in request.filters.to_url().items():
        words_of += [OPTIONS[name], value]
    if request.formats != snapshot.VECTORS:
        words_of += ["--formats", ",".join(request.formats)]
    return shlex.join(words_of)
