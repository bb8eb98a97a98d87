"""The Room page, what its big screen asks, and the address that phones are told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from core.errors import InvalidSettingError
from core.figures.room_page import RoomPage
from core.jobs.progress import CancelledError, silent
from core.people.persons import Person
from core.service.labelling import Service
from core.simulation.baselines import race_of
from pages._ui import handle, room_address, room_route
from pages._ui.room_address import own_address, own_addresses, picture_of, public_root
from pages._ui.room_race import race_apart
from pages._ui.room_route import RoomFigures, figures_address, serve_rooms
from tests.loops import run
from tests.pages.conftest import OpenPage

pytestmark = pytest.mark.usefixtures("few_digits", "service")

PUBLIC = "https://label.example.com/app"


def ask(path: str, message: object = None, **headers: str) -> tuple[int, Any]:
    sent: list[dict[str, Any]] = []
    body = message if isinstance(message, bytes) else json.dumps(message).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(part: Any) -> None:
        sent.append(part)

    path, _, query = path.partition("?")
    named = {"host": "127.0.0.1", "content-type": "application/json"} | headers
    scope = {
        "type": "http",
        "method": "GET" if message is None else "POST",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    run(RoomFigures(PlainTextResponse("handed on"))(scope, receive, send))
    content = b"".join(part.get("body", b"") for part in sent[1:]).decode()
    is_json = dict(sent[0]["headers"])[b"content-type"].startswith(b"application/json")
    return int(sent[0]["status"]), json.loads(content) if is_json else content


@pytest.fixture
def room(service: Service) -> str:
    return service.open_room(service.projects()[0].project_id, 2).project_id


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> list[RoomPage]:
    """What big screens were shown, with the app's own server running."""
    shown: list[RoomPage] = []
    monkeypatch.setattr(room_route, "_served", True)
    monkeypatch.setattr("pages._ui.room.room_screen", shown.append)
    monkeypatch.setenv(room_address.PUBLIC_VARIABLE, PUBLIC)
    return shown


def press(page: AppTest, name: str) -> None:
    next(one for one in page.button if one.label == name).click().run()


def test_a_screen_hears_how_the_room_stands_and_who_is_there_where_it_asks(service, room):
    code = service.room(room).code
    service.join_room(code, "Mia")
    status, told = ask(f"/rooms/{room}")
    assert (status, told["joined"], told["names"], told["phase"]) == (200, 1, [], "open")
    assert ask(f"/rooms/{room}?names=1")[1]["names"] == ["Mia"]


def test_a_screen_lets_the_room_have_a_break_go_on_and_end(service, room):
    for phase in ("paused", "open", "ended", "open"):
        status, told = ask(f"/rooms/{room}", {"phase": phase})
        assert (status, told["phase"]) == (200, phase)
        assert service.room(room).phase == phase


@pytest.mark.parametrize(
    ("message", "status"),
    [({"phase": "gone"}, 400), ([], 400), (b"{", 400), (b" " * 2000, 413)],
)
def test_what_no_screen_wishes_changes_nothing(service, room, message, status):
    assert ask(f"/rooms/{room}", message)[0] == status
    assert service.room(room).phase == "open"


def test_a_foreign_page_cannot_end_a_room(service, room):
    assert ask(f"/rooms/{room}", {"phase": "ended"}, **{"content-type": "text/plain"})[0] == 415
    assert service.room(room).phase == "open"


def test_a_project_that_is_no_room_or_not_there_is_said_to_be(service):
    assert ask(f"/rooms/{service.projects()[0].project_id}") == (404, "This project is no room.")
    assert ask("/rooms/nothing")[0] == 404
    assert ask("/rooms/a/b")[0] == 404
    assert ask("/room")[1] == "handed on"


def test_it_takes_the_rights_of_an_owner(room, monkeypatch):
    from core.service.guarded import Administrators

    monkeypatch.setattr(room_route, "person_of", lambda _: None)
    assert ask(f"/rooms/{room}")[0] == 401
    monkeypatch.setattr(room_route, "person_of", lambda _: Person("eve", "Eve"))
    monkeypatch.setattr(handle, "roles", lambda: Administrators(has_login=True))
    assert ask(f"/rooms/{room}")[0] == 404
    assert ask(f"/rooms/{room}", {"phase": "ended"})[0] == 404


def test_a_fault_of_ours_is_no_traceback(room, service, monkeypatch, caplog):
    monkeypatch.setattr(service, "room", lambda _: 1 / 0)
    assert ask(f"/rooms/{room}") == (500, "This could not be answered.")
    assert "ZeroDivisionError" in caplog.text


def test_the_race_in_a_process_of_its_own_comes_to_the_same(service, room):
    view = service.view(room)
    assert race_apart(view, silent) == race_of(view.engine, view.project.config)


def test_a_race_that_fails_is_none_and_one_that_is_called_off_ends(service, room, caplog):
    view = service.view(room)
    service.delete_project(room)
    assert race_apart(view, silent) == ()
    assert "races against is not known" in caplog.text

    def stop(_stage: str, _share: float, /) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        race_apart(view, stop)


def test_the_page_opens_a_room_and_then_shows_it(open_page: OpenPage, service, screens):
    page = open_page("pages/room.py")
    assert not page.exception
    page.number_input[0].set_value(2)
    press(page, "Open a room")
    assert not page.exception
    (project,) = [one for one in service.projects() if one.project_id.startswith("room-")]
    assert project.config.overlap == 2
    code = service.room(project.project_id).code
    shown = screens[-1]
    assert (shown.code, shown.title) == (code, f"Digits, room {code}")
    assert shown.address == "label.example.com/app/r"
    assert shown.figures == f"/rooms/{project.project_id}"
    assert shown.qr == picture_of(f"{PUBLIC}/r/{code}")
    assert not page.warning


def test_a_room_can_be_thrown_away_and_what_it_was_opened_on_is_there(
    open_page: OpenPage, service, room, screens
):
    page = open_page("pages/room.py", project=room)
    assert screens
    assert any("its 0 answers leave" in one.value for one in page.markdown)
    press(page, "Throw the room away")
    assert not page.exception
    assert [one.project_id for one in service.projects()] == ["digits"]
    assert [one.project_id for one in service.deleted_projects()] == [room]
    assert page.title[0].value == "Room"


@pytest.mark.usefixtures("screens")
def test_where_phones_cannot_come_the_page_says_what_to_do(open_page: OpenPage, room, monkeypatch):
    monkeypatch.delenv(room_address.PUBLIC_VARIABLE)
    monkeypatch.setattr("pages._ui.room_address.st.get_option", lambda _: "127.0.0.1")
    for query in ({}, {"project": room}):
        assert "make run ROOM=1" in open_page("pages/room.py", **query).warning[0].value


def test_without_the_servers_own_parts_no_room_is_shown(open_page: OpenPage, room, monkeypatch):
    monkeypatch.setattr(room_route, "_served", False)
    assert figures_address(room) is None
    assert "own server" in open_page("pages/room.py", project=room).warning[0].value
    serve_rooms()
    assert figures_address(room) == f"/rooms/{room}"


def test_an_address_is_the_one_that_was_set_or_that_of_this_machine(monkeypatch):
    options = {"server.address": "0.0.0.0", "server.port": 8501, "server.baseUrlPath": "/x/"}
    monkeypatch.setattr("pages._ui.room_address.st.get_option", options.get)
    allowed = {own_address(), "192.168.1.9"}
    monkeypatch.setattr(room_address, "is_host_allowed", allowed.__contains__)
    assert public_root({}) == f"http://{own_address()}:8501/x"
    assert public_root({room_address.PUBLIC_VARIABLE: f"{PUBLIC}/ "}) == PUBLIC
    options["server.address"] = "192.168.1.9"
    assert public_root({}) == "http://192.168.1.9:8501/x"
    allowed.clear()
    assert public_root({}) == "", "the gate would refuse them"
    options["server.address"] = "localhost"
    assert public_root({}) == ""
    with pytest.raises(InvalidSettingError, match="which is no address"):
        public_root({room_address.PUBLIC_VARIABLE: "label.example.com"})
    assert own_address() in own_addresses()


def test_the_picture_of_an_address_is_square_with_a_light_edge():
    rows = picture_of("http://192.168.1.20:8501/r/K7QF")
    assert {len(row) for row in rows} == {len(rows)}
    assert {*rows[0], *rows[-1], rows[5][0]} == {"0"}
    # The three corners by which a camera finds it: seven dark ones in a row.
    assert rows[2].count("1111111") == 2
