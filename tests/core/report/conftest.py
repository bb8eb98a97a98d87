"""Projects to report of: of digits whose names are as odd as can be, with and without a truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.bootstrap import open_service
from core.config import recommended
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "' onmouseover='alert(3)",
    '" style="background:url(http://elsewhere.example)',
    "{{ 7 * 7 }}",
    "</title><svg onload=alert(4)>",
    "<!--",
    "javascript:alert(5)",
    "&lt;b&gt;",
    "]]>קול",
)
"""What classes of the ten digits are called."""

PROJECT: Final = "</h1><script>alert(6)</script> {% raw %}"
N_ITEMS: Final = 300


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("home")
    digits = load_digits()
    folder = home / "datasets"
    folder.mkdir()
    images, labels = digits.images[:N_ITEMS] / 16, digits.target[:N_ITEMS]
    np.savez(folder / "odd.npz", images=images, labels=labels, class_names=HOSTILE)
    with closing(open_service(home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def make(service: Service) -> Callable[..., str]:
    """Makes a project, and answers with the truth, but for one of seven."""

    def made(name: str, n_rounds: int, **more: object) -> str:
        config = recommended(
            **{"dataset": "odd.npz", "n_samples": N_ITEMS, "batch_size": 10} | more
        )
        classes = HOSTILE if config.known_labels == "ignored" else ()
        project = service.create_project(name, config, classes=classes).project_id
        for _ in range(n_rounds):
            answer_round(service, project)
        return project

    return made


def answer_round(service: Service, project: str) -> None:
    batch = service.batch(project)
    assert batch is not None
    target = load_digits().target
    hidden = batch.hiding.items if batch.hiding else ()
    answers = []
    for item in batch.items:
        number = int(target[item]) if item % 7 else (int(target[item]) + 1) % 10
        answers.append(
            Answer(item, AnswerKind.LABEL, HOSTILE[number], 1000 + item, item in hidden)
            if item % 13
            else Answer(item, AnswerKind.UNSURE, None, 500_000, item in hidden)
        )
    service.submit(project, batch.batch_id, answers)


@pytest.fixture(scope="module")
def known(make: Callable[..., str]) -> str:
    return make(PROJECT, 9, hidden_share=0.25)


@pytest.fixture(scope="module")
def unknown(make: Callable[..., str]) -> str:
    return make("Nobody knows", 7, known_labels="ignored")


@pytest.fixture
def browser_path(tmp_path: Path) -> Path:
    """A browser that fails."""
    path = tmp_path / "browser"
    path.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    path.chmod(0o700)
    return path
