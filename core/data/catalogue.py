"""The data sets a project can be made on: one reader a kind of source, each gives a Dataset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from core.config import DIGITS, N_DIGITS, ProjectConfig
from core.data.dataset import Dataset
from core.data.digits import load_digits
from core.data.npz import count_items, read_arrays
from core.errors import InvalidConfigError, InvalidDatasetError

__all__ = ["Catalogue", "Entry", "load"]

_SUFFIX: Final = ".npz"


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set that there is.

    Attributes
    ----------
    key
        What a project's settings call it.
    n_items
        How many items it has.
    problem
        Why it cannot be used, in a sentence; empty if it can.
    """

    key: str
    title: str
    n_items: int
    problem: str = ""


class Catalogue:
    """The built-in digits, and the image sets in a folder.

    Parameters
    ----------
    folder
        Where files are looked for; None if there is none. It need not exist.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def entries(self) -> tuple[Entry, ...]:
        """All data sets, the built-in one first, then files by name."""
        files = sorted(self.folder.glob(f"*{_SUFFIX}")) if self.folder else []
        return (Entry(DIGITS, "Handwritten digits", N_DIGITS), *map(_entry, files))

    def load(self, config: ProjectConfig) -> Dataset:
        """Read the items that take part in a project, in the project's order.

        Raises
        ------
        InvalidDatasetError
            If the data set is not there or cannot be read.
        InvalidConfigError
            If it has fewer items than the project wants.
        """
        if config.dataset == DIGITS:
            return load_digits(n_samples=config.n_samples, shuffle_seed=config.shuffle_seed)
        self.check(config)
        return _some(read_arrays(self._path(config.dataset)), config)

    def check(self, config: ProjectConfig) -> None:
        """Look whether the data set is there and large enough, without reading all of it.

        Raises
        ------
        InvalidDatasetError
            If it is not there or cannot be read.
        InvalidConfigError
            If it has fewer items than the project wants.
        """
        if config.dataset == DIGITS:
            return
        path = self._path(config.dataset)
        n_items = count_items(path)
        if config.n_samples > n_items:
            raise InvalidConfigError(
                f"{config.n_samples:,} images are wanted and {path.name} has {n_items:,}.",
                "Choose fewer.",
            )

    def version(self, key: str) -> str:
        """Changes when the content of a data set does."""
        if key == DIGITS:
            return DIGITS
        try:
            stat = self._path(key).stat()
        except OSError:
            return ""
        return f"{stat.st_size}-{stat.st_mtime_ns}"

    def _path(self, key: str) -> Path:
        if self.folder is None or Path(key).name != key or not key.endswith(_SUFFIX):
            raise InvalidDatasetError(
                f"There is no data set “{key}”.", "Choose one of those on the Projects page."
            )
        return self.folder / key


def load(config: ProjectConfig) -> Dataset:
    """Read the items of a project on a built-in data set."""
    return Catalogue().load(config)


def _entry(path: Path) -> Entry:
    try:
        return Entry(path.name, path.stem, count_items(path))
    except InvalidDatasetError as error:
        return Entry(path.name, path.stem, 0, str(error))


def _some(whole: Dataset, config: ProjectConfig) -> Dataset:
    """The first items, in the source's order or shuffled as the digits are."""
    rows = np.arange(whole.n_items, dtype=np.int64)
    if config.shuffle_seed is not None:
        np.random.RandomState(config.shuffle_seed).shuffle(rows)
    elif config.n_samples == whole.n_items:
        return whole
    rows = rows[: config.n_samples]
    images = whole.images[rows]
    return replace(
        whole,
        rows=rows,
        images=images,
        features=whole.features[rows] if whole.has_own_features else images.reshape(len(rows), -1),
        truth=None if whole.truth is None else whole.truth[rows],
    )
