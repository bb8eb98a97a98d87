"""A class that is missing is named while labelling."""

from __future__ import annotations

import streamlit as st

from core.errors import LabelspreadError
from core.service.view import View
from pages._ui import handle, shell


def add_class(view: View) -> None:
    """Offer to add a class that images can be labelled with."""
    project = view.project.project_id
    with (
        st.popover("Add a class", icon=":material/add:"),
        st.form(f"add_class_{project}", border=False, clear_on_submit=True),
    ):
        name = st.text_input("Name", max_chars=200, key=f"class_name_{project}")
        if not st.form_submit_button("Add", type="primary"):
            return
        try:
            is_new = handle.service().add_class(project, name)
        except LabelspreadError as error:
            shell.say_error(error)
            return
        if not is_new:
            st.warning(f"There is a class “{shell.plain(name.strip())}” already.")
            return
    st.rerun()
