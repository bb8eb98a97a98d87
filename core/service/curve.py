"""The accuracy after each round: looked up where it was noted, else measured."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Final

from core.engine.engine import Engine
from core.jobs.progress import CancelledError, Progress
from core.jobs.work import Work
from core.service.log import Log
from core.session.state import State

_LOGGER: Final = logging.getLogger("labelspread.curve")

_AT_ONCE: Final = 50_000
"""Items times rounds that are measured while somebody waits: a second or so."""

_READ_AT_ONCE: Final = 2_000
"""Events of a log that is read anew while somebody waits."""


class Curves:
    """The learning curves of all projects. Safe to use from several threads.

    Parameters
    ----------
    log
        Where to find the labels of a round whose accuracy was not noted.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._under_way: dict[str, Work[int]] = {}
        self._failed: set[str] = set()
        self._one_at_a_time = threading.Lock()

    def accuracies(
        self, project_id: str, state: State, engine: Engine, numbers: Iterable[int]
    ) -> dict[int, float]:
        """Accuracy by the digest of the labels at the end of these rounds.

        Where there is much to measure it is done in the background: what is not here is not known
        yet.
        """
        if engine.dataset.truth is None:
            return {}
        rounds = [state.rounds[number] for number in numbers]
        wanted = {summary.digest: summary.ended_by for summary in rounds}
        known = {d: noted for d in wanted if (noted := engine.noted(d)) is not None}
        for digest in wanted.keys() - known.keys():
            lately = state.labels.as_of(digest)
            if lately is not None and (accuracy := engine.accuracy(lately)) is not None:
                known[digest] = accuracy
        missing = {ended_by for digest, ended_by in wanted.items() if digest not in known}
        if not missing:
            return known
        if len(missing) * engine.dataset.n_items > _AT_ONCE or state.seq > _READ_AT_ONCE:
            self._begin(project_id, engine, missing)
            return known
        for labels in self._log.labels_at(project_id, missing):
            if (accuracy := engine.accuracy(labels)) is not None:
                known[labels.digest] = accuracy
        return known

    def measuring(self, project_id: str) -> Work[int] | None:
        """What measures earlier rounds of a project in the background; None if nothing does."""
        with self._lock:
            work = self._under_way.get(project_id)
        return None if work is None or work.done else work

    def close(self) -> None:
        """Stop measuring soon."""
        with self._lock:
            for work in self._under_way.values():
                work.cancel()

    def _begin(self, project_id: str, engine: Engine, numbers: set[int]) -> None:
        with self._lock:
            if project_id not in self._under_way and project_id not in self._failed:
                self._under_way[project_id] = Work(
                    lambda progress: self._measure(project_id, engine, numbers, progress),
                    "measure-curve",
                )

    def _measure(
        self, project_id: str, engine: Engine, numbers: set[int], progress: Progress
    ) -> int:
        measured = 0
        try:
            # One project after another: those who label need the processor more than any curve.
            with self._one_at_a_time:
                for measured, labels in enumerate(self._log.labels_at(project_id, numbers), 1):
                    progress("Measuring earlier rounds", (measured - 1) / len(numbers))
                    engine.note_accuracy(labels)
        except CancelledError:
            pass
        except Exception:
            # Nobody waits for it; it would fail again with the next visit.
            self._failed.add(project_id)
            _LOGGER.exception("The rounds of project %s could not be measured.", project_id)
        finally:
            with self._lock:
                del self._under_way[project_id]
        return measured
