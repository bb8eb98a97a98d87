"""Which array of a file holds the images, which the labels: by the names that people give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from core.data.archive import Head, shown_shape
from core.data.classes import shown
from core.data.readers.found import Choice
from core.data.readers.layout import REMEDY, readings
from core.errors import InvalidDatasetError

IMAGES: Final = ("images", "x", "data", "imgs", "image", "img", "pixels", "inputs", "arr_0")
LABELS: Final = ("labels", "y", "target", "label", "targets", "arr_1")
CLASSES: Final = ("class_names", "classes", "label_names", "target_names", "categories")
FEATURES: Final = ("features", "embeddings", "embedding")

NONE: Final = "(none)"
"""Says in a choice that nothing is to be taken."""

PARTS: Final = ("validation", "training", "train", "valid", "test", "extra", "dev", "val")
_SIGNS: Final = "_-./ "
_MOST_OPTIONS: Final = 30


@dataclass(frozen=True, slots=True)
class Part:
    """The arrays of one part of a set, such as that to train on.

    Attributes
    ----------
    split
        Its name; empty if the set has no parts.
    """

    split: str
    images: str
    labels: str | None = None
    features: str | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """What each array is taken for."""

    parts: tuple[Part, ...]
    class_names: str | None
    choices: tuple[Choice, ...] = ()
    notes: tuple[str, ...] = ()


def find_roles(file: str, heads: Mapping[str, Head], said: Mapping[str, str]) -> Roles:
    """Say which array is what.

    Parameters
    ----------
    file
        What the file is called in errors.
    heads
        The arrays that could be read.
    said
        ``images`` and ``labels`` name arrays, if a person has said so.

    Raises
    ------
    InvalidDatasetError
        If none can be images.
    """
    class_names = _usual(CLASSES, heads, lambda head: len(head.shape) <= 2)
    parts = tuple(_in_parts(heads))
    if parts and not {"images", "labels"} & set(said):
        return Roles(parts, class_names)
    candidates = tuple(_candidates(heads))
    images = _said("images", file, heads, said)
    notes: list[str] = []
    if images is None:
        if not candidates:
            raise _none(file, heads)
        images = candidates[0]
        if images.lower() not in IMAGES:
            notes.append(f"The array “{shown(images)}” was taken for the images.")
    choices = list(_choice("images", "Array of images", images, candidates))
    fitting = tuple(_fitting(heads, images, class_names))
    labels = _said("labels", file, heads, said)
    if labels is None and said.get("labels") != NONE:
        labels = _usual(LABELS, heads, lambda head: len(head.shape) <= 2) or next(
            (name for name in fitting if heads[name].dtype.kind in "biuUS"), None
        )
        if labels is not None and labels.lower() not in LABELS:
            notes.append(f"The array “{shown(labels)}” was taken for the labels.")
    choices += _choice("labels", "Array of labels", labels or NONE, (*fitting, NONE))
    features = _usual(FEATURES, heads, lambda head: len(head.shape) == 2)
    part = Part("", images, labels, features)
    return Roles((part,), class_names, tuple(choices), tuple(notes))


def is_usual(name: str) -> bool:
    """Whether an array of this name is most likely needed."""
    word = name.lower()
    for part in PARTS:
        word = word.removeprefix(part).removesuffix(part)
    return word.strip(_SIGNS) in {*IMAGES, *LABELS, *CLASSES, *FEATURES}


def _in_parts(heads: Mapping[str, Head]) -> Iterator[Part]:
    """The parts of a set, in the order of the file."""
    split: dict[str, dict[str, str]] = {}
    for name in heads:
        word = name.lower()
        part = next((p for p in PARTS if word.startswith(p) or word.endswith(p)), None)
        if part is None:
            continue
        rest = word.removeprefix(part) if word.startswith(part) else word.removesuffix(part)
        rest = rest.strip(_SIGNS)
        for role, names in (("images", (*IMAGES, "")), ("labels", LABELS), ("features", FEATURES)):
            if rest in names:
                split.setdefault(part, {}).setdefault(role, name)
    for part, roles in split.items():
        if "images" in roles and len(heads[roles["images"]].shape) >= 2:
            yield Part(part, roles["images"], roles.get("labels"), roles.get("features"))


def _candidates(heads: Mapping[str, Head]) -> Iterator[str]:
    """The arrays that can be images: those with a usual name, then others, flat ones last."""
    taken = {*LABELS, *FEATURES, *CLASSES}
    can_be = [
        name
        for name, head in heads.items()
        if name.lower() not in taken and head.dtype.kind in "biuf" and readings(head.shape)
    ]
    places = {name: place for place, name in enumerate(IMAGES)}
    yield from sorted(
        can_be,
        key=lambda name: (places.get(name.lower(), len(places)), len(heads[name].shape) == 2),
    )


def _fitting(heads: Mapping[str, Head], images: str, class_names: str | None) -> Iterator[str]:
    """The arrays with one value for each image."""
    numbers = {heads[images].shape[reading.axis] for reading in readings(heads[images].shape)}
    for name, head in heads.items():
        longest = max(head.shape, default=0)
        is_row = head.shape in {(longest,), (longest, 1), (1, longest)}
        is_label = is_row or (name.lower() in LABELS and len(head.shape) == 2)
        is_plain = head.dtype.kind in "biufUS" and name not in {images, class_names}
        if is_plain and is_label and (name.lower() in LABELS or longest in numbers):
            yield name


def _usual(
    names: tuple[str, ...], heads: Mapping[str, Head], fits: Callable[[Head], bool]
) -> str | None:
    """The first array with one of these names."""
    by_word = {name.lower(): name for name in reversed(tuple(heads))}
    return next((by_word[n] for n in names if n in by_word and fits(heads[by_word[n]])), None)


def _said(role: str, file: str, heads: Mapping[str, Head], said: Mapping[str, str]) -> str | None:
    name = said.get(role)
    if name is None or name == NONE:
        return None
    if name not in heads:
        raise InvalidDatasetError(
            f"The file {file} has no array “{shown(name)}” that could be its {role}.",
            f"Its arrays are: {', '.join(shown(n) for n in list(heads)[:_MOST_OPTIONS])}.",
        )
    return name


def _choice(key: str, title: str, value: str, options: tuple[str, ...]) -> Iterator[Choice]:
    """One, if there is something to choose from."""
    options = tuple(dict.fromkeys((value, *options)))
    if len(options) > 2 or (len(options) == 2 and NONE not in options):
        yield Choice(key, title, value, options[:_MOST_OPTIONS])


def _none(file: str, heads: Mapping[str, Head]) -> InvalidDatasetError:
    if not heads:
        return InvalidDatasetError(f"The file {file} holds no arrays of numbers or text.", REMEDY)
    named = ", ".join(
        f"“{shown(name)}” {shown_shape(head.shape)}" for name, head in list(heads.items())[:5]
    )
    more = ", …" if len(heads) > 5 else ""
    flat = any(len(head.shape) == 2 and head.dtype.kind in "iuf" for head in heads.values())
    why = " Its rows of numbers may be features, but they make no squares." if flat else ""
    return InvalidDatasetError(
        f"The file {file} holds no images; its arrays are {named}{more}.{why}", REMEDY
    )
