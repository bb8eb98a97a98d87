"""Estimates of the truth, against Dawid and Skene's paper, other programs and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.arrays import UNLABELLED, FloatArray, IntArray
from core.people.truth import Estimate, Trust, Votes, dawid_skene, majority
from tests.core.people.published import ANAESTHETISTS

NONE = Trust(0, 0, 0)


def _votes(rows: list[tuple[int, int, int]], n_classes: int = 3) -> Votes:
    items, people, classes = np.array(rows, dtype=np.int64).T
    return Votes(items, people, classes, int(items.max()) + 1, int(people.max()) + 1, n_classes)


def _anaesthetists() -> Votes:
    rows = [
        (patient, person, int(digit) - 1)
        for patient, said in enumerate(ANAESTHETISTS.split(","))
        for person, digits in enumerate(said.split())
        for digit in digits
    ]
    return _votes(rows, 4)


def test_shares_and_error_rates_of_the_anaesthetists_are_the_published_ones():
    found = dawid_skene(_anaesthetists(), NONE)
    assert np.round(found.shares, 2).tolist() == [0.40, 0.42, 0.11, 0.07]
    assert np.round(found.confusion[0], 2).tolist() == [
        [0.89, 0.11, 0.00, 0.00],
        [0.07, 0.88, 0.05, 0.00],
        [0.00, 0.34, 0.66, 0.00],
        [0.00, 0.00, 0.56, 0.44],
    ]


def _one_by_one(votes: Votes, n_steps: int) -> tuple[FloatArray, float]:
    """The paper's formulas 2.3 to 2.5, term by term; probabilities, and the log-likelihood."""
    items, people, classes = range(votes.n_items), range(votes.n_people), range(votes.n_classes)
    said = np.zeros((votes.n_items, votes.n_people, votes.n_classes))
    for item, person, name in zip(votes.items, votes.people, votes.classes, strict=True):
        said[item, person, name] += 1
    likely = said.sum(axis=1) / said.sum(axis=(1, 2))[:, None]
    log_likelihood = 0.0
    for _ in range(n_steps):
        rates = np.full((votes.n_people, votes.n_classes, votes.n_classes), 1 / votes.n_classes)
        for k in people:
            for j in classes:
                told = [sum(likely[i, j] * said[i, k, name] for i in items) for name in classes]
                if sum(told):
                    rates[k, j] = np.array(told) / sum(told)
        shares = [float(likely[:, j].mean()) for j in classes]
        log_likelihood = 0.0
        for i in items:
            each = [shares[j] * float(np.prod(rates[:, j] ** said[i])) for j in classes]
            likely[i] = np.array(each) / sum(each)
            log_likelihood += float(np.log(sum(each)))
    return likely, log_likelihood


def test_without_trust_it_is_what_the_formulas_of_the_paper_give():
    votes = _anaesthetists()
    found = dawid_skene(votes, NONE)
    likely, log_likelihood = _one_by_one(votes, len(found.log_posterior))
    assert found.probabilities == pytest.approx(likely, abs=1e-9)
    assert found.log_posterior[-1] == pytest.approx(log_likelihood)


def test_it_is_what_crowd_kit_says():
    random = np.random.default_rng(5)
    truth = random.integers(0, 4, 300)
    rows = [
        (i, int(k), int(truth[i] if random.random() < 0.5 + 0.08 * k else random.integers(0, 4)))
        for i in range(300)
        for k in random.choice(6, 3, replace=False)
    ]
    found = dawid_skene(_votes(rows, 4), NONE)
    # Of crowd-kit 1.4.2, DawidSkene(n_iter=500, tol=1e-12), which has no trust either.
    assert found.probabilities[:6] == pytest.approx(
        np.array(
            [
                [0.0, 0.0, 0.98993, 0.01007],
                [0.01533, 0.0068, 0.00086, 0.97701],
                [0.99844, 0.00041, 0.0, 0.00115],
                [0.0, 0.00207, 0.0, 0.99793],
                [0.00054, 0.99642, 0.00207, 0.00098],
                [0.33141, 0.30044, 0.32623, 0.04192],
            ]
        ),
        abs=2e-5,
    )


@st.composite
def some_votes(draw: st.DrawFn, n_people: int = 4, n_classes: int = 3) -> Votes:
    vote = st.tuples(
        st.integers(0, 11), st.integers(0, n_people - 1), st.integers(0, n_classes - 1)
    )
    rows = draw(st.lists(vote, min_size=1, max_size=60, unique_by=lambda row: row[:2]))
    items, people, classes = np.array(rows, dtype=np.int64).T
    return Votes(items, people, classes, 12, n_people, n_classes)


trusts = st.sampled_from([Trust(), NONE, Trust(1, 1, 1), Trust(10, 0.1, 2)])


@settings(deadline=None, max_examples=40)
@given(some_votes(), trusts)
def test_no_step_makes_the_answers_less_likely(votes, trust):
    found = dawid_skene(votes, trust)
    assert np.all(np.isfinite(found.log_posterior))
    assert np.all(np.diff(found.log_posterior) >= -1e-9)
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(12))
    assert found.confusion.sum(axis=2) == pytest.approx(np.ones((4, 3)))


@settings(deadline=None, max_examples=40)
@given(some_votes(), trusts, st.permutations(range(3)), st.permutations(range(4)), st.randoms())
def test_neither_names_of_classes_nor_the_order_of_people_and_answers_matter(
    votes, trust, classes, people, random
):
    order = [*range(len(votes.items))]
    random.shuffle(order)
    other = Votes(
        votes.items[order],
        np.array(people)[votes.people][order],
        np.array(classes)[votes.classes][order],
        votes.n_items,
        votes.n_people,
        votes.n_classes,
    )
    one, two = dawid_skene(votes, trust), dawid_skene(other, trust)
    assert two.probabilities[:, classes] == pytest.approx(one.probabilities, abs=1e-4)
    assert two.log_posterior[-1] == pytest.approx(one.log_posterior[-1], abs=1e-3)


def test_one_answer_each_of_trusted_people_is_bayes_rule():
    """With so much trust that what people say changes nothing of it, there is a closed form."""
    much = 1e9
    trust = Trust(0.8 * much, 0.1 * much, much)
    found = dawid_skene(_votes([(0, 0, 1), (0, 1, 1), (0, 2, 2), (1, 0, 0)]), trust)
    weights = np.array([0.1**3, 0.8**2 * 0.1, 0.1**2 * 0.8])
    assert found.probabilities[0] == pytest.approx(weights / weights.sum(), abs=1e-6)
    assert found.probabilities[1] == pytest.approx([0.8, 0.1, 0.1], abs=1e-6)


def _simulated(skill: list[float], n_items: int, seed: int) -> tuple[Votes, IntArray]:
    """Everybody answers every item of two classes; some are mostly wrong."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 2, n_items)
    rows = [
        (item, person, int(truth[item] if random.random() < right else 1 - truth[item]))
        for item in range(n_items)
        for person, right in enumerate(skill)
    ]
    return _votes(rows, 2), truth


def test_two_who_know_are_believed_against_three_who_guess():
    votes, truth = _simulated([0.97, 0.95, 0.55, 0.5, 0.5], 400, seed=1)
    found = dawid_skene(votes)
    by_count = np.mean(majority(votes.counts()) == truth)
    by_skill = np.mean(found.probabilities.argmax(axis=1) == truth)
    assert by_count < 0.85
    assert by_skill > 0.94
    assert found.confusion[0].trace() / 2 > 0.93
    assert found.confusion[3].trace() / 2 < 0.6


def test_what_is_known_stays_and_says_who_is_right():
    rows = [
        (item, person, item % 2 if person == 0 else 0) for item in range(20) for person in (0, 1)
    ]
    votes = _votes(rows, 2)
    known = np.full(20, UNLABELLED)
    known[:10] = np.arange(10) % 2
    found: Estimate = dawid_skene(votes, known=known)
    assert found.probabilities[:10].argmax(axis=1).tolist() == known[:10].tolist()
    assert set(np.unique(found.probabilities[:10])) == {0, 1}
    # The two disagree on every second item, and one of them was right on those that are known.
    assert found.probabilities[10:].argmax(axis=1).tolist() == [0, 1] * 5


def test_most_votes_win_and_a_tie_is_none():
    rows = [(0, 0, 1), (0, 1, 1), (0, 2, 0), (1, 0, 0), (1, 1, 2), (3, 0, 2)]
    assert majority(_votes(rows).counts()).tolist() == [1, UNLABELLED, UNLABELLED, 2]


def test_of_no_answers_nothing_follows():
    none = np.empty(0, dtype=np.int64)
    found = dawid_skene(Votes(none, none, none, 2, 1, 4))
    assert found.probabilities == pytest.approx(np.full((2, 4), 0.25))
    assert majority(np.zeros((0, 3), dtype=np.int64)).tolist() == []
