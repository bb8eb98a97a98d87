"""Rows of the database as values; what this program cannot read harms its own project alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from core.config import ProjectConfig, complaints
from core.errors import EventDamagedError
from core.session.formats import read_event
from core.storage.base import BrokenProject, Project, Recorded

_WITHOUT_ZONE = len("2024-02-29 12:00:00.000000")
_UPDATE = "Update the app; nothing is lost."
_RESTORE = (
    "Nothing else is affected. Restore a backup of the database, or carry on without this project."
)


def read_project(row: tuple[Any, ...]) -> Project | BrokenProject:
    """A project from its id, name, settings, and when it was made and deleted."""
    project_id, name, config, created_at, deleted_at = row
    # What is no text at all has signs that no screen can show.
    name = str(name).encode(errors="replace").decode()
    hidden = None
    try:
        hidden = None if deleted_at is None else _time(deleted_at)
        settings = ProjectConfig.model_validate_json(config)
        return Project(project_id, name, settings, _time(created_at), hidden)
    except ValidationError as error:
        return BrokenProject(project_id, name, *why_unusable(error), hidden)
    except (ValueError, TypeError):
        problem = "Its entry in the database is damaged."
        return BrokenProject(project_id, name, problem, _RESTORE, hidden)


def read_events(rows: Iterable[Sequence[Any]]) -> Iterator[Recorded]:
    """Events from their number, time and body, and two columns that only a project has.

    Raises
    ------
    EventDamagedError
        If one cannot be read.
    EventTooNewError
        If a newer version of this program has written one.
    """
    for seq, at, body, _, _ in rows:
        try:
            yield Recorded(seq, _time(at), read_event(body))
        except (ValueError, TypeError) as error:
            raise EventDamagedError(seq) from error


def _time(value: str | datetime) -> datetime:
    """A time in UTC; a database without time zones gives it as a text without one."""
    if isinstance(value, str) and len(value) == _WITHOUT_ZONE:
        return datetime.fromisoformat(f"{value}+00:00")
    time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def why_unusable(error: ValidationError) -> tuple[str, str]:
    """What is wrong with a project's settings, and what to do about it: a sentence each."""
    kinds = {detail["type"] for detail in error.errors()}
    if "extra_forbidden" in kinds or "literal_error" in kinds:
        unknown = ", ".join(
            str(detail["loc"][0]).replace("_", " ") for detail in error.errors() if detail["loc"]
        )
        return (
            f"It was made by a newer Labelspread, with settings unknown here: {unknown}.",
            _UPDATE,
        )
    return f"Its settings are damaged ({complaints(error)[:200]}).", _RESTORE
