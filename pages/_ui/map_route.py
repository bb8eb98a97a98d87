"""``/maps``: where the items of a project lie, and what is said of each, as a browser draws them.

Numbers go as they are, since text would be several times as much:

- ``/maps/PROJECT/state``: how things stand, as JSON;
- ``/maps/PROJECT/places/LAYOUT``: two 16-bit numbers an item, right and up;
- ``/maps/PROJECT/marks/NAME``: as :meth:`core.service.exploring.Marks.to_bytes` has them;
- ``/maps/PROJECT/image/LAYOUT/INDEX``: the image of an item, and what it is called in a header.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui.addresses import base_path
from pages._ui.identity import person_of

if TYPE_CHECKING:
    from core.people.persons import Person

FOLDER: Final = "maps"
TOLD: Final = "X-Told"
"""The header that says what an image is called, in UTF-8 and escaped as addresses are."""

_ADDRESS: Final = re.compile(
    r"([^/]+)/(?:(state)|(places|marks)/([0-9a-z-]{1,80})|(image)/([0-9a-z-]{1,80})/([0-9]{1,9}))",
    re.ASCII,
)
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOT_KEPT: Final = _ALWAYS | {"Cache-Control": "no-store"}
# The address holds a hash of the content.
_KEPT: Final = _ALWAYS | {"Cache-Control": "private, immutable, max-age=31536000"}

_LOGGER: Final = logging.getLogger("labelspread.server")

_served = False


def serve_maps() -> None:
    """Note that this process sends maps; under ``streamlit run`` nothing does."""
    global _served  # noqa: PLW0603 - a fact of the process
    _served = True


def map_root(project_id: str) -> str | None:
    """The address below which the map of a project is; None where nothing sends it."""
    if not _served:
        return None
    base = base_path()
    root = f"/{base}" if base else ""
    return f"{root}/{FOLDER}/{quote(project_id, safe='')}"


class Maps:
    """Sends maps, and hands all other requests on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a part of a map."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] == "GET":
            base = base_path()
            root = f"/{base}/{FOLDER}/" if base else f"/{FOLDER}/"
            if scope["path"].startswith(root):
                found = _ADDRESS.fullmatch(scope["path"].removeprefix(root))
                answer = await run_in_threadpool(_answer, person_of(scope), found)
        await answer(scope, receive, send)


def _answer(person: Person | None, found: re.Match[str] | None) -> Response:
    from core.errors import LabelspreadError, StoreError

    if found is None or person is None:
        return _missing("There is no such map.")
    try:
        return _part(person, found)
    except StoreError as error:
        # That may pass: the browser asks again.
        return PlainTextResponse(str(error), status_code=503, headers=_NOT_KEPT)
    except LabelspreadError as error:
        return _missing(str(error))
    except Exception:
        _LOGGER.exception("A part of a map could not be made.")
        sentence = "This part of the map cannot be made."
        return PlainTextResponse(sentence, status_code=500, headers=_NOT_KEPT)


def _part(person: Person, found: re.Match[str]) -> Response:
    project, state, kind, name, _, layout, index = found.groups()
    if state:
        return _state(person, project)
    if kind:
        return _numbers(person, project, kind, name)
    return _image(person, project, layout, int(index))


def _state(person: Person, project: str) -> Response:
    from core.figures.map_page import map_state
    from pages._ui import handle

    service = handle.service_for(person)
    state = map_state(service, service.view(project)).model_dump_json()
    return Response(state, media_type="application/json", headers=_NOT_KEPT)


def _numbers(person: Person, project: str, kind: str, name: str) -> Response:
    from pages._ui import handle

    service = handle.service_for(person)
    view = service.view(project)
    if kind == "marks":
        # What is said now, whatever it was called when the browser heard of it.
        content = service.marks(view).to_bytes()
        return Response(content, media_type="application/octet-stream", headers=_NOT_KEPT)
    layout = service.layout(view)
    if layout.name != name:
        return _missing("There is a better map by now.")
    content = layout.places.astype("<u2").tobytes()
    return Response(content, media_type="application/octet-stream", headers=_KEPT)


def _image(person: Person, project: str, layout: str, index: int) -> Response:
    from core.service.pictures import glance
    from pages._ui import handle

    service = handle.service_for(person)
    view = service.view(project)
    if service.layout_name(view).split("-")[0] != layout.split("-", maxsplit=1)[0]:
        return _missing("The images of this project have changed. Reload the page.")
    picture, told = glance(view, index)
    return Response(
        picture.content, media_type=picture.media_type, headers=_KEPT | {TOLD: quote(told)}
    )


def _missing(sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=404, headers=_NOT_KEPT)
