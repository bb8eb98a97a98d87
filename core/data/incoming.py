"""What is being brought in: read in the background, looked at, and kept or dropped."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from core.data.landmarks import draw_set
from core.data.looks import Look
from core.data.parts.opening import open_parts
from core.data.parts.parts import Parts
from core.data.parts.places import LOCAL as LOCAL_FILES
from core.data.parts.places import place_of
from core.data.readers.features_beside import attach_features
from core.data.readers.found import Limits
from core.data.readers.opening import open_source
from core.data.sets import Draft, Sets
from core.data.uploads import clear_uploads, save_uploads
from core.errors import InvalidDatasetError, LabelspreadError
from core.jobs.progress import Progress, silent
from core.jobs.work import Work
from core.session.events import LOCAL

_MOST: Final = 20
"""Imports that wait to be looked at; the oldest is dropped for another one."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be brought in, and what a person said of it.

    Attributes
    ----------
    path
        A file or a folder.
    title
        What the set is to be called.
    said
        By the key of a choice, where the guess was wrong.
    look
        How values are to be seen; None stands for a guess.
    features
        A file of features of the images, beside them; None for none.
    is_ours
        Whether it was uploaded, into a folder that goes when it is not needed any more.
    is_elsewhere
        Whether but landmarks are drawn of it.
    owner
        Who brings it in, by a person's id.
    """

    path: Path
    title: str
    said: Mapping[str, str] = field(default_factory=dict)
    look: Look | None = None
    features: Path | None = None
    is_ours: bool = False
    is_elsewhere: bool = False
    owner: str = LOCAL


class Import:
    """One set on its way in.

    Attributes
    ----------
    id
        Names it, in an address too.
    """

    def __init__(self, id_: str, source: Source, work: Work[Draft]) -> None:
        self.id = id_
        self.source = source
        self.work = work


class Imports:
    """All that is being brought in. Safe to use from several threads.

    Parameters
    ----------
    sets
        Where it is going to be kept.
    limits
        The most that is taken.
    uploads
        The folder for what browsers send; it is emptied now.
    places
        The folder on the server that sets can be brought in from; None for none.
    """

    def __init__(self, sets: Sets, limits: Limits, uploads: Path, places: Path | None) -> None:
        self.sets = sets
        self.places = places
        self.limits = limits
        self._uploads = uploads
        self._lock = threading.Lock()
        self._all: dict[str, Import] = {}
        self._stopped = tuple(told for told in sets.tidy() if told)
        clear_uploads(uploads)

    def take_stopped(self) -> tuple[str, ...]:
        """What a restart has stopped, told once."""
        with self._lock:
            stopped, self._stopped = self._stopped, ()
        return stopped

    def all(self) -> tuple[Import, ...]:
        """Those that are neither kept nor dropped, the oldest first."""
        return tuple(self._all.values())

    def get(self, id_: str) -> Import | None:
        """One of them; None if there is none of this id, or none any more."""
        return self._all.get(id_)

    def start(self, source: Source) -> Import:
        """Begin to read a set; it goes on whether anybody looks or not."""
        work = Work(lambda progress: self._read(source, progress), "import")
        return self._begun(Import(uuid4().hex, source, work))

    def _begun(self, begun: Import) -> Import:
        with self._lock:
            self._all[begun.id] = begun
            oldest = [*self._all.values()][:-_MOST]
        for one in oldest:
            self.drop(one)
        return begun

    def send(self, files: Sequence[tuple[str, IO[bytes]]], owner: str = LOCAL) -> Import:
        """Begin to read what a browser has sent: a file, or several together.

        Parameters
        ----------
        owner
            Who sends it, by a person's id.

        Raises
        ------
        InvalidDatasetError
            If it cannot be stored.
        """
        path = save_uploads(self._uploads, files)
        title = title_of(path) if len(files) == 1 else "Images"
        return self.start(Source(path, title, is_ours=True, owner=owner))

    def receive(self, name: str, content: IO[bytes]) -> Path:
        """Store a file that a browser has sent, for whoever reads it and then discards it.

        Raises
        ------
        InvalidDatasetError
            If it cannot be stored.
        """
        return save_uploads(self._uploads, [(name, content)])

    def discard(self, received: Path) -> None:
        """Let go of a file that was received."""
        shutil.rmtree(received.parent, ignore_errors=True)

    def on_server(self) -> tuple[str, ...]:
        """What there is in the folder on the server, by name."""
        if self.places is None:
            return ()
        try:
            names = sorted(entry.name for entry in os.scandir(self.places))
        except OSError as error:
            raise InvalidDatasetError(
                f"The folder {self.places} cannot be read ({error.strerror}).",
                "Check LABELSPREAD_IMPORT_DIR.",
            ) from error
        return tuple(name for name in names if not name.startswith("."))

    def fetch(self, name: str, owner: str = LOCAL) -> Import:
        """Begin to read what stands in the folder on the server, under a path inside of it.

        Raises
        ------
        InvalidDatasetError
            If there is nothing, or it is outside of that folder.
        """
        if self.places is None:
            raise InvalidDatasetError("No folder is open for this.", "Set LABELSPREAD_IMPORT_DIR.")
        path = self._inside(name)
        return self.start(Source(path, title_of(path), owner=owner))

    def _inside(self, name: str) -> Path:
        """What there is in the folder on the server, under a path inside of it."""
        assert self.places is not None
        try:
            inside = self.places.resolve()
            path = (inside / name).resolve(strict=True)
            is_there = path.is_relative_to(inside) and path != inside
        # A link may lead round in a circle, and a name may be none.
        except (OSError, RuntimeError, ValueError):
            is_there = False
        if not is_there:
            raise InvalidDatasetError(
                f"There is no “{name}” in {self.places}.", "Choose what is there."
            )
        return path

    def survey(self, url: str) -> Work[Parts]:
        """Begin to look at what lies at an address, of which only landmarks would be kept.

        What is on this machine has to be in the folder on the server; it may be told from there on.

        Raises
        ------
        InvalidDatasetError
            If it is no address, or outside of that folder.
        """
        place = place_of(url)
        if place.scheme == LOCAL_FILES:
            if self.places is None:
                raise InvalidDatasetError(
                    "No folder on the server is open for this.",
                    "Set LABELSPREAD_IMPORT_DIR, or draw landmarks on the command line: python -m "
                    "core import.",
                )
            name = url.strip().removeprefix(f"{LOCAL_FILES}://")
            place = place_of(str(self._inside(name)))
        return Work(lambda progress: open_parts(place.url, None, progress), "survey")

    def draw(
        self,
        parts: Parts,
        said: Mapping[str, str],
        title: str,
        n_landmarks: int,
        owner: str = LOCAL,
    ) -> Import:
        """Begin to draw landmarks; what is drawn waits to be kept, like all that is brought in.

        What the same person has drawn from the same address and not kept makes way for it.

        Parameters
        ----------
        parts
            As the survey has found them.
        said
            What a person says of the columns, where the guess was wrong.
        """

        def draw(progress: Progress) -> Draft:
            opened = open_parts(parts.url, said, progress) if said else parts
            return draw_set(self.sets, opened, title, n_landmarks, progress=progress)

        source = Source(Path(parts.url), title, said=dict(said), is_elsewhere=True, owner=owner)
        for one in self.all():
            before = one.source
            if before.is_elsewhere and (before.path, before.owner) == (source.path, owner):
                self.drop(one)
        return self._begun(Import(uuid4().hex, source, Work(draw, "import")))

    def again(self, one: Import, said: Mapping[str, str], look: Look | None) -> None:
        """Read it anew, because something was meant otherwise than it was guessed."""
        self._let_go(one.work)
        source = replace(one.source, said=dict(said), look=look)
        one.source = source
        one.work = Work(lambda progress: self._read(source, progress), "import")

    def keep(self, one: Import, title: str) -> str:
        """Keep a set that has been read; its key.

        Raises
        ------
        InvalidNameError
            If the title is empty or too long; it can be tried again.
        LabelspreadError
            If it could not be read or stored.
        """
        key = one.work.wait().keep(title, one.source.owner)
        self._forget(one)
        return key

    def drop(self, one: Import) -> None:
        """Stop it if need be, and let go of it."""
        self._let_go(one.work)
        self._forget(one)

    def close(self) -> None:
        """Stop all of them; nothing of them is kept."""
        for one in self.all():
            self.drop(one)

    def _forget(self, one: Import) -> None:
        with self._lock:
            self._all.pop(one.id, None)
        if one.source.is_ours:
            self.discard(one.source.path)

    def _read(self, source: Source, progress: Progress) -> Draft:
        return read_source(self.sets, source, self.limits, progress)

    def _let_go(self, work: Work[Draft]) -> None:
        """Drop what was read, or what is going to be."""
        work.cancel()

        def wait() -> None:
            try:
                work.wait().drop()
            except LabelspreadError:
                return

        threading.Thread(target=wait, daemon=True, name="import-drop").start()


def title_of(path: Path) -> str:
    """What a set could be called: as its folder, or as its file without the endings."""
    return path.name if path.is_dir() else Path(path.name.removesuffix(".gz")).stem


def read_source(sets: Sets, source: Source, limits: Limits, progress: Progress = silent) -> Draft:
    """Read all that a source holds, so that it can be kept.

    Raises
    ------
    InvalidDatasetError
        If it cannot be used, or not be stored.
    CancelledError
        If ``progress`` says so.
    """
    with open_source(source.path, source.said, limits, progress) as found:
        titled = replace(found, title=source.title)
        if source.features is not None:
            titled = attach_features(titled, source.features, limits)
        return sets.read(titled, look=source.look, limits=limits, progress=progress)
