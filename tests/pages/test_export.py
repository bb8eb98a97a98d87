"""The Export page: what it offers, and what is in the files."""

from __future__ import annotations

import pytest

from core.config import ProjectConfig
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from tests.pages.conftest import OpenPage, metrics

PAGE = "pages/export.py"


@pytest.fixture
def project(service: Service) -> str:
    """A project of 40 digits with four labels and a bad image."""
    config = ProjectConfig(n_samples=40, kernel="knn", n_neighbors=3, batch_size=5)
    project = service.create_project("Few digits", config).project_id
    batch = service.batch(project)
    assert batch is not None
    *labelled, bad = batch.items
    answers = [Answer(item=item, kind=AnswerKind.LABEL, label="3") for item in labelled]
    answers.append(Answer(item=bad, kind=AnswerKind.BAD))
    service.submit(project, batch.batch_id, answers)
    return project


def test_without_a_label_it_says_how_to_begin(open_page: OpenPage):
    page = open_page(PAGE, project="digits")
    assert not page.exception
    assert "Nothing to take away yet" in page.info[0].value
    assert not page.get("download_button")


def test_it_says_whose_the_labels_are_that_are_taken(open_page: OpenPage, project: str):
    page = open_page(PAGE, project=project)
    assert not page.exception
    shown = metrics(page)
    n_model = int(shown["Labelled by the model"])
    assert (shown["Images"], shown["Labelled by people"]) == ("40", "4")
    assert int(shown["Without a label"]) == 40 - 4 - n_model >= 1
    page.radio[0].set_value("labelled").run()
    assert metrics(page)["Images"] == "4"
    page.radio[0].set_value("sure").run()
    page.slider[0].set_value(50).run()
    assert 4 <= int(metrics(page)["Images"]) <= 4 + n_model
    assert set(page.dataframe[0].value["source"]) <= {"human", "model"}
