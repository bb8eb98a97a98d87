"""Arrays in NumPy's and MATLAB's files are images, whatever the usual way to write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from core.data.readers.found import BadImageError, Limits
from core.errors import InvalidDatasetError
from tests.core.data.readers.making import (
    DIGITS,
    NAMES,
    ROWS,
    TARGET,
    labels_of,
    opened,
    options_of,
    value_of,
)

COLOUR = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3)).astype(np.uint8)
LABELS = np.arange(30) % 3


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    ("images", "labels"),
    [("images", "labels"), ("X", "y"), ("x", "target"), ("data", "label"), ("arr_0", "arr_1")],
)
def test_the_digits_come_back_as_they_are(tmp_path, save, images, labels):
    path = tmp_path / "digits.npz"
    save(path, **{images: DIGITS, labels: TARGET})
    with opened(path) as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        np.testing.assert_array_equal(found.truth, TARGET)
        np.testing.assert_array_equal(found.original(7), DIGITS[7])
        assert found.class_names == NAMES
        assert (found.title, found.n_items) == ("digits", 1797)
        assert not found.choices
        assert not found.notes
        assert not found.bad


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", ">i4", "i8", "f2", "f4", ">f8", "?"])
def test_values_stay_what_they_are(tmp_path, dtype):
    np.savez(tmp_path / "a.npz", images=DIGITS.astype(dtype), labels=TARGET)
    np.save(tmp_path / "a.npy", DIGITS.astype(dtype))
    for name in ("a.npz", "a.npy"):
        with opened(tmp_path / name) as found:
            assert found.array is not None
            assert found.array.dtype == np.dtype(dtype)
            np.testing.assert_array_equal(found.array, DIGITS.astype(dtype))


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_its_own_stays_on_the_disk(tmp_path, order):
    np.save(tmp_path / "digits.npy", np.asarray(DIGITS, order=order))
    with opened(tmp_path / "digits.npy") as found:
        assert found.array is not None
        assert not found.array.flags.owndata
        assert not found.array.flags.writeable
        np.testing.assert_array_equal(found.array, DIGITS)
        assert (found.class_names, found.truth) == ((), None)


def test_keras_has_two_parts(tmp_path):
    path = tmp_path / "mnist.npz"
    np.savez(
        path, x_test=DIGITS[:300], x_train=DIGITS[300:], y_train=TARGET[300:], y_test=TARGET[:300]
    )
    with opened(path) as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        np.testing.assert_array_equal(found.truth, TARGET)
        assert found.splits == ["test"] * 300 + ["train"] * 1497


def test_medmnist_has_three_and_its_labels_are_a_column(tmp_path):
    path = tmp_path / "pathmnist.npz"
    images = {"train": COLOUR[:20], "val": COLOUR[20:25], "test": COLOUR[25:]}
    labels = {"train": LABELS[:20], "val": LABELS[20:25], "test": LABELS[25:]}
    arrays: dict[str, Any] = {f"{part}_images": values for part, values in images.items()}
    arrays |= {f"{part}_labels": values[:, np.newaxis] for part, values in labels.items()}
    np.savez(path, **arrays)
    with opened(path) as found:
        np.testing.assert_array_equal(found.array, COLOUR)
        np.testing.assert_array_equal(found.truth, LABELS)
        assert found.splits is not None
        assert found.splits[19:26] == ["train", *["val"] * 5, "test"]


def test_a_part_without_labels_is_not_known(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=DIGITS[:9], y_train=TARGET[:9], x_test=DIGITS[9:20])
    with opened(tmp_path / "a.npz") as found:
        assert found.truth is not None
        assert found.truth.tolist() == [*TARGET[:9].tolist(), *[-1] * 11]


@pytest.mark.parametrize(
    ("array", "images"),
    [
        (DIGITS[:30, :, :, np.newaxis], DIGITS[:30]),
        (COLOUR, COLOUR),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR),
        (COLOUR.transpose(1, 2, 3, 0), COLOUR),
        (DIGITS[:30].transpose(1, 2, 0), DIGITS[:30]),
        (ROWS[:30], DIGITS[:30]),
        (ROWS[:30].T, DIGITS[:30]),
        (COLOUR.transpose(0, 3, 1, 2).reshape(30, 192), COLOUR),
    ],
    ids=[
        "one colour",
        "colours last",
        "colours first",
        "images last, in colour",
        "images last",
        "a row each",
        "a column each",
        "CIFAR",
    ],
)
def test_the_shape_tells_how_images_lie(tmp_path, array, images):
    path = tmp_path / "a.npz"
    np.savez(path, images=array, labels=LABELS)
    with opened(path) as found:
        np.testing.assert_array_equal(found.array, images)
        np.testing.assert_array_equal(found.truth, LABELS)


def test_what_was_guessed_of_the_shape_can_be_said_otherwise(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, ROWS)
    with opened(path) as found:
        assert value_of(found, "layout") == "8 × 8, row by row"
        options = options_of(found, "layout")
    assert options == ("8 × 8, row by row", "8 × 8, column by column")
    with opened(path, said={"layout": options[1]}) as found:
        np.testing.assert_array_equal(found.array, DIGITS.transpose(0, 2, 1))
    together = COLOUR.reshape(30, 192)
    np.save(path, together)
    with opened(path, said={"layout": "8 × 8 in colour, the colours of each pixel together"}) as f:
        np.testing.assert_array_equal(f.array, COLOUR)


def test_no_second_copy_is_made_of_an_array_that_is_seen_otherwise(tmp_path):
    np.save(tmp_path / "a.npy", COLOUR.transpose(0, 3, 1, 2).reshape(30, 192))
    with opened(tmp_path / "a.npy") as found:
        assert found.array is not None
        assert found.array.base is not None
        assert not found.array.flags.owndata


def test_an_array_by_another_name_is_taken_if_it_can_only_be_that(tmp_path):
    np.savez(tmp_path / "a.npz", scans=DIGITS, kind=TARGET, scale=np.array(3.0))
    with opened(tmp_path / "a.npz") as found:
        np.testing.assert_array_equal(found.truth, TARGET)
        assert found.notes == (
            "The array “scans” was taken for the images.",
            "The array “kind” was taken for the labels.",
        )


def test_of_several_arrays_a_person_chooses(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, images=DIGITS, masks=DIGITS > 8, labels=TARGET, other=TARGET % 2)
    with opened(path) as found:
        assert value_of(found, "images") == "images"
        assert options_of(found, "images") == ("images", "masks")
        assert options_of(found, "labels") == ("labels", "other", "(none)")
        assert list(found.columns) == ["other"]
    with opened(path, said={"images": "masks", "labels": "other"}) as found:
        np.testing.assert_array_equal(found.array, DIGITS > 8)
        assert found.class_names == ("0", "1")
    with opened(path, said={"labels": "(none)"}) as found:
        assert found.truth is None


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (np.array(["cat", "dog", "eel"])[LABELS], ("cat", "dog", "eel")),
        (np.array([b"cat", b"dog", b"eel"])[LABELS], ("cat", "dog", "eel")),
        (LABELS.astype(float), ("0", "1", "2")),
        (LABELS[:, np.newaxis].astype(np.uint8), ("0", "1", "2")),
        (np.eye(3)[LABELS], ("0", "1", "2")),
        (np.eye(3, dtype=bool)[LABELS], ("0", "1", "2")),
        (LABELS > 0, ("False", "True")),
    ],
    ids=["names", "bytes", "whole real numbers", "a column", "rows", "rows of yes and no", "yes"],
)
def test_labels_come_in_many_ways(tmp_path, labels, names):
    np.savez(tmp_path / "a.npz", images=DIGITS[:30], labels=labels)
    with opened(tmp_path / "a.npz") as found:
        assert found.class_names == names
        np.testing.assert_array_equal(found.truth, np.minimum(LABELS, len(names) - 1))


def test_class_names_are_those_of_the_file(tmp_path):
    order = ["eel", "cat", "dog"]
    np.savez(tmp_path / "a.npz", images=DIGITS[:30], labels=LABELS, class_names=order)
    with opened(tmp_path / "a.npz") as found:
        assert found.class_names == tuple(order)
        np.testing.assert_array_equal(found.truth, LABELS)


def test_where_no_class_is_told_there_is_none(tmp_path):
    np.savez(tmp_path / "a.npz", images=DIGITS[:30], labels=np.full(30, -1))
    with opened(tmp_path / "a.npz") as found:
        assert (found.class_names, found.truth) == ((), None)
    np.savez(tmp_path / "a.npz", images=DIGITS[:30], class_names=["a", "b"])
    with opened(tmp_path / "a.npz") as found:
        assert (found.class_names, found.truth) == (("a", "b"), None)


def test_features_come_along(tmp_path):
    features = np.arange(60.0).reshape(30, 2)
    np.savez(tmp_path / "a.npz", images=DIGITS[:30], embeddings=features, labels=LABELS)
    with opened(tmp_path / "a.npz") as found:
        np.testing.assert_array_equal(found.features, features)


def test_images_that_are_no_numbers_are_known_one_by_one(tmp_path):
    images = DIGITS[:30].astype(float)
    images[3, 2, 2] = np.nan
    np.savez(tmp_path / "a.npz", images=images, labels=LABELS)
    with opened(tmp_path / "a.npz") as found:
        assert (found.array, found.n_items) == (None, 30)
        assert found.notes == ("1 image with values that are no numbers cannot be used.",)
        np.testing.assert_array_equal(found.original(4), DIGITS[4])
        with pytest.raises(
            BadImageError, match=r"Image 3 of a\.npz has values that are no numbers"
        ):
            found.original(3)


def test_what_would_need_unpickling_is_left_out_if_it_can_be(tmp_path):
    np.savez(tmp_path / "a.npz", images=DIGITS, meta=np.array([{}], dtype=object))
    with opened(tmp_path / "a.npz") as found:
        assert found.notes[0].startswith("The array “meta” of a.npz holds no plain values")
        assert found.notes[0].endswith("It was left out.")


# ---- MATLAB


@pytest.mark.parametrize("options", [{}, {"do_compression": True}, {"format": "4"}])
def test_matlab_writes_the_same_arrays(tmp_path, options):
    images = ROWS if options.get("format") else DIGITS
    savemat(tmp_path / "a.mat", {"images": images, "labels": TARGET[:, np.newaxis]}, **options)
    said = {"layout": "8 × 8, row by row"} if options.get("format") else {}
    with opened(tmp_path / "a.mat", said=said) as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        np.testing.assert_array_equal(found.truth, TARGET)


def test_svhn_has_its_images_last_and_calls_the_zero_ten(tmp_path):
    labels = np.where(LABELS == 0, 10, LABELS)[:, np.newaxis].astype(np.uint8)
    savemat(tmp_path / "train_32x32.mat", {"X": COLOUR.transpose(1, 2, 3, 0), "y": labels})
    with opened(tmp_path / "train_32x32.mat") as found:
        np.testing.assert_array_equal(found.array, COLOUR)
        assert found.class_names == ("1", "2", "10")
        assert labels_of(found) == [str(label) for label in labels[:, 0]]


def emnist(images: NDArray[Any], labels: NDArray[Any]) -> dict[str, Any]:
    """A part of EMNIST: its images are in rows, each written column by column."""
    return {
        "images": images.transpose(0, 2, 1).reshape(len(images), 64),
        "labels": labels[:, np.newaxis].astype(float),
        "writers": np.zeros((len(images), 1)),
    }


def test_emnist_is_a_structure_and_its_letters_are_mapped(tmp_path):
    mapping = np.array([[number + 1, 65 + number, 97 + number] for number in range(10)], np.uint8)
    dataset = {
        "train": emnist(DIGITS[:1000], TARGET[:1000] + 1),
        "test": emnist(DIGITS[1000:], TARGET[1000:] + 1),
        "mapping": mapping,
    }
    savemat(tmp_path / "emnist-letters.mat", {"dataset": dataset}, do_compression=True)
    with opened(tmp_path / "emnist-letters.mat") as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        assert found.class_names == tuple(f"{c}{c.lower()}" for c in "ABCDEFGHIJ")
        np.testing.assert_array_equal(found.truth, TARGET)
        assert found.splits == ["train"] * 1000 + ["test"] * 797


def test_cells_of_text_are_class_names(tmp_path):
    names = np.array(["cat", "dog", "eel"], dtype=object)
    savemat(tmp_path / "a.mat", {"images": DIGITS[:30], "labels": LABELS, "class_names": names})
    with opened(tmp_path / "a.mat") as found:
        assert found.class_names == ("cat", "dog", "eel")


def test_all_that_is_read_together_stays_below_the_limit(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x_train=DIGITS, x_test=DIGITS)
    savemat(tmp_path / "a.mat", {"images": DIGITS}, do_compression=True)
    np.save(tmp_path / "a.npy", DIGITS)
    for name, n_bytes in (("a.npz", 2 * DIGITS.nbytes), ("a.npy", DIGITS.nbytes)):
        opened(tmp_path / name, Limits(n_bytes=n_bytes)).close()
        with pytest.raises(InvalidDatasetError, match="at most"):
            opened(tmp_path / name, Limits(n_bytes=n_bytes - 1))
    with pytest.raises(InvalidDatasetError, match="at most"):
        opened(tmp_path / "a.mat", Limits(n_bytes=DIGITS.nbytes - 1))


@pytest.mark.parametrize(
    ("limits", "problem"),
    [(Limits(items=29), "30 images, and there can be 29"), (Limits(pixels=63), "8 × 8 pixels")],
)
def test_too_many_images_or_too_large_ones_are_refused(tmp_path, limits, problem):
    np.save(tmp_path / "a.npy", DIGITS[:30])
    with pytest.raises(InvalidDatasetError, match=problem):
        opened(tmp_path / "a.npy", limits)
