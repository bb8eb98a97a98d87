"""How long the answers of a project took, and whether predictions sway them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.arrays import UNLABELLED
from core.quality.anchoring import Anchoring, anchoring
from core.quality.asked import Asked, asked
from core.quality.timing import RoundTimes, Timing, by_round, timing
from core.service.view import View


@dataclass(frozen=True)
class Timed:
    """What the questions that were answered say. Each part is worked out when it is asked for.

    Attributes
    ----------
    questions
        Oldest first.
    class_names
        Of the project, in their order.
    """

    questions: tuple[Asked, ...]
    class_names: tuple[str, ...]

    @cached_property
    def timing(self) -> Timing:
        """How long answers took."""
        return timing(self.questions, self.class_names)

    @cached_property
    def anchoring(self) -> Anchoring:
        """Answers with the prediction shown against answers with the prediction hidden."""
        return anchoring(self.questions)

    @property
    def has_truth(self) -> bool:
        """Whether it is known of some predictions that they are wrong, or right."""
        return any(one.truth is not None for one in self.questions)

    def by_round(self, name: str | None = None) -> tuple[RoundTimes, ...]:
        """How long answers took, round by round; those alone that name a class, or all."""
        return by_round(self.questions, name)


def timed(view: View) -> Timed:
    """The questions of a project that were answered, with the truth where it is known."""
    state, truth, names = view.state, view.dataset.truth, view.class_names
    known: dict[int, str] = {}
    if truth is not None:
        positions = view.engine.present(state.ledger.top)
        items, classes = view.dataset.rows[positions].tolist(), truth[positions].tolist()
        pairs = zip(items, classes, strict=True)
        known = {item: names[number] for item, number in pairs if number != UNLABELLED}
    return Timed(asked(state, known), names)
