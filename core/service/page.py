"""What the label page's component is sent: typed here, and checked there by types made from this.

``make contract`` writes the types that the browser's side is checked against.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.session.events import Colour

Outcome = Literal["done", "refused", "failed"]


class Shown(BaseModel):
    """Part of what a component is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ShownReceipt(Shown):
    """What became of a message; ``failed`` ones are sent again."""

    id: str | None
    outcome: Outcome
    text: str


class ShownClass(Shown):
    """A class to label with.

    Attributes
    ----------
    key
        What labels an image with it; None where it has to be found by its name.
    is_chosen
        Whether a person has given it this key, for everybody.
    colour
        What it is marked with; None where it is not.
    """

    name: str
    key: str | None
    is_chosen: bool
    colour: Colour | None


class Belief(Shown):
    """A class the model thinks of, and how likely it is right, 0 to 1.

    While the page is not ``calibrated`` that is the share that the model gives it, which says which
    class comes first and by how much, and not how often that is right.
    """

    name: str
    probability: float


class ShownItem(Shown):
    """An image to label.

    Attributes
    ----------
    smooth, pixels
        The address of the image, smoothed and as it is; small ones are within it.
    full
        The address of the image in full size, where it is larger.
    why
        Why it is asked about, in a few words.
    hidden
        Whether it has a prediction that is hidden; then nothing of that is sent.
    blind
        Whether it is hidden since it would tell what others have said; else it is by lot.
    beliefs
        The most probable classes, the most probable first: as many as there are keys for them where
        classes have to be found, which is more than are drawn. Empty where no label reaches, or it
        is hidden.
    """

    id: int
    smooth: str
    pixels: str
    full: str | None
    why: str
    hidden: bool
    blind: bool
    beliefs: tuple[Belief, ...]


class LastAnswer(Shown):
    """An answer by name, and what it says, in a word."""

    batch_id: str
    item: int
    said: str


class AnsweredItem(Shown):
    """An image of a batch that is open again whose answer stands.

    Attributes
    ----------
    place
        Where it stood among all images of the batch, from 0; those to answer take the places left.
    answer
        The answer; it can be corrected by its name.
    """

    id: int
    place: int
    smooth: str
    pixels: str
    answer: LastAnswer


class LabelPage(Shown):
    """Everything the label page's component shows.

    Attributes
    ----------
    v
        The protocol's version.
    named
        What the classes are called: the number of the last change of that. Answers tell it.
    batch_id
        The batch that waits for answers; None when all items are answered.
    ink
        Whether images are ink on paper, and no photographs.
    compared
        What images are compared by. When that changes, so does what the model says of each.
    coming
        Whether there are images that the model does not know yet, and nobody is asked about.
    others
        How many images are on other people's screens, where there is nothing else left.
    calibrated
        Whether labels have said how likely predictions are right.
    hidden_share
        The share of questions whose prediction is hidden by lot, 0 to 1.
    as_you_go
        Whether the model learns after each answer.
    round_size
        Answers in a round.
    answered
        Answers in force in this round.
    saved
        Answers in force in the project.
    beside
        Images of the batch whose answers stand, where it is open again after an undo.
    summary
        One line on where the project stands.
    last
        The answer that an undo would take back.
    undone
        The answer that a redo would put back; None once something new was answered.
    receipts
        The last ones, oldest first.
    news
        Another number, and a larger one, whenever somebody did something.
    post
        Where messages can be sent to without a run of the page; None where nothing listens.
    """

    v: int
    project: str
    news: int
    post: str | None
    question: str
    classes: tuple[ShownClass, ...]
    named: int
    batch_id: str | None
    ink: bool
    compared: str
    coming: bool
    others: int
    calibrated: bool
    hidden_share: float
    as_you_go: bool
    round: int
    round_size: int
    answered: int
    items: tuple[ShownItem, ...]
    beside: tuple[AnsweredItem, ...]
    saved: int
    summary: str
    last: LastAnswer | None
    undone: LastAnswer | None
    receipts: tuple[ShownReceipt, ...]


class Exchanged(Shown):
    """What the server answers to a message that was sent without a run of the page.

    Attributes
    ----------
    receipt
        What became of the message.
    page
        How things stand since; None where a run of the page has to say it.
    calm
        Milliseconds for which figures are not to be drawn again.
    """

    receipt: ShownReceipt
    page: LabelPage | None
    calm: int
