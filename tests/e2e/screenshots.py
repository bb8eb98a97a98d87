"""Pictures of the pages, taken in a real browser.

``python -m tests.e2e.screenshots`` makes those of the README: it labels 100 digits at a person's
pace in an app of its own, says what each round brought, and writes the pages to ``docs/images``.

``python -m tests.e2e.screenshots --sizes [PLACE ...]`` takes every page, in every state that
:mod:`tests.e2e.places` knows, on every screen and in both themes, and writes them to
``test-results/sizes``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from core.service.projects import DEFAULT_PROJECT_ID
from tests.e2e.book import truth
from tests.e2e.browser import chromium_executable
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.desk import Desk, wait_at_rest
from tests.e2e.places import SIZES, places
from tests.e2e.server import ROOT, Server
from tests.e2e.shapes import save_shapes

IMAGES: Final = ROOT / "docs" / "images"
EVERYWHERE: Final = ROOT / "test-results" / "sizes"
SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}
ROUNDS: Final = 10
PACE: Final = 450
"""Milliseconds between two keys."""


def main() -> None:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.screenshots", description=__doc__)
    parser.add_argument("--sizes", nargs="*", metavar="PLACE", help="every page on every screen")
    chosen = parser.parse_args().sizes
    with TemporaryDirectory() as home, _app(Path(home)) as (browser, server):
        if chosen is not None:
            _take_everywhere(browser, server, chosen)
            return
        IMAGES.mkdir(parents=True, exist_ok=True)
        _label(browser, server)
        _compare(browser, server)
        for scheme in ("light", "dark"):
            _take(browser, server, scheme)


@contextmanager
def _app(home: Path) -> Iterator[tuple[Browser, Server]]:
    with sync_playwright() as playwright:
        server = Server(home)
        server.start()
        browser = playwright.chromium.launch(executable_path=chromium_executable(), args=ARGUMENTS)
        try:
            yield browser, server
        finally:
            browser.close()
            server.stop()


def _take_everywhere(browser: Browser, server: Server, chosen: list[str]) -> None:
    EVERYWHERE.mkdir(parents=True, exist_ok=True)
    known = places(server)
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        for name in chosen or known:
            for size, screen in SIZES.items():
                page.set_viewport_size(screen)
                known[name].open(page)
                _show_all(page, screen)
                page.screenshot(path=EVERYWHERE / f"{name}-{size}-{scheme}.png")


def _show_all(page: Page, screen: ViewportSize) -> None:
    """Make the screen as high as a page that may be scrolled; the task itself is not such a one."""
    if page.locator(".labeler, .stage").count():
        return
    below = page.locator("[data-testid=stMain]").evaluate(
        "(main) => main.scrollHeight - main.clientHeight"
    )
    if below > 0:
        page.set_viewport_size({"width": screen["width"], "height": screen["height"] + below})
        wait_at_rest(page)


def _label(browser: Browser, server: Server) -> None:
    desk = Desk(browser.new_context(viewport=SIZE), server.url, DEFAULT_PROJECT_ID).open()
    for _ in range(ROUNDS):
        before = desk.batch
        for _ in range(len(desk.strip)):
            desk.page.wait_for_timeout(PACE)
            desk.press(truth()[desk.item])
        desk.wait_ready(after=before)
        print(desk.find(".summary").inner_text())
    desk.context.close()


def _compare(browser: Browser, server: Server) -> None:
    page = browser.new_context(viewport=SIZE).new_page()
    page.goto(f"{server.url}/compare")
    for name in ("entropy", "margin", "variance"):
        page.locator(f".st-key-compare_{name} label").first.click()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**comparison=*", timeout=600_000)
    page.context.close()


def _take(browser: Browser, server: Server, scheme: str) -> None:
    context = browser.new_context(viewport=SIZE, color_scheme=scheme)  # type: ignore[arg-type]
    desk = Desk(context, server.url, DEFAULT_PROJECT_ID).open()
    for _ in range(3):
        desk.press(truth()[desk.item])
    suffix = "" if scheme == "light" else f"-{scheme}"
    for name in ("label", "progress", "export", "projects"):
        if name != "label":
            desk.page.get_by_role("link", name=name.title()).click()
            desk.page.locator("h1, h3", has_text=name.title()).wait_for()
        desk.page.wait_for_timeout(1500)
        desk.page.screenshot(path=IMAGES / f"{name}{suffix}.png")
    desk.page.goto(f"{server.url}/grid")
    desk.page.locator(".grid[data-ready]").wait_for()
    for place in (6, 30):
        desk.page.locator(".tiles .tile").nth(place).click()
    desk.page.wait_for_timeout(1500)
    desk.page.screenshot(path=IMAGES / f"grid{suffix}.png")
    desk.page.goto(f"{server.url}/explore")
    desk.page.locator(".explore[data-ready]").wait_for()
    # The better layout comes from a process of its own.
    desk.page.get_by_text("Similar images lie close together").wait_for(timeout=60_000)
    desk.page.wait_for_timeout(2500)
    desk.page.screenshot(path=IMAGES / f"explore{suffix}.png")
    desk.page.goto(f"{server.url}/history")
    desk.page.get_by_text("Two side by side").click()
    desk.page.locator(".two-rounds").wait_for()
    desk.page.wait_for_timeout(1500)
    desk.page.screenshot(path=IMAGES / f"history{suffix}.png")
    desk.page.goto(f"{server.url}/data")
    desk.page.locator("input[type=file][multiple]").set_input_files(
        save_shapes(server.home / "shapes in colour.zip", 400)
    )
    desk.page.locator(".samples.tall img").last.wait_for()
    desk.page.wait_for_timeout(1500)
    desk.page.screenshot(path=IMAGES / f"data{suffix}.png")
    desk.page.get_by_role("button", name="Discard").click()
    desk.page.get_by_text("Bring in images").wait_for()
    desk.page.goto(f"{server.url}/compare")
    desk.page.locator(".st-key-compare_list button").first.click()
    desk.page.get_by_text("Above 90 %").click()
    desk.page.wait_for_timeout(1500)
    desk.page.screenshot(path=IMAGES / f"compare{suffix}.png")
    for name, query in (("replay", "round=5"), ("present", "round=4&present=1")):
        desk.page.goto(f"{server.url}/replay?run=digits-active-0.20&{query}")
        desk.page.locator(".js-plotly-plot, .stage[data-ready][data-coming=false]").first.wait_for()
        if name == "present":
            desk.page.keyboard.press("PageDown")
        desk.page.wait_for_timeout(1500)
        desk.page.screenshot(path=IMAGES / f"{name}{suffix}.png")
    for key in ("g", *["PageDown"] * 4):
        desk.page.keyboard.press(key)
    desk.page.wait_for_timeout(1500)
    desk.page.screenshot(path=IMAGES / f"graph{suffix}.png")
    context.close()


if __name__ == "__main__":
    main()
