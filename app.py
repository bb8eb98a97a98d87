"""Labelspread: page configuration and navigation."""

import streamlit as st

from pages._ui import shell, site

shell.style()
page = st.navigation(
    [
        st.Page(
            one.file,
            title=one.title,
            default=one is site.HOME,
            visibility="visible" if one.in_menu else "hidden",
        )
        for one in site.PAGES
    ],
    position="top",
)
st.set_page_config(page_title=f"{page.title} · {site.APP}", page_icon=shell.ICON, layout="wide")
page.run()
