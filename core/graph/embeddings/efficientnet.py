"""EfficientNet-Lite0 up to the mean over its last feature map, as an ONNX file.

It is small and quick on processors without a graphics card: no squeeze and excitation, and ReLU6 in
place of swish. Batch norms are folded into the convolutions before them.

References
----------
Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019.
"Higher accuracy on vision models with EfficientNet-Lite", TensorFlow blog, 2020.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import Float32Array
from core.graph.embeddings.onnx_file import Graph

SIDE: Final = 224
"""Pixels of a side of the images that it was trained on."""

N_FEATURES: Final = 1280

_BLOCKS: Final = (
    # repeats, kernel, stride of the first, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM_CHANNELS: Final = 32
_EPSILON: Final = 1e-3

Tensors = Mapping[str, NDArray[Any]]


def efficientnet_lite0(tensors: Tensors, notes: Mapping[str, str]) -> bytes:
    """The network of these weights.

    Parameters
    ----------
    tensors
        As in the file ``efficientnet-lite0-57934424.pth``; those of the classifier are not needed.
    notes
        To be kept in the file.

    Returns
    -------
    An ONNX file: ``images``, (n, 3, 224, 224) float32, RGB and normalised, to ``features``,
    (n, 1280) float32.

    Raises
    ------
    KeyError, ValueError
        If a tensor is missing or of another shape.
    """
    graph = Graph(
        "efficientnet-lite0",
        ("images", ("n", 3, SIDE, SIDE)),
        ("features", ("n", N_FEATURES)),
    )
    graph.tensor("zero", np.array(0, np.float32))
    graph.tensor("six", np.array(6, np.float32))
    layers = _Layers(graph, tensors)
    at, side = layers.convolution("images", SIDE, "_conv_stem", "_bn0", kernel=3, stride=2)
    channels = _STEM_CHANNELS
    for name, kernel, stride, expansion, after in _blocks():
        before, start = at, channels
        if expansion != 1:
            at, _ = layers.convolution(at, side, f"{name}._expand_conv", f"{name}._bn0")
        at, side = layers.convolution(
            at,
            side,
            f"{name}._depthwise_conv",
            f"{name}._bn1",
            kernel=kernel,
            stride=stride,
            groups=start * expansion,
        )
        at, _ = layers.convolution(
            at, side, f"{name}._project_conv", f"{name}._bn2", is_clipped=False
        )
        if stride == 1 and start == after:
            at = graph.node("Add", (at, before), f"{name}.sum")
        channels = after
    at, _ = layers.convolution(at, side, "_conv_head", "_bn1")
    graph.node("ReduceMean", (at,), "features", {"axes": (2, 3), "keepdims": 0})
    return graph.to_bytes(notes)


def _blocks() -> Iterator[tuple[str, int, int, int, int]]:
    """Name, kernel, stride, expansion and channels of each block."""
    number = 0
    for repeats, kernel, first_stride, expansion, channels in _BLOCKS:
        for place in range(repeats):
            stride = first_stride if place == 0 else 1
            yield f"_blocks.{number}", kernel, stride, expansion, channels
            number += 1


class _Layers:
    """Adds layers to a graph, with the weights of these names."""

    def __init__(self, graph: Graph, tensors: Tensors) -> None:
        self._graph = graph
        self._tensors = tensors

    def convolution(
        self,
        at: str,
        side: int,
        name: str,
        norm: str,
        *,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        is_clipped: bool = True,
    ) -> tuple[str, int]:
        """A convolution with its batch norm, and ReLU6 unless it is not clipped.

        Returns
        -------
        name, side
            Of what comes out.
        """
        weights, bias = self._folded(name, norm, kernel)
        after = -(-side // stride)
        # As TensorFlow pads: what is missing, and the odd one at the end.
        missing = max((after - 1) * stride + kernel - side, 0)
        before = missing // 2
        graph = self._graph
        out = graph.node(
            "Conv",
            (
                at,
                graph.tensor(f"{name}.weight", weights),
                graph.tensor(f"{name}.bias", bias),
            ),
            name,
            {
                "kernel_shape": (kernel, kernel),
                "strides": (stride, stride),
                "pads": (before, before, missing - before, missing - before),
                "group": groups,
            },
        )
        return (graph.node("Clip", (out, "zero", "six"), f"{name}.relu6") if is_clipped else out), (
            after
        )

    def _folded(self, name: str, norm: str, kernel: int) -> tuple[Float32Array, Float32Array]:
        """Weights and bias that do what the convolution and the batch norm after it do."""
        weights = self._tensors[f"{name}.weight"].astype(np.float64)
        gain, shift, mean, variance = (
            self._tensors[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        if weights.shape[2:] != (kernel, kernel) or weights.shape[:1] != gain.shape:
            raise ValueError(f"the weights of {name} have the shape {weights.shape}")
        scale = gain / np.sqrt(variance + _EPSILON)
        folded = weights * scale[:, np.newaxis, np.newaxis, np.newaxis]
        return folded.astype(np.float32), (shift - mean * scale).astype(np.float32)
