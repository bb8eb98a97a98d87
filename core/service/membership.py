"""The use cases around people: who may do what in a project, and invitations by link."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cached_property
from time import monotonic
from typing import Final

from core.errors import (
    EventDamagedError,
    EventTooNewError,
    IllegalEventError,
    InvalidConfigError,
    InvalidNameError,
    ProjectUnusableError,
    UnknownInvitationError,
    UnknownProjectError,
)
from core.people.persons import EVERYTHING, Person, Who
from core.people.roles import Role
from core.service.holdings import Holdings
from core.service.log import Standing
from core.session.events import LOCAL, Event, InvitationWithdrawn, Invited, RoleGiven
from core.session.state import Member
from core.storage.base import Project

_SECRET_BYTES: Final = 16
_LATELY: Final = 5.0
"""Seconds after which a list asks the store again who has a role in a project."""

_LONGEST_NAME: Final = 200
_LONGEST_DAYS: Final = 90
"""An invitation ends after so many days at the latest."""


class Membership(Holdings):
    """What can be done about people in a project."""

    @cached_property
    def _lately(self) -> dict[str, tuple[float, Standing]]:
        """When each project was last read to see who has a role in it, and how it stood."""
        return {}

    def standing(self, project_id: str) -> Standing:
        """A project, deleted or not, and what its log amounts to now.

        Raises
        ------
        UnknownProjectError
            If it does not exist.
        """
        return self._log.read(project_id)

    def standing_lately(self, project_id: str) -> Standing:
        """The same, and no older than some seconds where another replica has written meanwhile.

        For lists, which would otherwise ask the store about each project.

        Raises
        ------
        UnknownProjectError
            If it does not exist.
        """
        at, known = self._lately.get(project_id, (0.0, None))
        if known is None or monotonic() - at >= _LATELY:
            known = self._log.read(project_id)
            self._lately[project_id] = monotonic(), known
        return self._log.known(known)

    def latest(self, standing: Standing) -> Standing:
        """The latest that is known here of a project, without asking the store."""
        return self._log.known(standing)

    def members(self, project_id: str) -> tuple[Member, ...]:
        """Who has a role, owners first, then by name; not whoever is there without a login.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted; the same in all that follows.
        """
        members = self._log.open(project_id).state.members.values()
        people = (member for member in members if member.person != LOCAL)
        return tuple(sorted(people, key=lambda one: (-Role(one.role).rank, one.name.casefold())))

    def role_of(self, project_id: str, *, who: Who = EVERYTHING) -> Role | None:
        """What somebody is in a project; an owner, where people have no names of their own."""
        if who.person.person_id == LOCAL:
            return Role.OWNER
        member = self._log.open(project_id).state.members.get(who.person.person_id)
        return None if member is None else Role(member.role)

    def give_role(
        self, project_id: str, person: Person, role: Role | None, *, by: str = LOCAL
    ) -> bool:
        """Let somebody have a role, or none any more; False if that is so already.

        Raises
        ------
        InvalidNameError
            If nobody can be called so.
        IllegalEventError
            If the project would have no owner any more.
        StoreError
            If it could not be stored.
        """
        known = person.person_id, person.name
        if LOCAL in known or not all(
            0 < len(n) <= _LONGEST_NAME and n.isprintable() for n in known
        ):
            raise InvalidNameError(
                "Nobody can be called so.", "Type the name as it is signed in with."
            )

        def give(now: Standing) -> list[RoleGiven]:
            before = now.state.members.get(person.person_id)
            named = None if role is None else role.named
            if (None if before is None else before.role) == named:
                return []
            name = person.name if before is None else before.name
            given = RoleGiven(person=person.person_id, name=name, role=named, by=by)
            return [given, *_in_place_of_local(now, role)]

        return bool(self._decide(project_id, give))

    def invite(self, project_id: str, role: Role, lasts: timedelta, *, by: str = LOCAL) -> str:
        """Make an invitation; the secret that its link holds, which is told only now.

        Parameters
        ----------
        lasts
            From now on; up to 90 days.

        Raises
        ------
        InvalidConfigError
            If it cannot last so long.
        StoreError
            If it could not be stored.
        """
        if not timedelta(0) < lasts <= timedelta(days=_LONGEST_DAYS):
            raise InvalidConfigError(
                f"An invitation lasts up to {_LONGEST_DAYS} days.", "Choose a shorter time."
            )
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        until = self._clock() + lasts
        event = Invited(invitation=_name_of(secret), role=role.named, until=until, by=by)
        self._decide(project_id, lambda _now: [event])
        return secret

    def invitations(self, project_id: str) -> tuple[Invited, ...]:
        """Those by which somebody can still come in, the one that ends first before others."""
        now = self._clock()
        found = self._log.open(project_id).state.invitations.values()
        return tuple(sorted((i for i in found if i.until > now), key=lambda one: one.until))

    def withdraw_invitation(self, project_id: str, invitation: str, *, by: str = LOCAL) -> bool:
        """End an invitation; False if it has ended before."""

        def withdraw(now: Standing) -> list[InvitationWithdrawn]:
            is_there = invitation in now.state.invitations
            return [InvitationWithdrawn(invitation=invitation, by=by)] if is_there else []

        return bool(self._decide(project_id, withdraw))

    def accept_invitation(self, project_id: str, secret: str, *, who: Who = EVERYTHING) -> Project:
        """Let somebody in who has the link of an invitation.

        Whoever may do as much already stays what they are.

        Raises
        ------
        UnknownInvitationError
            If there is none, or it has ended; the same where there is no such project.
        StoreError
            If it could not be stored.
        """
        name, person = _name_of(secret), who.person

        def accept(now: Standing) -> list[RoleGiven]:
            invited = now.state.invitations.get(name)
            if invited is None or invited.until <= self._clock():
                raise UnknownInvitationError
            before = now.state.members.get(person.person_id)
            if person.person_id == LOCAL or (
                before is not None and Role(before.role).may(Role(invited.role))
            ):
                return []
            return [
                RoleGiven(
                    person=person.person_id,
                    name=person.name,
                    role=invited.role,
                    invitation=name,
                    by=person.person_id,
                ),
                *_in_place_of_local(now, Role(invited.role)),
            ]

        try:
            self._decide(project_id, accept)
            return self.project(project_id)
        except (
            UnknownProjectError,
            ProjectUnusableError,
            EventDamagedError,
            EventTooNewError,
            IllegalEventError,
        ) as error:
            raise UnknownInvitationError from error

    def _decide(
        self, project_id: str, decide: Callable[[Standing], Sequence[Event]]
    ) -> Sequence[Event]:
        return self._log.decide(project_id, decide, lambda events: events)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()


def _in_place_of_local(now: Standing, role: Role | None) -> list[RoleGiven]:
    """That whoever was there without a login is out, once somebody else is an owner."""
    local = now.state.members.get(LOCAL)
    if role is not Role.OWNER or local is None:
        return []
    return [RoleGiven(person=LOCAL, name=local.name, role=None, by=LOCAL)]


def _name_of(secret: str) -> str:
    """What names an invitation: the secret cannot be found from it."""
    return hashlib.sha256(secret.encode()).hexdigest()
