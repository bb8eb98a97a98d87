"""What is kept of a set that lies elsewhere: where that is, its parts, how landmarks were drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from core.data.parts.columns import Columns
from core.data.parts.parts import PartFile, Parts
from core.data.parts.places import place_of
from core.data.readers.columns import words_of
from core.data.readers.roles import NONE

PARTS: Final = "parts.arrow"
"""The file with the parts of a set, one a row."""

_SCHEMA: Final = pa.schema(
    [("path", pa.string()), ("rows", pa.int64()), ("bytes", pa.int64()), ("version", pa.string())]
)


class Elsewhere(BaseModel):
    """Where the whole of a set lies that only landmarks are kept of.

    Attributes
    ----------
    url
        A path on this machine, or a URL; no password is in it.
    n_rows
        Of all parts.
    features, ids, images, are_addresses, labels
        As :class:`core.data.parts.columns.Columns` has them.
    n_features
        How many features a row has, and in ``dtype`` of how many bits.
    class_names
        The names that whole numbers in the column of labels count.
    drawn
        How landmarks were chosen, with ``seed``; ``all`` where there are no other items.
    n_left_out
        How many were chosen and left out, since their features cannot be used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    n_rows: NonNegativeInt
    n_parts: NonNegativeInt
    n_bytes: NonNegativeInt
    features: tuple[str, ...]
    ids: str | None = None
    images: str | None = None
    are_addresses: bool = False
    labels: str | None = None
    n_features: NonNegativeInt
    dtype: Literal["float32", "float64"]
    class_names: tuple[str, ...] = ()
    drawn: Literal["uniform", "all"]
    seed: NonNegativeInt
    n_left_out: NonNegativeInt = 0


def elsewhere_of(parts: Parts, n_chosen: int, n_left_out: int, seed: int) -> Elsewhere:
    """What is to be kept of a set."""
    columns = parts.columns
    return Elsewhere(
        url=parts.url,
        n_rows=parts.n_rows,
        n_parts=len(parts.files),
        n_bytes=parts.n_bytes,
        features=columns.features,
        ids=columns.ids,
        images=columns.images,
        are_addresses=columns.are_addresses,
        labels=columns.labels,
        n_features=parts.n_features,
        dtype="float64" if parts.dtype == "float64" else "float32",
        class_names=parts.class_names,
        drawn="all" if n_chosen == parts.n_rows else "uniform",
        seed=seed,
        n_left_out=n_left_out,
    )


def said_of(elsewhere: Elsewhere, url: str) -> dict[str, str]:
    """What is to be said of the columns at an address, so that items are comparable to landmarks.

    The features are to be called as there; where it is the same set, all else is too.
    """
    features = {"features": words_of(elsewhere.features)}
    if place_of(url).url != elsewhere.url:
        return features
    others = {"id": elsewhere.ids, "images": elsewhere.images, "labels": elsewhere.labels}
    return features | {key: name or NONE for key, name in others.items()}


def write_parts(folder: Path, parts: Parts) -> None:
    """Note the parts of a set in a folder."""
    files = parts.files
    columns = [
        pa.array([file.path for file in files], pa.string()),
        pa.array([file.n_rows for file in files], pa.int64()),
        pa.array([file.n_bytes for file in files], pa.int64()),
        pa.array([file.version for file in files], pa.string()),
    ]
    with pa.ipc.new_file(str(folder / PARTS), _SCHEMA) as writer:
        writer.write_batch(pa.record_batch(columns, schema=_SCHEMA))


def read_parts(folder: Path, elsewhere: Elsewhere) -> Parts:
    """The set that landmarks in a folder were drawn from, as it was then.

    Raises
    ------
    OSError, ValueError, pyarrow.ArrowException
        If that is not there or damaged.
    """
    with pa.OSFile(str(folder / PARTS)) as file:
        table = pa.ipc.open_file(file).read_all()
    if table.schema != _SCHEMA or table.num_rows != elsewhere.n_parts:
        raise ValueError("it is of another set")
    files = tuple(PartFile(*row.values()) for row in table.to_pylist())
    columns = Columns(
        elsewhere.features,
        elsewhere.ids,
        elsewhere.images,
        elsewhere.are_addresses,
        elsewhere.labels,
    )
    parts = Parts(
        elsewhere.url,
        files,
        columns,
        elsewhere.n_features,
        elsewhere.dtype,
        elsewhere.class_names,
    )
    if parts.n_rows != elsewhere.n_rows:
        raise ValueError("its parts have other rows")
    return parts
