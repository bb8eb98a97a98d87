"""Who somebody is: the person of a session, and of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.types import Scope

from core.people.persons import LOCAL_PERSON, Person

if TYPE_CHECKING:
    # The server listens before the core is loaded.
    from core.service.guarded import Roles


def current_person() -> Person:
    """The person of this session, for scripts of pages.

    Raises
    ------
    NotSignedInError
        If the sign-in of the session has ended.
    """
    return LOCAL_PERSON


def person_of(_scope: Scope) -> Person | None:
    """The person who sends a request or a message; None where nobody is signed in."""
    return LOCAL_PERSON


def roles() -> Roles:
    """Who may do what, besides what the logs of projects say."""
    from core.service.guarded import NO_LOGIN

    return NO_LOGIN
