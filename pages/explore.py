"""Explore: all items of a project on a map, and from there to the grid."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core.errors import LabelspreadError
from core.figures.map_page import describe_map
from core.service.exploring import chosen_of
from pages._ui import handle, shell
from pages._ui.explore import KEY, explore
from pages._ui.grid_wishes import show_in_grid
from pages._ui.map_route import map_root


def _on_act() -> None:
    act, project = shell.sent(KEY, "act"), handle.current_project_id()
    if project is None:
        return
    # If the project cannot be looked at, the page says so.
    with suppress(LabelspreadError):
        service = handle.service()
        if act == "improve":
            service.layout_work(service.view(project), anew=True)
        elif act == "stop":
            service.stop_layout(service.view(project))


with shell.errors_in_words():
    view = shell.require_view(is_unblinded=True)
    project = view.project.project_id
    shown = describe_map(handle.service(), view, map_root(project))
    with st.container(key="exploring"):
        raw = explore(shown, _on_act)
    if raw is not None:
        show_in_grid(project, chosen_of(view, raw))
