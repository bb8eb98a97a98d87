"""What images would better be compared by: said once, with a button to switch and a way back."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.config import Features
from core.engine.best import NAMES
from core.errors import LabelspreadError
from core.service.advising import Advice
from core.service.view import View
from core.wording import counted
from pages._ui import handle, shell

_BEFORE: Final = "compared_before"
_LEFT: Final = "advice_left"
_STAYS: Final = (
    "All labels stay, and it can be switched back. *Edges* are histograms of where brightness "
    "changes, and in which direction; *embeddings* are what a network that was trained on "
    "photographs sees in images."
)


def say_advice(view: View) -> None:
    """Say what would be better, or what was switched a moment ago."""
    project = view.project.project_id
    before: dict[str, Features] = st.session_state.setdefault(_BEFORE, {})
    left: dict[str, Advice] = st.session_state.setdefault(_LEFT, {})
    if project in before:
        with st.container(key="advice"):
            _switched(view, before)
        return
    advice = handle.service().advice(view)
    if advice is not None and left.get(project) != advice:
        with st.container(key="advice"):
            _offer(view, advice, left, before)


def _offer(
    view: View, advice: Advice, left: dict[str, Advice], before: dict[str, Features]
) -> None:
    project = view.project.project_id
    better, labels = NAMES[advice.features], counted(advice.n_labels, "label")
    st.caption(
        f"**{better.capitalize()}** tell these images apart better. With each label left out in "
        f"turn, the others predict {advice.n_right} of {labels}; by {NAMES[advice.now]}, "
        f"{advice.n_right_now}."
    )
    with st.container(horizontal=True):
        if st.button("Switch", key="advice_switch", help=_STAYS):
            _switch(view, advice.features)
            before[project] = advice.now
            st.rerun()
        if st.button("Not now", key="advice_leave", type="tertiary"):
            left[project] = advice
            st.rerun()


def _switched(view: View, before: dict[str, Features]) -> None:
    project = view.project.project_id
    st.caption(f"Images are compared by {NAMES[view.project.config.features]} now.")
    with st.container(horizontal=True):
        if st.button("Switch back", key="advice_back"):
            _switch(view, before[project])
            del before[project]
            st.rerun()
        if st.button("Keep", key="advice_keep", type="tertiary"):
            del before[project]
            st.rerun()


def _switch(view: View, features: Features) -> None:
    project = view.project
    try:
        handle.service().compare_by(project.project_id, features, project.config.network)
    except LabelspreadError as error:
        shell.say_error(error)
        st.stop()
