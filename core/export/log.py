"""A project's event log in one file: its format, and how it is written.

The file is a ZIP file. ``project.json`` says what it holds (:class:`Head`), ``events.jsonl`` has
an event a line, with its number and the time it was written. Where that was asked for, the files of
the project's images are in the folder ``set``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final, Literal
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt

from core.data.carried import Carried, Kind
from core.jobs.progress import Progress, silent
from core.session.formats import write_event
from core.storage.base import Recorded

FORMAT: Final = 1
"""Of the file as a whole; events have a version of their own."""

LOG: Final = "log"
"""What the format is called where it stands beside those of tables."""

PROJECT: Final = "project.json"
EVENTS: Final = "events.jsonl"
SET: Final = "set/"

_AT_A_TIME: Final = 2**20
_STARTED: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file knows: the same log makes the same file."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProjectTold(_Told):
    """The project: as in :class:`~core.storage.base.Project`, settings as JSON takes them."""

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    name: str
    created_at: AwareDatetime
    settings: dict[str, Any]


class SetTold(_Told):
    """The images that the project is on.

    Attributes
    ----------
    key, name
        What settings and people call the set.
    fingerprint, n_items
        Of its content; None where they were never noted and the set is away.
    carried
        What its files are that go along; None where none do.
    """

    key: str
    name: str
    fingerprint: str | None = None
    n_items: NonNegativeInt | None = None
    carried: Kind | None = None


class Head(_Told):
    """What a file holds.

    Attributes
    ----------
    program
        What has written it.
    n_events
        The number of the last event.
    """

    format: Literal[1] = FORMAT
    program: str
    exported_at: AwareDatetime
    project: ProjectTold
    n_events: NonNegativeInt
    set: SetTold


@dataclass(frozen=True, slots=True)
class LogPack:
    """All that is written.

    Attributes
    ----------
    records
        Gives the events, once.
    carried
        The files of the set; None where none go along.
    progress
        Is told how far writing has come, and may stop it.
    """

    head: Head
    records: Callable[[], Iterator[Recorded]]
    carried: Carried | None = None
    progress: Progress = silent


def write_log(pack: LogPack, file: IO[bytes]) -> None:
    """Write a project's log, and the files of its images where they go along.

    Raises
    ------
    StoreError
        If the log cannot be read.
    OSError
        If a file cannot be read or written.
    CancelledError
        If that was asked for.
    """
    with ZipFile(file, "w") as archive:
        told = pack.head.model_dump_json(indent=1)
        archive.writestr(_entry(PROJECT, ZIP_DEFLATED), f"{told}\n")
        with archive.open(_entry(EVENTS, ZIP_DEFLATED), "w", force_zip64=True) as events:
            for record in pack.records():
                events.write(_line(record))
                if record.seq % 1_000 == 0:
                    pack.progress("Writing answers", record.seq / pack.head.n_events)
        if pack.carried is not None:
            _write_set(archive, pack.carried, pack.progress)


def _write_set(archive: ZipFile, carried: Carried, progress: Progress) -> None:
    done, n_bytes = 0, max(1, carried.n_bytes)
    for name, path in carried.files:
        # Most of it is image files, which cannot be made smaller.
        with (
            path.open("rb") as source,
            archive.open(_entry(f"{SET}{name}", ZIP_STORED), "w", force_zip64=True) as target,
        ):
            while part := source.read(_AT_A_TIME):
                target.write(part)
                done += len(part)
                progress("Writing images", min(1.0, done / n_bytes))


def _line(record: Recorded) -> bytes:
    at = record.at.isoformat(timespec="microseconds")
    event = write_event(record.event)
    return f'{{"seq":{record.seq},"at":"{at}","event":{event}}}\n'.encode()


def _entry(name: str, compress_type: int) -> ZipInfo:
    entry = ZipInfo(name, _STARTED)
    entry.compress_type = compress_type
    entry.external_attr = 0o644 << 16
    return entry
