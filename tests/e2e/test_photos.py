"""Images that are too large for a page's message: they come by themselves, once, and stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, Request, WebSocket, expect

from tests.e2e.book import Book
from tests.e2e.conftest import running
from tests.e2e.desk import Desk
from tests.e2e.network import Line
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

N_IMAGES: Final = 200
SIZE: Final = (300, 200)
CLASSES: Final = ("disc", "square", "rhomb")
BATCH: Final = 6

SHOWN: Final = """() => {
  const image = window.findLabeler().querySelector(".stage img");
  return image !== null && image.complete && image.naturalWidth > 0 && image.checkVisibility();
}"""
SCALE: Final = """() => {
  const { transform } = getComputedStyle(window.findLabeler().querySelector(".stage img"));
  return new DOMMatrix(transform).a;
}"""
LOADED: Final = """() => [...window.findLabeler().querySelectorAll(".strip img")]
  .filter((image) => image.complete && image.naturalWidth > 0).length"""


def save_shapes(folder: Path, name: str, colours: int | None = None) -> None:
    """Save a set of shapes with their classes: grey, or with this many values a pixel."""
    random = np.random.default_rng(0)
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width]
    labels = np.arange(N_IMAGES) % len(CLASSES)
    images = []
    for label in labels:
        far_x, far_y = (abs(axis - size * random.uniform(0.3, 0.7)) for axis, size in
                        ((x, width), (y, height)))  # fmt: skip
        far = (np.hypot(far_x, far_y), np.maximum(far_x, far_y), far_x + far_y)[label]
        grey = (far < height * random.uniform(0.2, 0.4)) * random.uniform(150, 230) + 20
        images.append(grey if colours is None else np.multiply.outer(grey, np.ones(colours)))
    folder.mkdir(exist_ok=True)
    np.savez_compressed(
        folder / f"{name}.npz",
        images=np.asarray(images, dtype=np.uint8),
        labels=labels,
        class_names=CLASSES,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("photos")
    save_shapes(made / "datasets", "shapes")
    return made


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    with running(home) as started:
        yield started


@pytest.fixture(scope="module")
def book(server: Server, home: Path) -> Iterator[Book]:
    opened = Book(server.database_url, home / "datasets")
    yield opened
    opened.close()


@pytest.fixture
def project(book: Book) -> str:
    return book.new_project(dataset="shapes.npz", n_samples=N_IMAGES, batch_size=BATCH)


@pytest.fixture
def desk(context: BrowserContext, server: Server, project: str) -> Desk:
    return Desk(context, server.url, project)


def wait_all_there(page: Page) -> None:
    page.wait_for_function(f"{LOADED.removesuffix('length')}length === {BATCH}")


def test_each_image_is_sent_once_and_apart_from_the_message(desk: Desk):
    asked: Counter[str] = Counter()
    told: list[bytes | str] = []

    def note(request: Request) -> None:
        if "/pictures/" in request.url:
            asked[request.url] += 1

    def keep(frame: bytes | str) -> None:
        told.append(frame)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", keep)

    desk.page.on("request", note)
    desk.page.on("websocket", listen)
    desk.open()
    wait_all_there(desk.page)
    assert desk.page.evaluate(SHOWN)
    assert set(asked.values()) == {1}
    assert len(asked) == BATCH

    before = desk.batch
    for _ in range(BATCH):
        desk.press("1")
    desk.wait_ready(after=before)
    wait_all_there(desk.page)
    assert len(asked) == 2 * BATCH
    assert set(asked.values()) == {1}
    frames = [frame for frame in told if isinstance(frame, bytes)]
    assert frames
    assert not [
        frame for frame in frames if b"data:image/png" in frame or b"data:image/jp" in frame
    ]
    desk.page.remove_listener("request", note)
    desk.page.remove_listener("websocket", listen)


def test_a_key_and_the_wheel_look_closer_and_the_next_image_is_whole_again(desk: Desk):
    page = desk.open().page
    wait_all_there(page)
    stage = desk.find(".stage")
    desk.press("z")
    assert page.evaluate(SCALE) == 2
    expect(stage.locator("img[src$='/full']")).to_have_count(1)
    assert page.evaluate(SCALE) == 2, "the full size lies where the other was"
    desk.press("Escape")
    assert page.evaluate(SCALE) == 1
    expect(stage.locator("img[src$='/full']")).to_have_count(0)

    stage.hover(position={"x": 60, "y": 90})
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"() => ({SCALE})() > 1.5")
    box = stage.locator("img").bounding_box()
    place = stage.bounding_box()
    assert place is not None
    page.mouse.down()
    page.mouse.move(place["x"] + 100, place["y"] + 100)
    page.mouse.up()
    moved = stage.locator("img").bounding_box()
    assert box is not None
    assert moved is not None
    assert moved["x"] > box["x"], "dragging moves it"

    shown = desk.item
    desk.press("2")
    assert desk.item != shown
    assert page.evaluate(SCALE) == 1
    assert desk.strip[0] == CLASSES[1]


def test_faint_images_get_more_contrast_for_good(desk: Desk):
    page = desk.open().page
    toggle = desk.find("button.contrast")
    expect(desk.find(".stage.stretched")).to_have_count(0)
    expect(desk.find("button.smooth")).to_be_hidden()
    desk.press("v")
    expect(desk.find(".stage.stretched")).to_have_count(1)
    expect(toggle).to_have_text("V Own contrast")
    page.reload()
    desk.wait_ready()
    expect(desk.find(".stage.stretched")).to_have_count(1)
    toggle.click()
    expect(desk.find(".stage.stretched")).to_have_count(0)


def test_a_batch_that_is_there_is_labelled_without_a_line(
    context: BrowserContext, server: Server, book: Book, project: str
):
    line = Line(server.port)
    desk = Desk(context, line.url, project).open()
    wait_all_there(desk.page)
    before = desk.batch
    line.cut()
    said = {}
    for number in range(BATCH):
        assert desk.page.evaluate(SHOWN), f"image {number + 1} is not there"
        said[desk.item] = CLASSES[number % 3]
        desk.press(str(number % 3 + 1))
    assert len(said) == BATCH
    line.mend()
    desk.wait_ready(after=before)
    assert book.labels(project) == said
    wait_all_there(desk.page)
    line.close()


def test_images_that_did_not_come_come_later_and_no_key_waits_for_them(desk: Desk):
    page = desk.page
    page.route("**/pictures/**", lambda route: route.abort())
    desk.open()
    broken = desk.find(".broken")
    expect(broken).to_have_text("This image has not come yet. It is asked for again.")
    shown = desk.item
    desk.press("1")
    assert desk.item != shown
    assert desk.strip[0] == CLASSES[0]
    page.unroute("**/pictures/**")
    page.wait_for_function(SHOWN)
    wait_all_there(page)
    expect(broken).to_be_hidden()


def test_an_image_that_the_server_does_not_have_is_told_of(desk: Desk):
    page = desk.page
    page.route("**/pictures/**", lambda route: route.fulfill(status=404, body="Nothing here."))
    desk.open()
    expect(desk.find(".broken")).to_have_text("Nothing here.")
    desk.press("x")
    assert desk.strip[0] == "bad"
    page.unroute("**/pictures/**")
