"""What can happen to the labels of a project: the events of its log.

Everything a person does to the labels of a project is an event in an append-only log. An event
carries the version of the format it is written in and who caused it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter

VERSION: Final = 6
"""Of the format in which events are written. Older ones are read by :mod:`core.session.formats`."""

LOCAL: Final = "local"
"""Who it was, where people have no names of their own."""

Reason = Literal["opening", "query", "random", "grid", "vote"]
"""Why an item is asked about: as one of the first, by the query, at random, to check what is
predicted of it, among many others, or because several people are to answer it and another has."""

Colour = Literal["red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"]
"""What a class can be marked with. Each has a shade of its own on light and on dark pages."""

MOST_ASKED: Final = 10_000
"""How many questions drawn at random can be asked for at a time."""

MOST_PARTS: Final = 3
"""Into how many parts items are split at most when one is drawn at random."""

Setting = str | int | FiniteFloat | bool | None
"""What a setting of a project can be."""

RoleName = Literal["annotator", "reviewer", "owner"]
"""What a person can be in a project."""

RoomPhase = Literal["open", "paused", "ended"]
"""How a room stands: paused and ended, nobody is asked anything."""

ImageName = Annotated[str, Field(min_length=32, max_length=32)]
"""What an image is called by its pixels: 32 hexadecimal digits."""


def _is_none(value: object) -> bool:
    return value is None


def _is_empty(value: object) -> bool:
    return not value


class AnswerKind(StrEnum):
    """What a person can say of an item."""

    LABEL = "label"
    SKIP = "skip"
    UNSURE = "unsure"
    BAD = "bad"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Event(_Frozen):
    v: Literal[6] = VERSION
    by: str = LOCAL


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
    hidden: Annotated[bool | None, Field(exclude_if=_is_none)] = None


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


class Classes(_Event):
    """What the classes of the project are called, from now on.

    Written when the project is made, and again where they change.
    """

    event: Literal["classes"] = "classes"
    names: tuple[str, ...]


class DataNoted(_Event):
    """What the data set holds, from now on; written again where that has changed.

    Attributes
    ----------
    name
        What the data set is called, such as the name of its file.
    fingerprint
        A name for all that it holds.
    n_items, height, width
        How many images it has, and their size in pixels.
    images
        Item to the name of its image, for items whose image had no name in the log before.
    gone
        Items of the log whose image the data set does not hold.
    moved
        Whether some image is not at the row of its number, or others take part than the first.
    """

    event: Literal["data"] = "data"
    name: str
    fingerprint: str
    n_items: int
    height: int
    width: int
    images: dict[int, ImageName] = {}
    gone: tuple[int, ...] = ()
    moved: bool = False


class SettingsNoted(_Event):
    """How the project learns and asks, from now on.

    Written when the project is made, and again where that has changed; logs of before do not say.

    Attributes
    ----------
    settings
        All of them by name, but for the data set, which ``data`` names.
    """

    event: Literal["settings"] = "settings"
    settings: dict[str, Setting]


class Renamed(_Event):
    """The project is called otherwise from now on. What it was called first stands in no event."""

    event: Literal["renamed"] = "renamed"
    name: str


class Branched(_Event):
    """From here on the project goes its own way: all that comes before is another's log.

    Attributes
    ----------
    project, name
        The id of the other project, and what it was called then.
    round
        Its log was taken over up to the end of this round.
    """

    event: Literal["branched"] = "branched"
    project: str
    name: str
    round: int


class ClassMapped(_Event):
    """A class that labels name and the data set has no more is another one of its classes now.

    Attributes
    ----------
    name, to
        What it was called and what it is called now; the same twice where it stays a class of its
        own.
    """

    event: Literal["class_mapped"] = "class_mapped"
    name: str
    to: str


class ClassAdded(_Event):
    """A person has named a class that there was not before; it stands behind all others."""

    event: Literal["class_added"] = "class_added"
    name: str


class ClassesRenamed(_Event):
    """Classes have other names from now on, all at once: two can change theirs.

    Attributes
    ----------
    names
        What each was called, and what it is called now.
    """

    event: Literal["classes_renamed"] = "classes_renamed"
    names: dict[str, str]


class ClassMerged(_Event):
    """A class is part of another one from now on, with all its labels."""

    event: Literal["class_merged"] = "class_merged"
    name: str
    to: str


class ClassRemoved(_Event):
    """There is no such class any more; answers that named it say something else now.

    Attributes
    ----------
    becomes
        ``skip``: their images are asked about again; else they are set aside.
    """

    event: Literal["class_removed"] = "class_removed"
    name: str
    becomes: Literal[AnswerKind.SKIP, AnswerKind.UNSURE, AnswerKind.BAD]


class ClassRestored(_Event):
    """A class that was merged or removed is there again, with the labels it had then.

    Those that were given another content since keep that.
    """

    event: Literal["class_restored"] = "class_restored"
    name: str


class ClassesOrdered(_Event):
    """A person has put the classes in this order."""

    event: Literal["classes_ordered"] = "classes_ordered"
    names: tuple[str, ...]


class ClassMarked(_Event):
    """How everybody who labels in this project sees a class.

    Attributes
    ----------
    key
        A digit or a small letter that labels as this class; None where the app chooses one.
    colour
        None where it has none.
    """

    event: Literal["class_marked"] = "class_marked"
    name: str
    key: Annotated[str, Field(pattern="^[0-9a-z]$")] | None = None
    colour: Colour | None = None


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
    images: dict[int, ImageName] = {}
    draws: Annotated[dict[int, Draw], Field(exclude_if=_is_empty)] = {}
    undrawable: Annotated[tuple[int, ...], Field(exclude_if=_is_empty)] = ()
    hiding: Annotated[Hiding | None, Field(exclude_if=_is_none)] = None
    votes: Annotated[dict[int, Annotated[int, Field(ge=1)]], Field(exclude_if=_is_empty)] = {}


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


class BatchTakenBack(_Event):
    """All answers to a batch that were in force were taken back, at once; those after it stay."""

    event: Literal["batch_taken_back"] = "batch_taken_back"
    batch_id: str


class Decided(_Event):
    """A reviewer has decided what is true of an item that several people answered.

    Attributes
    ----------
    answer
        What is true; it is no answer of anybody, and no skip.
    """

    event: Literal["decided"] = "decided"
    answer: Answer


class DecisionTakenBack(_Event):
    """What was decided of an item was taken back: what people say of it counts again."""

    event: Literal["decision_taken_back"] = "decision_taken_back"
    item: int


class KnownSet(_Event):
    """Items whose answer is known, and that people are asked to see how often they are right.

    From now on these and no others; answers to them teach nothing more.

    Attributes
    ----------
    labels
        Item to class name.
    """

    event: Literal["known_set"] = "known_set"
    labels: dict[int, str]


class LabelKept(_Event):
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
    beside: Annotated[int | None, Field(exclude_if=_is_none)] = None


class ChecksAsked(_Event):
    """The next questions are to be drawn at random, so that it is known better how good labels are.

    Attributes
    ----------
    number
        So many labels on images that were drawn; those asked for before count no more. 0 ends it.
    """

    event: Literal["checks_asked"] = "checks_asked"
    number: Annotated[int, Field(ge=0, le=MOST_ASKED)]


class TargetSet(_Event):
    """How many of all labels are to be right in the end: from then on labelling may stop.

    Attributes
    ----------
    share
        More than 0, up to 1.
    """

    event: Literal["target_set"] = "target_set"
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class KeepTakenBack(_Event):
    """That a label is kept was taken back: it may come up again."""

    event: Literal["keep_taken_back"] = "keep_taken_back"
    item: int
    beside: Annotated[int | None, Field(exclude_if=_is_none)] = None


class RoleGiven(_Event):
    """What a person may do in the project, from now on.

    Attributes
    ----------
    person, name
        The id of the person, and what others read.
    role
        None where the person has nothing to do with the project any more.
    invitation
        What names the invitation that was accepted; None where somebody has given the role.
    """

    event: Literal["role_given"] = "role_given"
    person: str
    name: str
    role: RoleName | None
    invitation: Annotated[str | None, Field(exclude_if=_is_none)] = None


class Invited(_Event):
    """Whoever has a link gets a role, until some time.

    Attributes
    ----------
    invitation
        Names it: a hash of the secret in the link, which stands nowhere.
    until
        When it ends.
    """

    event: Literal["invited"] = "invited"
    invitation: str
    role: RoleName
    until: AwareDatetime


class InvitationWithdrawn(_Event):
    """An invitation has ended before its time."""

    event: Literal["invitation_withdrawn"] = "invitation_withdrawn"
    invitation: str


class RoomOpened(_Event):
    """Whoever has a code can answer in the project, by a first name alone.

    Attributes
    ----------
    code
        What people type, or a picture of it tells their phones.
    """

    event: Literal["room_opened"] = "room_opened"
    code: str


GUEST: Final = "room:"
"""What the ids of people in a room begin with; nobody who signs in is called so."""


class RoomJoined(_Event):
    """Somebody in the room has given a first name.

    Attributes
    ----------
    person, name
        What stands in the log of this person, and what others may read.
    token
        A hash of the secret that the person's phone keeps; the secret stands nowhere.
    """

    event: Literal["room_joined"] = "room_joined"
    person: str
    name: str
    token: str


class RoomSet(_Event):
    """The room is open, has a break or has ended, from now on."""

    event: Literal["room_set"] = "room_set"
    phase: RoomPhase


Event = (
    Classes
    | DataNoted
    | SettingsNoted
    | Renamed
    | Branched
    | ClassMapped
    | ClassAdded
    | ClassesRenamed
    | ClassMerged
    | ClassRemoved
    | ClassRestored
    | ClassesOrdered
    | ClassMarked
    | Given
    | Served
    | Answered
    | Undone
    | Redone
    | Corrected
    | TakenBack
    | BatchTakenBack
    | Decided
    | DecisionTakenBack
    | KnownSet
    | LabelKept
    | KeepTakenBack
    | ChecksAsked
    | TargetSet
    | RoleGiven
    | Invited
    | InvitationWithdrawn
    | RoomOpened
    | RoomJoined
    | RoomSet
)

KINDS: Final = frozenset(kind.model_fields["event"].default for kind in get_args(Event))
"""What the events are called in a log."""

EVENT: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="event")])
"""Reads and writes events as JSON. What comes from a log is read by :mod:`core.session.formats`."""
