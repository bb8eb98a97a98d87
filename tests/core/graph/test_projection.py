"""Features become points whose neighbours are those of the features."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from core.errors import InvalidFeaturesError
from core.graph.projection import N_COMPONENTS, Projection


def distances(points: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(points[:, np.newaxis] - points, axis=2))


def many_features(n_items: int = 300) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.normal(size=(n_items, 5)) @ random.normal(size=(5, 200))


def test_few_features_are_centred_and_scaled_and_no_more():
    features = load_digits().data[:100]
    projection = Projection.fit(features)
    points = projection.transform(features)
    assert projection.components is None
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-5)
    assert np.square(points).mean() == pytest.approx(1, rel=1e-5)
    np.testing.assert_allclose(
        distances(points) * projection.scale, distances(features), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize(("n_items", "n_features"), [(400, 90), (100, 200), (101, 200)])
def test_many_features_become_the_components_that_scikit_learn_finds(n_items, n_features):
    random = np.random.default_rng(1)
    features = random.normal(size=(n_items, n_features)) * np.linspace(1, 5, n_features)
    projection = Projection.fit(features)
    points = projection.transform(features)
    assert points.shape == (n_items, N_COMPONENTS)
    expected = PCA(N_COMPONENTS, svd_solver="full").fit_transform(features) / projection.scale
    # A component may point either way.
    signs = np.sign(np.einsum("ij,ij->j", points, expected))
    np.testing.assert_allclose(points * signs, expected, atol=1e-3)


def test_components_of_very_many_features_are_those_that_scikit_learn_finds():
    random = np.random.default_rng(1)
    # Each component is a third as long as the one before, so they are told apart.
    lengths = 2 / 3.0 ** np.arange(N_COMPONENTS)
    features = (random.normal(size=(320, N_COMPONENTS)) * lengths) @ random.normal(
        size=(N_COMPONENTS, 1_200)
    )
    projection = Projection.fit(features)
    points = projection.transform(features)[:, :10]
    expected = PCA(10, svd_solver="full").fit_transform(features) / projection.scale
    signs = np.sign(np.einsum("ij,ij->j", points, expected))
    np.testing.assert_allclose(points * signs, expected, atol=1e-3)


def test_features_of_low_rank_lose_no_distance():
    features = many_features()
    projection = Projection.fit(features)
    np.testing.assert_allclose(
        distances(projection.transform(features)) * projection.scale,
        distances(features),
        rtol=1e-3,
        atol=1e-2,
    )


def test_there_are_no_more_components_than_items():
    features = many_features(20)
    assert Projection.fit(features).transform(features).shape == (20, 20)


@pytest.mark.parametrize("factor", [1e-30, 1e30, 1e100])
def test_the_unit_of_the_features_does_not_matter(factor):
    features = load_digits().data[:50]
    points = Projection.fit(features * factor).transform(features * factor)
    np.testing.assert_allclose(points, Projection.fit(features).transform(features), atol=1e-5)


def test_whole_numbers_are_features_too():
    features = load_digits().data[:80]
    whole = features.astype(np.uint8)
    points = Projection.fit(whole).transform(whole)
    np.testing.assert_array_equal(points, Projection.fit(features).transform(features))


def test_items_that_are_all_alike_become_points_that_are():
    points = Projection.fit(np.full((10, 3), 7.5)).transform(np.full((10, 3), 7.5))
    np.testing.assert_array_equal(points, np.zeros((10, 3)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_named_with_its_place(value):
    features = np.ones((10_000, 4))
    features[9_000, 2] = value
    with pytest.raises(InvalidFeaturesError, match=r"Feature 3 of item 9001 is (nan|inf|-inf)"):
        Projection.fit(features)


def test_features_too_large_to_compute_with_are_refused():
    with pytest.raises(InvalidFeaturesError, match="too large"):
        Projection.fit(np.array([[1e300], [-1e300], [1e300]]) * 1e8)


def test_progress_is_told():
    told = []
    Projection.fit(np.ones((20_000, 3)), lambda stage, share: told.append((stage, share)))
    assert {stage for stage, _ in told} == {"Reading features"}
    assert told[-1][1] == 1
