"""How good the labels of a project are, from what was checked at random."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from core.arrays import UNLABELLED, BoolArray, IntArray
from core.engine.engine import Engine
from core.learning.beliefs import Beliefs
from core.learning.decisions import DecisionKey
from core.learning.influence import TO_THE_END
from core.quality.audit import Bounds, Check, bounds, foreseen
from core.quality.calibration import Calibration, LeftOut, calibrated, left_out
from core.querying.drawing import parts_of
from core.service.finding import Finder
from core.service.view import View
from core.session.events import Draw
from core.session.state import Drawn, State
from core.wording import at_least

FEWEST_CHECKS: Final = 10
"""So many checks before any figure is told."""

AT_A_TIME: Final = 20
"""Checks that can be asked for at one time."""

_AT_ONCE: Final = 1_000_000
"""Entries of columns that are solved while somebody waits: a tenth of a second or so."""

_FEW_LABELS: Final = 600
_FEW_DRAWS: Final = 120
"""With so many, judging is a matter of some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How many of some labels are right, 0 to 1.

    Attributes
    ----------
    least, most
        At any moment at which one looks, the truth is between them with 95 % certainty.
    likely
        What is in accordance with the checks best.
    """

    least: float
    likely: float
    most: float


@dataclass(frozen=True)
class ClassQuality:
    """How good the labels of one class are.

    Attributes
    ----------
    name
        What it is called.
    n_images
        Images that have its label or are predicted as it.
    n_predicted
        Those of them that no person has labelled.
    n_checks, n_right
        Images predicted as it that were checked at random, and how many of them are of it.
    n_open
        Images without a person's label, of any class.
    checks
        What was checked at random, of any class, where what is predicted as this one and is not
        counts as wrong; none where too few of it were checked.
    """

    name: str
    n_images: int
    n_predicted: int
    n_checks: int
    n_right: int
    n_open: int
    checks: tuple[Check, ...]

    @cached_property
    def precision(self) -> Quality | None:
        """The share of its images that are of it; None where too few were checked."""
        if self.n_checks < FEWEST_CHECKS:
            return None
        wrong = bounds(self.checks, self.n_open)
        most = self.n_predicted
        capped = (min(errors, most) for errors in (wrong.least, wrong.likely, wrong.most))
        return _of_all(Bounds(*capped), self.n_images)


@dataclass(frozen=True)
class Audit:
    """How good all labels are that would be exported now. Bounds are worked out when asked for.

    Attributes
    ----------
    n_images
        Images with a label, a person's or the model's; not those found unsure or bad.
    n_open
        Those of them that no person has labelled.
    checks
        What was checked at random, in the order in which it was drawn.
    classes
        One by one, in the order of the project.
    n_whole
        How many items there are in all, where the images were drawn from them at random.
    """

    n_images: int
    n_open: int
    checks: tuple[Check, ...]
    classes: tuple[ClassQuality, ...]
    n_whole: int | None = None

    @cached_property
    def accuracy(self) -> Quality | None:
        """How many of all labels are right; None where too few were checked."""
        if len(self.checks) < FEWEST_CHECKS:
            return None
        return _of_all(bounds(self.checks, self.n_open), self.n_images)

    @cached_property
    def soon(self) -> Quality:
        """About what the accuracy would be known to be once some more images were checked.

        ``AT_A_TIME`` of them, or as many as there are.
        """
        more, how = min(AT_A_TIME, self.n_open), parts_of(self.n_open)
        return _of_all(foreseen(self.checks, self.n_open, more, how), self.n_images)

    @property
    def n_checks(self) -> int:
        """How many images were checked at random."""
        return len(self.checks)

    @property
    def n_right(self) -> int:
        """How many of them are predicted right by the other labels."""
        return sum(not check.wrong for check in self.checks)

    def sentence(self, *, asks: bool = True, is_short: bool = False) -> str:
        """How good the labels are, as people read it.

        Parameters
        ----------
        asks
            Whether some questions are drawn at random.
        is_short
            Whether nothing is said of other items than those of the project.
        """
        if self.accuracy is not None:
            told = (
                f"At least {at_least(self.accuracy.least)} of all labels are right, 95 % sure "
                f"({self.n_checks:,} checked at random)."
            )
            if self.n_whole is None or is_short:
                return told
            return (
                f"{told} The images were drawn at random from {self.n_whole:,} items, so about the "
                "same holds for the model on all of them."
            )
        told = (
            f"The quality of the labels is known once {FEWEST_CHECKS} images drawn at random "
            f"have a label: {self.n_checks} so far."
        )
        return told if asks else f"{told} This project draws none by itself."


def audit(state: State, engine: Engine, left_out: LeftOut) -> Audit:
    """What the checks of a project say of its model as it is now.

    Predictions of older models are not used: of each image that was checked the model of now is
    asked, without the image's own label. So all that was ever checked counts, for a model that has
    learned since.

    Parameters
    ----------
    left_out
        What is said of labelled items by all other labels.
    """
    beliefs = engine.believe(state.labels)
    is_open = beliefs.labels == UNLABELLED
    aside = engine.present(state.set_aside)
    is_open[aside] = False
    n_open, n_images = int(np.count_nonzero(is_open)), len(is_open) - len(aside)
    drawn = _drawn(state, engine, left_out)
    known = _Pool(state, engine, left_out, drawn, is_open)
    return Audit(
        n_images=n_images,
        n_open=n_open,
        checks=known.checks(~left_out.right),
        classes=_classes(engine, beliefs, left_out, drawn, known, is_open),
        n_whole=engine.dataset.n_whole,
    )


def _of_all(wrong: Bounds, n_images: int) -> Quality:
    if not n_images:
        return Quality(0.0, 1.0, 1.0)
    return Quality(
        least=1 - wrong.most / n_images,
        likely=1 - wrong.likely / n_images,
        most=1 - wrong.least / n_images,
    )


def _drawn(state: State, engine: Engine, left_out: LeftOut) -> dict[int, Drawn]:
    """Labelled items that were drawn at random, by their index, in the order of drawing."""
    rows, places = engine.dataset.rows[left_out.items].tolist(), left_out.items.tolist()
    place_of = dict(zip(rows, places, strict=True))
    checks = state.checks()
    return {place_of[item]: how for item, how in checks.items() if item in place_of}


def _classes(
    engine: Engine,
    beliefs: Beliefs,
    left_out: LeftOut,
    drawn: dict[int, Drawn],
    known: _Pool,
    is_open: BoolArray,
) -> tuple[ClassQuality, ...]:
    names = engine.dataset.class_names
    n_predicted = np.bincount(beliefs.predicted[is_open & beliefs.reached], minlength=len(names))
    n_given = np.bincount(beliefs.labels[beliefs.labels != UNLABELLED], minlength=len(names))
    is_check, n_open = np.isin(left_out.items, [*drawn]), int(np.count_nonzero(is_open))
    found = []
    for number, name in enumerate(names):
        predicted = left_out.predicted == number
        n_checks = int(np.count_nonzero(is_check & predicted))
        is_enough = n_checks >= FEWEST_CHECKS
        found.append(
            ClassQuality(
                name=name,
                n_images=int(n_predicted[number] + n_given[number]),
                n_predicted=int(n_predicted[number]),
                n_checks=n_checks,
                n_right=int(np.count_nonzero(is_check & predicted & left_out.right)),
                n_open=n_open,
                checks=known.checks(predicted & ~left_out.right) if is_enough else (),
            )
        )
    return tuple(found)


class _Known(NamedTuple):
    """One draw, as far as it does not matter what counts as an error.

    Attributes
    ----------
    place
        The item's place among those that are labelled.
    n_before
        How many of them had their label by then.
    apart : (n,), int64
        Places of those that have got theirs since, and were none of those it was drawn from.
    """

    draw: Draw
    place: int
    n_before: int
    apart: IntArray
    missed: int
    aside: int


class _Pool:
    """What is known of the items that could have been drawn at some moment.

    Parameters
    ----------
    drawn
        What was drawn at random and has a label.
    is_open : (n_items,), bool
        Which items have no label now and are not set aside.
    """

    def __init__(
        self,
        state: State,
        engine: Engine,
        left_out: LeftOut,
        drawn: dict[int, Drawn],
        is_open: BoolArray,
    ) -> None:
        self._is_open = is_open
        place_of = np.full(len(is_open), -1, dtype=np.int64)
        place_of[left_out.items] = np.arange(len(left_out.items))
        top, rows = state.ledger.top, engine.dataset.rows[left_out.items]
        numbers = np.array([top.get(row, 0) for row in rows.tolist()], dtype=np.int64)
        self._order = np.argsort(numbers, kind="stable")
        ordered = numbers[self._order]
        aside = np.sort(np.array([top.get(item, 0) for item in state.set_aside], dtype=np.int64))
        self._known: list[_Known] = []
        for item, how in drawn.items():
            undrawable = np.array(engine.present(how.undrawable), dtype=np.int64)
            labelled = place_of[undrawable[~is_open[undrawable]]]
            labelled = labelled[labelled >= 0]
            draw, short = self._draw(how)
            self._known.append(
                _Known(
                    draw,
                    int(place_of[item]),
                    int(np.searchsorted(ordered, how.n_answers, side="right")),
                    labelled[numbers[labelled] > how.n_answers],
                    int(np.count_nonzero(is_open[undrawable])) + short,
                    len(aside) - int(np.searchsorted(aside, how.n_answers, side="right")),
                )
            )

    def checks(self, wrong: BoolArray) -> tuple[Check, ...]:
        """Each draw as it looks from now.

        Parameters
        ----------
        wrong : (n_labelled,), bool
            What counts as an error, of the labelled items.
        """
        upto = np.concatenate([[0], np.cumsum(wrong[self._order])])
        found = []
        for one in self._known:
            later = int(upto[-1] - upto[one.n_before]) - int(np.count_nonzero(wrong[one.apart]))
            found.append(Check(one.draw, bool(wrong[one.place]), later, one.missed, one.aside))
        return tuple(found)

    def _draw(self, how: Drawn) -> tuple[Draw, int]:
        """How it was drawn; and how many could not be, besides those that are named."""
        n_free = len(self._is_open) - how.n_settled - len(how.undrawable)
        if how.draw is None:
            return Draw((max(n_free, 1),), (1.0,), 0), 0
        return how.draw, max(0, n_free - sum(how.draw.sizes))


@dataclass(frozen=True)
class Judged:
    """What the labels of a project say about its model.

    Attributes
    ----------
    labels
        What is said of each labelled item by all others.
    drawn : (n_labelled,), bool
        Which of them were drawn at random.
    audit
        How good all labels are.
    calibration
        How likely predictions are right; None while there are too few labels.
    """

    labels: LeftOut
    drawn: BoolArray
    audit: Audit
    calibration: Calibration | None


def judge(state: State, engine: Engine, decision: DecisionKey) -> Judged:
    """Leave each label out in turn, and say what follows.

    Parameters
    ----------
    decision
        That of the engine.
    """
    labels = left_out(engine.influence(state.labels), decision)
    drawn = np.isin(labels.items, [*_drawn(state, engine, labels)])
    return Judged(labels, drawn, audit(state, engine, labels), calibrated(labels, drawn))


def calibration_of(view: View) -> Calibration | None:
    """The same as that of :func:`judge`, and none of the rest, which takes ten times as long."""
    state, engine = view.state, view.engine
    labels = left_out(engine.influence(state.labels), view.project.config.decision)
    return calibrated(labels, np.isin(labels.items, [*_drawn(state, engine, labels)]))


def judger() -> Finder[Judged]:
    """Judges projects: with many labels, or after a restart of a large one, in the background."""

    def find(view: View) -> Judged:
        judged = judge(view.state, view.engine, view.project.config.decision)
        if len(view.state.draws) > _FEW_DRAWS:
            # With many checks that takes longer than a page is to wait.
            _ = judged.audit.soon, judged.audit.accuracy
            _ = [one.precision for one in judged.audit.classes]
        return judged

    return Finder(find, is_quick, "judge-labels")


def is_quick(view: View) -> bool:
    """Whether it takes no longer than a person would notice."""
    state, engine = view.state, view.engine
    if len(state.labels) > _FEW_LABELS or len(state.draws) > _FEW_DRAWS:
        return False
    influence = engine.influence(state.labels)
    n_sketched = int(np.count_nonzero(np.isnan(influence.known())))
    n_columns = n_sketched + TO_THE_END * influence.n_unsolved()
    return n_columns * engine.dataset.n_items <= _AT_ONCE
