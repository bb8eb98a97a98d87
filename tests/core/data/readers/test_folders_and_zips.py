"""Folders are classes as torchvision and Hugging Face have it, in folders and ZIP files alike."""

from __future__ import annotations

import os
import posixpath
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.readers.folder import read_folder
from core.data.readers.found import Choice, Limits
from core.data.readers.places import find_places
from core.data.readers.zipped import read_zip
from core.errors import InvalidDatasetError
from core.jobs.progress import CancelledError, silent
from tests.core.data.readers.pictures import (
    BOTH,
    Make,
    folder_of,
    labels_of,
    names_of,
    picture,
    read,
    zip_of,
)

both = pytest.mark.parametrize("make", BOTH, ids=["folder", "ZIP file"])


def as_torchvision(top: Path) -> list[tuple[str, str]]:
    """Paths and classes as ``torchvision.datasets.ImageFolder`` finds them."""
    endings = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
    found = []
    for label in sorted(entry.name for entry in os.scandir(top) if entry.is_dir()):
        for folder, _, files in sorted(os.walk(top / label, followlinks=True)):
            good = [file for file in sorted(files) if file.lower().endswith(endings)]
            found += [(Path(folder, f).relative_to(top).as_posix(), label) for f in good]
    return found


def as_hugging_face(names: Iterable[str]) -> list[tuple[str, str, str]]:
    """Paths, splits and classes as ``load_dataset("imagefolder")`` finds them, one level deep."""
    return [
        (name, name.split("/")[0], posixpath.basename(posixpath.dirname(name))) for name in names
    ]


@both
def test_the_classes_are_those_of_torchvision(tmp_path, make: Make):
    files = names_of(
        ["eel/b.png", "eel/a.PNG", "cat/z.jpeg", "cat/old/1.png", "cat/old/er/2.png", "dog/x.tif"]
    )
    path = make(tmp_path, files, ())
    where = path if path.is_dir() else folder_of(tmp_path, files)
    with read(path) as found:
        assert sorted(zip(found.names or (), labels_of(found), strict=True)) == sorted(
            as_torchvision(where)
        )
        assert found.class_names == ("cat", "dog", "eel")
        assert found.n_items == 6
        assert found.splits is None


@both
def test_the_splits_are_those_of_hugging_face(tmp_path, make: Make):
    names = ["test/cat/3.png", "train/cat/1.png", "train/dog/2.png", "validation/dog/4.png"]
    with read(make(tmp_path, names_of(names), ())) as found:
        assert found.splits is not None
        assert list(
            zip(found.names or (), found.splits, labels_of(found), strict=True)
        ) == as_hugging_face(names)


@both
def test_each_image_is_its_file(tmp_path, make: Make):
    files = names_of([f"{label}/{number}.png" for label in "abc" for number in range(20)])
    with read(make(tmp_path, files, ())) as found:
        assert found.names is not None
        for index, name in enumerate(found.names):
            assert found.original(index) == files[name]
            assert found.name(index) == name


@both
@pytest.mark.parametrize(
    ("around", "names"),
    [
        ("pets/", ("cat/1.png", "dog/2.png")),
        ("a/b/c/", ("cat/1.png", "dog/2.png")),
        ("data/", ("train/cat/1.png", "test/cat/2.png")),
        ("only/", ("1.png", "2.png")),
        ("only/", ("1.png", "cat/2.png")),
    ],
    ids=str,
)
def test_a_single_folder_around_everything_does_not_count(tmp_path, make: Make, around, names):
    with read(make(tmp_path, names_of(f"{around}{name}" for name in names), ())) as found:
        assert sorted(found.names or ()) == sorted(names)
        assert {label for label in labels_of(found) if label} <= {"cat", "dog"}


@both
def test_a_part_alone_is_still_a_part(tmp_path, make: Make):
    with read(make(tmp_path, names_of(["Train/cat/1.png", "Train/dog/2.png"]), ())) as found:
        assert found.splits == ["train", "train"]
        assert labels_of(found) == ["cat", "dog"]


@both
def test_train_is_a_class_beside_other_vehicles(tmp_path, make: Make):
    with read(make(tmp_path, names_of(["train/1.png", "car/2.png"]), ())) as found:
        assert found.class_names == ("car", "train")
        assert found.splits is None


@both
def test_images_in_no_folder_have_no_label(tmp_path, make: Make):
    with read(make(tmp_path, names_of(["1.png", "cat/2.png", "dog/3.png"]), ())) as found:
        assert labels_of(found) == ["", "cat", "dog"]
        assert "1 image in no folder of a class has no label." in found.notes
    choice = Choice("labels", "Labels from", "(folders)", ("(folders)", "(none)"))
    assert found.choices == (choice,)


@both
def test_without_folders_there_are_no_classes(tmp_path, make: Make):
    with read(make(tmp_path, names_of(["1.png", "2.png"]), ())) as found:
        assert found.class_names == ()
        assert found.truth is None
        assert found.choices == ()
        assert found.notes == ()


@both
def test_folders_are_no_classes_if_a_person_says_so(tmp_path, make: Make):
    with read(make(tmp_path, names_of(["a/1.png", "b/2.png"]), ()), labels="(none)") as found:
        assert found.truth is None
        assert found.choices[0].value == "(none)"


@both
def test_numbers_are_in_the_order_of_their_size(tmp_path, make: Make):
    with read(make(tmp_path, names_of(f"{n}/x.png" for n in (10, 9, 100)), ())) as found:
        assert found.class_names == ("9", "10", "100")
        assert labels_of(found) == ["10", "100", "9"]


@both
def test_a_class_without_images_is_a_class(tmp_path, make: Make):
    path = make(tmp_path, names_of(["train/a/1.png", "train/b/2.png"]), ["train/c", "train/d/e"])
    with read(path) as found:
        assert found.class_names == ("a", "b", "c", "d")
        assert "There are no images of 2 classes: c, d." in found.notes


@both
def test_a_folder_of_other_files_is_no_class(tmp_path, make: Make):
    files = names_of(["a/1.png", "b/2.png"]) | {"doc/read me.txt": b"!", "doc/x.pdf": b"%PDF"}
    with read(make(tmp_path, files, ())) as found:
        assert found.class_names == ("a", "b")
        assert found.notes == ("2 other files were left out: read me.txt, x.pdf.",)


@both
def test_what_systems_leave_behind_is_not_even_counted(tmp_path, make: Make):
    junk = ["__MACOSX/cat/._1.png", ".DS_Store", "cat/Thumbs.db", "cat/.hidden.png", "desktop.ini"]
    junk += [".git/a/b.png", "@eaDir/1.png"]
    files = names_of(["cat/1.png", "dog/2.png"]) | dict.fromkeys(junk, b"x")
    with read(make(tmp_path, files, ())) as found:
        assert found.names == ["cat/1.png", "dog/2.png"]
        assert found.notes == ()


@both
def test_names_stay_as_they_are_and_classes_alike_to_a_person_are_one(tmp_path, make: Make):
    composed, apart = "caf\u00e9", "cafe\u0301"
    files = names_of([f"train/{composed}/{apart}.png", f"test/{apart}/2.png", "test/B/3\u202f.png"])
    with read(make(tmp_path, files, ())) as found:
        assert set(found.names or ()) == set(files)
        assert found.class_names == ("B", composed)


@both
def test_names_may_differ_by_case_only(tmp_path, make: Make):
    with read(make(tmp_path, names_of(["a/x.png", "a/X.png", "A/x.PNG"]), ())) as found:
        assert found.names == ["A/x.PNG", "a/X.png", "a/x.png"]
        assert found.class_names == ("A", "a")


@both
def test_a_thousand_folders_too_many_are_no_classes(tmp_path, make: Make):
    path = make(tmp_path, dict.fromkeys([f"{n}/x.png" for n in range(1_001)], picture()), ())
    with read(path) as found:
        assert found.truth is None
        assert found.notes == (
            "The folders were not taken for labels. "
            f"{path.name} has 1,001 classes, and there can be 1,000.",
        )
    with pytest.raises(InvalidDatasetError, match="there can be 1,000"):
        read(path, labels="(folders)")


@both
def test_what_labels_cannot_come_from_is_refused(tmp_path, make: Make):
    path = make(tmp_path, names_of(["a/1.png", "b/2.png"]), ())
    with pytest.raises(InvalidDatasetError) as caught:
        read(path, labels="moon")
    assert caught.value.problem == f"The labels of {path.name} cannot be taken from “moon”."
    assert caught.value.remedy == "There are: (folders), (none)."


@both
def test_the_set_is_called_as_its_folder_or_file(tmp_path, make: Make):
    with read(make(tmp_path, names_of(["a/1.png", "b/2.png"]), ())) as found:
        assert found.title == "pets"
        assert found.kind in {"a folder of images", "a ZIP file of images"}


@settings(max_examples=60, deadline=None)
@given(
    st.sets(
        st.lists(st.sampled_from(["a", "b", "c", "train", "test"]), max_size=3).map(tuple),
        min_size=1,
        max_size=8,
    )
)
def test_the_rules_hold_for_any_folders(folders):
    names = sorted("/".join((*folder, "x.png")) for folder in folders)
    places = find_places(names, (), ())
    assert all(name.startswith(places.root) for name in names)
    rest = [name[len(places.root) :].split("/") for name in names]
    if places.splits is not None:
        assert list(places.splits) == [p[0] if len(p) > 1 else "" for p in rest]
        rest = [p[1:] if len(p) > 1 else p for p in rest]
    assert list(places.classes) == [p[0] if len(p) > 1 else "" for p in rest]


def test_threads_read_a_zip_file_at_once(tmp_path):
    files = names_of(f"{label}/{number}.png" for label in "ab" for number in range(200))
    with read(zip_of(tmp_path, files)) as found, ThreadPoolExecutor(4) as pool:
        assert found.names is not None
        for name, data in zip(
            found.names, pool.map(found.original, range(found.n_items)), strict=True
        ):
            assert data == files[name]


def test_thousands_of_images_are_listed_and_read_in_no_time(tmp_path):
    data = picture()
    path = zip_of(tmp_path, {f"{n % 10}/{n}.png": data for n in range(5_000)})
    start = time.perf_counter()
    with read(path) as found:
        for index in range(found.n_items):
            assert len(found.original(index)) == len(data)
    assert time.perf_counter() - start < 5


@both
def test_limits_are_kept(tmp_path, make: Make):
    path = make(tmp_path, names_of(["a/1.png", "b/2.png", "b/3.png"]), ())
    word = "folder" if path.is_dir() else "ZIP file"
    take = read_folder if path.is_dir() else read_zip
    with pytest.raises(InvalidDatasetError) as caught:
        take(path, {}, Limits(items=2), silent)
    assert caught.value.problem == f"The {word} {path.name} holds 3 images, and there can be 2."
    assert caught.value.remedy == "Leave out some images."
    with pytest.raises(InvalidDatasetError) as caught:
        take(path, {}, Limits(n_bytes=100), silent)
    assert caught.value.problem == (
        f"The images of the {word} {path.name} take 0.0 GB, and at most 0.0 GB can be used."
    )


@both
def test_looking_for_images_can_be_stopped(tmp_path, make: Make):
    def stop(_stage: str, _share: float, /) -> None:
        raise CancelledError

    path = make(tmp_path, names_of(["a/1.png", "b/2.png"]), ())
    with pytest.raises(CancelledError):
        (read_folder if path.is_dir() else read_zip)(path, {}, Limits(), stop)
