"""What every page with data shares: the pinned release, the filter bar, the link, and one sentence when it fails."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeVar

import pandas as pd
import streamlit as st

from dashboard import load, words
from dashboard.filters import Filters
from dashboard.pages import after, bar, made, parts, state
from dashboard.stores import Choices
from data.errors import ContraflowError

HEARTBEAT = "5s"  # without one, a page stays as it was after the server is restarted


class Shown(Protocol):
    """A view of one release: the counts beside the layers' switches, and whether it is made up."""

    @property
    def totals(self) -> pd.DataFrame:
        """Return ``layer, record_count``."""

    @property
    def is_synthetic(self) -> bool:
        """Return True when any source is made up."""


V = TypeVar("V", bound=Shown)


class Page(NamedTuple):
    """What a page works with: folder and release, what the release offers, the reader's choice."""

    pinned: parts.Pinned
    choices: Choices
    chosen: Filters
    slots: "dict[str, st.delta_generator.DeltaGenerator]"

    def link(self, own: Mapping[str, str] | None = None) -> None:
        """Bring the address in step with the choice, and with what else the page wants in it."""
        state.write_link(self.chosen, self.choices, own)

    def told(self, totals: pd.DataFrame, is_synthetic: bool) -> None:
        """Write the counts beside the switches, and say so when the data is made up."""
        bar.counts(self.slots, totals, load.context(*self.pinned))
        if is_synthetic:
            st.warning(words.SYNTHETIC)

    def view(self, doing: str, ask: Callable[[str, str, Filters], V]) -> V:
        """Return what the page shows, once its counts and its origin are told.

        Args:
            doing: What is said meanwhile.
            ask: A function of load.py.
        """
        with st.spinner(doing):
            found = ask(*self.pinned, self.chosen)
        self.told(found.totals, found.is_synthetic)
        return found


def page(body: Callable[[Page], None], name: str, seed: Callable[[Mapping[str, str]], None] | None = None) -> None:
    """Draw the filter bar and the page's body, or one sentence that says why it cannot be drawn.

    Args:
        body: Draws what lies below the bar.
        name: The page's, one of origins.PAGES.
        seed: Takes over what the link holds for this page alone.
    """
    found = _release()
    if found is None:
        return
    pinned, choices = found
    _news(*pinned)
    asked = dict(st.query_params)
    state.seed(choices)
    if seed:
        seed(asked)
    told = st.container()  # whether it says something or not, what follows keeps its place
    slots, is_late = bar.switches(choices), after.is_first(name)
    if not is_late:
        bar.filters(choices)
    with told:
        parts.notices()
        opened = Page(pinned, choices, state.filters(choices), slots)
    try:
        body(opened)
        made.drawer(pinned, name, opened.chosen)
    except ContraflowError as wrong:
        opened.link()
        if is_late:
            after.note()
        st.error(words.caption(wrong))
    if is_late and not after.is_first(name):
        bar.filters(choices)  # there is no map to wait for


def _release() -> tuple[parts.Pinned, Choices] | None:
    """Return folder and release, with what the release offers; or say why there is none."""
    try:
        pinned = (load.folder(), state.release(load.folder()))
        with st.spinner("Opening the release …"):
            return pinned, load.choices(*pinned)
    except ContraflowError as wrong:
        st.error(words.caption(wrong))
        return None


@st.fragment(run_every=HEARTBEAT)
def _news(root: str, pinned: str) -> None:
    """Say when the store has a newer release or a damaged one; also wakes the page after the server was restarted."""
    try:
        latest, warning = load.latest(root)
    except ContraflowError as wrong:
        latest, warning = pinned, str(wrong)
    if warning:
        st.warning(words.caption(warning))
    if latest != pinned:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(words.caption(f"Release {latest} is there. You still see release {pinned}."))
            if st.button("Show the new release"):
                state.renew(root)
                st.rerun()
