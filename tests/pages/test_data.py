"""The Data page: what there is, and what is found in what is brought in."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from streamlit.testing.v1 import AppTest

from core.config import ProjectConfig
from core.data.incoming import Import
from core.errors import InvalidDatasetError, LabelspreadError
from core.service.labelling import Service
from pages._ui import handle
from tests.pages.conftest import OpenPage

PAGE = "pages/data.py"
BUNCH = load_digits()


def arrays(**others: object) -> bytes:
    """Sixty digits as a NumPy file."""
    file = BytesIO()
    np.savez(file, **({"images": BUNCH.images[:60], "labels": BUNCH.target[:60]} | others))
    return file.getvalue()


def photos(*, bad: bool = False, folders: bool = True) -> bytes:
    """Red and blue squares as a ZIP file."""
    random = np.random.default_rng(0)
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for i in range(12):
            image = random.integers(0, 60, size=(40 + i, 50, 3), dtype=np.uint8)
            image[..., 2 * (i % 2)] += 180
            png = BytesIO()
            Image.fromarray(image).save(png, "PNG")
            folder = ("red/", "blue/")[i % 2] if folders else ""
            archive.writestr(f"{folder}{i}.png", png.getvalue())
        if bad:
            archive.writestr("red/bad *one*.png", b"no image")
    return file.getvalue()


def brought(name: str, content: bytes) -> Import:
    """What a browser has sent, once it has been read."""
    one = handle.imports().send([(name, BytesIO(content))])
    try:
        one.work.wait(30)
    except LabelspreadError:
        # The page says so.
        return one
    return one


def text_of(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.title, *page.caption, *page.markdown))


def test_it_lists_what_there_is_and_offers_a_way_in(open_page: OpenPage):
    page = open_page(PAGE)
    assert not page.exception
    assert page.title[0].value == "Data"
    assert "1,797 images · 10 classes · 1,797 labelled · comes with the app · 1 project" in text_of(
        page
    )
    assert [one.value for one in page.subheader] == ["Bring in images"]


def test_what_was_found_is_shown_and_kept_under_its_name(open_page: OpenPage):
    page = open_page(PAGE, **{"import": brought("my digits.npz", arrays()).id})
    assert not page.exception
    assert page.title[0].value == "60 images"
    assert "8 × 8 pixels · 60 labelled" in text_of(page)
    assert page.text_input[0].value == "my digits"
    assert page.selectbox[-1].value == "dark"
    page.button[1].click().run()
    assert not page.exception
    (key,) = handle.imports().sets.listed()
    assert key.startswith("my-digits-")
    assert handle.imports().all() == ()
    assert "**my digits**" in text_of(page)


def test_import_and_label_makes_a_project_on_the_best_settings(
    open_page: OpenPage, service: Service
):
    page = open_page(PAGE, **{"import": brought("squares.zip", photos()).id})
    assert "red :gray[6]" in text_of(page)
    page.text_input[0].set_value("Squares")
    page.selectbox[0].set_value("given")
    page.button[0].click().run()
    assert not page.exception
    project = service.projects()[-1]
    assert (project.name, project.config.n_samples) == ("Squares", 12)
    assert service.n_labels(project.project_id) == 12
    assert service.view(project.project_id).class_names == ("blue", "red")


def test_images_without_classes_ask_for_some(open_page: OpenPage, service: Service):
    page = open_page(PAGE, **{"import": brought("squares.zip", photos(folders=False)).id})
    page.button[0].click().run()
    assert "at least two classes" in page.warning[0].value
    assert handle.imports().sets.listed() == ()
    page.text_area[0].set_value("warm\n\n cold ")
    page.button[0].click().run()
    assert not page.exception
    project = service.projects()[-1]
    assert service.view(project.project_id).class_names == ("warm", "cold")


def test_bad_ones_are_named_and_left_out_only_if_a_person_says_so(open_page: OpenPage):
    page = open_page(PAGE, **{"import": brought("squares.zip", photos(bad=True)).id})
    assert not page.exception
    assert "red/bad \\*one\\*\\.png" in text_of(page)
    page.button[1].click().run()
    assert "leave them out" in page.warning[0].value
    assert handle.imports().sets.listed() == ()
    page.checkbox[0].check()
    page.button[1].click().run()
    (key,) = handle.imports().sets.listed()
    assert handle.imports().sets.head(key).n_items == 12


def test_what_was_guessed_wrong_is_read_anew(open_page: OpenPage):
    one = brought("digits.npz", arrays())
    page = open_page(PAGE, **{"import": one.id})
    page.selectbox[-1].set_value("light").run()
    one.work.wait(30)
    page.run()
    assert not page.exception
    assert page.selectbox[-1].value == "light"
    assert one.work.wait().report.look.paper == "light"


@pytest.mark.parametrize("content", [b"", b"nothing that is known", photos()[:400]])
def test_what_cannot_be_used_is_said_with_a_way_back(open_page: OpenPage, content: bytes):
    page = open_page(PAGE, **{"import": brought("odd.zip", content).id})
    assert not page.exception
    assert len(page.error) == 1
    page.button[0].click().run()
    assert page.title[0].value == "Data"
    assert handle.imports().all() == ()


def test_an_import_that_is_not_there_any_more_is_told_of(open_page: OpenPage):
    page = open_page(PAGE, **{"import": "gone"})
    assert "was kept or dropped" in page.info[0].value
    assert page.title[0].value == "Data"


def test_a_set_is_deleted_only_when_no_project_needs_it(open_page: OpenPage, service: Service):
    key = handle.imports().keep(brought("digits.npz", arrays()), "Some digits")
    config = ProjectConfig(dataset=key, n_samples=60, kernel="knn", n_neighbors=3)
    project = service.create_project("On it", config)
    with pytest.raises(InvalidDatasetError, match="“On it” cannot do without"):
        service.delete_dataset(key)
    page = open_page(PAGE)
    page.button(f"ds_{key}").click().run()
    assert any("On it” cannot do without these images" in one.value for one in page.markdown)
    service.delete_project(project.project_id)
    page = open_page(PAGE)
    page.button(f"ds_{key}").click().run()
    assert any("1 deleted project on it" in one.value for one in page.markdown)
    service.delete_dataset(key)
    assert handle.imports().sets.listed() == ()


def test_a_damaged_set_takes_no_other_away(open_page: OpenPage):
    key = handle.imports().keep(brought("digits.npz", arrays()), "Some digits")
    folder = handle.imports().sets.open(key).folder
    (folder / "set.json").write_text("{", encoding="utf-8")
    page = open_page(PAGE)
    assert not page.exception
    assert "damaged" in page.warning[0].value
    assert "Handwritten digits" in text_of(page)
    assert not open_page("pages/projects.py").exception


def test_names_are_drawn_as_they_are(open_page: OpenPage):
    handle.imports().keep(brought("digits.npz", arrays()), "*a* <b> :smile:")
    page = open_page(PAGE)
    assert not page.exception
    assert "\\*a\\* \\<b\\>" in text_of(page)
