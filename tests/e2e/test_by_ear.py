"""The whole loop without a mouse and without looking: by keys, roles, names and what is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.book import Book, one_more, right
from tests.e2e.desk import Desk, wait_at_rest

pytestmark = pytest.mark.browser

MOVING = """() => {
  const roots = [document];
  for (const root of roots) {
    for (const one of root.querySelectorAll("*")) if (one.shadowRoot) roots.push(one.shadowRoot);
  }
  return roots.flatMap((root) => root.getAnimations())
    .filter(({ playState, effect }) => playState === "running" && effect.getTiming().duration > 1)
    .map(({ effect }) => effect.target?.className ?? "");
}"""
"""What of the app's own parts moves for longer than a moment."""


def heard(desk: Desk) -> str:
    """What a screen reader has said last."""
    return desk.find(".spoken").inner_text()


def test_each_step_of_the_loop_is_said(desk: Desk, book: Book):
    expect(desk.find(".spoken")).to_contain_text("Image 1 of 5.")
    first = desk.item
    desk.press(right(first))
    expect(desk.find(".spoken")).to_contain_text(f"{right(first)}. Image 2 of 5.")
    desk.press("Backspace")
    expect(desk.find(".spoken")).to_contain_text("Image 1 of 5.")
    desk.press("s")
    expect(desk.find(".spoken")).to_contain_text("skipped. Image 2 of 5.")
    before = desk.batch
    said = desk.some(right, 4)
    desk.wait_ready(after=before)
    expect(desk.find(".spoken")).to_contain_text("5 answers saved. Image 1 of 5.")
    assert book.labels(desk.project) == said


def test_everything_on_the_label_page_has_a_role_and_a_name(desk: Desk):
    desk.press(one_more(desk.item))
    page = desk.page
    region = page.get_by_role("region", name="Label images")
    for name in ("undo", "skip", "unsure", "bad image", "Previous image", "Next image", "Save"):
        expect(region.get_by_role("button", name=name).first).to_be_visible()
    classes = region.get_by_role("group", name="Classes")
    for digit in "0123456789":
        expect(classes.get_by_role("button", name=digit, exact=True)).to_be_visible()
    expect(region.get_by_role("progressbar", name="Answered in this round")).to_be_visible()
    expect(region.get_by_role("figure", name="The image to label")).to_be_visible()
    batch = region.get_by_role("list", name="Images of this batch")
    expect(batch.get_by_role("button", name="Image 2", exact=True)).to_be_visible()


def test_the_answer_of_an_image_is_known_without_its_colour(desk: Desk):
    label = one_more(desk.item)
    desk.press(label)
    desk.press("ArrowLeft")
    classes = desk.page.get_by_role("group", name="Classes")
    chosen = classes.get_by_role("button", name=label, exact=True)
    expect(chosen).to_have_attribute("aria-pressed", "true")
    first = desk.page.get_by_role("button", name=f"Image 1, {label}")
    expect(first).to_contain_text(label)


def test_the_focus_is_seen_and_goes_through_the_page_in_order(desk: Desk):
    page = desk.page
    # There is something to undo and to save then.
    desk.press(one_more(desk.item))
    wait_at_rest(page)
    passed = [focused(page)]
    while len(passed) < 40 and passed[-1] != "Save":
        page.keyboard.press("Tab")
        passed.append(focused(page))
    order = [name for name in passed if name in {"0", "9", "undo", "skip", "Save"}]
    assert order == ["0", "9", "undo", "skip", "Save"]
    ring = page.evaluate(
        """() => {
          let one = document.activeElement;
          while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
          return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
        }"""
    )
    assert ring, "whoever sees must see where the focus is"


def focused(page: Page) -> str:
    """The name of what has the focus."""
    return str(
        page.evaluate(
            """() => {
              let one = document.activeElement;
              while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
              const own = [...one.childNodes].filter((node) => node.nodeName !== "KBD");
              const text = own.map((node) => node.textContent).join("").trim();
              return one.ariaLabel || text || one.textContent.trim();
            }"""
        )
    )


def test_nothing_moves_for_whoever_does_not_want_that(desk: Desk):
    desk.page.emulate_media(reduced_motion="reduce")
    try:
        for _ in range(2):
            desk.press(one_more(desk.item))
            assert desk.page.evaluate(MOVING) == []
    finally:
        desk.page.emulate_media(reduced_motion="no-preference")
