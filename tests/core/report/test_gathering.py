"""What a report says is what the project says."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from core.config import classic, recommended
from core.jobs.progress import CancelledError
from core.report.findings import Fact
from core.report.gathering import gather
from core.report.settings_told import settings_told
from core.service.reviewing import review
from tests.core.report.conftest import N_ITEMS

TRUTH = load_digits().target[:N_ITEMS]


def values(facts: tuple[Fact, ...]) -> dict[str, str]:
    return {fact.name: fact.value for fact in facts}


@pytest.fixture(scope="module")
def view(service, known):
    return service.view(known)


@pytest.fixture(scope="module")
def findings(service, known):
    return gather(service, known)


def test_metrics_are_scikit_learns(findings, view):
    predicted = view.beliefs.predicted
    quality = findings.quality
    accuracy = f"{100 * accuracy_score(TRUTH, predicted):.1f} %"
    assert values(quality.facts)["Accuracy, all images"] == accuracy
    assert values(findings.figures)["Accuracy"] == accuracy
    precision, recall, f1, support = precision_recall_fscore_support(
        TRUTH, predicted, labels=range(10), zero_division=0
    )
    for number, one in enumerate(quality.classes):
        told = [f"{100 * figure[number]:.1f} %" for figure in (precision, recall, f1)]
        assert [one.precision, one.recall, one.f1] == told
        assert one.support == support[number]


def test_the_matrix_counts_every_image_once(findings):
    counts = np.array([[cell.count for cell in cells] for _, cells in findings.quality.matrix.rows])
    assert counts.sum() == N_ITEMS
    assert counts.sum(axis=1).tolist() == np.bincount(TRUTH).tolist()
    for row, (_, cells) in enumerate(findings.quality.matrix.rows):
        for column, cell in enumerate(cells):
            kind = "right" if row == column else "unreached" if column == 10 else "wrong"
            assert cell.kind == (kind if cell.count else "empty")
            assert (cell.strength > 0) == bool(cell.count)


def test_classes_are_counted_and_have_examples_of_their_own(findings, view):
    labels, predicted = view.beliefs.labels, view.beliefs.predicted
    for number, one in enumerate(findings.classes):
        assert one.n_labels == (labels == number).sum()
        assert one.n_images == (predicted == number).sum()
        assert {labels[picture.number] for picture in one.examples} <= {number}


def test_pictures_are_small_and_those_of_their_item(findings):
    picture = next(one for each in findings.classes for one in each.examples)
    head, _, content = picture.url.partition(",")
    assert head == "data:image/png;base64"
    drawn = np.asarray(Image.open(BytesIO(base64.b64decode(content))).getchannel("A"), dtype=float)
    assert drawn.shape == (80, 80)
    # Ink is where the digit's is.
    digit = load_digits().images[picture.number]
    small = drawn[8:72, 8:72].reshape(8, 8, 8, 8).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), digit.ravel())[0, 1] > 0.9


def test_mistakes_are_those_of_the_review_page_and_of_the_truth(findings, view):
    given = view.beliefs.labels
    wrong = np.flatnonzero((given >= 0) & (given != TRUTH))
    told = values(findings.mistakes)
    n_given = int((given >= 0).sum())
    assert told["Labels that differ from the truth"] == f"{len(wrong)} of {n_given}"
    assert told["Unsure"] == str(len(view.state.set_aside))
    galleries = {one.title: one for one in findings.galleries}
    differing = galleries["Labels that differ from the truth"].pictures
    assert [one.number for one in differing] == wrong[:18].tolist()
    doubted = galleries["Labels that others contradict, the most suspicious first"].pictures
    cases = review(view, "contradicted").cases[:18]
    assert [one.number for one in doubted] == [case.items[0] for case in cases]
    assert [one.other for one in doubted] == [case.other for case in cases]


def test_wrong_predictions_are_shown_the_surest_first(service, make):
    project = make("Begun", 1)
    view = service.view(project)
    (shown,) = (
        one for one in gather(service, project).galleries if one.title.startswith("Predictions")
    )
    predicted = view.beliefs.predicted
    wrong = (predicted != TRUTH) & (predicted >= 0) & (view.beliefs.labels < 0)
    n = wrong.sum()
    assert n > 1
    which = f"All {n}" if n <= 18 else f"The first 18 of {n}"
    assert shown.told.startswith(f"{which}: predicted as the first class")
    numbers = [one.number for one in shown.pictures]
    assert wrong[numbers].all()
    second, best = np.sort(view.beliefs.probabilities, axis=1)[:, -2:].T
    lead = best - second
    assert lead[numbers].tolist() == sorted(lead[wrong], reverse=True)[:18]
    names = view.class_names
    said = [(names[predicted[i]], names[TRUTH[i]]) for i in numbers]
    assert [(one.said, one.other) for one in shown.pictures] == said


def test_the_audit_and_time_are_those_of_the_pages(findings, service, view):
    judged = service.judged(view)
    assert judged is not None
    assert findings.audit.sentence == judged.audit.sentence() == findings.headline
    timing = service.timed(view).timing
    assert values(findings.time.facts)["Seconds per label"] == f"{timing.single.median:.1f} s"
    assert timing.n_pauses > 0
    assert sum(one.n for one in findings.time.classes) == timing.single.n
    assert {side.name: side.n for side in findings.time.sides} == {
        "shown": service.timed(view).anchoring.shown.agreed.n,
        "hidden": service.timed(view).anchoring.hidden.agreed.n,
    }


def test_the_record_is_the_same_as_long_as_nothing_changes(service, known, make):
    first, again = gather(service, known), gather(service, known)
    assert first.record == again.record
    assert all(fact.value in first.citation for fact in first.record)
    other = gather(service, make("Another", 3))
    differing = {a.name for a, b in zip(first.record, other.record, strict=True) if a != b}
    assert differing == {"Settings", "Labels", "Events"}


def test_it_can_be_stopped(service, known):
    def stop(_stage: str, _share: float, /) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        gather(service, known, progress=stop)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (recommended(), {"Compared by": "pixels and edges", "Alpha": "0.99", "Neighbours": "10"}),
        (classic(n_given=3, shuffle_seed=7), {"Gamma": "0.25", "Given at the start": "3"}),
        (classic(dataset="x.npz"), {"Links": "nearest neighbours", "Spreading": "sweeps"}),
    ],
)
def test_settings_are_told_in_words_and_only_those_that_matter(config, told: dict[str, Any]):
    said = values(settings_told(config))
    assert told.items() <= said.items()
    assert ("Gamma" in said) == (config.kernel == "rbf")
    assert all(fact.value for fact in settings_told(config))
