"""Files of images as other programs write them."""

from __future__ import annotations

import gzip
import io
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from core.data.readers.found import Found, Limits
from core.data.readers.opening import open_source
from core.jobs.progress import silent

_BUNCH = load_digits()
DIGITS: NDArray[np.uint8] = _BUNCH.images.astype(np.uint8)
TARGET: NDArray[np.int64] = _BUNCH.target
ROWS = DIGITS.reshape(len(DIGITS), 64)
NAMES = tuple("0123456789")
PIXELS = tuple(f"pixel{number}" for number in range(64))
CODES = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}


def opened(
    path: Path, limits: Limits | None = None, said: Mapping[str, str] | None = None
) -> Found:
    return open_source(path, said or {}, limits or Limits(), silent)


def value_of(found: Found, key: str) -> str:
    """What was guessed."""
    return next(choice.value for choice in found.choices if choice.key == key)


def options_of(found: Found, key: str) -> tuple[str, ...]:
    return next((choice.options for choice in found.choices if choice.key == key), ())


def labels_of(found: Found) -> list[str]:
    """The name of the class of each image."""
    assert found.truth is not None
    return [found.class_names[index] if index >= 0 else "" for index in found.truth]


def idx(array: NDArray[Any], code: str = "u1") -> bytes:
    head = struct.pack(">BBBB", 0, 0, CODES[code], array.ndim)
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(code).tobytes()


def png(image: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def text(
    path: Path,
    names: Sequence[str],
    rows: Sequence[Sequence[object]] | NDArray[Any],
    *,
    separator: str = ",",
    encoding: str = "utf-8",
) -> Path:
    lines = [separator.join(names)] if names else []
    lines += [separator.join(map(str, row)) for row in rows]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def hugging_face(n_items: int, names: Sequence[str]) -> pa.Table:
    """A table with images and labels as the library ``datasets`` writes it."""
    features = {
        "image": {"_type": "Image"},
        "label": {"_type": "ClassLabel", "names": list(names)},
    }
    schema = pa.schema(
        [
            ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
            ("label", pa.int64()),
        ],
        metadata={"huggingface": json.dumps({"info": {"features": features}})},
    )
    images = [{"bytes": png(DIGITS[i]), "path": f"{i}.png"} for i in range(n_items)]
    return pa.table({"image": images, "label": TARGET[:n_items]}, schema=schema)


def packed(path: Path, data: bytes) -> Path:
    path.write_bytes(gzip.compress(data))
    return path
