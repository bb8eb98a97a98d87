"""Join: where the link of an invitation leads."""

from __future__ import annotations

from typing import Final

import streamlit as st

from pages._ui import handle, shell

_KEY: Final = "key"

with shell.errors_in_words():
    shell.account_menu()
    project_id, secret = st.query_params.get("project", ""), st.query_params.get(_KEY)
    st.title("Invitation", anchor=False)
    if secret is None:
        st.info("The link is not whole.", icon=":material/link_off:")
        st.page_link("pages/projects.py", label="Go to the projects", icon=":material/folder_open:")
        st.stop()
    project = handle.service().accept_invitation(project_id, secret)
    handle.open_project(project.project_id)
    # Whoever looks over one's shoulder, or into the history, does not read it.
    del st.query_params[_KEY]
    st.switch_page("pages/label.py", query_params={"project": project.project_id})
