"""What has changed in the file of the images, and what a person has to say to it."""

from __future__ import annotations

import streamlit as st

from core.errors import LabelspreadError
from core.service.view import View
from core.wording import counted, visible
from pages._ui import handle, shell


def say_changes(view: View) -> None:
    """Say what has changed, and ask about classes that labels name and the file has no more."""
    if view.news:
        st.caption(shell.plain(view.news))
    for number, (name, n_labels) in enumerate(view.state.lost.items()):
        if n_labels:
            with st.container(border=True, key=f"lost_class_{number}"):
                _ask(view, name, n_labels)


def _ask(view: View, name: str, n_labels: int) -> None:
    project = view.project.project_id
    key = f"lost_{project}_{name}"
    verb = "names" if n_labels == 1 else "name"
    to = st.selectbox(
        f"{counted(n_labels, 'label')} {verb} “{shell.plain(name)}”, which is not a class of the "
        "file any more. It is now",
        [*view.class_names, name],
        index=None,
        placeholder="Choose a class",
        format_func=lambda one: f"{visible(one)} (keep it)" if one == name else visible(one),
        key=key,
        help="Until you say so, these labels are kept, and teach the model nothing.",
    )
    if to is not None and st.button("Apply", key=f"apply_{key}", type="primary"):
        try:
            handle.service().map_class(project, name, to)
        except LabelspreadError as error:
            shell.say_error(error)
            return
        st.rerun()
