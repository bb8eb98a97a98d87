"""What needs a browser on the Compare page: to start, wait and come back, files and dialogs."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.desk import idle_tab, wait_at_rest
from tests.e2e.server import Server


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    opened = idle_tab(context)
    opened.goto(f"{server.url}/compare")
    expect(opened.get_by_role("button", name="Start")).to_be_visible()
    wait_at_rest(opened)
    return opened


def fill(page: Page, name: str, value: int) -> None:
    page.get_by_role("spinbutton", name=name, exact=True).fill(str(value))


def results(page: Page) -> None:
    """Wait until a comparison is on screen."""
    expect(page.locator("table.comparison tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    expect(page.locator(".js-plotly-plot .legendtext")).to_have_text(["Best known", "Random"])
    wait_at_rest(page)


def test_a_comparison_is_started_watched_found_again_and_deleted(page: Page, tmp_path: Path):
    page.locator(".st-key-compare_classic label").first.click()
    fill(page, "Labels", 20)
    fill(page, "Runs", 2)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**comparison=*")
    results(page)
    bottoms = page.evaluate(
        "() => [...document.querySelectorAll('.js-plotly-plot, table.comparison')]"
        ".map(one => one.getBoundingClientRect().bottom)"
    )
    assert max(bottoms) <= 800
    heads = page.locator("table.comparison thead span")
    assert all(one.evaluate("e => e.scrollWidth <= e.clientWidth") for one in heads.all())

    page.get_by_role("button", name="Download").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Numbers (CSV)").click()
    waiting.value.save_as(tmp_path / "curves.csv")
    assert len((tmp_path / "curves.csv").read_text().splitlines()) == 1 + 2 * 2 * 2
    page.keyboard.press("Escape")

    page.reload()
    results(page)

    page.goto(page.url.split("?")[0])
    # The newest comes first; another test may have left one that was cancelled.
    page.get_by_role("button", name="Handwritten digits: Best known, Random").first.click()
    page.wait_for_url("**comparison=*")
    results(page)

    page.locator(".st-key-compare_rename button").first.click()
    page.get_by_role("dialog").get_by_label("Title").fill("My first one")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_text("My first one").first).to_be_visible()
    wait_at_rest(page)

    page.get_by_role("button", name="Earlier").click()
    page.locator("[class*=st-key-compare_menu_delete] button").first.click()
    expect(page.get_by_role("dialog").get_by_text("My first one")).to_be_visible()
    expect(page.locator(".st-key-compare_menu")).to_have_count(0)
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Which strategy needs the fewest labels?")).to_be_visible()
    expect(page.get_by_text("My first one")).to_have_count(0)


def test_it_goes_on_while_another_page_is_open_and_can_be_cancelled(page: Page):
    page.locator(".st-key-compare_classic label").first.click()
    fill(page, "Labels", 500)
    fill(page, "Batch size", 1)
    fill(page, "Runs", 50)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("[data-testid=stProgress]")).to_contain_text("run 1 of 50")
    page.get_by_role("link", name="Progress").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("[data-testid=stProgress]")).to_contain_text("of 50")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    expect(page.get_by_text("Cancelled").first).to_be_visible()
