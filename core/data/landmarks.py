"""A set too large to copy, kept by its landmarks: their features, and where they are in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from core.arrays import UNLABELLED, IntArray
from core.data.archive import MOST_BYTES
from core.data.classes import read_classes, shown
from core.data.looks import Look
from core.data.parts.elsewhere import elsewhere_of, write_parts
from core.data.parts.landmarks import DEFAULT, MOST, SEED, Drawn, draw
from core.data.parts.parts import Parts
from core.data.readers.celltypes import without_codes
from core.data.sets import LONGEST_TITLE, Draft, Report, Sets, content_of, head_as_json
from core.data.stored import (
    ADDRESS_COLUMN,
    FEATURES,
    HEAD,
    NAME_COLUMN,
    NAMES,
    ROWS,
    TABLE,
    TRUTH,
    Head,
    Layout,
)
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress, silent
from core.wording import counted

_SOURCE: Final = "landmarks of Parquet parts"
_LOOK: Final = Look(kind="photo")


def draw_set(
    sets: Sets,
    parts: Parts,
    title: str,
    n_landmarks: int = DEFAULT,
    *,
    seed: int = SEED,
    progress: Progress = silent,
) -> Draft:
    """Draw landmarks of a set that lies elsewhere, so that they can be looked at and then be kept.

    Parameters
    ----------
    n_landmarks
        How many, up to 2,000,000; all items where there are no more.

    Raises
    ------
    InvalidDatasetError
        If the set cannot be read or labelled, or landmarks cannot be stored.
    CancelledError
        If ``progress`` says so.
    """
    if not 2 <= n_landmarks <= MOST:
        raise InvalidDatasetError(
            f"A set has no {counted(n_landmarks, 'landmark')}.", f"Choose 2 to {MOST:,}."
        )
    row = parts.n_features * np.dtype(parts.dtype).itemsize
    if min(n_landmarks, parts.n_rows) * row > MOST_BYTES:
        raise InvalidDatasetError(
            f"The features of {n_landmarks:,} landmarks take more than "
            f"{MOST_BYTES // 2**30} GB, and have to fit into memory.",
            f"Draw {MOST_BYTES // row:,} landmarks at most, or make shorter features.",
        )
    if parts.columns.images is None:
        raise InvalidDatasetError(
            f"No column of {parts.url} holds images, and without them nobody can say what an item "
            "is.",
            "Images are a column of image files as bytes, or of their addresses; add one, or say "
            "which it is.",
        )

    def write(folder: Path) -> Report:
        drawn = draw(
            parts, n_landmarks, folder / FEATURES, progress, seed=seed, threads=sets.threads
        )
        return _written(sets, parts, title, drawn, seed, folder)

    return sets.write(title, write)


def _written(sets: Sets, parts: Parts, title: str, drawn: Drawn, seed: int, folder: Path) -> Report:
    """Write all but the features, which are there."""
    n_items = len(drawn.rows)
    class_names, truth, notes = _classes(parts, drawn)
    write_parts(folder, parts)
    (folder / ROWS).write_bytes(drawn.rows.astype("<i8").tobytes())
    (folder / NAMES).write_bytes(drawn.names.tobytes())
    if truth is not None:
        (folder / TRUTH).write_bytes(truth.astype("<i4").tobytes())
    _write_table(parts, drawn, folder / TABLE)
    layout = Layout(dtype=np.dtype(parts.dtype).str, shape=(n_items, parts.n_features))
    features = np.memmap(folder / FEATURES, layout.dtype, "r", shape=layout.shape)
    known = np.empty(0, np.int64) if truth is None else truth[truth != UNLABELLED]
    counts = np.bincount(known, minlength=len(class_names)).tolist()
    head = Head(
        v=2,
        title=title[:LONGEST_TITLE],
        source=_SOURCE,
        made_at=sets.now(),
        n_items=n_items,
        look=_LOOK,
        originals="elsewhere",
        height=0,
        width=0,
        pixels=None,
        features=layout,
        class_names=class_names,
        n_known=len(known),
        has_table=True,
        fingerprint=content_of(folder, class_names, _LOOK, drawn.names, features, truth),
        n_bytes=sum(file.stat().st_size for file in folder.iterdir()),
        elsewhere=elsewhere_of(parts, n_items + drawn.n_left_out, drawn.n_left_out, seed),
    )
    (folder / HEAD).write_bytes(head_as_json(head))
    return Report(
        n_items=n_items,
        sizes=(),
        class_counts=dict(zip(class_names, counts, strict=True)),
        n_known=len(known),
        n_repeats=0,
        n_conflicts=0,
        near=(),
        look=_LOOK,
        choices=parts.choices,
        notes=(*_notes(drawn), *notes),
        bad=(),
    )


def _notes(drawn: Drawn) -> Iterable[str]:
    if drawn.n_left_out:
        yield (
            f"{counted(drawn.n_left_out, 'item')} that would be landmarks are left out: their "
            "features are missing, or no numbers of a usual size."
        )


def _classes(
    parts: Parts, drawn: Drawn
) -> tuple[tuple[str, ...], IntArray | None, tuple[str, ...]]:
    """The classes that the set tells of, and that of each landmark; what was not taken for such."""
    column = parts.columns.labels
    if column is None:
        return (), None, ()
    labels = without_codes(drawn.told[column])
    if pa.types.is_integer(labels.type):
        values: NDArray[np.generic] = compute.fill_null(labels, UNLABELLED).to_numpy()
    else:
        values = np.array(compute.fill_null(labels.cast(pa.string()), "").to_pylist(), np.str_)
    names = np.array(parts.class_names, np.str_) if parts.class_names else None
    try:
        class_names, truth = read_classes(parts.url, values, names, len(values))
    except InvalidDatasetError as error:
        return (), None, (f"The column “{shown(column)}” is not taken for labels. {error.problem}",)
    return class_names, truth, ()


def _write_table(parts: Parts, drawn: Drawn, path: Path) -> None:
    """Write what each landmark is called, and the address of its image where it has one."""
    columns = parts.columns
    ids = None if columns.ids is None else drawn.told[columns.ids].cast(pa.large_string())
    if ids is None or ids.null_count:
        places = pa.array(_places(parts, drawn.rows), pa.large_string())
        ids = places if ids is None else compute.coalesce(ids, places)
    told = {NAME_COLUMN: ids}
    if columns.are_addresses and columns.images is not None:
        addresses = drawn.told[columns.images].cast(pa.large_string())
        told[ADDRESS_COLUMN] = compute.fill_null(addresses, "")
    table = pa.table(told)
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)


def _places(parts: Parts, rows: IntArray) -> list[str]:
    """What rows without a name are called: by their part, and their number in it."""
    starts = parts.starts
    files = np.searchsorted(starts, rows, side="right") - 1
    numbers = rows - starts[files]
    called = [file.path or parts.url.rsplit("/", 1)[-1] for file in parts.files]
    return [
        f"{called[file]}:{number}"
        for file, number in zip(files.tolist(), numbers.tolist(), strict=True)
    ]
