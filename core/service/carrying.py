"""The use cases around a project's log in a file: taken away whole, and brought back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from core.data.carried import Carried, carried_of, take_in
from core.errors import (
    EventDamagedError,
    EventTooNewError,
    FileNotWrittenError,
    IllegalEventError,
    InvalidDatasetError,
    InvalidProjectFileError,
    ProjectUnusableError,
    UnknownProjectError,
)
from core.export.about import program
from core.export.log import Head, LogPack, ProjectTold, SetTold
from core.export.log_file import LogFile
from core.jobs.garbage import garbage_later
from core.jobs.progress import Progress, silent
from core.people.persons import EVERYTHING, LOCAL_PERSON, Who
from core.service.log import Standing
from core.service.project_names import checked_name
from core.service.projects import Projects, owned_by
from core.session.events import Event, InvitationWithdrawn, RoleGiven, RoomSet
from core.session.fold import fold_records
from core.session.formats import write_event
from core.session.state import State
from core.storage.base import Project, Recorded
from core.wording import counted, visible


@dataclass(frozen=True, slots=True)
class Brought:
    """A project that was in a file.

    Attributes
    ----------
    project
        As it is here now.
    n_labels, n_answers
        How many it has.
    is_new
        Whether it was made now; else it was here already, with all that the file holds.
    missing
        Which images or network are needed and how they come here, in a sentence or two; empty if
        they are here.
    """

    project: Project
    n_labels: int
    n_answers: int
    is_new: bool
    missing: str = ""

    @property
    def told(self) -> str:
        """What was done, in sentences."""
        name = f"“{visible(self.project.name)}”"
        if not self.is_new:
            where = " among the deleted projects; restore it there" * bool(self.project.deleted_at)
            return f"{name} is here already, with all that is in the file{where}. Nothing changed."
        held = f"{counted(self.n_labels, 'label')}, {counted(self.n_answers, 'answer')}"
        return f"Brought back {name}: {held}. {self.missing}".rstrip()


class Carrying(Projects):
    """What can be done with a project's log as a file."""

    def log_pack(
        self, project_id: str, *, with_set: bool = False, progress: Progress = silent
    ) -> LogPack:
        """What a file with the whole log of a project is written from, as it stands now.

        Parameters
        ----------
        with_set
            Whether the files of its images go along.
        progress
            Is told how far writing has come, and may stop it.

        Raises
        ------
        UnknownProjectError
            If the project does not exist or was deleted.
        InvalidDatasetError
            If its images are to go along and are not there.
        StoreError
            If the log cannot be read.
        """
        standing = self._log.open(project_id)
        project = standing.project
        carried = carried_of(self._catalogue, project.config.dataset) if with_set else None
        head = Head(
            program=program(),
            exported_at=self._clock(),
            project=ProjectTold(
                id=project_id,
                name=project.name,
                created_at=project.created_at,
                settings=project.config.model_dump(mode="json"),
            ),
            n_events=standing.state.seq,
            set=self._set_told(standing, carried, progress),
        )
        return LogPack(
            head, partial(self._records, project_id, standing.state.seq), carried, progress
        )

    def bring_back(
        self,
        file: LogFile,
        *,
        name: str | None = None,
        progress: Progress = silent,
        who: Who = EVERYTHING,
    ) -> Brought:
        """Make the project that is in a file, as it was; nothing is changed if it is here already.

        Parameters
        ----------
        name
            What it is to be called; None stands for its own name, with a number if that is taken.
        who
            Who brings it, and is the one owner of it. What this person may not see is not here.

        Raises
        ------
        InvalidProjectFileError
            If the file is damaged, or its events do not fit together; nothing is stored then.
        EventTooNewError
            If a newer version has written one of them; likewise.
        InvalidNameError
            If the project cannot have this name.
        InvalidDatasetError
            If the images that it brings along are not its own, or cannot be stored; or where people
            have names of their own, if it brings none and this person has none that fit.
        StoreError
            If it could not be stored; there is no part of it then.
        CancelledError
            If ``progress`` says so.
        """
        if name is not None:
            name = checked_name(name, self._taken(who))
        told, digest = file.head.project, _Digest()
        here = self._here(told.id) if who.sees_project(told.id) else None
        records = file.records(progress)
        with garbage_later():
            state = _folded(file, records if here is None else digest.noting(records))
        n_labels, n_answers = len(state.labels), state.n_answers
        if here is not None and self._holds(here, file.head.n_events, digest):
            return Brought(here, n_labels, n_answers, is_new=False)
        key = self._key_here(file, progress, who)
        missing = self._missing(file.head.set) if key is None else ""
        if key is None and who.person != LOCAL_PERSON:
            # One that comes later may be somebody else's.
            raise InvalidDatasetError(missing, "Or export the project again with its images.")
        config = file.config.model_copy(update={"dataset": key or file.config.dataset})
        if away := self._network_problem(config):
            missing = f"{missing} {away}".strip()
        progress("Storing answers", 0.0)
        project_id, made_at = told.id, told.created_at.astimezone(UTC)
        while True:
            called = name or self.free_name(_seen(told.name), who=who)
            project = Project(project_id, called, config, made_at)
            if self._store.bring(project, self._owned(file, state, who)):
                return Brought(project, n_labels, n_answers, is_new=True, missing=missing)
            project_id = self._new_id()

    def _owned(self, file: LogFile, state: State, who: Who) -> Iterator[Recorded]:
        """The events of a file, and that it is whose who brings it, and nobody else's.

        Who had a role where it comes from may be somebody else here. Where nobody signs in, the
        one person there is takes their place: with a login some day, that is nobody.
        """
        yield from file.records()
        own: list[Event] = [*owned_by(who)]
        by = who.person.person_id
        if state.members and not own:
            own.append(RoleGiven(person=by, name=by, role="owner", by=by))
        own += [
            RoleGiven(person=member.person, name=member.name, role=None, by=by)
            for member in state.members.values()
            if member.person != by
        ]
        own += [InvitationWithdrawn(invitation=name, by=by) for name in state.invitations]
        if state.room is not None and state.room.phase != "ended":
            own.append(RoomSet(phase="ended", by=by))
        for seq, event in enumerate(own, file.head.n_events + 1):
            yield Recorded(seq, self._clock(), event)

    def _records(self, project_id: str, last: int) -> Iterator[Recorded]:
        """The events of a log up to a number, a page of them in memory at a time."""
        generation, after = self._store.generation, 0
        while after < last:
            reading = self._store.read(project_id, after)
            if generation != self._store.generation or not reading.n_events:
                raise FileNotWrittenError(
                    "The database was replaced while the project was being written.", "Try again."
                )
            yield from (record for record in reading.events if record.seq <= last)
            after = reading.last

    def _set_told(self, standing: Standing, carried: Carried | None, progress: Progress) -> SetTold:
        key = standing.project.config.dataset
        title = key
        with suppress(InvalidDatasetError, StopIteration):
            title = next(entry.title for entry in self._catalogue.entries() if entry.key == key)
        noted = standing.state.images.noted
        fingerprint = None if noted is None else noted.fingerprint
        n_items = None if noted is None else noted.n_items
        if carried is not None or noted is None:
            try:
                contents = self._catalogue.contents(key, progress)
                fingerprint, n_items = contents.fingerprint, contents.n_items
            except InvalidDatasetError:
                if carried is not None:
                    raise
            finally:
                self._catalogue.forget(key)
        return SetTold(
            key=key,
            name=title,
            fingerprint=fingerprint,
            n_items=n_items,
            carried=None if carried is None else carried.kind,
        )

    def _here(self, project_id: str) -> Project | None:
        """A project of this id, deleted or not; None if there is none that can be read."""
        try:
            return self._store.project(project_id)
        except (UnknownProjectError, ProjectUnusableError):
            return None

    def _holds(self, project: Project, n_events: int, digest: _Digest) -> bool:
        """Whether the log of a project begins with all that was digested."""
        if self._store.head(project.project_id) < n_events:
            return False
        own = _Digest()
        try:
            for _ in own.noting(self._records(project.project_id, n_events)):
                pass
        except (EventDamagedError, EventTooNewError):
            # The file may be what was brought to replace it.
            return False
        return own.value == digest.value

    def _key_here(self, file: LogFile, progress: Progress, who: Who) -> str | None:
        """What the images of a project are called here; None where they are not."""
        told = file.head.set
        key = self._catalogue.key_of(told.key, told.fingerprint, told.n_items, progress)
        if key is not None and who.sees_set(key):
            return key
        if told.carried is None:
            # One of its name may have changed since: whoever opens the project finds its images.
            alike = self._catalogue.key_of(told.key, None, None)
            return alike if alike is not None and who.sees_set(alike) else None
        assert told.fingerprint is not None, "what goes along has a name"
        fill = file.copy_set(progress)
        owner = who.person.person_id
        return take_in(
            self._catalogue, told.carried, told.key, told.fingerprint, fill, progress, owner=owner
        )

    def _missing(self, told: SetTold) -> str:
        """Which images are needed, and how they come here."""
        images = f"the images “{told.name}”"
        if told.n_items:
            images += f" ({counted(told.n_items, 'image')})"
        if not self._catalogue.is_stored(told.key):
            where = self._catalogue.folder or "datasets"
            return f"It needs {images}. Put the file {told.key} into the folder {where}."
        # A key is made of a title and of the content.
        title = told.key.rpartition("-")[0] or told.key
        return f"It needs {images}. Bring them in on the Data page, with the name “{title}”."


class _Digest:
    """A name for some events, with their numbers and times."""

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=16)

    @property
    def value(self) -> bytes:
        return self._digest.digest()

    def noting(self, records: Iterable[Recorded]) -> Iterator[Recorded]:
        """Take note of each as it goes through."""
        for record in records:
            self._digest.update(f"{record.at.isoformat()} {write_event(record.event)}\n".encode())
            yield record


def _folded(file: LogFile, records: Iterator[Recorded]) -> State:
    """What the log in a file amounts to."""
    at = 0

    def events() -> Iterator[tuple[int, datetime, Event]]:
        nonlocal at
        for record in records:
            at = record.seq
            yield record

    try:
        return fold_records(State(), events())
    # What does not fit may stumble over whatever is not there.
    except (IllegalEventError, LookupError, ValueError, TypeError) as error:
        why = f" {error.problem}" if type(error) is IllegalEventError else ""
        raise InvalidProjectFileError(
            f"Event {at:,} in the file {file.name} does not fit those before it.{why}",
            "Export the project again.",
        ) from error


def _seen(name: str) -> str:
    """A name as a project can have it."""
    return "".join(sign for sign in name if sign.isprintable()).strip() or "Project"
