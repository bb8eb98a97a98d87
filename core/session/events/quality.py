"""What is found out about how good the labels are, and decided about them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, FiniteFloat

from core.session.events.answers import Answer
from core.session.events.base import EventBase, is_none

MOST_ASKED: Final = 10_000
"""How many questions drawn at random can be asked for at a time."""

MOST_PARTS: Final = 3
"""Into how many parts items are split at most when one is drawn at random."""


class Decided(EventBase):
    """A reviewer has decided what is true of an item that several people answered.

    Attributes
    ----------
    answer
        What is true; it is no answer of anybody, and no skip.
    """

    event: Literal["decided"] = "decided"
    answer: Answer


class DecisionTakenBack(EventBase):
    """What was decided of an item was taken back: what people say of it counts again."""

    event: Literal["decision_taken_back"] = "decision_taken_back"
    item: int


class KnownSet(EventBase):
    """Items whose answer is known, and that people are asked to see how often they are right.

    From now on these and no others; answers to them teach nothing more.

    Attributes
    ----------
    labels
        Item to class name.
    """

    event: Literal["known_set"] = "known_set"
    labels: dict[int, str]


class LabelKept(EventBase):
    """A person has looked at a label that others contradict, and keeps it.

    Attributes
    ----------
    label
        The class that it names.
    against
        The class that others speak for; of two near-duplicates that of the other one.
    score
        How suspicious it was, as in :mod:`core.quality.mistakes`.
    beside
        The other one of two near-duplicates with different labels that are both kept.
    """

    event: Literal["label_kept"] = "label_kept"
    item: int
    label: str
    against: str
    score: FiniteFloat
    beside: Annotated[int | None, Field(exclude_if=is_none)] = None


class KeepTakenBack(EventBase):
    """That a label is kept was taken back: it may come up again."""

    event: Literal["keep_taken_back"] = "keep_taken_back"
    item: int
    beside: Annotated[int | None, Field(exclude_if=is_none)] = None


class ChecksAsked(EventBase):
    """The next questions are to be drawn at random, so that it is known better how good labels are.

    Attributes
    ----------
    number
        So many labels on images that were drawn; those asked for before count no more. 0 ends it.
    """

    event: Literal["checks_asked"] = "checks_asked"
    number: Annotated[int, Field(ge=0, le=MOST_ASKED)]


class TargetSet(EventBase):
    """How many of all labels are to be right in the end: from then on labelling may stop.

    Attributes
    ----------
    share
        More than 0, up to 1.
    """

    event: Literal["target_set"] = "target_set"
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
