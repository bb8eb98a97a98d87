"""Two people answer the same images, blind to each other, and a third decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from core.people.persons import Person
from core.people.roles import Role
from tests.e2e.axe import findings
from tests.e2e.book import Book
from tests.e2e.desk import Desk
from tests.e2e.people import PASSWORDS, running_with_login
from tests.e2e.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_with_login(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def project(book: Book) -> str:
    """A project of which two people an image are asked, and Ada decides."""
    project = book.new_project(n_samples=60, batch_size=5, overlap=2, truth="majority")
    for name, role in (("anna", Role.ANNOTATOR), ("eve", Role.ANNOTATOR), ("ada", Role.REVIEWER)):
        book.service.give_role(project, Person(name, name), role)
    return project


@pytest.fixture
def sit(
    context: BrowserContext,
    other_context: BrowserContext,
    new_context: Callable[..., BrowserContext],
    server: Server,
    project: str,
) -> Callable[[str], Desk]:
    """Sits somebody down who has signed in, each before a browser of their own."""
    idle = iter([context, other_context])

    def sit_down(name: str) -> Desk:
        theirs = next(idle, None) or new_context()
        form: dict[str, str | float | bool] = {"name": name, "password": PASSWORDS[name]}
        theirs.request.post(f"{server.url}/sign-in", form=form, max_redirects=0)
        return Desk(theirs, server.url, project)

    return sit_down


def test_each_is_asked_once_sees_nothing_of_the_other_and_a_reviewer_decides(
    sit: Callable[[str], Desk], book: Book, project: str
) -> None:
    anna, eve = sit("anna").open(), sit("eve")
    hers = anna.round(lambda _: "3")
    eve.open()
    assert eve.item in hers
    expect(eve.find(".why")).to_have_text("Several people answer this one.")
    expect(eve.find(".verdict")).to_contain_text("hidden")
    expect(eve.find(".top *")).to_have_count(0)
    theirs = eve.round(lambda _: "8")
    assert {*theirs} == {*hers}
    assert {*book.batches(project)[anna.batch]}.isdisjoint(hers)
    state = book.state(project)
    assert {*state.votes.in_dispute()} == {*hers}
    assert not state.labels

    links = eve.page.get_by_test_id("stTopNavLink")
    offered = "Label, Progress, Compare, Replay, Projects, Data"
    expect(links).to_have_text(offered.split(", "))
    for name in ("grid", "review", "explore", "history"):
        eve.page.goto(f"{eve.url}/{name}?project={project}")
        expect(eve.page.get_by_text("people answer without seeing what others say")).to_be_visible()
        expect(eve.page.locator(f".{name}")).to_have_count(0)
    eve.page.goto(f"{eve.url}/progress?project={project}&part=People")
    expect(eve.page.get_by_text("What each person has said is for the reviewers")).to_be_visible()

    ada = sit("ada").page
    ada.goto(f"{eve.url}/progress?project={project}&part=People")
    ada.get_by_role("link", name="Decide 5 disputed images").click()
    ada.locator(".review[data-ready]").wait_for()
    expect(ada.get_by_role("tab", name="Disputed")).to_have_attribute("aria-selected", "true")
    expect(ada.locator(".verdict")).to_have_text("3 or 8?")
    expect(ada.locator(".because")).to_have_text("anna: 3 · eve: 8")
    assert findings(ada) == {}
    first = int(ada.locator(".review").get_attribute("data-item") or -1)
    ada.keyboard.press("8")
    expect(ada.locator(".where")).to_have_text("1 of 5 looked at")
    expect(ada.locator(".saved")).to_contain_text("all saved")
    assert book.labels(project) == {first: "8"}
    ada.keyboard.press("Backspace")
    expect(ada.locator(".where")).to_have_text("0 of 5 looked at")
    expect(ada.locator(".saved")).to_contain_text("all saved")
    assert book.labels(project) == {}
    said = [(p.by, p.answer.label) for p in book.state(project).placed]
    assert sorted(said) == [("anna", "3")] * 5 + [("eve", "8")] * 5


def test_the_list_of_answers_is_ones_own_where_others_answer_too(
    sit: Callable[[str], Desk],
) -> None:
    anna = sit("anna").open()
    anna.round(lambda _: "3")
    eve = sit("eve").open()
    eve.press("l")
    expect(eve.page.get_by_text("No answer is saved yet.")).to_be_visible()
    ada = sit("ada").open()
    ada.press("l")
    expect(ada.page.get_by_test_id("stDialog").get_by_test_id("stDataFrame")).to_be_visible()
