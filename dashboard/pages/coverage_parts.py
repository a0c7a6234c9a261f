"""Parts of the Coverage page: what two sources state, and what was made of it."""

import streamlit as st

from dashboard import duplicates, load, words
from dashboard.pages import frame

PAIRS_SHOWN = 500


def twice(page: frame.Page, layers: tuple[str, ...]) -> None:
    """Say which records are not counted because another source states the same event better.

    Args:
        page: The page; of its filters only the layers count.
        layers: The chosen layers that the release holds.
    """
    st.subheader("Stated by two sources", anchor=False)
    found = load.duplicates(*page.pinned, layers)
    st.write(words.caption(duplicates.sentence(found)))
    if found.counts.empty:
        return
    st.dataframe(duplicates.count_table(found), hide_index=True)
    st.caption("Of the whole release: period and region do not limit this list.")
    if found.rows.empty:
        return
    pairs = words.plural(len(found.rows), "record")
    with st.expander(f"Each of the {pairs}, with file and row" if len(found.rows) > 1 else "File and row"):
        st.dataframe(duplicates.pair_table(found, PAIRS_SHOWN), hide_index=True)
        if len(found.rows) > PAIRS_SHOWN:
            st.caption(f"Showing {PAIRS_SHOWN} of {pairs}. All of them: contraflow duplicates --store DIR --format csv")
