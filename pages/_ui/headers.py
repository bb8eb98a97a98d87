"""What each answer tells the browser besides its content: what a page may load, and from where."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._ui.front_door import page

_INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_A_YEAR: Final = 365 * 24 * 60 * 60


class SafeHeaders:
    """Adds headers to all answers; what an answer says itself stays.

    A name that a person or a file supplied is written as text everywhere. Should one be taken for
    a part of a page all the same, the browser runs no script of it: scripts come from this server
    alone, as files, or as what Streamlit makes of a component of ours (``blob:``).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on all requests, and add to what is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", policy())
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", f"max-age={_A_YEAR}")
            await send(message)

        await self._app(scope, receive, send_more)


@cache
def policy() -> str:
    """What a page may load: nothing of other servers.

    Styles stand in the pages themselves, as Streamlit and Plotly write them.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *map(_hash, _INLINE.findall(page()))]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(script: str) -> str:
    """What names a script that stands in the page itself."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
