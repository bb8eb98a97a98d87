"""Grid: many images of one predicted class at once, to be checked by a person."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from uuid import uuid4

import streamlit as st

from core.service.grid import Grid, GridWish
from core.service.grid_page import describe_grid, parse_wish
from core.service.view import View
from pages._ui import handle, shell
from pages._ui.desk import current_desk
from pages._ui.grid import KEY, grid
from pages._ui.mail import Mail
from pages._ui.picture_route import picture_address

_MAIL = Mail(KEY)
_WISHES = "grid_wishes"
_ON_SCREEN = "grid_on_screen"


class _OnScreen(NamedTuple):
    """A grid that is not answered yet, what was asked for, and what its answers are called."""

    project: str
    named: int
    wish: GridWish
    grid: Grid
    batch_id: str

    def still_fits(self, view: View, wish: GridWish) -> bool:
        """Whether it can stay: what a person looks at does not change under their eyes."""
        state = view.state
        return (
            bool(self.grid.items)
            and (self.project, self.wish) == (view.project.project_id, wish)
            and self.named == state.class_list.seq
            and self.grid.numbering == state.images.numbering
            and self.batch_id not in state.batches
            and not all(item in state.settled for item in self.grid.items)
        )


def _wishes() -> dict[str, GridWish]:
    """What is to be shown, by project."""
    wishes: dict[str, GridWish] = st.session_state.setdefault(_WISHES, {})
    return wishes


def _on_show() -> None:
    wish, project = parse_wish(shell.sent(KEY, "show")), handle.current_project_id()
    if wish is not None and project is not None:
        _wishes()[project] = wish


def _on_screen(view: View) -> _OnScreen:
    project = view.project.project_id
    wish = _wishes().get(project, GridWish())
    shown: _OnScreen | None = st.session_state.get(_ON_SCREEN)
    if shown is None or not shown.still_fits(view, wish):
        service = handle.service()
        found = service.grid(view, wish, desk=current_desk())
        # The next grid is of the same class, while there are images of it.
        wish = _wishes()[project] = replace(wish, name=found.name)
        named = view.state.class_list.seq
        shown = _OnScreen(project, named, wish, found, uuid4().hex)
        st.session_state[_ON_SCREEN] = shown
        service.prepare_grid(view, found)
    return shown


with shell.errors_in_words("What is not saved yet is kept in this browser."):
    view = shell.require_view()
    on_screen = _on_screen(view)
    shown = describe_grid(
        view,
        on_screen.wish,
        on_screen.grid,
        _MAIL.receipts,
        batch_id=on_screen.batch_id,
        at=picture_address(),
    )
    with st.container(key="checking"):
        raw = grid(shown, _MAIL.on_message, _on_show)
    if _MAIL.take(raw):
        st.rerun()
