"""What phones in a room say to the server; no browser, no server."""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from core.errors import StoreFullError
from core.service.labelling import Service
from pages._ui import handle, phone_route
from pages._ui.door import is_open
from pages._ui.phone_route import Phones
from tests.core.builders import wait_until
from tests.loops import run

pytestmark = pytest.mark.usefixtures("few_digits", "service")

SCRIPT = "<script>x</script>"


class Browser:
    """Asks a server, and keeps what it is to keep."""

    def __init__(self) -> None:
        self.app = Phones(PlainTextResponse("handed on"))
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}

    def ask(self, path: str, message: object = None, method: str = "", **more: str) -> Any:
        """What is answered; without a message it is asked for, else sent."""
        sent: list[dict[str, Any]] = []
        body = message if isinstance(message, bytes) else json.dumps(message).encode()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(part: Any) -> None:
            sent.append(part)

        named = {
            "host": "127.0.0.1:8501",
            "content-type": "application/json",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        } | {name.replace("_", "-"): value for name, value in more.items()}
        scope = {
            "type": "http",
            "scheme": "http",
            "method": method or ("GET" if message is None else "POST"),
            "path": path,
            "query_string": b"",
            "client": ("192.168.1.7", 40_000),
            "server": ("127.0.0.1", 8501),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
        run(self.app(scope, receive, send))
        self.status = int(sent[0]["status"])
        self.headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        for name, one in SimpleCookie(self.headers.get("set-cookie", "")).items():
            self.cookies[name] = one.value
        content = b"".join(part.get("body", b"") for part in sent[1:]).decode("utf-8", "replace")
        is_json = self.headers.get("content-type", "").startswith("application/json")
        return json.loads(content) if is_json else content


@pytest.fixture
def whole(service: Service) -> Service:
    return service


@pytest.fixture
def project(whole: Service) -> str:
    return whole.open_room(whole.projects()[0].project_id, 2).project_id


@pytest.fixture
def code(whole: Service, project: str) -> str:
    room = whole.room(project)
    assert room is not None
    return room.code


@pytest.fixture
def phone(code: str) -> Browser:
    """Somebody who is in, and has images."""
    browser = Browser()
    browser.ask(f"/r/{code}/join", {"name": "Mia"})
    assert browser.status == 200
    wait_until(lambda: bool(browser.ask(f"/r/{code}/items")["items"]))
    return browser


def names(whole: Service, project: str) -> list[str]:
    """Who is in a room."""
    room = whole.standing(project).state.room
    assert room is not None
    return [*room.names.values()]


def sent(items: list[dict[str, Any]], label: str = "3", n: int = 1) -> dict[str, Any]:
    said = {"kind": "label", "label": label}
    answers = [
        {"n": n + place, "item": one["item"], "batch": one["batch"], "said": said}
        | {"ms": 900, "was": None}
        for place, one in enumerate(items)
    ]
    return {"answers": answers, "has": [], "version": ""}


def test_the_page_is_small_names_its_parts_by_content_and_runs_nothing_else(code):
    browser = Browser()
    page = browser.ask(f"/r/{code}")
    assert browser.status == 200
    assert "script-src 'self'" in browser.headers["content-security-policy"]
    assert page == browser.ask("/r") == browser.ask("/r/")
    parts = re.findall(r'"/r/(phone\.(?:css|js))\?([0-9a-f]{12})"', page)
    assert [name for name, _ in parts] == ["phone.css", "phone.js"]
    files = [browser.ask(f"/r/{name}") for name, _ in parts]
    assert "immutable" in browser.headers["cache-control"]
    assert len(page) + sum(map(len, files)) < 30_000


def test_a_first_name_lets_somebody_in_and_leaves_a_secret_that_no_script_reads(code, project):
    browser = Browser()
    told = browser.ask(f"/r/{code.lower()}/join", {"name": "  Mia "})
    assert (told["name"], told["phase"], told["said"]) == ("Mia", "open", 0)
    cookie = SimpleCookie(browser.headers["set-cookie"])[f"labelspread_room_{code}"]
    assert re.fullmatch("[0-9a-f]{32}", cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", f"/r/{code}")
    # Another tap on the button makes nobody else of the same phone.
    browser.ask(f"/r/{code}/join", {"name": "Mia"})
    assert names(handle.whole_service(), project) == ["Mia"]


def test_over_a_safe_line_the_secret_goes_over_no_other(code):
    browser = Browser()
    browser.ask(f"/r/{code}/join", {"name": "Mia"}, x_forwarded_proto="https")
    assert "Secure" in browser.headers["set-cookie"]


def test_answers_are_stored_and_more_images_come_with_the_receipts(phone, code, project, whole):
    items = phone.ask(f"/r/{code}/items")["items"]
    told = phone.ask(f"/r/{code}/answers", sent(items[:2]))
    assert phone.status == 200
    assert told["receipts"] == [{"n": 1, "fate": "stored"}, {"n": 2, "fate": "stored"}]
    assert told["said"] == 2
    state = whole.standing(project).state
    assert dict(state.labels) == {one["item"]: "3" for one in items[:2]}
    assert {one["item"] for one in told["items"]}.isdisjoint({one["item"] for one in items[:2]})
    # Once more, as a phone does that has heard nothing.
    assert phone.ask(f"/r/{code}/answers", sent(items[:2]))["receipts"] == told["receipts"]
    assert whole.standing(project).state.n_answers == 2


def test_classes_are_sent_once_and_predictions_never(phone, code):
    told = phone.ask(f"/r/{code}/items")
    assert [one["name"] for one in told["classes"]] == list("0123456789")
    message = {"answers": [], "has": [one["item"] for one in told["items"]]}
    again = phone.ask(f"/r/{code}/answers", message | {"version": told["version"]})
    assert again["classes"] is None
    assert {*told["items"][0]} == {"item", "batch", "image", "ink"}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("code", ["ZZZZ", "0000", "AAAAA"])
def test_a_wrong_code_is_said_to_be_one_in_words(code):
    browser = Browser()
    assert "no room with this code" in browser.ask(f"/r/{code}/join", {"name": "Mia"})["told"]
    assert browser.status == 404
    browser.ask(f"/r/{code}/items")
    assert browser.status == 404


def test_who_tries_many_codes_has_to_wait_and_who_is_in_does_not(phone, code, monkeypatch):
    from core.people.attempts import Tally

    tally = Tally(3)
    monkeypatch.setattr(phone_route, "_wrong_codes", lambda: tally)
    browser = Browser()
    for wrong in ("AAAA", "BBBB", "CCCC"):
        browser.ask(f"/r/{wrong}/join", {"name": "Eve"})
        assert browser.status == 404
    browser.ask(f"/r/{code}/join", {"name": "Eve"})
    assert browser.status == 429
    phone.ask(f"/r/{code}/items")
    assert phone.status == 200


def test_without_the_secret_of_this_room_nothing_is_told_or_taken(phone, code, whole):
    other = whole.open_room(whole.projects()[0].project_id)
    other_code = whole.room(other.project_id).code
    stranger = Browser()
    stranger.cookies = {
        f"labelspread_room_{code}": "f" * 32,
        f"labelspread_room_{other_code}": phone.cookies[f"labelspread_room_{code}"],
    }
    items = phone.ask(f"/r/{code}/items")["items"]
    for one, message in (
        (f"/r/{code}/items", None),
        (f"/r/{code}/answers", sent(items)),
        (f"/r/{other_code}/items", None),
        (f"/r/{other_code}/answers", sent(items)),
        (f"/r/{code}/pictures/1/abc", None),
    ):
        stranger.ask(one, message)
        assert stranger.status == 401, one


def test_a_break_and_the_end_are_told_and_what_was_said_before_is_taken(
    phone, code, project, whole, monkeypatch
):
    monkeypatch.setattr("core.service.rooms._FRESH", 0.0)
    items = phone.ask(f"/r/{code}/items")["items"]
    for phase, one in (("paused", items[0]), ("ended", items[1])):
        whole.set_room(project, phase)
        told = phone.ask(f"/r/{code}/answers", sent([one]))
        assert (told["phase"], told["items"]) == (phase, [])
        assert told["receipts"][0]["fate"] == "stored"
    Browser().ask(f"/r/{code}/join", {"name": "Late"})
    whole.delete_project(project)
    phone.ask(f"/r/{code}/items")
    assert phone.status == 404


@pytest.mark.parametrize("name", [SCRIPT, "=1+1", "Łucja", "<b>Mia</b>"])
def test_a_name_is_a_text_whatever_it_looks_like(code, project, whole, name):
    assert Browser().ask(f"/r/{code}/join", {"name": name})["name"] == name
    assert names(whole, project) == [name]


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"{", 400),
        (b"[" * 60_000, 400),
        ([], 400),
        ({"name": 1}, 400),
        ({"name": "x" * 201}, 400),
        ({"name": "Mia", "role": "owner"}, 400),
        ({"name": ""}, 422),
        ({"name": "x" * 21}, 422),
        ({"name": "a\u202eb"}, 422),
        (b'{"name": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
def test_a_name_that_is_none_is_refused_in_words(code, project, whole, message, status):
    browser = Browser()
    told = browser.ask(f"/r/{code}/join", message)
    assert browser.status == status
    assert told["told"].endswith(".")
    assert not names(whole, project)


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": [{}]},
        {"answers": None},
        {"has": ["1"]},
        {"has": [1] * 61},
        {"version": "x" * 65},
        {"more": 1},
    ],
)
def test_a_message_that_no_phone_sends_is_refused_and_nothing_of_it_is_stored(
    phone, code, project, whole, changes
):
    before = whole.standing(project).state.n_answers
    phone.ask(f"/r/{code}/answers", {"answers": [], "has": [], "version": ""} | changes)
    assert phone.status == 400
    assert whole.standing(project).state.n_answers == before


def test_an_answer_that_cannot_be_is_refused_beside_one_that_can(phone, code):
    items = phone.ask(f"/r/{code}/items")["items"]
    message = sent(items[:3])
    message["answers"][0]["said"]["label"] = SCRIPT
    message["answers"][1] = message["answers"][1] | {"item": 10**9, "said": {"kind": "unsure"}}
    message["answers"][1]["said"]["label"] = None
    message["answers"][2]["said"] = {"kind": "label", "label": "4"}
    fates = [one["fate"] for one in phone.ask(f"/r/{code}/answers", message)["receipts"]]
    assert fates == ["refused", "refused", "stored"]


def test_what_cannot_be_stored_now_is_not_acknowledged(phone, code, whole, monkeypatch):
    items = phone.ask(f"/r/{code}/items")["items"]

    def full(*_: object) -> None:
        raise StoreFullError("in a test")

    with monkeypatch.context() as patch:
        patch.setattr(whole, "answer_in_room", full)
        told = phone.ask(f"/r/{code}/answers", sent(items[:1]))
    assert phone.status == 503
    assert "receipts" not in told
    assert phone.ask(f"/r/{code}/answers", sent(items[:1]))["receipts"][0]["fate"] == "stored"


def test_a_fault_of_ours_is_no_traceback_and_may_pass(phone, code, whole, monkeypatch, caplog):
    monkeypatch.setattr(whole, "in_room", lambda *_a, **_k: 1 / 0)
    assert phone.ask(f"/r/{code}/items") == {"told": "This could not be answered."}
    assert phone.status == 500
    assert "ZeroDivisionError" in caplog.text


def test_only_json_is_taken_so_no_foreign_page_can_send_any(code):
    browser = Browser()
    browser.ask(f"/r/{code}/join", {"name": "Eve"}, content_type="text/plain")
    assert browser.status == 415


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/r/K7QF/join", "GET", 405),
        ("/r/K7QF/items", "POST", 405),
        ("/r", "POST", 405),
        ("/r/../label", "GET", 404),
        ("/r/K7QF/nothing", "GET", 404),
        ("/r/K7QF/pictures/1", "GET", 404),
        ("/r/component.ts", "GET", 404),
    ],
)
def test_nothing_else_is_there(path, method, status):
    browser = Browser()
    browser.ask(path, method=method)
    assert browser.status == status


@pytest.mark.parametrize("path", ["/", "/room", "/report", "/rooms/x"])
def test_all_else_is_handed_on(path):
    assert Browser().ask(path) == "handed on"


def test_a_picture_is_sent_to_whoever_is_in_the_room(phone, code, project, whole):
    item = phone.ask(f"/r/{code}/items")["items"][0]["item"]
    name = whole.view(project).engine.image_names([item])[item]
    content = phone.ask(f"/r/{code}/pictures/{item}/{name}")
    assert phone.status == 200
    assert phone.headers["content-type"].startswith("image/")
    assert content
    phone.ask(f"/r/{code}/pictures/{item}/{'0' * 32}")
    assert phone.status == 503


def test_the_door_is_open_to_phones_and_to_nothing_beside_them():
    def may_pass(path: str) -> bool:
        return is_open({"type": "http", "path": path, "headers": []}, None)  # type: ignore[arg-type]

    assert all(map(may_pass, ("/r", "/r/K7QF", "/r/K7QF/answers", "/r/phone.js")))
    assert not any(map(may_pass, ("/room", "/rooms/p", "/replay", "/")))
