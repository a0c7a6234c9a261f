"""The app: page config and the list of pages."""

import streamlit as st

from dashboard.pages import corridor, coverage, explore, hubs, method, time, traces

st.set_page_config(page_title="Contraflow", page_icon="🧭", layout="wide", initial_sidebar_state="auto")
st.navigation(
    [
        st.Page(explore.render, title="Explore", icon=":material/map:", url_path="explore", default=True),
        st.Page(corridor.render, title="Corridor", icon=":material/route:", url_path="corridor"),
        st.Page(hubs.render, title="Borders and hubs", icon=":material/hub:", url_path="hubs"),
        st.Page(time.render, title="Time", icon=":material/schedule:", url_path="time"),
        st.Page(traces.render, title="Traces", icon=":material/timeline:", url_path="traces"),
        st.Page(coverage.render, title="Coverage", icon=":material/fact_check:", url_path="coverage"),
        st.Page(method.render, title="Method", icon=":material/functions:", url_path="method"),
    ]
).run()
