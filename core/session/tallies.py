"""What the answers of each round come to, counted as they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, NamedTuple

from core.session.events import Answer, AnswerKind
from core.session.shared import SharedMap, finished

_SPAN: Final = 256
"""Milliseconds of which the answers are counted together too, so that a median is found quickly."""


class RoundSummary(NamedTuple):
    """One round of labelling.

    Attributes
    ----------
    labelled, skipped, unsure, bad
        Answers of each kind in force that were given in this round, late ones included.
    n_labels, n_answers
        Labels and answers in force there were, in all, when the round ended, or now if it is under
        way.
    digest
        Of those labels.
    ended_by
        The number of the event that ended it, or of the last one so far.
    times
        Milliseconds of the answers that were timed.
    """

    labelled: int = 0
    skipped: int = 0
    unsure: int = 0
    bad: int = 0
    n_labels: int = 0
    n_answers: int = 0
    digest: int = 0
    ended_by: int = 0
    times: tuple[int, ...] = ()

    @property
    def answers(self) -> int:
        """How many answers in force it has."""
        return self.labelled + self.skipped + self.unsure + self.bad


@dataclass(frozen=True)
class Tallies:
    """All rounds that have an answer in force, or labels that came with the project.

    Attributes
    ----------
    round
        The last one with an answer in force; 0 before the first.
    rounds
        Each by its number; 0 stands for the labels that came with the project.
    n_answers, n_timed
        How many answers are in force, and how many of them were timed.
    times, spans
        How many answers took so many milliseconds, each by itself and in spans.
    """

    round: int = 0
    rounds: SharedMap[int, RoundSummary] = field(default_factory=SharedMap)
    n_answers: int = 0
    n_timed: int = 0
    times: SharedMap[int, int] = field(default_factory=SharedMap)
    spans: SharedMap[int, int] = field(default_factory=SharedMap)

    @property
    def median_milliseconds(self) -> float | None:
        """Median time of all answers in force that were timed; None where none was."""
        if self.n_timed == 0:
            return None
        spans = sorted(self.spans.items())
        upto = list(accumulate(count for _, count in spans))
        low, high = (self._ranked(rank, spans, upto) for rank in self._middle())
        return (low + high) / 2

    def _middle(self) -> tuple[int, int]:
        return (self.n_timed - 1) // 2, self.n_timed // 2

    def _ranked(self, rank: int, spans: list[tuple[int, int]], upto: list[int]) -> int:
        """The time that so many others come before."""
        index = next(i for i, count in enumerate(upto) if count > rank)
        left = rank - (upto[index - 1] if index else 0)
        time = spans[index][0] * _SPAN
        while left >= self.times.get(time, 0):
            left -= self.times.get(time, 0)
            time += 1
        return time


class _RoundDraft:
    """A round while answers are counted in and out."""

    __slots__ = ("_digest", "_ended_by", "_n_answers", "_n_labels", "_times", "answers", "by_kind")

    def __init__(self, before: RoundSummary) -> None:
        self.by_kind = {
            AnswerKind.LABEL: before.labelled,
            AnswerKind.SKIP: before.skipped,
            AnswerKind.UNSURE: before.unsure,
            AnswerKind.BAD: before.bad,
        }
        self.answers = before.answers
        self._n_labels = before.n_labels
        self._n_answers = before.n_answers
        self._digest = before.digest
        self._ended_by = before.ended_by
        self._times = list(before.times)

    def count(self, answer: Answer, change: int) -> None:
        self.by_kind[answer.kind] += change
        self.answers += change
        time = answer.milliseconds
        if time is None:
            return
        if change > 0:
            self._times.append(time)
        else:
            self._times.remove(time)

    def stamp(self, n_labels: int, n_answers: int, digest: int, ended_by: int) -> None:
        self._n_labels, self._n_answers = n_labels, n_answers
        self._digest, self._ended_by = digest, ended_by

    def done(self) -> RoundSummary:
        return RoundSummary(
            labelled=self.by_kind[AnswerKind.LABEL],
            skipped=self.by_kind[AnswerKind.SKIP],
            unsure=self.by_kind[AnswerKind.UNSURE],
            bad=self.by_kind[AnswerKind.BAD],
            n_labels=self._n_labels,
            n_answers=self._n_answers,
            digest=self._digest,
            ended_by=self._ended_by,
            times=(*self._times,),
        )


class TalliesDraft:
    """Tallies while answers are counted in and out."""

    def __init__(self, tallies: Tallies) -> None:
        self.round = tallies.round
        self._before = tallies.rounds
        self._changed: dict[int, _RoundDraft | None] = {}
        self._n_answers = tallies.n_answers
        self._n_timed = tallies.n_timed
        self._times = tallies.times
        self._spans = tallies.spans
        self._timed: list[int] = []
        self._untimed: list[int] = []
        self._new: list[int] = []

    def done(self) -> Tallies:
        """The tallies it has become."""
        rounds = self._before.edit()
        for number, changed in self._changed.items():
            if changed is not None:
                rounds[number] = changed.done()
            else:
                rounds.pop(number, None)
        return Tallies(
            self.round,
            finished(rounds),
            self._n_answers,
            self._n_timed + len(self._timed) - len(self._untimed),
            self._counted(self._times, 1),
            self._counted(self._spans, _SPAN),
        )

    def count_in(self, number: int, answer: Answer) -> None:
        """Count an answer in, in its round."""
        changed = self._changed.get(number) or self._edit(number)
        if changed is None:
            changed = self._open(number)
        changed.count(answer, 1)
        self._n_answers += 1
        self.round = max(self.round, number)
        if answer.milliseconds is not None:
            self._timed.append(answer.milliseconds)

    def count_out(self, number: int, answer: Answer) -> None:
        """Count an answer out again; a round without any is none."""
        changed = self._edit(number)
        assert changed is not None
        changed.count(answer, -1)
        self._n_answers -= 1
        if answer.milliseconds is not None:
            self._untimed.append(answer.milliseconds)
        if changed.answers == 0:
            self._changed[number] = None
            if number == self.round:
                self.round = self._last_before(number)

    def stamp(self, seq: int, n_labels: int, digest: int) -> None:
        """Note how labels stand after an event, with the round that is under way by then.

        A round that got its first answer late, when others had come, is noted this once.
        """
        for number in (self.round, *self._new) if self._new else (self.round,):
            changed = self._changed.get(number) or self._edit(number)
            if changed is not None:
                changed.stamp(n_labels, self._n_answers, digest, seq)
        self._new.clear()

    def open_round_zero(self) -> None:
        """Labels came with the project."""
        self._open(0)

    def _edit(self, number: int) -> _RoundDraft | None:
        """A round to be changed; None if there is none."""
        if number not in self._changed and number in self._before:
            self._changed[number] = _RoundDraft(self._before[number])
        return self._changed.get(number)

    def _open(self, number: int) -> _RoundDraft:
        changed = self._changed[number] = _RoundDraft(RoundSummary())
        self._new.append(number)
        return changed

    def _last_before(self, number: int) -> int:
        """The last round there is before one that is none any more; mostly the one before."""
        if self._edit(number - 1) is not None:
            return number - 1
        none = {other for other, changed in self._changed.items() if changed is None}
        return max({*self._before, *self._changed} - none, default=0)

    def _counted(self, counts: SharedMap[int, int], span: int) -> SharedMap[int, int]:
        """How often each span of times was taken, with what is new."""
        changes = Counter([time // span for time in self._timed])
        changes.subtract([time // span for time in self._untimed])
        draft = counts.edit()
        for time, change in changes.items():
            now = counts.get(time, 0) + change
            if now:
                draft[time] = now
            else:
                draft.pop(time, None)
        return finished(draft)
