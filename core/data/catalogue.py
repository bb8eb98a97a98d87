"""The data sets a project can be made on: one reader a kind of source, each gives a Dataset."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
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

_MOST_CELLS: Final = 200_000_000
"""Most numbers that a distribution over the classes of each item may have: 1.6 GB."""


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
    """The built-in digits, and the image sets in a folder. Safe to use from several threads.

    Parameters
    ----------
    folder
        Where files are looked for; None if there is none. It need not exist.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._entries: dict[str, tuple[str, Entry]] = {}

    def entries(self) -> tuple[Entry, ...]:
        """All data sets, the built-in one first, then files by name.

        Only files that are new or have changed since the last time are opened.
        """
        # Whole at once, for other threads look at it meanwhile.
        self._entries = dict(self._looked_at())
        files = (entry for _, entry in self._entries.values())
        return (Entry(DIGITS, "Handwritten digits", N_DIGITS), *files)

    def load(self, config: ProjectConfig) -> Dataset:
        """Read the items that take part in a project, in the project's order.

        Raises
        ------
        InvalidDatasetError
            If the data set is not there or cannot be read.
        InvalidConfigError
            If it has fewer items than the project wants, or too many for its classes.
        """
        if config.dataset == DIGITS:
            return load_digits(n_samples=config.n_samples, shuffle_seed=config.shuffle_seed)
        whole = read_arrays(self._path(config.dataset))
        _check(config, whole)
        return _some(whole, config)

    def version(self, key: str) -> str:
        """Changes when the content of a data set does; empty if it is not there."""
        if key == DIGITS:
            return DIGITS
        try:
            return _version(self._path(key).stat())
        except OSError:
            return ""

    def _path(self, key: str) -> Path:
        if self.folder is None or Path(key).name != key or not key.endswith(_SUFFIX):
            raise InvalidDatasetError(
                f"There is no data set “{key}”.", "Choose one of those on the Projects page."
            )
        return self.folder / key

    def _looked_at(self) -> Iterator[tuple[str, tuple[str, Entry]]]:
        """The name of each file, with its version and what there is to say of it."""
        if self.folder is None:
            return
        try:
            with os.scandir(self.folder) as folder:
                files = sorted((f for f in folder if f.name.endswith(_SUFFIX)), key=_name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            problem = f"The folder of image sets cannot be read ({error.strerror})."
            yield "", ("", Entry("", self.folder.name, 0, problem))
            return
        known = self._entries
        for file in files:
            try:
                version = _version(file.stat())
            except OSError:
                # A link to nothing, or gone since.
                version = ""
            before = known.get(file.name)
            is_known = before is not None and version and before[0] == version
            yield file.name, before if before and is_known else (version, _entry(Path(file.path)))


def load(config: ProjectConfig) -> Dataset:
    """Read the items of a project on a built-in data set."""
    return Catalogue().load(config)


def _name(file: os.DirEntry[str]) -> str:
    return file.name


def _version(file: os.stat_result) -> str:
    """Differs for each content a file has had; times alone may be set back."""
    is_regular = stat.S_ISREG(file.st_mode)
    told = (file.st_size, file.st_mtime_ns, file.st_ctime_ns, file.st_ino, int(is_regular))
    return "-".join(map(str, told))


def _entry(path: Path) -> Entry:
    name = path.name.encode("utf-8", "replace").decode()
    title = name.removesuffix(_SUFFIX)
    if name != path.name or not name.isprintable():
        return Entry(
            "", title, 0, f"The file {title} has a name that is not text. Give it another one."
        )
    try:
        return Entry(path.name, title, count_items(path))
    except InvalidDatasetError as error:
        return Entry(path.name, title, 0, str(error))


def _check(config: ProjectConfig, whole: Dataset) -> None:
    if config.n_samples > whole.n_items:
        raise InvalidConfigError(
            f"{config.n_samples:,} images are wanted and {config.dataset} has {whole.n_items:,}.",
            "Choose fewer.",
        )
    if config.n_samples * whole.n_classes > _MOST_CELLS:
        raise InvalidConfigError(
            f"{config.n_samples:,} images of {whole.n_classes:,} classes do not fit into memory.",
            f"Choose {_MOST_CELLS // whole.n_classes:,} images at most.",
        )


def _some(whole: Dataset, config: ProjectConfig) -> Dataset:
    """The first items, in the source's order or shuffled as the digits are."""
    rows = np.arange(whole.n_items, dtype=np.int64)
    if config.shuffle_seed is not None:
        np.random.RandomState(config.shuffle_seed).shuffle(rows)
    elif config.n_samples == whole.n_items:
        return whole
    return whole.some(rows[: config.n_samples])
