"""What becomes of answers, of an undo and of corrections: the decisions, given a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from core.errors import (
    IllegalEventError,
    NothingToRedoError,
    NotInForceError,
    NotOwnAnswerError,
    OvertakenError,
    UnknownBatchError,
    UnknownClassError,
    UnknownItemError,
)
from core.session.events import (
    LOCAL,
    Answer,
    Answered,
    AnswerKind,
    BatchTakenBack,
    Corrected,
    Decided,
    DecisionTakenBack,
    Event,
    KeepTakenBack,
    KnownSet,
    LabelKept,
    Redone,
    Served,
    TakenBack,
    Undone,
)
from core.session.fold import fold
from core.session.state import Shown, State


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a set of answers.

    Attributes
    ----------
    event
        What to append to the log; None when nothing is new.
    stored
        Answers that are new.
    kept
        Items that were answered otherwise before; the first answer stands, or was undone since,
        and the new one was not stored.
    apart
        What to append besides: answers to items that another person has answered in the batch.
    """

    event: Answered | None
    stored: int
    kept: tuple[int, ...]
    apart: tuple[Served | Answered, ...] = ()

    @property
    def events(self) -> tuple[Served | Answered, ...]:
        """All that is to be appended to the log."""
        return (*((self.event,) if self.event else ()), *self.apart)


def submit(
    state: State,
    batch_id: str,
    answers: Iterable[Answer],
    class_names: tuple[str, ...],
    by: str = LOCAL,
    since: Mapping[int, int] | None = None,
) -> Submission:
    """Decide what to store of a batch's answers: each item once, the first answer stands.

    An item that is shared takes an answer of each person. One that another has given in the same
    batch is theirs; the answer is stored as one to a batch of its own.

    A class that is gone since the batch was served may be named still.

    Parameters
    ----------
    since
        For each item the last class change, by its number, that was known where it was answered:
        the answer names its class as it was called then. Others are taken as they come.

    Raises
    ------
    UnknownBatchError, UnknownItemError, UnknownClassError, IllegalEventError
        If any answer is not possible; then none of them is taken.
    """
    batch = _batch(state, batch_id)
    items = set(batch.items)
    known = since or {}
    fresh: dict[int, Answer] = {}
    apart: dict[int, Answer] = {}
    kept: list[int] = []
    for given in answers:
        if given.item not in items:
            raise UnknownItemError(given.item, batch_id)
        answer = _checked(state, given, class_names, known.get(given.item))
        if answer.item in fresh or answer.item in apart:
            raise IllegalEventError(f"Item {answer.item} is answered twice in one message.")
        said = _said_before(state, batch_id, answer.item, by)
        if said is None:
            is_theirs = _is_of_another(batch, answer.item, by)
            (apart if is_theirs else fresh)[answer.item] = answer
        elif not any(_same(one, state.class_list.today(answer)) for one in said):
            kept.append(answer.item)
    event = Answered(batch_id=batch_id, answers=tuple(fresh.values()), by=by) if fresh else None
    others = (event for one in apart.values() for event in _apart(state, batch_id, one, by))
    return Submission(event, len(fresh) + len(apart), tuple(kept), tuple(others))


def check_many(
    state: State,
    shown: Served,
    answers: Iterable[Answer],
    class_names: tuple[str, ...],
    by: str = LOCAL,
    since: Mapping[int, int] | None = None,
) -> tuple[Served | None, Submission]:
    """Decide what to store of images that were checked in a grid, many at once.

    Parameters
    ----------
    shown
        The images as they were shown, each asked about for the reason ``grid``.
    since
        As of :func:`submit`.

    Returns
    -------
    What to append to the log before the answers; None where they came before, or nothing is new.

    Raises
    ------
    UnknownItemError, UnknownClassError, IllegalEventError
        If any answer is not possible; then none of them is taken.
    """
    if shown.batch_id in state.batches:
        return None, submit(state, shown.batch_id, answers, class_names, by, since)
    submission = submit(fold(state, [shown]), shown.batch_id, answers, class_names, by, since)
    if not submission.events:
        return None, submission
    return shown, submission


def undo(
    state: State,
    batch_id: str,
    item: int,
    by: str = LOCAL,
    closed: tuple[str, ...] | None = None,
) -> Undone | None:
    """Decide whether to undo an answer: only the last one of a person, and only once.

    None when it was taken back before.

    Parameters
    ----------
    closed
        Open batches that make way for what is shown again; None stands for all.

    Raises
    ------
    UnknownBatchError, UnknownItemError
        If there never was such an answer.
    NotOwnAnswerError
        If it is another person's.
    OvertakenError
        If another answer has come since.
    """
    if not _is_own_in_force(state, batch_id, item, by):
        return None
    last = state.last_of(by)
    if last is None or (last.batch_id, last.answer.item) != (batch_id, item):
        raise OvertakenError
    return Undone(batch_id=batch_id, item=item, by=by, closed=closed)


def redo(state: State, batch_id: str, item: int, by: str = LOCAL) -> Redone | None:
    """Decide whether to put back an undone answer: the one that a person has undone last.

    None when it was put back before.

    Raises
    ------
    UnknownBatchError, UnknownItemError
        If there never was such an answer.
    NotOwnAnswerError
        If another person's answer is in force there.
    NothingToRedoError
        If something new was answered since, or another answer was undone later.
    """
    if _is_own_in_force(state, batch_id, item, by):
        return None
    last = state.last_undone(by)
    if (
        last is None
        or (last.batch_id, last.answer.item) != (batch_id, item)
        or _is_answered_by(state, item, by)
    ):
        raise NothingToRedoError
    return Redone(batch_id=batch_id, item=item, by=by)


def correct(
    state: State,
    batch_id: str,
    answer: Answer,
    class_names: tuple[str, ...],
    by: str = LOCAL,
    since: int | None = None,
) -> Corrected | None:
    """Decide whether an answer gets another content. None where it has that content already.

    Parameters
    ----------
    since
        As of :func:`submit`.

    Raises
    ------
    UnknownBatchError, UnknownItemError, UnknownClassError, IllegalEventError
        If there never was such an answer, or the new one is not possible.
    NotInForceError
        If it was undone or taken back since.
    """
    answer = _checked(state, answer, class_names, since)
    if not _is_in_force(state, batch_id, answer.item):
        raise NotInForceError(answer.item)
    placed = state.ledger.find(batch_id, answer.item)
    if placed is not None and _same(placed.answer, state.class_list.today(answer)):
        return None
    return Corrected(batch_id=batch_id, answer=answer, by=by)


def take_back_batch(state: State, batch_id: str, by: str = LOCAL) -> BatchTakenBack | None:
    """Decide whether to take back all answers to a batch; None if that was done before.

    Raises
    ------
    UnknownBatchError
        If there never was such a batch.
    """
    answers = _batch(state, batch_id).answers
    if not any(state.ledger.find(batch_id, answer.item) for answer in answers):
        return None
    return BatchTakenBack(batch_id=batch_id, by=by)


def take_back(state: State, batch_id: str, item: int, by: str = LOCAL) -> TakenBack | None:
    """Decide whether to take back an answer, whichever came after it; None if it was before.

    Raises
    ------
    UnknownBatchError, UnknownItemError
        If there never was such an answer.
    """
    if not _is_in_force(state, batch_id, item):
        return None
    return TakenBack(batch_id=batch_id, item=item, by=by)


def judge(
    state: State,
    shown: Served,
    answer: Answer,
    class_names: tuple[str, ...],
    by: str = LOCAL,
    since: int | None = None,
) -> tuple[Event, ...]:
    """Decide what is to be stored of an image that was reviewed; nothing if it stands so already.

    Its answer gets another content. Where it has none, such as a label that came with the project,
    it gets one. To skip it takes its answer back: it may be asked about again. Of an item that
    several people answer, what they say stays, and what is true is decided.

    Parameters
    ----------
    shown
        The image as it was shown, for the reason ``grid``: needed where it has no answer.
    since
        As of :func:`submit`.

    Raises
    ------
    UnknownItemError, UnknownClassError, IllegalEventError
        If the answer is not possible.
    """
    if state.poll(answer.item) is not None:
        decided = (
            take_back_decision(state, answer.item, by)
            if answer.kind is AnswerKind.SKIP
            else decide(state, answer, class_names, by, since)
        )
        return (decided,) if decided else ()
    placed = state.answer_to(answer.item)
    if answer.kind is AnswerKind.SKIP:
        taken = take_back(state, placed.batch_id, answer.item, by) if placed else None
        return (taken,) if taken else ()
    if placed is not None and placed.answer.kind is not AnswerKind.SKIP:
        corrected = correct(state, placed.batch_id, answer, class_names, by, since)
        return (corrected,) if corrected else ()
    if answer.item not in state.given and answer.item not in state.images.names:
        raise UnknownItemError(answer.item, shown.batch_id)
    answer = _checked(state, answer, class_names, since)
    if answer.label is not None and answer.label == state.labels.get(answer.item):
        return ()
    if shown.batch_id in state.batches:
        # It was sent before, and what it said then was taken back since.
        return ()
    return (shown, Answered(batch_id=shown.batch_id, answers=(answer,), by=by))


def decide(
    state: State,
    answer: Answer,
    class_names: tuple[str, ...],
    by: str = LOCAL,
    since: int | None = None,
) -> Decided | None:
    """Decide whether to note what a reviewer says of an item that several people answer.

    None where that was decided before.

    Parameters
    ----------
    since
        As of :func:`submit`.

    Raises
    ------
    UnknownClassError, IllegalEventError
        If it is not possible, or nobody has answered the item.
    """
    answer = _checked(state, answer, class_names, since)
    poll = state.poll(answer.item)
    if poll is None or not (poll.votes or poll.decision):
        raise IllegalEventError("Nobody has answered this image.", "Look at the list again.")
    if answer.kind is AnswerKind.SKIP:
        raise IllegalEventError("To skip an image decides nothing.", "Leave it as it is.")
    decided = poll.decision
    if decided is not None and _same(decided.answer, state.class_list.today(answer)):
        return None
    return Decided(answer=answer, by=by)


def set_known(
    state: State, labels: Mapping[int, str], class_names: tuple[str, ...], by: str = LOCAL
) -> KnownSet | None:
    """Decide whether these are to be the items whose answer is known; None if they are.

    Raises
    ------
    UnknownClassError
        If there is no such class.
    """
    for name in labels.values():
        if name not in class_names:
            raise UnknownClassError(name, class_names)
    known = {item: state.votes.polls[item].known for item in state.votes.known}
    return None if known == labels else KnownSet(labels=dict(labels), by=by)


def take_back_decision(state: State, item: int, by: str = LOCAL) -> DecisionTakenBack | None:
    """Decide whether to take back what was decided of an item; None if that was done before."""
    poll = state.poll(item)
    if poll is None or poll.decision is None:
        return None
    return DecisionTakenBack(item=item, by=by)


def keep(state: State, kept: LabelKept, class_names: tuple[str, ...]) -> LabelKept | None:
    """Decide whether to note that a label is kept; None if that was noted before.

    Raises
    ------
    UnknownClassError, IllegalEventError
        If others speak for no class, or the item, or its near-duplicate, has another label by now.
    """
    if _keeps(state, kept) == kept:
        return None
    for item, label in ((kept.item, kept.label), (kept.beside, kept.against)):
        if item is not None and state.labels.get(item) != label:
            raise IllegalEventError(
                "The label of this image was changed elsewhere.", "Look at the list again."
            )
    _require_class(state, kept.against, class_names)
    return kept


def take_back_keep(
    state: State, item: int, beside: int | None = None, by: str = LOCAL
) -> KeepTakenBack | None:
    """Decide whether to take back that a label is kept; None if that was done before."""
    if (item, beside) not in state.keeps:
        return None
    return KeepTakenBack(item=item, beside=beside, by=by)


def _keeps(state: State, kept: LabelKept) -> LabelKept | None:
    said = state.kept(kept.item, kept.beside)
    return said.model_copy(update={"by": kept.by}) if said else None


def _batch(state: State, batch_id: str) -> Shown:
    batch = state.batches.get(batch_id)
    if batch is None:
        raise UnknownBatchError(batch_id)
    return batch


def _said_before(state: State, batch_id: str, item: int, by: str) -> tuple[Answer, ...] | None:
    """What stands of an item in place of an answer that comes now; None where that is news."""
    batch = state.batches[batch_id]
    before = next((answer for answer in batch.answers if answer.item == item), None)
    poll = state.poll(item)
    if before is not None and not _is_of_another(batch, item, by):
        stands = state.ledger.find(batch_id, item)
        return (state.class_list.today(before), *((stands.answer,) if stands else ()))
    if poll is not None:
        # A person's first answer stands; that of another is no reason not to hear this one.
        mine = poll.vote_of(by)
        own = state.batches.get(_own_batch(batch_id, item, by))
        undone = tuple(map(state.class_list.today, own.answers)) if own else None
        return (mine.answer,) if mine else undone
    if item not in state.settled:
        return None
    standing = state.answer_to(item)
    return (standing.answer,) if standing else ()


def _own_batch(batch_id: str, item: int, by: str) -> str:
    """What the batch is called of an answer to an item that another person has answered in one."""
    return blake2b(f"{batch_id} {item} {by}".encode(), digest_size=16).hexdigest()


def _is_of_another(batch: Shown, item: int, by: str) -> bool:
    """Whether the answer that an item has got in a batch is known to be another person's."""
    whose = dict(zip((answer.item for answer in batch.answers), batch.by, strict=False))
    return whose.get(item, by) != by


def _is_answered_by(state: State, item: int, by: str) -> bool:
    """Whether an item has an answer; a shared one, of this person."""
    poll = state.poll(item)
    return item in state.settled if poll is None else poll.vote_of(by) is not None


def _apart(state: State, batch_id: str, answer: Answer, by: str) -> tuple[Served, Answered]:
    """An answer to an item that another person has answered in the same batch."""
    own_id = _own_batch(batch_id, answer.item, by)
    shown = Served(
        batch_id=own_id,
        round=state.batches[batch_id].round,
        items=(answer.item,),
        predicted=(None,),
        confidence=(0.0,),
        reasons=("vote",),
        by=by,
    )
    return shown, Answered(batch_id=own_id, answers=(answer,), by=by)


def _is_in_force(state: State, batch_id: str, item: int) -> bool:
    if all(answer.item != item for answer in _batch(state, batch_id).answers):
        raise UnknownItemError(item, batch_id)
    return state.ledger.find(batch_id, item) is not None


def _is_own_in_force(state: State, batch_id: str, item: int, by: str) -> bool:
    """Whether an answer is in force; it has to be this person's then."""
    if not _is_in_force(state, batch_id, item):
        return False
    placed = state.ledger.find(batch_id, item)
    if placed is not None and placed.by != by:
        raise NotOwnAnswerError(item)
    return True


def _same(one: Answer, other: Answer) -> bool:
    return (one.kind, one.label) == (other.kind, other.label)


def _checked(
    state: State, answer: Answer, class_names: tuple[str, ...], since: int | None = None
) -> Answer:
    """An answer that fits together, whose class is called what it is called now."""
    if (answer.label is not None) != (answer.kind is AnswerKind.LABEL):
        raise IllegalEventError(
            f"The answer to item {answer.item} does not fit together.",
            "None of it was stored. Reload the page.",
        )
    answer = state.class_list.as_named(answer, since)
    if answer.label is not None:
        _require_class(state, answer.label, class_names)
    return answer


def _require_class(state: State, name: str, class_names: tuple[str, ...]) -> None:
    known = (class_names, state.lost, state.class_list.former)
    if not any(name in names for names in known):
        raise UnknownClassError(name, class_names)
