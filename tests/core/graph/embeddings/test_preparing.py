"""How images are made ready is said by people, by the file, or by one beside it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.errors import InvalidNetworkError
from core.graph.embeddings.preparing import (
    AROUND_ZERO,
    FROM_ZERO,
    IMAGENET,
    Preparing,
    colours,
    from_notes,
    from_processor,
)

DINO = {
    "crop_size": {"height": 224, "width": 224},
    "do_center_crop": True,
    "do_normalize": True,
    "do_rescale": True,
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
    "rescale_factor": 0.00392156862745098,
    "size": {"shortest_edge": 256},
}
"""As the hub has it beside DINOv2."""


def test_colours_of_0_to_255_are_normalised_as_training_programs_do():
    values = np.array([0.0, 128.0, 255.0])
    for given, mean, deviation in (
        (IMAGENET, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        (AROUND_ZERO, [0.5] * 3, [0.5] * 3),
        (FROM_ZERO, [0.0] * 3, [1.0] * 3),
        (colours((0.1, 0.2, 0.3), (2.0,)), [0.1, 0.2, 0.3], [2.0] * 3),
    ):
        assert given.mean is not None
        assert given.scale is not None
        found = (values[:, None] - given.mean) / given.scale
        np.testing.assert_allclose(found, (values[:, None] / 255 - mean) / deviation, atol=1e-12)


def test_what_hugging_face_says_of_images_is_understood():
    found = from_processor(json.dumps(DINO), "a.json")
    assert found.side == 224
    np.testing.assert_allclose(found.mean or (), IMAGENET.mean or ())
    np.testing.assert_allclose(found.scale or (), IMAGENET.scale or ())
    siglip = {
        "size": {"height": 224, "width": 224},
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    assert from_processor(json.dumps(siglip), "a.json") == AROUND_ZERO.otherwise(Preparing(224))
    assert from_processor('{"size": 98, "do_normalize": false}', "a.json") == Preparing(
        98, FROM_ZERO.mean, FROM_ZERO.scale
    )
    as_they_are = from_processor('{"do_rescale": false, "do_normalize": false}', "a.json")
    assert as_they_are == Preparing(None, (0, 0, 0), (1, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"size": "large"}',
        '{"size": 0}',
        '{"image_mean": [1, 2]}',
        '{"image_std": 0}',
        '{"image_std": [1, "a", 2]}',
        '{"rescale_factor": 0}',
        '{"image_mean": [NaN]}',
    ],
)
def test_a_file_beside_it_that_makes_no_sense_is_told_of(text):
    with pytest.raises(InvalidNetworkError):
        from_processor(text, "a.json")


def test_what_is_said_counts_before_what_is_found():
    found = Preparing(98, (1, 2, 3), (4, 5, 6))
    assert Preparing().otherwise(found) == found
    assert Preparing(50).otherwise(found) == Preparing(50, found.mean, found.scale)
    assert IMAGENET.otherwise(found) == Preparing(98, IMAGENET.mean, IMAGENET.scale)


def test_notes_in_the_file_count():
    assert from_notes({}, "a") == Preparing()
    assert from_notes({"mean": "1", "scale": "2,3,4"}, "a") == Preparing(None, (1, 1, 1), (2, 3, 4))
    for notes in ({"mean": "a", "scale": "1"}, {"mean": "1", "scale": "1,2"}):
        with pytest.raises(InvalidNetworkError):
            from_notes(notes, "a")
