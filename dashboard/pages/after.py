"""What Explore shows only once the browser is done with its map: loading it all at once keeps the map waiting."""

import streamlit as st

DRAWN = "is_map_drawn"  # in the session; until then the map is the page's last element
FILTERED = "has_filters"  # in the session, once the filters were drawn on any page
PATIENCE_MS = 4000  # with a map that is never drawn
# Tells once the map has its canvas, the browser nothing else to do, and two frames were drawn: they wait for programs
# that are being compiled.
SIGNAL = f"""
export default function ({{ setTriggerValue }}) {{
  let isTold = false;
  const tell = () => {{ if (!isTold) setTriggerValue('drawn', isTold = true); }};
  const idle = window.requestIdleCallback || (then => setTimeout(then, 200));
  const look = () => {{
    if (!document.querySelector('[data-testid=stDeckGlJsonChart] canvas')) return setTimeout(look, 50);
    idle(() => requestAnimationFrame(() => requestAnimationFrame(() => idle(tell))));
  }};
  look();
  setTimeout(tell, {PATIENCE_MS});
}}
"""


def is_first(page: str) -> bool:
    """Return True where a visit begins, with a map alone. Filters drawn before stay: left out once, they forget."""
    return page == "explore" and not (st.session_state.get(DRAWN) or st.session_state.get(FILTERED))


def is_map_drawn() -> bool:
    """Return True when the rest of the page may follow; before that, have the browser ask for it."""
    if not st.session_state.get(DRAWN):
        st.caption("The rest of the page follows the map …")
        st.components.v2.component("map_drawn", js=SIGNAL)(key="map_drawn", on_drawn_change=note)
    return bool(st.session_state.get(DRAWN))


def note() -> None:
    """Note that nothing needs to wait: the map is drawn, or there is none."""
    st.session_state[DRAWN] = True
