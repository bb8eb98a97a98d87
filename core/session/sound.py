"""What is wrong with an event that came from elsewhere, looked at by itself.

Whether it fits the events before it is for :mod:`core.session.sounding` and the fold to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Final

from pydantic import BaseModel

from core.config import LONGEST_CLASS_NAME, MOST_VOTES
from core.session.events import (
    GUEST,
    MOST_PARTS,
    Answer,
    Answered,
    AnswerKind,
    BatchTakenBack,
    Branched,
    ClassAdded,
    Classes,
    ClassesOrdered,
    ClassesRenamed,
    ClassMapped,
    Corrected,
    DataNoted,
    Decided,
    DecisionTakenBack,
    Draw,
    Event,
    Given,
    Hiding,
    InvitationWithdrawn,
    Invited,
    KeepTakenBack,
    KnownSet,
    LabelKept,
    Redone,
    Renamed,
    RoleGiven,
    RoomJoined,
    RoomOpened,
    Served,
    SettingsNoted,
    TakenBack,
    Undone,
)

MOST: Final = 2**53
"""Rounds and milliseconds stay below it, as in a browser."""

MOST_ITEMS: Final = 2**31
"""Numbers of items stay below it, as in the database's list of who has what."""

MOST_SERVED: Final = 1_000
"""Items of a batch, and answers to it: what a browser may send at a time."""

MOST_CLASSES: Final = 10_000
"""Class names: far more than anybody tells apart."""

_MOST_SETTINGS: Final = 100
_LONGEST: Final = 255
"""Letters of a setting, and of the name and the id of a project or of a person."""
_LONGEST_ID: Final = 64
"""Letters of the id of a batch, as in the database."""
_ROUNDED: Final = 1e-6
"""By so much a share that was computed may lie beside 0 and 1."""

_HEXADECIMAL: Final = frozenset("0123456789abcdef")


def fault(event: Event) -> str:
    """What this app would never have written, in words that follow “it”; empty if nothing.

    Events of a log of one's own are not asked: what was written once is read.
    """
    return next(_faults(event), "")


def _faults(event: Event) -> Iterator[str]:
    if not 0 < len(event.by) <= _LONGEST:
        yield "says of nobody, or of an endless name, that they caused it"
    yield from _LOOKS.get(type(event), _at_nothing)(event)


def _at_nothing(_event: Event) -> Iterator[str]:
    """What such an event says is a choice of few, or is asked by the fold."""
    return iter(())


def _of_served(event: Served) -> Iterator[str]:
    size = len(event.items)
    yield from _of_batch(event.batch_id)
    yield from _too_many(event.items, MOST_SERVED, "images", least=1)
    yield from _of_items(event.items)
    yield from _of_items(event.undrawable)
    lengths = {len(event.predicted), len(event.confidence), len(event.reasons) or size}
    if lengths != {size}:
        yield "does not say as much of each of its images"
    if len(set(event.items)) != size:
        yield "shows an image twice"
    if not 0 < event.round < MOST:
        yield f"is of a round {event.round:,}"
    yield from _of_classes(name for name in event.predicted if name is not None)
    if not all(-_ROUNDED <= share <= 1 + _ROUNDED for share in event.confidence):
        yield "is more than sure, or less than unsure, of a prediction"
    yield from _of_images(event.images)
    if not {*event.draws, *event.votes, *event.images} <= set(event.items):
        yield "speaks of images that it does not show"
    if not all(map(_is_draw, event.draws.values())):
        yield "says of an image that it was drawn as none can be"
    if event.hiding is not None and not _is_hiding(event.hiding, event.items):
        yield "hides predictions as none can be"
    if any(number > MOST_VOTES for number in event.votes.values()):
        yield f"lets {max(event.votes.values()):,} people answer an image"
    for batch_id in event.again:
        yield from _of_batch(batch_id)


def _of_answered(event: Answered) -> Iterator[str]:
    yield from _of_batch(event.batch_id)
    yield from _too_many(event.answers, MOST_SERVED, "answers")
    for answer in event.answers:
        yield from _of_answer(answer)


def _of_corrected(event: Corrected) -> Iterator[str]:
    yield from _of_batch(event.batch_id)
    yield from _of_answer(event.answer)


def _of_decided(event: Decided) -> Iterator[str]:
    yield from _of_answer(event.answer)
    if event.answer.kind is AnswerKind.SKIP:
        yield "decides nothing"


def _of_one_taken_back(event: Undone | Redone | TakenBack) -> Iterator[str]:
    yield from _of_batch(event.batch_id)
    yield from _of_items([event.item])


def _of_labels(event: Given | KnownSet) -> Iterator[str]:
    yield from _of_items(event.labels)
    yield from _of_classes(event.labels.values())


def _of_class_names(event: Classes | ClassesOrdered) -> Iterator[str]:
    yield from _too_many(event.names, MOST_CLASSES, "classes")
    yield from _of_classes(event.names)
    if len(set(event.names)) < len(event.names):
        yield "names a class twice"


def _of_renamed_classes(event: ClassesRenamed) -> Iterator[str]:
    yield from _too_many(event.names, MOST_CLASSES, "classes")
    yield from _of_classes([*event.names, *event.names.values()])


def _of_branch(event: Branched) -> Iterator[str]:
    yield from _of_texts("a project", [event.project], _LONGEST_ID)
    yield from _of_texts("a project", [event.name])
    if not 0 <= event.round < MOST:
        yield f"is about a round {event.round:,}"


def _of_role(event: RoleGiven) -> Iterator[str]:
    yield from _of_texts("a person", [event.person])
    yield from _of_texts("a person", [event.name], least=0)
    if event.invitation is not None:
        yield from _of_texts("an invitation", [event.invitation])


def _of_guest(event: RoomJoined) -> Iterator[str]:
    yield from _of_texts("a person", [event.person, event.name])
    yield from _of_texts("a phone", [event.token])
    if not event.person.startswith(GUEST):
        yield "lets somebody into a room who is no guest"


def _of_batch(batch_id: str) -> Iterator[str]:
    yield from _of_texts("a batch", [batch_id], _LONGEST_ID)


def _of_answer(answer: Answer) -> Iterator[str]:
    yield from _of_items([answer.item])
    if (answer.label is not None) != (answer.kind is AnswerKind.LABEL):
        yield "gives an answer that does not fit together"
    if answer.label is not None:
        yield from _of_classes([answer.label])
    if answer.milliseconds is not None and not 0 <= answer.milliseconds < MOST:
        yield f"says that an answer took {answer.milliseconds:,} ms"


def _of_data(event: DataNoted) -> Iterator[str]:
    yield from _of_texts("a set of images", [event.name])
    yield from _of_texts("a fingerprint", [event.fingerprint], _LONGEST_ID)
    if not 0 < event.n_items < MOST_ITEMS:
        yield f"counts {event.n_items:,} images"
    if not all(0 <= side < MOST_ITEMS for side in (event.height, event.width)):
        yield f"speaks of images of {event.width:,} × {event.height:,} pixels"
    yield from _of_images(event.images)
    yield from _of_items(event.gone)


def _of_keep(event: LabelKept | KeepTakenBack) -> Iterator[str]:
    beside = () if event.beside is None else (event.beside,)
    yield from _of_items([event.item, *beside])
    if event.item in beside:
        yield "puts an image beside itself"
    if isinstance(event, LabelKept):
        yield from _of_classes([event.label, event.against])


def _of_settings(event: SettingsNoted) -> Iterator[str]:
    values = event.settings.values()
    yield from _too_many(event.settings, _MOST_SETTINGS, "settings")
    yield from _of_texts("a setting", event.settings)
    yield from _of_texts("a setting", (v for v in values if isinstance(v, str)), least=0)
    if any(isinstance(value, int) and abs(value) >= MOST for value in values):
        yield "has a setting that is too large a number"


def _of_images(images: dict[int, str]) -> Iterator[str]:
    yield from _of_items(images)
    if not all(set(name) <= _HEXADECIMAL for name in images.values()):
        yield "calls an image what none is called"


def _of_items(items: Iterable[int]) -> Iterator[str]:
    for item in items:
        if not 0 <= item < MOST_ITEMS:
            yield f"is about an image {item:,}"


def _of_classes(names: Iterable[str]) -> Iterator[str]:
    yield from _of_texts("a class", names, LONGEST_CLASS_NAME)


def _of_texts(
    what: str, texts: Iterable[str], longest: int = _LONGEST, *, least: int = 1
) -> Iterator[str]:
    for text in texts:
        if len(text) < least:
            yield f"leaves {what} without a name"
        elif len(text) > longest:
            yield f"names {what} by {len(text):,} letters, and {longest:,} are the most"


def _too_many(values: Sized, most: int, what: str, *, least: int = 0) -> Iterator[str]:
    if not least <= len(values) <= most:
        yield f"has {len(values):,} {what}"


def _is_hiding(hiding: Hiding, items: tuple[int, ...]) -> bool:
    return 0 < hiding.share <= 1 and set(hiding.items) <= set(items)


def _is_draw(draw: Draw) -> bool:
    """Whether it says from how many an item was drawn, and how likely that was."""
    if len(draw.sizes) != len(draw.chances) or not 0 <= draw.part < len(draw.sizes) <= MOST_PARTS:
        return False
    parts = [*zip(draw.sizes, draw.chances, strict=True)]
    are_chances = all((chance > 0) == (size > 0) and chance >= 0 for size, chance in parts)
    is_whole = abs(sum(draw.chances) - 1) < _ROUNDED
    are_sizes = all(0 <= size < MOST_ITEMS for size in draw.sizes)
    return are_chances and is_whole and are_sizes and draw.sizes[draw.part] > 0


_LOOKS: Final[dict[type[BaseModel], Callable[..., Iterator[str]]]] = {
    Classes: _of_class_names,
    ClassesOrdered: _of_class_names,
    ClassesRenamed: _of_renamed_classes,
    ClassAdded: lambda event: _of_classes([event.name]),
    ClassMapped: lambda event: _of_classes([event.name, event.to]),
    DataNoted: _of_data,
    SettingsNoted: _of_settings,
    Renamed: lambda event: _of_texts("the project", [event.name]),
    Branched: _of_branch,
    Given: _of_labels,
    KnownSet: _of_labels,
    Served: _of_served,
    Answered: _of_answered,
    Corrected: _of_corrected,
    Undone: _of_one_taken_back,
    Redone: _of_one_taken_back,
    TakenBack: _of_one_taken_back,
    BatchTakenBack: lambda event: _of_batch(event.batch_id),
    Decided: _of_decided,
    DecisionTakenBack: lambda event: _of_items([event.item]),
    LabelKept: _of_keep,
    KeepTakenBack: _of_keep,
    RoleGiven: _of_role,
    Invited: lambda event: _of_texts("an invitation", [event.invitation]),
    InvitationWithdrawn: lambda event: _of_texts("an invitation", [event.invitation]),
    RoomOpened: lambda event: _of_texts("a room", [event.code]),
    RoomJoined: _of_guest,
}
"""What is looked at in each kind of event."""
