"""How long answers take, and whether predictions sway them."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from core.errors import LabelspreadError
from core.figures.answer_times import draw_answer_times
from core.figures.base import CONFIG
from core.quality.anchoring import Side
from core.quality.proportions import Counted
from core.quality.timing import PAUSE, Times
from core.service.timed import Timed
from core.service.view import View
from core.wording import counted, duration, spreadsheet, visible
from pages._ui import handle, shell
from pages._ui.key_figures import KeyFigure, key_figures

_SPLIT: Final = (7, 6)
_SHARES: Final = {0.0: "None", 0.1: "10 %", 0.25: "25 %", 0.5: "50 %", 1.0: "All"}
_ALL: Final = "All classes"


def show_times(view: View) -> None:
    """Draw all that is known of it."""
    told = handle.service().timed(view)
    if not told.questions:
        st.info("Nobody has answered yet.", icon=":material/timer:")
        _setting(view)
        return
    _figures(told)
    left, right = shell.side_by_side("times", _SPLIT, "medium")
    with left:
        _rounds(view, told)
    # By class it tells what others have just said.
    if not handle.is_blinded(view):
        with right:
            _classes(told)
    _shown_and_hidden(view, told)


def figures_of_times(view: View) -> dict[str, Callable[[], go.Figure]]:
    """What of it can be taken away."""
    colours = shell.palette()
    return {
        "Seconds per label": lambda: draw_answer_times(
            handle.service().timed(view).by_round(), colours
        )
    }


def _figures(told: Timed) -> None:
    timing = told.timing
    figures = [_figure("Seconds per label", timing.single, "Answers to one image at a time.")]
    if timing.first and timing.lately:
        figures += [
            _figure("At first", timing.first, "The first fifth of these answers."),
            _figure("Lately", timing.lately, "The last fifth of them."),
        ]
    if timing.grid.n:
        figures.append(
            _figure("In the grid", timing.grid, "Many at once: each has its part of the time.")
        )
    pauses = f"{counted(timing.n_pauses, 'pause')} left out" if timing.n_pauses else "in all"
    explained = (
        f"All answers together. What took longer than {duration(PAUSE)} is a pause: it is left "
        "out here, and in medians it counts as one long answer among all others."
    )
    figures.append(KeyFigure("Time spent", duration(timing.seconds), pauses, explained))
    key_figures(figures)


def _figure(name: str, times: Times, explained: str) -> KeyFigure:
    sure = (
        ""
        if isnan(times.least)
        else f" The median lies between {times.least:.1f} and {times.most:.1f}, 95 % sure."
    )
    return KeyFigure(
        name,
        "–" if isnan(times.median) else f"{times.median:.1f}",
        f"median of {times.n:,}",
        f"{explained} Half of them took less.{sure}",
    )


@st.fragment
def _rounds(view: View, told: Timed) -> None:
    """A fragment, so that another class redraws nothing else."""
    classes = [] if handle.is_blinded(view) else [name for name, _ in told.timing.classes]
    with st.container(horizontal=True, vertical_alignment="center", key="head_times"):
        st.subheader("Seconds per label, by round", anchor=False)
        chosen = st.selectbox(
            "Class",
            [None, *classes],
            format_func=lambda name: _ALL if name is None else visible(name),
            label_visibility="collapsed",
            width=160,
            key=f"times_class_{view.project.project_id}",
        )
    rounds = told.by_round(chosen)
    st.plotly_chart(
        draw_answer_times(rounds, shell.palette()),
        key="answer_times",
        theme=None,
        config=CONFIG,
        alt=f"Median seconds of an answer over {counted(len(rounds), 'round')}.",
    )
    st.caption("Line: the median. Band: half of the answers lie within it.")


def _classes(told: Timed) -> None:
    st.subheader("By class", anchor=False)
    timing = told.timing
    rows = [(spreadsheet(visible(name)), times) for name, times in timing.classes]
    if timing.unlabelled.n:
        rows.append(("none", timing.unlabelled))
    seconds = st.column_config.NumberColumn
    st.dataframe(
        {
            "Class": [name for name, _ in rows],
            "Answers": [times.n for _, times in rows],
            "Seconds": [times.median for _, times in rows],
            "At least": [times.least for _, times in rows],
            "At most": [times.most for _, times in rows],
        },
        key="times_classes",
        placeholder="–",
        height="content" if len(rows) <= 11 else 423,
        column_config={
            "Class": st.column_config.TextColumn(
                help="What the answer says now. Skipped, unsure and bad images have no class."
            ),
            "Seconds": seconds(format="%.1f", help="The median."),
            "At least": seconds(format="%.1f", help="The median is no less, 95 % sure."),
            "At most": seconds(format="%.1f", help="The median is no more, 95 % sure."),
        },
    )
    st.caption("Seconds: the median. It lies between at least and at most, 95 % sure.")


def _shown_and_hidden(view: View, told: Timed) -> None:
    st.subheader("Do predictions sway answers?", anchor=False)
    left, right = shell.side_by_side("swayed", _SPLIT, "medium")
    anchoring = told.anchoring
    with left:
        if anchoring.shown.agreed.n + anchoring.hidden.agreed.n:
            _sides(anchoring.shown, anchoring.hidden, has_truth=told.has_truth)
        for sentence in anchoring.sentences():
            # A number and its unit stay on one line.
            st.markdown(sentence.replace(" %", "\u00a0%"))
        if anchoring.n_left_out:
            st.caption(
                f"{counted(anchoring.n_left_out, 'answer')} do not count: in their rounds, all "
                "predictions were hidden by hand."
            )
    with right:
        _setting(view)


def _sides(shown: Side, hidden: Side, *, has_truth: bool) -> None:
    sides = (shown, hidden)
    columns: dict[str, list[Any]] = {
        "Prediction": ["shown", "hidden"],
        "Answers": [side.agreed.n for side in sides],
        "Seconds": [side.times.median for side in sides],
        "Agreed": [100 * side.agreed.share for side in sides],
    }
    if has_truth:
        columns["Agreed, though wrong"] = [_of(side.wrong) for side in sides]
    columns["Corrected since"] = [_of(side.corrected) for side in sides]
    st.dataframe(
        columns,
        key="times_sides",
        placeholder="–",
        column_config={
            "Answers": st.column_config.NumberColumn(
                help="To one image at a time, where there was a prediction."
            ),
            "Seconds": st.column_config.NumberColumn(format="%.1f", help="The median."),
            "Agreed": st.column_config.NumberColumn(
                format="%.1f %%", help="Answers that were the prediction."
            ),
            "Agreed, though wrong": st.column_config.TextColumn(
                help="Of the predictions that are wrong by the known truth: how many were the "
                "answer."
            ),
            "Corrected since": st.column_config.TextColumn(
                help="Of the answers that were the prediction: how many images have another label "
                "now. These are the mistakes found so far, and no more."
            ),
        },
    )


def _of(counted_: Counted) -> str:
    return f"{counted_.hits:,} of {counted_.n:,}"


def _setting(view: View) -> None:
    project, now = view.project.project_id, view.project.config.hidden_share
    shares = sorted({*_SHARES, now})
    chosen = st.segmented_control(
        "Hide predictions, drawn by lot",
        shares,
        default=now,
        required=True,
        format_func=lambda share: _SHARES.get(share, f"{100 * share:.0f} %"),
        # Another tab may have changed it: then this is another field.
        key=f"hidden_share_{project}_{now}",
    )
    st.caption(
        "For this share of images, chosen at random, the Label page shows no prediction. People "
        "tend to accept a prediction that they see, even a wrong one: this measures how often. It "
        "starts with the next batch."
    )
    if chosen != now:
        try:
            handle.service().hide_predictions(project, chosen)
        except LabelspreadError as error:
            shell.say_error(error)
            st.stop()
        st.rerun()
