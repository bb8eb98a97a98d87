"""What needs a browser on the Replay page: playing, keys, files, a project that starts there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.published import find_run
from core.replay import replay, rounds_csv
from tests.e2e.book import Book, truth
from tests.e2e.desk import Desk
from tests.e2e.server import Server

RUN = "digits-active-0.20"


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    opened = context.new_page()
    opened.goto(f"{server.url}/replay?run={RUN}")
    expect(opened.get_by_role("button", name="Start from here")).to_be_visible()
    return opened


def at_round(page: Page, number: int) -> None:
    expect(page.locator(".st-key-replay_digits")).to_contain_text(f"model {number}")
    expect(page.locator(".st-key-replay_digits")).not_to_contain_text(f"model {number + 1}")


def at_rest(page: Page) -> None:
    """Wait until nothing is drawn any more: a button that is being replaced takes no click."""
    page.locator(".stApp[data-test-script-state=notRunning]").wait_for()
    page.wait_for_function(
        """() => new Promise((resolve) => {
          let timer = setTimeout(() => resolve(true), 500);
          new MutationObserver(() => {
            clearTimeout(timer);
            timer = setTimeout(() => resolve(true), 500);
          }).observe(document.body, { childList: true, subtree: true });
        })"""
    )


def test_arrow_keys_step_and_stay_within_the_run(page: Page):
    at_round(page, 1)
    page.keyboard.press("ArrowRight")
    at_round(page, 2)
    page.keyboard.press("ArrowLeft")
    at_round(page, 1)
    page.keyboard.press("ArrowLeft")
    at_round(page, 1)


def test_a_click_on_a_round_jumps_there_and_the_address_keeps_it(page: Page):
    page.get_by_role("radio", name="4").click()
    at_round(page, 4)
    page.reload()
    at_round(page, 4)


def test_playing_goes_on_by_itself_to_the_last_round(page: Page):
    page.get_by_role("radio", name="3").click()
    at_round(page, 3)
    at_rest(page)
    page.locator(".st-key-play button").first.click()
    at_round(page, 5)
    expect(page.locator(".st-key-play").first).to_be_visible()


def test_a_pause_interrupts_playing(page: Page):
    at_rest(page)
    page.locator(".st-key-play button").first.click()
    page.locator(".st-key-pause button").first.click()
    expect(page.locator(".st-key-play").first).to_be_visible()


def test_the_page_needs_no_scrolling_in_any_round(
    new_context: Callable[..., BrowserContext], server: Server
):
    opened = new_context().new_page()
    opened.goto(f"{server.url}/replay?run={RUN}&round=5")
    at_round(opened, 5)
    expect(opened.locator(".js-plotly-plot")).to_have_count(2)
    bottoms = opened.evaluate(
        "() => [...document.querySelectorAll('.js-plotly-plot')]"
        ".map(plot => plot.getBoundingClientRect().bottom)"
    )
    assert max(bottoms) <= 800


def test_the_numbers_come_as_a_file(page: Page, tmp_path: Path):
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Numbers (CSV)").click()
    waiting.value.save_as(tmp_path / "run.csv")
    saved = (tmp_path / "run.csv").read_bytes().decode()
    assert saved == rounds_csv(list(replay(find_run(RUN))))


@pytest.mark.parametrize(("kind", "start"), [("html", b"<!doctype"), ("svg", b"<svg")])
def test_a_figure_comes_as_a_file(page: Page, tmp_path: Path, kind: str, start: bytes):
    page.get_by_role("button", name="Download").click()
    page.get_by_role("radio", name=kind).click()
    page.get_by_role("button", name="Draw the file").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Save {RUN}-digits.{kind}").click()
    waiting.value.save_as(tmp_path / "figure")
    assert (tmp_path / "figure").read_bytes().startswith(start)


def test_a_project_starts_from_here_and_shows_its_curve_over_the_published_one(
    page: Page, server: Server, book: Book
):
    page.get_by_role("radio", name="2").click()
    at_round(page, 2)
    at_rest(page)
    page.get_by_role("button", name="Start from here").click()
    expect(page.locator(".labeler[data-ready]")).to_be_visible()
    expect(page.locator(".st-key-learned")).to_contain_text("dotted: the published run")
    made = book.service.projects()[-1]
    assert len(book.labels(made.project_id)) == 45
    desk = Desk(page.context, server.url, made.project_id).open()
    desk.round(lambda item: truth()[item])
    assert len(book.labels(made.project_id)) == 50
