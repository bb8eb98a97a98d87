"""A store that lives as long as its process: for tests, simulations and trying things out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from time import time
from typing import NamedTuple

from core.config import ProjectConfig
from core.errors import LeasedError, SequenceConflictError, UnknownProjectError
from core.people.leases import KEPT, LONGEST, Lease, Taking
from core.session.events import Event
from core.storage.base import PAGE, Project, Reading, Recorded


class _Lease(NamedTuple):
    """Who has an item, and until when."""

    desk: str
    batch_id: str
    until: float

    def is_live(self, now: float) -> bool:
        """Whether somebody has it now; one that would end too late was made by a wrong clock."""
        return 0 < self.until - now <= LONGEST


class MemoryStore:
    """The contract of :mod:`core.storage.base`, but for durability.

    Parameters
    ----------
    now
        Gives the time in seconds, from whenever.
    """

    def __init__(self, now: Callable[[], float] = time) -> None:
        self._now = now
        self._leases: dict[str, dict[tuple[int, int], _Lease]] = {}
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
        takings: Sequence[Taking] = (),
    ) -> None:
        """Append events after number ``expected_seq``, and take something with it."""
        with self._lock:
            if self._get(project_id).deleted_at is not None:
                raise UnknownProjectError(project_id)
            log = self._logs[project_id]
            if len(log) != expected_seq or generation not in (None, self.generation):
                raise SequenceConflictError(project_id, expected_seq)
            before = self._leases.get(project_id, {})
            try:
                for taking in takings:
                    self._take(project_id, taking)
            except LeasedError:
                self._leases[project_id] = before
                raise
            log.extend(
                Recorded(seq, at, event) for seq, event in enumerate(events, expected_seq + 1)
            )

    def leases(self, project_id: str) -> tuple[Lease, ...]:
        """All leases of a project, some of those that have ended among them."""
        with self._lock:
            now, held = self._now(), self._leases.get(project_id, {})
            return tuple(
                Lease(item, slot, one.desk, one.batch_id, one.until - now)
                for (item, slot), one in held.items()
            )

    def renew(self, project_id: str, desk: str, seconds: float) -> bool:
        """Let what is on a desk stay there for so long from now; False if nothing is any more."""
        return self._end(project_id, desk, seconds)

    def release(self, project_id: str, desk: str) -> None:
        """End the leases of a desk in a project."""
        self._end(project_id, desk, 0.0)

    def _end(self, project_id: str, desk: str, seconds: float) -> bool:
        """Let the leases of a desk that have not ended yet end then."""
        with self._lock:
            now, held = self._now(), self._leases.get(project_id, {})
            live = [place for place, one in held.items() if one.desk == desk and one.is_live(now)]
            held.update({place: held[place]._replace(until=now + seconds) for place in live})
            return bool(live)

    def _take(self, project_id: str, taking: Taking) -> None:
        now, held = self._now(), self._leases.get(project_id, {})
        for place in taking.places:
            other = held.get(place)
            if other and other.desk != taking.desk and other.is_live(now):
                raise LeasedError(project_id, taking.desk)
        mine = (one for one in held.values() if one.desk == taking.desk and one.is_live(now))
        own = {one.batch_id for one in mine}
        if taking.before is not None and own - {taking.before, taking.batch_id}:
            raise LeasedError(project_id, taking.desk)
        kept = {
            place: one
            for place, one in held.items()
            if one.desk != taking.desk and -KEPT < one.until - now <= LONGEST
        }
        new = _Lease(taking.desk, taking.batch_id, now + taking.seconds)
        self._leases[project_id] = kept | dict.fromkeys(taking.places, new)

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
