"""What needs a browser on the Replay page: playing, keys, files, a project that starts there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.replay.check import rounds_csv
from core.replay.published import find_run
from core.replay.run import replay
from tests.e2e.book import Book, truth
from tests.e2e.desk import Desk, idle_tab, wait_at_rest, wait_drawn
from tests.e2e.server import Server

RUN = "digits-active-0.20"


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    opened = idle_tab(context)
    opened.goto(f"{server.url}/replay?run={RUN}")
    expect(opened.get_by_role("button", name="Start from here")).to_be_visible()
    wait_at_rest(opened)
    return opened


def at_round(page: Page, number: int) -> None:
    expect(page.locator(".st-key-replay_digits")).to_contain_text(f"model {number}")
    expect(page.locator(".st-key-replay_digits")).not_to_contain_text(f"model {number + 1}")


def test_arrow_keys_step_and_stay_within_the_run(page: Page):
    at_round(page, 1)
    page.keyboard.press("ArrowRight")
    at_round(page, 2)
    wait_at_rest(page)
    page.keyboard.press("ArrowLeft")
    at_round(page, 1)
    wait_at_rest(page)
    page.keyboard.press("ArrowLeft")
    wait_drawn(page)
    at_round(page, 1)


def test_a_click_on_a_round_jumps_there_and_the_address_keeps_it(page: Page):
    page.get_by_role("radio", name="4").click()
    at_round(page, 4)
    page.reload()
    at_round(page, 4)


def test_playing_goes_on_by_itself_to_the_last_round(page: Page):
    page.get_by_role("radio", name="3").click()
    at_round(page, 3)
    wait_at_rest(page)
    page.locator(".st-key-play button").first.click()
    at_round(page, 5)
    expect(page.locator(".st-key-play").first).to_be_visible()


def test_a_pause_interrupts_playing(page: Page):
    page.locator(".st-key-play button").first.click()
    page.locator(".st-key-pause button").first.click()
    expect(page.locator(".st-key-play").first).to_be_visible()


def test_the_page_needs_no_scrolling_in_any_round(context: BrowserContext, server: Server):
    opened = idle_tab(context)
    opened.goto(f"{server.url}/replay?run={RUN}&round=5")
    at_round(opened, 5)
    expect(opened.locator(".js-plotly-plot")).to_have_count(1)
    wait_at_rest(opened)
    bottoms = opened.evaluate(
        "() => [...document.querySelectorAll('.digit-rows, .js-plotly-plot')]"
        ".map((figure) => figure.getBoundingClientRect().bottom)"
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
    wait_at_rest(page)
    page.get_by_role("button", name="Create the file").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Save {RUN}-digits.{kind}").click()
    waiting.value.save_as(tmp_path / "figure")
    assert (tmp_path / "figure").read_bytes().startswith(start)


def test_a_project_starts_from_here_and_shows_its_curve_over_the_published_one(
    page: Page, server: Server, book: Book
):
    page.get_by_role("radio", name="2").click()
    at_round(page, 2)
    wait_at_rest(page)
    page.get_by_role("button", name="Start from here").click()
    expect(page.locator(".labeler[data-ready]")).to_be_visible()
    expect(page.locator(".st-key-learned")).to_contain_text("dotted: the published run")
    made = book.service.projects()[-1]
    assert len(book.labels(made.project_id)) == 45
    desk = Desk(page.context, server.url, made.project_id).open()
    desk.round(lambda item: truth()[item])
    assert len(book.labels(made.project_id)) == 50
