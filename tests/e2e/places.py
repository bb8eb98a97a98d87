"""Every page in every state that a person may find it in, to be looked at and measured."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from playwright.sync_api import Page, ViewportSize, expect
from sklearn.datasets import load_digits

from core.bootstrap import comparisons_of, networks_of, sets_of
from core.data.incoming import Source, read_source
from core.data.readers.found import Limits
from core.graph.embeddings.networks import Origin
from core.session.events import LOCAL, Answer, AnswerKind
from core.settings import HOME_VARIABLE
from core.simulation.plan import make_plan
from core.simulation.strategies import PRESETS
from tests.core.graph.embeddings.networks import onnx_model
from tests.e2e.book import Book, truth
from tests.e2e.desk import wait_at_rest
from tests.e2e.server import Server
from tests.e2e.shapes import save_shapes

SIZES: Final[dict[str, ViewportSize]] = {
    "phone": {"width": 390, "height": 844},
    "tablet": {"width": 768, "height": 1024},
    "zoomed": {"width": 640, "height": 400},
    "small": {"width": 1024, "height": 768},
    "desktop": {"width": 1280, "height": 800},
    "large": {"width": 1920, "height": 1080},
}
"""Screens, by what they stand for; `zoomed` is a desktop at 200 %."""

SCREENS: Final[dict[str, ViewportSize]] = {
    **SIZES,
    "small phone": {"width": 360, "height": 780},
    "narrow": {"width": 600, "height": 900},
    "one column": {"width": 1000, "height": 800},
}
"""Those, and others at which a page is laid out otherwise."""

NAMES: Final = (
    "none", "one", "a pair of something, or more", "three", "four", "five", "half a dozen",
    "seven", "eight", "nine",
)  # fmt: skip
_RUN: Final = "digits-active-0.20"


@dataclass(frozen=True, slots=True)
class Place:
    """A page in one state.

    Attributes
    ----------
    address
        Of the page.
    ready
        A selector of what is there once the page is.
    then
        What a person does to get from there to the state.
    """

    address: str
    ready: str
    then: Callable[[Page], None] | None = None

    def open(self, page: Page) -> None:
        """Go there, and wait until nothing moves any more."""
        page.goto(self.address)
        page.locator(self.ready).first.wait_for()
        wait_at_rest(page)
        self.go_on(page)

    def go_on(self, page: Page) -> None:
        """Come to the state from another one of the same page."""
        if self.then is not None:
            self.then(page)
            wait_at_rest(page)


def places(server: Server) -> dict[str, Place]:
    """Fill an app with labels and comparisons, and name the places there are to look at."""
    with closing(Book(server.database_url, server.home / "datasets")) as book:
        known = _furnish(book, server.home)
    return {
        name: replace(place, address=f"{server.url}{place.address}")
        for name, place in known.items()
    }


def _furnish(book: Book, home: Path) -> dict[str, Place]:
    named, unknown = _save_sets(home / "datasets")
    new = book.new_project()
    taught = book.new_project()
    _label(book, taught, rounds=4, mistakes=3)
    words = book.new_project(dataset=named, n_samples=400, kernel="symmetric_knn")
    _label(book, words, rounds=2)
    blank = book.new_project(dataset=unknown, n_samples=60, kernel="symmetric_knn")
    _label(book, blank, rounds=2)
    over = book.new_project(n_samples=10, batch_size=10)
    _label(book, over, rounds=1)
    changed, other = (
        book.new_project(dataset=name, n_samples=400, kernel="symmetric_knn")
        for name in ("changed.npz", "other.npz")
    )
    for project in (changed, other):
        _label(book, project, rounds=2)
    _change_sets(home / "datasets")
    letters = book.new_project(dataset="letters.npz", n_samples=260, kernel="symmetric_knn")
    _label(book, letters, rounds=1)
    photos = _bring_photos(home)
    _add_network(home)
    shapes = book.new_project(dataset=photos, n_samples=60, kernel="symmetric_knn")
    _label(book, shapes, rounds=1)
    shared = book.new_project(n_samples=80, overlap=2, truth="majority")
    for by, mistakes in (("Ann", 0), ("Bob", 4), ("Ann", 0), ("Cy", 2)):
        _label(book, shared, rounds=1, mistakes=mistakes, by=by)
    room = book.service.open_room(taught).project_id
    comparison = _compare(home)
    labeler, heading, card = ".labeler[data-ready]", "h1, h3", "[class*=st-key-card_]"
    grid, review = ".grid[data-ready]", ".review[data-ready]"
    run = f"/replay?run={_RUN}&round=3"
    return {
        "label": Place(f"/?project={taught}", labeler),
        "label-new": Place(f"/?project={new}", labeler),
        "label-named": Place(f"/?project={words}", labeler),
        "label-letters": Place(f"/?project={letters}", labeler),
        "label-photos": Place(f"/?project={shapes}", labeler),
        "label-changed": Place(f"/?project={changed}", labeler),
        "label-other": Place(f"/?project={other}", "[role=alert]"),
        "label-over": Place(f"/?project={over}", labeler),
        "label-keys": Place(f"/?project={taught}", labeler, _press("?")),
        "label-gone": Place("/?project=nothing", "[role=alert]"),
        "grid": Place(f"/grid?project={taught}", grid),
        "grid-marked": Place(f"/grid?project={taught}", grid, _press("x")),
        "grid-photos": Place(f"/grid?project={shapes}", grid),
        "grid-new": Place(f"/grid?project={new}", grid),
        "review": Place(f"/review?project={taught}", review),
        "review-named": Place(f"/review?project={words}", review),
        "review-aside": Place(f"/review?project={taught}", review, _choose_list("aside")),
        "review-new": Place(f"/review?project={new}", review),
        "explore": Place(f"/explore?project={taught}", ".explore[data-ready]"),
        "explore-new": Place(f"/explore?project={new}", ".explore[data-ready]"),
        "progress": Place(f"/progress?project={taught}", heading),
        "progress-time": Place(f"/progress?project={taught}&part=Time", heading),
        "progress-people": Place(f"/progress?project={shared}&part=People", heading),
        "review-disputed": Place(f"/review?project={shared}", review),
        "progress-new": Place(f"/progress?project={new}", heading),
        "progress-unknown": Place(f"/progress?project={blank}", heading),
        "history": Place(f"/history?project={taught}", heading),
        "history-two": Place(f"/history?project={taught}", heading, _choose_two),
        "history-new": Place(f"/history?project={new}", heading),
        "room": Place(f"/room?project={taught}", heading),
        "room-open": Place(f"/room?project={room}", ".screen .qr svg"),
        "export": Place(f"/export?project={taught}", heading),
        "export-report": Place(f"/export?project={taught}", heading, _choose_report),
        "compare": Place(f"/compare?comparison={comparison}", "table.comparison"),
        "compare-new": Place("/compare", heading),
        "replay": Place("/replay", heading),
        "replay-run": Place(run, "table.report"),
        "stage": Place(f"{run}&present=1", ".stage[data-ready]"),
        "stage-keys": Place(f"{run}&present=1", ".stage[data-ready]", _press("?")),
        "projects": Place("/projects", card),
        "projects-custom": Place("/projects", card, _choose_custom),
        "projects-several": Place("/projects", card, _choose_several),
        "projects-rename": Place("/projects", card, _open_dialog),
        "data": Place("/data", "[class*=st-key-set_]"),
        "data-elsewhere": Place("/data", "[class*=st-key-set_]", _choose_elsewhere),
        "data-networks": Place("/data", "[class*=st-key-set_]", _open_networks),
        "data-preview": Place("/data", "[class*=st-key-set_]", _drop_photos(home / "shapes.zip")),
        "missing": Place("/progress/nope", "h1"),
        "menu": Place(f"/progress?project={taught}", heading, _open_menu),
    }


def _press(key: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(key)


def _choose_list(name: str) -> Callable[[Page], None]:
    def choose(page: Page) -> None:
        page.locator(f".tabs [data-which={name}]").click()
        page.locator(f".tabs [data-which={name}][aria-selected=true]").wait_for()

    return choose


def _choose_two(page: Page) -> None:
    page.get_by_role("radio", name="Two side by side").click()
    page.locator(".two-rounds").wait_for()


def _choose_custom(page: Page) -> None:
    page.get_by_role("radio", name="Custom").click()
    expect(page.get_by_label("Neighbours").first).to_be_visible()


def _choose_several(page: Page) -> None:
    page.get_by_role("radio", name="Several people").click()
    expect(page.get_by_role("spinbutton", name="People an image")).to_be_visible()


def _choose_report(page: Page) -> None:
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Report").click()
    expect(page.locator("dl.sections")).to_be_visible()


def _open_dialog(page: Page) -> None:
    # Streamlit draws a button twice where a finger may press it, and shows one of them.
    page.locator("[class*=st-key-r_] button").filter(visible=True).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _choose_elsewhere(page: Page) -> None:
    page.get_by_role("radio", name="Elsewhere").click()
    page.get_by_role("textbox", name="Address").fill("s3://key:secret@bucket/folder")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("alert")).to_contain_text("holds a password or a key")


def _open_networks(page: Page) -> None:
    page.locator(".st-key-networks summary").click()
    expect(page.get_by_role("button", name="Add network")).to_be_visible()


def _open_menu(page: Page) -> None:
    page.locator(".st-key-project_menu button").first.click()
    page.get_by_role("link", name="All projects").wait_for()


def _drop_photos(path: Path) -> Callable[[Page], None]:
    def drop(page: Page) -> None:
        page.locator("input[type=file][multiple]").set_input_files(path)
        page.get_by_role("button", name="Import and label").wait_for()

    return drop


def _bring_photos(home: Path) -> str:
    """Bring in shapes in colour, and give the key of the set."""
    path = save_shapes(home / "shapes.zip", 60)
    source = Source(path, "Shapes, in colour")
    draft = read_source(sets_of({HOME_VARIABLE: str(home)}), source, Limits())
    return draft.keep("Shapes, in colour")


def _add_network(home: Path) -> None:
    networks = networks_of({HOME_VARIABLE: str(home)})
    networks.add(BytesIO(onnx_model()), Origin("A network that was added, of a long name"))


def _save_sets(folder: Path) -> tuple[str, str]:
    """Sets whose classes have names or letters, and one whose true classes are not known."""
    folder.mkdir(parents=True, exist_ok=True)
    digits = load_digits()
    images = digits.images / 16
    for name in ("words.npz", "changed.npz", "other.npz"):
        np.savez(folder / name, images=images, labels=digits.target, class_names=NAMES)
    letters = [chr(ord("A") + number) for number in range(26)]
    truth = np.arange(260) % len(letters)
    np.savez(folder / "letters.npz", images=images[:260], labels=truth, class_names=letters)
    np.savez(folder / "unknown.npz", images=images[:60], class_names=NAMES[:2])
    return "words.npz", "unknown.npz"


def _change_sets(folder: Path) -> None:
    """Fewer images, backwards, with a class renamed; and other images altogether."""
    digits = load_digits()
    images = digits.images / 16
    backwards = np.arange(390)[::-1]
    np.savez(
        folder / "changed.npz",
        images=images[backwards],
        labels=digits.target[backwards],
        class_names=("zero", *NAMES[1:]),
    )
    np.savez(folder / "other.npz", images=1 - images, class_names=NAMES)


def _label(book: Book, project: str, *, rounds: int, mistakes: int = 0, by: str = LOCAL) -> None:
    """Answer rounds with the truth where the classes are digits, and the first ones wrongly."""
    left = mistakes
    for _ in range(rounds):
        batch = book.service.batch(project, desk=by, by=by)
        assert batch is not None
        names = book.view(project).dataset.class_names
        answers = []
        for item in batch.items:
            number = (int(truth()[item]) + (left > 0)) % len(names)
            left -= 1
            answers.append(
                Answer(item=item, kind=AnswerKind.LABEL, label=names[number], milliseconds=1400)
            )
        book.service.submit(project, batch.batch_id, answers, by=by)


def _compare(home: Path) -> str:
    """Compare all known strategies on the digits, and give the comparison's id."""
    comparisons = comparisons_of({HOME_VARIABLE: str(home)})
    chosen = [preset.strategy("digits", 300) for preset in PRESETS]
    plan = make_plan(
        dataset="digits", n_samples=300, budget=60, batch_size=20, seeds=2, strategies=chosen
    )
    return comparisons.start(plan, "Handwritten digits").wait().id
