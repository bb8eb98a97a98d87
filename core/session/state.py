"""What a log amounts to, and the answers to what is asked of it.

The life of an item: *served* in a batch, then *answered* (labelled, skipped, unsure, bad image),
perhaps *undone*, which takes the last answer back and shows its item again, *corrected* or *taken
back*. An item is answered at most once per batch, whatever is sent twice or from two tabs; the
first answer stands.

Nothing here takes longer the more answers there are, but for what says that it goes through all.
:mod:`core.session.fold` makes one state out of another and the events that came since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, NamedTuple

from rpds import HashTrieMap, List

from core.session.class_list import ClassList
from core.session.events import (
    LOCAL,
    Answer,
    AnswerKind,
    Draw,
    Hiding,
    Invited,
    LabelKept,
    Reason,
    RoleName,
    Served,
)
from core.session.images import Images
from core.session.labels import Labels
from core.session.landmarks import Landmark
from core.session.ledger import Ledger, Placed
from core.session.room import Room
from core.session.shared import SharedMap
from core.session.tallies import RoundSummary, Tallies
from core.session.votes import Poll, Votes

SKIP_REST: Final = 3
"""A skipped item is not asked about again until this many rounds have passed."""

_ABOUT_TO_SEE: Final = 2
"""Items that stay when a batch makes way for the next one as you go: the image that is on screen by
then, and the one after it, should that be answered too while the next batch is on its way."""


class Shown(NamedTuple):
    """A batch as it is remembered once it was served.

    Attributes
    ----------
    answers
        The first answer to each of its items, undone or not.
    again
        The batches whose items it shows again, after an undo.
    seq
        The number of the event by which it was served: classes are called here as they were then.
    predicted
        What the model said of each item by then; None where nothing.
    hiding
        Whose predictions were hidden by lot; None where no lots were drawn.
    by
        Who gave each of the answers; noted where an item is shared.
    """

    round: int
    items: tuple[int, ...]
    reasons: tuple[Reason, ...] = ()
    answers: tuple[Answer, ...] = ()
    again: tuple[str, ...] = ()
    seq: int = 0
    predicted: tuple[str | None, ...] = ()
    hiding: Hiding | None = None
    by: tuple[str, ...] = ()

    def reason(self, item: int) -> Reason | None:
        """Why one of its items is asked about; None where that was not noted."""
        return self.reasons[self.items.index(item)] if self.reasons else None


class Drawn(NamedTuple):
    """An item that was drawn at random.

    Attributes
    ----------
    order
        Grows from one draw to the next.
    draw
        How it was drawn; None in logs from before that was noted, which drew from all alike.
    n_answers
        The largest number of an answer by then: see :class:`core.session.ledger.Ledger`.
    n_settled
        How many items needed no answer any more.
    undrawable
        Items that needed one and could not be drawn.
    """

    order: tuple[int, int]
    draw: Draw | None
    n_answers: int
    n_settled: int
    undrawable: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reopened:
    """An item whose answer was undone and that waits to be shown again.

    Attributes
    ----------
    batch_id, round
        What it was answered in.
    by
        Who had answered it.
    """

    batch_id: str
    round: int
    by: str = LOCAL


@dataclass(frozen=True, slots=True)
class TakenAway:
    """An undone answer that can be put back, and the batches that made way when it was undone."""

    placed: Placed
    closed: tuple[Served, ...]


class Member(NamedTuple):
    """Somebody who has a role in the project."""

    person: str
    name: str
    role: RoleName


class Settled(Set[int]):
    """Items that have an answer: those with a label, those set aside, and those in dispute."""

    def __init__(self, labels: Labels, *others: Mapping[int, object]) -> None:
        self._parts = (labels, *(part for part in others if part))

    def __contains__(self, item: object) -> bool:
        return any(item in part for part in self._parts)

    def __iter__(self) -> Iterator[int]:
        for part in self._parts:
            yield from part

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @classmethod
    def _from_iterable(cls, items: Collection[int]) -> set[int]:  # type: ignore[override]
        return set(items)


@dataclass(frozen=True)
class State:
    """What a log amounts to.

    Attributes
    ----------
    seq
        The number of events folded, which is the number of the last one.
    news
        The number of the last event that tells anybody anything: any but that a batch was served.
    class_list
        What the classes are called now, and were called before.
    lost
        How many labels name each of the classes that there were once and are no more.
    images
        What is known of the images.
    given
        Item to class name, for labels that came with the project.
    labels
        Item to class name, for every item with a label.
    ledger
        All answers in force.
    tallies
        What each round comes to.
    votes
        What several people say of the items that are shared.
    set_aside
        Items that a person found unsure or bad.
    skipped
        Items that were skipped and not answered since, by the round of the skip.
    batches
        Every batch ever served, by its id.
    draws
        How items were drawn that were drawn at random, each as it was last; answered or not.
    checks_wanted
        How many of the next questions are to be drawn at random, since somebody asked for that.
    target
        The share of all labels that is to be right in the end; None where nobody has said.
    newest
        The id of the batch served last.
    open_batches
        The batches that wait for answers, in the order in which they were served.
    reopened
        Items whose answer was undone and that wait to be shown again, the last one first.
    undone
        For each person the answers that can be put back, the last one first.
    keeps
        What persons said of labels that they keep though others contradict them, by the item and
        the near-duplicate beside it, if it was one. Some may speak of labels that are others now.
    landmarks
        What happened besides answers, oldest first.
    members
        Who has a role, by the person's id.
    invitations
        Those that were not withdrawn, by what names them; their time may be over.
    room
        The room that the project is; None where it is none.
    """

    seq: int = 0
    news: int = 0
    class_list: ClassList = field(default_factory=ClassList)
    lost: Mapping[str, int] = field(default_factory=dict)
    images: Images = field(default_factory=Images)
    given: Mapping[int, str] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)
    ledger: Ledger = field(default_factory=Ledger)
    tallies: Tallies = field(default_factory=Tallies)
    votes: Votes = field(default_factory=Votes)
    set_aside: SharedMap[int, AnswerKind] = field(default_factory=SharedMap)
    skipped: HashTrieMap[int, frozenset[int]] = field(default_factory=HashTrieMap)
    batches: SharedMap[str, Shown] = field(default_factory=SharedMap)
    draws: SharedMap[int, Drawn] = field(default_factory=SharedMap)
    checks_wanted: int = 0
    target: float | None = None
    newest: str | None = None
    open_batches: tuple[Served, ...] = ()
    reopened: Mapping[int, Reopened] = field(default_factory=dict)
    undone: HashTrieMap[str, List[TakenAway]] = field(default_factory=HashTrieMap)
    keeps: HashTrieMap[tuple[int, int | None], LabelKept] = field(default_factory=HashTrieMap)
    landmarks: tuple[Landmark, ...] = ()
    members: Mapping[str, Member] = field(default_factory=dict)
    invitations: Mapping[str, Invited] = field(default_factory=dict)
    room: Room | None = None

    @property
    def classes(self) -> tuple[str, ...] | None:
        """What the classes are called; None in logs from before that was noted."""
        return self.class_list.names

    @property
    def open_batch(self) -> Served | None:
        """The batch served last of those that wait for answers, or None."""
        return self.open_batches[-1] if self.open_batches else None

    @property
    def placed(self) -> tuple[Placed, ...]:
        """All answers in force, oldest first; goes through all."""
        return tuple(self.ledger.newest_first())[::-1]

    @property
    def n_answers(self) -> int:
        """How many answers are in force."""
        return len(self.ledger.placed)

    @property
    def round(self) -> int:
        """The last round with an answer in force; 0 before the first."""
        return self.tallies.round

    @property
    def rounds(self) -> Mapping[int, RoundSummary]:
        """What each round comes to, by its number; 0 stands for the labels given."""
        return self.tallies.rounds

    @property
    def last(self) -> Placed | None:
        """The last answer, where people have no names of their own."""
        return self.last_of(LOCAL)

    def last_of(self, person: str) -> Placed | None:
        """The answer that an undo of this person would take back."""
        return self.ledger.last_of(person)

    def last_undone(self, person: str) -> Placed | None:
        """The answer that this person can put back, until something new is answered."""
        undone = self.undone.get(person)
        return next(iter(undone)).placed if undone else None

    def kept(self, item: int, beside: int | None = None) -> LabelKept | None:
        """What was said when a person kept the label that an item has now; None if nobody has.

        Parameters
        ----------
        beside
            The near-duplicate that was kept together with it, with the label that it has now.
        """
        said = self.keeps.get((item, beside))
        if said is None or self.labels.get(item) != said.label:
            return None
        if beside is not None and self.labels.get(beside) != said.against:
            return None
        return said

    def answer_to(self, item: int) -> Placed | None:
        """The answer that counts for an item: the latest one in force."""
        return self.ledger.answer_to(item)

    @property
    def settled(self) -> Set[int]:
        """Items that have an answer; of those that are shared, others may be to give theirs."""
        return Settled(self.labels, self.set_aside, self.votes.disputed)

    def poll(self, item: int) -> Poll | None:
        """What people say of an item; None where it is not shared."""
        return self.votes.polls.get(item) if self.votes.polls else None

    def is_done_by(self, item: int, person: str) -> bool:
        """Whether a person need not answer an item any more."""
        poll = self.poll(item)
        return item in self.settled if poll is None else poll.is_done_by(person)

    @property
    def gone(self) -> Set[int]:
        """Items that cannot be shown: their images are not in the data set any more."""
        return self.images.gone

    @property
    def mentioned(self) -> set[int]:
        """All items that were ever given or asked about; goes through all."""
        served = (item for batch in self.batches.values() for item in batch.items)
        return {*self.given, *served}

    @property
    def resting(self) -> set[int]:
        """Items skipped so lately that they are not asked about yet."""
        lately = range(self.round - SKIP_REST + 1, self.round + 1)
        return {item for number in lately for item in self.skipped.get(number, ())}

    def is_resting(self, item: int) -> bool:
        """Whether an item was skipped so lately that it is not asked about yet."""
        placed = self.answer_to(item)
        return (
            placed is not None
            and placed.answer.kind is AnswerKind.SKIP
            and self.round - placed.round < SKIP_REST
        )

    def reason(self, item: int) -> Reason:
        """Why an item was asked about, in the batch it was undone in or in the newest one.

        By the query where that was not noted, and where it was seen in a grid.
        """
        undone = self.reopened.get(item)
        for batch_id in (undone.batch_id if undone else None, self.newest):
            batch = self.batches.get(batch_id) if batch_id else None
            if batch is not None and batch.reasons and item in batch.items:
                reason = batch.reasons[batch.items.index(item)]
                return "query" if reason == "grid" else reason
        return "query"

    def checks(self) -> dict[int, Drawn]:
        """Items that were drawn at random and have a label for that, in the order of drawing.

        An item that was drawn, was not answered then, and was asked about later for another reason,
        is none: that it was asked about then was no chance.
        """
        drawn = {item: how for item, how in self.draws.items() if self._answers_a_draw(item)}
        return dict(sorted(drawn.items(), key=lambda one: one[1].order))

    def _answers_a_draw(self, item: int) -> bool:
        poll = self.poll(item)
        if poll is not None:
            drawn = (self.batches[one.batch_id].reason(item) == "random" for one in poll.votes)
            return item in self.labels and any(drawn)
        placed = self.answer_to(item)
        if placed is None or placed.answer.kind is not AnswerKind.LABEL:
            return False
        return self.batches[placed.batch_id].reason(item) == "random"

    def answers_in(self, number: int) -> int:
        """How many answers in force belong to a round."""
        summary = self.rounds.get(number)
        return summary.answers if summary else 0

    def upcoming(self, batch_id: str | None = None, by: str = LOCAL) -> tuple[int, ...]:
        """Unanswered items of a batch, in the order a person comes to them.

        Parameters
        ----------
        batch_id
            None stands for the batch served last.
        by
            The person.
        """
        items = self._items_of(batch_id or self.newest)
        answered = {item for item in items if self._is_done_with(item, by)}
        given = [(number, item) for item in answered if (number := self.ledger.top.get(item))]
        start = items.index(max(given)[1]) + 1 if given else 0
        left = (item for item in items[start:] + items[:start] if item not in answered)
        return tuple(item for item in left if item not in self.gone)

    def as_you_go(
        self,
        size: int,
        batch_id: str | None = None,
        taken: Collection[int] = (),
        by: str = LOCAL,
    ) -> tuple[int, tuple[int, ...]]:
        """The round of the next batch of a project that learns as you go, and its first items.

        What was undone and not shown since comes first, then what the person is about to see,
        then what else was undone. The rest is for the model to choose. A round takes ``size``
        answers; one that was opened again by an undo comes before all others.

        Parameters
        ----------
        batch_id
            What the person was shown last; None stands for the batch served last.
        taken
            Items that others have before them.
        by
            The person.
        """
        last = batch_id or self.newest
        kept = self.upcoming(last, by)[:_ABOUT_TO_SEE]
        shown = self._items_of(last)
        free = self._waiting(taken, by)
        undone = takewhile(lambda item: item not in shown or free[item].batch_id == last, free)
        wanted = (item for item in (*undone, *kept, *free) if item not in taken)
        first = tuple(dict.fromkeys(wanted))[:size]
        if free:
            return min(where.round for where in free.values()), first
        is_under_way = 0 < self.answers_in(self.round) < size
        return self.round if is_under_way else self.round + 1, first

    def reopened_batch(
        self, size: int, taken: Collection[int] = (), by: str = LOCAL
    ) -> tuple[int, tuple[int, ...]] | None:
        """The round and the items to show again after an undo, or None.

        Parameters
        ----------
        taken
            Items that others have before them.
        by
            Who is to see them.
        """
        free = self._waiting(taken, by)
        if not free:
            return None
        earliest = min(where.round for where in free.values())
        items = tuple(item for item, where in free.items() if where.round == earliest)
        return earliest, items[:size]

    def roots(self, items: Iterable[int]) -> tuple[str, ...]:
        """The batches in which undone items were shown first, each once."""
        where = (self.reopened[item].batch_id for item in items if item in self.reopened)
        roots = (root for name in where for root in self.batches[name].again or (name,))
        return tuple(dict.fromkeys(roots))

    def _waiting(self, taken: Collection[int], by: str) -> dict[int, Reopened]:
        """Undone items that can be shown again, but for those that others have before them.

        One that is shared waits for whoever has undone their answer to it.
        """
        return {
            item: where
            for item, where in self.reopened.items()
            if item not in taken
            and item not in self.gone
            and (where.by == by or self.poll(item) is None)
        }

    def _is_done_with(self, item: int, by: str) -> bool:
        """Whether an item need not be shown to a person again now."""
        if self.poll(item) is not None and item in self.reopened:
            return self.reopened[item].by != by
        if self.is_done_by(item, by):
            return True
        return self.is_resting(item) and item not in self.reopened

    def _items_of(self, batch_id: str | None) -> tuple[int, ...]:
        return self.batches[batch_id].items if batch_id else ()
