"""Which column of a table holds the images, the labels and so on: by name, and by what is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyarrow as pa
from pyarrow import compute

from core.data.classes import MOST_CLASSES, shown
from core.data.readers.beside import is_image_name
from core.data.readers.celltypes import (
    is_binary,
    is_list,
    is_list_of_numbers,
    is_number,
    is_text,
    without_codes,
)
from core.data.readers.found import Choice
from core.data.readers.layout import is_flat_image
from core.data.readers.roles import FEATURES, NONE
from core.data.readers.sheets import Sampled, Sheet
from core.errors import InvalidDatasetError

Kind = Literal["bytes", "paths", "pixels", "lists"]

REMEDY: Final = (
    "A table has a column of image files or of their paths, or columns of pixels such as pixel0 "
    "to pixel783; and a column of labels if there are any."
)

LABELS: Final = (
    *("label", "labels", "class", "target", "y", "category", "species", "class_name", "classname"),
    *("label_name", "human_label", "digit", "fine_label"),
)
_SPLITS: Final = ("split", "subset", "set", "partition", "usage")
IDS: Final = (
    *("id", "image_id", "img_id", "item_id", "key", "uuid", "index", "idx", "name", "item_name"),
    *("image_name", "file_name", "filename", "item", "(unnamed)"),
)
_OF_FEATURES: Final = ("f", "feature", "feat", "emb", "e", "dim", "z", "pc", *FEATURES)
_NUMBERED: Final = re.compile(r"(.*?)[\s_.\-]*(\d+)")
_GRID: Final = re.compile(r"(\d+)\s*[x×]\s*(\d+)")
_FEWEST: Final = 4
_MOST_SPLITS: Final = 20
_MOST_OPTIONS: Final = 30


@dataclass(frozen=True, slots=True)
class Images:
    """Columns that hold images.

    Attributes
    ----------
    words
        What they are called in the choice.
    kind
        Image files as bytes, paths of them, a pixel a column, or lists of pixels.
    """

    words: str
    kind: Kind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """What the columns are, as far as it can be said before all of the table is read."""

    images: Images
    features: tuple[str, ...]
    choices: tuple[Choice, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Columns that tell something of each image; None where there is no such column."""

    labels: str | None
    split: str | None
    ids: str | None
    choices: tuple[Choice, ...]
    notes: tuple[str, ...]


def find_images(file: str, sheet: Sheet, said: Mapping[str, str]) -> Grouped:
    """Find the columns of images and of features.

    Raises
    ------
    InvalidDatasetError
        If none can be images.
    """
    groups = list(groups_of(sheet, said))
    lists = [name for name, kind in sheet.types.items() if is_list_of_numbers(kind)]
    options = [
        *(Images(name, "bytes", (name,)) for name in sheet.types if _is_bytes(sheet, name)),
        *(Images(name, "paths", (name,)) for name in sheet.types if is_paths(sheet, name)),
        *(Images(words_of(group), "pixels", group) for group, is_pixels in groups if is_pixels),
        *(
            Images(name, "lists", (name,))
            for name in lists
            if not _is_bytes(sheet, name) and _is_image_list(sheet, name)
        ),
    ]
    if not options:
        raise _none(file, sheet, groups, lists)
    by_words = {option.words: option for option in options}
    wanted = said.get("images", options[0].words)
    if wanted not in by_words:
        raise InvalidDatasetError(
            f"The columns “{shown(wanted)}” of {file} cannot be its images.",
            f"They could be: {', '.join(shown(words) for words in by_words)}.",
        )
    images = by_words[wanted]
    choices: tuple[Choice, ...] = ()
    if len(by_words) > 1:
        choices = (Choice("images", "Column of images", images.words, tuple(by_words)),)
    features = next((g for g, is_pixels in groups if not is_pixels and g != images.names), ())
    if not features:
        others = [n for n in lists if n not in images.names and not _is_bytes(sheet, n)]
        features = tuple(sorted(others, key=lambda n: n.lower() not in FEATURES)[:1])
    notes: tuple[str, ...] = ()
    if features:
        notes = (f"{words_of(features)}: taken for features.",)
    return Grouped(images, features, choices, notes)


def find_features(sheet: Sheet) -> tuple[str, ...]:
    """The columns of features of a table that holds no images; empty if there are none."""
    groups = sorted((group for group, _ in groups_of(sheet, {})), key=len)
    lists = (name for name, kind in sheet.types.items() if is_list_of_numbers(kind))
    one = next(iter(sorted(lists, key=lambda name: name.lower() not in FEATURES)), None)
    return groups[-1] if groups else (() if one is None else (one,))


def find_told(file: str, sheet: Sheet, rest: Sequence[str], said: Mapping[str, str]) -> Told:
    """Find the columns of labels, of parts and of names, among those that are left.

    Raises
    ------
    InvalidDatasetError
        If a column is said that is not there.
    """
    plain = [name for name in rest if not pa.types.is_nested(sheet.types[name])]
    distinct = {name: _n_distinct(sheet.column(name)) for name in plain}
    few = [name for name in plain if distinct[name] <= MOST_CLASSES]
    split = first_of(_SPLITS, [n for n in plain if distinct[n] <= _MOST_SPLITS])
    ids = first_of(IDS, [n for n in plain if distinct[n] == sheet.n_rows])
    labels = first_of(LABELS, list(rest))
    notes: tuple[str, ...] = ()
    if labels is None and "labels" not in said:
        most = min(MOST_CLASSES, sheet.n_rows // 2)
        guessed = [n for n in few if 2 <= distinct[n] <= most and n not in {split, ids}]
        if len(guessed) == 1:
            labels = guessed[0]
            notes = (f"The column “{shown(labels)}” was taken for the labels.",)
    choices = []
    taken: dict[str, str | None] = {"labels": labels, "split": split, "id": ids}
    fitting = {
        "labels": few,
        "split": [n for n in plain if distinct[n] <= _MOST_SPLITS],
        "id": [n for n in plain if distinct[n] == sheet.n_rows],
    }
    for key, title in (
        ("labels", "Column of labels"),
        ("split", "Column of parts, such as train and test"),
        ("id", "Column of names"),
    ):
        taken[key] = _said(key, file, rest, said, taken[key])
        value = taken[key]
        options = tuple(dict.fromkeys([*([value] if value else []), *fitting[key]]))
        if value or set(options) - {taken["labels"]}:
            choices.append(Choice(key, title, value or NONE, (*options[:_MOST_OPTIONS], NONE)))
    return Told(taken["labels"], taken["split"], taken["id"], tuple(choices), notes)


def _are_counted(names: Sequence[str]) -> bool:
    """Whether all columns have numbers for names, or no names, which is the same."""
    return any(
        list(names) == [f"{word}{place}" for place in range(first, first + len(names))]
        for word, first in (("column ", 1), ("", 0), ("", 1))
    )


def _label_among(sheet: Sampled, said: Mapping[str, str]) -> str | None:
    """The column of labels where columns have but numbers: the first or the last; None if neither.

    All others are the pixels.
    """
    names = list(sheet.types)
    if said.get("labels") in {*names, NONE}:
        wanted = said["labels"]
        return None if wanted == NONE else wanted
    if not is_flat_image(len(names) - 1):
        return None
    first, last = sheet.sample(names[0]), sheet.sample(names[-1])
    can_be = [name for name, v in ((names[0], first), (names[-1], last)) if _are_whole(v)]
    # In the corner of a picture there is mostly the same.
    if len(can_be) == 2 and len(set(first)) == 1 < len(set(last)):
        can_be.reverse()
    return next(iter(can_be), None)


def _n_distinct(column: pa.ChunkedArray) -> int:
    try:
        return int(compute.count_distinct(without_codes(column)).as_py())
    # Of a type whose values cannot be compared.
    except pa.ArrowNotImplementedError:
        return len(column)


def _said(
    key: str, file: str, rest: Sequence[str], said: Mapping[str, str], found: str | None
) -> str | None:
    wanted = said.get(key)
    if wanted is None:
        return found
    if wanted != NONE and wanted not in rest:
        raise InvalidDatasetError(
            f"The table {file} has no column “{shown(wanted)}” for this.",
            f"Its columns are: {', '.join(shown(name) for name in rest[:_MOST_OPTIONS])}.",
        )
    return None if wanted == NONE else wanted


def groups_of(sheet: Sampled, said: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Columns of numbers that are counted, in their order; and whether they can be pixels."""
    told = {said.get(key) for key in ("labels", "split", "id")}
    numbers = [n for n, kind in sheet.types.items() if is_number(kind) and n not in told]
    if all(is_number(kind) for kind in sheet.types.values()) and _are_counted(list(sheet.types)):
        label = _label_among(sheet, said)
        group = tuple(name for name in sheet.types if name != label)
        if len(group) >= _FEWEST:
            yield group, is_flat_image(len(group))
        return
    found: dict[str, list[tuple[int, int, str]]] = {}
    for name in numbers:
        grid, counted = _GRID.fullmatch(name.strip()), _NUMBERED.fullmatch(name.strip())
        if grid is not None:
            found.setdefault("1x1", []).append((int(grid[1]), int(grid[2]), name))
        elif counted is not None and len(counted[2]) <= 9:
            found.setdefault(counted[1].lower(), []).append((0, int(counted[2]), name))
    for prefix, members in found.items():
        members.sort()
        counts = [second for _, second, _ in members]
        in_order = range(counts[0], counts[0] + len(counts))
        if len(members) >= _FEWEST and (prefix == "1x1" or counts == list(in_order)):
            is_pixels = prefix not in _OF_FEATURES and is_flat_image(len(members))
            yield tuple(name for _, _, name in members), is_pixels


def words_of(names: Sequence[str]) -> str:
    """What a group of columns is called."""
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"


def first_of(names: Sequence[str], columns: Sequence[str]) -> str | None:
    """The column with the first of these names that one has, however it is written."""
    lower = {column.lower(): column for column in reversed(columns)}
    return next((lower[name] for name in names if name in lower), None)


def _are_whole(values: Sequence[Any]) -> bool:
    try:
        return all(float(value).is_integer() for value in values if value not in {"", None})
    except ValueError:
        return False


def _told(sheet: Sampled, name: str) -> list[Any]:
    return [value for value in sheet.sample(name) if value is not None]


def _is_bytes(sheet: Sheet, name: str) -> bool:
    """Whether a column holds image files: their bytes, alone or beside a path, or as a list."""
    kind = sheet.types[name]
    if pa.types.is_struct(kind):
        return any(field.name == "bytes" and is_binary(field.type) for field in kind)
    if is_list(kind) and pa.types.is_uint8(kind.value_type):
        return any(_is_image_file(bytes(value)) for value in _told(sheet, name)[:3])
    return is_binary(kind)


def _is_image_file(start: bytes) -> bool:
    return start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF"))


def is_paths(sheet: Sampled, name: str) -> bool:
    """Whether a column holds the paths or the addresses of image files."""
    if not is_text(sheet.types[name]):
        return False
    told = [value for value in _told(sheet, name) if value]
    return bool(told) and sum(map(is_image_name, told)) >= len(told) / 2


def _is_image_list(sheet: Sheet, name: str) -> bool:
    """Whether lists are as long as the pixels of an image, or lists of lists."""
    told = _told(sheet, name)
    if name.lower() in FEATURES or not told:
        return False
    return bool(told[0]) and (isinstance(told[0][0], list) or is_flat_image(len(told[0])))


def _none(
    file: str, sheet: Sheet, groups: Sequence[tuple[tuple[str, ...], bool]], lists: Sequence[str]
) -> InvalidDatasetError:
    names = list(sheet.types)
    if groups or lists:
        words = words_of(groups[0][0]) if groups else lists[0]
        number = f"{len(groups[0][0]):,} columns of " if groups else ""
        return InvalidDatasetError(
            f"The table {file} holds {number}numbers ({shown(words)}) that may be features and "
            "make no square of pixels; images are needed.",
            REMEDY,
        )
    if len(names) == 1 and not sheet.is_typed:
        return InvalidDatasetError(
            f"The table {file} has a single column, “{shown(names[0])}”, and it holds no images.",
            "Between columns there is a comma, a semicolon, a tab or a vertical bar.",
        )
    told = ", ".join(f"“{shown(name)}”" for name in names[:5])
    more = ", …" if len(names) > 5 else ""
    return InvalidDatasetError(
        f"No column of the table {file} holds images; there are {told}{more}.", REMEDY
    )
