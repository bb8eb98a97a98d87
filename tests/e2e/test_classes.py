"""Classes changed while labelling: renamed, merged, brought back, with a key and a colour."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.e2e.book import Book, right
from tests.e2e.desk import Desk, wait_at_rest, wait_for_animations

pytestmark = pytest.mark.browser

_COLUMNS = {
    "Place": 0.06,
    "Class": 0.25,
    "Key": 0.44,
    "Colour": 0.57,
    "Labels": 0.71,
    "Merge or remove": 0.9,
}
"""Where each column is, in their order, as a share of the table's width."""


@pytest.fixture
def classes(desk: Desk) -> Locator:
    """The dialog, opened after a round."""
    desk.round(right)
    wait_at_rest(desk.page)
    return _opened(desk)


def _opened(desk: Desk) -> Locator:
    desk.find("button.classing").click()
    dialog = desk.page.get_by_role("dialog", name="Classes")
    dialog.get_by_test_id("stDataFrame").wait_for()
    wait_at_rest(desk.page)
    # Where a cell is can be told once the dialog has come in.
    wait_for_animations(desk.page)
    return dialog


def _edit(classes: Locator, row: int, column: str, text: str) -> None:
    """Type into a cell of the table, which is one picture to the browser."""
    page = classes.page
    field = page.locator("#portal input, #portal textarea").first
    save = classes.get_by_role("button", name=re.compile("^Save"))
    # The table that stands for the picture to those who cannot see it.
    cell = classes.get_by_test_id(f"glide-cell-{[*_COLUMNS].index(column)}-{row}")
    for attempt in range(5):
        box = classes.get_by_test_id("stDataFrame").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + _COLUMNS[column] * box["width"], box["y"] + 36 + 35 * row + 17)
        # A cell that was chosen before is opened by the click, and Enter would close it again.
        if not attempt or not _comes(field):
            page.keyboard.press("Enter")
        # While the table is drawn anew it takes no key, and closes what was open.
        with suppress(PlaywrightTimeoutError, AssertionError):
            field.fill(text, timeout=3_000)
            field.press("Enter", timeout=3_000)
            expect(cell).to_have_text(text, timeout=3_000)
            # What the table shows is not with the app yet.
            expect(save).to_be_enabled(timeout=5_000)
            break
    else:
        pytest.fail(f"Nothing could be typed into row {row} of “{column}”.")
    field.wait_for(state="detached")
    wait_at_rest(page)


def _comes(field: Locator) -> bool:
    try:
        field.wait_for(timeout=1_000)
    except PlaywrightTimeoutError:
        return False
    return True


def test_a_class_is_renamed_with_a_key_and_a_colour_for_everybody(
    classes: Locator, desk: Desk, book: Book
):
    before = book.labels(desk.project)
    _edit(classes, 3, "Class", "three")
    _edit(classes, 3, "Key", "Q")
    _edit(classes, 4, "Colour", "teal")
    classes.get_by_role("button", name="Save 2 changes").click()
    renamed = {item: "three" if name == "3" else name for item, name in before.items()}
    expect(classes.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert book.labels(desk.project) == renamed
    classes.get_by_role("button", name="Close").click()
    expect(classes).to_be_hidden()
    wait_at_rest(desk.page)
    expect(desk.find(".classes button[data-name=three] kbd")).to_have_text("Q")
    item = desk.item
    desk.press("q")
    expect(desk.find(".strip button").first).to_contain_text("three")
    desk.round(lambda _: "q", count=4)
    assert book.labels(desk.project)[item] == "three"


def test_a_class_is_merged_and_brought_back_with_its_labels(
    classes: Locator, desk: Desk, book: Book
):
    before = book.labels(desk.project)
    _edit(classes, 9, "Merge or remove", "Merge into 4")
    classes.get_by_role("button", name="Save 1 change").click()
    merged = {item: "4" if name == "9" else name for item, name in before.items()}
    classes.get_by_role("combobox", name="Merged or removed").wait_for()
    assert book.labels(desk.project) == merged
    assert book.view(desk.project).class_names == tuple("012345678")
    wait_at_rest(desk.page)
    classes.get_by_role("combobox", name="Merged or removed").click()
    desk.page.get_by_role("option", name="9", exact=True).click()
    classes.get_by_role("button", name="Bring back").click()
    expect(classes.get_by_role("combobox", name="Merged or removed")).to_be_hidden()
    assert book.labels(desk.project) == before
    assert book.view(desk.project).class_names == tuple("0123456789")


def test_what_was_typed_is_there_after_the_dialog_was_closed_and_what_cannot_be_is_said(
    classes: Locator, desk: Desk, book: Book
):
    before = book.view(desk.project).state.class_list
    _edit(classes, 3, "Class", "8")
    classes.get_by_role("button", name="Close").click()
    expect(classes).to_be_hidden()
    wait_at_rest(desk.page)
    again = _opened(desk)
    again.get_by_role("button", name="Save 1 change").click()
    expect(again.get_by_text("Two classes of the list have the name “8”.")).to_be_visible()
    assert book.view(desk.project).state.class_list == before
    again.get_by_role("button", name="Discard").click()
    expect(again.get_by_role("button", name="Save", exact=True)).to_be_disabled()


def test_a_class_is_added_where_it_is_missed(classes: Locator, desk: Desk, book: Book):
    classes.get_by_label("New class").fill("blot")
    classes.get_by_role("button", name="Add", exact=True).click()
    classes.get_by_role("button", name="Close").click()
    expect(desk.find(".classes button[data-name=blot]")).to_be_visible()
    assert book.view(desk.project).class_names == (*"0123456789", "blot")
