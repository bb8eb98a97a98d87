"""What the answers of each round come to, counted as they come."""

from __future__ import annotations

from collections.abc import MutableMapping
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
    n_labels
        Labels there were, in all, when the round ended, or now if it is under way.
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
    digest: int = 0
    ended_by: int = 0
    times: tuple[int, ...] = ()

    @property
    def answers(self) -> int:
        """How many answers in force it has."""
        return self.labelled + self.skipped + self.unsure + self.bad

    def with_answer(self, answer: Answer) -> RoundSummary:
        """The same with one answer more."""
        timed = () if answer.milliseconds is None else (answer.milliseconds,)
        return self._count(answer.kind, 1, self.times + timed)

    def without_answer(self, answer: Answer) -> RoundSummary:
        """The same without one of its answers."""
        times = list(self.times)
        if answer.milliseconds is not None:
            times.remove(answer.milliseconds)
        return self._count(answer.kind, -1, tuple(times))

    def _count(self, kind: AnswerKind, change: int, times: tuple[int, ...]) -> RoundSummary:
        match kind:
            case AnswerKind.LABEL:
                return self._replace(labelled=self.labelled + change, times=times)
            case AnswerKind.SKIP:
                return self._replace(skipped=self.skipped + change, times=times)
            case AnswerKind.UNSURE:
                return self._replace(unsure=self.unsure + change, times=times)
            case AnswerKind.BAD:
                return self._replace(bad=self.bad + change, times=times)


@dataclass(frozen=True)
class Tallies:
    """All rounds that have an answer in force, or labels that came with the project.

    Attributes
    ----------
    round
        The last one with an answer in force; 0 before the first.
    rounds
        Each by its number; 0 stands for the labels that came with the project.
    n_timed
        How many answers were timed.
    times, spans
        How many answers took so many milliseconds, each by itself and in spans.
    """

    round: int = 0
    rounds: SharedMap[int, RoundSummary] = field(default_factory=SharedMap)
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


class TalliesDraft:
    """Tallies while answers are counted in and out."""

    def __init__(self, tallies: Tallies) -> None:
        self.round = tallies.round
        self._rounds = tallies.rounds.edit()
        self._n_timed = tallies.n_timed
        self._times = tallies.times.edit()
        self._spans = tallies.spans.edit()
        self._new: list[int] = []
        self._stamps: dict[int, tuple[int, int, int]] = {}

    def done(self) -> Tallies:
        """The tallies it has become."""
        for number, (n_labels, digest, ended_by) in self._stamps.items():
            self._rounds[number] = self._rounds[number]._replace(
                n_labels=n_labels, digest=digest, ended_by=ended_by
            )
        return Tallies(
            self.round,
            finished(self._rounds),
            self._n_timed,
            finished(self._times),
            finished(self._spans),
        )

    def count_in(self, number: int, answer: Answer) -> None:
        """Count an answer in, in its round."""
        summary = self._rounds.get(number)
        if summary is None:
            summary = RoundSummary()
            self._new.append(number)
        self._rounds[number] = summary.with_answer(answer)
        self.round = max(self.round, number)
        self._time(answer, 1)

    def count_out(self, number: int, answer: Answer) -> None:
        """Count an answer out again; a round without any is none."""
        summary = self._rounds[number].without_answer(answer)
        self._rounds[number] = summary
        self._time(answer, -1)
        if summary.answers == 0:
            del self._rounds[number]
            self._stamps.pop(number, None)
            if number == self.round:
                is_next = number - 1 in self._rounds
                self.round = number - 1 if is_next else max(self._rounds, default=0)

    def stamp(self, seq: int, n_labels: int, digest: int) -> None:
        """Note how labels stand after an event, with the round that is under way by then.

        A round that got its first answer late, when others had come, is noted this once.
        """
        for number in (self.round, *self._new):
            if number in self._rounds:
                self._stamps[number] = n_labels, digest, seq
        self._new.clear()

    def open_round_zero(self) -> None:
        """Labels came with the project."""
        self._rounds[0] = RoundSummary()
        self._new.append(0)

    def _time(self, answer: Answer, change: int) -> None:
        time = answer.milliseconds
        if time is not None:
            self._n_timed += change
            _add(self._times, time, change)
            _add(self._spans, time // _SPAN, change)


def _add(counts: MutableMapping[int, int], key: int, change: int) -> None:
    count = counts.get(key, 0) + change
    if count:
        counts[key] = count
    else:
        del counts[key]
