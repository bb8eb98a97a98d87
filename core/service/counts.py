"""What a process has stored so far, for whoever watches over it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from core.errors import SequenceConflictError, StoreError
from core.session.events import Answered, Event


@dataclass(frozen=True, slots=True)
class Counts:
    """What was stored since the process began.

    Attributes
    ----------
    events
        How many of each kind.
    answers
        How many.
    conflicts
        How often another one had added to a log first, so that all was decided anew.
    failures
        How often nothing could be stored.
    seconds
        How long storing has taken in all.
    """

    events: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    conflicts: int = 0
    failures: int = 0
    seconds: float = 0.0


class Counting:
    """Counts what is stored. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """What was counted until now."""
        with self._lock:
            return self._counts

    @contextmanager
    def storing(self, new: Sequence[Event]) -> Iterator[None]:
        """Events are being stored; how that ends is counted."""
        began, conflicts, failures = perf_counter(), 0, 0
        stored: Sequence[Event] = ()
        try:
            yield
            stored = new
        except SequenceConflictError:
            conflicts = 1
            raise
        except StoreError:
            failures = 1
            raise
        finally:
            answers = sum(len(event.answers) for event in stored if isinstance(event, Answered))
            with self._lock:
                was = self._counts
                self._counts = Counts(
                    was.events + Counter(event.event for event in stored),
                    was.answers + answers,
                    was.conflicts + conflicts,
                    was.failures + failures,
                    was.seconds + perf_counter() - began,
                )
