"""Which browser a session is of, without a browser."""

from __future__ import annotations

from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from pages._ui.desk import COOKIE, Desks, current_desk
from tests.loops import run

NAME = "0123456789abcdef" * 2


def cookies_after(
    cookie: str = "", accept: str = "text/html,*/*", scheme: str = "http"
) -> SimpleCookie:
    """What a browser is told to keep when it asks for something."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"accept", accept.encode()), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "scheme": scheme}
    run(Desks(PlainTextResponse("the page"))(scope, receive, send))
    assert sent[-1]["body"] == b"the page"
    kept = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    return SimpleCookie(kept[0]) if kept else SimpleCookie()


def test_a_browser_gets_a_name_of_its_own_with_its_first_page():
    first, second = cookies_after()[COOKIE], cookies_after()[COOKIE]
    assert len(first.value) == 32
    assert first.value != second.value
    assert (first["path"], first["httponly"], first["samesite"]) == ("/", True, "Lax")
    assert int(first["max-age"]) > 30 * 24 * 60 * 60


def test_a_name_that_came_over_https_goes_over_nothing_else():
    assert cookies_after(scheme="https")[COOKIE]["secure"]
    assert not cookies_after()[COOKIE]["secure"]


def test_a_browser_keeps_its_name():
    assert not cookies_after(f"other=1; {COOKIE}={NAME}")


@pytest.mark.parametrize("value", ["", "short", "x" * 32, '"', "ä" * 32])
def test_a_name_that_is_none_is_replaced(value: str):
    assert COOKIE in cookies_after(f"{COOKIE}={value}")


def test_what_is_no_page_gives_no_name():
    assert not cookies_after(accept="*/*")


def test_the_tabs_of_a_browser_have_one_desk(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies={COOKIE: NAME}))
    assert current_desk() == NAME


def test_a_session_without_a_browser_is_a_desk_of_its_own():
    def page() -> None:
        import streamlit as st

        from pages._ui.desk import current_desk

        st.text(current_desk())

    ran = AppTest.from_function(page).run()
    assert not ran.exception
    assert ran.text[0].value == "test session id"
