"""The use cases around classes: add, rename, merge, remove, bring back, order and mark them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from core.data.classes import typed_classes
from core.errors import InvalidDatasetError
from core.service.log import Standing
from core.service.projects import Projects
from core.session import class_rules
from core.session.class_list import Mark
from core.session.class_rules import Wanted
from core.session.events import LOCAL, ClassAdded, ClassRestored, Event
from core.session.state import State

Made = TypeVar("Made", bound=Event)


class ListedClass(NamedTuple):
    """A class as it stands.

    Attributes
    ----------
    n_labels
        How many images are labelled as it.
    """

    name: str
    mark: Mark
    n_labels: int


def listed_classes(state: State) -> tuple[ListedClass, ...]:
    """The classes of a project in their order; goes through all labels."""
    counts = Counter(state.labels.values())
    marks = state.class_list.marks
    return tuple(
        ListedClass(name, marks.get(name, Mark()), counts[name]) for name in state.classes or ()
    )


class Classes(Projects):
    """What can be done with classes. Whoever does it is named by ``by``, a person's id."""

    def map_class(self, project_id: str, name: str, to: str, *, by: str = LOCAL) -> bool:
        """Say which class one is now that the data set has no more; False if that was said before.

        Parameters
        ----------
        to
            One of the classes there are; or the name itself, to keep it as a class of its own.

        Raises
        ------
        IllegalEventError
            If there is no such class to map it to.
        StoreError
            If it could not be stored.
        """
        return self._do(project_id, lambda now: class_rules.map_class(now.state, name, to, by))

    def add_class(self, project_id: str, name: str, *, by: str = LOCAL) -> bool:
        """Add a class that images can be labelled with; False if there is one of this name.

        Raises
        ------
        InvalidDatasetError
            If there cannot be a class of this name.
        StoreError
            If it could not be stored.
        """
        checked = _checked(name)

        def add(now: Standing) -> ClassAdded | None:
            event = class_rules.add_class(now.state, checked, by)
            if event is not None:
                # Not too many of them, and none that only looks like another one.
                typed_classes([*(now.state.classes or ()), checked])
            return event

        return self._do(project_id, add)

    def change_classes(
        self, project_id: str, wanted: Sequence[Wanted], *, since: int, by: str = LOCAL
    ) -> bool:
        """Make the classes what a person wants, all of it or nothing; False if they are so already.

        Parameters
        ----------
        wanted
            All classes there are, each once, in the order they are to have.
        since
            The number of the last class change that was known (``ClassList.seq``).

        Raises
        ------
        InvalidDatasetError
            If there cannot be a class of one of these names.
        IllegalEventError
            If others have changed them meanwhile, or they cannot be like that.
        StoreError
            If it could not be stored.
        """
        named = [one._replace(new_name=_checked(one.new_name)) for one in wanted]
        typed_classes(one.new_name for one in named if one.end is None)
        events = self._log.decide(
            project_id,
            lambda now: class_rules.change_classes(now.state, named, since, by),
            lambda decided: decided,
        )
        return bool(events)

    def restore_class(self, project_id: str, name: str, *, by: str = LOCAL) -> bool:
        """Bring back a class that was merged or removed, with the labels it had then.

        False if it was brought back before.

        Raises
        ------
        InvalidDatasetError
            If there are too many classes, or one of them looks like it.
        IllegalEventError
            If another class is called so by now.
        StoreError
            If it could not be stored.
        """

        def restore(now: Standing) -> ClassRestored | None:
            event = class_rules.restore_class(now.state, name, by)
            if event is not None:
                typed_classes([*(now.state.classes or ()), name])
            return event

        return self._do(project_id, restore)

    def _do(self, project_id: str, decide: Callable[[Standing], Made | None]) -> bool:
        event = self._log.decide(project_id, decide, lambda made: [made] if made else [])
        return event is not None


def _checked(name: str) -> str:
    """A name without spaces around it that a class can have.

    Raises
    ------
    InvalidDatasetError
        If none can.
    """
    (name,) = typed_classes([name]) or ("",)
    if not name:
        raise InvalidDatasetError("The class has no name.", "Type one.")
    return name
