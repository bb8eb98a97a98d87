"""Whether more labels pay: a sentence beside the task, its reasons, and the target."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.errors import LabelspreadError
from core.quality.stopping import FEWEST_LABELS
from core.service.stopping import StopAdvice, is_too_early, shown_target, target_of
from core.service.view import View
from pages._ui import handle, shell

_MOST: Final = 99.9
_FEWEST: Final = 50.0
_TOGETHER: Final = "\N{NO-BREAK SPACE}%"


def say_whether_to_stop(view: View) -> None:
    """Say whether more labels pay, and let the target be set."""
    advice = handle.service().stop_advice(view)
    with st.container(key="stopping", horizontal=True, vertical_alignment="top"):
        st.caption(_said(view, advice), width="stretch")
        with (
            st.popover(f"Target {shown_target(target_of(view.state))}", type="tertiary"),
            st.container(key="target"),
        ):
            _target(view, advice)
        if advice is None and not is_too_early(view):
            _until_known(view)


def _said(view: View, advice: StopAdvice | None) -> str:
    if advice is not None:
        mark = ":green[:material/check_circle:] " if advice.may_stop else ""
        has_truth = view.dataset.truth is not None
        said = advice.beside_accuracy() if has_truth else advice.sentence()
        return mark + said.replace(" %", _TOGETHER)
    if is_too_early(view):
        return f"From {FEWEST_LABELS} labels on, this says when you may stop."
    return "One moment: what the last labels changed is being found out."


@st.fragment(run_every=1)
def _until_known(view: View) -> None:
    if handle.service().stop_advice(view) is not None:
        st.rerun()


def _target(view: View, advice: StopAdvice | None) -> None:
    if advice is not None and view.dataset.truth is not None:
        st.caption(
            "The accuracy is measured by the truth, which most projects do not have. This is what "
            "the labels alone would tell you."
        )
    for reason in advice.reasons() if advice else ():
        st.caption(reason)
    project = view.project.project_id
    before = round(100 * target_of(view.state), 1)
    wanted = st.number_input(
        "Target: % of all labels right",
        # A target from elsewhere may lie outside, and stays possible.
        min(_FEWEST, before),
        max(_MOST, before),
        before,
        step=0.5,
        format="%.1f",
        key=f"target_{project}_{before}",
        help="Once this share is likely right and new labels change little, the page says that you "
        "may stop. You can go on all the same.",
    )
    if wanted == before:
        return
    try:
        handle.service().set_target(project, round(wanted / 100, 4))
    except LabelspreadError as error:
        shell.say_error(error)
        return
    st.rerun()
