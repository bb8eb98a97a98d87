"""What can happen to the labels of a project: the events of its log.

Everything a person does to the labels of a project is an event in an append-only log. An event
carries the version of the format it is written in and who caused it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter

VERSION: Final = 2
"""Of the format in which events are written. Older ones are read by :mod:`core.session.formats`."""

LOCAL: Final = "local"
"""Who it was, where people have no names of their own."""

Reason = Literal["opening", "query", "random"]
"""Why an item is asked about: as one of the first, by the query, or at random."""


class AnswerKind(StrEnum):
    """What a person can say of an item."""

    LABEL = "label"
    SKIP = "skip"
    UNSURE = "unsure"
    BAD = "bad"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Event(_Frozen):
    v: Literal[2] = VERSION
    by: str = LOCAL


@dataclass(frozen=True, slots=True)
class Answer:
    """One item, answered.

    Attributes
    ----------
    item
        The item's row in its data set.
    label
        A class name when ``kind`` is ``label``, otherwise None.
    milliseconds
        How long the item was looked at; None where that was not measured.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    item: int
    kind: AnswerKind
    label: str | None = None
    milliseconds: int | None = None


class Classes(_Event):
    """What the classes of the project are called, from now on.

    Written when the project is made, and again where they change.
    """

    event: Literal["classes"] = "classes"
    names: tuple[str, ...]


class Given(_Event):
    """Labels taken from the known truth when the project was made; no person gave them."""

    event: Literal["given"] = "given"
    labels: dict[int, str]


class Served(_Event):
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
    """

    event: Literal["served"] = "served"
    batch_id: str
    round: int
    items: tuple[int, ...]
    predicted: tuple[str | None, ...]
    confidence: tuple[FiniteFloat, ...]
    reasons: tuple[Reason, ...] = ()
    again: tuple[str, ...] = ()


class Answered(_Event):
    """Answers to a batch arrived."""

    event: Literal["answered"] = "answered"
    batch_id: str
    answers: tuple[Answer, ...]


class Undone(_Event):
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


class Redone(_Event):
    """The answer that a person has undone last is in force again."""

    event: Literal["redone"] = "redone"
    batch_id: str
    item: int


class Corrected(_Event):
    """An answer got another content; it keeps its place, its round and the time it took."""

    event: Literal["corrected"] = "corrected"
    batch_id: str
    answer: Answer


class TakenBack(_Event):
    """An answer was taken back by itself; those after it stay. Its item may be asked again."""

    event: Literal["taken_back"] = "taken_back"
    batch_id: str
    item: int


Event = Classes | Given | Served | Answered | Undone | Redone | Corrected | TakenBack

KINDS: Final = frozenset(kind.model_fields["event"].default for kind in get_args(Event))
"""What the events are called in a log."""

EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="event")])
"""Reads and writes events as JSON. What comes from a log is read by :mod:`core.session.formats`."""
