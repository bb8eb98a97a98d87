"""What a phone in a room is told, and what it may send: checked here, and typed there by this."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.config import LONGEST_CLASS_NAME
from core.errors import InvalidMessageError
from core.jobs.once import Latest
from core.service.labelling import Service
from core.service.page import Shown
from core.service.pictures import PictureAddress, addresses
from core.service.room_answers import Fate, PhoneAnswer
from core.service.room_desk import Handed
from core.service.rooms import InRoom
from core.session.events import Answer, AnswerKind, Colour, RoomPhase

MOST_AT_ONCE: Final = 50
"""Answers in a message."""

_MOST_HELD: Final = 60
_MOST_PICTURES: Final = 4_000
_LARGEST: Final = 2**53 - 1
"""Numbers beyond it are not themselves in a browser."""

_SOON, _CALM = 1_000, 2_000
"""Milliseconds after which a phone without images asks again: where some are being chosen, and
where that takes until somebody does something."""

_Number = Annotated[int, Field(ge=0, le=_LARGEST)]


class PhoneClass(Shown):
    """A class that an image can be."""

    name: str
    colour: Colour | None


class PhoneItem(Shown):
    """An image that is asked about.

    Attributes
    ----------
    batch
        Sent back with the answer.
    image
        The address of the picture.
    ink
        Whether it is ink on paper, and no photograph.
    """

    item: int
    batch: str
    image: str
    ink: bool


class PhoneReceipt(Shown):
    """What became of an answer, by its number."""

    n: int
    fate: Fate


class PhonePage(Shown):
    """How a room stands for one phone.

    Attributes
    ----------
    classes
        None where the phone knows them already.
    version
        Names the classes.
    done
        Whether all is answered.
    said
        How many images the person has answered.
    again
        Milliseconds after which to ask again, where the phone has no images.
    """

    title: str
    name: str
    phase: RoomPhase
    classes: tuple[PhoneClass, ...] | None
    version: str
    items: tuple[PhoneItem, ...]
    receipts: tuple[PhoneReceipt, ...]
    done: bool
    said: int
    again: int


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PhoneSaid(_Sent):
    """What somebody says of an image; ``label`` is a class where it is one."""

    kind: Literal["label", "unsure"]
    label: Annotated[str, Field(min_length=1, max_length=LONGEST_CLASS_NAME)] | None

    def of(self, item: int) -> Answer:
        """The same of an image."""
        return Answer(item, AnswerKind(self.kind), self.label)


class PhoneSent(_Sent):
    """One answer.

    Attributes
    ----------
    n
        A number of the phone's own, named in the receipt.
    ms
        How long the image was looked at.
    was
        What the person said of it before, which this takes back.
    """

    n: _Number
    item: _Number
    batch: Annotated[str, Field(max_length=64)]
    said: PhoneSaid
    ms: Annotated[int, Field(ge=0, le=86_400_000)]
    was: PhoneSaid | None


class PhoneAnswers(_Sent):
    """Answers on their way, and what the phone has: ``has`` images, and classes by their version.

    None of ``has`` is sent once more.
    """

    answers: Annotated[list[PhoneSent], Field(max_length=MOST_AT_ONCE)]
    has: Annotated[list[_Number], Field(max_length=_MOST_HELD)]
    version: Annotated[str, Field(max_length=64)]


class PhoneJoin(_Sent):
    """Somebody says who they are."""

    name: Annotated[str, Field(max_length=200)]


def read_join(message: Any) -> str:  # noqa: ANN401 - untrusted
    """The name that somebody gives.

    Raises
    ------
    InvalidMessageError
        If no phone would send this.
    """
    try:
        return PhoneJoin.model_validate(message).name
    except ValidationError as error:
        raise InvalidMessageError("a name") from error


def read_answers(message: Any) -> tuple[PhoneAnswers, tuple[PhoneAnswer, ...]]:  # noqa: ANN401
    """What a phone sends.

    Raises
    ------
    InvalidMessageError
        If no phone would send this.
    """
    try:
        sent = PhoneAnswers.model_validate(message)
    except ValidationError as error:
        raise InvalidMessageError("answers of a phone") from error
    said = (
        PhoneAnswer(
            one.batch,
            Answer(one.item, AnswerKind(one.said.kind), one.said.label, one.ms),
            one.was.of(one.item) if one.was else None,
        )
        for one in sent.answers
    )
    return sent, tuple(said)


class PhonePages:
    """Tells phones how their rooms stand. Safe to use from several threads.

    Parameters
    ----------
    service
        All of it: a phone is no person with rights.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._found: Latest[tuple[str, int, str], tuple[str, bool]] = Latest(_MOST_PICTURES)

    def page(
        self,
        found: InRoom,
        at: PictureAddress | None,
        receipts: tuple[PhoneReceipt, ...] = (),
        version: str = "",
    ) -> PhonePage:
        """How a room stands for somebody.

        Parameters
        ----------
        at
            Where pictures are sent from.
        receipts
            For what the phone has sent.
        version
            Of the classes that the phone knows.
        """
        state = found.state
        told = repr((state.classes, state.class_list.marks)).encode()
        classes = blake2b(told, digest_size=8).hexdigest()
        return PhonePage(
            title=found.project.name,
            name=found.guest.name,
            phase=found.room.phase,
            classes=None if version == classes else self._classes(found),
            version=classes,
            items=tuple(self._item(found, one, at) for one in found.handed),
            receipts=receipts,
            done=found.is_done,
            said=found.n_said,
            again=_SOON if found.room.phase == "open" and not found.is_done else _CALM,
        )

    def _classes(self, found: InRoom) -> tuple[PhoneClass, ...]:
        marks = found.state.class_list.marks
        names = found.state.classes or ()
        return tuple(
            PhoneClass(name=name, colour=marks[name].colour if name in marks else None)
            for name in names
        )

    def _item(self, found: InRoom, one: Handed, at: PictureAddress | None) -> PhoneItem:
        project_id, numbering = found.project.project_id, found.state.images.numbering

        def find() -> tuple[str, bool]:
            view = self._service.view(project_id, is_complete=False)
            position = view.engine.positions([one.item])[0]
            return addresses(view, one.item, position, at).smooth, view.dataset.is_ink

        image, ink = self._found.get((project_id, one.item, numbering), find)
        return PhoneItem(item=one.item, batch=one.batch_id, image=image, ink=ink)
