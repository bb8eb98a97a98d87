"""What people need who do not see, do not point, or see little contrast."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.desk import idle_tab, wait_at_rest
from tests.e2e.places import Place

pytestmark = pytest.mark.browser

GRAVE: Final = {"serious", "critical"}

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
    "review-new",
    "explore",
    "explore-new",
    "progress",
    "progress-time",
    "progress-new",
    "progress-unknown",
    "history",
    "history-two",
    "history-new",
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
    "projects-rename",
    "data-networks",
    "data-preview",
    "menu",
    "missing",
)


def findings(page: Page) -> dict[str, list[str]]:
    """What axe-core finds of serious and critical faults: rule and places."""
    response: dict[str, Any] = Axe().run(page).response
    return {
        violation["id"]: [
            f"{node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
            for node in violation["nodes"]
        ]
        for violation in response["violations"]
        if violation["impact"] in GRAVE
    }


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


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_serious_in_either_theme(
    page: Page, known_places: dict[str, Place], place: str
):
    found = {}
    known_places[place].open(page)
    expect(page).to_have_title(title(place))
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        if scheme == "dark" and place in DRAWN:
            known_places[place].open(page)
        wait_at_rest(page)
        assert is_dark(page) == (scheme == "dark")
        if grave := findings(page):
            found[scheme] = grave
    assert found == {}
