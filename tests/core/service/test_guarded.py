"""What each person may do: every use case, tried as everybody."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from core.config import ProjectConfig
from core.errors import InvalidDatasetError, NotAllowedError, UnknownProjectError
from core.people.persons import LOCAL_PERSON, Person
from core.people.roles import RIGHTS, Need, Role
from core.service.guarded import Administrators, guarded
from core.service.labelling import Service
from core.service.told import lines
from core.service.view import View
from core.session.events import LOCAL, Answer, LabelKept
from core.storage import MemoryStore
from core.storage.base import PAGE, Reading
from tests.core.builders import label
from tests.core.service.people import (
    ADMIN,
    ANNA,
    BEN,
    CLEO,
    OF_ROLE,
    ROLES,
    STRANGER,
    as_,
    new_service,
    shared_project,
)

OF_A_PROJECT = {
    name: need
    for name, need in RIGHTS.items()
    if need in {Need.ANNOTATOR, Need.UNBLINDED, Need.OWN, Need.REVIEWER, Need.OWNER}
}
EVERYBODY = (STRANGER, CLEO, BEN, ANNA, ADMIN)


class ReachedError(Exception):
    """A call has come to the service behind the guard."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        super().__init__()
        self.arguments = arguments


class Still(Service):
    """A service of which no use case of people does anything but say that it was called."""

    is_still = False

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if RIGHTS.get(name, Need.PROCESS) is Need.PROCESS or not super().__getattribute__(
            "is_still"
        ):
            return found
        if name in {"projects_on", "networks"}:
            return found
        signature = inspect.signature(found)

        def call(*args: Any, **kwargs: Any) -> None:
            raise ReachedError(dict(signature.bind(*args, **kwargs).arguments))

        return call


class Counting(MemoryStore):
    """A store that counts how often a log is read."""

    n_reads = 0

    def read(self, project_id: str, after: int = 0, limit: int = PAGE) -> Reading:
        self.n_reads += 1
        return super().read(project_id, after, limit)


def still_with(overlap: int) -> tuple[Still, str, View]:
    service = Still(MemoryStore())
    project = shared_project(service, overlap=overlap)
    view = service.view(project)
    service.is_still = True
    return service, project, view


@pytest.fixture(scope="module")
def still() -> tuple[Still, str, View]:
    return still_with(overlap=1)


@pytest.fixture(scope="module")
def still_blind() -> tuple[Still, str, View]:
    """In a project in which two people answer an image without seeing each other's answers."""
    return still_with(overlap=2)


def arguments(name: str, project: str, view: View) -> dict[str, Any]:
    """Something for each argument that a use case needs, about a project."""
    made: dict[str, Any] = {
        "project_id": project,
        "view": view,
        "project": view.project,
        "answer": label(0),
        "batch_id": "nothing",
        "item": 0,
        "corrections": [("nothing", label(0))],
        "kept": LabelKept(item=0, label="3", against="8", score=1.0, by="somebody"),
        "key": "digits",
    }
    needed = inspect.signature(getattr(Service, name)).parameters
    return {
        key: made.get(key)
        for key, parameter in needed.items()
        if key != "self" and (parameter.default is inspect.Parameter.empty or key == "by")
    }


def reaches(name: str, service: Service, person: Person, project: str, view: View) -> bool:
    """Whether a use case is called for somebody; else it is refused as it should be."""
    theirs, given = as_(service, person), arguments(name, project, view)
    if person is STRANGER:
        # Who has nothing to do with it does not hear that it exists.
        with pytest.raises(UnknownProjectError) as of_none:
            MemoryStore().project(project)
        with pytest.raises(UnknownProjectError, match=re.escape(str(of_none.value))):
            getattr(theirs, name)(**given)
        return False
    with pytest.raises((ReachedError, NotAllowedError)) as ended:
        getattr(theirs, name)(**given)
    if not isinstance(ended.value, ReachedError):
        return False
    reached = ended.value.arguments
    assert reached.get("by", person.person_id) == person.person_id, "nobody speaks for another"
    kept = reached.get("kept")
    assert kept is None or kept.by == person.person_id
    return True


@pytest.mark.parametrize("name", sorted(OF_A_PROJECT))
def test_a_use_case_is_there_for_those_whose_role_is_enough_and_for_no_other(
    name: str, still: tuple[Still, str, View]
) -> None:
    assert those_who_reach(name, still) == those_with(_ROLES_FOR.get(OF_A_PROJECT[name]), name)


@pytest.mark.parametrize("name", sorted(OF_A_PROJECT))
def test_where_people_are_blind_what_is_said_of_single_images_is_for_reviewers(
    name: str, still_blind: tuple[Still, str, View]
) -> None:
    roles = _ROLES_FOR | {Need.UNBLINDED: Role.REVIEWER}
    assert those_who_reach(name, still_blind) == those_with(roles.get(OF_A_PROJECT[name]), name)


_ROLES_FOR = {Need.OWN: Role.ANNOTATOR, Need.UNBLINDED: Role.ANNOTATOR}


def those_with(role: Role | None, name: str) -> set[Person]:
    """All who have a role, or the one that the table names, and administrators."""
    least = role or Role(OF_A_PROJECT[name].value)
    return {person for of, person in OF_ROLE.items() if of.may(least)} | {ADMIN}


def those_who_reach(name: str, still: tuple[Still, str, View]) -> set[Person]:
    return {person for person in EVERYBODY if reaches(name, still[0], person, *still[1:])}


@pytest.mark.parametrize("is_known", [False, True], ids=["several answer", "some are known"])
def test_who_is_blind_is_told_why_and_has_their_own_answers_alone(is_known: bool) -> None:
    service = new_service()
    project = shared_project(service, overlap=1 if is_known else 2)
    if is_known:
        as_(service, CLEO).past(project)
        as_(service, ANNA).set_known(project, {3: "3"})
    for person in (CLEO, BEN):
        theirs = as_(service, person)
        batch = theirs.batch(project, desk=person.person_id)
        assert batch is not None
        theirs.submit(project, batch.batch_id, [label(item) for item in batch.items])
    hers = as_(service, CLEO)
    with pytest.raises(NotAllowedError, match="without seeing what others say") as refused:
        hers.look_unblinded(project)
    assert str(refused.value).endswith("Ask an owner of the project.")
    with pytest.raises(NotAllowedError):
        hers.marks(hers.view(project))
    for whose in (None, "cleo", "ben"):
        assert {one.by for one in hers.answers(project, whose=whose).answers} == {"cleo"}
    for person in (BEN, ANNA, ADMIN):
        theirs = as_(service, person)
        assert {one.by for one in theirs.answers(project).answers} == {"ben", "cleo"}
        assert theirs.past(project).rounds
        assert isinstance(theirs.look_unblinded(project), View)


@pytest.mark.parametrize("name", sorted(set(RIGHTS) - set(OF_A_PROJECT)))
def test_what_is_of_no_project_is_for_whom_it_is(name: str, still: tuple[Still, str, View]) -> None:
    if name == "networks":
        return
    able = {person for person in EVERYBODY if _reaches_at_all(name, still, person)}
    expected: dict[Need, set[Person]] = {
        Need.PROCESS: set(),
        Need.PERSON: set(EVERYBODY),
        Need.ADMINISTRATOR: {ADMIN},
        Need.SET_OWNER: {ADMIN},
    }
    assert able == expected[RIGHTS[name]]


def _reaches_at_all(name: str, still: tuple[Still, str, View], person: Person) -> bool:
    service, project, view = still
    try:
        found = getattr(as_(service, person), name)
        found(**arguments(name, project, view))
    except ReachedError:
        return True
    except NotAllowedError:
        return False
    return True


def test_what_is_not_in_the_table_is_refused_even_to_an_administrator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Service, "forgotten", lambda _self: 1, raising=False)
    with pytest.raises(NotAllowedError):
        as_(new_service(), ADMIN).forgotten()  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        _ = as_(new_service(), ADMIN)._store


def test_lists_hold_only_what_somebody_has_a_role_in() -> None:
    service = new_service()
    shared, other = shared_project(service), _project_of(service, STRANGER, "Mine")
    service.delete_project(_project_of(service, ANNA, "Gone"))
    for person in (ANNA, BEN, CLEO):
        assert [p.project_id for p in as_(service, person).projects()] == [shared]
    assert [p.project_id for p in as_(service, STRANGER).projects()] == [other]
    assert len(as_(service, ADMIN).projects()) == 2
    assert [p.name for p in as_(service, ANNA).deleted_projects()] == ["Gone"]
    assert as_(service, STRANGER).deleted_projects() == ()
    assert [p.project_id for p in as_(service, STRANGER).projects_on("digits")] == [other]


def test_a_list_asks_the_store_seldom_and_knows_at_once_what_changes_here() -> None:
    store = Counting()
    service = Service(store)
    project = shared_project(service)
    theirs = as_(service, CLEO)
    assert len(theirs.projects()) == 1
    before = store.n_reads
    assert len(theirs.projects()) == len(theirs.projects()) == 1
    assert store.n_reads == before
    as_(service, ANNA).give_role(project, CLEO, None)
    assert theirs.projects() == ()


def test_names_of_projects_that_one_does_not_see_are_free() -> None:
    service = new_service()
    shared_project(service, "Cells")
    theirs = as_(service, STRANGER)
    assert theirs.free_name("Cells") == "Cells"
    assert as_(service, CLEO).free_name("Cells") == "Cells (2)"
    assert theirs.create_project("cells", ProjectConfig(n_samples=10)).name == "cells"


def test_an_annotator_changes_their_own_answers_and_a_reviewer_those_of_others() -> None:
    service = new_service()
    project = shared_project(service)
    batches = {}
    for person in (CLEO, ANNA):
        theirs = as_(service, person)
        batch = theirs.batch(project, desk=person.person_id)
        assert batch is not None
        theirs.submit(project, batch.batch_id, [label(item) for item in batch.items])
        batches[person] = batch
    cleos, annas = batches[CLEO], batches[ANNA]
    hers = as_(service, CLEO)
    assert hers.correct(project, cleos.batch_id, label(cleos.items[0], "4"))
    with pytest.raises(NotAllowedError):
        hers.correct(project, annas.batch_id, label(annas.items[0], "4"))
    with pytest.raises(NotAllowedError):
        hers.take_back(project, annas.batch_id, annas.items[0])
    with pytest.raises(NotAllowedError):
        hers.take_back_batch(project, annas.batch_id)
    numbering = service.view(project).state.images.numbering
    mixed: list[tuple[str, Answer]] = [
        (cleos.batch_id, label(cleos.items[1], "5")),
        (annas.batch_id, label(annas.items[1], "5")),
    ]
    with pytest.raises(NotAllowedError):
        hers.correct_many(project, numbering, mixed)
    assert as_(service, BEN).correct_many(project, numbering, mixed) == 2
    assert hers.take_back_batch(project, cleos.batch_id)


def test_nobody_speaks_in_the_name_of_another() -> None:
    service = new_service()
    project = shared_project(service)
    batch = service.batch(project)
    assert batch is not None
    as_(service, CLEO).submit(project, batch.batch_id, [label(batch.items[0])], by="anna")
    state = service.view(project).state
    assert state.last_of("anna") is None
    last = state.last_of("cleo")
    assert last is not None
    with pytest.raises(NotAllowedError):
        as_(service, CLEO).keep(
            project, LabelKept(item=batch.items[0], label="3", against="8", score=1.0, by="anna")
        )


def test_undo_is_about_ones_own_last_answer() -> None:
    service = new_service()
    project = shared_project(service)
    given = {}
    for person in (CLEO, BEN):
        batch = service.batch(project, desk=person.person_id)
        assert batch is not None
        as_(service, person).submit(project, batch.batch_id, [label(batch.items[0])])
        given[person] = batch
    first = given[CLEO]
    assert as_(service, CLEO).undo(project, first.batch_id, first.items[0])
    state = service.view(project).state
    assert state.last_of("cleo") is None
    assert state.last_of("ben") is not None


def test_without_a_login_whoever_is_here_may_do_everything_as_local() -> None:
    service = new_service()
    local = guarded(service, LOCAL_PERSON)
    project = local.create_project("Mine", ProjectConfig(n_samples=20)).project_id
    assert local.members(project) == ()
    local.rename_project(project, "Still mine")
    batch = local.batch(project)
    assert batch is not None
    local.submit(project, batch.batch_id, [label(batch.items[0])])
    assert service.view(project).state.last_of(LOCAL) is not None


def test_with_a_login_nobody_is_local_and_old_projects_are_the_administrators() -> None:
    service = new_service()
    project = service.create_project("Old", ProjectConfig(n_samples=20)).project_id
    assert guarded(service, LOCAL_PERSON, ROLES).projects() == ()
    assert as_(service, ANNA).projects() == ()
    as_(service, ADMIN).give_role(project, ANNA, Role.OWNER)
    assert [p.project_id for p in as_(service, ANNA).projects()] == [project]


def test_an_image_set_of_somebody_else_is_not_there() -> None:
    service = new_service()
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        as_(service, STRANGER).create_project("X", ProjectConfig(dataset="pets-0123456789ab"))
    assert [entry.key for entry in as_(service, STRANGER).datasets()] == ["digits"]


def test_a_branch_is_its_makers_alone() -> None:
    service = new_service()
    project = shared_project(service)
    batch = as_(service, ANNA).batch(project)
    assert batch is not None
    as_(service, ANNA).submit(project, batch.batch_id, [label(item) for item in batch.items])
    made = as_(service, ANNA).branch(project, 1, "Anew").project_id
    assert [member.person for member in service.members(made)] == ["anna"]
    assert as_(service, CLEO).free_name("Anew") == "Anew"


def test_administrators_are_those_who_are_named() -> None:
    named = Administrators({"ada"}, has_login=True)
    assert [named.is_administrator(person) for person in (ADMIN, ANNA)] == [True, False]
    assert not named.is_administrator(LOCAL_PERSON)


def _project_of(service: Service, person: Person, name: str) -> str:
    made = as_(service, person).create_project(name, ProjectConfig(n_samples=20))
    return made.project_id


def test_who_renames_a_project_or_changes_its_settings_stands_in_its_log() -> None:
    store = MemoryStore()
    service = Service(store)
    project = shared_project(service)
    hers = as_(service, ANNA)
    before = len(store.events(project))
    hers.rename_project(project, "Shared")
    hers.rename_project(project, "Ours", by="somebody else")
    hers.hide_predictions(project, 0.5)
    hers.compare_by(project, "shapes")
    new = [record.event for record in store.events(project)[before:]]
    assert [event.event for event in new] == ["renamed", "settings", "settings"]
    assert {event.by for event in new} == {"anna"}
    told = [line.told for line in lines(service.standing(project).state.landmarks, "digits")]
    assert "The project is called “Ours” now." in told
