"""The label page in a real browser: every key, the mouse, a finger, and what is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.book import Book, one_more, right
from tests.e2e.desk import Desk, wait_drawn
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]


@pytest.fixture
def taught(desk: Desk) -> Desk:
    """The label page after a first round, so that there are predictions."""
    desk.round(right)
    return desk


# ---- keys


def test_a_digit_labels_the_image_on_screen_and_goes_on(desk: Desk, book: Book):
    first = desk.item
    desk.press("7")
    assert desk.item != first
    assert desk.strip == ["7", "·", "·", "·", "·"]
    expect(desk.find(".where")).to_contain_text("2 of 5")
    assert book.labels(desk.project) == {}


def test_a_full_batch_is_saved_by_itself_and_the_next_one_comes(desk: Desk, book: Book):
    said = desk.round(one_more)
    assert book.labels(desk.project) == said
    assert desk.item not in said
    assert desk.strip == ["·"] * 5
    desk.wait_saved("all 5 answers saved")
    expect(desk.find(".summary")).to_contain_text("Round 1: 5 labels added, 5 in all")
    desk.wait_figure("Labels given", "5")


def test_answers_are_stored_in_the_order_they_were_given(desk: Desk, book: Book):
    desk.press("ArrowRight", "ArrowRight")
    said = desk.round(one_more, count=5)
    assert book.in_order(desk.project) == list(said.items())


def test_enter_accepts_the_prediction(taught: Desk, book: Book):
    item = taught.item
    predicted = taught.find(".top li").first.locator("b").inner_text()
    taught.press("Enter")
    assert taught.item != item
    taught.round(one_more, count=4)
    assert book.labels(taught.project)[item] == predicted


def test_enter_accepts_nothing_while_predictions_are_hidden(taught: Desk):
    item = taught.item
    taught.press("h")
    expect(taught.find(".top li")).to_have_count(0)
    expect(taught.find(".classes .likely")).to_have_count(0)
    taught.press("Enter")
    assert (taught.item, taught.strip) == (item, ["·"] * 5)
    taught.press("h", "Enter")
    assert taught.item != item


def test_enter_accepts_nothing_while_nothing_is_predicted(desk: Desk):
    item = desk.item
    desk.press("Enter")
    assert (desk.item, desk.strip) == (item, ["·"] * 5)


def test_backspace_undoes_within_a_batch_the_latest_first(desk: Desk, book: Book):
    items = list(desk.some(one_more, 3))
    desk.press("ArrowRight")
    for item in reversed(items):
        desk.press("Backspace")
        assert desk.item == item
    assert desk.strip == ["·"] * 5
    said = desk.round(right)
    assert book.labels(desk.project) == said


def test_backspace_undoes_as_deep_as_the_log_and_the_model_rewinds(
    context: BrowserContext, server: Server, book: Book
):
    desk = Desk(context, server.url, book.new_project(batch_size=3)).open()
    accuracy = [desk.figure("Accuracy")]
    order: list[int] = []
    for _ in range(2):
        order += desk.round(right)
        desk.wait_figure("Labels given", str(len(order)))
        accuracy.append(desk.figure("Accuracy"))
    for left in reversed(range(6)):
        undone = order[left]
        before = desk.batch
        desk.press("Backspace")
        desk.wait_ready(after=before)
        assert desk.item == undone
        assert list(book.labels(desk.project)) == order[:left]
        desk.page.locator(".key-figures b", has_text=str(left)).first.wait_for()
        if left % 3 == 0:
            expect(desk.page.locator(".key-figures b").first).to_have_text(accuracy[left // 3])
    desk.wait_saved("Nothing to save yet")
    expect(desk.find("button.undo")).to_be_disabled()
    log = len(book.store.events(desk.project))
    desk.press("Backspace")
    # What was undone is shown again, together and in the order it had.
    assert list(desk.round(right)) == order[:3]
    assert len(book.store.events(desk.project)) == log + 2
    expect(desk.page.locator(".key-figures b").first).to_have_text(accuracy[1])
    book.assert_nothing_doubled(desk.project)


def test_unsure_and_bad_images_are_stored_but_teach_the_model_nothing(desk: Desk, book: Book):
    items = list(desk.some(lambda _: "u", 1))
    items += desk.some(lambda _: "x", 1)
    assert desk.strip[:2] == ["unsure", "bad"]
    said = desk.round(right, count=3)
    assert book.labels(desk.project) == said
    assert book.in_order(desk.project)[:2] == [(items[0], "unsure"), (items[1], "bad")]
    desk.wait_figure("Labels given", "3")
    view = book.view(desk.project)
    assert set(items) <= view.state.settled
    assert set(view.labels) == set(said)


def test_a_skipped_image_comes_back_and_the_others_do_not(
    context: BrowserContext, server: Server, book: Book
):
    desk = Desk(context, server.url, book.new_project(n_samples=8, batch_size=1)).open()
    skipped = desk.item
    desk.round(lambda _: "s")
    seen: list[int] = []
    while desk.item != skipped:
        seen += desk.round((lambda _: "x") if len(seen) == 1 else right)
    assert 1 < len(seen) < 7
    assert len(seen) == len(set(seen))
    desk.round(one_more)
    assert book.labels(desk.project)[skipped] == one_more(skipped)
    while desk.batch != "none":
        seen += desk.round(right)
    assert sorted([*seen, skipped]) == list(range(8))
    expect(desk.find(".done.all")).to_be_visible()
    book.assert_nothing_doubled(desk.project)


def test_after_the_last_image_undo_still_works(context: BrowserContext, server: Server, book: Book):
    desk = Desk(context, server.url, book.new_project(n_samples=4, batch_size=4)).open()
    said = desk.round(one_more)
    assert desk.batch == "none"
    desk.press("5", "Enter", "s", "ArrowLeft", "ArrowRight", "p", "h", "h", "p")
    assert book.labels(desk.project) == said
    desk.press("Backspace")
    desk.wait_ready(after="none")
    assert desk.item == list(said)[-1]
    desk.round(right, count=1)
    last = list(said)[-1]
    assert book.labels(desk.project) == said | {last: right(last)}


def test_arrows_look_around_and_answer_nothing(desk: Desk):
    first = desk.item
    desk.press("ArrowLeft")
    expect(desk.find(".where")).to_contain_text("5 of 5")
    desk.press("ArrowRight")
    assert desk.item == first
    desk.press("ArrowRight", "4", "ArrowLeft", "ArrowLeft")
    assert (desk.item, desk.strip) == (first, ["·", "4", "·", "·", "·"])
    desk.press("ArrowRight", "6")
    assert desk.strip == ["·", "6", "·", "·", "·"]


def test_a_question_mark_opens_and_closes_the_list_of_keys(desk: Desk):
    keys = desk.find(".keys")
    expect(keys).to_be_hidden()
    desk.press("?")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("accept the prediction")
    desk.press("?")
    expect(keys).to_be_hidden()
    desk.press("?", "Escape")
    expect(keys).to_be_hidden()
    desk.find("button.help").click()
    desk.find("button.close").click()
    expect(keys).to_be_hidden()
    assert desk.strip == ["·"] * 5


def test_keys_with_ctrl_alt_or_meta_do_nothing(desk: Desk):
    first = desk.item
    for modifier in ("Control", "Alt", "Meta"):
        # Ctrl+S, Ctrl+U and Alt+arrow belong to the browser; a digit would label if heard.
        desk.press(f"{modifier}+5", f"{modifier}+Backspace", f"{modifier}+Enter")
    assert (desk.item, desk.strip) == (first, ["·"] * 5)


def test_a_key_held_down_labels_once(desk: Desk):
    for _ in range(4):
        desk.page.keyboard.down("3")
    desk.page.keyboard.up("3")
    assert desk.strip == ["3", "·", "·", "·", "·"]


def test_letters_work_with_caps_lock_too(desk: Desk):
    desk.press("Shift+S", "Shift+U", "Shift+X")
    assert desk.strip == ["skipped", "unsure", "bad", "·", "·"]


def test_keys_typed_into_a_field_of_another_page_label_nothing(desk: Desk, book: Book):
    desk.press("1")
    desk.page.get_by_role("link", name="Projects", exact=True).first.click()
    field = desk.page.get_by_label("Name")
    field.click()
    desk.page.keyboard.type("12345 sux 0")
    desk.press("Backspace")
    expect(field).to_have_value("12345 sux ")
    field.fill("")
    desk.page.get_by_role("link", name="Label", exact=True).click()
    desk.wait_ready()
    assert desk.strip == ["1", "·", "·", "·", "·"]
    assert book.received(desk.project) == []


def test_after_a_look_at_progress_enter_labels_and_follows_no_link(taught: Desk):
    taught.page.get_by_role("link", name="Progress").click()
    taught.page.get_by_role("heading", name="Confusion matrix").wait_for()
    taught.page.get_by_role("link", name="Label", exact=True).click()
    taught.wait_ready()
    item = taught.item
    taught.press("Enter")
    assert taught.item != item
    assert taught.strip[0] != "·"


# ---- saving


def test_saving_by_hand_waits_for_enter_or_the_button(desk: Desk, book: Book):
    desk.press("a")
    before = desk.batch
    said = desk.some(one_more, 5)
    assert desk.batch == before
    assert book.labels(desk.project) == {}
    expect(desk.find(".hint")).to_contain_text("saves them")
    desk.press("Enter")
    before = desk.wait_ready(after=before)
    assert book.labels(desk.project) == said
    said |= desk.some(right, 5)
    desk.find("button.submit").click()
    desk.wait_ready(after=before)
    assert book.labels(desk.project) == said


def test_the_button_saves_a_part_of_a_batch(desk: Desk, book: Book):
    before = desk.batch
    expect(desk.find("button.submit")).to_be_disabled()
    said = desk.some(one_more, 2)
    expect(desk.find("button.submit")).to_have_attribute("title", "Save 2 answers")
    desk.find("button.submit").click()
    desk.wait_ready(after=before)
    assert book.labels(desk.project) == said
    assert len(desk.strip) == 5
    desk.wait_saved("all 2 answers saved")


def test_what_a_person_chose_to_see_survives_a_reload(taught: Desk):
    taught.press("h", "p", "a")
    taught.page.reload()
    taught.wait_ready()
    expect(taught.find("button.blind")).to_have_text("H Show predictions")
    expect(taught.find(".verdict")).to_have_text("Predictions are hidden")
    expect(taught.find("button.auto")).to_have_text("A Save automatically")
    expect(taught.find("button.smooth")).to_have_text("P Smooth images")
    image = taught.find(".stage img")
    expect(image).to_have_css("image-rendering", "pixelated")
    assert 0 < image.evaluate("image => image.decode().then(() => image.naturalWidth)") < 32


# ---- mouse and finger


def test_a_mouse_can_do_all_that_keys_can(taught: Desk, book: Book):
    labelled = taught.item
    taught.find('.classes button[data-name="7"]').click()
    for kind in ("skip", "unsure", "bad"):
        taught.find(f"button.{kind}").click()
    assert taught.strip == ["7", "skipped", "unsure", "bad", "·"]
    taught.find("button.undo").click()
    assert taught.strip == ["7", "skipped", "unsure", "·", "·"]
    taught.find(".strip button").first.click()
    assert taught.item == labelled
    taught.find("button.next").click()
    expect(taught.find(".where")).to_contain_text("2 of 5")
    taught.find("button.back").click()
    # No button has kept the focus: Enter accepts, and presses none of them again.
    first = taught.find(".top li b").first.inner_text()
    taught.press("Enter")
    assert taught.strip[0] == first
    before = taught.batch
    taught.find("button.submit").click()
    taught.wait_ready(after=before)
    assert book.labels(taught.project)[labelled] == first


def test_a_finger_can_do_all_that_keys_can(new_context: NewContext, server: Server, book: Book):
    context = new_context(has_touch=True)
    desk = Desk(context, server.url, book.new_project(batch_size=5)).open()
    before = desk.batch
    labelled = desk.item
    desk.find('.classes button[data-name="2"]').tap()
    for kind in ("skip", "unsure", "bad"):
        desk.find(f"button.{kind}").tap()
    desk.find("button.undo").tap()
    assert desk.strip == ["2", "skipped", "unsure", "·", "·"]
    desk.find(".strip button").last.tap()
    expect(desk.find(".where")).to_contain_text("5 of 5")
    desk.find("button.submit").tap()
    desk.wait_ready(after=before)
    assert book.labels(desk.project) == {labelled: "2"}
    assert [said for _, said in book.in_order(desk.project)] == ["2", "skip", "unsure"]


# ---- looks


def test_in_the_dark_theme_ink_is_light(context: BrowserContext, server: Server, book: Book):
    desk = Desk(context, server.url, book.new_project(batch_size=5))
    desk.page.emulate_media(color_scheme="dark")
    desk.open()
    images = desk.find(".stage img, .strip img")
    expect(images).to_have_count(6)
    for image in images.all():
        expect(image).to_have_css("filter", "invert(1)")


@pytest.mark.parametrize("width", [1280, 1024])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_main_task_needs_no_scrolling(
    context: BrowserContext,
    server: Server,
    book: Book,
    tmp_path: Path,
    width: int,
    scheme: Literal["light", "dark"],
):
    desk = Desk(context, server.url, book.new_project(batch_size=10))
    desk.page.set_viewport_size({"width": width, "height": 800})
    desk.page.emulate_media(color_scheme=scheme)
    desk.open()
    desk.round(right)
    for key in ("confusion", "curve"):
        desk.page.locator(f".st-key-{key} .js-plotly-plot .main-svg").first.wait_for()
    wait_drawn(desk.page)
    desk.some(right, 3)
    picture = tmp_path / f"label-{width}-{scheme}.png"
    desk.page.screenshot(path=picture)
    assert picture.stat().st_size > 0
    wide = desk.page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid="stMain"]')]
          .map((element) => element.scrollWidth - element.clientWidth)"""
    )
    assert wide == [0, 0]
    assert _bottom(desk, ".labeler") <= 800
    if width == 1280:
        assert _bottom(desk, ".st-key-learned") <= 800
        tall = desk.page.evaluate(
            """() => [document.scrollingElement, document.querySelector('[data-testid="stMain"]')]
              .map((element) => element.scrollHeight - element.clientHeight)"""
        )
        assert tall == [0, 0]


def _bottom(desk: Desk, selector: str) -> float:
    box = desk.page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] + box["height"]
