"""How many images a person verifies a minute in the grid, and what of that time the app takes.

``python -m tests.benchmarks.many_checked mnist.npz`` plays a person who needs 150 ms to look at an
image and a second for each that is predicted wrong: to click it, and to press the key of its class.
What the app adds is the time from Enter to the next images painted.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Page

from core.session.events import Answer, AnswerKind
from tests.benchmarks.label_page import LARGE, truth_of, workplace
from tests.benchmarks.timing import told

_LOOK: Final = 0.15
_CLICK: Final = 1.0
_TAUGHT: Final = 10
"""Rounds of labels before it begins."""
_LONG: Final = 300_000


class Checked(NamedTuple):
    """What was verified, and how long that took: a person's seconds and the app's."""

    n_images: int
    n_wrong: int
    person: float
    app: float


def check_many(mnist: Path, size: int, n_grids: int) -> Checked:
    """Verify some grids of this many images."""
    right = truth_of(mnist)
    with workplace(mnist) as (server, book, browser):
        project = book.new_project(**LARGE)
        for _ in range(_TAUGHT):
            batch = book.service.batch(project)
            assert batch is not None
            answers = [Answer(i, AnswerKind.LABEL, right[i]) for i in batch.items]
            book.service.submit(project, batch.batch_id, answers)
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(_LONG)
        page.goto(f"{server.url}/grid?project={project}")
        ready = page.locator(".grid[data-ready]")
        ready.wait_for()
        before = ready.get_attribute("data-ready")
        choice = page.locator("select.size")
        if choice.input_value() != str(size):
            choice.select_option(str(size))
            page.locator(f".grid[data-ready]:not([data-ready='{before}'])").wait_for()
        n_images, n_wrong, person, app = 0, 0, 0.0, 0.0
        for _ in range(n_grids):
            looked, found = _look(page, right)
            began = time.perf_counter()
            old = ready.get_attribute("data-ready")
            page.keyboard.press("Enter")
            page.locator(f".grid[data-ready]:not([data-ready='{old}'])").wait_for()
            app += time.perf_counter() - began
            person += looked * _LOOK + found * _CLICK
            n_images, n_wrong = n_images + looked, n_wrong + found
        return Checked(n_images, n_wrong, person, app)


def _look(page: Page, right: dict[int, str]) -> tuple[int, int]:
    """Take a person's time over a grid, and mark what is wrong; how many images, and of them."""
    name = page.locator(".grid h1 b").first.inner_text()
    tiles = page.locator(".tiles .tile")
    told_of = tiles.evaluate_all("(tiles) => tiles.map((tile) => tile.ariaLabel)")
    items = [int(re.findall(r"[0-9]+", one.replace(",", ""))[0]) for one in told_of]
    began = time.perf_counter()
    wrong = [place for place, item in enumerate(items) if right[item] != name]
    for place in wrong:
        tiles.nth(place).click()
        page.keyboard.press(right[items[place]])
    needed = len(items) * _LOOK + len(wrong) * _CLICK
    page.wait_for_timeout(1000 * max(0.0, needed - (time.perf_counter() - began)))
    return len(items), len(wrong)


def main() -> None:
    """Measure it alone."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.many_checked")
    parser.add_argument("mnist", type=Path)
    parser.add_argument("--grids", type=int, default=6)
    parser.add_argument("--sizes", type=int, nargs="+", default=[24, 48, 120])
    options = parser.parse_args()
    print("| images at once | verified a minute | of that time the app takes | wrong |")
    print("| --- | --- | --- | --- |")
    for size in options.sizes:
        found = check_many(options.mnist, size, options.grids)
        whole = found.person + found.app
        print(
            f"| {size} | {told(60 * found.n_images / whole)} | {100 * found.app / whole:.1f} % "
            f"| {found.n_wrong} of {found.n_images:,} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
