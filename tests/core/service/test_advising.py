"""When there are some labels, they say what images would better be compared by."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from core.config import recommended
from core.data.catalogue import Catalogue
from core.engine.caches import Caches
from core.graph.embeddings.kept import Embeddings
from core.graph.embeddings.network import Network
from core.service.advising import Advice
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from core.storage import MemoryStore
from tests.core.builders import wait_until

N_ITEMS = 90


class Sees:
    """A network that sees of each image how bright its only pixels are, in ten directions."""

    name, side, n_features, title = "sees", (4, 4), 10, "Sees"

    def prepared(self, image: Any, **_: Any) -> Any:
        return np.repeat(image[..., np.newaxis], 3, axis=-1)

    def features(self, images: Any) -> Any:
        brightness = images.max(axis=(1, 2, 3)).astype(np.float32)
        turns = brightness[:, np.newaxis] / 255 * np.pi * np.arange(1, 11)
        return np.cos(turns) / np.sqrt(10)


@pytest.fixture
def service(tmp_path: Path) -> Any:
    """On images whose class is how bright they are; where they are so is noise."""
    random = np.random.default_rng(0)
    of = np.arange(N_ITEMS) % 3
    images = np.zeros((N_ITEMS, 8, 8), dtype=np.uint8)
    for image, label in zip(images, of, strict=True):
        image[random.random((8, 8)) < 0.5] = 60 + 90 * label
    np.savez(tmp_path / "images.npz", images=images, labels=of, class_names=list("abc"))
    service = Service(
        MemoryStore(),
        catalogue=Catalogue(tmp_path),
        caches=Caches(embeddings=Embeddings(tmp_path / "kept", lambda _: cast(Network, Sees()))),
    )
    yield service
    service.close()


def made(service: Service, **settings: Any) -> str:
    config = recommended(dataset="images.npz", n_samples=N_ITEMS, **settings)
    return service.create_project("Images", config).project_id


def label(service: Service, project: str, n_labels: int) -> None:
    for _ in range(0, n_labels, 10):
        view, batch = service.view(project), service.batch(project)
        assert batch is not None
        truth = view.dataset.truth
        assert truth is not None
        answers = [
            Answer(
                item=item,
                kind=AnswerKind.LABEL,
                label="abc"[truth[view.engine.positions([item])[0]]],
                milliseconds=1,
            )
            for item in batch.items
        ]
        service.submit(project, batch.batch_id, answers)


def heard(service: Service, project: str) -> Advice | None:
    """The advice, once it is there."""
    service.advice(service.view(project))
    asked = service._advisor._asked.get(project)
    if asked is not None:
        wait_until(lambda: asked.work.done)
    return service.advice(service.view(project))


def test_from_thirty_labels_on_what_is_better_is_said_and_switched_to_and_back(service):
    project = made(service)
    label(service, project, 20)
    assert heard(service, project) is None
    label(service, project, 10)
    advice = heard(service, project)
    assert advice is not None
    assert (advice.features, advice.now, advice.n_labels) == ("embeddings", "shapes", 30)
    assert advice.n_right > advice.n_right_now

    before = service.view(project)
    service.compare_by(project, advice.features)
    after = service.view(project)
    assert (after.project.config.features, after.project.config.query) == ("embeddings", "herding")
    assert after.labels.digest == before.labels.digest
    assert after.state.n_answers == before.state.n_answers
    assert after.report_all.accuracy > before.report_all.accuracy
    assert heard(service, project) is None
    label(service, project, 10)
    assert len(service.view(project).labels) == 40

    service.compare_by(project, "shapes")
    assert service.view(project).project.config == before.project.config


def test_labels_are_asked_again_when_there_are_twice_as_many(service):
    project = made(service)
    label(service, project, 30)
    heard(service, project)
    first = service._advisor._asked[project]
    label(service, project, 20)
    heard(service, project)
    assert service._advisor._asked[project] is first
    label(service, project, 10)
    advice = heard(service, project)
    assert advice is not None
    assert advice.n_labels == 60


def test_a_query_that_somebody_chose_stays(service):
    project = made(service, query="entropy")
    service.compare_by(project, "both")
    config = service.view(project).project.config
    assert (config.features, config.query) == ("both", "entropy")


@pytest.mark.parametrize(
    "settings",
    [
        {"kernel": "rbf", "mode": "exact", "gamma": 1.0},
        {"features": "embeddings"},
    ],
)
def test_where_nothing_is_better_or_can_be_chosen_nothing_is_said(service, settings):
    project = made(service, **settings)
    label(service, project, 30)
    assert heard(service, project) is None


def test_without_a_network_nothing_is_said(service):
    service._advisor._embeddings = None
    project = made(service)
    label(service, project, 30)
    assert heard(service, project) is None
