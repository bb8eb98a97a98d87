"""IDX files are read with their labels, packed or not, alone or as a folder."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from core.data.readers.idx import find_idx
from core.errors import InvalidDatasetError
from tests.core.data.readers.making import CODES, DIGITS, NAMES, TARGET, idx, opened, packed

IMAGES = idx(DIGITS)
LABELS = idx(TARGET)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte"),
        ("qmnist-images.idx", "qmnist-labels.idx"),
    ],
)
def test_the_labels_beside_the_images_are_found(tmp_path, images, labels):
    for name, data in ((images, IMAGES), (labels, LABELS)):
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    for name in (images, labels):
        with opened(tmp_path / name) as found:
            np.testing.assert_array_equal(found.array, DIGITS)
            np.testing.assert_array_equal(found.truth, TARGET)
            assert found.class_names == NAMES


def test_a_folder_joins_the_parts(tmp_path):
    folder = tmp_path / "mnist"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte").write_bytes(idx(DIGITS[:1000]))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(TARGET[:1000]))
    packed(folder / "t10k-images-idx3-ubyte.gz", idx(DIGITS[1000:]))
    packed(folder / "t10k-labels-idx1-ubyte.gz", idx(TARGET[1000:]))
    with opened(folder) as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        np.testing.assert_array_equal(found.truth, TARGET)
        assert found.splits == ["train"] * 1000 + ["test"] * 797
    with opened(folder / "train-images-idx3-ubyte") as found:
        assert found.n_items == 1000
        assert "t10k-images-idx3-ubyte.gz lies beside it" in found.notes[0]


@pytest.mark.parametrize("code", CODES)
def test_all_kinds_of_numbers_are_read(tmp_path, code):
    (tmp_path / "images.idx").write_bytes(idx(DIGITS[:9] * 2, code))
    with opened(tmp_path / "images.idx") as found:
        assert found.array is not None
        assert found.array.dtype == np.dtype(code)
        np.testing.assert_array_equal(found.array, DIGITS[:9] * 2)


def test_images_in_a_file_of_their_own_stay_on_the_disk(tmp_path):
    (tmp_path / "images.idx").write_bytes(IMAGES)
    with opened(tmp_path / "images.idx") as found:
        assert found.array is not None
        assert not found.array.flags.owndata
        assert not found.array.flags.writeable


def test_emnist_lies_on_its_side_unless_it_is_said_otherwise(tmp_path):
    images = "emnist-letters-train-images-idx3-ubyte.gz"
    packed(tmp_path / images, idx(DIGITS.transpose(0, 2, 1)))
    packed(tmp_path / "emnist-letters-train-labels-idx1-ubyte.gz", idx(TARGET + 1))
    lines = [f"{number + 1} {65 + number} {97 + number}" for number in range(10)]
    (tmp_path / "emnist-letters-mapping.txt").write_text("\n".join(lines) + "\n")
    with opened(tmp_path) as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        np.testing.assert_array_equal(found.truth, TARGET)
        assert found.class_names[:2] == ("Aa", "Bb")
    with opened(tmp_path / images, said={"turned": "no"}) as found:
        np.testing.assert_array_equal(found.array, DIGITS.transpose(0, 2, 1))
    with pytest.raises(InvalidDatasetError, match="Say yes or no"):
        opened(tmp_path / images, said={"turned": "perhaps"})


def test_of_several_sets_in_a_folder_a_person_chooses(tmp_path):
    for base, n_items in (("digits", 9), ("letters", 7)):
        (tmp_path / f"emnist-{base}-train-images-idx3-ubyte").write_bytes(idx(DIGITS[:n_items]))
    with opened(tmp_path) as found:
        assert found.n_items == 9
        assert found.choices[0].options == ("emnist digits", "emnist letters")
    with opened(tmp_path, said={"images": "emnist letters"}) as found:
        assert found.n_items == 7
    with pytest.raises(InvalidDatasetError, match="holds no set “mnist”"):
        opened(tmp_path, said={"images": "mnist"})


def test_files_are_known_by_their_names():
    names = [
        "notes.txt",
        "t10k-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "train-images-idx3-ubyte",
        "images.png",
    ]
    train, test = find_idx(names)
    assert (train.split, train.images, train.labels) == ("train", names[3], names[2])
    assert (test.split, test.images, test.labels) == ("test", names[1], None)
    assert find_idx(["images.png", "labels.csv"]) == ()
