"""Items in two dimensions: against scikit-learn, and kept on the disk."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from core.graph.kept import LayoutStore
from core.graph.layout import (
    STEPS,
    Layout,
    can_lay_out,
    links_of,
    neighbour_points,
    on_grid,
    principal_points,
)
from core.graph.layout_process import neighbour_points_apart
from core.graph.similarity import SimilarityGraph, rbf_graph, symmetric_knn_graph
from core.jobs.progress import CancelledError

FEATURES = load_digits().data[:400]

needs_library = pytest.mark.skipif(not can_lay_out(), reason="has no wheel for this machine")


def test_the_plain_layout_is_that_of_the_first_principal_components():
    points = principal_points(FEATURES)
    expected = PCA(2, svd_solver="full").fit_transform(FEATURES)
    for one, other in zip(points.T, expected.T, strict=True):
        assert min(abs(one - other).max(), abs(one + other).max()) < 1e-3


@pytest.mark.parametrize("features", [np.ones((5, 3)), np.zeros((1, 4)), np.zeros((0, 4))])
def test_items_that_are_all_alike_lie_in_one_place(features):
    places = on_grid(principal_points(features))
    assert places.shape == (len(features), 2)
    assert len(np.unique(places, axis=0)) <= 1


def test_both_axes_have_one_scale_and_what_is_far_away_does_not_squeeze_all_others():
    random = np.random.default_rng(0)
    points = random.uniform(size=(10_000, 2)) * [4, 1]
    points[0] = [1e6, 0]
    places = on_grid(points).astype(float)
    assert places.max() == STEPS
    assert np.ptp(places[1:, 0]) > 0.9 * STEPS
    assert np.ptp(places[1:, 0]) / np.ptp(places[1:, 1]) == pytest.approx(4, rel=0.05)


def test_links_go_both_ways_and_none_leads_back_to_its_item():
    one_way = sparse.csr_array(np.array([[9.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.5, 0.0]]))
    links = links_of(SimilarityGraph(one_way)).toarray()
    assert links.tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    dense = links_of(rbf_graph(FEATURES, 1e-3))
    assert not dense.diagonal().any()
    graph = symmetric_knn_graph(FEATURES, 10)
    both = links_of(graph).toarray()
    assert np.array_equal(both, sparse.csr_array(graph.matrix).toarray() > 0)
    assert np.array_equal(both, both.T)
    assert np.diff(dense.indptr).min() >= 15


@needs_library
def test_a_layout_by_neighbours_keeps_them_better_and_is_the_same_in_a_process_of_its_own():
    links, start = links_of(symmetric_knn_graph(FEATURES, 10)), principal_points(FEATURES)
    points = neighbour_points(links, start)
    assert trustworthiness(FEATURES, points) > max(0.97, trustworthiness(FEATURES, start) + 0.1)
    told: list[float] = []
    apart = neighbour_points_apart(links, start, lambda _, share: told.append(share))
    assert np.array_equal(apart, points)
    assert told == sorted(told)
    assert told[-1] == 1


@needs_library
def test_a_layout_is_stopped_when_nobody_wants_it():
    links, start = links_of(symmetric_knn_graph(FEATURES, 10)), principal_points(FEATURES)

    def stop(_stage: str, _share: float, /) -> None:
        raise CancelledError

    for lay_out in (neighbour_points, neighbour_points_apart):
        with pytest.raises(CancelledError):
            lay_out(links, start, stop)


def test_a_layout_is_kept_and_one_that_is_damaged_goes(tmp_path):
    store = LayoutStore(tmp_path / "layouts")
    layout = Layout("abc", "neighbours", np.arange(20, dtype=np.uint16).reshape(10, 2))
    assert store.load("abc", "neighbours", 10) is None
    assert store.save(layout)
    found = store.load("abc", "neighbours", 10)
    assert found is not None
    assert np.array_equal(found.places, layout.places)
    assert store.load("abc", "neighbours", 11) is None
    assert not store.has("abc")
    store.save(layout)
    (tmp_path / "layouts" / "abc.npy").write_bytes(b"not an array")
    assert store.load("abc", "neighbours", 10) is None
