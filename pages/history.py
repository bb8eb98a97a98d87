"""History: every round, two of them side by side, and a branch of the project from any."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.errors import InvalidDatasetError, InvalidNetworkError
from core.service.history import past_in
from core.service.past import Past
from core.service.view import View
from pages._ui import handle, shell
from pages._ui.news import follow_news
from pages._ui.past_rounds import show_rounds
from pages._ui.two_rounds import show_two

_ROUNDS: Final = "Rounds"
_TWO: Final = "Two side by side"


def _origin(past: Past) -> None:
    if past.origin is None:
        return
    name = shell.plain(past.origin.name)
    st.caption(f":material/fork_right: Branched from “{name}”, after round {past.origin.round:,}.")


def _page(past: Past, view: View | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="head_history"):
        st.title("History", anchor=False, width="stretch")
        shown = _ROUNDS
        if past.rounds and view is not None:
            shown = st.segmented_control(
                "Show",
                [_ROUNDS, _TWO],
                default=_ROUNDS,
                required=True,
                label_visibility="collapsed",
                key="history_shown",
            )
    _origin(past)
    if view is not None and (measuring := view.measuring) is not None and shown == _ROUNDS:
        shell.measuring(measuring)
    if not past.rounds:
        st.info("No round yet: the first answers make the first one.", icon=":material/history:")
        st.page_link("pages/label.py", label="Label the first images", icon=":material/edit:")
    elif shown == _TWO and view is not None:
        show_two(past, view)
    else:
        show_rounds(past, view)


with shell.errors_in_words():
    try:
        view = shell.require_view(is_unblinded=True)
    except (InvalidDatasetError, InvalidNetworkError) as error:
        # The log tells most of it without the images.
        shell.say_error(error, "This is what is known without the images.")
        project_id = handle.current_project_id()
        assert project_id is not None
        _page(handle.service().past(project_id), None)
    else:
        _page(past_in(view), view)
        follow_news(view)
