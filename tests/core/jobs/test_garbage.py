"""Garbage that is collected later."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from core.jobs.garbage import garbage_later


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was_on else gc.disable)()


def test_nothing_is_collected_until_the_last_one_is_done():
    with garbage_later():
        assert not gc.isenabled()
        with garbage_later():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collection_goes_on_after_an_error():
    with pytest.raises(ZeroDivisionError), garbage_later():
        print(1 / 0)
    assert gc.isenabled()


def test_where_collection_is_off_it_stays_off():
    gc.disable()
    with garbage_later():
        pass
    assert not gc.isenabled()


@pytest.mark.parametrize(("n_made", "is_old"), [(1_000, False), (150_000, True)])
def test_what_was_made_meanwhile_counts_as_old_if_it_is_very_much(n_made: int, is_old: bool):
    gc.collect()
    made: list[list[object]] = []
    with garbage_later():
        made.extend([] for _ in range(n_made))
    gc.disable()
    young = {id(value) for generation in (0, 1) for value in gc.get_objects(generation)}
    assert (len(young.intersection(map(id, made))) < n_made / 2) == is_old


def test_what_others_have_frozen_stays_frozen():
    gc.freeze()
    try:
        n_frozen = gc.get_freeze_count()
        with garbage_later():
            made = [[] for _ in range(150_000)]  # type: list[list[object]]
        assert made
        # A few of them are gone by themselves.
        assert gc.get_freeze_count() > n_frozen / 2
    finally:
        gc.unfreeze()
