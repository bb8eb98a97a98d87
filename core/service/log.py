"""The log of each project, folded once and followed from then on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final, TypeVar, cast

from core.errors import (
    LeasedError,
    SequenceConflictError,
    StoreBusyError,
    StoreError,
    UnknownProjectError,
)
from core.jobs.garbage import garbage_later
from core.people.leases import Taking
from core.service.counts import Counting
from core.session.events import Event
from core.session.fold import fold, fold_records
from core.session.labels import Labels
from core.session.state import State
from core.storage.base import PAGE, Project, Reading, Store

Decision = TypeVar("Decision")

_ATTEMPTS: Final = 20
"""How often to decide anew when others write to the same log at the same time."""

_TOGETHER: Final = 64
"""How many wishes to add to a log are stored at once at most."""


class _ReplacedError(Exception):
    """The store is another one by now."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A project, and what its log amounts to.

    Attributes
    ----------
    unsaved
        Why the last events of it could not be stored; None where all are.
    """

    project: Project
    state: State
    unsaved: StoreError | None = None


class _Wish:
    """What somebody wants to add to a log, and what became of it."""

    def __init__(
        self,
        decide: Callable[[Standing], Any],
        events: Callable[[Any], Sequence[Event]],
        taking: Callable[[Any], Taking | None],
    ) -> None:
        self.decide = decide
        self.events = events
        self.taking = taking
        self.decision: Any = None
        self.taken: Taking | None = None
        self.error: BaseException | None = None
        self.is_done = False
        self._news = threading.Event()

    def wait(self) -> None:
        """Wait until this is done, or it is the one to go on with."""
        self._news.wait()

    def wake(self) -> None:
        """Let whoever waits look how things stand."""
        self._news.set()

    def end(self) -> None:
        """Note that it is known what has become of it."""
        self.is_done = True
        self._news.set()

    def made_out(self, standing: Standing) -> Sequence[Event] | None:
        """What is to be added; None where the wish cannot be fulfilled, for a reason that is noted.

        Raised by the rules or by a fault of their own: it is no fault of whoever waits beside.
        """
        self.error, self.taken = None, None
        try:
            self.decision = self.decide(standing)
            self.taken = self.taking(self.decision)
            return self.events(self.decision)
        except Exception as error:
            self.error, self.taken = error, None
            return None


class _Writer:
    """The one way to add to one log: one thread at a time, for all who wait meanwhile.

    Whose wish was fulfilled goes its way at once: nobody takes a lock to see that.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_busy = False
        self.waiting: deque[_Wish] = deque()

    def join(self, wish: _Wish) -> bool:
        """Wait with a wish; whether its thread is the one to fulfil what waits."""
        with self._lock:
            self.waiting.append(wish)
            is_first, self._is_busy = not self._is_busy, True
            return is_first

    def next_ones(self) -> list[_Wish]:
        """Those that have waited longest."""
        with self._lock:
            return [self.waiting.popleft() for _ in range(min(len(self.waiting), _TOGETHER))]

    def hand_on(self) -> None:
        """Let the one that has waited longest go on."""
        with self._lock:
            heir = self.waiting[0] if self.waiting else None
            self._is_busy = heir is not None
        if heir is not None:
            heir.wake()


class Log:
    """What all projects amount to, and the one way to add to that. Safe to use from threads.

    Parameters
    ----------
    store
        Where the events are kept.
    clock
        Gives the time, UTC.

    Attributes
    ----------
    counting
        Counts what is stored.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[str, Standing] = {}
        self._generation = store.generation
        self._lock = threading.Lock()
        self._writers: dict[str, _Writer] = {}
        self.counting: Final = Counting()

    def decide(
        self,
        project_id: str,
        decide: Callable[[Standing], Decision],
        events: Callable[[Decision], Sequence[Event]],
        taking: Callable[[Decision], Taking | None] = lambda _: None,
    ) -> Decision:
        """Decide on the latest standing, and store the outcome before anybody else changes it.

        What comes to a desk by that is stored with it. What is known here is tried first: the store
        takes it only if it is the latest. So one statement does it all, unless another process has
        written meanwhile.

        Whoever comes while others are being stored waits, and all who wait are stored at once, in
        the order in which they came: each decides on what those before it have made of the log.
        This returns when all of them are durable. ``decide`` and ``events`` may be called several
        times, and by another thread.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        LeasedError
            If something of what was to come to a desk is on another one.
        StoreError
            If the outcome could not be stored.
        """
        writer, wish = self._writer(project_id), _Wish(decide, events, taking)
        if not writer.join(wish):
            wish.wait()
        if not wish.is_done:
            try:
                while not wish.is_done:
                    self._fulfil(project_id, writer.next_ones())
            finally:
                writer.hand_on()
        if wish.error is not None:
            raise wish.error
        return cast("Decision", wish.decision)

    def _fulfil(self, project_id: str, wishes: list[_Wish]) -> None:
        """Store what some want to add, and let each know what became of it."""
        try:
            for attempt in range(_ATTEMPTS):
                wishes = self._tried(project_id, wishes, is_first=attempt == 0)
                if not wishes:
                    return
            raise StoreBusyError(f"of project {project_id}")
        except BaseException as error:
            # Each was decided on what those before it made of the log, which is not so now.
            is_fault = isinstance(error, Exception)
            for wish in wishes:
                wish.error = error if is_fault else StoreBusyError(f"of project {project_id}")
                wish.end()
            if not is_fault:
                raise

    def _tried(self, project_id: str, wishes: list[_Wish], *, is_first: bool) -> list[_Wish]:
        """Try to store all of them at once; those of which it is not known yet what becomes."""
        generation = self._store.generation
        known = self._remembered(project_id) if is_first else None
        standing = known or self.open(project_id)
        at, state, new = self._clock(), standing.state, list[Event]()
        added, nothing = list[_Wish](), list[_Wish]()
        for wish in wishes:
            events = wish.made_out(replace(standing, state=state))
            if events is None or not (events or wish.taken):
                nothing.append(wish)
                continue
            try:
                state = fold(state, events, [at] * len(events))
            except Exception as error:
                wish.error = error
                nothing.append(wish)
                continue
            new += events
            added.append(wish)
        taken = [wish.taken for wish in added if wish.taken]
        try:
            if added and not self._append(standing, new, state, at, generation, taken):
                return wishes
        except LeasedError as error:
            for wish in added:
                if wish.taken and wish.taken.desk == error.desk:
                    wish.error = error
                    wish.end()
            return [wish for wish in wishes if not wish.is_done]
        # That there is nothing to add counts only where all that the store has was looked at.
        is_latest = bool(added) or known is None
        left = [] if is_latest else nothing
        for wish in added + (nothing if is_latest else []):
            wish.end()
        return left

    def read(self, project_id: str) -> Standing:
        """A project, deleted or not, with all events that the store has by now.

        Raises
        ------
        UnknownProjectError
            If it does not exist.
        """
        while True:
            generation = self._now()
            known = self._remembered(project_id)
            with nullcontext() if known else garbage_later(), suppress(_ReplacedError):
                standing = self._followed(project_id, known, generation)
                self._remember(standing, generation)
                return standing

    def open(self, project_id: str) -> Standing:
        """A project that was not deleted, with all events that the store has by now.

        Raises
        ------
        UnknownProjectError
            If it does not exist or was deleted.
        """
        standing = self.read(project_id)
        if standing.project.deleted_at is not None:
            raise UnknownProjectError(project_id)
        return standing

    def known(self, standing: Standing) -> Standing:
        """The latest that is known here of a project, which may be newer than a standing."""
        known = self._remembered(standing.project.project_id)
        return known if known and known.state.seq > standing.state.seq else standing

    def states_at(self, project_id: str, numbers: Collection[int]) -> Iterator[State]:
        """The states after the events of these numbers, in the order of the log.

        The log is read and folded anew for it.
        """
        state, events = State(), self._store.events(project_id)
        for number in sorted(numbers):
            state = fold_records(state, events[state.seq : number])
            yield state

    def labels_at(self, project_id: str, numbers: Collection[int]) -> Iterator[Labels]:
        """The labels there were after the events of these numbers, as :meth:`states_at`."""
        return (state.labels for state in self.states_at(project_id, numbers))

    def _followed(self, project_id: str, known: Standing | None, generation: int) -> Standing:
        """What was known, and all that has come since; a page at a time is in memory."""
        state = known.state if known else State()
        reading = self._page(project_id, state.seq, generation)
        if reading.n_events:
            pages = self._pages(reading, generation)
            state = fold_records(state, chain.from_iterable(page.events for page in pages))
        return Standing(reading.project, state)

    def _pages(self, reading: Reading, generation: int) -> Iterator[Reading]:
        """A page and those after it."""
        yield reading
        while reading.n_events == PAGE:
            reading = self._page(reading.project.project_id, reading.last, generation)
            yield reading

    def _page(self, project_id: str, after: int, generation: int) -> Reading:
        reading = self._store.read(project_id, after, PAGE)
        if generation != self._store.generation:
            raise _ReplacedError
        return reading

    def _append(
        self,
        standing: Standing,
        new: Sequence[Event],
        state: State,
        at: datetime,
        generation: int,
        takings: Sequence[Taking],
    ) -> bool:
        """Store events, and know what comes of them; False if others were first."""
        project_id = standing.project.project_id
        try:
            with self.counting.storing(new):
                self._store.append(
                    project_id,
                    standing.state.seq,
                    new,
                    at,
                    generation=generation,
                    takings=takings,
                )
        except SequenceConflictError:
            if self.read(project_id).state.seq == standing.state.seq:
                # Nobody was first, so what was folded is of another log.
                self._forget(project_id)
            return False
        self._remember(Standing(standing.project, state), generation)
        return True

    def _writer(self, project_id: str) -> _Writer:
        with self._lock:
            return self._writers.setdefault(project_id, _Writer())

    def _now(self) -> int:
        """The store's generation; nothing that was folded counts any more if it is another one."""
        with self._lock:
            generation = self._store.generation
            if generation != self._generation:
                self._known.clear()
                self._generation = generation
            return generation

    def _remembered(self, project_id: str) -> Standing | None:
        with self._lock:
            if self._generation != self._store.generation:
                return None
            return self._known.get(project_id)

    def _remember(self, standing: Standing, generation: int) -> None:
        project_id = standing.project.project_id
        with self._lock:
            newest = self._known.get(project_id)
            if generation == self._generation and (
                newest is None or standing.state.seq >= newest.state.seq
            ):
                self._known[project_id] = standing

    def _forget(self, project_id: str) -> None:
        with self._lock:
            self._known.pop(project_id, None)
