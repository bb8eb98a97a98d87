"""A mapping that never changes: a change gives a new one, which shares what did not change."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, MutableMapping
from enum import Enum
from typing import Any, Final, TypeVar, overload

from rpds import HashTrieMap

Key = TypeVar("Key")
Value = TypeVar("Value")
Other = TypeVar("Other")

_MOST_CHANGES: Final = 2048
"""How many changes lie above a plain dict before another one is made that has them in it."""


class _Gone(Enum):
    """Stands for what was taken out. A member of an enumeration stays itself when copied."""

    GONE = 0


_NO_CHANGES: Final[HashTrieMap[Any, Any]] = HashTrieMap()


class SharedMap(Mapping[Key, Value]):
    """A dict that nobody changes any more, below the few changes made since.

    Reading is as quick as in a dict, many entries at once are taken as one dict, and one change
    costs the same however many entries there are: one copy of the dict in two thousand changes.
    The order of the entries is none in particular.
    """

    __slots__ = ("_base", "_changes", "_size")

    def __init__(self, known: Mapping[Key, Value] | None = None) -> None:
        self._base: dict[Key, Value] = dict(known) if known else {}
        self._changes: HashTrieMap[Key, Value | _Gone] = _NO_CHANGES
        self._size = len(self._base)

    @classmethod
    def of(cls, owned: dict[Key, Value]) -> SharedMap[Key, Value]:
        """The same on a dict that is given away: it is not copied, and nobody may change it."""
        made = cls()
        made._base = owned
        made._size = len(owned)
        return made

    def changed(self, changes: Mapping[Key, Value | _Gone]) -> SharedMap[Key, Value]:
        """The same with these changes."""
        if not changes:
            return self
        if len(self._changes) + len(changes) > _MOST_CHANGES:
            merged = dict(self._base)
            _apply(merged, self._changes)
            _apply(merged, changes)
            return SharedMap.of(merged)
        made: SharedMap[Key, Value] = SharedMap.of(self._base)
        inner, size = self._changes, self._size
        for key, value in changes.items():
            size += (value is not _Gone.GONE) - (key in self)
            inner = inner.insert(key, value)
        made._changes, made._size = inner, size
        return made

    def inserted(self, key: Key, value: Value) -> SharedMap[Key, Value]:
        """The same with this entry, in place of the one there was."""
        return self.changed({key: value})

    def removed(self, key: Key) -> SharedMap[Key, Value]:
        """The same without this entry."""
        return self.changed({key: _Gone.GONE}) if key in self else self

    def edit(self) -> MutableMapping[Key, Value]:
        """A draft of what this is to become; :func:`finished` makes it a value again."""
        return Edit(self) if self._size or self._changes else {}

    def __getitem__(self, key: Key) -> Value:
        changed = self._changes.get(key)
        if changed is None:
            return self._base[key]
        if changed is _Gone.GONE:
            raise KeyError(key)
        return changed

    @overload
    def get(self, key: Key, /) -> Value | None: ...
    @overload
    def get(self, key: Key, /, default: Value | Other) -> Value | Other: ...
    def get(self, key: Key, /, default: Any = None) -> Any:
        """The value of a key, or the default."""
        changed = self._changes.get(key)
        if changed is None:
            return self._base.get(key, default)
        return default if changed is _Gone.GONE else changed

    def __contains__(self, key: object) -> bool:
        changed = self._changes.get(key)  # type: ignore[arg-type]  # any object may be asked for
        return key in self._base if changed is None else changed is not _Gone.GONE

    def __iter__(self) -> Iterator[Key]:
        if not self._changes:
            yield from self._base
            return
        yield from (key for key in self._base if key not in self._changes)
        yield from (key for key, value in self._changes.items() if value is not _Gone.GONE)

    def items(self) -> ItemsView[Key, Value]:
        """All entries, at the speed of a dict."""
        if not self._changes:
            return self._base.items()
        merged = dict(self._base)
        _apply(merged, self._changes)
        return merged.items()

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"SharedMap({dict(self)!r})"


class Edit(MutableMapping[Key, Value]):
    """Changes to a mapping, not made yet."""

    __slots__ = ("_before", "_changes")

    def __init__(self, before: SharedMap[Key, Value]) -> None:
        self._before = before
        self._changes: dict[Key, Value | _Gone] = {}

    def done(self) -> SharedMap[Key, Value]:
        """The mapping with the changes."""
        return self._before.changed(self._changes)

    def __getitem__(self, key: Key) -> Value:
        changed = self._changes.get(key)
        if changed is None:
            return self._before[key]
        if changed is _Gone.GONE:
            raise KeyError(key)
        return changed

    def __setitem__(self, key: Key, value: Value) -> None:
        self._changes[key] = value

    def __delitem__(self, key: Key) -> None:
        if key not in self:
            raise KeyError(key)
        self._changes[key] = _Gone.GONE

    def __contains__(self, key: object) -> bool:
        changed = self._changes.get(key)  # type: ignore[arg-type]  # any object may be asked for
        return key in self._before if changed is None else changed is not _Gone.GONE

    @overload
    def get(self, key: Key, /) -> Value | None: ...
    @overload
    def get(self, key: Key, /, default: Value | Other) -> Value | Other: ...
    def get(self, key: Key, /, default: Any = None) -> Any:
        """The value of a key, or the default."""
        changed = self._changes.get(key)
        if changed is None:
            return self._before.get(key, default)
        return default if changed is _Gone.GONE else changed

    def __iter__(self) -> Iterator[Key]:
        return iter(self.done())

    def __len__(self) -> int:
        return len(self.done())


def finished(draft: MutableMapping[Key, Value]) -> SharedMap[Key, Value]:
    """The value that a draft has become; the draft is not to be used any more."""
    if isinstance(draft, Edit):
        return draft.done()
    assert isinstance(draft, dict)
    return SharedMap.of(draft)


def _apply(known: dict[Key, Value], changes: Mapping[Key, Value | _Gone]) -> None:
    for key, value in changes.items():
        if isinstance(value, _Gone):
            known.pop(key, None)
        else:
            known[key] = value
