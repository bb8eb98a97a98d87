"""Contents have names: the same content the same one, another content another one."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.fingerprint import as_array, contents_of, image_name
from core.jobs.progress import CancelledError

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 4, 6)).astype(np.uint8)


def dataset() -> Dataset:
    return Dataset(
        title="Five",
        rows=np.arange(5),
        images=IMAGES,
        features=IMAGES.reshape(5, -1),
        class_names=("a", "b"),
        truth=np.array([0, 1, -1, 0, 1]),
        question="Which?",
    )


def fingerprint(value: Dataset) -> str:
    return contents_of(value).fingerprint


def test_an_image_has_its_name_wherever_it_stands():
    contents = contents_of(dataset())
    names = [contents.name(row) for row in range(5)]
    assert names == [image_name(image) for image in IMAGES]
    assert len(set(names)) == 5
    assert all(len(name) == 32 for name in names)
    turned = contents_of(replace(dataset(), images=IMAGES[::-1]))
    assert [turned.name(row) for row in range(5)] == names[::-1]
    assert image_name(np.asfortranarray(IMAGES[2])) == names[2]
    np.testing.assert_array_equal(as_array(names), contents.names)


def test_the_name_of_an_image_is_the_hash_of_its_shape_and_pixels():
    told = hashlib.blake2b(b"(4, 6)" + IMAGES[3].tobytes(), digest_size=16)
    assert image_name(IMAGES[3]) == told.hexdigest()


def test_contents_say_what_a_set_has():
    contents = contents_of(dataset())
    assert (contents.n_items, contents.height, contents.width) == (5, 4, 6)
    assert contents.class_names == ("a", "b")


def test_naming_can_be_cancelled():
    def cancel(_stage: str, _share: float) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        contents_of(dataset(), cancel)


def test_the_same_bytes_in_another_shape_are_another_image():
    image = IMAGES[0]
    assert len({image_name(image), image_name(image.reshape(6, 4)), image_name(image[:, :5])}) == 3


def test_one_grey_value_makes_another_image():
    changed = IMAGES[0].copy()
    changed[3, 5] ^= 1
    assert image_name(changed) != image_name(IMAGES[0])


def test_a_set_has_the_same_fingerprint_however_it_is_called():
    assert fingerprint(dataset()) == fingerprint(replace(dataset(), title="Another"))


@pytest.mark.parametrize(
    "changes",
    [
        {"images": IMAGES[::-1]},
        {"images": IMAGES.reshape(5, 6, 4)},
        {"class_names": ("b", "a")},
        {"class_names": ("a", "b", "c")},
        {"truth": np.array([0, 1, -1, 0, 0])},
        {"truth": None},
        {"features": np.eye(5), "has_own_features": True},
    ],
    ids="-".join,
)
def test_a_set_of_another_content_has_another_fingerprint(changes):
    assert fingerprint(replace(dataset(), **changes)) != fingerprint(dataset())


def test_features_of_another_kind_make_another_fingerprint():
    single = replace(dataset(), features=np.eye(5, dtype=np.float32), has_own_features=True)
    double = replace(dataset(), features=np.eye(5), has_own_features=True)
    assert fingerprint(single) != fingerprint(double)
