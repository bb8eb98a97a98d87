"""A good file or set of files with some bytes changed is read, or refused in words.

``FUZZ_EXAMPLES=20000`` makes of each test as many examples, in place of a few.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pyarrow import ipc, parquet
from scipy.io import savemat

from core.data.decoding import decode
from core.data.readers.found import BadImageError, Found, Limits
from core.errors import LabelspreadError
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
from tests.core.data.readers.pictures import folder_of, picture, zip_of

IMAGES, LABELS = DIGITS[:8], TARGET[:8]
LIMITS = Limits(n_bytes=2**26, items=10**5, pixels=2**20)
NAMED = np.array(["a", "bé"] * 4)


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x_train=IMAGES, y_train=NAMED, x_test=IMAGES)
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, IMAGES / 16)
    return buffer.getvalue()


def mat(*, packed: bool = False) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {"images": IMAGES, "labels": LABELS, "class_names": list("abcdefghij")}
    savemat(cast("str", buffer), arrays, do_compression=packed)
    return buffer.getvalue()


def emnist() -> bytes:
    buffer = io.BytesIO()
    part = {"images": ROWS[:8], "labels": LABELS}
    mapping = np.array([[number, 48 + number] for number in range(10)])
    savemat(cast("str", buffer), {"dataset": {"train": part, "test": part, "mapping": mapping}})
    return buffer.getvalue()


def csv() -> bytes:
    rows = [[NAMED[i], i, *ROWS[i]] for i in range(8)]
    lines = [",".join(map(str, row)) for row in (["label", "id", *PIXELS], *rows)]
    return "\n".join(lines).encode()


def quoted() -> bytes:
    return b'path;label;note\n"im.png";a;"two\nlines"\n"im.png";b;"a ""word"""\n' * 2


def of_pixels() -> pa.Table:
    pixels = {name: ROWS[:8, place] for place, name in enumerate(PIXELS[:16])}
    return pa.table({"label": NAMED, **pixels, "emb": ROWS[:8, :3].tolist()})


def written(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, row_group_size=4)
    return buffer.getvalue()


def arrow(table: pa.Table, *, is_stream: bool, packed: bool = False) -> bytes:
    buffer = io.BytesIO()
    make = ipc.new_stream if is_stream else ipc.new_file
    options = ipc.IpcWriteOptions(compression="lz4" if packed else None)
    with make(buffer, table.schema, options=options) as writer:
        writer.write_table(table, 4)
    return buffer.getvalue()


FACES = hugging_face(8, "abcdefghij")
SOURCES: dict[str, bytes] = {
    "a.npz": npz(),
    "a.npy": npy(),
    "a.mat": mat(),
    "packed.mat": mat(packed=True),
    "emnist.mat": emnist(),
    "a.idx": idx(IMAGES),
    "a.idx.gz": gzip.compress(idx(IMAGES)),
    "a.csv": csv(),
    "quoted.csv": quoted(),
    "wide.csv": csv().decode().encode("utf-16"),
    "images.parquet": written(FACES),
    "pixels.parquet": written(of_pixels()),
    "images.arrow": arrow(FACES, is_stream=False),
    "pixels.arrow": arrow(of_pixels(), is_stream=True),
    "packed.arrow": arrow(FACES, is_stream=True, packed=True),
}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        (Path(name) / "im.png").write_bytes(png(DIGITS[0]))
        yield Path(name)


def look_at(found: Found, index: int) -> None:
    """Read an image as it is read for a set: a bad one does not take the others away."""
    try:
        original = found.original(index)
        if isinstance(original, bytes):
            decode(original, found.name(index), LIMITS)
    except BadImageError as error:
        assert str(error).isprintable()  # noqa: PT017 - both ends are fine


def read(path: Path) -> None:
    """Open it and look at all that is there; whatever is no sentence is a failure."""
    try:
        with opened(path, LIMITS) as found:
            for index in range(found.n_items):
                look_at(found, index)
            assert found.truth is None or len(found.truth) == found.n_items
            assert found.names is None or len(set(found.names)) == found.n_items
            assert found.splits is None or len(found.splits) == found.n_items
            assert all(len(values) == found.n_items for values in found.columns.values())
            assert found.features is None or np.isfinite(found.features).all()
    except LabelspreadError as error:
        assert str(error).isprintable()  # noqa: PT017 - both ends are fine


changes = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12)
cuts = st.one_of(st.just(0), st.just(0), st.integers(0, 10**6))


def examples(number: int) -> settings:
    """So many of a test, or as many as are asked for."""
    return settings(
        max_examples=int(os.environ.get("FUZZ_EXAMPLES", str(number))),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


careful = examples(40)
quick = examples(12)


@pytest.mark.parametrize("name", SOURCES)
@careful
@given(changes=changes, cut=cuts)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(folder, name, changes, cut):
    source = SOURCES[name]
    data = bytearray(source[: len(source) - cut % len(source)])
    for at, value in changes:
        data[at % len(data)] = value
    (folder / name).write_bytes(data)
    read(folder / name)


@careful
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_read_or_refused(folder, data):
    (folder / "any").write_bytes(data)
    read(folder / "any")


CELLS = st.one_of(st.integers(-999, 999), st.floats(), st.text(alphabet='ab,;"\n\t é', max_size=4))


@careful
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=20), min_size=1, max_size=12))
def test_any_table_is_read_or_refused(folder, rows):
    (folder / "any.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    read(folder / "any.csv")


# ---- folders and ZIP files


def tasks() -> bytes:
    """As Label Studio exports them."""
    chosen = [{"type": "choices", "value": {"choices": ["a"]}}]
    made = [
        {"data": {"image": f"a/{name}"}, "annotations": [{"result": chosen}]}
        for name in ("0.png", "1.jpg")
    ]
    return json.dumps(made).encode()


def coco() -> bytes:
    names = ("a/0.png", "b/2.gif")
    return json.dumps(
        {
            "images": [{"id": i, "file_name": name} for i, name in enumerate(names)],
            "annotations": [{"id": i, "image_id": i, "category_id": i} for i in range(2)],
            "categories": [{"id": i, "name": "ab"[i]} for i in range(2)],
        }
    ).encode()


def deep() -> bytes:
    """An image of 16 bit."""
    buffer = io.BytesIO()
    Image.fromarray(DIGITS[0].astype(np.uint16) * 4000).save(buffer, "TIFF")
    return buffer.getvalue()


def saved(array: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


PICTURES = {
    "a/0.png": picture(9),
    "a/1.jpg": picture(50, "JPEG", (9, 7)),
    "b/2.gif": picture(90, "GIF"),
    "b/3.webp": picture(120, "WEBP"),
    "b/4.bmp": picture(150, "BMP"),
    "5.tif": deep(),
}
TABLE = pa.table({"file_name": ["a/0.png", "b/3.webp"], "label": ["x", "y"], "split": ["s", "t"]})
TREES: dict[str, Mapping[str, bytes]] = {
    "classes": PICTURES,
    "parts": {
        f"{part}/{name}": data
        for part in ("train", "test")
        for name, data in (("a/0.png", picture(3)), ("b/1.png", picture(5)))
    },
    "csv": {**PICTURES, "metadata.csv": b'file_name,label\na/0.png,x\nb/2.gif,"y"\n'},
    "jsonl": {**PICTURES, "metadata.jsonl": b'{"file_name": "a/0.png", "label": "x"}\n'},
    "parquet": {**PICTURES, "metadata.parquet": written(TABLE)},
    "label studio": {**PICTURES, "tasks.json": tasks()},
    "coco": {**PICTURES, "annotations.json": coco()},
    "tables": {
        "data/train-0.parquet": written(FACES),
        "data/test-0.parquet": written(FACES.slice(0, 3)),
    },
    "feathers": {"a.arrow": arrow(FACES, is_stream=True), "b.arrow": arrow(FACES, is_stream=False)},
    "texts": {"train.csv": csv(), "test.csv": csv().replace(b"label", b"other")},
    "packed": {"train.csv.gz": gzip.compress(csv()), "test.csv": csv()},
    "arrays": {
        "x_train.npy": saved(IMAGES),
        "y_train.npy": saved(LABELS),
        "x_test.npy": saved(IMAGES),
        "class_names.npy": saved(np.array([f"n{i}" for i in range(10)])),
    },
    "idx": {
        "raw/train-images-idx3-ubyte": idx(IMAGES),
        "raw/train-labels-idx1-ubyte.gz": gzip.compress(idx(LABELS)),
        "raw/t10k-images-idx3-ubyte": idx(IMAGES),
    },
    "one": {"deep/inside/a.npz": npz(), "README.md": b"text"},
}


def damaged(data: bytes, changes: list[tuple[int, int]], cut: int) -> bytes:
    changed = bytearray(data[: len(data) - cut % max(1, len(data))])
    for at, value in changes:
        if changed:
            changed[at % len(changed)] = value
    return bytes(changed)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, over and over."""
    where = tmp_path / "made"
    yield where
    shutil.rmtree(where, ignore_errors=True)


def made_in(place: Path, files: Mapping[str, bytes], *, is_zip: bool) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    with warnings.catch_warnings():
        # A ZIP file may hold two files of one name.
        warnings.simplefilter("ignore", UserWarning)
        return (zip_of if is_zip else folder_of)(place, files)


@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("tree", TREES)
@quick
@given(which=st.integers(0, 20), changes=changes, cut=cuts)
def test_a_set_of_files_with_a_damaged_one(place, tree, is_zip, which, changes, cut):
    files = dict(TREES[tree])
    name = sorted(files)[which % len(files)]
    files[name] = damaged(files[name], changes, cut)
    read(made_in(place, files, is_zip=is_zip))


@pytest.mark.parametrize("tree", TREES)
@quick
@given(changes=changes, cut=cuts)
def test_a_damaged_zip_file(place, tree, changes, cut):
    path = made_in(place, TREES[tree], is_zip=True)
    path.write_bytes(damaged(path.read_bytes(), changes, cut))
    read(path)


PARTS = st.one_of(
    st.sampled_from(
        ("a", "train", "..", ".", "", "nan", "CON", "c:", "é", "x\\y", ".hidden", "\u202e")
    ),
    st.text(max_size=5),
)
ENDS = st.sampled_from(
    ("", ".png", ".PNG", ".csv", ".npy", ".parquet", ".json", ".gz", "-idx3-ubyte")
)
NAMES = st.tuples(st.lists(PARTS, min_size=1, max_size=4), ENDS).map(
    lambda told: "/".join(told[0]) + told[1] or "?"
)
CONTENTS = st.sampled_from(
    (b"", b"text", picture(7), csv(), npy(), written(FACES), tasks(), idx(IMAGES))
)


@careful
@given(files=st.lists(st.tuples(NAMES, CONTENTS), max_size=6))
def test_a_zip_file_with_any_names(place, files):
    place.mkdir(exist_ok=True)
    with warnings.catch_warnings(), zipfile.ZipFile(place / "any.zip", "w") as archive:
        warnings.simplefilter("ignore", UserWarning)
        for name, data in files:
            # What cannot be written in UTF-8 is in no ZIP file.
            told = name.encode("utf-8", "replace").decode()
            # Python would write no more of it than stands before a zero.
            archive.writestr(told.replace("\0", "0"), data)
    read(place / "any.zip")


@careful
@given(files=st.lists(st.tuples(NAMES, CONTENTS), max_size=6))
def test_a_folder_with_any_names(place, files):
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, data in files:
        target = place.joinpath(*(part for part in name.split("/") if part not in {"", ".", ".."}))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except (OSError, ValueError):
            # No such name can be on this disk, or it is a folder already.
            continue
    read(place)


@pytest.mark.parametrize("is_zip", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("tree", TREES)
def test_the_sets_are_good_before_they_are_changed(place, tree, is_zip):
    with opened(made_in(place, TREES[tree], is_zip=is_zip)) as found:
        for index in range(found.n_items):
            found.original(index)
        assert found.n_items


def test_the_files_are_good_before_they_are_changed(folder):
    for name, data in SOURCES.items():
        (folder / name).write_bytes(data)
        opened(folder / name).close()
