"""The published runs, reproduced to the last printed digit."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import classification_report
from sklearn.semi_supervised import LabelSpreading

from core.data import catalogue
from core.errors import UnknownRunError
from core.replay.check import NOTHING, Cell, Place, cells, compare, rounds_csv
from core.replay.published import PrintedRow, PublishedRound, Run, all_runs, find_run
from core.replay.run import ReplayRound, replay

RUNS = all_runs()
ROUNDS = [(run.id, number) for run in RUNS for number in range(len(run.rounds))]
TIED = Place("report", "7", "f1-score")


@cache
def replayed(run_id: str) -> tuple[ReplayRound, ...]:
    return tuple(replay(find_run(run_id)))


def changed(run: Run, **settings: Any) -> Run:
    """The run with other data or another model."""
    return replace(run, config=run.config.model_copy(update=settings))


def published_otherwise(run: Run, number: int, **printed: Any) -> Run:
    """The run as if it had printed something else in one round."""
    rounds = list(run.rounds)
    rounds[number] = replace(rounds[number], **printed)
    return replace(run, rounds=tuple(rounds))


@pytest.mark.parametrize(("run_id", "number"), ROUNDS)
def test_every_published_figure_of_the_round_is_reproduced(run_id: str, number: int):
    assert compare(find_run(run_id), [replayed(run_id)[number]]) == ()


@pytest.mark.parametrize(("run_id", "number"), ROUNDS)
def test_every_printed_cell_of_the_round_is_compared(run_id: str, number: int):
    printed = find_run(run_id).rounds[number]
    compared = cells(find_run(run_id), [replayed(run_id)[number]])
    assert Counter(cell.place.part for cell in compared) == Counter(
        {
            "labels": 1,
            "report": sum(text != "" for row in printed.report for text in row[1:]),
            "confusion matrix": sum(len(row) for row in printed.confusion or ()),
            "queried": 2 * len(printed.queried or ()),
        }
    )
    assert len({cell.place for cell in compared}) == len(compared)
    assert NOTHING not in {text for cell in compared for text in (cell.published, cell.computed)}


def test_the_ten_most_uncertain_digits_of_the_current_demonstration_are_the_published_ones():
    (step,) = replayed("digits-demo-current")
    pairs = [(query.predicted, query.true) for query in step.queries]
    assert pairs == [
        ("1", "2"),
        ("2", "2"),
        ("8", "8"),
        ("1", "8"),
        ("1", "8"),
        ("1", "8"),
        ("3", "3"),
        ("8", "8"),
        ("2", "2"),
        ("7", "2"),
    ]
    entropies = [query.entropy for query in step.queries]
    assert entropies == sorted(entropies)


def test_the_published_runs_are_those_of_four_examples():
    assert [(run.id, run.config.n_given, len(run.rounds)) for run in RUNS] == [
        ("digits-demo-plotly-0.18", 30, 1),
        ("digits-active-0.17", 10, 5),
        ("digits-demo-current", 40, 1),
        ("digits-active-0.20", 40, 5),
    ]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.id)
def test_what_was_published_is_whole(run: Run):
    """Guards the data file: a row or a digit lost there would pass for agreement."""
    for printed in run.rounds:
        *classes, last = (row for row in printed.report if row.name not in run.summary[:-1])
        assert [row.name for row in classes] == list("0123456789")
        assert last.name == run.summary[-1]
        assert sum(int(row.support) for row in classes) == int(last.support)
        assert all(len(text) == 4 for row in printed.report for text in row[1:4] if text)
        for row in printed.confusion or ():
            assert len(row) == len(printed.confusion or ())
        assert (printed.confusion is None) == (run.id == "digits-demo-current")


def test_a_digit_that_no_label_has_named_has_no_row_in_the_matrix():
    assert replayed("digits-active-0.17")[0].classes == ("1", "2", "5", "6", "7", "8", "9")
    assert replayed("digits-active-0.17")[0].confusion.shape == (7, 7)
    assert replayed("digits-demo-plotly-0.18")[0].confusion.shape == (9, 9)
    assert replayed("digits-active-0.17")[1].confusion.shape == (10, 10)


def test_the_one_rounding_tie_is_accepted_by_its_name():
    run = find_run("digits-active-0.17")
    tied = [cell for cell in cells(run, replayed(run.id)) if cell.tie]
    assert tied == [Cell(0, TIED, published="0.83", computed="0.82", tie=True)]
    assert [other.id for other in RUNS if other.ties] == [run.id]
    unnamed = compare(replace(run, ties=()), replayed(run.id))
    assert unnamed == (Cell(0, TIED, published="0.83", computed="0.82", tie=False),)


@pytest.mark.parametrize("printed", ["0.81", "0.84", "0.830"])
def test_a_tie_accepts_nothing_but_what_it_names(printed: str):
    run = find_run("digits-active-0.17")
    report = tuple(
        row._replace(f1=printed) if row.name == "7" else row for row in run.rounds[0].report
    )
    (differing,) = compare(published_otherwise(run, 0, report=report), replayed(run.id))
    assert (differing.place, differing.published) == (TIED, printed)


def test_a_tie_accepts_only_the_value_it_names():
    run = find_run("digits-active-0.17")
    (tie,) = run.ties
    other = replace(run, ties=(replace(tie, exact="67/80"),))
    assert len(compare(other, replayed(run.id))) == 1


ALTERED: list[tuple[str, dict[str, Any], Cell]] = [
    (
        "a share",
        {"report": ("micro avg", "recall", "0.91")},
        Cell(1, Place("report", "micro avg", "recall"), "0.91", "0.90", tie=False),
    ),
    (
        "a support",
        {"report": ("3", "support", "27")},
        Cell(1, Place("report", "3", "support"), "27", "26", tie=False),
    ),
    (
        "more decimals",
        {"report": ("micro avg", "recall", "0.901")},
        Cell(1, Place("report", "micro avg", "recall"), "0.901", "0.902", tie=False),
    ),
    (
        "a number of labels",
        {"labelled": 46},
        Cell(1, Place("labels", "", "printed"), "46", "45", tie=False),
    ),
]


@pytest.mark.parametrize(
    ("printed", "expected"), [case[1:] for case in ALTERED], ids=[case[0] for case in ALTERED]
)
def test_an_altered_figure_is_reported(printed: dict[str, Any], expected: Cell):
    run = find_run("digits-active-0.20")
    if "report" in printed:
        name, column, text = printed["report"]
        rows = run.rounds[1].report
        altered = tuple(r._replace(**{column: text}) if r.name == name else r for r in rows)
        printed = {"report": altered}
    assert compare(published_otherwise(run, 1, **printed), replayed(run.id)) == (expected,)


def test_an_altered_count_in_a_matrix_is_reported():
    run = find_run("digits-active-0.20")
    counts = [list(row) for row in run.rounds[2].confusion or ()]
    counts[5][9] += 1
    altered = published_otherwise(run, 2, confusion=tuple(map(tuple, counts)))
    (differing,) = compare(altered, replayed(run.id))
    assert differing.round == 2
    assert differing.place == Place("confusion matrix", "5", "9")
    assert int(differing.published) == int(differing.computed) + 1


def test_an_altered_pair_of_an_uncertain_digit_is_reported():
    run = find_run("digits-demo-current")
    queried = list(run.rounds[0].queried or ())
    queried[9] = queried[9]._replace(predicted="2")
    altered = published_otherwise(run, 0, queried=tuple(queried))
    (differing,) = compare(altered, replayed(run.id))
    assert differing == Cell(0, Place("queried", "10", "predicted"), "2", "7", tie=False)


def test_figures_that_are_on_one_side_only_are_reported():
    run = find_run("digits-demo-plotly-0.18")
    (printed,) = run.rounds
    fewer = PublishedRound(
        labelled=printed.labelled,
        report=tuple(row for row in printed.report if row.name != "4"),
        confusion=tuple(row[:8] for row in (printed.confusion or ())[:8]),
    )
    differing = compare(replace(run, rounds=(fewer,)), replayed(run.id))
    parts = Counter(cell.place.part for cell in differing)
    assert parts == {"report": 4, "confusion matrix": 8}
    assert {cell.published for cell in differing} == {NOTHING}

    extra_row = PrintedRow("10", "0.00", "0.00", "0.00", "0")
    extra = replace(
        printed,
        report=(*printed.report, extra_row),
        confusion=(*(printed.confusion or ()), (0,) * 9),
    )
    differing = compare(replace(run, rounds=(extra,)), replayed(run.id))
    assert Counter(cell.place.part for cell in differing) == {"report": 4, "confusion matrix": 9}
    assert {cell.computed for cell in differing} == {NOTHING}
    assert {cell.place.row for cell in differing} == {"10", "row 9"}


def test_only_one_run_queries_items_that_have_a_label_and_says_so():
    assert [run.id for run in RUNS if run.queries_labelled_items] == ["digits-active-0.17"]
    assert [run.id for run in RUNS if run.quirk] == ["digits-active-0.17"]


def test_a_queried_item_with_a_label_gains_nothing_but_is_counted():
    run = changed(find_run("digits-active-0.17"), n_given=300, batch_size=20)
    before, after, *_ = replay(run)
    labelled_before = [bool(before.beliefs.labelled[query.index]) for query in before.queries]
    assert any(labelled_before)
    assert after.printed_labels == 320
    gained = after.beliefs.labelled.sum() - before.beliefs.labelled.sum()
    assert gained == labelled_before.count(False) < 20


def test_without_the_quirk_only_unlabelled_items_are_queried():
    run = changed(find_run("digits-active-0.17"), n_given=300, batch_size=5)
    for step in replay(replace(run, queries_labelled_items=False)):
        assert not step.beliefs.labelled[[query.index for query in step.queries]].any()
        assert step.printed_labels == step.beliefs.labelled.sum()


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.id)
def test_the_queried_items_are_the_most_uncertain_ones_and_then_have_their_true_label(run: Run):
    dataset = catalogue.load(run.config)
    assert dataset.truth is not None
    steps = replayed(run.id)
    for number, step in enumerate(steps):
        indices = [query.index for query in step.queries]
        entropies = step.entropy[indices]
        direction = -1 if run.order == "most uncertain first" else 1
        assert (np.diff(entropies) * direction >= 0).all()
        others = np.setdiff1d(np.flatnonzero(~step.beliefs.labelled), indices)
        assert step.entropy[others].max() <= entropies.min()
        assert [query.row for query in step.queries] == dataset.rows[indices].tolist()
        assert [int(query.true) for query in step.queries] == dataset.truth[indices].tolist()
        assert [int(query.predicted) for query in step.queries] == step.predicted[indices].tolist()
        for later in steps[number + 1 :]:
            assert (later.beliefs.labels[indices] == dataset.truth[indices]).all()


def test_a_query_knows_whether_the_model_was_right():
    (step,) = replayed("digits-demo-current")
    assert [query.right for query in step.queries].count(False) == 5


@pytest.mark.parametrize("run_id", ["digits-demo-current", "digits-active-0.20"])
def test_beliefs_and_reports_of_current_runs_are_those_of_scikit_learn(run_id: str):
    run = find_run(run_id)
    dataset = catalogue.load(run.config)
    assert dataset.truth is not None
    for step in replayed(run_id):
        theirs = LabelSpreading(gamma=0.25, max_iter=20).fit(dataset.features, step.beliefs.labels)
        np.testing.assert_allclose(
            step.beliefs.probabilities[:, theirs.classes_],
            theirs.label_distributions_,
            rtol=0,
            atol=1e-12,
        )
        np.testing.assert_array_equal(step.predicted, theirs.transduction_)
        rest = ~step.beliefs.labelled
        report = classification_report(
            dataset.truth[rest], step.predicted[rest], output_dict=True, zero_division=0
        )
        for row in step.report:
            if row.name in report and row.name != "accuracy":
                expected = [report[row.name][k] for k in ("precision", "recall", "f1-score")]
                assert row[1:4] == pytest.approx(expected, abs=1e-12)
                assert row.support == report[row.name]["support"]
        assert step.accuracy_unlabelled == pytest.approx(report["accuracy"], abs=1e-12)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.id)
def test_accuracy_over_all_items_counts_labels_as_right(run: Run):
    for step in replayed(run.id):
        n_labelled = step.beliefs.labelled.sum()
        n_right = step.accuracy_unlabelled * (step.n_items - n_labelled) + n_labelled
        assert step.accuracy_all == pytest.approx(n_right / step.n_items, abs=1e-12)


def test_items_that_no_label_reaches_are_predicted_as_the_first_class_that_is_named():
    """So far apart are digits at this gamma that every similarity is zero."""
    run = changed(find_run("digits-demo-current"), gamma=1000.0)
    dataset = catalogue.load(run.config)
    (step,) = replay(run)
    theirs = LabelSpreading(gamma=1000, max_iter=20).fit(dataset.features, step.beliefs.labels)
    np.testing.assert_array_equal(step.predicted, theirs.transduction_)
    assert np.isinf(step.entropy[~step.beliefs.labelled]).all()


def test_a_run_goes_on_only_when_the_next_round_is_asked_for():
    steps = replay(find_run("digits-active-0.20"))
    assert next(steps).number == 0
    assert next(steps).number == 1


def test_an_unknown_run_lists_those_there_are():
    with pytest.raises(UnknownRunError) as caught:
        find_run("digits-active\n0.21" + 100 * "x")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
    for run in RUNS:
        assert run.id in caught.value.remedy


def test_the_csv_holds_every_number_in_full():
    steps = replayed("digits-active-0.20")
    rows = list(csv.DictReader(rounds_csv(steps).splitlines()))
    assert list(rows[0]) == ["round", "part", "row", "column", "value"]
    values = {(r["round"], r["part"], r["row"], r["column"]): r["value"] for r in rows}
    assert len(values) == len(rows)
    last = steps[4]
    assert float(values["4", "accuracy", "", "all"]) == last.accuracy_all
    assert float(values["4", "report", "9", "precision"]) == last.report[9].precision
    assert int(values["4", "confusion matrix", "9", "8"]) == last.confusion[9, 8]
    assert int(values["4", "queried", "1", "row"]) == last.queries[0].row
    assert float(values["4", "queried", "1", "entropy"]) == last.queries[0].entropy
    per_round = Counter(r["round"] for r in rows)
    assert set(per_round.values()) == {4 + 13 * 4 + 100 + 5 * 4}
