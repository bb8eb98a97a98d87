"""What is asked of people, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, FiniteFloat

from core.session.events.base import EventBase, is_empty, is_none
from core.session.events.data import ImageName

Reason = Literal["opening", "query", "random", "grid", "vote"]
"""Why an item is asked about: as one of the first, by the query, at random, to check what is
predicted of it, among many others, or because several people are to answer it and another has."""


class AnswerKind(StrEnum):
    """What a person can say of an item."""

    LABEL = "label"
    SKIP = "skip"
    UNSURE = "unsure"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Answer:
    """One item, answered.

    Attributes
    ----------
    item
        The item's number: its row in the data set when it was first asked about. It stays when the
        image is at another row later.
    label
        A class name when ``kind`` is ``label``, otherwise None.
    milliseconds
        How long the item was looked at; None where that was not measured.
    hidden
        Whether what the model predicts was hidden from the person; None where that was not noted.
        The log says nothing of it then.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    item: int
    kind: AnswerKind
    label: str | None = None
    milliseconds: int | None = None
    hidden: Annotated[bool | None, Field(exclude_if=is_none)] = None


@dataclass(frozen=True, slots=True)
class Draw:
    """How an item was drawn at random, so that all predictions can be judged by it and its like.

    Attributes
    ----------
    sizes
        The items that could be drawn, by how sure the model was of them: how many are in each
        part, the least sure first.
    chances
        How likely it was to draw from each part, 0 to 1. Of a part, each item is as likely as the
        others.
    part
        The one that the item is of.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    sizes: tuple[int, ...]
    chances: tuple[FiniteFloat, ...]
    part: int


@dataclass(frozen=True, slots=True)
class Hiding:
    """Which predictions of a batch nobody is shown before they have answered, as drawn by lot.

    Attributes
    ----------
    share
        How likely it was for each item, above 0 and up to 1.
    items
        Those on which the lot fell.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    share: FiniteFloat
    items: tuple[int, ...]


class Served(EventBase):
    """A batch was put before a person.

    Attributes
    ----------
    batch_id
        Unique among all batches.
    round
        Which round the batch belongs to, from 1.
    predicted, confidence
        What the model said of each item *before* it was answered; None and 0 where nothing.
    reasons
        Why each item is asked about; empty in logs from before that was noted.
    again
        The batches whose items are shown again, after an undo; none for a batch of new items.
    images
        Item to the name of its image, for items whose image had no name in the log before; none in
        older logs.
    draws
        How each item was drawn that was drawn at random, in the order in which they were: each from
        what was left, and all before any other item of the batch was chosen. Not noted in older
        logs.
    undrawable
        Items that needed an answer too and could not be drawn, for they were on a screen already or
        skipped lately; noted where something was drawn.
    hiding
        Whose predictions are hidden by lot; None where the project draws no lots.
    votes
        How many people are to answer each item that several are to answer, noted when it is asked
        about first; of others one answer is enough.
    """

    event: Literal["served"] = "served"
    batch_id: str
    round: int
    items: tuple[int, ...]
    predicted: tuple[str | None, ...]
    confidence: tuple[FiniteFloat, ...]
    reasons: tuple[Reason, ...] = ()
    again: tuple[str, ...] = ()
    images: dict[int, ImageName] = Field(default={})
    draws: dict[int, Draw] = Field(default={}, exclude_if=is_empty)
    undrawable: Annotated[tuple[int, ...], Field(exclude_if=is_empty)] = ()
    hiding: Annotated[Hiding | None, Field(exclude_if=is_none)] = None
    votes: dict[int, Annotated[int, Field(ge=1)]] = Field(default={}, exclude_if=is_empty)


class Answered(EventBase):
    """Answers to a batch arrived."""

    event: Literal["answered"] = "answered"
    batch_id: str
    answers: tuple[Answer, ...]


class Undone(EventBase):
    """The last answer of a person that was in force was taken back, to be given anew.

    Attributes
    ----------
    closed
        Open batches that make way for what is shown again; None stands for all of them.
    """

    event: Literal["undone"] = "undone"
    batch_id: str
    item: int
    closed: tuple[str, ...] | None = None


class Redone(EventBase):
    """The answer that a person has undone last is in force again."""

    event: Literal["redone"] = "redone"
    batch_id: str
    item: int


class Corrected(EventBase):
    """An answer got another content; it keeps its place, its round and the time it took."""

    event: Literal["corrected"] = "corrected"
    batch_id: str
    answer: Answer


class TakenBack(EventBase):
    """An answer was taken back by itself; those after it stay. Its item may be asked again."""

    event: Literal["taken_back"] = "taken_back"
    batch_id: str
    item: int


class BatchTakenBack(EventBase):
    """All answers to a batch that were in force were taken back, at once; those after it stay."""

    event: Literal["batch_taken_back"] = "batch_taken_back"
    batch_id: str
