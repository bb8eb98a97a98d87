"""Room: a lecture room labels from its phones, and the big screen shows what comes of it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.figures.room_page import RoomPage
from core.service.room_keeping import MOST_ANSWERS
from core.service.view import View
from core.session.room import Room
from pages._ui import handle, shell
from pages._ui.room import room_screen
from pages._ui.room_address import (
    PUBLIC_VARIABLE,
    picture_of,
    public_root,
    room_address,
    shown_address,
)
from pages._ui.room_route import figures_address

_USUAL: Final = 3
_SOURCE: Final = "room_source"


def _open(view: View) -> None:
    """How to open one."""
    st.title("Room", anchor=False)
    st.markdown(
        "Let a lecture room label these images from its phones: people scan a code, say a first "
        "name and answer. The big screen shows how the model learns from them. A room is a project "
        "of its own, without labels at first: nothing of this one changes."
    )
    _reachable()
    with st.form("open_room", border=False):
        overlap = st.number_input(
            "People who answer an image",
            min_value=1,
            max_value=MOST_ANSWERS,
            value=_USUAL,
            width=240,
            help="Each without knowing what others say. Three show where people disagree; with "
            "one, most images are labelled in the same time.",
        )
        if st.form_submit_button("Open a room", type="primary", icon=":material/qr_code_2:"):
            project = handle.service().open_room(
                view.project.project_id, int(overlap), who=handle.current_who()
            )
            st.session_state[_SOURCE] = view.project.project_id
            handle.open_project(project.project_id)
            st.rerun()


def _reachable() -> str:
    """The address by which phones reach the app; what to do is said where there is none."""
    root = public_root()
    if not root:
        st.warning(
            "Phones cannot reach this Labelspread yet. Stop it and start it with "
            "`make run ROOM=1`: then phones in the same network find rooms, and nothing else of "
            f"it. On a server, set `{PUBLIC_VARIABLE}` to the address by which people reach it.",
            icon=":material/wifi_off:",
        )
    return root


def _show(view: View, room: Room) -> None:
    """The big screen, and what becomes of the room."""
    figures = figures_address(view.project.project_id)
    if figures is None:
        st.warning("Rooms need the app’s own server: start it with `make run ROOM=1`.")
        st.stop()
    root = public_root() or f"http://127.0.0.1:{st.get_option('server.port')}"
    room_screen(
        RoomPage(
            project=view.project.project_id,
            title=view.project.name,
            figures=figures,
            code=room.code,
            address=shown_address(root),
            qr=picture_of(room_address(room.code, root)),
        )
    )
    with st.container(horizontal=True, vertical_alignment="center", key="under_room"):
        st.caption(
            "All labels of the room are in this project: review and export them like any others.",
            width="stretch",
        )
        with st.popover("Throw away", icon=":material/delete:"):
            _throw_away(view)
    _reachable()


def _throw_away(view: View) -> None:
    st.markdown(
        f"Phones are told that the room is gone, and its {view.state.n_answers:,} answers leave "
        "all lists. They can be restored on the Projects page."
    )
    if st.button("Throw the room away", type="primary"):
        handle.service().delete_project(view.project.project_id)
        handle.close_project()
        if source := st.session_state.pop(_SOURCE, None):
            handle.open_project(source)
        st.rerun()


with shell.errors_in_words():
    shown = shell.require_view()
    found = handle.service().room(shown.project.project_id)
    if found is None:
        _open(shown)
    else:
        _show(shown, found)
