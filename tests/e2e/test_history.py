"""The past of a project, in a real browser: a branch from a round, and from there to the images."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from core.session.events import Answer, AnswerKind
from tests.e2e.book import Book, right
from tests.e2e.desk import idle_tab
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


def test_a_project_goes_on_from_a_round_and_the_first_one_stays(
    context: BrowserContext, server: Server, book: Book
):
    project = book.new_project(kernel="symmetric_knn", alpha=0.9, mode="fixed_point")
    for _ in range(3):
        batch = book.service.batch(project)
        assert batch is not None
        answers = [Answer(item, AnswerKind.LABEL, right(item)) for item in batch.items]
        book.service.submit(project, batch.batch_id, answers)
    before = book.labels(project)
    page = idle_tab(context)
    page.goto(f"{server.url}/history?project={project}")
    page.get_by_role("combobox", name="Round").click()
    page.get_by_role("option", name="2", exact=True).click()
    page.get_by_role("button", name="Branch from here").click()
    name = page.get_by_role("dialog").get_by_label("Name")
    branch = f"Branch of {project}"
    name.fill(branch)
    page.get_by_role("button", name="Create branch").click()
    page.locator(".labeler[data-ready]").wait_for()
    made = next(one for one in book.service.projects() if one.name == branch)
    assert f"project={made.project_id}" in page.url
    assert len(book.labels(made.project_id)) == len(before) * 2 // 3
    assert book.labels(project) == before
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Branched from").first).to_contain_text("after round 2")
    page.get_by_role("button", name="Show its images").click()
    page.locator(".grid[data-ready]").wait_for()
    expect(page.get_by_text("answered in round 2")).to_be_visible()
    page.close()
