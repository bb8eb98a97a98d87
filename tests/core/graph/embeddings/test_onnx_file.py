"""What is written is what the library ``onnx`` reads, and what onnxruntime runs."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper

from core.graph.embeddings.onnx_file import Graph, _varint


def test_a_file_says_what_was_put_in():
    random = np.random.default_rng(0)
    weights = random.standard_normal((5, 300, 3, 3)).astype(np.float32)
    axes = np.array([2, 3], dtype=np.int64)
    graph = Graph("small", ("x", ("n", 300, 7, 9)), ("y", ("n", 5)))
    graph.tensor("w", weights)
    graph.tensor("axes", axes)
    out = graph.node("Conv", ("x", "w"), "c", {"strides": (2, 1), "group": 1})
    out = graph.node("LeakyRelu", (out,), "r", {"alpha": 0.25})
    graph.node("ReduceMean", (out,), "y", {"axes": (2, 3), "keepdims": 0})
    model = onnx.load_from_string(graph.to_bytes({"mean": "1,2,3", "é": "ü"}))
    onnx.checker.check_model(model, full_check=True)

    assert model.graph.name == "small"
    assert {one.key: one.value for one in model.metadata_props} == {"mean": "1,2,3", "é": "ü"}
    found = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    np.testing.assert_array_equal(found["w"], weights)
    np.testing.assert_array_equal(found["axes"], axes)
    told = [
        (node.op_type, {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute})
        for node in model.graph.node
    ]
    assert told == [
        ("Conv", {"strides": [2, 1], "group": 1}),
        ("LeakyRelu", {"alpha": 0.25}),
        ("ReduceMean", {"axes": [2, 3], "keepdims": 0}),
    ]
    sides = [d.dim_param or d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    assert sides == ["n", 300, 7, 9]

    values = random.standard_normal((2, 300, 7, 9)).astype(np.float32)
    session = onnxruntime.InferenceSession(graph.to_bytes(), providers=["CPUExecutionProvider"])
    assert session.run(None, {"x": values})[0].shape == (2, 5)


def test_other_numbers_than_networks_have_are_refused():
    graph = Graph("small", ("x", (1,)), ("y", (1,)))
    with pytest.raises(KeyError):
        graph.tensor("w", np.zeros(3, dtype=np.float64))


@given(st.integers(0, 2**63 - 1))
def test_a_number_is_read_back_seven_bits_at_a_time(number):
    data = _varint(number)
    assert sum((byte & 0x7F) << 7 * place for place, byte in enumerate(data)) == number
    assert all(byte & 0x80 for byte in data[:-1])
    assert data[-1] < 0x80
