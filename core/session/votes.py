"""What several people say of the same items, and what follows from it.

An item that is shared has a poll. Each person has one vote in it: their latest answer in force,
unless that skips the item. Most votes are the label; where it is a tie, or people disagree and not
all votes are there yet, the item is *disputed*, and nothing is learned from it. What a reviewer
decides wins over votes, and so does an answer that was known beforehand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final, NamedTuple

from rpds import HashTrieMap, Queue

from core.session.class_list import Meaning
from core.session.events import LOCAL, Answer, AnswerKind
from core.session.ledger import Placed
from core.session.shared import SharedMap, finished

DECIDED: Final = ""
"""Stands for a batch where a decision is named as answers are, by its batch and its item."""

_NAMES: Final = 2**128

Voters = frozenset[str]


class Decision(NamedTuple):
    """What a reviewer has decided of an item; a skip once the class it named was removed.

    Attributes
    ----------
    at
        When, UTC; None where that is not known.
    """

    answer: Answer
    by: str = LOCAL
    at: datetime | None = None


class Poll(NamedTuple):
    """What people say of one item.

    Attributes
    ----------
    wanted
        How many people are to answer it.
    votes
        The answer of each person, in the order in which they came.
    decision
        What a reviewer has decided; None where nothing.
    known
        The class that is known to be right, where people are asked to see how often they are; None
        of all other items.
    """

    wanted: int
    votes: tuple[Placed, ...] = ()
    decision: Decision | None = None
    known: str | None = None

    @property
    def outcome(self) -> Meaning | None:
        """What is taken for true; None where nobody has said anything, or people disagree."""
        if self.is_decided and self.decision is not None:
            return meaning_of(self.decision.answer)
        if self.known is not None:
            return Meaning(AnswerKind.LABEL, self.known)
        most = Counter(meaning_of(placed.answer) for placed in self.votes).most_common(2)
        if len(most) < 2:
            return most[0][0] if most else None
        is_clear = most[0][1] > most[1][1] and len(self.votes) >= self.wanted
        return most[0][0] if is_clear else None

    @property
    def is_decided(self) -> bool:
        """Whether a decision is in force."""
        return self.decision is not None and self.decision.answer.kind is not AnswerKind.SKIP

    @property
    def is_disputed(self) -> bool:
        """Whether people disagree, and nothing is taken for true."""
        return bool(self.votes) and self.outcome is None

    @property
    def is_split(self) -> bool:
        """Whether people say different things."""
        return len({meaning_of(placed.answer) for placed in self.votes}) > 1

    @property
    def is_full(self) -> bool:
        """Whether no more people need to answer; of a known answer, anybody may be asked."""
        return self.is_decided or (self.known is None and len(self.votes) >= self.wanted)

    def vote_of(self, person: str) -> Placed | None:
        """What a person says; None where they have not."""
        return next((placed for placed in self.votes if placed.by == person), None)

    def is_done_by(self, person: str) -> bool:
        """Whether a person need not be asked about it."""
        return self.is_full or self.vote_of(person) is not None

    @property
    def waiting(self) -> Voters | None:
        """Who has answered, where others are to answer too; None where nobody is waited for."""
        if not self.votes or self.is_full or self.known is not None:
            return None
        return frozenset(placed.by for placed in self.votes)


def meaning_of(answer: Answer) -> Meaning:
    """What an answer says, without the item of which it says so."""
    return Meaning(answer.kind, answer.label)


@dataclass(frozen=True)
class Votes:
    """All polls.

    Attributes
    ----------
    polls
        By their item.
    disputed
        Items that people disagree about, each with a number that grows: the first one is the one
        that is disputed longest.
    known
        Items whose answer is known, by which it is seen how often people are right; each with the
        number of the last answer before that.
    waiting
        For each set of people the items that they have answered, nobody else has, and others are to
        answer; each with its number in ``places``. One with another number waits no more.
    places, count
        Numbers of the items that wait, and the largest one ever given.
    n_split
        How many items there are of which people say different things, disputed or not.
    digest
        Names all that polls say: the sum of a hash of each, modulo 2^128.
    """

    polls: SharedMap[int, Poll] = field(default_factory=SharedMap)
    disputed: SharedMap[int, int] = field(default_factory=SharedMap)
    known: SharedMap[int, int] = field(default_factory=SharedMap)
    waiting: HashTrieMap[Voters, Queue[tuple[int, int]]] = field(default_factory=HashTrieMap)
    places: SharedMap[int, int] = field(default_factory=SharedMap)
    count: int = 0
    n_split: int = 0
    digest: int = 0

    def in_dispute(self) -> tuple[int, ...]:
        """Items that people disagree about: those with all their votes first, then the oldest."""
        polls = self.polls
        places = ((not polls[item].is_full, n, item) for item, n in self.disputed.items())
        return tuple(item for _, _, item in sorted(places))

    def due(self, person: str, most: int, taken: Collection[int] = ()) -> tuple[int, ...]:
        """Items that others have answered and this person is to answer, the oldest first.

        Parameters
        ----------
        most
            So many at most.
        taken
            Items that are not to be among them.
        """
        found: list[tuple[int, int]] = []
        for voters, queue in self.waiting.items():
            if person not in voters:
                found.extend(self._first(queue, most, taken))
        return tuple(item for _, item in sorted(found)[:most])

    def _first(
        self, queue: Queue[tuple[int, int]], most: int, taken: Collection[int]
    ) -> Iterator[tuple[int, int]]:
        for item, place in queue:
            if most <= 0:
                return
            if self.places.get(item) == place and item not in taken:
                most -= 1
                yield place, item


class VotesDraft:
    """Polls while answers come in and are struck out.

    Attributes
    ----------
    size
        How many there are; where there are none, nobody needs to look for one.
    """

    def __init__(self, votes: Votes) -> None:
        self._polls = votes.polls.edit()
        self._disputed = votes.disputed.edit()
        self._known = votes.known.edit()
        self._waiting = votes.waiting
        self._places = votes.places.edit()
        self._count = votes.count
        self._n_split = votes.n_split
        self._digest = votes.digest
        self.size = len(votes.polls)

    def done(self) -> Votes:
        """What they have become."""
        return Votes(
            finished(self._polls),
            finished(self._disputed),
            finished(self._known),
            self._waiting,
            finished(self._places),
            self._count,
            self._n_split,
            self._digest,
        )

    def __contains__(self, item: int) -> bool:
        return self.size > 0 and item in self._polls

    def holds_any(self, items: Iterable[int]) -> bool:
        """Whether one of these items is shared."""
        return self.size > 0 and any(item in self._polls for item in items)

    def __getitem__(self, item: int) -> Poll:
        return self._polls[item]

    @property
    def n_disputed(self) -> int:
        """How many items people disagree about."""
        return len(self._disputed) if self.size else 0

    def want(self, item: int, wanted: int) -> None:
        """Let so many people answer an item from now on."""
        poll = self._polls.get(item) if self.size else None
        self._put(item, poll._replace(wanted=wanted) if poll else Poll(wanted))

    def recount(self, item: int, newest_first: Iterable[Placed]) -> Poll:
        """Take the votes of an item from all answers to it."""
        latest: dict[str, Placed] = {}
        for placed in newest_first:
            latest.setdefault(placed.by, placed)
        said = (one for one in latest.values() if one.answer.kind is not AnswerKind.SKIP)
        return self._put(item, self._polls[item]._replace(votes=tuple(said)[::-1]))

    def decide(self, item: int, decision: Decision | None) -> None:
        """Let this be decided of an item; None takes back what was."""
        self._put(item, self._polls[item]._replace(decision=decision))

    def know(self, answers: Mapping[int, str], since: int) -> set[int]:
        """Let these be the items whose answer is known, and no others; all that changed.

        Parameters
        ----------
        since
            The number of the last answer by now.
        """
        changed = {item for item in [*self._known] if item not in answers}
        changed.update(
            item for item, name in answers.items() if self._polls.get(item, Poll(1)).known != name
        )
        for item in changed:
            poll = self._polls.get(item, Poll(1))._replace(known=answers.get(item))
            self._put(item, poll)
            if item not in answers:
                del self._known[item]
            else:
                self._known.setdefault(item, since)
        return changed

    def decisions(self) -> Iterator[tuple[int, Decision]]:
        """All that was decided; goes through all polls."""
        for item, poll in self._all():
            if poll.decision is not None:
                yield item, poll.decision

    def rephrase(self, meanings: Mapping[str, Meaning]) -> list[int]:
        """Let decisions and known answers that name some classes say something else; their items.

        Goes through all polls.
        """
        changed = []
        for item, poll in self._all():
            decision, known = poll.decision, poll.known
            if decision is not None and (decision.answer.label or "") in meanings:
                said = meanings[decision.answer.label or ""].said_of(decision.answer)
                decision = decision._replace(answer=said)
            if known is not None and known in meanings:
                known = meanings[known].label
                if known is None:
                    del self._known[item]
            if (decision, known) != (poll.decision, poll.known):
                self._put(item, poll._replace(decision=decision, known=known))
                changed.append(item)
        return changed

    def _all(self) -> list[tuple[int, Poll]]:
        return [*self._polls.items()] if self.size else []

    def _put(self, item: int, poll: Poll) -> Poll:
        before = self._polls.get(item) if self.size else None
        if before == poll:
            return poll
        self.size += before is None
        self._polls[item] = poll
        self._n_split += poll.is_split - (before is not None and before.is_split)
        self._digest = (self._digest + _hash(item, poll) - _hash(item, before)) % _NAMES
        if not poll.is_disputed:
            self._disputed.pop(item, None)
        elif item not in self._disputed:
            self._count += 1
            self._disputed[item] = self._count
        self._wait(item, before.waiting if before else None, poll.waiting)
        return poll

    def _wait(self, item: int, before: Voters | None, now: Voters | None) -> None:
        if before == now:
            return
        nothing: Queue[tuple[int, int]] = Queue()
        if now is None:
            del self._places[item]
        else:
            self._count += 1
            self._places[item] = self._count
            queue = self._waiting.get(now, nothing).enqueue((item, self._count))
            self._waiting = self._waiting.insert(now, queue)
        if before is not None:
            queue = self._waiting.get(before, nothing)
            while len(queue) and not self._still_waits(*next(iter(queue))):
                queue = queue.dequeue()  # type: ignore[call-arg]  # it takes no value
            others = self._waiting.discard(before)
            self._waiting = others.insert(before, queue) if len(queue) else others

    def _still_waits(self, item: int, place: int) -> bool:
        return self._places.get(item) == place


def _hash(item: int, poll: Poll | None) -> int:
    """Names what a poll says; 0 of nothing."""
    if poll is None:
        return 0
    said = sorted((one.by, *meaning_of(one.answer)) for one in poll.votes if one.answer.label)
    others = sorted((one.by, one.answer.kind) for one in poll.votes if not one.answer.label)
    decided = meaning_of(poll.decision.answer) if poll.decision else None
    told = repr((item, poll.wanted, said, others, decided, poll.known)).encode()
    return int.from_bytes(blake2b(told, digest_size=16).digest())
