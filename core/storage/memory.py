"""A store that lives as long as its process: for tests, simulations and trying things out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from core.config import ProjectConfig
from core.errors import SequenceConflictError, UnknownProjectError
from core.session.events import Event
from core.storage.base import PAGE, Project, Reading, Recorded


class MemoryStore:
    """The contract of :mod:`core.storage.base`, but for durability."""

    def __init__(self) -> None:
        self._projects: dict[str, Project] = {}
        self._logs: dict[str, list[Recorded]] = {}
        self._lock = threading.Lock()

    @property
    def generation(self) -> int:
        """Always the same: nobody can replace it."""
        return 0

    def ping(self) -> None:
        """Do nothing: memory is always there."""

    def close(self) -> None:
        """Do nothing: it ends with its process."""

    def create(self, project: Project, events: Sequence[Event]) -> bool:
        """Add a project with its first events; False if its id exists already."""
        with self._lock:
            if project.project_id in self._projects:
                return False
            self._projects[project.project_id] = project
            self._logs[project.project_id] = [
                Recorded(seq, project.created_at, event) for seq, event in enumerate(events, 1)
            ]
            return True

    def bring(self, project: Project, records: Iterable[Recorded]) -> bool:
        """Add a project with all of its log; False if its id exists already."""
        log = list(records)
        with self._lock:
            if project.project_id in self._projects:
                return False
            self._projects[project.project_id] = project
            self._logs[project.project_id] = log
            return True

    def projects(self) -> tuple[Project, ...]:
        """All projects, oldest first."""
        with self._lock:
            return tuple(sorted(self._projects.values(), key=lambda p: (p.created_at, p.name)))

    def project(self, project_id: str) -> Project:
        """One project, deleted or not."""
        with self._lock:
            return self._get(project_id)

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name."""
        with self._lock:
            self._projects[project_id] = replace(self._get(project_id), name=name)

    def configure(self, project_id: str, config: ProjectConfig) -> None:
        """Give a project other settings."""
        with self._lock:
            self._projects[project_id] = replace(self._get(project_id), config=config)

    def delete(self, project_id: str, at: datetime) -> None:
        """Hide a project."""
        with self._lock:
            self._projects[project_id] = replace(self._get(project_id), deleted_at=at)

    def restore(self, project_id: str) -> None:
        """Show a deleted project again."""
        with self._lock:
            self._projects[project_id] = replace(self._get(project_id), deleted_at=None)

    def append(
        self,
        project_id: str,
        expected_seq: int,
        events: Sequence[Event],
        at: datetime,
        *,
        generation: int | None = None,
    ) -> None:
        """Append events after number ``expected_seq``."""
        with self._lock:
            if self._get(project_id).deleted_at is not None:
                raise UnknownProjectError(project_id)
            log = self._logs[project_id]
            if len(log) != expected_seq or generation not in (None, self.generation):
                raise SequenceConflictError(project_id, expected_seq)
            log.extend(
                Recorded(seq, at, event) for seq, event in enumerate(events, expected_seq + 1)
            )

    def read(self, project_id: str, after: int = 0, limit: int = PAGE) -> Reading:
        """A project, and its events numbered above ``after``."""
        with self._lock:
            log = self._logs.get(project_id, [])[after : after + limit]
            last = log[-1].seq if log else 0
            return Reading(self._get(project_id), len(log), last, iter(log))

    def events(self, project_id: str, after: int = 0) -> tuple[Recorded, ...]:
        """The events numbered above ``after``."""
        with self._lock:
            self._get(project_id)
            return tuple(self._logs[project_id][after:])

    def head(self, project_id: str) -> int:
        """The number of the last event."""
        with self._lock:
            self._get(project_id)
            return len(self._logs[project_id])

    def _get(self, project_id: str) -> Project:
        try:
            return self._projects[project_id]
        except KeyError:
            raise UnknownProjectError(project_id) from None
