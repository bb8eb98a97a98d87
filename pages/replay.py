"""Replay: the published runs of scikit-learn's digits examples, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from core.figures.base import CONFIG
from core.figures.confusion import counts_data, draw_confusion
from core.figures.digit_grid import draw_digit_grid, round_grid_data, rounds_grid_data
from core.figures.presentation import stage_data
from core.replay.check import Cell, cells, rounds_csv
from core.replay.lessons import LESSONS
from core.replay.published import COLUMNS, Run, all_runs
from core.replay.run import ReplayRound
from core.wording import counted, percent, points
from pages._ui import handle, shell
from pages._ui.digit_rows import digit_rows
from pages._ui.downloads import downloads
from pages._ui.key_figures import KeyFigure, figure_title, key_figures
from pages._ui.replays import dataset_of, rounds_of
from pages._ui.stages import (
    beside_published,
    is_presenting,
    leave_stage,
    present_button,
    show_stage,
)

_ROUND = "replay_round"
_DUE = "replay_due"
_SPEED = "replay_speed"
_SPEEDS = {"slow": 4.0, "medium": 2.0, "fast": 1.0}
_USUAL = "medium"
_BEAT = 0.1
_MATRIX_HEIGHT = 232


def _wanted_run() -> Run | None:
    """The run that the address names; None, with a word of warning, if there is no such run."""
    runs = {run.id: run for run in all_runs()}
    wanted = st.query_params.get("run")
    if wanted is not None and wanted not in runs:
        st.warning(f"There is no published run “{shell.plain(wanted[:60])}”. Choose one of these.")
    return runs.get(wanted or "")


def _wanted_round(n_rounds: int) -> int | None:
    """The round that the address names, from 0; None, with a word of warning, if there is none."""
    wanted = st.query_params.get("round", "1")
    if wanted.isdecimal() and 1 <= int(wanted) <= n_rounds:
        return int(wanted) - 1
    st.warning(
        f"This run has {counted(n_rounds, 'round')}; there is no round "
        f"“{shell.plain(wanted[:20])}”."
    )
    return None


def _go_to(number: int) -> None:
    st.query_params["round"] = str(number + 1)


def _open(run: Run) -> None:
    st.query_params.from_dict({"run": run.id, "round": "1"})


def _stop() -> None:
    st.session_state.pop(_DUE, None)


def _step(number: int) -> None:
    _stop()
    _go_to(number)


def _jump(key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen is not None:
        _step(int(chosen) - 1)


def _pace() -> float:
    """Seconds that a round stays while the run plays."""
    return _SPEEDS[st.session_state.get(_SPEED, _USUAL)]


def _play(number: int, n_rounds: int) -> None:
    st.session_state[_DUE] = time.monotonic() + _pace()
    if number == n_rounds - 1:
        _go_to(0)


def _list_of_runs() -> None:
    st.title("Replay", anchor=False)
    st.write(
        "Labelspread grew out of scikit-learn’s digits examples. Here are four runs of them as "
        "they were published. Each is computed again, and every figure is compared with the "
        "published one."
    )
    for run in all_runs():
        with st.container(border=True):
            text, opens = st.columns([6, 1], vertical_alignment="center")
            text.markdown(
                f"**{shell.plain(run.title)}**  \n:gray[{run.kind}, "
                f"{counted(len(run.rounds), 'round')}, {run.config.n_samples} digits, "
                f"{counted(run.config.n_given, 'label')} to start with]"
            )
            opens.button("Open", key=f"run_{run.id}", on_click=_open, args=(run,), width="stretch")


def _stepping(number: int, n_rounds: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="replay_stepping"):
        st.button(
            "",
            icon=":material/chevron_left:",
            help="Back",
            shortcut="Left",
            disabled=number == 0,
            on_click=_step,
            args=(number - 1,),
        )
        st.segmented_control(
            "Round",
            [str(i + 1) for i in range(n_rounds)],
            default=str(number + 1),
            required=True,
            key=f"{_ROUND}_{number}",
            on_change=_jump,
            args=(f"{_ROUND}_{number}",),
            label_visibility="collapsed",
        )
        st.button(
            "",
            icon=":material/chevron_right:",
            help="Next",
            shortcut="Right",
            disabled=number == n_rounds - 1,
            on_click=_step,
            args=(number + 1,),
        )
        if _DUE in st.session_state:
            st.button("", icon=":material/pause:", help="Pause", key="pause", on_click=_stop)
        else:
            st.button(
                "",
                icon=":material/play_arrow:",
                help="Play",
                key="play",
                on_click=_play,
                args=(number, n_rounds),
            )
        st.selectbox(
            "Speed",
            list(_SPEEDS),
            index=list(_SPEEDS).index(_USUAL),
            key=_SPEED,
            label_visibility="collapsed",
            width=110,
        )


def _play_on(number: int) -> None:
    """While it plays, go to the next round when its time has come."""
    due = st.session_state.get(_DUE)
    if due is None:
        return
    beat = st.empty()
    while time.monotonic() < due:
        time.sleep(_BEAT)
        # Where Streamlit is called, a click interrupts the wait.
        beat.empty()
    st.session_state[_DUE] = time.monotonic() + _pace()
    _go_to(number + 1)
    st.rerun()


def _figures_of(step: ReplayRound, before: ReplayRound | None, compared: Sequence[Cell]) -> None:
    n_labelled = int(step.beliefs.labelled.sum())
    n_rest = step.n_items - n_labelled
    change = None if before is None else step.accuracy_unlabelled - before.accuracy_unlabelled
    differing = [cell for cell in compared if not cell.identical]
    key_figures(
        [
            KeyFigure(
                "Labels",
                f"{step.printed_labels}",
                f"{n_rest} unlabelled",
                "As the run prints it.",
            ),
            KeyFigure(
                "Accuracy, unlabelled",
                percent(step.accuracy_unlabelled),
                "to start with" if change is None else f"{points(change)} points",
                "The population of the published report.",
                is_better=change is not None and change > 0,
            ),
            KeyFigure(
                "Accuracy, all",
                percent(step.accuracy_all),
                f"{step.n_items} digits",
                "Labelled digits count as correct. The population is fixed, so rounds can be "
                "compared.",
            ),
            KeyFigure(
                "Published figures",
                f"{len(compared)}",
                "✓ all identical" if not differing else f"{len(differing)} differ",
                "Every figure of this round that was printed, compared with the computed one.",
                is_better=not differing,
            ),
        ]
    )


def _report(compared: Sequence[Cell], summary: Sequence[str]) -> None:
    """Published and computed figures side by side; a differing pair is marked."""
    rows: dict[str, dict[str, Cell]] = {}
    for cell in compared:
        if cell.place.part == "report":
            rows.setdefault(cell.place.row, {})[cell.place.column] = cell
    heads = "".join(f"<th>{escape(column)}</th>" for column in COLUMNS)
    body = "".join(
        f'<tr class="{"summary" if name in summary else ""}"><th>{escape(name)}</th>'
        + "".join(_report_cell(row.get(c), "published") for c in COLUMNS)
        + "".join(_report_cell(row.get(c), "computed") for c in COLUMNS)
        + "</tr>"
        for name, row in rows.items()
    )
    st.html(
        '<div class="wide" tabindex="0" role="region" aria-label="Report, published and computed">'
        '<table class="report"><thead><tr><td></td><th colspan="4">published</th>'
        f'<th colspan="4">computed</th></tr><tr><td></td>{heads}{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _report_cell(cell: Cell | None, side: Literal["published", "computed"]) -> str:
    if cell is None:
        return "<td></td>"
    mark = "tie" if cell.tie else "" if cell.identical else "differs"
    title = "A rounding tie: the exact value lies halfway between the two." if cell.tie else ""
    text = cell.published if side == "published" else cell.computed
    return f'<td class="{mark}" title="{title}">{escape(text)}</td>'


def _verdict(compared: Sequence[Cell], part: str) -> str:
    own = [cell for cell in compared if cell.place.part == part]
    ties = sum(cell.tie for cell in own)
    differing = sum(not cell.identical for cell in own)
    if not own:
        return "not published"
    if differing:
        return f"{differing} of {len(own)} differ"
    return f"identical, {len(own)} figures" + (f", {counted(ties, 'rounding tie')}" if ties else "")


def _start_here(run: Run, step: ReplayRound) -> None:
    """Create a project in which a person gives the labels from this round on."""
    dataset = dataset_of(run.id)
    labels = {
        int(dataset.rows[i]): dataset.class_names[step.beliefs.labels[i]]
        for i in step.beliefs.labelled.nonzero()[0]
    }
    service = handle.service()
    name = service.free_name(f"{run.id}, from round {step.number + 1}")
    config = run.config.model_copy(update={"replays": run.id, "n_given": len(labels)})
    project = service.create_project(name, config, labels)
    handle.open_project(project.project_id)
    st.switch_page("pages/label.py", query_params={"project": project.project_id})


def _page(run: Run, rounds: tuple[ReplayRound, ...], number: int) -> None:
    if number + 1 == len(rounds):
        _stop()
    step = rounds[number]
    compared = cells(run, [step])
    colours = shell.palette()
    dataset = dataset_of(run.id)
    is_active = len(rounds) > 1
    grid = (
        rounds_grid_data(dataset, rounds[: number + 1])
        if is_active
        else round_grid_data(dataset, step)
    )
    matrix = counts_data(step.confusion, step.classes)
    _head(
        run,
        step,
        {
            "Digits": lambda: draw_digit_grid(grid, colours),
            "Confusion": lambda: draw_confusion(matrix, colours),
        },
    )
    digits, numbers = shell.side_by_side("replay", [1.08, 1.2], "large")
    with digits, st.container(key="replay_digits"):
        if is_active:
            _stepping(number, len(rounds))
        figure_title("What the model is most unsure of", "orange: predicted wrong")
        st.caption(LESSONS[min(number, len(LESSONS) - 1)] if is_active else " ".join(LESSONS[:2]))
        digit_rows(grid, colours)
    with numbers, st.container(key="replay_numbers"):
        with st.container(key="four_figures"):
            _figures_of(step, rounds[number - 1] if number else None, compared)
        figure_title("Report", _verdict(compared, "report"))
        with st.container(key="report"):
            _report(compared, run.summary)
        figure_title("Confusion matrix", _verdict(compared, "confusion matrix"))
        figure = draw_confusion(matrix, colours, compact=True).update_layout(height=_MATRIX_HEIGHT)
        st.plotly_chart(figure, theme=None, config=CONFIG, key="confusion")
    _play_on(number)


def _head(run: Run, step: ReplayRound, figures: dict[str, Callable[[], go.Figure]]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="head_run"):
        st.button(
            "",
            icon=":material/arrow_back:",
            help="All runs",
            on_click=st.query_params.clear,
            type="tertiary",
        )
        st.markdown(
            f"**{shell.plain(run.title)}**",
            help=f"A quirk of this run: {run.quirk}" if run.quirk else None,
            width="stretch",
        )
        if st.button(
            "Start from here",
            icon=":material/edit:",
            help="Create a project with these labels, in which you give the next ones. "
            "It clamps labels as scikit-learn does today.",
        ):
            _start_here(run, step)
        downloads(run.id, run.id, figures, csv=lambda: rounds_csv(rounds_of(run.id)))
        present_button()


def _left_stage(message: Any) -> None:  # noqa: ANN401 - whatever a browser sent
    leave_stage()
    if isinstance(message, dict) and isinstance(message.get("round"), int):
        _go_to(message["round"])


def _present(run: Run, rounds: tuple[ReplayRound, ...], number: int) -> None:
    differing = {cell.round for cell in cells(run, rounds) if not cell.identical}
    page = stage_data(run, rounds, differing, number, LESSONS)
    show_stage(page, beside_published(run, rounds), _left_stage)


with shell.errors_in_words():
    run = _wanted_run()
    rounds = rounds_of(run.id) if run else ()
    number = _wanted_round(len(rounds)) if run else None
    if not is_presenting():
        shell.account_menu()
    if run is None or number is None:
        _list_of_runs()
    elif is_presenting():
        _present(run, rounds, number)
    else:
        _page(run, rounds, number)
