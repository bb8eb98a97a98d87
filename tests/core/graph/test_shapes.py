"""Gradients are those of scikit-image, and neighbours by shape are better than by pixels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.feature import hog
from skimage.transform import resize
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from core.arrays import Float32Array, PixelArray
from core.graph import shapes
from core.graph.neighbours import nearest_neighbours
from core.graph.projection import N_COMPONENTS, Projection
from core.graph.shapes import SCALES, description, part_weights, resizing, shape_features
from core.jobs.progress import CancelledError

GRADIENTS = (1, 2)
"""The parts of a description that come from gradients."""


def pictures(n_items: int, height: int, width: int, seed: int = 0) -> PixelArray:
    """Noise, soft and hard, with even areas in between."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 2, size=(n_items, height // 5 + 1, width // 5 + 1))
    areas = coarse.repeat(5, axis=1).repeat(5, axis=2)[:, :height, :width]
    ink = areas * random.integers(60, 250, size=(n_items, 1, 1))
    noise = random.integers(-50, 50, size=ink.shape) * (random.random(ink.shape) < 0.3)
    return np.asarray(np.clip(ink + noise, 0, 255), dtype=np.uint8)


def digits() -> tuple[PixelArray, np.ndarray]:
    loaded = load_digits()
    return np.asarray(np.rint(loaded.images * 255 / 16), dtype=np.uint8), loaded.target


def by_scikit_image(image: PixelArray, scale: int) -> np.ndarray:
    """Blocks of one image alone, within a frame of one cell that goes on as its border is."""
    cell = [side // scale for side in image.shape]
    framed = np.pad(image, [(size, size) for size in cell], mode="edge")
    in_middle = tuple(
        slice(side % size // 2, side % size // 2 + (side // size + 2) * size)
        for side, size in zip(image.shape, cell, strict=True)
    )
    blocks = hog(framed[in_middle], 9, cell, (2, 2), "L2-Hys", feature_vector=False)
    return np.asarray(blocks[1:-1, 1:-1].ravel())


def resized(images: PixelArray, shape: tuple[int, int]) -> PixelArray:
    """In whole numbers, of which a half goes up."""
    shrinks = shape[0] < images.shape[1]
    greys = resize(
        images, (len(images), *shape), order=1, preserve_range=True, anti_aliasing=shrinks
    )
    return np.asarray(np.floor(greys + 0.501), dtype=np.uint8)


def distances(points: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(points[:, np.newaxis] - points, axis=2))


def assert_same_distances(points: Float32Array, others: np.ndarray) -> None:
    """Points may be turned or mirrored, and have another unit."""
    one, other = distances(points), distances(others)
    np.testing.assert_allclose(one / one.mean(), other / other.mean(), atol=1e-3)


# ---- what an image is described by


@pytest.mark.parametrize(
    ("height", "width"),
    [(16, 16), (28, 28), (32, 32), (17, 23), (27, 30), (16, 32), (31, 19), (21, 18)],
)
def test_gradients_are_those_that_scikit_image_finds_of_each_image_alone(height, width):
    images = pictures(40, height, width)
    images[0] = 77
    pixels, *gradients = description(images)
    np.testing.assert_array_equal(pixels, images.reshape(40, -1))
    for found, scale in zip(gradients, SCALES, strict=True):
        expected = [by_scikit_image(image, scale) for image in images]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_images_of_28_by_28_have_as_many_features_as_said():
    assert [part.shape for part in description(pictures(2, 28, 28))] == [
        (2, 784),
        (2, 324),
        (2, 1296),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((8, 8), (16, 16)),
        ((3, 5), (16, 27)),
        ((15, 28), (16, 30)),
        ((1, 1), (16, 16)),
        ((10, 31), (16, 32)),
        ((1, 32), (16, 32)),
    ],
)
def test_gradients_of_a_small_image_are_those_of_the_enlarged_one(before, after):
    images = pictures(20, *before)
    pixels, *gradients = description(images)
    np.testing.assert_array_equal(pixels, images.reshape(20, -1))
    _, *expected = description(resized(images, after))
    for some, others in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(some, others, atol=1e-6)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((33, 33), (32, 32)),
        ((64, 40), (32, 20)),
        ((50, 200), (8, 32)),
        ((3, 100), (1, 32)),
        ((301, 257), (32, 27)),
    ],
)
def test_of_a_large_image_the_shrunken_one_is_described(before, after):
    images = pictures(20, *before)
    expected = description(resized(images, after))
    for some, others in zip(description(images), expected, strict=True):
        np.testing.assert_allclose(some, others, atol=1e-6)


@given(before=st.integers(1, 300), after=st.integers(1, 32))
def test_a_side_is_resized_as_scikit_image_does(before, after):
    expected = resize(np.eye(before), (after, before), order=1, anti_aliasing=after < before)
    np.testing.assert_allclose(resizing(before, after), expected, rtol=0, atol=1e-7)


def test_gradients_of_digits_are_those_of_what_scikit_image_enlarges():
    images, _ = digits()
    _, *gradients = description(images)
    _, *expected = description(resized(images, (16, 16)))
    for some, others in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(some, others, atol=1e-6)


@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    n_items=st.integers(1, 4),
    seed=st.integers(0, 99),
)
def test_gradients_of_any_size_are_within_bounds(height, width, n_items, seed):
    images = pictures(n_items, height, width, seed)
    pixels, coarse, fine = description(images)
    assert len(pixels) == len(coarse) == len(fine) == n_items
    assert pixels.shape[1] <= 32 * 32
    assert coarse.shape[1] == 324
    for part in (coarse, fine):
        assert part.dtype == np.float32
        assert part.min() >= 0
        blocks = np.linalg.norm(part.reshape(n_items, -1, 36), axis=2)
        assert ((blocks < 1 + 1e-6) & ((blocks > 0.5) | (blocks == 0))).all()


@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    grey=st.integers(0, 255),
)
def test_an_image_of_one_grey_has_no_gradients_whatever_its_size(height, width, grey):
    parts = description(np.full((1, height, width), grey, dtype=np.uint8))
    assert set(parts[0].ravel()) == {grey}
    assert not any(parts[which].any() for which in GRADIENTS)


@given(
    height=st.integers(16, 32),
    width=st.integers(16, 32),
    more=st.integers(0, 55),
    seed=st.integers(0, 99),
)
def test_gradients_do_not_depend_on_brightness_contrast_or_what_is_ink(height, width, more, seed):
    images = pictures(2, height, width, seed) // 3
    gradients = description(images)
    alike = (images + np.uint8(more), 255 - images, 3 * images)
    for others in alike:
        for which in GRADIENTS:
            np.testing.assert_allclose(description(others)[which], gradients[which], atol=2e-5)


def test_parts_weigh_the_same():
    parts = description(pictures(200, 16, 20))
    centred = np.hstack([part - part.mean(axis=0) for part in parts])
    widths = [part.shape[1] for part in parts]
    weighted = centred * part_weights(centred, widths)
    for part in np.split(weighted, np.cumsum(widths)[:-1], axis=1):
        assert np.square(part).sum(axis=1).mean() == pytest.approx(1, rel=1e-4)


def test_a_part_that_is_always_the_same_has_no_weight():
    centred = np.array([[0, 0, 3], [0, 0, -3]], dtype=np.float32)
    np.testing.assert_allclose(part_weights(centred, [2, 1]), [0, 0, 1 / 3], rtol=1e-6)


# ---- the points

SOME = pictures(70, 16, 16)


@pytest.fixture(scope="module")
def some_points() -> Float32Array:
    return shape_features(SOME)


def test_points_are_the_components_that_scikit_learn_finds():
    images = pictures(120, 16, 16)
    parts = []
    for part in description(images):
        centred = part - part.mean(axis=0, dtype=np.float64)
        parts.append(centred / np.sqrt(np.square(centred).sum(axis=1).mean()))
    expected = PCA(N_COMPONENTS, svd_solver="full").fit_transform(np.hstack(parts))
    points = shape_features(images)
    assert points.shape == (120, N_COMPONENTS)
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-4)
    assert_same_distances(points, expected)


def test_neighbours_are_better_than_those_by_pixels():
    images, truth = digits()
    pixels = images.reshape(len(images), -1)

    def error(points: Float32Array) -> float:
        nearest = nearest_neighbours(points, 1).indices[:, 0]
        return float(np.mean(truth[nearest] != truth))

    by_pixels = error(Projection.fit(pixels).transform(pixels))
    by_shapes = error(shape_features(images))
    assert by_shapes < 0.7 * by_pixels


def test_the_order_of_the_items_does_not_matter(some_points):
    order = np.random.default_rng(1).permutation(len(SOME))
    points = shape_features(SOME[order])
    np.testing.assert_allclose(distances(points), distances(some_points[order]), atol=1e-3)


def test_ink_may_be_paper(some_points):
    assert_same_distances(shape_features(255 - SOME), some_points)


def test_images_that_are_the_same_become_the_same_point():
    images = pictures(30, 16, 16)
    points = shape_features(np.concatenate([images, images]))
    np.testing.assert_allclose(points[:30], points[30:], atol=1e-4)
    assert (distances(points[:30]) + np.eye(30)).min() > 0.1


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (1, 100), (90, 2), (200, 150)])
def test_images_of_any_size_have_points(height, width):
    images = pictures(7, height, width)
    images[0], images[1] = 0, 255
    points = shape_features(images)
    assert points.shape == (7, 7)
    assert np.isfinite(points).all()
    assert np.linalg.norm(points[0] - points[1]) > 0.1


def test_of_one_image_there_is_one_point():
    np.testing.assert_array_equal(shape_features(pictures(1, 28, 28)), [[0]])


def test_of_two_images_there_are_two_points():
    points = shape_features(pictures(2, 8, 8))
    assert points.shape == (2, 2)
    np.testing.assert_allclose(points[0], -points[1], atol=1e-5)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_images_that_are_all_alike_become_points_that_are(grey):
    points = shape_features(np.full((50, 9, 9), grey, dtype=np.uint8))
    np.testing.assert_array_equal(points, np.zeros((50, 1)))
    images = pictures(1, 20, 20).repeat(50, axis=0)
    np.testing.assert_array_equal(shape_features(images), np.zeros((50, 1)))


def test_images_of_one_grey_each_differ_by_their_grey_alone():
    images = np.arange(0, 250, 10, dtype=np.uint8)[:, np.newaxis, np.newaxis].repeat(16, 1)
    points = shape_features(images.repeat(16, 2))
    assert_same_distances(points, np.arange(25)[:, np.newaxis])


def test_more_images_than_are_learnt_from_get_points_of_the_same_kind(monkeypatch):
    images, _ = digits()
    images = images[:600]
    whole = shape_features(images)
    monkeypatch.setattr(shapes, "_SAMPLE", 500)
    points = shape_features(images)
    assert points.shape == (600, N_COMPONENTS)
    np.testing.assert_array_equal(shape_features(images), points)
    correlation = np.corrcoef(distances(points).ravel(), distances(whole).ravel())
    assert correlation[0, 1] > 0.99


def test_it_does_not_matter_how_many_images_are_read_at_once(some_points, monkeypatch):
    monkeypatch.setattr(shapes, "_CHUNK", 7 * 32 * 32)
    np.testing.assert_allclose(shape_features(SOME), some_points, atol=1e-4)


@pytest.mark.parametrize("shape", [(0, 8, 8), (3, 0, 8), (3, 8, 0), (3, 8), (3, 8, 8, 4)])
def test_what_is_no_images_is_refused(shape):
    with pytest.raises(ValueError, match="must be"):
        shape_features(np.zeros(shape, dtype=np.uint8))


# ---- while it works


def test_progress_is_told(monkeypatch):
    monkeypatch.setattr(shapes, "_CHUNK", 10 * 32 * 32)
    told: list[tuple[str, float]] = []
    shape_features(pictures(60, 8, 8), progress=lambda *now: told.append(now))
    assert {stage for stage, _ in told} == {"Reading shapes"}
    shares = [share for _, share in told]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert all(one <= next_one <= one + 0.1 for one, next_one in pairwise(shares))


@pytest.mark.parametrize("at", [0, 0.4, 0.5, 0.9])
def test_it_can_be_cancelled_at_any_time(at, monkeypatch):
    monkeypatch.setattr(shapes, "_CHUNK", 10 * 32 * 32)

    def cancelled(_stage: str, share: float) -> None:
        if share >= at:
            raise CancelledError

    with pytest.raises(CancelledError):
        shape_features(pictures(60, 8, 8), progress=cancelled)
