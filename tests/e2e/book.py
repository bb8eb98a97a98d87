"""What the store holds, read past the server, and the truth to hold against it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

from sklearn.datasets import load_digits

from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.data.sets import Sets
from core.service.labelling import Service
from core.service.view import View
from core.session.events import Answered, AnswerKind, Served
from core.session.state import State
from core.storage import SqlStore, open_store

PATIENCE: Final = 30
"""Seconds to wait for something that must happen."""

_names = count(1)


@cache
def truth() -> dict[int, str]:
    """The true class of every digit, by its row number."""
    return {row: str(digit) for row, digit in enumerate(load_digits().target)}


def right(item: int) -> str:
    """The label that a digit should have."""
    return truth()[item]


def one_more(item: int) -> str:
    """A label that is wrong, so that it cannot come from the model."""
    return str((int(truth()[item]) + 1) % 10)


def two_more(item: int) -> str:
    """A label that is wrong in another way."""
    return str((int(truth()[item]) + 2) % 10)


class Book:
    """The database of a server, opened by somebody else.

    Parameters
    ----------
    datasets
        The folder of the server's image sets, should a project be made on one.
    """

    def __init__(self, url: str, datasets: Path | None = None) -> None:
        self._url = url
        self._catalogue = Catalogue(
            datasets, None if datasets is None else Sets(datasets.parent / "sets")
        )
        self.open()

    def let_go(self, project: str) -> None:
        """End all leases of a project, as time does."""
        for desk in {lease.desk for lease in self.store.leases(project)}:
            self.store.release(project, desk)

    def open(self) -> None:
        """Open the database, or open it anew after it was closed."""
        self.store: SqlStore = open_store(self._url)
        self.service = Service(self.store, catalogue=self._catalogue)

    def new_project(self, **config: Any) -> str:
        """Create a project with a name of its own, and give its id."""
        name = f"Test {next(_names)} {time.monotonic_ns():x}"
        return self.service.create_project(name, ProjectConfig(**config)).project_id

    def view(self, project: str) -> View:
        return self.service.view(project)

    def state(self, project: str) -> State:
        return self.view(project).state

    def labels(self, project: str) -> dict[int, str]:
        """Item to label, for all labels in force."""
        return dict(self.state(project).labels)

    def in_order(self, project: str) -> list[tuple[int, str]]:
        """Item and what was said of it, for all answers in force, oldest first."""
        return [
            (placed.answer.item, placed.answer.label or placed.answer.kind.value)
            for placed in self.state(project).placed
        ]

    def batches(self, project: str) -> dict[str, tuple[int, ...]]:
        """All batches ever served: id to items."""
        events = (recorded.event for recorded in self.store.events(project))
        return {e.batch_id: e.items for e in events if isinstance(e, Served)}

    def received(self, project: str) -> list[tuple[str, int, str]]:
        """Batch, item and what was said, for every answer ever stored, undone ones too."""
        return [
            (recorded.event.batch_id, answer.item, answer.label or answer.kind.value)
            for recorded in self.store.events(project)
            if isinstance(recorded.event, Answered)
            for answer in recorded.event.answers
        ]

    def assert_nothing_doubled(self, project: str) -> None:
        """No item has two answers in force, but for one that was skipped before."""
        answers = [placed.answer for placed in self.state(project).placed]
        settled = [a.item for a in answers if a.kind is not AnswerKind.SKIP]
        assert [item for item, times in Counter(settled).items() if times > 1] == []
        once = Counter((batch, item) for batch, item, _ in self.received(project))
        assert [which for which, times in once.items() if times > 1] == []

    def wait_for(self, project: str, labels: Callable[[dict[int, str]], bool]) -> dict[int, str]:
        """Wait until the labels in force are as wanted."""
        until = time.monotonic() + PATIENCE
        while not labels(found := self.labels(project)):
            assert time.monotonic() < until, f"The store still holds {found}"
            time.sleep(0.02)
        return found

    def close(self) -> None:
        self.store.close()
