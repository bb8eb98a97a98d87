"""A mapping that never changes behaves as a dict does, however it came about."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from core.session import shared
from core.session.shared import SharedMap, finished

KEYS = st.integers(0, 9)
CHANGES = st.lists(st.lists(st.tuples(KEYS, st.none() | st.integers(0, 3)), max_size=6))


@given(CHANGES)
def test_it_holds_what_a_dict_would_hold_after_each_draft(steps):
    known: dict[int, int] = {}
    value: SharedMap[int, int] = SharedMap()
    for changes in steps:
        draft, before, copied = value.edit(), dict(known), copy.deepcopy(value)
        for key, number in changes:
            if number is None:
                assert draft.pop(key, None) == known.pop(key, None)
            else:
                draft[key] = known[key] = number
            assert [draft.get(k, -1) for k in range(10)] == [known.get(k, -1) for k in range(10)]
            assert (dict(draft), len(draft)) == (known, len(known))
        assert value == before == copied, "the value before is what it was"
        value = finished(draft)
        assert (dict(value), len(value), set(value)) == (known, len(known), set(known))
        assert [value.get(k, -1) for k in range(10)] == [known.get(k, -1) for k in range(10)]


@given(CHANGES)
def test_single_changes_lead_to_the_same(steps):
    known: dict[int, int] = {}
    value: SharedMap[int, int] = SharedMap()
    for key, number in [change for changes in steps for change in changes]:
        if number is None:
            known.pop(key, None)
            value = value.removed(key)
        else:
            known[key] = number
            value = value.inserted(key, number)
    assert value == known


def test_after_many_changes_they_are_laid_into_one_dict(monkeypatch):
    monkeypatch.setattr(shared, "_MOST_CHANGES", 5)
    value: SharedMap[int, int] = SharedMap({0: 0, 1: 1})
    seen = []
    for i in range(2, 30):
        value = value.inserted(i, i).removed(i - 2)
        seen.append(value)
    for i, then in enumerate(seen, start=2):
        assert then == {i: i, i - 1: i - 1}
