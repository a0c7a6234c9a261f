"""The app: page config and the list of pages."""

import streamlit as st

from dashboard.pages import explore

st.set_page_config(page_title="Contraflow", page_icon="🧭", layout="wide", initial_sidebar_state="auto")
st.navigation([st.Page(explore.render, title="Explore", url_path="explore", default=True)]).run()
