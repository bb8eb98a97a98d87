"""How long answers take, and what is known of each question that was answered."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from statistics import median, quantiles

import numpy as np
import pytest

from core.quality.asked import Asked, asked
from core.quality.timing import PAUSE, by_round, times, timing
from core.session.events import (
    AnswerKind,
    Classes,
    ClassesRenamed,
    ClassRemoved,
    Corrected,
    Hiding,
    Served,
)
from tests.core.builders import answered, label, skip, state_of, undone

PLAIN = Asked(1, "ann", "cat", 1000, False, "cat", True, False, 0.0, False, None, "cat")


def batch(
    name: str,
    predicted: dict[int, str | None],
    again: tuple[str, ...] = (),
    hiding: Hiding | None = None,
) -> Served:
    return Served(
        batch_id=name,
        round=1,
        items=tuple(predicted),
        predicted=tuple(predicted.values()),
        confidence=(0.5,) * len(predicted),
        again=again,
        hiding=hiding,
    )


def test_a_question_knows_what_was_predicted_said_and_hidden():
    hiding = Hiding(0.25, (2,))
    state = state_of(
        Classes(names=("cat", "dog")),
        batch("a", {1: "cat", 2: "dog", 3: None}, hiding=hiding),
        answered("a", replace(label(1, "cat", 700), hidden=False), label(2, "cat", 900), skip(3)),
    )
    first, second, third = asked(state, {1: "dog"})
    assert first == Asked(
        1, "local", "cat", 700, False, "cat", True, False, 0.25, False, "dog", "cat"
    )
    assert (second.hidden, second.lot, second.agreed, second.truth) == (True, True, False, None)
    assert (third.label, third.predicted, third.agreed, third.hidden) == (None, None, False, None)


def test_the_first_answer_counts_though_it_was_corrected_and_its_time_stays():
    state = state_of(
        batch("a", {1: "cat"}),
        answered("a", label(1, "cat", 700)),
        Corrected(batch_id="a", answer=label(1, "dog")),
    )
    (one,) = asked(state, {})
    assert (one.agreed, one.label, one.stands, one.milliseconds) == (True, "dog", "dog", 700)


def test_an_answer_that_was_undone_is_none_and_the_next_one_is():
    state = state_of(
        batch("a", {1: "cat"}),
        answered("a", label(1, "cat", 700)),
        undone("a", 1),
        batch("b", {1: "cat"}, again=("a",)),
        answered("b", label(1, "dog", 300)),
    )
    (one,) = asked(state, {})
    assert (one.agreed, one.milliseconds) == (False, 300)


def test_predictions_are_called_what_their_classes_are_called_now():
    swap = ClassesRenamed(names={"cat": "dog", "dog": "cat"})
    state = state_of(
        Classes(names=("cat", "dog", "owl")),
        batch("a", {1: "cat", 2: "cat", 3: "owl"}),
        answered("a", label(1, "cat"), label(2, "dog"), label(3, "owl")),
        swap,
        ClassRemoved(name="owl", becomes=AnswerKind.UNSURE),
    )
    told = [(one.predicted, one.label, one.agreed) for one in asked(state, {})]
    assert told == [("dog", "dog", True), ("dog", "cat", False), (None, None, False)]


def test_times_are_medians_and_their_quartiles():
    random = np.random.default_rng(3)
    taken = random.integers(200, 9_000, 101).tolist()
    questions = [PLAIN._replace(milliseconds=one, round=1 + i // 20) for i, one in enumerate(taken)]
    found = times([*questions, PLAIN._replace(milliseconds=None)])
    assert (found.n, found.median) == (101, median(taken) / 1000)
    rounds = by_round(questions)
    assert [(one.first, one.last, one.n) for one in rounds] == [
        *((number, number, 20) for number in range(1, 6)),
        (6, 6, 1),
    ]
    expected = quantiles(taken[:20], n=4, method="inclusive")
    told = [1000 * one for one in (rounds[0].low, rounds[0].median, rounds[0].high)]
    assert told == pytest.approx(expected)


def test_a_pause_is_counted_and_moves_no_median_to_speak_of():
    questions = [PLAIN] * 30 + [PLAIN._replace(milliseconds=3_600_000)]
    found = timing(questions, ["cat"])
    assert (found.single.median, found.n_pauses, found.seconds) == (1.0, 1, 30.0)
    assert PAUSE < 3600


def test_of_no_answers_nothing_is_told():
    found = timing([], ["cat"])
    assert isnan(found.single.median)
    assert (found.single.n, found.classes, found.first, found.lately) == (0, (), None, None)
    assert by_round([]) == ()


def test_answers_are_told_by_class_and_those_to_many_at_once_apart():
    questions = [
        *[PLAIN] * 3,
        *[PLAIN._replace(label="dog", milliseconds=2_000)] * 7,
        PLAIN._replace(label=None, milliseconds=5_000),
        *[PLAIN._replace(is_grid=True, milliseconds=50)] * 40,
    ]
    found = timing(questions, ["owl", "dog", "cat"])
    assert [(name, one.n, one.median) for name, one in found.classes] == [
        ("dog", 7, 2.0),
        ("cat", 3, 1.0),
    ]
    assert (found.single.n, found.grid.n, found.grid.median) == (11, 40, 0.05)
    assert (found.unlabelled.n, found.unlabelled.median) == (1, 5.0)
    assert [one.n for one in by_round(questions, "dog")] == [7]


def test_the_beginning_is_compared_with_the_end_once_there_are_fifty():
    slow = [PLAIN._replace(milliseconds=4_000)] * 25
    assert timing([*slow, *[PLAIN] * 24], []).first is None
    found = timing([*slow, *[PLAIN] * 25], [])
    assert found.first is not None
    assert found.lately is not None
    assert (found.first.median, found.lately.median, found.lately.n) == (4.0, 1.0, 10)


@pytest.mark.parametrize(("n_rounds", "n_points"), [(60, 60), (61, 31), (1_000, 59)])
def test_many_rounds_are_told_some_at_a_time(n_rounds, n_points):
    points = by_round(PLAIN._replace(round=1 + i) for i in range(n_rounds))
    assert len(points) == n_points
    assert sum(one.n for one in points) == n_rounds
    assert (points[0].first, points[-1].last) == (1, n_rounds)
