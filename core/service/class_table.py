"""The classes as a table that a person edits, and what an edited table asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

from core.errors import IllegalClassesError
from core.service.classes import ListedClass
from core.session.class_list import Mark
from core.session.class_rules import Left, Merge, Wanted
from core.session.events import AnswerKind, Colour

PLACE: Final = "Place"
NAME: Final = "Class"
KEY: Final = "Key"
COLOUR: Final = "Colour"
LABELS: Final = "Labels"
END: Final = "Merge or remove"

COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)

_REMOVALS: Final[dict[str, Left]] = {
    "Remove: ask again": AnswerKind.SKIP,
    "Remove: unsure": AnswerKind.UNSURE,
    "Remove: bad image": AnswerKind.BAD,
}
_MERGE: Final = "Merge into "
_KEY: Final = re.compile("[0-9a-z]")

Row = Mapping[str, Any]
"""A class, by the columns of the table; whatever a person has typed."""


def class_rows(listed: Iterable[ListedClass]) -> list[dict[str, Any]]:
    """The table as it stands."""
    return [
        {
            PLACE: place,
            NAME: one.name,
            KEY: (one.mark.key or "").upper(),
            COLOUR: one.mark.colour,
            LABELS: one.n_labels,
            END: None,
        }
        for place, one in enumerate(listed, start=1)
    ]


def endings(names: Iterable[str]) -> list[str]:
    """What can become of a class, as a person chooses it."""
    return [*_REMOVALS, *(f"{_MERGE}{name}" for name in names)]


def carried(typed: Mapping[str, Row], stored: Iterable[Row]) -> list[dict[str, Any]]:
    """The table drawn anew, with what was typed before where there still is such a class.

    Labels are counted as they are now.

    Parameters
    ----------
    typed
        By the name of each class, as it was stored then.
    stored
        The table as it stands.
    """
    return [{**row, **typed.get(row[NAME], {}), LABELS: row[LABELS]} for row in stored]


def n_changed(stored: Sequence[Row], edited: Sequence[Row]) -> int:
    """How many classes were edited; that labels have come since is no edit."""
    pairs = zip(stored, edited, strict=True)
    return sum(any(row[name] != one[name] for name in row if name != LABELS) for row, one in pairs)


def wanted_classes(names: Sequence[str], rows: Sequence[Row]) -> tuple[Wanted, ...]:
    """What an edited table asks for.

    Parameters
    ----------
    names
        What the classes are called, in their order: that of the rows.
    rows
        As :func:`class_rows` gives them, edited. A class that is given the place of another one
        comes before it on its way up, and behind it on its way down.

    Raises
    ------
    IllegalClassesError
        If what stands there as a key is none.
    """
    wanted = [_wanted(name, row) for name, row in zip(names, rows, strict=True)]
    places = [_place(row, stood) for stood, row in enumerate(rows, start=1)]
    return tuple(wanted[index] for index in sorted(range(len(wanted)), key=places.__getitem__))


def _wanted(name: str, row: Row) -> Wanted:
    key = (row[KEY] or "").strip().lower()
    if key and not _KEY.fullmatch(key):
        raise IllegalClassesError(
            f"“{row[KEY].strip()[:20]}” cannot be the key of “{name}”.",
            "A key is one digit or one letter from A to Z.",
        )
    mark = Mark(key or None, row[COLOUR] or None)
    return Wanted(name, row[NAME] or "", mark, _end(row[END]))


def _end(told: str | None) -> Merge | Left | None:
    if not told:
        return None
    return _REMOVALS[told] if told in _REMOVALS else Merge(told.removeprefix(_MERGE))


def _place(row: Row, stood: int) -> tuple[float, int]:
    wished = row[PLACE] if row[PLACE] is not None else stood
    return wished, (wished > stood) - (wished < stood)
