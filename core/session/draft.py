"""A state while events are folded into it; never seen outside :mod:`core.session.fold`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from rpds import List

from core.errors import IllegalEventError
from core.session.class_list import Meaning
from core.session.events import Answer, AnswerKind, Draw, LabelKept, Served
from core.session.images import ImagesDraft
from core.session.labels import LabelsDraft
from core.session.landmarks import Landmark
from core.session.ledger import LedgerDraft, Placed
from core.session.shared import finished
from core.session.state import Drawn, State, TakenAway
from core.session.tallies import TalliesDraft
from core.session.votes import DECIDED, Decision, VotesDraft


class Draft:
    """What each event changes; :meth:`freeze` makes it a state again."""

    def __init__(self, state: State) -> None:
        self.seq = state.seq
        self.news = state.news
        self.at: datetime | None = None
        self.class_list = state.class_list
        self.lost = dict(state.lost)
        self.images = ImagesDraft(state.images)
        self.given = state.given
        self.labels = LabelsDraft(state.labels)
        self.ledger = LedgerDraft(state.ledger)
        self.tallies = TalliesDraft(state.tallies)
        self.votes = VotesDraft(state.votes)
        self.set_aside = state.set_aside.edit()
        self.skipped = state.skipped
        self.skips: dict[int, set[int]] = {}
        self.batches = state.batches.edit()
        self.draws = state.draws.edit()
        self.checks_wanted = state.checks_wanted
        self.target = state.target
        self.newest = state.newest
        self.open = {batch.batch_id: batch for batch in state.open_batches}
        self.reopened = dict(state.reopened)
        self.undone = state.undone
        self.keeps = state.keeps
        self.landmarks = state.landmarks
        self.members = state.members
        self.invitations = state.invitations
        self.room = state.room
        self.new_landmarks: list[Landmark] = []

    def freeze(self) -> State:
        """The state it has become."""
        skipped = self.skipped
        for number, items in self.skips.items():
            skipped = skipped.insert(number, frozenset(items)) if items else skipped.discard(number)
        return State(
            seq=self.seq,
            news=self.news,
            class_list=self.class_list,
            lost=self.lost,
            images=self.images.done(),
            given=self.given,
            labels=self.labels.done(),
            ledger=self.ledger.done(),
            tallies=self.tallies.done(),
            votes=self.votes.done(),
            set_aside=finished(self.set_aside),
            skipped=skipped,
            batches=finished(self.batches),
            draws=finished(self.draws),
            checks_wanted=self.checks_wanted,
            target=self.target,
            newest=self.newest,
            open_batches=tuple(self.open.values()),
            reopened=self.reopened,
            undone=self.undone,
            keeps=self.keeps,
            landmarks=(*self.landmarks, *new) if (new := self.new_landmarks) else self.landmarks,
            members=self.members,
            invitations=self.invitations,
            room=self.room,
        )

    def note_draws(self, event: Served) -> None:
        """Note how items of a batch were drawn that were drawn at random."""
        n_settled = len(self.labels) + len(self.set_aside) + self.votes.n_disputed

        def note(place: int, item: int, draw: Draw | None, undrawable: tuple[int, ...]) -> None:
            order = self.seq, place
            self.draws[item] = Drawn(order, draw, self.ledger.count, n_settled, undrawable)

        for place, (item, draw) in enumerate(event.draws.items()):
            note(place, item, draw, (*event.undrawable, *[*event.draws][:place]))
        for place, (item, reason) in enumerate(zip(event.items, event.reasons, strict=False)):
            # Shown again, or in a log from before draws were noted.
            if reason == "random" and item not in self.draws:
                note(place, item, None, event.items[:place])

    def place(self, placed: Placed) -> None:
        """Put an answer in force; its class is called what it is called now."""
        classes = self.class_list
        if classes.changes and placed.answer.label in classes.renamed:
            said = placed.answer
            if classes.former:
                self.class_list = classes.answered(placed.batch_id, said.item, said.label)
            placed = placed._replace(answer=classes.today(said))
        answer = placed.answer
        before = self.ledger.place(placed)
        self.tallies.count_in(placed.round, answer)
        self.settle(answer.item, before, placed)
        if self.reopened:
            self._no_more_waits(answer.item, placed.by)

    def strike(self, batch_id: str, item: int) -> Placed:
        """Take an answer out of force."""
        before = self.ledger.answer_to(item)
        struck = self.ledger.strike(batch_id, item)
        if struck is None:
            raise IllegalEventError(f"The answer to item {item} is not in force.")
        self.tallies.count_out(struck.round, struck.answer)
        self.settle(item, before, self.ledger.answer_to(item))
        return struck

    def correct(self, batch_id: str, answer: Answer) -> None:
        """Give an answer in force another content."""
        item = answer.item
        before = self.ledger.answer_to(item)
        corrected = self.ledger.correct(batch_id, answer)
        if corrected is None:
            raise IllegalEventError(f"The answer to item {item} is not in force.")
        was, now = corrected
        self.tallies.count_in(now.round, now.answer)
        self.tallies.count_out(was.round, was.answer)
        self.settle(item, before, self.ledger.answer_to(item))
        if self.is_answered_by(item, now.by):
            self._no_more_waits(item, now.by)
            self.close_those_with({item} if self.is_done(item) else set())

    def rephrase(self, meanings: Mapping[str, Meaning]) -> None:
        """Let all that names some classes say something else: answers, and labels given."""
        named = [item for item, name in self.given.items() if name in meanings]
        given = {item: _label(meanings, name) for item, name in self.given.items()}
        self.given = {item: name for item, name in given.items() if name is not None}
        for was, now, counts in self.ledger.rephrase(meanings):
            if was.answer.kind is not now.answer.kind:
                self.tallies.count_in(now.round, now.answer)
                self.tallies.count_out(was.round, was.answer)
            if counts:
                self.settle(now.answer.item, was, now)
            elif now.answer.item in self.votes:
                self.take_votes(now.answer.item)
        for item in named:
            placed = self.ledger.answer_to(item)
            self.settle(item, placed, placed)
        for item in self.votes.rephrase(meanings):
            self.take_votes(item)
        self._change_undone(lambda placed: meanings.get(placed.answer.label or ""))
        for key, said in [*self.keeps.items()]:
            if not meanings.keys().isdisjoint((said.label, said.against)):
                self.keeps = self.keeps.insert(key, _keeping(said, meanings))

    def _change_undone(self, meaning: Callable[[Placed], Meaning | None]) -> None:
        """Let undone answers say something else where this says what."""
        for person, undone in [*self.undone.items()]:
            said = [_saying(taken, meaning(taken.placed)) for taken in undone]
            if said != [*undone]:
                self.undone = self.undone.insert(person, List(said))

    def answers_naming(self, name: str) -> Iterator[tuple[str, int]]:
        """The batch and the item of each answer that names a class, undone ones included.

        A decision is named like an answer to a batch called ``DECIDED``.
        """
        undone = (taken.placed for all_of_one in self.undone.values() for taken in all_of_one)
        for placed in (*self.ledger.in_force(), *undone):
            if placed.answer.label == name:
                yield placed.batch_id, placed.answer.item
        for item, decision in self.votes.decisions():
            if decision.answer.label == name:
                yield DECIDED, item

    def say(self, answers: Container[tuple[str, int]], meaning: Meaning) -> None:
        """Let some answers, undone ones included, say this; goes through all there are."""
        named = [
            placed
            for placed in self.ledger.in_force()
            if (placed.batch_id, placed.answer.item) in answers
        ]
        for placed in named:
            self.correct(placed.batch_id, meaning.said_of(placed.answer))
        for item, decision in [*self.votes.decisions()]:
            if (DECIDED, item) in answers:
                self.decide(item, decision._replace(answer=meaning.said_of(decision.answer)))
        self._change_undone(
            lambda placed: meaning if (placed.batch_id, placed.answer.item) in answers else None
        )

    def give(self, labels: Mapping[int, str]) -> None:
        """Give some items these labels, as those that came with the project."""
        self.given = {**self.given, **labels}
        for item in labels:
            placed = self.ledger.answer_to(item)
            self.settle(item, placed, placed)
            self.reopened.pop(item, None)
        self.close_those_with({*labels})

    def is_done(self, item: int) -> bool:
        """Whether an item that somebody has answered is to be shown to nobody else."""
        return item not in self.votes or self.votes[item].is_full

    def is_answered_by(self, item: int, person: str) -> bool:
        """Whether an item has an answer, other than a skip; a shared one, of this person."""
        if item in self.votes:
            return self.votes[item].vote_of(person) is not None
        placed = self.ledger.answer_to(item)
        is_answered = placed is not None and placed.answer.kind is not AnswerKind.SKIP
        return item in self.given or is_answered

    def settle(self, item: int, before: Placed | None, now: Placed | None) -> None:
        """Let the answer to an item that counts now take the place of the one that did."""
        if before is not None and before.answer.kind is AnswerKind.SKIP:
            self._skipped_in(before.round).discard(item)
        if now is not None and now.answer.kind is AnswerKind.SKIP:
            self._skipped_in(now.round).add(item)
        if self.votes.size and item in self.votes:
            self.take_votes(item)
            return
        answer = now.answer if now else None
        is_open = answer is None or answer.kind is AnswerKind.SKIP
        name = self.given.get(item) if is_open or answer is None else answer.label
        self.label(item, name)
        if name is None and answer is not None and answer.kind is not AnswerKind.SKIP:
            self.set_aside[item] = answer.kind
        elif before is not None:
            self.set_aside.pop(item, None)

    def take_votes(self, item: int) -> None:
        """Let what people say of an item that is shared decide its label."""
        poll = self.votes.recount(item, self.ledger.answers_to(item))
        said = poll.outcome
        name = said.label if said else None if poll.votes else self.given.get(item)
        self.label(item, name)
        if said is not None and name is None:
            self.set_aside[item] = said.kind
        else:
            self.set_aside.pop(item, None)

    def decide(self, item: int, decision: Decision | None) -> None:
        """Let a reviewer decide what is true of an item that is shared, or not any more."""
        self.votes.decide(item, decision)
        self.take_votes(item)

    def label(self, item: int, name: str | None) -> None:
        """Give an item this label, or none."""
        if self.lost:
            before = self.labels.get(item)
            for changed, by in ((before, -1), (name, 1)):
                if changed is not None and changed in self.lost:
                    self.lost[changed] += by
        self.labels.put(item, name)

    def _no_more_waits(self, item: int, person: str) -> None:
        """Note that an item need not be shown again; one that is shared, to this person."""
        waits = self.reopened.get(item)
        if waits is not None and (item not in self.votes or waits.by == person):
            del self.reopened[item]

    def _skipped_in(self, number: int) -> set[int]:
        items = self.skips.get(number)
        if items is None:
            items = self.skips[number] = set(self.skipped.get(number) or ())
        return items

    def close_those_with(self, items: set[int]) -> None:
        """Close open batches that show one of these items."""
        for batch in [*self.open.values()]:
            if not items.isdisjoint(batch.items):
                del self.open[batch.batch_id]

    def stamp(self) -> None:
        """Note how labels stand after the event that is being folded."""
        self.tallies.stamp(self.seq + 1, len(self.labels), self.labels.digest)


def _label(meanings: Mapping[str, Meaning], name: str) -> str | None:
    meaning = meanings.get(name)
    return name if meaning is None else meaning.label


def _keeping(said: LabelKept, meanings: Mapping[str, Meaning]) -> LabelKept:
    """What was said of a label, with the names that classes have now."""
    names = {name: _label(meanings, name) or name for name in (said.label, said.against)}
    return said.model_copy(update={"label": names[said.label], "against": names[said.against]})


def _saying(taken: TakenAway, meaning: Meaning | None) -> TakenAway:
    if meaning is None:
        return taken
    placed = taken.placed
    return replace(taken, placed=placed._replace(answer=meaning.said_of(placed.answer)))
