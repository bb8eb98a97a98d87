"""The door without a server: which addresses it lets through, and whose a session is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Message

from core.errors import InvalidSettingError
from core.people.passwords import line_for
from core.people.persons import LOCAL_PERSON
from pages._ui import door, identity
from pages._ui.door import OPEN, OPEN_BELOW, Door
from pages._ui.login import COOKIE, PasswordLogin, administrators, forget_login, login, login_of
from pages._ui.server import open_to_all
from tests.loops import run


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PasswordLogin]:
    """A login of this process."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "passwords").write_text(f"{line_for('anna', 'long enough')}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABELSPREAD_HOME", str(folder))
        patch.setenv("LABELSPREAD_PASSWORDS", str(folder / "passwords"))
        forget_login()
        found = login()
        assert isinstance(found, PasswordLogin)
        yield found
    forget_login()


def ask(path: str, method: str = "GET", kept: str = "") -> int:
    """The status of an answer; 299 where the request was handed on."""
    answers: list[Message] = []
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"cookie", f"{COOKIE}={kept}".encode())] if kept else [],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answers.append(message)

    app = Door(PlainTextResponse("handed on", status_code=299))
    run(app(scope, receive, send))
    return int(answers[0]["status"])


@given(st.text().map(lambda text: f"/{text}"), st.sampled_from(["GET", "POST", "PUT", "OPTIONS"]))
def test_whatever_is_asked_for_is_refused_but_for_what_is_listed(
    way: PasswordLogin,  # noqa: ARG001 - it is the login of the process
    path: str,
    method: str,
) -> None:
    assert ask(path, method) == (299 if path.removeprefix("/") in OPEN else 401)


def test_what_is_listed_is_there_and_who_is_signed_in_has_all(way: PasswordLogin) -> None:
    assert {ask(f"/{path}") for path in OPEN} == {299}
    assert ask("/progress", kept=way.sign_ins.begin("anna")) == 299
    assert ask("/progress", kept=way.sign_ins.begin("nobody")) == 401


def test_others_may_register_what_is_open_and_nothing_beside_it_is(
    way: PasswordLogin,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "OPEN_BELOW", {*OPEN_BELOW, "room/"})
    assert ask("/room/abc") == 299
    for path in ("/room", "/rooms/abc", "/room/../progress", "/progress/room/"):
        assert ask(path) == 401


def test_uploads_are_taken_for_sessions_of_ones_own(
    way: PasswordLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_SESSIONS", {"hers": "anna", "his": "ben"})
    kept = way.sign_ins.begin("anna")
    assert ask("/_stcore/upload_file/hers/file", "PUT", kept) == 299
    for session in ("his", "nobodys"):
        assert ask(f"/_stcore/upload_file/{session}/file", "PUT", kept) == 404


def test_without_a_login_whoever_asks_is_the_one_person_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LABELSPREAD_PASSWORDS", raising=False)
    assert login_of({}, None) is None
    forget_login()
    assert identity.person_of({"type": "http", "headers": []}) == LOCAL_PERSON
    assert identity.roles().is_administrator(LOCAL_PERSON)
    forget_login()


def test_a_login_in_which_nobody_can_sign_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingError):
        login_of({"LABELSPREAD_PASSWORDS": str(tmp_path / "none")}, None)


def test_administrators_are_apart_by_blanks_or_commas() -> None:
    told = {"LABELSPREAD_ADMINS": "ada, anna@example.org  ben"}
    assert administrators(told) == {"ada", "anna@example.org", "ben"}
    assert administrators({}) == frozenset()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_this_machines_own_addresses_need_no_login(host: str) -> None:
    assert open_to_all(host, {}) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "label.example.com", ""])
def test_other_addresses_need_one_or_a_plain_word(host: str) -> None:
    assert "LABELSPREAD_PASSWORDS" in open_to_all(host, {})
    assert open_to_all(host, {"LABELSPREAD_NO_LOGIN": "1"}) == ""
    assert open_to_all(host, {"LABELSPREAD_NO_LOGIN": "yes"}) != ""


def test_only_these_hold_what_is_everybodys_and_not_one_persons() -> None:
    folder = Path(__file__).parents[2] / "pages"
    holding = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.py")
        if re.search(r"\bhandle\.whole_", file.read_text(encoding="utf-8"))
    }
    # Phones are known by a secret; what was sent is taken from and discarded in one's own session.
    assert holding == {"_ui/phone_route.py", "_ui/bring_back.py", "_ui/networks.py"}
