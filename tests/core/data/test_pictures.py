"""The pictures that a person sees are those of the data set, in ink on nothing."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from core.arrays import FloatArray, PixelArray
from core.data.pictures import ink_url

PREFIX = "data:image/png;base64,"


def decoded(url: str) -> PixelArray:
    """Grey and ink of each pixel, shape (height, width, 2)."""
    assert url.startswith(PREFIX)
    image = Image.open(BytesIO(b64decode(url.removeprefix(PREFIX))))
    assert image.mode == "LA"
    pixels: PixelArray = np.asarray(image, dtype=np.uint8)
    return pixels


def gradient(height: int, width: int) -> PixelArray:
    return np.linspace(0, 255, height * width).reshape(height, width).astype(np.uint8)


def digit(row: int) -> PixelArray:
    images: FloatArray = load_digits().images
    pixels: PixelArray = np.round(images[row] * 255 / 16).astype(np.uint8)
    return pixels


def test_ink_is_black_and_paper_is_nothing():
    shown = decoded(ink_url(gradient(8, 8), smooth=False))
    assert not shown[..., 0].any()
    assert shown[0, 0, 1] == 0


def test_pixels_are_those_of_the_image_with_a_margin():
    image = gradient(8, 8)
    ink = decoded(ink_url(image, smooth=False))[..., 1]
    assert np.array_equal(ink[1:-1, 1:-1], image)
    assert not np.delete(ink, np.s_[1:-1], axis=0).any()


def test_a_small_image_is_enlarged_when_smooth():
    ink = decoded(ink_url(gradient(8, 8), smooth=True))[..., 1]
    assert ink.shape == (80, 80)


def test_the_shape_is_kept_when_smooth():
    height, width = decoded(ink_url(gradient(6, 14), smooth=True)).shape[:2]
    assert (height, width) == (40, 80)


def test_an_image_that_is_large_enough_stays_as_it_is():
    image = gradient(64, 48)
    assert ink_url(image, smooth=True) == ink_url(image, smooth=False)
    assert np.array_equal(decoded(ink_url(image, smooth=True))[1:-1, 1:-1, 1], image)


@pytest.mark.parametrize("value", [0, 255])
def test_an_image_of_one_value_is_shown_too(value):
    image = np.full((8, 8), value, dtype=np.uint8)
    ink = decoded(ink_url(image, smooth=True))[..., 1]
    assert ink[40, 40] == value
    assert ink[0, 0] == 0


@pytest.mark.parametrize("row", [0, 97, 793, 1796])
def test_smoothing_keeps_the_ink_where_it_was(row):
    image = np.pad(digit(row), 1).astype(float)
    ink = decoded(ink_url(digit(row), smooth=True))[..., 1]
    coarse = ink.reshape(10, 8, 10, 8).mean(axis=(1, 3))
    assert np.corrcoef(coarse.ravel(), image.ravel())[0, 1] > 0.95


def test_every_digit_has_a_picture_of_its_own():
    images = [digit(row) for row in range(200)]
    assert len({ink_url(image, smooth=True) for image in images}) == len(
        {image.tobytes() for image in images}
    )


def test_images_of_the_same_bytes_and_other_shape_are_not_mixed_up():
    assert ink_url(gradient(4, 16), smooth=False) != ink_url(gradient(16, 4), smooth=False)
