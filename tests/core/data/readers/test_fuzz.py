"""A good file of each kind with some bytes changed is read, or refused in words."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import ipc, parquet
from scipy.io import savemat

from core.data.readers.found import Limits
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

IMAGES, LABELS = DIGITS[:8], TARGET[:8]
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


def read(path: Path) -> None:
    """Open it and look at all that is there; whatever is no sentence is a failure."""
    try:
        with opened(path, Limits(n_bytes=2**26, items=10**5)) as found:
            for index in range(found.n_items):
                found.original(index)
            assert found.truth is None or len(found.truth) == found.n_items
            assert found.names is None or len(set(found.names)) == found.n_items
            assert found.splits is None or len(found.splits) == found.n_items
            assert all(len(values) == found.n_items for values in found.columns.values())
            assert found.features is None or np.isfinite(found.features).all()
    except LabelspreadError as error:
        assert str(error).isprintable()  # noqa: PT017 - both ends are fine


changes = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12)
cuts = st.one_of(st.just(0), st.just(0), st.integers(0, 10**6))
careful = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


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


def test_the_files_are_good_before_they_are_changed(folder):
    for name, data in SOURCES.items():
        (folder / name).write_bytes(data)
        opened(folder / name).close()
