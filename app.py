"""Labelspread: page configuration and navigation."""

import streamlit as st

from pages._ui import shell

st.set_page_config(page_title="Labelspread", page_icon=shell.ICON, layout="wide")
shell.style()
st.navigation(
    [
        st.Page("pages/label.py", title="Label", default=True),
        st.Page("pages/progress.py", title="Progress"),
        st.Page("pages/compare.py", title="Compare"),
        st.Page("pages/replay.py", title="Replay"),
        st.Page("pages/projects.py", title="Projects"),
    ],
    position="top",
).run()
