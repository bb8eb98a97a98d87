"""Classes and the truth: what is not known is said so, and odd names get their sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.arrays import UNLABELLED
from core.config import LONGEST_CLASS_NAME
from core.data.classes import MOST_CLASSES, read_classes
from core.errors import InvalidDatasetError


def classes(labels: Any, names: Any = None) -> tuple[tuple[str, ...], list[int] | None]:
    labels = None if labels is None else np.asarray(labels)
    names = None if names is None else np.asarray(names)
    n_items = 3 if labels is None else len(labels)
    found, truth = read_classes("set.npz", labels, names, n_items)
    return found, None if truth is None else truth.tolist()


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([7, -1, 3], [1, UNLABELLED, 0]),
        ([7.0, np.nan, 3.0], [1, UNLABELLED, 0]),
        (["7", "", "3"], [1, UNLABELLED, 0]),
        (["7", " \t", "3"], [1, UNLABELLED, 0]),
        (np.array(["7", np.nan, "3"]), [1, UNLABELLED, 0]),
        (np.array(["7", -1, "3"]), [1, UNLABELLED, 0]),
        ([b"7", b"", b"3"], [1, UNLABELLED, 0]),
        ([[7], [-1], [3]], [1, UNLABELLED, 0]),
    ],
)
def test_minus_one_nan_and_an_empty_name_say_that_a_class_is_not_known(labels, expected):
    assert classes(labels) == (("3", "7"), expected)


@pytest.mark.parametrize("labels", [[1, -1, 0], [1.0, np.nan, 0.0], ["b", "", "a"]])
def test_so_they_do_where_there_are_class_names(labels):
    assert classes(labels, ["a", "b"]) == (("a", "b"), [1, UNLABELLED, 0])


def test_a_class_may_be_called_nan_where_it_is_named():
    assert classes(["nan", "rice"], ["nan", "rice"]) == (("nan", "rice"), [0, 1])


def test_where_no_class_is_known_there_is_no_truth():
    assert classes([-1, -1, -1], ["a", "b"]) == (("a", "b"), None)


def test_an_empty_list_of_names_is_none():
    assert classes([1, 0, 1], np.array([], dtype="<U1")) == (("0", "1"), [1, 0, 1])


def test_names_that_are_numbers_stand_in_the_order_of_numbers():
    labels = ["10", "9", "b", "0", "-2", "a"]
    assert classes(labels)[0] == ("-2", "0", "9", "10", "a", "b")


@pytest.mark.parametrize(
    "name", ["constructor", "__proto__", "שלום", "नमस्ते", "a b", "👩‍🔬", "=1+1"]
)
def test_unusual_names_are_names(name):
    assert classes([name, "other", ""]) == (
        tuple(sorted([name, "other"])),
        [sorted([name, "other"]).index(name), sorted([name, "other"]).index("other"), UNLABELLED],
    )


@pytest.mark.parametrize(
    ("labels", "names", "text"),
    [
        (None, ["a", "", "c"], "Class name 2 of set.npz is empty"),
        (None, ["a", "\u200b", "c"], "Class name 2 of set.npz is empty"),
        (None, ["a", "b", "a"], "Two classes of set.npz have the name “a”"),
        (None, ["\u00e9", "e\u0301"], "Two classes of set.npz have the name"),
        (None, ["a", "b\x07"], r"“b”, contains a character that cannot be seen \(U\+0007\)"),
        (None, ["a", "\u202eb"], r"contains a character that cannot be seen \(U\+202E\)"),
        (["a\nb", "c", "c"], None, r"\(U\+000A\)"),
        (None, ["a", "b" * (LONGEST_CLASS_NAME + 1)], "has 201 characters"),
        (None, [], "does not say which classes there are"),
        ([-1, -1, -1], None, "does not say which classes there are"),
        (["", "", ""], [], "does not say which classes there are"),
        (None, [1.5, 2.5], "class names of set.npz are not names"),
        ([0, -2, 1], ["a", "b"], "go from -2 to 1"),
        ([0, np.inf, 1], None, "neither whole numbers nor names"),
        ([[1, 0], [0, 1]], ["a", "b"], r"labels of the shape \(2, 2\)"),
        (np.array([1, 0], dtype=bool), ["a", "b"], "neither whole numbers nor names"),
        (["dgo", "dog", ""], ["dog", "cat"], "“dgo” is a label of set.npz and not one of"),
        (["9" * 5000, "1", ""], None, "has 5,000 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(labels, names, text):
    with pytest.raises(InvalidDatasetError, match=text) as caught:
        classes(labels, names)
    assert str(caught.value).isprintable()


def test_numbers_that_stand_for_no_letter_are_no_names():
    odd = np.frombuffer(b"\xff\xff\xff\x7f", dtype="<U1")
    with pytest.raises(InvalidDatasetError, match="are not text"):
        classes(None, odd)


def test_a_name_as_long_as_a_browser_may_send_is_fine():
    name = "b" * LONGEST_CLASS_NAME
    assert classes(None, ["a", name])[0] == ("a", name)


@pytest.mark.parametrize("labels", [np.arange(MOST_CLASSES + 1), None])
def test_there_is_a_most_of_classes(labels):
    names = None if labels is not None else [f"c{i}" for i in range(MOST_CLASSES + 1)]
    with pytest.raises(InvalidDatasetError, match="has 1,001 classes, and there can be 1,000"):
        classes(labels, names)
    assert len(classes(np.arange(MOST_CLASSES))[0]) == MOST_CLASSES
