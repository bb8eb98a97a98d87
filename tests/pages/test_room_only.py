"""A laptop in a lecture room: what other machines are served of it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from pages._ui import room_only
from pages._ui.room_only import RoomOnly, is_for_rooms, open_rooms_only
from tests.loops import run


@pytest.fixture(autouse=True)
def _on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_only, "_is_on", False)
    open_rooms_only()
    assert is_for_rooms()


def ask(path: str, client: str | None, kind: str = "http", **headers: str) -> Any:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(part: Any) -> None:
        sent.append(part)

    scope = {
        "type": kind,
        "method": "GET",
        "path": path,
        "client": None if client is None else (client, 40_000),
        "headers": [
            (name.replace("_", "-").encode(), told.encode()) for name, told in headers.items()
        ],
    }
    run(RoomOnly(PlainTextResponse("handed on"))(scope, receive, send))
    return sent[0].get("status", sent[0].get("code"))


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_served_all_of_it(client):
    assert ask("/label", client) == 200


@pytest.mark.parametrize(
    "client", ["192.168.1.7", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "x", None]
)
def test_another_machine_is_served_rooms_alone(client):
    for path in ("/r", "/r/", "/r/K7QF", "/r/K7QF/answers", "/r/phone.js"):
        assert ask(path, client) == 200, path
    for path in ("/", "/label", "/rooms/room-k7qf", "/room", "/talk/digits", "/healthz", "/replay"):
        assert ask(path, client) == 403, path
    assert ask("/_stcore/stream", client, "websocket") == 1008
    assert ask("/r/K7QF", client, "websocket") == 1008


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip"])
def test_what_a_proxy_on_this_machine_hands_on_is_of_another_one(header):
    assert ask("/label", "127.0.0.1", **{header: "127.0.0.1"}) == 403


def test_a_server_that_was_not_started_for_rooms_is_as_it_was(monkeypatch):
    monkeypatch.setattr(room_only, "_is_on", False)
    assert ask("/label", "192.168.1.7") == 200
