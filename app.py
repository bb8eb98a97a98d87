"""Labelspread: page configuration and navigation."""

import streamlit as st

from pages._ui import handle, shell, site

shell.style()
closed = handle.closed_pages()
page = st.navigation(
    [
        st.Page(
            one.file,
            title=one.title,
            default=one is site.HOME,
            # What may not be opened is not offered; its address says why.
            visibility="visible" if one.in_menu and one not in closed else "hidden",
        )
        for one in site.PAGES
    ],
    position="top",
)
st.set_page_config(page_title=f"{page.title} · {site.APP}", page_icon=shell.ICON, layout="wide")
page.run()
