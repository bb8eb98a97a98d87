"""One state out of another and the events that came since.

This module is the only place that says when an event is legal and what it changes. It does no I/O
and no arithmetic: given the same log, everyone folds the same state. One event costs the same
however many came before it; a whole log is folded in one go about as quickly as it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count, repeat
from typing import Final

from pydantic import BaseModel
from rpds import List

from core.errors import IllegalEventError, UnknownBatchError, UnknownItemError
from core.session.draft import Draft
from core.session.events import (
    Answer,
    Answered,
    AnswerKind,
    BatchTakenBack,
    Branched,
    ChecksAsked,
    Corrected,
    DataNoted,
    Decided,
    DecisionTakenBack,
    Event,
    Given,
    InvitationWithdrawn,
    Invited,
    KeepTakenBack,
    KnownSet,
    LabelKept,
    Redone,
    Renamed,
    RoleGiven,
    Served,
    SettingsNoted,
    TakenBack,
    TargetSet,
    Undone,
)
from core.session.fold_classes import CLASS_TRANSITIONS
from core.session.fold_room import ROOM_TRANSITIONS
from core.session.landmarks import KINDS, landmark
from core.session.ledger import Placed
from core.session.state import Member, Reopened, Shown, State, TakenAway
from core.session.votes import DECIDED, Decision


def _data_noted(draft: Draft, event: DataNoted) -> None:
    draft.images.note(event)
    draft.close_those_with(set(event.gone))


def _given(draft: Draft, event: Given) -> None:
    if draft.given or draft.newest is not None:
        raise IllegalEventError("Labels can be given only at the start of a project.")
    draft.given = event.labels
    for item, name in event.labels.items():
        draft.label(item, name)
    if event.labels:
        draft.tallies.open_round_zero()
    draft.stamp()


def _served(draft: Draft, event: Served) -> None:
    if event.batch_id in draft.batches:
        raise IllegalEventError(f"Batch {event.batch_id} was served before.")
    draft.batches[event.batch_id] = Shown(
        event.round,
        event.items,
        event.reasons,
        again=event.again,
        seq=draft.seq + 1,
        predicted=event.predicted,
        hiding=event.hiding,
    )
    if "grid" not in event.reasons:
        # What is checked in a grid is answered as it is shown, and waits for nobody.
        draft.newest = event.batch_id
        draft.open[event.batch_id] = event
    if event.images:
        draft.images.name(event.images)
    for item, wanted in event.votes.items():
        draft.votes.want(item, wanted)
        draft.take_votes(item)
    draft.note_draws(event)


def _answered(draft: Draft, event: Answered) -> None:
    batch = draft.batches.get(event.batch_id)
    if batch is None:
        raise UnknownBatchError(event.batch_id)
    batch_id, answers, by = event.batch_id, event.answers, event.by
    number, items, at = batch.round, batch.items, draft.at
    before = {answer.item for answer in batch.answers} if batch.answers else set()
    for answer in answers:
        item = answer.item
        if item not in items:
            raise UnknownItemError(item, batch_id)
        if item in before:
            raise IllegalEventError(f"Item {item} was answered in this batch before.")
        before.add(item)
        if draft.checks_wanted and batch.reason(item) == "random":
            draft.checks_wanted -= answer.kind is AnswerKind.LABEL
        draft.place(Placed(answer, batch_id, number, by, at))
    batch = batch._replace(answers=batch.answers + answers)
    if draft.votes.size and draft.votes.holds_any(items):
        batch = batch._replace(by=batch.by + (by,) * len(answers))
    draft.batches[batch_id] = batch
    draft.open.pop(batch_id, None)
    if answers:
        if draft.open:
            draft.close_those_with(
                {answer.item for answer in answers if draft.is_done(answer.item)}
            )
        if by in draft.undone:
            draft.undone = draft.undone.discard(by)
        draft.images.is_old_news()
        draft.stamp()


def _undone(draft: Draft, event: Undone) -> None:
    last = draft.ledger.last_of(event.by)
    if last is None or (last.batch_id, last.answer.item) != (event.batch_id, event.item):
        raise IllegalEventError("Only the last answer of a person can be undone.")
    draft.strike(event.batch_id, event.item)
    # An item undone once more than answered goes back to its earlier round.
    draft.reopened.pop(event.item, None)
    reopened = Reopened(event.batch_id, last.round, event.by)
    draft.reopened = {event.item: reopened, **draft.reopened}
    names = (*draft.open,) if event.closed is None else event.closed
    closed = tuple(draft.open.pop(name) for name in names if name in draft.open)
    nothing: List[TakenAway] = List()
    others = draft.undone.get(event.by, nothing)
    draft.undone = draft.undone.insert(event.by, others.push_front(TakenAway(last, closed)))
    draft.stamp()


def _redone(draft: Draft, event: Redone) -> None:
    nothing: List[TakenAway] = List()
    undone = draft.undone.get(event.by, nothing)
    last = next(iter(undone), None)
    if last is None or (last.placed.batch_id, last.placed.answer.item) != (
        event.batch_id,
        event.item,
    ):
        raise IllegalEventError("Only the answer that a person has undone last can be put back.")
    if draft.is_answered_by(event.item, event.by):
        raise IllegalEventError(f"Item {event.item} was answered since.")
    draft.undone = draft.undone.insert(event.by, undone.drop_first())
    draft.place(last.placed)
    draft.close_those_with({event.item})
    on_screen = {item for batch in draft.open.values() for item in batch.items}
    for batch in last.closed:
        taken = on_screen | draft.images.gone
        if taken.isdisjoint(batch.items) and not any(
            draft.is_answered_by(item, event.by) for item in batch.items
        ):
            draft.open[batch.batch_id] = batch
            draft.newest = batch.batch_id
    draft.stamp()


def _corrected(draft: Draft, event: Corrected) -> None:
    draft.correct(event.batch_id, draft.class_list.today(event.answer))
    if draft.class_list.former:
        named = event.answer.label
        draft.class_list = draft.class_list.answered(event.batch_id, event.answer.item, named)
    draft.stamp()


def _taken_back(draft: Draft, event: TakenBack) -> None:
    draft.strike(event.batch_id, event.item)
    draft.stamp()


def _batch_taken_back(draft: Draft, event: BatchTakenBack) -> None:
    batch = draft.batches.get(event.batch_id)
    if batch is None:
        raise UnknownBatchError(event.batch_id)
    in_force = [a.item for a in batch.answers if draft.ledger.find(event.batch_id, a.item)]
    if not in_force:
        raise IllegalEventError("No answer of this batch is in force.")
    for item in in_force:
        draft.strike(event.batch_id, item)
    draft.stamp()


def _decided(draft: Draft, event: Decided) -> None:
    item = event.answer.item
    if item not in draft.votes:
        raise IllegalEventError(f"Item {item} is not one that several people answer.")
    if event.answer.kind is AnswerKind.SKIP:
        raise IllegalEventError("To skip an item decides nothing.")
    if draft.class_list.former:
        draft.class_list = draft.class_list.answered(DECIDED, item, event.answer.label)
    draft.decide(item, Decision(draft.class_list.today(event.answer), event.by, draft.at))
    draft.close_those_with({item})
    draft.stamp()


def _decision_taken_back(draft: Draft, event: DecisionTakenBack) -> None:
    if event.item not in draft.votes or draft.votes[event.item].decision is None:
        raise IllegalEventError(f"Nothing was decided of item {event.item}.")
    draft.decide(event.item, None)
    draft.stamp()


def _known_set(draft: Draft, event: KnownSet) -> None:
    names = {
        item: draft.class_list.today(Answer(item, AnswerKind.LABEL, name)).label
        for item, name in event.labels.items()
    }
    labels = {item: name for item, name in names.items() if name is not None}
    for item in draft.votes.know(labels, draft.ledger.count):
        draft.take_votes(item)
    draft.stamp()


def _label_kept(draft: Draft, event: LabelKept) -> None:
    today = draft.class_list.today(Answer(event.item, AnswerKind.LABEL, event.label)).label
    if today is None or draft.labels.get(event.item) != today:
        raise IllegalEventError(f"Item {event.item} is not labelled {event.label} any more.")
    draft.keeps = draft.keeps.insert((event.item, event.beside), event)


def _checks_asked(draft: Draft, event: ChecksAsked) -> None:
    draft.checks_wanted = event.number
    # What is on a screen makes way; answers to it that are on their way count all the same.
    draft.open.clear()


def _target_set(draft: Draft, event: TargetSet) -> None:
    draft.target = event.share


def _keep_taken_back(draft: Draft, event: KeepTakenBack) -> None:
    key = event.item, event.beside
    if key not in draft.keeps:
        raise IllegalEventError(f"Nobody has kept the label of item {event.item}.")
    draft.keeps = draft.keeps.remove(key)


def _told(draft: Draft, event: SettingsNoted | Renamed) -> None:
    """Nothing but a landmark: what is labelled does not depend on it."""


def _branched(draft: Draft, _event: Branched) -> None:
    # What was on a screen is on one of the other project, and so is whoever had a role there.
    draft.open.clear()
    draft.members, draft.invitations, draft.room = {}, {}, None


def _role_given(draft: Draft, event: RoleGiven) -> None:
    others = {who: member for who, member in draft.members.items() if who != event.person}
    if event.role is not None:
        others[event.person] = Member(event.person, event.name, event.role)
    had_owner = any(member.role == "owner" for member in draft.members.values())
    if had_owner and not any(member.role == "owner" for member in others.values()):
        raise IllegalEventError("A project needs an owner.", "Make somebody else an owner first.")
    draft.members = others


def _invited(draft: Draft, event: Invited) -> None:
    draft.invitations = {**draft.invitations, event.invitation: event}


def _invitation_withdrawn(draft: Draft, event: InvitationWithdrawn) -> None:
    if event.invitation not in draft.invitations:
        raise IllegalEventError("There is no such invitation any more.")
    left = draft.invitations.items()
    draft.invitations = {name: one for name, one in left if name != event.invitation}


TRANSITIONS: Final[dict[type[BaseModel], Callable[..., None]]] = {
    **CLASS_TRANSITIONS,
    **ROOM_TRANSITIONS,
    DataNoted: _data_noted,
    Given: _given,
    Served: _served,
    Answered: _answered,
    Undone: _undone,
    Redone: _redone,
    Corrected: _corrected,
    TakenBack: _taken_back,
    BatchTakenBack: _batch_taken_back,
    Decided: _decided,
    DecisionTakenBack: _decision_taken_back,
    KnownSet: _known_set,
    LabelKept: _label_kept,
    KeepTakenBack: _keep_taken_back,
    ChecksAsked: _checks_asked,
    TargetSet: _target_set,
    SettingsNoted: _told,
    Renamed: _told,
    Branched: _branched,
    RoleGiven: _role_given,
    Invited: _invited,
    InvitationWithdrawn: _invitation_withdrawn,
}
"""All that can happen, and what each changes. An illegal event raises and changes nothing."""


def fold(state: State, events: Iterable[Event], times: Iterable[datetime] | None = None) -> State:
    """Apply events in order.

    Parameters
    ----------
    times
        When each of them was written, UTC; None where that is not known.

    Raises
    ------
    IllegalEventError
        If one does not fit; ``state`` is as it was, and so is whoever holds it.
    """
    known = repeat(None) if times is None else times
    return fold_records(state, zip(count(state.seq + 1), known, events, strict=False))


def fold_records(state: State, records: Iterable[tuple[int, datetime | None, Event]]) -> State:
    """The same for events as a log has them: the number, when it was written, and the event."""
    draft = Draft(state)
    for number, draft.at, event in records:
        kind = type(event)
        TRANSITIONS[kind](draft, event)
        draft.seq = number
        if kind is not Served:
            draft.news = number
        if kind in KINDS:
            told = landmark(number, draft.at, draft.tallies.round, event)
            draft.new_landmarks.append(told)
    return draft.freeze()
