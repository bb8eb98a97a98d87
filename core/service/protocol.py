"""What the label page's component and the server say to each other.

The browser is not trusted. A message up is checked here for form; whether it fits the project is
for :mod:`core.session.state` to say.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from core.config import LONGEST_CLASS_NAME
from core.errors import InvalidMessageError
from core.people.persons import mark_of
from core.session.events import LOCAL, Answer, AnswerKind

VERSION: Final = 1

_Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: int = Field(ge=VERSION, le=VERSION)
    id: _Identifier
    """Chosen by the browser; repeated in the receipt, and the same when a message is sent again."""
    project: _Identifier


class SubmittedAnswer(BaseModel):
    """One answer, as the browser sends it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    item: int = Field(ge=0, lt=2**53)
    kind: Literal["label", "skip", "unsure", "bad"]
    label: str | None = Field(default=None, max_length=LONGEST_CLASS_NAME)
    ms: int | None = Field(default=None, ge=0, lt=2**53)
    named: int | None = Field(default=None, ge=0, lt=2**53)
    """The ``named`` of the page it was given on: what classes were called then."""
    hidden: bool | None = None
    """Whether predictions were hidden when it was given; a browser of before does not say."""

    def to_answer(self) -> Answer:
        """Turn it into the session's own value."""
        return Answer(
            item=self.item,
            kind=AnswerKind(self.kind),
            label=self.label,
            milliseconds=self.ms,
            hidden=self.hidden,
        )


class SubmitMessage(_Message):
    """Answers to a batch, all of them or some."""

    kind: Literal["submit"]
    batch_id: _Identifier
    answers: list[SubmittedAnswer] = Field(min_length=1, max_length=1000)


class UndoMessage(_Message):
    """Take back the answer to this item of this batch, the last one in force."""

    kind: Literal["undo"]
    batch_id: _Identifier
    item: int = Field(ge=0, lt=2**53)


class RedoMessage(_Message):
    """Put back the answer to this item of this batch, the one that was undone last."""

    kind: Literal["redo"]
    batch_id: _Identifier
    item: int = Field(ge=0, lt=2**53)


class CorrectMessage(_Message):
    """Give the answer to this item of this batch another content, whatever came after it."""

    kind: Literal["correct"]
    batch_id: _Identifier
    answer: SubmittedAnswer


class TakeBackMessage(_Message):
    """Take back the answer to this item of this batch by itself, whatever came after it."""

    kind: Literal["take_back"]
    batch_id: _Identifier
    item: int = Field(ge=0, lt=2**53)


class CheckedItem(BaseModel):
    """An image of a grid, and what the model had said of it, 0 to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    item: int = Field(ge=0, lt=2**53)
    probability: FiniteFloat = Field(ge=0, le=1)


class CheckMessage(_Message):
    """Answers to all images of a grid, as it was on screen.

    Attributes
    ----------
    name
        The class that is predicted; empty where nothing is.
    numbering, named
        Those of the page.
    """

    kind: Literal["check"]
    batch_id: _Identifier
    name: str = Field(max_length=LONGEST_CLASS_NAME)
    numbering: str = Field(max_length=64)
    named: int = Field(ge=0, lt=2**53)
    items: list[CheckedItem] = Field(min_length=1, max_length=1000)
    answers: list[SubmittedAnswer] = Field(min_length=1, max_length=1000)


class Correction(BaseModel):
    """What an answer was given in, and what it is to be."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    batch_id: _Identifier
    answer: SubmittedAnswer


class CorrectManyMessage(_Message):
    """Give some answers that were shown in a grid another content.

    Attributes
    ----------
    batch_id
        What the grid is called.
    numbering, named
        Those of the page.
    """

    kind: Literal["correct_many"]
    batch_id: _Identifier
    numbering: str = Field(max_length=64)
    named: int = Field(ge=0, lt=2**53)
    answers: list[Correction] = Field(min_length=1, max_length=1000)


class TakeBackBatchMessage(_Message):
    """Take back all answers to this batch."""

    kind: Literal["take_back_batch"]
    batch_id: _Identifier


class JudgeMessage(_Message):
    """Say of an image that was looked at once more what it is.

    Attributes
    ----------
    batch_id
        What the answer is noted under where there is none to be corrected.
    """

    kind: Literal["judge"]
    batch_id: _Identifier
    answer: SubmittedAnswer


class _KeepMessage(_Message):
    item: int = Field(ge=0, lt=2**53)
    beside: int | None = Field(ge=0, lt=2**53)
    """The near-duplicate that has another label, where there is one."""


class KeepMessage(_KeepMessage):
    """Keep a label though others contradict it.

    Attributes
    ----------
    label, against
        The class that it names, and the one that others speak for.
    score
        How suspicious it is.
    """

    kind: Literal["keep"]
    label: str = Field(min_length=1, max_length=LONGEST_CLASS_NAME)
    against: str = Field(min_length=1, max_length=LONGEST_CLASS_NAME)
    score: FiniteFloat


class UnkeepMessage(_KeepMessage):
    """Take back that a label is kept."""

    kind: Literal["unkeep"]


class SyncMessage(_Message):
    """Tell me how things stand: another tab may have changed them."""

    kind: Literal["sync"]


Message = SubmitMessage | UndoMessage | RedoMessage | CorrectMessage | TakeBackMessage | SyncMessage
"""What the label page says."""

GridMessage = CheckMessage | CorrectManyMessage | TakeBackBatchMessage | SyncMessage
"""What the grid says."""

ReviewMessage = JudgeMessage | KeepMessage | UnkeepMessage | SyncMessage
"""What the review page says."""

_ID: Final[TypeAdapter[str]] = TypeAdapter(_Identifier, config=ConfigDict(strict=True))
_WHOSE: Final = "whose"
"""Beside what a message says: the mark of whoever had the page, where people sign in."""

_MESSAGE: Final[TypeAdapter[Message | GridMessage | ReviewMessage]] = TypeAdapter(
    Annotated[Message | GridMessage | ReviewMessage, Field(discriminator="kind")]
)


def parse_message(
    raw: Any,  # noqa: ANN401 - anything at all may come from a browser
) -> Message | GridMessage | ReviewMessage:
    """Check a message from the browser.

    Raises
    ------
    InvalidMessageError
        If it is not one of the messages above, to the letter.
    """
    try:
        return _MESSAGE.validate_python(_message_in(raw))
    except ValidationError as error:
        raise InvalidMessageError(_told(error)) from error


def is_of(raw: Any, person_id: str) -> bool:  # noqa: ANN401 - as above
    """Whether a message may be of a person: it says by whose mark its page was, where it had one.

    Somebody else may have signed in with the same browser since it was written.
    """
    said = raw.get(_WHOSE) if isinstance(raw, dict) else None
    return said is None or person_id == LOCAL or said == mark_of(person_id)


def _message_in(raw: Any) -> Any:  # noqa: ANN401 - as above
    """The message itself, without what stands beside it."""
    if not isinstance(raw, dict):
        return raw
    return {name: value for name, value in raw.items() if name != _WHOSE}


def message_id(raw: Any) -> str | None:  # noqa: ANN401 - as above
    """The id of a message that may be invalid otherwise, so that it can be refused by name."""
    try:
        return _ID.validate_python(raw.get("id") if isinstance(raw, dict) else None)
    except ValidationError:
        return None


def _told(error: ValidationError) -> str:
    """What is wrong with a message, in words that are all ours: nothing of the message itself."""
    first = error.errors(include_input=False, include_url=False)[0]
    match first["type"]:
        case "union_tag_invalid":
            return "kind: there is no such kind of message"
        case "extra_forbidden":
            return f"{_place(first['loc'][:-1])}: there is more in it than there should be"
    return f"{_place(first['loc'])}: {first['msg'][:120]}"


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(map(str, parts))[:80] or "message"
