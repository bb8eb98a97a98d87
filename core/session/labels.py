"""The labels of a project as a value: cheap to change, to compare and to name."""

from __future__ import annotations

from collections import deque
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Final, NamedTuple, Self

from core.session.shared import SharedMap, finished

_REMEMBERED: Final = 64
"""Changes that a set of labels knows of itself: as many as lie between two fits, and some more."""

_NAMES: Final = 2**128


class Change(NamedTuple):
    """One label that differs: what an item is called now; None where it has no label any more."""

    item: int
    name: str | None


class _Past(NamedTuple):
    """A change, the digest there was before it, and what the item was called then."""

    digest: int
    change: Change
    name: str | None


class Labels(Mapping[int, str]):
    """Item (its row in the data set) to class name. Never changes; a change gives a new one.

    Giving or taking a label costs the same however many there are: what did not change is shared.

    Attributes
    ----------
    digest
        Names this set of labels: the same labels have the same digest, in whichever order they
        were given, and others have another. It is the sum of a hash of each label, modulo 2^128.

    References
    ----------
    Bellare, Micciancio, "A new paradigm for collision-free hashing: incrementality at reduced
    cost", 1997: AdHash, the sum of the hashes of the parts.
    """

    __slots__ = ("_before", "_classes", "digest")

    def __init__(self, labels: Mapping[int, str] | None = None) -> None:
        given = labels or {}
        self._classes: SharedMap[int, str] = SharedMap(given)
        self.digest: int = sum(_hash(item, name) for item, name in given.items()) % _NAMES
        self._before: tuple[_Past, ...] = ()

    def with_label(self, item: int, name: str) -> Self:
        """The same with this label, in place of the one the item had."""
        known = self._classes.get(item)
        if known == name:
            return self
        removed = 0 if known is None else _hash(item, known)
        return self._changed(
            self._classes.inserted(item, name),
            self.digest - removed + _hash(item, name),
            _Past(self.digest, Change(item, name), known),
        )

    def without(self, item: int) -> Self:
        """The same without the label of this item."""
        known = self._classes.get(item)
        if known is None:
            return self
        return self._changed(
            self._classes.removed(item),
            self.digest - _hash(item, known),
            _Past(self.digest, Change(item, None), known),
        )

    def changes_since(self, digest: int) -> tuple[Change, ...] | None:
        """What leads from the labels of this digest to these, the oldest first.

        None where that is not known: these were not made of those, or too long ago.
        """
        if digest == self.digest:
            return ()
        for age, past in enumerate(reversed(self._before), start=1):
            if past.digest == digest:
                return tuple(later.change for later in self._before[-age:])
        return None

    def as_of(self, digest: int) -> Labels | None:
        """The labels of this digest, where these were made of those not long ago; else None."""
        draft = LabelsDraft(self)
        for past in reversed(self._before):
            if draft.digest == digest:
                break
            draft.put(past.change.item, past.name)
        return draft.done() if draft.digest == digest else None

    def __getitem__(self, item: int) -> str:
        return self._classes[item]

    def __iter__(self) -> Iterator[int]:
        return iter(self._classes)

    def items(self) -> ItemsView[int, str]:
        """All labels, at the speed of a dict."""
        return self._classes.items()

    def __len__(self) -> int:
        return len(self._classes)

    def __contains__(self, item: object) -> bool:
        return item in self._classes

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Labels):
            return self.digest == other.digest and len(self) == len(other)
        return Mapping.__eq__(self, other)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Labels({dict(self._classes)!r})"

    def _changed(self, classes: SharedMap[int, str], digest: int, past: _Past) -> Self:
        changed = object.__new__(type(self))
        changed._classes = classes
        changed.digest = digest % _NAMES
        changed._before = (*self._before[1 - _REMEMBERED :], past)
        return changed


class LabelsDraft:
    """Labels while many of them change: as quick as a dict, and named at every moment."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._classes = labels._classes.edit()
        self._size = len(labels)
        # The last ones: the digest before, the item, what it is called now and was called then.
        self._changes: deque[tuple[int, int, str | None, str | None]] = deque(maxlen=_REMEMBERED)
        self.digest = labels.digest

    def put(self, item: int, name: str | None) -> None:
        """Give an item this label; None takes the one it had."""
        known = self._classes.get(item)
        if known == name:
            return
        self._changes.append((self.digest, item, name, known))
        if known is not None:
            self.digest -= _hash(item, known)
            self._size -= 1
        if name is None:
            del self._classes[item]
        else:
            self._classes[item] = name
            self.digest += _hash(item, name)
            self._size += 1
        self.digest %= _NAMES

    def get(self, item: int) -> str | None:
        """The label of an item, or None."""
        return self._classes.get(item)

    def names(self) -> Iterable[str]:
        """The class that each label names."""
        return self._classes.values()

    def called(self, name: str) -> list[int]:
        """The items with a label of this name."""
        return [item for item, called in self._classes.items() if called == name]

    def done(self) -> Labels:
        """The labels it has become."""
        if not self._changes:
            return self._labels
        made = Labels()
        made._classes = finished(self._classes)
        made.digest = self.digest
        new = (
            _Past(digest, Change(item, name), known) for digest, item, name, known in self._changes
        )
        made._before = (*self._labels._before, *new)[-_REMEMBERED:]
        return made

    def __len__(self) -> int:
        return self._size


def _hash(item: int, name: str) -> int:
    return int.from_bytes(blake2b(f"{item} {name}".encode(), digest_size=16).digest())
