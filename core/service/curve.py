"""The accuracy after each round: looked up where it was noted, else measured."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from core.engine.engine import Engine
from core.jobs.progress import CancelledError, Progress
from core.jobs.work import Work
from core.service.log import Log
from core.session.class_list import ClassList
from core.session.labels import Labels
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
        """Accuracy at the end of these rounds, by their number.

        Labels count as their classes are called today. Where there is much to measure it is done in
        the background: what is not here is not known yet.
        """
        if engine.dataset.truth is None:
            return {}
        classes = state.class_list
        rounds = {number: state.rounds[number] for number in numbers}
        names = {n: classes.name_of(one.digest, one.ended_by) for n, one in rounds.items()}
        known = {n: noted for n, name in names.items() if (noted := engine.noted(name)) is not None}
        for number in rounds.keys() - known.keys():
            digest = rounds[number].digest
            lately = state.labels.as_of(digest) if names[number] == digest else None
            if lately is not None and (accuracy := engine.accuracy(lately)) is not None:
                known[number] = accuracy
        missing = {one.ended_by: names[n] for n, one in rounds.items() if n not in known}
        if not missing:
            return known
        if len(missing) * engine.dataset.n_items > _AT_ONCE or state.seq > _READ_AT_ONCE:
            self._begin(project_id, engine, classes, missing)
            return known
        measured = {
            name: engine.accuracy(labels, name)
            for name, labels in self._labels_at(project_id, classes, missing)
        }
        found = {n: measured.get(name) for n, name in names.items() if n not in known}
        return known | {n: accuracy for n, accuracy in found.items() if accuracy is not None}

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

    def _labels_at(
        self, project_id: str, classes: ClassList, missing: Mapping[int, int]
    ) -> Iterator[tuple[int, Labels]]:
        """The labels after some events, as they are called today, each with its name."""
        numbers = sorted(missing)
        for number, labels in zip(numbers, self._log.labels_at(project_id, numbers), strict=True):
            is_today = classes.name_of(labels.digest, number) == labels.digest
            yield missing[number], labels if is_today else classes.labels_today(labels, number)

    def _begin(
        self, project_id: str, engine: Engine, classes: ClassList, missing: Mapping[int, int]
    ) -> None:
        with self._lock:
            if project_id not in self._under_way and project_id not in self._failed:
                self._under_way[project_id] = Work(
                    lambda progress: self._measure(project_id, engine, classes, missing, progress),
                    "measure-curve",
                )

    def _measure(
        self,
        project_id: str,
        engine: Engine,
        classes: ClassList,
        missing: Mapping[int, int],
        progress: Progress,
    ) -> int:
        measured = 0
        try:
            # One project after another: those who label need the processor more than any curve.
            with self._one_at_a_time:
                found = self._labels_at(project_id, classes, missing)
                for measured, (name, labels) in enumerate(found, 1):
                    progress("Measuring earlier rounds", (measured - 1) / len(missing))
                    engine.note_accuracy(labels, name)
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
