"""Every page in every state: all fits every screen, and people who see little can use it."""

from __future__ import annotations

import re
from itertools import chain
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.axe import COLOURS, findings
from tests.e2e.desk import idle_tab, wait_at_rest
from tests.e2e.places import SCREENS, SIZES, Place

pytestmark = pytest.mark.browser

PLACES: Final = (
    "label",
    "label-new",
    "label-named",
    "label-over",
    "label-keys",
    "label-gone",
    "grid",
    "grid-marked",
    "grid-new",
    "review",
    "review-aside",
    "review-disputed",
    "review-new",
    "explore",
    "explore-new",
    "progress",
    "progress-time",
    "progress-people",
    "progress-new",
    "progress-unknown",
    "history",
    "history-two",
    "history-new",
    "room",
    "room-open",
    "export",
    "export-report",
    "compare",
    "compare-new",
    "replay",
    "replay-run",
    "stage",
    "stage-keys",
    "projects",
    "projects-custom",
    "projects-several",
    "projects-rename",
    "data-elsewhere",
    "data-networks",
    "data-preview",
    "menu",
    "missing",
)


TROUBLE: Final = """() => {
  const found = [];
  const main = document.querySelector("[data-testid=stMain]");
  for (const one of [document.scrollingElement, main]) {
    const beyond = one.scrollWidth - one.clientWidth;
    if (beyond > 0) found.push(`${one.tagName} is ${beyond} wider than the screen`);
  }
  const name = (one) => `${one.tagName}.${one.className} "${one.textContent.trim().slice(0, 30)}"`;
  for (const one of main.querySelectorAll("button, .stPlotlyChart, .key-figures > div, td, th")) {
    const { left, right, width } = one.getBoundingClientRect();
    if (one.closest(".wide") || width === 0) continue;
    if (left < -1 || right > innerWidth + 1) found.push(`${name(one)} is cut by the screen`);
    if (one.matches("button, .key-figures > div") && one.scrollWidth > one.clientWidth + 1) {
      found.push(`${name(one)} is wider than its place`);
    }
  }
  for (const cell of main.querySelectorAll(".comparison td, .report td")) {
    if (cell.scrollWidth > cell.clientWidth + 1) found.push(`${name(cell)} leaves its cell`);
  }
  for (const digit of main.querySelectorAll(".digit-rows [role=listitem]")) {
    const widest = Math.max(...[...digit.children].map((one) => one.offsetWidth));
    if (widest > digit.clientWidth) found.push(`${name(digit)} reaches into the next digit`);
  }
  const beside = "[class*=st-key-side_by_side_] > * > .stHorizontalBlock";
  for (const row of main.querySelectorAll(beside)) {
    const columns = [...row.children].map((one) => one.getBoundingClientRect());
    const isBeside = columns[1].top < columns[0].bottom - 1;
    if (isBeside !== innerWidth > 1000) found.push(`columns side by side: ${isBeside}`);
  }
  return found;
}"""

FITTING: Final = (
    "label",
    "label-named",
    "label-changed",
    "label-photos",
    "grid",
    "grid-photos",
    "review",
    "review-named",
    "review-disputed",
    "explore",
    "progress",
    "progress-time",
    "progress-people",
    "progress-unknown",
    "history",
    "history-two",
    "room",
    "room-open",
    "export",
    "export-report",
    "compare",
    "compare-new",
    "replay",
    "replay-run",
    "projects",
    "projects-custom",
    "data-elsewhere",
    "data-networks",
    "data-preview",
)
"""Places that have to fit every screen."""

WIDTHS: Final = (
    "small phone",
    "narrow",
    "tablet",
    "one column",
    "small",
    "desktop",
    "large",
)
"""Screens on which nothing may be cut: of two that are as good as equally wide the narrower one."""

TOGETHER: Final = (
    ("label", "label-keys"),
    ("grid", "grid-marked"),
    ("review", "review-aside"),
    ("progress", "menu"),
    ("history", "history-two"),
    ("export", "export-report"),
    ("stage", "stage-keys"),
    ("projects", "projects-custom", "projects-several", "projects-rename"),
)
"""Places that one comes to from each other, without loading a page."""

VISITS: Final = (
    *TOGETHER,
    *((one,) for one in dict.fromkeys((*FITTING, *PLACES)) if one not in {*chain(*TOGETHER)}),
)

DRAWN: Final = ("progress", "history-two", "compare", "replay-run")
"""Places whose charts and tables have the colours of the theme that they were drawn for."""


def title(place: str) -> str:
    """Of the tab; the first thing that is read aloud."""
    page = {"stage": "replay", "menu": "progress", "missing": "no such page"}
    first = place.partition("-")[0]
    return f"{page.get(first, first).capitalize()} · Labelspread"


def is_dark(page: Page) -> bool:
    app = page.locator("[data-testid=stApp]")
    colour = app.evaluate("(one) => getComputedStyle(one).backgroundColor")
    return max(int(channel) for channel in re.findall(r"\d+", colour)[:3]) < 128


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return idle_tab(context)


@pytest.mark.parametrize("visit", VISITS, ids="+".join)
def test_nothing_is_cut_on_any_screen_and_axe_finds_nothing_serious_in_either_theme(
    page: Page, known_places: dict[str, Place], visit: tuple[str, ...]
):
    """Both at one visit, for that takes the most time of all."""
    for place in visit:
        if place == visit[0]:
            known_places[place].open(page)
        else:
            known_places[place].go_on(page)
        expect(page).to_have_title(title(place))
        if place in FITTING:
            assert trouble_by_screen(page) == {}, place
            page.set_viewport_size(SIZES["desktop"])
            wait_at_rest(page, 200)
        if place in PLACES:
            look_at(page, known_places[place], is_drawn=place in DRAWN)


def look_at(page: Page, place: Place, *, is_drawn: bool) -> None:
    """Let axe look in both themes."""
    assert not is_dark(page)
    assert findings(page) == {}, place.address
    page.emulate_media(color_scheme="dark")
    if is_drawn:
        place.open(page)
    wait_at_rest(page, 200)
    assert is_dark(page)
    # What else there is to find is the same in both.
    assert findings(page, COLOURS) == {}, place.address
    page.emulate_media(color_scheme="light")


def trouble_by_screen(page: Page) -> dict[str, list[str]]:
    """What is cut or overlaps, by screen; below a thousand pixels a page is one column."""
    found = {}
    for name in WIDTHS:
        page.set_viewport_size(SCREENS[name])
        wait_at_rest(page, 200)
        if trouble := page.evaluate(TROUBLE):
            found[name] = trouble
    return found
