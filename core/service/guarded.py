"""The use cases as one person has them: what is not theirs to do is refused, or not there.

Whoever drives the service for a person holds it like this, and nothing else decides what the person
may do: pages hide what would be refused, and need not be right about it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any, Final, Protocol, cast

from pydantic import BaseModel

from core.config import DIGITS
from core.errors import (
    EventDamagedError,
    EventTooNewError,
    IllegalEventError,
    NotAllowedError,
    ProjectUnusableError,
    UnknownProjectError,
)
from core.people.persons import LOCAL_PERSON, Person, Who
from core.people.roles import RIGHTS, Need, Role
from core.service.labelling import Service
from core.service.log import Standing
from core.service.projects import require_set
from core.service.sharing import hides_answers
from core.service.view import View
from core.session.state import State
from core.storage.base import Project

_PROJECT: Final = ("project_id", "view", "project")
"""What the argument of a use case is called that says of which project it is."""

_LISTS_PROJECTS: Final = frozenset(
    {"projects", "broken_projects", "deleted_projects", "projects_on", "projects_with"}
)


class Roles(Protocol):
    """Who may do what, besides what the logs of projects say."""

    def is_administrator(self, person: Person, /) -> bool:
        """Whether somebody may do everything everywhere."""
        ...


class Administrators:
    """Some people, by their ids; whoever sits here is one where people have no names.

    Parameters
    ----------
    person_ids
        Who may do everything everywhere.
    has_login
        Whether people have names of their own.
    """

    def __init__(self, person_ids: Collection[str] = (), *, has_login: bool = False) -> None:
        self._ids = frozenset(person_ids)
        self._has_login = has_login

    def is_administrator(self, person: Person, /) -> bool:
        """Whether somebody may do everything everywhere."""
        if person == LOCAL_PERSON:
            return not self._has_login
        return person.person_id in self._ids


NO_LOGIN: Final[Roles] = Administrators()
"""Where people have no names of their own: whoever is here may do everything."""


def guarded(service: Service, person: Person, roles: Roles = NO_LOGIN) -> Service:
    """The service as one person has it.

    Every use case is looked up in :data:`core.people.roles.RIGHTS`. Who does something is always
    this person, whatever the call says. A project in which the person has no role is not there.
    """
    return cast("Service", _Guarded(service, person, roles))


def who(service: Service, person: Person, roles: Roles = NO_LOGIN) -> Who:
    """A person, with what there is for that person."""
    return _Guarded(service, person, roles)


class _Guarded:
    """Stands before a service; it is the :class:`core.people.persons.Who` of its calls too."""

    def __init__(self, service: Service, person: Person, roles: Roles) -> None:
        self._service = service
        self.person = person
        self._roles = roles

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the service has
        if name.startswith("_"):
            raise AttributeError(name)
        need = RIGHTS.get(name, Need.PROCESS)
        if need is Need.PROCESS:
            raise NotAllowedError("This is for the app itself.", "Choose something else.")
        found = getattr(self._service, name)
        if not callable(found) or name == "networks":
            return found

        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the use case has them
            return self._call(name, need, found, args, kwargs)

        return call

    def sees_project(self, project_id: str, /) -> bool:
        """Whether the person has a role in a project, deleted or not."""
        if self._is_administrator:
            return True
        try:
            return self._role_in(self._service.standing_lately(project_id).state) is not None
        except (UnknownProjectError, *_UNREADABLE):
            return False

    def sees_set(self, key: str, /) -> bool:
        """Whether a set came with the app, is the person's, or is that of a project of theirs.

        A set may say what is true of each image. So it is not there for whoever only answers in a
        project on it where people are not to see what others say, or what is known.
        """
        if key == DIGITS or self._is_administrator or self._has_brought_in(key):
            return True
        return any(self._sees_truth_in(p.project_id) for p in self._service.projects_on(key))

    def knows_set(self, key: str, /) -> bool:
        """Whether a set is seen, or is that of any project in which the person has a role."""
        if key == DIGITS or self._is_administrator or self._has_brought_in(key):
            return True
        return any(self.sees_project(p.project_id) for p in self._service.projects_on(key))

    def _has_brought_in(self, key: str) -> bool:
        return self.person.person_id in self._service.owners_of_set(key)

    def _sees_truth_in(self, project_id: str) -> bool:
        try:
            standing = self._service.standing_lately(project_id)
        except (UnknownProjectError, *_UNREADABLE):
            return False
        role = self._role_in(standing.state)
        if role is None:
            return False
        return role.may(Role.REVIEWER) or not hides_answers(standing.project, standing.state)

    @property
    def _is_administrator(self) -> bool:
        return self._roles.is_administrator(self.person)

    def _call(
        self,
        name: str,
        need: Need,
        use_case: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - whatever it returns
        signature = _signature(name)
        bound = signature.bind(*args, **kwargs)
        given = bound.arguments
        self._require(name, need, given)
        if name == "answers" and self._is_blinded(given):
            given["whose"] = self.person.person_id
        if "by" in signature.parameters:
            given["by"] = self.person.person_id
        if "who" in signature.parameters:
            given["who"] = self
        for key, value in given.items():
            if isinstance(value, BaseModel) and "by" in type(value).model_fields:
                given[key] = value.model_copy(update={"by": self.person.person_id})
        return self._seen(name, use_case(*bound.args, **bound.kwargs))

    def _require(self, name: str, need: Need, given: Mapping[str, Any]) -> None:
        """See that the person may do this.

        Raises
        ------
        NotAllowedError, UnknownProjectError, InvalidDatasetError
            If not.
        """
        if need is Need.PERSON or self._is_administrator:
            return
        if need is Need.ADMINISTRATOR:
            raise NotAllowedError(
                "Only an administrator can do this.", "Ask whoever runs this Labelspread."
            )
        if need is Need.SET_OWNER:
            require_set(given["key"], self)
            if self.person.person_id not in self._service.owners_of_set(given["key"]):
                raise NotAllowedError(
                    "Only whoever has brought in these images can do this.", "Ask that person."
                )
            return
        standing = self._standing(given)
        role = self._role_in(standing.state)
        if role is None:
            raise UnknownProjectError(standing.project.project_id)
        least = _least(name, need, given, standing, self.person)
        if not role.may(least):
            raise NotAllowedError(_told(need, least), "Ask an owner of the project.")

    def _is_blinded(self, given: Mapping[str, Any]) -> bool:
        """Whether the person is not to see what others have said in a project."""
        if self._is_administrator:
            return False
        standing = self._standing(given)
        role = self._role_in(standing.state)
        is_reviewer = role is not None and role.may(Role.REVIEWER)
        return not is_reviewer and hides_answers(standing.project, standing.state)

    def _standing(self, given: Mapping[str, Any]) -> Standing:
        """The project that a call is about, and what its log amounts to.

        Raises
        ------
        UnknownProjectError
            If there is none, or nobody can say who has a role in it.
        """
        named = next(given[name] for name in _PROJECT if name in given)
        if isinstance(named, View):
            return self._service.latest(named.standing)
        project_id: str = named.project_id if isinstance(named, Project) else named
        try:
            return self._service.standing(project_id)
        except _UNREADABLE as error:
            raise UnknownProjectError(project_id) from error

    def _role_in(self, state: State) -> Role | None:
        member = state.members.get(self.person.person_id)
        return None if member is None else Role(member.role)

    def _seen(self, name: str, result: Any) -> Any:  # noqa: ANN401 - whatever it is
        """What of a result the person may see."""
        if self._is_administrator:
            return result
        if name in _LISTS_PROJECTS:
            return tuple(one for one in result if self.sees_project(one.project_id))
        if name == "datasets":
            return tuple(one for one in result if one.key and self.sees_set(one.key))
        return result


_UNREADABLE: Final = (
    ProjectUnusableError,
    EventDamagedError,
    EventTooNewError,
    IllegalEventError,
)
"""What is wrong with a project of which nobody can say who has a role in it."""


@cache
def _signature(name: str) -> inspect.Signature:
    """What a use case takes."""
    whole = inspect.signature(getattr(Service, name))
    return whole.replace(parameters=[*whole.parameters.values()][1:])


def _least(
    name: str, need: Need, given: Mapping[str, Any], standing: Standing, person: Person
) -> Role:
    """The role that a call needs."""
    state = standing.state
    if need is Need.UNBLINDED:
        return Role.REVIEWER if hides_answers(standing.project, state) else Role.ANNOTATOR
    if need is not Need.OWN:
        return Role(need.value)
    found = (state.ledger.find(batch_id, item) for batch_id, item in _answers(name, given, state))
    is_own = all(placed is None or placed.by == person.person_id for placed in found)
    return Role.ANNOTATOR if is_own else Role.REVIEWER


def _answers(name: str, given: Mapping[str, Any], state: State) -> Iterator[tuple[str, int]]:
    """The answers that a call would change."""
    if name == "correct_many":
        yield from ((batch_id, answer.item) for batch_id, answer in given["corrections"])
    elif name == "take_back_batch":
        shown = state.batches.get(given["batch_id"])
        yield from ((given["batch_id"], item) for item in (shown.items if shown else ()))
    else:
        item = given["answer"].item if name == "correct" else given["item"]
        yield given["batch_id"], item


def _told(need: Need, least: Role) -> str:
    """Who may do what a person may not."""
    if need is Need.UNBLINDED:
        return (
            "In this project, people answer without seeing what others say, so answers and "
            "predictions are for reviewers and owners."
        )
    if least is Role.OWNER:
        return "Only an owner of this project can do this."
    return "Only a reviewer or an owner of this project can do this."
