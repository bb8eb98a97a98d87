"""What is taken away of a project: one row an item, some rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from math import isnan
from typing import Final, Literal, NamedTuple

import numpy as np

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray
from core.engine.engine import Engine
from core.learning.beliefs import Beliefs
from core.quality.calibration import FEWEST_LABELS, Calibration
from core.session.class_list import Meaning
from core.session.events import AnswerKind
from core.session.ledger import Placed
from core.session.state import State
from core.session.votes import Poll, meaning_of

Source = Literal["human", "given", "model"]
Wanted = Literal["all", "labelled", "sure"]
Prediction = Literal["shown", "hidden"]

LEAST: Final = 0.9
"""How likely right predictions are from which on the model counts as sure, if nobody says."""

AT_A_TIME: Final = 8_192
"""Rows that are in memory at once."""

IMAGES_AT_A_TIME: Final = 64
"""The same where each goes with its image, which takes longer."""


class Row(NamedTuple):
    """An item, and all that is known of it.

    Attributes
    ----------
    number
        The item's number in its project, from 0.
    row
        Where its image is in the data set's source now, from 0; None where it is gone.
    image_name
        The name of its image, by its pixels; None where it was never noted.
    label
        The label to use: a person's or one that came with the data, else the model's. None where
        there is none, and for what a person called a bad image.
    source
        Whose label that is.
    human_label, given_label, model_label
        What a person said, what the project came with, and what the model says.
    model_probability
        How likely that is right, 0 to 1, as the labels have it; None where no label reaches the
        item, or there are too few labels to know.
    true_label
        The class that the data set names, where it does.
    answer
        What a person's answer was.
    reviewed
        Whether a person has looked at the image and answered, other than to be asked again.
    annotator, answered_at, round, seconds
        Who answered, when (UTC), in which round, and how long it took.
    asked
        Why the item was asked about.
    prediction
        Whether what the model predicted was ``shown`` when it was answered, or ``hidden``; None
        where that was not noted.
    file, split
        What the image was called where it came from, and the part of the data it was in.
    votes
        What each person said of an item that several are to answer, as a JSON object; None of other
        items.
    decided_by
        Who has decided what is true of it, where a reviewer has.
    """

    number: int
    row: int | None
    image_name: str | None
    label: str | None
    source: Source | None
    human_label: str | None
    given_label: str | None
    model_label: str | None
    model_probability: float | None
    true_label: str | None
    answer: str | None
    reviewed: bool
    annotator: str | None
    answered_at: datetime | None
    round: int | None
    seconds: float | None
    asked: str | None
    prediction: Prediction | None
    file: str | None
    split: str | None
    votes: str | None
    decided_by: str | None


EXPLAINED: Final[dict[str, str]] = {
    "number": "the image’s number in the project, from 0; it stays when the file changes",
    "row": "where the image is in the file now, from 0; none where it is gone",
    "image_name": "a name for the image, made of its pixels (128 bits of BLAKE2b)",
    "label": "the label to use: a person’s or a given one, else the model’s; none for bad images",
    "source": "where that label comes from: human, given (it came with the project) or model",
    "human_label": "the label of a person; of an image that several answered what they agree on, "
    "or what was decided; none where they disagree",
    "given_label": "the label that the project came with",
    "model_label": "the class that the model predicts; none where no label reaches",
    "model_probability": "how likely that is right, 0 to 1, as the labels have it, each left out "
    f"in turn; none with fewer than {FEWEST_LABELS} labels",
    "true_label": "the class that the data set itself names",
    "answer": "what a person answered: label, skip, unsure or bad",
    "reviewed": "whether a person has seen the image and said something of it; false for what the "
    "model says by itself, and for what was skipped",
    "annotator": "who answered; a correction later on leaves that as it was",
    "answered_at": "when, in UTC; likewise",
    "round": "the round it was answered in",
    "seconds": "how long the image was looked at",
    "asked": "why it was asked about: opening, query or random; grid, among many at once; or vote, "
    "since several people answer it",
    "prediction": "whether the model’s prediction was shown or hidden when it was answered; none "
    "where that was not noted, and for an answer that was corrected later",
    "file": "what the image was called where it came from",
    "split": "the part of the data that it came in, such as train",
    "votes": "what each person said of an image that several people answer, as a JSON object: a "
    "class, or *unsure or *bad; answer, annotator and the like are those of the last one",
    "decided_by": "who has decided what is true where they disagreed",
}
"""What each column holds, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items are taken.

    Attributes
    ----------
    wanted
        All items; those labelled by a person or given; or these and what the model is sure of.
    least
        How likely right a prediction has to be to count as sure, 0 to 1. Where that is not known,
        none is.
    with_image, with_label
        Leave out what has no image any more, and what has no label to use.
    """

    wanted: Wanted = "all"
    least: float = LEAST
    with_image: bool = False
    with_label: bool = False


class Some(NamedTuple):
    """Some rows, with their images.

    Attributes
    ----------
    positions
        Where the image of each row is in the data set; -1 for one that is not there any more.
    """

    rows: list[Row]
    positions: list[int]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows are taken, and where their labels come from.

    Attributes
    ----------
    bare
        Rows without a label.
    """

    human: int = 0
    given: int = 0
    model: int = 0
    bare: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(getattr(self, field.name) for field in fields(self))


class Labelled:
    """The items of a project at one moment, with labels and beliefs.

    Parameters
    ----------
    engine
        Of the project, which numbers items as its log does.
    calibration
        How likely predictions are right; None where that is not known.
    quality
        How good the labels are, as a sentence.
    """

    def __init__(
        self,
        engine: Engine,
        state: State,
        beliefs: Beliefs,
        calibration: Calibration | None,
        quality: str,
    ) -> None:
        self.engine = engine
        self.state = state
        self.quality = quality
        self._beliefs = beliefs
        self.calibration = calibration
        self._order: IntArray = np.argsort(engine.dataset.rows, kind="stable")

    @property
    def knows_chances(self) -> bool:
        """Whether it is known how likely predictions are right."""
        return self.calibration is not None

    def count(self, choice: Choice) -> Counts:
        """How many rows a choice takes; no row is made."""
        human, given, model = self._sources
        taken = self._taken(choice)
        gone = [row.source for row in self._gone(choice)]
        n_labelled = [int((of & taken).sum()) for of in (human, given, model)]
        n_bare = int(taken.sum()) - sum(n_labelled)
        return Counts(
            n_labelled[0] + gone.count("human"),
            n_labelled[1] + gone.count("given"),
            n_labelled[2],
            n_bare + gone.count(None),
        )

    def some(self, choice: Choice) -> Iterator[Some]:
        """The rows of a choice by their numbers, some at a time.

        Items that were answered and whose image is not in the data set any more come last.
        """
        order = self._order[self._taken(choice)[self._order]]
        at_a_time = IMAGES_AT_A_TIME if choice.with_image else AT_A_TIME
        for start in range(0, len(order), at_a_time):
            positions = order[start : start + at_a_time].tolist()
            yield Some(self._rows(positions), positions)
        if gone := self._gone(choice):
            yield Some(gone, [-1] * len(gone))

    def answered(self) -> Some:
        """The rows of all items, with images, that people or the data say something of."""
        state = self.state
        items = {*state.ledger.top, *state.given, *state.votes.known}
        positions = self.engine.present(sorted(items))
        return Some(self._rows(positions), positions)

    def _taken(self, choice: Choice) -> BoolArray:
        """Which items a choice takes, shape (n_items,)."""
        human, given, model = self._sources
        labelled = human | given
        if choice.wanted == "labelled":
            return labelled
        if choice.wanted == "all":
            return labelled | model if choice.with_label else np.ones(len(human), dtype=bool)
        if self.calibration is None:
            return labelled
        return labelled | (model & (self._chances >= choice.least))

    @cached_property
    def _chances(self) -> FloatArray:
        """How likely each prediction is right, shape (n_items,); NaN where nobody knows."""
        lead = self._beliefs.lead
        if self.calibration is None:
            return np.full(len(lead), np.nan)
        return self.calibration.probability(lead)

    @cached_property
    def _sources(self) -> tuple[BoolArray, BoolArray, BoolArray]:
        """Which items have a person's, a given or the model's label to use; (n_items,) each."""
        n_items = self.engine.dataset.n_items
        human, given, bad = (np.zeros(n_items, dtype=bool) for _ in range(3))
        by_kind: dict[AnswerKind, list[int]] = {AnswerKind.LABEL: [], AnswerKind.BAD: []}
        for item in self.state.ledger.top:
            kind = self._said(item).kind
            if kind in by_kind:
                by_kind[kind].append(item)
        present = self.engine.present
        human[present(by_kind[AnswerKind.LABEL])] = True
        bad[present(by_kind[AnswerKind.BAD])] = True
        given[present([*self.state.given, *self.state.votes.known])] = True
        given &= ~human & ~bad
        return human, given, self._beliefs.reached & ~human & ~given & ~bad

    def _said(self, item: int) -> Meaning:
        """What people say of an item; a skip where that is nothing, or they disagree."""
        state = self.state
        poll, placed = state.poll(item), state.answer_to(item)
        if poll is None:
            return _NOTHING if placed is None else meaning_of(placed.answer)
        if not poll.votes or (poll.known is not None and not poll.is_decided):
            return _NOTHING
        label = state.labels.get(item)
        if label is not None:
            return Meaning(AnswerKind.LABEL, label)
        return Meaning(state.set_aside.get(item, AnswerKind.SKIP))

    def _gone(self, choice: Choice) -> list[Row]:
        """Rows of items that are not in the data set any more; what was answered is kept."""
        state = self.state
        if choice.with_image:
            return []
        known = (item for item in state.gone if item in state.given or state.answer_to(item))
        rows = [
            self._row(item, _Known(image_name=state.images.names.get(item)))
            for item in sorted(known)
        ]
        takes_all = choice.wanted == "all" and not choice.with_label
        return [row for row in rows if takes_all or row.source is not None]

    def _rows(self, positions: Sequence[int]) -> list[Row]:
        dataset, beliefs = self.engine.dataset, self._beliefs
        names = dataset.class_names
        items = dataset.rows[positions].tolist()
        model = beliefs.model_class[positions]
        chances = self._chances[positions]
        nowhere = [UNLABELLED] * len(positions)
        truth = nowhere if dataset.truth is None else dataset.truth[positions].tolist()
        images = self.engine.image_names(items)
        sources = self.engine.sources[positions].tolist()
        files, splits = self._told("name", sources), self._told("split", sources)
        return [
            self._row(
                item,
                _Known(
                    sources[i],
                    images.get(item),
                    names[predicted] if predicted != UNLABELLED else None,
                    None if predicted == UNLABELLED or isnan(chance) else chance,
                    names[truth[i]] if truth[i] != UNLABELLED else None,
                    files[i] or None,
                    splits[i] or None,
                ),
            )
            for i, (item, predicted, chance) in enumerate(
                zip(items, model.tolist(), chances.tolist(), strict=True)
            )
        ]

    def _told(self, name: str, sources: Sequence[int]) -> Sequence[str | None]:
        """What the source tells of some rows; None for each where it tells nothing."""
        origin = self.engine.dataset.origin
        told = None if origin is None else origin.column(name, sources)
        return [None] * len(sources) if told is None else told

    def _row(self, item: int, known: _Known) -> Row:
        state = self.state
        placed, poll, said = state.answer_to(item), state.poll(item), self._said(item)
        given_label = (poll.known if poll else None) or state.given.get(item)
        human_label = said.label
        if said.kind is AnswerKind.BAD:
            label, source = None, None
        else:
            label, source = _to_use(human_label, given_label, known.model_label)
        return Row(
            item,
            known.row,
            known.image_name,
            label,
            source,
            human_label,
            given_label,
            known.model_label,
            known.model_probability,
            known.true_label,
            *(_UNANSWERED if placed is None else self._answered(item, placed)),
            known.file,
            known.split,
            _votes(poll) if poll else None,
            poll.decision.by if poll and poll.decision and poll.is_decided else None,
        )

    def _answered(self, item: int, placed: Placed) -> _Answered:
        answer = placed.answer
        batch = self.state.batches.get(placed.batch_id)
        asked = None
        if batch is not None and batch.reasons and item in batch.items:
            asked = batch.reasons[batch.items.index(item)]
        milliseconds = answer.milliseconds
        return _Answered(
            answer.kind.value,
            answer.kind is not AnswerKind.SKIP,
            placed.by,
            placed.at,
            placed.round,
            None if milliseconds is None else milliseconds / 1000,
            asked,
            None if answer.hidden is None else "hidden" if answer.hidden else "shown",
        )


class _Known(NamedTuple):
    """What is known of an item without its answer, as in :class:`Row`."""

    row: int | None = None
    image_name: str | None = None
    model_label: str | None = None
    model_probability: float | None = None
    true_label: str | None = None
    file: str | None = None
    split: str | None = None


class _Answered(NamedTuple):
    """What there is to say of an answer, as in :class:`Row`."""

    answer: str | None = None
    reviewed: bool = False
    annotator: str | None = None
    answered_at: datetime | None = None
    round: int | None = None
    seconds: float | None = None
    asked: str | None = None
    prediction: Prediction | None = None


_NOTHING: Final = Meaning(AnswerKind.SKIP)
_UNANSWERED: Final = _Answered()


def _votes(poll: Poll) -> str | None:
    """What each person says, as JSON; None where nobody has said anything yet."""
    said = {vote.by: vote.answer.label or f"*{vote.answer.kind}" for vote in poll.votes}
    return json.dumps(said, ensure_ascii=False) if said else None


def _to_use(
    human: str | None, given: str | None, model: str | None
) -> tuple[str | None, Source | None]:
    """The label to use: what was given always wins over what the model believes."""
    if human is not None:
        return human, "human"
    if given is not None:
        return given, "given"
    return (model, "model") if model is not None else (None, None)
