"""What is found out in the background leaves others their time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from core.service import finding
from core.service.finding import Finder
from core.service.view import View
from tests.core.builders import wait_until


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(finding, "monotonic", clock)
    return clock


def view(seq: int) -> View:
    """A project after so many events, each of which has labelled as many as there were."""
    project = SimpleNamespace(project_id="p", config="c")
    return cast("View", SimpleNamespace(project=project, state=state(seq)))


def state(seq: int) -> Any:
    return SimpleNamespace(seq=seq, labels=range(2**seq))


def test_what_took_a_second_is_not_begun_again_for_nine(clock: Clock):
    begun: list[int] = []

    def find(view: View) -> int:
        begun.append(view.state.seq)
        clock.now += 1
        return view.state.seq

    finder = Finder(find, lambda _: False, "test")
    assert finder.found(view(1)) is None
    wait_until(lambda: finder.found(view(1)) == 1 and not finder._asked)
    clock.now += 8.9
    assert finder.found(view(2)) == 1
    assert begun == [1]
    clock.now += 0.2
    assert finder.found(view(2)) == 1, "what was known before is said meanwhile"
    wait_until(lambda: finder.found(view(2)) == 2)
    assert begun == [1, 2]
