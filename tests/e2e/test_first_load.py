"""A visit with no file in the browser's cache: what is on screen stays where it is."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.desk import idle_tab
from tests.e2e.places import SIZES, Place
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

MOST: Final = 0.1
"""A cumulative layout shift that counts as good, as in Google's Core Web Vitals."""

WATCH: Final = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    const moved = sources.map(({ node, previousRect, currentRect }) =>
      `${node?.className}: ${previousRect.top} to ${currentRect.top}`);
    window.shifts.push([value, moved]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize(
    "place",
    [
        "label",
        "label-new",
        "grid",
        "review",
        "explore",
        "progress",
        "progress-time",
        "progress-new",
        "history",
        "export",
        "compare",
        "replay-run",
        "projects",
        "data",
    ],
)
def test_nothing_jumps(
    context: BrowserContext,
    known_places: dict[str, Place],
    place: str,
    size: str,
):
    page = context.new_page()
    page.set_viewport_size(SIZES[size])
    page.add_init_script(WATCH)
    context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    known_places[place].open(page)
    shifts = page.evaluate("() => window.shifts")
    page.close()
    assert sum(value for value, _ in shifts) < MOST, shifts


def test_an_address_without_a_page_shows_where_to_go(context: BrowserContext, server: Server):
    page = idle_tab(context)
    page.goto(f"{server.url}/progress/nope")
    expect(page.get_by_text("Nothing is at “progress/nope”.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Projects").click()
    expect(page.get_by_role("button", name="Create project")).to_be_visible()


def test_a_page_asks_for_nothing_that_is_not_there(context: BrowserContext, server: Server):
    page = context.new_page()
    missing: list[str] = []
    page.on("response", lambda one: missing.append(one.url) if one.status >= 400 else None)
    page.goto(f"{server.url}/replay")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert missing == []
