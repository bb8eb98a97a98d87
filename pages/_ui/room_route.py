"""``/rooms``: what the big screen of a room asks, once a second, without a run of its page.

- ``GET /rooms/PROJECT``: how the room stands; with ``?names=1`` who is there, too;
- ``POST /rooms/PROJECT``: ``{"phase": "paused"}`` lets it have a break, go on or end.

It takes the rights of an owner.
"""

from __future__ import annotations

import logging
import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui.addresses import base_path
from pages._ui.bodies import UnreadableError, json_of
from pages._ui.identity import person_of

if TYPE_CHECKING:
    # The server listens before the core is loaded.
    from core.figures.room_screen import RoomScreens
    from core.people.persons import Person

FOLDER: Final = "rooms"

_ADDRESS: Final = re.compile(r"[^/]{1,64}", re.ASCII)
_LARGEST: Final = 1_000
_AT_ONCE: Final = 2
"""Screens that are answered at the same time: phones come first."""

_HEADERS: Final = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
_LOGGER: Final = logging.getLogger("labelspread.server")

_served = False


def serve_rooms() -> None:
    """Note that this process has rooms; under ``streamlit run`` phones find nothing."""
    global _served  # noqa: PLW0603 - a fact of the process
    _served = True


def figures_address(project_id: str) -> str | None:
    """Where the figures of a room are fetched from; None where nothing sends them."""
    base = base_path()
    root = f"/{base}" if base else ""
    return f"{root}/{FOLDER}/{quote(project_id, safe='')}" if _served else None


class RoomFigures:
    """Answers big screens, and hands all other requests on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limit = anyio.CapacityLimiter(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a screen."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] in {"GET", "POST"}:
            base = base_path()
            root = f"/{base}/{FOLDER}/" if base else f"/{FOLDER}/"
            if scope["path"].startswith(root):
                project = _ADDRESS.fullmatch(scope["path"].removeprefix(root))
                answer = await self._answer(project and project[0], Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, project: str | None, request: Request) -> Response:
        person = person_of(request.scope)
        if person is None:
            return _refused("Sign in first.", 401)
        if project is None:
            return _refused("There is no such room.", 404)
        names = request.query_params.get("names") == "1"
        try:
            wish = await json_of(request, _LARGEST) if request.method == "POST" else None
        except UnreadableError as error:
            return _refused(error.sentence, error.status)
        do = partial(_in_words, person, project, wish, names=names)
        return await anyio.to_thread.run_sync(do, limiter=self._limit)


def _in_words(person: Person, project: str, wish: Any, *, names: bool) -> Response:  # noqa: ANN401
    from core.errors import LabelspreadError, StoreError

    try:
        return _stand(person, project, wish, names=names)
    except StoreError as error:
        return _refused(str(error), 503)
    except LabelspreadError as error:
        return _refused(str(error), 404)
    except Exception:
        _LOGGER.exception("The screen of a room could not be answered.")
        return _refused("This could not be answered.", 500)


def _stand(person: Person, project: str, wish: Any, *, names: bool) -> Response:  # noqa: ANN401
    from pydantic import ValidationError

    from core.figures.room_page import RoomWish
    from pages._ui import handle

    service = handle.service_for(person)
    if wish is not None:
        try:
            phase = RoomWish.model_validate(wish).phase
        except ValidationError:
            return _refused("A room is open, paused or ended.", 400)
        service.set_room(project, phase)
    room = service.room(project)
    if room is None:
        return _refused("This project is no room.", 404)
    told = _screens().figures(service, project, room, names=names).model_dump_json()
    return Response(told, media_type="application/json", headers=_HEADERS)


@cache
def _screens() -> RoomScreens:
    from core.figures.room_screen import RoomScreens
    from pages._ui.room_race import race_apart

    return RoomScreens(race_apart)


def _refused(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers=_HEADERS)
