"""Which browser a session is of: its tabs share what is on the desk."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import Final
from uuid import uuid4

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.scriptrunner import get_script_run_ctx

COOKIE: Final = "labelspread_desk"

_NAME: Final = re.compile("[0-9a-f]{32}")
_A_YEAR: Final = 365 * 24 * 60 * 60


def current_desk() -> str:
    """The desk of this session: its browser, or the session itself where that has no name."""
    named = named_desk()
    if named is not None:
        return named
    context = get_script_run_ctx()
    return context.session_id if context else ""


def named_desk() -> str | None:
    """The browser of this session; None where it has no name."""
    return _checked(st.context.cookies.get(COOKIE))


def desk_of(headers: Headers) -> str | None:
    """The browser that sends a request; None where it has no name."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return _checked(cookie and cookie.value)


def _checked(name: object) -> str | None:
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


class Desks:
    """Gives each browser a name of its own with the first page it asks for.

    The name says nothing of the person, leaves this server never, and no script can read it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on all requests, and name the browsers that have none."""
        if scope["type"] != "http" or not _is_nameless(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return

        claimed = Headers(scope=scope).get("x-forwarded-proto")
        secure = "; Secure" if "https" in {scope.get("scheme"), claimed} else ""

        async def send_name(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append(
                    "set-cookie",
                    f"{COOKIE}={uuid4().hex}; Path=/; Max-Age={_A_YEAR}; HttpOnly; SameSite=Lax"
                    f"{secure}",
                )
            await send(message)

        await self._app(scope, receive, send_name)


def _is_nameless(headers: Headers) -> bool:
    """Whether a browser asks for a page and has no name."""
    if "text/html" not in headers.get("accept", ""):
        return False
    return desk_of(headers) is None
