import pytest

from core.figures.learning_curve import (
    axis_of_percents,
    draw_learning_curve,
    learning_curve_data,
    tick_of_labels,
)
from core.figures.palette import LIGHT
from core.service.rounds import RoundRecord


def record(round_: int, n_labels: int, accuracy: float | None, change: float | None) -> RoundRecord:
    return RoundRecord(round_, n_labels, 10 * round_, 10, 0, 0, 0, accuracy, change, 1.0)


ROUNDS = (record(0, 1, 0.25, None), record(1, 11, 0.95, 0.70), record(2, 1021, 0.93, -0.02))


def test_there_is_a_point_for_every_round():
    data = learning_curve_data(ROUNDS)
    assert data.rounds == (0, 1, 2)
    assert data.given == (1, 11, 1021)
    assert data.percents == pytest.approx((25, 95, 93))
    assert data.changes[0] is None
    assert data.changes[1:] == pytest.approx((70, -2))


def test_by_answers_the_curve_runs_forwards_where_labels_become_fewer():
    records = [
        RoundRecord(number, n_labels, n_answers, 5, 0, 0, 0, 0.9, None, 1.0)
        for number, n_labels, n_answers in ((1, 10, 10), (2, 7, 30), (3, 8, 20))
    ]
    data = learning_curve_data(records, "answer")
    assert (data.rounds, data.given) == ((1, 3, 2), (10, 20, 30))
    figure = draw_learning_curve(data, LIGHT)
    assert figure.layout.xaxis.title.text == "answers given"
    assert figure.data[0].hovertext[0] == "round 1: 10 answers, accuracy 90.0 %"


def test_without_a_known_truth_there_is_no_curve():
    data = learning_curve_data([record(1, 10, None, None)])
    assert data == learning_curve_data([])


def test_the_line_runs_through_the_points():
    data = learning_curve_data(ROUNDS)
    (line,) = draw_learning_curve(data, LIGHT).data
    assert line.x == data.given
    assert line.y == data.percents


def test_hovering_says_round_labels_share_and_change():
    (line,) = draw_learning_curve(learning_curve_data(ROUNDS), LIGHT).data
    assert line.hovertext == (
        "before round 1: 1 label, accuracy 25.0 %",
        "round 1: 11 labels, accuracy 95.0 % (+70.0)",
        "round 2: 1,021 labels, accuracy 93.0 % (−2.0)",
    )


@pytest.mark.parametrize(
    ("percents", "floor"), [([8, 99], 0), ([49.2, 90], 40), ([61], 60), ([97, 99], 95), ([], 0)]
)
def test_the_axis_begins_a_little_below_the_lowest_point(percents, floor):
    assert axis_of_percents(percents)[0] == floor


@pytest.mark.parametrize("lowest", range(0, 101, 5))
def test_the_axis_holds_all_points_and_ends_on_a_tick(lowest):
    floor, tick = axis_of_percents([lowest, 100])
    assert floor <= lowest
    assert (100 - floor) % tick == 0


@pytest.mark.parametrize(("span", "tick"), [(2, 1), (12, 2), (32, 5), (130, 20), (1800, 500)])
def test_ticks_on_the_axis_of_labels_are_whole_and_round(span, tick):
    assert tick_of_labels(span) == tick


def test_a_single_round_is_one_mark_with_its_number_below():
    figure = draw_learning_curve(learning_curve_data(ROUNDS[1:2]), LIGHT, compact=True)
    assert figure.data[0].mode == "lines+markers"
    assert figure.layout.xaxis.tickvals == (11,)
    low, high = figure.layout.xaxis.range
    assert low < 11 < high


def test_before_the_first_round_the_figure_says_so_in_the_same_place():
    empty = draw_learning_curve(learning_curve_data([]), LIGHT, compact=True)
    some = draw_learning_curve(learning_curve_data(ROUNDS), LIGHT, compact=True)
    assert empty.layout.annotations[0].text == "Starts with the first label"
    assert not some.layout.annotations
    assert empty.layout.height == some.layout.height
