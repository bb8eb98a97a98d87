"""What a person has of all that is brought in and compared here: their own, and nobody else's.

Administrators have all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from core.data.incoming import Import, Imports
from core.data.looks import Look
from core.data.parts.parts import Parts
from core.data.readers.found import Limits
from core.data.sets import Sets
from core.data.stored import Head, StoredSet
from core.errors import (
    ComparisonUnderWayError,
    LabelspreadError,
    NotAllowedError,
    UnknownComparisonError,
)
from core.jobs.work import Work
from core.people.persons import Who
from core.service.projects import require_set
from core.simulation.comparisons import Comparison, Comparisons
from core.simulation.kept import Entry, Kept
from core.simulation.plan import Plan


class OwnSets:
    """The image sets that somebody may use; those they have brought in they may change."""

    def __init__(self, sets: Sets, who: Who, *, is_administrator: bool) -> None:
        self._sets = sets
        self._who = who
        self._is_administrator = is_administrator

    def listed(self) -> tuple[str, ...]:
        """The keys of those that the person may use."""
        return tuple(key for key in self._sets.listed() if self._who.sees_set(key))

    def title(self, key: str) -> str:
        """What a set is called, for whoever has a role in a project on it too.

        Raises
        ------
        InvalidDatasetError
            If it is not there for this person.
        """
        if not self._who.knows_set(key):
            require_set(key, self._who)
        return self._sets.head(key).title

    def head(self, key: str) -> Head:
        """As :meth:`Sets.head`; one that the person may not use is not there."""
        require_set(key, self._who)
        return self._sets.head(key)

    def open(self, key: str) -> StoredSet:
        """As :meth:`Sets.open`; likewise."""
        require_set(key, self._who)
        return self._sets.open(key)

    def is_own(self, key: str) -> bool:
        """Whether the person may rename and delete a set."""
        if self._is_administrator:
            return True
        try:
            return self._who.person.person_id in self._sets.head(key).owners
        except LabelspreadError:
            return False

    def rename(self, key: str, title: str) -> None:
        """As :meth:`Sets.rename`, for whoever has brought it in.

        Raises
        ------
        NotAllowedError
            If somebody else has.
        """
        require_set(key, self._who)
        if not self.is_own(key):
            raise NotAllowedError(
                "Only whoever has brought in these images can do this.", "Ask that person."
            )
        self._sets.rename(key, title)


class OwnImports:
    """What somebody is bringing in."""

    def __init__(self, imports: Imports, who: Who, *, is_administrator: bool) -> None:
        self._imports = imports
        self._owner = who.person.person_id
        self._is_administrator = is_administrator
        self.sets = OwnSets(imports.sets, who, is_administrator=is_administrator)

    @property
    def limits(self) -> Limits:
        """The most that is taken."""
        return self._imports.limits

    @property
    def places(self) -> Path | None:
        """The folder on the server that sets can be brought in from, for administrators alone."""
        return self._imports.places if self._is_administrator else None

    def take_stopped(self) -> tuple[str, ...]:
        """As :meth:`Imports.take_stopped`: whose it was is not known any more."""
        return self._imports.take_stopped() if self._is_administrator else ()

    def all(self) -> tuple[Import, ...]:
        """The person's own."""
        return tuple(one for one in self._imports.all() if self._is_theirs(one))

    def get(self, id_: str) -> Import | None:
        """One of them; None if there is none of this id."""
        found = self._imports.get(id_)
        return found if found is not None and self._is_theirs(found) else None

    def send(self, files: Sequence[tuple[str, IO[bytes]]]) -> Import:
        """As :meth:`Imports.send`."""
        return self._imports.send(files, self._owner)

    def receive(self, name: str, content: IO[bytes]) -> Path:
        """As :meth:`Imports.receive`."""
        return self._imports.receive(name, content)

    def on_server(self) -> tuple[str, ...]:
        """As :meth:`Imports.on_server`, for administrators alone."""
        return tuple(self._imports.on_server()) if self._is_administrator else ()

    def fetch(self, name: str) -> Import:
        """As :meth:`Imports.fetch`, for administrators alone.

        Raises
        ------
        NotAllowedError
            If the person is none.
        """
        self._require_administrator()
        return self._imports.fetch(name, self._owner)

    @property
    def can_survey(self) -> bool:
        """Whether the person may have the server read what lies elsewhere, with its own rights."""
        return self._is_administrator

    def survey(self, url: str) -> Work[Parts]:
        """As :meth:`Imports.survey`, for administrators alone.

        Raises
        ------
        NotAllowedError
            If the person is none.
        """
        self._require_administrator()
        return self._imports.survey(url)

    def draw(self, parts: Parts, said: Mapping[str, str], title: str, n_landmarks: int) -> Import:
        """As :meth:`Imports.draw`, likewise."""
        self._require_administrator()
        return self._imports.draw(parts, said, title, n_landmarks, self._owner)

    def _require_administrator(self) -> None:
        if not self._is_administrator:
            raise NotAllowedError(
                "Only an administrator brings in what is on the server, or what it can read.",
                "Send the files with the browser.",
            )

    def again(self, one: Import, said: Mapping[str, str], look: Look | None) -> None:
        """As :meth:`Imports.again`."""
        self._imports.again(self._own(one), said, look)

    def keep(self, one: Import, title: str) -> str:
        """As :meth:`Imports.keep`."""
        return self._imports.keep(self._own(one), title)

    def drop(self, one: Import) -> None:
        """As :meth:`Imports.drop`."""
        self._imports.drop(self._own(one))

    def discard(self, path: Path) -> None:
        """As :meth:`Imports.discard`."""
        self._imports.discard(path)

    def _own(self, one: Import) -> Import:
        if not self._is_theirs(one):
            raise NotAllowedError("Somebody else brings this in.", "Bring in your own.")
        return one

    def _is_theirs(self, one: Import) -> bool:
        return self._is_administrator or one.source.owner == self._owner


class OwnComparisons:
    """The comparisons that somebody has run."""

    def __init__(self, comparisons: Comparisons, who: Who, *, is_administrator: bool) -> None:
        self._comparisons = comparisons
        self._who = who
        self._is_administrator = is_administrator

    @property
    def under_way(self) -> Comparison | None:
        """The person's own that is being computed; None if there is none."""
        found = self._comparisons.under_way
        return found if found is not None and self._is_theirs(found.by) else None

    def start(self, plan: Plan, dataset_title: str) -> Comparison:
        """As :meth:`Comparisons.start`, on images that the person may use.

        Raises
        ------
        ComparisonUnderWayError
            If another one has not ended yet; somebody else's is not named.
        InvalidDatasetError
            If the person may not use the images.
        """
        require_set(plan.dataset, self._who)
        try:
            return self._comparisons.start(plan, dataset_title, self._who.person.person_id)
        except ComparisonUnderWayError:
            if self.under_way is not None:
                raise
            raise ComparisonUnderWayError("A comparison of somebody else") from None

    def entries(self) -> tuple[Entry, ...]:
        """The person's own that are kept, newest first."""
        return tuple(one for one in self._comparisons.entries() if self._is_theirs(one.by))

    def load(self, comparison_id: str) -> Kept:
        """As :meth:`Comparisons.load`; somebody else's is not there."""
        kept = self._comparisons.load(comparison_id)
        if not self._is_theirs(kept.by):
            raise UnknownComparisonError("This comparison does not exist any more.")
        return kept

    def rename(self, comparison_id: str, title: str) -> None:
        """As :meth:`Comparisons.rename`."""
        self.load(comparison_id)
        self._comparisons.rename(comparison_id, title)

    def delete(self, comparison_id: str) -> None:
        """As :meth:`Comparisons.delete`; of damaged ones nobody knows whose they were."""
        if not self._is_administrator:
            self.load(comparison_id)
        self._comparisons.delete(comparison_id)

    def _is_theirs(self, by: str) -> bool:
        return self._is_administrator or by == self._who.person.person_id
