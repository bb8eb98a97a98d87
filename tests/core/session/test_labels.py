"""Labels as a value: they behave as a dict does, and know what they are made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.session.labels import Change, Labels

ITEMS = st.integers(0, 5)
CHANGES = st.lists(st.tuples(ITEMS, st.none() | st.sampled_from(["cat", "dog", "0", "1"])))


def changed(labels: Labels, changes: list[tuple[int, str | None]]) -> Labels:
    for item, name in changes:
        labels = labels.without(item) if name is None else labels.with_label(item, name)
    return labels


def replayed(known: dict[int, str], changes: list[tuple[int, str | None]]) -> dict[int, str]:
    known = dict(known)
    for item, name in changes:
        if name is None:
            known.pop(item, None)
        else:
            known[item] = name
    return known


@given(CHANGES)
def test_they_hold_what_a_dict_would_hold(changes):
    assert dict(changed(Labels(), changes)) == replayed({}, changes)


@given(CHANGES, CHANGES)
def test_the_same_labels_have_the_same_digest_however_they_came_about(one, other):
    first, second = changed(Labels(), one), changed(Labels(), other)
    same = replayed({}, one) == replayed({}, other)
    assert (first.digest == second.digest) == same
    assert (first == second) == same
    assert first.digest == Labels(replayed({}, one)).digest


@given(CHANGES, CHANGES)
def test_what_changed_since_leads_from_the_old_ones_to_the_new(one, other):
    before = changed(Labels(), one)
    after = changed(before, other)
    changes = after.changes_since(before.digest)
    assert changes is not None
    assert replayed(dict(before), list(changes)) == dict(after)


def test_labels_made_elsewhere_or_long_ago_are_no_base_for_changes():
    assert Labels({1: "cat"}).changes_since(Labels().digest) is None
    first = Labels()
    later = first
    for item in range(200):
        later = later.with_label(item, "cat")
    assert later.changes_since(first.digest) is None
    assert later.changes_since(later.without(199).digest) == (Change(199, "cat"),)


def test_giving_a_label_leaves_the_old_value_as_it_was():
    before = Labels({1: "cat"})
    after = before.with_label(1, "dog").without(7)
    assert (before[1], after[1], len(after)) == ("cat", "dog", 1)
    assert before.with_label(1, "cat") is before


def test_a_class_name_and_an_item_are_not_mixed_up():
    assert Labels({1: "2 3"}).digest != Labels({1: "2", 3: ""}).digest
    assert Labels({12: "x"}).digest != Labels({1: "2 x"}).digest
