"""The content of a file says how it is read; what is of no kind that is known is refused."""

from __future__ import annotations

import gzip
import json
import os
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from core.errors import InvalidDatasetError
from tests.core.data.readers.making import (
    DIGITS,
    TARGET,
    hugging_face,
    idx,
    labels_of,
    opened,
    packed,
    png,
    text,
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """One file of each kind, with an ending that says nothing."""
    np.save(tmp_path / "a.npy", DIGITS)
    (tmp_path / "array").write_bytes((tmp_path / "a.npy").read_bytes())
    (tmp_path / "a.npy").unlink()
    (tmp_path / "idx").write_bytes(idx(DIGITS))
    packed(tmp_path / "packed", idx(DIGITS))
    with (tmp_path / "arrays").open("wb") as file:
        np.savez(file, images=DIGITS, labels=TARGET)
    parquet.write_table(hugging_face(30, "abcdefghij"), tmp_path / "parquet")
    text(tmp_path / "text", [f"p{i}" for i in range(64)], DIGITS[:30].reshape(30, 64))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("array", "an array of NumPy (.npy)"),
        ("arrays", "a NumPy file (.npz)"),
        ("idx", "images in IDX files"),
        ("packed", "images in IDX files"),
        ("parquet", "a Parquet table"),
        ("text", "a table of text (CSV)"),
    ],
)
def test_the_ending_of_a_name_does_not_matter(files, name, kind):
    with opened(files / name) as found:
        assert found.kind == kind


@pytest.mark.parametrize("name", ["arrays.npz", "a.parquet", "a.csv"])
def test_a_zip_file_or_a_folder_of_one_file_is_that_file(files, name, monkeypatch):
    start = {"arrays.npz": "arrays", "a.parquet": "parquet", "a.csv": "text"}[name]
    data = (files / start).read_bytes()
    with zipfile.ZipFile(files / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"deep/inside/{name}", data)
        archive.writestr("README.md", "text")
    (files / "folder").mkdir()
    (files / "folder" / name).write_bytes(data)
    unpacked = files / "unpacked"
    unpacked.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(unpacked))
    with opened(files / start) as wanted, opened(files / "all.zip") as found:
        assert found.n_items == wanted.n_items
        assert (found.title, found.kind) == ("all", f"{wanted.kind} in a ZIP file")
        np.testing.assert_array_equal(found.truth, wanted.truth)
        assert found.original(3) is not None
        assert [p.name for p in unpacked.glob("*/*")] == [name]
    assert list(unpacked.iterdir()) == []
    with opened(files / "folder") as found:
        assert found.n_items == wanted.n_items


def test_idx_files_in_a_zip_file_are_joined(tmp_path):
    with zipfile.ZipFile(tmp_path / "mnist.zip", "w") as archive:
        archive.writestr("raw/train-images-idx3-ubyte", idx(DIGITS[:1000]))
        archive.writestr("raw/train-labels-idx1-ubyte", idx(TARGET[:1000]))
        archive.writestr("raw/t10k-images-idx3-ubyte", idx(DIGITS[1000:]))
        archive.writestr("raw/t10k-labels-idx1-ubyte", idx(TARGET[1000:]))
    with opened(tmp_path / "mnist.zip") as found:
        np.testing.assert_array_equal(found.array, DIGITS)
        np.testing.assert_array_equal(found.truth, TARGET)


def test_images_in_folders_and_zip_files_have_readers_of_their_own(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for i in range(6):
            place = tmp_path / "folder" / "ab"[i % 2]
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{i}.png").write_bytes(png(DIGITS[i]))
            archive.writestr(f"{'ab'[i % 2]}/{i}.png", png(DIGITS[i]))
    for name in ("folder", "all.zip"):
        with opened(tmp_path / name) as found:
            assert (found.n_items, found.class_names) == (6, ("a", "b"))


def test_an_export_is_read_together_with_the_images_beside_it(tmp_path):
    tasks = []
    for i in range(4):
        (tmp_path / f"{i}.png").write_bytes(png(DIGITS[i]))
        chosen = [{"type": "choices", "value": {"choices": ["ab"[i % 2]]}}]
        tasks.append({"data": {"image": f"{i}.png"}, "annotations": [{"result": chosen}]})
    (tmp_path / "tasks.json").write_text(json.dumps(tasks))
    with opened(tmp_path / "tasks.json") as found:
        assert (found.title, labels_of(found)) == ("tasks", ["a", "b", "a", "b"])


@pytest.mark.parametrize(
    ("start", "problem", "remedy"),
    [
        (b"", "is empty", "Labelspread takes"),
        (png(DIGITS[0]), "is a single image", "Choose the folder"),
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file", "numpy.savez"),
        (b"\x80\x04\x95", "is a pickle of Python", "numpy.savez"),
        (b"%PDF-1.7", "is a PDF file", "images"),
        (b"7z\xbc\xaf\x27\x1c", "is a packed file", "ZIP"),
        (b"SQLite format 3\0", "is a database", "CSV"),
        (b"<!DOCTYPE html><html>", "is a web page", "Download"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a note of Git LFS", "git lfs pull"),
        (b"\x7fELF\x02\x01\x01\0\0", "of a kind that is not known", "Labelspread takes"),
        (gzip.compress(b"\0\1\2", mtime=0), "is packed with gzip", "Unpack"),
    ],
)
def test_files_of_other_kinds_are_called_what_they_are(tmp_path, start, problem, remedy):
    path = tmp_path / "what"
    path.write_bytes(start)
    with pytest.raises(InvalidDatasetError, match=problem) as caught:
        opened(path)
    assert remedy in caught.value.remedy
    assert "what" in caught.value.problem


def test_what_is_no_file_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with socket.socket(socket.AF_UNIX) as one:
        where = Path.cwd()
        os.chdir(tmp_path)
        one.bind("socket")
        os.chdir(where)
    for name, problem in (
        ("pipe", "“pipe” is a pipe"),
        ("socket", "“socket” is a socket"),
        ("/dev/zero", "“zero” is a device"),
        ("gone", "There is no file or folder “gone”"),
        ("link", "There is no file or folder “link”"),
        ("pipe/inside", "There is no file or folder “inside”"),
        ("loop", "The file loop cannot be read"),
    ):
        with pytest.raises(InvalidDatasetError, match=problem):
            opened(tmp_path / name)


def test_a_project_is_no_set_of_images(tmp_path):
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        archive.writestr("project.json", "{}")
        archive.writestr("events.jsonl", "")
    with pytest.raises(InvalidDatasetError, match=r"mine\.zip is a whole project") as caught:
        opened(tmp_path / "mine.zip")
    assert "Projects page" in caught.value.remedy


def test_an_excel_file_and_several_sets_in_one_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(InvalidDatasetError, match="is an Excel file"):
        opened(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "a,b")
        archive.writestr("b.npz", "?")
    with pytest.raises(InvalidDatasetError, match=r"2 files that could be the set: a\.csv, b\.npz"):
        opened(tmp_path / "a.zip")
