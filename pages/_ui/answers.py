"""The answers given so far: looked through, corrected and taken back, in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import streamlit as st

from core.data.pictures import thumbnail_at
from core.errors import IllegalEventError, LabelspreadError
from core.service.view import View
from core.session.events import Answer, AnswerKind
from core.session.ledger import Placed
from core.wording import counted, visible
from pages._ui import handle, shell

Changes = dict[Placed, Answer | None]
"""Answers, and what each becomes; None where it is taken back."""

_PAGE: Final = 50
_OTHERS: Final = {
    "– skipped": AnswerKind.SKIP,
    "– unsure": AnswerKind.UNSURE,
    "– bad image": AnswerKind.BAD,
}
_KINDS: Final = {kind: words for words, kind in _OTHERS.items()}
_PREFIX: Final = "answers_"
_UNSAVED: Final = f"{_PREFIX}unsaved"
_DRAWN: Final = f"{_PREFIX}drawn"
_TABLES: Final = f"{_PREFIX}tables"
_KNOWN: Final = f"{_PREFIX}known"


def show_answers(view: View, on_close: Callable[[], None]) -> None:
    """Open the dialog. Changes that were not saved are there again when it is next opened.

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
    # A class may be called like a kind, which is a string too.
    chosen: tuple[str, str | AnswerKind | None] = st.selectbox(
        "Show",
        [
            ("all", None),
            *(("class", name) for name in _named(view)),
            *(("kind", kind) for kind in _KINDS),
        ],
        format_func=_shown,
        key=f"{_PREFIX}only_{project}",
        help="All answers, those that name one class, or those of another kind. The newest come "
        "first.",
        # The table's own tools stand above its right end.
        width=320,
    )
    only = chosen[1]
    service = handle.service()
    total = service.answers(project, only, 0, 0).total
    if total:
        offset = _offset(total, key=f"{_PREFIX}page_{project}_{chosen!r}")
        listed = service.answers(project, only, offset, _PAGE).answers
        _table(view, listed)
    elif only is not None:
        st.info("There is no such answer yet.", icon=":material/inbox:")
    else:
        st.info(
            "No answer is saved yet. Those of the batch on screen are listed once it is saved.",
            icon=":material/inbox:",
        )
    if total or _unsaved(project):
        _saving(project)


def _shown(chosen: tuple[str, str | AnswerKind | None]) -> str:
    only = chosen[1]
    if only is None:
        return "All answers"
    return _KINDS[only] if isinstance(only, AnswerKind) else visible(only)


def _unsaved(project: str) -> Changes:
    """What was changed and is not saved yet, on whatever page of the list."""
    all_of_them: dict[str, Changes] = st.session_state.setdefault(_UNSAVED, {})
    return all_of_them.setdefault(project, {})


def _rename_unsaved(view: View) -> None:
    """What was changed and not saved yet names classes as they are called by now."""
    project, classes = view.project.project_id, view.state.class_list
    known: dict[str, int] = st.session_state.setdefault(_KNOWN, {})
    since = known.get(project, classes.seq)
    known[project] = classes.seq
    if since == classes.seq:
        return

    def today(answer: Answer) -> Answer:
        return classes.today(classes.as_named(answer, since))

    renamed = {
        placed._replace(answer=today(placed.answer)): answer and today(answer)
        for placed, answer in _unsaved(project).items()
    }
    _unsaved(project).clear()
    _unsaved(project).update(renamed)
    st.session_state.pop(_DRAWN, None)


def _saving(project: str) -> None:
    """Save all changes, or forget them."""
    changes = _unsaved(project)
    with st.container(horizontal=True, gap="small"):
        save = st.button(
            f"Save {counted(len(changes), 'change')}" if changes else "Save",
            type="primary",
            disabled=not changes,
        )
        discard = st.button("Discard", type="tertiary") if changes else False
    if discard:
        changes.clear()
        st.session_state.pop(_DRAWN, None)
        st.rerun(scope="fragment")
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


class _Drawn(NamedTuple):
    """A table as it was drawn: which answers, what had been changed by then, and its key."""

    project: str
    listed: tuple[Placed, ...]
    begun: Changes
    key: str


def _table(view: View, listed: tuple[Placed, ...]) -> None:
    """The answers, in a table that can be edited; notes what was changed.

    The table keeps its own edits, by the numbers of its rows, for as long as it shows the same
    answers. Whenever it shows others, or was closed, it is drawn anew with what was changed before.
    """
    project = view.project.project_id
    _rename_unsaved(view)
    unsaved = _unsaved(project)
    drawn: _Drawn | None = st.session_state.get(_DRAWN)
    edits = st.session_state.get(drawn.key) if drawn is not None else None
    if drawn is not None and edits is not None and drawn.project == project:
        # What was edited was on screen then, whatever is listed by now.
        for placed in drawn.listed:
            unsaved.pop(placed, None)
        unsaved |= changes_of(_named(view), drawn.listed, edits["edited_rows"], drawn.begun)
    if drawn is None or edits is None or (drawn.project, drawn.listed) != (project, listed):
        number = st.session_state[_TABLES] = st.session_state.get(_TABLES, 0) + 1
        drawn = _Drawn(project, listed, dict(unsaved), f"{_PREFIX}table_{number}")
        st.session_state[_DRAWN] = drawn
    begun = drawn.begun
    column = st.column_config
    st.data_editor(
        {
            "Image": [_thumbnail(view, placed.answer.item) for placed in listed],
            "Number": [placed.answer.item for placed in listed],
            "Answer": [_option(begun.get(placed) or placed.answer) for placed in listed],
            "Round": [placed.round for placed in listed],
            "Given": [placed.at for placed in listed],
            "Take back": [_is_taken_back(placed, begun) for placed in listed],
        },
        key=drawn.key,
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
            "Given": column.DatetimeColumn(format="DD MMM YYYY, HH:mm"),
            "Take back": column.CheckboxColumn(
                help="The image has no answer then, and may be asked about again."
            ),
        },
    )


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
    return thumbnail_at(view.dataset, positions[0], ink=palette.ink, paper=palette.page)


def _named(view: View) -> tuple[str, ...]:
    """What a label may name: the classes, and those that the file has no more."""
    return (*view.class_names, *view.state.lost)


def _option(answer: Answer) -> str:
    return answer.label if answer.label is not None else _KINDS[answer.kind]


def changes_of(
    class_names: Sequence[str],
    listed: Sequence[Placed],
    edited: Mapping[int, Mapping[str, Any]],
    begun: Changes,
) -> Changes:
    """Which of the answers listed become which.

    Parameters
    ----------
    edited
        What was changed in the table, by row and column.
    begun
        What had been changed when the table was drawn.
    """
    changes: Changes = {}
    for row, placed in enumerate(listed):
        values = edited.get(row, {})
        option = values.get("Answer", _option(begun.get(placed) or placed.answer))
        if values.get("Take back", _is_taken_back(placed, begun)):
            changes[placed] = None
        elif option != _option(placed.answer):
            changes[placed] = _answer(class_names, placed.answer.item, option)
    return changes


def _is_taken_back(placed: Placed, begun: Changes) -> bool:
    return begun.get(placed, placed.answer) is None


def _answer(class_names: Sequence[str], item: int, option: str) -> Answer:
    # A class that is called like one of the other answers comes first: a label stays a label.
    if option in class_names:
        return Answer(item=item, kind=AnswerKind.LABEL, label=option)
    return Answer(item=item, kind=_OTHERS[option])


def _save(project: str, changes: Changes) -> None:
    """Save what was changed; what could not be saved is left to be saved again."""
    service = handle.service()
    # What is edited in the table is saved now, or is kept with what is not.
    st.session_state.pop(_DRAWN, None)
    try:
        for placed, answer in list(changes.items()):
            try:
                if answer is None:
                    service.take_back(project, placed.batch_id, placed.answer.item)
                else:
                    service.correct(project, placed.batch_id, answer)
            except IllegalEventError:
                # It was changed elsewhere meanwhile, and never can be saved.
                del changes[placed]
                raise
            del changes[placed]
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.rerun()
