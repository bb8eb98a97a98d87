"""The way in for a project that was exported whole."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from core.errors import LabelspreadError
from core.export.log_file import LogFile
from core.jobs.progress import CancelledError, Progress
from core.jobs.work import Work
from core.service.carrying import Brought
from core.service.labelling import Service
from pages._ui import handle, shell
from pages._ui.upload_pass import let_this_session_send

_WORK: Final = "bring_back_work"
_TOLD: Final = "bring_back_told"
_ROUND: Final = "bring_back_round"
"""Counts the uploaders there were: a new one is empty."""

_MOMENT: Final = 1.0


def bring_back() -> None:
    """Ask for the file of a project, and say what became of it."""
    work: Work[Brought] | None = st.session_state.get(_WORK)
    told: str | LabelspreadError | None = st.session_state.get(_TOLD)
    is_open = work is not None or told is not None
    with st.expander("Bring back a project", expanded=is_open, key="bring_back"):
        if work is not None:
            _progress(work)
            return
        if isinstance(told, LabelspreadError):
            shell.say_error(told)
        elif told:
            st.info(shell.plain(told), icon=":material/info:")
        let_this_session_send()
        number = st.session_state.get(_ROUND, 0)
        sent = st.file_uploader(
            "Drop the file of a project here, as the Export page writes it (“Whole project”)",
            key=f"bring_back_{number}",
        )
        if sent is None:
            return
        # What was sent is in memory as long as the uploader shows it.
        st.session_state[_ROUND] = number + 1
        try:
            path = handle.imports().receive(sent.name, sent)
        except LabelspreadError as error:
            st.session_state[_TOLD] = error
        else:
            begun = Work(partial(_read, handle.service(), path), "bring-back")
            st.session_state[_WORK], st.session_state[_TOLD] = begun, None
            begun.ends_within(_MOMENT)
    st.rerun()


def take_what_came() -> str | None:
    """What was brought back, in a sentence, told once; call it before projects are listed."""
    work: Work[Brought] | None = st.session_state.get(_WORK)
    if work is None or not work.done:
        return None
    del st.session_state[_WORK]
    try:
        brought = work.wait()
    except CancelledError:
        st.session_state[_TOLD] = "Cancelled; nothing was stored."
        return None
    except LabelspreadError as error:
        st.session_state[_TOLD] = error
        return None
    if not brought.is_new or brought.missing:
        st.session_state[_TOLD] = brought.told
        return None
    st.session_state[_TOLD] = None
    return brought.told


def _read(service: Service, path: Path, progress: Progress) -> Brought:
    # On a thread of its own there is no session, and nobody in it.
    imports = handle.whole_imports()
    try:
        with LogFile(path, imports.limits) as file:
            return service.bring_back(file, progress=progress)
    finally:
        imports.discard(path)


@st.fragment(run_every=0.5)
def _progress(work: Work[Brought]) -> None:
    if work.done:
        st.rerun()
    st.progress(work.step.share, text=shell.plain(shell.step_text(work.step)))
    if st.button("Cancel", icon=":material/close:", key="bring_back_cancel"):
        work.cancel()
