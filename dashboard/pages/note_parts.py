"""The note of a corridor: shown to all, pinned, changed and removed by analysts."""

from pathlib import Path

import streamlit as st

from dashboard import notes, words
from dashboard.notes import Note
from dashboard.pages import access
from data.errors import KeptError

REFUSED = "note_refused"  # why the last one was not kept, and what was written
HELP = (
    "Kept in the store with the time, without your name; everybody who opens this store sees it. Briefs list it as "
    "your words, unless they are marked TLP:CLEAR. No other export holds it."
)


def shown(root: str, corridor_id: str) -> Note | None:
    """Show the note of a corridor and return it; one without text where there is none, None where it cannot be read."""
    try:
        found = notes.read(Path(root)).get(corridor_id, Note(corridor_id, "", ""))
    except KeptError as damaged:
        st.warning(words.caption(damaged))
        return None
    if found.text:
        said = f"{words.caption(found.text)}  \n:small[Note of {found.written_at[:16]} UTC]"
        st.info(said, icon=":material/push_pin:")
    return found


def pinned(root: str, corridor_id: str) -> None:
    """Show the note of a corridor, and let analysts pin, change or remove it."""
    found = shown(root, corridor_id)
    if found is None or access.is_official():
        return
    why, draft = st.session_state.pop(REFUSED, ("", found.text))
    with st.expander("Change the note" if found.text else "Pin a note to this corridor", expanded=bool(why)):
        if why:
            st.session_state[_key(found)] = draft
            st.warning(words.caption(why))
        _form(root, found)


def _form(root: str, found: Note) -> None:
    st.session_state.setdefault(_key(found), found.text)
    with st.form("note", border=False):
        st.text_area("Note", key=_key(found), max_chars=notes.MOST_SIGNS, help=HELP)
        st.form_submit_button("Keep this note", on_click=_keep, args=(root, found))
    if found.text:
        st.button("Remove the note", on_click=_remove, args=(root, found))


def _key(found: Note) -> str:
    return f"note-{found.corridor_id}-{found.written_at}"


def _keep(root: str, seen: Note) -> None:
    """Keep what was written over the note that was seen; a press told twice finds its form gone, or its words kept."""
    if _key(seen) in st.session_state:
        _pin(root, seen, str(st.session_state[_key(seen)]))


def _remove(root: str, seen: Note) -> None:
    _pin(root, seen, "")


def _pin(root: str, seen: Note, text: str) -> None:
    try:
        notes.pin(Path(root), seen.corridor_id, text, seen.text)
    except KeptError as wrong:
        st.session_state[REFUSED] = (str(wrong), text)
