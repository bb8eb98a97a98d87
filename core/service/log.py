"""The log of each project, folded once and followed from then on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeVar

from core.errors import (
    SequenceConflictError,
    StoreBusyError,
)
from core.session.events import Event
from core.session.fold import fold
from core.session.labels import Labels
from core.session.state import State
from core.storage.base import Recorded, Store

Decision = TypeVar("Decision")

_ATTEMPTS: Final = 20
"""How often to decide anew when others write to the same log at the same time."""


class Log:
    """What all projects amount to, and the one way to add to that. Safe to use from threads.

    Parameters
    ----------
    store
        Where the events are kept.
    clock
        Gives the time, UTC.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._states: dict[str, State] = {}
        self._generation = store.generation
        self._states_lock = threading.Lock()

    def decide(
        self,
        project_id: str,
        decide: Callable[[State], Decision],
        events: Callable[[Decision, State], Sequence[Event]],
    ) -> Decision:
        """Decide on the latest state, and store the outcome before anybody else changes it."""
        for _ in range(_ATTEMPTS):
            generation = self._store.generation
            state = self.state(project_id)
            decision = decide(state)
            new = events(decision, state)
            if new:
                try:
                    self._store.append(
                        project_id, state.seq, new, self._clock(), generation=generation
                    )
                except SequenceConflictError:
                    # Read all of it anew: a backup may have been put in its place.
                    with self._states_lock:
                        self._states.pop(project_id, None)
                    continue
            return decision
        raise StoreBusyError(f"of project {project_id}")

    def state(self, project_id: str) -> State:
        """The state of a project, with all events that the store has by now."""
        generation, known, recorded = self._read_on(project_id)
        if not recorded:
            return known
        state = fold(known, (r.event for r in recorded), (r.at for r in recorded))
        with self._states_lock:
            newest = self._states.get(project_id, State())
            if generation == self._generation and state.seq >= newest.seq:
                self._states[project_id] = state
        return state

    def _read_on(self, project_id: str) -> tuple[int, State, Sequence[Recorded]]:
        """The store's generation, what was folded of its log before, and the events since."""
        while True:
            with self._states_lock:
                generation = self._store.generation
                if generation != self._generation:
                    # The store is another one; nothing that was folded counts any more.
                    self._states.clear()
                    self._generation = generation
                known = self._states.get(project_id, State())
            recorded = self._store.events(project_id, after=known.seq)
            if generation == self._store.generation:
                return generation, known, recorded

    def labels_at(self, project_id: str, numbers: Collection[int]) -> Iterator[Labels]:
        """The labels there were after the events of these numbers, in the order of the log.

        The log is read and folded anew for it.
        """
        state = State()
        for record in self._store.events(project_id):
            state = fold(state, [record.event])
            if state.seq in numbers:
                yield state.labels
