"""Whether more labels pay: what the Label page says of that, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import numpy as np
from scipy import sparse

from core.arrays import UNLABELLED
from core.engine.engine import Engine
from core.quality.calibration import calibrated
from core.quality.stopping import (
    FEWEST_LABELS,
    MANY,
    RECENT,
    TARGET,
    Maturity,
    Verdict,
    changed,
    likely_right,
)
from core.service.auditing import Judged
from core.service.finding import Finder
from core.service.view import View
from core.session.events import AnswerKind
from core.session.labels import Labels
from core.session.state import State
from core.wording import at_least, counted, percent

_AT_ONCE: Final = 20_000
_DENSE_AT_ONCE: Final = 2_000
"""Items with which a fit is a matter of some hundredths of a second; those of a dense graph."""


@dataclass(frozen=True, slots=True)
class StopAdvice:
    """Whether to stop, as people read it.

    Attributes
    ----------
    verdict
        What to do.
    target
        The share of all labels that is to be right, 0 to 1.
    maturity
        How far labelling has come.
    proven
        The share that is right at least, by the checks; None where too few were checked.
    n_checks
        Images that were checked at random.
    """

    verdict: Verdict
    target: float
    maturity: Maturity
    proven: float | None
    n_checks: int

    @property
    def may_stop(self) -> bool:
        """Whether labelling may stop."""
        return self.verdict.may_stop

    def beside_accuracy(self) -> str:
        """The same where accuracy is measured: this does without the truth, and may be far off."""
        found = self._likely
        return self.sentence().replace(f"{found} are likely right", f"labels alone suggest {found}")

    def sentence(self) -> str:
        """What to do, and what says so."""
        maturity, target = self.maturity, shown_target(self.target)
        likely, moved = self._likely, percent(maturity.changed)
        if self.verdict is Verdict.PROVEN:
            assert self.proven is not None
            return f"You may stop: at least {at_least(self.proven)} are right, 95 % sure."
        if self.verdict is Verdict.LABELLED:
            by_people = maturity.n_labelled / maturity.n_images
            return f"You may stop: people have labelled {at_least(by_people)} themselves."
        if self.verdict is Verdict.STOP:
            return f"You may stop: {likely} are likely right; little changes now."
        if self.verdict is Verdict.UNSETTLED:
            return f"Go on: {likely} are likely right, but {moved} still change."
        more = maturity.at_least_more(self.target)
        if more is None:
            return f"Go on: {likely} are likely right so far."
        far = "very many labels" if more >= MANY else f"{more:,} labels or more"
        return f"Go on: {likely} are likely right; {target} takes {far}."

    @property
    def _likely(self) -> str:
        """The share that is likely right; never rounded up to a target that it is below."""
        likely = self.maturity.likely
        return at_least(likely) if likely < self.target else percent(likely)

    def reasons(self) -> tuple[str, ...]:
        """What that rests on, a sentence or two each."""
        maturity = self.maturity
        checked = f"{counted(self.n_checks, 'image')} checked at random"
        certain = (
            f"Nothing is certain yet: {checked} {'is' if self.n_checks == 1 else 'are'} too few."
            if self.proven is None
            else f"At least {at_least(self.proven)} are right, 95 % sure, by {checked}."
        )
        return (
            f"{self._likely} of all labels are likely right, yours and the model’s: each "
            "prediction counts by how likely it is right.",
            f"The last {counted(maturity.n_recent, 'label')} changed {percent(maturity.changed)} "
            "of all predictions. The next ones can gain no more than they change.",
            certain,
        )


def shown_target(share: float) -> str:
    """A target as people read it, without decimals that say nothing: ``97 %``."""
    return f"{100 * share:.10g} %"


def target_of(state: State) -> float:
    """The share of all labels that is to be right, 0 to 1."""
    return TARGET if state.target is None else state.target


def stop_advice(
    state: State, judged: Judged | None, maturity: Maturity | None
) -> StopAdvice | None:
    """Whether to stop; None while too little is known."""
    if judged is None or maturity is None:
        return None
    target = target_of(state)
    accuracy = judged.audit.accuracy
    proven = None if accuracy is None else accuracy.least
    if proven is not None and proven > maturity.likely:
        maturity = replace(maturity, likely=proven)
    return StopAdvice(
        maturity.verdict(target, proven), target, maturity, proven, judged.audit.n_checks
    )


def is_too_early(view: View) -> bool:
    """Whether there are too few labels to say anything."""
    return view.n_learned < FEWEST_LABELS or not _recent(view.state)


def maturity(state: State, engine: Engine, judged: Judged) -> Maturity | None:
    """How far labelling has come; None while there are too few labels.

    Parameters
    ----------
    judged
        What the same labels say of the model.
    """
    labels, recent = state.labels, _recent(state)
    calibration = judged.calibration or calibrated(judged.labels, judged.drawn, FEWEST_LABELS)
    if calibration is None or not recent:
        return None
    now = engine.believe(labels)
    before = engine.believe_once(_without(labels, recent))
    is_open = now.labels == UNLABELLED
    is_open[engine.present(state.set_aside)] = False
    n_labelled = int(np.count_nonzero(now.labels != UNLABELLED))
    return Maturity(
        likely_right(now.lead[is_open], now.reached[is_open], calibration, n_labelled),
        changed(before.predicted, now.predicted),
        len(recent),
        n_labelled,
        n_labelled + int(np.count_nonzero(is_open)),
    )


def _recent(state: State) -> tuple[int, ...]:
    """The items labelled last by people, ``RECENT`` at most."""
    newest = state.ledger.newest_first()
    items = (
        placed.answer.item
        for placed in newest
        if placed.answer.kind is AnswerKind.LABEL and placed.answer.item in state.labels
    )
    return tuple(islice(dict.fromkeys(islice(items, 2 * RECENT)), RECENT))


def _without(labels: Labels, items: tuple[int, ...]) -> Labels:
    for item in items:
        labels = labels.without(item)
    return labels


def weigher(judge: Finder[Judged]) -> Finder[Maturity]:
    """Finds out how far labelling has come: in the background where there are many images.

    Parameters
    ----------
    judge
        Knows what labels say of the model.
    """

    def find(view: View) -> Maturity | None:
        judged = judge.found(view)
        return None if judged is None else maturity(view.state, view.engine, judged)

    return Finder(find, _is_quick, "weigh-labels")


def _is_quick(view: View) -> bool:
    """Whether a fit takes no longer than some hundredths of a second."""
    is_sparse = sparse.issparse(view.engine.graph.matrix)
    return view.engine.dataset.n_items <= (_AT_ONCE if is_sparse else _DENSE_AT_ONCE)
