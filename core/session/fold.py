"""One state out of another and the events that came since.

This module is the only place that says when an event is legal and what it changes. It does no I/O
and no arithmetic: given the same log, everyone folds the same state. One event costs the same
however many came before it; a whole log is folded in one go about as quickly as it is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count, repeat
from typing import Final

from pydantic import BaseModel
from rpds import List

from core.errors import IllegalEventError, UnknownBatchError, UnknownItemError
from core.session.events import (
    Answered,
    AnswerKind,
    ClassAdded,
    Classes,
    ClassMapped,
    Corrected,
    DataNoted,
    Event,
    Given,
    Redone,
    Served,
    TakenBack,
    Undone,
)
from core.session.images import ImagesDraft
from core.session.labels import LabelsDraft
from core.session.ledger import LedgerDraft, Placed
from core.session.shared import finished
from core.session.state import Reopened, Shown, State, TakenAway, named_today
from core.session.tallies import TalliesDraft


class _Draft:
    """A state while events are folded into it; never seen outside this module."""

    def __init__(self, state: State) -> None:
        self.seq = state.seq
        self.at: datetime | None = None
        self.classes = state.classes
        self.own_classes = state.own_classes
        self.lost = dict(state.lost)
        self.renamed = state.renamed
        self.images = ImagesDraft(state.images)
        self.given = state.given
        self.labels = LabelsDraft(state.labels)
        self.ledger = LedgerDraft(state.ledger)
        self.tallies = TalliesDraft(state.tallies)
        self.set_aside = state.set_aside.edit()
        self.skipped = state.skipped
        self.skips: dict[int, set[int]] = {}
        self.batches = state.batches.edit()
        self.newest = state.newest
        self.open = {batch.batch_id: batch for batch in state.open_batches}
        self.reopened = dict(state.reopened)
        self.undone = state.undone

    def freeze(self) -> State:
        skipped = self.skipped
        for number, items in self.skips.items():
            skipped = skipped.insert(number, frozenset(items)) if items else skipped.discard(number)
        return State(
            seq=self.seq,
            classes=self.classes,
            own_classes=self.own_classes,
            lost=self.lost,
            renamed=self.renamed,
            images=self.images.done(),
            given=self.given,
            labels=self.labels.done(),
            ledger=self.ledger.done(),
            tallies=self.tallies.done(),
            set_aside=finished(self.set_aside),
            skipped=skipped,
            batches=finished(self.batches),
            newest=self.newest,
            open_batches=tuple(self.open.values()),
            reopened=self.reopened,
            undone=self.undone,
        )

    def place(self, placed: Placed) -> None:
        """Put an answer in force; its class is called what it is called now."""
        if self.renamed:
            placed = placed._replace(answer=named_today(self.renamed, placed.answer))
        answer = placed.answer
        before = self.ledger.place(placed)
        self.tallies.count_in(placed.round, answer)
        self.settle(answer.item, before, placed)
        self.reopened.pop(answer.item, None)

    def strike(self, batch_id: str, item: int) -> Placed:
        """Take an answer out of force."""
        before = self.ledger.answer_to(item)
        struck = self.ledger.strike(batch_id, item)
        if struck is None:
            raise IllegalEventError(f"The answer to item {item} is not in force.")
        self.tallies.count_out(struck.round, struck.answer)
        self.settle(item, before, self.ledger.answer_to(item))
        return struck

    def settle(self, item: int, before: Placed | None, now: Placed | None) -> None:
        """Let the answer to an item that counts now take the place of the one that did."""
        if before is not None and before.answer.kind is AnswerKind.SKIP:
            self._skipped_in(before.round).discard(item)
        if now is not None and now.answer.kind is AnswerKind.SKIP:
            self._skipped_in(now.round).add(item)
        answer = now.answer if now else None
        name = self.given.get(item) if answer is None or answer.label is None else answer.label
        self.label(item, name)
        if name is None and answer is not None and answer.kind is not AnswerKind.SKIP:
            self.set_aside[item] = answer.kind
        elif before is not None:
            self.set_aside.pop(item, None)

    def label(self, item: int, name: str | None) -> None:
        """Give an item this label, or none."""
        if self.lost:
            before = self.labels.get(item)
            for changed, by in ((before, -1), (name, 1)):
                if changed is not None and changed in self.lost:
                    self.lost[changed] += by
        self.labels.put(item, name)

    def _skipped_in(self, number: int) -> set[int]:
        items = self.skips.get(number)
        if items is None:
            items = self.skips[number] = set(self.skipped.get(number) or ())
        return items

    def close_those_with(self, items: set[int]) -> None:
        """Close open batches that show one of these items."""
        for batch in [*self.open.values()]:
            if not items.isdisjoint(batch.items):
                del self.open[batch.batch_id]

    def stamp(self) -> None:
        """Note how labels stand after the event that is being folded."""
        self.tallies.stamp(self.seq + 1, len(self.labels), self.labels.digest)


def _classes(draft: _Draft, event: Classes) -> None:
    counts = Counter(draft.labels.names())
    known = {*draft.lost, *(draft.classes or ()), *counts}
    draft.lost = {name: counts[name] for name in sorted(known - set(event.names))}
    draft.classes = event.names
    draft.own_classes = tuple(name for name in draft.own_classes if name in event.names)
    draft.renamed = {old: now for old, now in draft.renamed.items() if old not in event.names}


def _class_mapped(draft: _Draft, event: ClassMapped) -> None:
    classes = draft.classes or ()
    if event.name not in draft.lost or (event.to not in classes and event.to != event.name):
        raise IllegalEventError(f"“{event.name}” cannot be “{event.to}” now.")
    del draft.lost[event.name]
    if event.to == event.name:
        draft.own_classes = (*draft.own_classes, event.name)
        draft.classes = (*classes, event.name)
        return
    renamed = {event.name: event.to}
    draft.renamed = {old: renamed.get(now, now) for old, now in draft.renamed.items()} | renamed
    draft.ledger.rename(event.name, event.to)
    draft.given = {item: renamed.get(name, name) for item, name in draft.given.items()}
    for item in draft.labels.called(event.name):
        draft.labels.put(item, event.to)
    draft.stamp()


def _class_added(draft: _Draft, event: ClassAdded) -> None:
    classes = draft.classes or ()
    if event.name in classes:
        raise IllegalEventError(f"There is a class “{event.name}” already.")
    draft.classes = (*classes, event.name)
    draft.own_classes = (*draft.own_classes, event.name)
    draft.lost = {name: count for name, count in draft.lost.items() if name != event.name}
    draft.renamed = {old: now for old, now in draft.renamed.items() if old != event.name}


def _data_noted(draft: _Draft, event: DataNoted) -> None:
    draft.images.note(event)
    draft.close_those_with(set(event.gone))


def _given(draft: _Draft, event: Given) -> None:
    if draft.given or draft.newest is not None:
        raise IllegalEventError("Labels can be given only at the start of a project.")
    draft.given = event.labels
    for item, name in event.labels.items():
        draft.label(item, name)
    if event.labels:
        draft.tallies.open_round_zero()
    draft.stamp()


def _served(draft: _Draft, event: Served) -> None:
    if event.batch_id in draft.batches:
        raise IllegalEventError(f"Batch {event.batch_id} was served before.")
    draft.batches[event.batch_id] = Shown(
        event.round, event.items, event.reasons, again=event.again
    )
    draft.newest = event.batch_id
    draft.open[event.batch_id] = event
    if event.images:
        draft.images.name(event.images)


def _answered(draft: _Draft, event: Answered) -> None:
    batch = draft.batches.get(event.batch_id)
    if batch is None:
        raise UnknownBatchError(event.batch_id)
    batch_id, answers, by = event.batch_id, event.answers, event.by
    number, items, at = batch.round, batch.items, draft.at
    before = {answer.item for answer in batch.answers} if batch.answers else set()
    for answer in answers:
        item = answer.item
        if item not in items:
            raise UnknownItemError(item, batch_id)
        if item in before:
            raise IllegalEventError(f"Item {item} was answered in this batch before.")
        before.add(item)
        draft.place(Placed(answer, batch_id, number, by, at))
    draft.batches[batch_id] = Shown(
        number, items, batch.reasons, batch.answers + answers, batch.again
    )
    draft.open.pop(batch_id, None)
    if answers:
        if draft.open:
            draft.close_those_with({answer.item for answer in answers})
        if by in draft.undone:
            draft.undone = draft.undone.discard(by)
        draft.images.is_old_news()
        draft.stamp()


def _undone(draft: _Draft, event: Undone) -> None:
    last = draft.ledger.last_of(event.by)
    if last is None or (last.batch_id, last.answer.item) != (event.batch_id, event.item):
        raise IllegalEventError("Only the last answer of a person can be undone.")
    draft.strike(event.batch_id, event.item)
    # An item undone once more than answered goes back to its earlier round.
    draft.reopened.pop(event.item, None)
    draft.reopened = {event.item: Reopened(event.batch_id, last.round), **draft.reopened}
    names = (*draft.open,) if event.closed is None else event.closed
    closed = tuple(draft.open.pop(name) for name in names if name in draft.open)
    nothing: List[TakenAway] = List()
    others = draft.undone.get(event.by, nothing)
    draft.undone = draft.undone.insert(event.by, others.push_front(TakenAway(last, closed)))
    draft.stamp()


def _redone(draft: _Draft, event: Redone) -> None:
    nothing: List[TakenAway] = List()
    undone = draft.undone.get(event.by, nothing)
    last = next(iter(undone), None)
    if last is None or (last.placed.batch_id, last.placed.answer.item) != (
        event.batch_id,
        event.item,
    ):
        raise IllegalEventError("Only the answer that a person has undone last can be put back.")
    if _is_settled(draft, event.item):
        raise IllegalEventError(f"Item {event.item} was answered since.")
    draft.undone = draft.undone.insert(event.by, undone.drop_first())
    draft.place(last.placed)
    draft.close_those_with({event.item})
    on_screen = {item for batch in draft.open.values() for item in batch.items}
    for batch in last.closed:
        taken = on_screen | draft.images.gone
        if taken.isdisjoint(batch.items) and not any(
            _is_settled(draft, item) for item in batch.items
        ):
            draft.open[batch.batch_id] = batch
            draft.newest = batch.batch_id
    draft.stamp()


def _corrected(draft: _Draft, event: Corrected) -> None:
    item = event.answer.item
    before = draft.ledger.answer_to(item)
    corrected = draft.ledger.correct(event.batch_id, named_today(draft.renamed, event.answer))
    if corrected is None:
        raise IllegalEventError(f"The answer to item {item} is not in force.")
    was, now = corrected
    draft.tallies.count_in(now.round, now.answer)
    draft.tallies.count_out(was.round, was.answer)
    draft.settle(item, before, draft.ledger.answer_to(item))
    if _is_settled(draft, item):
        draft.reopened.pop(item, None)
        draft.close_those_with({item})
    draft.stamp()


def _taken_back(draft: _Draft, event: TakenBack) -> None:
    draft.strike(event.batch_id, event.item)
    draft.stamp()


def _is_settled(draft: _Draft, item: int) -> bool:
    placed = draft.ledger.answer_to(item)
    return item in draft.given or (placed is not None and placed.answer.kind is not AnswerKind.SKIP)


TRANSITIONS: Final[dict[type[BaseModel], Callable[..., None]]] = {
    Classes: _classes,
    ClassMapped: _class_mapped,
    ClassAdded: _class_added,
    DataNoted: _data_noted,
    Given: _given,
    Served: _served,
    Answered: _answered,
    Undone: _undone,
    Redone: _redone,
    Corrected: _corrected,
    TakenBack: _taken_back,
}
"""All that can happen, and what each changes. An illegal event raises and changes nothing."""


def fold(state: State, events: Iterable[Event], times: Iterable[datetime] | None = None) -> State:
    """Apply events in order.

    Parameters
    ----------
    times
        When each of them was written, UTC; None where that is not known.

    Raises
    ------
    IllegalEventError
        If one does not fit; ``state`` is as it was, and so is whoever holds it.
    """
    known = repeat(None) if times is None else times
    return fold_records(state, zip(count(state.seq + 1), known, events, strict=False))


def fold_records(state: State, records: Iterable[tuple[int, datetime | None, Event]]) -> State:
    """The same for events as a log has them: the number, when it was written, and the event."""
    draft = _Draft(state)
    for number, draft.at, event in records:
        TRANSITIONS[type(event)](draft, event)
        draft.seq = number
    return draft.freeze()
