"""Comparisons that were made, in files of a folder: one a comparison, readable by any program.

A file is written under another name and moved into place when it is whole and on the disk, so
a reader never sees half of one. One that is damaged all the same is reported, and can be deleted.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict

from core.errors import ComparisonNotKeptError, InvalidNameError, UnknownComparisonError
from core.jobs.files import write_whole
from core.session.events import LOCAL
from core.simulation.outcome import Outcome

LONGEST_TITLE: Final = 120

_LOGGER: Final = logging.getLogger("labelspread.comparisons")
_ID: Final = re.compile(r"[0-9a-f]{8,64}")
_SUFFIX: Final = ".json"


class Kept(BaseModel):
    """A comparison as it is kept.

    Attributes
    ----------
    made_at
        When it ended, UTC.
    by
        Who has run it, by the person's id.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    made_at: AwareDatetime
    outcome: Outcome
    by: str = LOCAL


@dataclass(frozen=True, slots=True)
class Entry:
    """A comparison in the list.

    Attributes
    ----------
    made_at
        When it ended; where it cannot be read, when its file was written. UTC.
    cancelled
        Whether runs are missing.
    budget, runs
        How many labels each of how many runs of a strategy gives; 0 where it cannot be read.
    problem
        Why it cannot be opened, in a sentence; empty if it can.
    by
        Who has run it, by the person's id; empty where it cannot be read.
    """

    id: str
    title: str
    made_at: datetime
    cancelled: bool = False
    budget: int = 0
    runs: int = 0
    problem: str = ""
    by: str = ""


class ComparisonStore:
    """Comparisons in a folder. Safe to use from several threads.

    Parameters
    ----------
    folder
        Made when the first comparison is kept.
    clock
        Gives the time, UTC.
    new_id
        Gives a fresh identifier, of hexadecimal digits.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._new_id = new_id
        self._known: dict[str, tuple[int, int, Entry]] = {}

    def add(self, title: str, outcome: Outcome, by: str = LOCAL) -> Kept:
        """Keep a comparison; when this returns it is on the disk.

        Parameters
        ----------
        by
            Who has run it, by the person's id.

        Raises
        ------
        ComparisonNotKeptError
            If it cannot be written.
        """
        made_at = self._clock()
        kept = Kept(id=self._new_id(), title=title, made_at=made_at, outcome=outcome, by=by)
        self._write(kept)
        return kept

    def entries(self) -> tuple[Entry, ...]:
        """All comparisons, newest first; damaged ones with a word on what is wrong."""
        entries = []
        known = {}
        for path in self._folder.glob(f"*{_SUFFIX}"):
            if not _ID.fullmatch(path.stem):
                continue
            # One may be deleted while they are listed.
            with suppress(FileNotFoundError):
                stat = path.stat()
                kept = self._known.get(path.stem)
                if kept is None or kept[:2] != (stat.st_mtime_ns, stat.st_size):
                    kept = (stat.st_mtime_ns, stat.st_size, _entry(path, stat.st_mtime))
                known[path.stem] = kept
                entries.append(kept[2])
        self._known = known
        return tuple(sorted(entries, key=lambda entry: (entry.made_at, entry.id), reverse=True))

    def load(self, comparison_id: str) -> Kept:
        """Open a comparison.

        Raises
        ------
        UnknownComparisonError
            If there is none of this name, or it is damaged.
        """
        path = self._path(comparison_id)
        try:
            return _read(path)
        except FileNotFoundError as error:
            raise UnknownComparisonError("This comparison does not exist any more.") from error
        except (OSError, ValueError) as error:
            _LOGGER.warning("The comparison in %s cannot be read: %s", path, error)
            raise UnknownComparisonError(_damaged(path)) from error

    def rename(self, comparison_id: str, title: str) -> None:
        """Give a comparison another title.

        Raises
        ------
        InvalidNameError
            If it is empty, too long or has signs that cannot be shown.
        UnknownComparisonError, ComparisonNotKeptError
            If it cannot be read or written.
        """
        title = " ".join(title.split())
        if not title or len(title) > LONGEST_TITLE or not title.isprintable():
            raise InvalidNameError(
                f"A title has 1 to {LONGEST_TITLE} characters.",
                "Type one and try again.",
            )
        self._write(self.load(comparison_id).model_copy(update={"title": title}))

    def delete(self, comparison_id: str) -> None:
        """Remove a comparison, a damaged one too; nothing happens if it is gone already.

        Raises
        ------
        ComparisonNotKeptError
            If its file cannot be removed.
        """
        path = self._path(comparison_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ComparisonNotKeptError(
                f"The file {path} cannot be removed ({error.strerror})."
            ) from error

    def _path(self, comparison_id: str) -> Path:
        if not _ID.fullmatch(comparison_id):
            raise UnknownComparisonError("There is no such comparison.")
        return self._folder / f"{comparison_id}{_SUFFIX}"

    def _write(self, kept: Kept) -> None:
        content = kept.model_dump_json().encode()
        try:
            write_whole(self._path(kept.id), lambda file: file.write(content))
        except OSError as error:
            raise ComparisonNotKeptError(
                f"The comparison could not be kept in {self._folder} ({error.strerror})."
            ) from error


def _read(path: Path) -> Kept:
    kept = Kept.model_validate_json(path.read_bytes())
    if kept.id != path.stem:
        raise ValueError("it is another comparison")
    return kept


def _entry(path: Path, written_at: float) -> Entry:
    try:
        kept = _read(path)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        _LOGGER.warning("The comparison in %s cannot be read: %s", path, error)
        return Entry(
            path.stem, path.name, datetime.fromtimestamp(written_at, UTC), problem=_damaged(path)
        )
    plan = kept.outcome.plan
    return Entry(
        kept.id,
        kept.title,
        kept.made_at,
        kept.outcome.cancelled,
        plan.budget,
        plan.seeds,
        by=kept.by,
    )


def _damaged(path: Path) -> str:
    return f"The file {path.name} is damaged, or of another version of the app."
