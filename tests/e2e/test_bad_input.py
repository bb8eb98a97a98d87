"""What no label page would send, and databases that cannot be used: told, and nothing lost."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.e2e.book import Book, one_more
from tests.e2e.conftest import left_as_found, watched_context
from tests.e2e.desk import Desk
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

Change = Callable[[dict[str, Any]], object]
UNDERSTOOD_BY = "/_stcore/health"
"""Answers while the server is up, whatever the database is like."""


class Forger:
    """Changes what the page says to the server, on the way."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.change: Change | None = None
        context.route(re.compile("/talk/"), self._route)

    def _route(self, route: Route) -> None:
        message = route.request.post_data_json if route.request.method == "POST" else None
        if self.change is None or message is None or message["kind"] != "submit":
            route.continue_()
            return
        self.change(message)
        route.continue_(post_data=json.dumps(message))


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    return own_server


@pytest.fixture(scope="module")
def module_forger(browser: Browser) -> Iterator[Forger]:
    context = watched_context(browser)
    yield Forger(context)
    context.close()


@pytest.fixture
def forger(module_forger: Forger) -> Iterator[Forger]:
    """On the line of another person's browser, and honest until told otherwise."""
    with left_as_found(module_forger.context):
        yield module_forger
        module_forger.change = None


def answer(**changes: object) -> Change:
    return lambda message: message["answers"][0].update(changes)


def message(**changes: object) -> Change:
    return lambda sent: sent.update(changes)


FORGED: dict[str, tuple[Change, str]] = {
    "unknown item": (answer(item=10**9), "which was not in its batch"),
    "unknown class": (answer(label="cat"), "“cat” is not one of the classes"),
    "unknown batch": (message(batch_id="0" * 32), "that this project never showed"),
    "wrong type": (answer(item="five"), "does not understand"),
    "text of 900 kB": (answer(label="x" * 900_000), "does not understand"),
    "another version": (message(v=2), "does not understand"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_message_is_refused_on_the_page_and_the_answers_stay(
    name: str, forger: Forger, server: Server, book: Book
):
    desk = Desk(forger.context, server.url, book.new_project(batch_size=5)).open()
    forger.change, sentence = FORGED[name]
    said = desk.some(one_more, 5)
    expect(desk.find(".summary")).to_contain_text(sentence)
    assert book.received(desk.project) == []
    assert desk.drafts() == said
    assert_no_traceback(desk)
    # An honest message later is taken.
    forger.change = None
    before = desk.batch
    desk.press("Enter")
    desk.wait_ready(after=before)
    assert book.labels(desk.project) == said


def assert_no_traceback(desk: Desk) -> None:
    expect(desk.page.locator("[data-testid=stException]")).to_have_count(0)
    expect(desk.page.locator("body")).not_to_contain_text("Traceback")


def test_a_project_that_is_not_there_is_told_and_another_can_be_opened(
    context: BrowserContext, server: Server
):
    desk = Desk(context, server.url, "nothing")
    desk.page.goto(f"{server.url}/?project=nothing")
    expect(desk.page.get_by_text("This project does not exist")).to_be_visible()
    assert_no_traceback(desk)
    desk.page.get_by_role("link", name="Go to the projects").click()
    desk.page.get_by_role("button", name="Open").first.click()
    desk.wait_ready()


def test_answers_to_a_project_deleted_meanwhile_are_delivered_once_it_is_back(
    desk: Desk, book: Book
):
    said = desk.some(one_more, 4)
    book.service.delete_project(desk.project)
    said |= desk.some(one_more, 1)
    expect(desk.page.get_by_text("This project does not exist, or it was deleted")).to_be_visible()
    assert desk.drafts() == said
    assert_no_traceback(desk)
    book.service.restore_project(desk.project)
    desk.page.goto(f"{desk.url}/?project={desk.project}")
    book.wait_for(desk.project, lambda labels: labels == said)
    desk.wait_no_drafts()


def test_while_the_database_is_locked_the_page_says_so_and_then_saves_by_itself(
    desk: Desk, server: Server, book: Book
):
    before = desk.batch
    with closing(sqlite3.connect(server.home / "labelspread.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = desk.some(one_more, 5)
        expect(desk.root).to_contain_text("is locked by another program", timeout=30_000)
        desk.wait_saved("Not saved yet")
        assert desk.drafts() == said
        assert_no_traceback(desk)
        assert book.received(desk.project) == []
        other.execute("ROLLBACK")
    desk.wait_ready(after=before)
    desk.wait_saved("all 5 answers saved")
    assert book.labels(desk.project) == said
    book.assert_nothing_doubled(desk.project)


@contextmanager
def newer(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database)) as other, other:
        (before,) = other.execute("SELECT version_num FROM alembic_version").fetchone()
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    yield
    with closing(sqlite3.connect(database)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = ?", [before])


@contextmanager
def corrupt(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = database.read_bytes()
    database.write_bytes(b"This is no database. " * 400)
    yield
    database.write_bytes(content)


BROKEN = {
    "newer": (newer, "was written by a newer version of Labelspread"),
    "corrupt": (corrupt, "is damaged, or is not a database"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_with_a_database_that_cannot_be_opened_every_page_says_so_and_answers_wait(
    name: str, desk: Desk, server: Server, book: Book
):
    obstacle, sentence = BROKEN[name]
    server.kill()
    book.store.close()
    said = desk.some(one_more, 5)
    with obstacle(server.home / "labelspread.db"):
        server.start(UNDERSTOOD_BY)
        # The open page finds out by itself.
        expect(desk.page.get_by_role("alert")).to_contain_text(sentence, timeout=30_000)
        assert desk.drafts() == said
        for page in ("progress", "projects", ""):
            desk.page.goto(f"{server.url}/{page}?project={desk.project}")
            expect(desk.page.get_by_role("alert")).to_contain_text(sentence)
            assert_no_traceback(desk)
    book.open()
    desk.page.get_by_role("button", name="Try again").click()
    desk.wait_no_drafts()
    desk.wait_ready()
    assert book.labels(desk.project) == said
    book.assert_nothing_doubled(desk.project)
