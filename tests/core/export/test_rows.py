"""One row an item, held against the set, the answers and the model."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import numpy as np
import pytest

from core.config import recommended
from core.data.fingerprint import image_name
from core.export.rows import AT_A_TIME, EXPLAINED, Choice, Counts, Labelled, Row, Wanted
from core.service.exporting import labelled_of
from core.service.labelling import Service
from core.session.events import AnswerKind
from core.storage import MemoryStore
from tests.core.builders import TickingClock, label, numbered
from tests.core.export.conftest import IMAGES, NAMES, TRUTH
from tests.core.service.test_auditing import labelled as labelled_project
from tests.core.service.test_auditing import truth_of


@pytest.fixture
def labelled(view) -> Labelled:
    return labelled_of(view)


@pytest.fixture
def rows(labelled) -> dict[int, Row]:
    return {row.number: row for some in labelled.some(Choice()) for row in some.rows}


def test_every_item_has_a_row_with_its_image_and_the_class_that_the_set_names(rows):
    assert list(rows) == list(range(40))
    assert [row.image_name for row in rows.values()] == [image_name(image) for image in IMAGES]
    assert [row.true_label for row in rows.values()] == [
        *(NAMES[i] for i in TRUTH[:36]),
        *(None,) * 4,
    ]
    assert [row.row for row in rows.values()] == list(range(40))
    assert list(EXPLAINED) == list(Row._fields)


def test_what_a_person_said_is_there_as_it_was_said(rows, answers):
    for item, answer in answers.items():
        row = rows[item]
        assert (row.human_label, row.answer) == (answer.label, answer.kind.value)
        assert (row.annotator, row.round, row.asked) == ("local", 1, "opening")
        assert isinstance(row.answered_at, datetime)
        assert row.seconds == (answer.milliseconds and answer.milliseconds / 1000)
    assert {row.answer for number, row in rows.items() if number not in answers} == {None}


def test_what_a_person_has_said_something_of_is_reviewed(rows, answers):
    said = {item for item, answer in answers.items() if answer.kind != "skip"}
    assert {number for number, row in rows.items() if row.reviewed} == said


def test_whether_the_prediction_was_seen_is_told_where_that_was_noted(rows, answers):
    told = {None: None, True: "hidden", False: "shown"}
    assert {answer.hidden for answer in answers.values()} == set(told)
    for item, answer in answers.items():
        assert rows[item].prediction == told[answer.hidden]
    assert {row.prediction for number, row in rows.items() if number not in answers} == {None}


def test_of_a_corrected_answer_nobody_knows_what_was_seen(service, project, view, answers):
    item = next(item for item, answer in answers.items() if answer.hidden)
    batch_id = view.state.answer_to(item).batch_id
    assert service.correct(project, batch_id, label(item, "sandal"))
    labelled = labelled_of(service.view(project))
    row = next(r for some in labelled.some(Choice()) for r in some.rows if r.number == item)
    assert (row.label, row.prediction, row.seconds) == ("sandal", None, 1.5)


def test_a_label_that_was_given_wins_over_the_model_and_a_bad_image_has_none(rows, answers):
    said = {item: a.label for item, a in answers.items() if a.kind is AnswerKind.LABEL}
    bad = {item for item, answer in answers.items() if answer.kind is AnswerKind.BAD}
    for item, row in rows.items():
        if item in said:
            assert (row.label, row.source) == (said[item], "human")
        elif item in bad:
            assert (row.label, row.source) == (None, None)
        elif item in {0, 1}:
            assert (row.label, row.source, row.given_label) == (NAMES[item], "given", NAMES[item])
        else:
            assert row.label == row.model_label
            assert row.source == (None if row.model_label is None else "model")


def test_the_model_says_of_each_item_what_it_believes(rows, view):
    probabilities = view.beliefs.probabilities
    for item, row in rows.items():
        if not probabilities[item].any():
            assert (row.model_label, row.model_probability) == (None, None)
        else:
            assert row.model_label == NAMES[probabilities[item].argmax()]
            assert row.model_probability is None, "a handful of labels do not tell"


def test_a_probability_is_how_likely_the_model_is_right_and_what_is_sure_goes_by_it():
    service = Service(MemoryStore(), clock=TickingClock(), new_id=numbered("id"))
    config = recommended(n_samples=120)
    view = labelled_project(service, config, 50, truth_of)
    judged = service.judged(view)
    assert judged is not None
    assert judged.calibration is not None
    second, best = np.sort(view.beliefs.probabilities, axis=1)[:, -2:].T
    expected = judged.calibration.probability(best - second)
    labelled = labelled_of(view)
    everything = [row for some in labelled.some(Choice()) for row in some.rows]
    positions = view.engine.positions([row.number for row in everything])
    told = [row.model_probability for row in everything]
    np.testing.assert_allclose(np.array(told, dtype=float), expected[positions])
    sure = {row.number for some in labelled.some(Choice("sure", 0.9)) for row in some.rows}
    likely = {row.number for row in everything if (row.model_probability or 0) >= 0.9}
    assert sure == likely | view.labels.keys()
    assert likely - view.labels.keys()
    assert labelled.quality == judged.audit.sentence()


@pytest.mark.parametrize("wanted", get_args(Wanted))
@pytest.mark.parametrize("least", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("with_label", [False, True])
def test_what_is_counted_is_what_is_taken(labelled, wanted, least, with_label):
    choice = Choice(wanted, least, with_label=with_label)
    taken = [row for some in labelled.some(choice) for row in some.rows]
    of = [row.source for row in taken]
    counts = Counts(of.count("human"), of.count("given"), of.count("model"), of.count(None))
    assert labelled.count(choice) == counts
    assert counts.rows == len(taken)
    assert counts.bare == 0 or not with_label
    if wanted == "sure":
        assert all((row.model_probability or 0) >= least for row in taken if row.source == "model")


def test_nothing_is_the_models_where_only_what_was_labelled_is_wanted(labelled, answers):
    taken = {row.number for some in labelled.some(Choice("labelled")) for row in some.rows}
    assert taken == {0, 1} | {i for i, a in answers.items() if a.kind is AnswerKind.LABEL}


def test_labels_whose_image_is_gone_are_there_at_the_end(service, project, folder, answers):
    gone = next(item for item, answer in answers.items() if answer.label == "boot")
    left = np.delete(np.arange(40), gone)
    np.savez(
        folder / "shoes.npz",
        images=IMAGES[left],
        labels=np.where(left < 36, TRUTH[left], -1),
        class_names=np.array(NAMES),
    )
    labelled = labelled_of(service.view(project))
    some = list(labelled.some(Choice()))
    last = some[-1].rows[-1]
    assert (last.number, last.label, last.source) == (gone, "boot", "human")
    assert (last.image_name, last.model_label) == (image_name(IMAGES[gone]), None)
    assert some[-1].positions[-1] == -1
    assert labelled.count(Choice()).rows == sum(len(part.rows) for part in some) == 40
    with_image = [row for part in labelled.some(Choice(with_image=True)) for row in part.rows]
    assert {row.row for row in with_image} == set(range(39))
    for row in with_image:
        assert row.row is not None
        assert row.image_name == image_name(IMAGES[left[row.row]]), "it is there in the file now"
    assert labelled.count(Choice(with_image=True)).rows == 39


def test_rows_come_some_at_a_time():
    assert 1_000 <= AT_A_TIME <= 20_000
