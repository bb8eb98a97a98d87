"""A project that learns as you go: one key, one refit, and nobody waits for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.book import Book, one_more, right, two_more
from tests.e2e.desk import Desk
from tests.e2e.network import Line
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def project(book: Book) -> str:
    return book.new_project(batch_size=5, refit="label")


@pytest.fixture
def quick(context: BrowserContext, server: Server, project: str) -> Desk:
    """The label page, open on a fresh project that learns after each label."""
    return Desk(context, server.url, project).open()


@pytest.fixture
def far(context: BrowserContext, line: Line, project: str) -> Desk:
    """The same, at the other end of a line that can be cut."""
    return Desk(context, line.url, project).open()


def strip_images(desk: Desk) -> list[str]:
    return [str(image.get_attribute("src")) for image in desk.find(".strip img").all()]


# ---- what is seen


def test_one_label_is_saved_and_the_model_fitted_again_at_once(quick: Desk, book: Book):
    expect(quick.find(".where")).to_have_text("Round 1 · 0 of 5")
    accuracy = []
    for number in range(1, 3):
        said = quick.round(right, count=1)
        quick.wait_figure("Labels given", str(number))
        accuracy.append(quick.figure("Accuracy"))
        assert said.items() <= book.labels(quick.project).items()
    assert accuracy[0] != accuracy[1]
    expect(quick.find(".where")).to_have_text("Round 1 · 2 of 5")
    expect(quick.find(".summary")).to_contain_text("Round 1: 2 labels added, 2 in all")
    quick.wait_saved("all 2 answers saved")
    for _ in range(3):
        quick.round(right, count=1)
    expect(quick.find(".where")).to_have_text("Round 2 · 0 of 5")


def test_the_image_on_screen_stays_when_the_new_batch_comes(quick: Desk):
    quick.round(right, count=1)
    before, shown = quick.batch, strip_images(quick)
    quick.page.evaluate(
        """() => {
          const labeler = window.findLabeler();
          const stage = labeler.querySelector(".stage");
          window.changes = [];
          new MutationObserver(() => window.changes.push(labeler.dataset.item)).observe(
            stage, { childList: true, attributes: true });
        }"""
    )
    quick.press(right(quick.item))
    item = quick.item
    said = quick.find(".top").inner_text()
    quick.wait_ready(after=before)
    assert (quick.item, quick.find(".top").inner_text()) == (item, said)
    assert strip_images(quick)[:2] == shown[1:3]
    assert quick.page.evaluate("() => window.changes") == [str(item)]


def test_what_makes_no_sense_as_you_go_is_not_offered(quick: Desk, book: Book):
    expect(quick.find("button.submit")).to_be_hidden()
    expect(quick.find("button.auto")).to_be_hidden()
    quick.press("?")
    expect(quick.find(".keys")).to_contain_text("accept the prediction")
    expect(quick.find(".keys")).not_to_contain_text("save")
    quick.press("?", "a")
    said = quick.round(right, count=1)
    assert book.labels(quick.project) == said


# ---- typing ahead


@pytest.mark.parametrize("gap", [0, 60, 300])
def test_as_you_go_labels_typed_ahead_land_on_the_image_on_screen_or_do_nothing(
    quick: Desk, book: Book, gap: int
):
    # Neighbours differ, and so do places five apart: a shift would show.
    keys = "012345678902468135790371562849"[: 12 if gap == 300 else 30]
    quick.page.keyboard.type(keys, delay=gap)
    quick.wait_no_drafts()
    wanted = quick.effects(book.batches(quick.project))
    assert len(wanted) >= 5
    assert book.labels(quick.project) == wanted
    assert [item for item, _ in book.in_order(quick.project)] == list(wanted)
    book.assert_nothing_doubled(quick.project)


# ---- undo


def test_backspace_while_an_answer_is_under_way_undoes_it_once(far: Desk, line: Line, book: Book):
    first = far.round(one_more, count=1)
    line.cut()
    item = far.item
    far.press(one_more(item), "Backspace", "Backspace", "7")
    expect(far.find(".hint")).to_have_text("One moment …")
    line.mend()
    far.wait_item(item)
    far.wait_still()
    assert book.labels(far.project) == first
    expect(far.find(".summary")).to_contain_text("Undone. The model is as it was before.")
    assert book.received(far.project)[-1][1:] == (item, one_more(item))
    before = far.batch
    far.press(two_more(item))
    far.wait_ready(after=before)
    assert book.labels(far.project) == first | {item: two_more(item)}


def test_a_draft_that_was_not_sent_is_simply_taken_back(far: Desk, line: Line, book: Book):
    line.cut()
    said = far.some(one_more, 3)
    last = list(said)[-1]
    far.press("Backspace")
    assert far.item == last
    line.mend()
    far.wait_no_drafts()
    del said[last]
    assert book.labels(far.project) == said
    assert [item for _, item, _ in book.received(far.project)] == list(said)
    assert far.item == last


def test_undo_goes_back_label_by_label_and_what_was_undone_is_shown_again(quick: Desk, book: Book):
    order: list[int] = []
    for _ in range(7):
        order += quick.round(right, count=1)
    for left in reversed(range(7)):
        before = quick.batch
        quick.press("Backspace")
        quick.wait_ready(after=before)
        assert quick.item == order[left]
        assert list(book.labels(quick.project)) == order[:left]
        place = f"Round {left // 5 + 1} · {left % 5} of 5"
        expect(quick.find(".where")).to_have_text(place)
    assert list(quick.some(right, 5)) == order[:5]
    quick.wait_no_drafts()
    book.assert_nothing_doubled(quick.project)


# ---- nothing lost


def test_as_you_go_labelling_goes_on_while_the_line_is_cut(far: Desk, line: Line, book: Book):
    first = far.round(one_more, count=1)
    line.cut()
    said = far.some(two_more, 5)
    assert len(said) == 5
    far.wait_saved("Not saved yet: 5 answers")
    far.press("1", "Enter", "s")
    assert far.drafts() == said
    line.mend()
    far.wait_no_drafts()
    far.wait_saved("all 6 answers saved")
    assert book.labels(far.project) == first | said
    far.wait_still()
    assert far.item not in first | said
    book.assert_nothing_doubled(far.project)


def test_as_you_go_a_reload_in_the_middle_loses_nothing(far: Desk, line: Line, book: Book):
    line.cut()
    said = far.some(one_more, 3)
    line.mend()
    far.page.reload()
    far.wait_ready()
    far.wait_no_drafts()
    assert book.labels(far.project) == said
    said |= far.round(two_more, count=1)
    assert book.labels(far.project) == said
    book.assert_nothing_doubled(far.project)


def test_as_you_go_a_server_killed_after_labels_has_lost_nothing(
    quick: Desk, server: Server, book: Book
):
    said = quick.some(one_more, 2)
    server.kill()
    said |= quick.some(two_more, 2)
    server.start()
    quick.wait_no_drafts()
    assert book.labels(quick.project) == said
    said |= quick.round(one_more, count=1)
    assert book.labels(quick.project) == said
    book.assert_nothing_doubled(quick.project)


# ---- two tabs


def test_as_you_go_keys_in_turn_in_two_tabs_are_all_stored_once(quick: Desk, book: Book):
    other = quick.beside()
    for number in range(16):
        (quick, other)[number % 2].press(str(number * 7 % 10))
    quick.wait_no_drafts()
    batches = book.batches(quick.project)
    pressed: dict[int, set[str]] = {}
    for tab in (quick, other):
        for item, label in tab.effects(batches).items():
            pressed.setdefault(item, set()).add(label)
    stored = book.labels(quick.project)
    assert stored.keys() == pressed.keys()
    assert all(stored[item] in pressed[item] for item in stored)
    book.assert_nothing_doubled(quick.project)
