"""Rounds and learning curve, as they stand after all undoing."""

from __future__ import annotations

import pytest

from core.service.rounds import RoundRecord, rounds
from core.session.events import Answered, Event
from core.session.labels import Labels
from core.session.state import State
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


def measured(state: State) -> tuple[RoundRecord, ...]:
    """Rounds with a measure that any reader can redo: every label is worth a tenth."""
    return rounds(state, {n: s.n_labels / 10 for n, s in state.rounds.items()})


def test_before_the_first_answer_there_is_no_round():
    assert rounds(State(), {}) == ()
    assert rounds(state_of(served("a", [1])), {}) == ()


def test_labels_that_came_with_the_project_are_round_zero():
    assert measured(state_of(given({1: "0", 2: "1"}))) == (
        RoundRecord(
            round=0,
            n_labels=2,
            n_answers=0,
            labelled=0,
            skipped=0,
            unsure=0,
            bad=0,
            accuracy=0.2,
            change=None,
            seconds=None,
        ),
    )


def test_each_round_is_told_by_its_answers_and_by_what_they_changed():
    state = state_of(
        given({9: "0"}),
        served("a", [1, 2, 3, 4], 1),
        answered("a", label(1, "1", 1000), label(2, "2", 4000), skip(3), unsure(4)),
        served("b", [5, 6], 2),
        answered("b", label(5, "1"), bad(6)),
    )
    _, first, second = measured(state)
    assert (first.round, first.n_labels, first.accuracy) == (1, 3, 0.3)
    assert (first.labelled, first.skipped, first.unsure, first.bad) == (2, 1, 1, 0)
    assert first.change == pytest.approx(0.2)
    assert first.seconds == pytest.approx(2.5)
    assert (second.round, second.n_labels, second.accuracy) == (2, 4, 0.4)
    assert (second.labelled, second.skipped, second.unsure, second.bad) == (1, 0, 0, 1)
    assert second.change == pytest.approx(0.1)
    assert second.seconds is None


def test_each_round_is_measured_with_exactly_the_labels_there_were_at_its_end():
    state = state_of(
        given({9: "0"}),
        *(served("a", [1, 2], 1), answered("a", label(1, "1"), skip(2))),
        *(served("b", [2], 2), answered("b", label(2, "3"))),
    )
    ends = [{9: "0"}, {9: "0", 1: "1"}, {9: "0", 1: "1", 2: "3"}]
    digests = [Labels(labels).digest for labels in ends]
    assert [state.rounds[number].digest for number in range(3)] == digests
    assert [r.accuracy for r in rounds(state, {0: 0.5, 2: 0.7})] == [0.5, None, 0.7]


def test_where_the_truth_is_unknown_there_is_neither_accuracy_nor_change():
    state = state_of(
        *(served("a", [1], 1), answered("a", label(1))),
        *(served("b", [2], 2), answered("b", label(2))),
    )
    assert [(r.accuracy, r.change) for r in rounds(state, {})] == [(None, None)] * 2


def test_a_round_that_was_undone_altogether_is_gone():
    before = (served("a", [1], 1), answered("a", label(1)))
    after = (*before, served("b", [2], 2), answered("b", label(2)), undone("b", 2))
    assert measured(state_of(*after)) == measured(state_of(*before))


def test_a_late_answer_counts_in_the_round_its_batch_was_shown_in_and_as_a_label_from_then_on():
    state = state_of(
        *(served("a", [1, 2], 1), answered("a", label(1))),
        *(served("b", [3], 2), answered("b", label(3))),
        answered("a", label(2)),
    )
    assert [(r.round, r.labelled, r.n_labels) for r in measured(state)] == [
        (1, 2, 1),
        (2, 1, 3),
    ]


def test_rounds_come_in_their_order_even_when_the_first_was_answered_last():
    state = state_of(
        *(served("a", [1], 1), answered("a")),
        *(served("b", [2, 3], 2), answered("b", label(2), label(3))),
        answered("a", label(1)),
    )
    assert [(r.round, r.n_labels) for r in measured(state)] == [(1, 3), (2, 3)]


def test_a_round_of_many_batches_is_one_round_and_told_of_while_it_is_under_way():
    state = state_of(
        *(served("a", [1, 2, 3], 1), answered("a", label(1))),
        *(served("b", [2, 3, 4], 1), answered("b", label(2))),
        *(served("c", [3, 4, 5], 2), answered("c", label(3))),
    )
    found = measured(state)
    assert [(r.round, r.labelled, r.n_labels) for r in found] == [(1, 2, 2), (2, 1, 3)]
    assert found[1].change == pytest.approx(0.1)


def test_answers_grow_also_where_labels_become_fewer_since_people_disagree():
    events: list[Event] = []
    for number, (person, name) in enumerate((("ann", "3"), ("bob", "8"), ("cy", "8")), 1):
        batch = served(f"b{number}", [1, 2], number)
        events += [
            batch.model_copy(update={"votes": {1: 3}}),
            Answered(batch_id=f"b{number}", answers=(label(1, name),), by=person),
        ]
    state = state_of(*events)
    assert [(r.n_labels, r.n_answers) for r in rounds(state, {})] == [(1, 1), (0, 2), (1, 3)]
    assert state.rounds[3].n_answers == state.n_answers


def test_answers_that_were_not_timed_do_not_count_in_the_median():
    timed = [label(i, milliseconds=ms) for i, ms in enumerate((500, None, 1500, 9000))]
    state = state_of(served("a", range(5)), answered("a", *timed))
    assert rounds(state, {})[0].seconds == 1.5
    assert rounds(state_of(served("a", [1]), answered("a", label(1))), {})[0].seconds is None


def test_of_some_rounds_only_those_are_told():
    events = [
        event
        for number in range(1, 6)
        for event in (served(f"b{number}", [number], number), answered(f"b{number}", label(number)))
    ]
    state = state_of(*events)
    told = rounds(state, {}, [2, 5])
    assert [(r.round, r.n_labels) for r in told] == [(2, 2), (5, 5)]
