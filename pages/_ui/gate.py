"""Who is let in: requests that name this server as they should, and only to what is open."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages._ui.upload_pass import may_send

HOSTS_VARIABLE: Final = "LABELSPREAD_ALLOWED_HOSTS"
METRICS_VARIABLE: Final = "LABELSPREAD_METRICS"
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

_EVERYWHERE: Final = ("", "0.0.0.0", "::")
_REFUSED: Final = 1008
"""The code with which a websocket is closed for reasons of policy."""

_UPLOADS: Final = "/_stcore/upload_file/"
_METRICS: Final = "/_stcore/metrics/"


def allowed_hosts(environment: Mapping[str, str], also: Sequence[str], host: str) -> list[str]:
    """The names by which the server may be called.

    This machine's own names always are. No foreign page can have them, however its own name is
    resolved, and a health check uses them.

    Parameters
    ----------
    environment
        ``LABELSPREAD_ALLOWED_HOSTS`` has names, apart by blanks or commas: ``label.example.com``,
        ``*.example.com``, or ``*`` for any.
    also
        More names, as Streamlit's own setting has them.
    host
        What the server listens at.
    """
    named = environment.get(HOSTS_VARIABLE, "").replace(",", " ").split()
    own = [] if host in _EVERYWHERE else [host]
    return list(dict.fromkeys([*LOOPBACK, *own, *also, *named]))


def only_this_machine(hosts: Sequence[str]) -> bool:
    """Whether nobody is let in who calls the server by another name than this machine has."""
    return set(hosts) <= set(LOOPBACK)


class Gate:
    """Refuses what a foreign web page could make a browser ask for, and what no page needs.

    A page of somebody else whose name suddenly resolves to this machine ("DNS rebinding") is of
    the same origin for the browser, and could read and write all there is. Its requests still
    carry its name. Streamlit looks at that for the websocket alone; here all requests are looked
    at, before anything else is. Names are those in Streamlit's ``server.allowedHosts``.

    Streamlit takes uploads for any session, and keeps them in memory, whether a page has asked
    for one or not. Here a session that was not shown where to put them cannot send any. Streamlit
    shows its metrics to whoever asks.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._shows_metrics = os.environ.get(METRICS_VARIABLE, "").strip() == "1"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may pass, and refuse the rest."""
        answer: ASGIApp = self._app
        if scope["type"] in {"http", "websocket"}:
            answer = self._refusal(scope) or answer
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        stranger = _stranger(Headers(scope=scope))
        if stranger is not None:
            if scope["type"] == "websocket":
                return WebSocketClose(_REFUSED, "This address is not allowed.")
            return PlainTextResponse(_told(stranger), status_code=403)
        path = f"{scope['path'].rstrip('/')}/"
        if _UPLOADS in path and not may_send(path.partition(_UPLOADS)[2].partition("/")[0]):
            return PlainTextResponse("Open the Data page to send files.", status_code=403)
        if path.endswith(_METRICS) and not self._shows_metrics:
            return PlainTextResponse("Not found", status_code=404)
        return None


def _stranger(headers: Headers) -> str | None:
    """The name that is not allowed: of the server as it was called, or of the page that calls."""
    host = headers.get("host", "")
    if not is_host_allowed(host):
        return host
    origin = headers.get("origin")
    # "null" is what a browser says of a page that is to have no name.
    if origin is not None and not is_host_allowed(_host_of(origin)):
        return origin
    return None


def _host_of(origin: str) -> str:
    """The name in an origin; nothing where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _told(stranger: str) -> str:
    shown = (
        stranger[:100]
        if stranger and stranger.isascii() and stranger.isprintable()
        else "This address"
    )
    return (
        f"{shown} is not an address of this Labelspread.\n"
        f"To allow it, start Labelspread with {HOSTS_VARIABLE} set to the names by which it may "
        'be called, such as "label.example.com 192.168.1.20".\n'
    )
