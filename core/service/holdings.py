"""The use cases around what projects stand on: the sets and networks that were brought in."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from core.errors import InvalidDatasetError, InvalidNetworkError
from core.graph.embeddings.networks import is_same
from core.people.persons import EVERYTHING, Who
from core.service.projects import Projects, require_set
from core.session.events import LOCAL
from core.storage.base import Project
from core.wording import counted


class Holdings(Projects):
    """What can be done with sets and networks, and which projects need them."""

    def projects_on(self, key: str) -> tuple[Project, ...]:
        """The projects on a data set, those that were deleted and can be restored among them."""
        return tuple(
            p for p in self._store.projects() if isinstance(p, Project) and p.config.dataset == key
        )

    def owners_of_set(self, key: str) -> tuple[str, ...]:
        """Who has brought in a set, by their ids; nobody where that is not known."""
        with suppress(InvalidDatasetError):
            if self._catalogue.sets is not None and self._catalogue.is_stored(key):
                return self._catalogue.sets.head(key).owners
        return ()

    def delete_dataset(self, key: str, *, who: Who = EVERYTHING) -> None:
        """Delete a set that was brought in, for good.

        Parameters
        ----------
        who
            Who deletes it. It stays where others have brought in the same; projects of which this
            person knows nothing are not named.

        Raises
        ------
        InvalidDatasetError
            If a project uses it, or it cannot be deleted.
        """
        require_set(key, who)
        users = [project for project in self.projects_on(key) if project.deleted_at is None]
        if any(not who.sees_project(project.project_id) for project in users):
            raise InvalidDatasetError(
                "A project of somebody else cannot do without these images.",
                "They stay as long as it does.",
            )
        if names := _named(users):
            raise InvalidDatasetError(
                f"{names} cannot do without these images.", "Delete what uses them first."
            )
        if self._catalogue.sets is None:
            raise InvalidDatasetError(f"There is no data set “{key}”.", "Reload the page.")
        person = who.person.person_id
        if person == LOCAL or not self._catalogue.sets.disown(key, person):
            self._catalogue.sets.delete(key)

    def projects_with(self, network: str) -> tuple[Project, ...]:
        """The projects whose images a network looks at, deleted ones among them."""
        listed = (p for p in self._store.projects() if isinstance(p, Project))
        return tuple(
            p for p in listed if p.config.uses_embeddings and is_same(p.config.network, network)
        )

    def delete_network(self, key: str) -> None:
        """Delete a network that was added, for good.

        Raises
        ------
        InvalidNetworkError
            If a project uses it, or it cannot be deleted.
        """
        if users := _named(self.projects_with(key)):
            raise InvalidNetworkError(
                f"{users} cannot do without this network.", "Delete what uses it first."
            )
        if self.networks is None:
            raise InvalidNetworkError("There are no networks here.", "Reload the page.")
        self.networks.remove(key)


def _named(projects: Iterable[Project]) -> str:
    """Those that were not deleted, in words; empty where there is none."""
    names = [project.name for project in projects if project.deleted_at is None]
    others = f" and {counted(len(names) - 1, 'other project')}" if names[1:] else ""
    return f"“{names[0]}”{others}" if names else ""
