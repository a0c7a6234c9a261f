"""The app: page config and the list of pages."""

from typing import Literal

import streamlit as st

from dashboard.pages import (
    access,
    briefing,
    corridor,
    coverage,
    explore,
    export,
    hubs,
    method,
    modi,
    own_data,
    regions,
    saved,
    time,
    traces,
)

# Streamlit keeps a hand's breadth free above every page; on a laptop the map takes it. Nothing but the map moves:
# where a processor draws, each frame of a turning sign keeps it from the map.
LOOK = """<style>
*, ::before, ::after { animation: none !important; transition: none !important; }
@media (min-width: 768px) { [data-testid=stMainBlockContainer] { padding-top: 2rem; } }
</style>"""

st.set_page_config(page_title="Contraflow", page_icon="🧭", layout="wide", initial_sidebar_state="auto")
st.html(LOOK)
is_official = access.is_official()
Shown = Literal["visible", "hidden"]
analysts: Shown = "hidden" if is_official else "visible"  # who opens a hidden page by its address is told why
officials: Shown = "visible" if is_official else "hidden"
home, title, icon, path = (
    (briefing.render, "Briefing", ":material/summarize:", "briefing")
    if is_official
    else (explore.render, "Explore", ":material/map:", "explore")
)
pages = [
    st.Page(home, title=title, icon=icon, url_path="", default=True),  # and, as any other, under its own address
    st.Page(explore.render, title="Explore", icon=":material/map:", url_path="explore", visibility=officials),
    st.Page(briefing.render, title="Briefing", icon=":material/summarize:", url_path="briefing", visibility=analysts),
    st.Page(corridor.render, title="Corridor", icon=":material/route:", url_path="corridor"),
    st.Page(hubs.render, title="Borders and hubs", icon=":material/hub:", url_path="hubs"),
    st.Page(time.render, title="Time", icon=":material/schedule:", url_path="time"),
    st.Page(traces.render, title="Traces", icon=":material/timeline:", url_path="traces", visibility=analysts),
    st.Page(regions.render, title="Regions", icon=":material/compare:", url_path="regions"),
    st.Page(modi.render, title="Modus operandi", icon=":material/inventory_2:", url_path="modus-operandi"),
    st.Page(coverage.render, title="Coverage", icon=":material/fact_check:", url_path="coverage"),
    st.Page(own_data.render, title="Own data", icon=":material/upload_file:", url_path="own-data", visibility=analysts),
    st.Page(export.render, title="Export", icon=":material/download:", url_path="export"),
    st.Page(method.render, title="Method", icon=":material/functions:", url_path="method"),
]
here = st.navigation(pages)
saved.above(saved.Pages(pages, path))
here.run()
saved.beside(saved.Pages(pages, path), here)
