"""The Export page: what it offers, and what is in the files."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import ProjectConfig
from core.export.formats import FORMATS
from core.export.log_file import LogFile
from core.export.pack import Pack
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from tests.core.builders import wait_until
from tests.pages.conftest import OpenPage, metrics

PAGE = "pages/export.py"


def labels(page: AppTest) -> list[str]:
    """What the buttons say that download something."""
    return [one.label for one in page.get("download_button")]  # type: ignore[union-attr]


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


def test_what_takes_long_is_written_in_the_background_and_is_then_there(
    open_page: OpenPage, project: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("core.export.formats._MANY_ROWS", 30)
    page = open_page(PAGE, project=project)
    assert labels(page) == ["About this export"]
    next(one for one in page.button if one.label == "Write 40 rows").click().run()
    assert not page.exception
    assert labels(page) == ["Download 40 rows", "About this export"]
    (written,) = (tmp_path / "exports").rglob("export")
    assert len(written.read_text(encoding="utf-8").splitlines()) == 41
    # What is small is there at once.
    page.radio[0].set_value("labelled").run()
    assert labels(page) == ["Download 4 rows", "About this export"]


def test_one_that_is_stopped_can_be_begun_again(
    open_page: OpenPage, project: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.export.formats._MANY_ROWS", 30)
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(pack: Pack, _file: IO[bytes]) -> None:
        pack.progress("Writing rows", 0.5)
        begun.set()
        assert may_go_on.wait(10)
        pack.progress("Writing rows", 0.6)

    monkeypatch.setitem(FORMATS, "csv", replace(FORMATS["csv"], write=slow))
    page = open_page(PAGE, project=project)
    next(one for one in page.button if one.label == "Write 40 rows").click().run()
    assert begun.wait(10)
    assert not page.exception
    assert "Writing rows · 50 %" in page.get("progress")[0].proto.text
    next(one for one in page.button if one.label == "Cancel").click().run()
    may_go_on.set()
    wait_until(lambda: any(one.label == "Write 40 rows" for one in page.run().button))
    assert labels(page) == ["About this export"]


def test_the_whole_project_can_be_taken_with_what_is_said_of_it(
    open_page: OpenPage, project: str, service: Service
):
    page = open_page(PAGE, project=project)
    page.selectbox[0].set_value("log").run()
    assert not page.exception
    state = service.view(project).state
    shown = metrics(page)
    assert (shown["Labels"], shown["Answers"]) == ("4", "5")
    assert int(shown["Events"]) == state.seq
    assert not page.radio
    # The digits are everywhere.
    assert not page.checkbox
    assert labels(page) == ["Download the project"]


def test_a_project_with_its_images_is_written_in_the_background_and_is_then_there(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    (tmp_path / "datasets").mkdir()
    images = np.random.default_rng(0).integers(0, 256, (30, 4, 4)).astype(np.uint8)
    np.savez(tmp_path / "datasets" / "set.npz", images=images, class_names=["a", "b"])
    config = ProjectConfig(dataset="set.npz", n_samples=30, kernel="knn", n_neighbors=3)
    project = service.create_project("Mine", config).project_id
    batch = service.batch(project)
    assert batch is not None
    answers = [Answer(item=item, kind=AnswerKind.LABEL, label="a") for item in batch.items]
    service.submit(project, batch.batch_id, answers)
    page = open_page(PAGE, project=project)
    page.selectbox[0].set_value("log").run()
    page.checkbox[0].check().run()
    assert not page.get("download_button")
    next(one for one in page.button if one.label == "Write the project").click().run()
    assert not page.exception
    assert labels(page) == ["Download the project"]
    (written,) = (tmp_path / "exports").rglob("export")
    with LogFile(written) as file:
        assert file.head.set.carried == "npz"
        assert len([*file.records()]) == service.view(project).state.seq
    # Another choice is another file.
    page.checkbox[0].uncheck().run()
    assert labels(page) == ["Download the project"]


def test_a_report_is_one_page_to_download(open_page: OpenPage, project: str):
    page = open_page(PAGE, project=project)
    page.selectbox[0].set_value("report").run()
    assert not page.exception
    assert labels(page) == ["Download the report"]
    assert metrics(page)["Labels"] == "4"


def test_a_report_of_many_labels_is_written_in_the_background(
    open_page: OpenPage, project: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pages._ui.report._MANY_LABELS", 2)
    page = open_page(PAGE, project=project)
    page.selectbox[0].set_value("report").run()
    button = next(one for one in page.button if one.label == "Write the report")
    button.click().run()
    wait_until(lambda: "Download the report" in labels(page.run()))
    assert not page.exception
