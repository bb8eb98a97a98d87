"""The sets that were brought in: look at one before it is kept, keep it, list and delete them."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.arrays import UNLABELLED, IntArray
from core.data.duplicates import near_duplicates, repeats_of
from core.data.fingerprint import fingerprint_of
from core.data.looks import Look
from core.data.parts.elsewhere import PARTS, Elsewhere
from core.data.parts.kept import KeptFiles
from core.data.readers.found import Bad, Choice, Found, Limits
from core.data.stored import (
    FEATURES,
    HEAD,
    NAME_COLUMN,
    NAMES,
    PIXELS,
    SPLIT_COLUMN,
    TABLE,
    TRUTH,
    VALUES,
    Head,
    Judged,
    Layout,
    StoredSet,
    read_head,
)
from core.data.storing import Written, write_images
from core.errors import InvalidDatasetError, InvalidNameError
from core.jobs.files import write_whole
from core.jobs.folders import UnfinishedFolder, one_at_a_time, remove_left_folders
from core.jobs.progress import Progress, silent
from core.session.events import LOCAL
from core.wording import file_stem, is_hidden

LONGEST_TITLE: Final = 80

_NAME_LETTERS: Final = 12
"""Of a set's fingerprint, in its key."""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What a set would be, before it is kept.

    Attributes
    ----------
    sizes
        Height and width, and how many images have them, the most frequent first.
    class_counts
        How many images came with each class.
    n_known
        How many came with a class at all.
    n_repeats
        How many images show what an earlier one does, to the last bit.
    n_conflicts
        How many of those came with another class than that one.
    near
        Pairs of rows that can hardly be told apart; not all of them where there are many.
    bad
        What cannot be used.
    """

    n_items: int
    sizes: tuple[tuple[tuple[int, int], int], ...]
    class_counts: Mapping[str, int]
    n_known: int
    n_repeats: int
    n_conflicts: int
    near: tuple[tuple[int, int], ...]
    look: Look
    choices: tuple[Choice, ...]
    notes: tuple[str, ...]
    bad: tuple[Bad, ...]


class Draft:
    """A set that has been read and not been kept yet.

    Attributes
    ----------
    stored
        The set itself, as it would be.
    """

    def __init__(
        self, sets: Sets, folder: UnfinishedFolder, stored: StoredSet, report: Report
    ) -> None:
        self._sets = sets
        self._folder = folder
        self.report = report
        self.stored = stored

    def keep(self, title: str, owner: str = LOCAL) -> str:
        """Keep the set under this title; its key, also where the same was kept before.

        Parameters
        ----------
        owner
            Who brings it in, by a person's id; of the same set, all who do are owners.

        Raises
        ------
        InvalidNameError
            If the title is empty or too long.
        InvalidDatasetError
            If the set cannot be stored.
        """
        return self._sets.keep(self._folder, self.stored.head, title, owner)

    def drop(self) -> None:
        """Let go of it."""
        self._folder.remove()


Judge = Callable[[StoredSet, Progress], Judged | None]
"""Says what the images of a set that was just read are best compared by; None for nothing."""


class Sets:
    """A folder of sets. Safe to use from several threads, and from several processes.

    Parameters
    ----------
    folder
        Made when the first set is brought in.
    threads
        How many read images at the same time.
    judge
        Looks at each set that is read; None: nobody does.
    fetched
        Where images are kept that were fetched from elsewhere to be looked at; None: nowhere.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        judge: Judge | None = None,
        fetched: KeptFiles | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self.threads = threads
        self._judge = judge
        self._fetched = fetched
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, StoredSet] = {}

    def now(self) -> datetime:
        """The time that a set is made at."""
        return self._clock()

    def tidy(self) -> tuple[str, ...]:
        """Remove what killed processes left unfinished; what each was to become."""
        return remove_left_folders(self._folder)

    def listed(self) -> tuple[str, ...]:
        """The keys of all sets."""
        try:
            with os.scandir(self._folder) as folder:
                return tuple(sorted(entry.name for entry in folder if _is_set(entry)))
        except OSError:
            return ()

    def head(self, key: str) -> Head:
        """What a set is.

        Raises
        ------
        InvalidDatasetError
            If there is none of this key, or it is damaged.
        """
        return read_head(self._path(key))

    def open(self, key: str) -> StoredSet:
        """A set, which is opened once.

        Raises
        ------
        InvalidDatasetError
            If there is none of this key, or it is damaged.
        """
        with self._lock:
            stored = self._open.get(key)
            if stored is None or not stored.folder.exists():
                stored = self._open[key] = StoredSet(self._path(key), self._fetched)
            return stored

    def read(
        self,
        found: Found,
        *,
        look: Look | None = None,
        limits: Limits | None = None,
        progress: Progress = silent,
    ) -> Draft:
        """Read all that was found, so that it can be looked at and then be kept.

        Parameters
        ----------
        look
            How values are to be seen; None stands for a guess.

        Raises
        ------
        InvalidDatasetError
            If it cannot be used, or not be stored.
        CancelledError
            If ``progress`` says so.
        """
        limits = limits or Limits()

        def write(folder: Path) -> Report:
            written = write_images(found, folder, look, limits, self.threads, progress)
            report = _report(found, written, folder, progress)
            head = self._describe(found, written, report, folder)
            judged = self._judge(StoredSet(folder), progress) if self._judge else None
            if judged is not None:
                head = head.model_copy(update={"judged": judged})
                (folder / HEAD).write_bytes(head_as_json(head))
            return report

        return self.write(found.title, write)

    def write(self, title: str, write: Callable[[Path], Report]) -> Draft:
        """Write a set, so that it can be looked at and then be kept.

        Parameters
        ----------
        title
            What is to be said of it should it be left behind unfinished.
        write
            Writes its files into a folder, its head among them, and says what it is.

        Raises
        ------
        InvalidDatasetError
            If it cannot be stored; and whatever ``write`` raises.
        """
        folder = None
        try:
            folder = UnfinishedFolder(self._folder, title)
            report = write(folder.path)
            return Draft(self, folder, StoredSet(folder.path, self._fetched), report)
        except BaseException as error:
            if folder is not None:
                folder.remove()
            if isinstance(error, OSError):
                raise _not_stored(error) from error
            raise

    def adopt(self, title: str, fill: Callable[[Path], None], owner: str = LOCAL) -> str:
        """Keep a set as another install has kept it; its key, also where it is here already.

        Parameters
        ----------
        title
            What is to be said of it should it be left behind unfinished.
        fill
            Writes the files of the set into a folder, and sees that they are what they should be.
        owner
            As of :meth:`Draft.keep`.

        Raises
        ------
        InvalidNameError
            If its title is none.
        InvalidDatasetError
            If it is damaged, or cannot be stored; and whatever ``fill`` raises.
        """
        folder = None
        try:
            folder = UnfinishedFolder(self._folder, title)
            fill(folder.path)
            head = read_head(folder.path)
            return self.keep(folder, head, head.title, owner)
        except BaseException as error:
            if folder is not None:
                folder.remove()
            if isinstance(error, OSError):
                raise _not_stored(error) from error
            raise

    def keep(self, folder: UnfinishedFolder, head: Head, title: str, owner: str = LOCAL) -> str:
        """As :meth:`Draft.keep`."""
        title = checked_title(title)
        content = head.fingerprint[:_NAME_LETTERS]
        key = f"{file_stem(title).replace('.', '-')[:60]}-{content}"
        try:
            with one_at_a_time(self._folder):
                same = [other for other in self.listed() if other.endswith(f"-{content}")]
                sound = next((other for other in same if self._is_sound(other)), None)
                if sound is not None:
                    before = self.head(sound)
                    # The same landmarks of a set that has moved: it is read from where it is now.
                    if head.elsewhere is not None and before.owners == (owner,):
                        self._point_to(sound, before, folder.path, head.elsewhere)
                    folder.remove()
                    if owner not in before.owners:
                        self._describe_anew(sound, before, owners=(*before.owners, owner))
                    return sound
                told = {"title": title, "made_at": self._clock(), "owners": (owner,)}
                kept = head.model_copy(update=told)
                write_whole(folder.path / HEAD, lambda file: file.write(head_as_json(kept)))
                for damaged in same:
                    # It makes way, under the key that projects know.
                    self._remove(damaged)
                    key = damaged
                folder.move_to(self._folder / key)
        except OSError as error:
            raise _not_stored(error) from error
        return key

    def _point_to(self, key: str, head: Head, folder: Path, elsewhere: Elsewhere) -> None:
        """Say that the whole of a set is where a new one of the same content was drawn from."""
        told = (folder / PARTS).read_bytes()
        write_whole(self._path(key) / PARTS, lambda file: file.write(told))
        self._describe_anew(key, head, elsewhere=elsewhere)

    def _is_sound(self, key: str) -> bool:
        """Whether all that a set needs is there."""
        try:
            StoredSet(self._path(key)).check()
        except InvalidDatasetError:
            return False
        return True

    def rename(self, key: str, title: str) -> None:
        """Give a set another title; its key stays.

        Raises
        ------
        InvalidNameError, InvalidDatasetError
            As with ``keep``.
        """
        try:
            self._describe_anew(key, self.head(key), title=checked_title(title))
        except OSError as error:
            raise _not_stored(error) from error

    def disown(self, key: str, owner: str) -> bool:
        """Let a set be no longer a person's; False if it is nobody else's, and stays as it was.

        Raises
        ------
        InvalidDatasetError
            If it is not there or cannot be written.
        """
        try:
            with one_at_a_time(self._folder):
                head = self.head(key)
                others = tuple(other for other in head.owners if other != owner)
                is_shared = owner in head.owners and bool(others)
                if is_shared:
                    self._describe_anew(key, head, owners=others)
        except OSError as error:
            raise _not_stored(error) from error
        return is_shared

    def _describe_anew(self, key: str, head: Head, **changes: object) -> None:
        """Write what is said of a set; its key and its content stay."""
        changed = head.model_copy(update=changes)
        write_whole(self._path(key) / HEAD, lambda file: file.write(head_as_json(changed)))
        with self._lock:
            self._open.pop(key, None)

    def delete(self, key: str) -> None:
        """Delete a set from the disk, for good.

        Raises
        ------
        InvalidDatasetError
            If it is not there or cannot be deleted.
        """
        try:
            self._remove(key)
        except OSError as error:
            raise InvalidDatasetError(
                f"The data set “{key}” cannot be deleted ({error.strerror}).",
                "Check the folder for data sets.",
            ) from error

    def _remove(self, key: str) -> None:
        with self._lock:
            self._open.pop(key, None)
            path = self._path(key)
            # It is gone at once, and not half of it, whatever happens meanwhile.
            gone = UnfinishedFolder(self._folder, "")
            try:
                path.rename(gone.path / "set")
            finally:
                gone.remove()

    def _path(self, key: str) -> Path:
        if not _is_key(key):
            raise InvalidDatasetError(
                f"There is no data set “{key}”.", "Choose one of those on the Data page."
            )
        return self._folder / key

    def _describe(self, found: Found, written: Written, report: Report, folder: Path) -> Head:
        """Write all but the images: what is told of each, and what the set is."""
        kept = written.kept
        (folder / NAMES).write_bytes(written.names.tobytes())
        truth = None if found.truth is None else found.truth[kept]
        if truth is not None and report.n_known:
            (folder / TRUTH).write_bytes(truth.astype("<i4").tobytes())
        features = None if found.features is None else np.ascontiguousarray(found.features[kept])
        if features is not None:
            with (folder / FEATURES).open("xb") as file:
                file.write(features.data)
        has_table = _write_table(found, kept, folder / TABLE)
        heights, widths = written.sizes.T
        is_one_size = len(report.sizes) == 1
        head = Head(
            title=found.title[:LONGEST_TITLE],
            source=found.kind,
            made_at=self._clock(),
            n_items=len(kept),
            look=written.look,
            originals=_originals(written),
            starts=written.starts,
            has_screens=written.has_screens,
            height=int(heights[0]) if is_one_size else 0,
            width=int(widths[0]) if is_one_size else 0,
            pixels=written.pixels,
            values=written.values,
            features=None
            if features is None
            else Layout(dtype=features.dtype.str, shape=features.shape),
            class_names=found.class_names,
            n_known=report.n_known,
            has_table=has_table,
            fingerprint=content_of(
                folder,
                found.class_names,
                written.look,
                written.names,
                features,
                truth if report.n_known else None,
            ),
            n_bytes=sum(file.stat().st_size for file in folder.iterdir()),
        )
        (folder / HEAD).write_bytes(head_as_json(head))
        return head


def content_of(
    folder: Path,
    class_names: Iterable[str],
    look: Look,
    names: NDArray[np.uint64],
    features: NDArray[Any] | None,
    truth: IntArray | None,
) -> str:
    """A name for all that a set holds, its files being in a folder: 32 hexadecimal digits.

    Parameters
    ----------
    names : (n_items, 2), uint64
        What each image is called by its content.
    features : (n_items, n_features)
    truth : (n_items,), int64
        None where no class is known.
    """
    digests = [_digest(folder / name) for name in (VALUES, TABLE)]
    return fingerprint_of([*class_names, look.model_dump_json(), *digests], names, features, truth)


def checked_title(title: str) -> str:
    """A title as it is kept: without spaces around it.

    Raises
    ------
    InvalidNameError
        If it is empty or too long, or something in it cannot be seen.
    """
    title = " ".join(title.split())
    if not title:
        raise InvalidNameError("The set has no name.", "Give it one.")
    if len(title) > LONGEST_TITLE:
        raise InvalidNameError(
            f"The name has {len(title):,} characters.", f"Shorten it to {LONGEST_TITLE}."
        )
    if any(is_hidden(sign) for sign in title):
        raise InvalidNameError(
            "The name contains a character that cannot be seen.", "Take it out of the name."
        )
    return title


def _report(found: Found, written: Written, folder: Path, progress: Progress) -> Report:
    n_items = len(written.kept)
    pixels = np.memmap(folder / PIXELS, np.uint8, "r", shape=written.pixels.shape)
    first = repeats_of(written.names)
    is_repeat = first != np.arange(n_items)
    truth = None if found.truth is None else found.truth[written.kept]
    counts: dict[str, int] = dict.fromkeys(found.class_names, 0)
    n_known = n_conflicts = 0
    if truth is not None:
        known = truth[truth != UNLABELLED]
        n_known = len(known)
        numbers = np.bincount(known, minlength=len(found.class_names)).tolist()
        counts = dict(zip(found.class_names, numbers, strict=True))
        n_conflicts = int(np.count_nonzero(is_repeat & (truth != truth[first])))
    return Report(
        n_items=n_items,
        sizes=_sizes(written.sizes),
        class_counts=counts,
        n_known=n_known,
        n_repeats=int(is_repeat.sum()),
        n_conflicts=n_conflicts,
        near=near_duplicates(pixels, first, progress),
        look=written.look,
        choices=found.choices,
        notes=found.notes,
        bad=(*found.bad, *written.bad),
    )


def _sizes(sizes: IntArray) -> tuple[tuple[tuple[int, int], int], ...]:
    if len(sizes) and (sizes == sizes[0]).all():
        return (((int(sizes[0, 0]), int(sizes[0, 1])), len(sizes)),)
    return tuple(Counter(map(tuple, sizes.tolist())).most_common())


def _originals(written: Written) -> Literal["files", "values", "pixels"]:
    if written.starts:
        return "files"
    return "pixels" if written.values is None else "values"


def _write_table(found: Found, kept: IntArray, path: Path) -> bool:
    """Write what the source tells of each image; whether there is anything."""
    told: dict[str, Iterable[str]] = {}
    rows = kept.tolist()
    if found.names is not None:
        told[NAME_COLUMN] = [found.names[row] for row in rows]
    if found.splits is not None:
        told[SPLIT_COLUMN] = [found.splits[row] for row in rows]
    for name, values in found.columns.items():
        if name not in told:
            told[name] = [values[row] for row in rows]
    if not told:
        return False
    table = pa.table({name: pa.array(values, pa.large_string()) for name, values in told.items()})
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    return True


def head_as_json(head: Head) -> bytes:
    """What is said of a set, as it is kept; of most sets in words that older apps know too."""
    left_out = {"elsewhere"} if head.elsewhere is None else None
    return head.model_dump_json(indent=1, exclude=left_out).encode()


def _digest(file: Path) -> str:
    """A name for what is in a file; empty where there is none."""
    if not file.exists():
        return ""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "blake2b").hexdigest()


def _is_set(entry: os.DirEntry[str]) -> bool:
    return _is_key(entry.name) and entry.is_dir()


def _is_key(name: str) -> bool:
    return bool(name) and name == Path(name).name and "." not in name


def _not_stored(error: OSError) -> InvalidDatasetError:
    return InvalidDatasetError(
        f"The set cannot be stored ({error.strerror or error}).",
        "Free some disk space, or check LABELSPREAD_HOME.",
    )
