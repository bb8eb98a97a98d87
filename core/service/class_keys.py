"""The key that labels an image with each class, before a person chooses others."""

from __future__ import annotations

from typing import Final

COMMANDS: Final = "suxhpal"
"""Letters that mean something else on the page, unless a class is called by one of them; then all
of these need Shift."""

_DIGITS: Final = "1234567890"
_LETTERS: Final = "qwertyiodfgjkzcvbnm"
_OWN: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def class_keys(names: tuple[str, ...]) -> tuple[str | None, ...]:
    """The key of each class, a digit or a small letter; None for those that have to be clicked.

    A class that is called by one digit or letter has that key and no other class does. The others
    have their initial where it is free, then a number, then any other letter. Numbers stay apart
    from classes that are numbers themselves, so that no digit stands for another one.
    """
    keys = _own_keys(names)
    taken = set(keys.values())
    numbers = "" if taken & set(_DIGITS) else _DIGITS
    for index, name in enumerate(names):
        if index not in keys:
            initial = name[:1].casefold()
            candidates = (initial if initial in _LETTERS else "") + numbers + _LETTERS
            key = next((one for one in candidates if one not in taken), None)
            if key is not None:
                keys[index] = key
                taken.add(key)
    return tuple(keys.get(index) for index in range(len(names)))


def _own_keys(names: tuple[str, ...]) -> dict[int, str]:
    """By the place of their class; where two are called alike but for case, the first has it."""
    keys: dict[int, str] = {}
    for index, name in enumerate(names):
        letter = name.casefold()
        if len(letter) == 1 and letter in _OWN and letter not in keys.values():
            keys[index] = letter
    return keys
