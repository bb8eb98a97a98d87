"""A set that was brought in is kept once, whole or not at all, and read where it is looked at."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from core.arrays import UNLABELLED
from core.config import ProjectConfig
from core.data.catalogue import Catalogue
from core.data.looks import Look
from core.data.readers.found import Bad, BadImageError, Found, Limits
from core.data.sets import Sets
from core.data.small import SIDE
from core.errors import InvalidDatasetError, InvalidNameError
from core.jobs.progress import CancelledError

BUNCH = load_digits()
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def sets(tmp_path: Path) -> Sets:
    return Sets(tmp_path / "sets", threads=2, clock=lambda: NOON)


def digits(n_items: int = 60, **others: object) -> Found:
    """The digits as an array reader finds them."""
    array = BUNCH.images[:n_items]
    found = Found(
        title="Some digits",
        kind="a NumPy file (.npz)",
        n_items=n_items,
        original=lambda i: array[i],
        array=array,
        class_names=tuple("0123456789"),
        truth=BUNCH.target[:n_items].astype(np.int64),
    )
    return replace(found, **others)  # type: ignore[arg-type]


def encoded(image: np.ndarray, kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.fromarray(image).save(file, kind)
    return file.getvalue()


def photos(n_items: int = 12, side: int = 40) -> tuple[list[np.ndarray], Found]:
    """Noise in colour, of sizes that differ, as files."""
    random = np.random.default_rng(0)
    images = [
        random.integers(0, 256, size=(side + i, side, 3), dtype=np.uint8) for i in range(n_items)
    ]
    files = [encoded(image) for image in images]
    found = Found(
        title="Photos",
        kind="a folder of images",
        n_items=n_items,
        original=files.__getitem__,
        names=[f"a/{i}.png" for i in range(n_items)],
        columns={"place": [f"p{i}" for i in range(n_items)]},
        splits=["train"] * n_items,
    )
    return images, found


def test_an_array_is_what_it_was(sets):
    key = sets.read(digits()).keep("My digits")
    stored = sets.open(key)
    assert key.startswith("my-digits-")
    assert (stored.head.title, stored.head.n_items, stored.head.made_at) == ("My digits", 60, NOON)
    assert stored.head.look == Look(kind="ink", paper="dark", low=0, high=16)
    for row in (0, 17, 59):
        np.testing.assert_array_equal(stored.original(row), BUNCH.images[row])
        np.testing.assert_array_equal(stored.image(row), np.round(BUNCH.images[row] * 255 / 16))
    dataset = stored.dataset()
    assert dataset.question == "Which digit is this?"
    assert dataset.is_ink
    assert dataset.truth is not None
    np.testing.assert_array_equal(dataset.truth, BUNCH.target[:60])


def test_small_bytes_are_kept_once_and_are_the_images_themselves(sets):
    array = np.round(BUNCH.images[:30] * 255 / 16).astype(np.uint8)
    stored = sets.open(sets.read(digits(30, array=array, original=array.__getitem__)).keep("B"))
    assert stored.head.originals == "pixels"
    assert {file.name for file in stored.folder.iterdir()} == {
        "set.json",
        "pixels.bin",
        "names.bin",
        "truth.bin",
    }
    np.testing.assert_array_equal(stored.dataset().images, array)


def test_files_are_kept_byte_for_byte_with_all_that_was_told_of_them(sets):
    images, found = photos()
    stored = sets.open(sets.read(found).keep("Photos"))
    assert stored.head.look.kind == "photo"
    assert (stored.head.height, stored.head.width) == (0, 0)
    for row in (11, 0, 5):
        assert stored.original(row) == found.original(row)
        np.testing.assert_array_equal(stored.image(row), images[row])
        told = {"name": f"a/{row}.png", "split": "train", "place": f"p{row}"}
        assert stored.told(row) == told
    dataset = stored.dataset()
    assert dataset.pixels.shape == (12, SIDE, SIDE, 3)
    assert (dataset.truth, dataset.class_names, dataset.is_ink) == (None, (), False)
    some = dataset.some(np.array([7, 2]))
    np.testing.assert_array_equal(some.images[1], images[2])
    np.testing.assert_array_equal(some.features[0], dataset.pixels[7].ravel())


def test_the_small_size_of_a_photograph_is_its_mean_over_areas(sets):
    image = np.random.default_rng(1).integers(0, 256, size=(64, 96, 3), dtype=np.uint8)
    files = [encoded(image), encoded(image[:, :64]), encoded(image[:32, :32])]
    _, found = photos(3)
    stored = sets.open(sets.read(replace(found, original=files.__getitem__)).keep("P"))
    assert stored.pixels.shape == (3, 32, 32, 3)
    means = image[:, :64].reshape(32, 2, 32, 2, 3).mean(axis=(1, 3))
    assert np.abs(stored.pixels[1] - means).max() <= 1
    across = image.reshape(32, 2, 32, 3, 3).mean(axis=(1, 3))
    assert np.abs(stored.pixels[0] - across).max() <= 1
    np.testing.assert_array_equal(stored.pixels[2], image[:32, :32])


def test_ink_keeps_its_proportions_in_the_small_size(sets):
    tall = np.zeros((64, 32), dtype=np.uint8)
    tall[8:56, 12:20] = 255
    files = [encoded(tall), encoded(np.zeros((40, 40), dtype=np.uint8))]
    _, found = photos(2)
    stored = sets.open(sets.read(replace(found, original=files.__getitem__)).keep("P"))
    assert stored.head.look.is_ink
    expected = np.zeros((32, 32), dtype=np.uint8)
    expected[4:28, 14:18] = 255
    np.testing.assert_array_equal(stored.pixels[0], expected)


def test_what_is_too_large_for_a_screen_is_there_smaller_too(sets):
    random = np.random.default_rng(0)
    large = random.integers(0, 256, size=(10, 14, 3), dtype=np.uint8).repeat(100, 0).repeat(100, 1)
    files = [encoded(large), encoded(large[:500, :500])]
    _, found = photos(2)
    stored = sets.open(sets.read(replace(found, original=files.__getitem__)).keep("P"))
    screen = stored.screen(0)
    assert screen is not None
    with Image.open(BytesIO(screen)) as picture:
        assert picture.size == (768, 549)
    assert stored.screen(1) is None
    assert stored.image(0).shape == (1000, 1400, 3)


def test_what_cannot_be_used_is_left_out_and_listed(sets):
    _, found = photos()

    def original(row: int) -> bytes:
        if row == 3:
            raise BadImageError("The file is gone.", "Bring it back.")
        return b"no image" if row == 5 else found.original(row)  # type: ignore[return-value]

    draft = sets.read(replace(found, original=original, bad=(Bad("x", "It is odd.", ""),)))
    assert [bad.name for bad in draft.report.bad] == ["x", "a/3.png", "a/5.png"]
    assert draft.report.n_items == 10
    stored = sets.open(draft.keep("Good ones"))
    assert stored.name(3) == "a/4.png"
    assert stored.original(9) == found.original(11)


def one_by_one(array: np.ndarray) -> Found:
    """Digits that a reader gives one by one, since not all of them can be used."""

    def original(row: int) -> np.ndarray:
        if not np.isfinite(array[row]).all():
            raise BadImageError("It has values that are no numbers.", "")
        return np.asarray(array[row])

    return digits(len(array), array=None, original=original)


@pytest.mark.parametrize("lazily", [False, True])
def test_values_that_are_no_numbers_are_left_out(sets, lazily):
    array = BUNCH.images[:10].copy()
    array[4, 0, 0] = np.nan
    draft = sets.read(one_by_one(array) if lazily else digits(10, array=array))
    assert [bad.name for bad in draft.report.bad] == ["4"]
    stored = sets.open(draft.keep("D"))
    np.testing.assert_array_equal(stored.original(4), array[5])
    np.testing.assert_array_equal(stored.truth, np.delete(BUNCH.target[:10], 4))


def test_the_same_images_are_one_set_whatever_they_are_called(sets):
    first = sets.read(digits()).keep("One")
    assert sets.read(digits()).keep("Two") == first
    assert sets.listed() == (first,)
    other_labels = digits(truth=None, class_names=())
    assert sets.read(other_labels).keep("One") != first
    assert len(sets.listed()) == 2


def test_the_report_tells_what_there_is(sets):
    array = np.concatenate([BUNCH.images[:20], BUNCH.images[:2]])
    truth = np.concatenate([BUNCH.target[:20], [BUNCH.target[0], 9]]).astype(np.int64)
    truth[5] = UNLABELLED
    draft = sets.read(digits(22, array=array, truth=truth))
    report = draft.report
    draft.drop()
    assert report.sizes == (((8, 8), 22),)
    assert report.n_known == 21 == sum(report.class_counts.values())
    assert (report.n_repeats, report.n_conflicts) == (2, 1)
    assert report.near == ()


def test_what_is_dropped_or_fails_leaves_nothing(sets, tmp_path):
    sets.read(digits()).drop()
    with pytest.raises(InvalidDatasetError, match="no usable image"):
        sets.read(digits(1, array=np.full((1, 8, 8), np.nan)))

    def cancel(_stage: str, share: float, /) -> None:
        if share > 0:
            raise CancelledError

    with pytest.raises(CancelledError):
        sets.read(photos()[1], progress=cancel)
    assert list((tmp_path / "sets").iterdir()) == []


def test_more_than_is_allowed_is_refused(sets):
    with pytest.raises(InvalidDatasetError, match="take more than"):
        sets.read(photos()[1], limits=Limits(n_bytes=10_000))


@pytest.mark.parametrize("title", ["", "  ", "x" * 81, "a\u202eb"])
def test_a_set_needs_a_name_that_can_be_read_and_waits_for_one(sets, title):
    draft = sets.read(digits())
    with pytest.raises(InvalidNameError):
        draft.keep(title)
    assert sets.open(draft.keep("Digits")).head.title == "Digits"


def test_a_set_gets_another_name_and_goes(sets):
    key = sets.read(digits()).keep("Digits")
    sets.rename(key, "Other digits")
    assert sets.open(key).head.title == "Other digits"
    sets.delete(key)
    assert sets.listed() == ()
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        sets.open(key)


@pytest.mark.parametrize("key", ["", ".", "..", "../sets", "a/b", "nothing"])
def test_no_other_folder_is_a_set(sets, key):
    sets.read(digits()).keep("Digits")
    with pytest.raises(InvalidDatasetError, match="There is no data set"):
        sets.head(key)


@pytest.mark.parametrize("name", ["set.json", "pixels.bin", "names.bin", "originals.arrow"])
def test_a_damaged_set_says_so_and_takes_no_other_away(sets, name):
    good = sets.read(digits()).keep("Digits")
    bad = sets.read(photos()[1]).keep("Photos")
    file = sets.open(bad).folder / name
    file.write_bytes(file.read_bytes()[:-5] if name != "originals.arrow" else b"x" * 100)
    again = Sets(sets.open(good).folder.parent)
    with pytest.raises(InvalidDatasetError, match="damaged"):
        _look_at(again, bad)
    entries = {entry.key: entry for entry in Catalogue(None, again).entries()}
    assert entries[good].problem == ""
    assert again.open(good).dataset().n_items == 60


def _look_at(sets: Sets, key: str) -> None:
    """Read an image of a set, and its name."""
    stored = sets.open(key)
    assert stored.dataset().images[0].size
    assert stored.contents.name(0)


def test_projects_find_a_set_among_the_others(sets):
    key = sets.read(digits()).keep("Digits")
    catalogue = Catalogue(None, sets)
    assert [entry.title for entry in catalogue.entries()] == ["Handwritten digits", "Digits"]
    config = ProjectConfig(dataset=key, n_samples=50, shuffle_seed=3, kernel="knn")
    dataset, contents = catalogue.open(config)
    assert (dataset.n_items, contents.n_items) == (50, 60)
    assert contents.fingerprint == sets.head(key).fingerprint
    ignored = config.model_copy(update={"known_labels": "ignored"})
    assert catalogue.open(ignored)[0].truth is None
    with pytest.raises(InvalidDatasetError):
        catalogue.open(config.model_copy(update={"dataset": "gone-123"}))


def test_an_image_has_the_same_name_as_in_a_file_of_arrays(sets, tmp_path):
    np.savez(tmp_path / "d.npz", images=BUNCH.images[:60] / 16, labels=BUNCH.target[:60])
    from_file = Catalogue(tmp_path).contents("d.npz")
    stored = sets.open(sets.read(digits()).keep("Digits"))
    np.testing.assert_array_equal(stored.contents.names, from_file.names)


def test_a_set_of_today_is_described_so_that_others_can_read_it(sets):
    stored = sets.open(sets.read(digits()).keep("Digits"))
    head = json.loads((stored.folder / "set.json").read_text(encoding="utf-8"))
    layout = head["values"]
    values = np.fromfile(stored.folder / "originals.bin", layout["dtype"]).reshape(layout["shape"])
    np.testing.assert_array_equal(values, BUNCH.images[:60])
    shutil.rmtree(stored.folder)


def test_a_set_that_is_copied_is_described_in_words_that_older_apps_know(sets):
    """They refuse a word that they do not know; landmarks have another version besides."""
    stored = sets.open(sets.read(digits()).keep("Digits"))
    head = json.loads((stored.folder / "set.json").read_text(encoding="utf-8"))
    assert head["v"] == 1
    assert {*head} == {
        *("v", "title", "source", "made_at", "n_items", "look", "originals", "starts"),
        *("has_screens", "height", "width", "pixels", "values", "features", "class_names"),
        *("n_known", "has_table", "fingerprint", "n_bytes", "judged", "owners"),
    }


# -- what was found when it was attacked


def test_colours_that_are_taken_for_ink_become_grey(sets):
    images, found = photos()
    stored = sets.open(sets.read(found, look=Look(kind="ink", paper="light")).keep("Ink"))
    grey = np.rint(images[3] @ np.array([0.299, 0.587, 0.114]))
    assert np.abs(stored.image(3) - (255 - grey)).max() <= 1
    assert stored.pixels.shape == (12, SIDE, SIDE)
    array = np.stack([image[:40] for image in images])
    colours = digits(12, array=array, original=array.__getitem__)
    stored = sets.open(sets.read(colours, look=Look(kind="ink")).keep("Ink too"))
    assert stored.dataset().images[3].shape == (40, 40)
    assert stored.pixels.shape == (12, SIDE, SIDE)


def test_what_is_see_through_lies_on_white(sets):
    array = np.zeros((3, 8, 8, 4), dtype=np.uint8)
    array[1:, ..., 3] = 255
    found = digits(3, array=array, original=array.__getitem__, truth=None, class_names=())
    stored = sets.open(sets.read(found, look=Look(kind="photo")).keep("Glass"))
    assert [int(stored.image(row).mean()) for row in range(3)] == [255, 0, 0]


def test_bytes_beside_deeper_values_keep_their_own_scale(sets):
    deep = np.full((20, 20), 30_000, dtype=np.uint16)
    deep[0, 0] = 65_000
    files = [encoded(deep), encoded(np.full((20, 20), 200, dtype=np.uint8))]
    _, found = photos(2)
    stored = sets.open(sets.read(replace(found, original=files.__getitem__)).keep("Both"))
    assert stored.image(0)[5, 5] == round(30_000 * 255 / 65_535)
    assert stored.image(1)[5, 5] == 200


def test_the_scale_of_deep_values_is_that_of_all_images_not_of_some(sets):
    low = encoded(np.full((20, 20), 3_000, dtype=np.uint16))
    high = encoded(np.full((20, 20), 60_000, dtype=np.uint16))
    _, found = photos(2)
    many = replace(
        found, n_items=600, original=lambda row: high if row == 1 else low, names=None,
        splits=None, columns={},
    )  # fmt: skip
    stored = sets.open(sets.read(many).keep("Deep"))
    assert stored.head.look.high == 65_535
    assert stored.image(1)[0, 0] == round(60_000 * 255 / 65_535)


def test_what_differs_in_anything_is_another_set(sets):
    _, found = photos()
    keys = {
        sets.read(found).keep("A"),
        sets.read(replace(found, splits=["test"] * 12)).keep("A"),
        sets.read(replace(found, columns={})).keep("A"),
    }
    values = (BUNCH.images[:20] * 4_000).astype(np.uint16)
    for deep in (values, values ^ 1):
        keys.add(sets.read(digits(20, array=deep)).keep("A"))
    assert len(keys) == 5


@pytest.mark.parametrize("name", ["set.json", "pixels.bin", "truth.bin", "names.bin"])
def test_a_damaged_set_makes_way_when_it_is_brought_in_again_and_can_be_deleted(sets, name):
    key = sets.read(digits()).keep("Digits")
    file = sets.open(key).folder / name
    file.write_bytes(b"{")
    again = Sets(file.parents[1], clock=lambda: NOON)
    assert again.read(digits()).keep("Other name") == key
    assert again.open(key).dataset().n_items == 60
    file.unlink()
    again.delete(key)
    assert again.listed() == ()


def test_labels_of_classes_that_are_not_there_are_damage(sets):
    stored = sets.open(sets.read(digits()).keep("Digits"))
    truth = np.full(60, 10, dtype="<i4")
    (stored.folder / "truth.bin").write_bytes(truth.tobytes())
    with pytest.raises(InvalidDatasetError, match="damaged"):
        stored.dataset()


def test_a_table_that_is_gone_is_damage(sets):
    stored = sets.open(sets.read(photos()[1]).keep("Photos"))
    (stored.folder / "table.arrow").unlink()
    with pytest.raises(InvalidDatasetError, match="damaged"):
        stored.column("name", [0])


def test_a_disk_that_is_full_is_told_of_and_nothing_is_left(sets, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.data.storing.Pieces.add", full)
    with pytest.raises(InvalidDatasetError, match="No space left on device"):
        sets.read(photos()[1])
    assert list((tmp_path / "sets").iterdir()) == []
