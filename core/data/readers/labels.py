"""Where the labels of image files are taken from, of all that tell some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

import numpy as np

from core.arrays import UNLABELLED, IntArray
from core.data.classes import read_classes, shown
from core.data.readers.found import Choice
from core.data.readers.listing import named
from core.data.readers.places import Places
from core.data.readers.told import Told
from core.errors import InvalidDatasetError
from core.wording import counted

LABELS: Final = "labels"
"""The key of the choice."""

FOLDERS: Final = "(folders)"
NOTHING: Final = "(none)"

_UNKNOWN: Final = frozenset({"", "-1", "nan"})
_MOST_OPTIONS: Final = 50


@dataclass(frozen=True, slots=True)
class Labels:
    """The classes, and that of each image."""

    class_names: tuple[str, ...] = ()
    truth: IntArray | None = None
    choices: tuple[Choice, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """What labels can be taken from."""

    labels: Sequence[str]
    others: tuple[str, ...] = ()
    """Classes of no image."""


def find_labels(name: str, places: Places, told: Sequence[Told], said: Mapping[str, str]) -> Labels:
    """Take the labels from where it is said, or else from where they most likely are.

    A file that tells labels goes before folders, and these before other columns of a table.

    Parameters
    ----------
    name
        What the whole is called in errors.

    Raises
    ------
    InvalidDatasetError
        If what is said cannot be.
    """
    sources = dict(_sources(places, told))
    options = (*list(sources)[:_MOST_OPTIONS], NOTHING)
    value = said.get(LABELS, options[0]) or NOTHING
    if value not in options:
        raise InvalidDatasetError(
            f"The labels of {shown(name)} cannot be taken from “{shown(value)}”.",
            f"There are: {', '.join(shown(option) for option in options)}.",
        )
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    truth: IntArray | None = None
    source = sources.get(value)
    if source is not None:
        try:
            class_names, truth = _classes(name, source)
        except InvalidDatasetError as error:
            if LABELS in said:
                raise
            notes = (f"{_whence(value)} not taken for labels. {error.problem}",)
            value = NOTHING
        else:
            notes = tuple(_notes(value, source, class_names, has_folders=FOLDERS in sources))
    choices = (Choice(LABELS, "Labels from", value, options),) if sources else ()
    return Labels(class_names, truth, choices, notes)


def _sources(places: Places, told: Sequence[Told]) -> Iterator[tuple[str, _Source]]:
    """All that labels can be taken from, the likeliest first."""
    sure = [(one, first) for one in told if one.is_sure for first in list(one.labels)[:1]]
    for one, first in sure:
        yield first, _Source(one.labels[first], one.classes)
    if any(places.classes):
        yield FOLDERS, _Source(places.classes, places.empty)
    firsts = {first for _, first in sure}
    for one in told:
        for column, labels in one.labels.items():
            if column not in firsts:
                yield column, _Source(labels, one.classes)


def _classes(name: str, source: _Source) -> tuple[tuple[str, ...], IntArray | None]:
    labels = [normalize("NFC", label.strip()) for label in source.labels]
    all_of_them = {*labels, *(normalize("NFC", label.strip()) for label in source.others)}
    known = sorted(all_of_them - _UNKNOWN)
    if not known:
        return (), None
    class_names, _ = read_classes(name, np.array(known, dtype=np.str_), None, len(known))
    place = {label: index for index, label in enumerate(class_names)}
    truth = np.array([place.get(label, UNLABELLED) for label in labels], dtype=np.int64)
    return class_names, truth if (truth != UNLABELLED).any() else None


def _notes(
    value: str, source: _Source, class_names: tuple[str, ...], *, has_folders: bool
) -> Iterator[str]:
    if has_folders and value != FOLDERS:
        yield f"Labels are taken from {shown(value)}, not from the folders."
    if not class_names:
        return
    empty = sorted(set(source.others) - set(source.labels))
    if empty:
        classes = "1 class" if len(empty) == 1 else f"{len(empty):,} classes"
        yield f"There are no images of {classes}: {named(empty)}."
    n_bare = sum(label.strip() in _UNKNOWN for label in source.labels)
    if n_bare and value == FOLDERS:
        has = "has" if n_bare == 1 else "have"
        yield f"{counted(n_bare, 'image')} in no folder of a class {has} no label."


def _whence(value: str) -> str:
    return "The folders were" if value == FOLDERS else f"{shown(value)} was"
