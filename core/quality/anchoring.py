"""Whether predictions sway answers: what is said where they are shown, and where they are hidden.

Who sees a prediction may take it over though it is wrong (anchoring). On images that a person chose
to answer without, answers may differ for other reasons: later images are other ones. So a project
can draw lots. Then whose predictions were hidden has to do with nothing else, and the difference in
how often answers agree with the prediction is what seeing it does, whether anybody knows the truth
or not.

How much of that does harm is another matter: it takes the truth to know which predictions were
wrong. A label that was never corrected says nothing of it, since one that was taken over from a
wrong prediction looks like one on a right prediction. Corrections found later are counted, as what
they are: the ones found so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from core.quality.asked import Asked
from core.quality.proportions import Counted, Difference, difference
from core.quality.timing import Times, times
from core.wording import percent, points

FEWEST: Final = 10
"""So many answers on each side before they are compared."""


@dataclass(frozen=True, slots=True)
class Side:
    """Answers given with the prediction shown, or hidden.

    Attributes
    ----------
    agreed
        How many of them were the prediction.
    wrong
        The same of those whose prediction is wrong, by the known truth.
    corrected
        Of those that were the prediction, how many images have another label by now.
    times
        How long they took.
    """

    agreed: Counted
    wrong: Counted
    corrected: Counted
    times: Times


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Answers with the prediction shown against answers with the prediction hidden.

    Attributes
    ----------
    by_lot
        Whether lots were drawn; otherwise people chose what was hidden, and a difference may have
        other reasons.
    shown, hidden
        Both sides.
    agreed, wrong
        How much more often the prediction was the answer where it was shown, of all and of wrong
        ones; None where lots were not drawn or answers are too few.
    n_shares
        With how many different chances lots were drawn. With several, only questions of one chance
        are compared with each other.
    n_left_out
        Answers with lots that count for neither side: in those rounds the person had hidden
        predictions otherwise.
    """

    by_lot: bool
    shown: Side
    hidden: Side
    agreed: Difference | None
    wrong: Difference | None
    n_shares: int
    n_left_out: int

    def sentences(self) -> tuple[str, ...]:
        """What is known of it, as people read it."""
        if not self.by_lot:
            return (self._without_lots(),)
        n_shown, n_hidden = self.shown.agreed.n, self.hidden.agreed.n
        if self.agreed is None:
            return (
                f"The prediction was hidden, by lot, for {n_hidden:,} of "
                f"{n_shown + n_hidden:,} images answered. With {FEWEST} on each side, "
                "the two are compared.",
            )
        changed = (
            ""
            if self.n_shares == 1
            else (
                " The share that is hidden has changed, so like questions are compared with like."
            )
        )
        return (
            f"Answers agree with the prediction on {percent(self.shown.agreed.share)} of images "
            f"where it is shown, and on {percent(self.hidden.agreed.share)} where it is hidden by "
            f"lot. Seeing it makes {_points(self.agreed)}.{changed}",
            self._of_wrong_ones(),
        )

    def _without_lots(self) -> str:
        if not self.hidden.agreed.n:
            return "Nothing is known yet: no prediction was hidden."
        if not self.shown.agreed.n:
            return "Nothing is known yet: all predictions were hidden."
        return (
            "People chose what was hidden, so a difference may have other reasons than the "
            "prediction: early images are other ones than late ones."
        )

    def _of_wrong_ones(self) -> str:
        shown, hidden = self.shown.wrong, self.hidden.wrong
        if shown.n + hidden.n == 0:
            kept = self.shown.corrected, self.hidden.corrected
            found = " and ".join(f"{one.hits:,} of {one.n:,}" for one in kept)
            return (
                "How much harm that does is not known, for nobody knows the truth. Of labels that "
                f"agreed, {found} were corrected since."
            )
        told = (
            f"Of predictions that are wrong by the known truth, {shown.hits:,} of {shown.n:,} were "
            f"taken over where they were shown, and {hidden.hits:,} of {hidden.n:,} where hidden"
        )
        return f"{told}." if self.wrong is None else f"{told}: {_points(self.wrong)}."


def _points(found: Difference) -> str:
    least, most = points(found.least), points(found.most)
    chance = ", which may be chance" if found.least <= 0 <= found.most else ""
    return (
        f"a difference of {points(found.value)} points (95 % sure: between {least} and {most})"
        f"{chance}"
    )


def anchoring(questions: Sequence[Asked]) -> Anchoring:
    """Compare the answers that were given one image at a time, on images with a prediction."""
    single = [one for one in questions if not one.is_grid and one.predicted is not None]
    drawn = [one for one in single if 0 < one.share < 1]
    # Where a person hid all predictions, the lot decided nothing: neither on what it left shown,
    # nor on what it would have hidden anyway.
    own = {(one.round, one.by) for one in drawn if one.hidden and not one.lot}
    fair = [one for one in drawn if (one.round, one.by) not in own]
    by_lot = any(one.lot for one in fair)
    if not by_lot:
        shown = [one for one in single if one.hidden is False]
        hidden = [one for one in single if one.hidden]
        return Anchoring(False, _side(shown), _side(hidden), None, None, 0, 0)
    shown, hidden = [one for one in fair if not one.lot], [one for one in fair if one.lot]
    shares = sorted({one.share for one in fair})
    return Anchoring(
        by_lot=True,
        shown=_side(shown),
        hidden=_side(hidden),
        agreed=_compared(shown, hidden, shares),
        wrong=_compared(_wrong(shown), _wrong(hidden), shares),
        n_shares=len(shares),
        n_left_out=len(drawn) - len(fair),
    )


def _side(questions: Sequence[Asked]) -> Side:
    agreed = [one for one in questions if one.agreed]
    corrected = sum(one.stands is not None and one.stands != one.predicted for one in agreed)
    return Side(
        _agreed(questions),
        _agreed(_wrong(questions)),
        Counted(corrected, len(agreed)),
        times(questions),
    )


def _wrong(questions: Iterable[Asked]) -> list[Asked]:
    return [one for one in questions if one.truth is not None and one.truth != one.predicted]


def _agreed(questions: Iterable[Asked]) -> Counted:
    told = [one.agreed for one in questions]
    return Counted(sum(told), len(told))


def _compared(
    shown: Sequence[Asked], hidden: Sequence[Asked], shares: Iterable[float]
) -> Difference | None:
    if min(len(shown), len(hidden)) < FEWEST:
        return None
    return difference(
        (
            _agreed(one for one in shown if one.share == share),
            _agreed(one for one in hidden if one.share == share),
        )
        for share in shares
    )
