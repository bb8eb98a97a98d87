"""Whatever happens to browser, network or server: no answer is lost, doubled or wrong."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Request, expect

from tests.e2e.book import Book, one_more, right, two_more
from tests.e2e.desk import PATIENCE, Desk
from tests.e2e.network import Line
from tests.e2e.server import Server

pytestmark = pytest.mark.browser

OPEN = ["·"] * 5
RESEND_MILLISECONDS: Final = 3000
"""After which the component sends again what nothing was heard of."""


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    return own_server


@pytest.fixture
def far_desk(context: BrowserContext, line: Line, book: Book) -> Desk:
    """The label page at the other end of a line that can be cut."""
    return Desk(context, line.url, book.new_project(batch_size=5)).open()


# ---- the page goes away


def test_a_reload_in_mid_batch_keeps_the_answers(desk: Desk, book: Book):
    said = desk.some(one_more, 3)
    desk.page.reload()
    desk.wait_ready()
    assert desk.strip == [*said.values(), "·", "·"]
    assert book.received(desk.project) == []
    said |= desk.round(two_more, count=2)
    assert book.labels(desk.project) == said
    desk.wait_no_drafts()


def test_a_tab_closed_right_after_the_last_answer_loses_nothing(desk: Desk, book: Book):
    said = desk.some(one_more, 5)
    again = desk.beside()
    desk.page.close()
    book.wait_for(desk.project, lambda labels: labels == said)
    again.wait_strip(OPEN)
    book.assert_nothing_doubled(desk.project)


def test_leaving_for_another_page_in_mid_batch_keeps_the_answers(desk: Desk, book: Book):
    said = desk.some(one_more, 2)
    desk.page.get_by_role("link", name="Progress").click()
    desk.page.get_by_text("Nothing to measure yet").wait_for()
    desk.press("1", "2", "3")
    desk.page.get_by_role("link", name="Label", exact=True).click()
    desk.wait_ready()
    assert desk.strip == [*said.values(), "·", "·", "·"]
    said |= desk.round(two_more, count=3)
    assert book.labels(desk.project) == said


# ---- the server goes away


def test_a_server_killed_after_a_save_has_lost_nothing_and_the_page_goes_on_by_itself(
    desk: Desk, server: Server, book: Book
):
    said = desk.round(one_more)
    server.kill()
    assert book.labels(desk.project) == said
    server.start()
    said |= desk.round(two_more)
    said |= desk.round(one_more)
    assert book.labels(desk.project) == said
    book.assert_nothing_doubled(desk.project)


def test_answers_given_while_the_server_is_dead_are_delivered_when_it_lives(
    desk: Desk, server: Server, book: Book
):
    said = desk.some(one_more, 2)
    server.kill()
    before = desk.batch
    said |= desk.some(two_more, 3)
    desk.wait_saved("Not saved yet")
    assert desk.drafts() == said
    server.start()
    desk.wait_ready(after=before)
    desk.wait_saved("all 5 answers saved")
    assert book.labels(desk.project) == said
    desk.wait_no_drafts()
    book.assert_nothing_doubled(desk.project)


def test_a_part_saved_while_the_server_is_dead_is_delivered_when_it_lives(
    desk: Desk, server: Server, book: Book
):
    server.kill()
    before = desk.batch
    said = desk.some(one_more, 2)
    desk.find("button.submit").click()
    desk.wait_saved("Not saved yet")
    server.start()
    desk.wait_ready(after=before)
    assert book.labels(desk.project) == said


def test_a_tab_reloaded_after_the_server_died_with_answers_under_way_delivers_them(
    desk: Desk, server: Server, book: Book
):
    server.kill()
    before = desk.batch
    said = desk.some(one_more, 5)
    server.start()
    desk.page.reload()
    desk.wait_ready(after=before)
    assert book.labels(desk.project) == said
    book.assert_nothing_doubled(desk.project)


def test_a_server_that_takes_long_is_waited_for_and_not_asked_again(
    context: BrowserContext, server: Server, book: Book
):
    desk = Desk(context, server.url, book.new_project(batch_size=5))
    sent = _submits(desk)
    desk.open()
    before = desk.batch
    with closing(sqlite3.connect(server.home / "labelspread.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with desk.page.expect_request(re.compile("/talk/"), timeout=PATIENCE):
            said = desk.some(one_more, 5)
        with server.held():
            other.execute("ROLLBACK")
            desk.page.wait_for_timeout(2 * RESEND_MILLISECONDS)
    desk.wait_ready(after=before)
    desk.wait_saved("all 5 answers saved")
    assert book.labels(desk.project) == said
    assert len(sent) == 1


def _submits(desk: Desk) -> list[str]:
    """Notes each message with answers that a tab sends from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and '"submit"' in (request.post_data or ""):
            sent.append(request.url)

    desk.page.on("request", note)
    return sent


# ---- the network goes away


def test_a_batch_finished_while_the_network_is_cut_is_delivered_when_it_is_back(
    far_desk: Desk, line: Line, book: Book
):
    first = far_desk.round(one_more)
    before = far_desk.batch
    line.cut()
    said = far_desk.some(two_more, 5)
    far_desk.wait_saved("Not saved yet")
    expect(far_desk.find(".saved")).to_have_class("saved trouble")
    # Keys do nothing meanwhile, for the next images are not known.
    far_desk.press("1", "Enter", "Backspace", "s")
    assert book.labels(far_desk.project) == first
    assert far_desk.drafts() == said
    line.mend()
    far_desk.wait_ready(after=before)
    far_desk.wait_saved("all 10 answers saved")
    assert book.labels(far_desk.project) == first | said
    book.assert_nothing_doubled(far_desk.project)


def test_an_outage_in_mid_batch_goes_unnoticed(far_desk: Desk, line: Line, book: Book):
    said = far_desk.some(one_more, 1)
    line.cut()
    said |= far_desk.some(two_more, 3)
    line.mend()
    said |= far_desk.round(one_more, count=1)
    assert book.labels(far_desk.project) == said


def test_an_outage_longer_than_the_life_of_the_session_loses_nothing(
    far_desk: Desk, line: Line, server: Server, book: Book
):
    before = far_desk.batch
    line.cut()
    said = far_desk.some(one_more, 5)
    far_desk.wait_saved("Not saved yet")
    # Sessions live in the server's memory only.
    server.kill()
    server.start()
    line.mend()
    far_desk.wait_ready(after=before)
    assert book.labels(far_desk.project) == said
    said |= far_desk.round(two_more)
    assert book.labels(far_desk.project) == said
    book.assert_nothing_doubled(far_desk.project)


def test_answers_whose_acknowledgement_is_lost_count_once(far_desk: Desk, line: Line, book: Book):
    before = far_desk.batch
    line.muffle()
    said = far_desk.some(one_more, 5)
    book.wait_for(far_desk.project, lambda labels: labels == said)
    far_desk.wait_saved("Not saved yet")
    line.cut()
    line.mend()
    far_desk.wait_ready(after=before)
    far_desk.wait_saved("all 5 answers saved")
    assert far_desk.strip == OPEN
    assert book.labels(far_desk.project) == said
    said |= far_desk.round(two_more)
    assert book.labels(far_desk.project) == said
    book.assert_nothing_doubled(far_desk.project)


def test_answers_acknowledged_by_a_server_that_died_before_saying_so_count_once(
    far_desk: Desk, line: Line, server: Server, book: Book
):
    before = far_desk.batch
    line.muffle()
    said = far_desk.some(one_more, 5)
    book.wait_for(far_desk.project, lambda labels: labels == said)
    server.kill()
    line.cut()
    server.start()
    line.mend()
    far_desk.wait_ready(after=before)
    assert book.labels(far_desk.project) == said
    far_desk.wait_no_drafts()
    book.assert_nothing_doubled(far_desk.project)


def test_an_undo_whose_acknowledgement_is_lost_undoes_one_answer(
    far_desk: Desk, line: Line, server: Server, book: Book
):
    said = far_desk.round(one_more)
    last = list(said)[-1]
    before = far_desk.batch
    line.muffle()
    far_desk.press("Backspace")
    book.wait_for(far_desk.project, lambda labels: last not in labels)
    server.kill()
    line.cut()
    server.start()
    line.mend()
    far_desk.wait_ready(after=before)
    assert far_desk.item == last
    said |= far_desk.round(two_more, count=1)
    # The message sent again after the restart has not undone the new answer, nor another one.
    assert book.labels(far_desk.project) == said
    far_desk.page.reload()
    far_desk.wait_ready()
    assert book.labels(far_desk.project) == said


@pytest.mark.parametrize("milliseconds", [0, 20, 40, 80])
def test_a_line_cut_at_any_moment_of_a_save_loses_and_doubles_nothing(
    far_desk: Desk, line: Line, book: Book, milliseconds: int
):
    before = far_desk.batch
    said = far_desk.some(one_more, 5)
    far_desk.page.wait_for_timeout(milliseconds)
    line.cut()
    line.mend()
    far_desk.wait_ready(after=before)
    far_desk.wait_no_drafts()
    assert book.labels(far_desk.project) == said
    said |= far_desk.round_after_all(two_more)
    assert book.labels(far_desk.project) == said
    book.assert_nothing_doubled(far_desk.project)


def test_a_page_that_was_left_empty_is_loaded_again(desk: Desk):
    """As Streamlit leaves it if the connection is lost just as a run begins."""
    said = desk.some(one_more, 2)
    # From now on whatever Streamlit draws is hidden from the component, which looks for it at
    # moments of its own choosing: the page is empty whenever it does.
    desk.page.evaluate(
        """() => {
          const drawn = "[data-testid=stMain] [data-testid=stElementContainer]";
          const hide = () => document.querySelectorAll(drawn)
            .forEach((element) => { element.dataset.testid = "hidden"; });
          hide();
          new MutationObserver(hide).observe(document, { subtree: true, childList: true });
        }"""
    )
    with desk.page.expect_event("load"):
        desk.page.get_by_role("link", name="Progress").click()
    desk.page.get_by_text("Nothing to measure yet").wait_for()
    desk.page.get_by_role("link", name="Label", exact=True).click()
    desk.wait_ready()
    assert desk.strip == [*said.values(), "·", "·", "·"]


# ---- too much of it


def test_a_browser_whose_storage_is_full_keeps_the_answers_in_the_page(
    context: BrowserContext, server: Server, book: Book
):
    desk = Desk(context, server.url, book.new_project(batch_size=5)).open()
    desk.page.evaluate(
        """() => {
          Storage.prototype.setItem = () => { throw new DOMException("", "QuotaExceededError"); };
        }"""
    )
    desk.press("1", "2", "Backspace")
    assert desk.strip == ["1", "·", "·", "·", "·"]
    desk.press("Backspace")
    said = desk.round(one_more)
    said |= desk.round(two_more)
    assert book.labels(desk.project) == said
    book.assert_nothing_doubled(desk.project)


def test_a_double_click_on_save_saves_once(desk: Desk, book: Book):
    desk.press("a")
    before = desk.batch
    said = desk.some(one_more, 5)
    desk.find("button.submit").dblclick()
    desk.wait_ready(after=before)
    desk.wait_saved("all 5 answers saved")
    assert desk.strip == OPEN
    assert book.labels(desk.project) == said
    book.assert_nothing_doubled(desk.project)


def test_a_second_enter_while_saving_accepts_nothing_unseen(desk: Desk, book: Book):
    desk.round(right)
    desk.press("a")
    before = desk.batch
    said = desk.some(one_more, 5)
    desk.page.evaluate("window.pressed.length = 0")
    desk.press("Enter", "Enter", "Enter", "Enter")
    desk.wait_ready(after=before)
    seen = desk.effects({desk.batch: book.batches(desk.project)[desk.batch]})
    assert sorted(desk.drafts()) == sorted(seen)
    assert said.items() <= book.labels(desk.project).items()
    book.assert_nothing_doubled(desk.project)


@pytest.mark.parametrize("gap", [0, 30, 60, 120, 300])
def test_ten_labels_typed_ahead_each_land_on_the_image_that_was_on_screen(
    context: BrowserContext, server: Server, book: Book, gap: int
):
    desk = Desk(context, server.url, book.new_project(batch_size=10)).open()
    before = desk.batch
    desk.page.keyboard.type("3141592608"[::-1], delay=gap)
    desk.wait_ready(after=before)
    pressed = desk.pressed()
    labels = book.labels(desk.project)
    assert labels == {int(key["item"]): key["key"] for key in pressed}
    assert len(labels) == 10


@pytest.mark.parametrize("gap", [0, 30, 60, 120, 300])
def test_labels_typed_ahead_across_the_end_of_a_batch_are_right_or_nothing(
    desk: Desk, book: Book, gap: int
):
    # Neighbours differ, and so do places five apart: a shift would show.
    desk.page.keyboard.type("01234567890246813579037", delay=gap)
    desk.wait_still()
    wanted = desk.effects(book.batches(desk.project))
    assert len(desk.pressed()) == 23
    assert len(wanted) >= 5
    whole = len(wanted) // 5 * 5
    stored = book.wait_for(desk.project, lambda labels: len(labels) >= whole)
    assert stored | desk.drafts() == wanted
    assert not stored.keys() & desk.drafts().keys()
    book.assert_nothing_doubled(desk.project)
