"""A real server, a real browser, and a line between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.e2e.book import Book
from tests.e2e.browser import chromium_executable
from tests.e2e.desk import PATIENCE, WATCH_KEYS, Desk
from tests.e2e.network import Line
from tests.e2e.server import Server

# A machine may be busy with other things; nothing here is about how fast it is.
expect.set_options(timeout=PATIENCE)

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_executable(), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the tests of one file; each has a project of its own there."""
    started = Server(tmp_path_factory.mktemp("home"))
    started.start()
    yield started
    started.stop()
    assert "Uncaught app execution" not in started.log(), started.log()


@pytest.fixture(scope="module")
def book(server: Server) -> Iterator[Book]:
    opened = Book(server.database_url)
    yield opened
    opened.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers that know nothing of one another."""
    contexts = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(_context(browser, **options))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def module_context(browser: Browser) -> Iterator[BrowserContext]:
    context = _context(browser)
    yield context
    context.close()


@pytest.fixture
def context(module_context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser that knows nothing but the app's scripts, which take longest to load."""
    yield module_context
    for page in module_context.pages:
        page.evaluate("localStorage.clear()")
        page.close()


def _context(browser: Browser, **options: Any) -> BrowserContext:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    context.add_init_script(WATCH_KEYS)
    return context


@pytest.fixture(scope="module")
def module_line(server: Server) -> Iterator[Line]:
    laid = Line(server.port)
    yield laid
    laid.close()


@pytest.fixture
def line(module_line: Line) -> Iterator[Line]:
    """A line to the server, whole again after each test."""
    yield module_line
    module_line.cut()
    module_line.mend()


@pytest.fixture
def desk(context: BrowserContext, server: Server, book: Book) -> Desk:
    """The label page, open on a fresh project with all digits and batches of five."""
    return Desk(context, server.url, book.new_project(batch_size=5)).open()
