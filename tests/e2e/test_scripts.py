"""Script in names never runs: on no page, though the browser would let it and the person owns all.

What a page may load is told to the browser too (Content-Security-Policy). Here the browser does not
listen to that: names have to be text by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from sklearn.datasets import load_digits

from core.bootstrap import comparisons_of, networks_of, sets_of
from core.data.incoming import Source, read_source
from core.data.readers.found import Limits
from core.graph.embeddings.networks import Origin
from core.people.passwords import line_for
from core.people.persons import Person
from core.people.roles import Role
from core.session.events import Answer, AnswerKind
from core.settings import HOME_VARIABLE
from core.simulation.plan import make_plan
from core.simulation.strategies import PRESETS
from pages._ui import site
from tests.core.graph.embeddings.networks import onnx_model
from tests.e2e.book import Book
from tests.e2e.conftest import watched_context
from tests.e2e.desk import wait_at_rest
from tests.e2e.server import QuickServer, Server
from tests.e2e.shapes import draw_shapes

pytestmark = pytest.mark.browser

IMAGE: Final = "<img src=x onerror=window.hit=1>"
CLASSES: Final = (
    IMAGE,
    '"><svg/onload=window.hit=2>',
    "javascript:window.hit=3//",
    "[go](javascript:window.hit=4)",
    "{{constructor.constructor('window.hit=5')()}}",
    "<a href='javascript:window.hit=6'>go</a>",
    "<script>window.hit=7</script>",
    "' autofocus onfocus='window.hit=8",
    "</style></textarea></title><script>window.hit=9</script>",
    "![x](x 'onerror=window.hit=10')",
)
OWNER: Final = '"><img/src=x/onerror=window.hit=11>'
OTHERS: Final = ("<svg/onload=window.hit=12>", "[me](javascript:window.hit=13)")
PASSWORD: Final = "a long password"
TITLE: Final = '</title><img src=x onerror=window.hit=14> [go](javascript:window.hit=15) "><b>'
FILE: Final = "<img src=x onerror=window.hit=16>"
READY: Final = {"label": ".labeler", "grid": ".grid", "review": ".review", "explore": ".explore"}

RUNS: Final = """() => {
  const found = window.hit ? [`script ${window.hit} ran`] : [];
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) look(one.shadowRoot);
      const of = one.getAttributeNames().filter((name) => name.startsWith("on"));
      const href = one.getAttribute("href") ?? one.getAttribute("xlink:href") ?? "";
      const leads = /^\\s*javascript:/i.test(href);
      const src = one.getAttribute("src") === "x";
      const says = one.tagName === "SCRIPT" && one.textContent.includes("window.hit");
      if (of.length || leads || src || says) found.push(one.outerHTML.slice(0, 200));
    }
  };
  look(document);
  return found;
}"""
"""What has run, and what would: attributes that are scripts, links that are, images of names."""


@dataclass(frozen=True)
class Hostile:
    """A server of which all names are scripts."""

    server: Server
    project: str
    code: str
    comparison: str
    photos: Path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    home = tmp_path_factory.mktemp("home")
    (home / "passwords").write_text(line_for(OWNER, PASSWORD))
    told = {"LABELSPREAD_PASSWORDS": str(home / "passwords"), "LABELSPREAD_ADMINS": OWNER}
    server = QuickServer(home, told)
    server.start()
    with closing(Book(server.database_url, home / "datasets")) as book:
        project = _project(book, home / "datasets")
        room = book.service.room(book.service.open_room(project, 2).project_id)
        assert room is not None
    photos = home / f"{FILE}.zip"
    _zip(photos)
    environment = {HOME_VARIABLE: str(home)}
    read_source(sets_of(environment), Source(photos, TITLE), Limits()).keep(TITLE[:80])
    networks_of(environment).add(BytesIO(onnx_model()), Origin(TITLE[:80]))
    chosen = [
        preset.strategy("digits", 100).model_copy(update={"name": name})
        for preset, name in zip(PRESETS, (IMAGE, *OTHERS), strict=False)
    ]
    plan = make_plan(
        dataset="digits", n_samples=100, budget=20, batch_size=10, seeds=1, strategies=chosen
    )
    comparison = comparisons_of(environment).start(plan, TITLE[:80]).wait().id
    yield Hostile(server, project, room.code, comparison, photos)
    server.stop()
    assert "Uncaught app execution" not in server.log(), server.log()


def _zip(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        for label, name, content in draw_shapes(20):
            archive.writestr(f"{CLASSES[len(label) % 2]}/{FILE}{name}", content)


def _project(book: Book, folder: Path) -> str:
    """A project in which several people disagree about classes of such names."""
    folder.mkdir(exist_ok=True)
    digits = load_digits()
    images, labels = digits.images[:80] / 16, digits.target[:80]
    file = folder / f"{FILE}.npz"
    np.savez(file, images=images, labels=labels, class_names=CLASSES)
    project = book.new_project(
        dataset=file.name,
        n_samples=80,
        batch_size=10,
        overlap=2,
        truth="majority",
        kernel="symmetric_knn",
    )
    book.service.rename_project(project, TITLE)
    for by, wrong in ((OWNER, 0), (OTHERS[0], 4), (OWNER, 0), (OTHERS[1], 2)):
        batch = book.service.batch(project, desk=by, by=by)
        assert batch is not None
        answers = [
            Answer(item, AnswerKind.LABEL, CLASSES[(labels[item] + (at < wrong)) % 10], 900)
            for at, item in enumerate(batch.items)
        ]
        book.service.submit(project, batch.batch_id, answers, by=by)
    for by in (OWNER, *OTHERS):
        book.service.give_role(project, Person(by, by), Role.OWNER, by=OWNER)
    return project


@pytest.fixture(scope="module")
def page(browser: Browser, hostile: Hostile) -> Iterator[Page]:
    """A tab of the owner, in a browser that lets all scripts run."""
    context = watched_context(browser, bypass_csp=True)
    opened = context.new_page()
    opened.on("dialog", lambda dialog: dialog.dismiss())
    opened.goto(f"{hostile.server.url}/sign-in?next=/data")
    opened.get_by_label("Name").fill(f"{OWNER}x")
    opened.get_by_label("Password").fill(PASSWORD)
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("alert")).to_be_visible()
    look(opened, "sign-in")
    opened.get_by_label("Name").fill(OWNER)
    opened.get_by_label("Password").fill(PASSWORD)
    opened.keyboard.press("Enter")
    expect(opened.locator("[data-testid=stApp]")).to_be_visible()
    yield opened
    context.close()


def look(page: Page, where: str) -> None:
    assert page.evaluate(RUNS) == [], where


def test_the_browser_would_run_what_is_no_text(page: Page) -> None:
    page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", IMAGE)
    page.wait_for_function("() => window.hit === 1")
    assert page.evaluate(RUNS) != []


def test_script_in_names_runs_on_no_page(page: Page, hostile: Hostile) -> None:
    for one in site.PAGES:
        address = "" if one is site.HOME else one.address
        go(page, hostile, address, READY.get(one.address))
        look(page, one.address)
    for query in ("&part=Time", "&part=People", "&present=1"):
        go(page, hostile, "progress", ".stage" if "present" in query else None, query)
        look(page, query)
    go(page, hostile, "compare", "table.comparison", f"&comparison={hostile.comparison}")
    look(page, "comparison")
    go(page, hostile, "", None, more=f"&project={IMAGE}")
    look(page, "no such project")
    page.goto(f"{hostile.server.url}/{IMAGE}/{OWNER}")
    page.get_by_role("heading").first.wait_for()
    look(page, "no such page")


def test_script_in_names_runs_in_no_dialog_menu_or_tooltip(page: Page, hostile: Hostile) -> None:
    go(page, hostile, "review", ".review")
    for which in page.locator(".review .tabs [data-which]").all():
        which.click()
        wait_at_rest(page)
        look(page, "review")
    go(page, hostile, "projects")
    page.locator("[class*=st-key-r_] button").filter(visible=True).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, "rename")
    go(page, hostile, "history")
    page.get_by_text("Two side by side").click()
    page.locator(".two-rounds").wait_for()
    look(page, "two rounds")
    go(page, hostile, "export")
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Report").click()
    expect(page.locator("dl.sections")).to_be_visible()
    look(page, "report")
    go(page, hostile, "progress")
    page.locator(".st-key-project_menu button").first.click()
    page.get_by_role("link", name="All projects").wait_for()
    look(page, "menu")
    page.keyboard.press("Escape")
    page.locator(".st-key-confusion .js-plotly-plot").hover()
    page.locator(".hoverlayer .hovertext").first.wait_for()
    look(page, "tooltip")
    assert re.fullmatch(r"\w+ · Labelspread", page.title())


def test_script_in_names_of_files_does_not_run(page: Page, hostile: Hostile) -> None:
    go(page, hostile, "data")
    page.locator(".st-key-networks summary").click()
    look(page, "networks")
    page.locator("input[type=file][multiple]").set_input_files(hostile.photos)
    page.get_by_role("button", name="Import and label").wait_for()
    wait_at_rest(page)
    look(page, "preview")


def test_script_in_names_runs_on_no_phone_and_no_big_screen(page: Page, hostile: Hostile) -> None:
    page.goto(f"{hostile.server.url}/r/{hostile.code}")
    page.get_by_label("First name").fill(IMAGE[:20])
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#task .classes button").first).to_be_visible()
    look(page, "phone")
    for _ in range(2):
        page.locator("#task .classes button").nth(1).click()
    page.goto(f"{hostile.server.url}/room?project=room-{hostile.code.lower()}")
    expect(page.locator(".screen .joined b")).to_have_text("1")
    page.locator(".screen .joined").click()
    expect(page.locator(".screen .names li")).to_have_text(IMAGE[:20])
    wait_at_rest(page)
    look(page, "big screen")


def go(
    page: Page, hostile: Hostile, address: str, ready: str | None = None, more: str = ""
) -> None:
    page.goto(f"{hostile.server.url}/{address}?project={hostile.project}{more}")
    if ready is not None:
        page.locator(ready).first.wait_for()
    wait_at_rest(page)
