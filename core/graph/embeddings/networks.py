"""The networks there are: the one that comes with the app, and those that people have added.

An added one is two files in a folder: the ONNX file, and what is known of it as JSON. They are
called by a title and by their content, and are there whole or not at all. One that is damaged is
listed with the reason, and harms no other.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from core.data.archive import Readable, gigabytes, open_regular, reason
from core.errors import InvalidNetworkError
from core.graph.embeddings.network import BUILT_IN, Network, built_in, can_run
from core.graph.embeddings.preparing import LEAST_SIDE, Colour, Preparing, from_processor
from core.jobs.files import HOUR, remove_unfinished, unfinished_beside, write_whole
from core.jobs.once import Latest
from core.jobs.progress import Progress, silent
from core.wording import counted, file_stem, is_hidden, visible

MOST_BYTES: Final = 2 * 2**30
"""The largest file that is taken: ONNX itself has no larger ones."""

LONGEST_TITLE: Final = 80
MOST_FEATURES: Final = 16_384

_NAME_LETTERS: Final = 12
"""Of a network's name, in its key."""

_IN_MEMORY: Final = 2
_AT_A_TIME: Final = 2**20
_ALIKE: Final = 1e-3
"""How far features of an image may be apart that is seen alone or among others."""

_MODEL: Final = ".onnx"
_ABOUT: Final = ".json"
_PROCESSOR: Final = "preprocessor_config.json"
_BUILT_IN_SIDE: Final = (224, 224)
_BUILT_IN_FEATURES: Final = 1280


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a network comes from, and what its file has to be.

    Attributes
    ----------
    title
        What people are going to call it.
    licence
        The name of its licence; empty where the file says it, or nobody does.
    source
        Where its file is from.
    n_bytes, sha256
        Of the file, where that is known beforehand.
    """

    title: str
    licence: str = ""
    source: str = ""
    n_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A network that there is.

    Attributes
    ----------
    key
        What a project's settings call it; empty for the one that comes with the app.
    side
        Height and width of the images that it takes, in pixels.
    n_features
        The length of what it makes of each.
    n_bytes
        Of its file; 0 for the one that comes with the app.
    problem
        Why it cannot be used, in a sentence; empty if it can.
    """

    key: str
    title: str
    licence: str = ""
    source: str = ""
    side: tuple[int, int] = (0, 0)
    n_features: int = 0
    n_bytes: int = 0
    problem: str = ""

    @property
    def told(self) -> tuple[str, str, str]:
        """What it takes and makes, and its licence, in a few words each."""
        height, width = self.side
        licence = visible(self.licence) or "licence unknown"
        return f"{width} × {height} pixels", counted(self.n_features, "feature"), licence


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file.

    Attributes
    ----------
    is_new
        Whether it was not there before.
    speed
        Images a second on one processor, as far as a few of them tell.
    """

    entry: Entry
    is_new: bool
    speed: float

    @property
    def pace(self) -> str:
        """How fast it is, roughly: ``about 12 images a second on one processor``."""
        return f"about {counted(max(1, round(self.speed)), 'image')} a second on one processor"


class _About(BaseModel):
    """What is kept of a network beside its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    licence: str = ""
    source: str = ""
    n_bytes: PositiveInt
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    side: tuple[PositiveInt, PositiveInt]
    mean: Colour
    scale: Colour
    n_features: PositiveInt
    one_by_one: bool

    @property
    def name(self) -> str:
        """Of what it makes of images: the same file with the same settings makes the same."""
        told = f"{self.sha256} {self.side} {self.mean} {self.scale}"
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()

    def entry(self, key: str) -> Entry:
        """What is told of it."""
        told = self.model_dump(include={"title", "licence", "source", "n_features", "n_bytes"})
        return Entry(key, side=self.side, **told)


class Networks:
    """A folder of networks, and the one that comes with the app. Safe to use from several threads.

    Parameters
    ----------
    folder
        Made when the first network is added.
    make
        Makes the one that comes with the app.
    """

    def __init__(self, folder: Path, make: Callable[[], Network] = built_in) -> None:
        self._folder = folder
        self._make = make
        self._ready: Latest[str, Network] = Latest(_IN_MEMORY)

    def tidy(self) -> None:
        """Remove what killed processes left unfinished."""
        remove_unfinished(self._folder)
        for path in self._folder.glob(f"*{_MODEL}"):
            with suppress(OSError):
                is_old = time.time() - path.stat().st_mtime > HOUR
                if is_old and not path.with_suffix(_ABOUT).exists():
                    path.unlink()

    def entries(self) -> tuple[Entry, ...]:
        """All networks: the one that comes with the app first, then the others by title."""
        own = Entry(
            "",
            BUILT_IN,
            "Apache-2.0",
            "comes with the app",
            _BUILT_IN_SIDE,
            _BUILT_IN_FEATURES,
        )
        keys = sorted(path.stem for path in self._folder.glob(f"*{_ABOUT}"))
        added = [self._entry(key) for key in keys]
        return (own, *sorted(added, key=lambda entry: entry.title.casefold()))

    def title(self, key: str) -> str:
        """What a network is called, or was, where it is not there any more."""
        found = self._key_here(key)
        told = key.rpartition("-")[0] or key
        if not key or found is None:
            return told or BUILT_IN
        return self._entry(found).title

    def find(self, wanted: str) -> Entry:
        """A network by its key or its title.

        Raises
        ------
        InvalidNetworkError
            If there is none, or several have this title.
        """
        entries = self.entries()
        found = [entry for entry in entries if wanted and entry.key == wanted]
        found = found or [e for e in entries if e.title.casefold() == wanted.casefold()]
        if len(found) == 1:
            return found[0]
        told = ", ".join(entry.key or entry.title for entry in found or entries)
        if found:
            raise InvalidNetworkError(f"Several networks are called “{wanted}”.", f"Say {told}.")
        raise InvalidNetworkError(f"There is no network “{wanted}”.", f"There are: {told}.")

    def check(self, key: str) -> None:
        """See that a network is there, without reading all of it.

        Raises
        ------
        InvalidNetworkError
            If it is not, or is damaged.
        """
        if key:
            self._about(key)

    def network(self, key: str) -> Network:
        """A network, ready to run. The latest few stay in memory.

        Raises
        ------
        InvalidNetworkError
            If it is not there, or is damaged.
        InvalidDatasetError
            If the one that comes with the app is.
        """
        if not key:
            return self._make()
        found, about = self._about(key)
        return self._ready.get(found, lambda: self._opened(found, about))

    def add(
        self,
        file: Readable,
        origin: Origin,
        preparing: Preparing | None = None,
        progress: Progress = silent,
    ) -> Added:
        """Add a network: its file is copied, tried on a few images, and kept.

        Parameters
        ----------
        file
            An ONNX file, from its beginning.
        preparing
            How images are made ready, where that is known; else the file says it.

        Raises
        ------
        InvalidNetworkError
            If it is no network that images can be compared by, is too large, or is not the file
            that it should be; nothing is kept then.
        CancelledError
            If ``progress`` says so; likewise.
        """
        title = checked_title(origin.title)
        if not can_run():
            raise InvalidNetworkError(
                "Networks cannot be run on this machine: onnxruntime is not there.",
                "Install Labelspread again.",
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with unfinished_beside(self._folder / "network") as unfinished:
                n_bytes, digest = _copied(file, unfinished.file, origin, progress)
                unfinished.file.flush()
                progress("Trying it", 0.0)
                about, speed = _tried(
                    unfinished.path,
                    origin,
                    preparing or Preparing(),
                    {"title": title, "n_bytes": n_bytes, "sha256": digest},
                )
                key = f"{file_stem(title).replace('.', '-')[:60]}-{about.name[:_NAME_LETTERS]}"
                here = self._key_here(key)
                if here is not None and self._is_sound(here):
                    return Added(self._entry(here), is_new=False, speed=speed)
                # A damaged one makes way, under the key that projects know.
                key = here or key
                unfinished.move_to(self._folder / f"{key}{_MODEL}")
            told = about.model_dump_json(indent=1).encode()
            write_whole(self._folder / f"{key}{_ABOUT}", lambda to: to.write(told))
        except OSError as error:
            raise _not_stored(error) from error
        self._ready.drop(key)
        return Added(about.entry(key), is_new=True, speed=speed)

    def remove(self, key: str) -> None:
        """Remove a network that was added, for good.

        Raises
        ------
        InvalidNetworkError
            If it is not there, or cannot be removed.
        """
        found = self._key_here(key)
        if found is None:
            raise _not_here(key)
        self._ready.drop(found)
        try:
            (self._folder / f"{found}{_ABOUT}").unlink()
            (self._folder / f"{found}{_MODEL}").unlink(missing_ok=True)
        except OSError as error:
            raise InvalidNetworkError(
                f"The network “{found}” cannot be removed ({error.strerror}).",
                "Check the folder for networks.",
            ) from error

    def _key_here(self, key: str) -> str | None:
        """The key of the same network here, which may be called otherwise; None if there is none.

        It is looked for among the files: a key may come from anywhere.
        """
        if not key:
            return None
        keys = (path.stem for path in self._folder.glob(f"*{_ABOUT}"))
        return next((one for one in sorted(keys) if is_same(one, key)), None)

    def _about(self, key: str) -> tuple[str, _About]:
        found = self._key_here(key)
        if found is None:
            raise _not_here(key)
        try:
            with open_regular(self._folder / f"{found}{_ABOUT}") as file:
                about = _About.model_validate_json(file.read(_AT_A_TIME))
            is_whole = self._model(found).stat().st_size == about.n_bytes
        except (OSError, ValueError) as error:
            raise _damaged(found) from error
        if not is_whole or about.name[:_NAME_LETTERS] != found.rpartition("-")[2]:
            raise _damaged(found)
        return found, about

    def _entry(self, key: str) -> Entry:
        try:
            return self._about(key)[1].entry(key)
        except InvalidNetworkError as error:
            return Entry(key, key.rpartition("-")[0] or key, problem=str(error))

    def _is_sound(self, key: str) -> bool:
        try:
            _, about = self._about(key)
            return _digest(self._model(key)) == about.sha256
        except (InvalidNetworkError, OSError):
            return False

    def _opened(self, key: str, about: _About) -> Network:
        if not self._is_sound(key):
            raise _damaged(key)
        side = about.side[0] if about.side[0] == about.side[1] else None
        return Network(
            about.title,
            self._model(key),
            preparing=Preparing(side, about.mean, about.scale),
            one_by_one=about.one_by_one,
            name=about.name,
        )

    def _model(self, key: str) -> Path:
        return self._folder / f"{key}{_MODEL}"


def add_file(
    networks: Networks,
    path: Path,
    title: str = "",
    preparing: Preparing | None = None,
    progress: Progress = silent,
) -> Added:
    """Add a network from a file.

    What nobody says of its images stands in a ``preprocessor_config.json`` beside it or, as on
    Hugging Face, one folder above, if there is one.

    Parameters
    ----------
    title
        Empty for the name of the file.

    Raises
    ------
    InvalidNetworkError
        As of :meth:`Networks.add`, and if the file is not there.
    CancelledError
        If ``progress`` says so.
    """
    said = (preparing or Preparing()).otherwise(_beside(path))
    try:
        n_bytes = path.stat().st_size
        file = open_regular(path)
    except OSError as error:
        raise InvalidNetworkError(
            f"The file {path.name} cannot be read ({reason(error)}).", "Choose another file."
        ) from error
    with file:
        origin = Origin(title or path.stem, source=path.name, n_bytes=n_bytes)
        return networks.add(file, origin, said, progress)


def is_same(key: str, other: str) -> bool:
    """Whether two keys are of the same network, whatever it is called in each place."""
    return key.rpartition("-")[2] == other.rpartition("-")[2]


def checked_title(title: str) -> str:
    """A title without spaces around it.

    Raises
    ------
    InvalidNetworkError
        If it is empty or too long, or holds what cannot be seen.
    """
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE or any(map(is_hidden, title)):
        raise InvalidNetworkError(
            "A network needs a name that can be read.", f"Give one of 1 to {LONGEST_TITLE} letters."
        )
    return title


def _beside(path: Path) -> Preparing:
    for folder in (path.parent, path.absolute().parent.parent):
        place = folder / _PROCESSOR
        if place.is_file():
            with open_regular(place) as file:
                return from_processor(file.read(_AT_A_TIME).decode("utf-8", "replace"), _PROCESSOR)
    return Preparing()


def _copied(file: Readable, to: IO[bytes], origin: Origin, progress: Progress) -> tuple[int, str]:
    """Copy a file, and see that it is what it should be; its bytes and its SHA-256."""
    digest, n_bytes = hashlib.sha256(), 0
    wanted = origin.n_bytes
    if wanted is not None and wanted > MOST_BYTES:
        raise _too_large(origin.title)
    while part := file.read(_AT_A_TIME):
        n_bytes += len(part)
        if n_bytes > (MOST_BYTES if wanted is None else wanted):
            raise _too_large(origin.title) if wanted is None else _not_it(origin.title)
        digest.update(part)
        to.write(part)
        progress(f"Storing {megabytes(n_bytes, wanted)}", n_bytes / (wanted or MOST_BYTES))
    if wanted is not None and n_bytes < wanted:
        came = megabytes(n_bytes, wanted)
        raise InvalidNetworkError(
            f"The file of the network “{origin.title}” has ended after {came}.", "Try again."
        )
    if origin.sha256 is not None and digest.hexdigest() != origin.sha256:
        raise _not_it(origin.title)
    return n_bytes, digest.hexdigest()


def megabytes(n_bytes: int, of: int | None = None) -> str:
    """A size, or how much of one: ``89 MB``, ``34 of 89 MB``."""
    done = f"{max(1, round(n_bytes / 1e6)):,}"
    return f"{done} MB" if of is None else f"{done} of {max(1, round(of / 1e6)):,} MB"


def _tried(
    path: Path, origin: Origin, preparing: Preparing, told: Mapping[str, Any]
) -> tuple[_About, float]:
    """What a network makes of images of noise, and of black, grey and white, and how fast."""
    network = Network(origin.title, path, preparing=preparing, name="new")
    shape = *network.side, 3
    if min(network.side) < LEAST_SIDE:
        raise _useless(origin.title, f"sees images of {min(network.side)} pixels a side")
    noise = np.random.default_rng(0).integers(0, 256, (2, *shape), dtype=np.uint8)
    started = time.perf_counter()
    alone = np.concatenate([network.features(noise[:1]), network.features(noise[1:])])
    seconds = time.perf_counter() - started
    for grey in (0, 128, 255):
        network.features(np.full((1, *shape), grey, dtype=np.uint8))
    if not 2 <= alone.shape[1] <= MOST_FEATURES:
        raise _useless(origin.title, f"makes {counted(alone.shape[1], 'number')} of an image")
    if np.array_equal(*alone):
        raise _useless(origin.title, "sees the same in all images")
    try:
        together = network.features(noise)
        one_by_one = not np.allclose(together, alone, atol=_ALIKE)
    except InvalidNetworkError:
        one_by_one = True
    about = _About(
        licence=origin.licence or network.licence[:LONGEST_TITLE],
        source=origin.source,
        side=network.side,
        mean=network.mean,
        scale=network.scale,
        n_features=alone.shape[1],
        one_by_one=one_by_one,
        **told,
    )
    return about, len(noise) / max(seconds, 1e-6)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while part := file.read(_AT_A_TIME):
            digest.update(part)
    return digest.hexdigest()


def _too_large(title: str) -> InvalidNetworkError:
    return InvalidNetworkError(
        f"The file of the network “{title}” is larger than {gigabytes(MOST_BYTES)}.",
        "Take a smaller network.",
    )


def _not_it(title: str) -> InvalidNetworkError:
    return InvalidNetworkError(
        f"The file of the network “{title}” is not the one that it should be: its checksum or its "
        "size is another.",
        "Nothing of it was kept. Try again later.",
    )


def _useless(title: str, problem: str) -> InvalidNetworkError:
    return InvalidNetworkError(
        f"The network “{title}” {problem}, so images cannot be compared by it.",
        "Choose another, or say otherwise how its images are made ready.",
    )


def _not_here(key: str) -> InvalidNetworkError:
    return InvalidNetworkError(
        f"The network “{key.rpartition('-')[0] or key}” is not here.",
        "Add the same file with the same settings on the Data page, or with `python -m core "
        "networks`.",
    )


def _damaged(key: str) -> InvalidNetworkError:
    return InvalidNetworkError(
        f"The network “{key.rpartition('-')[0] or key}” is damaged.", "Add the same file again."
    )


def _not_stored(error: OSError) -> InvalidNetworkError:
    return InvalidNetworkError(
        f"The network cannot be stored ({error.strerror or error}).",
        "Free some disk space, or check LABELSPREAD_HOME.",
    )
