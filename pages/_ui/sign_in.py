"""``/sign-in``: a small page of our own, before everything else; and ``/sign-out``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.auth_util import encode_provider_token

from core.people.attempts import Attempts, TooManyAttemptsError
from core.people.passwords import LONGEST_NAME, LONGEST_PASSWORD
from pages._ui.addresses import base_path
from pages._ui.bodies import UnreadableError, body_of
from pages._ui.door import address_in, cookie, inside, next_cookie
from pages._ui.login import OpenIdLogin, PasswordLogin, login

_FOLDER: Final = Path(__file__).parent
_FRAME: Final = Template((_FOLDER / "sign_in.html").read_text(encoding="utf-8"))
_STYLE: Final = (_FOLDER / "sign_in.css").read_text(encoding="utf-8")
_ICON: Final = (_FOLDER / "icon.svg").read_text(encoding="utf-8")

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_LARGEST: Final = 16_384
"""Bytes that the form may send."""

_MOST_FIELDS: Final = 10

_AT_A_TIME: Final = 2
"""Passwords that are checked at the same time: each takes 64 MB and a moment of a processor."""

_WRONG: Final = "The name or the password is not right."
_FOREIGN: Final = "This came from another page. Sign in here."

_ATTEMPTS: Final = Attempts()
_CHECKS: Final = anyio.CapacityLimiter(_AT_A_TIME)

_LOGGER: Final = logging.getLogger("labelspread.login")


class SignInPages:
    """Answers for the pages of the door, and hands all other requests on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of them."""
        answer: ASGIApp = self._app
        if scope["type"] == "http":
            page = _PAGES.get(address_in(scope) or "")
            if page is not None:
                methods, answers = page
                if scope["method"] in methods:
                    answer = await answers(Request(scope, receive))
                else:
                    answer = PlainTextResponse("Method not allowed", status_code=405)
        await answer(scope, receive, send)


async def sign_in(request: Request) -> Response:
    """Show the form, or take what was typed into it."""
    way = login()
    wanted = inside(request.query_params.get("next", ""))
    if way is None or way.find(request.cookies) is not None:
        return RedirectResponse(wanted, status_code=303, headers=_HEADERS)
    if not isinstance(way, PasswordLogin):
        assert isinstance(way, OpenIdLogin), "there is no third way"
        page = _page(_links(way.providers))
        page.headers.append("set-cookie", next_cookie(wanted, request.scope))
        return page
    if request.method == "POST":
        return await _taken(request, way, wanted)
    return _page(_form("", wanted))


async def style(_request: Request) -> Response:
    """The style of the page."""
    return Response(_STYLE, media_type="text/css", headers=_HEADERS)


async def icon(_request: Request) -> Response:
    """The icon on the page."""
    return Response(_ICON, media_type="image/svg+xml", headers=_HEADERS)


async def sign_out(request: Request) -> Response:
    """End the sign-in of a browser, in all of its tabs."""
    way = login()
    root = _root()
    if _is_foreign(request):
        return _page(f'<p>Sign out?</p><a class="button" href="{root}/sign-out">Sign out</a>')
    found = None if way is None else way.find(request.cookies)
    if way is not None and found is not None:
        try:
            await run_in_threadpool(way.ended.end, found.id, found.ends)
        except OSError:
            _LOGGER.exception("That somebody has signed out could not be noted for other replicas.")
    to = f"{root}/auth/logout" if isinstance(way, OpenIdLogin) else f"{root}/sign-in"
    response = RedirectResponse(to, status_code=303, headers=_HEADERS)
    response.headers.append("set-cookie", cookie("", request.scope))
    return response


_PAGES: Final[dict[str, tuple[set[str], Callable[[Request], Awaitable[Response]]]]] = {
    "sign-in": ({"GET", "HEAD", "POST"}, sign_in),
    "sign-in/style.css": ({"GET", "HEAD"}, style),
    "sign-in/icon.svg": ({"GET", "HEAD"}, icon),
    "sign-out": ({"GET"}, sign_out),
}


async def _taken(request: Request, way: PasswordLogin, wanted: str) -> Response:
    """Let somebody in whose password is right."""
    if _is_foreign(request):
        return _page(_form("", wanted, _FOREIGN), status=403)
    typed = await _typed(request)
    name, password = typed.get("name", "").strip(), typed.get("password", "")
    address = request.client.host if request.client else ""
    try:
        _ATTEMPTS.begin(name[:LONGEST_NAME], address)
    except TooManyAttemptsError as error:
        _LOGGER.warning("Too many wrong passwords from %s.", address)
        headers = {"Retry-After": f"{error.seconds:.0f}"}
        return _page(_form(name, wanted, str(error)), status=429, headers=headers)
    # A name or a password that is longer is nobody's.
    is_short = len(name) <= LONGEST_NAME and len(password) <= LONGEST_PASSWORD
    is_right = await anyio.to_thread.run_sync(
        way.accounts.is_right, name, password, limiter=_CHECKS
    )
    if not (is_right and is_short):
        return _page(_form(name, wanted, _WRONG), status=403)
    _ATTEMPTS.was_right(name, address)
    response = RedirectResponse(wanted, status_code=303, headers=_HEADERS)
    response.headers.append("set-cookie", cookie(way.sign_ins.begin(name), request.scope))
    return response


async def _typed(request: Request) -> dict[str, str]:
    """The fields of the form; none where something else was sent."""
    try:
        body = (await body_of(request, _LARGEST)).decode("utf-8", "replace")
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (UnreadableError, ValueError):
        return {}
    return {name: values[0] for name, values in fields.items()}


def _is_foreign(request: Request) -> bool:
    """Whether a page of somebody else has made the browser ask."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _root() -> str:
    base = base_path()
    return f"/{base}" if base else ""


def _form(name: str, wanted: str, problem: str = "") -> str:
    """The fields for a name and a password."""
    told = f'<p class="problem" id="problem" role="alert">{escape(problem)}</p>' if problem else ""
    invalid = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    focus = (" autofocus", "") if not name else ("", " autofocus")
    action = f"{_root()}/sign-in?next={quote(wanted, safe='')}"
    return f"""{told}<form method="post" action="{escape(action)}">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false"
 required maxlength="{LONGEST_NAME}" value="{escape(name[:LONGEST_NAME])}"{invalid}{focus[0]}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 maxlength="{LONGEST_PASSWORD}"{invalid}{focus[1]}>
<button type="submit">Sign in</button>
</form>"""


def _links(providers: tuple[str, ...]) -> str:
    """A link for each provider of accounts."""
    links = []
    for provider in providers:
        with_it = "" if provider == "default" else f" with {escape(provider.capitalize())}"
        token = quote(encode_provider_token(provider), safe="")
        to = f"{_root()}/auth/login?provider={token}"
        links.append(f'<a class="button" href="{to}">Sign in{with_it}</a>')
    return "\n".join(links)


def _page(content: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = _FRAME.substitute(root=_root(), content=content)
    return HTMLResponse(text, status_code=status, headers=_HEADERS | (headers or {}))
