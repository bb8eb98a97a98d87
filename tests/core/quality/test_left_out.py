"""Labels left out on islands of near-duplicates, where a label says nearly all of its own item."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from core.arrays import UNLABELLED
from core.graph.similarity import SimilarityGraph, normalise
from core.learning.beliefs import believe
from core.learning.fixed_point import FixedPoint, FixedPointSpreader
from core.learning.influence import Influence
from core.quality.calibration import calibrated, left_out
from core.quality.mistakes import doubts

N_GROUPS, N_COPIES, ON_AN_ISLAND, ALPHA = 240, 11, 2, 0.99
N_LABELLED = N_GROUPS // 2


@pytest.fixture(scope="module")
def graph() -> SimilarityGraph:
    """Groups of copies: two are on an island, linked by a tenth or far less."""
    random = np.random.default_rng(0)
    blocks = [np.triu(random.uniform(0.5, 1, (N_COPIES, N_COPIES)), 1) for _ in range(N_GROUPS)]
    half = sparse.lil_array(sparse.block_diag(blocks))
    for group in range(N_GROUPS):
        if group % ON_AN_ISLAND:
            first = group * N_COPIES
            half[first - 1, first] = 10 ** random.uniform(-5, -1)
    return normalise(sparse.csr_array(half + half.T), symmetric=True)


@pytest.fixture(scope="module")
def labels(graph: SimilarityGraph) -> np.ndarray:
    random = np.random.default_rng(1)
    given = np.full(graph.n_items, UNLABELLED)
    groups = random.permutation(N_GROUPS)[:N_LABELLED]
    given[groups * N_COPIES] = random.integers(4, size=N_LABELLED)
    return given


@pytest.fixture(scope="module")
def fixed_point(graph: SimilarityGraph) -> FixedPoint:
    return FixedPoint(graph, ALPHA)


def anew(graph: SimilarityGraph, labels: np.ndarray, fixed_point: FixedPoint) -> Influence:
    """As after a restart: no column was solved yet."""
    spreader = FixedPointSpreader(fixed_point)
    return Influence(graph, spreader, ALPHA, believe(labels, 4, spreader, "estimated"))


def grown(graph: SimilarityGraph, labels: np.ndarray, fixed_point: FixedPoint) -> Influence:
    """As where the labels were given: each column was solved before its label came."""
    spreader = FixedPointSpreader(fixed_point)
    spreader.prepare(np.flatnonzero(labels != UNLABELLED).tolist())
    return Influence(graph, spreader, ALPHA, believe(labels, 4, spreader, "estimated"))


def closed_form(graph: SimilarityGraph, labels: np.ndarray) -> np.ndarray:
    dense = np.eye(graph.n_items) - ALPHA * sparse.csr_array(graph.matrix).toarray()
    items = np.flatnonzero(labels != UNLABELLED)
    among = (1 - ALPHA) * np.linalg.inv(dense)[np.ix_(items, items)]
    np.fill_diagonal(among, 0)
    return np.asarray(among @ (labels[items, np.newaxis] == np.arange(4)))


def test_what_others_say_is_that_of_the_closed_form_after_a_restart_too(
    graph: SimilarityGraph, labels: np.ndarray, fixed_point: FixedPoint
):
    expected = closed_form(graph, labels)
    for influence in (anew(graph, labels, fixed_point), grown(graph, labels, fixed_point)):
        found = influence.without_own(influence.own(np.arange(N_LABELLED)))
        largest = expected.max(axis=1, keepdims=True)
        assert (np.abs(found - expected) <= 0.05 * largest + 1e-9).all()


def test_probabilities_and_doubts_are_the_same_after_a_restart(
    graph: SimilarityGraph, labels: np.ndarray, fixed_point: FixedPoint
):
    after, before = (
        left_out(influence, "estimated")
        for influence in (anew(graph, labels, fixed_point), grown(graph, labels, fixed_point))
    )
    assert after.items.tolist() == before.items.tolist()
    assert (after.predicted == before.predicted).mean() > 0.98
    np.testing.assert_allclose(after.lead, before.lead, atol=0.15)
    drawn = np.ones(N_LABELLED, dtype=np.bool_)
    curves = calibrated(after, drawn), calibrated(before, drawn)
    assert None not in curves
    lead = np.linspace(0, 1, 5)
    one, other = (curve.probability(lead) for curve in curves if curve)
    np.testing.assert_allclose(one, other, atol=0.02)
    assert after.right.mean() < 0.5, "labels are made up, so others do not foresee them"
    told = [
        {one.item for one in doubts(influence)}
        for influence in (anew(graph, labels, fixed_point), grown(graph, labels, fixed_point))
    ]
    assert len(told[0] & told[1]) > 0.95 * len(told[0] | told[1])


def test_where_it_would_take_too_long_nothing_is_said(
    graph: SimilarityGraph,
    labels: np.ndarray,
    fixed_point: FixedPoint,
    monkeypatch: pytest.MonkeyPatch,
):
    """Of some labels: those of which others say more than is in doubt are told all the same."""
    exact = left_out(grown(graph, labels, fixed_point), "estimated")
    influence = anew(graph, labels, fixed_point)
    own = influence.own(np.arange(N_LABELLED))
    with monkeypatch.context() as patch:
        patch.setattr("core.learning.influence._SKETCHED", 0)
        scores = influence.without_own(own)
        told = left_out(influence, "estimated")
    unknown = np.isnan(scores).any(axis=1)
    assert 0 < np.count_nonzero(unknown) < N_LABELLED
    assert np.isnan(scores[unknown]).all()
    assert told.items.tolist() == influence.items[~unknown].tolist()
    of_exact = exact.predicted[~unknown]
    assert (told.predicted == of_exact).mean() > 0.95
    assert influence.n_unsolved() >= np.count_nonzero(unknown)
    influence.without_own(own)
    assert influence.n_unsolved() == 0, "now there was time"
