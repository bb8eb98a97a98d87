"""What is found out about projects while people go on: at once where it is quick, else behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final, Generic, TypeVar

from core.config import ProjectConfig
from core.jobs.work import Work
from core.service.view import View

Found = TypeVar("Found")

_KEPT: Final = 16
"""Projects."""

_FEW: Final = 0.02
"""So many more labels, as a share of all, and it is not found out anew in the background."""


_REST: Final = 9.0
"""So many times as long as it took in the background it rests then: others want to go on."""


@dataclass(frozen=True, slots=True)
class _Known(Generic[Found]):
    """What was found last of a project, and of which state of it."""

    config: ProjectConfig
    seq: int
    n_labels: int
    found: Found


class Finder(Generic[Found]):
    """Finds something out about projects as they are now. Safe to use from several threads.

    What takes long is found out in the background; what was known some answers before is said
    meanwhile.

    Parameters
    ----------
    find
        Finds it out; None where nothing can be said yet.
    is_quick
        Whether that takes no longer than a person would notice.
    name
        Of the thread.
    """

    def __init__(
        self, find: Callable[[View], Found | None], is_quick: Callable[[View], bool], name: str
    ) -> None:
        self._find, self._is_quick, self._name = find, is_quick, name
        self._known: dict[str, _Known[Found]] = {}
        self._asked: dict[str, Work[None]] = {}
        self._rests_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def found(self, view: View) -> Found | None:
        """What there is to say; None while there is nothing, or it is being found out."""
        project_id, config, state = view.project.project_id, view.project.config, view.state
        with self._lock:
            known = self._known.get(project_id)
        if known is not None and known.config != config:
            known = None
        if known is not None and known.seq == state.seq:
            return known.found
        if self._is_quick(view):
            return self._now(view)
        few_since = known is not None and (
            abs(len(state.labels) - known.n_labels) <= _FEW * known.n_labels
        )
        with self._lock:
            rests = monotonic() < self._rests_until.get(project_id, 0.0)
            if not (few_since or rests or project_id in self._asked):
                self._asked[project_id] = Work(lambda _: self._behind(view), self._name)
        return known.found if known else None

    def close(self) -> None:
        """Stop finding out."""
        with self._lock:
            for work in self._asked.values():
                work.cancel()

    def _behind(self, view: View) -> None:
        project_id, began = view.project.project_id, monotonic()
        try:
            self._now(view)
        finally:
            until = monotonic() + _REST * (monotonic() - began)
            # It would hold the engine for as long as it is kept.
            with self._lock:
                del self._asked[project_id]
                self._rests_until.pop(project_id, None)
                self._rests_until[project_id] = until
                while len(self._rests_until) > _KEPT:
                    del self._rests_until[next(iter(self._rests_until))]

    def _now(self, view: View) -> Found | None:
        project, state = view.project, view.state
        found = self._find(view)
        if found is None:
            return None
        with self._lock:
            self._known[project.project_id] = _Known(
                project.config, state.seq, len(state.labels), found
            )
            while len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
        return found
