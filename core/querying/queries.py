"""How much is to be learned from the answer to each item: score functions, and their registry.

Each score is one number an item; the larger, the sooner it is asked about.
:mod:`core.querying.choosing` makes batches of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from core.arrays import FloatArray
from core.learning.beliefs import Beliefs

QueryKey = Literal[
    "mixed", "herding", "variance", "margin", "least_confidence", "entropy", "random"
]

PRIOR: Final = 0.05
"""What each class has at every item before any label: one twentieth of a label. Between .01 and .3
it made no difference that could be distinguished from chance."""

_CHUNK: Final = 8_192


def entropy(beliefs: Beliefs) -> FloatArray:
    """Uncertainty of each item: the Shannon entropy of its distribution, shape (n_items,), nats.

    0 when one class has all the probability, ``log(n_classes)`` when all are equally likely.
    Infinite where no label reaches: of such an item the model knows nothing at all.
    """
    probabilities = beliefs.probabilities
    if probabilities.dtype == np.float64:
        uncertainty = entr(probabilities).sum(axis=1)
    else:
        uncertainty = _quick_entropy(probabilities)
    return np.where(beliefs.reached, uncertainty, np.inf)


def _quick_entropy(probabilities: NDArray[Any]) -> FloatArray:
    """Entropy in float32, to 1e-6, for millions of items: ten times quicker than scipy's."""
    found = np.empty(len(probabilities))
    least = np.finfo(np.float32).tiny
    for start in range(0, len(probabilities), _CHUNK):
        some = probabilities[start : start + _CHUNK]
        # A probability of zero adds nothing, whatever stands for its logarithm.
        found[start : start + _CHUNK] = np.einsum("ij,ij->i", some, np.log(np.maximum(some, least)))
    return np.negative(found, out=found)


def least_confidence(beliefs: Beliefs) -> FloatArray:
    """Uncertainty of each item: one minus the probability of its best class, shape (n_items,).

    Infinite where no label reaches.

    References
    ----------
    Lewis, Gale, "A sequential algorithm for training text classifiers", 1994.
    """
    return np.where(beliefs.reached, 1 - beliefs.confidence, np.inf)


def margin(beliefs: Beliefs) -> FloatArray:
    """Uncertainty of each item: one minus the lead of its best class, shape (n_items,), 0 to 1.

    The lead is the probability of the most probable class less that of the second one. Infinite
    where no label reaches.

    Of scores that have settled down, it asks better than entropy does: there, a label's class has
    a little of the probability everywhere, and entropy is taken in by that.

    References
    ----------
    Scheffer, Decomain, Wrobel, "Active hidden Markov models for information extraction", 2001.
    """
    return np.where(beliefs.reached, 1 - beliefs.lead, np.inf)


def dirichlet_variance(
    total: FloatArray, squares: FloatArray, n_classes: int, prior: float = PRIOR
) -> FloatArray:
    """How far the class of each item is from being known, shape (n_items,), 0 to 1.

    The evidence for each class at an item is read as the parameters of a Dirichlet distribution
    over the item's class probabilities. The score is the sum of the variances of those:
    ``(1 - sum_c p_c^2) / (1 + sum_c A_c)`` with ``A_c = a_c + prior`` and ``p_c = A_c / sum A``.
    It is large where classes are at odds, and larger where little has reached an item at all: so
    it explores by itself, and goes on to what is between classes.

    Parameters
    ----------
    total, squares : (n_items,)
        ``sum_c a_c`` and ``sum_c a_c^2`` of the evidence of each item, in labels.
    n_classes
        Classes there are, with evidence or without.
    prior
        Evidence that each class has everywhere, in labels.

    References
    ----------
    Miller, Murray, "Dirichlet active learning", 2023 (arXiv 2311.05501).
    """
    everything = total + n_classes * prior
    shares = (squares + 2 * prior * total + n_classes * prior**2) / np.square(everything)
    return np.asarray((1 - shares) / (1 + everything))


class Outlook(Protocol):
    """What is believed at some moment, as far as scores need it."""

    @property
    def n_items(self) -> int:
        """How many items it is about."""
        ...

    @property
    def n_labels(self) -> int:
        """Labels given, and answers assumed."""
        ...

    def beliefs(self) -> Beliefs:
        """Distributions over the classes."""
        ...

    def evidence(self) -> tuple[FloatArray, FloatArray, int]:
        """Totals, squares and the number of classes, as :func:`dirichlet_variance` takes them."""
        ...

    def coverage(self, weights: FloatArray, /) -> FloatArray:
        """How much of these weights a label on each item would cover anew, shape (n_items,).

        Parameters
        ----------
        weights : (n_items,)
            Finite.
        """
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """How much each item is worth asking about.

    Attributes
    ----------
    rate
        Shape (n_items,). Given the randomness too, which only ``random`` uses.
    of_sample
        Whether it is above zero at no item but those that coverage is measured among.
    falls
        Whether an answer makes items worth less, near or far; but for few, and little.
    repeats
        Whether it rates alike whenever it is asked.
    """

    rate: Callable[[Outlook, np.random.Generator], FloatArray]
    of_sample: bool = False
    falls: bool = False
    repeats: bool = True

    @property
    def is_open(self) -> bool:
        """Whether any item may become worth more by an answer, and is infinitely before any."""
        return self.repeats and not (self.falls or self.of_sample)


@dataclass(frozen=True, slots=True)
class Query:
    """A way to ask.

    Attributes
    ----------
    title, explanation
        For people: a name, and one sentence.
    turns
        Scores that take turns, by the number of labels.
    """

    title: str
    explanation: str
    turns: tuple[Score, ...]

    def turn(self, n_labels: int) -> Score:
        """The score whose turn it is at so many labels."""
        return self.turns[n_labels % len(self.turns)]

    def score(self, outlook: Outlook, random: np.random.Generator) -> FloatArray:
        """How much each item is worth asking about, shape (n_items,)."""
        return self.turn(outlook.n_labels).rate(outlook, random)


def uncertainty_herding(outlook: Outlook) -> FloatArray:
    """How much of all uncertainty a label on each item would speak to, shape (n_items,).

    Greedy facility location, as at the beginning, with each item weighted by the square of its
    margin: a label is asked for where it reaches many items that are still unsure. Where all are
    unsure it covers, and where few are it asks about those, without a parameter that says when to
    go over from one to the other. Items that nothing reaches are as unsure as can be.

    References
    ----------
    Bae, Oh, Sutherland, "Uncertainty herding: one active learning method for all label budgets",
    ICLR 2025 (arXiv 2412.20644); the similarity here is that of the labels' own reach.
    """
    return outlook.coverage(np.square(np.minimum(margin(outlook.beliefs()), 1.0)))


_MARGIN: Final = Score(lambda outlook, _: margin(outlook.beliefs()))
_VARIANCE: Final = Score(lambda outlook, _: dirichlet_variance(*outlook.evidence()), falls=True)
_HERDING: Final = Score(lambda outlook, _: uncertainty_herding(outlook), of_sample=True)


QUERIES: Final[dict[QueryKey, Query]] = {
    "mixed": Query(
        "Variance and margin",
        "Asks twice where least is known, then once where two classes are closest; the best known.",
        (_MARGIN, _VARIANCE, _VARIANCE),
    ),
    "herding": Query(
        "Uncertainty herding",
        "Asks twice where an answer reaches most images that are still unsure, then once where two "
        "classes are closest; the best known for photographs.",
        (_MARGIN, _HERDING, _HERDING),
    ),
    "variance": Query(
        "Variance",
        "Asks where labels have said least so far: far from all of them, or between two classes "
        "(variance of a Dirichlet distribution).",
        (_VARIANCE,),
    ),
    "margin": Query(
        "Margin",
        "Asks where the best class is only just ahead of the second.",
        (_MARGIN,),
    ),
    "least_confidence": Query(
        "Least confidence",
        "Asks where the best class has the lowest probability.",
        (Score(lambda outlook, _: least_confidence(outlook.beliefs())),),
    ),
    "entropy": Query(
        "Entropy",
        "Asks where the probabilities are spread most evenly over all classes, as in "
        "scikit-learn's example.",
        (Score(lambda outlook, _: entropy(outlook.beliefs())),),
    ),
    "random": Query(
        "Random",
        "Asks about images drawn at random; the baseline for the others.",
        (Score(lambda outlook, random: random.random(outlook.n_items), repeats=False),),
    ),
}
"""The queries there are, the best known first."""
