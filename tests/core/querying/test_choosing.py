"""Batches: each item chosen as if those before it had been answered, and a share by chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse
from sklearn.datasets import make_blobs

from core.arrays import UNLABELLED, BoolArray, FloatArray, IntArray
from core.graph.similarity import symmetric_knn_graph
from core.learning.beliefs import Beliefs, believe
from core.learning.decisions import DecisionKey
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.querying.choosing import Choice, Policy, choose_batch
from core.querying.openings import Sample
from core.querying.outlook import Outlook
from core.querying.queries import QueryKey, entropy, margin, uncertainty_herding

N_ITEMS, N_CLASSES = 120, 3
SEEKING = Policy(opening="coverage", query="mixed", random_share=0.0, assume_answers=True)
POINTS, OF = make_blobs(N_ITEMS, 4, centers=N_CLASSES, cluster_std=3, random_state=0)


class Setting:
    """A small set of three clouds, spread over by the fixed point."""

    def __init__(self, points: FloatArray = POINTS, alpha: float = 0.9) -> None:
        self.graph = symmetric_knn_graph(points, 6)
        self.spreader = FixedPointSpreader(FixedPoint(self.graph, alpha))
        self.sample = Sample(points, np.arange(len(points)))
        roots = self.graph.root_degrees
        assert roots is not None
        self.scale = roots.mean() / roots / (1 - alpha)

    def outlook(self, labels: IntArray, decision: DecisionKey = "estimated") -> Outlook:
        beliefs = believe(labels, N_CLASSES, self.spreader, decision)
        return self.after(labels, beliefs, decision)

    def after(
        self,
        labels: IntArray,
        beliefs: Beliefs,
        decision: DecisionKey = "estimated",
        n_classes: int = N_CLASSES,
    ) -> Outlook:
        """What is believed once these labels have led to these beliefs."""
        sketch = self.spreader.sketch
        return Outlook(
            labels, beliefs, n_classes, decision, self.scale, sketch, lambda: self.sample
        )

    def choose(
        self,
        policy: Policy,
        labels: IntArray,
        size: int,
        candidates: BoolArray | None = None,
        seed: int = 0,
    ) -> list[Choice]:
        allowed = labels == UNLABELLED if candidates is None else candidates
        chosen = choose_batch(
            policy,
            self.outlook(labels),
            allowed,
            size,
            np.random.default_rng(seed),
        )
        return list(chosen)


@pytest.fixture(scope="module")
def setting() -> Setting:
    return Setting()


def labelled(n: int, seed: int = 0) -> IntArray:
    """True labels on some items."""
    labels = np.full(N_ITEMS, UNLABELLED)
    items = np.random.default_rng(seed).choice(N_ITEMS, n, replace=False)
    labels[items] = OF[items]
    return labels


@pytest.mark.parametrize(
    "query", ["mixed", "herding", "variance", "margin", "entropy", "least_confidence"]
)
@pytest.mark.parametrize("decision", get_args(DecisionKey))
def test_a_batch_is_what_asking_one_by_one_gives_when_predictions_are_the_answers(
    setting, query, decision
):
    labels, policy = labelled(12), replace(SEEKING, query=query)
    batch = choose_batch(
        policy,
        setting.outlook(labels, decision),
        labels == UNLABELLED,
        6,
        np.random.default_rng(0),
    )
    for choice in batch:
        outlook = setting.outlook(labels, decision)
        predicted = outlook.beliefs().model_class[choice.item]
        (one,) = choose_batch(
            policy,
            outlook,
            labels == UNLABELLED,
            1,
            np.random.default_rng(0),
        )
        assert one.item == choice.item
        labels[choice.item] = predicted


def test_what_is_assumed_is_what_labels_would_have_led_to(setting):
    labels = labelled(12)
    outlook = setting.outlook(labels)
    outlook.evidence()
    for item in np.flatnonzero(labels == UNLABELLED)[:5].tolist():
        labels[item] = outlook.beliefs().model_class[item]
        outlook.assume(item)
    expected = setting.outlook(labels)
    assert outlook.n_labels == 17
    np.testing.assert_allclose(
        outlook.beliefs().probabilities, expected.beliefs().probabilities, rtol=1e-5
    )
    for one, other in zip(outlook.evidence()[:2], expected.evidence()[:2], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_the_labels_and_beliefs_that_were_handed_in_stay_as_they_were(setting):
    labels = labelled(12)
    beliefs = believe(labels, N_CLASSES, setting.spreader)
    assert beliefs.evidence is not None
    before = beliefs.evidence.scores.rows(slice(None)).copy()
    outlook = setting.after(labels, beliefs, "raw")
    outlook.assume(int(np.flatnonzero(labels == UNLABELLED)[0]))
    assert beliefs.evidence.scores.rows(slice(None)).tolist() == before.tolist()
    assert labels.tolist() == labelled(12).tolist()


def test_without_assumed_answers_a_batch_is_the_top_of_one_ranking(setting):
    labels = labelled(12)
    policy = replace(SEEKING, query="entropy", assume_answers=False)
    scores = entropy(setting.outlook(labels).beliefs())
    ranked = [i for i in np.argsort(-scores, kind="stable").tolist() if labels[i] == UNLABELLED]
    assert [choice.item for choice in setting.choose(policy, labels, 8)] == ranked[:8]


def test_assumed_answers_spread_a_batch_out(setting):
    """The items of a batch are less alike than the top of one ranking."""
    labels = labelled(12)

    def closest(policy: Policy) -> float:
        points = POINTS[[choice.item for choice in setting.choose(policy, labels, 8)]]
        apart = np.linalg.norm(points[:, np.newaxis] - points, axis=2)
        return float((apart + np.diag(np.full(8, np.inf))).min(axis=1).mean())

    by_ranking = replace(SEEKING, query="variance", assume_answers=False)
    assert closest(replace(SEEKING, query="variance")) > closest(by_ranking)


@pytest.mark.parametrize("n_labels", [0, 7, 12])
def test_what_is_on_a_screen_already_counts_as_answered_as_predicted(setting, n_labels):
    """So what comes after it is what would have come after it in one batch."""
    labels = labelled(n_labels)
    whole = [choice.item for choice in setting.choose(SEEKING, labels, 8)]
    for shown in (1, 2, 5):
        after = choose_batch(
            SEEKING,
            setting.outlook(labels),
            labels == UNLABELLED,
            8 - shown,
            np.random.default_rng(0),
            whole[:shown],
        )
        assert [choice.item for choice in after] == whole[shown:]


def test_the_first_ten_are_of_the_opening_and_the_next_of_the_query(setting):
    nothing = np.full(N_ITEMS, UNLABELLED)
    reasons = [choice.reason for choice in setting.choose(SEEKING, nothing, 10)]
    assert reasons == ["opening"] * 10
    reasons = [choice.reason for choice in setting.choose(SEEKING, labelled(7), 5)]
    assert reasons == ["opening"] * 3 + ["query"] * 2
    assert [c.reason for c in setting.choose(SEEKING, labelled(10), 2)] == ["query"] * 2


def test_a_larger_first_batch_is_all_of_the_opening(setting):
    nothing = np.full(N_ITEMS, UNLABELLED)
    assert {choice.reason for choice in setting.choose(SEEKING, nothing, 20)} == {"opening"}


def test_the_opening_goes_on_where_it_was_whatever_the_size_of_batches(setting):
    labels = np.full(N_ITEMS, UNLABELLED)
    whole = [choice.item for choice in setting.choose(SEEKING, labels, 10)]
    one_by_one = []
    for _ in range(10):
        (choice,) = setting.choose(SEEKING, labels, 1)
        labels[choice.item] = OF[choice.item]
        one_by_one.append(choice.item)
    assert one_by_one == whole


def test_a_share_is_drawn_by_chance_from_all_that_are_left(setting):
    labels, policy = labelled(12), replace(SEEKING, random_share=0.2)
    drawn: Counter[int] = Counter()
    n_random = 0
    for seed in range(600):
        for choice in setting.choose(replace(policy, assume_answers=False), labels, 5, seed=seed):
            if choice.reason == "random":
                drawn[choice.item] += 1
                n_random += 1
    # 3,000 items, each by chance with probability .2: six standard deviations either way.
    assert abs(n_random - 600) < 6 * np.sqrt(3_000 * 0.2 * 0.8)
    assert set(drawn) <= set(np.flatnonzero(labels == UNLABELLED).tolist())
    assert len(drawn) > 0.9 * np.count_nonzero(labels == UNLABELLED)


def test_all_by_chance_and_none_by_chance(setting):
    labels = labelled(12)
    always = replace(SEEKING, random_share=1.0)
    assert {choice.reason for choice in setting.choose(always, labels, 9)} == {"random"}
    assert {choice.reason for choice in setting.choose(SEEKING, labels, 9)} == {"query"}


def test_the_same_state_of_chance_gives_the_same_batch(setting):
    policy = replace(SEEKING, random_share=0.5)
    first, again, other = (setting.choose(policy, labelled(12), 9, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_what_no_label_reaches_is_asked_about_first_and_covered():
    points, of = make_blobs([30, 30, 30], 2, centers=[[0, 0], [1e4, 0], [0, 1e4]], random_state=0)
    setting = Setting(points)
    labels = np.full(90, UNLABELLED)
    labels[np.flatnonzero(of == 0)[:12]] = 0
    for query in ("entropy", "margin", "least_confidence", "variance"):
        policy = replace(SEEKING, query=query)
        chosen = [choice.item for choice in setting.choose(policy, labels, 2)]
        assert sorted(of[chosen].tolist()) == [1, 2], query


@settings(max_examples=60, deadline=None)
@given(
    query=st.sampled_from(get_args(QueryKey)),
    n_labels=st.integers(0, 40),
    size=st.integers(0, 25),
    allowed=hnp.arrays(np.bool_, N_ITEMS),
    assume=st.booleans(),
    share=st.sampled_from([0.0, 0.3]),
)
def test_a_batch_holds_allowed_items_once_each_and_as_many_as_there_are(
    setting, query, n_labels, size, allowed, assume, share
):
    policy = Policy("coverage", query, share, assume)
    chosen = [c.item for c in setting.choose(policy, labelled(n_labels), size, allowed)]
    assert len(chosen) == len(set(chosen)) == min(size, int(allowed.sum()))
    assert all(allowed[item] for item in chosen)


@pytest.mark.parametrize("n_classes", [1, 2, 26])
def test_any_number_of_classes_can_be_asked_about(setting, n_classes):
    """Also where not all of them have been seen, and more than one label is of the same."""
    labels = np.full(N_ITEMS, UNLABELLED)
    labels[:12] = 0
    beliefs = believe(labels, n_classes, setting.spreader, "estimated")
    outlook = setting.after(labels, beliefs, n_classes=n_classes)
    chosen = choose_batch(
        SEEKING,
        outlook,
        labels == UNLABELLED,
        5,
        np.random.default_rng(0),
    )
    assert len({choice.item for choice in chosen}) == 5


@pytest.mark.parametrize("sampled", [slice(None), slice(0, N_ITEMS, 2)])
def test_uncertainty_herding_is_the_uncertainty_that_comes_nearer_to_a_label(setting, sampled):
    """Of those items that were sampled, by the definition, one by one."""
    positions = np.arange(N_ITEMS)[sampled]
    sample = setting.sample = Sample(POINTS[positions], positions)
    labels = labelled(12)
    outlook = setting.outlook(labels)
    unsure = np.square(np.minimum(margin(outlook.beliefs()), 1))
    links = sparse.csr_array(symmetric_knn_graph(POINTS[positions], 10).matrix).toarray()
    reach = np.linalg.inv(np.eye(len(positions)) - 0.99 * links)
    alike = reach / np.sqrt(np.outer(np.diag(reach), np.diag(reach)))
    given_to = [place for place, item in enumerate(positions) if labels[item] != UNLABELLED]
    assert sample.places(np.flatnonzero(labels != UNLABELLED)) == given_to
    expected = np.zeros(N_ITEMS)
    for place, item in enumerate(positions):
        for other, weight in enumerate(unsure[positions]):
            nearest = max(alike[given_to, other])
            expected[item] += weight * max(alike[place, other] - nearest, 0)
    np.testing.assert_allclose(uncertainty_herding(outlook), expected, rtol=1e-4, atol=1e-5)
