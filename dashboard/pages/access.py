"""Who reads: what a page says where it is not for this server's readers."""

import streamlit as st

from dashboard import roles, words
from data.errors import RoleError


def is_official() -> bool:
    """Return True where officials read; end with one sentence where it is not known who does."""
    try:
        return roles.is_official()
    except RoleError as wrong:
        st.error(words.caption(wrong))
        st.stop()


def refused() -> bool:
    """Return True, and say why, where a page of single records was opened by a link of officials."""
    if not is_official():
        return False
    st.info(roles.REFUSED)
    return True
