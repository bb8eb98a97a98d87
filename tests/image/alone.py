"""compose.local.yaml: the app for one person, on SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.e2e.book import Book
from tests.image.compose import read_compose
from tests.image.container import Container, Network, Settings
from tests.image.dockerfile import Image
from tests.image.labeller import Labeller
from tests.image.layers import Layers
from tests.image.services import DEFAULT_GRACE, app_settings, is_well, volume

SERVICE = read_compose("compose.local.yaml")["services"]["app"]


@pytest.fixture
def settings(image: Image, layers: Layers, tmp_path: Path) -> Settings:
    plain = Settings(layers.stack, (), {})
    data = volume(tmp_path / "data", plain, "/data")
    return app_settings(image, layers.stack, SERVICE, {"data": data})


class App:
    """The app in a container, and its store as others see it."""

    def __init__(self, settings: Settings, network: Network, image: Image, folder: Path) -> None:
        self.container = Container("app", settings, network, folder)
        self._image = image
        self.data = settings.mounts[0][1]
        self.wait()

    def wait(self) -> None:
        self.container.wait(lambda: is_well(self.container, self._image))

    def open(self) -> httpx.Client:
        """A browser on the machine that the port is open to."""
        # An engine hands the port of this machine on; the name stays the one that was called.
        at = f"http://{self.container.address}:8501"
        return httpx.Client(base_url=at, headers={"Host": "127.0.0.1:8501"}, timeout=60)

    def project(self) -> str:
        with closing(self.book()) as book:
            (project,) = book.store.projects()
        return project.project_id

    def book(self) -> Book:
        return Book(f"sqlite:///{self.data / 'labelspread.db'}")

    def labels(self) -> dict[int, str]:
        with closing(self.book()) as book:
            (project,) = book.store.projects()
            return book.labels(project.project_id)


@pytest.fixture
def app(settings: Settings, network: Network, image: Image, tmp_path: Path) -> Iterator[App]:
    app = App(settings, network, image, tmp_path / "container")
    yield app
    app.container.kill()


def test_somebody_labels_backs_up_and_puts_it_back(app: App):
    with app.open() as client:
        somebody = Labeller(client, app.project())
        somebody.answer()
        backup = app.container.run(["python", "-m", "core", "backup", "-"])
        assert backup.returncode == 0, backup.stderr
        before = dict(somebody.acknowledged)
        somebody.answer()
        assert app.labels() == somebody.acknowledged
        restored = app.container.run(["python", "-m", "core", "restore", "-"], backup.stdout)
        assert restored.returncode == 0, restored.stderr
        assert app.labels() == before
        somebody.look()
        somebody.answer()
    assert len(app.labels()) == 20
    assert "Traceback" not in app.container.log()


def test_it_is_a_user_of_its_own_without_rights_on_files_that_it_cannot_change(
    app: App, image: Image
):
    app.wait()
    assert app.container.fact("Uid:") == ["\t".join([image.user] * 4)]
    assert app.container.fact("NoNewPrivs:") == ["1"]
    for name in ("CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"):
        assert int(app.container.fact(name)[0], 16) == 0
    for place in (image.folder, "/usr/local", "/etc", "/var/tmp"):
        tried = app.container.run(["sh", "-c", f"echo > {place}/x"], user="0")
        assert b"Read-only" in tried.stderr, tried
    assert {path.stat().st_uid for path in app.data.rglob("*")} == {int(image.user)}


def test_it_writes_nothing_but_data_and_what_is_gone_with_it(
    settings: Settings, network: Network, image: Image, tmp_path: Path
):
    changes = tmp_path / "changes"
    app = App(replace(settings, changes=changes), network, image, tmp_path / "container")
    with app.open() as client:
        assert client.get("/", headers={"Accept": "text/html"}).status_code == httpx.codes.OK
        Labeller(client, app.project()).answer()
    app.container.stop(DEFAULT_GRACE)
    network.forget(app.container.address)
    assert [path for path in changes.rglob("*") if not path.is_dir()] == []


def test_sigterm_ends_it_with_all_that_was_acknowledged_and_it_goes_on(app: App):
    somebody = []
    with app.open() as client, app.open() as another:
        for browser in (client, another):
            labeller = Labeller(browser, app.project())
            labeller.look()
            somebody.append(labeller)

        def label(labeller: Labeller) -> None:
            with suppress(httpx.HTTPError):
                for _ in range(60):
                    labeller.answer()

        threads = [threading.Thread(target=label, args=(one,)) for one in somebody]
        for thread in threads:
            thread.start()
        threading.Event().wait(1)
        status = app.container.stop(DEFAULT_GRACE)
        for thread in threads:
            thread.join()
    assert status in {0, -15}
    assert "Traceback" not in app.container.log()
    assert [file.name for file in app.data.glob("labelspread.db*")] == ["labelspread.db"]
    with closing(sqlite3.connect(app.data / "labelspread.db")) as alone:
        assert alone.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    acknowledged = somebody[0].acknowledged | somebody[1].acknowledged
    assert acknowledged
    assert acknowledged.items() <= app.labels().items()

    app.container.start()
    app.wait()
    with app.open() as client:
        later = Labeller(client, app.project())
        later.answer()
    assert (acknowledged | later.acknowledged).items() <= app.labels().items()
