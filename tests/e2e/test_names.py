"""Names from people and files are drawn as they are: never as markup, a link, an image or code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect
from sklearn.datasets import load_digits

from core.session.events import Answer, AnswerKind
from tests.e2e.book import Book
from tests.e2e.desk import idle_tab, wait_at_rest
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

ELSEWHERE: Final = "http://elsewhere.example"
PROJECT: Final = "![](//a.example/b) **b** :red[c] $x$ -> www.d.example <b>e</b> :smile:"
CLASSES: Final = (
    f"=HYPERLINK('{ELSEWHERE}')",
    f"<img src={ELSEWHERE}/b.png>",
    f"<a href='{ELSEWHERE}'>press</a>",
    "<script>alert(1)</script>",
    "&lt;b&gt;",
    "__proto__",
    "constructor",
    "![i](http://elsewhere.example/i.png)",
    "<br><b>bold</b>",
    '5" קול',
)
JOINER: Final = "\u2060"


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    return own_server


@pytest.fixture(scope="module")
def hostile(server: Server) -> Iterator[str]:
    """A project with such names and three answers, one of them wrong."""
    folder: Path = server.home / "datasets"
    folder.mkdir(exist_ok=True)
    digits = load_digits()
    np.savez(
        folder / "names.npz",
        images=digits.images[:200] / 16,
        labels=digits.target[:200],
        class_names=CLASSES,
    )
    book = Book(server.database_url, folder)
    project = book.new_project(
        dataset="names.npz", n_samples=200, batch_size=5, kernel="symmetric_knn"
    )
    book.service.rename_project(project, PROJECT)
    for _ in range(3):
        batch = book.service.batch(project)
        assert batch is not None
        book.service.submit(
            project,
            batch.batch_id,
            [
                Answer(item=item, kind=AnswerKind.LABEL, label=CLASSES[digits.target[item] - 1])
                for item in batch.items
            ],
        )
    yield project
    book.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab that would notice if anything were fetched from elsewhere."""
    opened = idle_tab(context)
    asked: list[str] = []

    def note(request: Request) -> None:
        if "example" in request.url.partition("?")[0]:
            asked.append(request.url)

    opened.on("request", note)
    yield opened
    assert asked == []
    assert (
        opened.locator("a[href*=elsewhere], a[href*='d.example'], img[src*=elsewhere]").count() == 0
    )
    opened.remove_listener("request", note)


def drawn(page: Page, selector: str) -> str:
    return page.locator(selector).first.inner_text().replace(JOINER, "")


@pytest.mark.parametrize("place", ["", "progress"])
def test_the_menu_shows_a_projects_name_as_it_was_typed(
    page: Page, server: Server, hostile: str, place: str
):
    page.goto(f"{server.url}/{place}?project={hostile}")
    page.locator(".key-figures").wait_for()
    wait_at_rest(page)
    assert drawn(page, ".st-key-project_menu button p") == PROJECT
    page.locator(".st-key-project_menu button").click()
    assert drawn(page, f".st-key-open_{hostile} p") == PROJECT


def test_cards_dialogs_and_toasts_show_it_as_it_was_typed(page: Page, server: Server, hostile: str):
    page.goto(f"{server.url}/projects")
    card = page.locator(f".st-key-card_{hostile}")
    expect(card).to_be_visible()
    wait_at_rest(page)
    assert PROJECT in drawn(page, f".st-key-card_{hostile}")
    card.get_by_role("button").nth(1).click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    toast = page.locator("[data-testid=stToast]")
    expect(toast).to_be_visible()
    assert PROJECT in toast.inner_text().replace(JOINER, "")


def test_the_label_page_shows_classes_as_they_are(page: Page, server: Server, hostile: str):
    page.goto(f"{server.url}/?project={hostile}")
    page.locator(".labeler[data-ready]").wait_for()
    tags = page.locator(".labeler .classes button span").all()
    assert sorted(tag.get_attribute("data-full") or "" for tag in tags) == sorted(CLASSES)
    shown = {tag.inner_text() for tag in tags}
    assert len(shown) == len(CLASSES)
    assert shown >= {name for name in CLASSES if len(name) < 12}


def test_figures_take_no_name_for_markup(page: Page, server: Server, hostile: str):
    page.goto(f"{server.url}/progress?project={hostile}")
    ticks = page.locator(".st-key-confusion .ytick text")
    expect(ticks).to_have_count(10)
    wait_at_rest(page)
    texts = ticks.all_text_contents()
    assert "<br><b>bold…" in texts
    assert {"&lt;b&gt;", '5" קול'} <= {*texts}
    assert page.locator(".main-svg a, .main-svg tspan[style*=bold]").count() == 0


def test_a_long_name_lies_on_no_page_and_no_image(page: Page, server: Server, hostile: str):
    page.goto(f"{server.url}/history?project={hostile}")
    page.get_by_text("Two side by side").click()
    page.locator(".changed-images").wait_for()
    wait_at_rest(page)
    assert page.evaluate(
        "() => [...document.querySelectorAll('.changed-images li')]"
        ".every(one => one.scrollWidth <= one.clientWidth)"
    )
    for width in (1280, 1024, 800):
        page.set_viewport_size({"width": width, "height": 800})
        # Which pages have room is found out once the window has its size.
        page.wait_for_function(
            "() => { const left = document.querySelector('.st-key-project_menu')"
            ".getBoundingClientRect().left;"
            "const shown = [...document.querySelectorAll('[data-testid=stTopNav] .rc-overflow-item"
            " > *')].map(one => one.getBoundingClientRect()).filter(one => one.width);"
            "return shown.length > 4 && shown.every(one => one.right <= left); }"
        )
