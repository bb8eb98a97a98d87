"""Label: show the most uncertain items, take answers, show what the model learned from them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import streamlit as st

from core.errors import LabelspreadError, OutdatedViewError
from core.figures.base import CONFIG
from core.figures.confusion import confusion_data, draw_confusion
from core.figures.learning_curve import LearningCurve, draw_learning_curve, learning_curve_data
from core.learning.metrics import Report
from core.service.conversation import Receipt, describe, respond
from core.service.protocol import message_id
from core.service.view import NOT_SOLVED, View
from core.session.events import Served
from core.wording import counted, ordinal, percent
from pages._ui import handle, shell
from pages._ui.answers import show_answers
from pages._ui.class_form import add_class
from pages._ui.data_changes import say_changes
from pages._ui.desk import current_desk
from pages._ui.key_figures import (
    figure_title,
    key_figures,
    labels_given,
    right_of_all,
    seconds_a_label,
    to_come,
)
from pages._ui.labeler import KEY, labeler
from pages._ui.picture_route import picture_address
from pages._ui.replays import published_curve

_RECEIPTS = "label_receipts"
_KEPT_RECEIPTS = 20
_SHOWN = "label_shown"
_ANSWERS = "label_answers"
# Seconds from a new batch to the charts. Drawing them keeps a browser busy for longer than that,
# and what is to be labelled next has to be on screen before.
_HEAD_START = 0.08


def _receipts() -> tuple[Receipt, ...]:
    receipts: tuple[Receipt, ...] = st.session_state.get(_RECEIPTS, ())
    return receipts


def _take(raw: Any, *, retry: bool = False) -> bool:  # noqa: ANN401 - whatever a browser sent
    """Deal with a message; True if it was new. The store comes first, then one assignment.

    One that could not be stored is tried again only when the browser has sent it again
    (`retry`), not when the same run looks at it twice.
    """
    sender = message_id(raw)
    known = {r.message_id for r in _receipts() if not (retry and r.outcome == "failed")}
    if raw is None or sender in known:
        return False
    receipt = respond(handle.service(), raw, desk=current_desk())
    others = [kept for kept in _receipts() if kept.message_id != sender]
    st.session_state[_RECEIPTS] = (*others, receipt)[-_KEPT_RECEIPTS:]
    return True


def _on_message() -> None:
    # If the database cannot even be opened, the page says so, and the browser sends again.
    with suppress(LabelspreadError):
        _take(shell.sent(KEY, "message"), retry=True)


def _open_answers() -> None:
    st.session_state[_ANSWERS] = True


def _close_answers() -> None:
    st.session_state[_ANSWERS] = False


def _let_the_batch_go_first(batch: Served | None) -> None:
    shown = batch.batch_id if batch else None
    if st.session_state.get(_SHOWN, shown) != shown:
        time.sleep(_HEAD_START)
    st.session_state[_SHOWN] = shown


def _figures(view: View) -> None:
    say_changes(view)
    if not view.is_solved:
        st.caption(NOT_SOLVED)
    report = view.report_all
    if report is None:
        key_figures([labels_given(view), seconds_a_label(view)])
        add_class(view)
        return
    key_figures([right_of_all(view, report), labels_given(view), seconds_a_label(view)])
    figure_title("Confusion matrix", "rows true, columns predicted")
    with st.container(key="matrix"):
        _matrix(view, report)
    published = published_curve(view.project.config.replays)
    step = view.selection.step
    note = f"every {ordinal(step)} round" if view.selection.is_thinned else ""
    figure_title("Accuracy by number of labels", "dotted: the published run" if published else note)
    with st.container(key="growth"):
        _curve(view, published)


def _matrix(view: View, report: Report) -> None:
    if not view.labels:
        to_come(
            "After the first labels, this shows which classes the model confuses: "
            "a row for each true class, a column for each predicted one."
        )
        return
    st.plotly_chart(
        draw_confusion(
            confusion_data(report, view.dataset.class_names), shell.palette(), compact=True
        ),
        key="confusion",
        # As high as the screen allows, which the style says.
        height="stretch",
        theme=None,
        config=CONFIG,
        alt=f"Confusion matrix: {percent(report.accuracy)} of {counted(report.n_items, 'image')} "
        "are predicted correctly.",
    )


def _curve(view: View, published: LearningCurve | None) -> None:
    if not view.labels and not published:
        to_come("And here the accuracy after each round.")
        return
    data = learning_curve_data(view.rounds)
    st.plotly_chart(
        draw_learning_curve(data, shell.palette(), compact=True, published=published),
        key="curve",
        theme=None,
        config=CONFIG,
        alt=f"Learning curve over {counted(len(data.rounds), 'round')}.",
    )


with shell.errors_in_words("Answers that are not saved yet are kept in this browser."):
    view = shell.require_view()
    try:
        batch = handle.service().serve(view, desk=current_desk())
    except OutdatedViewError:
        # The file was replaced a moment ago.
        st.rerun()
    work, learned = shell.side_by_side("label", [1.9, 1], "large")
    with work, st.container(key="task"):
        shown = describe(view, batch, _receipts(), at=picture_address())
        raw = labeler(shown, _on_message, _open_answers)
    if _take(raw):
        st.rerun()
    _let_the_batch_go_first(batch)
    with learned, st.container(key="learned"):
        _figures(view)
    if st.session_state.get(_ANSWERS):
        show_answers(view, _close_answers)
