"""What needs a browser on the Projects page: its dialogs, and the way from page to page."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from core.bootstrap import open_service
from core.config import ProjectConfig
from core.export.log import write_log
from core.session.events import Answer, AnswerKind
from tests.core.builders import label
from tests.e2e.book import Book
from tests.e2e.desk import Desk, idle_tab, wait_at_rest
from tests.e2e.server import Server


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    opened = idle_tab(context)
    opened.goto(f"{server.url}/projects")
    expect(opened.get_by_role("button", name="Create project")).to_be_visible()
    return opened


def card(page: Page, project: str) -> Locator:
    return page.locator(f".st-key-card_{project}")


def show(page: Page, project: str) -> None:
    """Load the page again, so that a new project is on it."""
    page.reload()
    card(page, project).wait_for()
    wait_at_rest(page)


def test_a_deep_link_as_the_very_first_visit_opens_the_page_within_the_app(page: Page):
    expect(page.get_by_role("link", name="Progress")).to_be_visible()
    expect(page.locator("[data-testid=stSidebarNav]")).to_have_count(0)


def test_a_project_is_deleted_only_after_it_was_confirmed(page: Page, book: Book):
    project = book.new_project(n_samples=20)
    show(page, project)
    card(page, project).get_by_role("button").last.click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert project in [p.project_id for p in book.service.projects()]
    wait_at_rest(page)
    card(page, project).get_by_role("button").last.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(card(page, project)).to_have_count(0)
    assert project in [p.project_id for p in book.service.deleted_projects()]


def test_a_project_is_renamed_and_a_name_that_is_taken_is_refused(page: Page, book: Book):
    project = book.new_project(n_samples=20)
    show(page, project)
    card(page, project).get_by_role("button").nth(1).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Digits")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("already")
    dialog.get_by_label("Name").fill("Numbers")
    dialog.get_by_role("button", name="Save").click()
    expect(card(page, project)).to_contain_text("Numbers")


def test_what_images_are_compared_by_is_changed_and_labels_stay(page: Page, book: Book):
    project = book.new_project(n_samples=20, batch_size=5)
    batch = book.service.batch(project)
    assert batch is not None
    answers = [
        Answer(item=item, kind=AnswerKind.LABEL, label="3", milliseconds=900)
        for item in batch.items
    ]
    book.service.submit(project, batch.batch_id, answers)
    show(page, project)
    card(page, project).get_by_role("button").nth(1).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").click()
    page.get_by_role("option", name="Pixels", exact=True).click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    assert book.service.project(project).config.features == "plain"
    assert len(book.service.view(project).labels) == 5


def test_a_project_made_here_is_open_on_the_label_page(page: Page):
    page.get_by_label("Name").fill("Fresh from the form")
    page.get_by_role("button", name="Create project").click()
    expect(page.locator(".labeler[data-ready]")).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-project_menu")).to_contain_text("Fresh from the form")


def test_a_project_of_another_install_is_dropped_and_goes_on(page: Page, tmp_path: Path):
    with closing(open_service(tmp_path / "elsewhere")) as other:
        config = ProjectConfig(n_samples=30, kernel="knn", n_neighbors=3, batch_size=4)
        project = other.create_project("From elsewhere", config).project_id
        batch = other.batch(project)
        assert batch is not None
        other.submit(project, batch.batch_id, [label(item) for item in batch.items])
        with (tmp_path / "project.zip").open("wb") as file:
            write_log(other.log_pack(project), file)
    page.get_by_text("Bring back a project").click()
    page.locator(".st-key-bring_back input[type=file]").set_input_files(tmp_path / "project.zip")
    expect(page.get_by_text("Brought back “From elsewhere”: 4 labels, 4 answers.")).to_be_visible()
    expect(card(page, project)).to_contain_text("4")
    wait_at_rest(page)
    card(page, project).get_by_role("button", name="Open").click()
    expect(page.locator(".labeler[data-ready]")).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-project_menu")).to_contain_text("From elsewhere")


def test_the_menu_of_projects_opens_another_one(
    context: BrowserContext, server: Server, book: Book
):
    first, second = book.new_project(n_samples=20), book.new_project(n_samples=30)
    desk = Desk(context, server.url, first).open()
    before = desk.batch
    name = book.view(second).project.name
    desk.page.locator(".st-key-project_menu button").click()
    desk.page.get_by_role("button", name=name).click()
    desk.wait_ready(after=before)
    expect(desk.page.locator(".st-key-project_menu")).to_contain_text(name)
    expect(desk.page).to_have_url(re.compile(f"project={second}"))
