"""Events as they stand in a log: written in today's format, read in any format there ever was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError

from core.errors import EventTooNewError
from core.session.events import EVENT, KINDS, VERSION, Event

_TODAY: Final = f'{{"v":{VERSION},'
"""How an event begins that was written in today's format."""

_BEFORE: Final = ('{"v":5,', '{"v":4,', '{"v":3,', '{"v":2,')
"""How one begins that was written in a format before: all that has come since has a default that
says what it meant."""


_VALIDATE: Final[Callable[[str], Event]] = EVENT.validator.validate_json
"""What the adapter calls in the end; without the detour a long log is read a tenth faster."""


def write_event(event: Event) -> str:
    """An event as a line of JSON."""
    return EVENT.dump_json(event).decode()


def read_event(text: str | bytes) -> Event:
    """An event from a line of JSON, of today's format or of an older one.

    Raises
    ------
    EventTooNewError
        If a newer version of this program has written it.
    ValueError
        If it is no event.
    """
    if isinstance(text, bytes):
        text = text.decode()
    if text.startswith(_BEFORE):
        text = _TODAY + text[len(_TODAY) :]
    if text.startswith(_TODAY):
        try:
            return _VALIDATE(text)
        except ValidationError:
            _check_kind(json.loads(text))
            raise
    told = json.loads(text)
    _check_kind(told)
    # The other reader refuses half of a letter, which could not be written again.
    return _VALIDATE(json.dumps(_as_of_today(told)))


def _check_kind(told: Any) -> None:  # noqa: ANN401 - any JSON
    """See that an event is of a version and a kind that are known here."""
    if not isinstance(told, dict) or not isinstance(told.get("event"), str):
        raise ValueError(f"No event: {str(told)[:80]}")
    version = told.get("v", 1)
    if isinstance(version, int) and version > VERSION:
        raise EventTooNewError(f"its events are of version {version}")
    if told["event"] not in KINDS:
        raise EventTooNewError(f"an event called {told['event'][:40]}")


def _as_of_today(told: dict[str, Any]) -> dict[str, Any]:
    """An older event in today's form.

    Version 1 said neither its version nor who it was. All that has come since has a default that
    says what version 1 meant.
    """
    return told | {"v": VERSION}
