"""What is there twice is found, and what nearly is; nothing else is."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from core.data.duplicates import MOST_PAIRS, near_duplicates, repeats_of
from core.data.fingerprint import image_names

DIGITS = np.round(load_digits().images * 255 / 16).astype(np.uint8)


def test_a_repeat_points_to_the_first_of_its_kind():
    images = DIGITS[[0, 1, 0, 2, 1, 0]]
    assert repeats_of(image_names(images)).tolist() == [0, 1, 0, 3, 1, 0]


def test_the_digits_of_scikit_learn_hold_no_image_twice():
    # Counted by comparing all pixels.
    assert len({image.tobytes() for image in DIGITS}) == len(DIGITS)
    assert (repeats_of(image_names(DIGITS)) == np.arange(len(DIGITS))).all()


def test_images_that_differ_by_little_noise_are_near_and_repeats_are_not():
    random = np.random.default_rng(0)
    photos = random.integers(0, 256, size=(40, 8, 9), dtype=np.uint8).repeat(4, 1).repeat(4, 2)
    noisy = np.clip(photos[:3] + random.integers(-2, 3, size=photos[:3].shape), 0, 255)
    images = np.concatenate([photos, noisy.astype(np.uint8), photos[5:6]])
    first = repeats_of(image_names(images))
    assert near_duplicates(images, first) == ((0, 40), (1, 41), (2, 42))
    colour = np.stack([images] * 3, axis=-1)
    assert near_duplicates(colour, first) == ((0, 40), (1, 41), (2, 42))


def test_many_are_listed_up_to_a_number_and_different_images_not_at_all():
    random = np.random.default_rng(0)
    photos = random.integers(20, 236, size=(300, 8, 9), dtype=np.uint8).repeat(4, 1).repeat(4, 2)
    images = photos.repeat(2, axis=0)
    images[1::2] += 1
    pairs = near_duplicates(images, np.arange(600))
    assert len(pairs) == MOST_PAIRS
    assert all(one + 1 == other and one % 2 == 0 for one, other in pairs)
    assert near_duplicates(DIGITS, np.arange(len(DIGITS))) == ()
    assert near_duplicates(DIGITS[:1], np.arange(1)) == ()
