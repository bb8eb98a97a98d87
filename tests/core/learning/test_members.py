"""Members of classes by name: the same name for the same items, and the way between names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.arrays import UNLABELLED, IntArray
from core.learning.members import NOTHING, Members, Membership

N_ITEMS = 60
CLASSES = st.lists(
    st.lists(st.tuples(st.integers(0, N_ITEMS - 1), st.integers(-1, 2)), max_size=50), max_size=5
)


def changed(labels: IntArray, changes: list[tuple[int, int]]) -> IntArray:
    labels = labels.copy()
    for item, label in changes:
        labels[item] = label
    return labels


def items_of(labels: IntArray, label: int) -> frozenset[int]:
    return frozenset(np.flatnonzero(labels == label).tolist())


def unlabelled() -> IntArray:
    return np.full(N_ITEMS, UNLABELLED, dtype=np.int64)


@given(CLASSES)
def test_followed_step_by_step_or_met_anew_a_class_has_one_name(batches):
    membership, labels = Membership(N_ITEMS), unlabelled()
    for changes in batches:
        labels = changed(labels, changes)
        followed = names(membership.follow(labels))
        anew = names(Membership(N_ITEMS).follow(labels))
        assert {k: n for k, n in followed.items() if n != NOTHING} == anew


@given(CLASSES)
def test_each_way_leads_from_items_of_that_name_to_those_at_hand(batches):
    membership, labels = Membership(N_ITEMS), unlabelled()
    named = {NOTHING: frozenset[int]()}
    for changes in batches:
        # One item at a time, so that every name on the way is met.
        for item, label in changes:
            labels = changed(labels, [(item, label)])
            members = membership.follow(labels)
            for key, one in members.items():
                named[one.name] = items_of(labels, key)
        for key, one in membership.follow(labels).items():
            for way in one.ways():
                before = named[way.start]
                assert (before | {*way.added}) - {*way.removed} == items_of(labels, key)


def test_other_items_have_another_name():
    membership = Membership(N_ITEMS)
    seen = set()
    for item in range(N_ITEMS):
        labels = changed(unlabelled(), [(item, 0)])
        seen.add(membership.follow(labels)[0].name)
    assert len(seen) == N_ITEMS


def names(members: Mapping[int, Members]) -> dict[int, int]:
    return {label: one.name for label, one in members.items()}
