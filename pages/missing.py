"""What is shown where there is no page: what was asked for, and where one can go."""

from __future__ import annotations

import streamlit as st

from pages._ui import shell, site

st.title("There is no such page", anchor=False)
if asked := st.query_params.get(site.MISSED):
    st.write(f"Nothing is at “{shell.plain(asked[:80])}”. These pages are there:")
else:
    st.write("These pages are there:")
for page in site.PAGES:
    if page.in_menu:
        st.page_link(page.file, label=page.title)
