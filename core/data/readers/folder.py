"""A folder of image files. Nothing that lies outside of it is read, and nothing that is no file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from core.data.archive import open_regular, reason
from core.data.classes import shown
from core.data.readers.found import Bad, BadImageError, Found, Limits
from core.data.readers.image_files import found_images
from core.data.readers.listing import File, Listing, is_junk
from core.errors import InvalidDatasetError
from core.jobs.progress import Progress
from core.wording import counted

_AGAIN: Final = "Put the file back in its place, or choose the folder again."
_ALLOW: Final = "Make it readable for the app."
_OFTEN: Final = 1000


def read_folder(path: Path, said: Mapping[str, str], limits: Limits, progress: Progress) -> Found:
    """Read the image files in a folder and in the folders inside.

    Parameters
    ----------
    path
        Of the folder; or of a file in it that tells of images, such as an export of Label Studio.
        Only those that it tells of are taken then.

    Raises
    ------
    InvalidDatasetError
        If it cannot be read, or holds too few images or too many.
    """
    if path.is_dir():
        return found_images(_listing(path, limits, progress), said, limits, progress)
    listing = replace(_listing(path.absolute().parent, limits, progress), title=path.stem)
    return found_images(listing, said, limits, progress, only=path.name)


@dataclass
class _Walk:
    """What was found on the way through a folder."""

    root: Path
    files: list[File] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    n_links: int = 0
    n_odd: int = 0
    n_junk: int = 0

    def go(self, limits: Limits, progress: Progress) -> None:
        """List all files."""
        real = os.path.realpath(self.root)
        ways = [""]
        while ways:
            folder = ways.pop()
            for entry in self._entries(folder):
                name = f"{folder}{entry.name}"
                try:
                    self._take(entry, name, real, ways)
                except OSError as error:
                    self.bad.append(_unlisted(name, error))
                if len(self.files) % _OFTEN == 0:
                    progress("Looking for files", 0.0)
                if len(self.files) > 2 * limits.items + _OFTEN:
                    raise InvalidDatasetError(
                        f"The folder {shown(self.root.name)} holds more than "
                        f"{len(self.files) - 1:,} files.",
                        "Choose a folder inside.",
                    )

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                yield from entries
        except OSError as error:
            if not folder:
                raise
            self.bad.append(_unlisted(folder.rstrip("/"), error))

    def _take(self, entry: os.DirEntry[str], name: str, real: str, ways: list[str]) -> None:
        if is_junk(entry.name):
            self.n_junk += 1
            return
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            is_inside = os.path.commonpath((real, target)) == real
            if not is_inside or not stat.S_ISREG(entry.stat().st_mode):
                self.n_links += 1
                return
        elif entry.is_dir(follow_symlinks=False):
            self.folders.append(name)
            ways.append(f"{name}/")
            return
        elif not entry.is_file(follow_symlinks=False):
            self.n_odd += 1
            return
        self.files.append(File(name, entry.stat().st_size))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out."""
        found = []
        if self.n_links:
            was = "was" if self.n_links == 1 else "were"
            found.append(
                f"{counted(self.n_links, 'link')} to a folder, to nothing or out of the folder "
                f"{was} left out."
            )
        if self.n_odd:
            was = "was" if self.n_odd == 1 else "were"
            things = "thing that is no file" if self.n_odd == 1 else "things that are no files"
            found.append(f"{self.n_odd:,} {things} {was} left out.")
        return tuple(found)


def _listing(path: Path, limits: Limits, progress: Progress) -> Listing:
    name = path.name or path.resolve().name or str(path)
    walk = _Walk(path)
    try:
        walk.go(limits, progress)
    except OSError as error:
        raise InvalidDatasetError(
            f"The folder {shown(name)} cannot be read ({reason(error)}).", "Choose another folder."
        ) from error
    files = sorted(walk.files)

    def read(index: int) -> bytes:
        file = files[index]
        return _read(path / file.name, file)

    return Listing(
        name,
        name,
        "folder",
        files,
        walk.folders,
        read,
        tuple(walk.bad),
        walk.notes,
        walk.n_junk,
    )


def _read(path: Path, file: File) -> bytes:
    name = shown(file.name)
    try:
        with open_regular(path) as opened:
            data = opened.read(file.n_bytes + 1)
    except FileNotFoundError as error:
        raise BadImageError(f"The file {name} is not there any more.", _AGAIN) from error
    except PermissionError as error:
        raise BadImageError(f"The file {name} cannot be read: it is not allowed.", _ALLOW) from (
            error
        )
    except (OSError, ValueError) as error:
        raise BadImageError(f"The file {name} cannot be read ({reason(error)}).", _AGAIN) from error
    if len(data) != file.n_bytes:
        raise BadImageError(
            f"The file {name} has changed since the folder was looked through.",
            "Choose the folder again.",
        )
    return data


def _unlisted(name: str, error: OSError) -> Bad:
    if isinstance(error, PermissionError):
        return Bad(shown(name), "It cannot be read: it is not allowed.", _ALLOW)
    return Bad(shown(name), f"It cannot be read ({reason(error)}).", "Leave it out.")
