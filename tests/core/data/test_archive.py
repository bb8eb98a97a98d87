"""A file may say of itself what it likes: what is not there is not believed."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.archive import Archive
from core.data.npz import measure, read_arrays
from core.errors import InvalidDatasetError

IMAGES = np.random.default_rng(0).integers(0, 256, size=(30, 6, 5)).astype(np.uint8)
LABELS = np.array(["cat", "dog", "eel"])[np.arange(30) % 3]


def npy(shape: tuple[int, ...], values: bytes, descr: str = "|u1") -> bytes:
    """An array as numpy writes it, whatever it says of its shape."""
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape!r}}}".encode()
    head += b" " * (63 - (len(head) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + values


def packed(path: Path, images: bytes, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("images.npy", images)
        archive.writestr("class_names.npy", npy((2,), "ab".encode("utf-32-le"), "<U1"))
    return path


def compressed() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=IMAGES, labels=LABELS, allow_pickle=False)
    return buffer.getvalue()


@pytest.mark.parametrize("items", [-5, 31, 2**62, 10**9])
def test_items_that_are_not_there_are_not_believed(tmp_path, items):
    path = packed(tmp_path / "set.npz", npy((items, 6, 5), IMAGES.tobytes()))
    for read in (measure, read_arrays):
        with pytest.raises(InvalidDatasetError, match="its values are missing"):
            read(path)


@pytest.mark.parametrize("shape", [(0, 6, 5), (2**62, 0, 5), (), (2,), (2**62, 0)])
def test_shapes_without_a_picture_are_refused(tmp_path, shape):
    path = packed(tmp_path / "set.npz", npy(shape, IMAGES.tobytes()))
    for read in (measure, read_arrays):
        with pytest.raises(InvalidDatasetError, match="have the shape"):
            read(path)


def test_a_directory_that_promises_a_hundred_gigabytes_is_not_believed(tmp_path):
    path = packed(tmp_path / "set.npz", npy((10**8, 32, 32), b""), zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 2**32 - 2)
    path.write_bytes(data)
    for read in (measure, read_arrays):
        with pytest.raises(InvalidDatasetError, match="cut off, or damaged"):
            read(path)


def test_what_unpacks_to_more_than_is_allowed_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "set.npz"
    np.savez_compressed(path, images=np.zeros((4000, 50, 50), np.uint8), class_names=["a", "b"])
    assert path.stat().st_size < 100_000
    assert read_arrays(path).n_items == 4000
    with pytest.raises(InvalidDatasetError, match=r"take 0\.0 GB, and at most 0\.0 GB can be used"):
        read_arrays(path, most_bytes=9_999_999)


def test_all_arrays_together_are_counted(tmp_path):
    path = tmp_path / "set.npz"
    np.savez(path, images=IMAGES, features=np.zeros((30, 4)), class_names=["a", "b"])
    assert read_arrays(path, most_bytes=900 + 960 + 8).n_items == 30
    with pytest.raises(InvalidDatasetError, match="can be used"):
        read_arrays(path, most_bytes=900 + 960 + 7)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_compress_are_told_of(tmp_path, method):
    path = packed(tmp_path / "set.npz", npy((30, 6, 5), IMAGES.tobytes()), method)
    for read in (measure, read_arrays):
        with pytest.raises(InvalidDatasetError, match="that Labelspread cannot read"):
            read(path)


@pytest.mark.parametrize(
    ("at", "value", "text"),
    [(8, 1, "is encrypted"), (10, 99, "compressed in a way"), (6, 99, "cannot be read")],
    ids=["encrypted", "an unknown method", "a later version"],
)
def test_what_zipfile_cannot_do_is_told_of(tmp_path, at, value, text):
    data = bytearray(compressed())
    start = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, start + at, value)
    path = tmp_path / "set.npz"
    path.write_bytes(data)
    for read in (measure, read_arrays):
        with pytest.raises(InvalidDatasetError, match=text):
            read(path)


def test_a_wrong_checksum_is_found(tmp_path):
    path = packed(tmp_path / "set.npz", npy((30, 6, 5), IMAGES.tobytes()))
    data = bytearray(path.read_bytes())
    data[data.index(IMAGES.tobytes()) + 899] ^= 1
    path.write_bytes(data)
    with pytest.raises(InvalidDatasetError, match="cannot be read"):
        read_arrays(path)


def test_too_little_memory_is_told_of(tmp_path, monkeypatch):
    path = packed(tmp_path / "set.npz", npy((30, 6, 5), IMAGES.tobytes()))

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("numpy.lib.format.read_array", full)
    with pytest.raises(InvalidDatasetError, match="not enough memory"):
        read_arrays(path)


def test_a_reason_holds_nothing_of_the_file_that_a_page_could_not_show(tmp_path):
    path = packed(tmp_path / "set.npz", b"\x93NUMPY\x01\x00\x40\x00" + b"\x1b[2J\n\x00" * 20)
    with pytest.raises(InvalidDatasetError) as caught:
        measure(path)
    assert caught.value.problem.isprintable()
    assert len(caught.value.problem) < 250


def test_a_file_is_closed_again(tmp_path):
    path = packed(tmp_path / "set.npz", npy((30, 6, 5), IMAGES.tobytes()))
    with Archive(path) as archive:
        assert archive.head("images") is not None
    assert archive._file.closed


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


changes = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12)
cuts = st.one_of(st.just(0), st.integers(0, 10**6))


def stored() -> bytes:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        images=IMAGES[:4] / 255,
        labels=np.array(["a", "", "b", "a"]),
        class_names=["a", "b"],
        features=np.eye(4, dtype=np.float32),
    )
    return buffer.getvalue()


@pytest.mark.parametrize("source", [compressed(), stored()], ids=["compressed", "stored"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes, cut=cuts)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(folder, source, changes, cut):
    data = bytearray(source[: len(source) - cut % len(source)])
    for at, value in changes:
        data[at % len(data)] = value
    path = folder / "set.npz"
    path.write_bytes(data)
    for read in (measure, read_arrays):
        try:
            found = read(path)
        except InvalidDatasetError as error:
            assert error.problem.isprintable()  # noqa: PT017 - both ends are fine
        else:
            assert found


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=st.binary(max_size=80), kept=st.integers(0, 70), values=st.binary(max_size=40))
def test_an_odd_head_of_an_array_is_read_or_refused(folder, head, kept, values):
    whole = npy((2, 2, 2), b"")
    path = packed(folder / "head.npz", whole[:kept] + head + whole[kept + len(head) :] + values)
    for read in (measure, read_arrays):
        try:
            assert read(path)
        except InvalidDatasetError as error:
            assert error.problem.isprintable()  # noqa: PT017 - both ends are fine
