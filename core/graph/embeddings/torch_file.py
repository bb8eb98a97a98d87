"""Tensors in a file of torch as it was written until 2020, read without torch.

Such a file is a row of pickles, followed by the values of each storage. Pickles can run any
program; here they can make nothing but tensors.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from core.data.archive import in_words, open_regular
from core.errors import InvalidDatasetError

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_PROTOCOL: Final = 1001
_REMEDY: Final = "Install the package anew that the network came with."
_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
}


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """All tensors of a file, by name.

    Raises
    ------
    InvalidDatasetError
        If it is no such file, is damaged, or holds anything else.
    """
    with in_words(path.name, _REMEDY), open_regular(path) as file:
        if _plain(file) != _MAGIC or _plain(file) != _PROTOCOL:
            raise InvalidDatasetError(f"The file {path.name} holds no tensors of torch.", _REMEDY)
        if _plain(file).get("little_endian") is not True:
            raise ValueError("its numbers are the other way round")
        unpickler = _Unpickler(file)
        told = unpickler.load()
        storages = {key: _values(file, unpickler.storages[key]) for key in _plain(file)}
        return {str(name): tensor.laid(storages[tensor.key]) for name, tensor in told.items()}


@dataclass(frozen=True, slots=True)
class _Storage:
    """A row of values in the file."""

    key: str
    dtype: np.dtype[Any]
    n_values: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where the values of a tensor are in its storage."""

    key: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def laid(self, values: NDArray[Any]) -> NDArray[Any]:
        last = self.offset + sum(
            (n - 1) * step for n, step in zip(self.shape, self.strides, strict=True)
        )
        if min((self.offset, *self.shape, *self.strides)) < 0 or last >= len(values):
            raise ValueError("a tensor lies outside of its values")
        size = values.itemsize
        laid = np.lib.stride_tricks.as_strided(
            values[self.offset :], self.shape, [step * size for step in self.strides]
        )
        return np.ascontiguousarray(laid).reshape(self.shape)


class _Unpickler(pickle.Unpickler):
    """Knows tensors and the dictionary that they are in, and nothing else."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Callable[..., Any] | type | str:
        """What a pickle may name."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _DTYPES:
            return name
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:  # noqa: ANN401 - whatever the file says
        """A storage, by what the file says of it."""
        word, kind, key, _place, n_values, _view = pid
        if word != "storage" or n_values < 0:
            raise pickle.UnpicklingError("it holds something that is no tensor")
        return self.storages.setdefault(key, _Storage(key, _DTYPES[kind], n_values))


class _Plain(pickle.Unpickler):
    """Knows numbers, texts, lists and dictionaries."""

    def find_class(self, module: str, name: str) -> type:
        """Nothing may be named."""
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _plain(file: IO[bytes]) -> Any:  # noqa: ANN401 - whatever the file says
    return _Plain(file).load()


def _tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Tensor:
    return _Tensor(storage.key, offset, shape, strides)


def _values(file: IO[bytes], storage: _Storage) -> NDArray[Any]:
    """The values of a storage, which begin with their number."""
    n_values = int.from_bytes(file.read(8), "little", signed=True)
    if n_values != storage.n_values:
        raise ValueError("it holds other values than it says")
    data = file.read(n_values * storage.dtype.itemsize)
    return np.frombuffer(data, storage.dtype, n_values)
