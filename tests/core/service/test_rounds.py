"""Rounds and learning curve, as they stand after all undoing."""

from __future__ import annotations

import pytest

from core.service.rounds import RoundRecord, median_seconds, rounds
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


def tenth_a_label(labels: Labels) -> float:
    """A measure that any reader can redo: every label is worth a tenth."""
    return len(labels) / 10


def test_before_the_first_answer_there_is_no_round():
    assert rounds(State(), tenth_a_label) == ()
    assert rounds(state_of(served("a", [1])), tenth_a_label) == ()


def test_labels_that_came_with_the_project_are_round_zero():
    assert rounds(state_of(given({1: "0", 2: "1"})), tenth_a_label) == (
        RoundRecord(
            round=0,
            n_labels=2,
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
    _, first, second = rounds(state, tenth_a_label)
    assert (first.round, first.n_labels, first.accuracy) == (1, 3, 0.3)
    assert (first.labelled, first.skipped, first.unsure, first.bad) == (2, 1, 1, 0)
    assert first.change == pytest.approx(0.2)
    assert first.seconds == pytest.approx(2.5)
    assert (second.round, second.n_labels, second.accuracy) == (2, 4, 0.4)
    assert (second.labelled, second.skipped, second.unsure, second.bad) == (1, 0, 0, 1)
    assert second.change == pytest.approx(0.1)
    assert second.seconds is None


def test_each_round_is_measured_with_exactly_the_labels_there_were_at_its_end():
    asked: list[Labels] = []

    def remember(labels: Labels) -> float:
        asked.append(labels)
        return 0.5

    state = state_of(
        given({9: "0"}),
        *(served("a", [1, 2], 1), answered("a", label(1, "1"), skip(2))),
        *(served("b", [2], 2), answered("b", label(2, "3"))),
    )
    rounds(state, remember)
    assert asked == [dict(state.labels_up_to(number)) for number in range(3)]
    assert asked[2] == {9: "0", 1: "1", 2: "3"}


def test_where_the_truth_is_unknown_there_is_neither_accuracy_nor_change():
    state = state_of(
        *(served("a", [1], 1), answered("a", label(1))),
        *(served("b", [2], 2), answered("b", label(2))),
    )
    assert [(r.accuracy, r.change) for r in rounds(state, lambda _: None)] == [(None, None)] * 2


def test_a_round_that_was_undone_altogether_is_gone():
    before = (served("a", [1], 1), answered("a", label(1)))
    after = (*before, served("b", [2], 2), answered("b", label(2)), undone("b", 2))
    assert rounds(state_of(*after), tenth_a_label) == rounds(state_of(*before), tenth_a_label)


def test_a_late_answer_counts_in_the_round_its_batch_was_shown_in():
    state = state_of(
        *(served("a", [1, 2], 1), answered("a", label(1))),
        *(served("b", [3], 2), answered("b", label(3))),
        answered("a", label(2)),
    )
    assert [(r.round, r.labelled, r.n_labels) for r in rounds(state, tenth_a_label)] == [
        (1, 2, 2),
        (2, 1, 3),
    ]


def test_rounds_come_in_their_order_even_when_the_first_was_answered_last():
    state = state_of(
        *(served("a", [1], 1), answered("a")),
        *(served("b", [2, 3], 2), answered("b", label(2), label(3))),
        answered("a", label(1)),
    )
    assert [(r.round, r.n_labels) for r in rounds(state, tenth_a_label)] == [(1, 1), (2, 3)]


def test_a_round_of_many_batches_is_one_round_and_told_of_while_it_is_under_way():
    state = state_of(
        *(served("a", [1, 2, 3], 1), answered("a", label(1))),
        *(served("b", [2, 3, 4], 1), answered("b", label(2))),
        *(served("c", [3, 4, 5], 2), answered("c", label(3))),
    )
    found = rounds(state, tenth_a_label)
    assert [(r.round, r.labelled, r.n_labels) for r in found] == [(1, 2, 2), (2, 1, 3)]
    assert found[1].change == pytest.approx(0.1)


def test_answers_that_were_not_timed_do_not_count_in_the_median():
    timed = [label(1, milliseconds=ms) for ms in (500, None, 1500, 9000)]
    assert median_seconds(timed) == 1.5
    assert median_seconds([label(1)]) is None
    assert median_seconds([]) is None
