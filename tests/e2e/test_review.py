"""Labels looked at once more, in a real browser: by key, with undo, in all lists."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.session.events import Answer, AnswerKind
from tests.e2e.book import Book, right
from tests.e2e.desk import idle_tab
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


class Table:
    """The review page of a project, as a person has it before them."""

    def __init__(self, page: Page, url: str, project: str) -> None:
        self.page, self.project = page, project
        self._address = f"{url}/review?project={project}"
        self.root = page.locator(".review")

    def open(self) -> Table:
        self.page.goto(self._address)
        self.root.and_(self.page.locator("[data-ready]")).wait_for()
        return self

    @property
    def item(self) -> int:
        return int(self.root.get_attribute("data-item") or -1)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def wait_saved(self) -> None:
        expect(self.root.locator(".saved")).to_have_text("✓ all saved")

    def show(self, which: str) -> None:
        before = self.root.get_attribute("data-ready") or ""
        self.root.locator(f".tabs [data-which={which}]").click()
        expect(self.root).not_to_have_attribute("data-ready", before)
        self.root.and_(self.page.locator("[data-ready]")).wait_for()


@pytest.fixture
def table(context: BrowserContext, server: Server, book: Book) -> Iterator[Table]:
    """Four rounds of labels, two of them wrong, and one image that nobody was sure of."""
    project = book.new_project(kernel="symmetric_knn", alpha=0.9, mode="fixed_point")
    for number in range(4):
        batch = book.service.batch(project)
        assert batch is not None
        answers = [Answer(i, AnswerKind.LABEL, right(i)) for i in batch.items]
        if number == 3:
            answers[:2] = [
                Answer(one.item, one.kind, str((int(right(one.item)) + 1) % 10))
                for one in answers[:2]
            ]
            answers[-1] = Answer(answers[-1].item, AnswerKind.UNSURE)
        book.service.submit(project, batch.batch_id, answers)
    page = idle_tab(context)
    yield Table(page, server.url, project).open()
    page.close()


def test_contradicted_labels_are_kept_and_changed_by_one_key_and_undone(table: Table, book: Book):
    where, first = table.root.locator(".where"), table.item
    before = book.labels(table.project)
    expect(where).to_contain_text("0 of")
    expect(table.root.locator(".against li").first).to_be_visible()
    table.press("Enter")
    second = table.item
    assert second != first
    other = str((int(before[second]) + 1) % 10)
    table.press(other)
    expect(where).to_contain_text("2 of")
    table.wait_saved()
    state = book.view(table.project).state
    assert state.kept(first) is not None
    assert state.labels[second] == other
    table.press("Backspace", "Backspace")
    expect(where).to_contain_text("0 of")
    table.wait_saved()
    state = book.view(table.project).state
    assert state.kept(first) is None
    assert book.labels(table.project) == before
    assert table.item == first


def test_a_decision_outlives_a_reload_and_there_are_other_lists(table: Table, book: Book):
    first = table.item
    label = "3" if book.labels(table.project)[first] != "3" else "4"
    table.press(label)
    table.open()
    table.wait_saved()
    assert book.labels(table.project)[first] == label
    table.show("aside")
    item = table.item
    assert book.view(table.project).state.set_aside.get(item) is AnswerKind.UNSURE
    table.press(right(item))
    table.wait_saved()
    assert book.labels(table.project)[item] == right(item)
    table.show("near")
    expect(table.root.locator(".blank p")).to_contain_text("nearly the same")
