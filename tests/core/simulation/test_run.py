"""Simulated labelling, against cases that can be worked out by hand."""

from __future__ import annotations

import csv
from io import StringIO

import numpy as np
import pytest
from scipy import stats

from core.config import ProjectConfig, recommended
from core.data.dataset import Dataset
from core.errors import InvalidConfigError, LabelspreadError
from core.jobs.progress import CancelledError
from core.simulation.outcome import (
    Interval,
    Outcome,
    Point,
    interval,
    labels_needed,
    needed,
    outcome_csv,
    right_after,
    summarise,
)
from core.simulation.plan import shrunken
from core.simulation.run import answers, learns_like, run_once, simulate
from tests.core.learners import TRUTH, Fake, builds, curve, dataset, outcome_of, plan, strategy


def run(learner: Fake, **options: float) -> list[Point]:
    settings = {"budget": 6, "batch_size": 2, "noise": 0.0, "seed": 0} | options
    return list(run_once(learner, **settings))  # type: ignore[arg-type]


# ---- one run


def test_a_run_is_what_comes_out_by_hand():
    learner = Fake(dataset())
    assert run(learner, batch_size=3) == [
        # a a a, all others taken for a: 3 of 6; of the classes 3/3, 0/2, 0/1.
        Point(3, 3 / 6, 1 / 3, 1),
        # a a a b b c
        Point(6, 1.0, 1.0, 3),
    ]
    four = run(learner, budget=4, batch_size=4)
    # a a a b, all others taken for b: 5 of 6; of the classes 3/3, 2/2, 0/1.
    assert four == [Point(4, 5 / 6, 2 / 3, 2)]


def test_the_last_round_is_as_small_as_the_budget_leaves_it():
    learner = Fake(dataset())
    points = run(learner, budget=5)
    assert learner.sizes == [2, 2, 1]
    assert [point.labels for point in points] == [2, 4, 5]


def test_a_run_ends_where_nothing_is_left_to_ask():
    assert [point.labels for point in run(Fake(dataset()), budget=10, batch_size=4)] == [4, 6]


def test_a_wrong_label_counts_as_wrong_and_finds_no_class():
    points = run(Fake(dataset(), ProjectConfig()), noise=0.5, seed=3, budget=6, batch_size=6)
    said = answers(dataset(), 0.5, 3)
    right = said == TRUTH
    assert 0 < right.sum() < 6
    (point,) = points
    assert point.accuracy == right.mean()
    assert point.classes_found == len(set(np.array(TRUTH)[right]))


def test_the_same_seed_gives_the_same_run_and_another_one_another():
    learner = Fake(dataset([0, 1, 2] * 20), ProjectConfig(query="random"))
    runs = [run(learner, budget=30, batch_size=5, noise=0.1, seed=seed) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


# ---- the oracle


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.1, 0.5])
def test_so_many_answers_are_wrong_and_each_other_class_as_often(noise):
    n_items, n_classes = 20_000, 5
    data = dataset([0, 1, 2, 3, 4] * (n_items // 5), n_classes)
    said = answers(data, noise, 7)
    wrong = said != data.truth
    low, high = stats.binom.interval(0.9999, n_items, noise)
    assert low <= wrong.sum() <= high
    if noise:
        steps = np.bincount((said - np.asarray(data.truth))[wrong] % n_classes, minlength=5)
        assert steps[0] == 0
        assert stats.chisquare(steps[1:]).pvalue > 1e-4


def test_the_oracle_says_the_same_whoever_asks():
    data = dataset([0, 1, 2] * 100)
    first = answers(data, 0.3, 5)
    np.testing.assert_array_equal(first, answers(data, 0.3, 5))
    assert (first != answers(data, 0.3, 6)).any()


def test_without_known_truth_there_is_no_oracle():
    data = dataset()
    unknown = Dataset(
        data.title, data.rows, data.images, data.features, data.class_names, None, data.question
    )
    with pytest.raises(InvalidConfigError, match="true classes of Shapes are not known"):
        answers(unknown, 0, 0)
    with pytest.raises(InvalidConfigError, match="not known"):
        shrunken(unknown, "first_largest")


# ---- class sizes


@pytest.mark.parametrize("sizes", ["as_they_are", "first_largest"])
def test_images_whose_class_is_not_known_take_no_part(sizes):
    data = dataset([0, -1, 1, -1, 0, 1, -1, 0], 2)
    some = shrunken(data, sizes)
    known = shrunken(dataset([0, 1, 0, 1, 0], 2), sizes)
    np.testing.assert_array_equal(some.truth, known.truth)
    assert set(some.rows.tolist()) <= set(data.rows[[0, 2, 4, 5, 7]].tolist())


def counts_of(data: Dataset) -> np.ndarray:
    assert data.truth is not None
    return np.bincount(data.truth)


@pytest.mark.parametrize(
    ("sizes", "counts"),
    [
        ("as_they_are", [100, 100, 100, 100]),
        ("first_largest", [100, 60, 36, 22]),
        ("last_largest", [22, 36, 60, 100]),
    ],
)
def test_classes_shrink_from_one_to_the_next(sizes, counts):
    data = dataset([0, 1, 2, 3] * 100, 4)
    some = shrunken(data, sizes)
    assert counts_of(some).tolist() == counts
    assert (np.diff(some.rows) > 0).all()
    assert some.n_items == len(some.images) == len(some.features) == sum(counts)
    np.testing.assert_array_equal(some.truth, np.asarray(data.truth)[some.rows - 10])


def test_a_small_class_makes_the_others_small_and_none_goes_empty():
    some = shrunken(dataset([0] * 100 + [1] * 6 + [2] * 100), "first_largest")
    assert counts_of(some).tolist() == [10, 6, 4]
    many = shrunken(dataset([i for i in range(10) for _ in range(5)], 10), "first_largest")
    assert counts_of(many).tolist() == [5, 3, 2, 1, 1, 1, 1, 1, 1, 1]


def test_a_class_without_images_is_passed_over():
    some = shrunken(dataset([0] * 50 + [2] * 50), "first_largest")
    assert counts_of(some).tolist() == [50, 0, 30]


# ---- what is to be simulated


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"strategies": ()}, "choose 1 to 8 strategies, not 0"),
        ({"strategies": [strategy(str(i)) for i in range(9)]}, "choose 1 to 8 strategies, not 9"),
        ({"strategies": [strategy("a"), strategy("A ")]}, "two strategies have the same name"),
        ({"strategies": [strategy(" ")]}, "a strategy's name has 1 to 40"),
        ({"strategies": [strategy("x" * 41)]}, "a strategy's name has 1 to 40"),
        ({"seeds": 0}, "there can be 1 to 50 runs, not 0"),
        ({"seeds": 51}, "there can be 1 to 50 runs, not 51"),
        ({"budget": 0}, "at least 1 label has to be given"),
        ({"budget": 101}, "101 labels cannot be given to 100 images"),
        ({"batch_size": 21}, "1 to 20 labels can be given at a time, not 21"),
        ({"noise": 0.51}, "0 to 50 % of the answers can be wrong"),
        ({"noise": float("nan")}, "finite"),
        ({"n_samples": 1_798}, "1,797 digits"),
        ({"sizes": "odd"}, "sizes"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(values, complaint):
    with pytest.raises(InvalidConfigError) as refused:
        plan(**values)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_more_rounds_than_can_be_kept_are_refused():
    with pytest.raises(InvalidConfigError, match="rounds are more than the 100,000"):
        plan(
            *(strategy(str(i)) for i in range(8)),
            n_samples=1_797,
            budget=1_797,
            seeds=50,
            batch_size=1,
        )


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InvalidConfigError) as refused:
        plan(seeds=0, noise=0.9, budget=1_000)
    assert str(refused.value).count(";") == 2


def test_a_strategy_learns_on_the_images_of_the_plan():
    own = strategy(n_samples=500, batch_size=3, n_given=5, alpha=0.9)
    config = plan(own, n_samples=80, batch_size=20, budget=40).config_of(own)
    assert (config.n_samples, config.batch_size, config.n_given) == (80, 20, 0)
    assert config.alpha == 0.9


def test_strategies_that_only_ask_otherwise_learn_alike():
    one, two = recommended(), recommended(query="entropy", opening="random", decision="raw")
    assert learns_like(one) == learns_like(two)
    assert learns_like(one) != learns_like(recommended(alpha=0.5))


# ---- all runs


def test_each_strategy_is_run_with_each_seed_and_all_take_turns():
    built: list[ProjectConfig] = []
    outcome = simulate(
        plan(strategy("One"), strategy("Two", query="random"), seeds=3, budget=20), builds(built)
    )
    assert [(curve.strategy, curve.seed) for curve in outcome.curves] == [
        (name, seed) for seed in range(3) for name in ("One", "Two")
    ]
    assert len(built) == 1, "they learn alike and share an engine"
    assert all(curve.finished for curve in outcome.curves)
    assert (outcome.n_items, outcome.n_classes, outcome.title) == (100, 3, "Shapes")


def test_strategies_that_learn_otherwise_have_engines_of_their_own():
    built: list[ProjectConfig] = []
    simulate(plan(strategy("One"), strategy("Two", alpha=0.5), seeds=1, budget=10), builds(built))
    assert [config.alpha for config in built] == [0.99, 0.5]


def test_it_tells_how_far_it_is_and_what_there_is():
    told: list[tuple[str, float]] = []
    kept: list[Outcome] = []
    made = plan(strategy("One"), strategy("Two"), seeds=2, budget=20, batch_size=10)
    outcome = simulate(made, builds(), lambda *step: told.append(step), kept.append)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert told[0][0] == "One, run 1 of 2"
    assert kept[0].curves[0].points[0].labels == 10
    assert not kept[0].curves[0].finished
    assert kept[-1] == outcome


def test_it_stops_when_it_is_told_to_and_what_was_finished_is_there():
    kept: list[Outcome] = []

    def enough(_stage: str, share: float) -> None:
        if share > 0.6:
            raise CancelledError

    made = plan(strategy("One"), strategy("Two"), seeds=2, budget=20)
    with pytest.raises(CancelledError):
        simulate(made, builds(), enough, kept.append)
    assert len(kept[-1].curves) == 3
    finished = kept[-1].finished(cancelled=True)
    assert [curve.strategy for curve in finished.curves] == ["One", "Two"]
    assert finished.cancelled


def test_more_labels_than_the_class_sizes_leave_are_refused():
    with pytest.raises(LabelspreadError, match="20 labels cannot be given to the 6 images"):
        simulate(plan(budget=20), builds(None, dataset()))


def test_an_outcome_comes_back_from_json_as_it_was():
    outcome = simulate(plan(seeds=2, budget=20, noise=0.1), builds())
    assert Outcome.model_validate_json(outcome.model_dump_json()) == outcome


# ---- what came out


@pytest.mark.parametrize("values", [[0.5, 0.6], [0.91, 0.93, 0.97], [1.0, 2.0, 4.0, 8.0, 16.0]])
def test_the_interval_is_that_of_students_t(values):
    found = interval(values)
    low, high = stats.t.interval(
        0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values)
    )
    assert found.half is not None
    assert (found.mean - found.half, found.mean + found.half) == pytest.approx((low, high))


def test_one_value_has_no_interval_and_equal_ones_have_none_to_speak_of():
    assert interval([0.3]) == Interval(0.3, None)
    assert interval([0.1 + 0.2] * 7) == Interval(0.1 + 0.2, 0.0)


def test_an_interval_is_within_bounds_that_both_of_its_ends_keep():
    assert Interval(0.5, 0.5).is_within(0, 1)
    assert Interval(1.0, None).is_within(0, 1)
    assert not Interval(0.75, 0.5).is_within(0, 1)
    assert not Interval(0.25, 0.5).is_within(0, 1)


def test_a_level_is_reached_where_the_curve_first_gets_there():
    points = curve(0, 0.5, 0.9, 0.89, 0.95).points
    assert labels_needed(points, 0.9) == 20
    assert labels_needed(points, 0.91) == 40
    assert labels_needed(points, 0.96) is None


def test_labels_needed_are_told_only_if_all_runs_got_there():
    curves = [curve(0, 0.5, 0.9), curve(1, 0.9, 0.95), curve(2, 0.95, 0.99)]
    all_of_them = needed(curves, 0.9)
    assert (all_of_them.reached, all_of_them.runs) == (3, 3)
    assert all_of_them.labels == interval([20, 10, 10])
    some = needed(curves, 0.95)
    assert (some.reached, some.runs, some.labels) == (2, 3, None)
    assert (needed([], 0.9).runs, needed([], 0.9).labels) == (0, None)


def test_right_after_so_many_labels_is_that_of_the_round_before():
    curves = [curve(0, 0.5, 0.9, step=15), curve(1, 0.7, 0.8, step=15)]
    assert right_after(curves, 10) is None
    assert right_after(curves, 20) == interval([0.5, 0.7])
    assert right_after(curves, 30) == interval([0.9, 0.8])
    assert right_after(curves, 31) is None
    assert right_after([], 10) is None


def test_a_summary_is_over_finished_runs():
    outcome = outcome_of(curve(0, 0.5, 0.9), curve(1, 0.7, 0.92), curve(2, 0.1, finished=False))
    (summary,) = summarise(outcome)
    assert (summary.strategy, summary.runs) == ("One", 2)
    assert summary.curve.labels == (10, 20)
    assert summary.curve.accuracy == (interval([0.5, 0.7]), interval([0.9, 0.92]))
    assert summary.curve.macro_recall[0] == interval([0.25, 0.35])
    assert summary.curve.runs == (2, 2)
    assert summary.needed[0].labels == Interval(20, 0.0)
    assert summary.right_after[:2] == (interval([0.5, 0.7]), interval([0.9, 0.92]))
    assert summary.right_after[2:] == (None, None)
    assert summary.classes_found == Interval(2, 0.0)


def test_the_run_under_way_stands_in_while_there_is_no_other():
    (summary,) = summarise(outcome_of(curve(0, 0.5, finished=False)))
    assert summary.runs == 1
    assert summary.curve.accuracy == (Interval(0.5, None),)


def test_before_the_first_round_a_summary_is_empty():
    (summary,) = summarise(outcome_of())
    assert (summary.runs, summary.curve.labels, summary.classes_found) == (0, (), None)


def test_the_numbers_as_csv_are_tidy():
    outcome = outcome_of(curve(0, 1 / 3, 0.9), curve(1, 0.7))
    rows = list(csv.DictReader(StringIO(outcome_csv(outcome))))
    assert list(rows[0]) == [
        "strategy",
        "seed",
        "labels",
        "accuracy",
        "macro_recall",
        "classes_found",
    ]
    assert len(rows) == 3
    assert float(rows[0]["accuracy"]) == 1 / 3
    assert [row["seed"] for row in rows] == ["0", "0", "1"]
