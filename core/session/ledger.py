"""The answers in force, in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from rpds import HashTrieMap, List

from core.session.class_list import Meaning
from core.session.events import LOCAL, Answer
from core.session.shared import SharedMap, finished


class Placed(NamedTuple):
    """An answer in force.

    Attributes
    ----------
    batch_id, round
        What it was given in.
    by
        Whose answer it is.
    at
        When it was given, UTC; None where that is not known.
    """

    answer: Answer
    batch_id: str
    round: int
    by: str = LOCAL
    at: datetime | None = None


@dataclass(frozen=True)
class Ledger:
    """All answers in force. Each has a number; a later one has a larger one.

    Attributes
    ----------
    count
        The largest number ever given to an answer.
    placed
        Answers by their number.
    top
        For each answered item the number of its latest answer, which is the one that counts.
    under
        For answers to items that had an answer before: the number of that one.
    by_person
        Numbers of each person's answers, the latest first. The first of them is in force; others
        may have been taken back.
    """

    count: int = 0
    placed: SharedMap[int, Placed] = field(default_factory=SharedMap)
    top: SharedMap[int, int] = field(default_factory=SharedMap)
    under: SharedMap[int, int] = field(default_factory=SharedMap)
    by_person: HashTrieMap[str, List[int]] = field(default_factory=HashTrieMap)

    def answer_to(self, item: int) -> Placed | None:
        """The answer that counts for an item: the latest one in force."""
        number = self.top.get(item)
        return None if number is None else self.placed[number]

    def numbered(self, item: int) -> Iterator[tuple[int, Placed]]:
        """All answers to an item that are in force, the latest first, each with its number."""
        number = self.top.get(item)
        while number is not None:
            yield number, self.placed[number]
            number = self.under.get(number)

    def last_of(self, person: str) -> Placed | None:
        """The latest answer of a person."""
        numbers = self.by_person.get(person)
        return self.placed[_first(numbers)] if numbers else None

    def newest_first(self) -> Iterator[Placed]:
        """All answers in force, the latest first."""
        for number in range(self.count, 0, -1):
            placed = self.placed.get(number)
            if placed is not None:
                yield placed

    def find(self, batch_id: str, item: int) -> Placed | None:
        """The answer that an item got in a batch, if it is in force."""
        number = _find(self.placed, self.top, self.under, (batch_id, item))
        return None if number is None else self.placed[number]


class LedgerDraft:
    """A ledger while answers are written into it and struck out."""

    def __init__(self, ledger: Ledger) -> None:
        self._count = ledger.count
        self._placed = ledger.placed.edit()
        self._top = ledger.top.edit()
        self._under = ledger.under.edit()
        self._by_person = dict(ledger.by_person.items())

    def done(self) -> Ledger:
        """The ledger it has become."""
        return Ledger(
            self._count,
            finished(self._placed),
            finished(self._top),
            finished(self._under),
            HashTrieMap(self._by_person),
        )

    @property
    def count(self) -> int:
        """The largest number ever given to an answer."""
        return self._count

    def place(self, placed: Placed) -> Placed | None:
        """Write down a new answer; the one that counted for its item until now, if any."""
        self._count = number = self._count + 1
        self._placed[number] = placed
        item = placed.answer.item
        before = self._top.get(item)
        if before is not None:
            self._under[number] = before
        self._top[item] = number
        others = self._by_person.get(placed.by)
        self._by_person[placed.by] = (List() if others is None else others).push_front(number)
        return None if before is None else self._placed[before]

    def strike(self, batch_id: str, item: int) -> Placed | None:
        """Strike out an answer and return it; None if it is not in force."""
        number = _find(self._placed, self._top, self._under, (batch_id, item))
        if number is None:
            return None
        before = self._under.pop(number, None)
        if self._top[item] != number:
            after = self._top[item]
            while self._under[after] != number:
                after = self._under[after]
            _put(self._under, after, before)
        else:
            _put(self._top, item, before)
        placed = self._placed.pop(number)
        self._forget_struck(placed.by)
        return placed

    def correct(self, batch_id: str, answer: Answer) -> tuple[Placed, Placed] | None:
        """Give an answer another content; what it was and what it is, None if not in force."""
        number = _find(self._placed, self._top, self._under, (batch_id, answer.item))
        if number is None:
            return None
        before = self._placed[number]
        after = before._replace(answer=replace(answer, milliseconds=before.answer.milliseconds))
        self._placed[number] = after
        return before, after

    def rephrase(self, meanings: Mapping[str, Meaning]) -> list[tuple[Placed, Placed, bool]]:
        """Let all answers that name some classes say something else; goes through all.

        Returns what each of them was, what it is, and whether it counts for its item.
        """
        changed = []
        for number, before in [*self._placed.items()]:
            label = before.answer.label
            if label is None or label not in meanings:
                continue
            after = before._replace(answer=meanings[label].said_of(before.answer))
            self._placed[number] = after
            changed.append((before, after, self._top[before.answer.item] == number))
        return changed

    def in_force(self) -> Iterable[Placed]:
        """All answers in force, in no order."""
        return self._placed.values()

    def find(self, batch_id: str, item: int) -> Placed | None:
        """The answer that an item got in a batch, if it is in force."""
        number = _find(self._placed, self._top, self._under, (batch_id, item))
        return None if number is None else self._placed[number]

    def answer_to(self, item: int) -> Placed | None:
        """The answer that counts for an item."""
        number = self._top.get(item)
        return None if number is None else self._placed[number]

    def answers_to(self, item: int) -> Iterator[Placed]:
        """All answers to an item that are in force, the latest first."""
        number = self._top.get(item)
        while number is not None:
            yield self._placed[number]
            number = self._under.get(number)

    def last_of(self, person: str) -> Placed | None:
        """The latest answer of a person."""
        numbers = self._by_person.get(person)
        return self._placed[_first(numbers)] if numbers else None

    def _forget_struck(self, person: str) -> None:
        numbers = self._by_person[person]
        while numbers and _first(numbers) not in self._placed:
            numbers = numbers.drop_first()
        self._by_person[person] = numbers


def _find(
    placed: SharedMap[int, Placed] | MutableMapping[int, Placed],
    top: SharedMap[int, int] | MutableMapping[int, int],
    under: SharedMap[int, int] | MutableMapping[int, int],
    name: tuple[str, int],
) -> int | None:
    batch_id, item = name
    number = top.get(item)
    while number is not None and placed[number].batch_id != batch_id:
        number = under.get(number)
    return number


def _put(numbers: MutableMapping[int, int], key: int, number: int | None) -> None:
    if number is None:
        del numbers[key]
    else:
        numbers[key] = number


def _first(numbers: List[int]) -> int:
    return next(iter(numbers))
