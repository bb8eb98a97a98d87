"""Small things that many tests are made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from core.config import ProjectConfig
from core.session.events import Answer, Answered, AnswerKind, Event, Given, Served, Undone
from core.session.fold import fold
from core.session.state import State
from core.storage.base import Project

NOON = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


class TickingClock:
    """A clock that goes on by one second each time somebody looks at it."""

    def __init__(self) -> None:
        self._seconds = count()

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=next(self._seconds))


def numbered(prefix: str) -> Callable[[], str]:
    """Identifiers in a row: a-1, a-2, ..."""
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what happens on another thread, ten seconds at most."""
    for _ in range(1_000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never happened")


def project(project_id: str = "p", name: str = "Some digits", *, minute: int = 0) -> Project:
    return Project(project_id, name, ProjectConfig(n_samples=50), NOON + timedelta(minutes=minute))


def label(item: int, name: str = "3", milliseconds: int | None = None) -> Answer:
    return Answer(item=item, kind=AnswerKind.LABEL, label=name, milliseconds=milliseconds)


def skip(item: int) -> Answer:
    return Answer(item=item, kind=AnswerKind.SKIP)


def unsure(item: int) -> Answer:
    return Answer(item=item, kind=AnswerKind.UNSURE)


def bad(item: int) -> Answer:
    return Answer(item=item, kind=AnswerKind.BAD)


def given(labels: dict[int, str]) -> Given:
    return Given(labels=labels)


def served(batch_id: str, items: Iterable[int], round_: int = 1) -> Served:
    items = tuple(items)
    return Served(
        batch_id=batch_id,
        round=round_,
        items=items,
        predicted=(None,) * len(items),
        confidence=(0.0,) * len(items),
    )


def answered(batch_id: str, *answers: Answer) -> Answered:
    return Answered(batch_id=batch_id, answers=answers)


def undone(batch_id: str, item: int) -> Undone:
    return Undone(batch_id=batch_id, item=item)


def state_of(*events: Event) -> State:
    return fold(State(), events)
