"""The labelling session as a fold over its events: what can happen, and what follows from it.

Everything a person does to the labels of a project is an event in an append-only log. This module
is the only place that says which events there are, when one is legal, and what each changes. It
does no I/O and no arithmetic: given the same log, everyone folds the same state.

The life of an item: *served* in a batch, then *answered* (labelled, skipped, unsure, bad image),
perhaps *undone*, which takes the last answer back and shows its item again. An item is answered at
most once per batch, whatever is sent twice or from two tabs; the first answer stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Final

from pydantic import BaseModel

from core.errors import (
    IllegalEventError,
    UnknownBatchError,
    UnknownItemError,
)
from core.session.events import Answer, Answered, AnswerKind, Event, Given, Reason, Served, Undone

SKIP_REST: Final = 3
"""A skipped item is not asked about again until this many rounds have passed."""


_ABOUT_TO_SEE: Final = 2
"""Items that stay when a batch makes way for the next one as you go: the image that is on screen by
then, and the one after it, should that be answered too while the next batch is on its way."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An answer in force, with the batch and the round it was given in."""

    answer: Answer
    batch_id: str
    round: int


@dataclass(frozen=True)
class State:
    """What a log amounts to.

    Attributes
    ----------
    seq
        The number of events folded, which is the number of the last one.
    given
        Item to class name, for labels that came with the project.
    placed
        All answers in force, oldest first.
    batches
        Every batch ever served, by its id.
    answered
        For every batch that was answered, the answer to each item in it, undone or not.
    open_batch
        The batch that waits for answers, or None.
    reopened
        Items whose answer was undone and that wait to be shown again, with their round.
    """

    seq: int = 0
    given: Mapping[int, str] = field(default_factory=dict)
    placed: tuple[Placed, ...] = ()
    batches: Mapping[str, Served] = field(default_factory=dict)
    answered: Mapping[str, Mapping[int, Answer]] = field(default_factory=dict)
    open_batch: Served | None = None
    reopened: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def standing(self) -> Mapping[int, Placed]:
        """The answer that counts for each answered item: the latest one in force."""
        return {placed.answer.item: placed for placed in self.placed}

    @cached_property
    def labels(self) -> Mapping[int, str]:
        """Item to class name, for every item with a label."""
        return dict(self.labels_up_to(self.round))

    @property
    def round(self) -> int:
        """The last round with an answer in force; 0 before the first."""
        return max((placed.round for placed in self.placed), default=0)

    @property
    def last(self) -> Placed | None:
        """The answer that an undo would take back."""
        return self.placed[-1] if self.placed else None

    @property
    def settled(self) -> set[int]:
        """Items that need no answer any more."""
        return set(self.given) | {
            item
            for item, placed in self.standing.items()
            if placed.answer.kind is not AnswerKind.SKIP
        }

    @property
    def resting(self) -> set[int]:
        """Items skipped so lately that they are not asked about yet."""
        return {
            item
            for item, placed in self.standing.items()
            if placed.answer.kind is AnswerKind.SKIP and self.round - placed.round < SKIP_REST
        }

    def labels_up_to(self, last_round: int) -> Iterator[tuple[int, str]]:
        """Item and class name for every label there was at the end of a round."""
        standing = {p.answer.item: p.answer for p in self.placed if p.round <= last_round}
        yield from self.given.items()
        for item, answer in standing.items():
            if answer.label is not None:
                yield item, answer.label

    def reason(self, item: int) -> Reason:
        """Why an item was asked about the last time it was; by the query if that was not noted."""
        for batch in reversed([*self.batches.values()]):
            if item in batch.items and batch.reasons:
                return batch.reasons[batch.items.index(item)]
        return "query"

    def answers_in(self, number: int) -> int:
        """How many answers in force belong to a round."""
        return sum(placed.round == number for placed in self.placed)

    @property
    def _items_served_last(self) -> tuple[int, ...]:
        return list(self.batches.values())[-1].items if self.batches else ()

    @property
    def upcoming(self) -> tuple[int, ...]:
        """Unanswered items of the batch served last, in the order a person comes to them."""
        items = self._items_served_last
        answered = (self.settled | self.resting) & set(items)
        in_force = (placed.answer.item for placed in reversed(self.placed))
        latest = next((item for item in in_force if item in answered), None)
        start = 0 if latest is None else items.index(latest) + 1
        return tuple(item for item in items[start:] + items[:start] if item not in answered)

    def as_you_go(self, size: int) -> tuple[int, tuple[int, ...]]:
        """The round of the next batch of a project that learns as you go, and its first items.

        What was undone and not shown since comes first, then what the person is about to see,
        then what else was undone. The rest is for the model to choose. A round takes ``size``
        answers; one that was opened again by an undo comes before all others.
        """
        kept = self.upcoming[:_ABOUT_TO_SEE]
        shown = self._items_served_last
        undone = takewhile(lambda item: item not in shown, self.reopened)
        first = tuple(dict.fromkeys((*undone, *kept, *self.reopened)))[:size]
        if self.reopened:
            return min(self.reopened.values()), first
        is_under_way = 0 < self.answers_in(self.round) < size
        return self.round if is_under_way else self.round + 1, first

    def reopened_batch(self, size: int) -> tuple[int, tuple[int, ...]] | None:
        """The round and the items to show again after an undo, or None."""
        if not self.reopened:
            return None
        earliest = min(self.reopened.values())
        items = tuple(item for item, round_ in self.reopened.items() if round_ == earliest)
        return earliest, items[:size]


class _Draft:
    """A state while events are folded into it; never seen outside this module."""

    def __init__(self, state: State) -> None:
        self.seq = state.seq
        self.given = dict(state.given)
        self.placed = list(state.placed)
        self.batches = dict(state.batches)
        self.answered = {batch: dict(answers) for batch, answers in state.answered.items()}
        self.open_batch = state.open_batch
        self.reopened = dict(state.reopened)

    def freeze(self) -> State:
        return State(
            seq=self.seq,
            given=self.given,
            placed=tuple(self.placed),
            batches=self.batches,
            answered=self.answered,
            open_batch=self.open_batch,
            reopened=self.reopened,
        )


def _given(draft: _Draft, event: Given) -> None:
    if draft.seq > 0:
        raise IllegalEventError("Labels can be given only as the first event of a project.")
    draft.given.update(event.labels)


def _served(draft: _Draft, event: Served) -> None:
    if draft.open_batch is not None:
        raise IllegalEventError("A batch is still open; it has to be answered first.")
    if event.batch_id in draft.batches:
        raise IllegalEventError(f"Batch {event.batch_id} was served before.")
    draft.batches[event.batch_id] = event
    draft.open_batch = event


def _answered(draft: _Draft, event: Answered) -> None:
    batch = draft.batches.get(event.batch_id)
    if batch is None:
        raise UnknownBatchError(event.batch_id)
    before = draft.answered.setdefault(event.batch_id, {})
    for answer in event.answers:
        if answer.item not in batch.items:
            raise UnknownItemError(answer.item, event.batch_id)
        if answer.item in before:
            raise IllegalEventError(f"Item {answer.item} was answered in this batch before.")
        before[answer.item] = answer
        draft.placed.append(Placed(answer, event.batch_id, batch.round))
        draft.reopened.pop(answer.item, None)
    _close(draft, {answer.item for answer in event.answers}, event.batch_id)


def _undone(draft: _Draft, event: Undone) -> None:
    last = draft.placed[-1] if draft.placed else None
    if last is None or (last.batch_id, last.answer.item) != (event.batch_id, event.item):
        raise IllegalEventError("Only the last answer can be undone.")
    draft.placed.pop()
    # An item undone once more than answered goes back to its earlier round.
    draft.reopened.pop(event.item, None)
    draft.reopened = {event.item: last.round, **draft.reopened}
    draft.open_batch = None


def _close(draft: _Draft, items: set[int], batch_id: str) -> None:
    """Close the open batch if it was answered, or if an older one answered an item of it."""
    batch = draft.open_batch
    if batch is not None and (batch.batch_id == batch_id or items & set(batch.items)):
        draft.open_batch = None


TRANSITIONS: Final[dict[type[BaseModel], Callable[..., None]]] = {
    Given: _given,
    Served: _served,
    Answered: _answered,
    Undone: _undone,
}
"""All that can happen, and what each changes. An illegal event raises and changes nothing."""


def fold(state: State, events: Iterable[Event]) -> State:
    """Apply events in order.

    Raises
    ------
    IllegalEventError
        If one does not fit; ``state`` is as it was, and so is whoever holds it.
    """
    draft = _Draft(state)
    for event in events:
        TRANSITIONS[type(event)](draft, event)
        draft.seq += 1
    return draft.freeze()
