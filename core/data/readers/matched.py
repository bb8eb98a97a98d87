"""Which image is meant by a path or a name that some file tells."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qs, unquote, urlsplit

_UPLOADED: Final = re.compile(r"^[0-9a-f]{8}-(?=.)")
"""What Label Studio writes before the name of a file that was uploaded."""


class Matcher:
    """Finds images by what others call them.

    Parameters
    ----------
    names
        The paths of all images in the source.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = [normalize("NFC", name) for name in names]
        self._by_path = {name: index for index, name in enumerate(names)}
        self._by_last: dict[str, list[int]] = defaultdict(list)
        for index, name in enumerate(self._names):
            last = name.rpartition("/")[2]
            self._by_last[last].append(index)
            stem = last.rpartition(".")[0]
            self._by_last[stem].append(index)

    def find(self, told: str, folder: str = "") -> int | None:
        """The index of the image that is called so; None if there is none, or more than one.

        Parameters
        ----------
        told
            A path from the folder, or one that ends as an image's does, or begins somewhere inside
            of it; the ending of the file may be missing.
        folder
            Where the file is that tells of it, with ``/`` at its end.
        """
        told = told.strip().replace("\\", "/")
        exact = self._by_path.get(posixpath.normpath(f"{folder}{told}"))
        if exact is not None or not told:
            return exact
        told = normalize("NFC", posixpath.normpath(told)).lstrip("/")
        candidates = self._by_last.get(told.rpartition("/")[2], [])
        fitting = [index for index in candidates if _fits(self._names[index], told)]
        inside = [index for index in fitting if self._names[index].startswith(folder)]
        for some in (fitting, inside):
            if len(some) == 1:
                return some[0]
        return None

    def find_linked(self, link: str, folder: str = "") -> int | None:
        """The image that a link of Label Studio leads to."""
        try:
            parts = urlsplit(link)
            local = parse_qs(parts.query).get("d", [""])[0]
        except ValueError:
            return None
        path = local or unquote(parts.path)
        if parts.scheme and parts.scheme != "file" and not local:
            path = path.rpartition("/")[2]
        found = self.find(path, folder)
        if found is None and "upload" in path:
            last = path.rpartition("/")[2]
            found = self.find(last, folder)
            if found is None:
                found = self.find(_UPLOADED.sub("", last), folder)
        return found


def _fits(name: str, told: str) -> bool:
    """Whether one is the end of the other, with the ending of the file or without."""
    stem = name.rpartition(".")[0]
    return any(
        f"/{long}".endswith(f"/{short}")
        for long, short in ((name, told), (told, name), (stem, told), (told, stem))
    )
