"""Small networks, made for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, TensorProto, helper, numpy_helper

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


def onnx_model(
    sees: str = "whole",
    shape: Sequence[int | str] = ("n", 3, 8, 8),
    kind: int = TensorProto.FLOAT,
    names: Sequence[str] = ("pixel_values", "out"),
    notes: dict[str, str] | None = None,
) -> bytes:
    """A model of any make, as others export it: its features are the mean colours of squares.

    Parameters
    ----------
    sees
        What comes out: ``whole``, one row of squares of four pixels; ``patches``, a token for each;
        ``tokens``, one more before them; ``map``, the squares as they lie; ``constant``;
        ``nothing``, what is no number; ``root``, which is none of dark images; ``one``; ``flat``;
        ``alone``, which fails on several images; ``others``, which depends on those that are seen
        together.
    names
        Of what goes in and of what comes out.
    """
    image, out = names
    is_last = shape[3] == 3 and shape[1] != 3
    nodes = [
        helper.make_node("Cast", [image], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["cast"], ["x"], perm=[0, 3, 1, 2] if is_last else range(4)),
        helper.make_node("AveragePool", ["x"], ["map"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("Reshape", ["map", "row"], ["whole"]),
        helper.make_node("Reshape", ["map", "squares"], ["by_colour"]),
        helper.make_node("Transpose", ["by_colour"], ["patches"], perm=[0, 2, 1]),
        helper.make_node("ReduceMax", ["patches"], ["first"], axes=[1]),
        helper.make_node("Concat", ["first", "patches"], ["tokens"], axis=1),
        helper.make_node("Mul", ["whole", "zero"], ["constant"]),
        helper.make_node("Div", ["constant", "zero"], ["nothing"]),
        helper.make_node("Sqrt", ["whole"], ["root"]),
        helper.make_node("ReduceMean", ["whole"], ["one"], axes=[1]),
        helper.make_node("Reshape", ["map", "all"], ["flat"]),
        helper.make_node("Reshape", ["map", "single"], ["alone"]),
        helper.make_node("ReduceMax", ["whole"], ["most"], axes=[0]),
        helper.make_node("Mul", ["most", "half"], ["half_of_most"]),
        helper.make_node("Sub", ["whole", "half_of_most"], ["others"]),
        helper.make_node("Transpose", ["map"], ["map_last"], perm=[0, 2, 3, 1]),
        helper.make_node(
            "Identity", [f"{sees}_last" if is_last and sees == "map" else sees], [out]
        ),
    ]
    numbers = {
        "row": np.array([0, -1]),
        "squares": np.array([0, 3, -1]),
        "all": np.array([-1]),
        "single": np.array([1, 12]),
        "zero": np.array(0, np.float32),
        "half": np.array(0.5, np.float32),
    }
    # What does not lead to it is left out: some of it fits some sizes only.
    needed = {out}
    for node in reversed(nodes):
        if needed.intersection(node.output):
            needed.update(node.input)
    graph = helper.make_graph(
        [node for node in nodes if needed.intersection(node.output)],
        "squares",
        [helper.make_tensor_value_info(image, kind, shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in numbers.items() if name in needed],
    )
    return written(graph, notes)


def written(graph: GraphProto, notes: dict[str, str] | None = None) -> bytes:
    """The file of a model."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, notes or {})
    return bytes(model.SerializeToString())


def squares(values: NDArray[Any]) -> NDArray[Any]:
    """The mean colours of squares of four pixels, (n_items, 3, height / 4, width / 4)."""
    n_items, height, width, _ = values.shape
    parts = values.reshape(n_items, height // 4, 4, width // 4, 4, 3).mean(axis=(2, 4))
    return np.asarray(parts.transpose(0, 3, 1, 2))
