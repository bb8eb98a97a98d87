from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.service.labelling import Service
from core.service.view import View
from core.session.events import Answer
from core.storage import MemoryStore
from tests.core.builders import TickingClock, bad, label, numbered, skip, unsure

IMAGES = np.random.default_rng(3).integers(0, 256, (40, 6, 5)).astype(np.uint8)
NAMES = ("boot", "sandal", "=cmd")
TRUTH = np.arange(40) % 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "datasets"
    folder.mkdir()
    truth = TRUTH.copy()
    truth[-4:] = -1
    np.savez(folder / "shoes.npz", images=IMAGES, labels=truth, class_names=np.array(NAMES))
    return folder


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    service = Service(
        MemoryStore(), clock=TickingClock(), new_id=numbered("id"), catalogue=Catalogue(folder)
    )
    yield service
    service.close()


@pytest.fixture
def project(service: Service) -> str:
    """A project with two given labels, and one answer of each kind by a person."""
    config = ProjectConfig(
        dataset="shoes.npz", n_samples=40, n_given=2, kernel="knn", n_neighbors=3, batch_size=6
    )
    return service.create_project("Shoes", config).project_id


@pytest.fixture
def answers(service: Service, project: str) -> dict[int, Answer]:
    """What the person said: three labels, one of them a formula, a skip, unsure, a bad image."""
    batch = service.batch(project)
    assert batch is not None
    kinds: Sequence[Callable[[int], Answer]] = (
        lambda item: replace(label(item, "boot", 1_500), hidden=True),
        lambda item: replace(label(item, "=cmd", 500), hidden=False),
        skip,
        unsure,
        bad,
        lambda item: label(item, "sandal"),
    )
    said = [kind(item) for kind, item in zip(kinds, batch.items, strict=True)]
    service.submit(project, batch.batch_id, said)
    return {answer.item: answer for answer in said}


@pytest.fixture
def view(service: Service, project: str, answers: dict[int, Answer]) -> View:
    assert answers
    return service.view(project)
