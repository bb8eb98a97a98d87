"""Label: show the most uncertain items, take answers, show what the model learned from them."""

from __future__ import annotations

import time
from contextlib import suppress

import streamlit as st

from core.errors import LabelspreadError, OutdatedViewError
from core.figures.base import CONFIG
from core.figures.confusion import confusion_data, draw_confusion
from core.figures.confusions import MOST_CLASSES, confusions
from core.figures.learning_curve import LearningCurve, draw_learning_curve, project_curve
from core.learning.metrics import Report
from core.service.auditing import Judged
from core.service.conversation import describe
from core.service.view import NOT_SOLVED, View
from core.session.events import Served
from core.wording import counted, ordinal, percent
from pages._ui import handle, shell
from pages._ui.advice import say_advice
from pages._ui.answers import show_answers
from pages._ui.audit import checked_figure, show_audit
from pages._ui.classes import show_classes
from pages._ui.confused import confusion_list
from pages._ui.data_changes import say_changes
from pages._ui.desk import current_desk, named_desk
from pages._ui.identity import current_person
from pages._ui.key_figures import (
    figure_title,
    key_figures,
    labels_given,
    right_of_all,
    seconds_a_label,
    to_come,
)
from pages._ui.labeler import KEY, labeler
from pages._ui.mail import Mail
from pages._ui.picture_route import picture_address
from pages._ui.replays import published_curve
from pages._ui.stopping import say_whether_to_stop
from pages._ui.talk_route import talk_address
from pages._ui.turns import in_turn

_MAIL = Mail(KEY)
_SHOWN = "label_shown"
_DIALOG = "label_dialog"
_MOST_CONFUSED = 8
# Seconds from a new batch to the charts. Drawing them keeps a browser busy for longer than that,
# and what is to be labelled next has to be on screen before.
_HEAD_START = 0.08


def _open_dialog() -> None:
    # Where it is not known any more which one was asked for, it is the one that is asked for most.
    st.session_state[_DIALOG] = shell.sent(KEY, "ask") or "answers"


def _close_dialog() -> None:
    st.session_state[_DIALOG] = None


def _let_the_batch_go_first(batch: Served | None) -> None:
    shown = batch.batch_id if batch else None
    if st.session_state.get(_SHOWN, shown) != shown:
        time.sleep(_HEAD_START)
    st.session_state[_SHOWN] = shown


@st.fragment(run_every=2)
def _wait_for_others(project_id: str) -> None:
    """Go on once somebody has left an image behind, or all are answered."""
    service, desk = handle.service(), current_desk()
    with suppress(LabelspreadError):
        view = service.look(project_id, is_complete=False)
        if isinstance(view, View) and (
            service.serve(view, desk=desk) is not None or not service.with_others(view, desk=desk)
        ):
            st.rerun()


def _figures(view: View, judged: Judged | None, *, is_waiting: bool) -> None:
    say_changes(view)
    if view.engine.coming is not None:
        shell.still_coming(view, is_waiting=is_waiting)
    if not view.is_solved:
        st.caption(NOT_SOLVED)
    say_advice(view)
    report = view.report_all
    if report is None:
        key_figures([checked_figure(judged), labels_given(view), seconds_a_label(view)])
        say_whether_to_stop(view)
        show_audit(view, judged)
        return
    key_figures([right_of_all(view, report), labels_given(view), seconds_a_label(view)])
    say_whether_to_stop(view)
    if view.dataset.n_classes <= MOST_CLASSES:
        figure_title("Confusion matrix", "rows true, columns predicted")
        with st.container(key="matrix"):
            _matrix(view, report)
    else:
        figure_title("Most frequent confusions")
        with st.container(key="confusions"):
            _confusions(view, report)
    published = published_curve(view.project.config.replays)
    step = view.selection.step
    note = f"every {ordinal(step)} round" if view.selection.is_thinned else ""
    curve = project_curve(view)
    figure_title(
        f"Accuracy by number of {curve.unit}s", "dotted: the published run" if published else note
    )
    with st.container(key="growth"):
        _curve(view, curve, published)


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


def _confusions(view: View, report: Report) -> None:
    if not view.labels:
        to_come("After the first labels, this shows which classes the model confuses most.")
        return
    confusion_list(confusions(report, _MOST_CONFUSED), view.dataset.class_names)


def _curve(view: View, data: LearningCurve, published: LearningCurve | None) -> None:
    if not view.labels and not published:
        to_come("And here the accuracy after each round.")
        return
    st.plotly_chart(
        draw_learning_curve(data, shell.palette(), compact=True, published=published),
        key="curve",
        theme=None,
        config=CONFIG,
        alt=f"Learning curve over {counted(len(data.rounds), 'round')}.",
    )


with shell.errors_in_words("Answers that are not saved yet are kept in this browser."):
    view = shell.require_view(is_complete=False)
    try:
        batch = handle.service().serve(view, desk=current_desk())
        others = 0 if batch else handle.service().with_others(view, desk=current_desk())
    except OutdatedViewError:
        # The file was replaced a moment ago.
        st.rerun()
    work, learned = shell.side_by_side("label", [1.9, 1], "large")
    with work, st.container(key="task"):
        shown = describe(
            view,
            batch,
            _MAIL.receipts,
            current_person().person_id,
            at=picture_address(),
            post=talk_address(view.project.project_id) if named_desk() else None,
            calibration=handle.service().calibration(view),
            others=others,
        )
        raw = labeler(shown, _MAIL.on_message, _open_dialog)
    if _MAIL.take(raw):
        st.rerun()
    if others:
        _wait_for_others(view.project.project_id)
    if shown.post is None:
        _let_the_batch_go_first(batch)
    with learned, st.container(key="learned"), in_turn():
        _figures(view, handle.service().judged(view), is_waiting=batch is None)
    dialog = st.session_state.get(_DIALOG)
    if dialog == "answers":
        show_answers(view, _close_dialog)
    elif dialog == "classes":
        show_classes(view, _close_dialog)
