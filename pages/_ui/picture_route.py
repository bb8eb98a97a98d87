"""``/pictures``: images that are too large for a page's message, each at an address of its own."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import LabelspreadError, StoreError
from pages._ui.addresses import base_path
from pages._ui.identity import person_of

if TYPE_CHECKING:
    # The server listens before the core is loaded.
    from core.data.pictures import Picture
    from core.people.persons import Person
    from core.service.pictures import PictureAddress, Pictured

FOLDER: Final = "pictures"

_ADDRESS: Final = re.compile(r"([^/]+)/([0-9]{1,15})/([0-9a-f]+)(/full)?", re.ASCII)
_KEPT: Final = {
    # The address holds a hash of the content.
    "Cache-Control": "private, immutable, max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOT_KEPT: Final = {"Cache-Control": "no-store"}

_LOGGER: Final = logging.getLogger("labelspread.server")

_served = False


def serve_pictures() -> None:
    """Note that this process sends pictures; under ``streamlit run`` nothing does."""
    global _served  # noqa: PLW0603 - a fact of the process
    _served = True


def picture_address() -> PictureAddress | None:
    """Where pictures are sent from; None where nothing sends them."""
    return address_of if _served else None


def address_of(pictured: Pictured) -> str:
    """The address of a picture, from the root of the server."""
    project, full = quote(pictured.project_id, safe=""), "/full" if pictured.is_full else ""
    base = base_path()
    root = f"/{base}" if base else ""
    return f"{root}/{FOLDER}/{project}/{pictured.item}/{pictured.name}{full}"


class Pictures:
    """Sends pictures, and hands all other requests on.

    Parameters
    ----------
    draw
        Makes a picture for a person, of a project, an item and an image's name, in full size or
        not; raises an error if there is none for that person.
    """

    def __init__(
        self, app: ASGIApp, draw: Callable[[Person, str, int, str, bool], Picture]
    ) -> None:
        self._app = app
        self._draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a picture."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            base = base_path()
            root = f"/{base}/{FOLDER}/" if base else f"/{FOLDER}/"
            if scope["path"].startswith(root):
                person = person_of(scope)
                answer = await self._answer(person, scope["path"].removeprefix(root))
        await answer(scope, receive, send)

    async def _answer(self, person: Person | None, address: str) -> Response:
        found = _ADDRESS.fullmatch(address)
        if found is None or person is None:
            return _missing("There is no such picture.")
        project, item, name, full = found.groups()
        try:
            picture = await run_in_threadpool(
                self._draw, person, project, int(item), name, full is not None
            )
        except StoreError as error:
            # That may pass: the browser asks again.
            return PlainTextResponse(str(error), status_code=503, headers=_NOT_KEPT)
        except LabelspreadError as error:
            return _missing(str(error))
        except Exception:
            _LOGGER.exception("A picture could not be drawn.")
            return PlainTextResponse(
                "This picture cannot be drawn.", status_code=500, headers=_NOT_KEPT
            )
        return Response(picture.content, media_type=picture.media_type, headers=_KEPT)


def _missing(sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=404, headers=_NOT_KEPT)
