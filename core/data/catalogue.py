"""The data sets a project can be made on: one reader a kind of source, each gives a Dataset."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.config import DIGITS, N_DIGITS, ProjectConfig
from core.data.dataset import Dataset
from core.data.digits import load_digits
from core.data.npz import count_items, read_arrays
from core.errors import InvalidConfigError, InvalidDatasetError, LabelspreadError

__all__ = ["Catalogue", "Entry", "load"]

_SUFFIX: Final = ".npz"

_Seen = tuple[int, int, int, int]

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
        self._entries: dict[str, tuple[_Seen, Entry]] = {}

    def entries(self) -> tuple[Entry, ...]:
        """All data sets, the built-in one first, then files by name.

        Only files that are new or have changed since the last time are opened.
        """
        return (Entry(DIGITS, "Handwritten digits", N_DIGITS), *self._files())

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

    def problem(self, config: ProjectConfig) -> str:
        """Why the items of a project cannot be read, in a sentence; empty if nothing is in the way.

        The head of the file says so; it is opened only if it has changed since the last time.
        """
        if config.dataset == DIGITS:
            return ""
        try:
            entry = self._look(self._path(config.dataset))
            _check_number(config, entry.n_items if not entry.problem else config.n_samples)
        except LabelspreadError as error:
            return str(error)
        return entry.problem

    def version(self, key: str) -> str:
        """Changes when the content of a data set does; empty if it is not there."""
        if key == DIGITS:
            return DIGITS
        try:
            return "-".join(map(str, _seen(self._path(key).stat())))
        except OSError:
            return ""

    def _path(self, key: str) -> Path:
        if self.folder is None or Path(key).name != key or not key.endswith(_SUFFIX):
            raise InvalidDatasetError(
                f"There is no data set “{key}”.", "Choose one of those on the Projects page."
            )
        return self.folder / key

    def _files(self) -> Iterator[Entry]:
        if self.folder is None:
            return
        try:
            with os.scandir(self.folder) as folder:
                files = sorted((f for f in folder if f.name.endswith(_SUFFIX)), key=_name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            problem = f"The folder of image sets cannot be read ({error.strerror})."
            yield Entry("", self.folder.name, 0, problem)
            return
        gone = self._entries.keys() - {file.name for file in files}
        for name in gone:
            self._entries.pop(name, None)
        for file in files:
            yield self._look(file)

    def _look(self, file: Path | os.DirEntry[str]) -> Entry:
        """What there is to say of a file; it is opened if it is new or has changed."""
        try:
            seen = _seen(file.stat())
        except OSError:
            # A link to nothing, or gone since.
            return _entry(Path(file))
        known = self._entries.get(file.name)
        if known is None or known[0] != seen:
            known = self._entries[file.name] = seen, _entry(Path(file))
        return known[1]


def load(config: ProjectConfig) -> Dataset:
    """Read the items of a project on a built-in data set."""
    return Catalogue().load(config)


def _name(file: os.DirEntry[str]) -> str:
    return file.name


def _seen(file: os.stat_result) -> _Seen:
    """Differs for each content that a file has had; the time of its content may be set back."""
    return file.st_size, file.st_mtime_ns, file.st_ctime_ns, file.st_ino


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
    _check_number(config, whole.n_items)
    if config.n_samples * whole.n_classes > _MOST_CELLS:
        raise InvalidConfigError(
            f"{config.n_samples:,} images of {whole.n_classes:,} classes do not fit into memory.",
            f"Choose {_MOST_CELLS // whole.n_classes:,} images at most.",
        )


def _check_number(config: ProjectConfig, n_items: int) -> None:
    if config.n_samples > n_items:
        raise InvalidConfigError(
            f"{config.n_samples:,} images are wanted and {config.dataset} has {n_items:,}.",
            "Choose fewer.",
        )


def _some(whole: Dataset, config: ProjectConfig) -> Dataset:
    """The first items, in the source's order or shuffled as the digits are."""
    rows = np.arange(whole.n_items, dtype=np.int64)
    if config.shuffle_seed is not None:
        np.random.RandomState(config.shuffle_seed).shuffle(rows)
    elif config.n_samples == whole.n_items:
        return whole
    return whole.some(rows[: config.n_samples])
