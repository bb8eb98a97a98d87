"""The map without a browser: what is sent of it, and the way from it to the grid."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from core.errors import StoreBusyError
from core.people.persons import Person
from core.service.labelling import Service
from core.session.events import Answer, AnswerKind
from pages._ui import handle, map_route
from pages._ui.explore import KEY
from pages._ui.map_route import TOLD, Maps, map_root
from tests.loops import run
from tests.pages.conftest import OpenPage

PAGE = "pages/explore.py"


class Reply:
    """What the middleware answers, or hands on."""

    def __init__(self, path: str) -> None:
        self.status, self.headers, self.body = 0, dict[str, str](), b""

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            else:
                self.body += message.get("body", b"")

        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        app = Maps(PlainTextResponse("handed on"))
        run(app(scope, receive, send))


def shown(page: AppTest) -> dict[str, Any]:
    """What the component was told to show."""
    assert not page.exception
    data: dict[str, Any] = json.loads(page.get("bidi_component")[0].proto.json)
    return data


@pytest.fixture
def taught(service: Service) -> Service:
    """With a round of labels in the default project."""
    batch = service.batch("digits")
    assert batch is not None
    answers = [Answer(i, AnswerKind.LABEL, str(k % 3)) for k, i in enumerate(batch.items)]
    service.submit("digits", batch.batch_id, answers)
    return service


def test_the_parts_of_a_map_are_sent_as_numbers(taught: Service):
    state = json.loads(Reply("/maps/digits/state").body)
    taught.stop_layout(taught.view("digits"))
    layout = state["layout"]
    places = np.frombuffer(Reply(f"/maps/digits/places/{layout}").body, "<u2").reshape(-1, 2)
    assert np.array_equal(places, taught.layout(taught.view("digits")).places)
    marks = Reply(f"/maps/digits/marks/{state['marks']}")
    assert marks.body == taught.marks(taught.view("digits")).to_bytes()
    assert "no-store" in marks.headers["cache-control"]
    image = Reply(f"/maps/digits/image/{layout}/5")
    assert unquote(image.headers[TOLD.lower()]) == "Image 5"
    assert Image.open(BytesIO(image.body)).size[0] > 8, "smoothed"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/maps/digits/places/other", 404),
        ("/maps/digits/image/other/5", 404),
        ("/maps/nothing/state", 404),
        ("/maps/digits/../state", 404),
        ("/elsewhere", 200),
    ],
)
@pytest.mark.usefixtures("taught")
def test_what_is_not_there_is_said_in_a_sentence(path: str, status: int):
    assert Reply(path).status == status


def test_an_image_that_is_not_in_the_set_is_not_sent(taught: Service):
    layout = taught.layout_name(taught.view("digits"))
    assert Reply(f"/maps/digits/image/{layout}/1797").status == 404


@pytest.mark.parametrize(("error", "status"), [(StoreBusyError("labels.db"), 503), (OSError, 500)])
def test_a_map_that_cannot_be_made_now_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, error: Any, status: int
):
    def fail(_person: Person) -> Service:
        raise error

    monkeypatch.setattr(handle, "service_for", fail)
    assert Reply("/maps/digits/state").status == status


def test_without_the_apps_own_server_no_address_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(map_route, "_served", False)
    assert map_root("digits") is None
    map_route.serve_maps()
    assert map_root("a b") == "/maps/a%20b"


def test_work_on_a_better_map_is_stopped_and_begun_again_by_a_person(
    open_page: OpenPage, taught: Service
):
    page = open_page(PAGE)
    for act, is_working in (("stop", False), ("improve", True), ("stop", False)):
        page.session_state[KEY] = {"act": act}
        page.run()
        work = taught.layout_work(taught.view("digits"))
        if not is_working and work is not None:
            work.ends_within(20)
    assert shown(page)["n_items"] == 1797


def test_what_is_chosen_opens_in_the_grid(open_page: OpenPage, taught: Service):
    page = open_page(PAGE)
    taught.stop_layout(taught.view("digits"))
    state = shown(page)["state"]
    items = [*taught.view("digits").labels][:4]
    bits = np.zeros(1797, dtype=np.uint8)
    bits[[*items, 1000, 1001]] = 1
    packed = base64.b64encode(np.packbits(bits, bitorder="little").tobytes()).decode()
    choice = {"numbering": state["numbering"], "n_items": 1797, "bits": packed}
    page.session_state[KEY] = {"choose": choice}
    page.run()
    grid = shown(page)
    assert grid["among"] == {
        "said": "chosen on the map", "n_items": 6, "n_open": 2, "n_answered": 4
    }  # fmt: skip
