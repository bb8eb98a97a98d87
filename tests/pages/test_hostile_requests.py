"""What is sent to the server's own addresses by whoever means no good; no browser, no server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, get_args

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from core.config import recommended
from core.service import projects
from core.service.room_answers import Fate
from pages._ui import bodies, handle
from pages._ui.bodies import UnreadableError, body_of, json_of
from pages._ui.talk_route import Talk
from tests.core.builders import wait_until
from tests.hostile import HTML, TEXTS, gone_wrong, values
from tests.loops import run
from tests.pages.test_phones import Browser, sent
from tests.pages.test_talk import ask, sync


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Talk, str]]:
    """Where messages are taken, and a project with few images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABELSPREAD_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("LABELSPREAD_DATABASE_URL", raising=False)
        patch.setattr(projects, "recommended", partial(recommended, n_samples=60))
        handle.close()
        project = handle.service().projects()[0].project_id
        yield Talk(PlainTextResponse("handed on")), project
        handle.close()


def assert_answered(status: int, told: Any) -> None:
    """That it is a receipt, or a sentence that holds nothing of what was sent."""
    if status == 200:
        assert told["receipt"]["outcome"] in {"done", "refused"}
    else:
        assert 400 <= status < 500
        assert told.endswith(".")
        assert "<" not in told


@settings(max_examples=60)
@given(data=st.data())
def test_any_message_has_a_receipt_or_is_refused_in_a_sentence(
    talk: tuple[Talk, str], data: st.DataObject
) -> None:
    served, project = talk
    answers = [{"item": 1, "kind": "label", "label": "3"}]
    submit = sync(project) | {"kind": "submit", "batch_id": "none", "answers": answers}
    right = st.sampled_from([sync(project), submit])
    message = data.draw(values | right.flatmap(gone_wrong))
    assert_answered(*ask(served, project, json.dumps(message).encode()))


@settings(max_examples=60)
@given(content=st.binary(max_size=60))
def test_any_bytes_have_a_receipt_or_are_refused_in_a_sentence(
    talk: tuple[Talk, str], content: bytes
) -> None:
    assert_answered(*ask(*talk, content))


@pytest.mark.parametrize(
    "content",
    [
        b'{"v": 1, "id": "\\ud800", "kind": "sync", "project": "digits"}',
        b'{"v": 1, "v": 2, "id": "a", "id": "b"}',
        b'{"a":' * 50_000,
        b"9" * 5_000,
        b"1e400",
        b'"\xff"',
        '{"id": "a"}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
    ],
)
def test_json_at_its_edges_is_answered(talk: tuple[Talk, str], content: bytes) -> None:
    assert_answered(*ask(*talk, content))


@pytest.mark.parametrize("project", [HTML, "\x00", "a\x00b", "x" * 65, "..", "%2e%2e", "\u202e"])
def test_a_project_of_any_name_is_not_there(talk: tuple[Talk, str], project: str) -> None:
    status, told = ask(talk[0], project)
    assert (status, "<" in told) == (404, False)


@given(cookie=st.sampled_from(TEXTS).filter(lambda text: text.isascii()))
def test_any_cookie_is_a_desk_or_none(talk: tuple[Talk, str], cookie: str) -> None:
    assert ask(*talk, cookie=f"labelspread_desk={cookie}; {cookie}")[0] == 404


@pytest.fixture(scope="module")
def phone(talk: tuple[Talk, str]) -> tuple[Browser, str]:
    """A phone in a room, and where its messages go."""
    room = handle.whole_service().open_room(talk[1], 2).project_id
    opened = handle.whole_service().room(room)
    assert opened is not None
    browser = Browser()
    browser.ask(f"/r/{opened.code}/join", {"name": "Mia"})
    wait_until(lambda: bool(browser.ask(f"/r/{opened.code}/items")["items"]))
    return browser, f"/r/{opened.code}"


@settings(max_examples=100)
@given(data=st.data())
def test_any_answer_of_a_phone_is_taken_or_refused_in_a_sentence(
    phone: tuple[Browser, str], data: st.DataObject
) -> None:
    browser, room = phone
    items = browser.ask(f"{room}/items")["items"]
    right = st.sampled_from([sent(items[:1]), sent(items, "8")])
    message = data.draw(values | right.flatmap(gone_wrong))
    told = browser.ask(f"{room}/answers", json.dumps(message).encode())
    if browser.status == 200:
        assert {one["fate"] for one in told["receipts"]} <= {*get_args(Fate)}
    else:
        assert browser.status == 400
        assert told["told"].endswith(".")
        assert "<" not in told["told"]


@settings(max_examples=60)
@given(name=st.sampled_from(TEXTS) | st.text(st.characters(), max_size=20) | values)
def test_any_first_name_is_taken_as_it_is_or_refused(
    phone: tuple[Browser, str], name: object
) -> None:
    room, other = phone[1], Browser()
    told = other.ask(f"{room}/join", json.dumps({"name": name}).encode())
    if other.status == 200:
        assert isinstance(name, str)
        assert told["name"].isprintable()
    else:
        assert other.status in {400, 403, 422}
        assert "<" not in told["told"]


def request_of(*parts: dict[str, Any], kind: str = "application/json") -> Request:
    """A request whose body comes in parts, and then nothing more."""
    left = [*parts]

    async def receive() -> dict[str, Any]:
        if not left:
            await anyio.sleep_forever()
        return left.pop(0)

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def part(content: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def refusal(request: Request) -> int:
    with pytest.raises(UnreadableError) as refused:
        run(json_of(request, 10))
    return refused.value.status


def test_a_body_comes_in_parts() -> None:
    assert run(body_of(request_of(part(b"12"), part(b"34", more=False)), 4)) == b"1234"
    assert run(json_of(request_of(part(b"[1"), part(b"]", more=False)), 4)) == [1]


def test_a_body_that_never_ends_is_waited_for_no_longer_than_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)
    assert refusal(request_of(part(b"{"))) == 408


def test_a_body_that_is_too_long_cut_off_or_none_is_refused() -> None:
    assert refusal(request_of(part(b"x" * 6), part(b"x" * 6))) == 413
    assert refusal(request_of(part(b"{"), {"type": "http.disconnect"})) == 400
    assert refusal(request_of(part(b"{", more=False))) == 400
    assert refusal(request_of(part(b"{}", more=False), kind="text/plain")) == 415
