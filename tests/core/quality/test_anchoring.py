"""Whether predictions sway answers, in simulated projects of which that is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core.quality.anchoring import Anchoring, anchoring
from core.quality.asked import Asked
from core.quality.proportions import Counted

CLASSES = ("ant", "bee", "cow", "dog")


def simulated(
    random: np.random.Generator, n: int, *, sway: float, share: float, knows: bool = True
) -> Iterator[Asked]:
    """Answers by somebody who is right on 80 %, or takes over what is shown.

    The model learns: it is right on 60 % at first and on all but 5 % in the end.
    """
    for number in range(n):
        truth, other, third = (CLASSES[(turn + number) % 4] for turn in range(3))
        predicted = truth if random.random() < 0.6 + 0.35 * number / n else other
        own = truth if random.random() < 0.8 else third
        lot = random.random() < share
        said = predicted if not lot and random.random() < sway else own
        yield Asked(
            round=1 + number // 10,
            by="ann",
            label=said,
            milliseconds=900,
            is_grid=False,
            predicted=predicted,
            agreed=said == predicted,
            hidden=lot,
            share=share,
            lot=lot,
            truth=truth if knows else None,
            stands=said,
        )


def found(*parts: Iterator[Asked]) -> Anchoring:
    return anchoring([one for part in parts for one in part])


@pytest.mark.parametrize("sway", [0.0, 0.4])
def test_seeing_a_wrong_prediction_makes_as_much_of_a_difference_as_was_simulated(sway):
    random = np.random.default_rng(8)
    held_all = held_wrong = 0
    for _ in range(200):
        told = found(simulated(random, 600, sway=sway, share=0.25))
        assert told.agreed is not None
        assert told.wrong is not None
        # Who is swayed would have said the prediction anyway on .8 of those that are right, which
        # are .775 of all.
        held_all += told.agreed.least <= sway * (1 - 0.8 * 0.775) <= told.agreed.most
        held_wrong += told.wrong.least <= sway <= told.wrong.most
    assert min(held_all, held_wrong) >= 0.93 * 200


def test_the_difference_is_there_though_nobody_knows_the_truth_and_no_more_than_that():
    random = np.random.default_rng(2)
    told = found(simulated(random, 2000, sway=0.5, share=0.25, knows=False))
    assert told.by_lot
    assert told.agreed is not None
    assert told.agreed.least > 0.1
    assert told.wrong is None
    assert told.shown.wrong == told.hidden.wrong == Counted(0, 0)


def test_a_share_that_changes_while_the_model_learns_feigns_nothing():
    random = np.random.default_rng(4)
    early = list(simulated(random, 3000, sway=0.0, share=0.5))[:1000]
    late = list(simulated(random, 3000, sway=0.0, share=0.1))[2000:]
    told = anchoring([*early, *late])
    naive = told.shown.agreed.share - told.hidden.agreed.share
    assert told.agreed is not None
    assert told.n_shares == 2
    assert abs(told.agreed.value) < abs(naive)
    assert told.agreed.least <= 0 <= told.agreed.most


def test_rounds_in_which_a_person_hid_all_predictions_are_no_comparison():
    random = np.random.default_rng(6)
    by_lot = list(simulated(random, 400, sway=0.3, share=0.25))
    hid = [
        one._replace(round=1000 + one.round, hidden=True)
        for one in simulated(random, 400, sway=0.0, share=0.25)
    ]
    told = anchoring([*by_lot, *hid])
    alone = anchoring(by_lot)
    assert told.n_left_out == 400
    assert (told.agreed, told.hidden.agreed) == (alone.agreed, alone.hidden.agreed)


def test_what_people_chose_to_hide_is_counted_and_not_compared():
    random = np.random.default_rng(7)
    chosen = [
        one._replace(hidden=number % 2 == 0)
        for number, one in enumerate(simulated(random, 200, sway=0.3, share=0.0))
    ]
    told = anchoring(chosen)
    assert not told.by_lot
    assert (told.shown.agreed.n, told.hidden.agreed.n) == (100, 100)
    assert told.agreed is told.wrong is None


def test_with_all_predictions_hidden_there_is_nothing_to_compare_with():
    random = np.random.default_rng(7)
    told = found(simulated(random, 50, sway=0.0, share=1.0))
    assert not told.by_lot
    assert (told.shown.agreed.n, told.hidden.agreed.n) == (0, 50)


def test_few_answers_are_counted_and_not_compared_and_grids_do_not_count():
    random = np.random.default_rng(9)
    some = list(simulated(random, 200, sway=0.0, share=0.5))
    hidden = [one for one in some if one.lot][:9]
    shown = [one for one in some if not one.lot]
    told = anchoring([*hidden, *shown, *(one._replace(is_grid=True) for one in some)])
    assert told.by_lot
    assert told.agreed is None
    assert (told.hidden.agreed.n, told.shown.agreed.n) == (9, len(shown))


def test_predictions_that_were_taken_over_and_corrected_later_are_counted():
    random = np.random.default_rng(3)
    one = next(simulated(random, 1, sway=1.0, share=0.0))
    told = anchoring(
        [
            one,
            one._replace(stands="other"),
            one._replace(stands=None),
            one._replace(agreed=False, stands="other"),
        ]
    )
    assert told.shown.corrected == Counted(1, 3)
