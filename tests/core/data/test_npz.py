"""Image sets in files are read whole, or refused with a sentence that says why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config import DIGITS, ProjectConfig
from core.data import catalogue as catalogue_module
from core.data.catalogue import Catalogue
from core.data.npz import measure, read_arrays
from core.errors import InvalidConfigError, InvalidDatasetError

IMAGES = np.random.default_rng(0).integers(0, 256, size=(30, 6, 5)).astype(np.uint8)
LABELS = np.arange(30) % 3


def saved(folder: Path, **arrays: Any) -> Path:
    path = folder / "set.npz"
    np.savez(path, **arrays)
    return path


def test_images_and_labels_are_read_as_they_are(tmp_path):
    dataset = read_arrays(saved(tmp_path, images=IMAGES, labels=LABELS))
    np.testing.assert_array_equal(dataset.images, IMAGES)
    np.testing.assert_array_equal(dataset.features, IMAGES.reshape(30, 30))
    np.testing.assert_array_equal(dataset.truth, LABELS)
    assert dataset.class_names == ("0", "1", "2")
    assert (dataset.title, dataset.question) == ("set", "Which digit is this?")
    assert dataset.rows.tolist() == list(range(30))


@pytest.mark.parametrize("names", [("X", "y"), ("x", "target"), ("images", "y")])
def test_arrays_may_have_the_names_that_are_usual(tmp_path, names):
    dataset = read_arrays(saved(tmp_path, **{names[0]: IMAGES, names[1]: LABELS}, other=[1]))
    np.testing.assert_array_equal(dataset.truth, LABELS)


def test_a_compressed_file_and_a_single_channel_are_fine(tmp_path):
    path = tmp_path / "set.npz"
    np.savez_compressed(path, images=IMAGES[..., np.newaxis], labels=LABELS)
    np.testing.assert_array_equal(read_arrays(path).images, IMAGES)
    assert measure(path) == (30, 30 * 6 * 5)


def test_grey_values_from_zero_to_one_are_stretched(tmp_path):
    dataset = read_arrays(saved(tmp_path, images=IMAGES / 255, labels=LABELS))
    np.testing.assert_array_equal(dataset.images, IMAGES)


def test_names_are_classes_in_the_order_of_class_names(tmp_path):
    labels = np.array(["cat", "dog", "eel"])[LABELS]
    dataset = read_arrays(saved(tmp_path, images=IMAGES, labels=labels))
    assert dataset.class_names == ("cat", "dog", "eel")
    assert dataset.question == "Which class is this?"
    order = ["eel", "bee", "dog", "cat"]
    dataset = read_arrays(saved(tmp_path, images=IMAGES, labels=labels, class_names=order))
    assert dataset.class_names == tuple(order)
    assert dataset.truth is not None
    assert [order[i] for i in dataset.truth] == labels.tolist()


def test_whole_numbers_count_the_class_names(tmp_path):
    order = ["a", "b", "c", "never seen"]
    dataset = read_arrays(saved(tmp_path, images=IMAGES, labels=LABELS, class_names=order))
    np.testing.assert_array_equal(dataset.truth, LABELS)
    assert dataset.n_classes == 4


def test_without_labels_nobody_knows_the_truth(tmp_path):
    dataset = read_arrays(saved(tmp_path, images=IMAGES, class_names=["yes", "no"]))
    assert dataset.truth is None
    assert dataset.class_names == ("yes", "no")


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"labels": LABELS}, "holds no images"),
        ({"images": IMAGES}, "does not say which classes there are"),
        ({"images": IMAGES[0], "labels": LABELS}, r"have the shape \(6, 5\)"),
        (
            {"images": np.zeros((3, 2, 2, 3), np.uint8), "labels": LABELS[:3]},
            r"are in colour.*\(3, 2, 2, 3\)",
        ),
        (
            {"images": np.zeros((3, 2, 2, 5), np.uint8), "labels": LABELS[:3]},
            r"shape \(3, 2, 2, 5\)",
        ),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, r"\(0, 6, 5\)"),
        ({"images": IMAGES, "labels": LABELS[:7]}, r"30 images and labels of the shape \(7,\)"),
        ({"images": IMAGES * 2.0, "labels": LABELS}, "values from 0.0 to 5"),
        ({"images": IMAGES * np.nan, "labels": LABELS}, "not all numbers"),
        ({"images": IMAGES.astype(str), "labels": LABELS}, "not all numbers"),
        ({"images": IMAGES, "labels": LABELS * 0.5}, "neither whole numbers nor names"),
        ({"images": IMAGES, "labels": LABELS, "class_names": ["a", "b"]}, "go from 0 to 2"),
        (
            {"images": IMAGES, "labels": ["z"] * 30, "class_names": ["a", "b"]},
            "“z” is a label of set.npz and not one of its class names",
        ),
        ({"images": np.array([{}] * 3, dtype=object), "labels": LABELS[:3]}, "no plain values"),
        ({"images": IMAGES[:1], "labels": LABELS[:1]}, "holds one image only"),
    ],
)
def test_what_is_no_image_set_is_refused(tmp_path, arrays, text):
    with pytest.raises(InvalidDatasetError, match=text):
        read_arrays(saved(tmp_path, **arrays))


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 nearly"])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    for read in (read_arrays, measure):
        with pytest.raises(InvalidDatasetError, match=r"set\.npz cannot be read"):
            read(path)


def test_a_file_that_is_cut_off_is_refused(tmp_path):
    path = saved(tmp_path, images=IMAGES, labels=LABELS)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InvalidDatasetError, match="cannot be read"):
        read_arrays(path)


@pytest.mark.parametrize("name", ["features", "embeddings"])
def test_features_of_ones_own_are_taken_as_they_are(tmp_path, name):
    features = np.random.default_rng(1).normal(size=(30, 7)).astype(np.float32)
    path = saved(tmp_path, images=IMAGES, labels=LABELS, **{name: features})
    dataset = read_arrays(path)
    assert dataset.has_own_features
    np.testing.assert_array_equal(dataset.features, features)
    assert not read_arrays(saved(tmp_path, images=IMAGES, labels=LABELS)).has_own_features


def test_some_of_the_images_have_their_own_features(tmp_path):
    features = np.arange(60.0).reshape(30, 2)
    path = saved(tmp_path, images=IMAGES, labels=LABELS, features=features)
    config = ProjectConfig(dataset=path.name, n_samples=9, shuffle_seed=2)
    dataset = Catalogue(tmp_path).load(config)
    np.testing.assert_array_equal(dataset.features, features[dataset.rows])


@pytest.mark.parametrize(
    ("features", "text"),
    [
        (np.zeros((29, 3)), "one row of features"),
        (np.zeros(30), "one row of features"),
        (np.zeros((30, 0)), "one row of features"),
        (np.full((30, 2), "a"), "not all numbers"),
        (np.where(np.arange(60).reshape(30, 2) == 41, np.nan, 1), "image 20 are not, and 1 of 30"),
        (np.full((30, 2), np.inf), "image 0 are not, and 30 of 30"),
        (np.full((30, 2), 1e300), "not all numbers of a usual size"),
    ],
)
def test_features_that_do_not_fit_are_refused(tmp_path, features, text):
    path = saved(tmp_path, images=IMAGES, labels=LABELS, features=features)
    with pytest.raises(InvalidDatasetError, match=text):
        read_arrays(path)


def test_a_file_that_is_gone_is_told_of(tmp_path):
    for read in (read_arrays, measure):
        with pytest.raises(InvalidDatasetError, match="not there any more"):
            read(tmp_path / "set.npz")


@pytest.mark.parametrize(
    ("stored", "read"),
    [(">f4", "f4"), ("f2", "f4"), ("f8", "f8"), ("g", "f8"), (">i2", "i2"), ("u1", "u1")],
)
def test_features_are_read_as_the_usual_numbers_of_this_machine(tmp_path, stored, read):
    features = np.random.default_rng(1).uniform(0, 99, size=(30, 7)).astype(stored)
    dataset = read_arrays(saved(tmp_path, images=IMAGES, labels=LABELS, features=features))
    np.testing.assert_array_equal(dataset.features, features)
    assert dataset.features.dtype == read


def test_masks_are_images_of_paper_and_ink(tmp_path):
    dataset = read_arrays(saved(tmp_path, images=IMAGES > 99, labels=LABELS))
    np.testing.assert_array_equal(dataset.images, np.where(IMAGES > 99, 255, 0))


# ---- the catalogue


def test_the_catalogue_lists_the_digits_and_then_the_files(tmp_path):
    saved(tmp_path, images=IMAGES, labels=LABELS)
    (tmp_path / "broken.npz").write_bytes(b"?")
    (tmp_path / "notes.txt").write_text("no image set")
    entries = Catalogue(tmp_path).entries()
    assert [(entry.key, entry.n_items) for entry in entries] == [
        (DIGITS, 1797),
        ("broken.npz", 0),
        ("set.npz", 30),
    ]
    assert [bool(entry.problem) for entry in entries] == [False, True, False]


def test_without_a_folder_there_are_the_digits(tmp_path):
    for catalogue in (Catalogue(), Catalogue(tmp_path / "nowhere")):
        assert [entry.key for entry in catalogue.entries()] == [DIGITS]


def test_a_project_takes_the_first_images_or_shuffled_ones(tmp_path):
    saved(tmp_path, images=IMAGES, labels=LABELS)
    catalogue = Catalogue(tmp_path)
    first = catalogue.load(ProjectConfig(dataset="set.npz", n_samples=12))
    np.testing.assert_array_equal(first.images, IMAGES[:12])
    whole = catalogue.load(ProjectConfig(dataset="set.npz", n_samples=30))
    np.testing.assert_array_equal(whole.images, IMAGES)
    shuffled = catalogue.load(ProjectConfig(dataset="set.npz", n_samples=12, shuffle_seed=4))
    order = np.arange(30)
    np.random.RandomState(4).shuffle(order)
    assert shuffled.rows.tolist() == order[:12].tolist()
    np.testing.assert_array_equal(shuffled.images, IMAGES[order[:12]])
    np.testing.assert_array_equal(shuffled.features, IMAGES[order[:12]].reshape(12, -1))
    np.testing.assert_array_equal(shuffled.truth, LABELS[order[:12]])


def test_more_images_than_there_are_cannot_take_part(tmp_path):
    saved(tmp_path, images=IMAGES, labels=LABELS)
    config = ProjectConfig(dataset="set.npz", n_samples=31)
    with pytest.raises(InvalidConfigError, match=r"uses 31 images, and set\.npz has 30"):
        Catalogue(tmp_path).load(config)


@pytest.mark.parametrize("key", ["../set.npz", "/etc/passwd", "letters", "", "a/b.npz"])
def test_a_data_set_outside_of_the_folder_is_none(tmp_path, key):
    catalogue = Catalogue(tmp_path / "sets")
    saved(tmp_path, images=IMAGES, labels=LABELS)
    config = ProjectConfig.model_construct(dataset=key, n_samples=3, shuffle_seed=None)
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        catalogue.load(config)


def test_only_what_is_new_or_has_changed_is_opened_again(tmp_path):
    for name in ("a", "b", "c"):
        np.savez(tmp_path / f"{name}.npz", images=IMAGES, labels=LABELS)
    catalogue = Catalogue(tmp_path)
    before = {entry.key: entry for entry in catalogue.entries()}
    np.savez(tmp_path / "b.npz", images=IMAGES[:20], labels=LABELS[:20])
    (tmp_path / "c.npz").unlink()
    np.savez(tmp_path / "d.npz", images=IMAGES[:9], labels=LABELS[:9])
    after = {entry.key: entry for entry in catalogue.entries()}
    assert {key: entry.n_items for key, entry in after.items()} == {
        DIGITS: 1797,
        "a.npz": 30,
        "b.npz": 20,
        "d.npz": 9,
    }
    assert after["a.npz"] is before["a.npz"], "it was not looked into again"


def test_what_is_no_regular_file_is_listed_and_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    (tmp_path / "device.npz").symlink_to("/dev/zero")
    (tmp_path / "nothing.npz").symlink_to(tmp_path / "gone")
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "a link.npz").symlink_to(saved(tmp_path, images=IMAGES, labels=LABELS))
    catalogue = Catalogue(tmp_path)
    problems = {entry.key: entry.problem for entry in catalogue.entries()}
    for odd in ("pipe.npz", "device.npz", "folder.npz"):
        assert "not a regular file" in problems[odd]
        with pytest.raises(InvalidDatasetError, match="not a regular file"):
            read_arrays(tmp_path / odd)
    assert "not there any more" in problems["nothing.npz"]
    assert problems["a link.npz"] == problems["set.npz"] == ""


@pytest.mark.parametrize("name", [b"\xff\xfe.npz", "turned\u202egpj.npz".encode()])
def test_a_file_whose_name_is_not_text_is_told_of(tmp_path, name):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")
    entry = Catalogue(tmp_path).entries()[1]
    assert "has a name that is not text" in entry.problem
    assert entry.problem.encode(), "it can be sent to a browser"


def test_a_folder_that_cannot_be_listed_is_told_of(tmp_path):
    folder = tmp_path / "loop"
    folder.symlink_to(folder)
    digits, problem = Catalogue(folder).entries()
    assert digits.key == DIGITS
    assert "folder of image sets cannot be read" in problem.problem


def test_more_beliefs_than_fit_into_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue_module, "_MOST_CELLS", 60)
    saved(tmp_path, images=IMAGES, labels=LABELS)
    catalogue = Catalogue(tmp_path)
    assert catalogue.load(ProjectConfig(dataset="set.npz", n_samples=20)).n_items == 20
    with pytest.raises(InvalidConfigError, match="21 images of 3 classes do not fit"):
        catalogue.load(ProjectConfig(dataset="set.npz", n_samples=21))


def test_the_version_of_a_file_changes_with_its_content(tmp_path):
    catalogue = Catalogue(tmp_path)
    saved(tmp_path, images=IMAGES, labels=LABELS)
    before = catalogue.version("set.npz")
    stat = (tmp_path / "set.npz").stat()
    saved(tmp_path, images=IMAGES[::-1], labels=LABELS)
    os.utime(tmp_path / "set.npz", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert catalogue.version("set.npz") != before, "though size and time are the same"
    assert catalogue.version("gone.npz") == ""
    assert catalogue.version(DIGITS) == DIGITS
