"""Who somebody is: the person of a session, and of a request."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.types import Scope
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import NotSignedInError
from core.people.persons import LOCAL_PERSON, Person
from pages._ui.login import administrators, login

if TYPE_CHECKING:
    # The server listens before the core is loaded.
    from core.service.guarded import Roles

_MOST: Final = 10_000
"""Sessions that are remembered; the one that was there longest ago goes first."""

_LOCK: Final = threading.Lock()
_SESSIONS: Final[OrderedDict[str, str]] = OrderedDict()


def current_person() -> Person:
    """The person of this session, for scripts of pages.

    Raises
    ------
    NotSignedInError
        If the sign-in of the session has ended, or outside of a session.
    """
    way = login()
    if way is None:
        return LOCAL_PERSON
    context = get_script_run_ctx()
    found = None if context is None else way.find(st.context.cookies)
    if context is None or found is None:
        raise NotSignedInError
    with _LOCK:
        _SESSIONS[context.session_id] = found.person.person_id
        _SESSIONS.move_to_end(context.session_id)
        while len(_SESSIONS) > _MOST:
            _SESSIONS.popitem(last=False)
    return found.person


def person_of(scope: Scope) -> Person | None:
    """The person who sends a request or a message; None where nobody is signed in."""
    way = login()
    if way is None:
        return LOCAL_PERSON
    found = way.find(HTTPConnection(scope).cookies)
    return None if found is None else found.person


def is_session_of(session_id: str, person: Person) -> bool:
    """Whether a session of Streamlit is a person's; one that nobody knows is nobody's."""
    with _LOCK:
        return _SESSIONS.get(session_id) == person.person_id


def known_session(session_id: str) -> bool:
    """Whether it is known whose a session of Streamlit is."""
    with _LOCK:
        return session_id in _SESSIONS


def roles() -> Roles:
    """Who may do what, besides what the logs of projects say."""
    from core.service.guarded import NO_LOGIN, Administrators

    if login() is None:
        return NO_LOGIN
    return Administrators(administrators(os.environ), has_login=True)
