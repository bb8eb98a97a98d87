"""``/talk``: what the label page tells the server and hears of it, without a run of its script.

A run of the page draws all of it, figures included: some ten times the work of taking an answer and
choosing what comes next. So the component sends its messages here, and has the page run now and
then to draw the figures.

- ``POST /talk/PROJECT``: a message, as the component would send it by a trigger; the answer says
  what became of it and how things stand since;
- ``POST /talk/PROJECT/left``: the page was left; others may have its images, unless somebody is
  there again in a moment, as after a reload;
- ``GET /talk/PROJECT``: a number that grows when somebody does something, and when
  to ask again;
- ``GET /talk/PROJECT/news``: the same for other pages, on which nobody keeps images for themselves.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import uniform
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import anyio
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui.addresses import base_path
from pages._ui.bodies import UnreadableError, json_of
from pages._ui.desk import desk_of
from pages._ui.identity import person_of
from pages._ui.picture_route import picture_address
from pages._ui.presence import Presence

if TYPE_CHECKING:
    # The server listens before the core is loaded.
    from core.people.persons import Person
    from core.service.conversation import Receipt
    from core.service.page import LabelPage

FOLDER: Final = "talk"

_ADDRESS: Final = re.compile(r"([^/]{1,64})(/left|/news)?", re.ASCII)
_LARGEST: Final = 2**20
"""Bytes of a message."""

_AT_ONCE: Final = 8
"""Messages that are dealt with at the same time; others wait their turn."""

_CALM: Final = 40
"""Milliseconds, times desks squared, for which a page is not to be run again: the more people look
at figures, the less of a server these take, for all the more answers come in."""

_CALMEST: Final = 30_000
_SPREAD: Final = 0.5
_NEWS: Final = 2_000
"""Milliseconds after which to ask again how things stand; and for each desk, some more."""

_NEWS_A_DESK: Final = 40
_RAREST: Final = 10_000

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_LOGGER: Final = logging.getLogger("labelspread.server")

_served = False


def serve_talk() -> None:
    """Note that this process listens for messages; under ``streamlit run`` nothing does."""
    global _served  # noqa: PLW0603 - a fact of the process
    _served = True


def talk_address(project_id: str) -> str | None:
    """Where messages about a project can be sent to; None where nothing listens."""
    return _address_of(project_id) if _served else None


def news_address(project_id: str) -> str | None:
    """Where it is said whether there is news of a project; None where nothing listens."""
    return f"{_address_of(project_id)}/news" if _served else None


def _address_of(project_id: str) -> str:
    base = base_path()
    root = f"/{base}" if base else ""
    return f"{root}/{FOLDER}/{quote(project_id, safe='')}"


class Talk:
    """Takes messages, and hands all other requests on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._presence = Presence()
        self._limit = anyio.CapacityLimiter(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a message, or a question how things stand."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] in {"GET", "POST"}:
            base = base_path()
            root = f"/{base}/{FOLDER}/" if base else f"/{FOLDER}/"
            if scope["path"].startswith(root):
                address = _ADDRESS.fullmatch(scope["path"].removeprefix(root))
                answer = await self._answer(address, Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, address: re.Match[str] | None, request: Request) -> Response:
        desk, person = desk_of(Headers(scope=request.scope)), person_of(request.scope)
        if address is None or desk is None:
            return _refused("There is no such desk.", 404)
        if person is None:
            return _refused("Sign in first.", 401)
        project, place = address[1], (address[1], desk)
        if address[2] == "/news":
            n_desks = self._presence.note(desk)
            return await self._told(partial(_stand, project, person, n_desks, stays=None), desk)
        if address[2] is not None:
            if request.method == "POST":
                part = partial(_leave, project, person, desk)
                self._presence.leave(place, partial(run_sync, part, limiter=self._limit))
            return Response(status_code=204, headers=_HEADERS)
        n_desks = self._presence.note(desk)
        self._presence.is_back(place)
        if request.method == "GET":
            stays = desk if self._presence.stays(place) else None
            answer = partial(_stand, project, person, n_desks, stays=stays)
        else:
            try:
                message = await json_of(request, _LARGEST)
            except UnreadableError as error:
                return _refused(error.sentence, error.status)
            answer = partial(_exchange, project, person, desk, message, n_desks)
        return await self._told(answer, desk)

    async def _told(self, answer: Callable[[], Response], desk: str) -> Response:
        """An answer; a desk that is told nothing counts for nothing either."""
        response = await run_sync(answer, limiter=self._limit)
        if response.status_code == 404:
            self._presence.forget(desk)
        return response


def _leave(project: str, person: Person, desk: str) -> None:
    """Let others have what is on a desk; where that fails, its lease ends by itself."""
    from core.errors import LabelspreadError
    from pages._ui import handle

    with suppress(LabelspreadError):
        handle.service_for(person).leave(project, desk=desk)


def _stand(project: str, person: Person, n_desks: int, *, stays: str | None) -> Response:
    """How a project stands; somebody stays at the desk that is named, if one is."""
    from pages._ui import handle

    def answer() -> Response:
        service = handle.service_for(person)
        news = service.last_news(project)
        if stays is not None:
            service.stay(project, desk=stays)
        return JSONResponse(
            {"news": news, "every": min(_NEWS + _NEWS_A_DESK * n_desks, _RAREST)},
            headers=_HEADERS,
        )

    return _in_words(answer)


def _exchange(
    project: str,
    person: Person,
    desk: str,
    message: Any,  # noqa: ANN401 - untrusted
    n_desks: int,
) -> Response:
    from core.service.page import Exchanged

    def answer() -> Response:
        receipt, page = _conversed(project, person, desk, message)
        calm = 0 if n_desks == 1 else _spread(min(_CALM * n_desks**2, _CALMEST))
        exchanged = Exchanged(receipt=receipt.shown(), page=page, calm=calm).model_dump_json()
        return Response(exchanged, media_type="application/json", headers=_HEADERS)

    return _in_words(answer)


def _conversed(
    project: str,
    person: Person,
    desk: str,
    message: Any,  # noqa: ANN401 - untrusted
) -> tuple[Receipt, LabelPage | None]:
    from core.errors import StoreError
    from core.service.conversation import Receipt, converse
    from core.service.protocol import message_id
    from pages._ui import handle

    try:
        service = handle.service_for(person)
    except StoreError as error:
        # The database cannot even be opened: the page itself says what to do about it.
        return Receipt(message_id(message), "failed", str(error)), None
    return converse(
        service,
        project,
        message,
        person.person_id,
        desk=desk,
        at=picture_address(),
        post=_address_of(project),
    )


def _spread(milliseconds: float) -> int:
    """About so many: those who begin together are not to ask together ever after."""
    return round(milliseconds * uniform(1 - _SPREAD, 1 + _SPREAD))


def _in_words(answer: Callable[[], Response]) -> Response:
    """An answer, or why there is none; where that may pass, the browser asks again."""
    from core.errors import LabelspreadError, StoreError

    try:
        return answer()
    except StoreError as error:
        return _refused(str(error), 503)
    except LabelspreadError as error:
        return _refused(str(error), 404)
    except Exception:
        _LOGGER.exception("A message could not be answered.")
        return _refused("This message could not be answered.", 500)


def _refused(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers=_HEADERS)
