"""What needs a browser on the Projects page: its dialogs, and the way from page to page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.book import Book
from tests.e2e.desk import Desk
from tests.e2e.server import Server


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    opened = context.new_page()
    opened.goto(f"{server.url}/projects")
    expect(opened.get_by_role("button", name="Make project")).to_be_visible()
    return opened


def card(page: Page, project: str):
    return page.locator(f".st-key-card_{project}")


def test_a_deep_link_as_the_very_first_visit_opens_the_page_within_the_app(page: Page):
    expect(page.get_by_role("link", name="Progress")).to_be_visible()
    expect(page.locator("[data-testid=stSidebarNav]")).to_have_count(0)


def test_a_project_is_deleted_only_after_it_was_confirmed(page: Page, book: Book):
    project = book.new_project(n_samples=20)
    page.reload()
    card(page, project).get_by_role("button").last.click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert project in [p.project_id for p in book.service.projects()]
    card(page, project).get_by_role("button").last.click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    expect(card(page, project)).to_have_count(0)
    assert project in [p.project_id for p in book.service.deleted_projects()]


def test_a_project_is_renamed_and_a_name_that_is_taken_is_refused(page: Page, book: Book):
    project = book.new_project(n_samples=20)
    page.reload()
    card(page, project).get_by_role("button").nth(1).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Digits")
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog.get_by_role("alert")).to_contain_text("already")
    dialog.get_by_label("Name").fill("Numbers")
    dialog.get_by_role("button", name="Rename").click()
    expect(card(page, project)).to_contain_text("Numbers")


def test_a_project_made_here_is_open_on_the_label_page(page: Page):
    page.get_by_label("Name").fill("Fresh from the form")
    page.get_by_role("button", name="Make project").click()
    expect(page.locator(".labeler[data-ready]")).to_be_visible(timeout=30_000)
    expect(page.locator(".st-key-project_menu")).to_contain_text("Fresh from the form")


def test_the_menu_of_projects_opens_another_one(
    new_context: Callable[..., BrowserContext], server: Server, book: Book
):
    first, second = book.new_project(n_samples=20), book.new_project(n_samples=30)
    desk = Desk(new_context(), server.url, first).open()
    before = desk.batch
    name = book.view(second).project.name
    desk.page.locator(".st-key-project_menu button").click()
    desk.page.get_by_role("button", name=name).click()
    desk.wait_ready(after=before)
    expect(desk.page.locator(".st-key-project_menu")).to_contain_text(name)
    assert f"project={second}" in desk.page.url
