"""ONNX models of any make that take images and give numbers, run by onnxruntime.

What goes in and what comes out is read from the model: the axis of the colours, the size of images,
how many it takes at a time, and which of its outputs says what is in a whole image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import Float32Array
from core.data.archive import reason
from core.errors import InvalidNetworkError, LabelspreadError
from core.graph.embeddings.preparing import MOST_SIDE

DEFAULT_SIDE: Final = 224
"""Pixels of a side where a model takes images of any size and nothing else is said."""

MOST_AT_ONCE: Final = 256
"""Images of a batch that a model may insist on."""

_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(uint8)": np.dtype(np.uint8),
}
_FLOATS: Final = ("tensor(float)", "tensor(float16)", "tensor(double)")
_EMBEDDING: Final = (
    "image_embeds",
    "image_embeddings",
    "pooler_output",
    "embeddings",
    "embedding",
    "image_features",
    "features",
)
"""What the output is called that is meant to compare images by, the best first."""

_COLOURS: Final = 3
_WHOLE, _TOKENS, _MAP = 2, 3, 4
"""The number of axes of what comes out."""

_CODE: Final = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")
_EXPORT: Final = "Export it as an ONNX image model again."
_TROUBLES: Final = (
    (
        "external data",
        "keeps its weights in a second file",
        'Put all into one file: onnx.save(onnx.load("model.onnx"), "one.onnx").',
    ),
    ("INVALID_PROTOBUF", "is no ONNX file, or a damaged one", "Choose another file."),
    ("No graph was found", "is no ONNX file, or a damaged one", "Choose another file."),
    ("ValidateOpsetForDomain", "is of a newer version of ONNX", "Export it for an older version."),
    ("not a registered function/op", "uses operations that are not part of ONNX", _EXPORT),
    ("No Op registered", "uses operations that are not part of ONNX", _EXPORT),
)


class Model:
    """A model that is ready to run. Safe to use from several threads.

    Parameters
    ----------
    title
        What people call it.
    source
        An ONNX file, or what is in it.
    side
        Height and width of images where the model takes any.
    one_by_one
        Whether it is given one image at a time, though it says that it takes several.

    Attributes
    ----------
    side
        Height and width of the images that it takes, in pixels.
    notes
        What else the file says of it, by name.
    takes_bytes
        Whether it takes values of 0 to 255 as they are.
    n_features
        The length of what it makes of each image.

    Raises
    ------
    InvalidNetworkError
        If it cannot be read, or is no model of images.
    """

    def __init__(
        self,
        title: str,
        source: bytes | Path,
        *,
        side: int | None = None,
        one_by_one: bool = False,
    ) -> None:
        # Takes a fifth of a second to load, and only photographs need it.
        import onnxruntime

        self._title = title
        options = onnxruntime.SessionOptions()
        # Whoever has several processors reads and runs several batches at the same time.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # It says nothing on its own; what matters comes as an error.
        options.log_severity_level = 4
        with _in_words(title):
            self._session = onnxruntime.InferenceSession(
                source if isinstance(source, bytes) else str(source),
                options,
                providers=["CPUExecutionProvider"],
            )
        self.notes: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            names = ", ".join(one.name for one in inputs[:4]) or "nothing"
            raise self._refusal(
                f"takes {names}, and not one image alone", "Export the part that sees images."
            )
        (image,) = inputs
        self._input = image.name
        self._read_input(image.shape, image.type, side)
        batch = 1 if one_by_one else image.shape[0]
        self._batch = batch if isinstance(batch, int) and batch > 0 else None
        if self._batch is not None and self._batch > MOST_AT_ONCE:
            raise self._refusal(
                f"takes {self._batch:,} images at a time and no fewer", "Export it for one image."
            )
        self._output = self._chosen_output()
        shape = self._output.shape
        if len(shape) == _WHOLE and isinstance(shape[1], int):
            self.n_features: int = shape[1]
        else:
            # Any image tells.
            self.n_features = self.run(np.zeros((1, *self.side, _COLOURS))).shape[1]

    def run(self, values: NDArray[Any]) -> Float32Array:
        """What comes out for images, (n_items, n_features).

        Parameters
        ----------
        values : (n_items, height, width, 3)
            RGB, normalised.

        Raises
        ------
        InvalidNetworkError
            If the model fails, or what comes out are no features of images.
        """
        axes = (0, 1, 2, 3) if self._colours_last else (0, 3, 1, 2)
        inputs = np.ascontiguousarray(values.transpose(axes), dtype=self._dtype)
        size = self._batch or len(inputs)
        parts = [self._run(inputs[at : at + size]) for at in range(0, len(inputs), size)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _run(self, inputs: NDArray[Any]) -> Float32Array:
        n_items = len(inputs)
        if self._batch is not None and n_items < self._batch:
            inputs = np.resize(inputs, (self._batch, *inputs.shape[1:]))
        height, width = self.side
        remedy = f"Is {height} × {width} pixels the size that it was made for?"
        try:
            found: NDArray[Any] = self._session.run([self._output.name], {self._input: inputs})[0]
        # It raises whatever it comes upon.
        except Exception as error:
            raise self._refusal(f"cannot be run ({_told(error)})", remedy) from error
        if found.ndim not in {_WHOLE, _TOKENS, _MAP} or len(found) != len(inputs):
            shape = " × ".join(str(n) for n in found.shape) or "one number"
            raise self._refusal(f"makes {shape} of {len(inputs)} images", _EXPORT)
        return np.asarray(self._pooled(found)[:n_items], dtype=np.float32)

    def _pooled(self, found: NDArray[Any]) -> NDArray[Any]:
        """One row of features an image, of what comes out."""
        if found.ndim == _WHOLE:
            return found
        # Where there is a token more than patches, the first one stands for the whole image.
        if found.ndim == _TOKENS and not _are_patches(found.shape[1], self.side):
            return found[:, 0]
        places = 1 if found.ndim == _TOKENS else (1, 2) if self._colours_last else (2, 3)
        return np.asarray(found.mean(axis=places, dtype=np.float64))

    def _read_input(self, shape: Sequence[int | str | None], kind: str, side: int | None) -> None:
        dtype = _DTYPES.get(kind)
        if dtype is None:
            raise self._refusal(f"takes {kind.removeprefix('tensor(').rstrip(')')}", _EXPORT)
        self._dtype, self.takes_bytes = dtype, dtype == np.uint8
        if len(shape) != _MAP:
            raise self._refusal(f"takes no images, but arrays of {len(shape)} axes", _EXPORT)
        _, first, _, last = shape
        self._colours_last = first != _COLOURS and last == _COLOURS
        number = last if self._colours_last else first
        if isinstance(number, int) and number != _COLOURS:
            raise self._refusal("takes no images in colour", _EXPORT)
        sides = shape[1:3] if self._colours_last else shape[2:]
        fixed = [one for one in sides if isinstance(one, int) and one > 0]
        height, width = (fixed * 2 or [side or DEFAULT_SIDE] * 2)[:2]
        if max(height, width) > MOST_SIDE:
            raise self._refusal(
                f"takes images of {width:,} × {height:,} pixels",
                f"No side may have more than {MOST_SIDE:,}.",
            )
        if side is not None and side not in {height, width}:
            raise self._refusal(
                f"takes images of {width} × {height} pixels and no others", "Leave the side out."
            )
        self.side: tuple[int, int] = height, width

    def _chosen_output(self) -> Any:  # noqa: ANN401 - onnxruntime has no types
        outputs = [one for one in self._session.get_outputs() if one.type in _FLOATS]
        by_name = {one.name.lower(): one for one in reversed(outputs)}
        named = [by_name[name] for name in _EMBEDDING if name in by_name]
        if not outputs:
            raise self._refusal("gives no numbers to compare images by", _EXPORT)
        return [*named, *outputs][0]

    def _refusal(self, problem: str, remedy: str) -> InvalidNetworkError:
        return InvalidNetworkError(f"The network “{self._title}” {problem}.", remedy)


def _are_patches(n_tokens: int, side: tuple[int, int]) -> bool:
    """Whether there are as many tokens as patches of some size in an image, and none besides."""
    height, width = side
    return any(
        (height // patch) * (width // patch) == n_tokens for patch in range(1, min(side) + 1)
    )


@contextmanager
def _in_words(title: str) -> Iterator[None]:
    """Put whatever goes wrong with a model into words."""
    try:
        yield
    except LabelspreadError:
        raise
    except MemoryError as error:
        raise InvalidNetworkError(
            f"There is not enough memory for the network “{title}”.", "Take a smaller one."
        ) from error
    # It raises whatever it comes upon.
    except Exception as error:
        text = str(error)
        for sign, problem, remedy in _TROUBLES:
            if sign.lower() in text.lower():
                raise InvalidNetworkError(f"The network “{title}” {problem}.", remedy) from error
        raise InvalidNetworkError(
            f"The network “{title}” cannot be read ({_told(error)}).", _EXPORT
        ) from error


def _told(error: Exception) -> str:
    return reason(RuntimeError(_CODE.sub("", str(error)))).rstrip(".")
