"""Which items each class has, by name: what a set of items is called, and what it was made of.

A class may have tens of thousands of labelled items, and most often one more than a moment ago. So
they are not kept as a set: it is enough to know whether two sets are the same, and which few items
lead from one to the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray

_NAMES: Final = 2**64
_SEED: Final = 0

_FEW_CHANGES: Final = 32
"""Labels that may differ from those followed before, for the rest to be taken as it was; and steps
that a class remembers."""

_FOLLOWED: Final = 8
"""Arrays of labels that are followed: those of a few projects that take turns on one graph."""

NOTHING: Final = 0
"""The name of no items at all."""


class _Step(NamedTuple):
    """One item more or less, and the name there was before it."""

    before: int
    item: int
    is_added: bool


class Way(NamedTuple):
    """What leads from the items of some name to those at hand."""

    start: int
    added: tuple[int, ...]
    removed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """The labelled items of one class.

    Attributes
    ----------
    name
        The same for the same items, and another for others: the sum of a random number for each
        item, modulo 2^64.
    """

    name: int = NOTHING
    _steps: tuple[_Step, ...] = ()

    def changed(self, item: int, number: int, *, is_added: bool) -> Members:
        """With one item more or less, whose random number this is."""
        step = _Step(self.name, item, is_added)
        name = (self.name + (number if is_added else -number)) % _NAMES
        return Members(name, (*self._steps[1 - _FEW_CHANGES :], step))

    def ways(self) -> Iterator[Way]:
        """From each of the names there were before, the latest first."""
        net: dict[int, int] = {}
        for before, item, is_added in reversed(self._steps):
            net[item] = net.get(item, 0) + (1 if is_added else -1)
            yield Way(
                before,
                tuple(item for item, times in net.items() if times > 0),
                tuple(item for item, times in net.items() if times < 0),
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Followed:
    labels: IntArray
    members: Mapping[int, Members]


class Membership:
    """Follows arrays of labels, and says how the items of each class came to be.

    Not safe to use from several threads at once.

    Parameters
    ----------
    n_items
        The length of the arrays.
    """

    def __init__(self, n_items: int) -> None:
        random = np.random.default_rng(_SEED)
        self._numbers: NDArray[np.uint64] = random.integers(
            0, _NAMES, size=n_items, dtype=np.uint64, endpoint=False
        )
        self._followed: deque[_Followed] = deque(maxlen=_FOLLOWED)

    def follow(self, labels: IntArray) -> Mapping[int, Members]:
        """The members of each class that is named.

        Parameters
        ----------
        labels : (n_items,), int64
            Class indices; ``UNLABELLED`` where none is given. Not to be written to afterwards.
        """
        for place in reversed(range(len(self._followed))):
            known = self._followed[place]
            changed = np.flatnonzero(labels != known.labels)
            if len(changed) <= _FEW_CHANGES:
                members = self._stepwise(known, labels, changed)
                del self._followed[place]
                break
        else:
            members = self._anew(labels)
        self._followed.append(_Followed(labels, members))
        return members

    def _stepwise(
        self, known: _Followed, labels: IntArray, changed: IntArray
    ) -> Mapping[int, Members]:
        members = dict(known.members)
        for item in changed.tolist():
            number = int(self._numbers[item])
            before, now = int(known.labels[item]), int(labels[item])
            if before != UNLABELLED:
                members[before] = members[before].changed(item, number, is_added=False)
            if now != UNLABELLED:
                class_ = members.get(now, Members())
                members[now] = class_.changed(item, number, is_added=True)
        return members

    def _anew(self, labels: IntArray) -> Mapping[int, Members]:
        labelled = np.flatnonzero(labels != UNLABELLED)
        named = labels[labelled]
        members = {}
        for label in np.unique(named).tolist():
            items = labelled[named == label]
            if len(items) <= _FEW_CHANGES:
                members[label] = Members()
                for item in items.tolist():
                    number = int(self._numbers[item])
                    members[label] = members[label].changed(item, number, is_added=True)
            else:
                members[label] = Members(int(self._numbers[items].sum(dtype=np.uint64)))
        return members
