"""The Data page draws landmarks of a set that stays where it is, for those who may have it read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InvalidDatasetError
from core.service.labelling import Service
from pages._ui import handle, shell
from pages._ui.own import OwnImports
from tests.core.data.parts.making import table_of, write
from tests.pages.conftest import OpenPage
from tests.pages.test_data import PAGE, text_of

URL = "memory://bucket/digits"


@pytest.fixture
def digits() -> Iterator[str]:
    """A hundred digits in two parts."""
    yield write(URL, [table_of(slice(0, 60)), table_of(slice(60, 100))])
    fsspec.filesystem("memory").rm("/bucket", recursive=True)


def elsewhere(open_page: OpenPage) -> AppTest:
    """The page, asked for what lies elsewhere."""
    page = open_page(PAGE)
    page.segmented_control[0].set_value("Elsewhere").run()
    assert not page.exception
    return page


def looked_at(page: AppTest, url: str) -> AppTest:
    page.text_input("far_url").set_value(url)
    page.button("FormSubmitter:far_address-Look at it").click().run()
    assert page.session_state["far_survey"].ends_within(30)
    return page.run()


def drawn(page: AppTest) -> AppTest:
    """What the page shows once landmarks are drawn."""
    page.button("FormSubmitter:far_landmarks-Draw landmarks").click().run()
    (one,) = handle.imports().all()
    one.work.wait(30)
    return page.run()


@pytest.mark.usefixtures("digits")
def test_landmarks_are_drawn_looked_at_and_labelled(open_page: OpenPage, service: Service):
    page = looked_at(elsewhere(open_page), URL)
    assert not page.exception
    assert "100 items · 2 parts · 1 MB · 64 features" in text_of(page)
    boxes = [box.label for box in page.selectbox if box.label.startswith("Column")]
    assert boxes == ["Column of images", "Column of names", "Column of labels"]
    number = page.number_input("far_number")
    assert (number.label, number.value, number.max) == ("Landmarks, of 100 items", 100, 100)
    assert "All items are drawn, unless you say fewer." in text_of(page)
    number.set_value(40)
    page = drawn(page)
    assert not page.exception
    assert page.title[0].value == "40 landmarks"
    assert "of 100 items, drawn at random · 40 labelled" in text_of(page)
    page.text_input[0].set_value("Far digits")
    page.button[0].click().run()
    assert not page.exception
    project = service.projects()[-1]
    assert (project.name, project.config.n_samples) == ("Far digits", 40)
    assert not service.view(project.project_id).dataset.has_pixels
    page = open_page(PAGE)
    assert "40 of 100 items · 10 classes · 40 labelled" in text_of(page)
    assert f"drawn from {shell.plain(URL)}" in text_of(page)


@pytest.mark.usefixtures("digits", "service")
def test_what_is_drawn_from_the_same_address_again_replaces_what_was_not_kept():
    imports = handle.imports()
    parts = imports.survey(URL).wait(30)
    first = imports.draw(parts, {}, "First", 30)
    second = imports.draw(parts, {}, "Second", 40)
    assert [one.id for one in imports.all()] == [second.id]
    assert imports.get(first.id) is None
    assert second.work.wait(30).report.n_items == 40


@pytest.mark.usefixtures("digits")
def test_other_columns_can_be_chosen(open_page: OpenPage):
    page = looked_at(elsewhere(open_page), URL)
    labels = next(box for box in page.selectbox if box.label == "Column of labels")
    labels.set_value("(none)")
    page = drawn(page)
    assert "of 100 items, all there are" in text_of(page)
    assert page.text_area[0].label.startswith("Classes")


def test_what_cannot_be_read_says_so_and_another_address_can_be_given(open_page: OpenPage):
    page = elsewhere(open_page)
    page.text_input("far_url").set_value("s3://key:secret@bucket/x")
    page.button("FormSubmitter:far_address-Look at it").click().run()
    assert "holds a password or a key" in page.error[0].value
    page = looked_at(page, "memory://nowhere")
    assert "There is nothing at memory" in page.error[0].value
    next(button for button in page.button if button.label == "Another address").click().run()
    assert page.text_input("far_url").label == "Address"


def test_a_set_without_images_says_so_when_it_is_drawn(open_page: OpenPage, digits: str):
    write(digits, [table_of(slice(0, 60)).drop_columns(["image"])] * 2)
    page = looked_at(elsewhere(open_page), URL)
    page.button("FormSubmitter:far_landmarks-Draw landmarks").click().run()
    (one,) = handle.imports().all()
    with pytest.raises(InvalidDatasetError):
        one.work.wait(30)
    page.run()
    assert "holds images, and without them" in page.error[0].value


def test_files_on_the_server_are_those_in_the_folder_for_this(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("in/set", "out"):
        (tmp_path / name).mkdir(parents=True)
        write(str(tmp_path / name), [table_of(slice(0, 20))])
    page = elsewhere(open_page)
    page.text_input("far_url").set_value(str(tmp_path / "in" / "set"))
    page.button("FormSubmitter:far_address-Look at it").click().run()
    assert "No folder on the server is open" in page.error[0].value
    monkeypatch.setattr(handle.whole_imports(), "places", tmp_path / "in")
    page = elsewhere(open_page)
    for outside in (str(tmp_path / "out"), "../out", f"file://{tmp_path}/out"):
        page.text_input("far_url").set_value(outside)
        page.button("FormSubmitter:far_address-Look at it").click().run()
        assert "There is no “" in page.error[0].value
    assert "20 items · 1 part" in text_of(looked_at(page, "set"))


def test_who_is_no_administrator_is_not_asked(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(OwnImports, "can_survey", property(lambda _: False))
    assert open_page(PAGE).segmented_control[0].options == ["Files", "A folder"]
