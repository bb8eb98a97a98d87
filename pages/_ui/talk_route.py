"""``/talk``: what the label page tells the server and hears of it, without a run of its script.

A run of the page draws all of it, figures included: some ten times the work of taking an answer and
choosing what comes next. So the component sends its messages here, and has the page run now and
then to draw the figures.

- ``POST /talk/PROJECT``: a message, as the component would send it by a trigger; the answer says
  what became of it and how things stand since;
- ``GET /talk/PROJECT``: a number that grows when somebody does something, and when
  to ask again.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import anyio
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui.addresses import base_path
from pages._ui.bodies import UnreadableError, json_of
from pages._ui.desk import desk_of
from pages._ui.identity import person_of
from pages._ui.picture_route import picture_address

if TYPE_CHECKING:
    # The server listens before the core is loaded.
    from core.people.persons import Person
    from core.service.conversation import Receipt
    from core.service.page import LabelPage

FOLDER: Final = "talk"

_ADDRESS: Final = re.compile(r"([^/]{1,64})", re.ASCII)
_LARGEST: Final = 2**20
"""Bytes of a message."""

_AT_ONCE: Final = 8
"""Messages that are dealt with at the same time; others wait their turn."""

_PRESENT: Final = 60.0
"""Seconds for which a desk counts as one at which somebody sits, after it was heard of."""

_MOST_DESKS: Final = 10_000

_CALM: Final = 300
"""Milliseconds, times desks, for which a page is not to be run again: so figures take no more than
a part of one core, however many look at them."""

_CALMEST: Final = 30_000
_NEWS: Final = 2_000
"""Milliseconds after which to ask again how things stand; and for each desk, some more."""

_NEWS_A_DESK: Final = 40

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


def _address_of(project_id: str) -> str:
    base = base_path()
    root = f"/{base}" if base else ""
    return f"{root}/{FOLDER}/{quote(project_id, safe='')}"


class Present:
    """How many desks are in use. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()

    def note(self, desk: str) -> int:
        """Somebody sits at a desk now; at how many there is somebody."""
        now = monotonic()
        with self._lock:
            self._seen[desk] = now
            self._seen.move_to_end(desk)
            while self._seen:
                oldest = next(iter(self._seen))
                if len(self._seen) <= _MOST_DESKS and now - self._seen[oldest] < _PRESENT:
                    break
                del self._seen[oldest]
            return len(self._seen)


class Talk:
    """Takes messages, and hands all other requests on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._present = Present()
        self._limit = anyio.CapacityLimiter(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a message, or a question how things stand."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] in {"GET", "POST"}:
            base = base_path()
            root = f"/{base}/{FOLDER}/" if base else f"/{FOLDER}/"
            if scope["path"].startswith(root):
                address = _ADDRESS.fullmatch(scope["path"].removeprefix(root))
                answer = await self._answer(address and address[1], Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, project: str | None, request: Request) -> Response:
        desk, person = desk_of(Headers(scope=request.scope)), person_of(request.scope)
        if project is None or desk is None:
            return _refused("There is no such desk.", 404)
        if person is None:
            return _refused("Sign in first.", 401)
        n_desks = self._present.note(desk)
        if request.method == "GET":
            answer = partial(_stand, project, person, n_desks)
        else:
            try:
                message = await json_of(request, _LARGEST)
            except UnreadableError as error:
                return _refused(error.sentence, error.status)
            answer = partial(_exchange, project, person, desk, message, n_desks)
        return await anyio.to_thread.run_sync(answer, limiter=self._limit)


def _stand(project: str, person: Person, n_desks: int) -> Response:
    from pages._ui import handle

    def answer() -> Response:
        news = handle.service_for(person).last_news(project)
        return JSONResponse(
            {"news": news, "every": _NEWS + _NEWS_A_DESK * n_desks}, headers=_HEADERS
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
        calm = 0 if n_desks == 1 else min(_CALM * n_desks, _CALMEST)
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
