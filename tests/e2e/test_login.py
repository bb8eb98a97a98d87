"""Two people who sign in, each with a browser: what is one's own stays so until it is shared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.axe import COLOURS, findings
from tests.e2e.desk import PATIENCE, idle_tab
from tests.e2e.people import PASSWORDS, running_with_login
from tests.e2e.places import SIZES
from tests.e2e.server import Server
from tests.e2e.shapes import save_shapes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_with_login(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def anna(context: BrowserContext) -> Page:
    return idle_tab(context)


@pytest.fixture
def eve(other_context: BrowserContext) -> Page:
    page = idle_tab(other_context)
    page.set_viewport_size(SIZES["phone"])
    page.emulate_media(color_scheme="dark")
    return page


def enter(page: Page, server: Server, name: str, path: str = "/projects") -> None:
    """Sign in by keyboard alone, on the way to a page."""
    page.goto(server.url + path)
    expect(page.get_by_role("heading", name="Sign in to Labelspread")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS[name])
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stApp]")).to_be_visible()


def made(page: Page, name: str) -> str:
    """A new project's id."""
    form = page.locator("[data-testid=stForm]").last
    form.get_by_label("Name").fill(name)
    form.get_by_role("button", name="Create project").click()
    page.wait_for_url(re.compile(r"project=[0-9a-f]{32}"))
    # Keys count once the image that they are for is there.
    page.locator(".labeler[data-ready]").wait_for()
    found = re.search(r"project=([0-9a-f]{32})", page.url)
    assert found is not None
    return found[1]


def menu(page: Page) -> Any:
    """The menu at the top right, opened."""
    page.locator(".st-key-project_menu button").first.click()
    return page.locator(".st-key-project_list")


def test_a_wrong_password_is_said_and_the_field_is_ready_again(anna: Page, server: Server) -> None:
    anna.goto(server.url)
    anna.get_by_label("Name").fill("anna")
    anna.get_by_label("Password").fill("wrong")
    anna.keyboard.press("Enter")
    expect(anna.get_by_role("alert")).to_have_text("The name or the password is not right.")
    expect(anna.get_by_label("Password")).to_be_focused()
    expect(anna.get_by_label("Name")).to_have_value("anna")
    assert findings(anna) == {}
    anna.emulate_media(color_scheme="dark")
    assert findings(anna) == {}


def test_who_has_signed_out_sees_nothing_any_more(anna: Page, server: Server) -> None:
    enter(anna, server, "anna")
    expect(menu(anna)).to_contain_text("anna")
    anna.get_by_role("link", name="Sign out").click()
    expect(anna.get_by_role("heading", name="Sign in to Labelspread")).to_be_visible()
    anna.goto(f"{server.url}/projects")
    expect(anna.get_by_role("heading", name="Sign in to Labelspread")).to_be_visible()


def test_a_project_of_somebody_else_is_not_there_until_it_is_shared(
    anna: Page, eve: Page, server: Server
) -> None:
    enter(anna, server, "anna")
    project = made(anna, "Secret leaves")
    enter(eve, server, "eve")
    expect(eve.get_by_text("There is no project yet.").first).to_be_visible()
    eve.goto(server.url)
    expect(menu(eve).get_by_role("link", name="Sign out")).to_be_visible()
    eve.goto(f"{server.url}/?project={project}")
    expect(eve.get_by_text("This project does not exist, or it was deleted.")).to_be_visible()
    for path in ("progress", "grid", "review", "explore", "history", "export", "people"):
        eve.goto(f"{server.url}/{path}?project={project}")
        expect(eve.get_by_text("This project does not exist, or it was deleted.")).to_be_visible()
        assert "Secret leaves" not in eve.content()
    # A message as the page's own component sends one.
    told = {"v": 1, "message_id": "m", "kind": "submit", "project": project, "answers": []}
    reply = eve.request.post(f"{server.url}/talk/{project}", data=told)
    assert "Secret" not in reply.text()
    assert '"outcome":"done"' not in reply.text()

    anna.goto(f"{server.url}/projects")
    menu(anna).get_by_role("link", name="People").click()
    expect(anna.get_by_role("heading", name="People of Secret leaves")).to_be_visible()
    anna.get_by_role("button", name="Make a link").click()
    link = anna.locator("code").inner_text()
    eve.goto(link)
    expect(eve.get_by_role("heading", name="Which digit is this?")).to_be_visible()
    assert "key=" not in eve.url
    # An annotator labels, and does not export.
    eve.goto(f"{server.url}/people?project={project}")
    expect(eve.get_by_role("heading", name="People of Secret leaves")).to_be_visible()
    expect(eve.get_by_role("button", name="Make a link")).to_have_count(0)

    anna.reload()
    expect(anna.get_by_text("eve", exact=True)).to_be_visible()
    assert findings(anna) == {}
    anna.locator(".st-key-out_eve button").first.click()
    expect(anna.get_by_text("eve", exact=True)).to_have_count(0)
    eve.goto(f"{server.url}/?project={project}")
    expect(eve.get_by_text("This project does not exist, or it was deleted.")).to_be_visible()


def test_an_administrator_is_told_whose_a_project_is(anna: Page, eve: Page, server: Server) -> None:
    enter(anna, server, "anna")
    project = made(anna, "Leaves of anna")
    anna.goto(f"{server.url}/projects")
    card = f".st-key-card_{project}"
    expect(anna.locator(card)).to_contain_text("Leaves of anna")
    expect(anna.locator(card)).not_to_contain_text("Owner")
    enter(eve, server, "ada")
    eve.goto(f"{server.url}/projects")
    expect(eve.locator(card)).to_contain_text("Owner: anna")


def test_an_invitation_leads_through_the_door_and_works_once_it_is_opened(
    anna: Page, eve: Page, server: Server
) -> None:
    enter(anna, server, "anna")
    project = made(anna, "For two")
    anna.goto(f"{server.url}/people?project={project}")
    anna.get_by_role("button", name="Make a link").click()
    path = anna.locator("code").inner_text().removeprefix(server.url)
    enter(eve, server, "eve", path)
    expect(eve.get_by_role("heading", name="Which digit is this?")).to_be_visible()
    anna.reload()
    anna.get_by_role("button", name="Withdraw").click()
    expect(anna.get_by_role("button", name="Withdraw")).to_have_count(0)
    eve.goto(server.url + path)
    expect(eve.get_by_text("This invitation does not exist, or it has ended.")).to_be_visible()


def test_an_annotator_is_told_who_may_export(anna: Page, eve: Page, server: Server) -> None:
    enter(anna, server, "anna")
    project = made(anna, "To label")
    anna.keyboard.type("0123456789")
    expect(anna.locator(".saved")).to_contain_text("all 10 answers saved", timeout=PATIENCE)
    anna.goto(f"{server.url}/people?project={project}")
    form = anna.locator("[data-testid=stForm]").last
    form.get_by_role("textbox", name="Name").fill("eve")
    form.get_by_role("button", name="Add").click()
    expect(anna.get_by_text("eve", exact=True)).to_be_visible()
    enter(eve, server, "eve", f"/export?project={project}")
    told = "Only a reviewer or an owner of this project can do this."
    expect(eve.get_by_text(told)).to_be_visible()
    expect(eve.get_by_role("button", name=re.compile("Download"))).to_have_count(0)


def test_images_of_somebody_else_are_sent_to_nobody(
    anna: Page, eve: Page, server: Server, tmp_path: Path
) -> None:
    """Uploads are taken from their own session, and its files are given to its own person."""
    enter(anna, server, "anna", "/data")
    sent: list[str] = []
    anna.on("request", lambda request: sent.append(request.url))
    path = save_shapes(tmp_path / "shapes.zip", 30)
    anna.locator("input[type=file][multiple]").set_input_files(path)
    anna.get_by_role("heading", name="30 images").wait_for()
    anna.get_by_role("button", name="Import and label").click()
    anna.locator(".labeler[data-ready]").wait_for()
    anna.keyboard.type("1" * 10)
    expect(anna.locator(".saved")).to_contain_text("all 10 answers saved", timeout=PATIENCE)
    anna.goto(anna.url.replace("/?", "/export?"))
    expect(anna.get_by_role("button", name="About this export")).to_be_visible()
    project = anna.url.rpartition("project=")[2]

    enter(eve, server, "eve", "/data")
    expect(eve.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    expect(eve.get_by_text("shapes")).to_have_count(0)
    uploads = [url for url in sent if "/_stcore/upload_file/" in url]
    pictures = [url for url in sent if "/pictures/" in url]
    assert uploads
    assert pictures
    for url in uploads:
        assert eve.request.put(url).status in {403, 404}
    for url in pictures:
        assert anna.request.get(url).status == 200
        assert eve.request.get(url).status == 404
    assert project in pictures[0]
    # What a download button offers is a file of its session.
    with anna.expect_download() as download:
        anna.get_by_role("button", name="About this export").click()
    assert anna.request.get(download.value.url).status == 200
    assert eve.request.get(download.value.url).status == 404


def test_what_one_person_has_not_sent_is_not_sent_by_another_with_the_same_browser(
    anna: Page, server: Server
) -> None:
    enter(anna, server, "anna")
    project = made(anna, "One browser")
    anna.keyboard.type("123")
    expect(anna.locator(".saved")).to_contain_text("3 answers", timeout=PATIENCE)
    anna.goto(f"{server.url}/people?project={project}")
    form = anna.locator("[data-testid=stForm]").last
    form.get_by_role("textbox", name="Name").fill("eve")
    form.get_by_role("button", name="Add").click()
    expect(anna.get_by_text("eve", exact=True)).to_be_visible()
    for name, waiting in (("eve", "Nothing to save yet"), ("anna", "3 answers")):
        anna.goto(f"{server.url}/sign-out")
        enter(anna, server, name, f"/?project={project}")
        expect(anna.locator(".saved")).to_contain_text(waiting, timeout=PATIENCE)


def test_a_page_whose_sign_in_has_ended_says_so_and_keeps_what_was_answered(
    anna: Page, server: Server
) -> None:
    enter(anna, server, "anna")
    made(anna, "Signed out elsewhere")
    anna.keyboard.type("123")
    expect(anna.locator(".saved")).to_contain_text("3 answers", timeout=PATIENCE)
    other = anna.context.new_page()
    ended = anna.get_by_role("dialog", name="Your sign-in has ended")

    # Who signs in again in another tab goes on in both.
    other.goto(f"{server.url}/sign-out")
    expect(ended).to_be_visible(timeout=PATIENCE)
    assert findings(anna) == {}
    anna.keyboard.press("4")
    enter(other, server, "anna")
    anna.bring_to_front()
    expect(ended).to_have_count(0)
    expect(anna.locator(".saved")).to_contain_text("3 answers", timeout=PATIENCE)

    other.goto(f"{server.url}/sign-out")
    expect(ended).to_be_visible(timeout=PATIENCE)
    anna.emulate_media(color_scheme="dark")
    assert findings(anna, COLOURS) == {}
    address = anna.url
    ended.get_by_role("link", name="Sign in").click()
    anna.get_by_label("Name").fill("anna")
    anna.get_by_label("Password").fill(PASSWORDS["anna"])
    anna.keyboard.press("Enter")
    expect(anna.locator(".saved")).to_contain_text("3 answers", timeout=PATIENCE)
    assert anna.url == address
    anna.locator(".labeler[data-ready]").wait_for()
    anna.keyboard.type("4567890")
    expect(anna.locator(".saved")).to_contain_text("all 10 answers saved", timeout=PATIENCE)
