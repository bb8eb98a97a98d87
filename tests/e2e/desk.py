"""A person at the label page: what they see, and what they press."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from playwright.sync_api import BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

PATIENCE: Final = 30_000
"""Milliseconds to wait for something that must happen."""

BLANK: Final = "about:blank"

WATCH_KEYS: Final = """
(() => {
  const find = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.matches(".labeler")) return element;
      const inside = element.shadowRoot && find(element.shadowRoot);
      if (inside) return inside;
    }
    return null;
  };
  window.pressed = [];
  window.findLabeler = () => {
    if (!window.labeler?.isConnected) window.labeler = find(document);
    return window.labeler;
  };
  window.addEventListener("keydown", (event) => {
    const labeler = window.findLabeler();
    window.pressed.push({
      key: event.key,
      item: labeler?.dataset.item ?? "",
      ready: labeler?.dataset.ready ?? "",
      saving: Boolean(labeler?.querySelector(".stage.saving")),
    });
  }, true);
})();
"""
"""Notes what is on screen at each key, before the component hears of the key."""


def idle_tab(context: BrowserContext) -> Page:
    """A tab with nothing in it: one that a test before has left, or else a new one.

    In one that is there already the app's scripts need not be compiled again.
    """
    idle = (page for page in context.pages if page.url == BLANK)
    return next(idle, None) or context.new_page()


def wait_drawn(page: Page) -> None:
    """Wait until a run of the page is over, so that no part of it is stale."""
    page.locator(".stApp[data-test-script-state=notRunning]").wait_for()


def wait_at_rest(page: Page, milliseconds: int = 500) -> None:
    """Wait until nothing is drawn any more: a button that is being replaced takes no click.

    What follows from another size of the screen begins with a frame, which a busy machine may be
    late with.

    Parameters
    ----------
    milliseconds
        For so long nothing may have changed.
    """
    wait_drawn(page)
    page.wait_for_function(
        """(milliseconds) => new Promise((resolve) => {
          const watch = () => {
            let timer = setTimeout(() => resolve(true), milliseconds);
            new MutationObserver(() => {
              clearTimeout(timer);
              timer = setTimeout(() => resolve(true), milliseconds);
            }).observe(document.body, { childList: true, subtree: true });
          };
          requestAnimationFrame(() => requestAnimationFrame(watch));
        })""",
        arg=milliseconds,
    )


def wait_for_animations(page: Page) -> None:
    """Wait until things and colours are where they are to be.

    Two seconds at most: some things move for ever, or stand still in the middle.
    """
    page.evaluate(
        """() => Promise.race([
          Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))),
          new Promise((resolve) => setTimeout(resolve, 2000)),
        ])"""
    )


class Desk:
    """One tab on one project."""

    def __init__(self, context: BrowserContext, url: str, project: str) -> None:
        self.context = context
        self.page: Page = idle_tab(context)
        self.page.set_default_timeout(PATIENCE)
        self.url = url
        self.project = project
        self.root: Locator = self.page.locator(".labeler")

    def open(self) -> Desk:
        self.page.goto(f"{self.url}/?project={self.project}")
        self.wait_ready()
        return self

    def beside(self) -> Desk:
        """A second tab of the same browser."""
        return Desk(self.context, self.url, self.project).open()

    def deafened(self) -> Desk:
        """From now on this tab hears of what others do only when it says something itself."""
        self.page.route(
            re.compile("/talk/"),
            lambda route: route.abort() if route.request.method == "GET" else route.fallback(),
        )
        return self

    def find(self, selector: str) -> Locator:
        return self.root.locator(selector)

    # ---- what is on screen

    @property
    def batch(self) -> str:
        """The batch that takes keys; empty until the one that comes now is painted."""
        return self._attribute("data-ready")

    @property
    def item(self) -> int:
        return int(self._attribute("data-item"))

    @property
    def saved(self) -> str:
        return self.find(".saved").inner_text()

    @property
    def strip(self) -> list[str]:
        """What was said of each image of the batch."""
        return self.find(".strip button span").all_inner_texts()

    def figure(self, name: str) -> str:
        """A figure on the right, such as that of ``Labels given``, once the run is over.

        The figures come after the batch.
        """
        wait_drawn(self.page)
        entry = self.page.locator(".key-figures > *", has_text=name)
        return entry.locator("b").inner_text()

    def wait_figure(self, name: str, value: str) -> None:
        """Wait until a figure at the right has this value."""
        entry = self.page.locator(".key-figures > *", has_text=name)
        expect(entry.locator("b")).to_have_text(value, timeout=PATIENCE)

    def wait_ready(self, after: str | None = None) -> str:
        """Wait until a batch other than `after` takes keys, and give its id."""
        other = "" if after is None else f':not([data-ready="{after}"])'
        self.page.locator(f".labeler[data-ready]{other}").wait_for(timeout=PATIENCE)
        return self.batch

    def wait_item(self, item: int) -> None:
        self.page.locator(f'.labeler[data-item="{item}"]').wait_for()

    def wait_strip(self, said: Sequence[str]) -> None:
        expect(self.find(".strip button span")).to_have_text(said, timeout=PATIENCE)

    def wait_still(self) -> None:
        """Wait until nothing is under way."""
        self.page.wait_for_function("() => !window.findLabeler().querySelector('.stage.saving')")

    def wait_no_drafts(self) -> None:
        """Wait until the browser has heard that all its answers are saved."""
        self.page.wait_for_function(
            "() => !Object.keys(localStorage).some((key) => key.includes(':draft:'))"
        )

    def wait_saved(self, text: str) -> None:
        expect(self.find(".saved")).to_contain_text(text, timeout=PATIENCE)

    # ---- what is done

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def round(self, say: Callable[[int], str], count: int | None = None) -> dict[int, str]:
        """Press the key that `say` gives for each image, and wait for the next batch."""
        before = self.batch
        said = self.some(say, len(self.strip) if count is None else count)
        self.wait_ready(after=before)
        return said

    def some(self, say: Callable[[int], str], count: int) -> dict[int, str]:
        """Press the key that `say` gives for each of the next images."""
        said = {}
        for _ in range(count):
            item = self.item
            said[item] = say(item)
            self.press(said[item])
        return said

    def round_after_all(self, say: Callable[[int], str]) -> dict[int, str]:
        """The same, pressing again where a key was not taken, as when a line has just come back."""
        before, n_images = self.batch, len(self.strip)
        said: dict[int, str] = {}
        while len(said) < n_images:
            item = self.item
            said[item] = say(item)
            self.press(said[item])
            # Once the last one is answered nothing else comes before the next batch.
            if len(said) == n_images:
                break
            with suppress(PlaywrightTimeoutError):
                self.page.locator(f'.labeler:not([data-item="{item}"])').wait_for(timeout=5_000)
        with suppress(PlaywrightTimeoutError):
            self.page.locator(f'.labeler[data-ready]:not([data-ready="{before}"])').wait_for()
            return said
        self.press(say(self.item))
        self.wait_ready(after=before)
        return said

    def pressed(self) -> Sequence[dict[str, Any]]:
        """What was on screen at each key so far, noted before the component heard of it."""
        noted: list[dict[str, Any]] = self.page.evaluate("() => window.pressed")
        return noted

    def effects(self, batches: Mapping[str, Sequence[int]]) -> dict[int, str]:
        """What the keys so far must amount to, item to key, going by what was on screen at each.

        A key counts if the page said that it was ready for the image it showed. One that came
        while a batch was under way, or before the next one was painted, does nothing.
        """
        labels: dict[int, str] = {}
        for key in self.pressed():
            item = int(key["item"] or -1)
            if not key["saving"] and item in batches.get(key["ready"], ()) and item not in labels:
                labels[item] = key["key"]
        return labels

    def drafts(self) -> dict[int, str]:
        """Item to label, for all answers that are kept in this browser only."""
        kept: list[dict[str, dict[str, Any]]] = self.page.evaluate(
            "() => Object.entries(localStorage).filter(([key]) => key.includes(':draft:'))"
            ".map(([key, value]) => JSON.parse(value))"
        )
        return {int(item): answer["label"] for one in kept for item, answer in one.items()}

    def _attribute(self, name: str) -> str:
        return self.root.get_attribute(name) or ""
