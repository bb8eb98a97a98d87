"""Models of any make are run as they are meant, and what is no model of images is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from core.errors import InvalidNetworkError
from core.graph.embeddings.model import Model
from core.graph.embeddings.network import Network
from tests.core.graph.embeddings.networks import onnx_model, squares, written

VALUES = np.random.default_rng(0).normal(size=(5, 8, 8, 3)).astype(np.float32)
WHOLE = squares(VALUES).reshape(5, 12)


@pytest.mark.parametrize(
    "shape",
    [
        ("n", 3, 8, 8),
        ("n", 8, 8, 3),
        ("n", "c", "h", "w"),
        ("n", "h", "w", 3),
        ("n", 3, "h", 8),
        (1, 3, 8, 8),
        (2, 3, 8, 8),
        (7, 8, 8, 3),
    ],
)
def test_colours_may_come_first_or_last_and_images_alone_or_together(shape):
    any_size = "h" in shape and 8 not in shape
    model = Model("Mine", onnx_model(shape=shape), side=8 if any_size else None)
    assert (model.side, model.n_features) == ((8, 8), 12)
    np.testing.assert_allclose(model.run(VALUES), WHOLE, atol=1e-5)


@pytest.mark.parametrize("shape", [("n", 3, 8, 8), ("n", 8, 8, 3)])
@pytest.mark.parametrize("name", ["last_hidden_state", "out"])
def test_tokens_and_maps_become_one_row_an_image(shape, name):
    def seen(what: str) -> np.ndarray:
        return Model("Mine", onnx_model(what, shape, names=("image", name))).run(VALUES)

    parts = squares(VALUES)
    np.testing.assert_allclose(seen("map"), parts.mean(axis=(2, 3)), atol=1e-5)
    np.testing.assert_allclose(seen("patches"), parts.mean(axis=(2, 3)), atol=1e-5)
    np.testing.assert_allclose(seen("tokens"), parts.max(axis=(2, 3)), atol=1e-5)


def test_images_need_not_be_square():
    wide = np.random.default_rng(1).normal(size=(3, 8, 12, 3)).astype(np.float32)
    tokens = Model("Mine", onnx_model("tokens", ("n", 3, 8, 12)))
    assert tokens.side == (8, 12)
    np.testing.assert_allclose(tokens.run(wide), squares(wide).max(axis=(2, 3)), atol=1e-5)
    patches = Model("Mine", onnx_model("patches", ("n", 3, 8, 12)))
    np.testing.assert_allclose(patches.run(wide), squares(wide).mean(axis=(2, 3)), atol=1e-5)


def test_where_nothing_is_said_a_side_is_224_pixels():
    assert Model("Mine", onnx_model(shape=("n", "c", "h", "w"))).side == (224, 224)


def test_half_as_many_bits_will_do():
    model = Model("Mine", onnx_model(kind=TensorProto.FLOAT16))
    np.testing.assert_allclose(model.run(VALUES), WHOLE, atol=2e-3)


def test_a_model_that_takes_bytes_gets_them_as_they_are():
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype(np.uint8)
    network = Network("Mine", onnx_model(kind=TensorProto.UINT8), name="mine")
    wanted = squares(images.astype(float)).reshape(2, 12)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(network.features(images), wanted, rtol=1e-5)


def test_of_several_outputs_the_one_for_comparing_is_taken():
    model = onnx.load_from_string(onnx_model(names=("image", "last_hidden_state")))
    model.graph.node[-1].input[0] = "map"
    model.graph.node.append(helper.make_node("Identity", ["whole"], ["pooler_output"]))
    model.graph.output.append(
        helper.make_tensor_value_info("pooler_output", TensorProto.FLOAT, None)
    )
    found = Model("Mine", model.SerializeToString())
    np.testing.assert_allclose(found.run(VALUES), WHOLE, atol=1e-5)


def changed(**kinds: int) -> bytes:
    """A model whose input or output is of another kind."""
    model = onnx.load_from_string(onnx_model())
    if "more" in kinds:
        model.graph.input.append(helper.make_tensor_value_info("input_ids", 7, ("n", "length")))
    if "operation" in kinds:
        model.graph.node[-1].op_type = "Foo"
    if "domain" in kinds:
        model.graph.node[-1].domain = "com.example"
        model.opset_import.append(helper.make_opsetid("com.example", 1))
    if "version" in kinds:
        model.opset_import[0].version = kinds["version"]
    return bytes(model.SerializeToString())


def of_text() -> bytes:
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ("n", 5))
    out = helper.make_tensor_value_info("y", TensorProto.INT64, ("n", 5))
    return written(
        helper.make_graph([helper.make_node("Identity", ["input_ids"], ["y"])], "t", [ids], [out])
    )


def of_shape(*shape: int | str) -> bytes:
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
    return written(
        helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "t", [image], [out])
    )


def of_classes() -> bytes:
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", 3, 8, 8))
    out = helper.make_tensor_value_info("y", TensorProto.INT64, ("n", 8, 8))
    nodes = [helper.make_node("ArgMax", ["x"], ["y"], axis=1, keepdims=0)]
    return written(helper.make_graph(nodes, "t", [image], [out]))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no ONNX file"),
        (b"no network", "no ONNX file"),
        (onnx_model()[:100], "no ONNX file"),
        (changed(more=1), "takes pixel_values, input_ids, and not one image alone"),
        (changed(operation=1), "operations that are not part of ONNX"),
        (changed(operation=1, domain=1), "operations that are not part of ONNX"),
        (changed(version=99), "newer version of ONNX"),
        (of_text(), "takes int64"),
        (of_shape("n", 12), "arrays of 2 axes"),
        (of_shape("n", 1, 28, 28), "no images in colour"),
        (of_classes(), "no numbers to compare images by"),
        (onnx_model("flat"), "makes 12 of 1 images"),
        (onnx_model(names=("image", "whole")), "cannot be read"),
    ],
)
def test_what_is_no_model_of_images_is_refused_in_words(content, told):
    with pytest.raises(InvalidNetworkError, match=told):
        Model("Mine", content)


def test_weights_in_a_second_file_are_told_of(tmp_path: Path):
    model = onnx.load_from_string(onnx_model())
    onnx.save(
        model, tmp_path / "m.onnx", save_as_external_data=True, location="w.data", size_threshold=0
    )
    (tmp_path / "w.data").unlink()
    with pytest.raises(InvalidNetworkError, match="second file"):
        Model("Mine", tmp_path / "m.onnx")


def test_a_size_that_it_does_not_take_is_told_of():
    with pytest.raises(InvalidNetworkError, match="8 × 8 pixels and no others"):
        Model("Mine", onnx_model(), side=16)
    model = Model("Mine", onnx_model("alone", ("n", 3, "h", "w")), side=8)
    with pytest.raises(InvalidNetworkError, match="cannot be run"):
        model.run(VALUES)
    one_by_one = Model("Mine", onnx_model("alone"), one_by_one=True)
    np.testing.assert_allclose(one_by_one.run(VALUES), WHOLE, atol=1e-5)
