"""The classes of a project: added, renamed, merged, removed, ordered and marked, in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import streamlit as st

from core.config import LONGEST_CLASS_NAME
from core.errors import LabelspreadError
from core.service import class_table
from core.service.class_table import Row
from core.service.classes import listed_classes
from core.service.view import View
from core.wording import counted, visible
from pages._ui import handle, shell

_PREFIX: Final = "classes_"
_DRAWN: Final = f"{_PREFIX}drawn"
_TABLES: Final = f"{_PREFIX}tables"


class _Drawn(NamedTuple):
    """A table as it was drawn.

    Attributes
    ----------
    seq
        The number of the last class change that was known.
    stored
        The classes as they are.
    begun
        As they were drawn: with what had been typed by then.
    now
        As they are on screen.
    key
        Of the table, which keeps what is typed.
    """

    project: str
    seq: int
    stored: list[dict[str, Any]]
    begun: list[dict[str, Any]]
    now: list[dict[str, Any]]
    key: str

    def edited(self) -> list[dict[str, Any]]:
        """The rows with all that was typed since."""
        edits: Mapping[int, Row] = st.session_state.get(self.key, {}).get("edited_rows", {})
        return [{**row, **edits.get(index, {})} for index, row in enumerate(self.begun)]


def show_classes(view: View, on_close: Callable[[], None]) -> None:
    """Open the dialog. Changes that were not saved are there again when it is next opened.

    Parameters
    ----------
    on_close
        Called when the person closes it.
    """
    st.dialog("Classes", width="large", on_dismiss=on_close)(_classes)(view)


def _classes(view: View) -> None:
    with st.container(key="classes"):
        _add(view)
        _table(view)
        _former(view)


def _add(view: View) -> None:
    project = view.project.project_id
    with (
        st.form(f"{_PREFIX}add_{project}", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        name = st.text_input(
            "New class", max_chars=LONGEST_CLASS_NAME, key=f"{_PREFIX}name_{project}", width=320
        )
        if not st.form_submit_button("Add"):
            return
    try:
        is_new = handle.service().add_class(project, name)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    if is_new:
        st.rerun()
    st.warning(f"There is a class “{shell.plain(name.strip())}” already.")


def _table(view: View) -> None:
    """All classes, in a table that can be edited.

    The table keeps its own edits for as long as it shows the same classes. Whenever they have
    changed, or it was closed, it is drawn anew: with what was typed before, where that still fits.
    """
    project = view.project.project_id
    stored = class_table.class_rows(listed_classes(view.state))
    seq = view.state.class_list.seq
    drawn: _Drawn | None = st.session_state.get(_DRAWN)
    if drawn is None or (drawn.project, drawn.seq) != (project, seq):
        drawn = _draw(project, seq, stored, stored)
    elif _names(drawn.stored) != _names(stored):
        typed = dict(zip(_names(drawn.stored), drawn.edited(), strict=True))
        drawn = _draw(project, seq, stored, class_table.carried(typed, stored))
    elif drawn.key not in st.session_state:
        typed = dict(zip(_names(drawn.stored), drawn.now, strict=True))
        drawn = _draw(project, seq, stored, class_table.carried(typed, stored))
    column = st.column_config
    names = _names(stored)
    st.data_editor(
        drawn.begun,
        key=drawn.key,
        hide_index=True,
        placeholder="",
        height=min(420, 36 + 35 * len(stored)),
        disabled=[class_table.LABELS],
        column_config={
            class_table.PLACE: column.NumberColumn(
                min_value=1,
                max_value=len(stored),
                step=1,
                width=60,
                help="Give a class the place of another one to put it there.",
            ),
            class_table.NAME: column.TextColumn(
                max_chars=LONGEST_CLASS_NAME,
                required=True,
                width=220,
                help="Type another name to rename it; its labels stay with it.",
            ),
            class_table.KEY: column.TextColumn(
                max_chars=1,
                width=50,
                help="A digit or a letter from A to Z; where it is empty, the app chooses one. "
                "Keys chosen in a browser come first there.",
            ),
            class_table.COLOUR: column.SelectboxColumn(
                options=class_table.COLOURS, width=80, help="A dot beside its name."
            ),
            class_table.LABELS: column.NumberColumn(
                format="localized", width=70, help="How many images are labelled as this class."
            ),
            class_table.END: column.SelectboxColumn(
                options=class_table.endings(names),
                help="What becomes of its labels: they name another class, their images are asked "
                "about again, or are set aside as unsure or bad. It can be brought back.",
            ),
        },
    )
    drawn = drawn._replace(stored=stored, now=drawn.edited())
    st.session_state[_DRAWN] = drawn
    _saving(project, drawn)


def _draw(
    project: str, seq: int, stored: list[dict[str, Any]], begun: list[dict[str, Any]]
) -> _Drawn:
    number = st.session_state[_TABLES] = st.session_state.get(_TABLES, 0) + 1
    return _Drawn(project, seq, stored, begun, begun, f"{_PREFIX}table_{number}")


def _names(rows: list[dict[str, Any]]) -> list[str]:
    return [row[class_table.NAME] for row in rows]


def _saving(project: str, drawn: _Drawn) -> None:
    """Save what was changed, or forget it."""
    edited = drawn.edited()
    n_changed = class_table.n_changed(drawn.stored, edited)
    with st.container(horizontal=True, gap="small"):
        save = st.button(
            f"Save {counted(n_changed, 'change')}" if n_changed else "Save",
            type="primary",
            disabled=not n_changed,
        )
        discard = st.button("Discard", type="tertiary") if n_changed else False
    if discard:
        st.session_state.pop(_DRAWN, None)
        st.rerun(scope="fragment")
    if save:
        _save(project, drawn)


def _save(project: str, drawn: _Drawn) -> None:
    """Save all of it; where that cannot be, it is left to be changed."""
    try:
        wanted = class_table.wanted_classes(_names(drawn.stored), drawn.now)
        handle.service().change_classes(project, wanted, since=drawn.seq)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.session_state.pop(_DRAWN, None)
    st.rerun()


def _former(view: View) -> None:
    """Classes that were merged or removed, to be brought back."""
    former = view.state.class_list.former
    if not former:
        return
    project = view.project.project_id
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            "Merged or removed",
            former,
            index=None,
            placeholder="Choose a class",
            format_func=visible,
            key=f"{_PREFIX}former_{project}",
            width=320,
            help="A class that is brought back has the labels it had, but for those corrected "
            "since.",
        )
        if not st.button("Bring back", disabled=name is None) or name is None:
            return
    try:
        handle.service().restore_class(project, name)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.rerun()
