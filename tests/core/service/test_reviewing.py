"""The use cases of the review page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.config import recommended
from core.data.catalogue import Catalogue
from core.service.conversation import respond
from core.service.labelling import Service
from core.service.reviewing import reasons, review
from core.service.view import View
from core.session.events import Answer, AnswerKind, LabelKept
from core.storage import MemoryStore

X, y = load_digits(return_X_y=True)
N = 500


def label(item: int, name: object) -> Answer:
    return Answer(item=item, kind=AnswerKind.LABEL, label=str(name))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits with near-copies of the first four behind them."""
    folder = tmp_path_factory.mktemp("datasets")
    images = np.concatenate([X[:N], X[:4] * 0.95]).reshape(-1, 8, 8) / 16
    np.savez(folder / "twins.npz", images=images, labels=np.concatenate([y[:N], y[:4]]))
    return folder


@pytest.fixture
def service(folder: Path) -> Service:
    return Service(MemoryStore(), catalogue=Catalogue(folder))


def taught(service: Service, n_labels: int = 100, *, known: str = "truth") -> str:
    """A project with some true labels."""
    config = recommended(dataset="twins.npz", n_samples=N + 4, batch_size=20, known_labels=known)
    project = service.create_project("Twins", config).project_id
    while len(service.view(project).labels) < n_labels:
        batch = service.batch(project)
        assert batch is not None
        answers = [label(i, y[i] if i < N else y[i - N]) for i in batch.items]
        service.submit(project, batch.batch_id, answers)
    return project


def some_item(view: View) -> int:
    """A labelled digit that is easily told from others: a zero."""
    return next(item for item, name in view.labels.items() if name == "0")


def test_a_wrong_label_comes_first_with_its_reasons_until_it_is_kept(service: Service):
    project = taught(service)
    item = some_item(service.view(project))
    assert service.judge(project, "r1", label(item, 7))
    assert not service.judge(project, "r2", label(item, 7)), "it stands already"
    view = service.view(project)
    first = review(view, "contradicted").cases[0]
    assert (first.items, first.said[0].label, first.other) == ((item,), "7", "0")
    why = reasons(view, first)
    assert {view.labels[one] for one in why.for_other} == {"0"}
    assert {view.labels[one] for one in why.for_given} == {"7"}
    kept = LabelKept(item=item, label="7", against="0", score=first.score)
    assert service.keep(project, kept)
    assert not service.keep(project, kept)
    after = review(service.view(project), "contradicted")
    assert item not in {case.items[0] for case in after.cases}
    assert after.n_kept == 1
    assert service.take_back_keep(project, item)
    assert review(service.view(project), "contradicted").cases[0].items == (item,)


def test_what_was_kept_comes_up_again_once_others_say_much_more_against_it(service: Service):
    project = taught(service)
    item = some_item(service.view(project))
    service.judge(project, "r1", label(item, 7))
    (score,) = (
        case.score
        for case in review(service.view(project), "contradicted").cases
        if case.items == (item,)
    )
    kept = LabelKept(item=item, label="7", against="0", score=score - 1.5)
    service.keep(project, kept)
    assert item in {case.items[0] for case in review(service.view(project), "contradicted").cases}
    service.keep(project, kept.model_copy(update={"score": score - 0.5}))
    assert item not in {
        case.items[0] for case in review(service.view(project), "contradicted").cases
    }


def test_unsure_and_bad_images_are_listed_the_newest_first_and_can_be_put_back(service: Service):
    project = taught(service)
    items = [item for item, _ in service.view(project).labels.items()][:3]
    for item, kind in zip(items, ("unsure", "bad", "unsure"), strict=True):
        service.judge(project, f"r{item}", Answer(item=item, kind=AnswerKind(kind)))
    listed = review(service.view(project), "aside")
    assert {case.items[0] for case in listed.cases} == set(items)
    assert listed.total == 3
    assert all(case.other == str(y[case.items[0] % N]) for case in listed.cases)
    service.judge(project, "back", Answer(item=items[0], kind=AnswerKind.SKIP))
    service.judge(project, "label", label(items[1], 3))
    state = service.view(project).state
    assert items[0] not in state.settled
    assert state.labels[items[1]] == "3"
    assert [case.items[0] for case in review(service.view(project), "aside").cases] == [items[2]]


def test_near_duplicates_with_different_labels_are_listed_until_both_are_kept(service: Service):
    project = taught(service, known="given", n_labels=0)
    view = service.view(project)
    assert len(view.labels) == N + 4, "all labels came with the images"
    service.judge(project, "r1", label(N + 2, (y[2] + 1) % 10))
    (case,) = review(service.view(project), "near").cases
    assert case.items == (N + 2, 2)
    assert reasons(view, case).for_other == ()
    message = {
        "v": 1,
        "id": "m",
        "project": project,
        "kind": "keep",
        "item": case.items[0],
        "beside": case.items[1],
        "label": case.said[0].label,
        "against": case.said[1].label,
        "score": case.score,
    }
    assert respond(service, message).outcome == "done"
    assert review(service.view(project), "near").cases == ()
    undo = {key: message[key] for key in ("v", "project", "item", "beside")}
    assert respond(service, undo | {"id": "n", "kind": "unkeep"}).outcome == "done"
    assert review(service.view(project), "near").cases == (case,)


def test_too_few_labels_are_not_compared(service: Service):
    project = taught(service, n_labels=0)
    view = service.view(project)
    for which in ("contradicted", "aside", "near"):
        assert review(view, which).cases == ()
