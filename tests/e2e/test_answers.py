"""Answers looked at again: the list of them, corrections, undo and redo, keys of one's own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from core.session.events import Answer, AnswerKind
from tests.e2e.book import Book, one_more
from tests.e2e.desk import Desk, wait_at_rest, wait_for_animations

pytestmark = pytest.mark.browser


@pytest.fixture
def answers(desk: Desk) -> Locator:
    """The list of answers, opened by its key after a round."""
    desk.round(one_more)
    wait_at_rest(desk.page)
    desk.press("l")
    dialog = desk.page.get_by_role("dialog", name="Answers")
    dialog.get_by_test_id("stDataFrame").wait_for()
    wait_at_rest(desk.page)
    # Where a cell is can be told once the dialog has come in.
    wait_for_animations(desk.page)
    return dialog


def _take_back_the_newest(answers: Locator, desk: Desk) -> None:
    table = answers.get_by_test_id("stDataFrame").bounding_box()
    assert table is not None
    # The last column of the first row below the head; the newest answer comes first.
    desk.page.mouse.click(table["x"] + 0.91 * table["width"], table["y"] + 36 + 22)


def test_an_answer_is_taken_back_from_the_list_and_the_others_stay(
    answers: Locator, desk: Desk, book: Book
):
    before = book.labels(desk.project)
    newest, _ = book.in_order(desk.project)[-1]
    _take_back_the_newest(answers, desk)
    answers.get_by_role("button", name="Save 1 change").click()
    left = {item: name for item, name in before.items() if item != newest}
    book.wait_for(desk.project, lambda labels: labels == left)
    expect(answers.get_by_role("button", name="Save", exact=True)).to_be_disabled()


def test_a_change_stays_when_other_answers_are_shown_and_when_the_list_is_closed(
    answers: Locator, desk: Desk, book: Book
):
    before = book.labels(desk.project)
    newest, label = book.in_order(desk.project)[-1]
    _take_back_the_newest(answers, desk)
    save = answers.get_by_role("button", name="Save 1 change")
    save.wait_for()
    answers.get_by_role("combobox", name="Show").click()
    other = next(name for name in "0123456789" if name != label)
    desk.page.get_by_role("option", name=other, exact=True).click()
    wait_at_rest(desk.page)
    expect(save).to_be_visible()
    answers.get_by_role("button", name="Close").click()
    expect(answers).to_be_hidden()
    wait_at_rest(desk.page)
    assert book.labels(desk.project) == before
    desk.press("l")
    save.click()
    book.wait_for(desk.project, lambda labels: labels.keys() == before.keys() - {newest})


def test_a_change_is_there_after_the_list_was_closed_and_gone_once_it_is_discarded(
    answers: Locator, desk: Desk, book: Book
):
    before = book.labels(desk.project)
    _take_back_the_newest(answers, desk)
    save = answers.get_by_role("button", name="Save 1 change")
    save.wait_for()
    answers.get_by_role("button", name="Close").click()
    expect(answers).to_be_hidden()
    wait_at_rest(desk.page)
    desk.press("l")
    save.wait_for()
    answers.get_by_role("button", name="Discard").click()
    expect(answers.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    wait_at_rest(desk.page)
    expect(answers.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert book.labels(desk.project) == before


def test_a_change_stays_with_its_answer_when_another_comes_before_it(
    answers: Locator, desk: Desk, book: Book
):
    before = book.labels(desk.project)
    newest, _ = book.in_order(desk.project)[-1]
    batch = book.service.batch(desk.project, desk="somebody else")
    assert batch is not None
    other = Answer(item=batch.items[0], kind=AnswerKind.LABEL, label="1")
    book.service.submit(desk.project, batch.batch_id, [other])
    _take_back_the_newest(answers, desk)
    answers.get_by_role("button", name="Save 1 change").click()
    left = {item: name for item, name in before.items() if item != newest} | {other.item: "1"}
    book.wait_for(desk.project, lambda labels: labels == left)


def test_while_the_list_is_open_keys_are_for_it(answers: Locator, desk: Desk):
    desk.page.keyboard.press("7")
    assert desk.strip == ["·"] * 5
    answers.get_by_role("button", name="Close").click()
    expect(answers).to_be_hidden()
    wait_at_rest(desk.page)
    desk.press("7")
    assert desk.strip == ["7", *["·"] * 4]


def test_an_undo_shows_the_whole_batch_and_ctrl_y_puts_the_answer_back(desk: Desk, book: Book):
    said = desk.round(one_more)
    on_screen = desk.batch
    desk.press("Control+z")
    desk.wait_ready(after=on_screen)
    assert len(desk.strip) == 5
    assert desk.strip.count("·") == 1
    expect(desk.find(".where")).to_contain_text("5 of 5")
    expect(desk.find(".summary")).to_contain_text("Undone")
    undone = desk.batch
    desk.press("Control+y")
    desk.wait_ready(after=undone)
    assert book.labels(desk.project) == said
    expect(desk.find(".summary")).not_to_contain_text("Undone")


def test_a_key_of_ones_own_labels_and_is_there_after_a_reload(desk: Desk):
    desk.press("?")
    desk.find(".change").click()
    desk.root.locator(".own button").nth(3).click()
    desk.page.keyboard.press("w")
    desk.find(".close").click()
    desk.press("w")
    assert desk.strip[0] == "3"
    desk.open()
    desk.press("w")
    assert desk.strip[:2] == ["3", "3"]


def test_a_key_that_means_nothing_says_so(desk: Desk):
    desk.press("w")
    expect(desk.find(".summary")).to_contain_text("W is no key here")
    assert desk.strip == ["·"] * 5
