"""The label page's side of the talk with its component, without a screen.

``respond`` takes a message of the browser and says what became of it; ``describe`` says what the
component is to show. A message is answered with a receipt that names it. The browser sends a
message again until it has a receipt that is final, so every message may come twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.errors import (
    IllegalEventError,
    InvalidMessageError,
    LabelspreadError,
    NotAllowedError,
    OutdatedViewError,
    UnknownProjectError,
)
from core.quality.calibration import Calibration
from core.service.class_keys import class_keys
from core.service.grid import Checked
from core.service.labelling import Service
from core.service.page import (
    AnsweredItem,
    Belief,
    LabelPage,
    LastAnswer,
    Outcome,
    ShownClass,
    ShownItem,
    ShownReceipt,
)
from core.service.pictures import PictureAddress, addresses
from core.service.protocol import (
    VERSION,
    CheckMessage,
    CorrectManyMessage,
    CorrectMessage,
    JudgeMessage,
    KeepMessage,
    RedoMessage,
    SubmitMessage,
    TakeBackBatchMessage,
    TakeBackMessage,
    UndoMessage,
    UnkeepMessage,
    is_of,
    message_id,
    parse_message,
)
from core.service.sharing import is_blind
from core.service.view import View
from core.session.events import LOCAL, AnswerKind, LabelKept, Reason, Served
from core.session.ledger import Placed
from core.session.state import State
from core.wording import counted, percent, points

_SHOWN_CLASSES: Final = 5

_ATTEMPTS: Final = 5
"""How often to look anew at images that change meanwhile."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message.

    Attributes
    ----------
    message_id
        The message's own id; None if it had none.
    outcome
        ``done``: all of it is stored, or was before. ``refused``: nothing of it was stored, and
        sending it again would not help. ``failed``: it could not be stored, send it again.
    text
        A sentence for the person, or nothing.
    """

    message_id: str | None
    outcome: Outcome
    text: str = ""

    def shown(self) -> ShownReceipt:
        """The receipt as the component takes it."""
        return ShownReceipt(id=self.message_id, outcome=self.outcome, text=self.text)


def respond(
    service: Service,
    raw: Any,  # noqa: ANN401 - untrusted
    by: str = LOCAL,
    *,
    desk: str = "",
) -> Receipt:
    """Do what a message from a browser asks for, and say what became of it."""
    if not is_of(raw, by):
        # It waits in its browser until that person is there again.
        told = "Somebody else is signed in by now in this browser."
        return Receipt(message_id(raw), "failed", told)
    return _responded(service, raw, by, desk)


def _responded(
    service: Service,
    raw: Any,  # noqa: ANN401 - untrusted
    by: str,
    desk: str,
) -> Receipt:
    sender = message_id(raw)
    try:
        message = parse_message(raw)
        if isinstance(message, SubmitMessage):
            answers = [answer.to_answer() for answer in message.answers]
            since = {one.item: one.named for one in message.answers if one.named is not None}
            submission = service.submit(
                message.project, message.batch_id, answers, by=by, since=since
            )
            return Receipt(sender, "done", _kept_text(len(submission.kept)))
        if isinstance(message, UndoMessage):
            service.undo(message.project, message.batch_id, message.item, by=by, desk=desk)
        elif isinstance(message, CheckMessage):
            return Receipt(sender, "done", _kept_text(_check(service, message, by)))
        elif isinstance(message, CorrectManyMessage):
            return Receipt(sender, "done", _corrected_text(_correct_many(service, message, by)))
        elif isinstance(message, TakeBackBatchMessage):
            service.take_back_batch(message.project, message.batch_id, by=by)
        elif isinstance(message, RedoMessage):
            service.redo(message.project, message.batch_id, message.item, by=by)
        elif isinstance(message, TakeBackMessage):
            service.take_back(message.project, message.batch_id, message.item, by=by)
        elif isinstance(message, CorrectMessage):
            service.correct(
                message.project,
                message.batch_id,
                message.answer.to_answer(),
                by=by,
                since=message.answer.named,
            )
        elif isinstance(message, JudgeMessage | KeepMessage | UnkeepMessage):
            _review(service, message, by)
        return Receipt(sender, "done")
    except (IllegalEventError, InvalidMessageError, NotAllowedError, UnknownProjectError) as error:
        return Receipt(sender, "refused", str(error))
    except LabelspreadError as error:
        # Whatever else is in the way may pass: the images may be put back, the lock may open.
        return Receipt(sender, "failed", str(error))


def converse(
    service: Service,
    project_id: str,
    raw: Any,  # noqa: ANN401 - untrusted
    by: str = LOCAL,
    *,
    desk: str,
    at: PictureAddress | None = None,
    post: str | None = None,
) -> tuple[Receipt, LabelPage | None]:
    """Do what a message asks for; what became of it, and how things stand on the desk since.

    Nothing is said of how they stand where it would have to be waited for, or an error is in the
    way: the page itself says that.

    Parameters
    ----------
    project_id
        What the page shows. A message may be of another project, that was on the desk before.
    """
    receipt = respond(service, raw, by, desk=desk)
    with suppress(LabelspreadError):
        for _ in range(_ATTEMPTS):
            with suppress(OutdatedViewError):
                view = service.look(project_id, is_complete=False)
                if not isinstance(view, View):
                    break
                batch = service.serve(view, desk=desk, by=by)
                others = 0 if batch else service.with_others(view, desk=desk, by=by)
                return receipt, describe(
                    view,
                    batch,
                    [receipt],
                    by,
                    at=at,
                    post=post,
                    calibration=service.calibration(view),
                    others=others,
                )
    return receipt, None


def _review(service: Service, message: JudgeMessage | KeepMessage | UnkeepMessage, by: str) -> None:
    project = message.project
    if isinstance(message, JudgeMessage):
        answer = message.answer
        service.judge(project, message.batch_id, answer.to_answer(), by=by, since=answer.named)
    elif isinstance(message, UnkeepMessage):
        service.take_back_keep(project, message.item, message.beside, by=by)
    else:
        said = message.model_dump(include={"item", "label", "against", "score", "beside"})
        service.keep(project, LabelKept(**said, by=by))


def _check(service: Service, message: CheckMessage, by: str) -> int:
    """Store what was checked in a grid; of how many images another answer stands."""
    checked = Checked(
        message.batch_id,
        message.name,
        tuple(one.item for one in message.items),
        tuple(one.probability for one in message.items),
        message.numbering,
    )
    answers = [answer.to_answer() for answer in message.answers]
    since = dict.fromkeys(checked.items, message.named)
    kept = service.check_many(message.project, checked, answers, by=by, since=since).kept
    return len(kept)


def _correct_many(service: Service, message: CorrectManyMessage, by: str) -> int:
    """Store what was corrected in a grid; how many answers that has changed."""
    corrections = [(one.batch_id, one.answer.to_answer()) for one in message.answers]
    since = {answer.item: message.named for _, answer in corrections}
    project, numbering = message.project, message.numbering
    return service.correct_many(project, numbering, corrections, by=by, since=since)


WHY: Final[dict[Reason, str]] = {
    "opening": "Asked first: it stands for many like it.",
    "query": "Asked now: its answer teaches most.",
    "random": "Drawn at random, to check the result.",
    "grid": "Checked among many others.",
    "vote": "Several people answer this one.",
}
"""Why an image is asked about, in a few words."""


def describe(
    view: View,
    batch: Served | None,
    receipts: Sequence[Receipt],
    by: str = LOCAL,
    *,
    at: PictureAddress | None = None,
    post: str | None = None,
    calibration: Calibration | None = None,
    others: int = 0,
) -> LabelPage:
    """Everything the component shows.

    Parameters
    ----------
    view
        The project now.
    batch
        What waits for answers; None when all items are answered, or others have them.
    receipts
        The last ones, oldest first.
    by
        Whose page it is.
    at
        Where pictures are sent from; None where they have to be within their address.
    post
        Where messages can be sent to without a run of the page; None where nothing listens.
    calibration
        How likely predictions are right; None where that is not known.
    others
        How many items others have on screen, where there is nothing else left.
    """
    last, undone = view.state.last_of(by), view.state.last_undone(by)
    number = batch.round if batch else view.state.round
    return LabelPage(
        v=VERSION,
        project=view.project.project_id,
        news=view.state.news,
        post=post,
        question=view.dataset.question,
        classes=shown_classes(view),
        named=view.state.class_list.seq,
        batch_id=batch.batch_id if batch else None,
        ink=view.dataset.is_ink,
        compared=view.project.config.features,
        coming=view.engine.coming is not None,
        others=others,
        calibrated=calibration is not None,
        hidden_share=view.project.config.hidden_share,
        as_you_go=view.project.config.refit == "label",
        round=number,
        round_size=view.project.config.batch_size,
        answered=view.state.answers_in(number),
        items=tuple(_items(view, batch, at, calibration)) if batch else (),
        beside=tuple(_beside(view, batch, by, at)) if batch else (),
        saved=view.state.n_answers,
        summary=summary(view, batch, by),
        last=named(last) if last else None,
        undone=named(undone) if undone else None,
        receipts=tuple(receipt.shown() for receipt in receipts),
    )


def summary(view: View, batch: Served | None, by: str = LOCAL) -> str:
    """One line on where the project stands and what the last round changed."""
    if not view.state.labels:
        nothing = "The model knows nothing yet."
        if batch is None or set(batch.reasons) != {"opening"}:
            return nothing
        return f"{nothing} These images were chosen to cover the whole set."
    number = view.state.round
    is_as_you_go = view.project.config.refit == "label"
    is_again = batch is not None and batch.again and view.state.last_undone(by) is not None
    if batch is not None and is_again and not is_as_you_go:
        return f"Undone. Round {batch.round} is open again."
    if not view.rounds or number == 0:
        return f"{counted(len(view.state.labels), 'label')} came with the project."
    record = view.rounds[-1]
    told = [f"Round {number}: {counted(record.labelled, 'label')} added, {record.n_labels} in all"]
    if record.accuracy is not None:
        told.append(f"accuracy {percent(record.accuracy)}")
    if record.change is not None:
        told.append(f"{points(record.change)} points")
    return ", ".join(told) + "."


def shown_classes(view: View) -> tuple[ShownClass, ...]:
    """The classes as components take them."""
    names, marks = view.class_names, view.state.class_list.marks
    chosen = {name: mark.key for name, mark in marks.items() if mark.key is not None}
    return tuple(
        ShownClass(
            name=name,
            key=key,
            is_chosen=key is not None and chosen.get(name) == key,
            colour=marks[name].colour if name in marks else None,
        )
        for name, key in zip(names, class_keys(names, chosen), strict=True)
    )


def _items(
    view: View, batch: Served, at: PictureAddress | None, calibration: Calibration | None
) -> Iterator[ShownItem]:
    names = view.dataset.class_names
    unknown: Reason = "query"
    reasons = batch.reasons or (unknown,) * len(batch.items)
    positions = view.engine.positions(batch.items)
    hidden = batch.hiding.items if batch.hiding else ()
    likely = np.asarray(view.beliefs.probabilities[positions], dtype=np.float64)
    if calibration is not None:
        likely = calibration.shared_out(likely)
    for row, item, position, reason in zip(likely, batch.items, positions, reasons, strict=True):
        shown = addresses(view, item, position, at)
        blind = is_blind(view.state, item)
        is_hidden = blind or (item in hidden and bool(row.any()))
        best = np.argsort(-row, kind="stable")[: 0 if is_hidden else _SHOWN_CLASSES]
        yield ShownItem(
            id=item,
            smooth=shown.smooth,
            pixels=shown.pixels,
            full=shown.full,
            why=WHY[reason],
            hidden=is_hidden,
            blind=blind,
            beliefs=tuple(
                Belief(name=names[i], probability=round(float(row[i]), 4))
                for i in best
                if row[i] > 0
            ),
        )


def _beside(
    view: View, batch: Served, by: str, at: PictureAddress | None
) -> Iterator[AnsweredItem]:
    """The images whose answers stand, of the batches that this one shows again."""
    batches = view.state.batches
    # Of a grid only what is shown again: it was never a row of images.
    rows = (batches[name] for name in batch.again if "grid" not in batches[name].reasons)
    whole = dict.fromkeys(item for row in rows for item in row.items)
    answers = [(item, _seen(view.state, item, by)) for item in whole if item not in batch.items]
    gone = view.state.gone
    standing = {item: placed for item, placed in answers if placed and item not in gone}
    order = [item for item in whole if item in standing or item in batch.items]
    places = {item: place for place, item in enumerate(order)}
    positions = view.engine.positions(standing)
    for (item, placed), position in zip(standing.items(), positions, strict=True):
        shown = addresses(view, item, position, at)
        yield AnsweredItem(
            id=item,
            place=places[item],
            smooth=shown.smooth,
            pixels=shown.pixels,
            answer=named(placed),
        )


def _seen(state: State, item: int, by: str) -> Placed | None:
    """The answer to an item that a person may see: one's own, where several are asked."""
    poll = state.poll(item)
    return state.answer_to(item) if poll is None else poll.vote_of(by)


def named(placed: Placed) -> LastAnswer:
    """An answer as components take it."""
    return LastAnswer(batch_id=placed.batch_id, item=placed.answer.item, said=said(placed))


def said(placed: Placed) -> str:
    """An answer in words, such as ``8`` or ``skipped``."""
    words = {
        AnswerKind.SKIP: "skipped",
        AnswerKind.UNSURE: "unsure",
        AnswerKind.BAD: "bad image",
    }
    return placed.answer.label or words[placed.answer.kind]


def _corrected_text(corrected: int) -> str:
    return f"{counted(corrected, 'answer')} corrected." if corrected else ""


def _kept_text(kept: int) -> str:
    if kept == 0:
        return ""
    stands = "that answer stands" if kept == 1 else "those answers stand"
    return f"{counted(kept, 'image')} had been answered differently before; {stands}."
