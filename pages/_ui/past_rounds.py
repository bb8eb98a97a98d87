"""The rounds of a project, one of them closer, and what else happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

import streamlit as st

from core.engine.best import NAMES
from core.errors import LabelspreadError
from core.service.history import answered_in, branch_name
from core.service.past import Past, PastRound
from core.service.project_names import LONGEST_NAME
from core.service.told import Line
from core.service.view import View
from core.wording import counted, spreadsheet, visible
from pages._ui import handle, shell
from pages._ui.grid_wishes import show_in_grid
from pages._ui.new_project import settings_in_words

_ROWS_SHOWN = 9
_ROW_HEIGHT = 35
_LINES_SHOWN = 8


def show_rounds(past: Past, view: View | None) -> None:
    """Draw the table, the round that is chosen, and what else happened.

    Parameters
    ----------
    view
        The project with its images; None where they are not there.
    """
    if past.selection.is_thinned:
        st.caption(str(past.selection))
    chosen = _table(past)
    left, right = shell.side_by_side("round", (7, 6), "medium")
    with left:
        _closer(past, chosen, view)
    with right:
        _story(past.story)


def round_field(past: Past, label: str, key: str, start: int, *, with_labels: bool = False) -> int:
    """Let a person choose a round: from a list, or by its number where only some are listed.

    Parameters
    ----------
    key
        Under which the number is kept; one that there is no more makes way for ``start``.
    with_labels
        Whether it is said how many labels there were.
    """
    if not past.has(st.session_state.get(key, -1)):
        st.session_state[key] = start
    width = 220 if with_labels else 130
    first = past.rounds[0].record.round
    if past.selection.is_thinned:
        chosen: int = st.number_input(label, first, past.last, key=key, width=width)
        return chosen
    labels = {one.record.round: one.record.n_labels for one in past.rounds[::-1]}

    def told(number: int) -> str:
        return f"{number:,} · {counted(labels[number], 'label')}" if with_labels else f"{number:,}"

    return int(st.selectbox(label, list(labels), key=key, format_func=told, width=width))


def settings_text(one: PastRound) -> str:
    """The settings of a round in words, for where nothing is markup."""
    config = one.settings
    if config is None:
        return "not noted"
    words = settings_in_words(config, visible)
    return " · ".join([*words, NAMES["plain"]] if config.features == "plain" else words)


def _table(past: Past) -> int:
    """Draw all rounds, the newest first; the number of the one that is chosen."""
    key = f"history_round_{past.project.project_id}"
    newest_first = past.rounds[::-1]
    numbers = [one.record.round for one in newest_first]
    if not past.has(st.session_state.get(key, -1)):
        st.session_state[key] = numbers[0]

    def choose() -> None:
        table = st.session_state.get(f"{key}_table")
        rows = [] if table is None else table.selection.rows
        if rows and rows[0] < len(numbers):
            st.session_state[key] = numbers[rows[0]]

    records = [one.record for one in newest_first]
    columns: dict[str, Sequence[object]] = {
        "Round": numbers,
        "Labels": [r.n_labels for r in records],
        "Added": [r.labelled for r in records],
        "Skipped": [r.skipped for r in records],
        "Unsure": [r.unsure for r in records],
        "Bad": [r.bad for r in records],
        "Seconds": [r.seconds for r in records],
    }
    if past.has_truth:
        columns["Accuracy"] = [None if r.accuracy is None else 100 * r.accuracy for r in records]
        columns["Change"] = [None if r.change is None else 100 * r.change for r in records]
    columns["Settings"] = [spreadsheet(settings_text(one)) for one in newest_first]
    number = st.column_config.NumberColumn
    st.dataframe(
        columns,
        key=f"{key}_table",
        placeholder="–",
        height=_ROW_HEIGHT * (min(len(numbers), _ROWS_SHOWN) + 1) + 3,
        on_select=choose,
        selection_mode="single-row",
        column_config={
            "Round": number(help="0 stands for the labels that came with the project."),
            "Labels": number(help="Labels at the end of the round, all in all."),
            "Added": number(help="Labels given in the round."),
            "Seconds": number(format="%.1f", help="Median time of an answer, in seconds."),
            "Accuracy": number(format="%.1f %%", help="Of all items, at the end of the round."),
            "Change": number(format="%+.1f", help="In percentage points, since the round below."),
            "Settings": st.column_config.TextColumn(
                width="large", help="What was in force when the round ended."
            ),
        },
    )
    chosen: int = st.session_state.get(key, numbers[0])
    return chosen


def _closer(past: Past, number: int, view: View | None) -> None:
    """What can be done with a round; press a row of the table, or choose one here."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="history_closer"):
        round_field(past, "Round", f"history_round_{past.project.project_id}", number)
        if st.button(
            "Show its images",
            icon=":material/grid_view:",
            disabled=view is None,
            help="Those that were answered in it, in the grid, where they can be corrected.",
        ):
            assert view is not None
            show_in_grid(past.project.project_id, answered_in(view, number), corrects=True)
        if st.button(
            "Branch from here …",
            icon=":material/fork_right:",
            help="A new project that goes on from the end of this round. This one stays as it is.",
        ):
            _branch(past, number)
    one = past.one(number)
    st.caption(f"Settings: {shell.plain(settings_text(one))}")


@st.dialog("Branch the project")
def _branch(past: Past, number: int) -> None:
    project = past.project
    record = past.one(number).record
    st.write(
        f"A new project with the {counted(record.n_labels, 'label')} there were when round "
        f"{number:,} ended: same images, same answers. “{shell.plain(project.name)}” stays as it "
        "is, and the two go on apart."
    )
    if past.one(number).settings is None:
        st.caption("Which settings it had then was not noted: the branch gets those of now.")
    with st.form("branch", border=False):
        name = st.text_input("Name", _free(branch_name(project, number)), max_chars=LONGEST_NAME)
        if not st.form_submit_button("Create branch", type="primary"):
            return
    try:
        made = handle.service().branch(project.project_id, number, name)
    except LabelspreadError as error:
        shell.say_error(error)
        return
    handle.open_project(made.project_id)
    st.switch_page("pages/label.py", query_params={"project": made.project_id})


def _free(name: str) -> str:
    return handle.service().free_name(name)


def _story(lines: Sequence[Line]) -> None:
    st.markdown("**What else happened**")
    if not lines:
        st.caption("Nothing: no class, setting or file has changed.")
        return
    _told(lines[:_LINES_SHOWN])
    if rest := lines[_LINES_SHOWN:]:
        with st.expander(f"Earlier: {len(rest):,}"):
            _told(rest)


def _told(lines: Sequence[Line]) -> None:
    st.html(
        '<ol class="story">'
        + "".join(
            f"<li><span>{_when(line.at)}{' · ' if line.at else ''}{_where(line.round)}</span>"
            f"{escape(visible(line.told))}</li>"
            for line in lines
        )
        + "</ol>"
    )


def _when(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(shell.zone()):%d %b %Y, %H:%M}"


def _where(number: int) -> str:
    return f"after round {number:,}" if number else "before round 1"
