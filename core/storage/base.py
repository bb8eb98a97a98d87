"""The storage contract. Backends differ only in mechanism.

Consistency
    The log of a project is append-only and numbered 1, 2, 3, ... without gaps. ``append`` writes
    all its events or none. When it returns they are durable: a process killed, or a machine
    switched off, at any later moment does not lose them.

Concurrency
    A writer says up to which number it has read. If anybody has appended since, ``append`` raises
    ``SequenceConflictError`` and writes nothing; the writer reads on and decides anew. So two tabs,
    two threads or two servers never both act on the same state.

Replacing
    A database can be taken away from under the program, or another one be put in its place. Then
    the call that finds out fails, and the next one goes on with what is there. ``generation`` has
    another value from then on: whoever remembers a log reads it anew, and an ``append`` that was
    decided on what was there before is refused as a conflict.

Leases
    What is on whose desk stands here too, and no item of a project is on two at the same time, in
    one slot: ``append`` takes a whole batch to a desk, together with its events, or raises
    ``LeasedError`` and writes nothing. What was on that desk before is given up by that. A lease
    ends by itself; the time is that of the one clock that all programs share, which is the
    server's, or this machine's. Leases are no part of a log, and no backup has to hold them.

Deleting
    ``delete`` hides a project; its log stays, and ``restore`` brings it back. Nothing here removes
    an event.

Errors
    Whatever a backend's library raises is translated into the tree of :mod:`core.errors`. After an
    error the store is as it was before the call; only where the connection to a server breaks while
    it writes, nobody knows, and whoever reads on finds out. What cannot be read of one project
    harms no other: its settings make it a ``BrokenProject``, and an event is told by its number.

Thread safety
    Every method may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from core.config import ProjectConfig
from core.people.leases import Lease, Taking
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
class BrokenProject:
    """A project whose settings this program cannot read; nothing of it is lost.

    Attributes
    ----------
    problem, remedy
        What is wrong, and what can be done about it: one sentence each.
    deleted_at
        UTC; None for a project that was not deleted.
    """

    project_id: str
    name: str
    problem: str
    remedy: str
    deleted_at: datetime | None = None


PAGE: Final = 10_000
"""Rows of a log that are in memory at the same time while it is read."""


class Recorded(NamedTuple):
    """An event in the log, with its number and the time (UTC) it was written."""

    seq: int
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Reading:
    """A project, and the events of its log that were asked for, at one moment.

    Attributes
    ----------
    n_events, last
        How many events there are, and the number of the last one; 0 where there is none.
    events
        To be gone through once. Each is made of its row when its turn comes, so a long log is never
        in memory as a whole; one that cannot be read raises ``EventDamagedError`` then.
    """

    project: Project
    n_events: int
    last: int
    events: Iterator[Recorded]


class Store(Protocol):
    """See the module's text for what every implementation guarantees."""

    @property
    def generation(self) -> int:
        """Another number after the store was replaced by another one, or may have been."""
        ...

    def ping(self) -> None:
        """Raise a ``StoreError`` if nothing can be stored now; something is, to find out."""
        ...

    def close(self) -> None:
        """Let go of the store, all in order; nothing can be done with it afterwards."""
        ...

    def create(self, project: Project, events: Sequence[Event]) -> bool:
        """Add a project with its first events; False, and no change, if its id exists already."""
        ...

    def bring(self, project: Project, records: Iterable[Recorded]) -> bool:
        """Add a project with all of its log, times included; False if its id exists already.

        Parameters
        ----------
        records
            Numbered from 1 without a gap. They are gone through once, before anything is written;
            what they raise is raised, and there is no such project then.
        """
        ...

    def projects(self) -> tuple[Project | BrokenProject, ...]:
        """All projects, deleted ones too, oldest first."""
        ...

    def project(self, project_id: str) -> Project:
        """One project, deleted or not.

        Raises
        ------
        UnknownProjectError
            If there is none.
        ProjectUnusableError
            If its settings cannot be read.
        """
        ...

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name; ``UnknownProjectError`` if there is none."""
        ...

    def configure(self, project_id: str, config: ProjectConfig) -> None:
        """Give a project other settings; ``UnknownProjectError`` if there is none."""
        ...

    def delete(self, project_id: str, at: datetime) -> None:
        """Hide a project; ``UnknownProjectError`` if there is none."""
        ...

    def restore(self, project_id: str) -> None:
        """Show a deleted project again; ``UnknownProjectError`` if there is none."""
        ...

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
        """Append events after number ``expected_seq``.

        Parameters
        ----------
        events
            None at all where something is only to be taken, and the log has to end there for it.
        generation
            That of the store when the log was read; None asks nothing of it.
        takings
            What comes to desks with it, all or none.

        Raises
        ------
        SequenceConflictError
            If the log does not end there (any more), or is another one.
        UnknownProjectError
            If there is no such project, or it was deleted.
        LeasedError
            If something of what was to be taken is on another desk; it names the desk that it was
            to come to.
        """
        ...

    def leases(self, project_id: str) -> tuple[Lease, ...]:
        """All leases of a project, in any order, some of those that have ended among them."""
        ...

    def renew(self, project_id: str, desk: str, seconds: float) -> bool:
        """Let what is on a desk stay there for so long from now; False if nothing is any more."""
        ...

    def release(self, project_id: str, desk: str) -> None:
        """End the leases of a desk in a project."""
        ...

    def read(self, project_id: str, after: int = 0, limit: int = PAGE) -> Reading:
        """A project, deleted or not, and its events numbered above ``after``, in order.

        Parameters
        ----------
        limit
            Events at most; where there are as many, there may be more.

        Raises
        ------
        UnknownProjectError
            If there is none.
        ProjectUnusableError
            If its settings cannot be read.
        """
        ...

    def events(self, project_id: str, after: int = 0) -> tuple[Recorded, ...]:
        """The events numbered above ``after``, in order.

        Raises
        ------
        UnknownProjectError
            If there is no such project.
        EventDamagedError
            If one of them cannot be read.
        """
        ...

    def head(self, project_id: str) -> int:
        """The number of the last event, 0 if there is none; ``UnknownProjectError`` if no project.

        It costs the same however long the log is.
        """
        ...
