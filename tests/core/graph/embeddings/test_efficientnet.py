"""The network against the reference implementation, by known values and layer by layer.

``reference.npz`` was computed once with torch 2.6.0 and efficientnet-lite-pytorch 0.1.0::

    model = EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(torch.load("efficientnet-lite0-57934424.pth"))
    model.eval()
    x = torch.from_numpy(((IMAGES.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2).copy())
    blocks = [model._swish(model._bn0(model._conv_stem(x)))]
    for block in model._blocks:
        blocks.append(block(blocks[-1]))
    features = model.extract_features(x).mean((2, 3))

with ``block_means`` and ``block_deviations`` the mean and the standard deviation of what comes out
of the stem and of each block, for each image.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from scipy.signal import correlate
from sklearn.datasets import load_sample_images

from core.graph.embeddings.efficientnet import _Layers, efficientnet_lite0
from core.graph.embeddings.network import BUILT_IN, Network, _weights, built_in
from core.graph.embeddings.onnx_file import Graph
from core.graph.embeddings.torch_file import read_tensors

REFERENCE = np.load(Path(__file__).with_name("reference.npz"))
CHINA, FLOWER = load_sample_images().images
NOISE = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)
IMAGES = np.stack([CHINA[100:324, 200:424], FLOWER[60:284, 200:424], NOISE])
PALACE, DAISY = 698, 985
"""Classes of ImageNet."""


@pytest.fixture(scope="module")
def tensors() -> dict[str, NDArray[Any]]:
    path = _weights()
    assert path is not None, "the package with the weights is one of the requirements"
    return read_tensors(path)


def run(content: bytes, name: str, values: NDArray[Any]) -> NDArray[Any]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found: NDArray[Any] = session.run([name], {session.get_inputs()[0].name: values})[0]
    return found


def test_features_are_those_of_the_reference():
    network = built_in()
    assert (network.title, network.side, network.n_features) == (BUILT_IN, (224, 224), 1280)
    found = network.run((IMAGES - np.float32(127)) / np.float32(128))
    np.testing.assert_allclose(found, REFERENCE["features"], rtol=1e-3, atol=2e-4)
    lengths = np.linalg.norm(REFERENCE["features"], axis=1, keepdims=True)
    np.testing.assert_allclose(
        network.features(IMAGES), REFERENCE["features"] / lengths, rtol=1e-3, atol=2e-5
    )


def test_each_block_gives_what_that_of_the_reference_does(tensors):
    model = onnx.load_from_string(efficientnet_lite0(tensors, {}))
    onnx.checker.check_model(model, full_check=True)
    ends = {node.output[0]: place for place, node in enumerate(model.graph.node)}
    names = ["_conv_stem.relu6"]
    for block in range(16):
        last = f"_blocks.{block}.sum"
        names.append(last if last in ends else f"_blocks.{block}._project_conv")
    for name in names:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, 1, None))
    values = ((IMAGES - np.float32(127)) / np.float32(128)).transpose(0, 3, 1, 2)
    for place, name in enumerate(names):
        found = run(model.SerializeToString(), name, np.ascontiguousarray(values))
        axes = (1, 2, 3)
        expected = REFERENCE["block_means"][:, place], REFERENCE["block_deviations"][:, place]
        np.testing.assert_allclose(found.mean(axes, np.float64), expected[0], rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(found.std(axes, np.float64), expected[1], rtol=1e-3, atol=1e-4)


def test_with_the_classifier_that_came_along_it_knows_what_photographs_show(tensors):
    found = built_in().run((IMAGES[:2] - np.float32(127)) / np.float32(128))
    scores = found @ tensors["_fc.weight"].T + tensors["_fc.bias"]
    assert scores.argmax(axis=1).tolist() == [PALACE, DAISY]


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "groups", "is_clipped"),
    [(8, 3, 2, 1, True), (9, 3, 2, 1, True), (7, 5, 2, 4, True), (6, 5, 1, 4, False)],
)
def test_a_layer_is_a_convolution_a_batch_norm_and_a_clip(side, kernel, stride, groups, is_clipped):
    random = np.random.default_rng(1)
    weights = random.standard_normal((4, 4 // groups, kernel, kernel)).astype(np.float32)
    gain, shift, mean = random.standard_normal((3, 4)).astype(np.float32)
    variance = random.uniform(0.5, 2, 4).astype(np.float32)
    graph = Graph("layer", ("x", (1, 4, side, side)), ("y", ("n", "c", "h", "w")))
    graph.tensor("zero", np.array(0, np.float32))
    graph.tensor("six", np.array(6, np.float32))
    parts = {"weight": gain, "bias": shift, "running_mean": mean, "running_var": variance}
    tensors = {"conv.weight": weights, **{f"norm.{name}": part for name, part in parts.items()}}
    out, after = _Layers(graph, tensors).convolution(
        "x",
        side,
        "conv",
        "norm",
        kernel=kernel,
        stride=stride,
        groups=groups,
        is_clipped=is_clipped,
    )
    graph.node("Identity", (out,), "y")
    values = random.standard_normal((1, 4, side, side)).astype(np.float32)
    found = run(graph.to_bytes(), "y", values)

    # As TensorFlow's SAME: what is missing is padded, the odd one at the end.
    missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    padded = np.pad(values[0], ((0, 0), *[(missing // 2, missing - missing // 2)] * 2))
    for channel in range(4):
        of = [channel] if groups == 4 else range(4)
        whole = sum(
            correlate(padded[one], weights[channel, place], "valid") for place, one in enumerate(of)
        )
        wanted = (whole - mean[channel]) / np.sqrt(variance[channel] + 1e-3)
        wanted = (wanted * gain[channel] + shift[channel])[::stride, ::stride]
        wanted = np.clip(wanted, 0, 6) if is_clipped else wanted
        assert wanted.shape == (after, after)
        np.testing.assert_allclose(found[0, channel], wanted, rtol=1e-4, atol=1e-4)


def test_weights_that_are_missing_or_of_another_shape_are_refused(tensors):
    with pytest.raises(KeyError):
        efficientnet_lite0({k: v for k, v in tensors.items() if k != "_bn1.bias"}, {})
    with pytest.raises(ValueError, match="_conv_stem"):
        efficientnet_lite0({**tensors, "_conv_stem.weight": np.zeros((32, 3, 5, 5))}, {})


def test_the_file_is_built_alike_each_time(tensors):
    content = efficientnet_lite0(tensors, {"mean": "127"})
    assert content == efficientnet_lite0(dict(tensors), {"mean": "127"})
    assert Network("one", content).name != Network("one", content[:-1] + b"8").name
