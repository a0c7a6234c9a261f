"""The officials' page: one headline, a map, a handful of findings and what nobody can see, on one screen."""

import streamlit as st

from dashboard import load, notes, words
from dashboard.brief import Brief
from dashboard.pages import briefing_parts, frame


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "briefing")


def _body(page: frame.Page) -> None:
    page.link()
    told = page.view("Comparing layers and testing them against hubs and distance …", load.brief)
    st.header(words.caption(told.headline), anchor=False)
    st.caption(words.caption(f"{told.title}. {told.as_of}. Marked {told.marking}."))
    for column, figure in zip(st.columns(len(told.figures)), told.figures, strict=True):
        with column.container(gap=None):
            st.markdown(f"#### {words.caption(figure.value)}")
            st.caption(words.caption(figure.label))
    left, right = st.columns([5, 4])
    left.image(load.brief_map(*page.pinned, page.chosen), width="stretch")
    with right:
        _findings(told)
    _around(page, told)
    _notes(told)


def _findings(told: Brief) -> None:
    if told.nothing:
        st.markdown(words.caption(told.nothing))
    for finding in told.findings:
        number = f"{finding.number} · " if finding.number else ""
        st.markdown(f"**{words.caption(number + finding.title)}**  \n{words.caption(finding.short)}")


def _notes(told: Brief) -> None:
    if not told.notes:
        return
    st.markdown(f"**{notes.HEADING}**")
    st.caption("\n".join([f"{words.caption(notes.WHOSE)}\n", *(f"- {words.caption(line)}" for line in told.notes)]))


def _around(page: frame.Page, told: Brief) -> None:
    """Say what changed and what nobody can see, and offer the brief as a file."""
    changed, unseen, files = st.columns([4, 6, 5])
    changed.markdown("**What changed since the last release**")
    changed.caption(briefing_parts.bullets(told.changes))
    unseen.markdown("**What we cannot see**")
    unseen.caption(briefing_parts.bullets(told.unseen))
    with files:
        st.markdown("**Take it with you**")
        briefing_parts.downloads(page, told)
        st.caption(words.caption(words.RELATION_CAVEAT))
