"""What the network sees on its way: means over two maps in its middle, beside that over its last.

They are kept as they come out. The app keeps the last one at length 1, which says no more how long
it was.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from core.arrays import Float32Array
from core.graph.embeddings.efficientnet import N_FEATURES, efficientnet_lite0
from core.graph.embeddings.kept import Embeddings
from core.graph.embeddings.network import Network, _weights
from core.graph.embeddings.torch_file import read_tensors
from core.jobs.progress import Progress
from tests.benchmarks.photo_sets import Drawn, told

MIDDLE: Final = {10: 112, 14: 192}
"""The blocks after which a map is looked at, with its channels."""

_NOTES: Final = {"mean": "127", "scale": "128"}
_LAST: Final = "features"


@dataclass(frozen=True, slots=True)
class Looked:
    """What the network made of items.

    Attributes
    ----------
    middle
        The mean over each map in its middle, (n_items, n_channels), as it came out.
    last : (n_items, 1280)
        The mean over its last map, as it came out.
    """

    middle: tuple[Float32Array, ...]
    last: Float32Array

    @property
    def embeddings(self) -> Float32Array:
        """The last one of length 1, as the app compares images by it."""
        return of_length_one(self.last)


class Looking:
    """Looks at items, and keeps what the network makes of them in files of a folder."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self._kept = Embeddings(folder / "embeddings", lambda _: _network(), threads=threads)

    def at(self, drawn: Drawn, progress: Progress | None = None) -> Looked:
        """What the network makes of all items that were drawn."""
        seen = self._kept.of_source(drawn.contents)
        dataset = drawn.dataset
        found = seen(dataset, np.arange(dataset.n_items), progress or told(dataset.title))
        *middle, last = np.split(
            np.asarray(found, dtype=np.float32), np.cumsum([*MIDDLE.values()]), axis=1
        )
        return Looked(tuple(middle), last)


def of_length_one(points: NDArray[Any]) -> Float32Array:
    """Each row divided by its length, (n_items, n_features)."""
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)


class _AsTheyAre(Network):
    """A network whose features keep their length."""

    def features(self, images: NDArray[np.uint8]) -> Float32Array:
        return self.run((images - self._mean) / self._scale)


@lru_cache(maxsize=1)
def _network() -> Network:
    """The network that comes with the app, which gives what :class:`Looked` names, in a row."""
    path = _weights()
    assert path is not None, "the app needs it too"
    model = onnx.load_from_string(efficientnet_lite0(read_tensors(path), _NOTES))
    graph = model.graph
    made = {name for node in graph.node for name in node.output}
    means = []
    for number in MIDDLE:
        added = f"_blocks.{number}.sum"
        block = added if added in made else f"_blocks.{number}._project_conv"
        means.append(f"middle.{number}")
        graph.node.append(
            helper.make_node("ReduceMean", [block], means[-1:], axes=[2, 3], keepdims=0)
        )
    graph.node.append(helper.make_node("Concat", [*means, _LAST], ["embeddings"], axis=1))
    shape: list[str | int | None] = ["n", sum(MIDDLE.values()) + N_FEATURES]
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, shape))
    return _AsTheyAre("EfficientNet-Lite0 and its middle", model.SerializeToString())


def look_at_middles(folder: Path, drawn: Drawn, threads: int) -> None:
    """Look at all items of a set, so that this need not be done later."""
    Looking(folder, threads).at(drawn)
    print(file=sys.stderr)
