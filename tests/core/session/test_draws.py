"""Items that were drawn at random: how that is noted, and which of them count as checks."""

from __future__ import annotations

from typing import Any

import pytest

from core.session.events import (
    Answer,
    Answered,
    AnswerKind,
    ChecksAsked,
    Draw,
    Event,
    Served,
    TargetSet,
    Undone,
)
from core.session.fold import fold
from core.session.formats import read_event, write_event
from core.session.sound import fault
from core.session.state import State
from tests.core.builders import served


def drawn(batch_id: str, items: tuple[int, ...], draws: dict[int, Draw], **others: Any) -> Served:
    return Served(
        batch_id=batch_id,
        round=1,
        items=items,
        predicted=(None,) * len(items),
        confidence=(0.0,) * len(items),
        reasons=tuple("random" if item in draws else "query" for item in items),
        draws=draws,
        **others,
    )


def labelled(batch_id: str, *items: int) -> Answered:
    answers = tuple(Answer(item, AnswerKind.LABEL, "a") for item in items)
    return Answered(batch_id=batch_id, answers=answers)


HOW = Draw((4, 8, 30), (0.2, 0.25, 0.55), 1)


def test_what_was_drawn_at_random_is_known_with_what_could_have_been_drawn():
    events: list[Event] = [
        served("before", (8, 9)),
        labelled("before", 8),
        drawn("b", (5, 6, 7), {7: HOW, 5: HOW}, undrawable=(9,)),
        labelled("b", 5, 6, 7),
    ]
    state = fold(State(), events)
    first, second = state.checks().items()
    assert (first[0], second[0]) == (7, 5)
    assert (first[1].draw, first[1].n_answers, first[1].n_settled) == (HOW, 1, 1)
    assert first[1].undrawable == (9,)
    assert second[1].undrawable == (9, 7)
    written = [write_event(event) for event in events]
    assert "draws" not in written[0]
    assert fold(State(), [read_event(text) for text in written]) == state


def test_an_item_that_was_drawn_and_asked_about_for_another_reason_is_no_check():
    events: list[Event] = [
        drawn("b", (5, 6), {5: HOW}),
        labelled("b", 6),
        served("c", (5,)),
        labelled("c", 5),
    ]
    assert not fold(State(), events).checks()
    again: list[Event] = [*events[:2], drawn("c", (5,), {5: HOW}), labelled("c", 5)]
    assert [*fold(State(), again).checks()] == [5]
    undone: list[Event] = [*again, Undone(batch_id="c", item=5)]
    assert not fold(State(), undone).checks()


def test_in_a_log_from_before_draws_were_noted_items_were_drawn_from_all_alike():
    old = drawn("b", (5, 6, 7), {}).model_copy(update={"reasons": ("query", "random", "random")})
    state = fold(State(), [old, labelled("b", 5, 6, 7)])
    assert [(item, how.draw, how.undrawable) for item, how in state.checks().items()] == [
        (6, None, (5,)),
        (7, None, (5, 6)),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        Draw((4, 8, 30), (0.2, 0.25, 0.55), 3),
        Draw((4, 8), (0.2, 0.25, 0.55), 1),
        Draw((4, 0, 30), (0.2, 0.25, 0.55), 0),
        Draw((4, -8, 30), (0.2, 0.25, 0.55), 0),
        Draw((4, 8, 30), (0.2, 0.25, 0.5), 1),
        Draw((4, 8, 30, 1), (0.2, 0.25, 0.5, 0.05), 1),
        Draw((), (), 0),
    ],
)
def test_a_draw_from_elsewhere_has_to_make_sense(wrong):
    assert not fault(drawn("b", (5, 6), {5: HOW}))
    assert fault(drawn("b", (5, 6), {5: wrong}))
    assert fault(drawn("b", (5, 6), {7: HOW}))


def test_checks_can_be_asked_for_and_are_wanted_until_they_have_a_label():
    asked: list[Event] = [served("a", (1, 2)), ChecksAsked(number=2)]
    state = fold(State(), asked)
    assert state.checks_wanted == 2
    assert state.open_batch is None
    late = fold(state, [labelled("a", 1)])
    assert late.checks_wanted == 2
    some: list[Event] = [drawn("b", (5, 6, 7), {5: HOW, 6: HOW, 7: HOW}), labelled("b", 5)]
    state = fold(late, some)
    assert state.checks_wanted == 1
    skipped = Answered(batch_id="b", answers=(Answer(6, AnswerKind.SKIP),))
    assert fold(state, [skipped]).checks_wanted == 1
    assert fold(state, [labelled("b", 7), ChecksAsked(number=0)]).checks_wanted == 0
    assert fold(State(), [read_event(write_event(one)) for one in asked]) == fold(State(), asked)


def test_the_last_target_holds():
    assert fold(State(), []).target is None
    assert fold(State(), [TargetSet(share=0.9), TargetSet(share=0.99)]).target == 0.99
