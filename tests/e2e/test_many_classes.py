"""More classes than keys: ten of them at hand by a digit, the others found by their name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sklearn.datasets import load_digits

from core.session.events import Answer, AnswerKind
from tests.e2e.axe import findings
from tests.e2e.book import Book
from tests.e2e.desk import Desk, wait_at_rest
from tests.e2e.server import Server
from tests.e2e.test_layout import assert_on_screen

pytestmark = pytest.mark.browser

FIRST: Final = (
    "Common", "Lesser", "Great", "Spotted", "Northern",
    "Southern", "Red", "Black", "White", "Golden",
)  # fmt: skip
SECOND: Final = (
    "winged", "throated", "tailed", "crowned", "billed",
    "footed", "breasted", "backed", "necked", "eyed",
)  # fmt: skip
THIRD: Final = (
    "warbler", "sparrow", "flycatcher", "woodpecker", "sandpiper",
    "hummingbird", "kingfisher", "nightjar", "cormorant", "owl",
)  # fmt: skip
COUNTS: Final = (30, 200, 1000)


def birds(count: int) -> list[str]:
    """So many names of three words, each of which many have."""
    return [f"{FIRST[i % 10]} {SECOND[i // 10 % 10]} {THIRD[i // 100]}" for i in range(count)]


LONG: Final = [f"Lesser spotted woodpecker, in year {i:02}, adult" for i in range(29)]
"""Names of more than 40 characters that begin alike, and end so."""


@pytest.fixture(scope="module")
def crowded(server: Server) -> Iterator[Book]:
    """Somebody who makes projects with many classes."""
    folder = server.home / "datasets"
    folder.mkdir(exist_ok=True)
    digits = load_digits()
    for name, classes in {
        **{f"birds{count}": birds(count) for count in COUNTS},
        "alike29": LONG,
        "alike200": [f"{LONG[0]} {i}" for i in range(200)],
    }.items():
        np.savez(folder / f"{name}.npz", images=digits.images[:100] / 16, class_names=classes)
    opened = Book(server.database_url, folder)
    yield opened
    opened.close()


def make(book: Book, name: str, rounds: int = 1) -> str:
    """A project on a set, in which each digit was labelled as a class of its own in some rounds."""
    project = book.new_project(
        dataset=f"{name}.npz", n_samples=100, batch_size=10, kernel="symmetric_knn"
    )
    names = book.view(project).class_names
    truth = load_digits().target
    for _ in range(rounds):
        batch = book.service.batch(project)
        assert batch is not None
        answers = [
            Answer(item=item, kind=AnswerKind.LABEL, label=names[truth[item]])
            for item in batch.items
        ]
        book.service.submit(project, batch.batch_id, answers)
    return project


@pytest.fixture
def desk(context: BrowserContext, server: Server, crowded: Book) -> Desk:
    """The label page with 200 classes, ten of which the model knows."""
    return Desk(context, server.url, make(crowded, "birds200")).open()


def slot(desk: Desk, digit: str) -> Locator:
    return desk.find(".classes button").nth("1234567890".index(digit))


def name_at(desk: Desk, digit: str) -> str:
    return slot(desk, digit).get_attribute("data-name") or ""


def last_used(desk: Desk) -> list[str]:
    return [name_at(desk, digit) for digit in "67890"]


def matches(desk: Desk) -> list[str]:
    return [one.get_attribute("data-name") or "" for one in desk.find(".matches li").all()]


def labelled(desk: Desk, book: Book, said: dict[int, str]) -> None:
    """Save what was said by hand, and see that it is what is stored."""
    before = desk.batch
    desk.find("button.submit").click()
    desk.wait_ready(after=before)
    stored = book.labels(desk.project)
    assert {item: stored[item] for item in said} == said


def say(desk: Desk, *keys: str) -> int:
    """Press these keys, and give the image that they were for."""
    item = desk.item
    desk.press(*keys)
    return item


# ---- slots


def test_a_digit_labels_with_the_class_of_its_slot(desk: Desk, crowded: Book):
    expect(desk.find(".classes button")).to_have_count(10)
    said = {}
    for digit in "1213":
        name = name_at(desk, digit)
        assert name
        said[say(desk, digit)] = name
    assert len(set(desk.strip)) >= 2
    labelled(desk, crowded, said)


def test_the_likeliest_class_comes_first_and_enter_takes_it(desk: Desk, crowded: Book):
    best = name_at(desk, "1")
    expect(slot(desk, "1")).to_have_class("likely")
    assert desk.find(".top b").first.get_attribute("title") == best
    expect(desk.find(".top li")).to_have_count(3)
    labelled(desk, crowded, {say(desk, "Enter"): best})


def test_an_empty_slot_labels_nothing_and_says_so(desk: Desk):
    item = say(desk, "0")
    assert desk.item == item
    expect(desk.find(".summary")).to_have_text("No class is at 0 now.")
    expect(slot(desk, "0")).to_be_disabled()


def test_a_class_keeps_its_slot_and_the_slots_survive_a_reload(desk: Desk):
    names = birds(200)
    for name in (names[150], names[151], names[150]):
        desk.page.keyboard.type(name)
        desk.press("Enter")
    assert last_used(desk) == [names[150], names[151], "", "", ""]
    desk.page.reload()
    desk.wait_ready()
    assert last_used(desk) == [names[150], names[151], "", "", ""]
    desk.press("7")
    assert desk.strip[3] == desk.strip[1]
    assert last_used(desk) == [names[150], names[151], "", "", ""]


def test_hidden_predictions_leave_the_slots_of_the_likeliest_empty(desk: Desk):
    desk.press("6", "Shift+H")
    assert [name_at(desk, digit) for digit in "12345"] == [""] * 5
    item = say(desk, "1")
    desk.press("Enter")
    assert desk.item == item
    desk.press("Shift+H")
    assert name_at(desk, "1")


def test_a_key_of_ones_own_labels_while_nothing_is_typed(desk: Desk, crowded: Book):
    desk.press("?")
    desk.find(".change").click()
    desk.find(".own button").nth(120).click()
    desk.press("k", "?")
    name = birds(200)[120]
    said = {say(desk, "k"): name}
    said[say(desk, *"black", "Enter")] = "Black winged warbler"
    labelled(desk, crowded, said)


# ---- the field


def test_what_is_typed_finds_a_class_and_enter_labels_with_it(desk: Desk, crowded: Book):
    said = {say(desk, *"golden eyed s", "Enter"): "Golden eyed sparrow"}
    expect(desk.find(".query")).to_have_value("")
    said[say(desk, *"rns", "Enter")] = "Red necked sparrow"
    item = desk.item
    desk.page.keyboard.type("GÖLD WÏ")
    said[say(desk, "Enter")] = "Golden winged warbler"
    assert item in said
    labelled(desk, crowded, said)


def test_one_slip_is_forgiven(desk: Desk):
    desk.page.keyboard.type("sparorw")
    expect(desk.find(".matches li").first).to_have_attribute("data-name", "Common winged sparrow")


def test_arrows_mark_another_match_and_enter_takes_that(desk: Desk, crowded: Book):
    desk.page.keyboard.type("eyed")
    found = matches(desk)
    assert len(found) == 6
    expect(desk.find(".tally")).to_have_text("20 matches")
    desk.press("ArrowDown", "ArrowDown", "ArrowUp")
    expect(desk.find(".matches .marked")).to_have_attribute("data-name", found[1])
    expect(desk.find(".query")).to_have_attribute("aria-activedescendant", "match-1")
    desk.press("ArrowUp", "ArrowUp")
    expect(desk.find(".matches .marked")).to_have_attribute("aria-posinset", "20")
    desk.press("ArrowDown", "ArrowDown")
    labelled(desk, crowded, {say(desk, "Enter"): found[1]})


def test_a_match_can_be_clicked(desk: Desk, crowded: Book):
    item = say(desk, *"eyed")
    name = matches(desk)[3]
    desk.find(".matches li").nth(3).click()
    labelled(desk, crowded, {item: name})


def test_digits_and_commands_are_letters_while_something_is_typed(desk: Desk):
    item = say(desk, *"gold6", "Shift+S", "?")
    assert desk.item == item
    expect(desk.find(".query")).to_have_value("gold6S?")
    desk.press("ArrowLeft", "Backspace", "Backspace", "End", "Backspace")
    expect(desk.find(".query")).to_have_value("gold")
    assert desk.item == item


def test_escape_and_backspace_clear_and_only_then_undo(desk: Desk):
    first = say(desk, "1")
    desk.press("g", "Escape")
    expect(desk.find(".query")).to_have_value("")
    expect(desk.find(".idle")).to_be_visible()
    desk.press("g", "Backspace")
    assert desk.item != first
    desk.press("Backspace")
    assert desk.item == first


def test_where_nothing_matches_enter_labels_nothing(desk: Desk):
    item = say(desk, *"qqxx")
    expect(desk.find(".nothing")).to_have_text("No class is like “qqxx”.")
    desk.press("Enter")
    assert desk.item == item
    expect(desk.find(".summary")).to_have_text("No class is like “qqxx”.")
    expect(desk.find(".query")).to_have_value("qqxx")


def test_another_image_clears_the_field(desk: Desk):
    desk.press("g")
    desk.find("button.next").click()
    expect(desk.find(".query")).to_have_value("")
    desk.press("g")
    expect(desk.find(".matches li")).to_have_count(6)


def test_commands_take_shift_and_arrows_move_while_nothing_is_typed(desk: Desk):
    first = say(desk, "Shift+S")
    assert desk.strip[0] == "skipped"
    desk.press("ArrowLeft")
    assert desk.item == first
    desk.press("?")
    expect(desk.find(".keys")).to_contain_text("find a class by a part of its name")
    desk.page.keyboard.type("gold")
    expect(desk.find(".query")).to_have_value("")
    expect(desk.find(".keys .says")).to_have_text("Close this list to label by key.")
    desk.press("?")
    desk.page.keyboard.type("gold")
    expect(desk.find(".query")).to_have_value("gold")


def test_an_input_method_writes_into_the_field_and_its_enter_labels_nothing(desk: Desk):
    item = desk.item
    line = desk.page.context.new_cdp_session(desk.page)
    line.send("Input.imeSetComposition", {"text": "gol", "selectionStart": 3, "selectionEnd": 3})
    expect(desk.find(".matches li")).to_have_count(6)
    line.send("Input.insertText", {"text": "golden"})
    expect(desk.find(".query")).to_have_value("golden")
    assert desk.item == item


# ---- what is seen


def overflow(page: Page) -> list[int]:
    """By how much the page, and what scrolls on it, is wider and higher than the screen."""
    found: list[int] = page.evaluate(
        """() => [document.scrollingElement, document.querySelector("[data-testid=stMain]")]
          .flatMap((one) => [
            one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight,
          ])"""
    )
    return found


def cut_names(page: Page) -> list[str]:
    """The names that have too little room."""
    found: list[str] = page.evaluate(
        """() => [...window.findLabeler().querySelectorAll(
            ".classes span, .top b, .matches span, .strip span")]
          .filter((one) => one.clientWidth
            && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
          .map((one) => one.textContent)"""
    )
    return found


@pytest.mark.parametrize("name", ["birds30", "birds1000", "alike29", "alike200"])
def test_on_a_desk_nothing_scrolls_and_no_name_is_cut(
    context: BrowserContext, server: Server, crowded: Book, name: str
):
    desk = Desk(context, server.url, make(crowded, name)).open()
    is_finding = name != "alike29"
    desk.press("1", "2")
    wait_at_rest(desk.page)
    buttons = [".classes button", ".actions button", ".strip button"]
    for keys in ("", "e") if is_finding else ("",):
        desk.page.keyboard.type(keys)
        assert overflow(desk.page) == [0, 0, 0, 0]
        assert cut_names(desk.page) == []
        assert_on_screen(
            desk.page, ".stage", ".beliefs", *buttons, *([".query", ".found"] if is_finding else [])
        )
        shown = desk.find(".matches li, .classes button")
        by_name = {
            one.get_attribute("data-name"): one.locator("span").inner_text()
            for one in shown.filter(has=desk.page.locator("span")).all()
        }
        assert len(set(by_name.values())) == len(by_name)
        place = desk.find(".work").bounding_box()
        below = desk.find(".classes").bounding_box()
        assert place is not None
        assert below is not None
        assert place["y"] + place["height"] <= below["y"]


def test_what_is_typed_moves_nothing(desk: Desk):
    places = [desk.find(part).bounding_box() for part in (".stage", ".find", ".actions", ".strip")]
    desk.page.keyboard.type("eyed")
    assert places == [
        desk.find(part).bounding_box() for part in (".stage", ".find", ".actions", ".strip")
    ]


def test_on_a_phone_slots_field_and_image_are_on_one_screen_and_a_finger_finds_a_class(
    phone_context: BrowserContext, server: Server, crowded: Book
):
    desk = Desk(phone_context, server.url, make(crowded, "birds1000")).open()
    wait_at_rest(desk.page)
    assert_on_screen(desk.page, ".stage", ".classes button", ".query", ".actions button")
    assert overflow(desk.page)[2] == 0
    item = desk.item
    desk.find(".query").tap()
    desk.page.keyboard.type("gobow")
    expect(desk.find(".matches li").first).to_have_attribute("data-name", "Golden billed owl")
    expect(desk.find(".matches li")).to_have_count(5)
    assert_on_screen(desk.page, ".matches li")
    desk.find(".matches li").first.tap()
    labelled(desk, crowded, {item: "Golden billed owl"})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_while_a_class_is_looked_for(desk: Desk, scheme: str):
    desk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wait_at_rest(desk.page)
    assert findings(desk.page) == {}
    desk.page.keyboard.type("eyed")
    assert findings(desk.page) == {}


@pytest.mark.parametrize(("ahead", "after"), [("sparrow", ""), ("w", "arbler")])
def test_what_is_typed_before_its_image_has_come_is_not_cut(
    desk: Desk, server: Server, ahead: str, after: str
):
    for _ in range(9):
        desk.press("1")
    before = desk.batch
    with server.held():
        desk.press("1")
        desk.page.keyboard.type(ahead)
    desk.wait_ready(after=before)
    desk.page.keyboard.type(after)
    expect(desk.find(".query")).to_have_value(ahead + after)
    item, top = desk.item, matches(desk)[0]
    desk.press("Enter")
    assert desk.drafts()[item] == top
    assert (ahead + after) in top
