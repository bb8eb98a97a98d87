"""The moving picture that opens the README, made with real keys in an app of its own.

``python -m tests.e2e.moving_picture`` drops a ZIP file of shapes in colour, labels some of them,
checks many at once, takes them away as folders of images, and writes ``docs/images/tour.webp``.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.browser import chromium_executable
from tests.e2e.conftest import ARGUMENTS
from tests.e2e.desk import Desk, wait_at_rest
from tests.e2e.screenshots import IMAGES, SIZE
from tests.e2e.server import Server
from tests.e2e.shapes import draw_shapes, save_shapes

N_SHAPES: Final = 1_000
ROUNDS: Final = 3
WIDTH: Final = 960
_WORDS: Final = ("Label with one key an image", "The model learns, and asks what teaches it most")
BAR: Final = 44
"""Pixels below the page for the words."""


class Film:
    """Pictures of a page, each with words below it and the time that it stays."""

    def __init__(self) -> None:
        self._frames: list[Image.Image] = []
        self._times: list[int] = []
        self._font = ImageFont.load_default(22)

    def take(self, page: Page, words: str, milliseconds: int) -> None:
        """Add the page as it looks now."""
        seen = Image.open(BytesIO(page.screenshot())).convert("RGB")
        height = round(seen.height * WIDTH / seen.width)
        frame = Image.new("RGB", (WIDTH, height + BAR), "#16181d")
        frame.paste(seen.resize((WIDTH, height), Image.Resampling.LANCZOS))
        ImageDraw.Draw(frame).text(
            (WIDTH / 2, height + BAR / 2), words, fill="#ffffff", font=self._font, anchor="mm"
        )
        self._frames.append(frame)
        self._times.append(milliseconds)

    def save(self, path: Path) -> None:
        """Write it as a picture that moves, again and again."""
        first, *others = self._frames
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=self._times,
            loop=0,
            quality=60,
            method=4,
        )


def main() -> None:
    """Make the picture."""
    with TemporaryDirectory() as home, sync_playwright() as playwright:
        server = Server(Path(home))
        server.start()
        browser = playwright.chromium.launch(executable_path=chromium_executable(), args=ARGUMENTS)
        try:
            _play(browser, server).save(IMAGES / "tour.webp")
        finally:
            browser.close()
            server.stop()


def _play(browser: Browser, server: Server) -> Film:
    film = Film()
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.goto(f"{server.url}/data")
    page.get_by_text("Bring in images").wait_for()
    wait_at_rest(page)
    film.take(page, "Your own images: here a ZIP file of shapes in colour", 1800)
    page.locator("input[type=file][multiple]").set_input_files(
        save_shapes(server.home / "shapes in colour.zip", N_SHAPES)
    )
    page.locator(".samples.tall img").last.wait_for()
    wait_at_rest(page)
    film.take(page, "Drop it, and look at what was found", 3000)
    page.get_by_role("button", name="Import and label").click()
    page.locator(".labeler[data-ready]").wait_for()
    project = page.url.rpartition("project=")[2]
    page.close()
    desk = Desk(context, server.url, project).open()
    wait_at_rest(desk.page)
    _label(desk, film)
    _check(desk.page, server, project, film)
    _take_away(desk.page, film)
    return film


def _label(desk: Desk, film: Film) -> None:
    names = sorted((f"{label}/{name}" for label, name, _ in draw_shapes(N_SHAPES)))
    truth = [name.partition("/")[0] for name in names]
    classes = desk.find(".classes span").all_inner_texts()
    for number in range(ROUNDS):
        before = desk.batch
        for place in range(10):
            words = (
                "Label with one key an image"
                if number == 0
                else "The model learns, and asks what teaches it most"
            )
            film.take(desk.page, words, 900 if place == 0 else 280 if number == 0 else 160)
            desk.press(str(classes.index(truth[desk.item]) + 1))
        desk.wait_ready(after=before)
        wait_at_rest(desk.page)
    film.take(desk.page, "Thirty labels", 2200)


def _check(page: Page, server: Server, project: str, film: Film) -> None:
    page.goto(f"{server.url}/grid?project={project}")
    grid = page.locator(".grid")
    page.locator(".grid[data-ready]").wait_for()
    wait_at_rest(page)
    for _ in range(2):
        film.take(page, "Check many at once, and accept them with Enter", 1500)
        before = grid.get_attribute("data-ready")
        page.keyboard.press("Enter")
        page.locator(f".grid[data-ready]:not([data-ready='{before}'])").wait_for()
        wait_at_rest(page)


def _take_away(page: Page, film: Film) -> None:
    page.get_by_role("link", name="Export").click()
    page.get_by_text("Labelled by people, or given").click()
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Images in folders").click()
    download = page.get_by_test_id("stDownloadButton").first.get_by_role("button")
    download.wait_for()
    wait_at_rest(page)
    film.take(page, "Take away what you made, in the form that you need", 1800)
    with page.expect_download() as saved:
        download.click()
    with ZipFile(saved.value.path()) as archive:
        folders = {name.partition("/")[0] for name in archive.namelist() if "/" in name}
    film.take(page, f"A folder for each class: {', '.join(sorted(folders))}", 3000)


if __name__ == "__main__":
    main()
