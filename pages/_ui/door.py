"""The door: nothing is there for whoever is not signed in, but the way to sign in.

It stands before all routes, Streamlit's own among them. Where people do not sign in it is open.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final
from urllib.parse import quote, unquote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.runtime import Runtime, exists

from core.people.persons import Person, mark_of
from core.people.sign_ins import LASTS
from pages._ui.addresses import base_path
from pages._ui.identity import is_session_of, known_session
from pages._ui.login import COOKIE, Login, PasswordLogin, SignedIn, login

OPEN: Final = {"healthz", "r", "sign-in", "sign-in/style.css", "sign-in/icon.svg"}
"""Addresses below the app's own that are there for everybody, to the letter."""

OPEN_BELOW: Final = {"r/"}
"""Addresses below which all is there for everybody; each ends with a slash. Phones in a room are
known by a secret of their own."""

_OF_OPENID: Final = {"auth/login", "auth/logout", "oauth2callback"}
_HEALTH: Final = "/healthz"
_MEDIA: Final = "media/"
_UPLOADS: Final = "_stcore/upload_file/"
_REFUSED: Final = 1008
"""The code with which a websocket is closed for reasons of policy."""

NEXT: Final = "labelspread_next"
WHOSE: Final = "labelspread_whose"
_A_YEAR: Final = 365 * 24 * 60 * 60
_PATIENCE: Final = 600
"""Seconds in which somebody has signed in at a provider."""

_LOOK_AGAIN: Final = 20.0
"""Seconds after which it is asked again whether a websocket's sign-in has ended."""

_SESSION_PLACE: Final = 3
"""Streamlit's browser side names the session to go on with third among the subprotocols."""


class Door:
    """Refuses every request and websocket of whoever is not signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may pass, and refuse the rest."""
        way = login() if scope["type"] in {"http", "websocket"} else None
        if way is None or is_open(scope, way):
            await self._app(scope, receive, send)
            return
        cookies = HTTPConnection(scope).cookies
        found = way.find(cookies)
        if scope["type"] == "websocket":
            await self._talk(way, found, scope, receive, send)
        elif found is None:
            await _turned_away(scope)(scope, receive, send)
        elif not _is_theirs(address_in(scope), found.person):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
        elif wanted := _wanted_before(scope, cookies):
            headers = {"Set-Cookie": next_cookie("", scope), "Cache-Control": "no-store"}
            to = RedirectResponse(wanted, status_code=303, headers=headers)
            await to(scope, receive, send)
        else:
            kept = [cookie(text, scope)] if (text := _renewed(way, cookies)) else []
            if cookies.get(WHOSE) != (whose := mark_of(found.person.person_id)):
                kept.append(_cookie(WHOSE, whose, _A_YEAR, scope, for_scripts=True))
            await self._app(scope, receive, _keeping(kept, send) if kept else send)

    async def _talk(
        self, way: Login, found: SignedIn | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let a websocket be until its sign-in ends."""
        if found is None or not _goes_on_with_own(scope, found.person):
            await WebSocketClose(_REFUSED, "Sign in first.")(scope, receive, send)
            return
        watched = _Watched(way, HTTPConnection(scope).cookies, receive, send)
        try:
            await self._app(scope, watched.receive, watched.send)
        finally:
            watched.done()


class _Watched:
    """A websocket that ends when its sign-in does."""

    def __init__(self, way: Login, cookies: dict[str, str], receive: Receive, send: Send) -> None:
        self._way = way
        self._cookies = cookies
        self._receive = receive
        self._send = send
        self._asked = time.monotonic()
        self._has_ended = False
        self._pending: asyncio.Future[Message] | None = None

    async def receive(self) -> Message:
        """The next message; that it is over once the sign-in has ended."""
        while True:
            if self._pending is None:
                self._pending = asyncio.ensure_future(self._receive())
            left = max(0.0, self._asked + _LOOK_AGAIN - time.monotonic())
            await asyncio.wait({self._pending}, timeout=left)
            if time.monotonic() >= self._asked + _LOOK_AGAIN:
                self._asked = time.monotonic()
                if self._way.find(self._cookies) is None:
                    await self._end()
                    return {"type": "websocket.disconnect", "code": _REFUSED}
            if self._pending.done():
                message, self._pending = self._pending.result(), None
                return message

    async def send(self, message: Message) -> None:
        """Send a message, unless it is over."""
        if not self._has_ended:
            await self._send(message)

    def done(self) -> None:
        """Wait for nothing any more."""
        if self._pending is not None:
            self._pending.cancel()

    async def _end(self) -> None:
        self._has_ended = True
        with suppress(RuntimeError, OSError):
            await self._send(
                {"type": "websocket.close", "code": _REFUSED, "reason": "Your sign-in has ended."}
            )


def is_open(scope: Scope, way: Login) -> bool:
    """Whether what is asked for is there for everybody."""
    address = address_in(scope)
    if address is None:
        # It is not below the app's own address.
        return str(scope["path"]) == _HEALTH
    if ".." in address.split("/"):
        return False
    is_of_openid = address in _OF_OPENID and not isinstance(way, PasswordLogin)
    return address in OPEN or is_of_openid or any(map(address.startswith, OPEN_BELOW))


def address_in(scope: Scope) -> str | None:
    """What is asked for, below the app's own address; None where that is something else."""
    base, path = base_path(), str(scope["path"]).removeprefix("/")
    if not base:
        return path
    return path.removeprefix(f"{base}/") if path.startswith(f"{base}/") else None


def _turned_away(scope: Scope) -> Response:
    """What somebody is sent who is not signed in: to the door, who asks for a page."""
    accepts = HTTPConnection(scope).headers.get("accept", "")
    headers = {"Cache-Control": "no-store"}
    if scope["method"] not in {"GET", "HEAD"} or "text/html" not in accepts:
        return PlainTextResponse("Sign in first.", status_code=401, headers=headers)
    base, query = base_path(), scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    root = f"/{base}" if base else ""
    to = "" if wanted.strip("/") == base else f"?next={quote(wanted, safe='')}"
    return RedirectResponse(f"{root}/sign-in{to}", status_code=303, headers=headers)


def _is_theirs(address: str | None, person: Person) -> bool:
    """Whether a file of a session that is asked for is one of that person's sessions."""
    if address is None:
        return True
    if address.startswith(_UPLOADS):
        return is_session_of(address.removeprefix(_UPLOADS).partition("/")[0], person)
    if address.startswith(_MEDIA) and exists():
        file_id = address.removeprefix(_MEDIA).partition(".")[0]
        sessions = _sessions_with(file_id)
        # What is written at the click is of no session: its name is a hash of all that it holds.
        return not sessions or any(is_session_of(session, person) for session in sessions)
    return True


def _sessions_with(file_id: str) -> set[str]:
    """The sessions whose pages show a file."""
    held = Runtime.instance().media_file_mgr._files_by_session_and_coord
    return {session for session, files in [*held.items()] if file_id in [*files.values()]}


def _goes_on_with_own(scope: Scope, person: Person) -> bool:
    """Whether a websocket begins a session, or goes on with one of that person's."""
    told = HTTPConnection(scope).headers.get("sec-websocket-protocol", "").split(",")
    session = told[_SESSION_PLACE - 1].strip() if len(told) >= _SESSION_PLACE else ""
    return not session or not known_session(session) or is_session_of(session, person)


def _renewed(way: Login, cookies: dict[str, str]) -> str | None:
    """What the browser is to keep from now on, to stay signed in; None for what it has."""
    found = way.sign_in_of(cookies) if isinstance(way, PasswordLogin) else None
    return way.sign_ins.renewed(found) if found and isinstance(way, PasswordLogin) else None


def _keeping(cookies: list[str], send: Send) -> Send:
    """Send what is sent, and cookies."""

    async def send_both(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for one in cookies:
                headers.append("set-cookie", one)
        await send(message)

    return send_both


def _wanted_before(scope: Scope, cookies: dict[str, str]) -> str:
    """What a page was asked for before somebody went to a provider; empty where there is none."""
    is_first = scope["method"] == "GET" and address_in(scope) in {"", None}
    return inside(unquote(cookies[NEXT])) if is_first and NEXT in cookies else ""


def inside(wanted: str) -> str:
    """An address of this app: what was wanted if it is one, else the first page."""
    base = base_path()
    root = f"/{base}" if base else ""
    is_path = wanted.startswith(f"{root}/") and not wanted.startswith(("//", "/\\"))
    # What a browser leaves out of an address could make another one of it.
    return wanted if is_path and wanted.isprintable() and "\\" not in wanted else f"{root}/"


def cookie(text: str, scope: Scope) -> str:
    """The header by which a browser keeps a sign-in; an empty text makes it forget it."""
    return _cookie(COOKIE, text, LASTS, scope)


def next_cookie(wanted: str, scope: Scope) -> str:
    """The header by which a browser keeps where it is to go once somebody has signed in."""
    return _cookie(NEXT, quote(wanted, safe=""), _PATIENCE, scope)


def _cookie(name: str, text: str, lasts: int, scope: Scope, *, for_scripts: bool = False) -> str:
    base = base_path()
    headers = HTTPConnection(scope).headers
    is_safe = "https" in {scope["scheme"], headers.get("x-forwarded-proto", "")}
    parts = [
        f"{name}={text}",
        f"Path=/{base}",
        f"Max-Age={lasts if text else 0}",
        "SameSite=Lax",
        *([] if for_scripts else ["HttpOnly"]),
    ]
    return "; ".join([*parts, "Secure"] if is_safe else parts)
