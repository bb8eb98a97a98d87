"""Array aliases and the frozen values that travel between the rooms of ``core``."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


Float32Array = NDArray[np.float32]


IntArray = NDArray[np.int64]


Int32Array = NDArray[np.int32]


BoolArray = NDArray[np.bool_]


PixelArray = NDArray[np.uint8]


UNLABELLED: Final = -1
"""Stands in an array of class indices where no class is known, as in scikit-learn."""


class _DataclassInstance(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


def freeze(value: _DataclassInstance) -> None:
    """Make every array held by a dataclass instance read-only, in place."""
    for name in value.__dataclass_fields__:
        array = getattr(value, name)
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
