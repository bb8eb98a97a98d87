"""How far people agree on items that several of them have answered, beyond what chance gives.

Answers are an array of class indices, shape (n_items, n_people), with ``UNLABELLED`` where a person
has not answered an item. A coefficient is 1 where all agree, 0 where they agree as often as chance
would have it, and below where they agree less often.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from core.arrays import UNLABELLED, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient, and what it rests on.

    Attributes
    ----------
    value
        At most 1; None where nothing follows: too few answers, or all of them the same.
    n_items
        Items that at least two people have answered.
    """

    value: float | None
    n_items: int


def counts_of(answers: IntArray, n_classes: int) -> IntArray:
    """How many people say each class of each item, shape (n_items, n_classes)."""
    items, people = np.nonzero(answers != UNLABELLED)
    counts = np.zeros((len(answers), n_classes), dtype=np.int64)
    np.add.at(counts, (items, answers[items, people]), 1)
    return counts


def cohen_kappa(one: IntArray, other: IntArray, n_classes: int) -> Agreement:
    """Cohen's kappa of two people, over the items that both have answered.

    References
    ----------
    Cohen, "A coefficient of agreement for nominal scales", 1960.
    """
    both = (one != UNLABELLED) & (other != UNLABELLED)
    n_items = int(np.count_nonzero(both))
    if n_items == 0:
        return Agreement(None, 0)
    says_one, says_other = (np.bincount(who[both], minlength=n_classes) for who in (one, other))
    expected = int(says_one @ says_other) / n_items**2
    observed = int(np.count_nonzero(one[both] == other[both])) / n_items
    return Agreement(_beyond_chance(observed, expected), n_items)


def by_pair(answers: IntArray, n_classes: int) -> dict[tuple[int, int], Agreement]:
    """Cohen's kappa of each two people who have an item in common."""
    found = {
        (one, other): cohen_kappa(answers[:, one], answers[:, other], n_classes)
        for one, other in combinations(range(answers.shape[1]), 2)
    }
    return {pair: agreement for pair, agreement in found.items() if agreement.n_items}


def fleiss_kappa(counts: IntArray) -> Agreement:
    """Fleiss' kappa of any number of people, who need not be the same ones on each item.

    Items with unlike numbers of answers count alike, each with the shares of its own answers.

    Parameters
    ----------
    counts
        As of :func:`counts_of`.

    References
    ----------
    Fleiss, "Measuring nominal scale agreement among many raters", 1971.
    """
    shared = _shared(counts)
    if not len(shared):
        return Agreement(None, 0)
    sizes = shared.sum(axis=1)
    observed = float(np.mean((shared * (shared - 1)).sum(axis=1) / (sizes * (sizes - 1))))
    shares: FloatArray = np.mean(shared / sizes[:, None], axis=0)
    return Agreement(_beyond_chance(observed, float(shares @ shares)), len(shared))


def krippendorff_alpha(counts: IntArray) -> Agreement:
    """Krippendorff's alpha for classes, which takes items with any number of answers.

    Chance is that of all answers to shared items, drawn without putting back, so few items are no
    flattery.

    Parameters
    ----------
    counts
        As of :func:`counts_of`.

    References
    ----------
    Krippendorff, "Computing Krippendorff's alpha-reliability", 2011.
    """
    shared = _shared(counts)
    if not len(shared):
        return Agreement(None, 0)
    sizes, totals = shared.sum(axis=1), shared.sum(axis=0)
    n_answers = int(totals.sum())
    observed = float(((shared * (shared - 1)).sum(axis=1) / (sizes - 1)).sum()) / n_answers
    expected = float((totals * (totals - 1)).sum()) / (n_answers * (n_answers - 1))
    return Agreement(_beyond_chance(observed, expected), len(shared))


def by_class(counts: IntArray) -> tuple[Agreement, ...]:
    """Krippendorff's alpha of each class against all others together.

    It rests on the shared items of which somebody says that class.
    """
    shared = _shared(counts)
    sizes = shared.sum(axis=1)
    found = []
    for column in shared.T:
        alpha = krippendorff_alpha(np.column_stack([column, sizes - column]))
        found.append(Agreement(alpha.value, int(np.count_nonzero(column))))
    return tuple(found)


def _shared(counts: IntArray) -> IntArray:
    """Those of the items that at least two people have answered."""
    shared: IntArray = counts[counts.sum(axis=1) > 1]
    return shared


def _beyond_chance(observed: float, expected: float) -> float | None:
    return None if expected >= 1 else (observed - expected) / (1 - expected)
