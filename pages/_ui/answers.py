"""The answers given so far: looked through, corrected and taken back, in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from core.data.pictures import thumbnail_url
from core.errors import LabelspreadError
from core.service.view import View
from core.session.events import Answer, AnswerKind
from core.session.ledger import Placed
from core.wording import counted, visible
from pages._ui import handle, shell

Change = tuple[Placed, Answer | None]
"""An answer, and what it becomes; None where it is taken back."""

_PAGE: Final = 50
_OTHERS: Final = {
    "– skip": AnswerKind.SKIP,
    "– unsure": AnswerKind.UNSURE,
    "– bad image": AnswerKind.BAD,
}
_KINDS: Final = {kind: words for words, kind in _OTHERS.items()}


def show_answers(view: View, on_close: Callable[[], None]) -> None:
    """Open the dialog.

    Parameters
    ----------
    on_close
        Called when the person closes it.
    """
    st.dialog("Answers", width="large", on_dismiss=on_close)(_answers)(view)


def _answers(view: View) -> None:
    with st.container(key="answers"):
        _list(view)


def _list(view: View) -> None:
    project = view.project.project_id
    name = st.selectbox(
        "Show",
        [None, *_named(view)],
        format_func=lambda name: "All answers" if name is None else visible(name),
        key=f"answers_class_{project}",
        help="All answers, or those that name one class. The newest come first.",
    )
    total = handle.service().answers(project, name, 0, 0).total
    if not total:
        st.info("There is no such answer yet.", icon=":material/inbox:")
        return
    shown = f"{project}_{name}"
    offset = _offset(total, key=f"answers_page_{shown}")
    listed = handle.service().answers(project, name, offset, _PAGE).answers
    edited = _table(view, listed, f"answers_{shown}_{offset}_{view.state.seq}")
    changes = changes_of(_named(view), listed, edited)
    save = st.button(
        f"Save {counted(len(changes), 'change')}" if changes else "Save",
        type="primary",
        disabled=not changes,
    )
    if save:
        _save(project, changes)


def _offset(total: int, key: str) -> int:
    """Which of many pages is shown, as the number of answers before it."""
    if total <= _PAGE:
        return 0
    pages = -(-total // _PAGE)
    page: int = st.number_input(
        "Page", 1, pages, 1, key=key, help=f"{total:,} answers, {_PAGE} a page."
    )
    return (page - 1) * _PAGE


def _table(view: View, listed: Sequence[Placed], key: str) -> dict[str, Any]:
    """The answers, in a table that can be edited; what was edited, by row."""
    column = st.column_config
    st.data_editor(
        {
            "Image": [_thumbnail(view, placed.answer.item) for placed in listed],
            "Number": [placed.answer.item for placed in listed],
            "Answer": [_option(placed.answer) for placed in listed],
            "Round": [placed.round for placed in listed],
            "Given": [placed.at for placed in listed],
            "Take back": [False] * len(listed),
        },
        key=key,
        hide_index=True,
        row_height=44,
        height=420,
        disabled=["Image", "Number", "Round", "Given"],
        column_config={
            "Image": column.ImageColumn(
                width="small", help="Blank where the image is not in the file any more."
            ),
            "Number": column.NumberColumn(
                format="%d", help="The image’s number in its data set, from 0."
            ),
            "Answer": column.SelectboxColumn(
                options=[*_named(view), *_OTHERS],
                required=True,
                help="Choose another one to correct it.",
            ),
            "Given": column.DatetimeColumn(format="calendar"),
            "Take back": column.CheckboxColumn(
                help="The image has no answer then, and may be asked about again."
            ),
        },
    )
    edited: dict[str, Any] = st.session_state.get(key, {}).get("edited_rows", {})
    return edited


def _thumbnail(view: View, item: int) -> str | None:
    """The image of an item; None where it is not in the file any more.

    What was answered since the view was taken may be of another numbering.
    """
    if view.state.answer_to(item) is None:
        return None
    palette = shell.palette()
    positions = view.engine.present([item])
    if not positions:
        return None
    image = view.dataset.images[positions[0]]
    return thumbnail_url(image, ink=palette.ink, paper=palette.page)


def _named(view: View) -> tuple[str, ...]:
    """What a label may name: the classes, and those that the file has no more."""
    return (*view.class_names, *view.state.lost)


def _option(answer: Answer) -> str:
    return answer.label if answer.label is not None else _KINDS[answer.kind]


def changes_of(
    class_names: Sequence[str], listed: Sequence[Placed], edited: dict[str, Any]
) -> list[Change]:
    """Which answers become which."""
    changes: list[Change] = []
    for row, values in edited.items():
        placed = listed[int(row)]
        option = values.get("Answer", _option(placed.answer))
        if values.get("Take back"):
            changes.append((placed, None))
        elif option != _option(placed.answer):
            changes.append((placed, _answer(class_names, placed.answer.item, option)))
    return changes


def _answer(class_names: Sequence[str], item: int, option: str) -> Answer:
    # A class that is called like one of the other answers comes first: a label stays a label.
    if option in class_names:
        return Answer(item=item, kind=AnswerKind.LABEL, label=option)
    return Answer(item=item, kind=_OTHERS[option])


def _save(project: str, changes: Sequence[Change]) -> None:
    service = handle.service()
    try:
        for placed, answer in changes:
            if answer is None:
                service.take_back(project, placed.batch_id, placed.answer.item)
            else:
                service.correct(project, placed.batch_id, answer)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.rerun()
