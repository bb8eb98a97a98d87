"""``/r``: the phones of a room: a small page of our own, and what it says to the server.

- ``GET /r`` and ``GET /r/CODE``: the page, which asks for a code, or for a first name;
- ``POST /r/CODE/join``: a first name; the answer leaves a secret in the browser;
- ``GET /r/CODE/items``: how the room stands, and the first images;
- ``POST /r/CODE/answers``: answers; the answer has a receipt for each, and more images;
- ``GET /r/CODE/pictures/…``: a picture that is too large for a message.

Nobody signs in here. Whoever knows the code can come in; all else takes the secret.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from string import Template
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.jobs.once import Latest
from pages._ui.addresses import base_path
from pages._ui.bodies import UnreadableError, json_of

if TYPE_CHECKING:
    # The server listens before the core is loaded.
    from core.people.attempts import Tally
    from core.service.labelling import Service
    from core.service.phone_page import PhonePage, PhonePages
    from core.service.pictures import PictureAddress, Pictured

FOLDER: Final = "r"
"""Short, for it is typed."""

_PLACE: Final = Path(__file__).parent / "phone"
_ADDRESS: Final = re.compile(
    r"(?:(phone\.css|phone\.js)|([0-9A-Za-z]{1,8})"
    r"(?:/(join|items|answers|pictures/([0-9]{1,15})/([0-9a-f]+)(/full)?))?)?/?",
    re.ASCII,
)
_LARGEST: Final = 2**16
"""Bytes of a message."""

_AT_ONCE: Final = 32
"""Messages that are dealt with at the same time: those that wait to be stored are stored together,
and cost next to nothing meanwhile."""

_WRONG_CODES: Final = 60
"""That may come from one address in a quarter of an hour; a whole room may be behind one."""

_LASTS: Final = 24 * 60 * 60
"""Seconds for which a phone is known."""

_NOT_KEPT: Final = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
_KEPT: Final = {
    "Cache-Control": "private, immutable, max-age=31536000",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE: Final = _NOT_KEPT | {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
}

_PAGES: Final[Latest[Service, PhonePages]] = Latest(1)

_LOGGER: Final = logging.getLogger("labelspread.server")


class Phones:
    """Answers the phones of rooms, and hands all other requests on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limit = anyio.CapacityLimiter(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a phone."""
        answer: ASGIApp = self._app
        if scope["type"] == "http":
            root = f"{_root()}/{FOLDER}"
            if scope["path"] == root or scope["path"].startswith(f"{root}/"):
                found = _ADDRESS.fullmatch(scope["path"].removeprefix(root).removeprefix("/"))
                answer = await self._answer(found, Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, found: re.Match[str] | None, request: Request) -> Response:
        if found is None:
            return _refused("There is nothing here.", 404)
        wish = found[3]
        is_post = wish in {"join", "answers"}
        if request.method not in ({"POST"} if is_post else {"GET", "HEAD"}):
            return _refused("Method not allowed", 405)
        if wish is None:
            return (
                HTMLResponse(_page(_root()), headers=_PAGE) if found[1] is None else _file(found[1])
            )
        try:
            message = await json_of(request, _LARGEST) if is_post else None
        except UnreadableError as error:
            return _refused(error.sentence, error.status)
        do = _wish(found, request, message)
        return await anyio.to_thread.run_sync(_in_words, do, limiter=self._limit)


def _wish(found: re.Match[str], request: Request, message: Any) -> Callable[[], Response]:  # noqa: ANN401
    """What a phone asks for."""
    _, code, wish, item, name, full = found.groups()
    code = code.upper()
    token = request.cookies.get(_cookie(code), "")
    if wish == "join":
        address = request.client.host if request.client else ""
        schemes = {request.url.scheme, request.headers.get("x-forwarded-proto", "")}
        return partial(_join, code, token, message, address, "https" in schemes)
    if wish == "answers":
        return partial(_answers, code, token, message)
    if wish == "items":
        return partial(_items, code, token)
    return partial(_picture, code, token, int(item), name, full is not None)


def _join(code: str, token: str, message: Any, address: str, is_safe: bool) -> Response:  # noqa: ANN401
    from core.errors import NotInRoomError, UnknownRoomError
    from core.service.phone_page import read_join

    service, name = _service(), read_join(message)
    tally = _wrong_codes()
    if tally.wait(address, monotonic()) > 0:
        return _refused("Too many wrong codes. Try again in a while.", 429)
    try:
        try:
            # Whoever is in already stays who they are.
            service.in_room(code, token, wants=False)
        except NotInRoomError:
            token, _ = service.join_room(code, name)
    except UnknownRoomError:
        tally.note(address, monotonic())
        raise
    response = _told(_pages().page(service.in_room(code, token), _pictures_of(code)))
    root = f"{_root()}/{FOLDER}/{code}"
    response.set_cookie(
        _cookie(code),
        token,
        max_age=_LASTS,
        path=root,
        secure=is_safe,
        httponly=True,
        samesite="lax",
    )
    return response


def _items(code: str, token: str) -> Response:
    return _told(_pages().page(_service().in_room(code, token), _pictures_of(code)))


def _answers(code: str, token: str, message: Any) -> Response:  # noqa: ANN401 - untrusted
    from core.service.phone_page import PhoneReceipt, read_answers

    sent, said = read_answers(message)
    service = _service()
    fates = service.answer_in_room(code, token, said) if said else ()
    receipts = tuple(
        PhoneReceipt(n=one.n, fate=fate) for one, fate in zip(sent.answers, fates, strict=True)
    )
    found = service.in_room(code, token, sent.has)
    return _told(_pages().page(found, _pictures_of(code), receipts, sent.version))


def _picture(code: str, token: str, item: int, name: str, is_full: bool) -> Response:
    from core.service.pictures import Pictured, draw

    service = _service()
    project_id = service.in_room(code, token, wants=False).project.project_id
    view = service.view(project_id, is_complete=False)
    picture = draw(view, Pictured(project_id, item, name, is_full))
    return Response(picture.content, media_type=picture.media_type, headers=_KEPT)


def _told(page: PhonePage) -> Response:
    content = page.model_dump_json()
    return Response(content, media_type="application/json", headers=_NOT_KEPT)


def _in_words(answer: Callable[[], Response]) -> Response:
    """An answer, or why there is none; where that may pass, the phone asks again."""
    from core.errors import (
        InvalidMessageError,
        InvalidNameError,
        LabelspreadError,
        NotInRoomError,
        RoomFullError,
        UnknownRoomError,
    )

    statuses: dict[type[LabelspreadError], int] = {
        NotInRoomError: 401,
        UnknownRoomError: 404,
        RoomFullError: 403,
        InvalidNameError: 422,
        InvalidMessageError: 400,
    }
    try:
        return answer()
    except LabelspreadError as error:
        found = (status for kind, status in statuses.items() if isinstance(error, kind))
        return _refused(str(error), next(found, 503))
    except Exception:
        _LOGGER.exception("A phone could not be answered.")
        return _refused("This could not be answered.", 500)


def _refused(sentence: str, status: int) -> Response:
    return JSONResponse({"told": sentence}, status_code=status, headers=_NOT_KEPT)


def _pictures_of(code: str) -> PictureAddress:
    """Where the pictures of a room are sent from."""
    root = f"{_root()}/{FOLDER}/{code}/pictures"

    def at(pictured: Pictured, /) -> str:
        return f"{root}/{pictured.item}/{pictured.name}{'/full' if pictured.is_full else ''}"

    return at


def _cookie(code: str) -> str:
    return f"labelspread_room_{code.upper()}"


def _root() -> str:
    base = base_path()
    return f"/{base}" if base else ""


def _service() -> Service:
    """All of it: a phone has no rights of a person, but those of its secret, which are asked."""
    from pages._ui import handle

    return handle.whole_service()


def _pages() -> PhonePages:
    from core.service.phone_page import PhonePages

    service = _service()
    return _PAGES.get(service, lambda: PhonePages(service))


@cache
def _wrong_codes() -> Tally:
    from core.people.attempts import Tally

    return Tally(_WRONG_CODES)


@cache
def _page(root: str) -> str:
    """The page, which names its parts by their content: they are kept for ever."""
    names = {
        part: blake2b((_PLACE / f"phone.{part}").read_bytes(), digest_size=6).hexdigest()
        for part in ("css", "js")
    }
    page = Template((_PLACE / "phone.html").read_text(encoding="utf-8"))
    return page.substitute(root=f"{root}/{FOLDER}", **names)


@cache
def _file(name: str) -> Response:
    kind = "text/css" if name.endswith("css") else "text/javascript"
    return PlainTextResponse((_PLACE / name).read_bytes(), media_type=kind, headers=_KEPT)
