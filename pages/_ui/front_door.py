"""The first thing that a browser is sent: the page that all of the app is drawn into."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui import site
from pages._ui.addresses import base_path

_INDEX: Final = Path(st.__file__).parent / "static" / "index.html"
_TITLE: Final = "<title>Streamlit</title>"
_END: Final = "</body>"
_WATCH: Final = Path(__file__).with_name("signed_out.js").read_text(encoding="utf-8")
_NO_PAGES: Final = frozenset(
    {
        "_stcore",
        "app",
        "auth",
        "component",
        "healthz",
        "media",
        "oauth2callback",
        "r",
        "rooms",
        "static",
        "talk",
    }
)
"""First parts of addresses at which something other than a page is."""
_ADDRESSES: Final = frozenset({"", *(page.address for page in site.PAGES if page is not site.HOME)})


class FrontDoor:
    """Sends Streamlit's page with the app's name and style in it, and no page that is not there.

    Streamlit sends any address its page and draws it without the app's style first, which comes
    with the first run of a script: everything jumps. An address below a page, such as
    ``/progress/nope``, would stay empty for ever.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer whoever asks for a page, and hand all else on."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            answer = _answer(scope) or answer
        await answer(scope, receive, send)


def _answer(scope: Scope) -> Response | None:
    base = base_path()
    path = scope["path"].lstrip("/")
    if base and path != base and not path.startswith(f"{base}/"):
        return None
    address = path.removeprefix(base).lstrip("/")
    if address in _ADDRESSES:
        return HTMLResponse(page(), headers={"Cache-Control": "no-cache"})
    # With a slash at its end Streamlit leads to the same without.
    if address.endswith("/") or not _is_of_a_page(address, Headers(scope=scope)):
        return None
    root = f"/{base}" if base else ""
    query = urlencode({site.MISSED: address[:200]})
    return RedirectResponse(f"{root}/{site.MISSING.address}?{query}", status_code=302)


def _is_of_a_page(address: str, headers: Headers) -> bool:
    """Whether a person asks for it, and not a script or a style for a file."""
    first, *_ = address.split("/")
    return first not in _NO_PAGES and "text/html" in headers.get("accept", "")


@cache
def page() -> str:
    """Streamlit's page, with the app's name and style in it, and what sees that a sign-in ends."""
    page = _INDEX.read_text(encoding="utf-8")
    base = base_path()
    root = json.dumps(f"/{base}" if base else "")
    # Else Streamlit looks for itself below the page that is opened first, in vain.
    told = f"window.__streamlit={{BACKEND_BASE_URL:location.origin+{root}}};"
    watch = f"<script>{told}{_WATCH}watchSignIn({root});</script>"
    # Last of all, so that it rules over Streamlit's own style of the same weight.
    style = f"<style>{site.STYLE}</style>"
    return page.replace(_TITLE, f"<title>{site.APP}</title>").replace(_END, f"{watch}{style}{_END}")
