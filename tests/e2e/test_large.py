"""A set too large to wait for: its graph is built in the background, and once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sklearn.datasets import load_digits

from tests.e2e.book import Book
from tests.e2e.conftest import running
from tests.e2e.desk import Desk, idle_tab, wait_at_rest
from tests.e2e.server import Server

N_IMAGES = 9_000


def save_set(folder: Path) -> np.ndarray:
    """Digits moved and dimmed a little, again and again; gives their true classes."""
    random = np.random.default_rng(0)
    digits = load_digits()
    chosen = random.integers(len(digits.target), size=N_IMAGES)
    images = np.roll(digits.images[chosen], random.integers(-1, 2), axis=2)
    images = images * random.uniform(0.8, 1, size=(N_IMAGES, 1, 1)) / 16
    folder.mkdir(parents=True)
    np.savez_compressed(folder / "many digits.npz", images=images, labels=digits.target[chosen])
    return np.asarray(digits.target[chosen])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("large")


@pytest.fixture(scope="module")
def truth(home: Path) -> np.ndarray:
    return save_set(home / "datasets")


@pytest.fixture(scope="module")
def server(home: Path, truth: np.ndarray) -> Iterator[Server]:  # noqa: ARG001 - the set is there
    with running(home) as started:
        yield started


def test_classes_with_names_have_keys_beside_them(
    context: BrowserContext, server: Server, home: Path
):
    names = ["none", "one", "a pair, or something else with a long name"]
    digits = load_digits(n_class=3)
    images = digits.images / 16
    np.savez(home / "datasets" / "words.npz", images=images, class_names=names)
    book = Book(server.database_url, home / "datasets")
    project = book.new_project(dataset="words.npz", n_samples=len(images), batch_size=5)
    desk = Desk(context, server.url, project).open()
    assert desk.find(".classes kbd").all_inner_texts() == ["1", "2", "3"]
    assert desk.find(".classes span").all_inner_texts() == names
    before = desk.batch
    shown = []
    for answer in (0, 1, 2, 2, 1):
        shown.append((desk.item, names[answer]))
        desk.press(str(answer + 1))
    desk.wait_ready(after=before)
    assert book.labels(project) == dict(shown)
    desk.press("3")
    tile = desk.find(".strip li").first.bounding_box()
    other = desk.find(".strip li").last.bounding_box()
    assert tile is not None
    assert other is not None
    assert tile["width"] == pytest.approx(other["width"], abs=1), "a long name is cut to its tile"
    book.close()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox").and_(page.get_by_label(label)).first.click()
    page.get_by_role("option", name=option).click()


def test_a_large_set_is_chosen_waited_for_labelled_and_found_again_after_a_restart(
    context: BrowserContext, server: Server, home: Path, truth: np.ndarray
):
    page = idle_tab(context)
    page.goto(f"{server.url}/projects")
    choose(page, "Images", f"many digits ({N_IMAGES:,})")
    page.get_by_role("radio", name="Custom").click()
    expect(page.get_by_role("radio", name="RBF")).to_be_visible()
    expect(page.locator("label", has_text="Sweeps at most")).to_have_count(0)
    page.get_by_role("radio", name="Best known").click()
    expect(page.get_by_role("radio", name="RBF")).to_have_count(0)
    wait_at_rest(page)
    page.get_by_label("Name").fill("Many")
    page.get_by_role("button", name="Create project").click()
    page.locator(".labeler[data-ready]").wait_for(timeout=60_000)
    project = page.url.rpartition("project=")[2]
    page.goto("about:blank")

    desk = Desk(context, server.url, project).open()
    for _ in range(2):
        before = desk.batch
        for _ in range(10):
            desk.press(str(truth[desk.item]))
        desk.wait_ready(after=before)
    desk.wait_saved("all 20 answers saved")
    desk.wait_figure("Labels given", "20")
    assert float(desk.figure("Accuracy").removesuffix(" %")) > 50
    (graph,) = (home / "cache" / "graphs").iterdir()
    built = graph.stat().st_ino

    server.kill()
    server.start()
    desk.page.reload()
    desk.wait_ready()
    desk.wait_figure("Labels given", "20")
    assert [file.stat().st_ino for file in (home / "cache" / "graphs").iterdir()] == [built]
