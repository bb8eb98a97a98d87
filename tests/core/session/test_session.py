"""The session: what can happen, what cannot, and that nothing a person said is lost or doubled."""

from __future__ import annotations

import copy
import math
import random
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from pydantic import ValidationError

from core.errors import (
    IllegalEventError,
    OvertakenError,
    UnknownBatchError,
    UnknownClassError,
    UnknownItemError,
)
from core.session.events import (
    Answer,
    Answered,
    AnswerKind,
    Classes,
    Corrected,
    Event,
    Given,
    Redone,
    Served,
    TakenBack,
    Undone,
)
from core.session.fold import fold
from core.session.formats import read_event, write_event
from core.session.labels import Labels
from core.session.rules import submit, undo
from core.session.state import SKIP_REST, State
from tests.core.builders import (
    answered,
    bad,
    given,
    label,
    served,
    skip,
    state_of,
    undone,
    unsure,
)

CLASSES = ("0", "1", "2", "3")

# -- every transition, legal and illegal --

OPEN = (served("a", [1, 2, 3]),)
PARTLY = (*OPEN, answered("a", label(1), label(2)))
SECOND_OPEN = (*PARTLY, served("b", [3, 4], 2))
TWICE = (*SECOND_OPEN, answered("b", label(4)))
UNDONE = (*PARTLY, undone("a", 2))
SHOWN_AGAIN = (*UNDONE, served("c", [2]))


class Step(NamedTuple):
    name: str
    before: tuple[Event, ...]
    event: Event
    error: type[Exception] | None


STEPS = [
    Step("given comes first", (), given({1: "0"}), None),
    Step("given after given", (given({1: "0"}),), given({2: "0"}), IllegalEventError),
    Step("given after a batch", OPEN, given({2: "0"}), IllegalEventError),
    Step("given after an answer", PARTLY, given({9: "0"}), IllegalEventError),
    Step("served first", (), served("a", [1]), None),
    Step("served after given", (given({1: "0"}),), served("a", [2]), None),
    Step("served while one is open", OPEN, served("b", [7]), None),
    Step("served again while open", OPEN, OPEN[0], IllegalEventError),
    Step("served after answers", PARTLY, served("b", [3], 2), None),
    Step("served under an old name", PARTLY, served("a", [3], 2), IllegalEventError),
    Step("served after an undo", UNDONE, served("b", [2]), None),
    Step("served under an undone name", UNDONE, served("a", [2]), IllegalEventError),
    Step("answered before any batch", (), answered("a", label(1)), UnknownBatchError),
    Step("answered in part", OPEN, answered("a", label(2)), None),
    Step("answered in full", OPEN, answered("a", label(1), skip(2), bad(3)), None),
    Step("answered with nothing", OPEN, answered("a"), None),
    Step("answered for another batch", OPEN, answered("b", label(1)), UnknownBatchError),
    Step("answered for an item not shown", OPEN, answered("a", label(9)), UnknownItemError),
    Step("one of two not shown", OPEN, answered("a", label(1), label(9)), UnknownItemError),
    Step("answered twice at once", OPEN, answered("a", label(1), skip(1)), IllegalEventError),
    Step("answered again", PARTLY, answered("a", label(1, "0")), IllegalEventError),
    Step("answered again the same", PARTLY, answered("a", label(1)), IllegalEventError),
    Step("the rest answered later", PARTLY, answered("a", label(3)), None),
    Step("answered late", SECOND_OPEN, answered("a", label(3)), None),
    Step("answered again once undone", UNDONE, answered("a", label(2)), IllegalEventError),
    Step("answered anew once undone", SHOWN_AGAIN, answered("c", label(2)), None),
    Step("anew and never shown", SHOWN_AGAIN, answered("c", label(2), label(9)), UnknownItemError),
    Step("undone further while shown again", SHOWN_AGAIN, undone("a", 1), None),
    Step("undone before any answer", (), undone("a", 1), IllegalEventError),
    Step("undone while unanswered", OPEN, undone("a", 1), IllegalEventError),
    Step("undone the last", PARTLY, undone("a", 2), None),
    Step("undone the last while a batch is open", SECOND_OPEN, undone("a", 2), None),
    Step("undone one before the last", PARTLY, undone("a", 1), IllegalEventError),
    Step("undone in the wrong batch", TWICE, undone("a", 4), IllegalEventError),
    Step("undone of an older batch", TWICE, undone("a", 2), IllegalEventError),
    Step("undone twice", UNDONE, undone("a", 2), IllegalEventError),
    Step("undone further", UNDONE, undone("a", 1), None),
]


@pytest.mark.parametrize("step", [s for s in STEPS if s.error is None], ids=lambda s: s.name)
def test_a_legal_event_is_counted_and_leaves_the_state_before_as_it_was(step):
    before = state_of(*step.before)
    remembered = copy.deepcopy(before)
    after = fold(before, [step.event])
    assert after.seq == before.seq + 1
    assert before == remembered
    assert after != before


@pytest.mark.parametrize("step", [s for s in STEPS if s.error is not None], ids=lambda s: s.name)
def test_an_illegal_event_raises_and_changes_nothing(step):
    before = state_of(*step.before)
    remembered = copy.deepcopy(before)
    with pytest.raises(step.error):
        fold(before, [step.event])
    assert before == remembered
    # What was legal before still is.
    legal = Served(batch_id="z", round=9, items=(50,), predicted=(None,), confidence=(0.0,))
    if before.open_batch is None:
        assert fold(before, [legal]).open_batch == legal
    else:
        assert fold(before, [answered(before.open_batch.batch_id)]).open_batch is None


def test_of_several_events_none_counts_if_the_last_is_illegal():
    before = state_of(*OPEN)
    remembered = copy.deepcopy(before)
    with pytest.raises(IllegalEventError):
        fold(before, [answered("a", label(1)), undone("a", 1), undone("a", 1)])
    assert before == remembered


# -- what follows from the events --


def test_before_anything_happened_there_is_nothing():
    state = State()
    assert (state.seq, state.round, state.last, state.open_batch) == (0, 0, None, None)
    assert (dict(state.labels), set(state.settled)) == ({}, set())
    assert (state.resting, state.placed) == (set(), ())
    assert state.reopened_batch(5) is None


def test_given_labels_are_labels_and_need_no_answer():
    state = state_of(given({4: "1", 6: "0"}))
    assert state.labels == {4: "1", 6: "0"}
    assert state.settled == {4, 6}
    assert state.round == 0


@pytest.mark.parametrize("answer", [label(1), unsure(1), bad(1)], ids=lambda a: a.kind)
def test_an_item_that_was_labelled_unsure_or_bad_needs_no_answer_any_more(answer):
    state = state_of(*OPEN, answered("a", answer))
    assert state.settled == {1}
    assert state.resting == set()


def test_only_labels_are_labels():
    state = state_of(*OPEN, answered("a", label(1, "2"), unsure(2), bad(3)))
    assert state.labels == {1: "2"}


def test_a_batch_is_closed_by_any_answer_to_it():
    assert state_of(*OPEN).open_batch == OPEN[0]
    assert state_of(*PARTLY).open_batch is None


def test_a_skipped_item_rests_for_some_rounds_and_no_longer():
    events: list[Event] = [served("b1", [7, 8]), answered("b1", skip(7), label(8))]
    for number in range(2, 2 + SKIP_REST):
        assert state_of(*events).resting == {7}
        events += [served(f"b{number}", [100 + number], number)]
        assert state_of(*events).resting == {7}, "a batch that is only shown is no round"
        events += [answered(f"b{number}", label(100 + number))]
    assert state_of(*events).resting == set()
    assert 7 not in state_of(*events).settled


def test_an_item_skipped_again_rests_again():
    events = (
        *(served("b1", [7]), answered("b1", skip(7))),
        *(served("b2", [8], 5), answered("b2", label(8))),
        *(served("b3", [7], 6), answered("b3", skip(7))),
    )
    assert state_of(*events[:4]).resting == set()
    assert state_of(*events).resting == {7}


def test_a_label_after_a_skip_counts():
    state = state_of(
        *(served("b1", [7]), answered("b1", skip(7))),
        *(served("b2", [7], 2), answered("b2", label(7, "1"))),
    )
    assert state.labels == {7: "1"}
    assert state.settled == {7}


def test_labels_can_be_asked_for_as_they_were_at_the_end_of_each_round():
    state = state_of(
        given({9: "0"}),
        *(served("b1", [1, 2], 1), answered("b1", label(1, "1"), skip(2))),
        *(served("b2", [2, 3], 2), answered("b2", label(2, "2"), bad(3))),
    )
    ends = [{9: "0"}, {9: "0", 1: "1"}, {9: "0", 1: "1", 2: "2"}]
    assert [state.rounds[number].digest for number in range(3)] == [
        Labels(labels).digest for labels in ends
    ]
    assert [state.labels.as_of(Labels(labels).digest) for labels in ends] == ends
    assert [state.rounds[number].ended_by for number in range(3)] == [1, 3, 5]
    assert state.labels == ends[2]


# -- undo --


def test_undoing_as_deep_as_the_log_leaves_what_was_given():
    state = state_of(
        given({90: "3"}),
        *(served("a", [1, 2, 3]), answered("a", label(1), skip(2), bad(3))),
        *(served("b", [4, 5], 2), answered("b", label(4)), answered("b", unsure(5))),
    )
    depth = 0
    while state.last is not None:
        state = fold(state, [undone(state.last.batch_id, state.last.answer.item)])
        depth += 1
    assert depth == 5
    assert state.labels == {90: "3"}
    assert state.settled == {90}
    assert (state.placed, state.round, state.resting) == ((), 0, set())
    assert set(state.reopened) == {1, 2, 3, 4, 5}


def test_an_undone_item_is_shown_again_in_its_round_and_can_be_answered_anew():
    state = state_of(*OPEN, answered("a", label(1), label(2)), undone("a", 2))
    assert state.labels == {1: "3"}
    assert state.reopened_batch(10) == (1, (2,))
    state = fold(state, [served("b", [2], 1), answered("b", label(2, "0"))])
    assert state.labels == {1: "3", 2: "0"}
    assert state.round == 1
    assert state.reopened_batch(10) is None


def test_undone_items_come_back_in_the_order_in_which_they_were_shown():
    state = state_of(
        *OPEN,
        answered("a", label(1), label(2), label(3)),
        *(undone("a", 3), undone("a", 2), undone("a", 1)),
    )
    assert state.reopened_batch(10) == (1, (1, 2, 3))
    assert state.reopened_batch(2) == (1, (1, 2))


def test_items_undone_across_two_rounds_come_back_round_by_round():
    state = state_of(
        *(served("a", [1, 2], 1), answered("a", label(1), label(2))),
        *(served("b", [3, 4], 2), answered("b", label(3), label(4))),
        *(undone("b", 4), undone("b", 3), undone("a", 2)),
    )
    assert state.reopened_batch(10) == (1, (2,))
    state = fold(state, [served("c", [2], 1), answered("c", label(2))])
    assert state.reopened_batch(10) == (2, (3, 4))
    state = fold(state, [served("d", [3, 4], 2), answered("d", label(3), label(4))])
    assert state.reopened_batch(10) is None
    assert state.round == 2


def test_an_item_answered_in_two_rounds_and_undone_in_both_comes_back_in_the_first():
    state = state_of(
        *(served("a", [7], 1), answered("a", skip(7))),
        *(served("b", [7], 2), answered("b", label(7))),
        undone("b", 7),
    )
    assert state.reopened_batch(10) == (2, (7,))
    assert fold(state, [undone("a", 7)]).reopened_batch(10) == (1, (7,))


def test_an_undo_takes_the_open_batch_away():
    state = state_of(*SECOND_OPEN, undone("a", 2))
    assert state.open_batch is None
    assert "b" in state.batches


def test_the_skip_before_an_undone_label_counts_again():
    state = state_of(
        *(served("a", [7], 1), answered("a", skip(7))),
        *(served("b", [7], 2), answered("b", label(7))),
        undone("b", 7),
    )
    assert 7 not in state.settled
    assert state.resting == {7}


def test_the_last_answer_can_be_undone_once():
    state = state_of(*PARTLY)
    event = undo(state, "a", 2)
    assert event == undone("a", 2)
    assert undo(fold(state, [event]), "a", 2) is None


def test_an_answer_that_is_not_the_last_any_more_is_not_undone():
    with pytest.raises(OvertakenError):
        undo(state_of(*PARTLY), "a", 1)
    with pytest.raises(OvertakenError):
        undo(state_of(*TWICE), "a", 2)


def test_what_never_was_cannot_be_undone():
    with pytest.raises(UnknownBatchError):
        undo(state_of(*PARTLY), "nowhere", 1)
    with pytest.raises(UnknownItemError):
        undo(state_of(*PARTLY), "a", 3)
    with pytest.raises(UnknownItemError):
        undo(state_of(*PARTLY), "a", 77)


# -- as you go --

SIX = (served("a", [1, 2, 3, 4, 5, 6]),)


def test_before_any_batch_nothing_is_upcoming_as_you_go():
    assert State().upcoming() == ()
    assert State().as_you_go(5) == (1, ())


def test_what_a_person_is_about_to_see_follows_the_answered_image_and_goes_round():
    assert state_of(*SIX, answered("a", label(2))).upcoming() == (3, 4, 5, 6, 1)
    assert state_of(*SIX, answered("a", label(5))).as_you_go(10) == (1, (6, 1))
    assert state_of(*SIX, answered("a", label(5), label(6))).as_you_go(10) == (1, (1, 2))


def test_what_was_settled_meanwhile_or_skipped_is_not_shown_again_as_you_go():
    state = state_of(
        *SIX, answered("a", skip(3)), answered("a", unsure(2)), answered("a", label(1))
    )
    assert state.as_you_go(10) == (1, (4, 5))


def test_a_skipped_item_that_came_back_is_upcoming_again():
    rounds = [
        event
        for number in range(1, SKIP_REST + 2)
        for event in (
            served(f"b{number}", [7, 10 * number], number),
            answered(f"b{number}", skip(7) if number == 1 else label(10 * number)),
        )
    ]
    state = state_of(*rounds, served("z", [7, 8, 9], SKIP_REST + 2), answered("z", label(8)))
    assert state.upcoming() == (9, 7)


def test_late_answers_leave_the_person_where_the_newest_batch_had_them():
    """Three answers to the first batch come after the second one, which has two of them."""
    state = state_of(
        *(*SIX, answered("a", label(1)), served("b", [2, 3, 8, 9])),
        answered("a", label(2), label(3), label(4)),
    )
    assert state.open_batch is None
    assert state.as_you_go(10) == (1, (8, 9))


def test_a_round_as_you_go_lasts_for_its_number_of_answers():
    state = state_of(*SIX, answered("a", label(1), skip(2)))
    assert state.answers_in(1) == 2
    assert [state.as_you_go(size)[0] for size in (1, 2, 3)] == [2, 2, 1]
    assert state_of(given({9: "1"})).as_you_go(3) == (1, ())


def test_an_undone_item_comes_first_in_its_round_and_then_what_was_to_come():
    state = state_of(
        *(*SIX, answered("a", label(1)), served("b", [2, 3, 8, 9], 2)),
        undone("a", 1),
    )
    assert state.as_you_go(10) == (1, (1, 2, 3))
    assert state.as_you_go(2) == (1, (1, 2))


def test_what_was_undone_comes_back_in_its_order_whichever_round_it_was_in():
    events: list[Event] = [
        *(served("a", [1, 2, 3]), answered("a", label(1))),
        *(served("b", [2, 3, 4], 2), answered("b", label(2))),
        *(served("c", [3, 4, 5], 3), undone("b", 2)),
    ]
    assert state_of(*events).as_you_go(10) == (2, (2, 3, 4))
    events += [served("d", [2, 3, 4, 5], 2), undone("a", 1)]
    assert state_of(*events).as_you_go(10) == (1, (1, 2, 3))
    events += [served("e", [1, 2, 3, 4], 1), answered("e", label(1))]
    assert state_of(*events).as_you_go(10) == (2, (2, 3))


def test_an_undone_item_that_was_passed_over_stays_near():
    state = state_of(
        *(*SIX, answered("a", label(1)), served("b", [2, 3, 8, 9]), undone("a", 1)),
        *(served("c", [1, 2, 3, 8]), answered("c", label(2))),
    )
    assert state.as_you_go(10) == (1, (3, 8, 1))


# -- submit --


def test_the_first_answer_to_an_item_of_a_batch_stands():
    submission = submit(state_of(*PARTLY), "a", [label(1, "0"), label(3, "1")], CLASSES)
    assert submission.event == answered("a", label(3, "1"))
    assert (submission.stored, submission.kept) == (1, (1,))


def test_answers_sent_twice_change_nothing():
    answers = [label(1), skip(2), unsure(3)]
    state = state_of(*OPEN)
    first = submit(state, "a", answers, CLASSES)
    assert (first.event, first.stored) == (answered("a", *answers), 3)
    assert first.event is not None
    second = submit(fold(state, [first.event]), "a", answers, CLASSES)
    assert (second.event, second.stored, second.kept) == (None, 0, ())


def test_the_time_an_answer_took_does_not_make_it_another_answer():
    state = state_of(*OPEN, answered("a", label(1, milliseconds=900)))
    assert submit(state, "a", [label(1, milliseconds=905)], CLASSES).kept == ()


def test_an_undone_answer_sent_again_stays_undone():
    submission = submit(state_of(*UNDONE), "a", [label(2)], CLASSES)
    assert (submission.event, submission.stored) == (None, 0)


def test_an_older_batch_may_still_be_answered_where_its_items_are_open():
    events = (*PARTLY, served("b", [8], 2), answered("b", label(8)))
    submission = submit(state_of(*events), "a", [label(2), label(3)], CLASSES)
    assert submission.event == answered("a", label(3))
    assert submission.kept == ()


def test_an_item_answered_in_a_later_batch_keeps_that_answer():
    events = (*SECOND_OPEN, answered("b", label(3, "1"), skip(4)))
    different = submit(state_of(*events), "a", [label(3, "2")], CLASSES)
    assert (different.event, different.kept) == (None, (3,))
    same = submit(state_of(*events), "a", [label(3, "1")], CLASSES)
    assert (same.event, same.kept) == (None, ())


def test_a_late_answer_to_an_item_of_the_open_batch_closes_that_batch():
    state = state_of(*SECOND_OPEN)
    assert state.open_batch is not None
    late = submit(state, "a", [label(3)], CLASSES).event
    assert late is not None
    assert fold(state, [late]).open_batch is None


def test_a_late_answer_to_another_item_leaves_the_open_batch_open():
    state = state_of(*OPEN, answered("a", label(1)), served("b", [3], 2), answered("a", label(2)))
    assert state.open_batch == served("b", [3], 2)


def test_a_late_answer_belongs_to_the_round_in_which_its_batch_was_shown():
    state = state_of(*TWICE, answered("a", label(3)))
    standing = state.answer_to(3)
    assert standing is not None
    assert standing.round == 1
    assert state.round == 2
    assert [state.answers_in(number) for number in (1, 2)] == [3, 1]


def test_a_given_label_is_not_overruled():
    state = state_of(given({1: "0"}), *OPEN)
    assert submit(state, "a", [label(1, "2")], CLASSES).kept == (1,)


@pytest.mark.parametrize(
    ("batch_id", "answers", "error"),
    [
        ("nowhere", [label(1)], UnknownBatchError),
        ("a", [label(1), label(99)], UnknownItemError),
        ("a", [label(3), label(2, "seven")], UnknownClassError),
        ("a", [label(3, "")], UnknownClassError),
        ("a", [label(3), skip(3)], IllegalEventError),
        ("a", [Answer(item=3, kind=AnswerKind.LABEL)], IllegalEventError),
        ("a", [Answer(item=3, kind=AnswerKind.SKIP, label="1")], IllegalEventError),
        ("a", [Answer(item=3, kind=AnswerKind.BAD, label="1")], IllegalEventError),
    ],
)
def test_one_impossible_answer_and_none_is_taken(batch_id, answers, error):
    state = state_of(*OPEN)
    with pytest.raises(error):
        submit(state, batch_id, answers, CLASSES)
    assert state == state_of(*OPEN)


# -- events as JSON --

texts = st.text(max_size=12)
whole = st.integers(0, 2**53)
finite = st.floats(allow_nan=False, allow_infinity=False)
answers = st.builds(
    Answer,
    item=whole,
    kind=st.sampled_from(AnswerKind),
    label=st.none() | texts,
    milliseconds=st.none() | whole,
)
events = st.one_of(
    st.builds(Classes, names=st.lists(texts, max_size=5).map(tuple)),
    st.builds(Given, labels=st.dictionaries(whole, texts, max_size=5)),
    st.builds(
        Served,
        batch_id=texts,
        round=whole,
        items=st.lists(whole, max_size=5).map(tuple),
        predicted=st.lists(st.none() | texts, max_size=5).map(tuple),
        confidence=st.lists(finite, max_size=5).map(tuple),
        again=st.lists(texts, max_size=2).map(tuple),
    ),
    st.builds(Answered, batch_id=texts, answers=st.lists(answers, max_size=5).map(tuple)),
    st.builds(
        Undone,
        batch_id=texts,
        item=whole,
        by=texts,
        closed=st.none() | st.lists(texts, max_size=2).map(tuple),
    ),
    st.builds(Redone, batch_id=texts, item=whole),
    st.builds(Corrected, batch_id=texts, answer=answers, by=texts),
    st.builds(TakenBack, batch_id=texts, item=whole),
)


@hypothesis_given(event=events)
def test_an_event_read_back_from_json_is_the_event(event):
    again = read_event(write_event(event))
    assert again == event
    assert type(again) is type(event)


@pytest.mark.parametrize("confidence", [math.nan, math.inf])
def test_a_number_that_json_does_not_have_gets_into_no_event(confidence):
    with pytest.raises(ValidationError):
        Served(batch_id="a", round=1, items=(1,), predicted=(None,), confidence=(confidence,))


# -- anything that several tabs can do --


@dataclass(frozen=True)
class Row:
    """An answer as a simple list would keep it."""

    batch_id: str
    answer: Answer
    round: int


some_answers = st.sampled_from(
    [(AnswerKind.LABEL, name) for name in CLASSES]
    + [(AnswerKind.SKIP, None), (AnswerKind.UNSURE, None), (AnswerKind.BAD, None)]
)


class Tabs(RuleBasedStateMachine):
    """Three tabs on one project, beside a model of it that is a few plain lists."""

    @initialize(given_items=st.sets(st.integers(0, 11), max_size=3))
    def start(self, given_items):
        self.state = State()
        self.log: list[Event] = []
        self.given = dict.fromkeys(sorted(given_items), "0")
        self.rows: list[Row] = []
        self.shown: dict[str, Served] = {}
        self.ever: list[tuple[str, int]] = []
        self.first: dict[tuple[str, int], Answer] = {}
        self.waiting: list[tuple[int, int]] = []
        self.undone_in: dict[int, str] = {}
        self.open: str | None = None
        self.sent: list[tuple[str, list[Answer]]] = []
        self.tabs: list[str | None] = [None, None, None]
        if self.given:
            self.append(given(self.given))

    def append(self, event: Event) -> None:
        self.state = fold(self.state, [event])
        self.log.append(event)

    def answer_of(self, item: int) -> Answer | None:
        return next((row.answer for row in reversed(self.rows) if row.answer.item == item), None)

    def is_settled(self, item: int) -> bool:
        answer = self.answer_of(item)
        return item in self.given or (answer is not None and answer.kind is not AnswerKind.SKIP)

    @rule(
        tab=st.integers(0, 2),
        size=st.integers(1, 4),
        seed=st.integers(0, 10**6),
        as_you_go=st.booleans(),
    )
    def look(self, tab, size, seed, as_you_go):
        if self.open is None:
            number = max((row.round for row in self.rows), default=0) + 1
            free = [item for item in range(12) if not self.is_settled(item)]
            items = tuple(random.Random(seed).sample(free, min(size, len(free))))
            reopened = self.state.reopened_batch(size)
            assert (reopened is None) == (not self.waiting)
            if reopened is not None:
                number = min(round_ for _, round_ in self.waiting)
                items = tuple(item for item, round_ in self.waiting if round_ == number)[:size]
                assert reopened == (number, items)
            if as_you_go:
                number, first = self.state.as_you_go(size)
                assert len(set(first)) == len(first) <= size
                assert set(first) <= set(free)
                self.check_the_last_undone_comes_first(size, first)
                items = (*first, *(item for item in items if item not in first))[:size]
            if not items:
                return
            batch = served(f"b{len(self.shown)}", items, number)
            self.append(batch)
            self.shown[batch.batch_id] = batch
            self.open = batch.batch_id
        self.tabs[tab] = self.open

    def check_the_last_undone_comes_first(self, size: int, first: tuple[int, ...]) -> None:
        if not self.waiting:
            return
        item = self.waiting[0][0]
        newest = [*self.shown.values()][-1]
        if item not in newest.items or self.undone_in[item] == newest.batch_id:
            assert first[0] == item
        elif size > 2:
            # It was shown since, and two others may be on screen by now.
            assert item in first

    @precondition(lambda self: any(self.tabs))
    @rule(data=st.data())
    def submit_from_a_tab(self, data):
        batch_id = data.draw(st.sampled_from([tab for tab in self.tabs if tab]))
        items = data.draw(
            st.lists(st.sampled_from(self.shown[batch_id].items), min_size=1, unique=True)
        )
        answers = []
        for item in items:
            kind, name = data.draw(some_answers)
            answers.append(Answer(item=item, kind=kind, label=name))
        self.send(batch_id, answers)
        self.sent.append((batch_id, answers))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def submit_again(self, data):
        self.send(*data.draw(st.sampled_from(self.sent)))

    @precondition(lambda self: self.sent)
    @rule()
    def submit_the_last_twice(self):
        self.send(*self.sent[-1])
        assert submit(self.state, *self.sent[-1], CLASSES).event is None

    def send(self, batch_id: str, answers: list[Answer]) -> None:
        fresh, kept = [], []
        for answer in answers:
            standing = self.answer_of(answer.item)
            if (batch_id, answer.item) in self.ever:
                standing = self.first[batch_id, answer.item]
            elif not self.is_settled(answer.item):
                fresh.append(answer)
                continue
            if standing != answer:
                kept.append(answer.item)
        submission = submit(self.state, batch_id, answers, CLASSES)
        assert submission.stored == len(fresh)
        assert list(submission.kept) == kept
        assert (submission.event is None) == (not fresh)
        if submission.event is None:
            return
        self.append(submission.event)
        for answer in fresh:
            self.rows.append(Row(batch_id, answer, self.shown[batch_id].round))
            self.ever.append((batch_id, answer.item))
            self.first[batch_id, answer.item] = answer
            self.waiting = [(i, r) for i, r in self.waiting if i != answer.item]
        if self.open is not None:
            touched = {answer.item for answer in fresh} & set(self.shown[self.open].items)
            if batch_id == self.open or touched:
                self.open = None

    @precondition(lambda self: self.rows)
    @rule(times=st.integers(1, 4))
    def undo_the_last(self, times):
        for row in self.rows[: -times - 1 : -1]:
            self.take_back(row.batch_id, row.answer.item)

    @precondition(lambda self: self.ever)
    @rule(data=st.data())
    def undo_something(self, data):
        self.take_back(*data.draw(st.sampled_from(self.ever)))

    def take_back(self, batch_id: str, item: int) -> None:
        in_force = [(row.batch_id, row.answer.item) for row in self.rows]
        if (batch_id, item) in in_force[:-1]:
            with pytest.raises(OvertakenError):
                undo(self.state, batch_id, item)
            return
        event = undo(self.state, batch_id, item)
        if (batch_id, item) not in in_force:
            assert event is None
            return
        last = self.rows[-1]
        self.undone_in[item] = batch_id
        assert event == undone(batch_id, item)
        self.append(event)
        self.rows.pop()
        self.waiting = [(item, last.round), *((i, r) for i, r in self.waiting if i != item)]
        self.open = None

    @invariant()
    def no_label_is_lost_or_doubled(self):
        expected = dict(self.given)
        for row in self.rows:
            if row.answer.label is not None:
                assert row.answer.item not in expected, "labelled twice"
                expected[row.answer.item] = row.answer.label
        assert self.state.labels == expected

    @invariant()
    def the_state_is_what_the_log_says(self):
        assert fold(State(), self.log) == self.state
        assert self.state.seq == len(self.log)
        assert list(self.state.reopened) == [item for item, _ in self.waiting]
        assert self.state.settled == {item for item in range(12) if self.is_settled(item)}
        open_batch = self.state.open_batch
        assert (open_batch.batch_id if open_batch else None) == self.open

    @invariant()
    def items_that_wait_or_are_shown_need_an_answer(self):
        assert not set(self.state.reopened) & self.state.settled
        if self.state.open_batch is not None:
            assert not set(self.state.open_batch.items) & self.state.settled

    def teardown(self):
        if not hasattr(self, "state"):
            return
        while self.state.last is not None:
            last = self.state.last
            self.take_back(last.batch_id, last.answer.item)
        assert self.state.labels == self.given
        assert self.state.settled == set(self.given)
        assert fold(State(), self.log) == self.state


TestTabs = Tabs.TestCase
TestTabs.settings = settings(max_examples=80, stateful_step_count=40)
