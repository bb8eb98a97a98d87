"""What can happen to the labels of a project: the events of its log."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter

Reason = Literal["opening", "query", "random"]
"""Why an item is asked about: as one of the first, by the query, or by chance."""


class AnswerKind(StrEnum):
    """What a person can say of an item."""

    LABEL = "label"
    SKIP = "skip"
    UNSURE = "unsure"
    BAD = "bad"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Frozen):
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

    item: int
    kind: AnswerKind
    label: str | None = None
    milliseconds: int | None = None


class Given(_Frozen):
    """Labels taken from the known truth when the project was made; no person gave them."""

    event: Literal["given"] = "given"
    labels: dict[int, str]


class Served(_Frozen):
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
    """

    event: Literal["served"] = "served"
    batch_id: str
    round: int
    items: tuple[int, ...]
    predicted: tuple[str | None, ...]
    confidence: tuple[FiniteFloat, ...]
    reasons: tuple[Reason, ...] = ()


class Answered(_Frozen):
    """Answers to a batch arrived."""

    event: Literal["answered"] = "answered"
    batch_id: str
    answers: tuple[Answer, ...]


class Undone(_Frozen):
    """The last answer that was in force was taken back."""

    event: Literal["undone"] = "undone"
    batch_id: str
    item: int


Event = Given | Served | Answered | Undone


EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="event")])
"""Reads and writes events as JSON: ``EVENT.validate_json``, ``EVENT.dump_json``."""
