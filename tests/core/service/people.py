"""A project of several people, each with a role, and one person without any."""

from __future__ import annotations

from core.config import ProjectConfig
from core.people.persons import Person
from core.people.roles import Role
from core.service.guarded import Administrators, guarded
from core.service.labelling import Service
from core.storage import MemoryStore
from tests.core.builders import TickingClock, numbered

ANNA, BEN, CLEO = Person("anna", "Anna"), Person("ben", "Ben"), Person("cleo", "Cleo")
STRANGER, ADMIN = Person("eve", "Eve"), Person("ada", "Ada")
OF_ROLE = {Role.OWNER: ANNA, Role.REVIEWER: BEN, Role.ANNOTATOR: CLEO}
ROLES = Administrators({"ada"}, has_login=True)


def new_service() -> Service:
    return Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))


def as_(service: Service, person: Person) -> Service:
    """The service as somebody has it."""
    return guarded(service, person, ROLES)


def shared_project(service: Service, name: str = "Shared", *, overlap: int = 1) -> str:
    """A project of Anna's, in which Ben is a reviewer and Cleo an annotator."""
    hers = as_(service, ANNA)
    config = ProjectConfig(n_samples=40, batch_size=4, overlap=overlap)
    project = hers.create_project(name, config).project_id
    hers.give_role(project, BEN, Role.REVIEWER)
    hers.give_role(project, CLEO, Role.ANNOTATOR)
    return project
