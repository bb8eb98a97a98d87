"""Grid: many images of one predicted class at once, to be checked by a person."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from uuid import uuid4

import streamlit as st

from core.service.grid import NOT_REACHED, Grid, GridWish
from core.service.grid_page import describe_grid, parse_wish
from core.service.view import View
from core.session.ledger import Placed
from core.session.state import State
from pages._ui import handle, shell
from pages._ui.desk import current_desk
from pages._ui.grid import KEY, grid
from pages._ui.grid_wishes import wish, wish_of
from pages._ui.identity import current_person
from pages._ui.mail import Mail
from pages._ui.news import follow_news
from pages._ui.picture_route import picture_address

_MAIL = Mail(KEY)
_ON_SCREEN = "grid_on_screen"


class _OnScreen(NamedTuple):
    """A grid that is not answered yet, what was asked for, and what its answers are called."""

    project: str
    named: int
    wish: GridWish
    grid: Grid
    batch_id: str
    before: Placed | None
    """An answer of the grid before it: once that is taken back, those images are seen again."""

    def still_fits(self, view: View, wish: GridWish) -> bool:
        """Whether it can stay: what a person looks at does not change under their eyes."""
        state = view.state
        return (
            bool(self.grid.items)
            and (self.project, self.wish) == (view.project.project_id, wish)
            and self.named == state.class_list.seq
            and self.grid.numbering == state.images.numbering
            and self.batch_id not in state.batches
            and (self.before is None or _stands(self.before, state))
            and (bool(self.grid.answers) or not self._is_settled(state))
            and all(placed == state.answer_to(placed.answer.item) for placed in self.grid.answers)
        )

    def _is_settled(self, state: State) -> bool:
        return all(item in state.settled for item in self.grid.items)


def _stands(placed: Placed, state: State) -> bool:
    return state.ledger.find(placed.batch_id, placed.answer.item) is not None


def _last_in_a_grid(state: State) -> Placed | None:
    last = state.last_of(current_person().person_id)
    return last if last is not None and "grid" in state.batches[last.batch_id].reasons else None


def _on_show() -> None:
    wished, project = parse_wish(shell.sent(KEY, "show")), handle.current_project_id()
    if wished is None or project is None:
        return
    before = wish_of(project)
    among = None if wished.is_all else before.among
    seen: frozenset[int] = frozenset()
    if wished.seen is not None:
        seen = before.seen.union(_items_of(wished.seen))
    corrects = wished.wish.corrects and among is not None
    wish(project, replace(wished.wish, among=among, corrects=corrects, seen=seen))


def _on_message() -> None:
    """Deal with what was sent; who has corrected a grid has been through all of it."""
    sent, project = shell.sent(KEY, "message"), handle.current_project_id()
    _MAIL.on_message()
    # Of these, what is not marked is left as it is.
    is_correction = isinstance(sent, dict) and (
        sent.get("kind") == "correct_many" or sent.get("name") == NOT_REACHED
    )
    is_done = {receipt.outcome for receipt in _MAIL.receipts[-1:]} == {"done"}
    if not is_correction or not is_done or project is None:
        return
    before = wish_of(project)
    wish(project, replace(before, seen=before.seen.union(_items_of(sent.get("batch_id")))))


def _items_of(batch_id: object) -> tuple[int, ...]:
    """The images on screen, if that is what they are called."""
    shown: _OnScreen | None = st.session_state.get(_ON_SCREEN)
    return shown.grid.items if shown is not None and shown.batch_id == batch_id else ()


def _on_screen(view: View) -> _OnScreen:
    project = view.project.project_id
    wanted = wish_of(project)
    shown: _OnScreen | None = st.session_state.get(_ON_SCREEN)
    if shown is None or not shown.still_fits(view, wanted):
        service = handle.service()
        found = service.grid(view, wanted, desk=current_desk())
        # The next grid is of the same class, while there are images of it.
        wanted = replace(wanted, name=found.name)
        wish(project, wanted)
        named = view.state.class_list.seq
        before = _last_in_a_grid(view.state)
        shown = _OnScreen(project, named, wanted, found, uuid4().hex, before)
        st.session_state[_ON_SCREEN] = shown
        service.prepare_grid(view, found)
    return shown


with shell.errors_in_words("What is not saved yet is kept in this browser."):
    view = shell.require_view(is_unblinded=True)
    on_screen = _on_screen(view)
    shown = describe_grid(
        view,
        on_screen.wish,
        on_screen.grid,
        _MAIL.receipts,
        by=current_person().person_id,
        batch_id=on_screen.batch_id,
        at=picture_address(),
        calibration=handle.service().calibration(view),
    )
    with st.container(key="checking"):
        raw = grid(shown, _on_message, _on_show)
    follow_news(view)
    if _MAIL.take(raw):
        st.rerun()
