"""What every page stands in: its width, its errors, and the menu of projects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from core.errors import LabelspreadError, UnknownProjectError
from core.figures.palette import DARK, LIGHT, Palette
from core.service import View
from pages._ui import handle

ICON = str(Path(__file__).with_name("icon.svg"))
_STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def style() -> None:
    """Set the distances and sizes that Streamlit's theme has no option for."""
    st.html(f"<style>{_STYLE}</style>")


def palette() -> Palette:
    """The colours for figures, for the theme that the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


@contextmanager
def errors_in_words(comfort: str = "") -> Iterator[None]:
    """Show an error of ours as a sentence on the page, and end the page there.

    Parameters
    ----------
    comfort
        What is safe all the same, in a sentence.
    """
    try:
        yield
    except UnknownProjectError as error:
        handle.close_project()
        st.warning(f"{error.problem} {error.remedy}", icon=":material/folder_off:")
        st.page_link("pages/projects.py", label="Go to the projects", icon=":material/folder_open:")
        st.stop()
    except LabelspreadError as error:
        st.error(f"{error.problem} {error.remedy} {comfort}", icon=":material/error:")
        st.button("Try again", icon=":material/refresh:")
        st.stop()


def require_view() -> View:
    """The session's project, or an empty state that says how to make one, and the page's end."""
    view = handle.current_view()
    if view is None:
        st.info("There is no project yet.", icon=":material/folder_open:")
        st.page_link("pages/projects.py", label="Make a project", icon=":material/add:")
        st.stop()
    project_menu(view)
    return view


def project_menu(view: View) -> None:
    """The open project's name at the top right; a click lists the others."""
    projects = handle.service().projects()
    with st.container(key="project_menu"), st.popover(view.project.name, width="content"):
        for project in projects:
            is_open = project.project_id == view.project.project_id
            if st.button(
                project.name,
                key=f"open_{project.project_id}",
                icon=":material/check:" if is_open else ":material/folder:",
                type="tertiary",
                disabled=is_open,
            ):
                handle.open_project(project.project_id)
                st.rerun()
        st.page_link("pages/projects.py", label="All projects", icon=":material/settings:")


def plain(text: str) -> str:
    """Text that a person typed, so that Markdown leaves it as it is."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#+-.!|:$~" else sign for sign in text)
