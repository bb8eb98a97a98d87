"""Two tabs, or two people, on one project: no answer is lost, doubled or wrong."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.book import Book, one_more, right, two_more
from tests.e2e.desk import PATIENCE, Desk
from tests.e2e.network import Line

pytestmark = pytest.mark.browser


@pytest.fixture
def other_desk(other_context: BrowserContext, desk: Desk) -> Desk:
    """The same project, open in another person's browser."""
    return Desk(other_context, desk.url, desk.project).open()


# ---- two tabs of one browser


def test_two_tabs_of_a_browser_share_a_batch(desk: Desk, book: Book):
    other = desk.beside()
    assert other.batch == desk.batch
    before = desk.batch
    said = desk.some(one_more, 2)
    other.wait_strip([*said.values(), "·", "·", "·"])
    other.press("ArrowLeft")
    said |= other.some(two_more, 1)
    desk.wait_strip([*list(said.values())[:2], "·", "·", list(said.values())[2]])
    said |= desk.some(one_more, 2)
    desk.wait_ready(after=before)
    other.wait_ready(after=before)
    assert desk.batch == other.batch
    assert book.labels(desk.project) == said
    book.assert_nothing_doubled(desk.project)


def test_two_tabs_of_a_browser_that_both_save_a_half_lose_nothing(desk: Desk, book: Book):
    other = desk.beside()
    before = desk.batch
    said = desk.some(one_more, 2)
    other.wait_strip([*said.values(), "·", "·", "·"])
    other.press("ArrowRight", "ArrowRight")
    said |= other.some(two_more, 2)
    desk.wait_strip([*said.values(), "·"])
    for tab in (desk, other):
        tab.find("button.submit").evaluate("button => setTimeout(() => button.click())")
    desk.wait_ready(after=before)
    other.wait_ready(after=before)
    assert book.labels(desk.project) == said
    desk.wait_no_drafts()
    book.assert_nothing_doubled(desk.project)


def test_keys_in_turn_in_two_tabs_of_a_browser_are_all_stored_once(desk: Desk, book: Book):
    other = desk.beside()
    for number in range(24):
        (desk, other)[number % 2].press(str(number * 7 % 10))
    assert_all_stored_once([desk, other], book)


def test_an_answer_changed_in_one_tab_while_the_other_saves_is_told_of(
    context: BrowserContext, line: Line, book: Book
):
    desk = Desk(context, line.url, book.new_project(batch_size=5)).open()
    other = desk.beside()
    before = desk.batch
    line.muffle()
    said = desk.some(one_more, 5)
    book.wait_for(desk.project, lambda labels: labels == said)
    # The first tab has had no answer yet, and the second knows nothing of its message.
    first = next(iter(said))
    other.find(".strip button").first.click()
    other.press(two_more(first))
    line.cut()
    line.mend()
    desk.wait_ready(after=before)
    other.wait_ready(after=before)
    told = "1 image had been answered differently before; that answer stands."
    wait_told([desk, other], told)
    assert book.labels(desk.project) == said
    desk.wait_no_drafts()


def wait_told(desks: list[Desk], text: str) -> None:
    """Wait until one of these tabs says this."""
    until = time.monotonic() + PATIENCE / 1000
    while text not in (said := [desk.find(".summary").inner_text() for desk in desks]):
        assert time.monotonic() < until, f"The tabs say {said}"
        desks[0].page.wait_for_timeout(50)


# ---- two people


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("progress", "Nothing to measure yet", "Accuracy, all"),
        ("history", "No round yet", "What else happened"),
    ],
)
def test_what_another_labels_shows_on_other_pages_without_a_reload(
    desk: Desk, other_desk: Desk, name: str, before: str, after: str
):
    page = desk.page
    page.goto(f"{desk.url}/{name}?project={desk.project}")
    expect(page.get_by_text(before)).to_be_visible()
    other_desk.round(right)
    expect(page.get_by_text(after)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(before)).to_have_count(0)


def test_nothing_is_drawn_anew_under_an_open_dialog(desk: Desk, other_desk: Desk):
    other_desk.round(right)
    page = desk.page
    page.goto(f"{desk.url}/history?project={desk.project}")
    page.get_by_role("button", name="Branch from here").click()
    field = page.get_by_role("dialog").get_by_role("textbox")
    field.fill("Half done")
    rounds = page.locator("[role=grid]").first
    before = rounds.get_attribute("aria-rowcount") or ""
    other_desk.round(right)
    wait_for_news(page)
    expect(field).to_have_value("Half done")
    expect(rounds).to_have_attribute("aria-rowcount", before)
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(rounds).not_to_have_attribute("aria-rowcount", before, timeout=PATIENCE)


def test_a_grid_in_which_something_is_marked_stays_as_it_is(desk: Desk, other_desk: Desk):
    other_desk.round(right)
    page = desk.page
    page.goto(f"{desk.url}/grid?project={desk.project}")
    page.locator(".grid[data-ready]").wait_for()
    shown = page.locator(".grid .choices")
    tile = page.locator(".grid .tile").first
    tile.click()
    before = shown.inner_text()
    other_desk.round(right)
    wait_for_news(page)
    assert shown.inner_text() == before
    tile.click()
    expect(shown).not_to_have_text(before, timeout=PATIENCE)


def wait_for_news(page: Page) -> None:
    """Wait until a page has heard that there is news, and has looked twice more since."""
    for _ in range(3):
        with page.expect_response(lambda response: response.url.endswith("/news")):
            pass


def test_two_people_have_different_images_and_all_answers_are_stored(
    desk: Desk, other_desk: Desk, book: Book
):
    said: dict[int, str] = {}
    for _ in range(2):
        before, others = desk.batch, other_desk.batch
        assert before != others
        mine, theirs = desk.some(one_more, 5), other_desk.some(two_more, 5)
        assert mine.keys().isdisjoint(theirs)
        said |= mine | theirs
        desk.wait_ready(after=before)
        other_desk.wait_ready(after=others)
    assert book.labels(desk.project) == said
    batch = desk.batch
    desk.page.reload()
    assert desk.wait_ready() == batch, "a reload changes nothing"
    book.assert_nothing_doubled(desk.project)


def test_who_is_left_without_an_image_is_told_and_goes_on_when_one_comes_back(
    desk: Desk, other_desk: Desk, book: Book
):
    project = book.new_project(n_samples=10, batch_size=5)
    for person in (desk, other_desk):
        person.project = project
        person.open()
    said = desk.some(one_more, 5)
    expect(desk.find(".done.others")).to_contain_text("The last images are with others")
    expect(desk.find(".done.all")).to_be_hidden()
    left = other_desk.batch
    other_desk.page.close()
    book.let_go(project)
    expect(desk.find(".done.others")).to_be_hidden()
    assert desk.wait_ready(after="none") == left
    said |= desk.some(one_more, 5)
    expect(desk.find(".done.all")).to_be_visible()
    assert book.labels(project) == said
    book.assert_nothing_doubled(project)


def test_who_comes_late_adds_what_is_new_and_changes_nothing(
    desk: Desk, other_desk: Desk, book: Book
):
    old = desk.batch
    said = desk.some(one_more, 2)
    desk.find("button.submit").click()
    desk.wait_ready(after=old)
    said |= desk.round(one_more)
    others = other_desk.batch
    late = other_desk.some(two_more, 5)
    other_desk.wait_ready(after=others)
    assert book.labels(desk.project) == late | said
    other_desk.wait_no_drafts()
    book.assert_nothing_doubled(desk.project)
    # And the first one, whose batch may have been answered in part, goes on as well.
    said = late | said | desk.round(one_more, count=desk.strip.count("·"))
    assert book.labels(desk.project).keys() == said.keys()
    book.assert_nothing_doubled(desk.project)


def test_an_undo_by_one_person_leaves_the_drafts_of_another_alone(
    desk: Desk, other_desk: Desk, book: Book
):
    first = desk.round(one_more)
    before, others = desk.batch, other_desk.batch
    drafts = other_desk.some(two_more, 2)
    desk.press("Backspace")
    desk.wait_ready(after=before)
    undone = list(first)[-1]
    assert desk.item == undone
    assert other_desk.batch == others
    drafts |= other_desk.some(two_more, 3)
    other_desk.wait_ready(after=others)
    kept = {item: label for item, label in first.items() if item != undone}
    assert book.labels(desk.project) == kept | drafts
    # Only who has undone it is asked about the image.
    assert desk.item == undone
    assert other_desk.item != undone
    desk.round(right, count=1)
    assert book.labels(desk.project) == kept | drafts | {undone: right(undone)}
    book.assert_nothing_doubled(desk.project)


def test_an_undo_in_one_tab_of_a_browser_keeps_the_drafts_of_the_other(desk: Desk, book: Book):
    first = desk.round(one_more)
    undone = list(first)[-1]
    other = desk.beside().deafened()
    before = desk.batch
    desk.press("Backspace")
    desk.wait_ready(after=before)
    # The other tab still shows the batch that was open before.
    drafts = other.some(two_more, 3)
    # What it has answered so far is taken along when this tab saves.
    desk.round(right, count=1)
    other.wait_ready(after=before)
    wanted = first | drafts | {undone: right(undone)}
    book.wait_for(desk.project, lambda labels: labels == wanted)
    book.assert_nothing_doubled(desk.project)


def test_keys_in_turn_by_two_people_are_all_stored_once(desk: Desk, other_desk: Desk, book: Book):
    for number in range(24):
        (desk, other_desk)[number % 2].press(str(number * 7 % 10))
    assert_all_stored_once([desk, other_desk], book)


def assert_all_stored_once(desks: list[Desk], book: Book) -> None:
    """Each image that somebody answered has one of the labels that were pressed for it."""
    project = desks[0].project
    batches = book.batches(project)
    for desk in desks:
        # What is left in mid-batch is saved by hand, unless the other tab does it meanwhile. Like
        # a key, the button counts only when a batch is painted and nothing is under way.
        desk.page.wait_for_function(
            """() => {
              window.findLabeler().querySelector("button.submit").click();
              return !Object.keys(localStorage).some((key) => key.includes(":draft:"));
            }""",
            polling=100,
        )
    pressed: dict[int, set[str]] = {}
    for desk in desks:
        for item, label in desk.effects(batches | book.batches(project)).items():
            pressed.setdefault(item, set()).add(label)
    stored = book.wait_for(project, lambda labels: labels.keys() >= pressed.keys())
    assert stored.keys() == pressed.keys()
    assert all(stored[item] in pressed[item] for item in stored)
    book.assert_nothing_doubled(project)
