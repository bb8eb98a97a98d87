"""What a browser sends, read with care: so much of it, and for so long."""

from __future__ import annotations

import json
from typing import Any, Final

import anyio
from starlette.requests import ClientDisconnect, Request

PATIENCE: Final = 30.0
"""Seconds in which all of it has come."""


class UnreadableError(Exception):
    """What was sent is not taken.

    Attributes
    ----------
    sentence
        Why, for whoever sent it.
    status
        Of the answer.
    """

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


async def body_of(request: Request, largest: int) -> bytes:
    """All that was sent with a request.

    Parameters
    ----------
    largest
        Bytes of it.

    Raises
    ------
    UnreadableError
        If it is larger, takes too long to come, or is cut off.
    """
    content = bytearray()
    try:
        with anyio.fail_after(PATIENCE):
            async for some in request.stream():
                content += some
                if len(content) > largest:
                    raise UnreadableError("This message is too long.", 413)
    except TimeoutError as error:
        raise UnreadableError("This message takes too long to come.", 408) from error
    except ClientDisconnect as error:
        raise UnreadableError("This message is cut off.", 400) from error
    return bytes(content)


async def json_of(request: Request, largest: int) -> Any:  # noqa: ANN401 - untrusted
    """What was sent with a request, as JSON; else as :func:`body_of`.

    Raises
    ------
    UnreadableError
        If it is no JSON, or is not said to be.
    """
    # A foreign page cannot send this without asking first.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UnreadableError("Send a message as JSON.", 415)
    content = await body_of(request, largest)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("This is no JSON.", 400) from error
