"""A page whose project is large shows how far its graph has come, and nothing that is not there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from core.config import ProjectConfig, recommended
from core.engine import building, registry
from core.engine.registry import Build
from core.graph import similarity
from core.graph.embeddings.network import Network
from core.graph.neighbours import nearest_neighbours
from core.jobs.progress import CancelledError
from core.jobs.work import Step
from core.service.labelling import Service
from core.service.view import View
from core.session.events import Answer, AnswerKind
from pages._ui import shell
from tests.core.builders import wait_until
from tests.pages.conftest import OpenPage

WEIGHTED = ProjectConfig(n_samples=300, kernel="symmetric_knn", mode="fixed_point", alpha=0.99)


class Brake:
    """Holds up the search for neighbours until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.reached = threading.Event()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        options["progress"]("Finding neighbours", 0.25)
        self.reached.set()
        while not self.let_go.wait(0.01):
            options["progress"]("Finding neighbours", 0.4)
        return nearest_neighbours(*arguments, **options)


@pytest.fixture
def brake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Brake]:
    """300 items are many here, and finding neighbours takes as long as the test likes."""
    monkeypatch.setattr(building, "SMALL", 100)
    monkeypatch.setattr(registry, "SMALL", 100)
    monkeypatch.setattr(shell, "_MOMENT", 0.01)
    held = Brake()
    monkeypatch.setattr(similarity, "nearest_neighbours", held)
    yield held
    held.let_go.set()


def large_project(service: Service) -> str:
    return service.create_project("Large", WEIGHTED).project_id


def headings(page: AppTest) -> list[str]:
    return [heading.value for heading in page.subheader]


def test_a_large_project_shows_how_far_its_graph_has_come(open_page: OpenPage, service, brake):
    project = large_project(service)
    page = open_page("pages/label.py", project=project)
    brake.reached.wait(30)
    page.run()
    assert not page.exception
    assert headings(page) == ["Building the similarity graph of Large"]
    (bar,) = page.get("progress")
    assert bar.proto.text.startswith("Finding neighbours · ")
    assert bar.proto.value in (25, 40)
    brake.let_go.set()
    build = service.look(project)
    assert isinstance(build, Build)
    build.wait(30)
    page.run()
    assert headings(page) == []
    assert page.get("bidi_component")


@pytest.mark.parametrize("name", ["pages/label.py", "pages/progress.py"])
def test_a_build_that_was_cancelled_says_so_and_can_be_tried_again(
    open_page: OpenPage, service, brake, name
):
    project = large_project(service)
    page = open_page(name, project=project)
    brake.reached.wait(30)
    build = service.look(project)
    assert isinstance(build, Build)
    next(button for button in page.button if button.label == "Cancel").click().run()
    with pytest.raises(CancelledError):
        build.wait(30)
    page.run()
    assert not page.exception
    assert not page.error
    assert page.info[0].value == shell.plain("The work was cancelled.")
    brake.let_go.set()
    next(button for button in page.button if button.label == "Start again").click().run()
    assert not page.info or "cancelled" not in page.info[0].value
    service.view(project)


def test_a_set_that_went_away_is_told_of_and_tried_again_at_once(
    open_page: OpenPage, service, tmp_path, monkeypatch
):
    monkeypatch.setattr(building, "SMALL", 100)
    monkeypatch.setattr(registry, "SMALL", 100)
    (tmp_path / "datasets").mkdir()
    path = tmp_path / "datasets" / "some.npz"
    images = np.random.default_rng(0).random((300, 5, 4))
    np.savez(path, images=images, class_names=["a", "b"])
    config = WEIGHTED.model_copy(update={"dataset": "some.npz"})
    project = service.create_project("Gone", config).project_id
    path.rename(tmp_path / "away.npz")
    page = open_page("pages/label.py", project=project)
    assert not page.exception
    assert r"some\.npz is not there any more" in page.error[0].value
    (tmp_path / "away.npz").rename(path)
    next(button for button in page.button if button.label == "Try again").click().run()
    assert not page.error
    assert page.get("bidi_component")


def test_the_list_of_projects_waits_for_no_graph(open_page: OpenPage, service, brake):
    large_project(service)
    page = open_page("pages/projects.py")
    assert not page.exception
    assert not brake.reached.is_set()
    text = " ".join(markdown.value for markdown in page.markdown)
    assert "300 digits · 7 weighted neighbours · alpha 0.99" in text


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step("Finding neighbours", 0.4, 11.2), "Finding neighbours · 40 % · 12 s left"),
        (Step("Finding neighbours", 0.4, 200.0), "Finding neighbours · 40 % · 4 min left"),
        (Step("Reading images", 0.0, None), "Reading images · 0 %"),
    ],
)
def test_a_step_is_told_in_words(step, text):
    assert shell.step_text(step) == text


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (
            Step("Looking at images", 0.4, 6.0),
            "Looking at images · 40 % · 100 images a second · 6 s left",
        ),
        (Step("Looking at images", 0.1, None), "Looking at images · 10 %"),
        (Step("Looking at images", 1.0, 0.0), "Looking at images · 100 % · 0 s left"),
        (Step("Finding neighbours", 0.4, 6.0), "Finding neighbours · 40 % · 6 s left"),
    ],
)
def test_how_many_images_are_looked_at_in_a_second_is_told(step, text):
    assert shell.step_text(step, 1_000) == text


def test_photographs_are_labelled_while_the_rest_is_looked_at(
    open_page: OpenPage, service, monkeypatch
):
    allowed = threading.Semaphore(0)
    at_once = Network.features

    def when_allowed(network: Network, images: NDArray[np.uint8]) -> Any:
        assert allowed.acquire(timeout=60)
        return at_once(network, images)

    monkeypatch.setattr(Network, "features", when_allowed)
    monkeypatch.setattr(building, "_FIRST", 16)
    monkeypatch.setattr(shell, "_MOMENT", 0.01)
    config = recommended(n_samples=60, features="embeddings")
    project = service.create_project("Seen", config).project_id
    page = open_page("pages/label.py", project=project)
    assert headings(page) == ["Building the similarity graph of Seen"]

    allowed.release(2)
    wait_until(lambda: isinstance(service.look(project, is_complete=False), View))
    page.run()
    assert not page.exception
    assert headings(page) == []
    (bar,) = page.get("progress")
    assert bar.proto.text.startswith("Learning from 16 of 60 images")

    def answer(batch_id: str, items: Iterable[int]) -> None:
        answers = [
            Answer(item=item, kind=AnswerKind.LABEL, label="3", milliseconds=1) for item in items
        ]
        service.submit(project, batch_id, answers)

    # Those on the page are nobody else's.
    shown = json.loads(page.get("bidi_component")[0].proto.json)
    answer(shown["batch_id"], [item["id"] for item in shown["items"]])
    while batch := service.serve(service.view(project, is_complete=False)):
        answer(batch.batch_id, batch.items)
    page.run()
    shown = json.loads(page.get("bidi_component")[0].proto.json)
    assert (shown["coming"], shown["items"], shown["saved"]) == (True, [], 16)
    allowed.release(2)
    wait_until(lambda: service.view(project, is_complete=False).engine.n_known == 32)
    page.run()
    assert json.loads(page.get("bidi_component")[0].proto.json)["items"]

    others = open_page("pages/grid.py", project=project)
    assert headings(others) == ["Building the similarity graph of Seen"], "it needs all of them"

    allowed.release(100)
    service.view(project)
    page.run()
    assert not page.exception
    assert not page.get("progress")
