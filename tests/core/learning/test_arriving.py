"""How a label comes to the others, against powers of the matrix and the closed form."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from core.graph.similarity import SimilarityGraph, rbf_graph, symmetric_knn_graph
from core.learning.arriving import TRACE, arrivals

LABELLED = np.array([0, 7, 31])
POINTS = make_blobs(60, centers=4, cluster_std=1.5, random_state=3)[0]
GRAPHS = {"all pairs": rbf_graph(POINTS, 0.5), "neighbours": symmetric_knn_graph(POINTS, 6)}


def dense(graph: SimilarityGraph) -> np.ndarray:
    matrix = graph.matrix
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


@pytest.mark.parametrize("alpha", [0.2, 0.9])
@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_what_has_arrived_is_the_sum_of_powers_as_a_share_of_all_that_is_ever_heard(
    graph: SimilarityGraph, alpha: float
):
    matrix = dense(graph)
    ever = np.linalg.inv(np.eye(len(matrix)) - alpha * matrix)[:, LABELLED]
    for place, arrival in enumerate(arrivals(graph, LABELLED, alpha, most=6)):
        assert arrival.item == LABELLED[place]
        for sweeps, shares in zip(arrival.sweeps, arrival.shares, strict=True):
            terms = (
                np.linalg.matrix_power(alpha * matrix, m)[:, arrival.item]
                for m in range(sweeps + 1)
            )
            expected = sum(terms) / ever.sum(axis=1)
            np.testing.assert_allclose(shares, expected, rtol=2e-3, atol=1e-12)


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_an_item_is_reached_once_a_trace_is_there_and_stays_reached(graph: SimilarityGraph):
    matrix = dense(graph)
    ever = np.linalg.inv(np.eye(len(matrix)) - 0.9 * matrix)
    for arrival in arrivals(graph, LABELLED, 0.9, most=6):
        now, total = np.eye(len(matrix))[arrival.item], np.eye(len(matrix))[arrival.item]
        for sweep in range(1, arrival.sweeps[-1] + 1):
            now = 0.9 * matrix @ now
            total = total + now
            if sweep in arrival.sweeps:
                told = arrival.heard[arrival.sweeps.index(sweep)]
                expected = total >= TRACE * ever[:, arrival.item]
                assert np.mean(told == (expected & (ever[:, arrival.item] > 1e-15))) > 0.98
        assert (np.diff(arrival.heard.astype(int), axis=0) >= 0).all()
        assert len(arrival.sweeps) <= 6
        assert list(arrival.sweeps) == sorted(set(arrival.sweeps))


def test_what_no_link_leads_to_is_never_reached():
    two = np.zeros((4, 4))
    two[0, 1] = two[1, 0] = two[2, 3] = two[3, 2] = 1.0
    (arrival,) = arrivals(SimilarityGraph(two, symmetric=True), np.array([0]), 0.5, most=4)
    assert (arrival.shares[:, 2:] == 0).all()
    assert (arrival.shares[:, :2] > 0).all()
    assert arrival.heard[-1].tolist() == [True, True, False, False]
