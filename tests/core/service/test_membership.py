"""Roles and invitations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import (
    IllegalEventError,
    InvalidConfigError,
    NotAllowedError,
    UnknownInvitationError,
    UnknownProjectError,
)
from core.people.persons import Person
from core.people.roles import Role
from core.service.labelling import Service
from tests.core.service.people import (
    ADMIN,
    ANNA,
    BEN,
    CLEO,
    STRANGER,
    as_,
    new_service,
    shared_project,
)

DAY = timedelta(days=1)


@pytest.fixture
def service() -> Service:
    return new_service()


def names(service: Service, project: str) -> list[tuple[str, str]]:
    return [(member.name, member.role) for member in service.members(project)]


def test_who_makes_a_project_is_its_owner_and_can_share_it(service: Service) -> None:
    project = shared_project(service)
    expected = [("Anna", "owner"), ("Ben", "reviewer"), ("Cleo", "annotator")]
    assert names(service, project) == expected


def test_a_role_that_is_taken_away_is_gone_at_once(service: Service) -> None:
    project = shared_project(service)
    assert as_(service, ANNA).give_role(project, CLEO, None)
    assert not as_(service, ANNA).give_role(project, CLEO, None), "it is so already"
    with pytest.raises(UnknownProjectError):
        as_(service, CLEO).view(project)


def test_a_view_from_before_is_worth_nothing_once_the_role_is_gone(service: Service) -> None:
    project = shared_project(service)
    view = as_(service, CLEO).view(project)
    as_(service, ANNA).give_role(project, CLEO, None)
    with pytest.raises(UnknownProjectError):
        as_(service, CLEO).serve(view)


def test_the_last_owner_stays(service: Service) -> None:
    project = shared_project(service)
    with pytest.raises(IllegalEventError, match="needs an owner"):
        as_(service, ANNA).give_role(project, ANNA, None)
    with pytest.raises(IllegalEventError, match="needs an owner"):
        as_(service, ADMIN).give_role(project, ANNA, Role.ANNOTATOR)
    as_(service, ANNA).give_role(project, BEN, Role.OWNER)
    assert as_(service, BEN).give_role(project, ANNA, None)


def test_an_invitation_lets_several_in_until_it_ends(service: Service) -> None:
    project = shared_project(service)
    secret = as_(service, ANNA).invite(project, Role.ANNOTATOR, DAY)
    assert len(secret) >= 22, "128 bits"
    for person in (STRANGER, Person("finn", "Finn")):
        assert as_(service, person).accept_invitation(project, secret).project_id == project
        assert as_(service, person).role_of(project) is Role.ANNOTATOR
    assert len(as_(service, ANNA).invitations(project)) == 1


def test_the_log_does_not_hold_the_secret(service: Service) -> None:
    project = shared_project(service)
    secret = as_(service, ANNA).invite(project, Role.REVIEWER, DAY)
    (kept,) = service.invitations(project)
    assert secret not in kept.model_dump_json()


def test_an_invitation_takes_no_role_away(service: Service) -> None:
    project = shared_project(service)
    secret = as_(service, ANNA).invite(project, Role.ANNOTATOR, DAY)
    as_(service, BEN).accept_invitation(project, secret)
    assert as_(service, BEN).role_of(project) is Role.REVIEWER
    better = as_(service, ANNA).invite(project, Role.REVIEWER, DAY)
    as_(service, CLEO).accept_invitation(project, better)
    assert as_(service, CLEO).role_of(project) is Role.REVIEWER


def test_an_invitation_that_is_over_withdrawn_or_made_up_lets_nobody_in(service: Service) -> None:
    project = shared_project(service)
    over = as_(service, ANNA).invite(project, Role.OWNER, timedelta(seconds=1))
    withdrawn = as_(service, ANNA).invite(project, Role.OWNER, DAY)
    (left,) = as_(service, ANNA).invitations(project)
    assert as_(service, ANNA).withdraw_invitation(project, left.invitation)
    assert not as_(service, ANNA).withdraw_invitation(project, left.invitation)
    told = set()
    for secret in (over, withdrawn, "made-up", ""):
        with pytest.raises(UnknownInvitationError) as refused:
            as_(service, STRANGER).accept_invitation(project, secret)
        told.add(str(refused.value))
    with pytest.raises(UnknownInvitationError) as refused:
        as_(service, STRANGER).accept_invitation("no-such-project", over)
    assert told == {str(refused.value)}
    assert as_(service, STRANGER).projects() == ()


def test_an_invitation_lasts_up_to_90_days_and_only_owners_make_one(service: Service) -> None:
    project = shared_project(service)
    for lasts in (timedelta(days=91), timedelta(0)):
        with pytest.raises(InvalidConfigError):
            as_(service, ANNA).invite(project, Role.ANNOTATOR, lasts)
    with pytest.raises(NotAllowedError):
        as_(service, BEN).invite(project, Role.ANNOTATOR, DAY)


def test_an_administrator_may_do_everything_without_a_role(service: Service) -> None:
    project = shared_project(service)
    assert as_(service, ADMIN).role_of(project) is None
    as_(service, ADMIN).rename_project(project, "Otherwise")
    assert [p.name for p in as_(service, ADMIN).projects()] == ["Otherwise"]
