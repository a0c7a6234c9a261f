"""Saved views around every page: above it the walk from one to the next, beside it the list."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from dashboard import load, views, words
from dashboard.pages import access, state
from dashboard.views import View
from data import kept
from data.errors import KeptError

REFUSED, NEW_NAME, PICKED, WALKED = "view_refused", "view_name", "view_picked", "view"  # in the session
HELP = "Keeps this page with its filters in the store: whoever opens the store can walk the views in their order."


class Pages(NamedTuple):
    """The app's pages, and the path under which the first one is also found."""

    listed: "Sequence[st.Page]"
    home: str

    def by_path(self) -> "dict[str, st.Page]":
        """Return the page to lead to by path; the first one at the root, where the list of pages shows it."""
        return {page.url_path or self.home: page for page in reversed(self.listed)}


def above(pages: Pages) -> None:
    """Take over the view a link leads to; while views are walked, show which one this is and lead to its neighbours."""
    if views.PARAMETER in st.query_params:
        state.begin_anew()
        st.session_state[WALKED] = st.query_params.pop(views.PARAMETER)
    with st.container():  # whether it says something or not, the page keeps its place
        found, _ = _read()
        names = [view.name for view in found]
        if st.session_state.get(WALKED) in names:
            _bar(pages, found, names.index(st.session_state[WALKED]))


def _bar(pages: Pages, found: Sequence[View], place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="walk"):
        for title, icon, there in (("Previous", "chevron_left", place - 1), ("Next", "chevron_right", place + 1)):
            is_there = 0 <= there < len(found)
            _link(pages, found[there if is_there else place], title, icon=f":material/{icon}:", disabled=not is_there)
        st.markdown(f"**{place + 1} of {len(found)}** · {words.caption(found[place].name)}", width="content")
        st.button("End", key="walk_end", on_click=state.clear, args=({WALKED: None},), help="Stay here, end the walk.")


def beside(pages: Pages, here: "st.Page") -> None:
    """List the views in the side bar; analysts save, rename, move and remove them."""
    found, damage = _read()
    is_official = access.is_official()
    if is_official and not found and not damage:
        return
    refused = st.session_state.pop(REFUSED, "")
    with st.sidebar.expander("Saved views", expanded=bool(refused), icon=":material/slideshow:"):
        if refused or damage:
            st.warning(words.caption(refused or damage))
        if damage:
            return
        if not is_official:
            _form(pages, here)
        with st.container(gap="xxsmall"):
            for place, view in enumerate(found, 1):
                _link(pages, view, f"{place}. {words.caption(view.name)}", help=words.caption(view.name))
        if found and not is_official:
            _menu(found)


def _form(pages: Pages, here: "st.Page") -> None:
    path = here.url_path or pages.home
    with st.form("save_view", border=False):
        st.text_input("Save this view as", key=NEW_NAME, max_chars=views.MOST_SIGNS, help=HELP)
        st.form_submit_button("Save", on_click=_save, args=(path, urlencode(dict(st.query_params))))


def _menu(found: Sequence[View]) -> None:
    """Offer what may be done with a view; each button says what shall be, however often it is told."""
    names, root = [view.name for view in found], Path(load.folder())
    with st.popover("Rename, move or remove", width="stretch"):
        state.default(PICKED, names[0], names)
        name = str(st.selectbox("View", names, key=PICKED, format_func=words.safe))
        st.text_input("Name", name, key=f"view_name_{name}", max_chars=views.MOST_SIGNS)
        with st.container(horizontal=True):
            st.button("Rename", key=f"view_rename_{name}", on_click=_rename, args=(name,))
            order = views.raised(found, names.index(name))
            st.button("Move up", key=f"view_order_{order}", on_click=_change, args=(views.arrange, root, order))
            st.button("Remove", key=f"view_remove_{name}", on_click=_change, args=(views.remove, root, name))


def _save(path: str, query: str) -> None:
    if _done(views.save, Path(load.folder()), View(st.session_state[NEW_NAME], path, query)):
        st.session_state[NEW_NAME] = ""


def _rename(name: str) -> None:
    wanted = st.session_state.get(f"view_name_{name}", name)
    if _done(views.rename, Path(load.folder()), name, wanted) and st.session_state.get(WALKED) == name:
        st.session_state[WALKED] = kept.plain(wanted)


def _change(change: Callable[..., None], *given: object) -> None:
    _done(change, *given)


def _done(change: Callable[..., None], *given: object) -> bool:
    """Return True when a change of the list is kept; else the list says why not."""
    try:
        change(*given)
    except KeptError as wrong:
        st.session_state[REFUSED] = str(wrong)
        return False
    return True


def _read() -> tuple[list[View], str]:
    """Return the views, and a sentence where they cannot be read."""
    try:
        return views.read(Path(load.folder())), ""
    except KeptError as damaged:
        return [], str(damaged)


def _link(pages: Pages, view: View, label: str, **look: Any) -> None:
    """Draw a link to a view, looking as st.page_link takes it."""
    page = pages.by_path().get(view.page)
    if page is None:
        st.caption(label, help="This app has no such page.")
        return
    params = {**dict(parse_qsl(view.query)), views.PARAMETER: view.name}
    st.page_link(page, label=label, query_params=params, **look)
