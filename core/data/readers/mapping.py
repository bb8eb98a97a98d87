"""EMNIST's tables of which label stands for which letters."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray
from core.data.archive import in_words, open_regular
from core.data.classes import MOST_CLASSES
from core.errors import InvalidDatasetError

SEPARATORS: Final = re.compile(r"[-._ ]+")
_REMEDY: Final = "A mapping has a line for each label: the label, and the number of its letter."
_MOST_BYTES: Final = 2**20


def read_mapping(folder: Path, base: str) -> NDArray[Any] | None:
    """The mapping that lies beside the files of a set; None if none does.

    Parameters
    ----------
    base
        What the set is called by the names of its files: "emnist letters".
    """
    wanted = f"{base} mapping txt".strip()
    names = (p.name for p in folder.iterdir())
    name = next((n for n in sorted(names) if SEPARATORS.sub(" ", n.lower()) == wanted), None)
    if name is None:
        return None
    with in_words(name, _REMEDY), open_regular(folder / name) as file:
        lines = file.read(_MOST_BYTES).decode("utf-8").splitlines()
        return np.array([[int(word) for word in line.split()] for line in lines if line.strip()])


def mapped_classes(
    file: str, labels: NDArray[Any], mapping: NDArray[Any]
) -> tuple[IntArray, NDArray[Any]]:
    """Labels that count class names, which are the letters that the labels stand for.

    Parameters
    ----------
    mapping : (n_classes, 2) or (n_classes, 3)
        A label, and the numbers of one or two letters.

    Raises
    ------
    InvalidDatasetError
        If a label is not in the mapping, or it is none.
    """
    fits = mapping.ndim == 2 and mapping.shape[1] in {2, 3} and 0 < len(mapping) <= MOST_CLASSES
    if not fits or mapping.dtype.kind not in "iuf" or labels.dtype.kind not in "iuf":
        raise InvalidDatasetError(f"The mapping of the labels of {file} is none.", _REMEDY)
    names = ["".join(dict.fromkeys(chr(int(code)) for code in row[1:])) for row in mapping]
    places = {int(row[0]): place for place, row in enumerate(mapping)} | {UNLABELLED: UNLABELLED}
    values, which = np.unique(labels, return_inverse=True)
    unknown = [int(value) for value in values if int(value) not in places]
    if unknown:
        raise InvalidDatasetError(
            f"The label {unknown[0]} of {file} is not in its mapping.", "Add it to the mapping."
        )
    indices = np.array([places[int(value)] for value in values], dtype=np.int64)
    return indices[which], np.array(names)
