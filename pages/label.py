"""Label: show the most uncertain items, take answers, show what the model learned from them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import streamlit as st

from core.errors import LabelspreadError
from core.figures.base import CONFIG
from core.figures.confusion import confusion_data, draw_confusion
from core.figures.learning_curve import draw_learning_curve, learning_curve_data
from core.service.conversation import Receipt, describe, respond
from core.service.protocol import message_id
from core.service.view import View
from core.session.events import Served
from pages._ui import handle, shell
from pages._ui.key_figures import (
    figure_title,
    key_figures,
    labels_given,
    right_of_all,
    seconds_a_label,
)
from pages._ui.labeler import KEY, labeler
from pages._ui.replays import published_curve

_RECEIPTS = "label_receipts"
_KEPT_RECEIPTS = 20
_SHOWN = "label_shown"
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
    receipt = respond(handle.service(), raw)
    others = [kept for kept in _receipts() if kept.message_id != sender]
    st.session_state[_RECEIPTS] = (*others, receipt)[-_KEPT_RECEIPTS:]
    return True


def _on_message() -> None:
    # If the database cannot even be opened, the page says so, and the browser sends again.
    with suppress(LabelspreadError):
        _take(st.session_state[KEY].get("message"), retry=True)


def _let_the_batch_go_first(batch: Served | None) -> None:
    shown = batch.batch_id if batch else None
    if st.session_state.get(_SHOWN, shown) != shown:
        time.sleep(_HEAD_START)
    st.session_state[_SHOWN] = shown


def _figures(view: View) -> None:
    report, colours = view.report_all, shell.palette()
    if report is None:
        key_figures([labels_given(view), seconds_a_label(view)])
    else:
        key_figures([right_of_all(view, report), labels_given(view), seconds_a_label(view)])
        figure_title("Confusion matrix", "rows true, columns predicted")
        matrix = confusion_data(report, view.dataset.class_names)
        figure = draw_confusion(matrix, colours, compact=True)
        st.plotly_chart(figure, config=CONFIG, theme=None, key="confusion")
        published = published_curve(view.project.config.replays)
        figure_title("Right, by labels given", "dotted: the published run" if published else "")
        curve = learning_curve_data(view.rounds)
        figure = draw_learning_curve(curve, colours, compact=True, published=published)
        st.plotly_chart(figure, config=CONFIG, theme=None, key="curve")


with shell.errors_in_words("Answers that are not saved yet are kept in this browser."):
    view = shell.require_view()
    batch = handle.service().batch(view.project.project_id)
    work, learned = st.columns([1.9, 1], gap="large")
    with work:
        raw = labeler(describe(view, batch, _receipts()), _on_message)
    if _take(raw):
        st.rerun()
    _let_the_batch_go_first(batch)
    with learned, st.container(key="learned"):
        _figures(view)
