"""Whether the events of a log that came from elsewhere could have been written one after another.

The fold says which events are legal. A log that was made up can be legal and yet speak of images,
classes and rounds that there are not; pages would wait for such images, and figures count them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Final

from core.session.events import (
    Answer,
    Answered,
    Branched,
    ClassAdded,
    Classes,
    ClassesRenamed,
    ClassMapped,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
    Corrected,
    DataNoted,
    Decided,
    Event,
    Given,
    Invited,
    KnownSet,
    LabelKept,
    RoleGiven,
    RoomJoined,
    Served,
)
from core.session.sound import MOST_CLASSES, fault

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200
"""A clock that was never set begins in the first; nothing is planned for after the last."""

_MOST_PEOPLE: Final = 10_000
"""Roles, invitations and people in a room that are given in one project."""

_MOST_CHANGES: Final = 10_000
"""Classes renamed, merged, removed and brought back: each goes through all answers."""


def is_time(at: datetime) -> bool:
    """Whether something can have been at this time, or end then."""
    return FIRST_YEAR <= at.year < LAST_YEAR


class Sounding:
    """Looks at the events of one log, in their order.

    Which images there are is known from the first ``data`` event on, and which classes from the
    first ``classes``; older logs have neither, and what they name counts as there.
    """

    def __init__(self) -> None:
        self._at_first: list[Iterable[int]] = []
        self._n_items: int | None = None
        self._n_named = 0
        self._beyond: frozenset[int] = frozenset()
        self._has_classes = False
        self._classes: set[str] = set()
        self._batches: set[str] = set()
        self._round = 0
        self._n_people = 0
        self._n_changes = 0

    def fault(self, at: datetime, event: Event) -> str:
        """What is wrong with the next event, in words that follow “it”; empty if nothing."""
        return fault(event) or next(self._faults(at, event), "")

    def _faults(self, at: datetime, event: Event) -> Iterator[str]:
        if not is_time(at) or (isinstance(event, Invited) and not is_time(event.until)):
            yield "is of a time that makes no sense"
        match event:
            case DataNoted():
                yield from self._noted(event)
            case Served():
                yield from self._served(event)
            case Given() | KnownSet():
                yield from self._items(event.labels)
                yield from self._named(event.labels.values())
            case Answered():
                yield from self._answers(event.answers)
            case Corrected() | Decided():
                yield from self._answers([event.answer])
            case LabelKept():
                yield from self._named([event.label, event.against])
            case Branched() if event.round > self._round:
                yield f"takes over a round {event.round:,}, and there are {self._round:,}"
            case RoleGiven() | Invited() | RoomJoined():
                self._n_people += 1
                if self._n_people > _MOST_PEOPLE:
                    yield "lets in more people than any project has"
            case _:
                yield from self._classes_changed(event)

    def _noted(self, event: DataNoted) -> Iterator[str]:
        if self._n_items is None:
            # Until then an item was the row of its number, whatever the file held.
            self._beyond = frozenset(item for item in event.gone if item >= event.n_items)
            self._n_items = event.n_items
            yield from self._items(chain(event.images, *self._at_first))
            self._at_first.clear()
        self._n_named += len(event.images)
        # An image that takes part later, and whose row is another's number, gets the lowest number
        # that is free: no more of these are taken than are known.
        known = self._n_named + len(event.gone)
        self._n_items = max(self._n_items, event.n_items + 2 * known)
        yield from self._items(chain(event.images, event.gone))

    def _served(self, event: Served) -> Iterator[str]:
        yield from self._items(chain(event.items, event.undrawable))
        yield from self._named(name for name in event.predicted if name is not None)
        most = self._n_items
        if most is not None and any(sum(draw.sizes) > most for draw in event.draws.values()):
            yield "says that an image was drawn from more than there are"
        if event.round > self._round + 1:
            yield f"is of round {event.round:,}, and the last one was {self._round:,}"
        if not self._batches.issuperset(event.again):
            yield "shows images again of a batch that never was"
        self._batches.add(event.batch_id)
        self._round = max(self._round, event.round)
        self._n_named += len(event.images)

    def _answers(self, answers: Iterable[Answer]) -> Iterator[str]:
        yield from self._named(one.label for one in answers if one.label is not None)

    def _classes_changed(self, event: Event) -> Iterator[str]:
        match event:
            case Classes():
                self._has_classes = True
                self._classes.update(event.names)
            case ClassAdded():
                self._classes.add(event.name)
            case ClassesRenamed():
                self._classes.update(event.names.values())
                self._n_changes += 1
            case ClassMapped() | ClassMerged() | ClassRemoved() | ClassRestored():
                self._n_changes += 1
        if len(self._classes) > MOST_CLASSES or self._n_changes > _MOST_CHANGES:
            yield "changes more classes than anybody does"

    def _items(self, items: Iterable[int]) -> Iterator[str]:
        """Images that there are not."""
        if self._n_items is None:
            self._at_first.append(items if isinstance(items, dict) else (*items,))
            return
        for item in items:
            if item >= self._n_items and item not in self._beyond:
                yield f"is about an image {item:,}, and there is none"

    def _named(self, names: Iterable[str]) -> Iterator[str]:
        """Classes that there never were."""
        if not self._has_classes:
            self._classes.update(names)
            return
        for name in names:
            if name not in self._classes:
                yield f"names a class “{name[:40]}” that there never was"
