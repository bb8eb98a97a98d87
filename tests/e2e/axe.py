"""What axe-core finds on a page: rules of accessibility, run in the browser."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.desk import wait_for_animations

GRAVE: Final = {"serious", "critical"}

COLOURS: Final = ("color-contrast", "link-in-text-block")
"""The rules that depend on colours, and so on the theme."""


def findings(page: Page, rules: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """What it finds of serious and critical faults: rule and places.

    Parameters
    ----------
    rules
        By these alone; none stands for all.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    # Colours pass over others on the way to another theme.
    wait_for_animations(page)
    response: dict[str, Any] = Axe().run(page, options=options).response
    return {
        violation["id"]: [
            f"{node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
            for node in violation["nodes"]
        ]
        for violation in response["violations"]
        if violation["impact"] in GRAVE
    }
