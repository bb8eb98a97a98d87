"""The addresses of large images, without a server and without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.responses import PlainTextResponse
from streamlit import get_option
from streamlit.config import set_option
from streamlit.testing.v1 import AppTest

from core.config import ProjectConfig
from core.data.pictures import SCREEN, Picture
from core.errors import StoreBusyError
from core.service.labelling import Service
from core.service.pictures import Pictured
from pages._ui import handle, picture_route
from pages._ui.front_door import FrontDoor
from pages._ui.gate import Gate, allowed_hosts
from pages._ui.picture_route import Pictures, address_of, picture_address
from pages._ui.server import draw_picture
from tests.loops import run
from tests.pages.conftest import OpenPage

pytestmark = pytest.mark.usefixtures("few_digits")

HANDED_ON = "handed on"
HEIGHT, WIDTH = 40, 1000


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(path: str, draw: Any = draw_picture, method: str = "GET", **headers: str) -> Reply:
    """Ask the server's middleware for an address; what none of it answers is handed on."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    named = {"host": "127.0.0.1:8501", "accept": "image/*"} | headers
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    app = Gate(Pictures(FrontDoor(PlainTextResponse(HANDED_ON)), draw))
    run(app(scope, receive, send))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], told, b"".join(m["body"] for m in sent[1:]))


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    names = ("server.allowedHosts", "server.baseUrlPath")
    before = {name: get_option(name) for name in names}
    set_option("server.allowedHosts", allowed_hosts({}, [], "127.0.0.1"))
    yield
    for name, value in before.items():
        set_option(name, value)


@pytest.fixture
def project(service: Service, tmp_path: Path) -> str:
    """A project on images that are larger than a screen needs."""
    images = np.random.default_rng(0).integers(256, size=(30, HEIGHT, WIDTH), dtype=np.uint8)
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets" / "noise.npz", images=images, class_names=["a", "b"])
    config = ProjectConfig(dataset="noise.npz", n_samples=30, batch_size=5)
    return service.create_project("Noise", config).project_id


@pytest.fixture
def pictured(service: Service, project: str) -> Pictured:
    batch = service.batch(project)
    assert batch is not None
    names = service.view(project).engine.image_names(batch.items)
    return Pictured(project, batch.items[0], names[batch.items[0]])


def size_of(reply: Reply) -> tuple[int, int]:
    assert reply.status == 200
    return Image.open(BytesIO(reply.body)).size


def test_a_picture_is_as_large_as_a_screen_needs_and_there_in_full_size_too(pictured: Pictured):
    width, _ = size_of(ask(address_of(pictured)))
    assert width == SCREEN
    full = address_of(pictured._replace(is_full=True))
    assert size_of(ask(full)) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_keeps_it_for_itself_and_for_ever(pictured: Pictured, method: str):
    headers = ask(address_of(pictured), method=method).headers
    assert headers["cache-control"] == "private, immutable, max-age=31536000"
    assert headers["content-type"] == "image/png"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "set-cookie" not in headers


def test_what_is_not_there_is_told_in_a_sentence_and_not_kept(pictured: Pictured):
    for other in (
        pictured._replace(project_id="nobody"),
        pictured._replace(item=10**9),
        pictured._replace(name="0" * 32),
    ):
        reply = ask(address_of(other))
        assert reply.status == 404
        assert reply.body.endswith(b".")
        assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["", "p", "p/1", "p/x/ab", "p/1/ab/small", "p/1/AB", "p/-1/ab", "../p/1/ab", "p/1/ab/full/"],
)
def test_other_addresses_there_have_nothing(service: Service, path: str):  # noqa: ARG001
    for accept in ("image/*", "text/html"):
        assert ask(f"/pictures/{path}", accept=accept).status == 404


def test_a_store_that_is_in_the_way_for_now_is_no_picture_that_is_not_there():
    def busy(*_: Any) -> Picture:
        raise StoreBusyError("labels.db")

    assert ask("/pictures/p/1/ab", busy).status == 503


def test_what_nobody_expected_is_told_without_its_code(caplog: pytest.LogCaptureFixture):
    def fail(*_: Any) -> Picture:
        raise ZeroDivisionError("secret")

    reply = ask("/pictures/p/1/ab", fail)
    assert (reply.status, reply.body) == (500, b"This picture cannot be drawn.")
    assert "secret" in caplog.text


def test_it_is_below_the_base_path(pictured: Pictured):
    at_root = address_of(pictured)
    set_option("server.baseUrlPath", "/tools/labels/")
    assert address_of(pictured) == f"/tools/labels{at_root}"
    assert ask(address_of(pictured)).status == 200
    assert ask(at_root).body == HANDED_ON.encode()


def test_nobody_gets_one_through_a_foreign_name(pictured: Pictured):
    assert ask(address_of(pictured), host="evil.example").status == 403
    assert ask(address_of(pictured), origin="http://evil.example").status == 403


def test_nothing_else_is_answered(service: Service):  # noqa: ARG001
    for path in ("/picturesque", "/static/pictures/p/1/ab", "/healthz"):
        assert ask(path).body == HANDED_ON.encode()
    assert ask("/pictures/p/1/ab", method="POST").body == HANDED_ON.encode()


def shown(page: AppTest) -> dict[str, Any]:
    assert not page.exception
    data: dict[str, Any] = json.loads(page.get("bidi_component")[0].proto.json)
    return data


def test_the_page_sends_addresses_where_they_are_served_and_else_the_images(
    open_page: OpenPage, project: str, monkeypatch: pytest.MonkeyPatch
):
    assert picture_address() is None, "nothing serves them under `streamlit run`"
    items = shown(open_page("pages/label.py", project=project))["items"]
    assert all(item["smooth"].startswith("data:image/") for item in items)
    assert [item["full"] for item in items] == [None] * len(items)

    monkeypatch.setattr(picture_route, "_served", True)
    page = shown(open_page("pages/label.py", project=project))
    assert page["items"]
    for item in page["items"]:
        assert item["smooth"] == item["pixels"]
        assert size_of(ask(item["smooth"]))[0] == SCREEN
        assert size_of(ask(item["full"])) == (WIDTH, HEIGHT)
    assert len(json.dumps(page)) < 10_000


def test_small_images_come_with_the_page_all_the_same(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(picture_route, "_served", True)
    items = shown(open_page("pages/label.py"))["items"]
    assert all(item["smooth"].startswith("data:image/") for item in items)


def test_a_picture_of_a_set_that_is_gone_is_told_of(pictured: Pictured, tmp_path: Path):
    (tmp_path / "datasets" / "noise.npz").unlink()
    handle.close()
    reply = ask(address_of(pictured))
    assert reply.status == 404
    assert b"noise" in reply.body
