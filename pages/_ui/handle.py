"""The handle that pages hold on the core: one service a process, one open project a session."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from core.bootstrap import comparisons_of, service_of
from core.service.labelling import Service
from core.simulation.comparisons import Comparisons

_PROJECT = "project"


@lru_cache(maxsize=1)
def service() -> Service:
    """The service that all sessions of this process share; opened at first use.

    Raises
    ------
    StoreError
        If the database cannot be used; the next call tries again.
    InvalidSettingError
        If an environment variable makes no sense.
    """
    return service_of()


@lru_cache(maxsize=1)
def comparisons() -> Comparisons:
    """The comparisons of strategies that all sessions of this process share.

    Raises
    ------
    InvalidSettingError
        If an environment variable makes no sense.
    """
    return comparisons_of()


def ping() -> None:
    """Raise a ``StoreError`` if the database cannot be used."""
    service().ping()


def warm_up() -> None:
    """Do what the first visitor would otherwise wait for: open the database, build the graph."""
    projects = service().projects()
    if projects:
        service().batch(projects[0].project_id)


def current_project_id() -> str | None:
    """The project of this session: as the address says, as opened before, or the oldest one."""
    wanted = st.query_params.get(_PROJECT) or st.session_state.get(_PROJECT)
    if wanted is None:
        projects = service().projects()
        wanted = projects[0].project_id if projects else None
    if wanted is not None:
        open_project(wanted)
    return wanted


def open_project(project_id: str) -> None:
    """Make a project the one that this session works on; the address names it from now on."""
    st.session_state[_PROJECT] = project_id
    st.query_params[_PROJECT] = project_id


def close_project() -> None:
    """Let the session fall back to the oldest project."""
    st.session_state.pop(_PROJECT, None)
    st.query_params.pop(_PROJECT, None)
