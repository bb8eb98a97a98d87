"""The handle that pages hold on the core: one service a process, one open project a session."""

from __future__ import annotations

import os
from shutil import disk_usage
from typing import Final

import streamlit as st

from core.bootstrap import comparisons_of, exports_of, imports_of, service_of
from core.data.incoming import Imports
from core.errors import LabelspreadError, NotAllowedError, StoreFullError
from core.export.written import Exports
from core.graph.embeddings.arriving import Arrivals
from core.graph.embeddings.networks import Entry, Networks
from core.jobs.once import Latest
from core.people.persons import Person, Who
from core.people.roles import Role
from core.service.counts import Counts
from core.service.guarded import guarded, who
from core.service.labelling import Service
from core.service.sharing import hides_answers
from core.service.view import View
from core.settings import home
from core.simulation.comparisons import Comparisons
from pages._ui import site
from pages._ui.identity import current_person, roles
from pages._ui.login import forget_login, login
from pages._ui.own import OwnComparisons, OwnImports

_PROJECT: Final = "project"
_LEAST_FREE: Final = 2**26
"""Bytes on the disk below which this process is not well: labels may still be stored, or not."""

_SERVICE: Final[Latest[None, Service]] = Latest(1)
_COMPARISONS: Final[Latest[None, Comparisons]] = Latest(1)
_IMPORTS: Final[Latest[None, Imports]] = Latest(1)
_EXPORTS: Final[Latest[None, Exports]] = Latest(1)
_ARRIVALS: Final[Latest[None, Arrivals]] = Latest(1)


def whole_service() -> Service:
    """The service that all sessions of this process share, for the process itself.

    Opened at first use.

    Raises
    ------
    StoreError
        If the database cannot be used; the next call tries again.
    InvalidSettingError
        If an environment variable makes no sense.
    """
    return _SERVICE.get(None, service_of)


def service() -> Service:
    """The service as the person of this session has it.

    Raises
    ------
    StoreError, InvalidSettingError
        As of :func:`whole_service`.
    NotSignedInError
        If the sign-in of this session has ended.
    """
    return service_for(current_person())


def service_for(person: Person) -> Service:
    """The service as a person has it, for requests, messages and work in the background.

    Raises
    ------
    StoreError, InvalidSettingError
        As of :func:`whole_service`.
    """
    return guarded(whole_service(), person, roles())


def current_who() -> Who:
    """The person of this session, and what there is for that person.

    Raises
    ------
    NotSignedInError
        As of :func:`service`.
    """
    return who(whole_service(), current_person(), roles())


def is_administrator() -> bool:
    """Whether the person of this session may do everything everywhere."""
    return roles().is_administrator(current_person())


def is_reviewer(project_id: str) -> bool:
    """Whether the person of this session may see and change what others have said."""
    role = service().role_of(project_id)
    return is_administrator() or (role is not None and role.may(Role.REVIEWER))


def is_blinded(view: View) -> bool:
    """Whether the person of this session is not to see what others have said in a project."""
    is_hidden = hides_answers(view.project, view.state)
    return is_hidden and not is_reviewer(view.project.project_id)


def closed_pages() -> frozenset[site.SitePage]:
    """Pages that the person of this session may not open in the project of this session."""
    try:
        project_id = None if login() is None else _wanted_project()
        if project_id is None or is_reviewer(project_id):
            return frozenset()
        standing = whole_service().standing_lately(project_id)
    except LabelspreadError:
        # The page says what is wrong.
        return frozenset()
    is_hidden = hides_answers(standing.project, standing.state)
    return frozenset(
        page for page in site.PAGES if page.is_for_reviewers or (page.is_unblinded and is_hidden)
    )


def require_administrator() -> None:
    """See that the person of this session may do what concerns all.

    Raises
    ------
    NotAllowedError
        If not.
    """
    if not is_administrator():
        raise NotAllowedError(
            "Only an administrator can do this.", "Ask whoever runs this Labelspread."
        )


def whole_comparisons() -> Comparisons:
    """The comparisons of strategies that all sessions of this process share.

    Raises
    ------
    InvalidSettingError
        If an environment variable makes no sense.
    """
    return _COMPARISONS.get(None, comparisons_of)


def comparisons() -> OwnComparisons:
    """Those of the person of this session; raises as :func:`whole_comparisons` does."""
    all_of_them = whole_comparisons()
    return OwnComparisons(all_of_them, current_who(), is_administrator=is_administrator())


def whole_imports() -> Imports:
    """What is being brought in, for all sessions of this process.

    Raises
    ------
    InvalidSettingError
        If an environment variable makes no sense.
    """
    return _IMPORTS.get(None, imports_of)


def imports() -> OwnImports:
    """That of the person of this session; raises as :func:`whole_imports` does."""
    return OwnImports(whole_imports(), current_who(), is_administrator=is_administrator())


def exports() -> Exports:
    """What is being written in the background, for all sessions of this process."""
    return _EXPORTS.get(None, exports_of)


def networks() -> Networks:
    """The networks that can look at images."""
    found = whole_service().networks
    assert found is not None, "the app has them"
    return found


def added_networks() -> tuple[Entry, ...]:
    """Those that people have added and that can be used."""
    return tuple(entry for entry in networks().entries() if entry.key and not entry.problem)


def arrivals() -> Arrivals:
    """The networks on their way, for all sessions of this process."""
    return _ARRIVALS.get(None, Arrivals)


def close() -> None:
    """Let go of all of them, in order; the next call opens them anew."""
    if (arriving := _ARRIVALS.drop(None)) is not None:
        arriving.close()
    _COMPARISONS.drop(None)
    if (written := _EXPORTS.drop(None)) is not None:
        written.close()
    if (incoming := _IMPORTS.drop(None)) is not None:
        incoming.close()
    if (opened := _SERVICE.drop(None)) is not None:
        opened.close()
    forget_login()


def ping() -> None:
    """Raise a ``StoreError`` if the database cannot be used, or the disk is nearly full."""
    whole_service().ping()
    folder = home(os.environ)
    if disk_usage(folder).free < _LEAST_FREE:
        raise StoreFullError(str(folder))


def counts() -> Counts | None:
    """What this process has stored so far; None before it has opened its database."""
    opened = _SERVICE.peek(None)
    return opened.counts() if opened is not None else None


def warm_up() -> None:
    """Do what the first visitor would otherwise wait for: open the database, build the graph."""
    projects = whole_service().projects()
    if projects:
        whole_service().warm_up(projects[0].project_id)


def current_project_id() -> str | None:
    """The project of this session: as the address says, as opened before, or the oldest one."""
    wanted = _wanted_project()
    if wanted is not None:
        open_project(wanted)
    return wanted


def _wanted_project() -> str | None:
    wanted: str | None = st.query_params.get(_PROJECT) or st.session_state.get(_PROJECT)
    if wanted is None:
        projects = service().projects()
        wanted = projects[0].project_id if projects else None
    return wanted


def open_project(project_id: str) -> None:
    """Create a project the one that this session works on; the address names it from now on."""
    st.session_state[_PROJECT] = project_id
    st.query_params[_PROJECT] = project_id


def close_project() -> None:
    """Let the session fall back to the oldest project."""
    st.session_state.pop(_PROJECT, None)
    st.query_params.pop(_PROJECT, None)
