"""One partition: read, predicted and written. This is what a worker does."""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet
from threadpoolctl import threadpool_limits

from core.data.classes import is_known
from core.data.parts.parts import Parts
from core.data.readers.celltypes import without_codes
from core.errors import NotPredictedError
from core.jobs.once import Latest
from core.predicting.model import HEAD, Model, files_of, open_model
from core.predicting.partitions import Partition
from core.predicting.places import KEPT, NOTE, Output
from core.predicting.table import Counts, Items, schema_of, table_of

_ROWS: Final = 600_000
"""Rows that are told together, and in memory at once, where a partition is one group of more."""

_models: Latest[tuple[str, str], Model] = Latest(1)


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all partitions.

    Attributes
    ----------
    parts
        The input, without the list of its parts: each partition names its own.
    output
        The address of the output.
    model
        The name of the model, which lies in the output for as long as it is worked with.
    """

    parts: Parts
    output: str
    model: str


@dataclass(frozen=True, slots=True)
class Done:
    """A partition that is written.

    Attributes
    ----------
    was_there
        Whether it had been written before.
    """

    partition: Partition
    counts: Counts
    was_there: bool


def model_folder(name: str) -> str:
    """Where a model lies, inside of the output."""
    return f"{KEPT}/{name}"


def predict_partition(job: Job, partition: Partition) -> Done:
    """Write the file of a partition, unless the very same was written before.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, or has changed.
    FileNotWrittenError
        If its file cannot be written.
    """
    output = Output(job.output)
    note = _note(job, partition)
    there = output.note(partition.name) or {}
    counted = there.pop("counts", None)
    if counted is not None and there == note:
        return Done(partition, Counts(*counted), was_there=True)
    model = _models.get((job.output, job.model), lambda: _fetched(output, job.model))
    with threadpool_limits(1):
        content, counts = _written(job, partition, model, note)
    output.write(partition.name, content)
    return Done(partition, counts, was_there=False)


def _note(job: Job, partition: Partition) -> dict[str, Any]:
    """What a file says of itself, but for what is counted in it."""
    return {
        "model": job.model,
        "part": partition.file.path,
        "version": partition.file.version,
        "first_row": partition.first_row,
        "rows": partition.n_rows,
    }


def _fetched(output: Output, name: str) -> Model:
    """The model, opened where it lies if that is a folder here, else where it is copied to."""
    place = model_folder(name)
    folder = output.folder(place)
    if folder is not None and (folder / HEAD).exists():
        return open_model(folder)
    head = output.read(f"{place}/{HEAD}")
    if head is None:
        raise NotPredictedError(
            f"{output.url} cannot be seen from all workers, or the run that wrote to it is over.",
            "Let the output be in a bucket, or in a folder that all of them share.",
        )
    folder = _room()
    for file in (*files_of(head), HEAD):
        output.fetch(f"{place}/{file}", folder / file)
    return open_model(folder)


def _room() -> Path:
    """A folder of this process alone; Dask clears up what its workers leave."""
    from distributed import get_worker

    try:
        parent = get_worker().local_directory
    except ValueError:
        parent = None
    return Path(tempfile.mkdtemp(prefix="model-", dir=parent))


def _written(
    job: Job, partition: Partition, model: Model, note: dict[str, Any]
) -> tuple[bytes, Counts]:
    """The content of its file, and what is counted in it."""
    parts, counts = job.parts, Counts()
    columns = parts.columns
    files = columns.ids or (columns.images if columns.are_addresses else None)
    wanted = tuple(dict.fromkeys(n for n in (*columns.features, files, columns.labels) if n))
    rows = np.arange(partition.first_row, partition.first_row + partition.n_rows)
    buffer = io.BytesIO()
    with parquet.ParquetWriter(buffer, schema_of(len(model.classes))) as writer:
        for which, batch in parts.take(partition.file, rows, wanted, _ROWS):
            items = Items(
                partition.file.path,
                int(rows[which.start]),
                parts.features(batch),
                None if files is None else batch.column(files).cast(pa.string()),
                None if columns.labels is None else _labels(parts, batch.column(columns.labels)),
            )
            table, some = table_of(model, items)
            writer.write_table(table)
            counts = counts.plus(some)
        told = json.dumps({**note, "counts": list(counts)})
        writer.add_key_value_metadata({NOTE: told.encode()})
    return buffer.getvalue(), counts


def _labels(parts: Parts, column: pa.Array) -> pa.Array:
    """The classes that rows name, as text; null where nobody knows."""
    column = without_codes(column)
    if pa.types.is_integer(column.type) and parts.class_names:
        names = parts.class_names
        return pa.array(
            [
                names[n] if n is not None and 0 <= n < len(names) else None
                for n in column.to_pylist()
            ],
            type=pa.string(),
        )
    names = column.cast(pa.string())
    distinct = names.unique().drop_null().to_pylist()
    unknown = [name for name in distinct if not is_known(name) and name not in parts.class_names]
    is_unknown = compute.is_in(names, pa.array(unknown, pa.string()))
    return compute.if_else(is_unknown, pa.scalar(None, pa.string()), names)
