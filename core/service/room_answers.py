"""What becomes of the answers of a phone, given how its room stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from core.errors import IllegalEventError
from core.session import rules
from core.session.events import Answer, Event
from core.session.fold import fold
from core.session.state import State

Fate = Literal["stored", "kept", "refused"]
"""What became of an answer: it counts, another one of the same person stands, or it cannot be."""


class PhoneAnswer(NamedTuple):
    """An answer as a phone sends it.

    Attributes
    ----------
    was
        What the same person has said before and takes back by this; None for a first answer.
    """

    batch_id: str
    answer: Answer
    was: Answer | None = None


class Taken(NamedTuple):
    """What is stored of some answers.

    Attributes
    ----------
    events
        What is to be added to the log.
    fates
        What becomes of each answer.
    """

    events: tuple[Event, ...]
    fates: tuple[Fate, ...]


def taken(
    state: State, person: str, answers: Sequence[PhoneAnswer], class_names: tuple[str, ...]
) -> Taken:
    """Decide what becomes of some answers, one after another; sent again they change nothing."""
    events: list[Event] = []
    fates: list[Fate] = []
    for place, said in enumerate(answers):
        try:
            new, fate = _one(state, person, said, class_names)
        except IllegalEventError:
            new, fate = (), "refused"
        fates.append(fate)
        events += new
        if new and place < len(answers) - 1:
            state = fold(state, new)
    return Taken(tuple(events), tuple(fates))


def _one(
    state: State, person: str, said: PhoneAnswer, class_names: tuple[str, ...]
) -> tuple[Sequence[Event], Fate]:
    answer = said.answer
    poll = state.poll(answer.item)
    placed = state.answer_to(answer.item) if poll is None else poll.vote_of(person)
    if placed is None or placed.by != person or said.was is None:
        found = rules.submit(state, said.batch_id, [answer], class_names, by=person)
        return found.events, "kept" if found.kept else "stored"
    stands = placed.answer
    if (stands.kind, stands.label) != (said.was.kind, said.was.label):
        is_so = (stands.kind, stands.label) == (answer.kind, answer.label)
        return (), "stored" if is_so else "kept"
    corrected = rules.correct(state, placed.batch_id, answer, class_names, by=person)
    return (corrected,) if corrected else (), "stored"
