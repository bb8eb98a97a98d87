"""What a person may do, as the table has it."""

from __future__ import annotations

from core.people.roles import RIGHTS, Need, Role
from core.service.labelling import Service


def test_every_use_case_says_what_it_needs_and_nothing_else_stands_in_the_table():
    public = {name for name in dir(Service) if not name.startswith("_")} | {"networks"}
    assert set(RIGHTS) == public


def test_a_role_may_do_what_those_below_it_may():
    assert [role.may(Role.REVIEWER) for role in Role] == [False, True, True]
    assert all(Role.OWNER.may(role) for role in Role)
    assert [role for role in Role if Role.ANNOTATOR.may(role)] == [Role.ANNOTATOR]


def test_only_the_process_may_read_the_store_as_a_whole_or_end_it():
    of_the_process = {name for name, need in RIGHTS.items() if need is Need.PROCESS}
    assert of_the_process >= {"close", "ping", "standing", "latest", "warm_up"}
