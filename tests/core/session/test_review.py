"""Labels that were looked at once more: kept, changed, put back."""

from __future__ import annotations

import pytest

from core.errors import IllegalEventError, UnknownClassError, UnknownItemError
from core.session import rules
from core.session.events import (
    AnswerKind,
    BatchTakenBack,
    Classes,
    ClassesRenamed,
    Corrected,
    KeepTakenBack,
    LabelKept,
    Served,
    TakenBack,
)
from core.session.fold import fold
from core.session.formats import read_event, write_event
from core.session.state import State
from tests.core.builders import answered, bad, given, label, served, skip, state_of, unsure

NAMES = ("3", "8")
IMAGE = "0" * 32


def kept(item: int = 1, name: str = "3", beside: int | None = None) -> LabelKept:
    return LabelKept(item=item, label=name, against="8", score=1.5, beside=beside)


def labelled() -> State:
    return state_of(
        Classes(names=NAMES),
        served("b", [1, 2]),
        answered("b", label(1, "3"), label(2, "8")),
    )


def shown(item: int) -> Served:
    return served("review", [item])


def test_a_label_is_kept_as_long_as_it_is_the_same():
    state = fold(labelled(), [read_event(write_event(kept()))])
    assert state.kept(1) == kept()
    assert state.kept(2) is None
    other = fold(state, [Corrected(batch_id="b", answer=label(1, "8"))])
    assert other.kept(1) is None
    back = fold(other, [Corrected(batch_id="b", answer=label(1, "3"))])
    assert back.kept(1) == kept(), "what was said of it holds again"
    assert fold(state, [BatchTakenBack(batch_id="b")]).kept(1) is None
    assert fold(state, [KeepTakenBack(item=1)]).kept(1) is None


def test_near_duplicates_are_kept_together():
    state = fold(labelled(), [kept(beside=2)])
    assert state.kept(1, 2) is not None
    assert state.kept(1) is None, "alone it may be doubted still"
    other = fold(state, [Corrected(batch_id="b", answer=label(2, "3"))])
    assert other.kept(1, 2) is None


def test_renamed_classes_change_nothing_of_what_is_kept():
    renamed = ClassesRenamed(names={"3": "three", "8": "eight"})
    state = fold(labelled(), [kept(), renamed])
    said = state.kept(1)
    assert said is not None
    assert (said.label, said.against) == ("three", "eight")


def test_only_a_label_that_an_image_has_can_be_kept_and_only_once():
    state = labelled()
    assert rules.keep(state, kept(), NAMES) == kept()
    with pytest.raises(IllegalEventError, match="changed elsewhere"):
        rules.keep(state, kept(item=2), NAMES)
    with pytest.raises(IllegalEventError, match="not labelled"):
        fold(state, [kept(item=2)])
    after = fold(state, [kept()])
    assert rules.keep(after, kept(), NAMES) is None
    assert rules.take_back_keep(after, 1) == KeepTakenBack(item=1)
    assert rules.take_back_keep(state, 1) is None
    with pytest.raises(IllegalEventError):
        fold(state, [KeepTakenBack(item=1)])


def test_others_speak_for_a_class_of_the_project():
    with pytest.raises(UnknownClassError):
        rules.keep(labelled(), kept().model_copy(update={"against": "<b>"}), NAMES)


def test_an_answer_is_corrected_or_taken_back():
    state = labelled()
    assert rules.judge(state, shown(1), label(1, "8"), NAMES) == (
        Corrected(batch_id="b", answer=label(1, "8")),
    )
    assert rules.judge(state, shown(1), label(1, "3"), NAMES) == ()
    assert rules.judge(state, shown(1), skip(1), ()) == (TakenBack(batch_id="b", item=1),)
    with pytest.raises(UnknownItemError):
        rules.judge(state, shown(7), label(7, "3"), NAMES)
    assert rules.judge(state, shown(7), skip(7), ()) == ()


@pytest.mark.parametrize("answer", [label(5, "8"), unsure(5), bad(5)])
def test_a_label_that_came_with_the_project_gets_an_answer_which_can_be_taken_back(answer):
    state = state_of(Classes(names=NAMES), given({5: "3", 6: "8"}))
    assert rules.judge(state, shown(5), label(5, "3"), NAMES) == ()
    events = rules.judge(state, shown(5), answer, NAMES)
    after = fold(state, events)
    assert after.labels.get(5) == answer.label
    assert after.set_aside.get(5) == (None if answer.label else answer.kind)
    assert rules.judge(after, shown(5), answer, NAMES) == (), "sent twice"
    back = fold(after, rules.judge(after, served("other", [5]), skip(5), ()))
    assert back.labels.get(5) == "3"
    assert 5 not in back.set_aside
    assert rules.judge(back, shown(5), answer, NAMES) == (), "late, after it was taken back"


def test_what_was_put_back_can_be_answered_as_before():
    batch = Served(
        batch_id="b", round=1, items=(1,), predicted=(None,), confidence=(0.0,), images={1: IMAGE}
    )
    state = state_of(Classes(names=NAMES), batch, answered("b", unsure(1)))
    back = fold(state, rules.judge(state, shown(1), skip(1), ()))
    assert 1 not in back.settled
    again = fold(back, rules.judge(back, shown(1), unsure(1), ()))
    assert again.set_aside.get(1) is AnswerKind.UNSURE
