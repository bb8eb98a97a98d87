"""What is done in one server is heard of in the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing

import pytest

from core.config import ProjectConfig
from core.errors import StoreBusyError
from core.service.labelling import Service
from core.service.watching import Watch
from core.storage import open_store
from tests.core.builders import label, wait_until

SOON = 0.005


class Ends:
    """The ends of logs, as a test sets them; how often they were looked at."""

    def __init__(self) -> None:
        self.generation = 1
        self.ends = {"p": 3, "q": 5}
        self.error: Exception | None = None
        self.looks: list[set[str]] = []

    def heads(self, project_ids: Collection[str], /) -> Mapping[str, int]:
        self.looks.append(set(project_ids))
        if self.error is not None:
            raise self.error
        return {name: end for name, end in self.ends.items() if name in project_ids}

    def wait_look(self) -> None:
        """Until all that is so now was looked at."""
        number = len(self.looks)
        wait_until(lambda: len(self.looks) > number + 1)


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def watch(ends: Ends) -> Iterator[Watch]:
    watch = Watch(ends, SOON)
    yield watch
    watch.stop()


def threads() -> int:
    return sum(thread.name == "watch" for thread in threading.enumerate())


def test_each_hears_of_the_project_that_was_asked_for_and_of_no_other(ends: Ends, watch: Watch):
    told: list[tuple[str, str]] = []
    for name, project in (("ann", "p"), ("bob", "p"), ("eve", "q")):
        watch.follow(project, lambda which, name=name: told.append((name, which)))  # type: ignore[misc]
    ends.wait_look()
    assert told == [], "nothing has happened since"
    ends.ends["p"] = 4
    ends.wait_look()
    assert sorted(told) == [("ann", "p"), ("bob", "p")]
    assert threads() == 1


def test_who_asks_no_more_hears_nothing_and_the_last_one_ends_the_looking(ends: Ends, watch: Watch):
    told: list[str] = []
    end_one = watch.follow("p", told.append)
    end_other = watch.follow("q", told.append)
    ends.wait_look()
    end_one()
    end_one()
    ends.ends |= {"p": 9, "q": 9}
    ends.wait_look()
    assert told == ["q"]
    assert ends.looks[-1] == {"q"}
    end_other()
    wait_until(lambda: threads() == 0)
    watch.follow("p", told.append)
    ends.wait_look()
    ends.ends["p"] = 10
    ends.wait_look()
    assert told == ["q", "p"]


def test_a_store_that_fails_or_is_another_one_leaves_nobody_without_news(ends: Ends, watch: Watch):
    told: list[str] = []
    watch.follow("p", told.append)
    ends.wait_look()
    ends.error = StoreBusyError("labels.db")
    ends.ends["p"] = 4
    ends.wait_look()
    assert told == []
    ends.error = None
    ends.wait_look()
    assert told == ["p"]
    ends.generation = 2
    ends.wait_look()
    assert told == ["p", "p"], "the log is another one, though it is as long"


def test_who_cannot_be_told_is_in_nobodys_way(
    ends: Ends, watch: Watch, caplog: pytest.LogCaptureFixture
):
    told: list[str] = []

    def fail(_: str) -> None:
        raise ValueError("in a test")

    watch.follow("p", fail)
    watch.follow("p", told.append)
    ends.wait_look()
    ends.ends["p"] = 4
    ends.wait_look()
    assert told == ["p"]
    assert "could not be told" in caplog.text


def test_a_project_that_is_made_later_or_is_not_there_is_no_news(ends: Ends, watch: Watch):
    told: list[str] = []
    watch.follow("new", told.append)
    ends.wait_look()
    ends.ends["new"] = 1
    ends.wait_look()
    assert told == []
    ends.ends["new"] = 2
    ends.wait_look()
    assert told == ["new"]


@pytest.fixture
def servers(database_url: str) -> Iterator[tuple[Service, Service]]:
    left, right = (Service(open_store(database_url)) for _ in range(2))
    with closing(left), closing(right):
        yield left, right


def test_what_is_labelled_on_one_server_is_seen_on_the_other_without_a_reload(
    servers: tuple[Service, Service],
):
    left, right = servers
    project = left.create_project("Shared", ProjectConfig(n_samples=30)).project_id
    batch = left.batch(project, desk="ann")
    assert batch is not None
    seen: list[int] = []
    right.follow(project, lambda which: seen.append(right.standing(which).state.n_answers))
    ready: Callable[[], bool] = lambda: bool(right._watch._seen)  # noqa: E731
    wait_until(ready)
    left.submit(project, batch.batch_id, [label(item) for item in batch.items])
    wait_until(lambda: seen != [])
    assert seen[-1] == len(batch.items)
