"""Files of torch, made here without it; whatever is in them but tensors is refused."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import InvalidDatasetError
from core.graph.embeddings.torch_file import read_tensors

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"long": 4}}
VALUES = np.arange(24, dtype=np.float32)


class _Storage:
    """Stands for a row of values, as torch writes it."""

    def __init__(self, key: str, kind: str, n_values: int) -> None:
        self.told = ("storage", getattr(sys.modules["torch"], kind), key, "cpu", n_values, None)


class _Tensor:
    def __init__(self, storage: Any, *place: Any) -> None:
        self._told = (storage, *place, False, OrderedDict())

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self._told


class _Pickler(pickle.Pickler):
    def persistent_id(self, thing: Any) -> Any:
        return thing.told if isinstance(thing, _Storage) else None


@pytest.fixture(autouse=True)
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much of torch as its files name."""
    module, utils = ModuleType("torch"), ModuleType("torch._utils")
    for kind in ("FloatStorage", "LongStorage", "ByteStorage"):
        made = type(kind, (), {"__module__": "torch", "__qualname__": kind})
        setattr(module, kind, made)

    def _rebuild_tensor_v2() -> None: ...

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils.__dict__["_rebuild_tensor_v2"] = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def written(
    told: Any,
    storages: Sequence[tuple[str, NDArray[Any]]] = (("1", VALUES),),
    start: Sequence[Any] = (MAGIC, PROTOCOL, SYSTEM),
) -> bytes:
    file = io.BytesIO()
    for thing in start:
        pickle.dump(thing, file, protocol=2)
    _Pickler(file, protocol=2).dump(told)
    pickle.dump([key for key, _ in storages], file, protocol=2)
    for _, values in storages:
        file.write(len(values).to_bytes(8, "little") + values.tobytes())
    return file.getvalue()


def tensor(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...], n: int = 24, kind: str = "Float"
) -> _Tensor:
    return _Tensor(_Storage("1", f"{kind}Storage", n), offset, shape, strides)


def read(path: Path, data: bytes) -> dict[str, NDArray[Any]]:
    (path / "a.pth").write_bytes(data)
    return read_tensors(path / "a.pth")


def test_tensors_come_as_they_are_laid(tmp_path):
    counts = np.array([7], dtype=np.int64)
    told = OrderedDict(
        rows=tensor(0, (4, 6), (6, 1)),
        turned=tensor(0, (6, 4), (1, 6)),
        part=tensor(5, (2, 3), (6, 2)),
        count=_Tensor(_Storage("2", "LongStorage", 1), 0, (), ()),
    )
    found = read(tmp_path, written(told, [("1", VALUES), ("2", counts)]))
    table = VALUES.reshape(4, 6)
    np.testing.assert_array_equal(found["rows"], table)
    np.testing.assert_array_equal(found["turned"], table.T)
    np.testing.assert_array_equal(found["part"], [[5, 7, 9], [11, 13, 15]])
    assert found["count"].shape == ()
    assert found["count"] == 7
    assert list(found) == ["rows", "turned", "part", "count"]


class _Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (os.environ["HARM"],)


@pytest.mark.parametrize("place", ["start", "tensors"])
def test_nothing_in_a_file_is_ever_run(tmp_path, monkeypatch, place):
    monkeypatch.setenv("HARM", str(tmp_path / "harm"))
    data = (
        written({}, start=(_Harm(), PROTOCOL, SYSTEM))
        if place == "start"
        else written({"a": _Harm()})
    )
    with pytest.raises(InvalidDatasetError, match=r"a\.pth cannot be read \(it asks for .*mkdir"):
        read(tmp_path, data)
    assert not (tmp_path / "harm").exists()


GOOD = {"a": (0, (4, 6), (6, 1))}


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (lambda: written({}, start=(1, PROTOCOL, SYSTEM)), "holds no tensors of torch"),
        (lambda: written({}, start=(MAGIC, 7, SYSTEM)), "holds no tensors of torch"),
        (
            lambda: written({}, start=(MAGIC, PROTOCOL, {"little_endian": False})),
            "the other way round",
        ),
        (lambda: written({"a": tensor(0, (4, 7), (6, 1))}), "lies outside"),
        (lambda: written({"a": tensor(-1, (2, 2), (1, 1))}), "lies outside"),
        (lambda: written({"a": tensor(20, (2, 2), (-1, 1))}), "lies outside"),
        (lambda: written({"a": tensor(0, (2, 2), (10**9, 1))}), "lies outside"),
        (lambda: written({"a": tensor(0, (2,), (1,), n=23)}), "other values than it says"),
        (lambda: written({"a": tensor(0, (2,), (1,), kind="Byte")}), "asks for torch.ByteStorage"),
        (lambda: written({"a": tensor(0, (4, 6), (6, 1))})[:-40], "cannot be read"),
        (lambda: written({"a": "text"}), "cannot be read"),
        (lambda: b"", "cannot be read"),
        (lambda: b"PK\3\4 a newer one", "cannot be read"),
    ],
)
def test_files_that_make_no_sense_are_refused(tmp_path, made, problem):
    with pytest.raises(InvalidDatasetError, match=problem):
        read(tmp_path, made())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6))
def test_a_damaged_file_is_read_or_refused(tmp_path, changes):
    data = bytearray(written({"a": tensor(0, (4, 6), (6, 1))}))
    for at, value in changes:
        data[at % len(data)] = value
    try:
        found = read(tmp_path, bytes(data))
    except InvalidDatasetError as error:
        assert error.remedy  # noqa: PT017 - both ends are fine
    else:
        assert all(isinstance(values, np.ndarray) for values in found.values())
