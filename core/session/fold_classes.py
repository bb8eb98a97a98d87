"""What events about classes change in a state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from pydantic import BaseModel

from core.errors import IllegalEventError
from core.session.class_list import Mark, Meaning
from core.session.draft import Draft
from core.session.events import (
    AnswerKind,
    ClassAdded,
    Classes,
    ClassesOrdered,
    ClassesRenamed,
    ClassMapped,
    ClassMarked,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
)


def _classes(draft: Draft, event: Classes) -> None:
    counts = Counter(draft.labels.names())
    known = {*draft.lost, *(draft.class_list.names or ()), *counts}
    draft.lost = {name: counts[name] for name in sorted(known - set(event.names))}
    draft.class_list = draft.class_list.counted_anew(event.names)


def _class_mapped(draft: Draft, event: ClassMapped) -> None:
    if event.name not in draft.lost or not (event.to == event.name or _is_class(draft, event.to)):
        raise IllegalEventError(f"“{event.name}” cannot be “{event.to}” now.")
    del draft.lost[event.name]
    if event.to == event.name:
        draft.class_list = draft.class_list.with_own(event.name)
        return
    meanings = {event.name: Meaning(AnswerKind.LABEL, event.to)}
    draft.class_list = draft.class_list.with_change(draft.seq + 1, meanings)
    draft.rephrase(meanings)
    draft.stamp()


def _class_added(draft: Draft, event: ClassAdded) -> None:
    if _is_class(draft, event.name):
        raise IllegalEventError(f"There is a class “{event.name}” already.")
    draft.class_list = draft.class_list.with_own(event.name)
    draft.lost.pop(event.name, None)


def _classes_renamed(draft: Draft, event: ClassesRenamed) -> None:
    _require(draft, *event.names)
    names = [event.names.get(name, name) for name in draft.class_list.names or ()]
    for new in event.names.values():
        if names.count(new) > 1 or new in draft.lost:
            raise IllegalEventError(f"There is a class “{new}” already.")
    draft.class_list = draft.class_list.with_names(draft.seq + 1, event.names)
    draft.rephrase({old: Meaning(AnswerKind.LABEL, new) for old, new in event.names.items()})
    draft.stamp()


def _class_merged(draft: Draft, event: ClassMerged) -> None:
    _require(draft, event.name, event.to)
    if event.name == event.to:
        raise IllegalEventError(f"“{event.name}” cannot be part of itself.")
    _end(draft, event.name, Meaning(AnswerKind.LABEL, event.to))


def _class_removed(draft: Draft, event: ClassRemoved) -> None:
    _require(draft, event.name)
    _end(draft, event.name, Meaning(event.becomes))


def _end(draft: Draft, name: str, became: Meaning) -> None:
    """Let a class be no more, and note what it takes to bring it back."""
    answers = draft.answers_naming(name)
    given = [item for item, called in draft.given.items() if called == name]
    draft.class_list = draft.class_list.without(draft.seq + 1, name, became, answers, given)
    draft.rephrase({name: became})
    draft.stamp()


def _class_restored(draft: Draft, event: ClassRestored) -> None:
    name = event.name
    former = draft.class_list.former.get(name)
    if former is None or _is_class(draft, name) or name in draft.lost:
        raise IllegalEventError(f"“{name}” cannot be brought back now.")
    draft.class_list = draft.class_list.with_former(draft.seq + 1, name)
    for one in former.all_of_its_name():
        draft.say(one.answers, Meaning(AnswerKind.LABEL, name))
        draft.give(dict.fromkeys(one.given, name))
    draft.stamp()


def _classes_ordered(draft: Draft, event: ClassesOrdered) -> None:
    if sorted(event.names) != sorted(draft.class_list.names or ()):
        raise IllegalEventError("An order needs all classes that there are, each once.")
    draft.class_list = draft.class_list.ordered(event.names)


def _class_marked(draft: Draft, event: ClassMarked) -> None:
    _require(draft, event.name)
    draft.class_list = draft.class_list.marked(event.name, Mark(event.key, event.colour))


def _is_class(draft: Draft, name: str) -> bool:
    return name in (draft.class_list.names or ())


def _require(draft: Draft, *names: str) -> None:
    for name in names:
        if not _is_class(draft, name):
            raise IllegalEventError(f"There is no class “{name}”.")


CLASS_TRANSITIONS: Final[dict[type[BaseModel], Callable[..., None]]] = {
    Classes: _classes,
    ClassMapped: _class_mapped,
    ClassAdded: _class_added,
    ClassesRenamed: _classes_renamed,
    ClassMerged: _class_merged,
    ClassRemoved: _class_removed,
    ClassRestored: _class_restored,
    ClassesOrdered: _classes_ordered,
    ClassMarked: _class_marked,
}
"""As :data:`core.session.fold.TRANSITIONS`."""
