"""The data sets a project can be made on: the digits, those that were brought in, and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from core.arrays import IntArray
from core.config import DIGITS, N_DIGITS, ProjectConfig
from core.data.dataset import Dataset
from core.data.digits import load_digits
from core.data.fingerprint import Contents, contents_of
from core.data.npz import measure, read_arrays
from core.data.sets import Sets
from core.data.stored import Judged
from core.errors import (
    ChangingDatasetError,
    InvalidConfigError,
    InvalidDatasetError,
    LabelspreadError,
)
from core.jobs.progress import Progress, silent
from core.wording import counted

__all__ = ["Catalogue", "Edition", "Entry", "first_rows", "load", "order_of", "told_number"]

_SUFFIX: Final = ".npz"

_Seen = tuple[int, int, int, int]

_MOST_CELLS: Final = 200_000_000
"""Most numbers that a distribution over the classes of each item may have: 1.6 GB."""

_LIGHT: Final = 2**25
"""Bytes of images that are read and named while a person waits: a tenth of a second."""

_ATTEMPTS: Final = 3
"""How often to read a file anew that changes while it is read."""

RowsOf = Callable[[ProjectConfig, Contents], IntArray]
"""Which rows of a data set take part in a project, in the project's order."""


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
    n_bytes
        Of its images.
    class_names
        Its classes; None where that is only known once it is read.
    n_known
        How many of its items came with a class; None likewise.
    is_photo
        Whether its images are photographs that came without features: in colour, or large, and no
        ink on paper.
    judged
        What its images are best compared by, as their classes say; None where nothing says.
    has_features
        Whether its images are known to have come with features, which are used as they are.
    n_whole
        How many items there are in all, where these are but landmarks of a set that lies elsewhere;
        None of all others.
    where
        The address of that set; None likewise.
    """

    key: str
    title: str
    n_items: int
    problem: str = ""
    n_bytes: int = 0
    class_names: tuple[str, ...] | None = None
    n_known: int | None = None
    is_photo: bool = False
    judged: Judged | None = None
    has_features: bool = False
    n_whole: int | None = None
    where: str | None = None


def told_number(entry: Entry) -> str:
    """How many images a set has; of landmarks, also of how many they are."""
    if entry.n_whole is None:
        return counted(entry.n_items, "image")
    return f"{entry.n_items:,} of {counted(entry.n_whole, 'item')}"


def order_of(config: ProjectConfig, n_items: int) -> IntArray:
    """All rows of a data set in a project's order: the source's, or shuffled as the digits are."""
    rows = np.arange(n_items, dtype=np.int64)
    if config.shuffle_seed is not None:
        np.random.RandomState(config.shuffle_seed).shuffle(rows)
    return rows


def first_rows(config: ProjectConfig, contents: Contents) -> IntArray:
    """The first rows of a data set in a project's order; all of them where there are fewer."""
    return order_of(config, contents.n_items)[: config.n_samples]


@dataclass(frozen=True, slots=True)
class Edition:
    """A data set as it is at some time, and what of it takes part in a project.

    Attributes
    ----------
    version
        Changes when the content of the data set does.
    choice
        Names the choice of rows; empty for the first ones.
    rows_of
        Makes that choice.
    """

    version: str = ""
    choice: str = ""
    rows_of: RowsOf = field(default=first_rows, compare=False, repr=False)


class Catalogue:
    """The built-in digits, the sets that were brought in, and the image sets in a folder.

    Safe to use from several threads.

    Parameters
    ----------
    folder
        Where files are looked for; None if there is none. It need not exist.
    sets
        Those that were brought in; None if there are none.
    """

    def __init__(self, folder: Path | None = None, sets: Sets | None = None) -> None:
        self.folder = folder
        self.sets = sets
        self._entries: dict[str, tuple[_Seen, Entry]] = {}
        self._contents: dict[str, tuple[str, Contents]] = {}
        # A set that was read to name its content is there for whoever loads it next, and no longer.
        self._read: dict[str, tuple[str, Dataset]] = {}

    def entries(self) -> tuple[Entry, ...]:
        """All data sets: the built-in one first, then those that were brought in, then files.

        Only files that are new or have changed since the last time are opened.
        """
        digits = Entry(
            DIGITS,
            "Handwritten digits",
            N_DIGITS,
            class_names=tuple("0123456789"),
            n_known=N_DIGITS,
        )
        return (digits, *self._stored(), *self._files())

    def _stored(self) -> Iterator[Entry]:
        if self.sets is not None:
            found = [_entry_of(self.sets, key) for key in self.sets.listed()]
            yield from sorted(found, key=lambda entry: entry.title.casefold())

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
        whole = self._all_of(config.dataset, self.version(config.dataset))
        _check_number(config, whole.n_items)
        return _some(whole, config, order_of(config, whole.n_items)[: config.n_samples])

    def open(
        self, config: ProjectConfig, rows_of: RowsOf = first_rows, progress: Progress = silent
    ) -> tuple[Dataset, Contents]:
        """Read the items that take part in a project, and what the whole set holds by name.

        Other than with ``load``, a set may have fewer items than the project wants.

        Raises
        ------
        InvalidDatasetError, InvalidConfigError
            As with ``load``.
        CancelledError
            If ``progress`` says so.
        """
        whole, contents = self._whole(config.dataset, progress)
        self._read.pop(config.dataset, None)
        return _some(whole, config, rows_of(config, contents)), contents

    def key_of(
        self, key: str, fingerprint: str | None, n_items: int | None, progress: Progress = silent
    ) -> str | None:
        """The key that a data set has here: its own, or that of another with the same content.

        Parameters
        ----------
        fingerprint, n_items
            Of its content; None where they are not known: it is found by its own key alone then.

        Returns
        -------
        key
            None if it is not here.

        Raises
        ------
        CancelledError
            If ``progress`` says so.
        """
        usable = [entry for entry in self.entries() if entry.key and not entry.problem]
        if fingerprint is None:
            return key if any(entry.key == key for entry in usable) else None
        alike = [entry.key for entry in usable if entry.n_items == n_items]
        for other in sorted(alike, key=lambda other: other != key):
            try:
                if self._fingerprint(other, progress) == fingerprint:
                    return other
            except InvalidDatasetError:
                # A damaged one is not what is looked for.
                continue
        return None

    def _fingerprint(self, key: str, progress: Progress) -> str:
        if self.sets is not None and self.is_stored(key):
            return self.sets.head(key).fingerprint
        try:
            return self.contents(key, progress).fingerprint
        finally:
            self.forget(key)

    def contents(self, key: str, progress: Progress = silent) -> Contents:
        """What a data set holds now, by name; it is read if it has changed since the last time.

        Raises
        ------
        InvalidDatasetError
            If the data set is not there or cannot be read.
        CancelledError
            If ``progress`` says so.
        """
        known = self._contents.get(key)
        if known is not None and known[0] == self.version(key):
            return known[1]
        whole, contents = self._whole(key, progress)
        self._read = {key: (self._contents[key][0], whole)}
        return contents

    def is_light(self, key: str) -> bool:
        """Whether ``contents`` takes no time to speak of."""
        if key == DIGITS or self.is_stored(key):
            return True
        known = self._contents.get(key)
        if known is not None and known[0] == self.version(key):
            return True
        try:
            path = self.path(key)
            return max(self._look(path).n_bytes, path.stat().st_size) <= _LIGHT
        except (InvalidDatasetError, OSError):
            return True

    def forget(self, key: str) -> None:
        """Let go of a set that was read to name its content, and that nobody will load."""
        self._read.pop(key, None)

    def problem(self, config: ProjectConfig) -> str:
        """Why the items of a project cannot be read, in a sentence; empty if nothing is in the way.

        The head of the file says so; it is opened only if it has changed since the last time.
        """
        if config.dataset == DIGITS:
            return ""
        try:
            return self._entry(config.dataset).problem
        except LabelspreadError as error:
            return str(error)

    def check(self, config: ProjectConfig) -> None:
        """See that a data set has as many items as a new project wants.

        Raises
        ------
        InvalidDatasetError
            If it is not there.
        InvalidConfigError
            If it has fewer.
        """
        if config.dataset != DIGITS:
            entry = self._entry(config.dataset)
            if not entry.problem:
                _check_number(config, entry.n_items)

    def version(self, key: str) -> str:
        """Changes when the content of a data set does; empty if it is not there."""
        if key == DIGITS:
            return DIGITS
        if self.is_stored(key):
            # It never changes.
            return key
        try:
            return "-".join(map(str, _seen(self.path(key).stat())))
        except OSError:
            return ""

    def _whole(self, key: str, progress: Progress) -> tuple[Dataset, Contents]:
        """A whole data set and its content, as it was at one time."""
        for _ in range(_ATTEMPTS):
            progress("Reading images", 0.0)
            version = self.version(key)
            whole = self._all_of(key, version)
            known = self._contents.get(key)
            if known is None or known[0] != version:
                known = version, self._named(key, whole, progress)
            if self.version(key) == version:
                self._contents[key] = known
                return whole, known[1]
        raise ChangingDatasetError(key)

    def _all_of(self, key: str, version: str) -> Dataset:
        known = self._read.get(key)
        if known is not None and known[0] == version:
            return known[1]
        if key == DIGITS:
            return load_digits(n_samples=N_DIGITS, shuffle_seed=None)
        if self.sets is not None and self.is_stored(key):
            return self.sets.open(key).dataset()
        return read_arrays(self.path(key))

    def _named(self, key: str, whole: Dataset, progress: Progress) -> Contents:
        """What a whole data set holds, by name."""
        if self.sets is not None and self.is_stored(key):
            return self.sets.open(key).contents
        return contents_of(whole, progress)

    def is_stored(self, key: str) -> bool:
        """Whether it is the key of a set that was brought in, be it there or not."""
        return self.sets is not None and key != DIGITS and not key.endswith(_SUFFIX)

    def _entry(self, key: str) -> Entry:
        if self.sets is not None and self.is_stored(key):
            return _entry_of(self.sets, key)
        return self._look(self.path(key))

    def path(self, key: str) -> Path:
        """Where the file of this key is, or would be.

        Raises
        ------
        InvalidDatasetError
            If no file here can be called so.
        """
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


def _entry_of(sets: Sets, key: str) -> Entry:
    try:
        head = sets.head(key)
    except InvalidDatasetError as error:
        return Entry(key, key, 0, str(error))
    return Entry(
        key,
        head.title,
        head.n_items,
        n_bytes=head.n_bytes,
        class_names=head.class_names,
        n_known=head.n_known,
        is_photo=head.is_photo and head.features is None,
        judged=head.judged,
        has_features=head.features is not None,
        n_whole=None if head.elsewhere is None else head.elsewhere.n_rows,
        where=None if head.elsewhere is None else head.elsewhere.url,
    )


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
        n_items, n_bytes = measure(path)
        return Entry(path.name, title, n_items, n_bytes=n_bytes)
    except InvalidDatasetError as error:
        return Entry(path.name, title, 0, str(error))


def _check_number(config: ProjectConfig, n_items: int) -> None:
    if config.n_samples > n_items:
        raise InvalidConfigError(
            f"The project uses {config.n_samples:,} images, and {config.dataset} has {n_items:,}.",
            "Choose fewer.",
        )


def _some(whole: Dataset, config: ProjectConfig, rows: IntArray) -> Dataset:
    """The items at some rows."""
    if len(rows) * whole.n_classes > _MOST_CELLS:
        raise InvalidConfigError(
            f"{len(rows):,} images of {whole.n_classes:,} classes do not fit into memory.",
            f"Choose {_MOST_CELLS // whole.n_classes:,} images at most.",
        )
    if config.known_labels != "truth":
        whole = replace(whole, truth=None)
    if config.shuffle_seed is None and len(rows) == whole.n_items:
        return whole
    return whole.some(rows)
