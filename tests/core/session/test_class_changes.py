"""Classes that are renamed, merged, removed and brought back, held against a plain model.

In the model an answer names no class by its name but the class itself, as an object that knows
what it has become. So nothing has to be changed where classes are: what an answer says is asked
anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from core.session.class_rules import Left
from core.session.events import (
    Answer,
    Answered,
    AnswerKind,
    ClassAdded,
    Classes,
    ClassesRenamed,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
    Corrected,
    Event,
    Redone,
    Undone,
)
from core.session.fold import fold
from core.session.formats import read_event, write_event
from core.session.labels import Labels
from core.session.state import State
from tests.core.builders import given, served

LEFT: tuple[Left, ...] = (AnswerKind.SKIP, AnswerKind.UNSURE, AnswerKind.BAD)
NAMES = ("a", "b", "c", "d", "e")
DATA = ("a", "b", "c")
N_ITEMS = 8


@dataclass(eq=False)
class Kind:
    """A class: what it is called, or what it has become."""

    name: str
    became: Kind | AnswerKind | None = None

    def says(self) -> tuple[AnswerKind, str | None]:
        if self.became is None:
            return AnswerKind.LABEL, self.name
        return self.became.says() if isinstance(self.became, Kind) else (self.became, None)


@dataclass(eq=False)
class Said:
    item: int
    batch_id: str
    content: Kind | AnswerKind

    def says(self) -> tuple[AnswerKind, str | None]:
        return self.content.says() if isinstance(self.content, Kind) else (self.content, None)


class Model:
    """Answers in force, oldest first, and the classes there are and were."""

    def __init__(self, given_labels: dict[int, str]) -> None:
        self.classes = [Kind(name) for name in DATA]
        self.former: dict[str, list[Kind]] = {}
        self.data = {kind.name: kind for kind in self.classes}
        self.given = {item: self.data[name] for item, name in given_labels.items()}
        self.answers: list[Said] = []
        self.undone: list[Said] = []

    @property
    def names(self) -> list[str]:
        return [kind.name for kind in self.classes]

    def labels(self) -> dict[int, str]:
        labels = {i: name for i, kind in self.given.items() if (name := kind.says()[1]) is not None}
        for item in {said.item for said in self.answers}:
            kind, name = [said.says() for said in self.answers if said.item == item][-1]
            if name is not None:
                labels[item] = name
            elif kind is not AnswerKind.SKIP:
                labels.pop(item, None)
        return labels

    def called(self) -> dict[str, str | None]:
        return {one: kind.says()[1] for one, kind in self.data.items()}

    # Each of these turns two drawn numbers into an event that fits the moment, and does it; None
    # where there is none.

    def label(self, first: int, second: int) -> Event | None:
        free = [i for i in range(N_ITEMS) if all(said.item != i for said in self.answers)]
        if not free or any(said.item == free[0] for said in self.undone):
            return None
        others = [AnswerKind.SKIP, AnswerKind.UNSURE]
        content = self.pick(first) if second % 3 else others[second % 2]
        self.answers.append(Said(free[0], f"b{free[0]}", content))
        self.undone.clear()
        return Answered(batch_id=f"b{free[0]}", answers=(_answer(self.answers[-1]),))

    def late(self, first: int, second: int) -> Event | None:
        """An answer, or a correction, by a page that does not know yet that a class has ended."""
        free = [i for i in range(N_ITEMS) if all(said.item != i for said in self.answers)]
        names = sorted(set(self.former) - set(self.names))
        if not names:
            return None
        kind = self.former[names[first % len(names)]][-1]
        if self.answers and second % 2:
            said = self.answers[second % len(self.answers)]
            said.content = kind
            answer = Answer(item=said.item, kind=AnswerKind.LABEL, label=kind.name)
            return Corrected(batch_id=said.batch_id, answer=answer)
        if not free or any(said.item == free[0] for said in self.undone):
            return None
        self.answers.append(Said(free[0], f"b{free[0]}", kind))
        self.undone.clear()
        answer = Answer(item=free[0], kind=AnswerKind.LABEL, label=kind.name)
        return Answered(batch_id=f"b{free[0]}", answers=(answer,))

    def correct(self, first: int, second: int) -> Event | None:
        if not self.answers:
            return None
        said = self.answers[second % len(self.answers)]
        said.content = self.pick(first)
        return Corrected(batch_id=said.batch_id, answer=_answer(said))

    def undo(self, _first: int, _second: int) -> Event | None:
        if not self.answers:
            return None
        said = self.answers.pop()
        self.undone.append(said)
        return Undone(batch_id=said.batch_id, item=said.item)

    def redo(self, _first: int, _second: int) -> Event | None:
        given_to = {item for item, kind in self.given.items() if kind.says()[1] is not None}
        if not self.undone or self.undone[-1].item in given_to:
            return None
        said = self.undone.pop()
        self.answers.append(said)
        return Redone(batch_id=said.batch_id, item=said.item)

    def add(self, _first: int, second: int) -> Event | None:
        name = NAMES[second % len(NAMES)]
        if name in self.names:
            return None
        self.classes.append(Kind(name))
        return ClassAdded(name=name)

    def rename(self, first: int, second: int) -> Event | None:
        one, name = self.pick(first), NAMES[second % len(NAMES)]
        if name in self.names:
            return None
        old, one.name = one.name, name
        return ClassesRenamed(names={old: name})

    def swap(self, first: int, _second: int) -> Event | None:
        one, other = self.pick(first), self.pick(first + 1)
        if one is other:
            return None
        one.name, other.name = other.name, one.name
        return ClassesRenamed(names={one.name: other.name, other.name: one.name})

    def merge(self, first: int, second: int) -> Event | None:
        one, other = self.pick(first), self.pick(second)
        if one is other:
            return None
        self.end(one, other)
        return ClassMerged(name=one.name, to=other.name)

    def remove(self, first: int, second: int) -> Event | None:
        if len(self.classes) == 1:
            return None
        one = self.pick(first)
        becomes: Left = LEFT[second % 3]
        self.end(one, becomes)
        return ClassRemoved(name=one.name, becomes=becomes)

    def restore(self, first: int, _second: int) -> Event | None:
        free = sorted(set(self.former) - set(self.names))
        if not free:
            return None
        name = free[first % len(free)]
        *earlier, back = self.former.pop(name)
        back.became = None
        for kind in earlier:
            kind.became = back
        self.classes.append(back)
        return ClassRestored(name=name)

    def pick(self, number: int) -> Kind:
        return self.classes[number % len(self.classes)]

    def end(self, one: Kind, became: Kind | AnswerKind) -> None:
        self.classes.remove(one)
        self.former.setdefault(one.name, []).append(one)
        one.became = became


def _answer(said: Said) -> Answer:
    kind, label = said.says()
    return Answer(item=said.item, kind=kind, label=label)


steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["label"] * 5
            + ["late"] * 2
            + ["correct", "undo", "redo", "add", "rename", "swap", "merge", "merge", "remove"]
            + ["restore"] * 3
        ),
        st.integers(0, 11),
        st.integers(0, 11),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@hypothesis_given(
    labels=st.dictionaries(st.integers(5, N_ITEMS - 1), st.sampled_from(DATA), max_size=3),
    drawn=steps,
)
def test_answers_say_what_their_class_has_become(labels, drawn):
    model = Model(labels)
    start: list[Event] = [Classes(names=DATA)]
    if labels:
        start.append(given(labels))
    start.extend(served(f"b{item}", [item]) for item in range(N_ITEMS))
    state, log = fold(State(), start), start
    for what in drawn:
        kind, first, second = what
        event = getattr(model, kind)(first, second)
        if event is None:
            continue
        event = read_event(write_event(event))
        state = fold(state, [event])
        log.append(event)
        assert sorted(state.classes or ()) == sorted(model.names)
        assert state.labels == model.labels()
        assert state.labels.digest == Labels(model.labels()).digest
        assert [(p.answer.kind, p.answer.label) for p in state.placed] == [
            said.says() for said in model.answers
        ]
        again = state.last_undone("local")
        assert (again and (again.answer.kind, again.answer.label)) == (
            model.undone[-1].says() if model.undone else None
        )
        assert {name: state.class_list.called.get(name, name) for name in DATA} == model.called()
        assert set(state.class_list.of_data(DATA)) == set(model.names)
        kinds = [said.says()[0] for said in model.answers]
        summary = state.rounds.get(1)
        counts = [kinds.count(kind) for kind in AnswerKind]
        told = [summary.labelled, summary.skipped, summary.unsure, summary.bad] if summary else []
        assert told == (counts if kinds else [])
        aside = {AnswerKind.UNSURE, AnswerKind.BAD}
        last = {said.item: said.says()[0] for said in model.answers}
        unlabelled = {i for i, kind in last.items() if kind in aside and i not in model.labels()}
        assert set(state.set_aside) == unlabelled
    assert fold(State(), log) == state
