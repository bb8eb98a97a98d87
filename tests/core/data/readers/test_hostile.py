"""Files that are odd, damaged or made to harm: each is refused with a sentence of its own."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet
from scipy.io import savemat

from core.data.readers.found import Limits
from core.errors import InvalidDatasetError
from tests.core.data.readers.making import (
    DIGITS,
    PIXELS,
    ROWS,
    TARGET,
    hugging_face,
    idx,
    opened,
    png,
)
from tests.core.data.test_archive import npy

LABELLED = [[TARGET[i], *ROWS[i]] for i in range(30)]
HEADER = ",".join(("label", *PIXELS))


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays, allow_pickle=True)
    return buffer.getvalue()


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return buffer.getvalue()


def mat(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    savemat(cast("str", buffer), arrays)
    return buffer.getvalue()


def mat_claims(shape: tuple[int, int]) -> bytes:
    """A MATLAB file whose only array says that it is larger than it is."""
    data = bytearray(mat(images=np.zeros((5, 16), np.uint8)))
    at = data.index(struct.pack("<II", 5, 8)) + 8
    struct.pack_into("<ii", data, at, *shape)
    return bytes(data)


def mat_bomb() -> bytes:
    """A MATLAB file of a few bytes that is unpacked to many, more than its array says."""
    inner = mat(images=np.zeros((5, 16), np.uint8))[128:]
    inner = inner[:4] + struct.pack("<I", 10**7) + inner[8:] + bytes(10**7)
    packed = zlib.compress(inner[: 10**7 + 8], 9)
    return mat()[:128] + struct.pack("<II", 15, len(packed)) + packed


def idx_head(*shape: int, kind: int = 8) -> bytes:
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, kind, len(shape), *shape)


def table(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def arrow(content: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with ipc.new_file(buffer, content.schema) as writer:
        writer.write_table(content)
    return buffer.getvalue()


def lines(*rows: object, header: str = HEADER) -> bytes:
    told = [",".join(map(str, row)) if isinstance(row, list) else str(row) for row in rows]
    return "\n".join([*([header] if header else []), *told, ""]).encode()


def changed(row: int, column: int, value: object) -> list[list[Any]]:
    rows = [list(one) for one in LABELLED]
    rows[row][column] = value
    return rows


def named_labels() -> bytes:
    """Labels that count more names than there are."""
    buffer = io.BytesIO()
    parquet.write_table(hugging_face(30, "abc"), buffer)
    return buffer.getvalue()


FEATURES = np.random.default_rng(0).normal(size=(30, 17))
TWO_LABELS = np.eye(3, dtype=int)[np.arange(30) % 3] + np.eye(3, dtype=int)[0]
OBJECTS = np.array(["a", "b"] * 15, dtype=object)
TWICE = HEADER.replace("pixel5,", "pixel4,")

CASES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    # NumPy
    "npy of 100 GB": ("a.npy", lambda: npy((10**5, 1024, 1024), b"1"), "its values are missing"),
    "npy below zero": ("a.npy", lambda: npy((-3, 8, 8), bytes(192)), "its values are missing"),
    "npy cut off": ("a.npy", lambda: npy((30, 8, 8), bytes(1900)), "its values are missing"),
    "npy without a head": ("a.npy", lambda: b"\x93NUMPY\x01\0", "a.npy cannot be read"),
    "npy of objects": ("a.npy", lambda: npy((3,), b"", "|O"), r"Save it with .*array\.astype"),
    "npy of records": ("a.npy", lambda: npy((9, 8, 8), bytes(9 * 64 * 8), "|V8"), "not all num"),
    "npy of complex": ("a.npy", lambda: npy((9, 4, 4), bytes(9 * 256), "<c16"), "not all numbers"),
    "npy of text": ("a.npy", lambda: npy((9, 4, 4), bytes(9 * 64), "<U1"), "not all numbers"),
    "npy of no axes": ("a.npy", lambda: npy((), b"1"), r"have the shape \(\)"),
    "npy of five axes": ("a.npy", lambda: npy((2, 1, 1, 2, 2), bytes(8)), r"\(2, 1, 1, 2, …\)"),
    "npy without images": ("a.npy", lambda: npy((0, 8, 8), b""), "holds no images"),
    "npy of one image": ("a.npy", lambda: npy((1, 8, 8), bytes(64)), "holds one image only"),
    "npy without pixels": ("a.npy", lambda: npy((9, 0, 8), b""), "holds no images"),
    "npy of five colours": ("a.npy", lambda: npy((9, 8, 8, 5), bytes(2880)), r"\(9, 8, 8, 5\)"),
    "npy that is no square": ("a.npy", lambda: npy((9, 17), bytes(153)), "make no square"),
    "npy of nan": (
        "a.npy",
        lambda: npy((2, 2, 2), np.full(8, np.nan).tobytes(), "<f8"),
        "All images of a.npy",
    ),
    "npz of 100 GB": (
        "a.npz",
        lambda: zipped(images=npy((10**5, 1024, 1024), b"1")),
        "its values are missing",
    ),
    "npz cut off": ("a.npz", lambda: npz(images=DIGITS)[:5000], "a.npz cannot be read"),
    "npz of nothing": ("a.npz", npz, "holds no arrays"),
    "npz without images": ("a.npz", lambda: npz(labels=TARGET), "holds no images; its arrays are"),
    "npz of features": ("a.npz", lambda: npz(data=FEATURES), "may be features"),
    "npz labels of objects": (
        "a.npz",
        lambda: npz(images=DIGITS[:30], labels=OBJECTS),
        r"labels\.astype\(str\)",
    ),
    "npz too few labels": (
        "a.npz",
        lambda: npz(images=DIGITS, labels=TARGET[:9]),
        r"labels of the shape \(9,\)",
    ),
    "npz several labels": (
        "a.npz",
        lambda: npz(images=DIGITS[:30], labels=TWO_LABELS > 0),
        "image 1 has 2",
    ),
    "npz labels of other numbers": (
        "a.npz",
        lambda: npz(images=DIGITS[:30], labels=TWO_LABELS),
        "not rows of 0 and 1",
    ),
    "npz labels in between": (
        "a.npz",
        lambda: npz(images=DIGITS, labels=TARGET / 2),
        "neither whole numbers nor names",
    ),
    "npz too many classes": (
        "a.npz",
        lambda: npz(images=DIGITS, labels=np.arange(1797)),
        "1,797 classes",
    ),
    "npz features of nan": (
        "a.npz",
        lambda: npz(images=DIGITS[:30], features=np.full((30, 2), np.nan)),
        "features of a.npz are not all numbers of a usual size",
    ),
    "npz parts of other sizes": (
        "a.npz",
        lambda: npz(x_train=DIGITS, x_test=DIGITS[:, :7]),
        "differ from part to part",
    ),
    "zip bomb": (
        "a.npz",
        lambda: zipped(images=npy((3000, 64, 64), bytes(3000 * 4096))),
        "at most 0.0 GB",
    ),
    # MATLAB
    "mat of 100 GB": ("a.mat", lambda: mat_claims((2**30, 2**7)), "at most 0.0 GB"),
    "mat below zero": ("a.mat", lambda: mat_claims((-5, 16)), "a.mat"),
    "mat cut off": ("a.mat", lambda: mat(images=DIGITS)[:5000], "a.mat cannot be read"),
    "mat bomb": ("a.mat", mat_bomb, "at most 0.0 GB"),
    "mat of HDF5": ("a.mat", lambda: b"MATLAB 7.3 MAT-file" + bytes(200), '"-v7"'),
    "mat of a structure": ("a.mat", lambda: mat(images={"a": 1}), "is a struct and no plain"),
    "mat without images": ("a.mat", lambda: mat(a=np.zeros((3, 5))), "holds no images"),
    "mat of nothing like it": ("a.mat", lambda: b"text " * 99, "a.mat"),
    "EMNIST without images": (
        "a.mat",
        lambda: mat(dataset={"train": {"labels": TARGET}}),
        "“train” of a.mat has no images",
    ),
    "EMNIST without parts": ("a.mat", lambda: mat(dataset={"a": 1}), "has no “train”"),
    # IDX
    "idx of 100 GB": ("a.idx", lambda: idx_head(10**5, 1024, 1024) + b"1", "values are missing"),
    "idx of 2^32 images": ("a.idx", lambda: idx_head(2**32 - 1, 2**32 - 1, 9), "are missing"),
    "idx cut off": ("a.idx", lambda: idx(DIGITS)[:-1], "values are missing"),
    "idx with more": ("a.idx", lambda: idx(DIGITS) + b"1", "longer than its shape"),
    "idx without a head": ("a.idx", lambda: b"\0\0\x08\x03\0\0", "a.idx cannot be read"),
    "idx of labels": (
        "train-labels-idx1-ubyte",
        lambda: idx(TARGET),
        "the file train-images-idx3-ubyte is not",
    ),
    "idx of one image": ("a.idx", lambda: idx(DIGITS[:1]), "holds one image only"),
    "gzip cut off": ("a.gz", lambda: gzip.compress(idx(DIGITS))[:-300], "a.gz cannot be read"),
    "gzip bomb": (
        "a.gz",
        lambda: gzip.compress(idx_head(3000, 64, 64) + bytes(3000 * 4096)),
        "at most 0.0 GB",
    ),
    "gzip with more": ("a.gz", lambda: gzip.compress(idx(DIGITS) + b"1"), "more than it says"),
    "gzip checksum": (
        "a.gz",
        lambda: gzip.compress(idx(DIGITS))[:-8] + bytes(8),
        "a.gz cannot be read",
    ),
    "gzip of 100 GB": ("a.gz", lambda: gzip.compress(idx_head(10**5, 1024, 1024)), "are missing"),
    # text
    "csv of names only": ("a.csv", lines, "a row of names and no other rows"),
    "csv of empty lines": ("a.csv", lambda: b"\n\n\n", "a.csv is empty"),
    "csv names twice": ("a.csv", lambda: lines(*LABELLED, header=TWICE), "the name “pixel4”"),
    "csv of bytes": ("a.csv", lambda: b"a,b\n\x00\x01,2\n", "a.csv"),
    "csv with a word": (
        "a.csv",
        lambda: lines(*changed(3, 6, "abc")),
        "Line 5 of a.csv has “abc” in column “pixel5”",
    ),
    "csv of nan": (
        "a.csv",
        lambda: lines(*([0, "nan", *[1] * 63] for _ in range(9))),
        "In each row of a.csv a number is missing",
    ),
    "csv of other lengths": (
        "a.csv",
        lambda: lines(LABELLED[0], *([1, 2] for _ in range(9))),
        "the row in line 3 has 2",
    ),
    "csv with another separator": (
        "a.csv",
        lambda: lines(header="path:label") + b"a.png:cat\n" * 9,
        "a single column",
    ),
    "csv of words": ("a.csv", lambda: b"a,b\nx,y\nz,w\n", "No column of the table a.csv holds"),
    "csv of features": (
        "a.csv",
        lambda: lines(*FEATURES.tolist(), header=""),
        "17 columns of numbers",
    ),
    "csv quote": (
        "a.csv",
        lambda: b'path,label\na.png,"cat\nb.png,dog\n',
        "opened in line 2 of a.csv",
    ),
    "csv field": (
        "a.csv",
        lambda: b"path,label\na.png,a\nb.png," + b"x" * (34 * 2**20) + b"\n",
        "longer than 16 MB",
    ),
    "csv of one row": ("a.csv", lambda: lines(LABELLED[0]), "holds one image only"),
    "csv without its images": (
        "a.csv",
        lambda: b"path,label\na.png,a\nb.png,b\n",
        "There is no image a.png",
    ),
    "csv of the web": (
        "a.csv",
        lambda: b"path,label\nhttp://a/b.png,a\nhttp://a/c.png,b\n",
        "is on the web",
    ),
    "utf-16 cut off": ("a.csv", lambda: b"\xff\xfea\0,\0b", "is not text in utf-16"),
    # Parquet and Arrow
    "parquet cut off": ("a.parquet", lambda: table(image=[b"1"] * 9)[:-9], "a.parquet cannot be"),
    "parquet of nothing": ("a.parquet", lambda: b"PAR1", "a.parquet cannot be read"),
    "parquet without rows": (
        "a.parquet",
        lambda: table(image=pa.array([], pa.binary())),
        "holds no images",
    ),
    "parquet without images": ("a.parquet", lambda: table(a=["x", "y"]), "No column of the table"),
    "parquet of features": ("a.parquet", lambda: table(emb=FEATURES.tolist()), "may be features"),
    "parquet of several labels": (
        "a.parquet",
        lambda: table(image=[png(DIGITS[0])] * 2, label=[["a"], ["a", "b"]]),
        "has several labels for an image",
    ),
    "parquet of uneven lists": (
        "a.parquet",
        lambda: table(image=[[1] * 64, [1] * 63], label=["a", "b"]),
        "differ in length",
    ),
    "parquet labels beyond the names": (
        "a.parquet",
        named_labels,
        "labels of a.parquet go from 0 to",
    ),
    "arrow cut off": (
        "a.arrow",
        lambda: arrow(hugging_face(9, "abcdefghij"))[:700],
        "a.arrow cannot be read",
    ),
    "old feather": ("a.feather", lambda: b"FEA1" + bytes(99), "Feather file of version 1"),
}


@pytest.mark.parametrize(("name", "make", "problem"), CASES.values(), ids=CASES)
def test_it_is_refused_in_words(tmp_path: Path, name, make, problem):
    (tmp_path / name).write_bytes(make())
    most = Limits(n_bytes=2**36 if "field" in problem or "16 MB" in problem else 2**20 * 9)
    with pytest.raises(InvalidDatasetError, match=problem) as caught:
        opened(tmp_path / name, most)
    error = caught.value
    assert name in str(error), "it says which file"
    assert error.remedy, "it says what to do"
    assert error.problem.isprintable()
    assert len(str(error)) < 500


def test_a_table_that_links_out_of_its_folder_reads_nothing_there(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.png").symlink_to(tmp_path / "secret.png")
    (folder / "a.csv").write_text("path,label\na.png,a\n../secret.png,b\n")
    with pytest.raises(InvalidDatasetError, match="lies outside of the folder of its table"):
        opened(folder / "a.csv")


def test_a_file_that_may_not_be_read_is_told_of(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", DIGITS)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("core.data.readers.opening.open_regular", refuse)
    with pytest.raises(InvalidDatasetError, match="it is not allowed"):
        opened(tmp_path / "a.npy")
