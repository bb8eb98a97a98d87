"""Who somebody is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

from core.session.events import LOCAL


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here.

    Attributes
    ----------
    person_id
        What stands in logs; it never changes.
    name
        What others read.
    """

    person_id: str
    name: str


def mark_of(person_id: str) -> str:
    """Tells browsers whose answers wait in them, and nobody who it is: 12 hexadecimal digits."""
    return hashlib.sha256(person_id.encode()).hexdigest()[:12]


LOCAL_PERSON: Final = Person(LOCAL, "You")
"""Whoever sits here, where people have no names of their own."""


class Who(Protocol):
    """Who asks for something, and which projects and image sets there are for that person."""

    @property
    def person(self) -> Person:
        """The person."""
        ...

    def sees_project(self, project_id: str, /) -> bool:
        """Whether the person has anything to do with a project, deleted or not."""
        ...

    def sees_set(self, key: str, /) -> bool:
        """Whether the person may use a data set, with all that it says of its images."""
        ...

    def knows_set(self, key: str, /) -> bool:
        """Whether the person may know that there is a data set, and what it is called."""
        ...


class _Local:
    """The one person there is, who sees all."""

    person = LOCAL_PERSON

    def sees_project(self, _project_id: str, /) -> bool:
        return True

    def sees_set(self, _key: str, /) -> bool:
        return True

    def knows_set(self, _key: str, /) -> bool:
        return True


EVERYTHING: Final[Who] = _Local()
"""For whom everything is there."""
