"""Keys of classes: what is seen is what is pressed."""

from __future__ import annotations

from string import ascii_uppercase

from hypothesis import given
from hypothesis import strategies as st

from core.service.class_keys import COMMANDS, class_keys

NAMES = st.lists(st.text("0123456789abcABCsuä _", min_size=1, max_size=3), unique=True, max_size=60)


def test_digits_are_their_own_keys_in_whatever_order_they_stand():
    assert class_keys(("3", "1", "0")) == ("3", "1", "0")


def test_letters_are_their_own_keys_those_of_commands_too():
    assert class_keys(tuple(ascii_uppercase)) == tuple(ascii_uppercase.lower())
    assert class_keys(("R", "D")) == ("r", "d")


def test_named_classes_have_their_initial():
    assert class_keys(("Cat", "dog", "bird")) == ("c", "d", "b")


def test_where_one_initial_is_taken_or_a_command_all_have_numbers():
    assert class_keys(("boot", "bag", "coat")) == ("1", "2", "3")
    assert class_keys(("boot", "sandal", "coat")) == ("1", "2", "3")
    assert class_keys(("b", "boot", "coat")) == ("b", "1", "2")


def test_no_digit_stands_for_another_one():
    names = tuple(map(str, range(12)))
    keys = class_keys(names)
    assert keys[:10] == names[:10]
    assert not set(keys[10:]) & set("0123456789")


def test_of_two_that_are_called_alike_but_for_case_the_first_has_the_key():
    first, second = class_keys(("a", "A"))
    assert first == "a"
    assert second != "a"


def test_where_keys_run_out_classes_have_none():
    keys = class_keys(tuple(f"class {i}" for i in range(60)))
    given_out = [key for key in keys if key is not None]
    assert given_out == list(keys[: len(given_out)])
    assert keys[:3] == ("1", "2", "3")


@given(NAMES)
def test_no_two_classes_share_a_key_and_none_takes_a_command_that_is_not_its_name(names):
    keys = class_keys(tuple(names))
    given_out = [key for key in keys if key is not None]
    assert len(set(given_out)) == len(given_out)
    for name, key in zip(names, keys, strict=True):
        assert key is None or key not in COMMANDS or key == name.casefold()


@given(NAMES)
def test_a_class_called_by_one_digit_has_it(names):
    keys = dict(zip(names, class_keys(tuple(names)), strict=True))
    assert all(keys[name] == name for name in names if len(name) == 1 and name.isdecimal())
