"""A file that holds a project's log, read with care: it may come from anywhere.

What it says of itself is compared with what is there; nothing is unpacked before its name is one
that such files have, and no more of it than it says.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from pydantic import ValidationError

from core.config import ProjectConfig, complaints
from core.data.archive import gigabytes, open_regular, reason
from core.data.carried import SET_FILES
from core.data.classes import shown
from core.data.readers.found import Limits
from core.data.readers.zipped import check_whole, problem_of
from core.data.stored import HEAD
from core.errors import InvalidProjectFileError, LabelspreadError
from core.export.log import EVENTS, FORMAT, PROJECT, SET, Head
from core.jobs.progress import Progress, silent
from core.session.formats import read_event
from core.session.sounding import Sounding, is_time
from core.storage.base import Recorded
from core.storage.rows import why_unusable

_AGAIN: Final = "Export the project again."
_UPDATE: Final = "Update this Labelspread first."
_LONGEST_HEAD: Final = 2**22
_LONGEST_LINE: Final = 2**28
"""Bytes. The labels that a project of ten million images came with take less."""
_AT_A_TIME: Final = 2**20
_LINE: Final = re.compile(
    rb"""\s*\{\s*
    "seq"\s*:\s*([0-9]{1,15})\s*,\s*
    "at"\s*:\s*"([^"]*)"\s*,\s*
    "event"\s*:\s*(\{.*\})\s*
    \}\s*""",
    re.DOTALL | re.VERBOSE,
)
"""A number, a time and an event, as JSON has them in this order."""


def is_log(path: Path) -> bool:
    """Whether a file holds a project's log, or was meant to."""
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    # Whatever is wrong with it, others say that better.
    except Exception:
        return False
    own = {PROJECT, EVENTS}
    return bool(names & own) and all(name in own or name.startswith(SET) for name in names)


class LogFile:
    """A project's log in a file, open until the ``with`` block ends.

    Parameters
    ----------
    path
        Where it is.
    limits
        The most that is taken of it.

    Attributes
    ----------
    head
        What it says that it holds.
    config
        The project's settings.

    Raises
    ------
    InvalidProjectFileError
        Here and from each method: if it is none, is damaged, or was written by a newer version.
    """

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.name = shown(path.name)
        self._limits = limits or Limits()
        with self._in_words():
            self._file = open_regular(path)
            try:
                self._size = os.fstat(self._file.fileno()).st_size
                self._members = self._checked(path.name)
                self.head = self._head()
                self.config = self._config()
                self._check_set()
            except BaseException:
                self._file.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def records(self, progress: Progress = silent) -> Iterator[Recorded]:
        """All events, one after the other.

        Raises
        ------
        EventTooNewError
            If a newer version has written one.
        CancelledError
            If ``progress`` says so.
        """
        n_events = self.head.n_events
        numbers, sounding = count(1), Sounding()
        # Lines of a member itself come one byte after the other.
        with io.BufferedReader(self._opened(EVENTS), _AT_A_TIME) as lines:  # type: ignore[type-var]
            while line := self._read(lines.readline, _LONGEST_LINE + 1):
                number = next(numbers)
                if number > n_events:
                    raise self._problem(f"holds more than the {n_events:,} events it speaks of")
                if len(line) > _LONGEST_LINE:
                    raise self._problem(f"has a line {number:,} that is longer than any event")
                record = self._record(line, number)
                if fault := sounding.fault(record.at, record.event):
                    kind = record.event.event
                    raise self._problem(f"cannot be used. Event {number:,} ({kind}) {fault}")
                yield record
                if number % 1_000 == 0:
                    progress("Reading answers", number / n_events)
        if (found := next(numbers) - 1) < n_events:
            raise self._problem(f"is cut off: it holds {found:,} of its {n_events:,} events")

    def copy_set(self, progress: Progress = silent) -> Callable[[Path], None]:
        """What writes the files of the set: into a folder, or a file of the user's own to a path.

        That raises ``OSError`` if it cannot write, and ``CancelledError`` if ``progress`` says so.
        """
        members = [name for name in self._members if name.startswith(SET)]
        n_bytes = max(1, sum(self._members[name].file_size for name in members))

        def fill(place: Path) -> None:
            done = 0
            for name in members:
                own = place / name.removeprefix(SET) if self.head.set.carried == "set" else place
                with self._opened(name) as source, own.open("wb") as target:
                    while part := self._read(source.read, _AT_A_TIME):
                        target.write(part)
                        done += len(part)
                        progress("Copying images", min(1.0, done / n_bytes))

        return fill

    def _opened(self, name: str) -> IO[bytes]:
        with self._in_words():
            return self._zip.open(self._members[name])

    def _read(self, read: Callable[[int], bytes], n_bytes: int) -> bytes:
        with self._in_words():
            return read(n_bytes)

    def _record(self, line: bytes, number: int) -> Recorded:
        found = _LINE.fullmatch(line)
        try:
            if found is None:
                raise ValueError("it is no event with its number and time")
            seq, at = int(found[1]), datetime.fromisoformat(found[2].decode())
            if at.tzinfo is None:
                raise ValueError("it does not say in which zone its time is")
        except (ValueError, OverflowError) as error:
            raise self._problem(f"has a line {number:,} that is no event") from error
        if seq != number:
            raise self._problem(f"has event {seq:,} where event {number:,} should be")
        try:
            return Recorded(seq, at.astimezone(UTC), read_event(found[3]))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise self._problem(f"has an event {number:,} that cannot be read") from error

    def _checked(self, name: str) -> dict[str, zipfile.ZipInfo]:
        """The members, each one that such a file may have."""
        try:
            self._zip = zipfile.ZipFile(self._file)
        except zipfile.BadZipFile as error:
            raise InvalidProjectFileError(
                f"The file {self.name} is no ZIP file, or is damaged.",
                "Choose a file of the Export page, with the format “Whole project”.",
            ) from error
        infos = self._zip.infolist()
        check_whole(name, infos, self._size)
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            member = info.orig_filename
            problem = problem_of(info, member, self._size)
            if problem is not None:
                raise self._problem(f"cannot be used because of {shown(member)}. {problem.problem}")
            if member in members:
                raise self._problem(f"holds {shown(member)} twice")
            members[member] = info
        if PROJECT not in members or EVENTS not in members:
            missing = PROJECT if PROJECT not in members else EVENTS
            raise InvalidProjectFileError(
                f"The file {self.name} holds no project: {missing} is not in it.",
                "Choose a file of the Export page, with the format “Whole project”.",
            )
        strange = next((m for m in members if m not in {PROJECT, EVENTS} and m[:4] != SET), None)
        if strange is not None:
            raise self._problem(f"holds {shown(strange)}, which is no part of a project")
        n_bytes = sum(info.file_size for info in members.values())
        if n_bytes > self._limits.n_bytes:
            raise InvalidProjectFileError(
                f"The file {self.name} unpacks to {gigabytes(n_bytes)}, and at most "
                f"{gigabytes(self._limits.n_bytes)} can be used.",
                "Raise LABELSPREAD_IMPORT_MB.",
            )
        return members

    def _head(self) -> Head:
        if self._members[PROJECT].file_size > _LONGEST_HEAD:
            raise self._problem(f"has a {PROJECT} that is too large")
        with self._opened(PROJECT) as file:
            content = self._read(file.read, _LONGEST_HEAD)
        try:
            told = json.loads(content)
            written = told["format"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._problem(f"has a {PROJECT} that cannot be read") from error
        if isinstance(written, int) and written > FORMAT:
            raise InvalidProjectFileError(
                f"The file {self.name} was written by a newer Labelspread (format {written}).",
                _UPDATE,
            )
        try:
            head = Head.model_validate_json(content)
            # A time of the first or the last day there is may be none elsewhere.
            if not is_time(head.project.created_at.astimezone(UTC)):
                raise OverflowError
            return head
        except OverflowError as error:
            raise self._problem(f"has a {PROJECT} with a time that makes no sense") from error
        except ValidationError as error:
            raise self._problem(
                f"has a {PROJECT} that makes no sense ({complaints(error)[:200]})"
            ) from error

    def _config(self) -> ProjectConfig:
        try:
            config = ProjectConfig.model_validate(self.head.project.settings)
        except ValidationError as error:
            problem, _ = why_unusable(error)
            raise InvalidProjectFileError(
                f"The project in {self.name} cannot be used. {problem}", _UPDATE
            ) from error
        if config.dataset != self.head.set.key or not config.dataset.isprintable():
            raise self._problem("names two sets of images")
        return config

    def _check_set(self) -> None:
        """See that the files of the set are those that such a set has."""
        told = self.head.set
        names = {name.removeprefix(SET) for name in self._members if name.startswith(SET)}
        if told.carried is None:
            expected, needed = frozenset[str](), frozenset[str]()
        elif told.carried == "set":
            expected, needed = SET_FILES, frozenset({HEAD})
        else:
            expected = needed = frozenset({told.key})
        if not needed <= names <= expected or (names and told.fingerprint is None):
            raise self._problem("does not hold the images that it speaks of")

    def _problem(self, what: str) -> InvalidProjectFileError:
        end = "" if what.endswith(".") else "."
        return InvalidProjectFileError(f"The file {self.name} {what}{end}", _AGAIN)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except LabelspreadError:
            raise
        except FileNotFoundError as error:
            raise InvalidProjectFileError(f"There is no file {self.name}.") from error
        # Of bytes that make no sense zipfile and zlib raise whatever they come upon.
        except Exception as error:
            raise self._problem(f"is damaged ({reason(error)})") from error
