"""How values are meant is guessed as a person would."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from core.data.looks import Look, guess_look, guess_scale

DIGITS = load_digits().images[:50]


@pytest.mark.parametrize(
    ("least", "most", "scale"),
    [
        (0, 1, (0, 1)),
        (0, 0.97, (0, 1)),
        (0, 16, (0, 16)),
        (0, 17, (0, 255)),
        (0, 255, (0, 255)),
        (0, 4095, (0, 4095)),
        (3, 30_000, (0, 65_535)),
        (0, 1e6, (0, 1e6)),
        (-1, 1, (-1, 1)),
        (-0.9, 0.8, (-1, 1)),
        (-128, 127, (-128, 127)),
    ],
)
def test_the_scale_is_the_usual_one_that_holds_all_values(least, most, scale):
    assert guess_scale(least, most) == scale


def test_digits_are_ink_on_dark_paper_and_their_negatives_on_light():
    look = guess_look(list(DIGITS), 0, 16)
    assert look == Look(kind="ink", paper="dark", low=0, high=16)
    negative = guess_look(list(16 - DIGITS), 0, 16)
    assert negative == Look(kind="ink", paper="light", low=0, high=16)
    # A half is rounded before it is turned round.
    difference = look.shown(DIGITS, many=True).astype(int) - negative.shown(16 - DIGITS, many=True)
    assert np.abs(difference).max() <= 1
    np.testing.assert_array_equal(look.shown(DIGITS, many=True), np.round(DIGITS * 255 / 16))


@pytest.mark.parametrize(
    "images",
    [
        np.random.default_rng(0).integers(0, 256, size=(9, 20, 20), dtype=np.uint8),
        np.zeros((9, 20, 20, 3), dtype=np.uint8),
        np.zeros((9, 129, 20), dtype=np.uint8),
    ],
    ids=["a border of any grey", "colour", "large"],
)
def test_others_are_photographs(images):
    assert guess_look(list(images), 0, 255).kind == "photo"


def test_what_was_shrunk_is_judged_by_the_size_it_had():
    images = list(np.zeros((9, 32, 32), dtype=np.uint8))
    assert guess_look(images, 0, 255).is_ink
    assert not guess_look(images, 0, 255, longest=500).is_ink


def test_bytes_of_the_whole_scale_are_shown_as_they_are():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert Look(kind="photo").shown(values) is values
    assert Look(kind="photo").is_plain
    np.testing.assert_array_equal(Look(kind="ink", paper="light").shown(values), 255 - values)


def test_what_is_beyond_the_scale_is_its_end_and_a_scale_of_one_value_does_no_harm():
    values = np.array([[-5.0, 0.5, 7.0]])
    assert Look(kind="photo", low=0, high=1).shown(values).tolist() == [[0, 128, 255]]
    assert Look(kind="photo", low=3, high=3).shown(np.full((1, 2), 3.0)).tolist() == [[0, 0]]
