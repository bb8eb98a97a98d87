"""A presenter opens a room, people label on their phones, and the big screen shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from core.bootstrap import sets_of
from core.config import recommended_settings
from core.data.incoming import Source, read_source
from core.data.readers.found import Limits
from core.errors import UnknownProjectError
from core.service.room_answers import PhoneAnswer
from core.service.room_desk import Handed
from core.settings import HOME_VARIABLE
from tests.core.builders import label, wait_until
from tests.e2e.axe import COLOURS, findings
from tests.e2e.book import Book
from tests.e2e.desk import idle_tab
from tests.e2e.server import QuickServer, Server
from tests.e2e.shapes import save_shapes

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
SIZES: tuple[ViewportSize, ...] = (
    {"width": 320, "height": 568},
    PHONE,
    {"width": 844, "height": 390},
    {"width": 820, "height": 1180},
)
FITS = """() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const cut = [...document.querySelectorAll("button")].filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const isCut = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    return one.checkVisibility() && isCut;
  });
  return scrollWidth <= innerWidth && scrollHeight <= innerHeight && !cut.length;
}"""


@pytest.fixture(scope="module")
def room_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that says where phones reach it."""
    server = QuickServer(tmp_path_factory.mktemp("home"))
    server._variables |= {"LABELSPREAD_PUBLIC_URL": server.url}
    server.start()
    yield server
    server.stop()
    assert "Uncaught app execution" not in server.log(), server.log()


@pytest.fixture
def room_book(room_server: Server) -> Iterator[Book]:
    book = Book(room_server.database_url, room_server.home / "datasets")
    yield book
    book.close()


@pytest.fixture
def phones(phone_context: BrowserContext, new_context: Callable[..., BrowserContext]) -> list[Page]:
    other = new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    return [idle_tab(phone_context), other.new_page()]


def come_in(phone: Page, address: str, name: str) -> None:
    phone.goto(address)
    say_name(phone, name)


def say_name(phone: Page, name: str) -> None:
    phone.get_by_label("First name").fill(name)
    phone.get_by_role("button", name="Join").tap()
    expect(phone.locator("#task")).to_be_visible()


def tap(phone: Page, times: int, name: str = "") -> None:
    """Answer what is on the phone, as this class or by turns."""
    for number in range(times):
        expect(phone.locator("#task")).to_be_visible()
        shown = phone.locator(".number").inner_text()
        phone.get_by_role("button", name=name or str(number % 10), exact=True).tap()
        expect(phone.locator(".number")).not_to_have_text(shown)


def opened(book: Book, overlap: int = 2) -> tuple[str, str]:
    """A room of its own: the project and the code."""
    source = book.new_project(n_samples=200)
    project = book.service.open_room(source, overlap).project_id
    room = book.service.room(project)
    assert room is not None
    return project, room.code


def test_a_presenter_opens_a_room_two_phones_label_and_the_screen_shows_it_to_the_end(
    context: BrowserContext, phones: list[Page], room_server: Server, room_book: Book
) -> None:
    source = room_book.new_project(n_samples=200)
    presenter = context.new_page()
    presenter.goto(f"{room_server.url}/room?project={source}")
    presenter.get_by_role("spinbutton", name="People who answer an image").fill("2")
    presenter.get_by_role("button", name="Open a room").click()
    shown = presenter.locator(".screen .code")
    expect(shown).to_have_text(re.compile("^[2-9A-HJKMNP-Z]{4}$"))
    code = shown.inner_text()
    expect(presenter.locator(".qr svg")).to_be_visible()
    project = f"room-{code.lower()}"

    # One scans the code, the other types it, in small letters.
    come_in(phones[0], f"{room_server.url}/r/{code}", "<b>Mia</b>")
    phones[1].goto(f"{room_server.url}/r")
    phones[1].get_by_label("The code on the big screen").fill(code.lower())
    phones[1].get_by_role("button", name="Go on").tap()
    say_name(phones[1], "Tom")
    expect(presenter.locator(".joined b")).to_have_text("2")
    presenter.keyboard.press("n")
    expect(presenter.locator(".names li")).to_have_text(["Tom", "<b>Mia</b>"])
    presenter.keyboard.press("n")

    # The two say the opposite of what they see, once, and then the same.
    tap(phones[0], 1, "1")
    tap(phones[1], 1, "7")
    expect(presenter.locator(".disputed li")).to_contain_text(["1 × 1"])
    for phone in phones:
        tap(phone, 11)
    expect(presenter.locator(".labels")).not_to_have_text("0")
    expect(presenter.locator(".share")).to_have_text(re.compile(r"\d+\.\d %"))
    wait_until(lambda: room_book.service.standing(project).state.n_answers == 24)
    expect(presenter.locator(".matrix .cell").first).to_be_visible()

    presenter.keyboard.press("p")
    for phone in phones:
        expect(phone.get_by_role("heading", name="A break")).to_be_visible()
    presenter.keyboard.press("p")
    tap(phones[0], 1)
    presenter.keyboard.press("h")
    expect(presenter.get_by_text("Results are hidden.")).to_be_visible()
    presenter.keyboard.press("h")
    presenter.get_by_role("button", name="End", exact=True).click()
    presenter.get_by_role("button", name="End it for all?").click()
    for phone in phones:
        expect(phone.get_by_role("heading", name="That was it")).to_be_visible()
    expect(presenter.locator(".state")).to_have_text("Ended")
    for way_in in (".qr", ".address", ".code"):
        expect(presenter.locator(f".screen {way_in}")).to_be_hidden()

    assert room_book.labels(source) == {}, "the other project is not touched"
    presenter.get_by_role("button", name="Throw away").click()
    presenter.get_by_role("button", name="Throw the room away").click()
    expect(presenter.get_by_role("button", name="Open a room")).to_be_visible()
    for phone in phones:
        expect(phone.get_by_role("heading", name="There is no such room")).to_be_visible()
    with pytest.raises(UnknownProjectError):
        room_book.service.project(project)


def test_the_screen_lists_its_keys_and_is_blanked_with_all_that_is_around_it(
    context: BrowserContext, room_server: Server, room_book: Book
) -> None:
    page = context.new_page()
    project, _ = opened(room_book)
    page.goto(f"{room_server.url}/room?project={project}")
    expect(page.locator(".qr svg")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("b")
    blank = page.get_by_role("dialog", name="Blank screen")
    assert blank.bounding_box() == {"x": 0, "y": 0, **(page.viewport_size or {})}
    page.keyboard.press("b")
    expect(blank).to_be_hidden()


def test_the_server_is_killed_in_the_middle_and_nothing_is_lost_or_asked_again(
    phones: list[Page], room_server: Server, room_book: Book
) -> None:
    project, code = opened(room_book)
    phone = phones[0]
    come_in(phone, f"{room_server.url}/r/{code}", "Mia")
    tap(phone, 4)
    room_server.kill()
    # What is on the phone can be answered all the same.
    tap(phone, 3)
    expect(phone.locator(".line")).to_contain_text("No network")
    room_server.start()
    expect(phone.locator(".line")).to_have_text("")
    tap(phone, 5)
    wait_until(lambda: room_book.service.standing(project).state.n_answers == 12)
    placed = room_book.service.standing(project).state.placed
    assert len({one.answer.item for one in placed}) == 12
    assert {one.by for one in placed} == {"room:1"}


def test_the_last_answer_is_taken_back_by_another(
    phones: list[Page], room_server: Server, room_book: Book
) -> None:
    project, code = opened(room_book, 1)
    phone = phones[0]
    come_in(phone, f"{room_server.url}/r/{code}", "Mia")
    tap(phone, 2, "1")
    phone.get_by_role("button", name="Undo").tap()
    expect(phone.locator(".classes .said")).to_have_text("1")
    phone.get_by_role("button", name="Not sure").tap()
    expect(phone.locator(".number")).to_have_text("Image 3")

    def is_so() -> bool:
        state = room_book.service.standing(project).state
        return [*state.labels.values()] == ["1"] and len(state.set_aside) == 1

    wait_until(is_so)


def test_the_pages_of_phones_fit_and_axe_finds_nothing_serious(
    phones: list[Page], room_server: Server, room_book: Book
) -> None:
    _, code = opened(room_book)
    phone = phones[0]
    phone.goto(f"{room_server.url}/r")
    assert findings(phone) == {}
    phone.goto(f"{room_server.url}/r/{code}")
    expect(phone.get_by_label("First name")).to_be_visible()
    assert findings(phone) == {}
    come_in(phone, phone.url, "Mia")
    for size in SIZES:
        phone.set_viewport_size(size)
        assert phone.evaluate(FITS), size
    assert findings(phone) == {}
    phone.emulate_media(color_scheme="dark")
    assert findings(phone, COLOURS) == {}


def test_many_classes_are_found_by_typing(
    phones: list[Page], room_server: Server, room_book: Book
) -> None:
    source = room_book.new_project(n_samples=60)
    for number in range(12):
        room_book.service.add_class(source, f"kind {number}")
    project = room_book.service.open_room(source, 1).project_id
    room = room_book.service.room(project)
    assert room is not None
    phone = phones[0]
    come_in(phone, f"{room_server.url}/r/{room.code}", "Mia")
    assert phone.evaluate(FITS.replace("!cut.length", "true"))
    phone.get_by_label("Find a class").fill("KIND 11")
    phone.get_by_role("button", name="kind 11").tap()
    wait_until(lambda: [*room_book.labels(project).values()] == ["kind 11"])
    expect(phone.get_by_label("Find a class")).to_have_value("")


def photographs(home: Path) -> str:
    """Shapes in colour: the key of the set."""
    source = Source(save_shapes(home / "shapes.zip", 40), "Shapes")
    return read_source(sets_of({HOME_VARIABLE: str(home)}), source, Limits()).keep("Shapes")


def blank(home: Path) -> str:
    """Pictures of which nobody says what they show: the key of the set."""
    values = np.random.default_rng(0).random((40, 8, 8))
    (home / "datasets").mkdir(exist_ok=True)
    np.savez(home / "datasets" / "blank.npz", images=values, class_names=["cat", "dog"])
    return "blank.npz"


def answer_all(book: Book, code: str, name: str, first: str, others: str) -> None:
    """Somebody comes in and answers the images at hand: the first one so, all others so."""
    token, _ = book.service.join_room(code, name)
    asked: list[Handed] = []

    def has_some() -> bool:
        asked.extend(book.service.in_room(code, token).handed)
        return bool(asked)

    wait_until(has_some)
    names = [first, *[others] * (len(asked) - 1)]
    said = [
        PhoneAnswer(one.batch_id, label(one.item, name))
        for one, name in zip(asked, names, strict=True)
    ]
    book.service.answer_in_room(code, token, said)


@pytest.mark.parametrize(("bring", "truth"), [(photographs, True), (blank, False)])
def test_the_screen_of_photographs_and_of_images_that_nobody_knows_shows_what_is_known(
    context: BrowserContext,
    room_server: Server,
    room_book: Book,
    bring: Callable[[Path], str],
    truth: bool,
) -> None:
    settings = recommended_settings() | {"dataset": bring(room_server.home), "n_samples": 40}
    project = room_book.service.open_room(room_book.new_project(**settings), 2).project_id
    room = room_book.service.room(project)
    assert room is not None
    one, other = room_book.view(project).dataset.class_names[:2]
    for name, first in (("Mia", one), ("Tom", other)):
        answer_all(room_book, room.code, name, first, one)
    page = context.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"{room_server.url}/room?project={project}")
    expect(page.locator(".disputed li")).to_contain_text([f"1 × {one}"])
    picture = page.locator(".disputed .ink i").evaluate(
        "(one) => getComputedStyle(one).backgroundImage"
    )
    assert picture.startswith("url(") == truth
    if truth:
        expect(page.locator(".known")).to_have_text("of all 40 predicted right")
        expect(page.locator(".matrix .cell").first).to_be_visible()
    else:
        expect(page.locator(".known")).to_have_text("right: known after more answers")
        expect(page.locator(".bars .name")).to_have_text(re.compile("cat or dog|dog or cat"))
    assert failed == []
    for size in (PHONE, LAPTOP):
        page.set_viewport_size(size)
        places = page.locator(".figures dd").evaluate_all(
            "(all) => all.map((one) => [one.scrollWidth, one.clientWidth])"
        )
        assert all(wide <= room for wide, room in places), (size, places)


def test_the_screen_fills_the_window_goes_black_and_comes_back(
    context: BrowserContext, room_server: Server, room_book: Book
) -> None:
    project, _ = opened(room_book)
    page = context.new_page()
    page.goto(f"{room_server.url}/room?project={project}")
    expect(page.locator(".screen .qr svg")).to_be_visible()
    page.keyboard.press("f")
    expect(page.locator("dialog.stage")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".screen .blank")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator(".screen .blank")).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.stage")).not_to_be_visible()
    expect(page.locator(".screen .qr svg")).to_be_visible()
    assert findings(page) == {}
