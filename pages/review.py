"""Review: labels that others contradict, unsure and bad images, and near-duplicates."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

import streamlit as st

from core.service.review_page import (
    ReviewWish,
    describe_review,
    lists_for,
    parse_review_wish,
)
from core.service.reviewing import Reasons, Review, ReviewList, reasons, review
from core.service.view import View
from pages._ui import handle, shell
from pages._ui.mail import Mail
from pages._ui.news import follow_news
from pages._ui.picture_route import picture_address
from pages._ui.review import KEY
from pages._ui.review import review as mount_review

_MAIL = Mail(KEY)
_WISHES = "review_wishes"
_ON_SCREEN = "review_on_screen"

_AHEAD = 4
"""Cases whose reasons are looked for at a time: the one on screen, and those that come next."""


@dataclass
class _OnScreen:
    """A list that a person works through: it stays as it was made, unless nothing is on it."""

    project: str
    which: ReviewList
    named: int
    numbering: str
    news: int
    listed: Review
    list_id: str = field(default_factory=lambda: uuid4().hex)
    reasons: dict[int, Reasons] = field(default_factory=dict)

    def still_fits(self, view: View, which: ReviewList) -> bool:
        """Whether it speaks of the images and classes that there are now."""
        state = view.state
        if not self.listed.cases and self.news != state.news:
            return False
        return (self.project, self.which, self.named, self.numbering) == (
            view.project.project_id,
            which,
            state.class_list.seq,
            state.images.numbering,
        )

    def look_ahead(self, view: View, item: int | None) -> None:
        """Look for the reasons of the case of an image, and of some after it."""
        cases = self.listed.cases
        places = [place for place, case in enumerate(cases) if case.items[0] == item]
        start = places[0] if places else 0
        for case in cases[start : start + _AHEAD]:
            if case.items[0] not in self.reasons:
                self.reasons[case.items[0]] = reasons(view, case)


def _wishes() -> dict[str, ReviewWish]:
    """What is to be shown, by project."""
    wishes: dict[str, ReviewWish] = st.session_state.setdefault(_WISHES, {})
    return wishes


def _on_show() -> None:
    wish, project = parse_review_wish(shell.sent(KEY, "show")), handle.current_project_id()
    if wish is not None and project is not None:
        _wishes()[project] = wish


def _on_screen(view: View, lists: tuple[ReviewList, ...]) -> _OnScreen:
    project = view.project.project_id
    wish = _wishes().get(project, ReviewWish(which=lists[0]))
    if wish.which not in lists:
        wish = ReviewWish(which=lists[0])
    shown: _OnScreen | None = st.session_state.get(_ON_SCREEN)
    if shown is None or wish.is_anew or not shown.still_fits(view, wish.which):
        state = view.state
        named, numbering = state.class_list.seq, state.images.numbering
        listed = review(view, wish.which)
        shown = _OnScreen(project, wish.which, named, numbering, state.news, listed)
        _wishes()[project] = ReviewWish(which=wish.which)
        st.session_state[_ON_SCREEN] = shown
    shown.look_ahead(view, wish.item)
    return shown


with shell.errors_in_words("What is not saved yet is kept in this browser."):
    view = shell.require_view(is_unblinded=True)
    lists = lists_for(view)
    on_screen = _on_screen(view, lists)
    page = describe_review(
        view,
        on_screen.which,
        on_screen.listed,
        on_screen.reasons,
        _MAIL.receipts,
        list_id=on_screen.list_id,
        lists=lists,
        at=picture_address(),
    )
    with st.container(key="reviewing"):
        raw = mount_review(page, _MAIL.on_message, _on_show)
    follow_news(view)
    if _MAIL.take(raw):
        st.rerun()
