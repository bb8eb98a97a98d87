"""The map in a real browser: pointed at, drawn around, and opened in the grid."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.book import Book, right
from tests.e2e.desk import Desk, idle_tab, wait_at_rest
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


def open_map(page: Page, url: str, project: str) -> None:
    page.goto(f"{url}/explore?project={project}")
    page.locator(".explore[data-ready]").wait_for()


def test_images_are_found_on_the_map_and_opened_in_the_grid(
    desk: Desk, context: BrowserContext, server: Server, book: Book
):
    desk.round(right)
    wait_at_rest(desk.page)
    page = idle_tab(context)
    open_map(page, server.url, desk.project)
    root = page.locator(".explore")
    n_items = book.view(desk.project).dataset.n_items
    expect(root.locator(".open")).to_have_text(f"Open these {n_items:,} in the grid")

    # The image of the point under the pointer.
    box = root.locator("canvas").bounding_box()
    assert box is not None
    card = root.locator(".card")
    for share in range(20, 80, 2):
        x = box["x"] + box["width"] * (0.3 + 0.4 * (share % 7) / 7)
        page.mouse.move(x, box["y"] + box["height"] * share / 100)
        if card.is_visible():
            break
    expect(card.locator("b")).to_contain_text("Image")
    assert card.locator("img").evaluate("async (one) => (await one.decode(), one.naturalWidth > 0)")

    # A label that is given elsewhere colours the map anew; nothing is lost of what was chosen.
    before = root.get_attribute("data-ready")
    root.locator("canvas").press("v")
    chosen = root.locator(".open").inner_text()
    batch = book.service.batch(desk.project)
    assert batch is not None
    desk.round(right)
    page.locator(f".explore[data-ready]:not([data-ready='{before}'])").wait_for()
    expect(root.locator(".open")).to_have_text(chosen)

    # Only what a person has labelled: it can be corrected.
    for state in ("predicted", "unreached"):
        box_of = root.locator(f".states input[name={state}]")
        if box_of.is_visible():
            box_of.uncheck()
    labelled = len(book.labels(desk.project))
    expect(root.locator(".open")).to_have_text(f"Open these {labelled} in the grid")
    root.locator(".open").click()
    page.locator(".grid[data-ready]").wait_for()
    told = f"Only the {labelled} images chosen on the map"
    expect(page.locator(".among .told")).to_have_text(told)
    before = page.locator(".grid").get_attribute("data-ready")
    page.locator(".among select").select_option("answered")
    page.locator(f".grid[data-ready]:not([data-ready='{before}'])").wait_for()
    name = page.locator(".grid h1 b").first.inner_text()
    other = "3" if name != "3" else "8"
    page.keyboard.press("ArrowRight")
    page.keyboard.press(other)
    page.keyboard.press("Enter")
    book.wait_for(
        desk.project,
        lambda labels: [label for item, label in labels.items() if label != right(item)] == [other],
    )
    page.close()
