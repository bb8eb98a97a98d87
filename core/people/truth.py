"""What is true of items that several people have answered, estimated from all their answers.

Answers are triples of an item, a person and a class, all as indices from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from core.arrays import UNLABELLED, FloatArray, IntArray, freeze

_MOST_STEPS: Final = 500
_SETTLED: Final = 1e-6
"""The estimate is settled when no probability changes by more than this in a step."""

SURE: Final = 2 / 3
"""How likely a class has to be to be taken for true, whatever most people say."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Who says what of which item; a person may say several things of one, or the same twice.

    Attributes
    ----------
    items, people, classes
        Of each answer, shape (n_votes,).
    """

    items: IntArray
    people: IntArray
    classes: IntArray
    n_items: int
    n_people: int
    n_classes: int

    def __post_init__(self) -> None:
        freeze(self)

    def counts(self) -> IntArray:
        """How many answers say each class of each item, shape (n_items, n_classes)."""
        counts = np.zeros((self.n_items, self.n_classes), dtype=np.int64)
        np.add.at(counts, (self.items, self.classes), 1)
        return counts


@dataclass(frozen=True, slots=True)
class Trust:
    """What is taken for likely of people before they have said anything, in made-up answers.

    Attributes
    ----------
    right, wrong
        Answers to items of each class that name it, and that name each of the others. No trust at
        all is 0 and 0, as Dawid and Skene had it.
    share
        Items of each class.
    """

    right: float = 8.0
    wrong: float = 1.0
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is likely true.

    Attributes
    ----------
    probabilities
        Of the classes of each item, shape (n_items, n_classes).
    confusion
        How likely each person says the second class of an item of the first, shape
        (n_people, n_classes, n_classes).
    shares
        How frequent the classes are, shape (n_classes,).
    log_posterior
        What was made as large as it gets, after each step: the log-likelihood of all answers, and
        the logarithm of what was taken for likely beforehand.
    """

    probabilities: FloatArray
    confusion: FloatArray
    shares: FloatArray
    log_posterior: FloatArray

    def __post_init__(self) -> None:
        freeze(self)

    def sure(self) -> IntArray:
        """The class of each item that is likely enough, or ``UNLABELLED``."""
        best = self.probabilities.argmax(axis=1)
        return np.where(self.probabilities.max(axis=1) >= SURE, best, UNLABELLED)


def majority(counts: IntArray) -> IntArray:
    """The class that most say of each item; ``UNLABELLED`` where it is a tie, or nobody has said.

    Parameters
    ----------
    counts
        As of :meth:`Votes.counts`.
    """
    most = counts.max(axis=1, initial=0)
    is_clear = (most > 0) & ((counts == most[:, None]).sum(axis=1) == 1)
    return np.where(is_clear, counts.argmax(axis=1), UNLABELLED)


def dawid_skene(
    votes: Votes,
    trust: Trust = Trust(),
    known: IntArray | None = None,
) -> Estimate:
    """Estimate what is true, and how often each person takes one class for another, by EM.

    Each step works out how likely each class is of each item, given what people are like, and then
    what people are like, given that. None makes the answers less likely.

    Parameters
    ----------
    known
        The classes that are known for certain, shape (n_items,); ``UNLABELLED`` where it is not.

    References
    ----------
    Dawid, Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm",
    1979.
    """
    n_people, n_classes = votes.n_people, votes.n_classes
    # One row for each class that a person may say: who has said it, of which items.
    said = csr_array(
        (np.ones(len(votes.items)), (votes.people * n_classes + votes.classes, votes.items)),
        shape=(n_people * n_classes, votes.n_items),
    )
    by_item = said.T.tocsr()
    beforehand = trust.wrong + (trust.right - trust.wrong) * np.eye(n_classes)
    certain = np.full(votes.n_items, UNLABELLED) if known is None else known
    probabilities = _clamped(_shared_out(votes.counts().astype(np.float64)), certain)
    log_posterior: list[float] = []
    for _ in range(_MOST_STEPS):
        shares = _shared_out(probabilities.sum(axis=0) + trust.share)
        # Indexed by the person, what is said, and what is true.
        counted = np.asarray(said @ probabilities).reshape(n_people, n_classes, n_classes)
        confusion = _shared_out(counted.transpose(0, 2, 1) + beforehand)
        with np.errstate(divide="ignore"):
            log_shares, log_confusion = np.log(shares), np.log(confusion)
        told = log_confusion.transpose(0, 2, 1).reshape(n_people * n_classes, n_classes)
        scores = log_shares + _summed(by_item, told)
        before, (probabilities, log_likelihood) = probabilities, _normalised(scores, certain)
        log_prior = _weighed(beforehand, log_confusion) + _weighed(
            np.full_like(shares, trust.share), log_shares
        )
        log_posterior.append(log_likelihood + log_prior)
        if np.abs(probabilities - before).max(initial=0) < _SETTLED:
            break
    return Estimate(probabilities, confusion, shares, np.array(log_posterior))


def _shared_out(weights: FloatArray) -> FloatArray:
    """Weights divided by their sum over the last axis; alike where there are none."""
    sums = weights.sum(axis=-1, keepdims=True)
    alike = 1 / weights.shape[-1]
    return np.where(sums > 0, weights / np.where(sums > 0, sums, 1), alike)


def _summed(by_item: csr_array, told: FloatArray) -> FloatArray:
    """What answers tell of each item, added up; minus infinity is kept, and makes no nan."""
    impossible = np.isneginf(told)
    sums: FloatArray = by_item @ np.where(impossible, 0, told)
    if impossible.any():
        sums[(by_item @ impossible.astype(np.float64)) > 0] = -np.inf
    return sums


def _normalised(scores: FloatArray, certain: IntArray) -> tuple[FloatArray, float]:
    """Probabilities from logarithms, and the log-likelihood of all answers."""
    is_certain = certain != UNLABELLED
    likelihoods = np.logaddexp.reduce(scores, axis=1)
    probabilities = np.exp(scores - likelihoods[:, None])
    given = np.flatnonzero(is_certain)
    likelihoods[given] = scores[given, certain[given]]
    return _clamped(probabilities, certain), float(likelihoods.sum())


def _clamped(probabilities: FloatArray, certain: IntArray) -> FloatArray:
    given = np.flatnonzero(certain != UNLABELLED)
    probabilities[given] = 0
    probabilities[given, certain[given]] = 1
    return probabilities


def _weighed(weights: FloatArray, logarithms: FloatArray) -> float:
    """The logarithm of Dirichlet densities up to a constant; a weight of 0 leaves all out."""
    return float((weights * np.where(weights > 0, logarithms, 0)).sum())
