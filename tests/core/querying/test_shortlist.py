"""By a shortlist a batch is what it is when all items are looked at after each answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.datasets import make_blobs

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray
from core.graph.similarity import SimilarityGraph, symmetric_knn_graph
from core.learning.beliefs import believe
from core.learning.decisions import DecisionKey
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.nearby import Column, WholeColumn
from core.querying.choosing import Policy, choose_batch
from core.querying.openings import Sample
from core.querying.outlook import Outlook
from core.querying.queries import QueryKey, margin
from core.querying.shortlist import DRAWN, SHARE, ShortlistOutlook, best_of

N_ITEMS, N_CLASSES, ALPHA = 3_000, 4, 0.95
SEEKING = Policy(opening="coverage", query="mixed", random_share=0.0, assume_answers=True)


class Setting:
    """Clouds that overlap, with exact columns for the one way and the other."""

    def __init__(self, points: FloatArray, of: IntArray) -> None:
        self.of = of
        self.graph: SimilarityGraph = symmetric_knn_graph(points, 8)
        self.fixed_point = FixedPoint(self.graph, ALPHA)
        self.spreader = FixedPointSpreader(self.fixed_point)
        roots = self.graph.root_degrees
        assert roots is not None
        self.scale = roots.mean() / roots / (1 - ALPHA)
        positions = np.arange(0, len(points), 10)
        self.sample = Sample(points[positions], positions)
        self._columns: dict[int, FloatArray] = {}

    def exact(self, item: int) -> FloatArray:
        if item not in self._columns:
            source = np.zeros((len(self.of), 1))
            source[item] = 1
            self._columns[item] = self.fixed_point.solve(source).columns[:, 0]
        return self._columns[item]

    def whole(self, item: int) -> Column:
        return WholeColumn(self.exact(item))

    def labelled(self, n: int, seed: int) -> IntArray:
        """True labels on some items."""
        labels = np.full(len(self.of), UNLABELLED)
        items = np.random.default_rng(seed).choice(len(self.of), n, replace=False)
        labels[items] = self.of[items]
        return labels

    def outlooks(
        self, labels: IntArray, decision: DecisionKey = "estimated", share: float | None = None
    ) -> tuple[Outlook, ShortlistOutlook]:
        """That which looks at all items, and that which does not; both know exact columns."""
        beliefs = believe(labels, N_CLASSES, self.spreader, decision)

        def sample() -> Sample:
            return self.sample

        common = labels, beliefs, N_CLASSES, decision, self.scale
        return (
            Outlook(*common, self.exact, sample),
            ShortlistOutlook(*common, self.whole, sample, share or SHARE, share or DRAWN),
        )

    def quick(self, labels: IntArray) -> ShortlistOutlook:
        """As it is used."""
        outlook = self.outlooks(labels)[1]
        columns = self.spreader.quick_columns()
        assert columns is not None
        outlook.column = columns
        return outlook


@cache
def overlapping() -> Setting:
    points, of = make_blobs(N_ITEMS, 5, centers=N_CLASSES, cluster_std=4, random_state=0)
    return Setting(points, of)


@cache
def apart() -> Setting:
    """Four clouds that nothing links."""
    centers = 1e4 * np.eye(4)
    points, of = make_blobs(N_ITEMS, 4, centers=centers, random_state=0)
    return Setting(points, of)


def batch(
    outlook: Outlook | ShortlistOutlook,
    policy: Policy,
    size: int = 8,
    allowed: BoolArray | None = None,
    seed: int = 0,
) -> list[int]:
    candidates = outlook.labels == UNLABELLED if allowed is None else allowed
    chosen = choose_batch(policy, outlook, candidates, size, np.random.default_rng(seed))
    return [choice.item for choice in chosen]


@pytest.mark.parametrize("query", get_args(QueryKey))
@pytest.mark.parametrize("decision", get_args(DecisionKey))
def test_a_shortlist_of_all_asks_what_is_asked_when_all_are_looked_at(query, decision):
    setting = overlapping()
    for seed in range(3):
        labels = setting.labelled(20 + seed, seed)
        everything, shortlist = setting.outlooks(labels, decision, share=1.0)
        policy = replace(SEEKING, query=query)
        assert batch(everything, policy) == batch(shortlist, policy)


@pytest.mark.parametrize("seed", range(4))
def test_a_short_one_asks_the_same_where_answers_make_items_less_worth_asking(seed):
    setting, policy = overlapping(), replace(SEEKING, query="variance")
    everything, shortlist = setting.outlooks(setting.labelled(20 + seed, seed))
    assert batch(everything, policy) == batch(shortlist, policy)


@pytest.mark.parametrize("seed", range(4))
def test_a_short_one_asks_about_items_as_unsure_as_those_that_are_the_least_sure(seed):
    """Answers make some items less sure too, which are not looked for outside of it."""
    setting, policy = overlapping(), replace(SEEKING, query="margin")
    labels = setting.labelled(20 + seed, seed)
    for item in batch(setting.outlooks(labels)[1], policy):
        unsure = margin(setting.outlooks(labels)[0].beliefs())
        assert unsure[item] > 0.97
        labels[item] = setting.outlooks(labels)[0].beliefs().model_class[item]


def test_what_no_label_reaches_is_covered_as_when_all_items_are_looked_at():
    setting = apart()
    labels = setting.labelled(N_ITEMS, 0)
    labels[np.flatnonzero(setting.of != 2)] = UNLABELLED
    labels[np.flatnonzero(setting.of == 2)[15:]] = UNLABELLED
    for query in ("margin", "entropy", "least_confidence", "herding"):
        everything, shortlist = setting.outlooks(labels)
        policy = replace(SEEKING, query=query)
        expected = batch(everything, policy, 3)
        assert batch(shortlist, policy, 3) == expected
        assert set(setting.of[expected].tolist()) == {0, 1, 3} or query == "herding"


@pytest.mark.parametrize("query", get_args(QueryKey))
def test_without_assumed_answers_a_batch_is_the_top_of_one_ranking(query):
    setting, policy = overlapping(), replace(SEEKING, query=query, assume_answers=False)
    everything, shortlist = setting.outlooks(setting.labelled(24, 6))
    assert batch(everything, policy) == batch(shortlist, policy)


def test_it_grows_until_its_best_is_better_than_all_that_it_leaves_out():
    """Where nothing is known yet all are worth the same, and one answer changes that for many."""
    setting = apart()
    labels = setting.labelled(12, 1)
    everything, shortlist = setting.outlooks(labels)
    policy = replace(SEEKING, query="variance")
    assert batch(everything, policy, 60) == batch(shortlist, policy, 60)


def test_assumed_answers_lead_to_what_labels_would_have_led_to():
    setting = overlapping()
    labels = setting.labelled(15, 3)
    shortlist = setting.outlooks(labels)[1]
    items = np.flatnonzero(labels == UNLABELLED)[:6]
    for item in items.tolist():
        predicted = setting.outlooks(labels)[0].beliefs().model_class[item]
        labels[item] = predicted
        shortlist.assume(item)
    expected = setting.outlooks(labels)[0]
    some = np.arange(5, N_ITEMS, 7)
    part = shortlist.part(some)
    assert shortlist.n_labels == part.n_labels == 21
    assert shortlist.taken.tolist() == np.flatnonzero(labels != UNLABELLED).tolist()
    np.testing.assert_allclose(
        part.beliefs().probabilities, expected.beliefs().probabilities[some], rtol=1e-6, atol=1e-9
    )
    for one, other in zip(part.evidence()[:2], expected.evidence()[:2], strict=True):
        np.testing.assert_allclose(one, other[some], rtol=1e-6)


def test_quick_columns_lead_to_about_the_same_beliefs():
    setting = overlapping()
    labels = setting.labelled(15, 4)
    shortlist = setting.quick(labels)
    for item in np.flatnonzero(labels == UNLABELLED)[:6].tolist():
        labels[item] = setting.outlooks(labels)[0].beliefs().model_class[item]
        shortlist.assume(item)
    expected = setting.outlooks(labels)[0].beliefs().probabilities
    found = shortlist.part(np.arange(N_ITEMS)).beliefs().probabilities
    assert np.abs(found - expected).mean() < 0.005
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.999


def test_items_that_are_on_a_screen_count_as_answered_and_are_not_asked_again():
    setting, policy = overlapping(), replace(SEEKING, query="variance")
    labels = setting.labelled(20, 5)
    whole = batch(setting.outlooks(labels)[0], policy, 8)
    shown, following = whole[:3], whole[3:]
    for outlook in setting.outlooks(labels):
        random, candidates = np.random.default_rng(0), labels == UNLABELLED
        chosen = choose_batch(policy, outlook, candidates, 5, random, shown)
        assert [choice.item for choice in chosen] == following


@given(
    query=st.sampled_from(get_args(QueryKey)),
    n_labels=st.integers(0, 30),
    size=st.integers(0, 12),
    n_allowed=st.integers(0, 20),
    seed=st.integers(0, 3),
)
def test_a_batch_holds_allowed_items_once_each_and_as_many_as_there_are(
    query, n_labels, size, n_allowed, seed
):
    setting = overlapping()
    labels = setting.labelled(n_labels, seed)
    left = np.flatnonzero(labels == UNLABELLED)
    allowed = np.zeros(N_ITEMS, dtype=bool)
    allowed[np.random.default_rng(seed).choice(left, n_allowed, replace=False)] = True
    policy = Policy("coverage", query, 0.3)
    chosen = batch(setting.quick(labels), policy, size, allowed, seed)
    assert len(chosen) == len(set(chosen)) == min(size, n_allowed)
    assert all(allowed[chosen])


@given(
    rated=hnp.arrays(np.float64, st.integers(1, 60), elements=st.sampled_from([-np.inf, 0, 1, 2])),
    wanted=st.integers(1, 40),
)
def test_the_best_are_above_all_others_and_of_those_alike_the_first(rated, wanted):
    found = best_of(rated, wanted)
    ranked = np.lexsort((np.arange(len(rated)), -rated))
    ranked = ranked[rated[ranked] > -np.inf]
    assert found.tolist() == sorted(ranked[: len(found)].tolist())
    assert 2 * len(found) >= min(wanted, len(ranked))


def test_of_many_items_about_as_many_are_taken_as_are_wanted():
    distinct: Callable[[int], FloatArray] = lambda n: np.random.default_rng(n).random(n)  # noqa: E731
    for n_items in (20_000, 100_000):
        rated = distinct(n_items)
        found = best_of(rated, n_items // 20)
        assert n_items // 40 <= len(found) <= n_items // 10
        assert rated[found].min() > np.delete(rated, found).max()
