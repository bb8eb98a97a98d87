"""Whatever becomes of a file, a number never names another image than it did."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.fingerprint import as_array
from core.data.matching import Matched, match, pick

OLD = ["a", "b", "c", "d", "e"]


def spelled(letters: str) -> str:
    """As long as the name of an image is."""
    return letters.encode().hex().rjust(32, "0")


def matched_by(known: dict[int, str | None], letters: list[str]) -> Matched:
    names = {item: spelled(told) if told else None for item, told in known.items()}
    return match(names, as_array(spelled(told) for told in letters))


def found(known: dict[int, str | None], letters: list[str]) -> tuple[list[int], tuple[int, ...]]:
    matched = matched_by(known, letters)
    numbers = matched.items.tolist()
    assert [numbers[row] for row in matched.rows] == [n for n in numbers if n in known]
    return numbers, matched.gone


@pytest.mark.parametrize(
    ("names", "items", "gone"),
    [
        (OLD, [0, 1, 2, 3, 4], ()),
        (["new", *OLD], [0, 6, 1, 7, 3, 5], ()),
        (OLD[::-1], [0, 3, 2, 1, 4], ()),
        ([*OLD, "new"], [0, 1, 2, 3, 4, 5], ()),
        (["a", "c", "d"], [0, 4, 3], (1,)),
        (["x", "y"], [0, 2], (1, 3)),
        ([], [], (1, 3)),
    ],
    ids=["as it was", "shifted", "turned round", "more", "fewer", "another set", "nothing"],
)
def test_known_images_are_found_again(names, items, gone):
    numbers, lost = found({1: "b", 3: "d"}, names)
    assert (numbers, lost) == (items, gone)
    for item, name in {1: "b", 3: "d"}.items():
        assert item in gone or names[numbers.index(item)] == name
    assert len(set(numbers)) == len(names)


def test_without_anything_known_rows_name_the_images():
    assert found({}, OLD) == ([0, 1, 2, 3, 4], ())
    assert not matched_by({}, OLD).moved


def test_images_that_are_alike_stay_where_they_are_and_else_keep_their_order():
    assert found({1: "x", 3: "x"}, ["x", "x", "x", "x"]) == ([0, 1, 2, 3], ())
    assert found({5: "x", 7: "x"}, ["x", "a", "x"])[0] == [5, 1, 7]
    assert found({5: "x", 7: "x"}, ["x"]) == ([5], (7,))


def test_an_image_that_was_never_seen_is_not_found():
    assert found({1: None, 2: "c"}, OLD) == ([0, 5, 2, 3, 4], (1,))


def test_the_number_of_an_image_that_is_gone_is_given_to_no_other():
    items, gone = found({0: "a", 1: "b"}, ["b", "n", "m"])
    assert gone == (0,)
    assert items[0] == 1
    assert 0 not in items


@pytest.mark.parametrize(
    ("order", "n_wanted", "always", "rows"),
    [
        ([0, 1, 2, 3], 2, [], [0, 1]),
        ([0, 1, 2, 3], 2, [3], [0, 3]),
        ([3, 1, 0, 2], 2, [2], [3, 2]),
        ([3, 1, 0, 2], 1, [2, 0], [0, 2]),
        ([0, 1], 5, [1], [0, 1]),
    ],
)
def test_some_rows_are_picked_wherever_they_stand(order, n_wanted, always, rows):
    picked = pick(np.array(order), n_wanted, np.array(always, dtype=np.int64))
    assert picked.tolist() == rows


names = st.lists(st.sampled_from("abcdefg"), max_size=12)


@given(old=names, new=names, data=st.data())
def test_a_number_never_names_another_image(old, new, data):
    rows = data.draw(st.sets(st.sampled_from(range(len(old)))) if old else st.just(set()))
    known: dict[int, str | None] = {row: old[row] for row in rows}
    matched = matched_by(known, new)
    numbers = matched.items.tolist()
    assert len(set(numbers)) == len(new)
    assert min(numbers, default=0) >= 0
    highest = max(len(new), *(item + 1 for item in known), 0)
    assert max(numbers, default=0) < highest + len(known) + 1
    for item, name in known.items():
        assert (item in numbers) != (item in matched.gone)
        if item in numbers:
            assert new[numbers.index(item)] == name
    for name in set(old):
        copies = [item for item in known if known[item] == name]
        assert len([i for i in copies if i in numbers]) == min(len(copies), new.count(name))
    again = matched_by(known, new)
    assert again.items.tolist() == numbers, "everybody comes to the same"


@given(old=names, new=names, newer=names, data=st.data())
def test_so_it_does_when_a_file_changes_again(old, new, newer, data):
    rows = data.draw(st.sets(st.sampled_from(range(len(old)))) if old else st.just(set()))
    known: dict[int, str | None] = {row: old[row] for row in rows}
    numbers = matched_by(known, new).items.tolist()
    asked = data.draw(st.sets(st.sampled_from(range(len(new)))) if new else st.just(set()))
    known |= {numbers[row]: new[row] for row in asked}
    matched = matched_by(known, newer)
    for item, number in zip(newer, matched.items.tolist(), strict=True):
        assert known.get(number, item) == item
