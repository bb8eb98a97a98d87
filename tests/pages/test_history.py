"""The History page: rounds, two of them side by side, and a branch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from streamlit.testing.v1 import AppTest

from core.config import ProjectConfig, recommended
from core.service.labelling import Service
from tests.pages.conftest import OpenPage
from tests.pages.test_progress import label_rounds

PAGE = "pages/history.py"
DIGITS = load_digits()

pytestmark = pytest.mark.usefixtures("few_digits")


def press(page: AppTest, label: str) -> None:
    next(one for one in page.button if one.label == label).click().run()
    assert not page.exception


def show_two(page: AppTest) -> None:
    page.segmented_control[0].set_value("Two side by side").run()
    assert not page.exception


def html(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def captions(page: AppTest) -> str:
    return "\n".join(one.value for one in page.caption)


def test_before_the_first_answer_there_is_no_round(open_page: OpenPage):
    page = open_page(PAGE)
    assert not page.exception
    assert "No round yet" in page.info[0].value
    assert not page.segmented_control


def test_the_rounds_are_listed_newest_first(open_page: OpenPage, service: Service):
    label_rounds(service, 3)
    table = open_page(PAGE).dataframe[0].value
    assert table["Round"].tolist() == [3, 2, 1]
    assert table["Labels"].tolist() == [27, 18, 9]
    assert table["Added"].tolist() == [9, 9, 9]
    assert table["Skipped"].tolist() == [1, 1, 1]
    assert table["Settings"].tolist() == ["best known settings"] * 3
    assert table["Change"].iloc[0] == pytest.approx(
        table["Accuracy"].iloc[0] - table["Accuracy"].iloc[1]
    )


def test_a_project_that_starts_with_labels_has_a_round_before_the_first(
    open_page: OpenPage, service: Service
):
    config = ProjectConfig(n_samples=200, n_given=40)
    page = open_page(PAGE, project=service.create_project("Begun", config).project_id)
    assert not page.exception
    assert page.dataframe[0].value["Round"].tolist() == [0]
    assert "Began with 40 labels." in html(page)
    show_two(page)
    assert "one round so far" in page.info[0].value


def test_two_rounds_stand_side_by_side_and_their_images_open_in_the_grid(
    open_page: OpenPage, service: Service
):
    label_rounds(service, 3)
    page = open_page(PAGE)
    show_two(page)
    first, last = (one.accuracy for one in service.view("digits").rounds[::2])
    assert first is not None
    assert last is not None
    shown = html(page)
    assert f"<td>{100 * first:.1f} %</td><td>{100 * last:.1f} %</td>" in shown
    assert "Settings were the same in both" in captions(page)
    moves = page.dataframe[0].value
    n_changed = int(moves["Images"].sum())
    assert n_changed > 1
    press(page, f"Open all {n_changed} in the grid")
    grid = json.loads(page.get("bidi_component")[0].proto.json)
    assert grid["among"]["said"] == "whose prediction changed from round 1 to 3"
    assert grid["among"]["n_items"] == n_changed


def test_a_branch_has_a_name_to_begin_with_and_says_where_it_is_from(
    open_page: OpenPage, service: Service
):
    label_rounds(service, 3)
    page = open_page(PAGE)
    page.selectbox[0].select(2).run()
    press(page, "Branch from here …")
    assert page.text_input[0].value == "Digits, round 2"
    made = service.branch("digits", 2, "Another way")
    branch = open_page(PAGE, project=made.project_id)
    assert "Branched from “Digits”, after round 2." in captions(branch)
    assert branch.dataframe[0].value["Round"].tolist() == [2, 1]


def test_without_its_images_a_project_tells_its_rounds_all_the_same(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    (tmp_path / "datasets").mkdir()
    path = tmp_path / "datasets" / "mine.npz"
    images = np.round(DIGITS.images[:80] * 15.9375).astype(np.uint8)
    np.savez(path, images=images, labels=DIGITS.target[:80])
    config = recommended(dataset="mine.npz", n_samples=80)
    project = service.create_project("Mine", config).project_id
    label_rounds(service, 2, project=project)
    path.unlink()
    page = open_page(PAGE, project=project)
    assert not page.exception
    assert "is not there any more" in page.error[0].value
    assert page.dataframe[0].value["Labels"].tolist() == [18, 9]
    assert "Accuracy" not in page.dataframe[0].value
