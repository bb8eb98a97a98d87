"""Whether an event that came from elsewhere is one that this app could have written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.session.events import (
    GUEST,
    MOST_PARTS,
    Answer,
    Answered,
    AnswerKind,
    Branched,
    ClassAdded,
    Classes,
    ClassesRenamed,
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
    Renamed,
    RoleGiven,
    RoomJoined,
    RoomOpened,
    Served,
    SettingsNoted,
)

_MOST: Final = 2**53
"""Numbers of items and rounds stay below it, as in a browser."""

_MOST_SETTINGS: Final = 100
_LONGEST: Final = 255
"""Letters of a setting, and of the name and the id of a project."""

_HEXADECIMAL: Final = frozenset("0123456789abcdef")


def is_sound(event: Event) -> bool:
    """Whether the parts of an event fit one another; whether it fits a log is for the fold to say.

    Events of a log of one's own are not asked: what was written once is read.
    """
    if isinstance(event, Served):
        return _is_served(event)
    if isinstance(event, (Answered, Corrected)):
        answers = event.answers if isinstance(event, Answered) else (event.answer,)
        return all(map(_is_answer, answers))
    if isinstance(event, DataNoted):
        return _is_noted(event)
    if isinstance(event, (Given, KnownSet)):
        return _are_items(event.labels) and all(event.labels.values())
    return _are_people(event) and _is_decided(event) and _are_names(event)


def _are_people(event: Event) -> bool:
    if isinstance(event, RoleGiven):
        return bool(event.person) and max(len(event.person), len(event.name)) <= _LONGEST
    if isinstance(event, RoomJoined):
        texts = event.person, event.name, event.token
        is_guest = event.person.startswith(GUEST)
        return is_guest and all(texts) and max(map(len, texts)) <= _LONGEST
    if isinstance(event, RoomOpened):
        return 0 < len(event.code) <= _LONGEST
    if isinstance(event, (Invited, InvitationWithdrawn)):
        return 0 < len(event.invitation) <= _LONGEST
    return True


def _is_decided(event: Event) -> bool:
    if isinstance(event, DecisionTakenBack):
        return _are_items([event.item])
    if isinstance(event, Decided):
        return _is_answer(event.answer) and event.answer.kind is not AnswerKind.SKIP
    return True


def _are_names(event: Event) -> bool:
    if isinstance(event, SettingsNoted):
        texts = [*event.settings, *(v for v in event.settings.values() if isinstance(v, str))]
        return len(event.settings) <= _MOST_SETTINGS and max(map(len, texts), default=0) <= _LONGEST
    if isinstance(event, Branched):
        is_short = max(len(event.project), len(event.name)) <= _LONGEST
        return is_short and 0 <= event.round < _MOST
    if isinstance(event, (LabelKept, KeepTakenBack)):
        return _is_keep(event)
    if isinstance(event, Classes):
        return all(event.names) and len(set(event.names)) == len(event.names)
    if isinstance(event, ClassesRenamed):
        return all(event.names.values())
    return not isinstance(event, (ClassAdded, Renamed)) or 0 < len(event.name) <= _LONGEST


def _is_keep(event: LabelKept | KeepTakenBack) -> bool:
    beside = () if event.beside is None else (event.beside,)
    names = (event.label, event.against) if isinstance(event, LabelKept) else ()
    return _are_items([event.item, *beside]) and event.item not in beside and all(names)


def _is_served(event: Served) -> bool:
    size = len(event.items)
    lengths = {len(event.predicted), len(event.confidence)}
    return (
        lengths == {size}
        and len(event.reasons) in {0, size}
        and len(set(event.items)) == size
        and 0 < event.round < _MOST
        and _are_items(event.items)
        and _are_images(event.images)
        and _are_items(event.undrawable)
        and set(event.draws) <= set(event.items)
        and all(map(_is_draw, event.draws.values()))
        and (event.hiding is None or _is_hiding(event.hiding, event.items))
        and set(event.votes) <= set(event.items)
    )


def _is_hiding(hiding: Hiding, items: tuple[int, ...]) -> bool:
    return 0 < hiding.share <= 1 and set(hiding.items) <= set(items)


def _is_draw(draw: Draw) -> bool:
    """Whether it says from how many an item was drawn, and how likely that was."""
    if len(draw.sizes) != len(draw.chances) or not 0 <= draw.part < len(draw.sizes) <= MOST_PARTS:
        return False
    parts = [*zip(draw.sizes, draw.chances, strict=True)]
    are_chances = all((chance > 0) == (size > 0) and chance >= 0 for size, chance in parts)
    is_whole = abs(sum(draw.chances) - 1) < 1e-6
    return are_chances and is_whole and _are_items(draw.sizes) and draw.sizes[draw.part] > 0


def _is_answer(answer: Answer) -> bool:
    fits = (answer.label is not None) == (answer.kind is AnswerKind.LABEL)
    time = answer.milliseconds
    return fits and _are_items([answer.item]) and (time is None or 0 <= time < _MOST)


def _is_noted(event: DataNoted) -> bool:
    sizes = (event.n_items, event.height, event.width)
    is_sized = all(0 <= size < _MOST for size in sizes)
    return is_sized and _are_images(event.images) and _are_items(event.gone)


def _are_images(images: dict[int, str]) -> bool:
    return _are_items(images) and all(set(name) <= _HEXADECIMAL for name in images.values())


def _are_items(items: Iterable[int]) -> bool:
    return all(0 <= item < _MOST for item in items)
