"""The log of a project while many add to it: all who wait are stored at once, nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

import pytest

from core.errors import (
    IllegalEventError,
    LeasedError,
    SequenceConflictError,
    StoreError,
    StoreFullError,
    UnknownProjectError,
)
from core.people.leases import Taking
from core.service.log import Log, Standing
from core.session.events import ClassAdded, Event, TargetSet
from core.storage import MemoryStore
from tests.core.builders import NOON, TickingClock, project, wait_until

TOGETHER = 12
"""How many come while one is being stored."""


class Slow(MemoryStore):
    """A store whose next append waits until it may go on, or fails as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.create(project(), [])
        self.may_go_on = threading.Event()
        self.is_under_way = threading.Event()
        self.appends: list[int] = []
        self.errors: dict[int, Exception] = {}

    def append(
        self,
        project_id: str,
        expected_seq: int,
        events: Sequence[Event],
        at: datetime,
        *,
        generation: int | None = None,
        takings: Sequence[Taking] = (),
    ) -> None:
        self.is_under_way.set()
        assert self.may_go_on.wait(10)
        number = len(self.appends)
        self.appends.append(len(events))
        if number in self.errors:
            raise self.errors[number]
        super().append(project_id, expected_seq, events, at, generation=generation, takings=takings)


def named(name: str) -> list[Event]:
    return [ClassAdded(name=name)]


def add(log: Log, name: str) -> str:
    """Name a class, and say under which number it was decided."""
    return log.decide("p", lambda now: f"{name} after {now.state.seq}", lambda _: named(name))


def names_in(store: MemoryStore) -> list[str]:
    events = (record.event for record in store.events("p"))
    return [event.name for event in events if isinstance(event, ClassAdded)]


def crowd(log: Log, store: Slow, pool: ThreadPoolExecutor) -> list[object]:
    """One who is being stored, and many who have come meanwhile; what became of each."""
    found = [pool.submit(add, log, "first")]
    assert store.is_under_way.wait(10)
    writer = log._writer("p")
    for number in range(TOGETHER):
        found.append(pool.submit(add, log, f"c{number}"))
        wait_until(lambda: len(writer.waiting) == number + 1)  # noqa: B023 - called at once
    store.may_go_on.set()
    return [one.exception(10) or one.result(10) for one in found]


@pytest.fixture
def store() -> Slow:
    return Slow()


@pytest.fixture
def log(store: Slow) -> Log:
    return Log(store, TickingClock())


@pytest.fixture
def pool():
    with ThreadPoolExecutor(TOGETHER + 1) as pool:
        yield pool


def test_all_who_come_while_one_is_stored_are_stored_at_once_and_in_order(log, store, pool):
    told = crowd(log, store, pool)
    assert store.appends == [1, TOGETHER]
    assert told == ["first after 0", *(f"c{n} after {n + 1}" for n in range(TOGETHER))]
    assert names_in(store) == ["first", *(f"c{n}" for n in range(TOGETHER))]


def test_nobody_is_told_that_something_is_stored_before_it_is(log, store, pool):
    store.errors[1] = StoreFullError("in a test")
    told = crowd(log, store, pool)
    assert told[0] == "first after 0"
    assert [type(error) for error in told[1:]] == [StoreFullError] * TOGETHER
    assert names_in(store) == ["first"]
    # They may send it again.
    assert [add(log, f"c{n}") for n in range(2)] == ["c0 after 1", "c1 after 2"]
    assert names_in(store) == ["first", "c0", "c1"]


def test_who_breaks_a_rule_is_in_nobodys_way(log, store, pool):
    first = pool.submit(add, log, "first")
    assert store.is_under_way.wait(10)
    waiting = [pool.submit(add, log, name) for name in ("a", "first", "b")]
    broken = pool.submit(log.decide, "p", lambda _: 1 / 0, lambda _: [])
    wait_until(lambda: len(log._writer("p").waiting) == 4)
    store.may_go_on.set()
    assert first.result(10) == "first after 0"
    results = [one.exception(10) for one in waiting]
    assert [type(error) for error in results] == [type(None), IllegalEventError, type(None)]
    assert isinstance(broken.exception(10), ZeroDivisionError)
    assert sorted(names_in(store)) == ["a", "b", "first"]


def test_what_needs_nothing_stored_is_decided_on_what_those_before_have_made(log, store, pool):
    pool.submit(add, log, "first")
    assert store.is_under_way.wait(10)
    writer = log._writer("p")
    pool.submit(add, log, "a")
    wait_until(lambda: len(writer.waiting) == 1)
    seen = pool.submit(log.decide, "p", lambda now: now.state.seq, lambda _: [])
    wait_until(lambda: len(writer.waiting) == 2)
    store.may_go_on.set()
    assert seen.result(10) == 2


def test_others_who_were_first_in_another_process_make_all_decide_anew(log, store, pool):
    store.may_go_on.set()
    add(log, "known here")
    MemoryStore.append(store, "p", 1, named("of another process"), NOON)
    store.may_go_on.clear()
    store.is_under_way.clear()
    told = crowd(log, store, pool)
    assert told == ["first after 2", *(f"c{n} after {n + 3}" for n in range(TOGETHER))]
    assert len(names_in(store)) == TOGETHER + 3


def test_a_thousand_wishes_of_many_threads_under_a_store_that_fails_now_and_then():
    class Failing(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.n = 0
            self.create(project(), [])

        def append(self, *args, **kwargs) -> None:
            self.n += 1
            if self.n % 5 == 0:
                raise StoreFullError("in a test")
            if self.n % 7 == 0:
                raise SequenceConflictError("p", 0)
            super().append(*args, **kwargs)

    store = Failing()
    log = Log(store, TickingClock())
    acknowledged: list[str] = []

    def one_person(who: int) -> None:
        for number in range(50):
            with suppress(StoreError):
                add(log, f"{who}-{number}")
                acknowledged.append(f"{who}-{number}")

    with ThreadPoolExecutor(20) as pool:
        assert [*pool.map(one_person, range(20))] == [None] * 20
    assert sorted(names_in(store)) == sorted(acknowledged)
    assert len(acknowledged) > 500
    events = [record.event for record in store.events("p")]
    assert log.open("p").state.seq == len(events) == len({*names_in(store)})


def test_a_project_that_is_not_there_is_said_to_each(store):
    store.may_go_on.set()
    log = Log(store, TickingClock())
    with pytest.raises(UnknownProjectError):
        log.decide("nowhere", lambda _now: 1, lambda _: [TargetSet(share=0.5)])


def test_a_program_that_is_stopped_in_the_middle_leaves_nobody_waiting(log, store, pool):
    class Stopped(BaseException):
        pass

    def stop(_now: Standing) -> int:
        raise Stopped

    first = pool.submit(add, log, "first")
    assert store.is_under_way.wait(10)
    stopped = pool.submit(log.decide, "p", stop, lambda _: [])
    wait_until(lambda: len(log._writer("p").waiting) == 1)
    beside = pool.submit(add, log, "beside")
    wait_until(lambda: len(log._writer("p").waiting) == 2)
    store.may_go_on.set()
    assert first.result(10) == "first after 0"
    assert stopped.exception(10)
    assert beside.exception(10), "nobody knows whether it was stored: it may be sent again"
    assert add(log, "again") == "again after 1"


@pytest.mark.parametrize("refused", ["bob", "eve", "zoe"])
def test_whose_batch_is_on_another_desk_is_in_nobodys_way(refused: str):
    store = Slow()
    log = Log(store, TickingClock())
    store.may_go_on.set()
    store.append("p", 0, [], NOON, takings=[Taking("ann", "a", (1,))])
    store.appends.clear()
    store.may_go_on.clear()
    store.is_under_way.clear()

    def take(desk: str, item: int) -> str:
        return log.decide("p", lambda _: desk, named, lambda _: Taking(desk, "b", (item,)))

    with ThreadPoolExecutor(TOGETHER) as pool:
        first = pool.submit(add, log, "first")
        assert store.is_under_way.wait(10)
        wanted = {"bob": 2, "eve": 3, "zoe": 4} | {refused: 1}
        found = {}
        for number, (desk, item) in enumerate(wanted.items()):
            # One after the other: the first of them stores for all.
            found[desk] = pool.submit(take, desk, item)
            wait_until(lambda: len(log._writers["p"].waiting) == number + 1)  # noqa: B023
        store.may_go_on.set()
        assert first.result(10) == "first after 0"
        assert isinstance(found.pop(refused).exception(10), LeasedError)
        assert [one.result(10) for one in found.values()] == list(found)
    assert sorted(names_in(store)) == sorted(["first", *found])
    held = {lease.desk: lease.item for lease in store.leases("p")}
    assert held == {"ann": 1} | {desk: wanted[desk] for desk in found}
