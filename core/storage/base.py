"""The storage contract. Backends differ only in mechanism.

Consistency
    The log of a project is append-only and numbered 1, 2, 3, ... without gaps. ``append`` writes
    all its events or none. When it returns they are durable: a process killed, or a machine
    switched off, at any later moment does not lose them.

Concurrency
    A writer says up to which number it has read. If anybody has appended since, ``append`` raises
    ``SequenceConflictError`` and writes nothing; the writer reads on and decides anew. So two tabs,
    two threads or two servers never both act on the same state.

Deleting
    ``delete`` hides a project; its log stays, and ``restore`` brings it back. Nothing here removes
    an event.

Errors
    Whatever a backend's library raises is translated into the tree of :mod:`core.errors`. After an
    error the store is as it was before the call.

Thread safety
    Every method may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.config import ProjectConfig
from core.session.events import Event


@dataclass(frozen=True, slots=True)
class Project:
    """A project without its log.

    Attributes
    ----------
    project_id
        Never changes; a random 128-bit number in hexadecimal, but for the project that comes with
        the app.
    created_at, deleted_at
        UTC. ``deleted_at`` is None for a project that was not deleted.
    """

    project_id: str
    name: str
    config: ProjectConfig
    created_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in the log, with its number and the time (UTC) it was written."""

    seq: int
    at: datetime
    event: Event


class Store(Protocol):
    """See the module's text for what every implementation guarantees."""

    def ping(self) -> None:
        """Raise a ``StoreError`` if the store cannot be reached."""
        ...

    def create(self, project: Project, events: Sequence[Event]) -> bool:
        """Add a project with its first events; False, and no change, if its id exists already."""
        ...

    def projects(self) -> tuple[Project, ...]:
        """All projects, deleted ones too, oldest first."""
        ...

    def project(self, project_id: str) -> Project:
        """One project, deleted or not; ``UnknownProjectError`` if there is none."""
        ...

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name; ``UnknownProjectError`` if there is none."""
        ...

    def delete(self, project_id: str, at: datetime) -> None:
        """Hide a project; ``UnknownProjectError`` if there is none."""
        ...

    def restore(self, project_id: str) -> None:
        """Show a deleted project again; ``UnknownProjectError`` if there is none."""
        ...

    def append(
        self, project_id: str, expected_seq: int, events: Sequence[Event], at: datetime
    ) -> None:
        """Append events after number ``expected_seq``.

        Raises
        ------
        SequenceConflictError
            If the log does not end there (any more).
        UnknownProjectError
            If there is no such project, or it was deleted.
        """
        ...

    def events(self, project_id: str, after: int = 0) -> tuple[Recorded, ...]:
        """The events numbered above ``after``, in order; ``UnknownProjectError`` if no project."""
        ...
