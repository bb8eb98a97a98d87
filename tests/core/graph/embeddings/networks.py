"""Small networks, made for tests."""

from __future__ import annotations

import numpy as np

from core.graph.embeddings.network import Network
from core.graph.embeddings.onnx_file import Graph


def colours(side: int = 8, notes: dict[str, str] | None = None) -> Network:
    """One whose features are the mean of each colour of an image, in a quarter of it each."""
    graph = Graph("colours", ("in", ("n", 3, side, side)), ("out", ("n", 12)))
    half = side // 2
    pooled = graph.node(
        "AveragePool", ("in",), "pooled", {"kernel_shape": (half, half), "strides": (half, half)}
    )
    shape = graph.tensor("shape", np.array([-1, 12], dtype=np.int64))
    graph.node("Reshape", (pooled, shape), "out")
    return Network("Colours", graph.to_bytes(notes or {}))
