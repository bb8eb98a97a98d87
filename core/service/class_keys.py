"""The key that labels an image with each class, before a person chooses others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COMMANDS: Final = "suxhpal"
"""Letters that mean something else on the page, unless a class is called by one of them; then all
of these need Shift."""

_DIGITS: Final = "1234567890"
_LETTERS: Final = "qwertyiodfgjkzcvbnm"
_OWN: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def class_keys(
    names: tuple[str, ...], chosen: Mapping[str, str] | None = None
) -> tuple[str | None, ...]:
    """The key of each class, a digit or a small letter; None for those found by name.

    A class that is called by one digit or letter has that key and no other class does. The others
    have their initials if these are free and all different, so that nobody has to remember which
    class has none; else the numbers in their order, then any letter. Numbers stay apart from
    classes that are numbers themselves, so that no digit stands for another one.

    Parameters
    ----------
    chosen
        Keys that a person has given to some classes; those come first.

    Examples
    --------
    >>> class_keys(("boot", "tie"))
    ('b', 't')
    >>> class_keys(("boot", "bag", "tie"))
    ('1', '2', '3')
    >>> class_keys(("0", "1", "10"))
    ('0', '1', 'q')
    """
    keys = _own_keys(names, _chosen_keys(names, chosen or {}))
    others = [index for index in range(len(names)) if index not in keys]
    taken = set(keys.values())
    initials = [names[index][:1].casefold() for index in others]
    if len(set(initials)) == len(initials) and set(initials) <= set(_LETTERS) - taken:
        return _placed(keys, others, initials, len(names))
    numbers = "" if taken & set(_DIGITS) else _DIGITS
    free = [key for key in numbers + _LETTERS if key not in taken]
    return _placed(keys, others, free, len(names))


def _placed(
    own: dict[int, str], others: list[int], keys: list[str], n_classes: int
) -> tuple[str | None, ...]:
    """The keys of classes by their place: those of their own, and these for the others in turn."""
    placed = own | dict(zip(others, keys, strict=False))
    return tuple(placed.get(index) for index in range(n_classes))


def _chosen_keys(names: tuple[str, ...], chosen: Mapping[str, str]) -> dict[int, str]:
    """By the place of their class; where two have the same, the first has it."""
    keys: dict[int, str] = {}
    for index, name in enumerate(names):
        key = chosen.get(name)
        if key is not None and key not in keys.values():
            keys[index] = key
    return keys


def _own_keys(names: tuple[str, ...], taken: Mapping[int, str]) -> dict[int, str]:
    """These, and the keys of classes that are called by one; of two alike the first has it."""
    keys = dict(taken)
    for index, name in enumerate(names):
        letter = name.casefold()
        is_one = len(letter) == 1 and letter in _OWN and letter not in keys.values()
        if is_one and index not in keys:
            keys[index] = letter
    return keys
