"""The presentation shows what the replay computed, and nothing else."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from core.data import catalogue
from core.data.pictures import ink_url
from core.figures.presentation import stage_data
from core.replay.published import all_runs, find_run
from core.replay.run import ReplayRound, replay
from core.wording import percent

RUNS = [run.id for run in all_runs()]
LESSONS = ("First.", "Second.", "Third.")


@cache
def replayed(run_id: str) -> tuple[ReplayRound, ...]:
    return tuple(replay(find_run(run_id)))


def shown(run_id: str, differing: tuple[int, ...] = (), current: int = 0) -> dict[str, Any]:
    return stage_data(find_run(run_id), replayed(run_id), differing, current, LESSONS).model_dump(
        mode="json"
    )


@pytest.mark.parametrize("run_id", RUNS)
def test_every_number_is_that_of_the_replay(run_id: str):
    data = shown(run_id)
    assert (data["run"], data["title"]) == (run_id, find_run(run_id).title)
    for step, told in zip(replayed(run_id), data["rounds"], strict=True):
        assert [figure["value"] for figure in told["figures"]] == [
            str(step.printed_labels),
            percent(step.accuracy_unlabelled),
            percent(step.accuracy_all),
        ]
        assert told["labels"] == step.printed_labels
        assert told["share"] == step.accuracy_unlabelled
        assert told["right"] == percent(step.accuracy_unlabelled)
        assert tuple(told["matrix"]["classes"]) == step.classes
        assert told["matrix"]["counts"] == step.confusion.tolist()


@pytest.mark.parametrize("run_id", RUNS)
def test_the_digits_are_those_the_model_is_least_sure_of(run_id: str):
    images = catalogue.load(find_run(run_id).config).images
    for step, told in zip(replayed(run_id), shown(run_id)["rounds"], strict=True):
        assert [
            (query["image"], query["predicted"], query["true"], query["right"])
            for query in told["queries"]
        ] == [
            (
                ink_url(images[query.index], smooth=True),
                query.predicted,
                query.true,
                query.right,
            )
            for query in step.queries
        ]


@pytest.mark.parametrize("run_id", RUNS)
def test_what_else_a_digit_may_be_is_the_class_that_comes_next(run_id: str):
    for step, told in zip(replayed(run_id), shown(run_id)["rounds"], strict=True):
        for query, asked in zip(step.queries, told["queries"], strict=True):
            chances = step.beliefs.probabilities[query.index]
            first, second = np.argsort(-chances)[:2]
            named = str(second) if chances[second] > 0 else ""
            assert (asked["predicted"], asked["rival"]) == (str(first), named) or (
                chances.sum() == 0 and asked["rival"] == ""
            )


@pytest.mark.parametrize("run_id", RUNS)
def test_the_data_can_be_sent_to_a_browser(run_id: str):
    assert json.loads(json.dumps(shown(run_id), allow_nan=False))["run"] == run_id


def test_a_round_is_told_in_words_with_the_change_since_the_last():
    second = shown("digits-active-0.20")["rounds"][1]
    assert second["name"] == "Round 2 of 5"
    assert second["headline"] == "Round 2 of 5: 45 labels, accuracy 90.2 % on the 285 unlabelled."
    assert [(figure["caption"], figure["change"]) for figure in second["figures"]] == [
        ("labels", "+5"),
        ("accuracy on 285 unlabelled", "+3.3 points"),
        ("accuracy on all 330", "+3.0 points"),
    ]
    assert second["wrong"] == "2 wrong"
    asked = second["queries"][3]
    assert asked["alt"] == "Digit: predicted 8"
    assert asked["told"] == "Digit: predicted 8, true 2 (wrong)"
    assert second["matrix"]["note"] == "Most often: 5 predicted as 9, 10 times."


def test_the_first_round_has_nothing_to_compare_with():
    first = shown("digits-active-0.20")["rounds"][0]
    assert {(figure["change"], figure["trend"]) for figure in first["figures"]} == {("", "")}


def test_a_change_for_the_worse_is_told_as_such():
    run = find_run("digits-active-0.20")
    later, earlier = replayed(run.id)[1::-1]
    _, figures = (
        shown.figures for shown in stage_data(run, (later, earlier), (), 0, LESSONS).rounds
    )
    assert [(figure.change, figure.trend) for figure in figures[1:]] == [
        ("−3.3 points", "worse"),
        ("−3.0 points", "worse"),
    ]


def test_a_run_of_one_round_bears_its_figures_title():
    run = find_run("digits-demo-current")
    (only,) = shown(run.id)["rounds"]
    assert only["name"] == run.figure_title
    assert only["asked"] == "The model is least sure of these 10"


def test_the_model_asks_in_all_rounds_but_the_last():
    asked = [told["asked"] for told in shown("digits-active-0.20")["rounds"]]
    assert asked == ["The model is least sure of these 5, and asks"] * 4 + [
        "The model is least sure of these 5"
    ]


def test_classes_without_a_label_are_named():
    notes = [told["matrix"]["note"] for told in shown("digits-active-0.17")["rounds"]]
    assert notes[0].endswith("0, 3 and 4 have no label yet.")
    assert not any("no label" in note for note in notes[1:])
    (only,) = shown("digits-demo-plotly-0.18")["rounds"]
    assert only["matrix"]["note"].endswith("3 has no label yet.")


def test_the_rounds_that_differ_from_the_published_ones_are_marked():
    data = shown("digits-active-0.20", differing=(1, 3), current=2)
    assert [told["identical"] for told in data["rounds"]] == [True, False, True, False, True]
    assert data["current"] == 2


def test_further_rounds_keep_the_last_lesson():
    lessons = [told["lesson"] for told in shown("digits-active-0.20")["rounds"]]
    assert lessons == ["First.", "Second.", "Third.", "Third.", "Third."]
