"""What is shown beside the rounds of the stage: found out in the background, once a process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.figures.presentation import Beside, beside_run
from core.figures.presented import StagePage
from core.jobs.once import Latest
from core.jobs.progress import Progress
from core.jobs.work import Work
from core.replay.published import Run
from core.replay.run import ReplayRound

_MOST: Final = 8
"""Graphs and curves to keep."""

_BESIDE: Final[Latest[str, Work[Beside]]] = Latest(_MOST)


def beside(name: str, find: Callable[[Progress], Beside]) -> Work[Beside]:
    """What is shown beside the rounds of this name; begun now if it was not yet."""
    return _BESIDE.get(name, lambda: Work(find, "stage"))


def beside_published(run: Run, rounds: tuple[ReplayRound, ...]) -> Work[Beside]:
    """What is shown beside the rounds of a published run."""
    return beside(run.id, lambda progress: beside_run(run, rounds, progress))


def with_beside(page: StagePage, work: Work[Beside]) -> StagePage:
    """The page, with what is there by now."""
    if not work.done:
        return page.model_copy(update={"coming": True})
    if work.has_failed:
        return page
    found = work.wait()
    return page.model_copy(update={"graph": found.graph, "curve": found.curve})


@st.fragment(run_every=1.0)
def until_there(work: Work[Beside]) -> None:
    """Draw the page once more when all is there."""
    if work.done:
        st.rerun()
