"""Folding step by step, held against a plain and slow fold: lists that are gone through each time.

The log is any that several people can make: batches side by side, late answers, undo and redo,
corrections, answers taken back. Events that do not fit are thrown away by the one and the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from core.errors import IllegalEventError
from core.session.events import (
    Answer,
    Answered,
    AnswerKind,
    Corrected,
    Event,
    Redone,
    Served,
    TakenBack,
    Undone,
)
from core.session.fold import fold
from core.session.labels import Labels
from core.session.state import SKIP_REST, State
from tests.core.builders import given, served

PEOPLE = ("local", "ann")
ITEMS = st.integers(0, 7)


@dataclass
class Line:
    batch_id: str
    answer: Answer
    round: int
    by: str


@dataclass
class Slow:
    """The state as plain lists, oldest first; whatever is asked, all of them are gone through."""

    given: dict[int, str] = field(default_factory=dict)
    batches: dict[str, Served] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    ever: set[tuple[str, int]] = field(default_factory=set)
    reopened: list[tuple[int, int]] = field(default_factory=list)
    undone: dict[str, list[tuple[Line, list[str]]]] = field(default_factory=dict)
    ends: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    seq: int = 0

    def standing(self, item: int) -> Line | None:
        return next((line for line in reversed(self.lines) if line.answer.item == item), None)

    def labels(self) -> dict[int, str]:
        labels = dict(self.given)
        for item in {line.answer.item for line in self.lines}:
            line = self.standing(item)
            if line is not None and line.answer.label is not None:
                labels[item] = line.answer.label
        return labels

    def is_settled(self, item: int) -> bool:
        line = self.standing(item)
        return item in self.given or (line is not None and line.answer.kind is not AnswerKind.SKIP)

    @property
    def round(self) -> int:
        return max((line.round for line in self.lines), default=0)

    def close_with(self, items: set[int]) -> None:
        self.open = [b for b in self.open if items.isdisjoint(self.batches[b].items)]

    def index(self, batch_id: str, item: int) -> int | None:
        found = [
            i
            for i, line in enumerate(self.lines)
            if (line.batch_id, line.answer.item) == (batch_id, item)
        ]
        return found[0] if found else None

    def last(self, by: str) -> Line | None:
        return next((line for line in reversed(self.lines) if line.by == by), None)

    def add(self, event: Event) -> bool:
        """Whether the event fits; then it is in."""
        fits = bool(getattr(self, f"_{event.event}")(event))
        if fits:
            self.seq += 1
            if not isinstance(event, Served) and not (
                isinstance(event, Answered) and not event.answers
            ):
                self._stamp()
        return fits

    def _stamp(self) -> None:
        numbers = {line.round for line in self.lines} | ({0} if self.given else set())
        labels = self.labels()
        now = (len(labels), Labels(labels).digest, self.seq)
        self.ends = {
            number: now if number == self.round or number not in self.ends else self.ends[number]
            for number in numbers
        }

    def _given(self, event) -> bool:
        if self.given or self.batches:
            return False
        self.given = dict(event.labels)
        return True

    def _served(self, event) -> bool:
        if event.batch_id in self.batches:
            return False
        self.batches[event.batch_id] = event
        self.open.append(event.batch_id)
        return True

    def _answered(self, event) -> bool:
        names = [(event.batch_id, answer.item) for answer in event.answers]
        batch = self.batches.get(event.batch_id)
        if batch is None or len(set(names)) < len(names) or self.ever & set(names):
            return False
        if not {answer.item for answer in event.answers} <= set(batch.items):
            return False
        for answer in event.answers:
            self.lines.append(Line(event.batch_id, answer, batch.round, event.by))
            self.reopened = [(i, r) for i, r in self.reopened if i != answer.item]
        self.ever |= set(names)
        self.open = [name for name in self.open if name != event.batch_id]
        if event.answers:
            self.close_with({answer.item for answer in event.answers})
            self.undone[event.by] = []
        return True

    def _undone(self, event) -> bool:
        last = self.last(event.by)
        if last is None or (last.batch_id, last.answer.item) != (event.batch_id, event.item):
            return False
        self.lines.remove(last)
        self.reopened = [
            (event.item, last.round),
            *((i, r) for i, r in self.reopened if i != event.item),
        ]
        names = self.open if event.closed is None else event.closed
        closed = [name for name in names if name in self.open]
        self.open = [name for name in self.open if name not in closed]
        self.undone.setdefault(event.by, []).append((last, closed))
        return True

    def _redone(self, event) -> bool:
        stack = self.undone.get(event.by) or []
        if not stack or self.is_settled(event.item):
            return False
        line, closed = stack[-1]
        if (line.batch_id, line.answer.item) != (event.batch_id, event.item):
            return False
        stack.pop()
        self.lines.append(line)
        self.reopened = [(i, r) for i, r in self.reopened if i != event.item]
        self.close_with({event.item})
        shown = {item for name in self.open for item in self.batches[name].items}
        for name in closed:
            items = self.batches[name].items
            if shown.isdisjoint(items) and not any(map(self.is_settled, items)):
                self.open.append(name)
        return True

    def _corrected(self, event) -> bool:
        index = self.index(event.batch_id, event.answer.item)
        if index is None:
            return False
        was = self.lines[index]
        now = Answer(
            event.answer.item,
            event.answer.kind,
            event.answer.label,
            was.answer.milliseconds,
            # Whether the prediction was seen belongs to what is said now.
            event.answer.hidden,
        )
        self.lines[index] = Line(was.batch_id, now, was.round, was.by)
        if self.is_settled(now.item):
            self.reopened = [(i, r) for i, r in self.reopened if i != now.item]
            self.close_with({now.item})
        return True

    def _taken_back(self, event) -> bool:
        index = self.index(event.batch_id, event.item)
        if index is None:
            return False
        del self.lines[index]
        return True


@st.composite
def answers(draw) -> Answer:
    kind = draw(st.sampled_from(AnswerKind))
    name = draw(st.sampled_from("01")) if kind is AnswerKind.LABEL else None
    milliseconds = draw(st.sampled_from([None, 40, 900, 70_000]))
    return Answer(draw(ITEMS), kind, name, milliseconds, draw(st.sampled_from([None, True, False])))


names = st.integers(0, 4).map("b{}".format)
people = st.sampled_from(PEOPLE)
events = st.one_of(
    st.builds(
        served,
        names,
        st.lists(ITEMS, min_size=1, max_size=4, unique=True),
        st.integers(1, 5),
    ),
    st.builds(
        Answered, batch_id=names, answers=st.lists(answers(), max_size=3).map(tuple), by=people
    ),
    st.builds(Corrected, batch_id=names, answer=answers(), by=people),
    st.builds(TakenBack, batch_id=names, item=ITEMS, by=people),
    st.sampled_from([("undo", person, closed) for person in PEOPLE for closed in (None, (), 1)]),
    st.sampled_from([("redo", person, None) for person in PEOPLE]),
)


def made(slow: Slow, drawn: object) -> Event | None:
    """The event that was drawn; an undo and a redo are made to fit the moment."""
    if not isinstance(drawn, tuple):
        return drawn  # type: ignore[return-value]  # an event
    what, person, closed = drawn
    if what == "undo":
        last = slow.last(person)
        if last is None:
            return None
        ids = tuple(slow.open[:1]) if closed == 1 else closed
        return Undone(batch_id=last.batch_id, item=last.answer.item, by=person, closed=ids)
    stack = slow.undone.get(person)
    if not stack:
        return None
    line = stack[-1][0]
    return Redone(batch_id=line.batch_id, item=line.answer.item, by=person)


def assert_same(state: State, slow: Slow) -> None:
    assert state.seq == slow.seq
    assert state.labels == slow.labels()
    assert [(p.batch_id, p.answer, p.round, p.by) for p in state.placed] == [
        (line.batch_id, line.answer, line.round, line.by) for line in slow.lines
    ]
    assert state.n_answers == len(slow.lines)
    assert state.round == slow.round
    assert set(state.settled) == {item for item in range(8) if slow.is_settled(item)}
    assert len(state.settled) == len(set(state.settled))
    resting = set()
    for item in range(8):
        line = slow.standing(item)
        is_skipped = line is not None and line.answer.kind is AnswerKind.SKIP
        if line is not None and is_skipped and slow.round - line.round < SKIP_REST:
            resting.add(item)
        found = state.answer_to(item)
        assert (found.answer if found else None) == (line.answer if line else None)
    assert state.resting == resting
    assert {item for item in range(8) if state.is_resting(item)} == resting
    assert [batch.batch_id for batch in state.open_batches] == slow.open
    assert [(item, where.round) for item, where in state.reopened.items()] == slow.reopened
    for person in PEOPLE:
        last, found = slow.last(person), state.last_of(person)
        assert (found.answer if found else None) == (last.answer if last else None)
        undone, again = slow.undone.get(person), state.last_undone(person)
        assert (again.answer if again else None) == (undone[-1][0].answer if undone else None)
    assert {n: (s.n_labels, s.digest, s.ended_by) for n, s in state.rounds.items()} == slow.ends
    for number, summary in state.rounds.items():
        kinds = [line.answer.kind for line in slow.lines if line.round == number]
        assert [summary.labelled, summary.skipped, summary.unsure, summary.bad] == [
            kinds.count(kind) for kind in AnswerKind
        ]
        assert state.answers_in(number) == len(kinds)
    times = [t for line in slow.lines if (t := line.answer.milliseconds) is not None]
    assert state.tallies.median_milliseconds == (median(times) if times else None)


@settings(max_examples=150, deadline=None)
@hypothesis_given(
    start=st.dictionaries(ITEMS, st.sampled_from("01"), max_size=2),
    drawn=st.lists(events, max_size=30),
)
def test_a_log_folded_step_by_step_is_what_going_through_all_of_it_says(start, drawn):
    slow, state, log = Slow(), State(), list[Event]()
    for one in [given(start), *drawn] if start else drawn:
        event = made(slow, one)
        if event is None:
            continue
        if slow.add(event):
            state = fold(state, [event])
            log.append(event)
            assert_same(state, slow)
        else:
            with pytest.raises(IllegalEventError):
                fold(state, [event])
    assert fold(State(), log) == state
