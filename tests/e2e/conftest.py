"""A real server, a real browser, and a line between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Playwright,
    ViewportSize,
    expect,
)

from tests.e2e.book import Book
from tests.e2e.browser import chromium_executable
from tests.e2e.desk import BLANK, PATIENCE, WATCH_KEYS, Desk
from tests.e2e.network import Line
from tests.e2e.places import SIZES, Place, places
from tests.e2e.server import QuickServer, Server

# A machine may be busy with other things; nothing here is about how fast it is.
expect.set_options(timeout=PATIENCE)

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Pages follow each other in one process, which keeps the app's scripts compiled: half the work.
    "--process-per-site",
    # A page lives for seconds: making its scripts quick would take longer than it gains.
    "--js-flags=--no-maglev --no-turbofan",
]
SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}


@pytest.fixture(autouse=True)
def _uncounted(no_cover: None) -> None:
    """Counts no lines: those that matter run in the server, and to count takes time."""


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium_executable(), args=ARGUMENTS)
    yield started
    started.close()


@contextmanager
def running(home: Path) -> Iterator[Server]:
    """A server on a folder, whose pages must all have been drawn without an error."""
    started = QuickServer(home)
    started.start()
    yield started
    started.stop()
    assert "Uncaught app execution" not in started.log(), started.log()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all tests; each has a project of its own there."""
    with running(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the tests of one file: for those that do it harm."""
    with running(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture(scope="module")
def book(server: Server) -> Iterator[Book]:
    opened = Book(server.database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def known_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    """All places of an app with labels, comparisons, and sets of several kinds."""
    with running(tmp_path_factory.mktemp("places")) as furnished:
        yield places(furnished)


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers that know nothing of one another."""
    contexts = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(watched_context(browser, **options))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def kept_context(browser: Browser) -> Iterator[BrowserContext]:
    context = watched_context(browser)
    yield context
    context.close()


@pytest.fixture
def context(kept_context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser that knows nothing but the app's scripts, which take longest to load."""
    with left_as_found(kept_context):
        yield kept_context


@pytest.fixture(scope="session")
def kept_other_context(browser: Browser) -> Iterator[BrowserContext]:
    context = watched_context(browser)
    yield context
    context.close()


@pytest.fixture
def other_context(kept_other_context: BrowserContext) -> Iterator[BrowserContext]:
    """The browser of another person, which knows nothing of the first one."""
    with left_as_found(kept_other_context):
        yield kept_other_context


@pytest.fixture(scope="session")
def kept_phone_context(browser: Browser) -> Iterator[BrowserContext]:
    context = watched_context(
        browser, viewport=SIZES["phone"], has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield context
    context.close()


@pytest.fixture
def phone_context(kept_phone_context: BrowserContext) -> Iterator[BrowserContext]:
    """The browser of a phone, which knows nothing but the app's scripts either."""
    with left_as_found(kept_phone_context, SIZES["phone"]):
        yield kept_phone_context


_REFUSED: WeakKeyDictionary[BrowserContext, list[str]] = WeakKeyDictionary()
"""What pages of a browser were not allowed to load."""


@contextmanager
def left_as_found(context: BrowserContext, size: ViewportSize = SIZE) -> Iterator[None]:
    """Forget what a test has left in a browser, and keep its tabs for the next one."""
    yield
    refused = [*_REFUSED.get(context, ())]
    _REFUSED[context] = []
    for page in context.pages:
        if page.url != BLANK:
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            page.goto(BLANK)
        page.unroute_all(behavior="ignoreErrors")
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
    context.clear_cookies()
    assert not refused, "a page wants to load what its own policy does not allow"


def watched_context(browser: Browser, **options: Any) -> BrowserContext:
    """A browser that knows nothing, whose keys are noted."""
    context = browser.new_context(**{"viewport": SIZE, **options})
    context.add_init_script(WATCH_KEYS)

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            _REFUSED.setdefault(context, []).append(message.text)

    context.on("console", note)
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
