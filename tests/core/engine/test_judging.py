"""Which features are best is said by the classes of neighbours, and by labels that are left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.neighbors import NearestNeighbors

from core.arrays import UNLABELLED
from core.bootstrap import catalogue_of, sets_of
from core.config import recommended
from core.data.dataset import Dataset
from core.data.incoming import Source, read_source
from core.data.readers.found import Limits
from core.engine.best import best_features, best_for, why_so
from core.engine.judging import best_by, better_than, left_out_right, neighbour_shares
from core.errors import InvalidDatasetError

N_ITEMS, N_CLASSES = 240, 4
CONFIG = recommended(features="shapes", dataset="images.npz", n_samples=N_ITEMS)


def images(*, tells: bool) -> Dataset:
    """Noise; with a bar at a place of its own for each class where its shape is to tell it."""
    random = np.random.default_rng(0)
    truth = random.integers(0, N_CLASSES, N_ITEMS)
    pixels = random.integers(0, 90, (N_ITEMS, 16, 16)).astype(np.uint8)
    if tells:
        for image, of in zip(pixels, truth, strict=True):
            image[3 * of : 3 * of + 3, 2:14] = 255
    return Dataset(
        title="",
        rows=np.arange(N_ITEMS),
        images=pixels,
        features=pixels.reshape(N_ITEMS, -1),
        class_names=tuple("abcd"),
        truth=truth,
        question="",
    )


def seen_as(dataset: Dataset, *, tells: bool) -> Any:
    """What a network would see: noise, far or near to a centre of its own for each class."""
    random = np.random.default_rng(1)
    assert dataset.truth is not None
    centres = random.normal(size=(N_CLASSES, 80)) * (3 if tells else 0)
    vectors = centres[dataset.truth] + random.normal(size=(N_ITEMS, 80))

    def seen(_: Dataset, positions: Any, __: Any) -> Any:
        return vectors[positions].astype(np.float16)

    return seen


def test_shares_are_those_of_scikit_learns_neighbours():
    dataset = images(tells=False)
    seen = seen_as(dataset, tells=True)
    shares = neighbour_shares(dataset, seen)
    assert shares is not None
    points = seen(dataset, slice(None), None).astype(np.float64)
    nearest = NearestNeighbors(n_neighbors=5).fit(points).kneighbors(return_distance=False)
    assert dataset.truth is not None
    expected = (dataset.truth[nearest] == dataset.truth[:, np.newaxis]).mean(axis=1)
    np.testing.assert_allclose(shares["embeddings"], expected)


@pytest.mark.parametrize(
    ("by_shape", "by_network", "otherwise", "best"),
    [
        (True, False, "shapes", "shapes"),
        (True, False, "embeddings", "shapes"),
        (False, True, "shapes", "embeddings"),
        (False, True, "embeddings", "embeddings"),
        (False, False, "shapes", "shapes"),
        (False, False, "embeddings", "embeddings"),
    ],
)
def test_the_best_is_what_tells_classes_apart_and_the_usual_where_nothing_does(
    by_shape, by_network, otherwise, best
):
    dataset = images(tells=by_shape)
    shares = neighbour_shares(dataset, seen_as(dataset, tells=by_network))
    assert shares is not None
    assert best_by(shares, otherwise) == best


def test_both_are_best_where_each_tells_something():
    """Shapes tell the first bit of a class, and the network the second."""
    plain = images(tells=False)
    assert plain.truth is not None
    random = np.random.default_rng(2)
    pixels = plain.features.reshape(plain.pixels.shape).astype(np.uint8)
    for place, of in enumerate(plain.truth.tolist()):
        top = 10 if of // 2 else 2
        pixels[place, top : top + 4, 2:14] = 255
    dataset = replace(plain, images=pixels, features=pixels.reshape(N_ITEMS, -1))
    vectors = random.normal(size=(N_ITEMS, 80)) * 0.3
    vectors[:, 0] += 4 * (plain.truth % 2)
    shares = neighbour_shares(dataset, lambda _, positions, __: vectors[positions])
    assert shares is not None
    assert best_by(shares, "shapes") == best_by(shares, "embeddings") == "both"


def test_too_few_classes_or_images_say_nothing():
    dataset = images(tells=True)
    seen = seen_as(dataset, tells=True)
    assert dataset.truth is not None
    few = np.where(np.arange(N_ITEMS) < 49, dataset.truth, UNLABELLED)
    one = np.zeros_like(dataset.truth)
    each = np.where(np.arange(N_ITEMS) < N_CLASSES, np.arange(N_ITEMS), UNLABELLED)
    for truth in (few, one, each, None):
        assert neighbour_shares(replace(dataset, truth=truth), seen) is None


@pytest.mark.parametrize(
    ("by_shape", "by_network", "now", "better"),
    [
        (True, False, "shapes", None),
        (True, False, "embeddings", "shapes"),
        (False, True, "shapes", "embeddings"),
        (False, True, "embeddings", None),
        (False, False, "shapes", None),
    ],
)
def test_labels_that_are_left_out_say_what_would_be_better(by_shape, by_network, now, better):
    dataset = images(tells=by_shape)
    assert dataset.truth is not None
    labels = np.full(N_ITEMS, UNLABELLED)
    labels[:30] = dataset.truth[:30]
    config = CONFIG.model_copy(update={"features": now})
    seen = seen_as(dataset, tells=by_network)
    right = left_out_right(dataset, labels, config, ("shapes", "embeddings"), seen)
    assert [len(some) for some in right.values()] == [30, 30]
    assert better_than(right, now) == better


def test_one_label_more_or_less_is_chance():
    right = np.ones(30, dtype=np.bool_)
    for n_fewer, better in ((0, None), (4, None), (5, "both")):
        fewer = right.copy()
        fewer[:n_fewer] = False
        assert better_than({"shapes": fewer, "both": right}, "shapes") == better


def save(folder: Path, *, labelled: bool) -> Path:
    """Small grey squares and discs; their brightness says nothing."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:20, :20]
    for number in range(60):
        size, top, left = 5 + number % 3, *random.integers(7, 13, 2)
        away = np.abs([rows - top, columns - left])
        is_in = away.max(axis=0) <= size if number % 2 else np.hypot(*away) <= size
        of = folder / (("square" if number % 2 else "disc") if labelled else "")
        of.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.where(is_in, 120 + number, 20).astype(np.uint8)).save(
            of / f"{number}.png"
        )
    return folder


@pytest.mark.parametrize("labelled", [True, False])
def test_a_set_that_is_brought_in_is_judged_by_its_classes(tmp_path: Path, labelled):
    environment = {"LABELSPREAD_HOME": str(tmp_path / "home")}
    folder = save(tmp_path / "images", labelled=labelled)
    draft = read_source(sets_of(environment), Source(folder, "Images"), Limits())
    judged = draft.stored.head.judged
    assert (judged is not None) == labelled
    if judged is not None:
        assert judged.n_images == 60
        assert set(judged.shares) == {"shapes", "embeddings", "both"}
        assert best_features(draft.stored.head) == judged.features
        assert judged.shares[judged.features] >= judged.shares["shapes"]
        if judged.features != "shapes":
            assert f"{100 * judged.shares['shapes']:.0f} %" in why_so(draft.stored.head)
    key = draft.keep("Images")
    entry = next(one for one in catalogue_of(environment).entries() if one.key == key)
    assert entry.judged == judged
    assert best_for(entry).features == best_features(entry)


def test_a_set_whose_images_cannot_be_looked_at_is_kept_all_the_same(
    tmp_path: Path, monkeypatch, caplog
):
    from core.graph.embeddings import kept

    def fail(*_: Any, **__: Any) -> None:
        raise InvalidDatasetError("The network is damaged.", "")

    monkeypatch.setattr(kept.Embeddings, "of", fail)
    environment = {"LABELSPREAD_HOME": str(tmp_path / "home")}
    folder = save(tmp_path / "images", labelled=True)
    draft = read_source(sets_of(environment), Source(folder, "Images"), Limits())
    assert draft.stored.head.judged is None
    assert "The network is damaged." in caplog.text
    draft.drop()
