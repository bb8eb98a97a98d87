import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.bootstrap import open_service
from core.config import ProjectConfig, recommended
from core.export.log import write_log
from core.service.labelling import Service
from core.service.projects import DEFAULT_PROJECT_ID
from core.session.events import Answer, AnswerKind
from pages._ui import handle
from pages._ui.shell import plain
from tests.pages.conftest import OpenPage

PROJECTS = "pages/projects.py"


def field(page: AppTest, label: str):
    return next(one for one in [*page.text_input, *page.number_input] if one.label == label)


def choose(page: AppTest, label: str, value: str):
    control = next(one for one in page.segmented_control if one.label == label)
    return control.set_value(value)


def button(page: AppTest, label: str):
    return next(one for one in page.button if one.label == label)


def names(service: Service) -> list[str]:
    return [project.name for project in service.projects()]


def test_the_app_comes_with_one_project_of_all_digits(open_page: OpenPage):
    page = open_page(PROJECTS)
    assert not page.exception
    text = " ".join(markdown.value for markdown in page.markdown)
    assert "**Digits**" in text
    assert "1,797 digits" in text


@pytest.mark.parametrize("truth", ["majority", "dawid_skene"])
def test_where_several_people_answer_it_is_asked_how_many_and_what_is_learned_from(
    open_page: OpenPage, service: Service, truth: str
):
    page = open_page(PROJECTS)
    assert [one.label for one in page.selectbox] == ["Learn"]
    choose(page, "An image is answered by", "several").run()
    field(page, "Name").set_value("Shared")
    field(page, "People an image").set_value(3)
    field(page, "On a share of images, %").set_value(40)
    learns = next(one for one in page.selectbox if one.label == "The model learns from")
    assert learns.value == "dawid_skene"
    learns.set_value(truth)
    button(page, "Create project").click().run()
    assert not page.exception
    config = service.projects()[-1].config
    assert (config.overlap, config.overlap_share, config.truth) == (3, 0.4, truth)
    text = " ".join(markdown.value for markdown in open_page(PROJECTS).markdown)
    assert ("learns from what most say" in text) == (truth == "majority")
    assert "3 people an image on 40 %" in text


def test_a_project_is_made_with_all_its_settings(open_page: OpenPage, service: Service):
    page = open_page(PROJECTS)
    choose(page, "Settings", "custom").run()
    choose(page, "Similarity", "knn").run()
    for label, value in {
        "Name": "Second try",
        "Digits": 330,
        "Shuffle seed": 0,
        "True labels at the start": 30,
        "Neighbours": 9,
        "Alpha": 0.4,
        "Sweeps at most": 7,
        "Batch size": 5,
        "Drawn at random (%)": 10,
    }.items():
        field(page, label).set_value(value)
    for label, value in {
        "Features": "shapes",
        "Decision": "class_mass",
        "First questions": "sigma",
        "Later questions": "variance",
        "Batches": False,
    }.items():
        next(one for one in page.selectbox if one.label == label).set_value(value)
    learn = next(one for one in page.selectbox if one.label == "Learn")
    assert learn.options == ["after each round", "after each label"]
    learn.set_value("label")
    button(page, "Create project").click().run()
    assert not page.exception
    made = service.projects()[-1]
    assert made.name == "Second try"
    assert made.config == ProjectConfig(
        n_samples=330,
        shuffle_seed=0,
        n_given=30,
        kernel="knn",
        n_neighbors=9,
        alpha=0.4,
        max_iter=7,
        features="shapes",
        decision="class_mass",
        opening="sigma",
        query="variance",
        random_share=0.1,
        batch_size=5,
        refit="label",
    )
    assert len(service.view(made.project_id).labels) == 30


def test_images_can_be_compared_by_embeddings(open_page: OpenPage, service: Service):
    page = open_page(PROJECTS)
    choose(page, "Settings", "custom").run()
    field(page, "Name").set_value("Seen")
    field(page, "Digits").set_value(40)
    next(one for one in page.selectbox if one.label == "Features").set_value("embeddings")
    button(page, "Create project").click().run()
    assert not page.exception
    made = service.projects()[-1]
    assert made.config.features == "embeddings"
    texts = " ".join(markdown.value for markdown in open_page(PROJECTS).markdown)
    assert "embeddings" in texts
    assert service.view(made.project_id).engine.sample().features.shape == (40, 1280)


@pytest.mark.parametrize(
    ("settings", "expected", "shown"),
    [
        ("best", recommended(batch_size=5), "best known settings"),
        ("classic", ProjectConfig(batch_size=5), "RBF, gamma 0.25 · alpha 0.2 · entropy"),
    ],
)
def test_the_best_known_and_the_classic_settings_are_one_click_away(
    open_page: OpenPage,
    service: Service,
    settings: str,
    expected: ProjectConfig,
    shown: str,
):
    page = open_page(PROJECTS)
    choose(page, "Settings", settings).run()
    field(page, "Name").set_value("Another")
    field(page, "Batch size").set_value(5)
    button(page, "Create project").click().run()
    assert not page.exception
    made = service.projects()[-1]
    assert made.config == expected
    texts = [markdown.value for markdown in open_page(PROJECTS).markdown]
    assert any("Another" in text and shown in text for text in texts)


def test_a_project_that_learns_after_each_label_is_told_from_the_others(
    open_page: OpenPage, service: Service
):
    service.create_project("Quick", ProjectConfig(n_samples=20, refit="label"))
    texts = [markdown.value for markdown in open_page(PROJECTS).markdown]
    assert [t.split("**")[1] for t in texts if "learns after each label" in t] == ["Quick"]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"Name": "  "}, "needs a name"),
        ({"Name": "digits"}, "already"),
        ({"Name": "x", "Digits": 20, "True labels at the start": 21}, "21 labels"),
    ],
)
def test_settings_that_do_not_work_are_told_of_and_nothing_is_made(
    open_page: OpenPage, service: Service, changed: dict[str, object], text: str
):
    page = open_page(PROJECTS)
    choose(page, "Settings", "classic").run()
    for label, value in changed.items():
        field(page, label).set_value(value)
    button(page, "Create project").click().run()
    assert not page.exception
    assert text in page.error[0].value
    assert names(service) == ["Digits"]


def small_set(folder: Path, n_items: int = 30, name: str = "set.npz", **arrays: Any) -> None:
    images = np.random.default_rng(0).integers(0, 256, (n_items, 4, 4)).astype(np.uint8)
    (folder / "datasets").mkdir(exist_ok=True)
    np.savez(folder / "datasets" / name, images=images, **(arrays or {"class_names": ["a", "b"]}))


def on_a_file(n_samples: int = 30) -> ProjectConfig:
    return ProjectConfig(dataset="set.npz", n_samples=n_samples, kernel="knn")


def told(page: AppTest) -> str:
    return " ".join(one.value for one in (*page.markdown, *page.error, *page.warning)).replace(
        "\\", ""
    )


@pytest.mark.parametrize(
    "page", [PROJECTS, "pages/compare.py", "pages/replay.py", "pages/label.py", "pages/progress.py"]
)
@pytest.mark.parametrize("n_left", [2, 7])
def test_a_file_that_has_fewer_images_by_now_takes_no_page_away(
    open_page: OpenPage, service: Service, tmp_path: Path, page: str, n_left: int
):
    small_set(tmp_path)
    made = service.create_project("Mine", on_a_file())
    small_set(tmp_path, n_left)
    opened = open_page(page, project=made.project_id)
    assert not opened.exception
    assert not opened.error
    if page == PROJECTS:
        assert "**Digits**" in told(opened)


def test_another_set_in_the_place_of_a_file_is_said_on_the_card_and_on_the_pages(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    small_set(tmp_path)
    project = service.create_project("Mine", on_a_file()).project_id
    batch = service.batch(project)
    assert batch is not None
    labels = [Answer(item=item, kind=AnswerKind.LABEL, label="a") for item in batch.items]
    service.submit(project, batch.batch_id, labels)
    images = np.random.default_rng(1).integers(0, 256, (30, 5, 4)).astype(np.uint8)
    np.savez(tmp_path / "datasets" / "set.npz", images=images, class_names=["a", "b"])
    refusal = "hardly any of those you have seen are in set.npz now, which holds 30 images of 4 × 5"
    card = open_page(PROJECTS)
    assert not card.exception
    assert refusal in told(card)
    assert "**Digits**" in told(card)
    for page in ("pages/label.py", "pages/progress.py"):
        opened = open_page(page, project=project)
        assert not opened.exception
        assert refusal in told(opened)


def test_a_project_that_cannot_be_opened_says_so_and_leads_to_the_others(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    small_set(tmp_path)
    made = service.create_project("Mine", on_a_file())
    (tmp_path / "datasets" / "set.npz").unlink()
    handle.close()  # as after a restart
    page = open_page("pages/label.py", project=made.project_id)
    assert "set.npz is not there any more" in told(page)
    page.button(key=f"open_{DEFAULT_PROJECT_ID}").click().run()
    assert not page.error


def test_a_set_that_is_refused_leaves_no_project_and_takes_no_name(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    small_set(tmp_path, class_names=["a", "a"])
    page = open_page(PROJECTS)
    page.selectbox[0].set_value(page.selectbox[0].options[1]).run()
    field(page, "Name").set_value("Mine")
    button(page, "Create project").click().run()
    assert "Two classes of set.npz have the name “a”." in told(page)
    assert names(service) == ["Digits"]


def test_what_a_file_is_called_is_no_markup(open_page: OpenPage, tmp_path: Path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "![x](:red[y]).npz").write_bytes(b"no set")
    page = open_page(PROJECTS)
    assert plain("![x](:red[y]).npz") in page.warning[0].value


def test_a_deleted_project_can_be_restored(open_page: OpenPage, service: Service):
    service.delete_project(DEFAULT_PROJECT_ID)
    page = open_page(PROJECTS)
    assert "no project yet" in page.info[0].value
    page.button(key=f"u_{DEFAULT_PROJECT_ID}").click().run()
    assert not page.exception
    assert names(service) == ["Digits"]


def test_markup_in_a_name_stays_text(open_page: OpenPage, service: Service):
    service.rename_project(DEFAULT_PROJECT_ID, "**loud** :red[x] <b>")
    page = open_page(PROJECTS)
    assert any(plain("**loud** :red[x] <b>") in markdown.value for markdown in page.markdown)


def test_without_a_project_the_label_page_shows_the_way_to_make_one(
    open_page: OpenPage, service: Service
):
    service.delete_project(DEFAULT_PROJECT_ID)
    page = open_page("pages/label.py")
    assert not page.exception
    assert "no project yet" in page.info[0].value


def damage(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "labelspread.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def test_a_project_that_cannot_be_read_says_why_on_its_card_and_harms_no_other(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    config = ProjectConfig(n_samples=30)
    odd = service.create_project("Odd", config).project_id
    torn = service.create_project("Torn", config, labels={1: "1"}).project_id
    damage(
        tmp_path,
        f"UPDATE projects SET config = '{{\"taste\": 7}}' WHERE project_id = '{odd}'",
        f"UPDATE events SET body = 'scribble' WHERE project_id = '{torn}'",
    )
    page = open_page(PROJECTS)
    assert not page.exception
    assert not page.error
    said = " ".join(warning.value for warning in page.warning)
    assert "settings unknown here: taste" in said.replace("\\", "")
    assert "Event 1 in the log of this project is damaged" in said.replace("\\", "")
    opens = {one.key: one.disabled for one in page.button if one.label == "Open"}
    assert opens == {f"o_{DEFAULT_PROJECT_ID}": False, f"o_{odd}": True, f"o_{torn}": True}
    service.delete_project(odd)
    assert service.broken_projects() == ()
    open_page(PROJECTS).button(key=f"u_{odd}").click().run()
    assert [project.name for project in service.broken_projects()] == ["Odd"]


def whole_project(service: Service, path: Path, *, with_answers: bool = True) -> tuple[str, bytes]:
    """A project of another install, and the file that it was exported to."""
    config = ProjectConfig(n_samples=40, kernel="knn", n_neighbors=3, batch_size=4)
    made = service.create_project("Few", config).project_id
    batch = service.batch(made)
    assert batch is not None
    if with_answers:
        answers = [Answer(item=i, kind=AnswerKind.LABEL, label="3") for i in batch.items]
        service.submit(made, batch.batch_id, answers)
    with path.open("wb") as file:
        write_log(service.log_pack(made), file)
    return made, path.read_bytes()


def drop(page: AppTest, name: str, content: bytes) -> AppTest:
    """Drop a file on the place for projects."""
    page.file_uploader[0].set_value((name, content, "application/zip")).run()
    return page


def test_a_project_is_brought_back_from_a_file(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    with closing(open_service(tmp_path / "elsewhere")) as other:
        made, content = whole_project(other, tmp_path / "few.zip")
        state = other.view(made).state
    page = drop(open_page(PROJECTS), "few.zip", content)
    assert not page.exception
    told_then = [toast.value.replace("\\", "") for toast in page.toast]
    assert told_then == ["Brought back “Few”: 4 labels, 4 answers."]
    assert names(service) == ["Digits", "Few"]
    assert service.view(made).state == state
    assert [*(tmp_path / "uploads").iterdir()] == []
    drop(page, "few.zip", content)
    assert "“Few” is here already" in page.info[0].value
    assert names(service) == ["Digits", "Few"]


def test_a_file_that_holds_no_project_is_said_to_and_another_can_be_dropped(
    open_page: OpenPage, service: Service, tmp_path: Path
):
    with closing(open_service(tmp_path / "elsewhere")) as other:
        _, content = whole_project(other, tmp_path / "few.zip")
    page = drop(open_page(PROJECTS), "cat.png", b"no ZIP file")
    assert not page.exception
    assert "The file cat.png is no ZIP file, or is damaged." in page.error[0].value.replace(
        "\\", ""
    )
    drop(page, "few.zip", content)
    assert not page.error
    assert names(service) == ["Digits", "Few"]


def test_a_published_run_that_was_taken_up_stays_as_it_is(open_page: OpenPage, service: Service):
    config = recommended(replays="digits-active-0.20")
    project = service.create_project("Run", config)
    page = open_page(PROJECTS)
    page.button(key=f"r_{project.project_id}").click().run()
    assert not page.exception
    assert not [box for box in page.selectbox if str(box.key).startswith("change_")]
