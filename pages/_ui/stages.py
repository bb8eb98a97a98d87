"""The stage on any page: what is shown there, and what is found out for it in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from core.errors import LabelspreadError
from core.figures.presentation import Beside, beside_run
from core.figures.presented import StagePage
from core.figures.stage_project import ProjectStage, beside_project, project_stage
from core.jobs.once import Latest
from core.jobs.progress import CancelledError, Progress
from core.jobs.work import Work
from core.replay.published import Run
from core.replay.run import ReplayRound
from core.service.auditing import Audit
from core.service.view import View
from pages._ui import handle, shell
from pages._ui.stage import KEY, stage

_MOST: Final = 8
"""Graphs and curves to keep."""

_PRESENT: Final = "present"
_ROUND: Final = "round"
_STAGED: Final = "staged"
_MOMENT: Final = 1.0

_BESIDE: Final[Latest[str, Work[Beside]]] = Latest(_MOST)
_PROJECTS: Final[Latest[str, Work[ProjectStage]]] = Latest(_MOST)


def is_presenting() -> bool:
    """Whether the address asks for the stage."""
    return st.query_params.get(_PRESENT) == "1"


def present_button(*, disabled: bool = False) -> None:
    """A button that opens the stage."""
    st.button(
        "Present",
        icon=":material/slideshow:",
        help="Fill the screen, for a room",
        disabled=disabled,
        on_click=lambda: st.query_params.update({_PRESENT: "1"}),
    )


def leave_stage() -> None:
    """Go back to the page, as it is without the stage."""
    for name in (_PRESENT, _ROUND):
        st.query_params.pop(name, None)
    st.session_state.pop(_STAGED, None)


def show_stage(
    page: StagePage,
    work: Work[Beside] | None,
    left: Callable[[Any], None] = lambda _: leave_stage(),
) -> None:
    """Fill the screen.

    Parameters
    ----------
    page
        What is shown.
    work
        What is shown beside the rounds, and may still be on its way.
    left
        Called with what the browser says when the presenter has left.
    """

    def on_leave() -> None:
        # Where the state is gone already, what was sent is in the component's result.
        if (message := shell.sent(KEY, "leave")) is not None:
            left(message)

    message = stage(page if work is None else _with_beside(page, work), on_leave)
    if message is not None:
        # After a restart of the server Streamlit leaves the callback out.
        left(message)
        st.rerun()
    if work is not None and not work.done:
        _until_there(work)


def beside_published(run: Run, rounds: tuple[ReplayRound, ...]) -> Work[Beside]:
    """What is shown beside the rounds of a published run; begun now if it was not yet."""
    return _beside(run.id, lambda progress: beside_run(run, rounds, progress))


def present_project(view: View) -> None:
    """Show a project on the stage, as it was when the presenter began; or how far that has come."""
    work = _staged(view)
    if not work.ends_within(_MOMENT):
        _preparing(work)
        return
    try:
        found = work.wait()
    except (CancelledError, LabelspreadError) as error:
        leave_stage()
        if isinstance(error, CancelledError):
            st.rerun()
        raise
    show_stage(
        at_wanted_round(found.page),
        _beside(found.page.run, lambda progress: beside_project(view, found, progress)),
    )


def at_wanted_round(page: StagePage) -> StagePage:
    """The page, beginning with the round that the address names; with the first if it names none.

    A reload then shows what was on the screen.
    """
    wanted = st.query_params.get(_ROUND, "1")
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 9 else 1
    return page.model_copy(update={"current": min(max(number, 1), len(page.rounds)) - 1})


def _staged(view: View) -> Work[ProjectStage]:
    """What this session shows: others may label meanwhile, and nothing changes on the stage."""
    staged: tuple[str, Work[ProjectStage]] | None = st.session_state.get(_STAGED)
    project_id = view.project.project_id
    if staged is not None and staged[0] == project_id and not staged[1].has_failed:
        return staged[1]
    judged = handle.service().judged(view)
    audit = None if judged is None else judged.audit
    name = _name(view, audit)

    def begin() -> Work[ProjectStage]:
        return Work(lambda progress: project_stage(view, audit, progress), "stage-project")

    work = _PROJECTS.get(name, begin)
    if work.has_failed:
        # Whoever comes again wants it again.
        _PROJECTS.drop(name)
        work = _PROJECTS.get(name, begin)
    st.session_state[_STAGED] = (project_id, work)
    return work


def _name(view: View, audit: Audit | None) -> str:
    is_judged = "judged" if audit else ""
    return f"{view.project.project_id} {view.state.seq} {is_judged}"


def _beside(name: str, find: Callable[[Progress], Beside]) -> Work[Beside]:
    return _BESIDE.get(name, lambda: Work(find, "stage"))


def _with_beside(page: StagePage, work: Work[Beside]) -> StagePage:
    """The page, with what is there by now."""
    if not work.done:
        return page.model_copy(update={"coming": True})
    if work.has_failed:
        return page
    found = work.wait()
    return page.model_copy(update={"graph": found.graph, "curve": found.curve})


@st.fragment(run_every=1.0)
def _until_there(work: Work[Beside]) -> None:
    """Draw the page once more when all is there."""
    if work.done:
        st.rerun()


@st.fragment(run_every=0.5)
def _preparing(work: Work[ProjectStage]) -> None:
    """How far it has come, until the stage can be filled."""
    if work.done:
        st.rerun()
    with st.container(key="waiting"):
        st.subheader("Preparing the presentation", anchor=False)
        st.markdown(
            "The model is asked what it knew before some of the rounds, and what it knows now."
        )
        st.progress(work.step.share, text=shell.plain(shell.step_text(work.step)))
        if st.button("Cancel", icon=":material/close:"):
            work.cancel()
