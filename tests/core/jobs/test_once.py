from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.jobs.once import Latest

CALLERS = 16


def asked_at_once(latest: Latest[str, object], make, callers: int = CALLERS) -> list[object]:
    """What so many callers get who ask for the same at the same moment."""
    ready = threading.Barrier(callers)

    def ask(_: int) -> object:
        ready.wait()
        return latest.get("it", make)

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(ask, range(callers)))


def test_a_result_is_made_once_however_many_ask_at_the_same_time():
    made: list[object] = []
    begun = threading.Event()

    def make() -> object:
        made.append(object())
        # Whoever else would begin has the time to.
        begun.wait(0.2)
        return made[-1]

    got = asked_at_once(Latest(1), make)
    assert len(made) == 1
    assert got == made * CALLERS


def test_an_error_is_not_kept_and_the_next_one_makes_it():
    latest: Latest[str, int] = Latest(1)

    def fail() -> int:
        raise OSError("not yet")

    with pytest.raises(OSError, match="not yet"):
        latest.get("it", fail)
    assert latest.get("it", lambda: 1) == 1
    assert latest.get("it", lambda: 2) == 1


def test_one_that_takes_long_keeps_nobody_from_another():
    latest: Latest[str, int] = Latest(2)
    going, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        going.set()
        assert go_on.wait(60)
        return 1

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(latest.get, "slow", slowly)
        assert going.wait(60)
        assert latest.get("quick", lambda: 2) == 2
        go_on.set()
        assert slow.result(60) == 1


def test_the_one_asked_for_longest_ago_goes_first():
    latest: Latest[str, int] = Latest(2)
    for number, name in enumerate(["a", "b", "a", "c"]):
        latest.get(name, lambda number=number: number)  # type: ignore[misc]
    assert len(latest) == 2
    assert latest.get("a", lambda: 9) == 0
    assert latest.get("b", lambda: 9) == 9


def test_a_dropped_result_is_given_and_made_anew():
    latest: Latest[str, int] = Latest(1)
    assert latest.drop("it") is None
    latest.get("it", lambda: 1)
    assert latest.drop("it") == 1
    assert latest.get("it", lambda: 2) == 2
