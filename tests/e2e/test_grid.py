"""Many images checked at once, in a real browser: by key, by mouse, and with a cut network."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.book import Book, right
from tests.e2e.desk import Desk, idle_tab, wait_at_rest
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


class Sheet:
    """The grid of a project, as a person has it before them."""

    def __init__(self, page: Page, url: str, project: str) -> None:
        self.page = page
        self.project = project
        self._address = f"{url}/grid?project={project}"
        self.root = page.locator(".grid")

    def open(self) -> Sheet:
        self.page.goto(self._address)
        self.wait_ready()
        return self

    @property
    def batch(self) -> str:
        return self.root.get_attribute("data-ready") or ""

    @property
    def tiles(self) -> Locator:
        return self.root.locator(".tiles .tile")

    @property
    def items(self) -> list[int]:
        told = [tile.get_attribute("aria-label") or "" for tile in self.tiles.all()]
        return [int(re.findall(r"[0-9]+", one.replace(",", ""))[0]) for one in told]

    def wait_ready(self, after: str | None = None) -> None:
        if after is None:
            self.root.and_(self.page.locator("[data-ready]")).wait_for()
        else:
            expect(self.root).not_to_have_attribute("data-ready", after)
            self.root.and_(self.page.locator("[data-ready]")).wait_for()

    def accept(self) -> None:
        before = self.batch
        self.page.keyboard.press("Enter")
        self.wait_ready(after=before)


@pytest.fixture
def sheet(desk: Desk, context: BrowserContext, server: Server) -> Sheet:
    """After two rounds of true labels."""
    desk.round(right)
    desk.round(right)
    wait_at_rest(desk.page)
    return Sheet(idle_tab(context), server.url, desk.project).open()


def test_images_are_accepted_by_one_key_but_for_those_marked(sheet: Sheet, book: Book):
    before = book.labels(sheet.project)
    items = sheet.items
    name = sheet.root.locator("h1 b").first.inner_text()
    other = "3" if name != "3" else "8"
    sheet.page.keyboard.press("ArrowRight")
    sheet.page.keyboard.press("x")
    sheet.tiles.nth(4).click()
    sheet.page.keyboard.press(other)
    told = f"Accept {len(items) - 2} as {name}, 2 marked"
    expect(sheet.root.locator(".accept")).to_contain_text(told)
    sheet.accept()
    expected = dict.fromkeys(items, name) | {items[4]: other}
    marked = [item for item in items if item not in book.labels(sheet.project)]
    assert len(marked) == 1
    assert book.labels(sheet.project) == before | {
        item: label for item, label in expected.items() if item not in marked
    }
    assert set(sheet.items).isdisjoint(items)


def test_a_whole_grid_is_taken_back_by_one_key(sheet: Sheet, book: Book):
    before = book.labels(sheet.project)
    items = sheet.items
    sheet.accept()
    book.wait_for(sheet.project, lambda labels: len(labels) == len(before) + len(items))
    sheet.page.keyboard.press("Backspace")
    book.wait_for(sheet.project, lambda labels: labels == before)


def test_marks_are_there_after_a_reload(sheet: Sheet):
    items = sheet.items
    sheet.tiles.nth(2).click()
    expect(sheet.tiles.nth(2)).to_have_attribute("aria-pressed", "true")
    sheet.page.reload()
    sheet.wait_ready()
    # A new session has the same images, by another name.
    assert sheet.items == items
    expect(sheet.tiles.nth(2)).to_have_attribute("aria-pressed", "true")


def test_what_is_accepted_while_the_network_is_away_is_stored_when_it_is_back(
    sheet: Sheet, book: Book, context: BrowserContext
):
    before = book.labels(sheet.project)
    items = sheet.items
    context.set_offline(True)
    sheet.page.keyboard.press("Enter")
    sheet.page.wait_for_timeout(500)
    assert book.labels(sheet.project) == before
    context.set_offline(False)
    book.wait_for(sheet.project, lambda labels: set(labels) >= {*before, *items})


def test_another_class_and_order_and_number_are_shown_and_all_fit(sheet: Sheet):
    page = sheet.page
    choose = sheet.root.locator(".choices select")
    before = sheet.batch
    other = choose.nth(0).locator("option").nth(1).get_attribute("value")
    choose.nth(0).select_option(other)
    sheet.wait_ready(after=before)
    expect(sheet.root.locator("h1 b").first).to_have_text(other or "")
    for size in ("24", "96", "120"):
        before = sheet.batch
        choose.nth(2).select_option(size)
        sheet.wait_ready(after=before)
        assert len(sheet.items) <= int(size)
        assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
        button = sheet.root.get_by_role("button", name="Accept").bounding_box()
        assert button is not None
        assert button["y"] + button["height"] <= 800
    before = sheet.batch
    choose.nth(1).select_option("doubtful")
    sheet.wait_ready(after=before)
