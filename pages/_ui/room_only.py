"""A laptop in a lecture room: others in the network find rooms on it, and nothing else of it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from pages._ui.addresses import base_path
from pages._ui.phone_route import FOLDER

EVERYWHERE: Final = "0.0.0.0"
"""What the server listens at then."""

_REFUSED: Final = 1008
"""The code with which a websocket is closed for reasons of policy."""

_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
_TOLD: Final = "Only rooms are open here: type the address on the big screen, with /r at its end."

_is_on = False


def open_rooms_only() -> None:
    """Let this process serve rooms, and nothing else, to other machines."""
    global _is_on  # noqa: PLW0603 - a fact of the process
    _is_on = True


def is_for_rooms() -> bool:
    """Whether other machines are served rooms alone."""
    return _is_on


class RoomOnly:
    """Refuses other machines all but rooms, where the server was started for that.

    Who asks is known by the address that the connection is from. What a proxy hands on is of
    another machine, wherever the proxy runs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may pass, and refuse the rest."""
        answer: ASGIApp = self._app
        if _is_on and scope["type"] in {"http", "websocket"} and not _may_pass(scope):
            answer = (
                WebSocketClose(_REFUSED, _TOLD)
                if scope["type"] == "websocket"
                else PlainTextResponse(_TOLD, status_code=403)
            )
        await answer(scope, receive, send)


def _may_pass(scope: Scope) -> bool:
    base = base_path()
    root = f"/{base}/{FOLDER}" if base else f"/{FOLDER}"
    is_of_room = scope["path"] == root or scope["path"].startswith(f"{root}/")
    return (is_of_room and scope["type"] == "http") or _is_from_here(scope)


def _is_from_here(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if scope.get("client") is None or any(name in headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(scope["client"][0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
