"""What becomes of the classes: the decisions, given a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from core.errors import IllegalClassesError, UnknownClassError
from core.session.class_list import Mark
from core.session.events import (
    LOCAL,
    AnswerKind,
    ClassAdded,
    ClassesOrdered,
    ClassesRenamed,
    ClassMapped,
    ClassMarked,
    ClassMerged,
    ClassRemoved,
    ClassRestored,
    Event,
)
from core.session.state import State

FEWEST_CLASSES: Final = 2
"""Between fewer there is nothing to tell apart."""

Left = Literal[AnswerKind.SKIP, AnswerKind.UNSURE, AnswerKind.BAD]
"""What the labels of a class say once it is removed."""


class Merge(NamedTuple):
    """A class is to be part of another one, which is named as it is called until then."""

    to: str


class Wanted(NamedTuple):
    """What a person wants a class to be.

    Attributes
    ----------
    name
        What it is called.
    new_name
        What it is to be called.
    mark
        Its key and its colour.
    end
        What is to become of its labels where it is to be merged or removed; None where it stays.
    """

    name: str
    new_name: str
    mark: Mark = Mark()
    end: Merge | Left | None = None


def map_class(state: State, name: str, to: str, by: str = LOCAL) -> ClassMapped | None:
    """Decide whether a class that is gone is another one now, or stays a class of its own.

    None where it is not gone, or not any more.

    Parameters
    ----------
    to
        One of the classes; or the name itself, to keep it.

    Raises
    ------
    UnknownClassError
        If there is no such class to map it to.
    """
    if name not in state.lost:
        return None
    classes = state.classes or ()
    if to != name and to not in classes:
        raise UnknownClassError(to, classes)
    return ClassMapped(name=name, to=to, by=by)


def add_class(state: State, name: str, by: str = LOCAL) -> ClassAdded | None:
    """Decide whether a class is to be added; None where there is such a class already."""
    if name in (state.classes or ()):
        return None
    return ClassAdded(name=name, by=by)


def change_classes(
    state: State, wanted: Sequence[Wanted], since: int, by: str = LOCAL
) -> tuple[Event, ...]:
    """Decide what makes the classes what a person wants, all of it or nothing.

    Parameters
    ----------
    wanted
        All classes there are, each once, in the order they are to have. Names can be used.
    since
        The number of the last class change that was known: a name may be that of another class by
        now.

    Raises
    ------
    IllegalClassesError
        If others have changed them meanwhile, or they cannot be like that.
    """
    classes = state.classes or ()
    is_old = since != state.class_list.seq
    if is_old or sorted(one.name for one in wanted) != sorted(classes):
        raise IllegalClassesError(
            "Someone else has changed the classes meanwhile.", "Look at them again first."
        )
    ends = {one.name: one.end for one in wanted if one.end is not None}
    stay = [one for one in wanted if one.end is None]
    if ends and len(stay) < FEWEST_CLASSES:
        raise IllegalClassesError("At least two classes have to stay.", "Keep another one of them.")
    names = {one.name: one.new_name for one in stay if one.new_name != one.name}
    _check_names(state, [one.new_name for one in stay])
    _check_keys(stay)
    events: list[Event] = [_ending(name, end, ends, by) for name, end in ends.items()]
    if names:
        events.append(ClassesRenamed(names=names, by=by))
    events.extend(
        ClassMarked(name=one.new_name, key=one.mark.key, colour=one.mark.colour, by=by)
        for one in stay
        if one.mark != state.class_list.marks.get(one.name, Mark())
    )
    if [one.name for one in stay] != [name for name in classes if name not in ends]:
        events.append(ClassesOrdered(names=tuple(one.new_name for one in stay), by=by))
    return tuple(events)


def restore_class(state: State, name: str, by: str = LOCAL) -> ClassRestored | None:
    """Decide whether to bring back a class that was merged or removed; None if it was before.

    Raises
    ------
    IllegalClassesError
        If another class is called so by now.
    """
    if name not in state.class_list.former:
        return None
    if name in (state.classes or ()) or name in state.lost:
        raise IllegalClassesError(
            f"Another class is called “{name}” now.", "Give that one another name first."
        )
    return ClassRestored(name=name, by=by)


def _ending(
    name: str, end: Merge | Left, ends: Mapping[str, Merge | Left], by: str
) -> ClassMerged | ClassRemoved:
    """The event that ends a class; one merged into a class that ends too goes where that goes."""
    if isinstance(end, Merge) and end.to == name:
        raise IllegalClassesError(
            f"“{name}” cannot be merged into itself.", "Choose another class."
        )
    passed = {name}
    while isinstance(end, Merge) and end.to in ends:
        if end.to in passed:
            raise IllegalClassesError(
                f"“{name}” and “{end.to}” cannot both be part of the other.", "Keep one of them."
            )
        passed.add(end.to)
        end = ends[end.to]
    if isinstance(end, Merge):
        return ClassMerged(name=name, to=end.to, by=by)
    return ClassRemoved(name=name, becomes=end, by=by)


def _check_names(state: State, names: Iterable[str]) -> None:
    for name in names:
        if name in state.lost:
            raise IllegalClassesError(
                f"“{name}” is a class that the data set had once, and labels name it.",
                "Say first what it is now.",
            )


def _check_keys(wanted: Iterable[Wanted]) -> None:
    """See that no key stands for two classes."""
    holders: dict[str, str] = {}
    for one in wanted:
        if one.mark.key is None:
            continue
        if one.mark.key in holders:
            raise IllegalClassesError(
                f"“{one.new_name}” and “{holders[one.mark.key]}” have the same key, "
                f"{one.mark.key.upper()}.",
                "Give one of them another key.",
            )
        holders[one.mark.key] = one.new_name
